//! Usual, empty, wrong, and with the longest names.

use super::*;
use fingerpost_ui::testing::{LONG, frame, problems};

impl ClinicianSurveysPage {
    pub(crate) fn samples() -> Vec<Self> {
        let line = ClinicianSurveyLine { title: LONG.into(), href: "/s".into(), detail: "24 of 40".into() };
        let usual = Self {
            frame: frame("Surveys"),
            back_href: "/b".into(),
            new_href: "/new".into(),
            surveys: vec![line],
            own: vec![Link { text: LONG.into(), href: "/q".into() }],
            own_href: "/q/new".into(),
        };
        vec![Self { surveys: vec![], own: vec![], ..usual.clone() }, usual]
    }
}

impl NewClinicianSurveyPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("New"),
            back_href: "/b".into(),
            action: "/a".into(),
            id: "1".into(),
            approaches: vec![Choice::new("reflexive", "Reflexive", true)],
            questions: vec![LONG.into()],
            sets: vec![Choice::new("", "Ours", true)],
            values: ClinicianSurveyValues::default(),
            problems: vec![],
        };
        let fields = ["title", "approach", "practices", "invited", "closes", "ways", "questions", "prize"];
        vec![Self { problems: problems(&fields), ..usual.clone() }, usual]
    }
}

impl ClinicianSurveyPage {
    pub(crate) fn samples() -> Vec<Self> {
        let answer = AnswerLine {
            label: LONG.into(),
            count: 3,
            percent: 13,
            share: "13%".into(),
            groups: vec!["3".into(), "Fewer than 5".into()],
        };
        let closed = ClosedTable {
            id: "frequency".into(),
            text: LONG.into(),
            note: "23 answered".into(),
            groups: vec!["GP (12)".into(), "Nurse".into()],
            answers: vec![answer],
        };
        let open = |href: Option<&str>| OpenLine {
            text: LONG.into(),
            detail: "23 wrote something".into(),
            read_href: href.map(str::to_owned),
            matrix_href: href.map(str::to_owned),
        };
        let insight = InsightLine {
            words: LONG.into(),
            kind: "Barrier",
            barrier: true,
            evidence: "Theme: time".into(),
            strength: "Weak",
            drop_action: "/d".into(),
        };
        let usual = Self {
            frame: frame("Survey"),
            back_href: "/b".into(),
            saved: Some("Saved".into()),
            title: LONG.into(),
            rate: vec!["24 of 40 answered".into()],
            notes: vec!["Remind".into()],
            ended: false,
            routes: vec![RouteLine {
                name: "E-mail".into(),
                address: "https://x/survey/1".into(),
                qr: fingerpost_ui::pages::Qr::default(),
                answered: "3".into(),
                invitation: LONG.into(),
                reminder: LONG.into(),
            }],
            action: "/a".into(),
            values: ClinicianSurveyValues::default(),
            splits: vec![Choice::new("/x?by=job", "By role", false), Choice::new("/x", "All", true)],
            split_note: Some("Small groups are hidden".into()),
            closed: vec![ClosedTable { answers: vec![], ..closed.clone() }, closed],
            open: vec![open(Some("/r")), open(None)],
            rarity: Some("2 of 820".into()),
            contacts: "820".into(),
            contacts_action: "/contacts".into(),
            colleagues_href: "/colleagues".into(),
            interviews: "Two.".into(),
            interviews_href: "/i".into(),
            draw: Some(DrawView {
                prize: LONG.into(),
                words: "Drawn".into(),
                winner: Some("a@b.example".into()),
                action: Some("/d".into()),
            }),
            insights: vec![insight],
            insight_action: "/i".into(),
            insight_id: "1".into(),
            insight_words: String::new(),
            kinds: vec![Choice::new("barrier", "Barrier", false)],
            strengths: vec![Choice::new("weak", "Weak", false)],
            evidence: vec![Choice::new("", "Choose", true)],
            table_href: Some("/t.csv".into()),
            report_href: Some("/r.pdf".into()),
            problems: vec![],
        };
        let fresh = Self {
            saved: None,
            draw: None,
            rarity: None,
            notes: vec![],
            splits: vec![],
            split_note: None,
            closed: vec![],
            insights: vec![],
            evidence: vec![],
            table_href: None,
            report_href: None,
            ..usual.clone()
        };
        let fields = ["invited", "closes", "words", "kind", "strength", "evidence", "contacts"];
        let ended = Self { ended: true, ..usual.clone() };
        vec![Self { problems: problems(&fields), ..usual.clone() }, fresh, ended, usual]
    }
}

impl ReadingPage {
    pub(crate) fn samples() -> Vec<Self> {
        let line = |current| ReadLine { name: "Respondent 1".into(), href: "/r".into(), read: true, current };
        let usual = Self {
            frame: frame("Reading"),
            back_href: "/b".into(),
            saved: true,
            question: LONG.into(),
            progress: "1 of 23".into(),
            action: "/a".into(),
            name: Some("Respondent 2".into()),
            response: "1".into(),
            words: LONG.into(),
            themes: vec![Choice::new("1", LONG, true).hint("When it is there")],
            memo: String::new(),
            theme_action: "/t".into(),
            published: true,
            label: String::new(),
            meaning: "It is there when".into(),
            answers: vec![line(false), line(true)],
            matrix_href: "/m".into(),
            problems: vec![],
        };
        let done = Self { name: None, saved: false, themes: vec![], published: false, ..usual.clone() };
        vec![Self { problems: problems(&["label", "definition", "memo"]), ..usual.clone() }, done, usual]
    }
}

impl MatrixPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Matrix"),
            back_href: "/b".into(),
            question: LONG.into(),
            agreement: "Not sought".into(),
            saturation: Some("Two".into()),
            themes: vec![(LONG.into(), "2 of 3".into())],
            rows: vec![MatrixRow { name: "Respondent 1".into(), found: vec![true] }],
            memos: vec![("Helen, of respondent 1".into(), LONG.into())],
        };
        let empty = Self { saturation: None, themes: vec![], rows: vec![], memos: vec![], ..usual.clone() };
        vec![usual, empty]
    }
}

impl ColleaguesPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Colleagues"),
            back_href: "/b".into(),
            saved: true,
            survey: LONG.into(),
            written: "12 colleagues".into(),
            until: "9 December 2026".into(),
            action: Some("/a".into()),
            addresses: String::new(),
            problems: vec![],
        };
        let ended = Self { action: None, saved: false, ..usual.clone() };
        vec![Self { problems: problems(&["addresses"]), ..usual.clone() }, ended, usual]
    }
}
