//! Names of every kind are kept; nonsense is refused beside its field; nothing is saved in part.

use axum::http::StatusCode;

use crate::client::{PEGGY, SEVEN, Server, encoded, on_both};

fn changed<'a>(fields: &[(&'a str, &'a str)], field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(k, v)| if *k == field { (*k, value) } else { (*k, *v) }).collect()
}

#[tokio::test]
async fn names_of_every_kind_come_back_as_they_were_typed() {
    on_both(async |server| {
        let mut gp = server.signed_in(&server.village.gp).await;
        let org = format!("/o/{}", server.village.practice.slug);
        for name in
            ["Siân O’Donoghue", "D'Arcy", "محمد الأمين", "李伟", "Zoë 🌻", "Робин", "x\u{0301}y", &"Ж".repeat(70)]
        {
            let key = gp.get(&format!("{org}/refer")).await.hidden("key");
            let mut fields = changed(PEGGY, "given", name);
            fields = changed(&fields, "preferred", "");
            fields.push(("key", &key));
            let draft = gp.post(&format!("{org}/refer"), &fields).await;
            assert_eq!(draft.status, StatusCode::SEE_OTHER, "{name}");
            let form = draft.location().to_owned();
            let page = gp.get(&form).await;
            let shown = name.replace('\'', "&#x27;");
            assert!(page.body.contains(&shown), "{name}");
            assert_eq!(gp.post(&form, SEVEN).await.status, StatusCode::SEE_OTHER);
            assert!(gp.get(&format!("{org}/sent")).await.body.contains(&shown), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn nonsense_is_refused_beside_its_field_with_everything_still_typed() {
    let server = Server::new().await;
    let mut gp = server.signed_in(&server.village.gp).await;
    let org = format!("/o/{}", server.village.practice.slug);
    for (field, value, said) in [
        ("nhs_number", "999 000 0019", "one of its digits is wrong"),
        ("nhs_number", "12345", "Enter the NHS number as 10 digits"),
        ("born_month", "13", "Date of birth must be a real date"),
        ("born_year", "2027", "Date of birth must be in the past"),
        ("born_year", "1066", "1900 or later"),
        ("born_year", "2015", "This scheme helps people aged 18 and over"),
        ("given", "   ", "Enter their first name"),
        ("phone", "ring the bell", "Enter a phone number"),
        ("phone", "", "Enter one way to reach them"),
    ] {
        let key = gp.get(&format!("{org}/refer")).await.hidden("key");
        let mut fields = changed(PEGGY, field, value);
        fields.push(("key", &key));
        let answer = gp.post(&format!("{org}/refer"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}");
        assert!(answer.body.matches(said).count() >= 2, "{field}: in the summary and beside the field");
        assert!(answer.body.contains("<title>Error: "), "{field}");
        assert!(answer.body.contains("value=\"Alderthwaite\""), "{field}: what was typed is still there");
    }
    assert!(gp.get(&format!("{org}/sent")).await.body.contains("You have sent nobody yet"));
}

#[tokio::test]
async fn ten_megabytes_wrong_bytes_and_broken_forms_are_refused_cleanly() {
    let server = Server::new().await;
    let mut gp = server.signed_in(&server.village.gp).await;
    let org = format!("/o/{}", server.village.practice.slug);
    let key = gp.get(&format!("{org}/refer")).await.hidden("key");
    let csrf = gp.csrf.clone();
    let fields: Vec<_> = PEGGY.iter().copied().chain([("key", key.as_str()), ("csrf", csrf.as_str())]).collect();
    let huge = format!("{}&communication={}", encoded(&fields), "x".repeat(10_000_000));
    let answer = gp.post_raw(&format!("{org}/refer"), &huge).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("That is too long to save"));
    let long = format!("{}&communication={}", encoded(&fields), "x".repeat(600));
    assert!(
        gp.post_raw(&format!("{org}/refer"), &long).await.body.contains("Use 500 characters or fewer. You used 600")
    );
    let latin = encoded(&fields).replace("Margaret", "Si%E2n");
    assert!(gp.post_raw(&format!("{org}/refer"), &latin).await.body.contains("Some letters could not be read"));
    let nul = encoded(&fields).replace("Margaret", "Mar%00garet");
    assert_eq!(gp.post_raw(&format!("{org}/refer"), &nul).await.status, StatusCode::SEE_OTHER, "NUL is taken out");
    for broken in ["", "&&&==", "csrf", "%%%", "given[]=x", "\u{0}"] {
        assert_eq!(gp.post_raw(&format!("{org}/refer"), broken).await.status, StatusCode::FORBIDDEN, "{broken:?}");
    }
    for path in [
        "/o/T0001/sent/not-an-id",
        "/o/T0001/sent/01J",
        "/o/%00/sent",
        "/o/T0001/refer/%FF",
        "/assets/x/..%2f..%2fCargo.toml",
    ] {
        let answer = gp.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("Page not found"), "{path}: {}", answer.body);
    }
}
