//! Two records of one person become one and two again, and a referral that is somebody else's leaves: nothing is lost on the way.

use fingerpost_correspondence_rules::message::{ByHand, MayLeave};
use fingerpost_correspondence_rules::retention::ErasureGround;
use fingerpost_domain::access::{AccessNeed, AccessNeeds};
use fingerpost_domain::case::{ClosingAnswers, Outcome};
use fingerpost_domain::id::{CaseId, PersonId, ReferralId, TenantId};
use fingerpost_domain::matching::Match;
use fingerpost_domain::organisation::OrganisationKind;
use fingerpost_domain::person::{PersonAnswers, PersonDetails};
use fingerpost_domain::referral::ReferralState;
use fingerpost_domain::text::Line;
use fingerpost_engine::values;
use fingerpost_policy::{KeepRecords, MergePeople, ReadCase, ReadSent, Triage, WorkCase};
use fingerpost_rights::{Obstacle, Rights};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Allocation, Ctx, Everything, SamePerson, Store, StoreError};
use jiff::SignedDuration;
use jiff::civil::date;

const WHY: &str = "Same address, and she says so";

fn why() -> Line<200> {
    Line::parse(WHY).unwrap().unwrap()
}

/// The same somebody as a practice that has no number for her writes her down.
pub(crate) fn without_number(given: &str) -> PersonDetails {
    let answers = PersonAnswers {
        given: given.into(),
        family: "Alderthwaite".into(),
        born_day: "4".into(),
        born_month: "6".into(),
        born_year: "1947".into(),
        phone: "01632 960 777".into(),
        address: "3 Mill Lane".into(),
        ..PersonAnswers::default()
    };
    answers.check(fingerpost_domain::calendar::day_of(start())).unwrap()
}

struct Here<'a> {
    store: &'a Store,
    village: Village,
    rights: Rights,
}

impl<'a> Here<'a> {
    async fn of(store: &'a Store) -> Self {
        let village = Village::build(store, &TenantId::main(), "T").await;
        Self { store, village, rights: Rights::over(store.clone()) }
    }

    fn merge(&self) -> Ctx<MergePeople> {
        self.later(1)
    }

    /// A minute after the other: what came before and what after has an order.
    fn later(&self, minutes: i64) -> Ctx<MergePeople> {
        let now = start().saturating_add(SignedDuration::from_mins(minutes)).unwrap();
        Village::ctx(&self.village.supervisor, &self.village.scheme, now)
    }

    async fn accept(&self, referral: ReferralId, person: SamePerson) -> CaseId {
        let ctx = Village::ctx::<Triage>(&self.village.supervisor, &self.village.scheme, start());
        let allocation = Allocation { worker: self.village.worker.actor.user, person };
        self.store.accept(&ctx, referral, allocation).await.unwrap().case
    }

    async fn likely(&self, referral: ReferralId) -> Vec<PersonId> {
        let ctx = Village::ctx::<Triage>(&self.village.supervisor, &self.village.scheme, start());
        let waiting = self.store.waiting_one(&ctx, referral).await.unwrap();
        waiting.likely.iter().map(|each| each.id).collect()
    }

    /// Sends somebody who is taken up as nobody who is here.
    async fn new_case(&self, person: &PersonDetails) -> (ReferralId, CaseId) {
        let referral = self.village.send(self.store, person).await;
        let others = self.likely(referral).await;
        (referral, self.accept(referral, SamePerson::New(others)).await)
    }

    /// Puts two records together as they stand now.
    async fn join(&self, ctx: &Ctx<MergePeople>, pair: (CaseId, CaseId)) -> Result<(), StoreError> {
        let mark = self.rights.compare(ctx, pair).await.unwrap().mark;
        self.rights.join_records(ctx, pair, (&why(), &mark)).await
    }

    async fn close(&self, case: CaseId) {
        let read = Village::ctx::<ReadCase>(&self.village.supervisor, &self.village.scheme, start());
        let work = Village::ctx::<WorkCase>(&self.village.supervisor, &self.village.scheme, start());
        let version = self.store.case(&read, case).await.unwrap().version;
        let answers = ClosingAnswers {
            outcome: "reached".into(),
            continues: "Nothing.".into(),
            referrer_hears: "status_only".into(),
            ..ClosingAnswers::default()
        };
        self.store.close_case(&work, case, (&answers.check().unwrap(), version)).await.unwrap();
    }

