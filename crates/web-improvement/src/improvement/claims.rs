//! What others claim, and what a certificate prints of it.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::problem::Problems;
use fingerpost_improvement_rules::claim::{Claim, FactorAnswers};
use fingerpost_policy::Improve;
use fingerpost_ui_improvement::{ClaimView, ClaimsPage};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

use super::Told;

async fn page(
    here: &May<Improve>,
    (saved, values): (bool, Vec<(Claim, FactorAnswers)>),
    problems: &Problems,
) -> Result<ClaimsPage, WebError> {
    let mut frame = here.frame("What others claim", "improvement").await?;
    frame.problem = !problems.is_empty();
    let view = |(claim, values): (Claim, FactorAnswers)| ClaimView {
        code: claim.code(),
        label: claim.label(),
        unit: claim.unit(),
        values,
    };
    Ok(ClaimsPage {
        frame,
        back_href: here.href("improvement"),
        saved,
        action: here.href("improvement/claims"),
        claims: values.into_iter().map(view).collect(),
        problems: listed(problems),
    })
}

/// The figures that others claim.
///
/// # Errors
/// When the database fails.
pub async fn form(here: May<Improve>, Query(told): Query<Told>) -> Result<Response, WebError> {
    let claims = here.app().improvement().claims(&here.ctx).await?;
    let values = claims.iter().map(|(claim, factor)| (*claim, FactorAnswers::from(factor))).collect();
    show(here.app(), &page(&here, (told.saved.is_some(), values), &Problems::none()).await?)
}

/// Keeps them.
///
/// # Errors
/// When the database fails.
pub async fn save(here: May<Improve>, form: Posted) -> Result<Response, WebError> {
    let typed = |claim: &Claim| {
        let field = |name: &str| form.text(&format!("{name}-{}", claim.code()));
        let values = FactorAnswers {
            value: field("value"),
            lower: field("lower"),
            upper: field("upper"),
            source: field("source"),
            printed: !field("printed").is_empty(),
        };
        (*claim, values)
    };
    let values: Vec<(Claim, FactorAnswers)> = Claim::ALL.iter().map(typed).collect();
    let mut problems = Problems::none();
    let checked: Vec<_> =
        values.iter().filter_map(|(claim, values)| Some((*claim, problems.part(values.check(*claim))?))).collect();
    if !problems.is_empty() {
        return show_again(here.app(), &page(&here, (false, values), &problems).await?);
    }
    here.app().improvement().set_claims(&here.ctx, &checked).await?;
    Ok(Redirect::to(&here.href("improvement/claims?saved=claims")).into_response())
}
