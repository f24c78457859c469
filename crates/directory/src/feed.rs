//! A directory of others that is followed: where its pages are, and how a pull of it can end.

use std::net::IpAddr;

use fingerpost_domain::coded;
use url::{Host, Url};

/// Services that one question asks for.
const PER_PAGE: u32 = 100;
/// The longest address.
const LONGEST: usize = 500;

/// Why something is no address of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// Nothing, or no address at all.
    #[error("Enter the address of the feed, beginning with https://")]
    NotOne,
    /// Not over TLS.
    #[error("The address of the feed must begin with https://")]
    NotHttps,
    /// It carries a name, a password, a question or a place on the page.
    #[error("Enter the address without a user name, a password, ? or #")]
    TooMuch,
}

/// Where the pages of a feed begin, without the `/services` at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAddress(Url);

impl FeedAddress {
    /// Reads what somebody typed or pasted. `plainly` allows `http`, for a host that the operator named.
    ///
    /// # Errors
    /// [`NotAnAddress`], in words for whoever typed it.
    pub fn parse(typed: &str, plainly: bool) -> Result<Self, NotAnAddress> {
        let typed = typed.trim();
        if typed.is_empty() || typed.len() > LONGEST {
            return Err(NotAnAddress::NotOne);
        }
        let mut url = Url::parse(typed).map_err(|_| NotAnAddress::NotOne)?;
        match url.scheme() {
            "https" => {}
            "http" if plainly => {}
            "http" => return Err(NotAnAddress::NotHttps),
            _ => return Err(NotAnAddress::NotOne),
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(NotAnAddress::TooMuch);
        }
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/services").unwrap_or(path).trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// As it is kept and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Its host, where that is written as an address.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
            Host::Domain(_) => None,
        }
    }

    fn below(&self, parts: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        url
    }

    /// Where page `page` is, from 1.
    #[must_use]
    pub fn page(&self, page: u32) -> String {
        let mut url = self.below(&["services"]);
        url.query_pairs_mut().append_pair("page", &page.to_string()).append_pair("per_page", &PER_PAGE.to_string());
        url.into()
    }

    /// Where one service is.
    #[must_use]
    pub fn service(&self, id: &str) -> String {
        self.below(&["services", id]).into()
    }
}

coded! {
    /// How a pull ended.
    pub enum Ending {
        /// Its services were taken.
        Taken = "taken",
        /// Its services were taken; so many of its entries are gone that none of them left.
        Shrunk = "shrunk",
        /// It lists nothing.
        Empty = "empty",
        /// What came was no page of a directory.
        Unreadable = "unreadable",
        /// What came was larger than any page.
        TooLarge = "too_large",
        /// It goes on without an end.
        Endless = "endless",
        /// It says that we may not, or that there is nothing there.
        Refused = "refused",
        /// Its address leads into the network of this installation.
        Internal = "internal",
        /// It did not answer, several times.
        Unreachable = "unreachable",
        /// Nearly every id is another than before.
        IdsChanged = "ids_changed",
    }
}

impl Ending {
    /// What somebody reads, and can do.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Taken => "Read to its end",
            Self::Shrunk => {
                "Read to its end, but more than a fifth of its entries are gone. None of them left the search"
            }
            Self::Empty => "It lists nothing. Nothing was changed",
            Self::Unreadable => "What came was no page of a directory. Nothing was changed. Check the address",
            Self::TooLarge => "What came was larger than any page of a directory. Nothing was changed",
            Self::Endless => "It goes on without an end. Nothing was changed",
            Self::Refused => "It answers that it gives nothing at this address. Nothing was changed",
            Self::Internal => {
                "Its address leads into this installation\u{2019}s own network. Nothing was asked or changed"
            }
            Self::Unreachable => "It did not answer, five times. Nothing was changed",
            Self::IdsChanged => {
                "Nearly all its entries have other ids than before. Nothing was changed, because everything would stand here twice"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_however_it_was_pasted() {
        let read = |typed: &str| FeedAddress::parse(typed, false).map(|at| at.as_str().to_owned());
        for pasted in ["https://a.example/o/v2", " https://a.example/o/v2/ ", "https://a.example/o/v2/services/"] {
            assert_eq!(read(pasted).as_deref(), Ok("https://a.example/o/v2"));
        }
        assert_eq!(read("https://a.example/services").as_deref(), Ok("https://a.example"));
        assert_eq!(read("http://a.example"), Err(NotAnAddress::NotHttps));
        for wrong in ["", "a.example", "file:///etc/passwd", "gopher://a.example", "javascript:alert(1)"] {
            assert_eq!(read(wrong), Err(NotAnAddress::NotOne), "{wrong}");
        }
        for more in ["https://me:secret@a.example", "https://a.example/?key=1", "https://a.example/#x"] {
            assert_eq!(read(more), Err(NotAnAddress::TooMuch), "{more}");
        }
        assert!(FeedAddress::parse("http://127.0.0.1:9/", true).is_ok());
    }

    #[test]
    fn an_id_of_a_feed_leads_nowhere_else() {
        let at = FeedAddress::parse("https://a.example/o", false).unwrap();
        assert_eq!(at.page(2), "https://a.example/o/services?page=2&per_page=100");
        assert_eq!(at.service("7"), "https://a.example/o/services/7");
        let odd = at.service("../../x?y#z//evil.example");
        assert_eq!(odd, "https://a.example/o/services/..%2F..%2Fx%3Fy%23z%2F%2Fevil.example");
        assert!(at.service("..").starts_with("https://a.example/o"), "a dot is no way out of the host");
    }
}
