//! Launching from a clinical system: signed by the practice, taken once, opened by its own people; everything else is one plain no.

use axum::http::StatusCode;
use fingerpost_domain::id::LaunchKeyId;
use fingerpost_domain::person::PersonAnswers;
use fingerpost_launch::{LASTS, Launch, SECRET, Secret, SetUp};
use fingerpost_policy::ManageLaunch;
use fingerpost_store::testing::{Village, refusals, start};
use fingerpost_store::{Act, Resource};

use jiff::SignedDuration;

use crate::client::{Server, on_both};

fn margaret() -> PersonAnswers {
    PersonAnswers {
        given: "Margaret".into(),
        family: "Ellis".into(),
        born_day: "4".into(),
        born_month: "6".into(),
        born_year: "1947".into(),
        phone: "01632 960 142".into(),
        nhs_number: "999 000 0018".into(),
        ..PersonAnswers::default()
    }
}

/// A key of the village's practice.
async fn key(server: &Server) -> (LaunchKeyId, Secret) {
    let v = &server.village;
    let secret = Secret::new([9; SECRET]);
    let id: LaunchKeyId = server.store.entropy().id(start());
    let ctx = Village::ctx::<ManageLaunch>(&v.manager, &v.practice, start());
    fingerpost_intake::Intake::over(server.store.clone())
        .add_launch_key(&ctx, id, &secret.public().unwrap())
        .await
        .unwrap();
    (id, secret)
}

fn launch(key: LaunchKeyId, nonce: &str) -> Launch {
    Launch { key, at: start().as_second(), nonce: nonce.into(), person: margaret() }
}

const NONCE: &str = "0123456789abcdef";

#[tokio::test]
async fn one_press_and_the_person_is_in_the_form() {
    on_both(async |server| {
        let (key, secret) = key(server).await;
        let token = secret.seal(&launch(key, NONCE)).unwrap();
        let taken = server.client().post_raw("/launch", &format!("token={token}")).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
        let ticket = taken.body.trim().rsplit('/').next().unwrap().to_owned();
        let address = format!("/launch/{ticket}");
        assert!(!taken.body.contains("Margaret") && !taken.body.contains("999"), "an address tells nobody anything");

        let mut gp = server.signed_in(&server.village.gp).await;
        let page = gp.get(&address).await;
        assert!(page.body.contains("Refer Margaret?") && page.body.contains("999 000 0018"), "{}", page.body);
        let form = gp.post(&address, &[]).await;
        assert_eq!(form.status, StatusCode::SEE_OTHER);
        let again = gp.post(&address, &[]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "a second press begins nothing");
        let form = gp.get(form.location()).await;
        assert!(form.body.contains("Margaret Ellis") && form.body.contains("01632 960 142"));
        assert!(
            gp.get(&format!("/o/{}/sent", server.village.practice.slug)).await.body.matches("Margaret Ellis").count()
                == 1
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_forged_replayed_run_out_or_cut_off_is_refused_and_noted() {
    on_both(async |server| {
        let (key, secret) = key(server).await;
        let other = Secret::new([8; SECRET]);
        let good = secret.seal(&launch(key, NONCE)).unwrap();
        let old = Launch { at: start().as_second() - LASTS - 1, ..launch(key, "another nonce 01") };
        let unknown: LaunchKeyId = server.store.entropy().id(start());
        assert_eq!(server.client().post_raw("/launch", &format!("token={good}")).await.status, StatusCode::OK);
        let bad = [
            format!("token={good}"),
            format!("token={}", other.seal(&launch(key, "another nonce 02")).unwrap()),
            format!("token={}", secret.seal(&old).unwrap()),
            format!("token={}", secret.seal(&launch(unknown, "another nonce 03")).unwrap()),
            format!("token={}", &good[..good.len() / 2]),
            "token=".into(),
            String::new(),
            "given=Margaret".into(),
        ];
        for body in &bad {
            let refused = server.client().post_raw("/launch", body).await;
            assert_eq!(
                (refused.status, refused.body.as_str()),
                (StatusCode::UNPROCESSABLE_ENTITY, "Refused.\n"),
                "{body}"
            );
        }
        let noted = refusals(server.store.ledger()).await;
        assert_eq!(
            noted,
            ["replayed", "forged", "expired", "no_key", "unreadable", "unreadable", "unreadable", "unreadable"]
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_practice_whose_key_it_was_opens_it_and_not_for_long() {
    on_both(async |server| {
        let (key, secret) = key(server).await;
        let token = secret.seal(&launch(key, NONCE)).unwrap();
        let taken = server.client().post_raw("/launch", &format!("token={token}")).await;
        let address = format!("/launch/{}", taken.body.trim().rsplit('/').next().unwrap());
        for stranger in [&server.village.far_gp, &server.village.worker, &server.village.manager] {
            let mut client = server.signed_in(stranger).await;
            let page = client.get(&address).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND);
            assert!(
                page.body.contains("Start again from the person") && !page.body.contains("Margaret"),
                "{}",
                page.body
            );
            assert_eq!(client.post(&address, &[]).await.status, StatusCode::NOT_FOUND);
        }
        server.clock.set(start() + SignedDuration::from_mins(11));
        let mut gp = server.signed_in(&server.village.gp).await;
        assert_eq!(gp.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(gp.get("/launch/nonsense").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn what_the_clinical_system_did_not_hand_over_is_asked_for() {
    on_both(async |server| {
        let (key, secret) = key(server).await;
        let bare = Launch { person: PersonAnswers { phone: String::new(), ..margaret() }, ..launch(key, NONCE) };
        let taken = server.client().post_raw("/launch", &format!("token={}", secret.seal(&bare).unwrap())).await;
        let address = format!("/launch/{}", taken.body.trim().rsplit('/').next().unwrap());
        let mut gp = server.signed_in(&server.village.gp).await;
        gp.get(&address).await;
        let form = gp.post(&address, &[]).await;
        assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(form.body.contains("value=\"Ellis\"") && form.body.contains("Enter one way to reach them"));
        // It is whoever opened it first: they find it again, and a colleague with the same address does not.
        assert_eq!(gp.get(&address).await.status, StatusCode::OK);
        let mut colleague = server.signed_in(&server.village.other_gp).await;
        assert_eq!(colleague.get(&address).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_practice_manager_makes_a_key_that_works_and_ends_it() {
    on_both(async |server| {
        let place = format!("/o/{}/launch", server.village.practice.slug);
        let mut manager = server.signed_in(&server.village.manager).await;
        assert!(manager.get(&place).await.body.contains("There is no key yet"));
        let made = manager.post(&place, &[]).await;
        let line = made.body.split("fingerpost-launch-1.").nth(1).unwrap().split('<').next().unwrap();
        let set_up: SetUp = format!("fingerpost-launch-1.{line}").parse().unwrap();
        assert!(!manager.get(&place).await.body.contains(line), "it is shown once");
        let secret = set_up.secret().unwrap();
        let token = |nonce| format!("token={}", secret.seal(&launch(set_up.key, nonce)).unwrap());
        assert_eq!(server.client().post_raw("/launch", &token(NONCE)).await.status, StatusCode::OK);
        let end = format!("{place}/{}/end", set_up.key);
        assert_eq!(server.signed_in(&server.village.gp).await.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(manager.post(&end, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(
            server.client().post_raw("/launch", &token("another nonce 01")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let (tenant, id) = (&server.village.tenant, set_up.key.to_string());
        let ended = server.store.ledger().audited(tenant, Act::Withdraw, Resource::LaunchKey, &id);
        assert_eq!(ended.await.unwrap(), 1);
    })
    .await;
}
