//! What a scheme sets is kept by versions, and letters at milestones follow it.

use fingerpost_domain::calendar::day_of;
use fingerpost_domain::case::{CaseStanding, ContactAnswers, ContactEntry};
use fingerpost_domain::feedback::FeedbackKind;
use fingerpost_domain::id::TenantId;
use fingerpost_domain::plan::{Plan, PlanAnswers};
use fingerpost_domain::text::Note;
use fingerpost_intake::Intake;
use fingerpost_intake_rules::settings::{IntakeSettings, IntakeState, Milestone};
use fingerpost_policy::{ReadSent, SetIntake, WorkCase};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{JobKind, Store, StoreError};

fn full() -> IntakeSettings {
    IntakeSettings { state: IntakeState::Full, instead: Note::parse("Ring us").unwrap(), ..IntakeSettings::default() }
}

#[tokio::test]
async fn two_supervisors_at_once_do_not_undo_each_other() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let ctx = Village::ctx::<SetIntake>(&village.supervisor, &village.scheme, start());
        let here = (&TenantId::main(), village.scheme.id);
        assert_eq!(store.intake_settings(here.0, here.1).await.unwrap(), IntakeSettings::default());
        intake.set(&ctx, (&full(), 0)).await.unwrap();
        intake.set(&ctx, (&full(), 0)).await.unwrap();
        let other = IntakeSettings { nudge_after: 3, ..IntakeSettings::default() };
        assert!(matches!(intake.set(&ctx, (&other, 0)).await, Err(StoreError::ChangedMeanwhile)));
        intake.set(&ctx, (&other, 1)).await.unwrap();
        let versions = intake.settings(&ctx).await.unwrap();
        assert_eq!(versions.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(versions[1].settings, full(), "what stood before is still there");
        assert_eq!(store.intake_settings(here.0, here.1).await.unwrap(), other);
    })
    .await;
}

pub(crate) fn met(line: &str, standing: CaseStanding) -> ContactEntry {
    met_and(line, if line.is_empty() { "" } else { "summary" }, standing)
}

fn met_and(line: &str, hears: &str, standing: CaseStanding) -> ContactEntry {
    let today = fingerpost_domain::calendar::day_of(start());
    let answers = ContactAnswers {
        kind: "phone".into(),
        happened: "used_session".into(),
        on_day: today.day().to_string(),
        on_month: today.month().to_string(),
        on_year: today.year().to_string(),
        note: "We talked.".into(),
        next: "Visit".into(),
        due_day: today.day().to_string(),
        due_month: today.month().to_string(),
        due_year: today.year().to_string(),
        line_for_referrer: line.into(),
        referrer_hears: hears.into(),
        ..ContactAnswers::default()
    };
    answers.check(standing, today).unwrap()
}

pub(crate) async fn work(store: &Store) {
    for job in store.claim_jobs(50, start()).await.unwrap() {
        if job.kind == JobKind::Milestone {
            store.write_milestone(&job, start()).await.unwrap();
            // At least once may be twice.
            store.write_milestone(&job, start()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_letter_is_written_at_the_milestones_that_the_scheme_chose_once() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let ctx = Village::ctx::<SetIntake>(&village.supervisor, &village.scheme, start());
        let (mut letters, worker) = (vec![], Village::ctx::<WorkCase>(&village.worker, &village.scheme, start()));
        let sent = Village::ctx::<ReadSent>(&village.gp, &village.practice, start());
        for (serial, milestones, version, line) in [
            (1, vec![], 0, ""),
            (2, vec![Milestone::FirstContact], 1, ""),
            (3, vec![Milestone::FirstContact], 2, "Met at the choir"),
        ] {
            let settings = IntakeSettings { milestones, ..IntakeSettings::default() };
            intake.set(&ctx, (&settings, version.min(serial - 1).into())).await.unwrap();
            let referral = village.send(store, &person("Peggy", serial)).await;
            let case = village.accept(store, referral).await;
            let page = store.case(&Village::ctx(&village.worker, &village.scheme, start()), case).await.unwrap();
            store
                .record_contact(
                    &worker,
                    case,
                    (&met(line, page.standing()), Village::key(store.entropy()), page.version),
                )
                .await
                .unwrap();
            work(store).await;
            letters.push(store.sent_one(&sent, referral).await.unwrap().feedback);
        }
        assert!(letters[0].is_empty(), "the scheme chose none");
        let kinds = |at: usize| letters[at].iter().map(|letter| letter.kind).collect::<Vec<_>>();
        assert_eq!(kinds(1), [FeedbackKind::FirstContact]);
        let told: Vec<&str> = letters[1][0].sections.iter().map(|section| section.text.as_str()).collect();
        assert!(told[1].contains("first contact") && told.len() == 2, "nobody has asked them yet: {told:?}");
        assert_eq!(kinds(2), [FeedbackKind::Progress], "the worker wrote: a second letter would say the same");
    })
    .await;
}

#[tokio::test]
async fn the_letter_that_is_seen_before_is_the_letter_that_is_written() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let ctx = Village::ctx::<SetIntake>(&village.supervisor, &village.scheme, start());
        let worker = Village::ctx::<WorkCase>(&village.worker, &village.scheme, start());
        let sent = Village::ctx::<ReadSent>(&village.gp, &village.practice, start());
        let settings =
            IntakeSettings { milestones: vec![Milestone::FirstContact, Milestone::Plan], ..IntakeSettings::default() };
        intake.set(&ctx, (&settings, 0)).await.unwrap();
        for (serial, line, hears) in [
            (1, "", "summary"),
            (2, "", "status_only"),
            (3, "", "nothing"),
            (4, "", ""),
            (5, "Met at the choir", "summary"),
        ] {
            let referral = village.send(store, &person("Peggy", serial)).await;
            let case = village.accept(store, referral).await;
            let page = store.case(&Village::ctx(&village.worker, &village.scheme, start()), case).await.unwrap();
            let entry = met_and(line, hears, page.standing());
            let seen = page.letter_after(&entry, &settings);
            let key = Village::key(store.entropy());
            store.record_contact(&worker, case, (&entry, key, page.version)).await.unwrap();
            work(store).await;
            let letters = store.sent_one(&sent, referral).await.unwrap().feedback;
            let written = letters.into_iter().next().map(|letter| letter.sections);
            assert_eq!(written, seen, "{line:?} with {hears:?}");

            // The plan's own letter tells what it says beyond "it goes on" only with a summary, and once.
            let answers = PlanAnswers { matters: "I used to sing.".into(), ..PlanAnswers::default() };
            for version in 0..2 {
                let plan = answers.check(&Plan::default(), day_of(start())).unwrap();
                store.save_plan(&worker, case, (&plan, version, None), day_of(start())).await.unwrap();
                work(store).await;
            }
            let kinds: Vec<_> =
                store.sent_one(&sent, referral).await.unwrap().feedback.iter().map(|each| each.kind).collect();
            assert_eq!(kinds.contains(&FeedbackKind::PlanWritten), hears == "summary", "{kinds:?}");
            assert!(kinds.len() <= 2);
        }
    })
    .await;
}
