//! Usual, empty, wrong, and with the longest names.

use fingerpost_domain::Date;

use super::*;
use crate::chart::MonthPoint;
use fingerpost_ui::testing::{LONG, anonymous, frame, problems};

fn finding() -> FindingView {
    FindingView { icon: "ask", head: "Too early to say.", text: "22% more a month.".into(), how: "A ratio.".into() }
}

fn chart() -> Option<MonthChart> {
    let point = |month: i8, value: f64| MonthPoint {
        month: Date::constant(2026, month, 1),
        value,
        count: usize::from(month > 8),
        after: month > 8,
    };
    let points = [point(5, 18.0), point(6, 17.0), point(9, 21.0)];
    let words = ("T".to_owned(), "D".to_owned(), "C".to_owned());
    MonthChart::drawn(&points, (26.0, Some(18.0), Some(Date::constant(2026, 9, 3))), false, words)
}

impl ProjectsPage {
    pub(crate) fn samples() -> Vec<Self> {
        let line = ProjectLine { title: LONG.into(), href: "/p".into(), goal: "26".into(), done: "4 of 7".into() };
        let usual = Self {
            frame: frame("Improvement"),
            surveys_href: "/s".into(),
            found_href: Some("/f".into()),
            claims_href: "/c".into(),
            new_href: "/new".into(),
            rolled_up: Some("7 projects".into()),
            projects: vec![line],
        };
        vec![Self { projects: vec![], rolled_up: None, ..usual.clone() }, usual]
    }
}

impl ProjectPage {
    pub(crate) fn samples() -> Vec<Self> {
        let step = |href: Option<&str>, state, tag| StepLine {
            title: LONG.into(),
            href: href.map(str::to_owned),
            hint: "May to July".into(),
            state,
            tag,
        };
        let staff = StaffView {
            rate: vec!["23 of 31".into()],
            lines: vec![StaffLine {
                text: LONG.into(),
                before: "9 of 23".into(),
                after: "12 of 14".into(),
                twice: String::new(),
            }],
            how: "McNemar".into(),
            written: vec![WrittenBlock { question: "Why?".into(), words: vec![LONG.into()] }],
        };
        let usual = Self {
            frame: frame("Project"),
            training_href: Some("/t".into()),
            months_href: Some("/months".into()),
            monitored: "2 lines.".into(),
            monitoring_href: "/m".into(),
            list_href: "/l".into(),
            saved: Some("Saved".into()),
            led_by: LONG.into(),
            title: LONG.into(),
            goal: "From 18 to 26".into(),
            facts: vec![("Started at".into(), "18 a month".into())],
            fair: vec![("Specific", LONG.into())],
            goal_href: "/g".into(),
            done: "1 of 3 done.".into(),
            next: "Next: count again.".into(),
            steps: vec![
                step(Some("/1"), "Done", None),
                step(Some("/2"), "Ready to start", Some("white")),
                step(None, "Cannot start yet", None),
            ],
            warnings: vec!["Another project".into()],
            finding: Some(finding()),
            outcome: Some("Not reached yet".into()),
            chart: chart(),
            staff: Some(staff),
            evidence_href: Some("/e.pdf".into()),
            certificate: true,
            counts_href: Some("/c.csv".into()),
            copy_action: "/copy".into(),
            copy_id: "1".into(),
            copy_to: vec![Choice::new("x", LONG, false)],
        };
        let begun = Self {
            saved: None,
            facts: vec![],
            warnings: vec![],
            finding: None,
            outcome: None,
            chart: None,
            staff: None,
            evidence_href: None,
            certificate: false,
            counts_href: None,
            copy_to: vec![],
            ..usual.clone()
        };
        let counted = Self { certificate: false, finding: None, outcome: None, ..usual.clone() };
        vec![usual, begun, counted]
    }
}

impl GoalPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Goal"),
            back_href: "/b".into(),
            action: "/a".into(),
            fresh: true,
            id: "1".into(),
            read: String::new(),
            measures: vec![Choice::new("referrals", "People referred", true)],
            values: GoalAnswers::default(),
            problems: vec![],
        };
        let fields = ["title", "led_by", "measured", "what", "target", "by", "achievable", "relevant", "balance"];
        vec![Self { fresh: false, problems: problems(&fields), ..usual.clone() }, usual]
    }
}

impl ChangePage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Change"),
            back_href: "/b".into(),
            action: "/a".into(),
            read: String::new(),
            workers: vec![LONG.into(), "Maya".into()],
            values: ChangeAnswers::default(),
            problems: vec![],
        };
        let fields = ["what", "on", "agenda", "invited", "came", "missed"];
        vec![Self { workers: vec![], problems: problems(&fields), ..usual.clone() }, usual]
    }
}

impl PeriodPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Count"),
            back_href: "/b".into(),
            action: "/a".into(),
            heading: "Count where you start".into(),
            lede: "Three months".into(),
            standing: Some("54".into()),
            sources: vec![Choice::new("counted", "Fingerpost", true)],
            values: PeriodAnswers::default(),
            problems: vec![],
        };
        vec![Self { standing: None, problems: problems(&["source", "month", "months"]), ..usual.clone() }, usual]
    }
}

