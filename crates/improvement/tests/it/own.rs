//! What a place makes itself: questions, a prize draw, interviews, a monitoring form, figures of others, a list of those who could be
//! referred.

use std::collections::HashSet;

use fingerpost_domain::calendar::{instant_at, plus_days};
use fingerpost_domain::id::{InterviewId, PassageId, QuestionSetId, SurveyId, TenantId, WatchId};
use fingerpost_domain::measure::Answers;
use fingerpost_domain::text::Line;
use fingerpost_engine::Db;
use fingerpost_improvement::{About, Improvement, Noted, SurveyDoor};
use fingerpost_improvement_rules::claim::{Claim, FactorAnswers};
use fingerpost_improvement_rules::finding::{FindingAnswers, FoundList, Group, Offered};
use fingerpost_improvement_rules::interview::{INTERVIEWS, InterviewAnswers, passage};
use fingerpost_improvement_rules::monitoring::WatchedAnswers;
use fingerpost_improvement_rules::questions::{Beginning, OwnQuestions, QuestionAnswers};
use fingerpost_improvement_rules::survey::{ClinicianSurveyAnswers, SendingAnswers, colleagues};
use fingerpost_policy::Improve;
use fingerpost_store::testing::{Village, dump, on_both};
use fingerpost_store::{Ctx, JobKind, OutboxEnd, Store, StoreError};

use crate::{begun, manager, today};

fn questions() -> OwnQuestions {
    let title = Line::parse("What would help?").unwrap().unwrap();
    let typed = QuestionAnswers {
        text: "Do you refer?".into(),
        kind: "choice".into(),
        options: "Yes\nNo".into(),
        ..QuestionAnswers::default()
    };
    OwnQuestions::beginning(title, Beginning::Nothing).with(None, &typed).unwrap()
}

/// A survey with questions of the place's own and something to win.
async fn asked(store: &Store, ctx: &Ctx<Improve>) -> (SurveyId, SurveyDoor) {
    let improvement = Improvement::over(store.clone());
    let closes = plus_days(today(), 20);
    let typed = ClinicianSurveyAnswers {
        title: "Clinicians".into(),
        approach: "codebook".into(),
        prize: "A book token".into(),
        sending: SendingAnswers {
            invited: "30".into(),
            closes_day: closes.day().to_string(),
            closes_month: closes.month().to_string(),
            closes_year: closes.year().to_string(),
            ways: "E-mail".into(),
        },
        ..ClinicianSurveyAnswers::default()
    };
    let survey = typed.check(today()).unwrap();
    let (id, sending): (SurveyId, _) = (store.entropy().id(ctx.now), survey.sending.clone());
    improvement.open_survey(ctx, &About::Clinicians(id, survey, Some(questions())), &sending).await.unwrap();
    let code = improvement.clinician_survey(ctx, id).await.unwrap().routes[0].code.clone();
    (id, improvement.survey_door(&code).await.unwrap().unwrap())
}

