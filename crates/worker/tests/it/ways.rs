//! A person is written to the way that they named: by a text through a gateway, by a letter on paper, with a calendar file
//! by e-mail.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use fingerpost_casework::Casework;
use fingerpost_domain::ambient::StoppedClock;
use fingerpost_domain::id::{CaseId, TenantId};
use fingerpost_domain::person::{PersonDetails, Phone, Postcode};
use fingerpost_domain::safe_contact::{Reach, SafeContact};
use fingerpost_domain::text::Line;
use fingerpost_domain::visit::VisitAnswers;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{KeepDirectory, ReadCase, SeeMessages, WorkCase};
use fingerpost_stewardship::Stewardship;
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Ctx, MessageTemplate, PersonHere, Store};
use fingerpost_worker::{Post, Worker};
use jiff::SignedDuration;

use crate::servers::Gateway;

struct Here {
    village: Village,
    case: CaseId,
    clock: StoppedClock,
}

impl Here {
    /// Peggy, who can be reached one way and no other, with a visit planned in five days of which she is told.
    async fn with(store: &Store, reach: Reach, change: impl Fn(&mut PersonDetails)) -> Self {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let mut details = person("Peggy", 1);
        change(&mut details);
        let referral = village.send(store, &details).await;
        let case = village.accept(store, referral).await;
        let read = Village::ctx::<ReadCase>(&village.worker, &village.scheme, start());
        let work = Village::ctx::<WorkCase>(&village.worker, &village.scheme, start());
        let page = store.case(&read, case).await.unwrap();
        let safe_contact = SafeContact { reach, guidance: None };
        let changed = PersonHere { details: page.person.details, safe_contact, risk: page.person.risk };
        store.change_care(&work, case, (&changed, page.version)).await.unwrap();
        let here = Self { village, case, clock: StoppedClock::at(start()) };
        here.settle(store).await;
        here.plan(store, fingerpost_domain::calendar::plus_days(fingerpost_domain::calendar::day_of(start()), 5)).await;
        here
    }

    /// What was queued before is none of this test's business.
    async fn settle(&self, store: &Store) {
        for message in store.claim_messages(50, start()).await.unwrap() {
            store.end_delivery(&message, fingerpost_store::OutboxEnd::Sent, None, start()).await.unwrap();
        }
    }

    async fn plan(&self, store: &Store, on: Date) {
        let answers = VisitAnswers {
            kind: "home".into(),
            on_day: on.day().to_string(),
            on_month: on.month().to_string(),
            on_year: on.year().to_string(),
            at: "10:30".into(),
            minutes: "60".into(),
            ..VisitAnswers::default()
        };
        let visit = answers.check(fingerpost_domain::calendar::day_of(start())).unwrap();
        let work = Village::ctx::<WorkCase>(&self.village.worker, &self.village.scheme, start());
        let planned = (&visit, true, Village::key(store.entropy()));
        Casework::over(store.clone()).plan_visit(&work, self.case, planned).await.unwrap();
    }

    fn worker(&self, store: &Store, post: Post) -> Worker {
        Worker::new(store.clone(), Arc::new(self.clock.clone()), post, "https://example.org")
    }

    fn later(&self, hours: i64) -> Timestamp {
        start().saturating_add(SignedDuration::from_hours(hours)).unwrap()
    }

    async fn undelivered(&self, store: &Store) -> i64 {
        let sees = Village::ctx::<SeeMessages>(&self.village.worker, &self.village.scheme, start());
        fingerpost_correspondence::Correspondence::over(store.clone()).count_undelivered(&sees).await.unwrap()
    }
}

