//! How often one connection may begin something without signing in. Counted in memory, forgotten at the next start, never logged.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::{App, WebError};

/// So many may be begun at once from one address: a library has one for all its readers.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(20).expect("20 is not 0");
/// And so many each hour after that.
const AN_HOUR: NonZeroU32 = NonZeroU32::new(60).expect("60 is not 0");
/// Addresses are counted by themselves up to this many; those that rest are forgotten first.
const REMEMBERED: usize = 10_000;

/// The counts of this process.
pub struct Limits(DefaultKeyedRateLimiter<(Beginning, IpAddr)>);

/// What is begun. Each is counted by itself: a busy poster keeps nobody from asking for help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Beginning {
    /// Asking for help.
    Asking,
    /// A choice behind a waiting room's door.
    Looking,
    /// A text about a service.
    Texting,
    /// Reporting what is wrong with an entry.
    Reporting,
    /// A launch that was refused.
    RefusedLaunch,
    /// A link that opens nothing.
    DeadLink,
}

impl Default for Limits {
    fn default() -> Self {
        Self(RateLimiter::keyed(Quota::per_hour(AN_HOUR).allow_burst(AT_ONCE)))
    }
}

impl Limits {
    fn allows(&self, what: Beginning, address: IpAddr) -> bool {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        // When all the room is taken by addresses that are busy now, newcomers share one count.
        let address = if self.0.len() > REMEMBERED { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { address };
        self.0.check_key(&(what, address)).is_ok()
    }
}

/// Where a request comes from: the connection's other end, or what the proxy in front says of it.
#[derive(Debug, Clone, Copy)]
pub struct Caller(IpAddr);

impl Caller {
    /// Counts a beginning.
    ///
    /// # Errors
    /// [`WebError::TooMany`] when this address has begun too much lately.
    pub fn may_begin(self, app: &App, what: Beginning) -> Result<(), WebError> {
        if app.limits().allows(what, self.0) { Ok(()) } else { Err(WebError::TooMany) }
    }
}

/// IPv6 addresses of one household share their first 56 bits.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d & 0xff00, 0, 0, 0, 0])
        }
        address => address,
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        // Anybody can write such a header; only what our own proxy added last is believed.
        let told = parts.headers.get_all("x-forwarded-for").iter().next_back();
        let told = told.and_then(|value| value.to_str().ok()).and_then(|value| value.rsplit(',').next());
        let told = told.and_then(|text| text.trim().parse().ok()).filter(|_| app.config().behind_proxy);
        Ok(Self(household(told.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_held_back_and_others_are_not() {
        let limits = Limits::default();
        let (one, other): (IpAddr, IpAddr) = (Ipv4Addr::new(192, 0, 2, 1).into(), Ipv4Addr::new(192, 0, 2, 2).into());
        assert_eq!((0..30).filter(|_| limits.allows(Beginning::Looking, one)).count(), 20);
        assert!(limits.allows(Beginning::Looking, other));
        assert!(limits.allows(Beginning::Asking, one), "a busy poster keeps nobody from asking for help");
    }

    #[test]
    fn addresses_of_one_household_are_one() {
        let all = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"].map(|text| household(text.parse().unwrap()));
        assert_eq!(all[0], all[1]);
        assert_eq!(household("::ffff:192.0.2.1".parse().unwrap()), Ipv4Addr::new(192, 0, 2, 1));
    }
}
