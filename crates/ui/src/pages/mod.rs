//! The context of every page: plain words, ready to be shown. No page asks a question of its own.
//!
//! Each page has samples: usual, empty, wrong, and with the longest names. A test renders them all.

mod about;
mod admin;
mod ask;
mod became;
mod case;
mod connection;
mod correspondence;
mod day;
mod directory;
mod entry;
mod intake;
mod joined;
mod launch;
mod likeness;
mod measure;
mod plan;
mod qr;
mod refer;
mod retention;
mod signpost;
mod sources;
mod triage;
mod upkeep;
mod wording;

use fingerpost_domain::problem::Problem;
use serde::Serialize;

pub use about::{AboutPage, CharacteristicView};
pub use admin::{
    AccountPage, CountedLine, CountedPage, FlowLine, FlowMonthLine, FlowMonthsPage, FlowPage, InviteValues, MonthLine,
    UserLine, UsersPage, WaitLine,
};
pub use ask::{AskCheckPage, AskPage, AskStartPage, AskStatusPage, PhoneLine};
pub use became::{Bar, BecamePage, CodeLine};
pub use case::{
    Care, CarePage, CasePage, CasePerson, ClosePage, Event, GoalLine, LetterPreview, Matters, NotePage, NoteVersion,
    PlannedVisit, Sessions, WhoPage,
};
pub use connection::{ArrivalFields, ConnectionLine, ConnectionPage, DayFields, GroupPage, OfferPage};
pub use correspondence::{
    ArrivalCardPage, ConsentLine, KnowsLine, MessageLine, MessagesPage, MonthOfVisits, RecordCopyPage, RecordLine,
    RecordPage, RecordSection, RegisterLine, RegisterPage, StopMessagesPage, TellingForm, ToldLine, WhoKnowsPage,
};
pub use day::{
    AlertLine, AwayLine, CaseloadLine, CaseloadPage, ClosedLine, ClosedPage, CoverPage, DayView, DiaryDay, DiaryPage,
    Filter, FindPage, FoundLine, GroupAnswerLine, HandOverPage, Inbox, ListPages, OutLine, ReviewLine, VisitCard,
    VisitPage,
};
pub use directory::{DirectoryPage, ListPage, OfferBeside, Reason, ResultCard, RoomTag, SearchForm, ServicePage};
pub use entry::{
    Account, ChoosePasswordPage, CodePage, MessagePage, PlaceLink, PlacesPage, SignInPage, TextBlock, TextPage,
};
pub use intake::{IntakePage, MeetLine, MeetPage, MeetPosterPage, ProfilePage, ProfilesPage};
pub use joined::{BesideRow, EntrySide, MemberLine, PairCard, SamePage};
pub use launch::{LaunchKeyLine, LaunchKeysPage, LaunchPage};
pub use likeness::{CompareRecordsPage, JoinLine, LikelyLine, LikenessesPage, TakenLine};
pub use measure::{AssessmentLine, MeasureSource, MeasuresPage, PaperPage, PaperQuestion, QuestionPage, ScoreLine};
pub use plan::{CopyStep, GoalView, PlanCopyPage, PlanPage, StepView};
pub use qr::Qr;
pub use refer::{
    CodeToFile, FeedbackView, IntakeNotice, NextSlipPage, Notice, PersonCard, ReferPage, ReferPaperPage, ReferWhoPage,
    RefusalView, SentLine, SentOnePage, SentPage, Step, WorkerView,
};
pub use retention::{DueLine, RetentionOnePage, RetentionPage};
pub use signpost::{
    DoorPage, DoorServicePage, DoorSetUpPage, LastSignpost, NumberedSlip, SignpostPage, SlipPage, SlipsPage,
    TextSlipPage, Tile,
};
pub use sources::{PullLine, SourceLine, SourceNewPage, SourceOnePage, SourceValues, SourcesPage};
pub use triage::{CriterionLine, TriageLine, TriageOnePage, TriagePage, UntoldLine};
pub use upkeep::{
    Difference, EditEntryPage, EntryLetterPage, GapLine, GapsPage, KeepEntryPage, NewEntryPage, StewardEntryPage,
    StewardLine, StewardPage, VersionLine, WrongPage,
};
pub use wording::{WordingLine, WordingPage, WordingsPage};

