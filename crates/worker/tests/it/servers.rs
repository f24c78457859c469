//! Servers that misbehave as they are told: a mail server (RFC 5321) and a gateway for texts, on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How a mail server treats one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Takes it.
    None,
    /// Hangs up as soon as somebody connects.
    HangsUp,
    /// Has no time (421) before the sender is named.
    Busy,
    /// Does not take the recipient now (450).
    Greylisted,
    /// Knows no such mailbox (550).
    NoSuchMailbox,
    /// Hangs up in the middle of the message, and has kept nothing.
    BreaksOff,
    /// Takes the message and hangs up before it says so.
    Unheard,
    /// Says nothing at all, and keeps the line open.
    Silent,
}

type Next = Arc<Mutex<dyn FnMut() -> Fault + Send>>;

/// A mail server, and what it has taken: the Message-ID of each, in order, and how many of them nobody heard of.
#[derive(Clone)]
pub(crate) struct MailServer {
    pub(crate) url: String,
    taken: Arc<Mutex<Vec<String>>>,
    unheard: Arc<Mutex<usize>>,
    /// Messages that senders were told to go on with and that have neither arrived nor broken off yet.
    in_the_middle: Arc<AtomicUsize>,
}

/// Counts for as long as it lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn one(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl MailServer {
    pub(crate) async fn start(next: impl FnMut() -> Fault + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = Self { url, taken: Arc::default(), unheard: Arc::default(), in_the_middle: Arc::default() };
        let (here, next): (Self, Next) = (server.clone(), Arc::new(Mutex::new(next)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (here, next) = (here.clone(), next.clone());
                // A connection that breaks is what is wanted of it.
                tokio::spawn(async move { drop(here.talk(stream, next).await) });
            }
        });
        server
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }

    pub(crate) fn unheard(&self) -> usize {
        *self.unheard.lock().unwrap()
    }

    /// Until every message that has left its sender stands among the taken ones: what a killed sender has written may
    /// still lie between the two.
    pub(crate) async fn at_rest(&self) {
        let rest = async {
            while self.in_the_middle.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let gone = tokio::time::timeout(Duration::from_secs(30), rest).await;
        assert!(gone.is_ok(), "a sender that is gone has let go of the line");
    }

    async fn talk(&self, stream: TcpStream, next: Next) -> std::io::Result<()> {
        let ask = || (next.lock().unwrap())();
        let mut fault = ask();
        if fault == Fault::HangsUp {
            return Ok(());
        }
        if fault == Fault::Silent {
            tokio::time::sleep(Duration::from_secs(600)).await;
            return Ok(());
        }
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 here\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let command = line.get(..4).unwrap_or(&line).to_uppercase();
            let answer: &[u8] = match (command.as_str(), fault) {
                ("EHLO" | "HELO", _) => b"250 here\r\n",
                ("MAIL", Fault::Busy) => b"421 later\r\n",
                ("RCPT", Fault::Greylisted) => b"450 later\r\n",
                ("RCPT", Fault::NoSuchMailbox) => b"550 no such mailbox\r\n",
                ("DATA", _) => {
                    let _counted = Counted::one(&self.in_the_middle);
                    write.write_all(b"354 go on\r\n").await?;
                    let mut id = String::new();
                    loop {
                        // Whoever is gone in the middle has sent nothing.
                        let Some(line) = lines.next_line().await? else { return Ok(()) };
                        if line == "." {
                            break;
                        }
                        if let Some(found) = line.strip_prefix("Message-ID: <") {
                            id = found.split('@').next().unwrap_or_default().to_owned();
                        }
                        if fault == Fault::BreaksOff {
                            return Ok(());
                        }
                    }
                    self.taken.lock().unwrap().push(id);
                    if fault == Fault::Unheard {
                        *self.unheard.lock().unwrap() += 1;
                        return Ok(());
                    }
                    // The next message over this connection has a fate of its own.
                    fault = ask();
                    b"250 taken\r\n"
                }
                ("QUIT", _) => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => b"250 ok\r\n",
            };
            write.write_all(answer).await?;
        }
        Ok(())
    }
}

/// A gateway for texts that answers with a list of statuses, one after the other, and keeps what it was asked.
#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    pub(crate) async fn start(answers: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = Self { url: format!("http://{}/send", listener.local_addr().unwrap()), asked: Arc::default() };
        let here = gateway.clone();
        tokio::spawn(async move {
            for status in answers {
                let (stream, _) = listener.accept().await.unwrap();
                here.answer(stream, *status).await.unwrap();
            }
        });
        gateway
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn answer(&self, mut stream: TcpStream, status: u16) -> std::io::Result<()> {
        let mut whole = vec![];
        let mut part = [0_u8; 4096];
        loop {
            let read = stream.read(&mut part).await?;
            whole.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&whole).to_string();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let head = head.to_lowercase();
                let long = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
                let chunked = head.contains("transfer-encoding: chunked");
                let long: usize = long.and_then(|long| long.trim().parse().ok()).unwrap_or(0);
                if (chunked && body.ends_with("0\r\n\r\n")) || (!chunked && body.len() >= long) || read == 0 {
                    break;
                }
            }
        }
        self.asked.lock().unwrap().push(String::from_utf8_lossy(&whole).to_string());
        stream
            .write_all(format!("HTTP/1.1 {status} so\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes())
            .await
    }
}
