//! The person's copy of their plan: one page to print in two sizes, and the same as PDF.

use axum::extract::Path;
use axum::response::Response;
use axum_extra::extract::Query;
use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::id::CaseId;
use fingerpost_domain::plan::{Goal, GoalStatus, Step};
use fingerpost_domain::text::{Line, Note};
use fingerpost_policy::ReadCase;
use fingerpost_print::{Part, PlanCopy};
use fingerpost_store::PlanRecord;
use fingerpost_ui::format::{birth_day, long_day};
use fingerpost_ui::pages::{CopyStep, PlanCopyPage};
use serde::Deserialize;

use crate::plans::joined;
use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::paper::{self, lines};
use fingerpost_web_core::permitted::May;

/// What was asked for with the page: words of ours.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    size: Option<String>,
    with: Option<String>,
}

/// Which copy it is.
#[derive(Debug, Clone, Copy)]
struct Kind {
    /// Very large print.
    larger: bool,
    /// With what is hard, and the numbers: not what lies on a kitchen table unless they ask for it.
    whole: bool,
}

impl Kind {
    fn of(asked: &Asked) -> Self {
        Self { larger: asked.size.as_deref() == Some("larger"), whole: asked.with.as_deref() == Some("everything") }
    }

    /// What stands behind its address.
    fn query(self) -> &'static str {
        match (self.larger, self.whole) {
            (false, false) => "",
            (true, false) => "?size=larger",
            (false, true) => "?with=everything",
            (true, true) => "?size=larger&with=everything",
        }
    }
}

/// What the copy says, on screen and on paper.
struct Words {
    written: String,
    matters: Option<String>,
    strengths: Option<String>,
    concerns: Option<String>,
    goals: Vec<String>,
    steps: Vec<CopyStep>,
    review: Option<String>,
    worker: String,
    sharing: String,
}

fn sharing(record: &PlanRecord) -> String {
    let told = match record.referrer_hears {
        ReferrerHears::Summary => "Whoever referred me gets a short summary.",
        ReferrerHears::StatusOnly => "Whoever referred me hears only that the work began and ended.",
        ReferrerHears::NotAsked | ReferrerHears::Nothing => "Whoever referred me does not see it.",
    };
    format!("This plan is mine. {} keeps a copy. {told} Nobody else sees it unless I say so.", record.worker_name)
}

fn step(step: &Step, whole: bool) -> CopyStep {
    let said = |line: &Option<Line<80>>| line.as_ref().map(ToString::to_string).unwrap_or_default();
    let sure = step.confidence.filter(|_| whole).map(|sure| format!("I am sure {} of 10", sure.get()));
    let detail = joined(&[&said(&step.who), &said(&step.by), &sure.unwrap_or_default()]);
    CopyStep { what: step.what.to_string(), detail }
}

fn goal(goal: &Goal, whole: bool) -> String {
    match goal.importance.filter(|_| whole) {
        Some(importance) => format!("{} (it matters {} of 10 to me)", goal.what, importance.get()),
        None => goal.what.to_string(),
    }
}

fn words(record: &PlanRecord, today: Date, whole: bool) -> Words {
    let plan = &record.plan;
    let text = |note: &Option<Note<2000>>| note.as_ref().map(ToString::to_string);
    let active = || plan.goals.iter().filter(|goal| goal.status == GoalStatus::Active);
    Words {
        written: birth_day(record.written.as_ref().map_or(today, |(at, _)| day_of(*at))),
        matters: text(&plan.matters),
        strengths: text(&plan.strengths),
        concerns: text(&plan.concerns).filter(|_| whole),
        goals: active().map(|each| goal(each, whole)).collect(),
        steps: active().flat_map(|goal| &goal.steps).filter(|each| !each.done).map(|each| step(each, whole)).collect(),
        review: plan.review_on.map(long_day),
        worker: match &record.worker_phone {
            Some(phone) => format!("Ring {}: {phone}.", record.worker_name),
            None => format!("Ask for {}.", record.worker_name),
        },
        sharing: sharing(record),
    }
}

pub(crate) async fn page(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let record = here.app().store().plan(&here.ctx, id).await?;
    let place = here.href(&format!("cases/{id}/plan/copy"));
    let kind = Kind::of(&asked);
    let words = words(&record, here.app().today(), kind.whole);
    let drawn = PlanCopyPage {
        frame: here.frame(format!("{}'s copy of the plan", record.name.called()), "caseload").await?,
        back_href: if record.open { here.href(&format!("cases/{id}/plan")) } else { here.href(&format!("cases/{id}")) },
        larger: kind.larger,
        whole: kind.whole,
        usual_href: format!("{place}{}", Kind { larger: false, ..kind }.query()),
        larger_href: format!("{place}{}", Kind { larger: true, ..kind }.query()),
        other_href: format!("{place}{}", Kind { whole: !kind.whole, ..kind }.query()),
        pdf_href: format!("{place}.pdf{}", kind.query()),
        name: record.name.full(),
        written: words.written,
        matters: words.matters,
        strengths: words.strengths,
        concerns: words.concerns,
        goals: words.goals,
        steps: words.steps,
        review: words.review,
        worker: words.worker,
        sharing: words.sharing,
    };
    show(here.app(), &drawn)
}

/// The same as PDF.
pub(crate) async fn pdf(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let record = here.app().store().plan(&here.ctx, id).await?;
    let kind = Kind::of(&asked);
    let words = words(&record, here.app().today(), kind.whole);
    let part = |heading: &str, lines: Vec<String>| Part { heading: heading.to_owned(), lines };
    let parts = [
        ("What matters to me", words.matters.as_deref().map(lines)),
        ("What I already have", words.strengths.as_deref().map(lines)),
        ("What is hard just now", words.concerns.as_deref().map(lines)),
        ("What I want", Some(words.goals).filter(|goals| !goals.is_empty())),
    ];
    let review = words.review.map(|on| part("When we talk again", vec![on]));
    let sooner = vec![words.worker, "At any other time, ring 111. In an emergency, ring 999.".to_owned()];
    let copy = PlanCopy {
        name: record.name.full(),
        written: words.written,
        parts: parts.into_iter().filter_map(|(heading, lines)| Some(part(heading, lines?))).collect(),
        steps: words
            .steps
            .into_iter()
            .map(|step| fingerpost_print::Step { what: step.what, detail: step.detail })
            .collect(),
        after: review.into_iter().chain([part("If I want to talk sooner", sooner)]).collect(),
        foot: words.sharing,
        larger: kind.larger,
        invented: here.app().invented(),
    };
    paper::download("plan", move || copy.pdf()).await
}
