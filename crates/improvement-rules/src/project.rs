//! Improvement projects: a practice counts the people it refers, asks its staff, changes something, counts again, studies together what
//! came of it, and counts a third time to see whether it lasted.
//!
//! Months are whole: a count begins on the first of one and ends with the last day of another that is over. What was counted before a
//! change and what was counted after it never share a month.

mod answers;
mod counting;

use jiff::Span;
use jiff::civil::Date;

pub(crate) use answers::whole;
pub use answers::{ChangeAnswers, GoalAnswers, PeriodAnswers, StudyAnswers};
pub use counting::{dated_count, typed_count};

use fingerpost_domain::calendar::plus_days;
use fingerpost_domain::measure::Moment;
use fingerpost_domain::text::{Line, Note};

fingerpost_domain::coded! {
    /// What the goal is measured by.
    pub enum Measured {
        /// Referrals to the link worker, a month.
        Referrals = "referrals",
        /// A share of something: leaflets in nine of ten packs.
        Share = "share",
    }
}

fingerpost_domain::coded! {
    /// Which of the three counts.
    pub enum Stage {
        /// Where one starts.
        Baseline = "baseline",
        /// One to two months after the change.
        Repeat = "repeat",
        /// Four to six months after the change.
        Third = "third",
    }
}

fingerpost_domain::coded! {
    /// Who counted.
    pub enum CountSource {
        /// Fingerpost, from its own referrals.
        Counted = "counted",
        /// Somebody, who typed the numbers.
        Typed = "typed",
        /// Fingerpost, from dates that a clinical system gave out.
        Export = "export",
    }
}

impl CountSource {
    /// Who counted, as a sentence without its stop.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Counted => "Counted by Fingerpost",
            Self::Typed => "Typed in",
            Self::Export => "Counted from dates of the clinical system",
        }
    }
}

impl Stage {
    /// Months that are proposed.
    #[must_use]
    pub const fn usual_months(self) -> u8 {
        match self {
            Self::Baseline => 3,
            Self::Repeat | Self::Third => 2,
        }
    }
}

/// Most projects plan a change about this far ahead, in days.
const A_QUARTER: i64 = 91;
/// And give themselves this long.
const HALF_A_YEAR: i64 = 182;
/// Months of one count at most.
pub const MOST_MONTHS: u8 = 12;
/// The largest number of one month.
pub const LARGEST_COUNT: u32 = 100_000;
/// A third count comes so many months after that of the change.
const LASTED_AFTER: i64 = 4;
/// And at most so many.
const LASTED_AT_MOST: i64 = 12;

/// What a project wants, made specific, measurable, achievable, relevant and timed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// What the project is called.
    pub title: Line<120>,
    /// Who leads it.
    pub led_by: Line<160>,
    /// What it is measured by.
    pub measured: Measured,
    /// Referrals a month, or a share in hundredths.
    pub target: u32,
    /// What has the share: "new-registration packs with the leaflet in them". Always there for a share.
    pub what: Option<Line<160>>,
    /// The day by which.
    pub by: Date,
    /// What makes it possible.
    pub achievable: Option<Note<1000>>,
    /// Why it matters.
    pub relevant: Option<Note<1000>>,
    /// What must not get worse by it.
    pub balance: Option<Line<160>>,
}

/// What is changed: most often a talk by the link worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The day of it, or on which it began.
    pub on: Date,
    /// "a 20 minute talk by Maya".
    pub what: Line<160>,
    /// What was, or will be, talked about.
    pub agenda: Option<Note<2000>>,
    /// True stories of near here, by which nobody can be known.
    pub stories: Option<Note<3000>>,
    /// Who was invited.
    pub invited: Option<u32>,
    /// Who came.
    pub came: Option<u32>,
    /// What those who missed it got instead.
    pub missed: Option<Note<1000>>,
    /// Where they find it, such as a recording: an address that begins with https.
    pub missed_link: Option<Line<300>>,
}

/// One month of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthCount {
    /// Its first day.
    pub month: Date,
    /// How many.
    pub count: u32,
    /// Of how many; there for a share only.
    pub of: Option<u32>,
}

/// A count of whole months, in their order, without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Who counted.
    pub source: CountSource,
    /// The months; never empty.
    pub months: Vec<MonthCount>,
}

impl Count {
    /// All months together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.months.iter().map(|month| u64::from(month.count)).sum()
    }

    /// What they are a share of, together.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.months.iter().filter_map(|month| month.of).map(u64::from).sum()
    }

    /// The months it covers.
    #[must_use]
    pub fn period(&self) -> Option<Period> {
        let first = self.months.first()?.month;
        Some(Period { first, months: u8::try_from(self.months.len()).ok()? })
    }
}

/// Whole months, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day of the first.
    pub first: Date,
    /// How many: 1 to [`MOST_MONTHS`].
    pub months: u8,
}

fn later(month: Date, months: i64) -> Date {
    month.saturating_add(Span::new().months(months))
}

impl Period {
    /// The first day after it.
    #[must_use]
    pub fn end(self) -> Date {
        later(self.first, i64::from(self.months))
    }

    /// The first day of each of its months.
    pub fn each(self) -> impl Iterator<Item = Date> {
        (0..i64::from(self.months)).map(move |at| later(self.first, at))
    }

    /// Its days.
    #[must_use]
    pub fn days(self) -> i64 {
        fingerpost_domain::calendar::days_between(self.first, self.end())
    }
}

