//! How a scheme takes people up: what it has set, its link workers' profiles, and who is met at a practice.

use fingerpost_intake_rules::profile::ProfileAnswers;
use fingerpost_intake_rules::settings::SettingsAnswers;
use serde::Serialize;

use super::{Choice, Frame, Link, Problems, Qr, SummaryRow};

crate::pages! {
    IntakePage: "intake.html",
    ProfilesPage: "profiles.html",
    ProfilePage: "profile.html",
    MeetPage: "meet.html",
    MeetPosterPage: "meet_poster.html",
}

/// What a scheme has set, as a form.
#[derive(Debug, Clone, Serialize)]
pub struct IntakePage {
    /// What surrounds it.
    pub frame: Frame,
    /// What was just done.
    pub saved: Option<String>,
    /// Where it is posted.
    pub action: String,
    /// The version that was read: 0 before anything was set.
    pub version: i64,
    /// The states of an intake.
    pub states: Vec<Choice>,
    /// Moments at which a letter is written by itself.
    pub milestones: Vec<Choice>,
    /// Codes for the GP record that nobody has verified here: off unless the scheme switches them on.
    pub codes: Vec<Choice>,
    /// Those that are verified, with when and by whom.
    pub verified: Vec<String>,
    /// What stands, or was typed.
    pub values: SettingsAnswers,
    /// Rows for criteria that are still empty.
    pub empty_rows: usize,
    /// The terms that a command sets.
    pub terms: Vec<SummaryRow>,
    /// What was set before, the newest first.
    pub before: Vec<String>,
    /// The profiles of the link workers.
    pub profiles_href: String,
    /// Where messages are worded.
    pub wording_href: String,
    /// What is wrong.
    pub problems: Problems,
}

/// The link workers of a scheme.
#[derive(Debug, Clone, Serialize)]
pub struct ProfilesPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Those whose profiles the reader keeps.
    pub rows: Vec<Link>,
}

/// What a link worker says of themself.
#[derive(Debug, Clone, Serialize)]
pub struct ProfilePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the list, where there is one.
    pub back_href: Option<String>,
    /// Whose.
    pub name: String,
    /// It is the reader's own.
    pub own: bool,
    /// What was just done.
    pub saved: Option<String>,
    /// Where it is posted.
    pub action: String,
    /// What the page was drawn from: a page that is no longer true overwrites nothing.
    pub read: String,
    /// The reader may say that patients see it: their own, or it is said already.
    pub may_show: bool,
    /// The eight needs.
    pub needs: Vec<Choice>,
    /// The practices in the order of the days: id and name.
    pub practices: Vec<(String, String)>,
    /// What stands, or was typed.
    pub values: ProfileAnswers,
    /// The picture, where there is one, and since when they agree.
    pub picture: Option<(String, String)>,
    /// Where a picture is posted.
    pub picture_action: String,
    /// Pages on which anybody can meet them: the practice and the address.
    pub met: Vec<Link>,
    /// What is wrong.
    pub problems: Problems,
}

/// A link worker as anybody meets them.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a line under its own name")]
pub struct MeetLine {
    pub name: String,
    pub initials: String,
    pub picture: Option<String>,
    pub days: String,
    pub languages: String,
    pub helps_with: Option<String>,
    pub phone: Option<String>,
}

/// Who is met at a practice, for anybody.
#[derive(Debug, Clone, Serialize)]
pub struct MeetPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The practice.
    pub practice: String,
    /// The scheme.
    pub scheme: String,
    /// Its telephone.
    pub phone: Option<String>,
    /// Those who agreed to be shown.
    pub workers: Vec<MeetLine>,
    /// Where people ask for help themselves.
    pub ask_href: Option<String>,
    /// The poster.
    pub poster_href: String,
}

