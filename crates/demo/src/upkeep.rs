//! The directory is kept true: how groups answered is counted, readers reported two things, a group was asked, a second
//! directory lists some of the same groups, and two things were looked for and are missing.

use fingerpost_directory::edit::{Missing, Wrong};
use fingerpost_directory::hsds::Service;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::{instant_at, plus_days};
use fingerpost_domain::id::ServiceId;
use fingerpost_domain::need::Need;
use fingerpost_domain::text::Line;
use fingerpost_policy::{KeepDirectory, SearchDirectory};
use fingerpost_stewardship::{Comparing, Gap, Source, Stewardship};
use fingerpost_store::Store;
use serde_json::{Value, json};

use crate::DemoError;
use crate::places::Cast;

/// Whose directory lists some of the same groups.
const OTHER_SOURCE: &str = "Vale Voluntary Action";

/// What a second directory of the place says: one entry that is one service with ours, two of which a steward has to say, and one
/// that nobody else has.
fn second_directory() -> Result<Vec<Service>, DemoError> {
    let entries = [
        json!({ "id": "1", "name": "Home Repair Hands for over 60s", "email": "homerepairhands@wexleyvale.example", "phones": [{ "number": "01632 960326" }],
            "description": "Small home repairs and grab rails for older people. Ring and leave a message.", "url": "https://repairhands.wexleyvale.example",
            "application_process": "Ring and leave a message: somebody calls back the same week.", "assured_date": "2026-10-02" }),
        json!({ "id": "2", "name": "Money help, Thursday mornings", "phones": [{ "number": "+44 1632 960315" }], "assured_date": "2026-04-20",
            "description": "Free and confidential. Bring your letters, opened or not." }),
        json!({ "id": "3", "name": "Old Station gardeners", "description": "Sowing and weeding together on Tuesday and Saturday mornings.", "assured_date": "2025-09-01",
            "schedules": [{ "freq": "WEEKLY", "byday": "TU,SA", "opens_at": "10:00" }] }),
        json!({ "id": "4", "name": "Vale Repair Cafe", "description": "Bring a toaster, take it home mended. Tea and cake.", "assured_date": "2026-09-14",
            "schedules": [{ "freq": "MONTHLY", "byday": "1SA", "opens_at": "10:00", "closes_at": "13:00" }], "cost_options": [{ "option": "Each time", "amount": 0.0 }],
            "phones": [{ "number": "01632 960350" }] }),
    ];
    let read = |mut entry: Value| {
        entry["status"] = json!("active");
        let service: Service = serde_json::from_value(entry).map_err(|_| DemoError::Refused("service"))?;
        service.settled(OTHER_SOURCE).map_err(|_| DemoError::Refused("service"))
    };
    entries.into_iter().map(read).collect()
}

pub(crate) async fn tell(store: &Store, cast: &Cast, today: Date) -> Result<(), DemoError> {
    let stewardship = Stewardship::over(store.clone());
    let source = Source {
        name: crate::services::SOURCE.to_owned(),
        licence: Some("CC0".to_owned()),
        attribution: Some("Invented".to_owned()),
        republish: true,
    };
    stewardship.describe_source(&source, instant_at(today, 8)).await?;
    let second = second_directory()?;
    let read = u64::try_from(second.len()).unwrap_or_default();
    let brought = instant_at(plus_days(today, -30), 9);
    store.import_services(&second, (OTHER_SOURCE, read, 0), (brought, false), |_, _| {}).await?;
    stewardship.compare(&mut Comparing::default(), || brought).await?;
    let at = |back: i64| instant_at(plus_days(today, -back), 11);
    let services = store.entries().after(0, 100).await?;
    let named = |name: &str| -> Result<ServiceId, DemoError> {
        let found = services.iter().find(|stored| stored.service.name == name);
        Ok(found.ok_or(DemoError::Refused("service"))?.id)
    };
    let line = |text: &str| Line::<300>::parse(text).ok().flatten();
    let chair = named("Chair Yoga")?;
    stewardship.report(chair, (Wrong::Time, line("The poster at the pool says Wednesday").as_ref()), at(6)).await?;
    stewardship.report(named("Walk and Natter")?, (Wrong::Contact, None), at(3)).await?;
    let steward = Cast::ctx::<KeepDirectory>(&cast.steward, cast.scheme.id, at(2))?;
    stewardship.ask_group(&steward, chair).await?;
    for (back, words, need, why) in [
        (40, "choir in the daytime", Need::Company, Missing::DoesNotFit),
        (12, "choir in the daytime", Need::Company, Missing::DoesNotFit),
        (20, "furniture", Need::Home, Missing::NotFound),
    ] {
        let worker = cast.workers.first().ok_or(DemoError::Refused("worker"))?;
        let gap = Gap {
            why,
            words: Line::parse(words).ok().flatten(),
            need: Some(need),
            place: Line::parse("WX4").ok().flatten(),
            days: None,
            language: None,
        };
        stewardship.record_gap(&Cast::ctx::<SearchDirectory>(worker, cast.scheme.id, at(back))?, &gap).await?;
    }
    Ok(())
}

/// Counts how groups answered, once everything was told.
pub(crate) async fn count(store: &Store, today: Date) -> Result<(), DemoError> {
    Stewardship::over(store.clone()).count_answers(instant_at(today, 8)).await?;
    Ok(())
}
