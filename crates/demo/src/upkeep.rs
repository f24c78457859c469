//! The directory is kept true: how groups answered is counted, readers reported two things, a group was asked, and two
//! things were looked for and are missing.

use fingerpost_directory::edit::{Missing, Wrong};
use fingerpost_domain::Date;
use fingerpost_domain::calendar::{instant_at, plus_days};
use fingerpost_domain::id::ServiceId;
use fingerpost_domain::need::Need;
use fingerpost_domain::text::Line;
use fingerpost_policy::{KeepDirectory, SearchDirectory};
use fingerpost_stewardship::{Gap, Source, Stewardship};
use fingerpost_store::Store;

use crate::DemoError;
use crate::places::Cast;

pub(crate) async fn tell(store: &Store, cast: &Cast, today: Date) -> Result<(), DemoError> {
    let stewardship = Stewardship::over(store.clone());
    let source = Source {
        name: crate::services::SOURCE.to_owned(),
        licence: Some("CC0".to_owned()),
        attribution: Some("Invented".to_owned()),
        republish: true,
    };
    stewardship.describe_source(&source, instant_at(today, 8)).await?;
    let at = |back: i64| instant_at(plus_days(today, -back), 11);
    let services = store.services_after(0, 100).await?;
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
