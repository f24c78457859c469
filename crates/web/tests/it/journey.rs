//! One referral there and back, through the pages.

use axum::http::StatusCode;
use fingerpost_policy::Triage;
use fingerpost_store::testing::{Village, start};

use crate::client::{PEGGY, SEVEN, Server, on_both};

fn with<'a>(fields: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().chain(more).copied().collect()
}

/// Refers Peggy; gives the address of the receipt.
async fn refer(server: &Server, client: &mut crate::client::Client<'_>) -> String {
    let org = format!("/o/{}", server.village.practice.slug);
    let page = client.get(&format!("{org}/refer")).await;
    assert_eq!(page.status, StatusCode::OK);
    let key = page.hidden("key");
    let draft = client.post(&format!("{org}/refer"), &with(PEGGY, &[("key", &key)])).await;
    assert_eq!(draft.status, StatusCode::SEE_OTHER, "{}", draft.body);
    let form = draft.location().to_owned();
    client.get(&form).await;
    let sent = client.post(&form, SEVEN).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    sent.location().to_owned()
}

#[tokio::test]
async fn a_gp_refers_the_scheme_accepts_the_worker_records_and_the_gp_reads_it() {
    on_both(async |server| {
        let scheme = format!("/o/{}", server.village.scheme.slug);
        let mut gp = server.signed_in(&server.village.gp).await;
        let receipt = refer(server, &mut gp).await;
        let page = gp.get(&receipt).await;
        assert!(page.body.contains("Sent to T Scheme") && page.body.contains("871731000000106"));

        let mut supervisor = server.signed_in(&server.village.supervisor).await;
        let list = supervisor.get(&format!("{scheme}/referrals")).await;
        assert!(list.body.contains("Peggy Alderthwaite") && list.body.contains("1 person is waiting"));
        let waiting = server
            .store
            .waiting(&Village::ctx::<Triage>(&server.village.supervisor, &server.village.scheme, start()), 0)
            .await
            .unwrap();
        let one = format!("{scheme}/referrals/{}", waiting[0].id);
        let page = supervisor.get(&one).await;
        assert!(page.body.contains("Lively dog") && page.body.contains("before 2pm"));
        let nothing = supervisor.post(&format!("{one}/accept"), &[("person", "new")]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.body.contains("Choose who takes it up"));
        let worker = server.village.worker.actor.user.to_string();
        let accepted = supervisor.post(&format!("{one}/accept"), &[("person", "new"), ("worker", &worker)]).await;
        assert_eq!(accepted.status, StatusCode::SEE_OTHER);
        let again = supervisor.post(&format!("{one}/accept"), &[("person", "new"), ("worker", &worker)]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);

        let mut maya = server.signed_in(&server.village.worker).await;
        let caseload = maya.get(&format!("{scheme}/caseload?show=everyone")).await;
        assert!(caseload.body.contains("Peggy Alderthwaite") && caseload.body.contains("First call"));
        let href = caseload.body.split("cases&#x2f;").nth(1).unwrap();
        let case = format!("{scheme}/cases/{}", &href[..26]);
        let page = maya.get(&case).await;
        let key = page.hidden("key");
        let version = page.hidden("version");
        let fields = [
            ("version", version.as_str()),
            ("key", key.as_str()),
            ("kind", "phone"),
            ("on_day", "21"),
            ("on_month", "11"),
            ("on_year", "2026"),
            ("happened", "used_session"),
            ("note", "A first <b>conversation</b>."),
            ("matters", "To sing again."),
            ("referrer_hears", "summary"),
            ("line_for_referrer", "We have met."),
        ];
        for _ in 0..2 {
            let saved = maya.post(&format!("{case}/contacts"), &fields).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        }
        let later = maya.get(&case).await.hidden("key");
        let stale: Vec<_> = fields
            .iter()
            .map(|(field, value)| match *field {
                "key" => ("key", later.as_str()),
                "note" => ("note", "A second conversation."),
                _ => (*field, *value),
            })
            .collect();
        let kept = maya.post(&format!("{case}/contacts"), &stale).await;
        assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY, "read before the first contact was saved");
        assert!(kept.body.contains("A second conversation.") && kept.body.contains("choose again"));
        let page = maya.get(&case).await;
        assert_eq!(page.body.matches("Session 1<").count() + page.body.matches("Session 1\n").count(), 1);
        assert!(page.body.contains("To sing again.") && page.body.contains("&lt;b&gt;conversation"));

        let note = page.body.split("Private. Written").nth(1).unwrap().split("href=\"").nth(1).unwrap();
        let note = note.split('"').next().unwrap().replace("&#x2f;", "/");
        let version = maya.get(&note).await.hidden("version");
        let first = [("version", version.as_str()), ("note", "Corrected once.")];
        assert_eq!(maya.post(&note, &first).await.status, StatusCode::SEE_OTHER);
        let stale = maya.post(&note, &[("version", &version), ("note", "Corrected from another tab.")]).await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stale.body.contains("Corrected from another tab.") && stale.body.contains("was corrected meanwhile"));

        let care = [("risk", "none_known"), ("reach", "phone"), ("phone", "01632 960 142"), ("guidance", "after 2pm")];
        let version = maya.get(&format!("{case}/care")).await.hidden("version");
        let care: Vec<_> = care.iter().copied().chain([("version", version.as_str())]).collect();
        assert_eq!(
            maya.post(&format!("{case}/care"), &[("version", &version)]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(maya.post(&format!("{case}/care"), &care).await.status, StatusCode::SEE_OTHER);
        let stale = maya.post(&format!("{case}/care"), &care).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "a form from before the change does not overwrite it");
        let changed = maya.get(&case).await;
        assert!(changed.body.contains("after 2pm") && changed.body.contains("safe contact changed"));

        let page = gp.get(&receipt).await;
        assert!(page.body.contains("We have met.") && page.body.contains("No action is requested."));
        assert!(!page.body.contains("A first"), "the private note stays private");

        let version = maya.get(&format!("{case}/close")).await.hidden("version");
        let wrong = maya.post(&format!("{case}/close"), &[("version", &version)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let closing =
            [("outcome", "reached"), ("continues", "The choir."), ("referrer_hears", "summary"), ("version", &version)];
        assert_eq!(maya.post(&format!("{case}/close"), &closing).await.status, StatusCode::SEE_OTHER);
        assert_eq!(maya.post(&format!("{case}/close"), &closing).await.status, StatusCode::CONFLICT);
        let page = gp.get(&receipt).await;
        assert!(page.body.contains("The choir."));

        let letter = page.body.split("letters&#x2f;").nth(1).unwrap();
        let letter = format!("{}/letters/{}", receipt.split('?').next().unwrap(), &letter[..26]);
        let paper = gp.get(&letter).await;
        assert_eq!((paper.status, paper.media_type()), (StatusCode::OK, "application/pdf"));
        assert!(!paper.header("content-disposition").contains("Peggy"), "a file's name names nobody");
        assert_eq!(server.signed_in(&server.village.other_gp).await.get(&letter).await.status, StatusCode::NOT_FOUND);
        let data = gp.get(&format!("{letter}/data")).await;
        assert_eq!((data.status, data.media_type()), (StatusCode::OK, "application/json"));
        assert!(data.body.contains(r#""Actions for professionals":"No action is requested.""#), "{}", data.body);
        assert!(page.body.contains("unless it is filed: 871731000000106 | Referral to social prescribing service |"));
        for plan in ["copy.pdf", "copy.pdf?size=larger"] {
            let paper = maya.get(&format!("{case}/plan/{plan}")).await;
            assert_eq!((paper.status, paper.media_type()), (StatusCode::OK, "application/pdf"));
        }
        let mut other = server.signed_in(&server.village.other_worker).await;
        assert_eq!(other.get(&format!("{case}/plan/copy.pdf")).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_retry_of_every_step_makes_one_referral() {
    on_both(async |server| {
        let mut gp = server.signed_in(&server.village.gp).await;
        let org = format!("/o/{}", server.village.practice.slug);
        let key = gp.get(&format!("{org}/refer")).await.hidden("key");
        let fields = with(PEGGY, &[("key", &key)]);
        let first = gp.post(&format!("{org}/refer"), &fields).await.location().to_owned();
        let second = gp.post(&format!("{org}/refer"), &fields).await.location().to_owned();
        assert_eq!(first, second);
        let sent = gp.post(&first, SEVEN).await.location().to_owned();
        assert_eq!(gp.post(&first, SEVEN).await.location(), sent);
        let list = gp.get(&format!("{org}/sent")).await;
        assert_eq!(list.body.matches("Peggy Alderthwaite").count(), 1);
        let gone = gp.get(&first).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER, "a sent draft leads to its receipt");
    })
    .await;
}

#[tokio::test]
async fn a_referrer_cannot_learn_whether_somebody_is_known_here() {
    on_both(async |server| {
        let mut gp = server.signed_in(&server.village.gp).await;
        let first = refer(server, &mut gp).await;
        let unknown = gp.get(&first).await;
        let waiting = server
            .store
            .waiting(&Village::ctx::<Triage>(&server.village.supervisor, &server.village.scheme, start()), 0)
            .await
            .unwrap();
        server.village.accept(&server.store, waiting[0].id).await;
        let mut other = server.signed_in(&server.village.other_gp).await;
        let second = refer(server, &mut other).await;
        let known = other.get(&second).await;
        let words = |body: &str| {
            let main = body.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
            let text: String = main.split('<').filter_map(|part| part.split('>').nth(1)).collect();
            let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
            // What differs by itself: the reference and who sent it.
            let (head, tail) = folded.split_once("Reference").unwrap();
            format!("{head}{}", &tail[11..]).replace("T other_gp", "T gp")
        };
        assert_eq!(words(&unknown.body), words(&known.body));
    })
    .await;
}

#[tokio::test]
async fn the_message_folder_names_nobody_and_nothing() {
    let server = Server::new().await;
    let mut gp = server.signed_in(&server.village.gp).await;
    refer(&server, &mut gp).await;
    let messages = server.store.claim_messages(10, start()).await.unwrap();
    assert_eq!(messages.len(), 1, "the supervisor hears");
    assert_eq!(messages[0].addressee.email(), "supervisor.T@example.org");
}

#[tokio::test]
async fn a_carer_who_asks_is_named_and_the_person_knows() {
    on_both(async |server| {
        let org = format!("/o/{}", server.village.practice.slug);
        let mut gp = server.signed_in(&server.village.gp).await;
        let key = gp.get(&format!("{org}/refer")).await.hidden("key");
        let form = gp.post(&format!("{org}/refer"), &with(PEGGY, &[("key", &key)])).await.location().to_owned();
        gp.get(&form).await;
        let ruth = ("asker", "Ruth Marlow, her daughter, 01632 960 171");
        let seven: Vec<_> = SEVEN.iter().copied().filter(|(name, _)| *name != "agreement").collect();
        let unasked = gp.post(&form, &with(&seven, &[ruth])).await;
        assert_eq!(unasked.status, StatusCode::UNPROCESSABLE_ENTITY, "that a carer asks is not the person's yes");
        assert!(unasked.body.contains("Ruth Marlow, her daughter"));
        let kept = gp.post(&form, &with(&seven, &[ruth, ("agreement", "not_asked_yet")])).await;
        assert!(gp.get(kept.location()).await.body.contains("Peggy has not been asked yet"));
        assert!(gp.get(&form).await.body.contains("Ruth Marlow, her daughter"), "the draft keeps it");
        let sent = gp.post(&form, &with(SEVEN, &[ruth])).await;
        assert!(gp.get(sent.location()).await.body.contains("Peggy knows, and agreed"));

        let ctx = Village::ctx::<Triage>(&server.village.supervisor, &server.village.scheme, start());
        let referral = server.store.waiting(&ctx, 0).await.unwrap()[0].id;
        let scheme = format!("/o/{}", server.village.scheme.slug);
        let mut supervisor = server.signed_in(&server.village.supervisor).await;
        assert!(
            supervisor.get(&format!("{scheme}/referrals/{referral}")).await.body.contains("Peggy knows, and agreed")
        );
        let case = server.village.accept(&server.store, referral).await;
        let mut maya = server.signed_in(&server.village.worker).await;
        assert!(maya.get(&format!("{scheme}/cases/{case}")).await.body.contains("Asked for by Ruth Marlow"));
    })
    .await;
}

#[tokio::test]
async fn a_page_from_before_overwrites_neither_a_draft_nor_a_session() {
    on_both(async |server| {
        let org = format!("/o/{}", server.village.practice.slug);
        let mut gp = server.signed_in(&server.village.gp).await;
        let key = gp.get(&format!("{org}/refer")).await.hidden("key");
        let form = gp.post(&format!("{org}/refer"), &with(PEGGY, &[("key", &key)])).await.location().to_owned();
        let old = gp.get(&form).await.hidden("read");
        let risky =
            [("read", old.as_str()), ("risk", "known"), ("risk_note", "Violent son"), ("agreement", "not_asked_yet")];
        assert_eq!(gp.post(&form, &risky).await.status, StatusCode::SEE_OTHER);
        // The other tab, which was opened before.
        let calm: Vec<_> = SEVEN.iter().copied().filter(|(name, _)| !name.starts_with("risk")).collect();
        let stale = gp.post(&form, &with(&calm, &[("risk", "none_known"), ("read", &old)])).await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stale.body.contains("saved in another window") && stale.body.contains("I used to sing."));
        let now = stale.hidden("read");
        assert_eq!(gp.post(&form, &with(SEVEN, &[("read", &now)])).await.status, StatusCode::SEE_OTHER);

        let ctx = Village::ctx::<Triage>(&server.village.supervisor, &server.village.scheme, start());
        let referral = server.store.waiting(&ctx, 0).await.unwrap()[0].id;
        let case = server.village.accept(&server.store, referral).await;
        let place = format!("/o/{}/cases/{case}", server.village.scheme.slug);
        let mut maya = server.signed_in(&server.village.worker).await;
        let (one, other) = (maya.get(&place).await, maya.get(&place).await);
        let contact = |page: &crate::client::Answer| {
            let hidden = ["version", "key", "session"].map(|name| (name, page.hidden(name)));
            let typed = [
                ("kind", "phone"),
                ("on_day", "21"),
                ("on_month", "11"),
                ("on_year", "2026"),
                ("happened", "used_session"),
                ("note", "We talked."),
            ];
            hidden.into_iter().chain(typed.map(|(name, value)| (name, value.to_owned()))).collect::<Vec<_>>()
        };
        let borrowed = |fields: &[(&'static str, String)]| fields.to_vec();
        for (page, status) in [(one, StatusCode::SEE_OTHER), (other, StatusCode::UNPROCESSABLE_ENTITY)] {
            let fields = borrowed(&contact(&page));
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = maya.post(&format!("{place}/contacts"), &fields).await;
            assert_eq!(answer.status, status);
            if status == StatusCode::UNPROCESSABLE_ENTITY {
                assert!(
                    answer.body.contains("A session was recorded while you wrote")
                        && answer.body.contains("We talked.")
                );
            }
        }
    })
    .await;
}
