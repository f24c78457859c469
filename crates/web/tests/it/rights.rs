//! Every route without rights; every form without its token; every answer with its headers.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use fingerpost_domain::measure::{Mode, Moment, ons4};
use fingerpost_policy::{Action, rule};
use fingerpost_store::SignedIn;
use fingerpost_store::testing::{person, start};
use fingerpost_web::{Guard, ROUTES};

use crate::client::{Server, on_both};

const SOME_ID: &str = "01J00000000000000000000000";

fn address(path: &str, org: &str) -> String {
    path.replace("{org}", org)
        .replace("{id}", SOME_ID)
        .replace("{contact}", SOME_ID)
        .replace("{service}", SOME_ID)
        .replace("{connection}", SOME_ID)
        .replace("{letter}", SOME_ID)
        .replace("{assessment}", SOME_ID)
        .replace("{token}", "0123456789abcdef0123456789abcdef01234567")
        .replace("{scheme}", org)
        .replace("{code}", "nowhere")
        .replace("{message}", "appointment")
        .replace("{ticket}", "0123456789abcdef0123456789abcdef01234567")
        .replace("{hash}", "x")
        .replace("{name}", "x")
}

#[tokio::test]
async fn every_route_without_a_session_leads_to_the_sign_in() {
    on_both(async |server| {
        for route in ROUTES.iter().filter(|route| matches!(route.guard, Guard::SignedIn | Guard::May(_))) {
            let path = address(route.path, &server.village.scheme.slug);
            for method in route.methods {
                let mut stranger = server.client();
                let answer = match *method {
                    "GET" => stranger.get(&path).await,
                    _ => stranger.post(&path, &[]).await,
                };
                assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"), "{method} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_role_finds_only_what_the_policy_gives_it() {
    on_both(async |server| {
        let v = &server.village;
        let everybody: &[&SignedIn] = &[&v.gp, &v.manager, &v.worker, &v.supervisor, &v.administrator, &v.steward];
        let mut asked = 0;
        for who in everybody {
            let (place, role) = &who.places[0];
            let mut client = server.signed_in(who).await;
            for route in ROUTES {
                let Guard::May(action) = route.guard else { continue };
                for org in [&v.practice.slug, &v.far_practice.slug, &v.scheme.slug] {
                    let allowed = place.slug == *org && rule(*role, action).is_some();
                    let path = address(route.path, org);
                    for method in route.methods {
                        let answer = match *method {
                            "GET" => client.get(&path).await,
                            _ => client.post(&path, &[]).await,
                        };
                        asked += 1;
                        let has_record = route.path.contains("{id}");
                        let told = format!("{} {method} {path}: {}", role.code(), answer.status);
                        if !allowed || has_record {
                            // A record that is not there and a page that is not theirs look the same; a form
                            // that is incomplete says so before anything is looked up.
                            let fine = matches!(
                                answer.status,
                                StatusCode::NOT_FOUND
                                    | StatusCode::FORBIDDEN
                                    | StatusCode::UNPROCESSABLE_ENTITY
                                    | StatusCode::SEE_OTHER
                            );
                            assert!(fine && (allowed || answer.status == StatusCode::NOT_FOUND), "{told}");
                        } else {
                            assert!(answer.status != StatusCode::NOT_FOUND, "{told}");
                        }
                    }
                }
            }
        }
        assert!(asked > 300);
    })
    .await;
}

#[tokio::test]
async fn a_colleagues_record_is_not_found() {
    on_both(async |server| {
        let v = &server.village;
        let referral = v.send(&server.store, &person("Margaret", 1)).await;
        let case = v.accept(&server.store, referral).await;
        let work =
            fingerpost_store::testing::Village::ctx::<fingerpost_policy::WorkCase>(&v.worker, &v.scheme, start());
        let begin = (&ons4(), Moment::Before, Mode::Link, server.store.entropy().id(start()));
        let (assessment, _) = server.store.begin_assessment(&work, case, begin).await.unwrap();
        let (practice, scheme) = (&v.practice.slug, &v.scheme.slug);
        for (who, path) in [
            (&v.other_gp, format!("/o/{practice}/sent/{referral}")),
            (&v.other_gp, format!("/o/{practice}/refer/{referral}/person")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}/close")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}/plan")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}/plan/copy")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}/about")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}/services")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}/measures")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}/measures/paper")),
            (&v.other_worker, format!("/o/{scheme}/cases/{case}/measures/{assessment}")),
            (&v.far_gp, format!("/o/{}/sent/{referral}", v.far_practice.slug)),
            (&v.far_gp, format!("/o/{practice}/sent/{referral}")),
        ] {
            let mut client = server.signed_in(who).await;
            let answer = client.get(&path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(!answer.body.contains("Margaret"), "{path}");
        }
        let mut owner = server.signed_in(&v.worker).await;
        assert_eq!(owner.get(&format!("/o/{scheme}/cases/{case}")).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_form_without_its_token_or_from_elsewhere_changes_nothing() {
    let server = Server::new().await;
    let mut gp = server.signed_in(&server.village.gp).await;
    for route in ROUTES.iter().filter(|route| route.methods.contains(&"POST")) {
        let (Guard::May(Action::ReferPerson) | Guard::SignedIn) = route.guard else { continue };
        let path = address(route.path, &server.village.practice.slug);
        let answer = gp.post_raw(&path, "given=Margaret&csrf=wrong").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        let foreign = Request::builder()
            .method(Method::POST)
            .uri(&path)
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://elsewhere.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("csrf={}", gp.csrf)))
            .unwrap();
        assert_eq!(gp.send(foreign).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(gp.get("/account").await.status, StatusCode::OK, "still signed in");
}

#[tokio::test]
async fn every_answer_carries_the_secure_headers() {
    let server = Server::new().await;
    let mut gp = server.signed_in(&server.village.gp).await;
    let sent = format!("/o/{}/sent", server.village.practice.slug);
    for path in ["/sign-in", "/healthz", "/nowhere", "/privacy", "/l/0000", sent.as_str()] {
        let answer = gp.get(path).await;
        let header = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn one_click_sign_in_exists_only_where_everything_is_invented() {
    let real = Server::new().await;
    let user = real.village.gp.actor.user.to_string();
    let mut client = real.client();
    assert!(!client.get("/sign-in").await.body.contains("look round"));
    assert_eq!(client.post("/sign-in/invented", &[("user", &user)]).await.status, StatusCode::NOT_FOUND);
    let invented = Server::invented().await;
    let user = invented.village.gp.actor.user.to_string();
    let mut client = invented.client();
    assert!(client.get("/sign-in").await.body.contains("Invented: no person"));
    assert_eq!(client.post("/sign-in/invented", &[("user", &user)]).await.location(), "/");
    let page = client.get(&format!("/o/{}/sent", invented.village.practice.slug)).await;
    assert!(page.body.contains("Invented: no person"), "marked on every page");
}

#[tokio::test]
async fn a_deployment_has_its_own_texts_and_cookies_for_https_only() {
    let texts = tempfile::tempdir().unwrap();
    std::fs::write(texts.path().join("privacy.md"), "# Our privacy\n\nAsk <b>Noor</b> at the desk.\n").unwrap();
    let server = Server::deployed(texts.path()).await;
    let mut anyone = server.client();
    let ours = anyone.get("/privacy").await;
    assert!(ours.body.contains("Our privacy") && ours.body.contains("at the desk") && !ours.body.contains("<b>Noor"));
    assert!(anyone.get("/cookies").await.body.contains("one cookie"), "what it does not edit stays ours");
    let page = anyone.get("/sign-in").await;
    let cookie = page.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    for part in ["__Host-fingerpost=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(page.headers.contains_key("strict-transport-security"));
}

/// What a proxy in front must not write down: `packaging/nginx.conf` names each address that carries a secret.
#[test]
fn the_proxy_of_the_documentation_logs_no_secret() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/nginx.conf");
    let text = std::fs::read_to_string(path).unwrap();
    let named = text.split_once("location ~ ^/(").and_then(|(_, rest)| rest.split_once(")/")).unwrap().0;
    let named: Vec<&str> = named.split('|').collect();
    let secret = ROUTES.iter().filter(|route| {
        route.guard == Guard::Link || ["{token}", "{secret}", "{ticket}"].iter().any(|part| route.path.contains(part))
    });
    let mut found: Vec<&str> = secret.filter_map(|route| route.path.split('/').nth(1)).collect();
    found.sort_unstable();
    found.dedup();
    assert!(found.len() >= 4 && found.iter().all(|first| named.contains(first)), "{found:?} {named:?}");
}
