//! Asking for help oneself: answers are kept and swept, become one referral once, and no practice hears of it.

use fingerpost_domain::id::TenantId;
use fingerpost_domain::referral::{ReferralState, Refusal};
use fingerpost_domain::self_referral::{Question, ReferralSource, SelfReferral, SelfReferralAnswers};
use fingerpost_policy::{ReadCase, ReadFlow, ReadSent, Triage};
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Allocation, LiveLink, OpenScheme, PAGE_ROWS, SamePerson, Store, StoreError};
use jiff::SignedDuration;

fn ottoline(words: &str) -> SelfReferralAnswers {
    SelfReferralAnswers {
        hard: vec!["company".into()],
        words: words.into(),
        given: "Ottoline".into(),
        family: "Birtwhistle".into(),
        born_day: "1".into(),
        born_month: "2".into(),
        born_year: "1948".into(),
        reach: "phone".into(),
        phone: "01632 960 188".into(),
        ..SelfReferralAnswers::default()
    }
}

fn ready(scheme: &OpenScheme, words: &str) -> SelfReferral {
    let today = fingerpost_domain::calendar::day_of(start());
    ottoline(words).check(ReferralSource::Oneself, (&scheme.terms, today)).unwrap()
}

async fn begun(store: &Store, village: &Village) -> (OpenScheme, LiveLink) {
    let scheme = store.open_scheme(&village.scheme.slug).await.unwrap();
    let token = store.begin_asking(&scheme, ReferralSource::Oneself, start()).await.unwrap();
    (scheme, store.live_link(&token, start()).await.unwrap().unwrap())
}

async fn village(store: &Store) -> Village {
    Village::build(store, &TenantId::main(), "T").await
}

#[tokio::test]
async fn what_two_open_pages_answer_is_kept_side_by_side() {
    on_both(async |store| {
        let v = village(store).await;
        let (_, link) = begun(store, &v).await;
        let hard = store.keep_answers(&link, start(), |answers| {
            answers.hard = vec!["money".into()];
            answers.note(Question::Hard);
        });
        let name = store.keep_answers(&link, start(), |answers| answers.given = "Ottoline".into());
        let (hard, name) = tokio::join!(hard, name);
        hard.unwrap();
        name.unwrap();
        let kept = store.asking(&link, start()).await.unwrap().answers;
        assert_eq!((kept.hard.as_slice(), kept.given.as_str()), (["money".to_owned()].as_slice(), "Ottoline"));
    })
    .await;
}

#[tokio::test]
async fn it_becomes_one_referral_however_often_it_is_sent_and_the_answers_are_emptied() {
    on_both(async |store| {
        let v = village(store).await;
        let (scheme, link) = begun(store, &v).await;
        let asked = ready(&scheme, "I used to sing");
        let (one, two) =
            tokio::join!(store.send_asking(&link, &asked, start()), store.send_asking(&link, &asked, start()));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert!(matches!(one.and(two), Err(StoreError::ChangedMeanwhile)));
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let waiting = store.waiting(&triage, 0).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].source), (1, ReferralSource::Oneself));
        assert_eq!(store.asking(&link, start()).await.unwrap().answers, SelfReferralAnswers::default());
        assert!(matches!(store.keep_answers(&link, start(), |_| {}).await, Err(StoreError::ChangedMeanwhile)));
        // The link goes on to show where it is, long after the week for answering.
        let later = start().saturating_add(SignedDuration::from_hours(24 * 60)).unwrap();
        assert_eq!(store.followed(&link, later).await.unwrap().state, ReferralState::Sent);
    })
    .await;
}

