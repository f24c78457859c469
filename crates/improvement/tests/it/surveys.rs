//! Surveys of the staff: answered once for each page, closed when they end, taken back by whoever answered and nobody else.

use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{instant_at, plus_days};
use fingerpost_domain::id::{ProjectId, TenantId};
use fingerpost_domain::measure::{Answers, Moment};
use fingerpost_domain::text::Line;
use fingerpost_engine::Db;
use fingerpost_improvement::{About, Improvement, Receipt, SurveyDoor, Taken};
use fingerpost_improvement_rules::project::Change;
use fingerpost_improvement_rules::survey::{PairCode, Sending};
use fingerpost_policy::Improve;
use fingerpost_store::testing::{Village, dump, on_both};
use fingerpost_store::{Ctx, JobKind, MessageTemplate, Store, StoreError};

use super::{begun, manager, today};

fn sent(invited: u32) -> Sending {
    let ways = ["E-mail", "Kettle"].map(|way| Line::parse(way).unwrap().unwrap()).into();
    Sending { invited, closes_on: plus_days(today(), 14), ways }
}

fn yes() -> Answers {
    [("name_worker".to_owned(), "yes".to_owned())].into()
}

async fn answer(improvement: &Improvement, door: &SurveyDoor, code: Option<&PairCode>, now: Timestamp) -> Taken {
    improvement.answer_survey(door, (&improvement.new_receipt(), &yes(), code), now).await.unwrap()
}

async fn open(store: &Store, village: &Village, invited: u32) -> (Improvement, ProjectId, SurveyDoor) {
    let improvement = Improvement::over(store.clone());
    let ctx = manager(village, today());
    let id = begun(store, &ctx, "First").await;
    improvement.open_survey(&ctx, &About::Project(id, Moment::Before), &sent(invited)).await.unwrap();
    let code = improvement.surveys(&ctx, id).await.unwrap()[0].routes[1].code.clone();
    let door = improvement.survey_door(&code).await.unwrap().unwrap();
    (improvement, id, door)
}

#[tokio::test]
async fn an_answer_counts_once_and_is_taken_back_by_its_own_secret() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, project, door) = open(store, &village, 31).await;
        let ctx = manager(&village, today());
        let code = PairCode::parse("EL07").unwrap();
        let secret = improvement.new_receipt();
        // Pressed twice, and the second time with another mind: one answer, the last.
        let no: Answers = [("name_worker".to_owned(), "no".to_owned())].into();
        for (answers, pair) in [(no, None), (yes(), code.as_ref())] {
            let taken = improvement.answer_survey(&door, (&secret, &answers, pair), ctx.now).await.unwrap();
            assert_eq!(taken, Taken::Kept);
        }
        answer(&improvement, &door, code.as_ref(), ctx.now).await;
        // Read once it has ended: while it is open a few are not shown.
        let ended = manager(&village, plus_days(door.closes_on, 1));
        let read = async || improvement.surveys(&ended, project).await.unwrap().remove(0);
        let open = improvement.surveys(&ctx, project).await.unwrap().remove(0);
        assert_eq!((open.answered, open.responses.len()), (2, 0));
        let survey = read().await;
        assert_eq!(survey.routes.iter().map(|route| route.answered).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(survey.responses[0].pair, survey.responses[1].pair);
        if let Db::Sqlite { .. } = store.ledger().db() {
            let everything = dump(store.ledger()).await.join("\n");
            assert!(!everything.contains("EL07") && !everything.contains(&secret), "neither code nor secret is kept");
        }
        assert_eq!(improvement.receipt(&door, &secret).await.unwrap(), Some(Receipt::Kept));
        improvement.withdraw_answer(&door, "somebody else's", ctx.now).await.unwrap();
        assert_eq!(read().await.responses.len(), 2);
        improvement.withdraw_answer(&door, &secret, ctx.now).await.unwrap();
        improvement.withdraw_answer(&door, &secret, ctx.now).await.unwrap();
        let survey = read().await;
        assert_eq!((survey.responses.len(), survey.withdrawn, survey.routes[1].answered), (1, 1, 1));
        let again = improvement.answer_survey(&door, (&secret, &yes(), None), ctx.now).await.unwrap();
        assert_eq!((again, read().await.responses.len()), (Taken::Kept, 1), "what was taken back stays so");
        assert_eq!(improvement.receipt(&door, &secret).await.unwrap(), Some(Receipt::Withdrawn));
        assert_eq!(improvement.receipt(&door, "never").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_same_code_is_another_person_in_another_project() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let code = PairCode::parse("EL07").unwrap();
        let mut pairs = vec![];
        for _ in 0..2 {
            let (improvement, project, door) = open(store, &village, 5).await;
            let ctx = manager(&village, today());
            answer(&improvement, &door, code.as_ref(), ctx.now).await;
            let ended = manager(&village, plus_days(door.closes_on, 1));
            pairs.push(improvement.surveys(&ended, project).await.unwrap()[0].responses[0].pair.clone());
        }
        assert!(pairs[0].is_some() && pairs[0] != pairs[1]);
    })
    .await;
}