#[tokio::test]
async fn questions_are_a_template_and_a_survey_keeps_its_edition() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, ctx) = (Improvement::over(store.clone()), manager(&village, today()));
        let id: QuestionSetId = store.entropy().id(ctx.now);
        improvement.begin_questions(&ctx, id, &questions()).await.unwrap();
        improvement.begin_questions(&ctx, id, &questions()).await.unwrap();
        let (_, door) = asked(store, &ctx).await;
        let set = improvement.question_set(&ctx, id).await.unwrap();
        let changed = set
            .questions
            .with(None, &QuestionAnswers { text: "Why?".into(), kind: "words".into(), ..QuestionAnswers::default() });
        improvement.change_questions(&ctx, &set, &changed.unwrap()).await.unwrap();
        let stale = improvement.change_questions(&ctx, &set, &questions()).await;
        assert!(matches!(stale, Err(StoreError::ChangedMeanwhile)), "somebody else wrote meanwhile");
        assert_eq!(improvement.question_set(&ctx, id).await.unwrap().questions.items.len(), 2);
        assert_eq!((door.questions.items.len(), door.questions.title.as_str()), (1, "What would help?"));
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, ctx.now);
        assert!(matches!(improvement.question_set(&far, id).await, Err(StoreError::NotFound)));
        assert!(matches!(improvement.begin_questions(&far, id, &questions()).await, Err(StoreError::NotFound)));
        improvement.drop_questions(&far, id).await.unwrap();
        assert_eq!(improvement.question_sets(&ctx).await.unwrap().len(), 1, "somebody else's stays");
        improvement.drop_questions(&ctx, id).await.unwrap();
        assert!(improvement.question_sets(&ctx).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_draw_knows_nothing_of_the_answers_and_forgets_who_did_not_win() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, ctx) = (Improvement::over(store.clone()), manager(&village, today()));
        let (id, door) = asked(store, &ctx).await;
        let mut secrets = vec![];
        for _ in 0..3 {
            let secret = improvement.new_receipt();
            let answers = Answers::from([("q1".to_owned(), "a1".to_owned())]);
            improvement.answer_survey(&door, (&secret, &answers, None), ctx.now).await.unwrap();
            secrets.push(secret);
        }
        let enter =
            async |secret: &str, address: &str| improvement.enter_draw(&door, secret, address, ctx.now).await.unwrap();
        assert!(!enter("never", "a@draw.example").await, "whoever has not answered");
        assert!(improvement.may_enter(&door, &secrets[0]).await.unwrap());
        assert!(enter(&secrets[0], "first@draw.example").await);
        assert!(!enter(&secrets[0], "again@draw.example").await, "once for each answer");
        assert!(!improvement.may_enter(&door, &secrets[0]).await.unwrap());
        assert!(enter(&secrets[1], "second@draw.example").await);
        improvement.withdraw_answer(&door, &secrets[2], ctx.now).await.unwrap();
        assert!(!enter(&secrets[2], "third@draw.example").await, "an answer that was taken back");
        // Whoever comes later may stand before: neither order nor transaction tells who came when.
        let late_comer = improvement.new_receipt();
        let answers = Answers::from([("q1".to_owned(), "a1".to_owned())]);
        improvement.answer_survey(&door, (&late_comer, &answers, None), ctx.now).await.unwrap();
        assert!(enter(&late_comer, "a@draw.example").await);
        if let Db::Sqlite { .. } = store.ledger().db() {
            let everything = dump(store.ledger()).await.join("\n");
            let at = |address: &str| everything.find(address).unwrap();
            assert!(
                at("a@draw.example") < at("first@draw.example") && at("first@draw.example") < at("second@draw.example")
            );
        }
        let draw = improvement.draw_of(&ctx, id).await.unwrap().unwrap();
        assert_eq!((draw.prize.as_str(), draw.addresses, draw.drawn, draw.winner), ("A book token", 3, false, None));
        assert!(matches!(improvement.draw(&ctx, id).await, Err(StoreError::ChangedMeanwhile)), "the survey is open");
        let later = manager(&village, plus_days(door.closes_on, 1));
        let late = improvement.enter_draw(&door, &secrets[1], "late@draw.example", later.now).await.unwrap();
        assert!(!late);
        improvement.draw(&later, id).await.unwrap();
        assert!(matches!(improvement.draw(&later, id).await, Err(StoreError::ChangedMeanwhile)), "it is drawn once");
        let drawn = improvement.draw_of(&later, id).await.unwrap().unwrap();
        let winner = drawn.winner.clone().unwrap();
        assert!(
            drawn.drawn
                && drawn.addresses == 1
                && ["a@draw.example", "first@draw.example", "second@draw.example"].contains(&winner.as_str())
        );
        if let Db::Sqlite { .. } = store.ledger().db() {
            let everything = dump(store.ledger()).await.join("\n");
            assert_eq!(everything.matches("@draw.example").count(), 1, "only the winner's is kept");
        }
        // A month later nobody knows.
        let due = instant_at(plus_days(door.closes_on, 40), 9);
        let jobs = store.claim_jobs(50, due).await.unwrap();
        improvement.forget_draw(jobs.iter().find(|job| job.kind == JobKind::ForgetDraw).unwrap(), due).await.unwrap();
        let gone = improvement.draw_of(&later, id).await.unwrap().unwrap();
        assert_eq!((gone.addresses, gone.drawn, gone.winner), (0, true, None));
    })
    .await;
}

