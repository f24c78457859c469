//! Whoever was asked is asked again; then the scheme is told to decide. Nothing ends by itself.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{ReferralId, TenantId};
use fingerpost_domain::referral::Refusal;
use fingerpost_domain::self_referral::{ReferralSource, SelfReferralAnswers};
use fingerpost_domain::text::{Line, Note};
use fingerpost_intake::Intake;
use fingerpost_intake_rules::settings::IntakeSettings;
use fingerpost_policy::{AnswerBack, ReadCase, ReferPerson, SetIntake, Triage};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{JobKind, LiveLink, MessageTemplate, OutboxEnd, Store, StoreError};

/// Runs what is due at a moment; gives which messages left, and how many.
async fn turn(store: &Store, intake: &Intake, now: Timestamp) -> Vec<MessageTemplate> {
    for job in store.claim_jobs(50, now).await.unwrap() {
        match job.kind {
            JobKind::NudgeReferrer => intake.nudge(&job, now).await.unwrap(),
            JobKind::RemindTriage => intake.chase(&job, now).await.unwrap(),
            JobKind::DraftWaits => intake.remember_draft(&job, now).await.unwrap(),
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
        let gp = Village::ctx::<AnswerBack>(&village.gp, &village.practice, start());
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

#[tokio::test]
async fn nobody_waits_unseen_once_the_promised_day_has_come() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let set = Village::ctx::<SetIntake>(&village.supervisor, &village.scheme, start());
        let waiting = village.send(store, &person("Ann", 1)).await;
        let answered = village.send(store, &person("Ben", 2)).await;
        village.accept(store, answered).await;
        assert!(store.claim_jobs(10, start()).await.unwrap().is_empty(), "not before it is due");
        turn(store, &intake, start()).await;
        let morning = |after| instant_at(plus_days(day_of(start()), after), 10);
        let (mut due, mut late) = (vec![], vec![]);
        for after in 1..=7 {
            let left = turn(store, &intake, morning(after)).await;
            due.extend(left.iter().filter(|which| **which == MessageTemplate::AnswerDue).map(|_| after));
            late.extend(left.iter().filter(|which| **which == MessageTemplate::AnswerLate).map(|_| after));
        }
        // Sent on a Saturday, promised for Monday: on Monday, and again each working day; its referrer hears once, when it is late.
        assert_eq!((due, late), (vec![2, 3, 4, 5, 6], vec![3]));
        let never = IntakeSettings { chase_after: 0, ..IntakeSettings::default() };
        intake.set(&set, (&never, 0)).await.unwrap();
        turn(store, &intake, morning(9)).await;
        let left = turn(store, &intake, morning(10)).await;
        assert!(left.is_empty(), "the scheme wants no more of them: {left:?}");
        intake.set(&set, (&IntakeSettings::default(), 1)).await.unwrap();
        let left = turn(store, &intake, morning(11)).await;
        assert_eq!(left, [MessageTemplate::AnswerDue], "and now it does again");
        let triage = Village::ctx::<Triage>(&village.supervisor, &village.scheme, start());
        assert!(
            store.waiting(&triage, 0).await.unwrap().iter().any(|row| row.id == waiting),
            "nothing ended by itself"
        );
    })
    .await;
}

#[tokio::test]
async fn two_who_run_the_same_reminder_send_one_message() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        village.send(store, &person("Ann", 1)).await;
        turn(store, &intake, start()).await;
        let due = instant_at(plus_days(day_of(start()), 2), 10);
        let jobs = store.claim_jobs(10, due).await.unwrap();
        let job = jobs.iter().find(|job| job.kind == JobKind::RemindTriage).unwrap();
        intake.chase(job, due).await.unwrap();
        intake.chase(job, due).await.unwrap();
        let messages = store.claim_messages(50, due).await.unwrap();
        assert_eq!(messages.iter().filter(|message| message.template == MessageTemplate::AnswerDue).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_referral_that_was_begun_and_not_sent_comes_back_to_whoever_began_it() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let gp = Village::ctx::<ReferPerson>(&village.gp, &village.practice, start());
        store.start_referral(&gp, &person("Peggy", 1), Village::key(store.entropy())).await.unwrap();
        village.send(store, &person("Ann", 2)).await;
        turn(store, &intake, start()).await;
        let mut told = vec![];
        for after in 1..=60 {
            let left = turn(store, &intake, instant_at(plus_days(day_of(start()), after), 10)).await;
            told.extend(left.iter().filter(|which| **which == MessageTemplate::DraftWaits).map(|_| after));
        }
        // Begun on a Saturday; every three working days, five times, and not of the one that was sent.
        assert_eq!(told.len(), 5, "{told:?}");
        assert_eq!(told[0], 4);
    })
    .await;
}

