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

#[tokio::test]
async fn the_months_of_a_practice_are_exact_for_those_who_may_open_them_and_hidden_for_others() {
    on_both(async |server| {
        let village: &Village = &server.village;
        let asked = village.send(&server.store, &person("Peggy", 1)).await;
        village.accept(&server.store, asked).await;
        let (scheme, practice) = (format!("/o/{}/flow", village.scheme.slug), &village.practice.slug);
        let months = format!("{scheme}/months?practice={practice}");
        let mut supervisor = server.signed_in(&village.supervisor).await;
        assert!(supervisor.get(&scheme).await.body.replace("&#x2f;", "/").contains(&months));
        let page = supervisor.get(&months).await;
        let opened = lists(&page.body);
        for of in ["of=sent", "of=still_waiting", "of=open"] {
            let href = opened.iter().find(|href| href.contains(of)).unwrap();
            assert!(href.contains("month=2026-11") && href.contains(&format!("practice={practice}")), "{href}");
            let list = supervisor.get(href).await;
            assert!(list.body.contains("Peggy") && list.body.contains("November 2026"), "{href}");
            // Nobody of another month is in it, and no list is cut short without a way on.
            let before = supervisor.get(&href.replace("2026-11", "2026-10")).await;
            assert!(before.status == StatusCode::OK && !before.body.contains("Peggy"), "{href}");
            let second = supervisor.get(&format!("{href}&part=2")).await;
            assert!(second.status == StatusCode::OK && !second.body.contains("Peggy"), "{href}");
        }
        assert_eq!(supervisor.get(&format!("{scheme}/months?practice=nowhere")).await.status, StatusCode::NOT_FOUND);
        assert!(supervisor.get(&format!("{scheme}/months")).await.body.contains("All practices"));
        let one_of = format!("{scheme}/people?of=sent&practice=%22%3Cb");
        assert_eq!(supervisor.get(&one_of).await.status, StatusCode::NOT_FOUND);

        // What became of somebody whom a practice sent is not its to count.
        let mut manager = server.signed_in(&village.manager).await;
        let own = manager.get(&format!("/o/{practice}/flow/months")).await;
        assert!(own.body.contains("Too few to say"), "{}", own.body);
        assert!(lists(&own.body).iter().all(|href| href.contains("of=sent")));
        let mut administrator = server.signed_in(&village.administrator).await;
        let hidden = administrator.get(&months).await;
        assert_eq!(lists(&hidden.body), Vec::<String>::new());
        assert!(hidden.body.contains("Too few to say"));
    })
    .await;
}