#[tokio::test]
async fn an_interview_is_read_by_whoever_wrote_it_down_and_its_passages_by_all() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, ctx) = (Improvement::over(store.clone()), manager(&village, today()));
        let (survey, _) = asked(store, &ctx).await;
        let typed = InterviewAnswers {
            on_day: today().day().to_string(),
            on_month: today().month().to_string(),
            on_year: today().year().to_string(),
            job: "GP".into(),
            agreed: true,
            quoted: "yes".into(),
            notes: "I never know who comes on which day. If I saw her, I would refer.".into(),
        };
        let interview = typed.check(today()).unwrap();
        let id: InterviewId = store.entropy().id(ctx.now);
        improvement.add_interview(&ctx, (survey, id), &interview).await.unwrap();
        improvement.add_interview(&ctx, (survey, id), &interview).await.unwrap();
        let theme = [(Line::parse("Not seen").unwrap().unwrap(), None)];
        improvement.add_themes(&ctx, (survey, INTERVIEWS), &theme).await.unwrap();
        improvement.add_themes(&ctx, (survey, "q1"), &theme).await.unwrap();
        let themes = async |item: &str| improvement.codebook(&ctx, survey, item).await.unwrap().themes[0].id;
        let (own, other) = (HashSet::from([themes(INTERVIEWS).await]), HashSet::from([themes("q1").await]));
        let words = passage(interview.notes.as_str(), "I never know who comes").unwrap().unwrap();
        let first: PassageId = store.entropy().id(ctx.now);
        let wrong = improvement.take_passage(&ctx, (survey, id, first), (&words, &other)).await;
        assert!(matches!(wrong, Err(StoreError::NotFound)), "a theme of another question");
        improvement.take_passage(&ctx, (survey, id, first), (&words, &own)).await.unwrap();
        let colleague: Ctx<Improve> = Village::ctx(&village.gp, &village.practice, ctx.now);
        let seen = improvement.interviews(&colleague, survey).await.unwrap();
        assert_eq!((seen.len(), seen[0].number, seen[0].mine, seen[0].passages[0].themes.len()), (1, 1, false, 1));
        assert!(matches!(improvement.interview(&colleague, survey, id).await, Err(StoreError::NotFound)));
        assert!(improvement.find_in_passage(&colleague, (survey, first), &HashSet::new()).await.is_ok());
        let read = improvement.interview(&ctx, survey, id).await.unwrap();
        let shy = InterviewAnswers { quoted: "no".into(), ..typed.clone() }.check(today()).unwrap();
        improvement.change_interview(&ctx, (survey, &read), &shy).await.unwrap();
        let words = async |reader| improvement.interviews(reader, survey).await.unwrap()[0].passages[0].words.clone();
        assert_eq!((words(&colleague).await.as_str(), words(&ctx).await.as_str()), ("", "I never know who comes"));
        let read = improvement.interview(&ctx, survey, id).await.unwrap();
        let shorter = InterviewAnswers { notes: "I would refer.".into(), ..typed.clone() }.check(today()).unwrap();
        let lost = improvement.change_interview(&ctx, (survey, &read), &shorter).await;
        assert!(matches!(lost, Err(StoreError::ChangedMeanwhile)), "a passage would not stand in it");
        improvement.drop_passage(&ctx, survey, first).await.unwrap();
        improvement.change_interview(&ctx, (survey, &read), &shorter).await.unwrap();
        assert!(matches!(
            improvement.change_interview(&ctx, (survey, &read), &shorter).await,
            Err(StoreError::ChangedMeanwhile)
        ));
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, ctx.now);
        assert!(matches!(improvement.interviews(&far, survey).await, Err(StoreError::NotFound)));
        assert!(matches!(improvement.forget_interview(&far, survey, id).await, Err(StoreError::NotFound)));
        improvement
            .take_passage(
                &ctx,
                (survey, id, first),
                (&passage("I would refer.", "would refer").unwrap().unwrap(), &own),
            )
            .await
            .unwrap();
        // The person takes it back: nothing of it is left.
        improvement.forget_interview(&colleague, survey, id).await.unwrap();
        assert!(improvement.interviews(&ctx, survey).await.unwrap().is_empty());
        let second: InterviewId = store.entropy().id(ctx.now);
        improvement.add_interview(&ctx, (survey, second), &interview).await.unwrap();
        assert_eq!(improvement.interviews(&ctx, survey).await.unwrap()[0].number, 2, "a number is never given twice");
        improvement.forget_interview(&ctx, survey, second).await.unwrap();
        if let Db::Sqlite { .. } = store.ledger().db() {
            assert!(!dump(store.ledger()).await.join("\n").contains("would refer"));
        }
    })
    .await;
}