impl NumbersPage {
    pub(crate) fn samples() -> Vec<Self> {
        let month = MonthField { number: 1, name: "May 2026".into(), count: "18".into(), of: "20".into() };
        let usual = Self {
            frame: frame("Numbers"),
            back_href: "/b".into(),
            action: "/a".into(),
            heading: "Type the numbers".into(),
            what: "Referrals".into(),
            share: false,
            period: PeriodAnswers { source: "typed".into(), ..PeriodAnswers::default() },
            months: vec![month],
            pasted: String::new(),
            problems: vec![],
        };
        let share = Self { share: true, problems: problems(&["count-1", "of-1"]), ..usual.clone() };
        let period = PeriodAnswers { source: "export".into(), ..PeriodAnswers::default() };
        let export = Self { period, problems: problems(&["pasted"]), ..usual.clone() };
        vec![usual, share, export]
    }
}

impl StudyPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Study"),
            back_href: "/b".into(),
            action: "/a".into(),
            read: String::new(),
            finding: Some(finding()),
            values: StudyAnswers::default(),
            problems: vec![],
        };
        vec![Self { finding: None, problems: problems(&["learned", "decided", "third_month"]), ..usual.clone() }, usual]
    }
}

impl SurveyPage {
    pub(crate) fn samples() -> Vec<Self> {
        let route = RouteLine {
            name: LONG.into(),
            address: "https://x/survey/1".into(),
            qr: Qr::default(),
            answered: "3".into(),
            invitation: LONG.into(),
            reminder: LONG.into(),
        };
        let usual = Self {
            frame: frame("Survey"),
            back_href: "/b".into(),
            action: "/a".into(),
            heading: "Ask staff before",
            saved: true,
            ended: false,
            routes: vec![route],
            colleagues_href: Some("/colleagues".into()),
            rate: Some("3 of 31".into()),
            notes: vec!["Remind".into()],
            questions: vec!["Q".into()],
            invited: "31".into(),
            closes_day: "1".into(),
            closes_month: "2".into(),
            closes_year: "2027".into(),
            ways: String::new(),
            problems: vec![],
        };
        let fresh = Self {
            saved: false,
            routes: vec![],
            rate: None,
            notes: vec![],
            problems: problems(&["invited", "closes", "ways"]),
            ..usual.clone()
        };
        let ended = Self { saved: false, ended: true, ..usual.clone() };
        vec![usual, fresh, ended]
    }
}

impl StaffSurveyPage {
    pub(crate) fn samples() -> Vec<Self> {
        let question = |code: &str, kind| SurveyQuestion {
            code: code.into(),
            text: LONG.into(),
            kind,
            options: vec![Choice::new("yes", "Yes", false)],
            numbers: vec![1, 2, 3, 4, 5],
            low: "no".into(),
            high: "yes".into(),
            value: "3".into(),
            only_if: Some("If you came".into()),
        };
        let usual = Self {
            frame: anonymous("Survey"),
            action: "/survey/1".into(),
            key: "1".into(),
            heading: "Where we start".into(),
            about: "Two minutes.".into(),
            organisation: LONG.into(),
            closes: "Friday".into(),
            code_hint: Some("EL07"),
            code: String::new(),
            agrees: false,
            questions: vec![
                question("a", "scale"),
                question("b", "choice"),
                question("c", "words"),
                question("d", "select"),
            ],
            problems: vec![],
        };
        vec![Self { problems: problems(&["a", "b", "c", "d", "agrees"]), code_hint: None, ..usual.clone() }, usual]
    }
}

impl SurveyThanksPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: anonymous("Thank you"),
            action: Some("/survey/1/x".into()),
            withdrawn: false,
            organisation: LONG.into(),
            prize: Some(LONG.into()),
            enter_action: Some("/survey/1/x/draw".into()),
            enter_csrf: "t".into(),
            draw_words: "You are in it",
            email: String::new(),
            problems: vec![],
        };
        let entered = Self { enter_action: None, ..usual.clone() };
        let none = Self { prize: None, ..usual.clone() };
        let wrong = Self { problems: problems(&["email"]), ..usual.clone() };
        vec![wrong, entered, none, Self { withdrawn: true, action: None, ..usual.clone() }, usual]
    }
}

impl TrainingPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Talk"),
            back_href: "/b".into(),
            change_href: "/c".into(),
            what: LONG.into(),
            when: "Thursday 3 September 2026".into(),
            place: LONG.into(),
            agenda: vec![LONG.into()],
            stories: Some(LONG.into()),
            workers: vec![LONG.into()],
            here: vec![LONG.into()],
            directory_href: "/d".into(),
            missed: Some(LONG.into()),
            missed_link: Some("https://recordings.example/talk".into()),
            came: Some("27 of 31 came".into()),
        };
        let bare = Self {
            agenda: vec![],
            stories: None,
            workers: vec![],
            here: vec![],
            missed: None,
            missed_link: None,
            came: None,
            ..usual.clone()
        };
        vec![bare, usual]
    }
}

impl MonthsPage {
    pub(crate) fn samples() -> Vec<Self> {
        let usual = Self {
            frame: frame("Months"),
            back_href: "/b".into(),
            project: LONG.into(),
            told: "Something moved".into(),
            chart: chart(),
            months: vec![("May 2026".into(), 18)],
            table_href: "/t".into(),
        };
        vec![Self { chart: None, months: vec![], ..usual.clone() }, usual]
    }
}