    async fn text(&self, sql: &'static str, of: impl ToString) -> Option<String> {
        let row = self.store.ledger().db().row(sql, values![of.to_string()]).await.unwrap();
        row.and_then(|row| row.opt_text("it").unwrap())
    }

    async fn person_of(&self, case: CaseId) -> String {
        self.text("SELECT person AS it FROM case_file WHERE id = $1", case).await.unwrap()
    }

    async fn case_of(&self, referral: ReferralId) -> Option<String> {
        self.text("SELECT case_id AS it FROM referral WHERE id = $1", referral).await
    }

    /// Every row of everything, but the audit, what is noted of the joining, and what says that a row was touched.
    async fn everything(&self) -> Vec<String> {
        let left_out = ["audit_row", "audit_block", "person_join"];
        let touched = ["version"];
        let mut everything = self.store.ledger().everything(start()).await.unwrap();
        let mut all = vec![];
        for (table, columns) in Everything::tables().filter(|(table, _)| !left_out.contains(table)) {
            let rows = everything.each_row(table, |cells| {
                let stays = |at: usize| table != "case_file" || !touched.contains(&columns[at]);
                let cells: Vec<_> = cells.iter().enumerate().filter(|(at, _)| stays(*at)).collect();
                let row = format!("{table} {cells:?}");
                // Messages to colleagues are news, and not taken back.
                if table != "outbox" || !row.contains("\"user\"") {
                    all.push(row);
                }
                Ok::<(), StoreError>(())
            });
            rows.await.unwrap();
        }
        all
    }
}

/// Rows that are in one and not in the other.
fn differ(before: &[String], after: &[String]) -> Vec<String> {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|row| !those.contains(row)).cloned().collect()
    };
    [only(before, after), only(after, before)].concat()
}

#[tokio::test]
async fn two_open_cases_of_one_person_become_one_and_come_apart_as_they_were() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (_, first) = here.new_case(&person("Peggy", 1)).await;
        let (second_sent, second) = here.new_case(&without_number("Peggy")).await;
        let (kept, gone) = (here.person_of(first).await, here.person_of(second).await);
        assert_ne!(kept, gone);
        let ctx = here.merge();
        let alike = here.rights.likenesses(&ctx, first).await.unwrap();
        assert_eq!(alike.likely.len(), 1);
        assert_eq!((alike.likely[0].0, alike.likely[0].2), (second, Match::NameAndBirthDate));
        let before = here.everything().await;

        let compared = here.rights.compare(&ctx, (first, second)).await.unwrap();
        assert_eq!((compared.obstacle, compared.both_open()), (None, true));
        assert!(compared.after.details.nhs_number.is_some() && compared.after.details.address.is_some());
        here.join(&ctx, (first, second)).await.unwrap();
        let again = here.join(&ctx, (first, second)).await;
        assert!(matches!(again, Err(StoreError::ChangedMeanwhile)), "a second press joins nothing with itself");
        assert_eq!(here.person_of(second).await, kept);
        assert_eq!(
            here.case_of(second_sent).await,
            Some(first.to_string()),
            "its letters come from where work goes on"
        );
        let read = Village::ctx::<ReadCase>(&here.village.supervisor, &here.village.scheme, start());
        let ended = store.case(&read, second).await.unwrap();
        assert_eq!(ended.closed.map(|(_, outcome)| outcome), Some(Outcome::JoinedRecord));
        assert_eq!(store.case(&read, first).await.unwrap().sent_by.len(), 2);
        // Whoever is referred again under the name of the record that went is found as the one who stands.
        let third = here.village.send(store, &without_number("Peggy")).await;
        let found: Vec<String> = here.likely(third).await.iter().map(ToString::to_string).collect();
        assert_eq!(found, std::slice::from_ref(&kept));
        let withdraw = Village::ctx(&here.village.gp, &here.village.practice, start());
        store.take_back(&withdraw, third).await.unwrap();

        let joins = here.rights.likenesses(&ctx, first).await.unwrap().joins;
        assert_eq!((joins.len(), joins[0].why.as_str()), (1, WHY));
        here.rights.take_apart(&here.later(2), first, joins[0].id).await.unwrap();
        let twice = here.rights.take_apart(&here.later(2), first, joins[0].id).await;
        assert!(matches!(twice, Err(StoreError::ChangedMeanwhile)));
        let mut after = here.everything().await;
        after.retain(|row| !row.contains(&third.to_string()));
        assert_eq!(differ(&before, &after), Vec::<String>::new(), "as if nothing had been");
        let joins = here.rights.likenesses(&ctx, first).await.unwrap().joins;
        assert!(joins[0].undone.is_some(), "and it says that it was");
    })
    .await;
}