#[tokio::test]
async fn the_monitoring_form_and_the_figures_of_others_belong_to_the_place() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, ctx) = (Improvement::over(store.clone()), manager(&village, today()));
        let project = begun(store, &ctx, "P").await;
        let typed = WatchedAnswers { seen: "Two did not know the form".into(), ..WatchedAnswers::of_today(today()) };
        let (line, id): (_, WatchId) = (typed.check(today()).unwrap(), store.entropy().id(ctx.now));
        improvement.watch(&ctx, (project, id), &line).await.unwrap();
        improvement.watch(&ctx, (project, id), &line).await.unwrap();
        assert_eq!(improvement.watched(&ctx, project).await.unwrap(), [(id, line)]);
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, ctx.now);
        assert!(matches!(improvement.watched(&far, project).await, Err(StoreError::NotFound)));
        assert!(matches!(improvement.unwatch(&far, project, id).await, Err(StoreError::NotFound)));
        improvement.unwatch(&ctx, project, id).await.unwrap();
        assert!(improvement.watched(&ctx, project).await.unwrap().is_empty());

        let claims = improvement.claims(&ctx).await.unwrap();
        assert!(claims.iter().all(|(claim, factor)| *factor == claim.published()));
        let own = FactorAnswers {
            value: "12.5".into(),
            lower: "3".into(),
            upper: "20".into(),
            source: "Our audit".into(),
            printed: false,
        };
        let own = own.check(Claim::Appointments).unwrap();
        improvement.set_claims(&ctx, &[(Claim::Appointments, own.clone())]).await.unwrap();
        let claims = improvement.claims(&ctx).await.unwrap();
        assert_eq!((&claims[0].1, &claims[2].1), (&own, &Claim::Carbon.published()));
        assert_eq!(improvement.claims(&far).await.unwrap()[0].1, Claim::Appointments.published());
    })
    .await;
}

fn list(pasted: &str) -> FoundList {
    FindingAnswers { often: "12".into(), pasted: pasted.into() }.check().unwrap()
}

