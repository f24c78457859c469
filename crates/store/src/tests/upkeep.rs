//! Opening, migrating, sessions, links, and two workers at one outbox.

use fingerpost_domain::ambient::Entropy;
use fingerpost_domain::id::{TenantId, UserId};
use fingerpost_domain::person::Email;
use fingerpost_domain::safe_contact::SafeContact;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::text::Line;
use fingerpost_policy::{ReadCase, ReferPerson, Triage, WorkCase};
use jiff::SignedDuration;

use crate::testing::{Village, answers, fresh_postgres, on_both, person, start};
use crate::{Address, OutboxEnd, PersonHere, Store, StoreError, StoredSession};

async fn addresses() -> (tempfile::TempDir, Vec<Address>) {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec![Address::Folder(folder.path().to_owned())];
    all.extend(fresh_postgres().await.map(Address::Postgres));
    (folder, all)
}

#[tokio::test]
async fn several_nodes_that_start_at_once_migrate_once() {
    let (_folder, mut all) = addresses().await;
    // Turning a new file to WAL is a race of an instant: one folder is not enough to see it.
    let folders: Vec<_> = (0..20).map(|_| tempfile::tempdir().unwrap()).collect();
    all.extend(folders.iter().map(|folder| Address::Folder(folder.path().to_owned())));
    for address in all {
        let open = |seed| Store::open(&address, Entropy::from_number(seed), start());
        let (a, b, c) = tokio::join!(open(1), open(2), open(3));
        for store in [a, b, c] {
            let store = store.unwrap();
            assert_eq!(store.ledger().health().await.unwrap().schema, crate::SCHEMA_VERSION);
            store.close().await;
        }
    }
}

/// What the first program wrote: a scheme, its supervisor, a practice, and a referral that waits.
const OLD_ROWS: &str = "
INSERT INTO tenant (id, created_at) VALUES ('main', 0);
INSERT INTO organisation (id, slug, kind, name, name_folded, status, source, changed_at) VALUES
  ('01J00000000000000000000001', 'Z1', 'practice', 'Old Practice', 'old practice', 'active', 'test', 0),
  ('01J00000000000000000000002', 'old-scheme', 'scheme', 'Old Scheme', 'old scheme', 'active', 'test', 0);
INSERT INTO scheme (tenant, organisation, min_age, sessions_agreed, answer_working_days) VALUES ('main', '01J00000000000000000000002', 18, 6, 1);
INSERT INTO app_user (tenant, id, name, email, email_folded, created_at) VALUES
  ('main', '01J00000000000000000000003', 'Josephine', 'j@example.org', 'j@example.org', 0);
INSERT INTO membership (tenant, user_id, organisation, role) VALUES ('main', '01J00000000000000000000003', '01J00000000000000000000002', 'supervisor');
INSERT INTO referral (tenant, id, reference, state, scheme, practice, referrer, request_key, given, family, name_folded, born, needs, reach, risk,
  agreement, created_at, sent_at, answer_due) VALUES ('main', '01J00000000000000000000004', 'FP 0000 01', 'sent', '01J00000000000000000000002',
  '01J00000000000000000000001', '01J00000000000000000000003', '01J00000000000000000000005', 'Ida', 'Evergreen', 'ida evergreen', '1950-06-04',
  'company', 'phone', 'none_known', 'agreed', 0, 0, '2026-11-23');
";

#[tokio::test]
async fn a_database_of_an_older_program_is_brought_up_to_date_and_keeps_its_rows() {
    // From every schema that there ever was: each step on the way meets rows.
    for version in 1..crate::SCHEMA_VERSION {
        let (_folder, all) = addresses().await;
        for address in all {
            let old = Store::open_at(&address, version, start()).await;
            assert_eq!(old.ledger().health().await.unwrap().schema, version);
            let mut tx = old.db().write().await.unwrap();
            tx.script(OLD_ROWS).await.unwrap();
            tx.commit().await.unwrap();
            old.close().await;
            let store = Store::open(&address, Entropy::from_number(2), start()).await.unwrap();
            assert_eq!(store.ledger().health().await.unwrap().schema, crate::SCHEMA_VERSION, "from {version}");
            let josephine: UserId = "01J00000000000000000000003".parse().unwrap();
            let josephine = store.load_signed_in(&TenantId::main(), josephine).await.unwrap().unwrap();
            let triage = Village::ctx::<Triage>(&josephine, &josephine.places[0].0, start());
            let waiting = store.waiting(&triage, 0).await.unwrap();
            assert_eq!((waiting.len(), waiting[0].source), (1, ReferralSource::Practice), "from {version}");
            assert!(store.open_scheme("old-scheme").await.is_err(), "nobody opened that door yet");
            assert_eq!(store.entries().seq().await.unwrap(), 0, "the new tables are there");
            store.close().await;
        }
    }
}

