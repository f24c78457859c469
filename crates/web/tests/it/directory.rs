//! The directory for anyone: pages and the machine door, what is withheld, what a source does not let us give on.

use axum::http::{Request, StatusCode};
use fingerpost_policy::KeepDirectory;
use fingerpost_stewardship::{Source, Stewardship};
use fingerpost_store::testing::{Village, start};
use serde_json::{Value, json};

use super::client::{Client, Server, on_both};

async fn filled(server: &Server) -> Stewardship {
    let entry = |id: &str, more: Value| {
        let mut body = json!({ "id": id, "name": id, "description": "Singing", "schedules": [{ "byday": "TU", "opens_at": "18:30", "closes_at": "20:00" }] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value::<fingerpost_directory::hsds::Service>(body).unwrap().settled("open").unwrap()
    };
    let singing =
        json!([{ "id": "s", "taxonomy_term": { "id": "singing", "name": "Singing", "taxonomy": "activities" } }]);
    let all = [
        entry("Tannery Choir", json!({ "attributes": singing, "minimum_age": 18 })),
        entry("Morning Choir", json!({ "schedules": [{ "byday": "MO", "opens_at": "09:00", "closes_at": "10:00" }] })),
        entry("Oak House refuge", json!({})),
    ];
    server.store.import_services(&all, ("open", 3, 0), (start(), false), |_, _| {}).await.unwrap();
    let kept = [entry("Kept Choir", json!({}))];
    server.store.import_services(&kept, ("closed", 1, 0), (start(), false), |_, _| {}).await.unwrap();
    let stewardship = Stewardship::over(server.store.clone());
    let source =
        |name: &str, republish| Source { name: name.into(), licence: Some("OGL".into()), attribution: None, republish };
    stewardship.describe_source(&source("open", true), start()).await.unwrap();
    stewardship.describe_source(&source("closed", false), start()).await.unwrap();
    stewardship
}

async fn json_at(client: &mut Client<'_>, path: &str) -> Value {
    let answer = client.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    serde_json::from_str(&answer.body).unwrap()
}

fn names(page: &Value) -> Vec<&str> {
    let mut all: Vec<&str> =
        page["contents"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn a_machine_reads_what_may_be_given_on_and_nothing_else() {
    on_both(async |server| {
        let stewardship = filled(server).await;
        let mut client = server.client();
        assert_eq!(json_at(&mut client, "/oruk").await["version"], "HSDS-UK-3.0");
        let all = json_at(&mut client, "/oruk/services").await;
        assert_eq!(names(&all), ["Morning Choir", "Tannery Choir"]);
        assert_eq!((&all["total_items"], &all["last_page"], &all["empty"]), (&json!(2), &json!(true), &json!(false)));
        for (query, found) in [
            ("day=TU", 1),
            ("day=TU&search=morning", 0),
            ("search=singing", 2),
            ("start_time=12:00", 1),
            ("end_time=12:00", 1),
            ("minimum_age=18", 1),
            ("maximum_age=30", 0),
            ("per_page=1&page=2", 1),
            ("page=99", 0),
        ] {
            let page = json_at(&mut client, &format!("/oruk/services?{query}")).await;
            assert_eq!(page["contents"].as_array().unwrap().len(), found, "{query}");
        }
        let term = json_at(&mut client, "/oruk/taxonomy_terms").await["contents"][0].clone();
        assert_eq!((&term["name"], &term["taxonomy"]), (&json!("Singing"), &json!("activities")));
        let by_term =
            json_at(&mut client, &format!("/oruk/services?taxonomy_term_id={}", term["id"].as_str().unwrap())).await;
        assert_eq!(names(&by_term), ["Tannery Choir"]);
        let by_taxonomy =
            json_at(&mut client, &format!("/oruk/services?taxonomy_id={}", term["taxonomy_id"].as_str().unwrap()))
                .await;
        assert_eq!(names(&by_taxonomy), ["Tannery Choir"]);
        assert_eq!(names(&json_at(&mut client, "/oruk/taxonomies").await), ["activities"]);
        let id = by_term["contents"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(json_at(&mut client, &format!("/oruk/services/{id}")).await["name"], "Tannery Choir");
        for path in
            ["/oruk/services/nonsense", "/oruk/services/00000000-0000-0000-0000-000000000000", "/oruk/taxonomies/x"]
        {
            assert_eq!(client.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in [
            "/oruk/services?page=0",
            "/oruk/services?day=never",
            "/oruk/services?page=1&page=2",
            "/oruk/services?taxonomy_id=",
        ] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
            assert!(answer.body.contains("error"), "{path}");
        }
        let lines = client.get("/oruk/services?format=ndjson").await;
        assert_eq!((lines.body.lines().count(), lines.header("content-type")), (2, "application/x-ndjson"));
        // Nothing is sent twice until something changes.
        let mark = client.get("/oruk/services").await.header("etag").to_owned();
        let again = |mark: &str| {
            Request::get("/oruk/services").header("if-none-match", mark).body(axum::body::Body::empty()).unwrap()
        };
        assert_eq!(client.send(again(&mark)).await.status, StatusCode::NOT_MODIFIED);
        let steward = Village::ctx::<KeepDirectory>(&server.village.steward, &server.village.scheme, start());
        let oak = server.store.entries().after(0, 9).await.unwrap();
        let oak = oak.iter().find(|stored| stored.standing.withheld).unwrap().id;
        stewardship.release(&steward, oak, true).await.unwrap();
        assert_eq!(client.send(again(&mark)).await.status, StatusCode::OK);
        assert_eq!(names(&json_at(&mut client, "/oruk/services").await).len(), 3, "a steward released it");
    })
    .await;
}

#[tokio::test]
async fn what_is_withheld_has_no_public_page() {
    on_both(async |server| {
        filled(server).await;
        let mut client = server.client();
        let all = server.store.entries().after(0, 9).await.unwrap();
        for stored in &all {
            for path in [format!("/directory/{}", stored.id), format!("/directory/{}/wrong", stored.id)] {
                let open = client.get(&path).await.status == StatusCode::OK;
                assert_eq!(open, !stored.standing.withheld, "{}", stored.service.name);
            }
        }
        let found = client.get("/directory?q=refuge+choir").await;
        assert!(found.body.contains("Tannery Choir") && !found.body.contains("Oak House"), "{}", found.body);
        let oak = all.iter().find(|stored| stored.standing.withheld).unwrap();
        let list = client.get(&format!("/directory/list?list={}", oak.id)).await;
        assert!(!list.body.contains("Oak House"), "not by a list either");
    })
    .await;
}

#[tokio::test]
async fn hostile_searches_are_answered_plainly() {
    on_both(async |server| {
        filled(server).await;
        let mut client = server.client();
        let long = "x".repeat(5_000);
        for query in [
            "q=%27%3B+DROP+TABLE+service%3B--".to_owned(),
            "q=%3Cscript%3Ealert(1)%3C%2Fscript%3E".to_owned(),
            format!("q={long}"),
            "page=99999999999999999999".to_owned(),
            "day=XX&day=TU&part=midnight&age=-4&cost=never&within=far&who=nobody&must=everything".to_owned(),
            format!("list={}", vec!["01J00000000000000000000001"; 60].join("&list=")),
            "near=%F0%9F%8C%BB".to_owned(),
        ] {
            let answer = client.get(&format!("/directory?{query}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{query}");
            assert!(!answer.body.contains("<script>alert"), "{query}");
        }
    })
    .await;
}
