//! Coming in: passwords, lockout, the second step, links, and going out.

use axum::http::StatusCode;
use fingerpost_domain::person::Email;
use fingerpost_store::testing::start;
use jiff::SignedDuration;
use totp_rs::{Builder, Secret};

use crate::client::{PASSWORD, Server, on_both};

#[tokio::test]
async fn a_wrong_password_an_unknown_address_and_a_resting_account_look_the_same() {
    on_both(async |server| {
        let email = server.give_password(&server.village.gp).await;
        let wrong = server.client().sign_in(&email, "not the password at all").await;
        let unknown = server.client().sign_in("nobody@example.org", "not the password at all").await;
        let cut =
            |body: &str| body.split("There is a problem").nth(1).unwrap().split("</ul>").next().unwrap().to_owned();
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(cut(&wrong.body), cut(&unknown.body));
        for _ in 0..8 {
            server.client().sign_in(&email, "not the password at all").await;
        }
        let resting = server.client().sign_in(&email, PASSWORD).await;
        assert_eq!((resting.status, cut(&resting.body)), (StatusCode::UNPROCESSABLE_ENTITY, cut(&wrong.body)));
        server.clock.set(start().saturating_add(SignedDuration::from_mins(16)).unwrap());
        assert_eq!(server.client().sign_in(&email, PASSWORD).await.location(), "/");
        server.clock.set(start());
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_looked_at_freely_and_used_once() {
    on_both(async |server| {
        let v = &server.village;
        let mut admin = server.signed_in(&v.administrator).await;
        let users = format!("/o/{}/users", v.scheme.slug);
        admin.get(&users).await;
        let bad = admin.post(&users, &[("name", ""), ("email", "nonsense"), ("role", "referrer")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        for said in ["Enter their name", "Enter an email address", "Choose their role"] {
            assert!(bad.body.contains(said), "{said}");
        }
        let fields = [("name", "Noor Haddad"), ("email", "noor@example.org"), ("role", "link_worker")];
        assert_eq!(admin.post(&users, &fields).await.status, StatusCode::SEE_OTHER);
        let twice = admin.post(&users, &fields).await;
        assert!(twice.body.contains("Somebody signs in with this email already"));
        let record = server.store.sign_in_record("noor@example.org").await.unwrap().unwrap();
        let token = server.store.mint_password_link(&record.tenant, record.user, start()).await.unwrap();
        let link = format!("/l/{token}");
        let mut noor = server.client();
        for _ in 0..3 {
            assert_eq!(noor.get(&link).await.status, StatusCode::OK, "a mail scanner opens it first");
        }
        assert!(noor.post(&link, &[("password", "short")]).await.body.contains("at least 12 characters"));
        let chosen = noor.post(&link, &[("password", PASSWORD)]).await;
        assert_eq!(chosen.location(), "/sign-in");
        assert_eq!(noor.get(&link).await.status, StatusCode::NOT_FOUND);
        assert_eq!(noor.post(&link, &[("password", PASSWORD)]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(noor.sign_in("noor@example.org", PASSWORD).await.location(), "/");
        let user = record.user.to_string();
        let stop = admin.post(&format!("{users}/{user}/disable"), &[]).await;
        assert_eq!(stop.status, StatusCode::SEE_OTHER);
        assert_eq!(noor.get("/places").await.location(), "/sign-in", "stopped at once");
        assert_eq!(admin.post(&format!("{users}/{user}/link"), &[]).await.status, StatusCode::SEE_OTHER);
        let letters = server.store.claim_messages(10, start()).await.unwrap();
        assert_eq!(letters.len(), 2, "the invitation and the new link");
        assert_eq!(noor.sign_in("noor@example.org", PASSWORD).await.location(), "/", "let in again");
        for nonsense in ["", "x", "0123456789abcdef0123456789abcdef01234567", "%00", "..%2f..%2fetc"] {
            let answer = noor.get(&format!("/l/{nonsense}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nonsense}");
        }
        // Each that is an address of a link at all is noted, without a letter of it.
        let noted = fingerpost_store::testing::refusals(server.store.ledger()).await;
        assert!(noted.len() >= 2 && noted.iter().all(|why| why == "opens_nothing"), "{noted:?}");
    })
    .await;
}

#[tokio::test]
async fn a_second_step_is_asked_once_it_is_on_and_a_code_works_once() {
    on_both(async |server| {
        let v = &server.village;
        let mut gp = server.signed_in(&v.gp).await;
        gp.post("/account/second-step", &[]).await;
        let page = gp.get("/account").await;
        assert!(page.body.contains("<svg") && page.body.contains("fp-key"));
        let key = page.body.split("fp-key\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let code = |at: jiff::Timestamp| {
            let secret = Secret::try_from_base32(&key).unwrap();
            let totp = Builder::new().with_secret(secret).with_account_name("sign-in").build().unwrap();
            totp.generate(u64::try_from(at.as_second()).unwrap()).to_string()
        };
        assert_eq!(
            gp.post("/account/second-step/on", &[("code", "000000")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(gp.post("/account/second-step/on", &[("code", &code(start()))]).await.status, StatusCode::SEE_OTHER);
        let then = start().saturating_add(SignedDuration::from_secs(60)).unwrap();
        server.clock.set(then);
        let mut again = server.client();
        assert_eq!(again.sign_in("gp.t@example.org", PASSWORD).await.location(), "/sign-in/code");
        assert_eq!(again.get("/places").await.location(), "/sign-in", "half signed in is not signed in");
        again.get("/sign-in/code").await;
        assert_eq!(again.post("/sign-in/code", &[("code", "123 456")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let confirming = again.post("/sign-in/code", &[("code", &code(start()))]).await;
        assert_eq!(confirming.status, StatusCode::UNPROCESSABLE_ENTITY, "the code that confirmed it is used up");
        assert_eq!(again.post("/sign-in/code", &[("code", &code(then))]).await.location(), "/");
        let mut replay = server.client();
        replay.sign_in("gp.t@example.org", PASSWORD).await;
        replay.get("/sign-in/code").await;
        let used = replay.post("/sign-in/code", &[("code", &code(then))]).await;
        assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY, "the same code twice");
        assert_eq!(again.get("/account").await.status, StatusCode::OK);
        let off = again.post("/account/second-step/off", &[("password", "wrong password here")]).await;
        assert_eq!(off.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            again.post("/account/second-step/off", &[("password", PASSWORD)]).await.status,
            StatusCode::SEE_OTHER
        );
        server.clock.set(start());
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_by_signing_out_by_idling_by_the_day_and_by_being_stopped() {
    on_both(async |server| {
        let v = &server.village;
        let mut gp = server.signed_in(&v.gp).await;
        let stolen = gp.cookie.clone();
        gp.post("/sign-out", &[]).await;
        gp.cookie = stolen;
        assert_eq!(gp.get("/account").await.location(), "/sign-in", "the cookie is worth nothing afterwards");

        let mut idle = server.signed_in(&v.other_gp).await;
        let later = |minutes| start().saturating_add(SignedDuration::from_mins(minutes)).unwrap();
        server.clock.set(later(29));
        assert_eq!(idle.get("/account").await.status, StatusCode::OK);
        server.clock.set(later(58));
        assert_eq!(idle.get("/account").await.status, StatusCode::OK, "being here keeps it");
        server.clock.set(later(89));
        assert_eq!(idle.get("/account").await.location(), "/sign-in");

        server.clock.set(start());
        let mut long = server.signed_in(&v.far_gp).await;
        for turn in 1..=36 {
            server.clock.set(later(turn * 20));
            assert_eq!(long.get("/account").await.status, StatusCode::OK);
        }
        server.clock.set(later(12 * 60 + 10));
        assert_eq!(long.get("/account").await.location(), "/sign-in", "a working day is enough");

        server.clock.set(start());
        let mut worker = server.signed_in(&v.worker).await;
        let email = Email::parse("worker.t@example.org").unwrap();
        server.store.disable_by_email(&email, start()).await.unwrap();
        assert_eq!(worker.get("/account").await.location(), "/sign-in");
    })
    .await;
}

#[tokio::test]
async fn signing_in_changes_the_session_id() {
    let server = Server::new().await;
    let email = server.give_password(&server.village.gp).await;
    let mut client = server.client();
    client.get("/sign-in").await;
    let before = client.cookie.clone();
    client.sign_in(&email, PASSWORD).await;
    assert_ne!(before, client.cookie);
}
