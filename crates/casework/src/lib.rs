//! The link worker's day, as SQL: who needs them, where they go and whether they came back, who covers for whom, and
//! who looks after somebody from now on. The case itself, and what happens in it, is the store's.

mod alerts;
mod appointments;
mod caseload;
mod cover;
mod diary;
mod lookup;

use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::CaseId;
use fingerpost_engine::Result;
use fingerpost_policy::ReadCase;
use fingerpost_store::{Ctx, Store, case_in_scope};

pub use alerts::AlertRow;
pub use appointments::Appointment;
pub use caseload::{CaseloadRow, ClosedRow, Turn, Turns};
pub use cover::{AwayRow, CaseToHandOver, HandoverRow, WorkerRow};
pub use diary::{AnswerRow, FeedVisit, OutRow, VisitRow};
pub use lookup::{FoundRow, MOST_FOUND};

/// The records of the link workers' days. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Casework(Store);

impl Casework {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }
}

/// What stands on the page of a case beside the case itself.
#[derive(Debug, Clone)]
pub struct BesideCase {
    /// What is planned from today on, soonest first.
    pub visits: Vec<VisitRow>,
    /// When it was handed over, newest first.
    pub handovers: Vec<HandoverRow>,
}

impl Casework {
    /// Visits and handovers of a case, for its page, whose look is audited with it.
    ///
    /// # Errors
    /// [`fingerpost_store::StoreError::NotFound`] outside the reader's scope.
    pub async fn beside_case(&self, ctx: &Ctx<ReadCase>, case: CaseId) -> Result<BesideCase> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().read().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let visits = diary::of_case(&mut tx, tenant, case, day_of(ctx.now)).await?;
        Ok(BesideCase { visits, handovers: cover::of_case(&mut tx, tenant, case).await? })
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        alerts::STATEMENTS,
        appointments::STATEMENTS,
        caseload::STATEMENTS,
        cover::STATEMENTS,
        diary::STATEMENTS,
        lookup::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
