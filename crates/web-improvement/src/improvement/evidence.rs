//! What a project has measured, on paper, and its counts as a table. Only what was measured here; what is claimed elsewhere is set apart
//! and called so.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use fingerpost_domain::Date;
use fingerpost_domain::id::{ProjectId, WatchId};
use fingerpost_domain::measure::Moment;
use fingerpost_improvement::staff::{self, Of};
use fingerpost_improvement::{PastChange, SurveyRecord, study};
use fingerpost_improvement_rules::claim::{Claim, Factor, claim_words};
use fingerpost_improvement_rules::monitoring::Watched;
use fingerpost_improvement_rules::project::{Measured, Project, Stage};
use fingerpost_policy::Improve;
use fingerpost_print::{Bar, Evidence, Part};
use fingerpost_ui::format::{birth_day, count, long_day};

use fingerpost_domain::text::capital;

use super::monitoring::act_words;
use super::project::{others, pair_words, warnings};
use super::words::{count_words, rate};
use fingerpost_web_core::WebError;
use fingerpost_web_core::paper::{download, lines};
use fingerpost_web_core::permitted::May;

/// What is known of numbers that were compared with a control group, and what no project has measured.
const BESIDE: [&str; 2] = [
    "A scheme that was compared with a matched control group found no significant difference in numbers, and much that was good in \
     interviews.",
    "Nothing in this box was measured in this project. Fewer appointments are not in themselves good.",
];

/// The figures that the place prints, each with its range and where it stands; then what is known beside them.
fn elsewhere(claims: &[(Claim, Factor)]) -> Vec<String> {
    let printed = claims.iter().filter(|(_, factor)| factor.printed);
    printed.map(|(claim, factor)| claim_words(*claim, factor)).chain(BESIDE.map(str::to_owned)).collect()
}

/// What was seen on the way, oldest first.
fn monitored(lines: &[(WatchId, Watched)]) -> Option<Vec<String>> {
    let line = |(_, line): &(WatchId, Watched)| {
        let act =
            act_words(line).map(|act| format!(" What was done: {}.", act.trim_end_matches('.'))).unwrap_or_default();
        format!("{}: {}{act}", birth_day(line.on), line.seen)
    };
    (!lines.is_empty()).then(|| lines.iter().rev().map(line).collect())
}

fn bars(project: &Project) -> (Vec<Bar>, f64) {
    let measured = project.goal.measured;
    let target = f64::from(project.goal.target);
    let all: Vec<(bool, Date, f64)> = project
        .months()
        .map(|(stage, month)| (stage != Stage::Baseline, month.month, study::month_value(month)))
        .filter(|(.., value)| value.is_finite())
        .collect();
    let largest = all.iter().map(|(.., value)| *value).fold(target, f64::max);
    let bar = |&(after, month, value): &(bool, Date, f64)| Bar {
        month: month.strftime("%B %Y").to_string(),
        value: study::worded(value, measured).trim_end_matches(" a month").to_owned(),
        length: value / largest,
        after,
    };
    (all.iter().map(bar).collect(), target / largest)
}

fn effective(project: &Project, others: &[PastChange], today: Date) -> Vec<String> {
    let counted = [(Stage::Baseline, "Before"), (Stage::Repeat, "After"), (Stage::Third, "Later")];
    let mut all: Vec<String> = counted
        .into_iter()
        .filter_map(|(stage, when)| {
            let words = project.count(stage).map(|count| count_words(count, project.goal.measured, None))?;
            Some(format!("{when}: {words}"))
        })
        .collect();
    if let Some(found) = study::finding(project) {
        all.push(format!("{} {}", found.verdict.words(), found.text));
        all.push(found.how);
    }
    all.extend(study::goal_reached(project, today).map(|(_, words)| format!("The goal. {words}")));
    all.extend(warnings(project, others));
    all
}

