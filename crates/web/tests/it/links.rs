//! What stands behind one-time links: nothing changes by looking, each link opens only its own page, and a page that
//! was opened long ago still works.

use axum::http::StatusCode;
use fingerpost_domain::measure::{Mode, Moment, ons4};
use fingerpost_policy::WorkCase;
use fingerpost_store::testing::{Village, person, start};
use jiff::SignedDuration;

use crate::client::on_both;

#[tokio::test]
async fn a_persons_own_link_works_after_lunch_and_for_nothing_else() {
    on_both(async |server| {
        let v = &server.village;
        let referral = v.send(&server.store, &person("Margaret", 1)).await;
        let case = v.accept(&server.store, referral).await;
        let work = Village::ctx::<WorkCase>(&v.worker, &v.scheme, start());
        let begin = (&ons4(), Moment::Before, Mode::Link, server.store.entropy().id(start()));
        let (id, token) = server.store.begin_assessment(&work, case, begin).await.unwrap();
        let link = format!("/l/{}", token.unwrap());

        let mut own = server.client();
        let page = own.get(&link).await;
        assert!(page.status == StatusCode::OK && page.body.contains("Question 1 of 4"));
        assert!(own.cookie.is_none(), "no session is stored for a look");
        assert!(!page.body.contains("Margaret") && !page.body.contains("Alderthwaite"), "it names nobody");

        server.clock.set(start() + SignedDuration::from_hours(3));
        let answered = own.post(&link, &[("item", "satisfied"), ("answer", "4"), ("then", "next")]).await;
        assert_eq!((answered.status, answered.location()), (StatusCode::SEE_OTHER, link.as_str()), "{}", answered.body);
        let forged = server.client().post(&link, &[("item", "worthwhile"), ("answer", "4"), ("then", "next")]).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "a form without its token");
        for (field, value) in [("change", "yes"), ("password", "kettle meadow trumpet"), ("item", "nonsense")] {
            let other = own.post(&link, &[(field, value)]).await;
            assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: the link is for its questions only");
        }

        let again = server.store.change_own_link(&work, (case, id), true).await.unwrap().unwrap();
        assert_eq!(own.get(&link).await.status, StatusCode::NOT_FOUND, "the lost link has ended");
        let page = own.get(&format!("/l/{again}")).await;
        assert!(page.body.contains("Question 2 of 4"), "the new one goes on where the old one stopped");
        server.store.change_own_link(&work, (case, id), false).await.unwrap();
        assert_eq!(own.get(&format!("/l/{again}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(own.get("/thank-you").await.status, StatusCode::OK);
    })
    .await;
}
