//! Signposting in two presses, and the slip.

use serde::Serialize;

use super::{Frame, Problems, Qr, SummaryRow};
use crate::Page;

/// A service to press.
#[derive(Debug, Clone, Serialize)]
pub struct Tile {
    /// What is posted.
    pub value: String,
    /// What it is called.
    pub name: String,
    /// When, where, for how much.
    pub detail: String,
    /// It came with the address.
    pub checked: bool,
}

/// What was just noted.
#[derive(Debug, Clone, Serialize)]
pub struct LastSignpost {
    /// "Wexley Warm Space, told, 9:58am".
    pub text: String,
    /// Where it is taken back.
    pub undo: String,
    /// The slip to print, or the text to send: where, and in words.
    pub slip: Option<(String, String)>,
}

/// What did you tell them about?
#[derive(Debug, Clone, Serialize)]
pub struct SignpostPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Where it is posted.
    pub action: String,
    /// Makes posting happen once.
    pub key: String,
    /// Services, the usual ones first.
    pub tiles: Vec<Tile>,
    /// Something else.
    pub directory_href: String,
    /// The door of the waiting room.
    pub door_href: String,
    /// They need more.
    pub refer_href: Option<String>,
    /// What was just noted.
    pub last: Option<LastSignpost>,
    /// It was taken back.
    pub taken_back: bool,
    /// The text has left.
    pub texted: bool,
    /// A text can be sent.
    pub texts: bool,
    /// Nothing was chosen.
    pub problem: Option<String>,
    /// "This week at Millrace Surgery: 31 signposts."
    pub week: String,
}

/// A slip for the hand: no name on it.
#[derive(Debug, Clone, Serialize)]
pub struct SlipPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back.
    pub back_href: String,
    /// The service.
    pub name: String,
    /// What it is.
    pub summary: String,
    /// When, where, how to reach it.
    pub rows: Vec<SummaryRow>,
    /// The place where it was printed: what somebody can say when they arrive.
    pub place_name: String,
    /// The same page to scan, where the place has a door.
    pub qr: Qr,
    /// Who told us, and when.
    pub source: String,
}

/// A text for somebody's phone, before it goes.
#[derive(Debug, Clone, Serialize)]
pub struct TextSlipPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back.
    pub back_href: String,
    /// Where it is posted.
    pub action: String,
    /// Makes posting happen once.
    pub key: String,
    /// The service.
    pub name: String,
    /// What the text says.
    pub words: String,
    /// The number that was typed and is wrong; it is kept nowhere else.
    pub typed: String,
    /// What is wrong.
    pub problems: Problems,
}

impl Page for TextSlipPage {
    const TEMPLATE: &'static str = "text_slip.html";
}

/// One numbered slip.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct NumberedSlip {
    pub number: String,
    pub name: String,
    pub detail: String,
}

/// A sheet of numbered slips, to cut up.
#[derive(Debug, Clone, Serialize)]
pub struct SlipsPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the door.
    pub back_href: String,
    /// The place that hands them out.
    pub place_name: String,
    /// Where a number is typed.
    pub address: String,
    /// The slips.
    pub slips: Vec<NumberedSlip>,
}

impl Page for SlipsPage {
    const TEMPLATE: &'static str = "slips.html";
}

/// What is near, for anyone who waits.
#[derive(Debug, Clone, Serialize)]
pub struct DoorPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The place in which they wait.
    pub place_name: String,
    /// Where a press is posted.
    pub action: String,
    /// Makes a press count once.
    pub key: String,
    /// Services, the usual ones first.
    pub tiles: Vec<Tile>,
    /// Nothing was chosen.
    pub problem: Option<String>,
    /// The number that was typed.
    pub typed: String,
    /// The code is the one that the place has now.
    pub open: bool,
}

/// One service behind a door, and what to expect there.
#[derive(Debug, Clone, Serialize)]
pub struct DoorServicePage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to all of them.
    pub back_href: String,
    /// It runs now.
    pub open: bool,
    /// Its name.
    pub name: String,
    /// What it is.
    pub summary: String,
    /// When, where, for how much.
    pub rows: Vec<SummaryRow>,
    /// Who told them.
    pub place_name: String,
}

/// The poster of a door, for staff.
#[derive(Debug, Clone, Serialize)]
pub struct DoorSetUpPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to signposting.
    pub back_href: String,
    /// Where a sheet of numbered slips is made; none while there is no code.
    pub slips_action: Option<String>,
    /// Where a new door is asked for.
    pub action: String,
    /// The place.
    pub place_name: String,
    /// The code that a new one replaces.
    pub replaces: String,
    /// Its address, where there is a door.
    pub address: Option<String>,
    /// The same to scan.
    pub qr: Qr,
}

