//! Records are kept as long as their scheme says, and gone for good afterwards: nothing of them is left but what the audit says.

use fingerpost_correspondence_rules::retention::{ErasureGround, Schedule};
use fingerpost_demo::{Plan, Size, fill};
use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::{CaseId, OutboxId, ReferralId, TenantId, UserId};
use fingerpost_domain::text::Note;
use fingerpost_engine::values;
use fingerpost_policy::KeepRecords;
use fingerpost_rights::{RECORDS, Rights, statements};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Ctx, Everything, Store, StoreError};
use jiff::civil::date;
use jiff::{SignedDuration, Span};

/// Nine years after everything happened.
fn later() -> Timestamp {
    start().saturating_add(Span::new().hours(9 * 366 * 24)).unwrap()
}

fn note(text: &str) -> Note<600> {
    Note::parse(text).unwrap().unwrap()
}

/// The supervisor of an invented neighbourhood, in which every table that holds a person has rows.
async fn keeper(store: &Store) -> Ctx<KeepRecords> {
    fill(store, Plan { size: Size::Neighbourhood, seed: 7, today: day_of(start()) }, |_, _| {}).await.unwrap();
    let first = "SELECT user_id FROM membership WHERE role = 'supervisor' ORDER BY user_id LIMIT 1";
    let row = store.ledger().db().row(first, vec![]).await.unwrap().unwrap();
    let user: UserId = row.parsed("user_id").unwrap();
    let who = store.load_signed_in(&TenantId::main(), user).await.unwrap().unwrap();
    Village::ctx(&who, &who.places[0].0, later())
}

/// Whatever names the person of a case: ids of everything of theirs, and their number.
async fn names_of(store: &Store, case: CaseId) -> Vec<String> {
    let mut all = vec![case.to_string()];
    for (sql, column) in [
        ("SELECT person AS id FROM case_file WHERE id = $1", "id"),
        ("SELECT p.nhs_number FROM person p JOIN case_file c ON c.person = p.id WHERE c.id = $1", "nhs_number"),
        ("SELECT id FROM referral WHERE case_id = $1", "id"),
        ("SELECT reference AS id FROM referral WHERE case_id = $1", "id"),
        ("SELECT id FROM contact WHERE case_id = $1", "id"),
        ("SELECT id FROM connection WHERE case_id = $1", "id"),
        ("SELECT id FROM assessment WHERE case_id = $1", "id"),
        ("SELECT id FROM visit WHERE case_id = $1", "id"),
        ("SELECT f.id FROM feedback f JOIN referral r ON r.id = f.referral WHERE r.case_id = $1", "id"),
        ("SELECT id FROM consent WHERE case_id = $1", "id"),
    ] {
        for row in store.ledger().db().rows(sql, values![case]).await.unwrap() {
            all.extend(row.opt_text(column).unwrap());
        }
    }
    all
}

