//! The administrator's pages and one's own account.

use serde::Serialize;

use super::{Choice, Frame, ListPages, Problems, Qr};
use crate::Page;

/// One's own account.
#[derive(Debug, Clone, Serialize)]
pub struct AccountPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The second step is on.
    pub second_factor: bool,
    /// The key to set it up, base32.
    pub secret: Option<String>,
    /// The same as a square to scan, where there is a key.
    pub qr: Qr,
    /// What is wrong.
    pub problems: Problems,
}

/// One line of the people who sign in.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct UserLine {
    pub name: String,
    pub role: String,
    pub job_title: Option<String>,
    pub email: String,
    pub state: String,
    pub link: Option<String>,
    pub link_text: String,
    pub disable: Option<String>,
}

/// The invitation as typed.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct InviteValues {
    pub name: String,
    pub email: String,
    pub job_title: String,
}

/// Who signs in.
#[derive(Debug, Clone, Serialize)]
pub struct UsersPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The organisation.
    pub place_name: String,
    /// What was just done.
    pub saved: Option<String>,
    /// The lines.
    pub rows: Vec<UserLine>,
    /// Where an invitation is posted.
    pub action: String,
    /// Roles that fit here.
    pub roles: Vec<Choice>,
    /// What was typed.
    pub values: InviteValues,
    /// What is wrong.
    pub problems: Problems,
}

/// The flow of one practice, small counts hidden.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct FlowLine {
    pub practice: String,
    /// Its months.
    pub months_href: String,
    pub sent: String,
    pub sent_href: Option<String>,
    pub waiting: String,
    pub waiting_href: Option<String>,
    pub accepted: String,
    pub accepted_href: Option<String>,
    pub not_accepted: String,
    pub not_accepted_href: Option<String>,
    pub declined: String,
    pub declined_href: Option<String>,
    pub withdrawn: String,
    pub withdrawn_href: Option<String>,
    /// Referrals for each thousand registered patients, where the list is known.
    pub rate: Option<String>,
    /// Signposts, beside the referrals.
    pub signposts: String,
    /// The same for each thousand registered patients.
    pub signpost_rate: Option<String>,
}

/// Counts of flow.
#[derive(Debug, Clone, Serialize)]
pub struct FlowPage {
    /// What surrounds it.
    pub frame: Frame,
    /// What is hidden, and why.
    pub note: String,
    /// What became of a practice's own referrals; none for a scheme.
    pub became_href: Option<String>,
    /// The lines.
    pub rows: Vec<FlowLine>,
    /// What is counted.
    pub definition_text: String,
    /// The day of the list of patients that rates are made with.
    pub patients_on: Option<String>,
    /// Signposts by place: its name, how many.
    pub signposts: Vec<(String, String)>,
    /// Month by month, newest first.
    pub months: Vec<MonthLine>,
    /// The same with waits and open cases.
    pub months_href: String,
    /// Waits and open cases by practice.
    pub waits: Vec<WaitLine>,
}

/// One month.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct MonthLine {
    pub month: String,
    pub referrals_href: Option<String>,
    pub referrals: String,
    pub signposts: String,
}

/// How the people of one practice waited, and how many have an open case.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct WaitLine {
    pub practice: String,
    pub half: String,
    pub waiting: String,
    pub waiting_href: Option<String>,
    pub longest: String,
    pub open: String,
    pub open_href: Option<String>,
}

/// How one month went.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct FlowMonthLine {
    pub month: String,
    pub referrals: String,
    pub referrals_href: Option<String>,
    pub signposts: String,
    pub half: String,
    pub waiting: String,
    pub waiting_href: Option<String>,
    pub open: String,
    pub open_href: Option<String>,
}

/// The months of one practice, or of all.
#[derive(Debug, Clone, Serialize)]
pub struct FlowMonthsPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the counts.
    pub back_href: String,
    /// Whose months these are.
    pub whose: String,
    /// What is hidden, and why.
    pub note: String,
    /// Where the choice of a practice goes.
    pub action: String,
    /// The practices to choose from; none where there is only one.
    pub practices: Vec<Choice>,
    /// Newest first.
    pub rows: Vec<FlowMonthLine>,
}

impl Page for FlowMonthsPage {
    const TEMPLATE: &'static str = "flow_months.html";
}
impl Page for AccountPage {
    const TEMPLATE: &'static str = "account.html";
}
impl Page for UsersPage {
    const TEMPLATE: &'static str = "users.html";
}

/// One person behind a count.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct CountedLine {
    pub href: Option<String>,
    pub name: String,
    pub practice: String,
    pub state: String,
    pub sent: String,
}

/// The people behind a count.
#[derive(Debug, Clone, Serialize)]
pub struct CountedPage {
    /// What surrounds it.
    pub frame: Frame,
    /// What was counted.
    pub heading: String,
    /// Back to the counts.
    pub back_href: String,
    /// The lines.
    pub rows: Vec<CountedLine>,
    /// Who is in it and who is not.
    pub definition_text: String,
    /// Where there are more than one part shows.
    pub pages: Option<ListPages>,
}

