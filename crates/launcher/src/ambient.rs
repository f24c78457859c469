//! The machine's clock and randomness: the one place of the launcher that reaches for them.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is where they come from")]

use std::time::SystemTime;

use anyhow::Context;

/// Seconds since 1970.
pub(crate) fn now() -> anyhow::Result<i64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Ok(i64::try_from(since.context("this computer's clock is before 1970")?.as_secs())?)
}

/// What makes a launch different from every other.
pub(crate) fn nonce() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).ok().context("this computer gives no random numbers")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