/// What was made of the counts together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Studied {
    /// What was learned.
    pub learned: Note<4000>,
    /// What was decided.
    pub decided: Note<4000>,
    /// The first month of the third count.
    pub third_from: Date,
}

/// A project as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// What it wants.
    pub goal: Goal,
    /// What is changed.
    pub change: Option<Change>,
    /// What was counted, in the order of [`Stage::ALL`].
    pub counts: [Option<Count>; 3],
    /// What was made of it.
    pub studied: Option<Studied>,
}

/// The steps of a project, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Count where we start.
    CountStart,
    /// Ask staff before.
    AskBefore,
    /// Change something.
    Change,
    /// Count again.
    CountAgain,
    /// Ask staff after.
    AskAfter,
    /// Study it together.
    Study,
    /// Count a third time.
    CountThird,
}

impl From<Stage> for Step {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Baseline => Self::CountStart,
            Stage::Repeat => Self::CountAgain,
            Stage::Third => Self::CountThird,
        }
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Behind us.
    Done,
    /// Begun.
    InProgress,
    /// Can be begun.
    Ready,
    /// It can be begun on that day; none where something else has to come first.
    NotYet(Option<Date>),
    /// Too late for it; the project goes on without.
    LeftOut,
}

/// Where a survey of the staff stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurveyState {
    /// None was made.
    None,
    /// It can be answered.
    Open,
    /// It has ended.
    Closed,
}

impl Project {
    /// A project that has only its goal.
    #[must_use]
    pub fn new(goal: Goal) -> Self {
        Self { goal, change: None, counts: [None, None, None], studied: None }
    }

    /// What was counted at a stage.
    #[must_use]
    pub fn count(&self, stage: Stage) -> Option<&Count> {
        self.counts[stage as usize].as_ref()
    }

    /// Every month that was counted, in order, with its stage.
    pub fn months(&self) -> impl Iterator<Item = (Stage, &MonthCount)> {
        let counted = Stage::ALL.iter().filter_map(|stage| Some((*stage, self.count(*stage)?)));
        counted.flat_map(|(stage, count)| count.months.iter().map(move |month| (stage, month)))
    }

    /// The same goal and change for another place: half a year to reach it, the change planned for a quarter from now.
    #[must_use]
    pub fn copied(&self, today: Date) -> (Goal, Option<Change>) {
        let by = plus_days(today, HALF_A_YEAR).last_of_month();
        let planned =
            |change: &Change| Change { on: plus_days(today, A_QUARTER), invited: None, came: None, ..change.clone() };
        (Goal { by, ..self.goal.clone() }, self.change.as_ref().map(planned))
    }

    /// Whether staff can be asked now: before the change while it has not come, after it once it has.
    #[must_use]
    pub fn may_ask(&self, moment: Moment, today: Date) -> bool {
        let happened = self.change.as_ref().is_some_and(|change| change.on <= today);
        if moment == Moment::After { happened } else { !happened }
    }

    /// The newest count after the change.
    #[must_use]
    pub fn newest(&self) -> Option<&Count> {
        self.count(Stage::Third).or_else(|| self.count(Stage::Repeat))
    }

    /// The earliest first month of a third count: four months after the change, and after what was counted again.
    #[must_use]
    pub fn third_opens(&self) -> Option<Date> {
        let change = later(self.change.as_ref()?.on.first_of_month(), LASTED_AFTER);
        let again = self.count(Stage::Repeat).and_then(Count::period).map(Period::end);
        Some(again.map_or(change, |again| again.max(change)))
    }

    /// Where each step stands on a day.
    #[must_use]
    pub fn steps(&self, (before, after): (SurveyState, SurveyState), today: Date) -> [(Step, StepState); 7] {
        use StepState::{Done, InProgress, LeftOut, NotYet, Ready};
        let done = |stage| self.count(stage).is_some();
        let changed = self.change.as_ref().map(|change| change.on);
        let happened = changed.is_some_and(|on| on <= today);
        let from = |opens: Date| if opens <= today { Ready } else { NotYet(Some(opens)) };
        let survey = |state, other| match state {
            SurveyState::Open => InProgress,
            SurveyState::Closed => Done,
            SurveyState::None => other,
        };
        let change = match changed {
            None => Ready,
            Some(on) if on > today => InProgress,
            Some(_) => Done,
        };
        let again = match changed {
            _ if done(Stage::Repeat) => Done,
            Some(on) if done(Stage::Baseline) => from(later(on.first_of_month(), 1)),
            _ => NotYet(None),
        };
        let ask_after = match changed {
            Some(on) => from(on),
            None => NotYet(None),
        };
        let third = match &self.studied {
            _ if done(Stage::Third) => Done,
            Some(studied) if done(Stage::Repeat) => from(later(studied.third_from, 1)),
            _ => NotYet(None),
        };
        [
            (Step::CountStart, if done(Stage::Baseline) { Done } else { Ready }),
            // Once the change has come nobody can be asked before it.
            (Step::AskBefore, survey(before, if happened { LeftOut } else { Ready })),
            (Step::Change, change),
            (Step::CountAgain, again),
            (Step::AskAfter, survey(after, ask_after)),
            (
                Step::Study,
                if self.studied.is_some() {
                    Done
                } else if done(Stage::Repeat) {
                    Ready
                } else {
                    NotYet(None)
                },
            ),
            (Step::CountThird, third),
        ]
    }
}

#[cfg(test)]
mod tests;