impl Page for CountedPage {
    const TEMPLATE: &'static str = "counted.html";
}
impl Page for FlowPage {
    const TEMPLATE: &'static str = "flow.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl AccountPage {
        pub(crate) fn samples() -> Vec<Self> {
            let off = Self {
                frame: frame("Account"),
                second_factor: false,
                secret: None,
                qr: Qr::default(),
                problems: vec![],
            };
            let setting = Self {
                secret: Some("ABC".into()),
                qr: Qr::drawn("<svg></svg>"),
                problems: problems(&["code"]),
                ..off.clone()
            };
            let on = Self { second_factor: true, problems: problems(&["password"]), ..off.clone() };
            vec![off, setting, on]
        }
    }

    impl UsersPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = UserLine {
                name: LONG.into(),
                role: "Link worker".into(),
                job_title: Some("Connector".into()),
                email: format!("{}@example.org", "long".repeat(20)),
                state: "Second step on".into(),
                link: Some("/o/x/users/1/link".into()),
                link_text: "Send a new link".into(),
                disable: Some("/o/x/users/1/disable".into()),
            };
            let usual = Self {
                frame: frame("Users"),
                place_name: "Wexley Vale".into(),
                saved: Some("Invited".into()),
                rows: vec![line.clone(), UserLine { job_title: None, link: None, disable: None, ..line }],
                action: "/o/x/users".into(),
                roles: vec![Choice::new("referrer", "Referrer", false)],
                values: InviteValues::default(),
                problems: vec![],
            };
            let wrong = problems(&["name", "email", "job_title", "role"]);
            vec![Self { problems: wrong, saved: None, ..usual.clone() }, usual]
        }
    }

    impl CountedPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = CountedLine {
                href: Some("/o/x/cases/1".into()),
                name: LONG.into(),
                practice: LONG.into(),
                state: "Accepted".into(),
                sent: "3 November".into(),
            };
            let empty = Self {
                frame: frame("Sent in November 2026"),
                heading: "Sent in November 2026".into(),
                back_href: "/o/x/flow".into(),
                rows: vec![],
                definition_text: "Everybody sent".into(),
                pages: None,
            };
            let bare = CountedLine { href: None, ..line.clone() };
            let part = || Some("/o/x/flow/people?part=2".into());
            let pages = ListPages { words: "201 to 400".into(), before: part(), after: part() };
            vec![Self { rows: vec![line, bare], pages: Some(pages), ..empty.clone() }, empty]
        }
    }

    impl FlowPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = FlowLine {
                practice: LONG.into(),
                months_href: "/o/x/flow/months?practice=A81001".into(),
                sent: "about 20".into(),
                sent_href: Some("/o/x/sent".into()),
                waiting: "fewer than 8".into(),
                waiting_href: None,
                accepted: "about 10".into(),
                accepted_href: Some("/o/x/flow/people".into()),
                not_accepted: "0".into(),
                not_accepted_href: None,
                declined: "0".into(),
                declined_href: Some("/o/x/flow/people?of=declined".into()),
                withdrawn: "0".into(),
                withdrawn_href: None,
                rate: Some("4.1".into()),
                signposts: "34".into(),
                signpost_rate: Some("4.1".into()),
            };
            let empty = Self {
                frame: frame("Flow"),
                became_href: Some("/o/x/became".into()),
                note: "Small".into(),
                rows: vec![],
                definition_text: "Sent".into(),
                patients_on: Some("1 January 2026".into()),
                signposts: vec![(LONG.into(), "31".into())],
                months: vec![MonthLine {
                    month: "November 2026".into(),
                    referrals_href: Some("/o/x/flow/people".into()),
                    referrals: "12".into(),
                    signposts: "31".into(),
                }],
                months_href: "/o/x/flow/months".into(),
                waits: vec![WaitLine {
                    practice: LONG.into(),
                    half: "4 working days".into(),
                    waiting: "2".into(),
                    waiting_href: Some("/o/x/flow/people".into()),
                    longest: "9 working days".into(),
                    open: "14".into(),
                    open_href: Some("/o/x/caseload".into()),
                }],
            };
            vec![Self { rows: vec![line], ..empty.clone() }, empty]
        }
    }

    impl FlowMonthsPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = FlowMonthLine {
                month: "November 2026".into(),
                referrals: "12".into(),
                referrals_href: Some("/o/x/flow/people".into()),
                signposts: "31".into(),
                half: "Half or more still wait".into(),
                waiting: "2".into(),
                waiting_href: Some("/o/x/flow/people".into()),
                open: "fewer than 8".into(),
                open_href: None,
            };
            let one = Self {
                frame: frame("Month by month"),
                back_href: "/o/x/flow".into(),
                whose: LONG.into(),
                note: "Small".into(),
                action: "/o/x/flow/months".into(),
                practices: vec![],
                rows: vec![line],
            };
            vec![Self { practices: vec![Choice::new("A81001", LONG, true)], ..one.clone() }, one]
        }
    }
}