#[tokio::test]
async fn what_keeps_somebody_safe_is_joined_and_what_was_written_since_stays() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let first_sent = here
            .village
            .send_with(store, &person("Peggy", 1), |typed| {
                (typed.risk, typed.risk_note) = ("none_known".into(), String::new())
            })
            .await;
        let first = here.accept(first_sent, SamePerson::New(vec![])).await;
        let (_, second) = here.new_case(&without_number("Peggy")).await;
        here.close(second).await;
        let ctx = here.merge();
        here.join(&ctx, (first, second)).await.unwrap();
        let read = Village::ctx::<ReadCase>(&here.village.worker, &here.village.scheme, start());
        let work = Village::ctx::<WorkCase>(&here.village.worker, &here.village.scheme, start());
        let case = store.case(&read, first).await.unwrap();
        assert_eq!(case.person.risk.note(), Some("Lively dog."), "the dog of the second is the dog of both");
        assert!(case.person.safe_contact.guidance.is_some(), "the other way to reach them stands beside the first");
        // The link worker mends the telephone afterwards: taking apart does not take that away.
        let mut mended = case.person.clone();
        mended.details.phone = without_number("Peggy").phone;
        store.change_care(&work, first, (&mended, case.version)).await.unwrap();
        let join = here.rights.likenesses(&ctx, first).await.unwrap().joins[0].id;
        here.rights.take_apart(&here.later(2), first, join).await.unwrap();
        let case = store.case(&read, first).await.unwrap();
        assert_eq!(case.person.risk.note(), None);
        assert_eq!(case.person.details.phone, mended.details.phone);
    })
    .await;
}

#[tokio::test]
async fn two_people_are_not_made_one_and_another_schemes_record_is_not_moved() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (_, first) = here.new_case(&person("Peggy", 1)).await;
        let (_, other) = here.new_case(&person("Meg", 2)).await;
        let ctx = here.merge();
        let obstacle = async |pair| here.rights.compare(&ctx, pair).await.unwrap().obstacle;
        assert_eq!(obstacle((first, other)).await, Some(Obstacle::TwoNumbers));
        assert_eq!(obstacle((first, first)).await, Some(Obstacle::OneRecord));
        let refused = here.join(&ctx, (first, other)).await;
        assert!(matches!(refused, Err(StoreError::ChangedMeanwhile)));

        let (_, second) = here.new_case(&without_number("Meg")).await;
        let service = Village::choir(store).await;
        here.village.offer(store, (second, service), ("name", Village::key(store.entropy()))).await;
        assert_eq!(obstacle((other, second)).await, Some(Obstacle::GoesOn), "a group was asked and would be left behind");
        assert_eq!(obstacle((second, other)).await, None, "unless that one is kept");

        // The same body is a scheme of its own, and knows the second one too.
        let elsewhere = here.village.body(store, OrganisationKind::Scheme, "V").await;
        let mut tx = store.ledger().db().write().await.unwrap();
        let scheme = "INSERT INTO scheme (tenant, organisation, min_age, sessions_agreed, answer_working_days, self_referral) VALUES ('main', $1, 18, 6, 1, 1)";
        tx.run(scheme, values![elsewhere.0.id]).await.unwrap();
        let twin = "INSERT INTO case_file (tenant, id, scheme, person, worker, practice, opened_at, sent_at, sessions_agreed, referrer_hears) \
                    SELECT tenant, $1, $2, person, worker, practice, opened_at, sent_at, sessions_agreed, referrer_hears FROM case_file WHERE id = $3";
        let theirs: CaseId = store.entropy().id(start());
        tx.run(twin, values![theirs, elsewhere.0.id, second]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(obstacle((other, second)).await, Some(Obstacle::Elsewhere));
        assert!(matches!(here.rights.compare(&ctx, (first, theirs)).await, Err(StoreError::NotFound)));
        let there: Ctx<MergePeople> = Village::ctx(&elsewhere.1, &elsewhere.0, start());
        assert!(matches!(here.rights.likenesses(&there, first).await, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_referral_that_was_taken_for_somebody_elses_waits_again_and_is_answered_anew() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (_, first) = here.new_case(&person("Peggy", 1)).await;
        let sent = here.village.send(store, &without_number("Peggy")).await;
        let whose: PersonId = here.person_of(first).await.parse().unwrap();
        let before = here.everything().await;
        assert_eq!(here.accept(sent, SamePerson::Here(whose)).await, first);
        let read = Village::ctx::<ReadCase>(&here.village.worker, &here.village.scheme, start());
        assert!(store.case(&read, first).await.unwrap().person.details.address.is_some(), "what the referral says is joined");

        let ctx = here.later(2);
        assert!(here.rights.take_out(&ctx, first, sent).await.unwrap(), "it waits again");
        let mut after = here.everything().await;
        let is_sent = |row: &String| row.starts_with("referral ") && row.contains(&sent.to_string());
        let (mut was, mut is) = (before, vec![]);
        was.retain(|row| !is_sent(row));
        after.retain(|row| if is_sent(row) { is.push(row.clone()); false } else { true });
        assert_eq!(differ(&was, &after), Vec::<String>::new(), "and nothing of it is left in what is somebody else's");
        let triage = Village::ctx::<Triage>(&here.village.supervisor, &here.village.scheme, ctx.now);
        assert!(store.waiting(&triage, 0).await.unwrap().iter().any(|row| row.id == sent));
        let again = here.rights.take_out(&ctx, first, sent).await;
        assert!(matches!(again, Err(StoreError::NotFound)), "a second press finds nothing");

        let new = here.accept(sent, SamePerson::New(vec![whose])).await;
        assert_ne!(here.person_of(new).await, whose.to_string());
        let told = "SELECT CAST(COUNT(*) AS TEXT) AS it FROM outbox WHERE template = 'referral_answered' AND substr(subject, 1, 26) = $1";
        assert_eq!(here.text(told, sent).await.as_deref(), Some("2"), "the second answer is a message of its own");
    })
    .await;
}