impl Page for DoorPage {
    const TEMPLATE: &'static str = "door.html";
}
impl Page for DoorServicePage {
    const TEMPLATE: &'static str = "door_service.html";
}
impl Page for DoorSetUpPage {
    const TEMPLATE: &'static str = "door_set_up.html";
}
impl Page for SignpostPage {
    const TEMPLATE: &'static str = "signpost.html";
}
impl Page for SlipPage {
    const TEMPLATE: &'static str = "slip.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, anonymous, frame, problems};

    impl SignpostPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("Signpost"),
                action: "/o/x/signpost".into(),
                key: "k".into(),
                tiles: vec![Tile { value: "1".into(), name: LONG.into(), detail: "Tuesdays".into(), checked: true }],
                directory_href: "/o/x/directory".into(),
                door_href: "/o/x/signpost/door".into(),
                refer_href: Some("/o/x/refer".into()),
                last: Some(LastSignpost {
                    text: "Choir, told".into(),
                    undo: "/o/x/signpost/1/undo".into(),
                    slip: Some(("/o/x/signpost/1/slip".into(), "Open the slip".into())),
                }),
                taken_back: false,
                texted: false,
                texts: true,
                problem: Some("Choose one".into()),
                week: "31 signposts".into(),
            };
            let empty =
                Self { tiles: vec![], refer_href: None, last: None, taken_back: true, problem: None, ..usual.clone() };
            let texted = Self { texted: true, ..usual.clone() };
            vec![usual, texted, empty]
        }
    }

    impl SlipPage {
        pub(crate) fn samples() -> Vec<Self> {
            vec![Self {
                frame: frame("Slip"),
                back_href: "/o/x/signpost".into(),
                name: LONG.into(),
                summary: "Singing".into(),
                rows: vec![SummaryRow::new("When", "Tuesday")],
                place_name: "Millrace Surgery".into(),
                qr: Qr::drawn("<svg></svg>"),
                source: "From a file".into(),
            }]
        }
    }

    impl TextSlipPage {
        pub(crate) fn samples() -> Vec<Self> {
            let empty = Self {
                frame: frame("Text"),
                back_href: "/o/x/signpost".into(),
                action: "/o/x/signpost/1/text".into(),
                key: "k".into(),
                name: LONG.into(),
                words: "Millrace told you about the choir.".into(),
                typed: String::new(),
                problems: vec![],
            };
            vec![Self { problems: problems(&["phone"]), typed: "01".into(), ..empty.clone() }, empty]
        }
    }

    impl SlipsPage {
        pub(crate) fn samples() -> Vec<Self> {
            let slip = NumberedSlip { number: "104".into(), name: LONG.into(), detail: "Tuesdays".into() };
            let some = Self {
                frame: frame("Slips"),
                back_href: "/o/x/signpost/door".into(),
                place_name: LONG.into(),
                address: "https://example.org/s/x".into(),
                slips: vec![slip.clone(), NumberedSlip { detail: String::new(), ..slip }],
            };
            vec![Self { slips: vec![], ..some.clone() }, some]
        }
    }

    impl DoorPage {
        pub(crate) fn samples() -> Vec<Self> {
            let tile = Tile { value: "1".into(), name: LONG.into(), detail: "Tuesdays".into(), checked: false };
            let empty = Self {
                frame: anonymous("What is near here"),
                place_name: LONG.into(),
                action: "/s/x".into(),
                key: "k".into(),
                tiles: vec![],
                typed: "7".into(),
                open: true,
                problem: Some("Choose one".into()),
            };
            vec![Self { tiles: vec![tile], problem: None, ..empty.clone() }, empty]
        }
    }

    impl DoorServicePage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: anonymous(LONG),
                back_href: "/s/x".into(),
                open: true,
                name: LONG.into(),
                summary: "Singing".into(),
                rows: vec![SummaryRow::new("When", "Tuesday")],
                place_name: LONG.into(),
            };
            vec![Self { open: false, ..usual.clone() }, usual]
        }
    }

    impl DoorSetUpPage {
        pub(crate) fn samples() -> Vec<Self> {
            let none = Self {
                frame: frame("For your waiting room"),
                slips_action: Some("/o/x/signpost/slips".into()),
                back_href: "/o/x/signpost".into(),
                action: "/o/x/signpost/door".into(),
                place_name: LONG.into(),
                replaces: String::new(),
                address: None,
                qr: Qr::default(),
            };
            let address = Some("https://example.org/s/abc".into());
            vec![Self { address, qr: Qr::drawn("<svg></svg>"), ..none.clone() }, none]
        }
    }
}
