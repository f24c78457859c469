//! Asking for help oneself, wrongly and by machines: one plain page, no hint, nothing begun.

use axum::http::StatusCode;

use crate::client::on_both;

#[tokio::test]
async fn the_questions_go_on_behind_one_link_and_end_in_a_status() {
    on_both(async |server| {
        let place = format!("/self-referral/{}", server.village.scheme.slug);
        let mut somebody = server.client();
        let start = somebody.get(&place).await;
        assert_eq!(start.status, StatusCode::OK);
        assert!(start.body.contains("This is not for emergencies."));
        assert!(start.header("set-cookie").is_empty(), "looking stores nothing");
        let csrf = start.hidden("csrf");
        let begun = somebody.post_raw(&place, &format!("csrf={csrf}&who=oneself&website=")).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
        let own = begun.location().to_owned();
        assert!(own.starts_with("/l/"));
        let csrf = somebody.get(&own).await.hidden("csrf");
        for answer in [
            "question=hard&hard=company&hard=nonsense",
            "question=words&words=I+used+to+sing",
            "question=name&given=Ottoline&family=Birtwhistle",
            "question=born&born_day=1&born_month=2&born_year=1948",
            "question=reach&reach=phone&phone=01632+960+188",
        ] {
            let done = somebody.post_raw(&own, &format!("csrf={csrf}&{answer}")).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{answer}: {}", done.body);
        }
        let check = somebody.get(&own).await;
        assert!(check.body.contains("Check your answers") && check.body.contains("I used to sing"));
        // Two taps send one referral.
        for _ in 0..2 {
            let sent = somebody.post_raw(&own, &format!("csrf={csrf}&then=send")).await;
            assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, own.as_str()));
        }
        let status = somebody.get(&own).await;
        assert!(status.body.contains("We have your request") && !status.body.contains("Birtwhistle"));
        let mut josephine = server.signed_in(&server.village.supervisor).await;
        let triage = josephine.get(&format!("/o/{}/referrals", server.village.scheme.slug)).await;
        assert!(triage.body.contains("1 person is waiting") && triage.body.contains("Asked themself"));
    })
    .await;
}

#[tokio::test]
async fn it_cannot_be_sent_before_it_is_complete_nor_without_the_pages_own_token() {
    on_both(async |server| {
        let place = format!("/self-referral/{}", server.village.scheme.slug);
        let mut somebody = server.client();
        let csrf = somebody.get(&place).await.hidden("csrf");
        let forged = somebody.post_raw(&place, "csrf=0000&who=oneself").await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
        for who in ["", "who=practice", "who=nonsense"] {
            let refused = somebody.post_raw(&place, &format!("csrf={csrf}&{who}")).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{who}");
        }
        let begun = somebody.post_raw(&place, &format!("csrf={csrf}&who=carer")).await;
        let own = begun.location().to_owned();
        let csrf = somebody.get(&own).await.hidden("csrf");
        let early = somebody.post_raw(&own, &format!("csrf={csrf}&then=send")).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.body.contains("Enter your own name"));
        // A question that is not reached yet is not shown; what is typed wrongly is kept.
        assert!(somebody.get(&format!("{own}?item=reach")).await.body.contains("question 1 of 6"));
        let wrong = somebody.post_raw(&own, &format!("csrf={csrf}&question=asker&asker_name=Sam")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(somebody.get(&own).await.body.contains("value=\"Sam\""));
    })
    .await;
}

#[tokio::test]
async fn one_address_that_begins_too_much_is_held_back() {
    on_both(async |server| {
        let place = format!("/self-referral/{}", server.village.scheme.slug);
        let mut machine = server.client();
        let csrf = machine.get(&place).await.hidden("csrf");
        let body = format!("csrf={csrf}&who=oneself");
        let mut answers = vec![];
        for _ in 0..22 {
            answers.push(machine.post_raw(&place, &body).await);
        }
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count(), 20);
        let held = answers.last().unwrap();
        assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(held.body.contains("call 999"));
        assert_eq!(machine.get("/self-referral/nowhere").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