#[tokio::test]
async fn a_letter_about_somebody_else_is_taken_back_from_whoever_had_sent_the_referral() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (_, first) = here.new_case(&person("Peggy", 1)).await;
        let sent = here.village.send(store, &without_number("Peggy")).await;
        let whose: PersonId = here.person_of(first).await.parse().unwrap();
        here.accept(sent, SamePerson::Here(whose)).await;
        here.close(first).await;
        let gp = || Village::ctx::<ReadSent>(&here.village.gp, &here.village.practice, start());
        assert_eq!(store.sent_one(&gp(), sent).await.unwrap().feedback.len(), 1, "the closing letter, opened");
        here.rights.take_out(&here.later(2), first, sent).await.unwrap();
        let page = store.sent_one(&gp(), sent).await.unwrap();
        assert_eq!((page.feedback.len(), page.row.state), (0, ReferralState::Sent));
        // On the page of whom the letter was about, that it was sent stays.
        let read = Village::ctx::<ReadCase>(&here.village.supervisor, &here.village.scheme, start());
        let told = here.rights.known(&read, first).await.unwrap().told;
        assert!(
            told.iter().any(|row| row.what.starts_with("By mistake") && row.what.ends_with("after it was opened")),
            "{told:?}"
        );
        assert_eq!(page.row.unread, 0);
    })
    .await;
}

#[tokio::test]
async fn a_case_that_was_opened_for_the_wrong_one_moves_to_a_record_of_its_own() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (first_sent, first) = here.new_case(&person("Peggy", 1)).await;
        let only = here.rights.take_out(&here.merge(), first, first_sent).await;
        assert!(matches!(only, Err(StoreError::ChangedMeanwhile)), "the only one of somebody is about them");
        here.close(first).await;
        let sent = here.village.send(store, &without_number("Peggy")).await;
        let whose: PersonId = here.person_of(first).await.parse().unwrap();
        let second = here.accept(sent, SamePerson::Here(whose)).await;
        assert_ne!(first, second);
        assert!(!here.rights.take_out(&here.later(2), second, sent).await.unwrap(), "it is taken up already");
        assert_ne!(here.person_of(second).await, whose.to_string());
        let read = Village::ctx::<ReadCase>(&here.village.supervisor, &here.village.scheme, start());
        assert!(store.case(&read, first).await.unwrap().person.details.address.is_none());
        assert!(store.case(&read, second).await.unwrap().person.details.address.is_some());

        // With the person's own number on it, it can be nobody else's: one of the two numbers is wrong.
        let numbered = here.village.send(store, &person("Peggy", 1)).await;
        let third = here.accept(numbered, SamePerson::Here(whose)).await;
        let refused = here.rights.take_out(&here.later(2), third, numbered).await;
        assert!(matches!(refused, Err(StoreError::AlreadyThere)), "{refused:?}");
        assert_eq!(here.person_of(third).await, whose.to_string());
    })
    .await;
}

