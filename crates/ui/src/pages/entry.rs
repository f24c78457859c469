//! Coming in: sign-in, links, places, messages, texts.

use serde::Serialize;

use super::{Frame, Link, Problems};
use crate::Page;

/// An invented account that one press signs in.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What they do.
    pub what: String,
    /// Where.
    pub place: String,
}

/// Sign in.
#[derive(Debug, Clone, Serialize)]
pub struct SignInPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The address typed.
    pub email: String,
    /// What is wrong.
    pub problems: Problems,
    /// Invented accounts; none in a real installation.
    pub accounts: Vec<Account>,
}

/// The second step of signing in.
#[derive(Debug, Clone, Serialize)]
pub struct CodePage {
    /// What surrounds it.
    pub frame: Frame,
    /// What is wrong.
    pub problems: Problems,
}

/// Choosing a password by one-time link.
#[derive(Debug, Clone, Serialize)]
pub struct ChoosePasswordPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where the form is posted.
    pub action: String,
    /// What is wrong.
    pub problems: Problems,
}

/// A plain page: an error, a link that can no longer be used.
#[derive(Debug, Clone, Serialize)]
pub struct MessagePage {
    /// What surrounds it.
    pub frame: Frame,
    /// The heading is the answer.
    pub heading: String,
    /// What to do.
    pub paragraphs: Vec<String>,
    /// Where to go on.
    pub link: Option<Link>,
}

/// A piece of an editable text.
#[derive(Debug, Clone, Serialize)]
pub struct TextBlock {
    /// `h1`, `h2`, `p` or `list`.
    pub kind: &'static str,
    /// Its lines: one, or the items of a list.
    pub lines: Vec<String>,
}

/// A text that a deployment edits: privacy, accessibility, cookies.
#[derive(Debug, Clone, Serialize)]
pub struct TextPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Its pieces.
    pub blocks: Vec<TextBlock>,
}

/// A place to work in.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceLink {
    /// The organisation.
    pub name: String,
    /// The roles there.
    pub role: String,
    /// Its first screen.
    pub href: String,
}

/// Choosing where to work.
#[derive(Debug, Clone, Serialize)]
pub struct PlacesPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The places.
    pub places: Vec<PlaceLink>,
}

impl Page for SignInPage {
    const TEMPLATE: &'static str = "sign_in.html";
}
impl Page for CodePage {
    const TEMPLATE: &'static str = "code.html";
}
impl Page for ChoosePasswordPage {
    const TEMPLATE: &'static str = "choose_password.html";
}
impl Page for MessagePage {
    const TEMPLATE: &'static str = "message.html";
}
impl Page for TextPage {
    const TEMPLATE: &'static str = "text.html";
}
impl Page for PlacesPage {
    const TEMPLATE: &'static str = "places.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, anonymous, frame, problems};

    impl SignInPage {
        pub(crate) fn samples() -> Vec<Self> {
            let empty = Self { frame: anonymous("Sign in"), email: String::new(), problems: vec![], accounts: vec![] };
            let account = Account { id: "1".into(), name: LONG.into(), what: "GP".into(), place: LONG.into() };
            let wrong = Self { problems: problems(&["email", "password"]), accounts: vec![account], ..empty.clone() };
            vec![empty, wrong]
        }
    }

    impl CodePage {
        pub(crate) fn samples() -> Vec<Self> {
            let plain = Self { frame: anonymous("Code"), problems: vec![] };
            vec![Self { problems: problems(&["code"]), ..plain.clone() }, plain]
        }
    }

    impl ChoosePasswordPage {
        pub(crate) fn samples() -> Vec<Self> {
            let plain = Self { frame: anonymous("Choose a password"), action: "/l/x".into(), problems: vec![] };
            vec![Self { problems: problems(&["password"]), ..plain.clone() }, plain]
        }
    }

    impl MessagePage {
        pub(crate) fn samples() -> Vec<Self> {
            let link = Link { text: "Start again".into(), href: "/".into() };
            let bare = Self { frame: anonymous("Gone"), heading: "Gone".into(), paragraphs: vec![], link: None };
            vec![
                Self { frame: frame("Gone"), paragraphs: vec!["Do this".into()], link: Some(link), ..bare.clone() },
                bare,
            ]
        }
    }

    impl TextPage {
        pub(crate) fn samples() -> Vec<Self> {
            let blocks = ["h1", "h2", "p", "list"].map(|kind| TextBlock { kind, lines: vec!["One".into()] }).into();
            vec![Self { frame: anonymous("Privacy"), blocks }]
        }
    }

    impl PlacesPage {
        pub(crate) fn samples() -> Vec<Self> {
            let place = PlaceLink { name: LONG.into(), role: "Link worker".into(), href: "/o/x".into() };
            let none = Self { frame: frame("Where"), places: vec![] };
            vec![Self { places: vec![place], ..none.clone() }, none]
        }
    }
}