/// What is shown of the staff beside each other: statements that both surveys hold.
fn caring(surveys: &[SurveyRecord], today: Date) -> Vec<String> {
    let named = |moment: Option<Moment>| if moment == Some(Moment::After) { "After" } else { "Before" };
    let mut all: Vec<String> =
        surveys.iter().map(|survey| format!("{}: {}", named(survey.moment), rate(survey, today))).collect();
    let shown = |of: Of| format!("{} of {}", of.yes, of.n);
    let (statements, pairing) = staff::statements(surveys);
    if surveys.iter().any(|survey| survey.answered > survey.invited as usize) {
        all.push(
            "More answered than were asked: somebody may have answered twice, or the address went further.".to_owned(),
        );
    }
    if pairing.doubled > 0 {
        all.push(format!(
            "{} bear a code that somebody else made too, and belong to no pair.",
            count(pairing.doubled, "answer", "answers")
        ));
    }
    all.extend(statements.iter().filter_map(|statement| {
        let (before, after) = statement.before.zip(statement.after)?;
        let twice = statement
            .pairs
            .map(|pairs| format!(" Those who answered twice: {}.", pair_words(Some(pairs), statement.scale)));
        Some(format!(
            "{}: {} before, {} after.{}",
            statement.text,
            shown(before),
            shown(after),
            twice.unwrap_or_default()
        ))
    }));
    if all.is_empty() {
        all.push("The staff were not asked.".to_owned());
    }
    all
}

fn responsive(project: &Project) -> Vec<String> {
    let mut all = vec![];
    if let Some(change) = &project.change {
        let came = match (change.came, change.invited) {
            (Some(came), Some(invited)) => format!(" {came} of {invited} came."),
            (Some(came), None) => format!(" {came} came."),
            _ => String::new(),
        };
        all.push(format!("{}, {}.{came}", capital(change.what.as_str()), birth_day(change.on)));
        all.extend(change.missed.as_ref().map(|missed| format!("For those who missed it: {missed}")));
    }
    all.extend(project.goal.balance.as_ref().map(|balance| format!("What must not get worse: {balance}.")));
    if let Some(studied) = &project.studied {
        all.extend(lines(&format!("Learned: {}", studied.learned)));
        all.extend(lines(&format!("Decided: {}", studied.decided)));
    }
    all
}

fn evidence(
    here: &May<Improve>,
    (project, surveys, others): (&Project, &[SurveyRecord], &[PastChange]),
    lines: &[(WatchId, Watched)],
    claims: &[(Claim, Factor)],
) -> Evidence {
    let today = here.app().today();
    let whole = project.count(Stage::Third).is_some();
    let (bars, goal) = bars(project);
    let part = |heading: &str, lines: Vec<String>| Part { heading: heading.to_owned(), lines };
    let mut about = vec![
        ("Led by".to_owned(), project.goal.led_by.to_string()),
        ("Goal".to_owned(), study::goal_sentence(project)),
    ];
    about.extend(project.goal.relevant.as_ref().map(|why| ("Why".to_owned(), why.to_string())));
    let what = match (&project.goal.what, project.goal.measured) {
        (Some(what), Measured::Share) => capital(what.as_str()),
        _ => "Referrals to the link worker".to_owned(),
    };
    Evidence {
        title: if whole {
            "Certificate of an improvement project"
        } else {
            "Evidence of an improvement project, so far"
        }
        .to_owned(),
        project: project.goal.title.to_string(),
        place: here.organisation.name.clone(),
        printed: long_day(today),
        about,
        bars,
        goal,
        chart_caption: format!("{what}. Grey before the change, blue after it; the green line is the goal."),
        parts: [
            part("Effective: what was counted", effective(project, others, today)),
            part("Caring: what the staff said", caring(surveys, today)),
            part("Responsive: what was changed and decided", responsive(project)),
        ]
        .into_iter()
        .chain(monitored(lines).map(|lines| part("Monitoring form", lines)))
        .collect(),
        elsewhere: part("Claimed elsewhere, not measured here", elsewhere(claims)),
        invented: here.app().invented(),
    }
}

/// The certificate, or the evidence so far.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn pdf(here: May<Improve>, Path((_, id)): Path<(String, ProjectId)>) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    if record.project.newest().is_none() {
        return Err(WebError::NotFound);
    }
    let surveys = here.app().improvement().surveys(&here.ctx, id).await?;
    let others = others(&here, &record).await?;
    let lines = here.app().improvement().watched(&here.ctx, id).await?;
    let claims = here.app().improvement().claims(&here.ctx).await?;
    let paper = evidence(&here, (&record.project, &surveys, &others), &lines, &claims);
    let name = if record.project.count(Stage::Third).is_some() { "certificate" } else { "evidence-so-far" };
    download(name, move || paper.pdf()).await
}

/// The counts as `fingerpost stats repeat` reads them.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn counts(here: May<Improve>, Path((_, id)): Path<(String, ProjectId)>) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let csv = study::table(&record.project).ok_or(WebError::NotFound)?;
    let as_file = "attachment; filename=\"counts.csv\"";
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, as_file)], csv).into_response())
}
