//! The link worker's day: what needs them now, the diary, who covers, looking somebody up, handing people over.

use fingerpost_domain::away::{AwayAnswers, HandOverAnswers};
use fingerpost_domain::visit::VisitAnswers;
use serde::Serialize;

use super::{Choice, Frame, Problems};

crate::pages! {
    CaseloadPage: "caseload.html",
    ClosedPage: "closed.html",
    DiaryPage: "diary.html",
    VisitPage: "visit.html",
    FindPage: "find.html",
    CoverPage: "cover.html",
    HandOverPage: "hand_over.html",
}

/// A visit, as it stands on the day and in the diary.
#[derive(Debug, Clone, Serialize)]
pub struct VisitCard {
    /// "10am".
    pub time: String,
    /// "to 10:45am".
    pub until: String,
    /// Whom.
    pub name: String,
    /// Their case.
    pub href: String,
    /// The picture of where.
    pub icon: &'static str,
    /// "Home visit, 14 Tannery Row".
    pub place: String,
    /// The risk to know, or that nobody has asked.
    pub care: Option<String>,
    /// How to communicate.
    pub communication: Option<String>,
    /// What to remember.
    pub remember: Option<String>,
    /// "0.8 miles in a straight line from the visit before".
    pub distance: Option<String>,
    /// Whose diary it is, where it is not the reader's.
    pub whose: Option<String>,
    /// Where it stands, where there is something to say.
    pub state: Option<String>,
    /// Late in saying that they are back.
    pub late: bool,
    /// Where the buttons go.
    pub action: String,
    /// The page that the buttons come back to.
    pub back: &'static str,
    /// "I am going in" is offered.
    pub may_go_in: bool,
    /// "I have left" is offered.
    pub may_come_out: bool,
    /// Writing down that it happened is offered, at this address.
    pub record_href: Option<String>,
    /// Calling it off is offered.
    pub may_cancel: bool,
}

/// An answer that may mean danger, and that nobody has seen to.
#[derive(Debug, Clone, Serialize)]
pub struct AlertLine {
    /// "An answer of Peggy Alderthwaite may mean danger, today at 10:42am."
    pub text: String,
    /// What a colleague needs who may not open the case.
    pub detail: Option<String>,
    /// Whom it is about, for the button.
    pub name: String,
    /// The case; none on its own page, and for those who may not open it.
    pub href: Option<String>,
    /// Where "I have seen to it" goes.
    pub action: String,
}

/// A group's answer.
#[derive(Debug, Clone, Serialize)]
pub struct GroupAnswerLine {
    /// The connection.
    pub href: String,
    /// "Walk and Natter said yes to Peggy Alderthwaite".
    pub text: String,
    /// Why not, and when.
    pub detail: String,
    /// It was a yes.
    pub yes: bool,
}

/// The day of somebody who sees their own people.
#[derive(Debug, Clone, Serialize)]
pub struct DayView {
    /// Today's visits, in order.
    pub visits: Vec<VisitCard>,
    /// The whole diary.
    pub diary_href: String,
    /// "You look after Maya Okonkwo's people until 5 December."
    pub covering: Vec<String>,
    /// What groups answered.
    pub answers: Vec<GroupAnswerLine>,
}

/// A colleague who has not said that they are back.
#[derive(Debug, Clone, Serialize)]
pub struct OutLine {
    /// "Maya Okonkwo went in at 10am and wanted to be back by 10:45am."
    pub text: String,
    /// Where.
    pub place: String,
    /// Their telephone.
    pub phone: Option<String>,
    /// Late: others were told.
    pub late: bool,
    /// Who reached them.
    pub answered: Option<String>,
    /// Where "I have reached them" goes.
    pub action: String,
}

/// Something to look at again with somebody.
#[derive(Debug, Clone, Serialize)]
pub struct ReviewLine {
    /// The case.
    pub href: String,
    /// Whom.
    pub name: String,
    /// What.
    pub what: &'static str,
    /// By when.
    pub due: String,
    /// The day has passed.
    pub late: bool,
}

/// A filter of the caseload, with its count.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct Filter {
    pub text: String,
    pub href: String,
    pub current: bool,
}

