//! The token with which a practice's launcher hands over a person from its clinical system.
//!
//! A practice has a key of its own: the launcher holds the secret half, the server only the public one (Ed25519), so that nobody can
//! make a launch from a copy of the database. A token is a JSON text and its signature. It lasts [`LASTS`], carries a nonce so that
//! it is taken once, and travels in the body of a request: nothing of it ever stands in an address.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::LaunchKeyId;
use fingerpost_domain::person::PersonAnswers;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

/// Seconds for which a token is taken, before and after the moment that it names: clocks of practices differ.
pub const LASTS: i64 = 300;

/// The longest token that is read, in bytes.
pub const LONGEST: usize = 16 * 1024;

/// Bytes of a secret.
pub const SECRET: usize = 32;

/// Why a token is not taken. Each has a code for the audit, and no page tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Cut off, or never a token.
    #[error("the token cannot be read")]
    Unreadable,
    /// Not signed by that key.
    #[error("the signature does not fit")]
    Forged,
    /// Made too long ago, or in the future.
    #[error("the token has run out")]
    Expired,
}

impl Refused {
    /// The code for the audit.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Forged => "forged",
            Self::Expired => "expired",
        }
    }
}

/// What is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// Whose key signs it.
    pub key: LaunchKeyId,
    /// When it was made, seconds since 1970.
    pub at: i64,
    /// What makes it different from every other: 16 random bytes or more, as text.
    pub nonce: String,
    /// The person, as the clinical system knows them.
    pub person: PersonAnswers,
}

/// The secret half of a practice's key.
pub struct Secret([u8; SECRET]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A secret from random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; SECRET]) -> Self {
        Self(bytes)
    }

    fn pair(&self) -> Result<Ed25519KeyPair, Refused> {
        Ed25519KeyPair::from_seed_unchecked(&self.0).map_err(|_| Refused::Unreadable)
    }

    /// The public half, as the server keeps it.
    ///
    /// # Errors
    /// Never with [`SECRET`] bytes.
    pub fn public(&self) -> Result<String, Refused> {
        Ok(BASE64.encode(self.pair()?.public_key().as_ref()))
    }

    /// The token of a launch.
    ///
    /// # Errors
    /// Never with [`SECRET`] bytes.
    pub fn seal(&self, launch: &Launch) -> Result<String, Refused> {
        let text = serde_json::to_vec(launch).map_err(|_| Refused::Unreadable)?;
        let signature = self.pair()?.sign(&text);
        Ok(format!("{}.{}", BASE64.encode(&text), BASE64.encode(signature.as_ref())))
    }
}

/// A token that was read and not believed yet.
#[derive(Debug, Clone)]
pub struct Sealed {
    text: Vec<u8>,
    signature: Vec<u8>,
    launch: Launch,
}

impl FromStr for Sealed {
    type Err = Refused;

    fn from_str(token: &str) -> Result<Self, Refused> {
        if token.len() > LONGEST {
            return Err(Refused::Unreadable);
        }
        let (text, signature) = token.trim().split_once('.').ok_or(Refused::Unreadable)?;
        let bytes = |part: &str| BASE64.decode(part).map_err(|_| Refused::Unreadable);
        let (text, signature) = (bytes(text)?, bytes(signature)?);
        let launch: Launch = serde_json::from_slice(&text).map_err(|_| Refused::Unreadable)?;
        if launch.nonce.len() < 16 || launch.nonce.len() > 100 {
            return Err(Refused::Unreadable);
        }
        Ok(Self { text, signature, launch })
    }
}

impl Sealed {
    /// The key that it names: not proved yet.
    #[must_use]
    pub const fn key(&self) -> LaunchKeyId {
        self.launch.key
    }

    /// The launch, once signature and time are right.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn open(self, public: &str, now: Timestamp) -> Result<Launch, Refused> {
        let public = BASE64.decode(public).map_err(|_| Refused::Forged)?;
        UnparsedPublicKey::new(&ED25519, public).verify(&self.text, &self.signature).map_err(|_| Refused::Forged)?;
        let age = now.as_second().saturating_sub(self.launch.at);
        if (-LASTS..=LASTS).contains(&age) { Ok(self.launch) } else { Err(Refused::Expired) }
    }
}

/// What is pasted into a launcher once: where the server is, which key, its secret.
#[derive(Serialize, Deserialize)]
pub struct SetUp {
    /// Where the server is, without a slash at the end.
    pub address: String,
    /// Which key.
    pub key: LaunchKeyId,
    secret: String,
}

