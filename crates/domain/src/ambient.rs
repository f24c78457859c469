//! What comes from outside a rule: the clock, and randomness. Passed in, never reached for.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rand::rngs::ChaCha20Rng;
use rand::{Rng, SeedableRng};
use ulid::Ulid;

/// Tells the time. The binary's clock is the machine's; a test's stands still.
pub trait Clock: Send + Sync {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

/// A clock that shows one instant until it is told another.
#[derive(Debug, Clone)]
pub struct StoppedClock(Arc<Mutex<Timestamp>>);

impl StoppedClock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(at)))
    }

    /// Moves the hands.
    pub fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cryptographic source of randomness: ids, tokens, salts. Shared by cloning.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<ChaCha20Rng>>);

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy")
    }
}

impl Entropy {
    /// A source seeded with 32 bytes: the machine's for the product, fixed ones for tests and demos.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Arc::new(Mutex::new(ChaCha20Rng::from_seed(seed))))
    }

    /// A source from a small number: the same number always gives the same sequence.
    #[must_use]
    pub fn from_number(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// A new typed id whose order follows `now`.
    #[must_use]
    pub fn id<I: From<Ulid>>(&self, now: Timestamp) -> I {
        let random = self.with(|rng| (u128::from(rng.next_u64()) << 64) | u128::from(rng.next_u64()));
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        I::from(Ulid::from_parts(millis, random))
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.with(|rng| rng.fill_bytes(&mut out));
        out
    }

    /// The end of an address that people may have to type: ten letters and digits, none of which is mistaken for another.
    #[must_use]
    pub fn address_code(&self) -> String {
        const LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
        let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
        self.bytes::<10>().into_iter().map(letter).collect()
    }

    fn with<T>(&self, f: impl FnOnce(&mut ChaCha20Rng) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