#[tokio::test]
async fn no_practice_sees_it_and_nobody_of_a_practice_is_written_to() {
    on_both(async |store| {
        let v = village(store).await;
        let (scheme, link) = begun(store, &v).await;
        store.send_asking(&link, &ready(&scheme, ""), start()).await.unwrap();
        for (who, place) in [(&v.gp, &v.practice), (&v.manager, &v.practice)] {
            let ctx = Village::ctx::<ReadSent>(who, place, start());
            assert!(store.sent(&ctx, jiff::Timestamp::MAX).await.unwrap().is_empty());
        }
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let id = store.waiting(&triage, 0).await.unwrap()[0].id;
        let before = store.messages_waiting().await.unwrap();
        let refusal = Refusal::check("no_room", "Ring the council's wellbeing line").unwrap();
        store.not_accept(&triage, id, &refusal).await.unwrap();
        assert_eq!(store.messages_waiting().await.unwrap(), before, "there is no referrer to tell");
        let followed = store.followed(&link, start()).await.unwrap();
        assert_eq!(followed.state, ReferralState::NotAccepted);
        assert_eq!(followed.alternative.as_deref(), Some("Ring the council's wellbeing line"));
    })
    .await;
}

#[tokio::test]
async fn a_change_of_mind_is_taken_until_it_is_answered() {
    on_both(async |store| {
        let v = village(store).await;
        let (scheme, link) = begun(store, &v).await;
        assert!(matches!(store.take_back_asking(&link, start()).await, Err(StoreError::NotFound)));
        store.send_asking(&link, &ready(&scheme, ""), start()).await.unwrap();
        store.take_back_asking(&link, start()).await.unwrap();
        store.take_back_asking(&link, start()).await.unwrap();
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        assert!(store.waiting(&triage, 0).await.unwrap().is_empty());

        let (scheme, link) = begun(store, &v).await;
        store.send_asking(&link, &ready(&scheme, ""), start()).await.unwrap();
        let id = store.waiting(&triage, 0).await.unwrap()[0].id;
        v.accept(store, id).await;
        assert!(matches!(store.take_back_asking(&link, start()).await, Err(StoreError::NotNow(_))));
        assert_eq!(store.followed(&link, start()).await.unwrap().worker_name.as_deref(), Some(v.worker.name.as_str()));
    })
    .await;
}

#[tokio::test]
async fn a_case_that_was_open_already_reads_like_one_that_was_opened_for_the_request() {
    on_both(async |store| {
        let v = village(store).await;
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let (scheme, first) = begun(store, &v).await;
        store.send_asking(&first, &ready(&scheme, ""), start()).await.unwrap();
        let id = store.waiting(&triage, 0).await.unwrap()[0].id;
        v.accept(store, id).await;
        // Somebody else asks in the same name: it joins the open case.
        let (_, second) = begun(store, &v).await;
        store.send_asking(&second, &ready(&scheme, ""), start()).await.unwrap();
        let joining = store.waiting(&triage, 0).await.unwrap()[0].id;
        let here = store.waiting_one(&triage, joining).await.unwrap().likely[0].id;
        let allocation = Allocation { worker: v.worker.actor.user, person: SamePerson::Here(here) };
        assert!(store.accept(&triage, joining, allocation).await.unwrap().joined);
        // Whoever holds the second link may be somebody else: it shows what the first one shows, and nothing from before it.
        let (new, joined) =
            (store.followed(&first, start()).await.unwrap(), store.followed(&second, start()).await.unwrap());
        assert!(joined.worker_name.is_some());
        assert_eq!(
            (new.worker_name, new.worker_phone, new.next_due),
            (joined.worker_name, joined.worker_phone, joined.next_due)
        );
    })
    .await;
}

