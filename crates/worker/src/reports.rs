//! E-mails that come back: a mailbox that collects what mail servers report (RFC 3464), as a Maildir. A report about a message of ours
//! says that it did not arrive after all; it is then listed like any other. Everything else is left for a person to read.
//!
//! What is read here was written by strangers. It is bounded, and tells nothing but the id of a message, which only whoever got it can
//! know, and the address that refused it.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use fingerpost_domain::id::OutboxId;
use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};

/// Longer e-mails are no reports.
const LONGEST: u64 = 1 << 20;
/// E-mails that one look takes.
const AT_ONCE: usize = 100;

/// That a message of ours did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// The message.
    pub(crate) message: OutboxId,
    /// The address that refused it, as the report has it.
    pub(crate) address: String,
}

/// A field of a block of fields, as `type; value`: the value. A line that begins with a space goes on with the one before.
fn field(block: &str, name: &str) -> Option<String> {
    let unfolded = block.replace("\n ", " ").replace("\n\t", " ");
    let value = unfolded.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then_some(value)
    })?;
    Some(value.split_once(';').map_or(value, |(_, value)| value).trim().to_owned())
}

/// The id of a message of ours, out of what it was sent with: `<id@domain>`.
fn ours(sent: &Message<'_>, domain: &str) -> Option<OutboxId> {
    let (id, host) = sent.message_id()?.split_once('@')?;
    host.eq_ignore_ascii_case(domain).then_some(id)?.parse().ok()
}

/// Reads an e-mail; none where it is no report that a message of `domain` has failed for good.
pub(crate) fn read(mail: &[u8], domain: &str) -> Option<Report> {
    let mail = MessageParser::default().parse(mail)?;
    let is = |part: &mail_parser::MessagePart<'_>, kind: &str, sub: &str| {
        part.content_type().is_some_and(|of| {
            of.ctype().eq_ignore_ascii_case(kind) && of.subtype().is_some_and(|each| each.eq_ignore_ascii_case(sub))
        })
    };
    let status = mail.parts.iter().find(|part| is(part, "message", "delivery-status"))?;
    let status = String::from_utf8_lossy(status.contents()).replace("\r\n", "\n");
    // One block for the message, then one for each recipient; ours have one. "Delayed" is not the end, "delivered" is none.
    let failed = status
        .split("\n\n")
        .find(|block| field(block, "Action").is_some_and(|action| action.eq_ignore_ascii_case("failed")))?;
    let address = field(failed, "Original-Recipient").or_else(|| field(failed, "Final-Recipient"));
    let message = mail.parts.iter().find_map(|part| match &part.body {
        PartType::Message(sent) => ours(sent, domain),
        _ if is(part, "text", "rfc822-headers") => {
            ours(&MessageParser::default().parse_headers(part.contents())?, domain)
        }
        _ => None,
    })?;
    Some(Report { message, address: address.unwrap_or_default() })
}

/// What becomes of a file that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is deleted: it holds an address, and our own message.
    Nothing,
    /// It is read again at the next look.
    ForNow,
    /// It is left for a person to read.
    ForSomebody,
}

/// A Maildir into which a mail server, or a program that fetches, puts what comes back.
#[derive(Debug, Clone)]
pub(crate) struct Mailbox(PathBuf);

impl Mailbox {
    pub(crate) fn of(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// E-mails that nobody has looked at, each with its file; the oldest by name first. One that cannot be read, or that another worker
    /// has just put away, is left out.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn unread(&self) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.0.join("new"))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        let read = |path: PathBuf| {
            let mut mail = vec![];
            let file = std::fs::File::open(&path).and_then(|file| file.take(LONGEST).read_to_end(&mut mail));
            file.ok().map(|_| (path, mail))
        };
        Ok(files.into_iter().filter_map(read).take(AT_ONCE).collect())
    }

    /// Puts a file away. What is no report of ours is kept, as read.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub(crate) fn put_away(&self, file: &Path, keep: Keep) -> std::io::Result<()> {
        match keep {
            Keep::ForNow => Ok(()),
            Keep::Nothing => std::fs::remove_file(file),
            Keep::ForSomebody => {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let name = if name.contains(":2,") { name } else { format!("{name}:2,") };
                let cur = self.0.join("cur");
                std::fs::create_dir_all(&cur)?;
                std::fs::rename(file, cur.join(name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01M8BWYWBWZ71S0QP02A3R11M7";

    /// A report in the shape of RFC 3464, with what differs between mail servers.
    fn report(action: &str, status: &str, returned: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mail.example.org\r\nTo: no-reply@fingerpost.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"edge\"\r\n\r\n--edge\r\nContent-Type: text/plain\r\n\r\n\
             It did not arrive.\r\n\r\n--edge\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.org\r\n\
             Arrival-Date: Mon, 5 Oct 2026 09:00:00 +0100\r\n\r\nFinal-Recipient: rfc822; choir@example.org\r\nAction: {action}\r\n\
             Status: {status}\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--edge\r\n{returned}\r\n--edge--\r\n"
        )
    }

    fn whole(id: &str) -> String {
        format!(
            "Content-Type: message/rfc822\r\n\r\nMessage-ID: <{id}>\r\nFrom: no-reply@fingerpost.example\r\nSubject: A question\r\n\r\nHello\r\n"
        )
    }

    fn headers(id: &str) -> String {
        format!("Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\nSubject: A question\r\n\r\n")
    }

    fn of(text: &str) -> Option<Report> {
        read(text.as_bytes(), "fingerpost.example")
    }

    #[test]
    fn a_report_of_failure_names_our_message_and_the_address() {
        let ours = format!("{ID}@fingerpost.example");
        for text in [
            report("failed", "5.1.1", &whole(&ours)),
            report("Failed", "4.4.7", &headers(&ours)),
            report("failed", "5.1.1", &whole(&ours)).replace("\r\n", "\n"),
            report("failed", "5.1.1", &whole(&ours)).replace("rfc822; choir", "rfc822;\r\n choir"),
        ] {
            let found = of(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.message.to_string().as_str(), found.address.as_str()), (ID, "choir@example.org"));
        }
    }

    #[test]
    fn what_is_no_end_of_one_of_our_messages_is_left_alone() {
        let ours = format!("{ID}@fingerpost.example");
        for text in [
            report("delayed", "4.4.1", &whole(&ours)),
            report("delivered", "2.0.0", &whole(&ours)),
            report("failed", "5.1.1", &whole(&format!("{ID}@elsewhere.example"))),
            report("failed", "5.1.1", &whole("not-an-id@fingerpost.example")),
            "Subject: Out of office\r\n\r\nI am away until Monday.\r\n".to_owned(),
            format!("In-Reply-To: <{ours}>\r\nSubject: Re: A question\r\n\r\nAction: failed\r\n"),
            String::new(),
            "\u{0}\u{1}\u{2}".repeat(1000),
        ] {
            assert_eq!(of(&text), None, "{text}");
        }
    }
}
