//! What the invented scheme has set of its intake, and what its link workers say of themselves.

use fingerpost_domain::Timestamp;
use fingerpost_domain::text::Line;
use fingerpost_intake::Intake;
use fingerpost_intake_rules::profile::ProfileAnswers;
use fingerpost_intake_rules::settings::{Criterion, IntakeSettings};
use fingerpost_policy::{KeepProfile, SetIntake};
use fingerpost_store::{Ctx, Store};

use crate::DemoError;
use crate::places::Cast;

/// In the order of the cast: what they help with, and the needs they know best.
const SAID: [(&str, &str); 3] = [
    ("Getting out again after a loss, finding company, joining something", "company loss"),
    ("Money, benefits and housing, and the letters about them", "money home"),
    ("Looking after somebody, low mood, being more active", "caring mood active"),
];

fn refused<E>(_: E) -> DemoError {
    DemoError::Refused("intake")
}

fn criterion(words: &str, otherwise: &str) -> Result<Criterion, DemoError> {
    let words = Line::parse(words).map_err(refused)?.ok_or(DemoError::Refused("criterion"))?;
    Ok(Criterion { words, otherwise: Line::parse(otherwise).map_err(refused)? })
}

/// Sets it, at the beginning of the story.
pub(crate) async fn tell(store: &Store, cast: &Cast, now: Timestamp) -> Result<(), DemoError> {
    let (intake, refused) = (Intake::over(store.clone()), || DemoError::Refused("right"));
    let scheme = cast.scheme.id;
    let settings = IntakeSettings {
        criteria: vec![
            criterion("They know about it and want it themselves", "Talk with them first; a leaflet is at the desk")?,
            criterion("Not in crisis today", "The crisis line 111, choose the mental health option")?,
        ],
        again_after_months: 3,
        ..IntakeSettings::default()
    };
    let grant = cast.supervisor.actor.grant::<SetIntake>(scheme).ok_or_else(refused)?;
    intake.set(&Ctx { grant, now }, (&settings, 0)).await?;
    for (worker, (helps_with, skills)) in cast.workers.iter().zip(SAID) {
        let ctx = Ctx { grant: worker.actor.grant::<KeepProfile>(scheme).ok_or_else(refused)?, now };
        let stands = intake.profile(&ctx, worker.actor.user).await?;
        let answers = ProfileAnswers {
            languages: stands.languages,
            phone: stands.phone.unwrap_or_default(),
            helps_with: helps_with.to_owned(),
            skills: skills.split(' ').map(str::to_owned).collect(),
            places: stands.places.to_string(),
            shown: true,
            days: stands.days.iter().map(|at| at.days.clone().unwrap_or_default()).collect(),
        };
        let profile = answers.check().map_err(|_| DemoError::Refused("profile"))?;
        let practices: Vec<_> = stands.days.iter().map(|at| at.practice).collect();
        intake.change_profile(&ctx, worker.actor.user, (&profile, &practices)).await?;
    }
    Ok(())
}