fn mobile(details: &mut PersonDetails) {
    details.phone = Phone::parse("07700 900123").ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_goes_through_the_gateway_once_it_can_and_says_whom_to_ring() {
    on_both(async |store| {
        let here = Here::with(store, Reach::Text, mobile).await;
        let gateway = Gateway::start(&[503, 202]).await;
        let post = Post::smtp("smtp://127.0.0.1:9", "F <f@example.org>").unwrap();
        let worker = here.worker(store, post.with_text_gateway(&gateway.url, Some("key of ours")).unwrap());
        assert_eq!(worker.turn().await.unwrap(), 0);
        here.clock.set(here.later(1));
        assert_eq!(worker.turn().await.unwrap(), 1);
        let asked = gateway.asked();
        let id = |request: &String| request.split("\"id\":\"").nth(1).unwrap()[..26].to_owned();
        assert_eq!(id(&asked[0]), id(&asked[1]), "the same at every attempt");
        let request = asked[1].to_lowercase();
        assert!(request.contains("authorization: bearer key of ours") && request.contains("idempotency-key: "));
        assert!(asked[1].contains("\"to\":\"07700 900123\"") && asked[1].contains("at 10:30am, at your home"));
        assert!(asked[1].contains("No more texts: https://example.org/l/"));
        assert_eq!(here.undelivered(store).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_refuses_or_nobody_set_up_waits_for_somebody() {
    on_both(async |store| {
        let here = Here::with(store, Reach::Text, mobile).await;
        let gateway = Gateway::start(&[400]).await;
        let post = || Post::smtp("smtp://127.0.0.1:9", "F <f@example.org>").unwrap();
        let worker = here.worker(store, post().with_text_gateway(&gateway.url, None).unwrap());
        assert_eq!(worker.turn().await.unwrap(), 0);
        assert_eq!(here.undelivered(store).await, 1);
        let second = fingerpost_domain::calendar::plus_days(fingerpost_domain::calendar::day_of(start()), 6);
        here.plan(store, second).await;
        assert_eq!(here.worker(store, post()).turn().await.unwrap(), 0);
        assert_eq!(here.undelivered(store).await, 2);
        // The second one only looks like this machine.
        for elsewhere in
            ["http://texts.example.org/send", "http://127.0.0.1:80@texts.example.org/send", "ftp://localhost/", "texts"]
        {
            assert!(
                post().with_text_gateway(elsewhere, None).is_err(),
                "{elsewhere}: numbers do not travel in the clear"
            );
        }
        assert!(post().with_text_gateway("https://texts.example.org/send", None).is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_one_whole_file_for_its_owner_alone() {
    on_both(async |store| {
        let here = Here::with(store, Reach::Letter, |details| {
            details.address = Line::parse("14 Tannery Row, Market Wexley").unwrap();
            details.postcode = Postcode::parse("WX4 2TN").ok();
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let letters = folder.path().join("letters");
        let post = Post::smtp("smtp://127.0.0.1:9", "F <f@example.org>").unwrap().with_letters(&letters).unwrap();
        assert_eq!(here.worker(store, post).turn().await.unwrap(), 1);
        assert_eq!(std::fs::metadata(&letters).unwrap().permissions().mode() & 0o777, 0o700);
        let files: Vec<_> = std::fs::read_dir(&letters).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "and nothing half written beside it");
        assert!(std::fs::read(&files[0]).unwrap().starts_with(b"%PDF-"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_before_they_are_reminded_and_of_a_visit_called_off_they_hear_once() {
    on_both(async |store| {
        let here = Here::with(store, Reach::Email, |_| {}).await;
        let folder = tempfile::tempdir().unwrap();
        let worker = here.worker(store, Post::folder(&folder.path().join("out"), "F <f@example.org>").unwrap());
        assert_eq!(worker.turn().await.unwrap(), 1);
        here.clock.set(here.later(4 * 24 + 3));
        let mut sent = 0;
        for _ in 0..3 {
            sent += worker.turn().await.unwrap();
        }
        assert_eq!(sent, 1, "one reminder");
        let casework = Casework::over(store.clone());
        let read = Village::ctx::<ReadCase>(&here.village.worker, &here.village.scheme, start());
        let visit = casework.beside_case(&read, here.case).await.unwrap().visits[0].id;
        let work = Village::ctx::<WorkCase>(&here.village.worker, &here.village.scheme, here.later(4 * 24 + 4));
        for _ in 0..2 {
            casework.cancel_visit(&work, (here.case, visit)).await.unwrap();
        }
        here.clock.set(here.later(4 * 24 + 5));
        assert_eq!(worker.turn().await.unwrap(), 1);
        let mails: Vec<String> = std::fs::read_dir(folder.path().join("out"))
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        let says = |words: &str| mails.iter().filter(|mail| mail.contains(words)).count();
        assert_eq!((says("A day and a time for you"), says("A reminder for you"), says("A change for you")), (1, 1, 1));
        assert_eq!((says("METHOD:PUBLISH"), says("METHOD:CANCEL"), says("STATUS:CANCELLED")), (1, 1, 1));
        assert_eq!(mails.iter().filter(|mail| mail.contains("UID:")).count(), 2, "a reminder brings no second entry");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_case_calls_off_what_was_planned_and_says_so() {
    on_both(async |store| {
        let here = Here::with(store, Reach::Email, |_| {}).await;
        let folder = tempfile::tempdir().unwrap();
        let worker = here.worker(store, Post::folder(&folder.path().join("out"), "F <f@example.org>").unwrap());
        assert_eq!(worker.turn().await.unwrap(), 1);
        let read = Village::ctx::<ReadCase>(&here.village.worker, &here.village.scheme, start());
        let work = Village::ctx::<WorkCase>(&here.village.worker, &here.village.scheme, start());
        let closing = fingerpost_domain::case::ClosingAnswers {
            outcome: "reached".into(),
            continues: "The choir.".into(),
            referrer_hears: "nothing".into(),
            ..fingerpost_domain::case::ClosingAnswers::default()
        };
        let version = store.case(&read, here.case).await.unwrap().version;
        store.close_case(&work, here.case, (&closing.check().unwrap(), version)).await.unwrap();
        here.clock.set(here.later(1));
        worker.turn().await.unwrap();
        here.clock.set(here.later(2));
        worker.turn().await.unwrap();
        let called_off = std::fs::read_dir(folder.path().join("out"))
            .unwrap()
            .filter(|entry| std::fs::read_to_string(entry.as_ref().unwrap().path()).unwrap().contains("METHOD:CANCEL"))
            .count();
        assert_eq!(called_off, 1, "nobody waits at the window for somebody who does not come");
        here.clock.set(here.later(4 * 24 + 3));
        assert_eq!(worker.turn().await.unwrap(), 0, "and nobody is reminded of it");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_mail_server_that_says_nothing_is_not_waited_for() {
    use crate::servers::{Fault, MailServer};
    let server = MailServer::start(|| Fault::Silent).await;
    let post = Post::smtp(&server.url, "F <f@example.org>").unwrap();
    let to = fingerpost_store::Addressee {
        name: "Ada".into(),
        way: fingerpost_store::Way::Email("ada@example.org".into()),
        user: None,
        person: None,
    };
    let letter = fingerpost_worker::Letter { subject: "A message".into(), body: "Hello".into(), ..Default::default() };
    let sent = post.send(&to, "01M8BWYWBWZ71S0QP02A3R11M7", &letter).await;
    assert!(sent.is_err_and(|error| !error.is_permanent()), "it is tried again later");
}

#[tokio::test]
async fn a_mailbox_that_refuses_a_letter_makes_its_entry_doubtful_until_somebody_knows() {
    use crate::servers::{Fault, MailServer};
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let service = Village::choir(store).await;
        let stewardship = Stewardship::over(store.clone());
        let steward: Ctx<KeepDirectory> = Village::ctx(&village.steward, &village.scheme, start());
        let server = MailServer::start(|| Fault::NoSuchMailbox).await;
        let clock = Arc::new(StoppedClock::at(start()));
        let worker = Worker::new(
            store.clone(),
            clock,
            Post::smtp(&server.url, "F <f@example.org>").unwrap(),
            "http://x.example",
        );
        let mailbox = |address: &str| vec![("email".to_owned(), Some(serde_json::Value::from(address)))];
        stewardship.mend(&steward, service, &mailbox("choir@example.org"), false).await.unwrap();
        assert!(stewardship.ask_group(&steward, service).await.unwrap());
        while worker.turn().await.unwrap() > 0 {}
        let bounced = store.entries().one(service).await.unwrap().standing;
        assert!(bounced.has_bounced() && server.taken().is_empty());
        let list = stewardship.to_mend(&steward).await.unwrap();
        assert!(list.iter().any(|row| row.stored.id == service), "it stands on the steward's list");
        let later: Ctx<KeepDirectory> =
            Village::ctx(&village.steward, &village.scheme, start() + SignedDuration::from_hours(24));
        stewardship.mend(&later, service, &[], true).await.unwrap();
        assert!(!store.entries().one(service).await.unwrap().standing.has_bounced(), "somebody knows better");
        // A letter that was addressed before the mailbox was changed says nothing of the new one.
        stewardship.mend(&later, service, &mailbox("new@example.org"), false).await.unwrap();
        let about = (&TenantId::main(), MessageTemplate::EntryStillRight, service.to_string());
        let day_after = start() + SignedDuration::from_hours(48);
        stewardship.mailbox_refused((about.0, about.1, &about.2), "choir@example.org", day_after).await.unwrap();
        assert!(!store.entries().one(service).await.unwrap().standing.has_bounced());
        stewardship.mailbox_refused((about.0, about.1, &about.2), "New@example.org", day_after).await.unwrap();
        assert!(store.entries().one(service).await.unwrap().standing.has_bounced());
    })
    .await;
}