/// Referrals that wait, above the caseload.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is shown under its own name")]
pub struct Inbox {
    pub text: String,
    pub href: String,
    pub detail: String,
}

/// One line of a caseload.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct CaseloadLine {
    pub href: String,
    pub name: String,
    pub first: bool,
    pub next: String,
    pub due: String,
    pub late: bool,
    pub last_contact: String,
    pub sessions: String,
    pub risk: String,
    pub risk_note: Option<String>,
    pub last: String,
    pub last_quiet: bool,
    pub covered: Option<String>,
}

/// A part of a long list.
#[derive(Debug, Clone, Serialize)]
pub struct ListPages {
    /// "101 to 200 of 1,595".
    pub words: String,
    /// The part before it.
    pub before: Option<String>,
    /// The part after it.
    pub after: Option<String>,
}

/// What needs you now.
#[derive(Debug, Clone, Serialize)]
pub struct CaseloadPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The day.
    pub today: String,
    /// "24 of 30 places used."
    pub room: String,
    /// Referrals that wait.
    pub inbox: Option<Inbox>,
    /// Messages to pass on by hand.
    pub undelivered: Option<Inbox>,
    /// "Your people", or the scheme's.
    pub table_heading: String,
    /// Today's visits, and those who cover or are covered: for somebody who sees their own people.
    pub day: Option<DayView>,
    /// Answers that may mean danger.
    pub alerts: Vec<AlertLine>,
    /// Colleagues who have not said that they are back.
    pub out: Vec<OutLine>,
    /// Plans to look at again, and needs to ask about again.
    pub reviews: Vec<ReviewLine>,
    /// Where somebody is looked up.
    pub find_action: String,
    /// Where people are handed over, and who is away.
    pub cover_href: String,
    /// Filters.
    pub filters: Vec<Filter>,
    /// The last column: how long somebody waits, or whose case it is.
    pub last_column: String,
    /// The lines, most urgent first.
    pub rows: Vec<CaseloadLine>,
    /// Which part of the list it is, where it has more than one page.
    pub pages: Option<ListPages>,
    /// Said when there is none.
    pub empty_text: String,
}

/// One line of the closed cases.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "each field is a column under its own name")]
pub struct ClosedLine {
    pub href: String,
    pub name: String,
    pub outcome: String,
    pub closed: String,
    pub worker: String,
}

/// Closed cases.
#[derive(Debug, Clone, Serialize)]
pub struct ClosedPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the caseload.
    pub back_href: String,
    /// The lines, last closed first.
    pub rows: Vec<ClosedLine>,
}

/// A day of the diary.
#[derive(Debug, Clone, Serialize)]
pub struct DiaryDay {
    /// "Thursday 26 November".
    pub title: String,
    /// It is today.
    pub today: bool,
    /// In order of time.
    pub visits: Vec<VisitCard>,
}

/// A week of visits.
#[derive(Debug, Clone, Serialize)]
pub struct DiaryPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the caseload.
    pub back_href: String,
    /// "23 to 29 November 2026".
    pub week: String,
    /// The week before.
    pub earlier_href: String,
    /// The week after.
    pub later_href: String,
    /// What was just done.
    pub saved: Option<&'static str>,
    /// Its days.
    pub days: Vec<DiaryDay>,
    /// Where the address of the diary is made and ended; none for somebody who has no diary of their own.
    pub feed_action: Option<String>,
    /// A calendar elsewhere may follow it.
    pub has_feed: bool,
    /// The address, just made: the only time that it is seen.
    pub feed: Option<String>,
}

/// Planning a visit.
#[derive(Debug, Clone, Serialize)]
pub struct VisitPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// Where the form goes.
    pub action: String,
    /// Whom.
    pub called: String,
    /// Where they live.
    pub home: Option<String>,
    /// The key of the form.
    pub key: String,
    /// Where they may meet.
    pub kinds: Vec<Choice>,
    /// What was typed.
    pub values: VisitAnswers,
    /// "Send Peggy the day and the time by email"; none where no machine may write.
    pub tell: Option<String>,
    /// It is ticked.
    pub telling: bool,
    /// Where no machine may write: why, and how to reach them.
    pub by_hand: Option<String>,
    /// What is wrong.
    pub problems: Problems,
}