#[tokio::test]
async fn a_list_taken_anew_keeps_what_was_offered_and_forgets_the_rest() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, ctx) = (Improvement::over(store.clone()), manager(&village, today()));
        assert!(improvement.found(&ctx, 0).await.unwrap().is_none());
        improvement.take_list(&ctx, &list("number,contacts,carer\nA1,30,\nA2,3,yes\nA3,14,yes\n")).await.unwrap();
        let noted = |number: &str, was, now| Noted { number: number.to_owned(), was, now };
        let first = [
            noted("A1", None, Some(Offered::Referred)),
            noted("A2", None, None),
            noted("A3", None, Some(Offered::Thinking)),
            noted("Z9", None, Some(Offered::NotNow)),
        ];
        assert_eq!(improvement.note_offered(&ctx, &first).await.unwrap(), 1, "nobody of another number");
        let late = [noted("A1", None, Some(Offered::NotNow))];
        assert_eq!(improvement.note_offered(&ctx, &late).await.unwrap(), 1, "a colleague was first, and theirs stays");
        let page = improvement.found(&ctx, 0).await.unwrap().unwrap();
        let numbers: Vec<&str> = page.people.iter().map(|found| found.person.number.as_str()).collect();
        assert_eq!((numbers, page.all), (vec!["A3", "A1", "A2"], 3));
        assert_eq!(page.groups[Group::Often as usize], (Group::Often, 2));
        assert_eq!(page.people[1].offered, Some((Offered::Referred, today())));

        // A2 was never spoken of and is forgotten; A1 is counted on.
        improvement.take_list(&ctx, &list("number,contacts\nA3,20\nA4,15\n")).await.unwrap();
        let page = improvement.found(&ctx, 0).await.unwrap().unwrap();
        let numbers: Vec<&str> = page.people.iter().map(|found| found.person.number.as_str()).collect();
        assert_eq!((numbers, page.all), (vec!["A3", "A4"], 2));
        assert_eq!(page.offered[Offered::Referred as usize].1, 1);
        improvement.note_offered(&ctx, &[noted("A3", Some(Offered::Thinking), None)]).await.unwrap();
        assert_eq!(improvement.found(&ctx, 0).await.unwrap().unwrap().people[0].offered, None);
        assert!(improvement.found(&ctx, 1).await.unwrap().unwrap().people.is_empty());
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, ctx.now);
        assert!(improvement.found(&far, 0).await.unwrap().is_none());

        // A year later it is gone by itself, unless it was taken anew.
        let due = instant_at(page.kept_until, 9);
        let job = async || {
            store.claim_jobs(50, due).await.unwrap().into_iter().find(|job| job.kind == JobKind::ForgetList).unwrap()
        };
        let job = job().await;
        improvement.forget_list(&job, instant_at(plus_days(page.kept_until, -1), 9)).await.unwrap();
        assert!(improvement.found(&ctx, 0).await.unwrap().is_some());
        improvement.forget_list(&job, due).await.unwrap();
        assert!(improvement.found(&ctx, 0).await.unwrap().is_none());
        improvement.take_list(&ctx, &list("number,contacts\nA3,20\n")).await.unwrap();
        improvement.drop_list(&ctx).await.unwrap();
        assert!(improvement.found(&ctx, 0).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn colleagues_are_written_to_once_and_once_more_and_forgotten_at_the_end() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let (improvement, ctx) = (Improvement::over(store.clone()), manager(&village, today()));
        let (id, door) = asked(store, &ctx).await;
        let two = colleagues("anna@work.example\nBen@work.example, anna@work.example", 10).unwrap();
        improvement.write_to_colleagues(&ctx, id, &two).await.unwrap();
        improvement.write_to_colleagues(&ctx, id, &two).await.unwrap();
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, ctx.now);
        assert!(matches!(improvement.write_to_colleagues(&far, id, &two).await, Err(StoreError::NotFound)));
        let sent = async |at, code: &str| {
            let messages = store.claim_messages(50, at).await.unwrap();
            let mut sent = vec![];
            for message in messages.iter().filter(|message| message.template.code() == code) {
                assert!(improvement.colleague_letter(&message.tenant, &message.subject, at).await.unwrap().is_some());
                store.end_delivery(message, OutboxEnd::Sent, None, at).await.unwrap();
                sent.push(message.addressee.email().to_owned());
            }
            sent.sort();
            sent
        };
        assert_eq!(sent(ctx.now, "survey_invitation").await, ["anna@work.example", "ben@work.example"]);
        assert_eq!(improvement.survey_to_send(&ctx, id).await.unwrap().written, 2);
        let routes = improvement.clinician_survey(&ctx, id).await.unwrap().routes;
        assert_eq!(
            routes.iter().map(|route| route.name.as_str()).collect::<Vec<_>>(),
            ["E-mail", "E-mail from Fingerpost"]
        );
        // Two weeks later everybody hears once more, whether they have answered or not.
        let due = instant_at(plus_days(today(), 14), 9);
        let jobs = store.claim_jobs(50, due).await.unwrap();
        improvement
            .remind_survey(jobs.iter().find(|job| job.kind == JobKind::RemindSurvey).unwrap(), due)
            .await
            .unwrap();
        assert_eq!(sent(due, "survey_nudge").await.len(), 2);
        // The end is moved while the job waits; then the survey ends, and nobody is known any more.
        let ended = instant_at(plus_days(door.closes_on, 1), 9);
        let jobs = store.claim_jobs(50, ended).await.unwrap();
        let job = jobs.iter().find(|job| job.kind == JobKind::ForgetColleagues).unwrap();
        improvement.forget_colleagues(job, instant_at(door.closes_on, 9)).await.unwrap();
        assert_eq!(improvement.survey_to_send(&ctx, id).await.unwrap().written, 2, "it is open still");
        improvement.forget_colleagues(job, ended).await.unwrap();
        assert_eq!(improvement.survey_to_send(&ctx, id).await.unwrap().written, 0);
        let late = manager(&village, plus_days(door.closes_on, 1));
        assert!(matches!(improvement.write_to_colleagues(&late, id, &two).await, Err(StoreError::ChangedMeanwhile)));
    })
    .await;
}
