//! E-mails that come back hours later: the message they were stands on the list, once, and nothing else in the mailbox is lost.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use fingerpost_correspondence::Correspondence;
use fingerpost_correspondence_rules::message::Fault;
use fingerpost_domain::ambient::StoppedClock;
use fingerpost_domain::id::TenantId;
use fingerpost_policy::SeeMessages;
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_worker::{Post, Worker};

/// A mail server's report about a message that is a file of the outbox.
fn report(sent: &str, action: &str) -> String {
    let address = sent.lines().find_map(|line| line.strip_prefix("To: ")).unwrap();
    format!(
        "From: MAILER-DAEMON@example.org\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; \
         report-type=delivery-status; boundary=edge\r\n\r\n--edge\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; \
         example.org\r\n\r\nFinal-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n--edge\r\nContent-Type: \
         message/rfc822\r\n\r\n{sent}\r\n--edge--\r\n"
    )
}

fn files(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(folder).unwrap().map(|each| each.unwrap().file_name().to_string_lossy().into_owned()).collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_is_listed_once_and_other_mail_is_kept() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let referral = village.send(store, &person("Peggy", 1)).await;
        village.accept(store, referral).await;
        let (out, maildir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let new = maildir.path().join("new");
        fs::create_dir(&new).unwrap();
        let post = Post::folder(out.path(), "Fingerpost <no-reply@fingerpost.example>").unwrap();
        let worker = Worker::new(store.clone(), Arc::new(StoppedClock::at(start())), post, "https://example.org")
            .with_mailbox(maildir.path());
        worker.turn().await.unwrap();
        let sent = files(out.path()).into_iter().filter(|name| name.ends_with(".eml"));
        let sent: Vec<String> = sent.map(|name| fs::read_to_string(out.path().join(name)).unwrap()).collect();
        let answered = sent.iter().find(|mail| mail.contains("There is an answer for you")).unwrap();

        fs::write(new.join("1.delayed"), report(answered, "delayed")).unwrap();
        fs::write(new.join("2.human"), "From: gp@example.org\r\nSubject: Re: There is an answer\r\n\r\nThank you.\r\n")
            .unwrap();
        fs::write(new.join("3.noise"), [0_u8, 159, 146, 150].repeat(1000)).unwrap();
        assert_eq!(worker.read_reports().await, 0);
        assert_eq!(files(&maildir.path().join("cur")), ["1.delayed:2,", "2.human:2,", "3.noise:2,"]);

        // A message of another installation under the same domain is not ours to judge.
        let id = answered.lines().find_map(|line| line.strip_prefix("Message-ID: <")).unwrap()[..26].to_owned();
        let theirs = report(answered, "failed").replace(&id, "01J00000000000000000000000");
        fs::write(new.join("3.theirs"), theirs).unwrap();
        // What cannot be read holds up nothing.
        fs::create_dir(new.join("3.folder")).unwrap();
        fs::write(new.join("4"), report(answered, "failed")).unwrap();
        fs::write(new.join("5"), report(answered, "failed")).unwrap();
        assert_eq!(worker.read_reports().await, 1, "reported twice, counted once");
        assert_eq!(files(&new), ["3.folder"], "a report holds an address");
        assert_eq!(files(&maildir.path().join("cur")), ["1.delayed:2,", "2.human:2,", "3.noise:2,", "3.theirs:2,"]);
        let sees = Village::ctx::<SeeMessages>(&village.supervisor, &village.scheme, start());
        let correspondence = Correspondence::over(store.clone());
        let listed = correspondence.undelivered(&sees, (true, true)).await.unwrap().inside;
        assert_eq!(listed.iter().map(|row| row.failed.unwrap().1).collect::<Vec<_>>(), [Fault::CameBack]);

        // Sent again it leaves under the same id; and may come back again.
        correspondence.send_again(&sees, listed[0].id).await.unwrap();
        assert_eq!(worker.turn().await.unwrap(), 1);
        fs::write(new.join("6"), report(answered, "failed")).unwrap();
        assert_eq!(worker.read_reports().await, 1);

        fs::remove_dir_all(&new).unwrap();
        assert_eq!(worker.read_reports().await, 0, "a mailbox that is not there stops nothing");
    })
    .await;
}
