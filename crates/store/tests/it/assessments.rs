//! An assessment can stop and go on anywhere, keeps the words with which it began, and ends once.

use fingerpost_domain::id::{CaseId, TenantId};
use fingerpost_domain::measure::{Mode, Moment, SKIPPED, ons4};
use fingerpost_policy::{ReadCase, WorkCase};

use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Ctx, Store, StoreError};

async fn village(store: &Store) -> (Village, CaseId) {
    let village = Village::build(store, &TenantId::main(), "T").await;
    let referral = village.send(store, &person("Peggy", 1)).await;
    let case = village.accept(store, referral).await;
    (village, case)
}

fn work(village: &Village) -> Ctx<WorkCase> {
    Village::ctx(&village.worker, &village.scheme, start())
}

fn read(village: &Village) -> Ctx<ReadCase> {
    Village::ctx(&village.worker, &village.scheme, start())
}

#[tokio::test]
async fn a_person_answers_through_a_link_that_ends_with_the_last_answer() {
    on_both(async |store| {
        let (village, case) = village(store).await;
        let key = Village::key(store.entropy());
        let begin = (&ons4(), Moment::Before, Mode::Link, key);
        let (id, token) = store.begin_assessment(&work(&village), case, begin).await.unwrap();
        let again = store.begin_assessment(&work(&village), case, begin).await.unwrap();
        assert_eq!(again, (id, None), "begun once; the link is shown once");
        let link = store.live_link(&token.unwrap(), start()).await.unwrap().unwrap();
        let says = async |item, given| store.answer_item_by_link(&link, (item, given), start()).await;
        says("satisfied", "3").await.unwrap();
        says("satisfied", "4").await.unwrap();
        assert!(matches!(says("weight", "3").await, Err(StoreError::ChangedMeanwhile)), "no such question");
        says("worthwhile", SKIPPED).await.unwrap();
        let half = store.assessment_by_link(&link, start()).await.unwrap();
        assert_eq!(half.questionnaire.next(&half.answers).unwrap().code, "happy");
        says("happy", "7").await.unwrap();
        says("anxious", "6").await.unwrap();
        assert!(matches!(says("anxious", "0").await, Err(StoreError::NotFound)), "the link has ended");

        let page = store.case(&read(&village), case).await.unwrap();
        let done = &page.assessments[0];
        assert!(done.finished_at.is_some() && page.assessments.len() == 1);
        let scores = done.questionnaire.scores(&done.answers);
        assert_eq!(scores.iter().map(|s| s.value).collect::<Vec<_>>(), [Some(4), None, Some(7), Some(6)]);
    })
    .await;
}

#[tokio::test]
async fn a_new_edition_does_not_change_an_assessment_that_has_begun() {
    on_both(async |store| {
        let (village, case) = village(store).await;
        let begin = (&ons4(), Moment::Before, Mode::Together, Village::key(store.entropy()));
        let (old, _) = store.begin_assessment(&work(&village), case, begin).await.unwrap();
        store.answer_item(&work(&village), (case, old), ("satisfied", "5")).await.unwrap();
        let mut edition = ons4();
        edition.version = 2;
        edition.items.truncate(1);
        edition.items[0].text = "How satisfied are you?".to_owned();
        edition.scores.truncate(1);
        let begin = (&edition, Moment::After, Mode::Paper, Village::key(store.entropy()));
        let (new, _) = store.begin_assessment(&work(&village), case, begin).await.unwrap();
        store.answer_item(&work(&village), (case, new), ("satisfied", "8")).await.unwrap();
        let of = async |id| store.assessment(&read(&village), (case, id)).await.unwrap();
        assert!(of(new).await.finished_at.is_some(), "one question, one answer");
        let begun = of(old).await;
        assert_eq!((begun.questionnaire.version, begun.questionnaire.items.len()), (1, 4));
        assert_eq!(begun.questionnaire.next(&begun.answers).unwrap().code, "worthwhile");

        let strangers = Village::ctx::<WorkCase>(&village.other_worker, &village.scheme, start());
        let tried = store.answer_item(&strangers, (case, old), ("worthwhile", "1")).await;
        assert!(matches!(tried, Err(StoreError::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn what_somebody_said_about_themself_is_kept_and_never_unasked() {
    use std::collections::BTreeMap;

    use fingerpost_domain::about::{Characteristic, SelfDescription};
    use fingerpost_domain::access::{AccessNeed, AccessNeeds};
    on_both(async |store| {
        let (village, case) = village(store).await;
        let empty = store.about_person(&read(&village), case).await.unwrap();
        assert!(empty.said.is_empty() && empty.access.is_none(), "nobody was asked, nothing is guessed");
        let needs = AccessNeeds {
            needs: vec![AccessNeed::LargePrint, AccessNeed::Hearing],
            may_share: false,
            review_on: jiff::civil::date(2027, 11, 21),
        };
        let first = BTreeMap::from([
            (Characteristic::Carer, SelfDescription::Category("yes")),
            (Characteristic::Religion, SelfDescription::PreferNot),
        ]);
        store.say_about_person(&work(&village), case, (&first, Some(&needs))).await.unwrap();
        let second = BTreeMap::from([(Characteristic::Carer, SelfDescription::Category("no"))]);
        store.say_about_person(&work(&village), case, (&second, None)).await.unwrap();
        let about = store.about_person(&read(&village), case).await.unwrap();
        assert_eq!(about.said[&Characteristic::Carer], SelfDescription::Category("no"));
        assert_eq!(about.said[&Characteristic::Religion], SelfDescription::PreferNot, "what was not said again stays");
        assert_eq!(about.access.unwrap().0, needs);
        assert_eq!(store.case(&read(&village), case).await.unwrap().access, Some(needs));
        let strangers = Village::ctx::<ReadCase>(&village.other_worker, &village.scheme, start());
        assert!(matches!(store.about_person(&strangers, case).await, Err(StoreError::NotFound)));
    })
    .await;
}