/// The same on one sheet for a wall.
#[derive(Debug, Clone, Serialize)]
pub struct MeetPosterPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the page.
    pub back_href: String,
    /// The practice.
    pub practice: String,
    /// The scheme.
    pub scheme: String,
    /// Its telephone.
    pub phone: Option<String>,
    /// Those who agreed to be shown.
    pub workers: Vec<MeetLine>,
    /// The address of the page, to type.
    pub address: String,
    /// The same, to scan.
    pub qr: Qr,
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl IntakePage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Taking people up"),
                saved: Some("Saved".into()),
                action: "/o/x/intake".into(),
                version: 3,
                states: vec![Choice::new("open", "We take people", true)],
                milestones: vec![Choice::new("plan", "Their plan is written", false)],
                codes: vec![Choice::new("offered", "871691000000100 Offered", false).hint("Nobody")],
                verified: vec![LONG.into()],
                values: SettingsAnswers {
                    area: "CV10".into(),
                    criteria: vec![("They want this".into(), "Ring the council".into())],
                    ..SettingsAnswers::default()
                },
                empty_rows: 2,
                terms: vec![SummaryRow::new("Ages", "18 and over")],
                before: vec![LONG.into()],
                profiles_href: "/o/x/profiles".into(),
                wording_href: "/o/x/wording".into(),
                problems: vec![],
            };
            let fields = [
                "state",
                "instead",
                "area",
                "criterion-1",
                "nudge_after",
                "decide_after",
                "first_call_within",
                "chase_after",
                "draft_after",
                "again_after_months",
            ];
            let wrong = Self { problems: problems(&fields), saved: None, before: vec![], ..usual.clone() };
            vec![usual, wrong]
        }
    }

    impl ProfilesPage {
        pub(crate) fn samples() -> Vec<Self> {
            let rows = vec![Link { href: "/o/x/profiles/1".into(), text: LONG.into() }];
            let some = Self { frame: frame("Link workers"), rows };
            vec![Self { rows: vec![], ..some.clone() }, some]
        }
    }

    impl ProfilePage {
        pub(crate) fn samples() -> Vec<Self> {
            let bare = Self {
                frame: frame("Maya Okonkwo"),
                back_href: None,
                name: "Maya Okonkwo".into(),
                own: true,
                saved: None,
                action: "/o/x/profiles/1".into(),
                read: "0123456789abcdef".into(),
                may_show: true,
                needs: vec![Choice::new("company", "Company", true)],
                practices: vec![("1".into(), LONG.into())],
                values: ProfileAnswers { days: vec!["Tuesdays".into()], ..ProfileAnswers::default() },
                picture: None,
                picture_action: "/o/x/profiles/1/picture".into(),
                met: vec![],
                problems: vec![],
            };
            let full = Self {
                back_href: Some("/o/x/profiles".into()),
                own: false,
                may_show: false,
                saved: Some("Saved".into()),
                picture: Some(("/o/x/workers/1/picture".into(), "3 November 2026".into())),
                met: vec![Link { href: "/meet/x".into(), text: LONG.into() }],
                ..bare.clone()
            };
            let wrong = Self {
                practices: vec![],
                problems: problems(&["languages", "phone", "helps_with", "places", "picture", "agrees"]),
                ..bare.clone()
            };
            vec![bare, full, wrong]
        }
    }

    fn line() -> MeetLine {
        MeetLine {
            name: LONG.into(),
            initials: "MO".into(),
            picture: Some("/meet/x/1/picture".into()),
            days: "Tuesdays".into(),
            languages: "English".into(),
            helps_with: Some("Company".into()),
            phone: Some("01632 960 142".into()),
        }
    }

    impl MeetPage {
        pub(crate) fn samples() -> Vec<Self> {
            let plain = MeetLine { picture: None, helps_with: None, phone: None, ..line() };
            let some = Self {
                frame: frame("Meet your link workers"),
                practice: LONG.into(),
                scheme: "Calder Vale".into(),
                phone: Some("01632 960 200".into()),
                workers: vec![line(), plain],
                ask_href: Some("/self-referral/x".into()),
                poster_href: "/meet/x/poster".into(),
            };
            vec![Self { workers: vec![], ask_href: None, phone: None, ..some.clone() }, some]
        }
    }

    impl MeetPosterPage {
        pub(crate) fn samples() -> Vec<Self> {
            let some = Self {
                frame: frame("Poster"),
                back_href: "/meet/x".into(),
                practice: LONG.into(),
                scheme: "Calder Vale".into(),
                phone: Some("01632 960 200".into()),
                workers: vec![line()],
                address: "https://example.org/meet/x".into(),
                qr: Qr::default(),
            };
            vec![Self { workers: vec![], phone: None, ..some.clone() }, some]
        }
    }
}