#[tokio::test]
async fn answers_that_nobody_sent_are_gone_after_a_week_and_those_sent_stay() {
    on_both(async |store| {
        let v = village(store).await;
        let (scheme, sent) = begun(store, &v).await;
        store.send_asking(&sent, &ready(&scheme, ""), start()).await.unwrap();
        let (_, left) = begun(store, &v).await;
        let hours = |n| start().saturating_add(SignedDuration::from_hours(n)).unwrap();
        assert_eq!(store.sweep_asking(hours(24 * 7 - 1)).await.unwrap(), 0);
        assert_eq!(store.sweep_asking(hours(24 * 7 + 1)).await.unwrap(), 1);
        assert!(matches!(store.asking(&left, hours(1)).await, Err(StoreError::NotFound)));
        assert!(store.followed(&sent, hours(24 * 7 + 1)).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn words_of_danger_are_read_first_and_nobody_is_out_of_reach() {
    on_both(async |store| {
        let v = village(store).await;
        for serial in 1..4 {
            v.send(store, &person("Margaret", serial)).await;
        }
        let (scheme, link) = begun(store, &v).await;
        store.send_asking(&link, &ready(&scheme, "I can't go on."), start()).await.unwrap();
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let first = store.waiting(&triage, 0).await.unwrap();
        assert_eq!((first.len(), first[0].first, first[1].first), (4, true, false));
        assert!(store.waiting(&triage, 1).await.unwrap().is_empty());
        assert!(i64::try_from(first.len()).unwrap() < PAGE_ROWS);
    })
    .await;
}

#[tokio::test]
async fn it_is_counted_once_and_beside_those_of_practices() {
    on_both(async |store| {
        let v = village(store).await;
        v.send(store, &person("Margaret", 1)).await;
        let (scheme, link) = begun(store, &v).await;
        store.send_asking(&link, &ready(&scheme, ""), start()).await.unwrap();
        let flow = Village::ctx::<ReadFlow>(&v.supervisor, &v.scheme, start());
        let rows = fingerpost_flow::Flow::over(store.clone()).flow(&flow, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
        let sent: Vec<_> = rows.iter().map(|row| (row.slug == v.scheme.slug, row.sent, row.waiting)).collect();
        assert_eq!(sent.len(), 2);
        assert!(sent.contains(&(true, 1, 1)) && sent.contains(&(false, 1, 1)), "{sent:?}");
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        for row in store.waiting(&triage, 0).await.unwrap() {
            v.accept(store, row.id).await;
        }
        let practices = fingerpost_flow::Flow::over(store.clone())
            .flow_of_practices(&flow, jiff::Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        assert_eq!(practices.iter().map(|row| (row.open, row.waits.len())).collect::<Vec<_>>(), [(1, 1), (1, 1)]);
        let practice = Village::ctx::<ReadFlow>(&v.manager, &v.practice, start());
        assert_eq!(
            fingerpost_flow::Flow::over(store.clone())
                .flow(&practice, jiff::Timestamp::UNIX_EPOCH)
                .await
                .unwrap()
                .len(),
            1,
            "a practice counts its own"
        );
    })
    .await;
}

#[tokio::test]
async fn a_worry_about_harm_is_read_first_and_stands_in_no_letter() {
    on_both(async |store| {
        let v = village(store).await;
        v.send(store, &person("Ann", 2)).await;
        let worry = "A neighbour shouts at her";
        let id = v.send_with(store, &person("Margaret", 1), |answers| answers.safeguarding = worry.into()).await;
        let triage = Village::ctx::<Triage>(&v.supervisor, &v.scheme, start());
        let waiting = store.waiting(&triage, 0).await.unwrap();
        assert_eq!((waiting[0].id, waiting[0].first, waiting[1].first), (id, true, false));
        assert_eq!(store.waiting_one(&triage, id).await.unwrap().safeguarding.as_deref(), Some(worry));
        let sent = Village::ctx::<ReadSent>(&v.gp, &v.practice, start());
        assert_eq!(store.sent_one(&sent, id).await.unwrap().safeguarding.as_deref(), Some(worry));
        // Whoever takes it up reads it too.
        let case = v.accept(store, id).await;
        let read = Village::ctx::<ReadCase>(&v.worker, &v.scheme, start());
        assert_eq!(store.case(&read, case).await.unwrap().sent_by[0].safeguarding.as_deref(), Some(worry));
    })
    .await;
}

#[tokio::test]
async fn a_link_of_another_kind_opens_nothing_here() {
    on_both(async |store| {
        let v = village(store).await;
        let (_, link) = begun(store, &v).await;
        let other = LiveLink { scope: fingerpost_store::LinkScope::AnswerQuestions, ..link };
        assert!(matches!(store.asking(&other, start()).await, Err(StoreError::NotFound)));
        assert!(matches!(store.followed(&other, start()).await, Err(StoreError::NotFound)));
        assert!(matches!(store.stop_asking(&other, start()).await, Err(StoreError::NotFound)));
    })
    .await;
}
