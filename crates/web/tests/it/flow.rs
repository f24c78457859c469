//! The numbers of a scheme and the lists behind them.

use axum::http::StatusCode;
use fingerpost_store::testing::{Village, person};

use crate::client::on_both;

/// The addresses to which the numbers of the flow page lead.
fn lists(body: &str) -> Vec<String> {
    let hrefs = body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    hrefs
        .map(|href| href.replace("&#x2f;", "/").replace("&amp;", "&"))
        .filter(|href| href.contains("flow/people"))
        .collect()
}

#[tokio::test]
async fn each_number_opens_its_list_for_those_who_may_and_for_nobody_else() {
    on_both(async |server| {
        let village: &Village = &server.village;
        let waiting = village.send(&server.store, &person("Peggy", 1)).await;
        let accepted = village.send(&server.store, &person("Arthur", 2)).await;
        village.accept(&server.store, accepted).await;

        let scheme = format!("/o/{}/flow", village.scheme.slug);
        let mut supervisor = server.signed_in(&village.supervisor).await;
        let page = supervisor.get(&scheme).await;
        let opened = lists(&page.body);
        assert!(
            opened.iter().any(|href| href.contains("of=open")) && opened.iter().any(|href| href.contains("month="))
        );
        for href in &opened {
            assert_eq!(supervisor.get(href).await.status, StatusCode::OK, "{href}");
        }
        let practice = &village.practice.slug;
        let list = |of: &str| format!("{scheme}/people?of={of}&practice={practice}");
        let sent = supervisor.get(&list("sent")).await.body;
        assert!(sent.contains("Peggy") && sent.contains("Arthur"));
        let one = supervisor.get(&list("waiting")).await.body;
        assert!(one.contains("Peggy") && one.contains(&waiting.to_string()) && !one.contains("Arthur"));
        let open = supervisor.get(&list("open")).await.body;
        assert!(open.contains("Arthur") && open.contains("No first contact yet") && !open.contains("Peggy"));

        // A practice opens those whom it sent, and none of the cases.
        let own = format!("/o/{practice}/flow");
        let mut manager = server.signed_in(&village.manager).await;
        let opened = lists(&manager.get(&own).await.body);
        assert!(
            opened.iter().any(|href| href.contains("of=accepted"))
                && !opened.iter().any(|href| href.contains("of=open"))
        );
        assert!(manager.get(&format!("{own}/people?of=sent")).await.body.contains("Arthur"));
        assert_eq!(manager.get(&format!("{own}/people?of=open")).await.status, StatusCode::NOT_FOUND);

        // Whoever sees flow and not content has no list at all.
        let mut administrator = server.signed_in(&village.administrator).await;
        assert_eq!(lists(&administrator.get(&scheme).await.body), Vec::<String>::new());
        for of in ["sent", "open", "still_waiting", "nonsense"] {
            assert_eq!(administrator.get(&list(of)).await.status, StatusCode::NOT_FOUND, "{of}");
        }
        for month in ["2026-13", "x", "2026-1"] {
            let wrong = supervisor.get(&format!("{scheme}/people?of=sent&month={month}")).await;
            assert_eq!(wrong.status, StatusCode::NOT_FOUND, "{month}");
        }
    })
    .await;
}