#[tokio::test]
async fn whoever_was_two_records_is_forgotten_as_both() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (_, first) = here.new_case(&person("Peggy", 1)).await;
        let (_, second) = here.new_case(&without_number("Peggy")).await;
        let (kept, gone) = (here.person_of(first).await, here.person_of(second).await);
        here.join(&here.merge(), (first, second)).await.unwrap();
        here.close(first).await;
        let keeper: Ctx<KeepRecords> = Village::ctx(&here.village.supervisor, &here.village.scheme, here.later(9).now);
        here.rights.erase(&keeper, second, ErasureGround::TheyAsked).await.unwrap();
        let left = here.everything().await;
        for id in [kept, gone, first.to_string(), second.to_string()] {
            assert!(!left.iter().any(|row| row.contains(&id)), "{id}");
        }
        let join = "SELECT id AS it FROM person_join WHERE scheme = $1";
        assert_eq!(here.text(join, here.village.scheme.id).await, None);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_needs_and_wants_is_never_less_after_joining_or_parting() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (_, first) = here.new_case(&person("Peggy", 1)).await;
        let (_, second) = here.new_case(&without_number("Peggy")).await;
        let work = Village::ctx::<WorkCase>(&here.village.worker, &here.village.scheme, start());
        let read = Village::ctx::<ReadCase>(&here.village.worker, &here.village.scheme, start());
        let needs =
            |needs: &[AccessNeed]| AccessNeeds { needs: needs.into(), may_share: true, review_on: date(2027, 1, 1) };
        let said = std::collections::BTreeMap::new();
        store.say_about_person(&work, first, (&said, Some(&needs(&[])))).await.unwrap();
        store.say_about_person(&work, second, (&said, Some(&needs(&[AccessNeed::LargePrint])))).await.unwrap();
        here.rights.change_messages(&work, second, false).await.unwrap();
        let db = store.ledger().db();
        let hold = async |case: CaseId, until: &str, day: i64| {
            let sql = "INSERT INTO record_hold (tenant, id, scheme, person, until_on, reason, decided_by, decided_at) \
                       SELECT tenant, $1, scheme, person, $3, 'A claim', worker, $4 FROM case_file WHERE id = $2";
            let id: fingerpost_domain::id::RecordHoldId = store.entropy().id(start());
            let mut tx = db.write().await.unwrap();
            tx.run(sql, values![id, case, until, day]).await.unwrap();
            tx.commit().await.unwrap();
        };
        // The longer one was decided first.
        hold(first, "2035-01-01", 1).await;
        hold(second, "2027-01-01", 2).await;
        let access = async |case| store.case(&read, case).await.unwrap().access.unwrap().needs;
        let stopped =
            async |case| here.rights.known(&read, case).await.unwrap().reach == MayLeave::ByHand(ByHand::Stopped);

        let ctx = here.merge();
        here.join(&ctx, (first, second)).await.unwrap();
        assert_eq!(access(first).await, [AccessNeed::LargePrint]);
        assert!(stopped(first).await, "whoever stopped messages on either is sent none");
        let keeper: Ctx<KeepRecords> = Village::ctx(&here.village.supervisor, &here.village.scheme, ctx.now);
        let held = here.rights.record_to_review(&keeper, first).await.unwrap().held;
        assert_eq!(held[0].0, date(2035, 1, 1), "the longer time stands");
        let next = store.case(&read, first).await.unwrap().next_action.unwrap();
        assert_eq!(next, "Read the other record of theirs too. Then: First call. Then: First call");

        let join = here.rights.likenesses(&ctx, first).await.unwrap().joins[0].id;
        here.rights.take_apart(&here.later(2), first, join).await.unwrap();
        assert_eq!((access(first).await, access(second).await), (vec![], vec![AccessNeed::LargePrint]));
        assert!(stopped(first).await && stopped(second).await, "and it is nobody's to take back but theirs");
        assert_eq!(store.case(&read, first).await.unwrap().next_action.as_deref(), Some("First call"));
        assert_eq!(store.case(&read, second).await.unwrap().next_action.as_deref(), Some("First call"));
    })
    .await;
}

