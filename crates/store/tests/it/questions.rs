//! A scheme asks the referrer something: the referral goes back and comes again, and is never out of sight.

use fingerpost_domain::codes::CodeMeaning;
use fingerpost_domain::id::TenantId;
use fingerpost_domain::referral::ReferralState;
use fingerpost_domain::text::Note;
use fingerpost_policy::{AnswerBack, ReadFlow, ReadSent, TakeBack, Triage};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Ctx, MessageTemplate, Store, StoreError};
use jiff::SignedDuration;

fn note(text: &str) -> Note<1000> {
    Note::parse(text).unwrap().unwrap()
}

struct Desk {
    village: Village,
    triage: Ctx<Triage>,
    gp: Ctx<AnswerBack>,
    sent: Ctx<ReadSent>,
}

async fn desk(store: &Store) -> Desk {
    let village = Village::build(store, &TenantId::main(), "T").await;
    Desk {
        triage: Village::ctx(&village.supervisor, &village.scheme, start()),
        gp: Village::ctx(&village.gp, &village.practice, start()),
        sent: Village::ctx(&village.gp, &village.practice, start()),
        village,
    }
}

#[tokio::test]
async fn a_question_goes_to_the_referrer_and_comes_back_with_an_answer() {
    on_both(async |store| {
        let Desk { village, triage, gp, sent } = desk(store).await;
        let id = village.send(store, &person("Margaret", 1)).await;
        let other = village.send(store, &person("Ann", 2)).await;
        let messages = store.messages_waiting().await.unwrap();
        store.ask_back(&triage, id, &note("When is she at home?")).await.unwrap();
        assert!(matches!(store.ask_back(&triage, id, &note("And the dog?")).await, Err(StoreError::NotNow(_))));
        assert_eq!(store.messages_waiting().await.unwrap(), messages + 1);
        let waiting = store.waiting(&triage, 0).await.unwrap();
        assert_eq!(
            waiting.iter().map(|row| (row.id, row.asked_at.is_some())).collect::<Vec<_>>(),
            [(other, false), (id, true)]
        );

        let page = store.sent_one(&sent, id).await.unwrap();
        assert_eq!(
            (page.row.state, page.questions[0].question.as_str()),
            (ReferralState::Returned, "When is she at home?")
        );
        let elsewhere = Village::ctx::<AnswerBack>(&village.other_gp, &village.practice, start());
        assert!(matches!(store.answer_back(&elsewhere, id, &note("Never")).await, Err(StoreError::NotFound)));
        let monday = start().saturating_add(SignedDuration::from_hours(48)).unwrap();
        let later = Ctx { now: monday, ..gp.clone() };
        let manager = Village::ctx::<AnswerBack>(&village.manager, &village.practice, monday);
        let not_hers = store.answer_back(&manager, id, &note("For him")).await;
        assert!(matches!(not_hers, Err(StoreError::NotFound)), "as long as he signs in: {not_hers:?}");
        store.answer_back(&later, id, &note("Mornings.")).await.unwrap();
        assert!(matches!(store.answer_back(&later, id, &note("Twice")).await, Err(StoreError::NotNow(_))));
        let back = store.waiting_one(&triage, id).await.unwrap();
        assert_eq!((back.state, back.questions[0].answer.as_deref()), (ReferralState::Sent, Some("Mornings.")));
        let row = store.waiting(&triage, 0).await.unwrap().into_iter().find(|row| row.id == id).unwrap();
        assert!(row.answer_due > fingerpost_domain::calendar::day_of(monday), "a new promised day");

        // A second round is another question, and both stay.
        store.ask_back(&triage, id, &note("And the dog?")).await.unwrap();
        assert_eq!(store.sent_one(&sent, id).await.unwrap().questions.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_question_that_nobody_answers_holds_nothing_up() {
    on_both(async |store| {
        let Desk { village, triage, .. } = desk(store).await;
        let accepted = village.send(store, &person("Margaret", 1)).await;
        store.ask_back(&triage, accepted, &note("When?")).await.unwrap();
        village.accept(store, accepted).await;
        let back = village.send(store, &person("Ann", 2)).await;
        store.ask_back(&triage, back, &note("When?")).await.unwrap();
        let take = Village::ctx::<TakeBack>(&village.gp, &village.practice, start());
        store.take_back(&take, back).await.unwrap();
        assert!(store.waiting(&triage, 0).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_persons_no_at_the_scheme_is_theirs_and_counted_as_that() {
    on_both(async |store| {
        let Desk { village, triage, sent, .. } = desk(store).await;
        let id = village.send(store, &person("Margaret", 1)).await;
        store.person_said_no(&triage, id).await.unwrap();
        assert!(matches!(store.person_said_no(&triage, id).await, Err(StoreError::NotNow(_))));
        let page = store.sent_one(&sent, id).await.unwrap();
        assert_eq!(
            (page.row.state, page.code.map(|code| code.means)),
            (ReferralState::DeclinedByPerson, Some(CodeMeaning::Declined))
        );
        let flow = Village::ctx::<ReadFlow>(&village.supervisor, &village.scheme, start());
        let row =
            &fingerpost_flow::Flow::over(store.clone()).flow(&flow, jiff::Timestamp::UNIX_EPOCH).await.unwrap()[0];
        let parts = row.waiting + row.accepted + row.not_accepted + row.declined + row.withdrawn;
        assert_eq!((row.sent, parts, row.declined), (1, 1, 1));
    })
    .await;
}

#[tokio::test]
async fn what_was_asked_of_somebody_who_has_left_is_answered_by_whoever_looks_after_the_practice() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let triage = Village::ctx::<Triage>(&village.supervisor, &village.scheme, start());
        let id = village.send(store, &person("Peggy", 1)).await;
        let mut tx = store.ledger().db().write().await.unwrap();
        let left = "UPDATE app_user SET disabled = 1 WHERE id = $1";
        tx.run(left, fingerpost_engine::values![village.gp.actor.user]).await.unwrap();
        tx.commit().await.unwrap();
        store.ask_back(&triage, id, &note("When is she at home?")).await.unwrap();
        let told = store.claim_messages(50, start()).await.unwrap();
        let asked = told.iter().find(|message| message.template == MessageTemplate::QuestionBack).unwrap();
        assert_eq!(asked.addressee.user, Some(village.manager.actor.user));
        let colleague = Village::ctx::<AnswerBack>(&village.other_gp, &village.practice, start());
        assert!(matches!(store.answer_back(&colleague, id, &note("No")).await, Err(StoreError::NotFound)));
        let far = Village::ctx::<AnswerBack>(&village.far_gp, &village.far_practice, start());
        assert!(matches!(store.answer_back(&far, id, &note("No")).await, Err(StoreError::NotFound)));
        let manager = Village::ctx::<AnswerBack>(&village.manager, &village.practice, start());
        store.answer_back(&manager, id, &note("Mornings.")).await.unwrap();
        let back = store.waiting_one(&triage, id).await.unwrap();
        assert_eq!((back.state, back.questions[0].answer.as_deref()), (ReferralState::Sent, Some("Mornings.")));
    })
    .await;
}
