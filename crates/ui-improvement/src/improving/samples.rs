//! Usual, empty, wrong, and with the longest names.

use super::*;
use fingerpost_ui::testing::{LONG, frame, problems};

impl QuestionsBeginPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Questions"),
            back_href: "/b".into(),
            action: "/a".into(),
            id: "1".into(),
            title: LONG.into(),
            beginnings: vec![Choice::new("nothing", "Nothing", false)],
            problems: vec![],
        };
        vec![Self { problems: problems(&["title", "beginning"]), ..usual.clone() }, usual]
    }
}

impl QuestionsPage {
    pub(crate) fn samples() -> Vec<Self> {
        let line = |only_if: Option<&str>, first| QuestionLine {
            text: LONG.into(),
            kind: "Choose one answer",
            detail: "Yes, no".into(),
            only_if: only_if.map(str::to_owned),
            href: "/q".into(),
            action: "/a".into(),
            first,
            last: !first,
        };
        let usual = Self {
            frame: frame("Questions"),
            back_href: "/b".into(),
            saved: true,
            title: LONG.into(),
            read: 1,
            questions: vec![line(None, true), line(Some("Only if"), false)],
            add_href: "/new".into(),
            use_href: Some("/use".into()),
            drop_action: "/d".into(),
            problems: vec![],
        };
        let empty = Self { questions: vec![], use_href: None, saved: false, ..usual.clone() };
        vec![Self { problems: problems(&["questions"]), ..usual.clone() }, empty, usual]
    }
}

impl QuestionEditPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Question"),
            back_href: "/b".into(),
            action: "/a".into(),
            read: 1,
            kinds: vec![Choice::new("words", "Their own words", true)],
            after: vec![Choice::new("", "Always", true)],
            values: QuestionAnswers { text: LONG.into(), ..QuestionAnswers::default() },
            problems: vec![],
        };
        let fields = ["text", "kind", "options", "steps", "low", "high", "unit", "largest", "after"];
        let first = Self { after: vec![], ..usual.clone() };
        vec![Self { problems: problems(&fields), ..usual.clone() }, first, usual]
    }
}

impl InterviewsPage {
    pub(crate) fn samples() -> Vec<Self> {
        let passage = PassageView {
            words: LONG.into(),
            hidden: false,
            found: "Not seen".into(),
            id: "1".into(),
            themes: vec![Choice::new("1", LONG, true)],
            action: "/p".into(),
        };
        let interview = |href: Option<&str>, passages| InterviewView {
            name: "Interview 1".into(),
            detail: "GP, 20 November".into(),
            href: href.map(str::to_owned),
            forget_action: "/f".into(),
            passages,
        };
        let usual = Self {
            frame: frame("Interviews"),
            back_href: "/b".into(),
            saved: true,
            survey: LONG.into(),
            new_href: "/new".into(),
            interviews: vec![interview(Some("/i"), vec![passage]), interview(None, vec![])],
            themes: vec![CountBar { label: LONG.into(), count: 2, percent: 66 }],
            theme_action: "/t".into(),
            label: String::new(),
            meaning: String::new(),
            problems: vec![],
        };
        let empty = Self { interviews: vec![], themes: vec![], saved: false, ..usual.clone() };
        vec![Self { problems: problems(&["label", "definition"]), ..usual.clone() }, empty, usual]
    }
}

impl InterviewPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Interview"),
            back_href: "/b".into(),
            heading: "Interview 1".into(),
            action: "/a".into(),
            id: "1".into(),
            read: 1,
            values: InterviewAnswers { quoted: "yes".into(), notes: LONG.into(), ..InterviewAnswers::default() },
            standing: true,
            passage_id: "2".into(),
            passage: String::new(),
            themes: vec![Choice::new("1", LONG, true)],
            taken: vec![LONG.into()],
            problems: vec![],
        };
        let fresh = Self { standing: false, taken: vec![], themes: vec![], ..usual.clone() };
        let fields = ["on", "job", "agreed", "quoted", "notes", "passage"];
        vec![Self { problems: problems(&fields), ..usual.clone() }, fresh, usual]
    }
}

impl MonitoringPage {
    pub(crate) fn samples() -> Vec<Self> {
        let line = |act: Option<&str>| WatchLine {
            day: "3 November 2026".into(),
            seen: LONG.into(),
            act: act.map(str::to_owned),
            drop_action: "/d".into(),
        };
        let usual = Self {
            frame: frame("Monitoring"),
            back_href: "/b".into(),
            saved: true,
            project: LONG.into(),
            counted: vec!["September 2026: 21 referred".into()],
            lines: vec![line(Some(LONG)), line(None)],
            action: "/a".into(),
            id: "1".into(),
            values: WatchedAnswers::default(),
            problems: vec![],
        };
        let empty = Self { counted: vec![], lines: vec![], saved: false, ..usual.clone() };
        vec![Self { problems: problems(&["on", "seen", "act", "who"]), ..usual.clone() }, empty, usual]
    }
}

impl ClaimsPage {
    pub(crate) fn samples() -> Vec<Self> {
        let claim = ClaimView {
            code: "carbon",
            label: "Carbon dioxide",
            unit: "kg CO2e",
            values: FactorAnswers {
                value: "9.9".into(),
                source: LONG.into(),
                printed: true,
                ..FactorAnswers::default()
            },
        };
        let usual = Self {
            frame: frame("Claims"),
            back_href: "/b".into(),
            saved: true,
            action: "/a".into(),
            claims: vec![claim],
            problems: vec![],
        };
        let fields = ["value-carbon", "lower-carbon", "upper-carbon", "source-carbon"];
        vec![Self { problems: problems(&fields), saved: false, ..usual.clone() }, usual]
    }
}

impl FoundListPage {
    pub(crate) fn samples() -> Vec<Self> {
        let person = |since: Option<&str>| FoundPerson {
            number: "A1".into(),
            reasons: "Comes often, Carer".into(),
            contacts: since.is_some().then_some(31),
            offered: vec![Choice::new("", "Nothing yet", true)],
            was: "",
            since: since.map(str::to_owned),
        };
        let bar = CountBar { label: "Comes often".into(), count: 12, percent: 40 };
        let usual = Self {
            frame: frame("Who could be referred?"),
            back_href: "/b".into(),
            saved: Some("Saved.".into()),
            action: "/a".into(),
            about: Some("30 people".into()),
            done: "12 of 30".into(),
            lost: "30 people".into(),
            groups: vec![bar.clone()],
            offered: vec![bar],
            people: vec![person(Some("3 November")), person(None)],
            before_href: Some("/1".into()),
            after_href: Some("/3".into()),
            columns: vec!["number", "contacts"],
            values: FindingAnswers { often: "12".into(), pasted: String::new() },
            problems: vec![],
        };
        let empty = Self { about: None, people: vec![], groups: vec![], offered: vec![], saved: None, ..usual.clone() };
        let last = Self { before_href: None, after_href: None, ..usual.clone() };
        vec![Self { problems: problems(&["often", "pasted"]), ..usual.clone() }, empty, last, usual]
    }
}