/// What surrounds every page.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Frame {
    /// The title, without the product's name.
    pub title: String,
    /// The form on the page has problems: said first in the title.
    pub problem: bool,
    /// Who is signed in.
    pub user: Option<String>,
    /// Where they work.
    pub place: Option<PlaceName>,
    /// They work in several places and can change.
    pub several_places: bool,
    /// The menu.
    pub nav: Vec<NavItem>,
    /// The token that every form carries.
    pub csrf: String,
    /// Everything here is invented.
    pub invented: bool,
}

/// The organisation one works in.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceName {
    /// Its name.
    pub name: String,
}

/// One item of the menu.
#[derive(Debug, Clone, Serialize)]
pub struct NavItem {
    /// The words.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// The page that is open.
    pub current: bool,
    /// How many wait behind it.
    pub count: Option<i64>,
}

/// A link with its words.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// The words.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

/// One box or circle to choose.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// The words.
    pub text: String,
    /// Chosen.
    pub checked: bool,
    /// More about it, below.
    pub hint: Option<Text>,
}

/// Text as the NHS components take it.
#[derive(Debug, Clone, Serialize)]
pub struct Text {
    /// The words.
    pub text: String,
}

impl Choice {
    /// A choice without a hint.
    #[must_use]
    pub fn new(value: &str, text: impl Into<String>, checked: bool) -> Self {
        Self { value: value.to_owned(), text: text.into(), checked, hint: None }
    }

    /// The same with a hint; an empty one is none.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.hint = (!text.is_empty()).then_some(Text { text });
        self
    }
}

/// One row of a summary list.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryRow {
    key: Text,
    value: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<RowActions>,
}

/// What can be done about a row, as the NHS component takes it.
#[derive(Debug, Clone, Serialize)]
struct RowActions {
    items: [RowAction; 1],
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RowAction {
    href: String,
    text: &'static str,
    visually_hidden_text: String,
}

impl SummaryRow {
    /// A key and its value.
    #[must_use]
    pub fn new(key: &str, value: impl Into<String>) -> Self {
        Self { key: Text { text: key.to_owned() }, value: Text { text: value.into() }, actions: None }
    }

    /// Both in words, for paper.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        (self.key.text.clone(), self.value.text.clone())
    }

    /// The same with a link that goes back to change it; `what` is said to who cannot see the row.
    #[must_use]
    pub fn change(mut self, href: String, what: &str) -> Self {
        self.actions =
            Some(RowActions { items: [RowAction { href, text: "Change", visually_hidden_text: what.to_owned() }] });
        self
    }
}