/// A case with two versions of its plan, as the program before the diary wrote them; the newer says when it is looked at again.
const OLD_PLAN: &str = r#"
INSERT INTO person (tenant, id, given, family, name_folded, born, reach, risk, created_at) VALUES
  ('main', '01J00000000000000000000006', 'Ida', 'Evergreen', 'ida evergreen', '1950-06-04', 'phone', 'none_known', 0);
INSERT INTO case_file (tenant, id, person, scheme, worker, practice, opened_at, sent_at, sessions_agreed, referrer_hears) VALUES
  ('main', '01J00000000000000000000007', '01J00000000000000000000006', '01J00000000000000000000002', '01J00000000000000000000003', '01J00000000000000000000001', 1, 0, 6, 'not_asked');
INSERT INTO plan_version (tenant, case_id, version, body, author, written_at) VALUES
  ('main', '01J00000000000000000000007', 1, '{"review_on": "2026-10-01"}', '01J00000000000000000000003', 1),
  ('main', '01J00000000000000000000007', 2, '{"review_on": "2026-12-24"}', '01J00000000000000000000003', 2);
"#;

#[tokio::test]
async fn the_day_on_which_an_older_plan_is_looked_at_again_is_taken_over() {
    let (_folder, all) = addresses().await;
    for address in all {
        let old = Store::open_at(&address, 6, start()).await;
        let mut tx = old.db().write().await.unwrap();
        tx.script(OLD_ROWS).await.unwrap();
        tx.script(OLD_PLAN).await.unwrap();
        tx.commit().await.unwrap();
        old.close().await;
        let store = Store::open(&address, Entropy::from_number(2), start()).await.unwrap();
        let row = store.db().row("SELECT review_on FROM case_file", vec![]).await.unwrap().unwrap();
        assert_eq!(row.text("review_on").unwrap(), "2026-12-24");
        store.close().await;
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let (_folder, all) = addresses().await;
    for address in all {
        let store = Store::open(&address, Entropy::from_number(1), start()).await.unwrap();
        let mut tx = store.db().write().await.unwrap();
        tx.script("INSERT INTO schema_step (version, applied_at) VALUES (999, 0)").await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        let error = Store::open(&address, Entropy::from_number(1), start()).await.unwrap_err();
        assert!(matches!(error, StoreError::Schema { found: 999, .. }), "{error}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_used_is_refused_without_its_password() {
    let address = Address::Postgres("postgres://me:secret@[::bad".to_owned());
    let error = Store::open(&address, Entropy::from_number(1), start()).await.unwrap_err().to_string();
    assert!(!error.contains("secret") && error.contains("postgres://user"), "{error}");
}

#[tokio::test]
async fn a_session_ends_with_its_time_its_user_and_its_sign_out() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let user = v.gp.actor.user;
        let expires_at = start().saturating_add(SignedDuration::from_mins(30)).unwrap();
        let session = StoredSession { data: "{}".to_owned(), expires_at };
        store.ledger().save_session("one", Some(user), &session).await.unwrap();
        assert!(store.ledger().load_session("one", start()).await.unwrap().is_some());
        assert!(store.ledger().load_session("one", expires_at).await.unwrap().is_none());
        let email = Email::parse("gp.t@example.org").unwrap();
        store.disable_by_email(&email, start()).await.unwrap();
        assert!(store.ledger().load_session("one", start()).await.unwrap().is_none());
        assert!(store.load_signed_in(&v.tenant, user).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_once_expires_and_is_revoked_by_a_newer_one() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let first = store.mint_password_link(&v.tenant, v.gp.actor.user, start()).await.unwrap();
        let second = store.mint_password_link(&v.tenant, v.gp.actor.user, start()).await.unwrap();
        assert!(store.live_link(&first, start()).await.unwrap().is_none(), "revoked by the second");
        let later = start().saturating_add(SignedDuration::from_hours(73)).unwrap();
        assert!(store.live_link(&second, later).await.unwrap().is_none(), "expired");
        let link = store.live_link(&second, start()).await.unwrap().unwrap();
        assert!(store.live_link(&second, start()).await.unwrap().is_some(), "looking changes nothing");
        store.choose_password(&link, "hash", start()).await.unwrap();
        assert!(matches!(store.choose_password(&link, "hash", start()).await, Err(StoreError::NotFound)));
        assert!(store.live_link(&second, start()).await.unwrap().is_none(), "used");
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_claim_the_same_message() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        for serial in 1..=9 {
            if fingerpost_domain::nhs_number::NhsNumber::invented(serial).is_some() {
                v.send(store, &person("Ann", serial)).await;
            }
        }
        let waiting = store.messages_waiting().await.unwrap();
        let (a, b) = tokio::join!(store.claim_messages(100, start()), store.claim_messages(100, start()));
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!(i64::try_from(a.len() + b.len()).unwrap(), waiting);
        for message in a.iter().chain(&b) {
            store.end_delivery(message, OutboxEnd::Sent, None, start()).await.unwrap();
        }
        assert_eq!(store.messages_waiting().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_message_whose_worker_died_is_taken_up_again_and_given_up_in_the_end() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        v.send(store, &person("Margaret", 1)).await;
        assert_eq!(store.claim_messages(10, start()).await.unwrap().len(), 1);
        assert!(store.claim_messages(10, start()).await.unwrap().is_empty(), "claimed by a worker");
        let mut now = start();
        let mut attempts = 0;
        for _ in 0..40 {
            now = now.saturating_add(SignedDuration::from_hours(5)).unwrap();
            for message in store.claim_messages(10, now).await.unwrap() {
                attempts = message.attempts;
                store
                    .end_delivery(
                        &message,
                        OutboxEnd::Later,
                        Some(fingerpost_correspondence_rules::message::Fault::NotNow),
                        now,
                    )
                    .await
                    .unwrap();
            }
        }
        assert_eq!(attempts, 19, "then somebody has to look");
        assert_eq!(store.messages_waiting().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_machine_writes_to_a_person_only_where_that_is_safe() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let referral = v.send(store, &person("Margaret", 1)).await;
        v.accept(store, referral).await;
        let messages = store.claim_messages(100, start()).await.unwrap();
        assert!(messages.iter().all(|m| m.addressee.email() != "peggy@example.org"), "she asked to be rung");
    })
    .await;
}

#[tokio::test]
async fn what_became_unsafe_while_it_waited_does_not_leave() {
    on_both(async |store| {
        let v = Village::build(store, &TenantId::main(), "T").await;
        let gp = Village::ctx::<ReferPerson>(&v.gp, &v.practice, start());
        let mut said = answers("agreed");
        said.reach = "email".into();
        let request = said.check().unwrap();
        let mut written = vec![];
        for serial in [1, 2] {
            let key = Village::key(store.entropy());
            let referral =
                store.start_referral(&gp, &person(&format!("Person{serial}"), serial), key).await.unwrap().id;
            store.answer_draft(&gp, referral, &request).await.unwrap();
            written.push(v.accept(store, referral).await);
        }
        let read = Village::ctx::<ReadCase>(&v.worker, &v.scheme, start());
        let case = store.case(&read, written[0]).await.unwrap();
        let careful =
            SafeContact { guidance: Line::parse("her son reads it").unwrap(), ..case.person.safe_contact.clone() };
        let person = PersonHere { safe_contact: careful, ..case.person.clone() };
        let work = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        store.change_care(&work, written[0], (&person, case.version)).await.unwrap();
        let messages = store.claim_messages(100, start()).await.unwrap();
        let to_people = messages.iter().filter(|m| m.addressee.email() == "peggy@example.org").count();
        assert_eq!(to_people, 1, "only to the one for whom it is still safe");
    })
    .await;
}
