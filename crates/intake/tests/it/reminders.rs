//! Whoever was asked is asked again; then the scheme is told to decide. Nothing ends by itself.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::TenantId;
use fingerpost_domain::text::Note;
use fingerpost_intake::Intake;
use fingerpost_intake_rules::settings::IntakeSettings;
use fingerpost_policy::{ReferPerson, SetIntake, Triage};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{JobKind, MessageTemplate, OutboxEnd, Store};

/// Runs what is due at a moment; gives which messages left, and how many.
async fn turn(store: &Store, intake: &Intake, now: Timestamp) -> Vec<MessageTemplate> {
    for job in store.claim_jobs(50, now).await.unwrap() {
        match job.kind {
            JobKind::NudgeReferrer => intake.nudge(&job, now).await.unwrap(),
            JobKind::RemindTriage => store.remind_triage(&job, now).await.unwrap(),
            _ => {}
        }
    }
    let mut left = vec![];
    for message in store.claim_messages(50, now).await.unwrap() {
        store.end_delivery(&message, OutboxEnd::Sent, None, now).await.unwrap();
        left.push(message.template);
    }
    left
}

#[tokio::test]
async fn a_referrer_is_asked_again_and_then_the_scheme_decides() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let set = Village::ctx::<SetIntake>(&village.supervisor, &village.scheme, start());
        let settings = IntakeSettings { nudge_after: 2, decide_after: 5, ..IntakeSettings::default() };
        intake.set(&set, (&settings, 0)).await.unwrap();
        let triage = Village::ctx::<Triage>(&village.supervisor, &village.scheme, start());
        let silent = village.send(store, &person("Peggy", 1)).await;
        let quick = village.send(store, &person("Ann", 2)).await;
        let question = Note::parse("When is she at home?").unwrap().unwrap();
        for id in [silent, quick] {
            store.ask_back(&triage, id, &question).await.unwrap();
        }
        let gp = Village::ctx::<ReferPerson>(&village.gp, &village.practice, start());
        store.answer_back(&gp, quick, &question).await.unwrap();
        turn(store, &intake, start()).await;
        // Ten days, morning by morning; the reminders of the promised day are others' business.
        let (mut asked, mut decide) = (vec![], vec![]);
        for after in 1..=14 {
            let now = instant_at(plus_days(day_of(start()), after), 10);
            let left = turn(store, &intake, now).await;
            asked.extend(left.iter().filter(|which| **which == MessageTemplate::QuestionBack).map(|_| after));
            decide.extend(left.iter().filter(|which| **which == MessageTemplate::DecideWithout).map(|_| after));
        }
        // Asked on a Saturday: on Tuesday and Thursday again, told to decide on the Friday after.
        assert_eq!(asked, [3, 5]);
        assert_eq!(decide, [6], "five working days later, and no more after that");
        let still = store.waiting(&triage, 0).await.unwrap();
        assert!(still.iter().any(|row| row.id == silent && row.asked_at.is_some()), "nothing ended by itself");
    })
    .await;
}

#[tokio::test]
async fn what_comes_next_follows_what_stands_now_and_nobody_is_asked_for_ever() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let set = Village::ctx::<SetIntake>(&village.supervisor, &village.scheme, start());
        let triage = Village::ctx::<Triage>(&village.supervisor, &village.scheme, start());
        let question = Note::parse("When is she at home?").unwrap().unwrap();
        let (first, second) =
            (village.send(store, &person("Peggy", 1)).await, village.send(store, &person("Ann", 2)).await);
        store.ask_back(&triage, first, &question).await.unwrap();
        // No more reminders, but a patience: it is still told when that is over.
        let patient = IntakeSettings { nudge_after: 0, decide_after: 4, ..IntakeSettings::default() };
        intake.set(&set, (&patient, 0)).await.unwrap();
        turn(store, &intake, start()).await;
        let mut left = vec![];
        for after in 1..=10 {
            left.extend(turn(store, &intake, instant_at(plus_days(day_of(start()), after), 10)).await);
        }
        let of = |left: &[MessageTemplate], wanted| left.iter().filter(|which| **which == wanted).count();
        let counts = (of(&left, MessageTemplate::QuestionBack), of(&left, MessageTemplate::DecideWithout));
        assert_eq!(counts, (0, 1), "{left:?}");
        // Reminders without an end of patience stop by themselves.
        let for_ever = IntakeSettings { nudge_after: 1, decide_after: 0, ..IntakeSettings::default() };
        intake.set(&set, (&for_ever, 1)).await.unwrap();
        store.ask_back(&triage, second, &question).await.unwrap();
        turn(store, &intake, start()).await;
        let mut left = vec![];
        for after in 1..=40 {
            left.extend(turn(store, &intake, instant_at(plus_days(day_of(start()), after), 10)).await);
        }
        assert_eq!(of(&left, MessageTemplate::QuestionBack), 5, "{left:?}");
    })
    .await;
}
