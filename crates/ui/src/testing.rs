//! What samples of pages share, and what every page that is drawn has to be.

#![expect(clippy::panic, clippy::expect_used, reason = "a test that cannot go on has failed")]

use fingerpost_domain::problem::Problem;

use crate::pages::{Frame, NavItem, PlaceName, Problems};
use crate::{Page, Ui};

/// A name that is long.
pub const LONG: &str = "Oluwaseun Temitope Adebayo-Featherstonehaugh-Wilkinson";

/// The frame of somebody who is signed in.
#[must_use]
pub fn frame(title: &str) -> Frame {
    Frame {
        title: title.into(),
        problem: false,
        user: Some("Dr Anil Ferreira".into()),
        place: Some(PlaceName { name: "Millrace Surgery".into() }),
        several_places: true,
        nav: vec![
            NavItem { text: "Refer".into(), href: "/o/x/refer".into(), current: true, count: None },
            NavItem { text: "Referrals".into(), href: "/o/x/referrals".into(), current: false, count: Some(3) },
        ],
        csrf: "token".into(),
        invented: true,
    }
}

/// The frame of anybody.
#[must_use]
pub fn anonymous(title: &str) -> Frame {
    Frame { title: title.into(), csrf: "token".into(), ..Frame::default() }
}

/// A problem of each field.
#[must_use]
pub fn problems(fields: &[&'static str]) -> Problems {
    fields.iter().map(|field| Problem { field: (*field).into(), message: format!("Mend the {field}") }).collect()
}

/// Draws samples of a page, and makes sure that each is whole: no inline style or script, a token in each form, nobody else's identity.
/// How many there were.
///
/// # Panics
/// When one of them is not.
pub fn draw<P: Page>(ui: &Ui, pages: Vec<P>) -> usize {
    for page in &pages {
        let html = ui.render(page).unwrap_or_else(|error| {
            panic!("{error}: {:#}", std::error::Error::source(&error).expect("a fault of a template has a source"))
        });
        assert!(html.contains("</html>"), "{}", P::TEMPLATE);
        assert!(!html.contains("style=") && !html.contains("<style"), "{} has inline style", P::TEMPLATE);
        assert!(!html.contains(" onclick") && !html.contains("<script>"), "{} has inline script", P::TEMPLATE);
        let forms = html.matches("method=\"post\"").count();
        assert_eq!(forms, html.matches("name=\"csrf\"").count(), "{}: a form without its token", P::TEMPLATE);
        let nhs = html.contains("nhsuk-header__logo") || html.contains("Frutiger");
        assert!(!nhs, "{} wears the NHS identity", P::TEMPLATE);
    }
    pages.len()
}