impl fmt::Debug for SetUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetUp").field("address", &self.address).field("key", &self.key).finish_non_exhaustive()
    }
}

/// What a set-up begins with: a version that people can see.
const HEAD: &str = "fingerpost-launch-1.";

impl SetUp {
    /// A set-up with its secret.
    #[must_use]
    pub fn new(address: &str, key: LaunchKeyId, secret: &Secret) -> Self {
        Self { address: address.trim_end_matches('/').to_owned(), key, secret: BASE64.encode(secret.0) }
    }

    /// The secret.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] when it was cut off.
    pub fn secret(&self) -> Result<Secret, Refused> {
        let bytes = BASE64.decode(&self.secret).map_err(|_| Refused::Unreadable)?;
        bytes.try_into().map(Secret).map_err(|_| Refused::Unreadable)
    }

    /// The one line that is pasted.
    ///
    /// # Errors
    /// Never: it is all text.
    pub fn line(&self) -> Result<String, Refused> {
        let text = serde_json::to_vec(self).map_err(|_| Refused::Unreadable)?;
        Ok(format!("{HEAD}{}", BASE64.encode(text)))
    }
}

impl FromStr for SetUp {
    type Err = Refused;

    fn from_str(line: &str) -> Result<Self, Refused> {
        // A mail program may have broken the line.
        let line: String = line.split_whitespace().collect();
        let text = line.strip_prefix(HEAD).ok_or(Refused::Unreadable)?;
        let text = BASE64.decode(text).map_err(|_| Refused::Unreadable)?;
        let set_up: Self = serde_json::from_slice(&text).map_err(|_| Refused::Unreadable)?;
        set_up.secret()?;
        Ok(set_up)
    }
}

#[cfg(test)]
mod tests {
    use fingerpost_domain::ambient::Entropy;
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn launch() -> Launch {
        let person =
            PersonAnswers { given: "Margaret".into(), nhs_number: "999 000 0018".into(), ..PersonAnswers::default() };
        let key = Entropy::from_number(1).id(at(0));
        Launch { key, at: 1_000_000, nonce: "0123456789abcdef".into(), person }
    }

    #[test]
    fn what_is_sealed_is_opened_by_the_public_half_within_its_time() {
        let secret = Secret::new([7; SECRET]);
        let token = secret.seal(&launch()).unwrap();
        let public = secret.public().unwrap();
        let open = |now: i64| token.parse::<Sealed>().unwrap().open(&public, at(now));
        assert_eq!(open(1_000_000 + LASTS).unwrap(), launch());
        assert_eq!(open(1_000_000 + LASTS + 1).unwrap_err(), Refused::Expired);
        assert_eq!(open(1_000_000 - LASTS - 1).unwrap_err(), Refused::Expired);
        let other = Secret::new([8; SECRET]).public().unwrap();
        assert_eq!(token.parse::<Sealed>().unwrap().open(&other, at(1_000_000)).unwrap_err(), Refused::Forged);
    }

    #[test]
    fn a_set_up_survives_a_mail_program_and_not_a_cut() {
        let set_up = SetUp::new("https://example.org/", launch().key, &Secret::new([7; SECRET]));
        let line = set_up.line().unwrap();
        let broken = format!(" {}\r\n{} ", &line[..40], &line[40..]);
        let read: SetUp = broken.parse().unwrap();
        assert_eq!((read.address.as_str(), read.key), ("https://example.org", launch().key));
        assert_eq!(read.secret().unwrap().public().unwrap(), Secret::new([7; SECRET]).public().unwrap());
        assert!(line[..line.len() - 5].parse::<SetUp>().is_err());
    }

    proptest! {
        /// A token in which anything is changed, or from which anything is cut, opens nothing.
        #[test]
        fn no_changed_token_is_opened(place in any::<prop::sample::Index>(), with in any::<char>(), cut in any::<bool>()) {
            let secret = Secret::new([7; SECRET]);
            let token = secret.seal(&launch()).unwrap();
            let letters: Vec<char> = token.chars().collect();
            let place = place.index(letters.len());
            let changed: String = if cut {
                letters[..place].iter().collect()
            } else {
                letters.iter().enumerate().map(|(i, letter)| if i == place { with } else { *letter }).collect()
            };
            let opened = changed.parse::<Sealed>().and_then(|sealed| sealed.open(&secret.public().unwrap(), at(1_000_000)));
            prop_assert!(opened.is_err() || changed.trim() == token);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,300}") {
            let _ = text.parse::<Sealed>();
            let _ = text.parse::<SetUp>();
        }
    }
}
