//! What a scheme sets of its intake.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::codes;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_intake::SettingsRow;
use fingerpost_intake_rules::settings::{IntakeSettings, IntakeState, MOST_CRITERIA, Milestone, SettingsAnswers};
use fingerpost_policy::SetIntake;
use fingerpost_store::StoreError;
use fingerpost_ui::format::{birth_day, count, day_and_time};
use fingerpost_ui::pages::{Choice, IntakePage, SummaryRow};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// Empty rows beside the criteria that stand.
const EMPTY_ROWS: usize = 2;

const CONFLICT: &str = "Somebody else has set something since you opened this page. What stands here is what you typed: look it through \
                        against theirs, the first under \u{201c}What was set before\u{201d}, and save again";

/// What was just done. A word of ours.
#[derive(Debug, Deserialize)]
pub struct Saved {
    saved: Option<String>,
}

/// The terms, which the scheme agreed with those who pay for it, and a command sets.
fn terms(terms: &SchemeTerms) -> Vec<SummaryRow> {
    vec![
        SummaryRow::new("Ages", terms.ages()),
        SummaryRow::new("Sessions agreed", terms.sessions_agreed.to_string()),
        SummaryRow::new(
            "Answer promised within",
            count(i64::from(terms.answer_working_days), "working day", "working days"),
        ),
        SummaryRow::new("People may ask themselves", if terms.self_referral { "Yes" } else { "No" }),
    ]
}

/// A version in words: all of it, to be compared with another.
fn before(row: &SettingsRow) -> String {
    let settings = &row.settings;
    let mut parts = vec![settings.state.label().to_owned()];
    parts.extend(settings.instead.as_ref().map(|words| format!("instead: {words}")));
    parts.extend((!settings.area.is_empty()).then(|| format!("postcodes: {}", settings.area.join(", "))));
    parts.extend(settings.criteria.iter().map(|each| format!("criterion: {each}")));
    parts.push(format!("asked again after {}, decided after {}", settings.nudge_after, settings.decide_after));
    parts.push(format!(
        "late answers chased after {}, drafts after {}, first call within {}",
        settings.chase_after, settings.draft_after, settings.first_call_within
    ));
    parts.push(format!("may come again after {} months", settings.again_after_months));
    parts.extend(settings.milestones.iter().map(|each| format!("letter: {}", each.label().to_lowercase())));
    parts.extend(settings.codes.iter().map(|each| format!("code: {}", each.code())));
    format!("{}, by {}: {}", day_and_time(row.at, day_of(row.at)), row.by, parts.join("; "))
}

async fn page(
    here: &May<SetIntake>,
    saved: Option<&str>,
    (typed, problems): (Option<(SettingsAnswers, i64)>, &Problems),
) -> Result<IntakePage, WebError> {
    let versions = here.app().intake().settings(&here.ctx).await?;
    let (tenant, scheme) = (here.ctx.grant.tenant(), here.ctx.grant.organisation());
    let scheme_terms = here.app().store().scheme_terms(tenant, scheme).await?.unwrap_or_default();
    let conflict = problems.of("state") == Some(CONFLICT);
    let mut frame = here.frame("Taking people up", "intake").await?;
    frame.problem = !problems.is_empty();
    let (values, version) = typed.unwrap_or_else(|| match versions.first() {
        Some(newest) => (SettingsAnswers::from(&newest.settings), newest.version),
        None => (SettingsAnswers::from(&IntakeSettings::default()), 0),
    });
    Ok(IntakePage {
        frame,
        saved: saved.map(|_| "Saved. It counts from now on.".to_owned()),
        action: here.href("intake"),
        version,
        states: IntakeState::ALL
            .iter()
            .map(|state| Choice::new(state.code(), state.label(), values.state == state.code()))
            .collect(),
        milestones: Milestone::ALL
            .iter()
            .map(|each| {
                Choice::new(each.code(), each.label(), values.milestones.iter().any(|code| code == each.code()))
            })
            .collect(),
        codes: codes::table()
            .iter()
            .filter(|each| each.verified_on.is_none())
            .map(|each| {
                let (code, means) = (each.code, each.code.means.code());
                let on = values.codes.iter().any(|chosen| chosen == means);
                Choice::new(means, format!("{} {}", code.concept, code.term), on).hint(each.source)
            })
            .collect(),
        verified: codes::table()
            .iter()
            .filter_map(|each| {
                let on = birth_day(each.verified_on?);
                Some(format!("{} {}: verified {on}. {}", each.code.concept, each.code.term, each.source))
            })
            .collect(),
        empty_rows: EMPTY_ROWS.min(MOST_CRITERIA.saturating_sub(values.criteria.len())),
        values,
        terms: terms(&scheme_terms),
        // After a conflict the newest is what a colleague has just set: it stands there to be compared.
        before: versions.iter().skip(usize::from(!conflict)).map(before).collect(),
        profiles_href: here.href("profiles"),
        wording_href: here.href("wording"),
        problems: listed(problems),
    })
}

/// What stands.
///
/// # Errors
/// When the database does not answer.
pub async fn form(here: May<SetIntake>, Query(asked): Query<Saved>) -> Result<Response, WebError> {
    show(here.app(), &page(&here, asked.saved.as_deref(), (None, &Problems::none())).await?)
}

/// Sets it anew.
///
/// # Errors
/// When somebody else has set something since, or the database does not answer.
pub async fn set(here: May<SetIntake>, form: Posted) -> Result<Response, WebError> {
    let (words, otherwise) = (form.all("criterion"), form.all("otherwise"));
    let criteria = words.into_iter().zip(otherwise.into_iter().chain(std::iter::repeat(String::new())));
    let answers = SettingsAnswers {
        state: form.text("state"),
        instead: form.text("instead"),
        area: form.text("area"),
        criteria: criteria.filter(|(a, b)| !a.trim().is_empty() || !b.trim().is_empty()).collect(),
        nudge_after: form.text("nudge_after"),
        decide_after: form.text("decide_after"),
        chase_after: form.text("chase_after"),
        draft_after: form.text("draft_after"),
        first_call_within: form.text("first_call_within"),
        again_after_months: form.text("again_after_months"),
        milestones: form.all("milestones"),
        codes: form.all("codes"),
    };
    let read: i64 = form.text("version").parse().map_err(|_| WebError::StaleForm)?;
    let problems = match answers.check() {
        Ok(settings) => match here.app().intake().set(&here.ctx, (&settings, read)).await {
            Ok(()) => return Ok(Redirect::to(&here.href("intake?saved=yes")).into_response()),
            Err(StoreError::ChangedMeanwhile) => {
                let newest = here.app().intake().settings(&here.ctx).await?.first().map_or(0, |row| row.version);
                let problems = Problems::one("state", CONFLICT);
                return show_again(here.app(), &page(&here, None, (Some((answers, newest)), &problems)).await?);
            }
            Err(error) => return Err(error.into()),
        },
        Err(problems) => problems,
    };
    show_again(here.app(), &page(&here, None, (Some((answers, read)), &problems)).await?)
}
