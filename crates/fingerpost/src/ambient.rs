//! The machine's own clock and randomness: the only place that reaches for them.

use std::sync::Arc;

use anyhow::Context;
use fingerpost_domain::Timestamp;
use fingerpost_domain::ambient::{Clock, Entropy};

#[derive(Debug)]
struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(MachineClock)
}

/// Randomness seeded by the operating system.
#[expect(clippy::disallowed_methods, reason = "this is the randomness that everything else is handed")]
pub(crate) fn entropy() -> anyhow::Result<Entropy> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("{error}")).context("the system gives no randomness")?;
    Ok(Entropy::from_seed(seed))
}
