//! An invented neighbourhood, Wexley Vale: people, places and histories that never were.
//!
//! Everything goes through the same doors as the real thing, so every rule holds for it. The same seed
//! and day give the same content, id for id. The database is marked as invented before the first person
//! is in it.

mod asking;
mod clinicians;
mod connections;
mod day;
mod improving;
mod intake;
mod measures;
mod own;
mod people;
mod places;
mod plans;
mod region;
mod services;
mod story;
mod upkeep;
mod years;

use fingerpost_casework::Casework;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::instant_at;
use fingerpost_domain::id::TenantId;
use fingerpost_improvement::Improvement;
use fingerpost_intake::Intake;
use fingerpost_store::{JobKind, OutboxEnd, Store, StoreError};
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;

/// How large a place is invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Three practices, one scheme, about 150 people over a year.
    Neighbourhood,
    /// The neighbourhood and the towns around it: 60 practices, 50,000 cases over three years.
    Place,
    /// An integrated care board: 300 practices, 250,000 cases over three years.
    Icb,
}

/// Referrals of the neighbourhood, told press by press.
const NEIGHBOURHOOD: usize = 150;
/// Years that a region's story goes back.
const YEARS: i64 = 3;

impl Size {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neighbourhood => "neighbourhood",
            Self::Place => "place",
            Self::Icb => "integrated care board",
        }
    }

    /// Practices around the neighbourhood, and the referrals that they sent. About five in six become cases.
    const fn around(self) -> Option<(usize, usize)> {
        match self {
            Self::Neighbourhood => None,
            Self::Place => Some((57, 60_000)),
            Self::Icb => Some((297, 300_000)),
        }
    }
}

/// Why nothing was invented.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Somebody works here already.
    #[error("this database is in use: choose an empty folder or database for an invented neighbourhood")]
    InUse,
    /// The invented words do not pass our own rules: a fault of ours.
    #[error("the invented {0} was refused by the rules")]
    Refused(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is invented, and when it is set.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How large.
    pub size: Size,
    /// The seed.
    pub seed: u64,
    /// The day on which the story has arrived.
    pub today: Date,
}

/// Fills an empty database. `progress` hears how many of how many people are there.
///
/// # Errors
/// [`DemoError`]; a database that is in use is left as it is.
pub async fn fill(store: &Store, plan: Plan, mut progress: impl FnMut(usize, usize)) -> Result<(), DemoError> {
    if !store.ledger().is_empty().await? {
        return Err(DemoError::InUse);
    }
    store.ledger().mark_invented(plan.seed).await?;
    let tenant = TenantId::main();
    let mut dice = ChaCha20Rng::seed_from_u64(plan.seed);
    let began = instant_at(fingerpost_domain::calendar::plus_days(plan.today, -400), 9);
    store.ledger().ensure_tenant(&tenant, began).await?;
    services::build(store, began).await?;
    let cast = places::build(store, &tenant, began).await?;
    intake::tell(store, &cast, began).await?;
    for at in 0..NEIGHBOURHOOD {
        story::tell(store, &cast, &mut dice, (at, NEIGHBOURHOOD), plan.today).await?;
        progress(at + 1, NEIGHBOURHOOD);
    }
    services::signpost(store, &cast, &mut dice, plan.today).await?;
    asking::tell(store, &cast, plan.today).await?;
    upkeep::tell(store, &cast, plan.today).await?;
    day::tell(store, &cast, plan.today).await?;
    improving::tell(store, &cast, (plan.seed, plan.today)).await?;
    let survey = clinicians::tell(store, &cast, plan.today).await?;
    own::tell(store, &cast, (survey, plan.today)).await?;
    if let Some((practices, referrals)) = plan.size.around() {
        let began = region::began(plan.today, YEARS);
        let a_year = referrals as f64 / YEARS as f64;
        let region = region::build(store, &tenant, &mut dice, (practices, a_year), began).await?;
        years::tell(store, &tenant, &region, &mut dice, (referrals, YEARS, plan.today), &mut progress).await?;
    }
    upkeep::count(store, plan.today).await?;
    settle(store, plan.today).await
}

/// Ends what a year of real work would have ended: messages delivered, jobs run, the audit sealed.
async fn settle(store: &Store, today: Date) -> Result<(), DemoError> {
    let now = instant_at(today, 9);
    let (improvement, casework) = (Improvement::over(store.clone()), Casework::over(store.clone()));
    let intake = Intake::over(store.clone());
    loop {
        let jobs = store.claim_jobs(200, now).await?;
        for job in &jobs {
            match job.kind {
                JobKind::RemindTriage => intake.chase(job, now).await?,
                JobKind::DraftWaits => intake.remember_draft(job, now).await?,
                JobKind::NudgeReferrer => intake.nudge(job, now).await?,
                JobKind::Milestone => store.write_milestone(job, now).await?,
                JobKind::RemindRepeatCount | JobKind::RemindThirdCount => improvement.remind_count(job, now).await?,
                JobKind::AnswerAlert => casework.raise_alert(job, now).await?,
                JobKind::VisitOverdue => casework.raise_overdue(job, now).await?,
                JobKind::RemindVisit => casework.remind_visit(job, now).await?,
                JobKind::EndVisits => casework.end_visits(job, now).await?,
                JobKind::RemindSurvey => improvement.remind_survey(job, now).await?,
                JobKind::ForgetList => improvement.forget_list(job, now).await?,
                JobKind::ForgetDraw => improvement.forget_draw(job, now).await?,
                JobKind::ForgetColleagues => improvement.forget_colleagues(job, now).await?,
            }
        }
        let messages = store.claim_messages(200, now).await?;
        for message in &messages {
            store.end_delivery(message, OutboxEnd::Sent, None, now).await?;
        }
        if jobs.is_empty() && messages.is_empty() {
            break;
        }
    }
    while store.ledger().seal_audit(now).await?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests;