/// The problems of a form, as a page shows them.
pub type Problems = Vec<Problem>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ui;
    use crate::testing::draw;

    #[test]
    fn every_page_is_drawn_with_each_of_its_samples() {
        let ui = Ui::load([]).unwrap();
        let drawn = draw(&ui, SignInPage::samples())
            + draw(&ui, CodePage::samples())
            + draw(&ui, ChoosePasswordPage::samples())
            + draw(&ui, MessagePage::samples())
            + draw(&ui, TextPage::samples())
            + draw(&ui, PlacesPage::samples())
            + draw(&ui, LaunchPage::samples())
            + draw(&ui, LaunchKeysPage::samples())
            + draw(&ui, AskStartPage::samples())
            + draw(&ui, AskPage::samples())
            + draw(&ui, AskCheckPage::samples())
            + draw(&ui, AskStatusPage::samples())
            + draw(&ui, AccountPage::samples())
            + draw(&ui, ReferWhoPage::samples())
            + draw(&ui, ReferPaperPage::samples())
            + draw(&ui, ReferPage::samples())
            + draw(&ui, SentPage::samples())
            + draw(&ui, SentOnePage::samples())
            + draw(&ui, NextSlipPage::samples())
            + draw(&ui, WordingsPage::samples())
            + draw(&ui, WordingPage::samples())
            + draw(&ui, TriagePage::samples())
            + draw(&ui, TriageOnePage::samples())
            + draw(&ui, CaseloadPage::samples())
            + draw(&ui, DiaryPage::samples())
            + draw(&ui, VisitPage::samples())
            + draw(&ui, FindPage::samples())
            + draw(&ui, CoverPage::samples())
            + draw(&ui, HandOverPage::samples())
            + draw(&ui, CasePage::samples())
            + draw(&ui, CarePage::samples())
            + draw(&ui, WhoPage::samples())
            + draw(&ui, SignpostPage::samples())
            + draw(&ui, SlipPage::samples())
            + draw(&ui, SlipsPage::samples())
            + draw(&ui, TextSlipPage::samples())
            + draw(&ui, DoorPage::samples())
            + draw(&ui, DoorServicePage::samples())
            + draw(&ui, DoorSetUpPage::samples())
            + draw(&ui, AboutPage::samples())
            + draw(&ui, MeasuresPage::samples())
            + draw(&ui, QuestionPage::samples())
            + draw(&ui, PaperPage::samples())
            + draw(&ui, OfferPage::samples())
            + draw(&ui, ConnectionPage::samples())
            + draw(&ui, GroupPage::samples())
            + draw(&ui, RegisterPage::samples())
            + draw(&ui, ArrivalCardPage::samples())
            + draw(&ui, WhoKnowsPage::samples())
            + draw(&ui, MessagesPage::samples())
            + draw(&ui, StopMessagesPage::samples())
            + draw(&ui, RecordPage::samples())
            + draw(&ui, RecordCopyPage::samples())
            + draw(&ui, DirectoryPage::samples())
            + draw(&ui, ListPage::samples())
            + draw(&ui, EditEntryPage::samples())
            + draw(&ui, EntryLetterPage::samples())
            + draw(&ui, GapsPage::samples())
            + draw(&ui, KeepEntryPage::samples())
            + draw(&ui, StewardEntryPage::samples())
            + draw(&ui, SourcesPage::samples())
            + draw(&ui, SourceNewPage::samples())
            + draw(&ui, SourceOnePage::samples())
            + draw(&ui, NewEntryPage::samples())
            + draw(&ui, StewardPage::samples())
            + draw(&ui, SamePage::samples())
            + draw(&ui, LikenessesPage::samples())
            + draw(&ui, CompareRecordsPage::samples())
            + draw(&ui, WrongPage::samples())
            + draw(&ui, ServicePage::samples())
            + draw(&ui, PlanPage::samples())
            + draw(&ui, PlanCopyPage::samples())
            + draw(&ui, ClosedPage::samples())
            + draw(&ui, NotePage::samples())
            + draw(&ui, ClosePage::samples())
            + draw(&ui, UsersPage::samples())
            + draw(&ui, RetentionPage::samples())
            + draw(&ui, RetentionOnePage::samples())
            + draw(&ui, FlowPage::samples())
            + draw(&ui, FlowMonthsPage::samples())
            + draw(&ui, CountedPage::samples())
            + draw(&ui, BecamePage::samples())
            + draw(&ui, IntakePage::samples())
            + draw(&ui, ProfilesPage::samples())
            + draw(&ui, ProfilePage::samples())
            + draw(&ui, MeetPage::samples())
            + draw(&ui, MeetPosterPage::samples());
        assert!(drawn > 30);
        let templates = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap().count();
        assert_eq!(templates, 87 + 3, "a template without a page, or a page without samples here");
    }

    #[test]
    fn a_problem_is_said_in_the_summary_and_beside_its_field() {
        let ui = Ui::load([]).unwrap();
        let html = ui.render(&ReferWhoPage::samples()[0]).unwrap();
        for field in ["given", "born", "phone"] {
            assert_eq!(
                html.matches(&format!("Mend the {field}<")).count()
                    + html.matches(&format!("Mend the {field}\n")).count(),
                2,
                "{field}"
            );
        }
        assert!(html.contains("href=\"#born-day\"") && html.contains("id=\"born-day\""));
    }

    #[test]
    fn templates_never_mark_a_string_safe() {
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap() {
            let path = entry.unwrap().path();
            let source = std::fs::read_to_string(&path).unwrap();
            assert!(!source.contains("|safe") && !source.contains("| safe"), "{}", path.display());
            assert!(!source.contains("autoescape"), "{}", path.display());
        }
    }

    #[test]
    fn the_prefilled_form_has_at_most_seven_visible_fields() {
        let ui = Ui::load([]).unwrap();
        let html = ui.render(&ReferPage::samples()[0]).unwrap();
        let form = html.split("<form class=\"fp-form\"").nth(1).unwrap().split("</form>").next().unwrap();
        let questions = |part: &str| {
            part.matches("<fieldset").count()
                + part.matches("<textarea").count()
                + part.matches("class=\"nhsuk-input").count()
        };
        // What a closed fold hides is there on need.
        let folds = form.split("<details class=\"nhsuk-details\">").skip(1);
        let folded: usize = folds.map(|fold| questions(fold.split("</details>").next().unwrap())).sum();
        assert_eq!((questions(form) - folded, folded), (7, 3));
    }
}
