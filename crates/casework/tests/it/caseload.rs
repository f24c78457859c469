//! Who sees whom, and in which order.

use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::case::ClosingAnswers;
use fingerpost_domain::plan::Plan;
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::PlanSaved;
use fingerpost_store::testing::{on_both, person, start};

use super::{begun, caseload, may};

#[tokio::test]
async fn a_supervisor_sees_the_scheme_and_a_link_worker_their_own() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let of = async |who| casework.whole_caseload(&caseload(&v, who)).await.unwrap().len();
        assert_eq!((of(&v.supervisor).await, of(&v.worker).await, of(&v.other_worker).await), (1, 1, 0));
        let read = store.case(&may::<ReadCase>(&v, &v.worker, start()), case).await.unwrap();
        let closing = ClosingAnswers {
            outcome: "reached".into(),
            continues: "The choir".into(),
            referrer_hears: "nothing".into(),
            ..ClosingAnswers::default()
        };
        let work = may::<WorkCase>(&v, &v.worker, start());
        store.close_case(&work, case, (&closing.check().unwrap(), read.version)).await.unwrap();
        assert_eq!(of(&v.worker).await, 0);
        let closed = casework.closed_cases(&caseload(&v, &v.worker)).await.unwrap();
        assert_eq!(closed.len(), 1, "a closed case stays readable");
        assert!(casework.closed_cases(&caseload(&v, &v.other_worker)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn those_somebody_worries_about_stand_first_until_somebody_has_spoken_with_them() {
    on_both(async |store| {
        let (v, casework, calm) = begun(store).await;
        let worry = |answers: &mut fingerpost_domain::referral::ReferralAnswers| {
            answers.safeguarding = "A neighbour shouts at her".into();
        };
        let id = v.send_with(store, &person("Ann", 2), worry).await;
        let case = v.accept(store, id).await;
        let rows = casework.whole_caseload(&caseload(&v, &v.worker)).await.unwrap();
        assert_eq!(
            rows.iter().map(|row| (row.turn.id, row.turn.urgency.worried)).collect::<Vec<_>>(),
            [(case, true), (calm, false)]
        );
        assert!(rows[0].turn.urgency.needs_now(day_of(start())));
    })
    .await;
}

#[tokio::test]
async fn the_day_of_looking_at_a_plan_again_stands_on_the_caseload() {
    on_both(async |store| {
        let (v, casework, case) = begun(store).await;
        let today = day_of(start());
        let work = may::<WorkCase>(&v, &v.worker, start());
        let on = async || casework.whole_caseload(&caseload(&v, &v.worker)).await.unwrap()[0].turn.plan_review;
        assert_eq!(on().await, None);
        let review_on = Some(plus_days(today, 30));
        let planned = Plan { review_on, ..Plan::default() };
        let saved = store.save_plan(&work, case, (&planned, 0, None), today).await.unwrap();
        assert_eq!((saved, on().await), (PlanSaved::Saved, review_on));
        store.save_plan(&work, case, (&Plan::default(), 1, None), today).await.unwrap();
        assert_eq!(on().await, None, "what the newest version says");
    })
    .await;
}

#[tokio::test]
async fn only_what_is_picked_is_read_and_in_its_order() {
    on_both(async |store| {
        let (v, casework, _) = begun(store).await;
        // Some numbers have no check digit.
        let some = (2..100).filter(|number| fingerpost_domain::nhs_number::NhsNumber::invented(*number).is_some());
        for number in some.take(59) {
            let referral = v.send(store, &person("Ann", number)).await;
            v.accept(store, referral).await;
        }
        let ctx = caseload(&v, &v.supervisor);
        let (turns, rows) = casework.caseload(&ctx, |all| all.iter().rev().take(55).copied().collect()).await.unwrap();
        assert_eq!((turns.all.len(), rows.len(), turns.covering.len()), (60, 55, 0));
        let backwards: Vec<_> = turns.all.iter().rev().take(55).map(|turn| turn.id).collect();
        assert_eq!(rows.iter().map(|row| row.turn.id).collect::<Vec<_>>(), backwards);
        let (_, none) = casework.caseload(&ctx, |_| vec![]).await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}