/// Somebody who was found.
#[derive(Debug, Clone, Serialize)]
pub struct FoundLine {
    /// The case.
    pub href: String,
    /// Whom.
    pub name: String,
    /// "born 4 June 1947".
    pub born: String,
    /// Open or closed, whose, and for which group they were found.
    pub detail: String,
}

/// Looking somebody up.
#[derive(Debug, Clone, Serialize)]
pub struct FindPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the caseload.
    pub back_href: String,
    /// Where the form goes.
    pub action: String,
    /// What was typed.
    pub typed: String,
    /// Who was found; none before anything was typed.
    pub found: Option<Vec<FoundLine>>,
    /// There are more than are shown.
    pub more: bool,
    /// Whose cases were looked through.
    pub among: &'static str,
    /// What is wrong.
    pub problems: Problems,
}

/// Days on which somebody is away.
#[derive(Debug, Clone, Serialize)]
pub struct AwayLine {
    /// Who.
    pub name: String,
    /// "1 to 5 December 2026".
    pub days: String,
    /// Who covers.
    pub cover: String,
    /// Where taking it out goes, for those who may.
    pub end_action: Option<String>,
}

/// Who is away, and who covers.
#[derive(Debug, Clone, Serialize)]
pub struct CoverPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the caseload.
    pub back_href: String,
    /// What was just done.
    pub saved: Option<&'static str>,
    /// Who is away, now or later.
    pub away: Vec<AwayLine>,
    /// Where the form goes.
    pub action: String,
    /// Who may be away; none where somebody speaks only for themself.
    pub workers: Option<Vec<Choice>>,
    /// Who may cover.
    pub covers: Vec<Choice>,
    /// Handing people over for good.
    pub hand_over_href: String,
    /// What was typed.
    pub values: AwayAnswers,
    /// What is wrong.
    pub problems: Problems,
}

