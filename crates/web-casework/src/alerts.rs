//! Answers that may mean danger: above the caseload, and the button that says that somebody has seen to one.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::Date;
use fingerpost_domain::id::{AssessmentId, CaseId};
use fingerpost_policy::{ReadCaseload, WorkCase};
use fingerpost_ui::format::day_and_time;
use fingerpost_ui::pages::AlertLine;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::short_name;

/// What a colleague needs who may not open the case.
fn everybodys(row: &fingerpost_casework::AlertRow) -> String {
    let ring = match &row.ring {
        Some((phone, Some(guidance))) => format!(" Their number: {phone}. {guidance}"),
        Some((phone, None)) => format!(" Their number: {phone}."),
        None => String::new(),
    };
    format!(
        "Nobody has seen to it for an hour. Ring {}, whose case it is; where nobody answers, ring the person.{ring}",
        row.worker_name
    )
}

/// Those that nobody has seen to, among the cases that the reader may open.
pub(crate) async fn lines(here: &May<ReadCaseload>, today: Date) -> Result<Vec<AlertLine>, WebError> {
    let rows = here.app().casework().alerts(&here.ctx).await?;
    let line = |row: &fingerpost_casework::AlertRow| AlertLine {
        text: format!("An answer of {} may mean danger, {}.", short_name(&row.name), day_and_time(row.at, today)),
        detail: (!row.own).then(|| everybodys(row)),
        name: short_name(&row.name),
        href: row.own.then(|| here.href(&format!("cases/{}", row.case))),
        action: here.href(&format!("cases/{}/measures/{}/seen", row.case, row.id)),
    };
    Ok(rows.iter().map(line).collect())
}

/// Says that somebody has seen to an answer that may mean danger.
pub async fn seen(
    here: May<WorkCase>,
    Path((_, case, id)): Path<(String, CaseId, AssessmentId)>,
    _form: Posted,
) -> Result<Response, WebError> {
    here.app().casework().see_to(&here.ctx, (case, id)).await?;
    Ok(Redirect::to(&here.href(&format!("cases/{case}?saved=seen"))).into_response())
}
