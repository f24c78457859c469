//! The plan on its screen: what was typed is never lost, and it is the person's own.

use axum::http::StatusCode;
use fingerpost_store::testing::person;

use crate::client::on_both;

#[tokio::test]
async fn two_who_write_the_plan_at_once_both_keep_their_words() {
    on_both(async |server| {
        let v = &server.village;
        let referral = v.send(&server.store, &person("Peggy", 1)).await;
        let case = v.accept(&server.store, referral).await;
        let place = format!("/o/{}/cases/{case}/plan", v.scheme.slug);
        let mut maya = server.signed_in(&v.worker).await;
        let mut lead = server.signed_in(&v.supervisor).await;
        assert_eq!(maya.get(&place).await.hidden("version"), "0");
        lead.get(&place).await;
        let read = [("version", "0"), ("read_matters", "")];
        let id = maya.get(&place).await.hidden("goal-1-id");
        let first =
            [("matters", "Singing"), ("goal-1-id", &id), ("goal-1-what", "Sing again"), ("goal-1-importance", "9")];
        maya.post(&place, &[&read[..], &first[..]].concat()).await;
        let saved = maya.post(&place, &[&read[..], &first[..]].concat()).await;
        assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, format!("{place}?saved=plan").as_str()));

        let id = lead.get(&format!("{place}?add=goal")).await.hidden("goal-2-id");
        let beside = [("strengths", "A good alto"), ("goal-1-id", &id), ("goal-1-what", "Walk more")];
        assert_eq!(lead.post(&place, &[&read[..], &beside[..]].concat()).await.status, StatusCode::SEE_OTHER);
        let both = maya.get(&place).await;
        for words in ["Singing", "Sing again", "A good alto", "Walk more"] {
            assert!(both.body.contains(words), "{words}");
        }
        assert_eq!(both.body.matches(">Sing again</textarea>").count(), 1, "posted twice, written once");

        let against = [("matters", "Quiet"), ("then", "print")];
        let asked = lead.post(&place, &[&read[..], &against[..]].concat()).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(asked.body.contains("somebody saved: “Singing”") && asked.body.contains(">Quiet</textarea>"));
        let (version, matters) = (asked.hidden("version"), asked.hidden("read_matters"));
        let again =
            [("version", version.as_str()), ("read_matters", &matters), ("matters", "Quiet"), ("then", "print")];
        let saved = lead.post(&place, &again).await;
        assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, format!("{place}/copy").as_str()));
        let copy = maya.get(&format!("{place}/copy")).await;
        assert!(copy.body.contains("Quiet") && copy.body.contains("This plan is mine"));
        assert!(!copy.body.contains("Sing again"), "the second writer had emptied both goals and saw it");

        let wrong = [
            ("goal-1-id", id.as_str()),
            ("goal-1-what", ""),
            ("goal-1-step-1-id", &id),
            ("goal-1-step-1-what", "Listen"),
            ("goal-1-importance", "11"),
        ];
        let refused = maya.post(&place, &[&read[..], &wrong[..]].concat()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("href=\"#goal-1-importance\"") && refused.body.contains(">Listen</textarea>"));
    })
    .await;
}
