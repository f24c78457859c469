//! What is said of a project: its steps, its counts, its months.

use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_improvement::study::{self, Verdict};
use fingerpost_improvement::{Record, SurveyRecord};
use fingerpost_improvement_rules::project::{Count, Measured, Period, Project, Stage, Step, StepState, SurveyState};
use fingerpost_improvement_rules::survey::SHOWN_FROM;
use fingerpost_ui::format::{count, day};
use fingerpost_ui_improvement::FindingView;

/// No survey is known: for a list, where two of seven steps less or more tell nothing.
pub(super) const UNASKED: (SurveyState, SurveyState) = (SurveyState::None, SurveyState::None);

pub(super) fn month_of(record: &Record) -> String {
    day_of(record.created_at).strftime("%B %Y").to_string()
}

/// Where the surveys of a project stand.
pub(super) fn asked(surveys: &[SurveyRecord], today: Date) -> (SurveyState, SurveyState) {
    use fingerpost_domain::measure::Moment;
    let state = |moment| match surveys.iter().find(|survey| survey.moment == Some(moment)) {
        None => SurveyState::None,
        Some(survey) if survey.closes_on >= today => SurveyState::Open,
        Some(_) => SurveyState::Closed,
    };
    (state(Moment::Before), state(Moment::After))
}

pub(super) fn done_of(steps: &[(Step, StepState); 7]) -> String {
    let done = steps.iter().filter(|(_, state)| *state == StepState::Done).count();
    format!("{done} of {} steps done.", steps.len())
}

/// The year that need not be said, because it is this one: none on paper, which is read in other years too.
pub(super) type ThisYear = Option<i16>;

/// "May to July 2026".
pub(super) fn months(period: Period, this_year: ThisYear) -> String {
    let last = period.each().last().unwrap_or(period.first);
    let named = |month: Date| month.strftime("%B").to_string();
    let year = if this_year == Some(last.year()) { String::new() } else { format!(" {}", last.year()) };
    match period.months {
        1 => format!("{}{year}", named(last)),
        _ if period.first.year() != last.year() => {
            format!("{} {} to {}{year}", named(period.first), period.first.year(), named(last))
        }
        2 => format!("{} and {}{year}", named(period.first), named(last)),
        _ => format!("{} to {}{year}", named(period.first), named(last)),
    }
}

/// "May to July: 54 referrals, 18 a month. Counted by Fingerpost."
pub(super) fn count_words(of: &Count, measured: Measured, this_year: ThisYear) -> String {
    let period = of.period().map(|period| months(period, this_year)).unwrap_or_default();
    let value = study::worded(study::value(of), measured);
    let total = of.total();
    let numbers = match measured {
        Measured::Referrals => format!("{}, {value}", count(total, "referral", "referrals")),
        Measured::Share => format!("{total} of {}, {value}", of.of()),
    };
    format!("{period}: {numbers}. {}.", of.source.label())
}

pub(super) const fn step_title(step: Step) -> &'static str {
    match step {
        Step::CountStart => "Count where you start",
        Step::AskBefore => "Ask staff before",
        Step::Change => "Change something",
        Step::CountAgain => "Count again",
        Step::AskAfter => "Ask staff after",
        Step::Study => "Study it together",
        Step::CountThird => "Count a third time, to see if it lasted",
    }
}

pub(super) fn count_lede(stage: Stage, project: &Project) -> String {
    match stage {
        Stage::Baseline => "Three months are usual: one month says little, because months differ by chance.".to_owned(),
        Stage::Repeat => {
            "One to two months after the change. More months say more surely whether it worked.".to_owned()
        }
        Stage::Third => {
            let from = project.studied.as_ref().map(|studied| studied.third_from.strftime("%B %Y").to_string());
            let planned = from.map(|from| format!(" You planned it from {from} on.")).unwrap_or_default();
            format!("Four to six months after the change: much of what works at once is gone by then.{planned}")
        }
    }
}

pub(super) fn finding_view(project: &Project) -> Option<FindingView> {
    let found = study::finding(project)?;
    let icon = match found.verdict {
        Verdict::TooEarly | Verdict::CannotTell => "ask",
        Verdict::Lasted | Verdict::More => "none",
        Verdict::Fewer => "care",
    };
    Some(FindingView { icon, head: found.verdict.words(), text: found.text, how: found.how })
}

/// What is not shown of a survey's answers, and why.
pub(crate) fn held(survey: &SurveyRecord, today: Date) -> Option<String> {
    let shown = survey.responses.len();
    if survey.closes_on < today {
        return (shown < SHOWN_FROM).then(|| format!("Fewer than {SHOWN_FROM} answered: what they said is not shown."));
    }
    Some(match shown {
        0 => "What they say is shown from ten answers on. When the survey has ended, all of it is shown if at least 5 have answered.".to_owned(),
        shown => format!(
            "What {shown} of them said is shown, and all of it when the survey has ended: so that nobody is known by what is new."
        ),
    })
}

/// "23 of 31 answered."
pub(super) fn rate(survey: &SurveyRecord, today: Date) -> String {
    let answered = survey.answered;
    if survey.closes_on >= today {
        format!("{answered} of {} so far. It closes on {}.", survey.invited, day(survey.closes_on, today))
    } else {
        format!("{answered} of {} answered.", survey.invited)
    }
}