async fn asked_themself(store: &Store, village: &Village) -> (ReferralId, LiveLink) {
    let answers = SelfReferralAnswers {
        hard: vec!["company".into()],
        given: "Ottoline".into(),
        family: "Birtwhistle".into(),
        born_day: "1".into(),
        born_month: "2".into(),
        born_year: "1948".into(),
        reach: "phone".into(),
        phone: "01632 960 188".into(),
        guidance: "Not before ten.".into(),
        ..SelfReferralAnswers::default()
    };
    let scheme = store.open_scheme(&village.scheme.slug).await.unwrap();
    let token = store.begin_asking(&scheme, ReferralSource::Oneself, start()).await.unwrap();
    let link = store.live_link(&token, start()).await.unwrap().unwrap();
    let ready = answers.check(ReferralSource::Oneself, (&scheme.terms, day_of(start()))).unwrap();
    store.send_asking(&link, &ready, start()).await.unwrap();
    let triage = Village::ctx::<Triage>(&village.supervisor, &village.scheme, start());
    (store.waiting(&triage, 0).await.unwrap()[0].id, link)
}

#[tokio::test]
async fn whoever_asked_themself_and_was_turned_down_is_remembered_until_they_are_told() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let triage = Village::ctx::<Triage>(&village.supervisor, &village.scheme, start());
        let (asked, _) = asked_themself(store, &village).await;
        let refusal = Refusal::check("no_room", "Ring the council on 01632 960 500.").unwrap();
        store.not_accept(&triage, asked, &refusal).await.unwrap();
        turn(store, &intake, start()).await;
        let morning = |after| instant_at(plus_days(day_of(start()), after), 10);
        let mut told = vec![];
        for after in 1..=4 {
            let left = turn(store, &intake, morning(after)).await;
            told.extend(left.iter().filter(|which| **which == MessageTemplate::StillToBeTold).map(|_| after));
        }
        assert_eq!(told, [2, 3, 4], "each working day");
        intake.told_not_accepted(&triage, asked).await.unwrap();
        assert!(turn(store, &intake, morning(5)).await.is_empty(), "and no more once that is noted");
    })
    .await;
}

#[tokio::test]
async fn the_first_call_is_due_when_the_scheme_says_and_their_own_page_says_the_same() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let set = Village::ctx::<SetIntake>(&village.supervisor, &village.scheme, start());
        let quick = IntakeSettings { first_call_within: 2, ..IntakeSettings::default() };
        intake.set(&set, (&quick, 0)).await.unwrap();
        let (asked, link) = asked_themself(store, &village).await;
        let case = village.accept(store, asked).await;
        let read = Village::ctx::<ReadCase>(&village.worker, &village.scheme, start());
        let due = store.case(&read, case).await.unwrap().next_due;
        assert_eq!(due, Some(plus_days(day_of(start()), 3)), "accepted on a Saturday: by Tuesday");
        assert_eq!(store.followed(&link, start()).await.unwrap().next_due, due);
    })
    .await;
}

#[tokio::test]
async fn another_time_to_ring_stands_beside_what_they_said_and_comes_too_late_once_it_is_answered() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let intake = Intake::over(store.clone());
        let triage = Village::ctx::<Triage>(&village.supervisor, &village.scheme, start());
        let (asked, link) = asked_themself(store, &village).await;
        let line = |text: &str| Line::parse(text).unwrap().unwrap();
        let (one, two) = (line("Wednesdays."), line("Ring my sister."));
        let (first, second) =
            tokio::join!(intake.say_when(&link, &one, start()), intake.say_when(&link, &two, start()));
        first.unwrap();
        second.unwrap();
        let guidance = store.waiting_one(&triage, asked).await.unwrap().safe_contact.guidance.unwrap().to_string();
        for said in ["Not before ten.", "Wednesdays.", "Ring my sister."] {
            assert!(guidance.contains(said), "{guidance}");
        }
        assert!(!store.waiting(&triage, 0).await.unwrap()[0].first);
        turn(store, &intake, start()).await;
        intake.say_when(&link, &line("Never mind. I want to end my life"), start()).await.unwrap();
        assert!(store.waiting(&triage, 0).await.unwrap()[0].first, "read first from now on");
        let heard = turn(store, &intake, start()).await;
        assert!(heard.contains(&MessageTemplate::ReferralArrived), "whoever triages hears at once: {heard:?}");
        intake.say_when(&link, &one, start()).await.unwrap();
        assert!(store.waiting(&triage, 0).await.unwrap()[0].first, "and nothing takes that away");
        let many = "x".repeat(190);
        let full = async {
            for at in 0..8 {
                intake.say_when(&link, &line(&format!("{at}{many}")), start()).await?;
            }
            Ok(())
        };
        assert!(matches!(full.await, Err(StoreError::Full)), "what does not fit is refused, not cut");
        village.accept(store, asked).await;
        let late = intake.say_when(&link, &one, start()).await;
        assert!(matches!(late, Err(StoreError::ChangedMeanwhile)), "{late:?}");
    })
    .await;
}
