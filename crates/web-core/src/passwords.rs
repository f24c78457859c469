//! Passwords: argon2id, a few at a time so that a flood of sign-ins cannot take all memory.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use fingerpost_domain::ambient::Entropy;
use tokio::sync::Semaphore;

use crate::WebError;

/// Hashes computed at the same time at most; each takes 19 MiB.
const AT_ONCE: usize = 2;
const SHORTEST: usize = 12;
const LONGEST: usize = 200;

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Shorter than 12 characters.
    #[error("Use at least 12 characters. Three words that you can remember work well")]
    TooShort,
    /// Longer than 200 characters.
    #[error("Use 200 characters or fewer")]
    TooLong,
    /// One character over and over, or a sequence that everybody tries first.
    #[error("Choose something harder to guess, for example three words that do not belong together")]
    Guessable,
}

/// Hashes and checks passwords. Cloning shares the limit.
#[derive(Debug, Clone)]
pub struct Passwords {
    entropy: Entropy,
    turns: Arc<Semaphore>,
}

impl Passwords {
    /// With salts from `entropy`.
    #[must_use]
    pub fn new(entropy: Entropy) -> Self {
        Self { entropy, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Whether a password may be chosen.
    ///
    /// # Errors
    /// [`PasswordRefused`] with what to do.
    pub fn acceptable(password: &str) -> Result<(), PasswordRefused> {
        let count = password.chars().count();
        if count < SHORTEST {
            return Err(PasswordRefused::TooShort);
        }
        if count > LONGEST {
            return Err(PasswordRefused::TooLong);
        }
        let mut letters: Vec<char> = password.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters.dedup();
        let everybodys = ["password", "123456", "qwerty", "letmein", "fingerpost"];
        let lower = password.to_lowercase();
        let mostly_everybodys = everybodys.iter().any(|w| lower.contains(w) && lower.len() < w.len() + 8);
        if letters.len() < 5 || mostly_everybodys { Err(PasswordRefused::Guessable) } else { Ok(()) }
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// When hashing fails.
    pub async fn hash(&self, password: &str) -> Result<String, WebError> {
        let (password, salt) = (password.to_owned(), self.entropy.bytes::<16>());
        self.in_turn(move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|_| WebError::Hashing)
        })
        .await?
    }

    /// Whether `password` belongs to `hash`. Without a hash the same work is done and the answer is no, so
    /// that the time taken does not tell who has an account.
    ///
    /// # Errors
    /// When hashing fails.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, WebError> {
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        let salt = self.entropy.bytes::<16>();
        self.in_turn(move || match hash.as_deref().map(PasswordHash::new) {
            Some(Ok(hash)) => Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()),
            Some(Err(_)) => Err(WebError::Hashing),
            None => {
                let worked = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
                worked.map(|_| false).map_err(|_| WebError::Hashing)
            }
        })
        .await?
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, WebError> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| WebError::Hashing)?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| WebError::Hashing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for bad in ["aaaaaaaaaaaaaa", "password12345", "qwerty123456", "abababababab"] {
            assert_eq!(Passwords::acceptable(bad), Err(PasswordRefused::Guessable), "{bad}");
        }
        assert_eq!(Passwords::acceptable("short"), Err(PasswordRefused::TooShort));
        assert_eq!(Passwords::acceptable("kettle meadow trumpet"), Ok(()));
    }

    #[tokio::test]
    async fn only_the_right_password_opens() {
        let passwords = Passwords::new(Entropy::from_number(1));
        let hash = passwords.hash("kettle meadow trumpet").await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.verify("kettle meadow trumpet", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("kettle meadow trumpets", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("kettle meadow trumpet", None).await.unwrap());
    }
}