/// Handing people over for good.
#[derive(Debug, Clone, Serialize)]
pub struct HandOverPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to where one came from.
    pub back_href: String,
    /// Where the form goes.
    pub action: String,
    /// Whose people are shown.
    pub filters: Vec<Filter>,
    /// Who can be handed over.
    pub people: Vec<Choice>,
    /// To whom.
    pub workers: Vec<Choice>,
    /// Whose people are shown, where it is one link worker's.
    pub of: Option<String>,
    /// What was typed.
    pub values: HandOverAnswers,
    /// What is wrong.
    pub problems: Problems,
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl AlertLine {
        pub(crate) fn sample() -> Self {
            Self {
                text: format!("An answer of {LONG} may mean danger, today at 10:42am."),
                detail: Some("Ring Maya Okonkwo".into()),
                name: LONG.into(),
                href: Some("/o/x/cases/1".into()),
                action: "/o/x/cases/1/measures/2/seen".into(),
            }
        }
    }

    impl VisitCard {
        fn sample() -> Self {
            Self {
                time: "10am".into(),
                until: "to 10:45am".into(),
                name: LONG.into(),
                href: "/o/x/cases/1".into(),
                icon: "home",
                place: format!("Home visit, {LONG}"),
                care: Some("Lively dog".into()),
                communication: Some("Large print".into()),
                remember: Some("Bring the leaflet".into()),
                distance: Some("0.8 miles in a straight line from the visit before".into()),
                whose: Some("Maya Okonkwo's diary".into()),
                state: Some("You said you would be back by 10:45am.".into()),
                late: true,
                action: "/o/x/cases/1/visits/2".into(),
                back: "caseload",
                may_go_in: false,
                may_come_out: true,
                record_href: None,
                may_cancel: false,
            }
        }

        fn quiet() -> Self {
            Self {
                care: None,
                communication: None,
                remember: None,
                distance: None,
                whose: None,
                state: None,
                late: false,
                may_go_in: true,
                may_come_out: false,
                record_href: Some("/o/x/cases/1?visit=2#record".into()),
                may_cancel: true,
                ..Self::sample()
            }
        }
    }

    impl CaseloadPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = CaseloadLine {
                href: "/o/x/cases/1".into(),
                name: LONG.into(),
                first: true,
                next: "First call".into(),
                due: "3 days late".into(),
                late: true,
                last_contact: "9 days ago".into(),
                sessions: "4 of 6".into(),
                risk: "known".into(),
                risk_note: Some("Dog".into()),
                last: "No".into(),
                last_quiet: true,
                covered: Some("You cover for Maya Okonkwo".into()),
            };
            let empty = Self {
                frame: frame("What needs you now"),
                today: "Saturday".into(),
                room: "0 of 30".into(),
                inbox: None,
                undelivered: None,
                day: None,
                alerts: vec![],
                out: vec![],
                reviews: vec![],
                find_action: "/o/x/find".into(),
                cover_href: "/o/x/cover".into(),
                table_heading: "Your people".into(),
                filters: vec![Filter { text: "Everyone (0)".into(), href: "?".into(), current: true }],
                last_column: "Waiting".into(),
                rows: vec![],
                pages: None,
                empty_text: "Nobody".into(),
            };
            let pages = ListPages {
                words: "101 to 200 of 1595".into(),
                before: Some("?page=1".into()),
                after: Some("?page=3".into()),
            };
            let inbox =
                Inbox { text: "3 referrals to open".into(), href: "/o/x/referrals".into(), detail: "today".into() };
            let quiet = CaseloadLine {
                first: false,
                covered: None,
                risk_note: None,
                late: false,
                last_quiet: false,
                risk: "none_known".into(),
                ..line.clone()
            };
            let answer = |yes| GroupAnswerLine {
                href: "/o/x/cases/1/connections/3".into(),
                text: format!("Walk and Natter said yes to {LONG}"),
                detail: "Yesterday".into(),
                yes,
            };
            let day = DayView {
                visits: vec![VisitCard::sample(), VisitCard::quiet()],
                diary_href: "/o/x/diary".into(),
                covering: vec!["You look after Maya Okonkwo's people until 5 December.".into()],
                answers: vec![answer(true), answer(false)],
            };
            let out = |answered: Option<&str>| OutLine {
                text: "Maya Okonkwo went in at 10am.".into(),
                place: LONG.into(),
                phone: Some("01632 960 142".into()),
                late: answered.is_none(),
                answered: answered.map(str::to_owned),
                action: "/o/x/visits/2/reached".into(),
            };
            let review = ReviewLine {
                href: "/o/x/cases/1".into(),
                name: LONG.into(),
                what: "Look at the plan again",
                due: "2 days late".into(),
                late: true,
            };
            let (first, last) = (quiet.clone(), quiet.clone());
            let bare = DayView { visits: vec![], covering: vec![], answers: vec![], ..day.clone() };
            vec![
                Self {
                    rows: vec![line, quiet],
                    pages: Some(pages.clone()),
                    undelivered: Some(inbox.clone()),
                    inbox: Some(inbox),
                    day: Some(day),
                    alerts: vec![AlertLine::sample(), AlertLine { href: None, ..AlertLine::sample() }],
                    out: vec![out(None), out(Some("Sam reached them"))],
                    reviews: vec![review],
                    ..empty.clone()
                },
                Self {
                    day: Some(bare),
                    rows: vec![last],
                    pages: Some(ListPages { after: None, ..pages.clone() }),
                    ..empty.clone()
                },
                Self { rows: vec![first], pages: Some(ListPages { before: None, ..pages }), ..empty.clone() },
                empty,
            ]
        }
    }

    impl ClosedPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = ClosedLine {
                href: "/o/x/cases/1".into(),
                name: LONG.into(),
                outcome: "They moved away".into(),
                closed: "9 days ago".into(),
                worker: LONG.into(),
            };
            let empty = Self { frame: frame("Closed"), back_href: "/o/x/caseload".into(), rows: vec![] };
            vec![Self { rows: vec![line], ..empty.clone() }, empty]
        }
    }

    impl DiaryPage {
        pub(crate) fn samples() -> Vec<Self> {
            let day = |visits: Vec<VisitCard>, today| DiaryDay { title: "Thursday".into(), today, visits };
            let full = Self {
                frame: frame("Diary"),
                back_href: "/o/x/caseload".into(),
                week: "23 to 29 November 2026".into(),
                earlier_href: "?from=1".into(),
                later_href: "?from=2".into(),
                saved: Some("The visit is planned."),
                days: vec![day(vec![VisitCard::sample(), VisitCard::quiet()], true), day(vec![], false)],
                feed_action: Some("/o/x/diary".into()),
                has_feed: true,
                feed: Some("https://fingerpost.example/calendar/abc/visits.ics".into()),
            };
            vec![Self { feed: None, saved: None, ..full.clone() }, Self { feed_action: None, ..full.clone() }, full]
        }
    }

    impl VisitPage {
        pub(crate) fn samples() -> Vec<Self> {
            let fields = ["kind", "on", "at", "minutes", "place", "postcode", "remember"];
            let wrong = Self {
                frame: frame("Plan a visit"),
                back_href: "/o/x/cases/1".into(),
                action: "/o/x/cases/1/visits".into(),
                called: LONG.into(),
                home: Some(LONG.into()),
                key: "k".into(),
                kinds: vec![Choice::new("home", "Home visit", true)],
                values: VisitAnswers::default(),
                tell: Some("Send the day and the time".into()),
                telling: true,
                by_hand: None,
                problems: problems(&fields),
            };
            let by_hand = Some("Tell them yourself".to_owned());
            vec![Self { problems: vec![], home: None, tell: None, by_hand, ..wrong.clone() }, wrong]
        }
    }

    impl FindPage {
        pub(crate) fn samples() -> Vec<Self> {
            let empty = Self {
                frame: frame("Find somebody"),
                back_href: "/o/x/caseload".into(),
                action: "/o/x/find".into(),
                typed: LONG.into(),
                found: None,
                more: false,
                among: "your own people",
                problems: problems(&["typed"]),
            };
            let line = FoundLine {
                href: "/o/x/cases/1".into(),
                name: LONG.into(),
                born: "born 4 June 1947".into(),
                detail: "Open".into(),
            };
            let found = Self { found: Some(vec![line]), more: true, problems: vec![], ..empty.clone() };
            vec![Self { found: Some(vec![]), more: false, ..found.clone() }, found, empty]
        }
    }

    impl CoverPage {
        pub(crate) fn samples() -> Vec<Self> {
            let line = |end: Option<&str>| AwayLine {
                name: LONG.into(),
                days: "1 to 5 December 2026".into(),
                cover: "Nobody covers".into(),
                end_action: end.map(str::to_owned),
            };
            let full = Self {
                frame: frame("Who is away"),
                back_href: "/o/x/caseload".into(),
                saved: Some("Saved."),
                away: vec![line(Some("/o/x/cover/1/end")), line(None)],
                action: "/o/x/cover".into(),
                workers: Some(vec![Choice::new("1", LONG, false)]),
                covers: vec![Choice::new("", "Nobody", true)],
                hand_over_href: "/o/x/hand-over".into(),
                values: AwayAnswers::default(),
                problems: problems(&["worker", "from", "until", "cover"]),
            };
            vec![Self { away: vec![], workers: None, saved: None, problems: vec![], ..full.clone() }, full]
        }
    }

    impl HandOverPage {
        pub(crate) fn samples() -> Vec<Self> {
            let full = Self {
                frame: frame("Hand people over"),
                back_href: "/o/x/cover".into(),
                action: "/o/x/hand-over".into(),
                filters: vec![Filter { text: LONG.into(), href: "?".into(), current: true }],
                people: vec![Choice::new("1", LONG, true).hint("Maya Okonkwo. First call, today")],
                workers: vec![Choice::new("2", LONG, false)],
                of: Some("2".into()),
                values: HandOverAnswers::default(),
                problems: problems(&["cases", "to", "note"]),
            };
            vec![Self { filters: vec![], people: vec![], problems: vec![], ..full.clone() }, full]
        }
    }
}