/// Messages to colleagues about whatever there is, as they are written about a referral's question or a visit that is late.
async fn told_colleagues(store: &Store, case: CaseId) {
    let mut ids = vec![case.to_string()];
    for sql in [
        "SELECT person AS id FROM case_file WHERE id = $1",
        "SELECT id FROM referral WHERE case_id = $1",
        "SELECT id FROM connection WHERE case_id = $1",
        "SELECT id FROM assessment WHERE case_id = $1",
        "SELECT id FROM visit WHERE case_id = $1",
        "SELECT f.id FROM feedback f JOIN referral r ON r.id = f.referral WHERE r.case_id = $1",
    ] {
        let rows = store.ledger().db().rows(sql, values![case]).await.unwrap();
        ids.extend(rows.iter().map(|row| row.text("id").unwrap()));
    }
    let subjects = ids.into_iter().flat_map(|id| [format!("{id}/2026-11-21"), id]);
    for (at, subject) in subjects.enumerate() {
        let id: OutboxId = store.entropy().id(start());
        let sql = "INSERT INTO outbox (tenant, id, template, recipient_kind, recipient, subject, run_at, attempts, channel) VALUES ('main', $1, 'answer_due', 'user', $2, $3, 0, 0, 'email')";
        let mut tx = store.ledger().db().write().await.unwrap();
        tx.run(sql, values![id, format!("somebody-{at}"), subject]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Every row that holds one of the words, but the audit.
async fn rows_with(store: &Store, words: &[String]) -> Vec<String> {
    let mut everything = store.ledger().everything(start()).await.unwrap();
    let mut found = vec![];
    for (table, _) in Everything::tables() {
        let rows = everything.each_row(table, |cells| {
            let row = format!("{table} {cells:?}");
            if words.iter().any(|word| row.contains(word.as_str())) {
                found.push(row);
            }
            Ok::<(), StoreError>(())
        });
        rows.await.unwrap();
    }
    found.retain(|row| !row.starts_with("audit"));
    found
}

#[tokio::test]
async fn what_is_destroyed_is_gone_from_every_table_and_the_audit_stays_whole() {
    on_both(async |store| {
        let (ctx, rights) = (keeper(store).await, Rights::over(store.clone()));
        let schedule = Schedule::proposed();
        let due = rights.due_for_review(&ctx, &schedule).await.unwrap();
        assert_eq!(due.len(), RECORDS, "more follow when these are decided");
        assert!(due.windows(2).all(|pair| pair[0].ended <= pair[1].ended), "the oldest first");
        assert!(due.iter().all(|record| schedule.keep_until(record.born, record.ended) < day_of(ctx.now)));

        let kept = due[0].case;
        let until = date(2040, 1, 1);
        rights.keep_longer(&ctx, kept, (until, &note("A complaint is open"))).await.unwrap();
        assert_eq!(rights.record_to_review(&ctx, kept).await.unwrap().held[0].0, until);
        let left = rights.due_for_review(&ctx, &schedule).await.unwrap();
        assert!(left.iter().all(|record| record.case != kept), "whoever is kept longer is not asked about");
        let refused = rights.erase(&ctx, kept, ErasureGround::TheyAsked).await;
        assert!(matches!(refused, Err(StoreError::ChangedMeanwhile)), "a decision keeps it, whatever the reason");
        // The newest decision counts.
        let sooner = (date(2035, 12, 1), &note("The complaint has ended"));
        let later = Ctx { now: ctx.now.saturating_add(SignedDuration::from_secs(1)).unwrap(), ..ctx.clone() };
        rights.keep_longer(&later, kept, sooner).await.unwrap();
        rights.keep_longer(&later, kept, sooner).await.unwrap();
        let held = rights.record_to_review(&ctx, kept).await.unwrap();
        assert_eq!((held.held.len(), held.held[0].0), (2, sooner.0), "the same decision twice is one");

        // The last of them have the most: letters, visits, an answer that was asked for twice.
        for record in left.iter().rev().take(7) {
            let names = names_of(store, record.case).await;
            told_colleagues(store, record.case).await;
            assert!(rows_with(store, &names[..1]).await.len() > 1);
            let rows = rights.erase(&ctx, record.case, ErasureGround::TimeOver).await.unwrap();
            assert!(rows > 3);
            assert_eq!(rows_with(store, &names).await, Vec::<String>::new());
            let again = rights.erase(&ctx, record.case, ErasureGround::TimeOver).await;
            assert!(matches!(again, Err(StoreError::NotFound)));
        }
        let done = rights.erasures(&ctx).await.unwrap();
        assert_eq!((done.len(), done[0].ground, done[0].ended_year), (7, ErasureGround::TimeOver, 2026));
        store.ledger().seal_audit(ctx.now).await.unwrap();
        assert_eq!(store.ledger().verify_audit(None).await.unwrap().faults, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn an_open_case_and_another_schemes_are_left_alone() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let other = Village::build(store, &"elsewhere".parse().unwrap(), "U").await;
        let referral = village.send(store, &person("Peggy", 1)).await;
        let case = village.accept(store, referral).await;
        let rights = Rights::over(store.clone());
        let ctx: Ctx<KeepRecords> = Village::ctx(&village.supervisor, &village.scheme, later());
        assert_eq!(rights.record_to_review(&ctx, case).await.unwrap().ended, None);
        let open = rights.erase(&ctx, case, ErasureGround::Mistake).await;
        assert!(matches!(open, Err(StoreError::ChangedMeanwhile)));
        assert!(rights.due_for_review(&ctx, &Schedule::proposed()).await.unwrap().is_empty());
        let elsewhere: Ctx<KeepRecords> = Village::ctx(&other.supervisor, &other.scheme, later());
        assert!(matches!(rights.record_to_review(&elsewhere, case).await, Err(StoreError::NotFound)));
        assert!(matches!(rights.erase(&elsewhere, case, ErasureGround::Mistake).await, Err(StoreError::NotFound)));
        let until = (date(2040, 1, 1), &note("No reason"));
        assert!(matches!(rights.keep_longer(&elsewhere, case, until).await, Err(StoreError::NotFound)));
    })
    .await;
}

/// Somebody whom two schemes of one tenant know: each forgets what is its own, and who they are goes with the last.
#[tokio::test]
async fn another_scheme_keeps_what_it_knows_and_the_last_one_forgets_who_they_are() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (first, second) = (person("Peggy", 1), person("Peggy", 1));
        let case = village.accept(store, village.send(store, &first).await).await;
        let refused = village.send(store, &second).await;
        let other = village.body(store, fingerpost_domain::organisation::OrganisationKind::Scheme, "V").await;
        let db = store.ledger().db();
        // The case as another scheme's too, and both closed years ago; a referral that came to nothing before that.
        let mut tx = db.write().await.unwrap();
        let copied = "INSERT INTO scheme (tenant, organisation, min_age, sessions_agreed, answer_working_days, self_referral) VALUES ('main', $1, 18, 6, 1, 1)";
        tx.run(copied, values![other.0.id]).await.unwrap();
        let worker = "INSERT INTO link_worker (tenant, user_id, scheme, languages, places) SELECT 'main', worker, $1, 'English', 3 FROM case_file WHERE id = $2";
        tx.run(worker, values![other.0.id, case]).await.unwrap();
        tx.run("UPDATE case_file SET closed_at = opened_at, outcome = 'goals_met' WHERE id = $1", values![case]).await.unwrap();
        let elsewhere: CaseId = store.entropy().id(start());
        let twin = "INSERT INTO case_file (tenant, id, scheme, person, worker, practice, opened_at, sent_at, sessions_agreed, referrer_hears, closed_at, outcome) \
                    SELECT tenant, $1, $2, person, worker, practice, opened_at, sent_at, sessions_agreed, referrer_hears, closed_at, outcome FROM case_file WHERE id = $3";
        tx.run(twin, values![elsewhere, other.0.id, case]).await.unwrap();
        let no = "UPDATE referral SET state = 'not_accepted', sent_at = 0, decided_at = 1 WHERE id = $1";
        tx.run(no, values![refused]).await.unwrap();
        tx.commit().await.unwrap();

        let rights = Rights::over(store.clone());
        let ctx: Ctx<KeepRecords> = Village::ctx(&village.supervisor, &village.scheme, later());
        let there = async |sql: &'static str, id: String| db.row(sql, values![id]).await.unwrap().is_some();
        let person = db.row("SELECT person FROM case_file WHERE id = $1", values![case]).await.unwrap().unwrap();
        let person = person.text("person").unwrap();
        rights.erase(&ctx, case, ErasureGround::TimeOver).await.unwrap();
        assert!(!there("SELECT id FROM case_file WHERE id = $1", case.to_string()).await);
        assert!(!there("SELECT id FROM referral WHERE id = $1", ReferralId::to_string(&refused)).await, "what came to nothing goes too");
        assert!(there("SELECT id FROM case_file WHERE id = $1", elsewhere.to_string()).await);
        assert!(there("SELECT id FROM person WHERE id = $1", person.clone()).await, "the other scheme still knows them");
    })
    .await;
}

#[tokio::test]
async fn a_schedule_is_dated_and_the_newest_in_force_counts() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (rights, ctx) = (Rights::over(store.clone()), Village::ctx(&village.supervisor, &village.scheme, start()));
        let today = day_of(start());
        assert_eq!(rights.schedule_on(&ctx, today).await.unwrap(), None, "nobody has confirmed one");
        let first = Schedule { adult_years: 10, ..Schedule::proposed() };
        let coming = Schedule { adult_years: 12, in_force_from: date(2027, 4, 1), ..Schedule::proposed() };
        for schedule in [&first, &coming] {
            rights.confirm_schedule(&ctx, schedule).await.unwrap();
        }
        assert_eq!(rights.schedule_on(&ctx, today).await.unwrap(), Some(first));
        assert_eq!(rights.schedule_on(&ctx, date(2027, 4, 1)).await.unwrap(), Some(coming));
        assert_eq!(rights.schedules(&ctx).await.unwrap().len(), 2);
    })
    .await;
}

/// A table that comes later and holds somebody has to be thought of.
#[test]
fn every_table_that_belongs_to_somebody_is_emptied_of_them() {
    let deleted: Vec<&str> = statements()
        .filter(|(_, sql)| sql.starts_with("DELETE FROM "))
        .filter_map(|(_, sql)| sql.split_whitespace().nth(2))
        .collect();
    for (table, columns) in Everything::tables() {
        // What a launch carries is forgotten within minutes; the addresses of a survey are called contacts.
        let other = matches!(table, "launch" | "survey_address" | "survey_draw");
        let of_somebody = ["case_id", "person", "referral", "connection", "contact", "assessment"];
        let belongs = columns.iter().any(|column| of_somebody.contains(column));
        assert!(!belongs || other || deleted.contains(&table), "{table} holds somebody and is not emptied");
    }
}