#[tokio::test]
async fn a_survey_that_has_ended_or_overflows_takes_nothing() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, project, door) = open(store, &village, 20).await;
        let ctx = manager(&village, today());
        let answer = async |now| answer(&improvement, &door, None, now).await;
        let late = instant_at(plus_days(door.closes_on, 1), 0);
        assert_eq!(answer(late).await, Taken::Ended);
        assert_eq!(answer(instant_at(door.closes_on, 23)).await, Taken::Kept);
        for _ in 1..60 {
            assert_eq!(answer(ctx.now).await, Taken::Kept);
        }
        assert_eq!(answer(ctx.now).await, Taken::Full, "three times as many as were asked");
        // Opened again it is the same survey, with other people and another end.
        let standing = improvement.surveys(&ctx, project).await.unwrap()[0].id;
        improvement.change_survey(&ctx, standing, &sent(40)).await.unwrap();
        let twice = improvement.open_survey(&ctx, &About::Project(project, Moment::Before), &sent(50)).await;
        assert!(matches!(twice, Err(StoreError::ChangedMeanwhile)), "a project has one before it");
        let surveys = improvement.surveys(&ctx, project).await.unwrap();
        assert_eq!((surveys.len(), surveys[0].invited, surveys[0].answered), (1, 40, 60));
        let late = manager(&village, plus_days(door.closes_on, 1));
        let refused = improvement.change_survey(&late, standing, &sent(50)).await;
        assert!(matches!(refused, Err(StoreError::ChangedMeanwhile)), "what has ended stays ended");
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, ctx.now);
        assert!(matches!(improvement.change_survey(&far, standing, &sent(50)).await, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn whoever_opened_a_survey_is_reminded_while_somebody_has_not_answered() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, _, door) = open(store, &village, 2).await;
        let ctx = manager(&village, today());
        // It ends after two weeks: two days before that is the time to think of it.
        let due = instant_at(plus_days(door.closes_on, -2), 9);
        let job = async || {
            let jobs = store.claim_jobs(50, due).await.unwrap();
            jobs.into_iter().find(|job| job.kind == JobKind::RemindSurvey)
        };
        let told = async || {
            let messages = store.claim_messages(50, due).await.unwrap();
            messages.iter().filter(|message| message.template == MessageTemplate::SurveyReminder).count()
        };
        let first = job().await.unwrap();
        improvement.remind_survey(&first, due).await.unwrap();
        assert_eq!(told().await, 1);
        let (_, _, door) = open(store, &village, 1).await;
        answer(&improvement, &door, None, ctx.now).await;
        improvement.remind_survey(&job().await.unwrap(), due).await.unwrap();
        assert_eq!(told().await, 0, "everybody has answered");
    })
    .await;
}

#[tokio::test]
async fn whoever_looks_again_and_again_never_sees_fewer_than_five_come_to_it() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, project, door) = open(store, &village, 30).await;
        let ctx = manager(&village, today());
        let mut before = 0;
        for n in 1..=23 {
            answer(&improvement, &door, None, ctx.now).await;
            let survey = improvement.surveys(&ctx, project).await.unwrap().remove(0);
            assert_eq!(survey.answered, n);
            let shown = survey.responses.len();
            assert!(shown == before || shown >= before + 5, "{shown} after {before}");
            before = shown;
        }
        assert_eq!(before, 15);
        let ended = manager(&village, plus_days(door.closes_on, 1));
        assert_eq!(improvement.surveys(&ended, project).await.unwrap()[0].responses.len(), 23);
    })
    .await;
}

#[tokio::test]
async fn once_the_change_has_come_nobody_is_asked_before_it() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, project, door) = open(store, &village, 20).await;
        let ctx = manager(&village, today());
        let (on, read) = (plus_days(today(), 5), improvement.project(&ctx, project).await.unwrap());
        let what = Line::parse("A talk").unwrap().unwrap();
        let (agenda, stories, missed, missed_link) = (None, None, None, None);
        let change = Change { on, what, agenda, stories, invited: None, came: None, missed, missed_link };
        improvement.set_change(&ctx, &read, &change).await.unwrap();
        let code = improvement.surveys(&ctx, project).await.unwrap()[0].routes[0].code.clone();
        let now = improvement.survey_door(&code).await.unwrap().unwrap();
        assert_eq!((door.closes_on, now.closes_on), (plus_days(today(), 14), plus_days(today(), 4)));
        assert_eq!(answer(&improvement, &now, None, instant_at(on, 9)).await, Taken::Ended);
        // Moved away again, the survey does not come back by itself.
        let read = improvement.project(&ctx, project).await.unwrap();
        improvement.set_change(&ctx, &read, &Change { on: plus_days(on, 30), ..change }).await.unwrap();
        assert_eq!(improvement.survey_door(&code).await.unwrap().unwrap().closes_on, plus_days(today(), 4));
    })
    .await;
}

#[tokio::test]
async fn who_takes_an_answer_back_after_the_end_is_not_known_by_the_difference() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, project, door) = open(store, &village, 20).await;
        let ctx = manager(&village, today());
        let mut secrets = vec![];
        for _ in 0..12 {
            let secret = improvement.new_receipt();
            improvement.answer_survey(&door, (&secret, &yes(), None), ctx.now).await.unwrap();
            secrets.push(secret);
        }
        improvement.withdraw_answer(&door, &secrets[0], ctx.now).await.unwrap();
        let ended = manager(&village, plus_days(door.closes_on, 1));
        let read = async || improvement.surveys(&ended, project).await.unwrap().remove(0);
        assert_eq!((read().await.answered, read().await.responses.len()), (11, 11), "taken back before the end");
        improvement.withdraw_answer(&door, &secrets[1], ended.now).await.unwrap();
        assert_eq!((read().await.answered, read().await.responses.len()), (10, 6), "four others hide whose it was");
        for secret in &secrets[2..7] {
            improvement.withdraw_answer(&door, secret, ended.now).await.unwrap();
        }
        assert_eq!((read().await.answered, read().await.responses.len()), (5, 1));
    })
    .await;
}
