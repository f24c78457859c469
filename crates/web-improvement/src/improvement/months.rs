//! Every month of a project as a run chart.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use fingerpost_domain::Date;
use fingerpost_domain::id::ProjectId;
use fingerpost_improvement::{Record, Senders, study};
use fingerpost_improvement_rules::project::MonthCount;
use fingerpost_policy::Improve;
use fingerpost_ui::format::birth_day;
use fingerpost_ui_improvement::{MonthChart, MonthPoint, MonthsPage};
use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;

use super::place_of;

/// The months that Fingerpost counts, one question for each: two years at most.
async fn counted(here: &May<Improve>, record: &Record) -> Result<Vec<MonthCount>, WebError> {
    let period = study::run_period(&record.project, here.app().today()).ok_or(WebError::NotFound)?;
    let senders = Senders::from(here.organisation.kind);
    let mut months = here.app().improvement().referrals(&here.ctx, (period, senders)).await?;
    // Before anything was sent through Fingerpost, a month of nought says nothing of the place.
    let begun = months.iter().position(|month| month.count > 0).unwrap_or(months.len());
    months.drain(..begun);
    Ok(months)
}

/// The chart.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation, and where Fingerpost does not count.
pub async fn page(here: May<Improve>, Path((_, id)): Path<(String, ProjectId)>) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let months = counted(&here, &record).await?;
    let (run, told) = study::run_words(&months);
    let change = record.project.change.as_ref().map(|change| change.on);
    let point = |month: &MonthCount| MonthPoint {
        month: month.month,
        value: study::month_value(month),
        count: 0,
        after: change.is_some_and(|on| month.month >= on.first_of_month()),
    };
    let points: Vec<MonthPoint> = months.iter().map(point).collect();
    let named = |month: &MonthCount| month.month.strftime("%B %Y").to_string();
    let numbers: Vec<String> = months.iter().map(|month| format!("{} in {}", month.count, named(month))).collect();
    let last = months.last().map(|month| month.month.last_of_month());
    let shown = |on: &Date| months.first().zip(last).is_some_and(|(first, last)| (first.month..=last).contains(on));
    let marked = change
        .filter(shown)
        .map(|on| format!(" The grey line marks the change on {}. Squares come after it.", birth_day(on)));
    let marked = marked.unwrap_or_default();
    let median = run.map(|run| run.median);
    let middle = median.map(|median| format!(" The dashed line is the median, {median}.")).unwrap_or_default();
    let words =
        ("Referrals each month".to_owned(), numbers.join(", "), format!("Referrals each month.{middle}{marked}"));
    let target = f64::from(record.project.goal.target);
    let page = MonthsPage {
        frame: here.frame("Every month", "improvement").await?,
        back_href: place_of(&here, id),
        project: record.project.goal.title.to_string(),
        told,
        chart: MonthChart::drawn(&points, (target, median, change), false, words),
        months: months.iter().map(|month| (named(month), month.count)).collect(),
        table_href: format!("{}/months.csv", place_of(&here, id)),
    };
    show(here.app(), &page)
}

/// The months as `fingerpost stats run` reads them.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation, and where Fingerpost does not count.
pub async fn table(here: May<Improve>, Path((_, id)): Path<(String, ProjectId)>) -> Result<Response, WebError> {
    let record = here.app().improvement().project(&here.ctx, id).await?;
    let lines: String =
        counted(&here, &record).await?.iter().map(|month| format!("{},{}\r\n", month.month, month.count)).collect();
    let headers =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"months.csv\"")];
    Ok((headers, format!("month,referrals\r\n{lines}")).into_response())
}