#[tokio::test]
async fn what_was_compared_is_what_is_put_together_and_the_newest_is_taken_apart_first() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (_, first) = here.new_case(&person("Peggy", 1)).await;
        let (_, second) = here.new_case(&without_number("Peggy")).await;
        let ctx = here.merge();
        let old = here.rights.compare(&ctx, (first, second)).await.unwrap().mark;
        here.close(second).await;
        let stale = here.rights.join_records(&ctx, (first, second), (&why(), &old)).await;
        assert!(matches!(stale, Err(StoreError::ChangedMeanwhile)), "it was closed since they were compared");
        here.join(&ctx, (first, second)).await.unwrap();
        let (third_sent, third) = here.new_case(&without_number("Peggy")).await;
        here.join(&here.later(2), (first, third)).await.unwrap();
        let joins = here.rights.likenesses(&ctx, first).await.unwrap().joins;
        let (newest, older) = (joins[0].id, joins[1].id);
        let early = here.rights.take_apart(&here.later(3), first, older).await;
        assert!(matches!(early, Err(StoreError::ChangedMeanwhile)));
        let out = here.rights.take_out(&here.later(3), first, third_sent).await;
        assert!(
            matches!(out, Err(StoreError::ChangedMeanwhile)),
            "nothing is taken out of two records that stand as one"
        );
        here.rights.take_apart(&here.later(3), first, newest).await.unwrap();
        here.rights.take_apart(&here.later(4), first, older).await.unwrap();
        assert_eq!(here.case_of(third_sent).await, Some(third.to_string()));

        // Where one referrer is to hear nothing, somebody asks first.
        let work = Village::ctx::<WorkCase>(&here.village.worker, &here.village.scheme, start());
        here.rights.take_everything_back(&work, third).await.unwrap();
        assert_eq!(here.rights.compare(&ctx, (first, third)).await.unwrap().obstacle, Some(Obstacle::Silence));
    })
    .await;
}

#[tokio::test]
async fn a_visit_of_the_other_record_that_is_called_off_is_still_told_to_them() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let by_email = |typed: &mut fingerpost_domain::referral::ReferralAnswers| typed.reach = "email".into();
        let first_sent = here.village.send(store, &person("Peggy", 1)).await;
        let first = here.accept(first_sent, SamePerson::New(vec![])).await;
        let mut other = without_number("Peggy");
        other.email = person("Peggy", 1).email;
        let sent = here.village.send_with(store, &other, by_email).await;
        let others = here.likely(sent).await;
        let second = here.accept(sent, SamePerson::New(others)).await;
        // What has left is kept under the one who is written to from now on.
        store.claim_messages(50, start()).await.unwrap();
        here.close(second).await;
        here.join(&here.merge(), (first, second)).await.unwrap();
        let to = "SELECT recipient AS it FROM outbox WHERE recipient_kind = 'person' AND case_id = $1";
        assert_eq!(here.text(to, second).await, Some(here.person_of(first).await));
    })
    .await;
}

#[tokio::test]
async fn the_call_that_a_referral_was_to_bring_goes_with_it_and_what_came_next_stays() {
    on_both(async |store| {
        let here = Here::of(store).await;
        let (_, first) = here.new_case(&person("Peggy", 1)).await;
        let whose: PersonId = here.person_of(first).await.parse().unwrap();
        let mut tx = store.ledger().db().write().await.unwrap();
        tx.run("UPDATE case_file SET next_due = '2027-06-01' WHERE id = $1", values![first]).await.unwrap();
        tx.commit().await.unwrap();
        let sent = here.village.send(store, &without_number("Peggy")).await;
        here.accept(sent, SamePerson::Here(whose)).await;
        let next = async || here.text("SELECT next_action AS it FROM case_file WHERE id = $1", first).await;
        assert_eq!(next().await.as_deref(), Some("Call: they were referred again. Then: First call"));
        here.rights.take_out(&here.later(2), first, sent).await.unwrap();
        assert_eq!(next().await.as_deref(), Some("First call"));
    })
    .await;
}
