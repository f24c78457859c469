//! How long records are kept, those whose time is over, and what is decided about one.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_correspondence_rules::retention::{Decision, DecisionAnswers, ErasureGround, Schedule, ScheduleAnswers};
use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::CaseId;
use fingerpost_domain::problem::Problems;
use fingerpost_policy::KeepRecords;
use fingerpost_rights::{RECORDS, ReviewedRecord};
use fingerpost_ui::format::{birth_day, count};
use fingerpost_ui::pages::{Choice, DueLine, RetentionOnePage, RetentionPage};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// What was just done. A word of ours.
#[derive(Debug, Deserialize)]
pub struct Saved {
    saved: Option<String>,
}

/// A schedule in words.
fn words(schedule: &Schedule) -> String {
    format!(
        "Records of adults are kept for {} after the last work ended; of children until they are {}, and until they are {} where they were \
         17 then. From {}. Source: {}",
        count(i64::from(schedule.adult_years), "year", "years"),
        schedule.child_until_age,
        schedule.seventeen_until_age,
        birth_day(schedule.in_force_from),
        schedule.source
    )
}

async fn page(
    here: &May<KeepRecords>,
    saved: Option<&str>,
    (values, problems): (Option<ScheduleAnswers>, &Problems),
) -> Result<RetentionPage, WebError> {
    let (rights, today) = (here.app().rights(), here.app().today());
    let all = rights.schedules(&here.ctx).await?;
    let in_force = all.iter().map(|confirmed| &confirmed.schedule).find(|schedule| schedule.in_force_from <= today);
    let due = match in_force {
        Some(schedule) => rights.due_for_review(&here.ctx, schedule).await?,
        None => vec![],
    };
    let rows = due.iter().filter_map(|record| {
        let kept = in_force?.keep_until(record.born, record.ended);
        Some(DueLine {
            href: here.href(&format!("records/{}", record.case)),
            name: record.name.full(),
            born: birth_day(record.born),
            ended: birth_day(record.ended),
            kept: birth_day(kept),
        })
    });
    let rows: Vec<DueLine> = rows.collect();
    let erased = rights.erasures(&here.ctx).await?;
    let mut frame = here.frame("Records to look at again", "records").await?;
    frame.problem = !problems.is_empty();
    let values = values.unwrap_or_else(|| match all.first() {
        Some(newest) => ScheduleAnswers::from(&newest.schedule),
        None => ScheduleAnswers::from(&Schedule::proposed()),
    });
    Ok(RetentionPage {
        frame,
        saved: saved.and_then(|saved| match saved {
            "confirmed" => Some("How long records are kept is confirmed.".to_owned()),
            "kept" => Some("The record is kept longer.".to_owned()),
            "destroyed" => Some("One record is destroyed for good.".to_owned()),
            _ => None,
        }),
        more: rows.len() >= RECORDS,
        rows,
        coming: all.first().filter(|_| in_force.is_none()).map(|newest| words(&newest.schedule)),
        confirmed: in_force.map(words),
        before: all
            .iter()
            .map(|each| format!("{} by {}: {}", birth_day(day_of(each.at)), each.by, words(&each.schedule)))
            .collect(),
        action: here.href("records"),
        values,
        erased: erased
            .iter()
            .map(|gone| {
                format!(
                    "{}, by {}: a record whose last work ended in {}. {}",
                    birth_day(day_of(gone.at)),
                    gone.by,
                    gone.ended_year,
                    gone.ground.label()
                )
            })
            .collect(),
        problems: listed(problems),
    })
}

/// The records whose time is over, and the schedule.
///
/// # Errors
/// When the database does not answer.
pub async fn list(here: May<KeepRecords>, Query(asked): Query<Saved>) -> Result<Response, WebError> {
    show(here.app(), &page(&here, asked.saved.as_deref(), (None, &Problems::none())).await?)
}

/// Confirms how long records are kept.
///
/// # Errors
/// When the database does not answer.
pub async fn confirm(here: May<KeepRecords>, form: Posted) -> Result<Response, WebError> {
    let answers = ScheduleAnswers {
        adult_years: form.text("adult_years"),
        child_until_age: form.text("child_until_age"),
        seventeen_until_age: form.text("seventeen_until_age"),
        source: form.text("source"),
        from_day: form.text("from_day"),
        from_month: form.text("from_month"),
        from_year: form.text("from_year"),
    };
    match answers.check() {
        Err(problems) => show_again(here.app(), &page(&here, None, (Some(answers), &problems)).await?),
        Ok(schedule) => {
            here.app().rights().confirm_schedule(&here.ctx, &schedule).await?;
            Ok(Redirect::to(&here.href("records?saved=confirmed")).into_response())
        }
    }
}

/// Until when a record is kept; none while work goes on, or while the scheme has no schedule.
async fn kept_until(here: &May<KeepRecords>, record: &ReviewedRecord) -> Result<(bool, Option<Date>), WebError> {
    let schedule = here.app().rights().schedule_on(&here.ctx, here.app().today()).await?;
    let kept = schedule.as_ref().zip(record.ended).map(|(schedule, ended)| schedule.keep_until(record.born, ended));
    Ok((schedule.is_some(), kept))
}

async fn one_page(
    here: &May<KeepRecords>,
    case: CaseId,
    (values, problems): (DecisionAnswers, &Problems),
) -> Result<RetentionOnePage, WebError> {
    let (record, today) = (here.app().rights().record_to_review(&here.ctx, case).await?, here.app().today());
    let held = record.held_on(today);
    let (confirmed, kept) = kept_until(here, &record).await?;
    let name = record.name.full();
    let early = kept.is_some_and(|kept| today <= kept);
    let mut facts = vec![
        ("Born".to_owned(), birth_day(record.born)),
        (
            "Held".to_owned(),
            format!("{} with {}", count_of(record.cases, "case"), count_of(record.contacts, "contact")),
        ),
    ];
    if let Some(ended) = record.ended {
        facts.push(("Last work ended".to_owned(), birth_day(ended)));
    }
    if let Some(kept) = kept {
        facts.push(("Kept until".to_owned(), birth_day(kept)));
    }
    if let Some((until, why, _)) = held {
        facts.push(("Kept longer, until".to_owned(), format!("{}: {why}", birth_day(*until))));
    }
    let mut frame = here.frame(format!("Keep or destroy the record of {name}"), "records").await?;
    frame.problem = !problems.is_empty();
    let offered = ErasureGround::ALL.iter().filter(|ground| !early || ground.before_time());
    Ok(RetentionOnePage {
        frame,
        back_href: here.href("records"),
        place: here.organisation.name.clone(),
        facts,
        case_href: here.href(&format!("cases/{case}")),
        copy_href: here.href(&format!("cases/{case}/record")),
        held: record
            .held
            .iter()
            .map(|(until, why, at)| format!("Until {}, decided {}: {why}", birth_day(*until), birth_day(day_of(*at))))
            .collect(),
        open: record.ended.is_none(),
        confirmed,
        early,
        held_on: held.is_some(),
        cases: count_of(record.cases, "case"),
        action: here.href(&format!("records/{case}")),
        person: record.person.to_string(),
        grounds: offered
            .map(|ground| Choice::new(ground.code(), ground.label(), values.ground == ground.code()))
            .collect(),
        name,
        values,
        problems: listed(problems),
    })
}

fn count_of(number: u64, what: &str) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX), what, &format!("{what}s"))
}

/// One record, to decide about.
///
/// # Errors
/// [`WebError::NotFound`] outside the scheme.
pub async fn one(here: May<KeepRecords>, Path((_, case)): Path<(String, CaseId)>) -> Result<Response, WebError> {
    show(here.app(), &one_page(&here, case, (DecisionAnswers::default(), &Problems::none())).await?)
}

/// Keeps a record longer, or destroys it for good.
///
/// # Errors
/// [`WebError::NotFound`] outside the scheme; a conflict while work goes on, or where no schedule is confirmed.
pub async fn decide(
    here: May<KeepRecords>,
    Path((_, case)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let answers = DecisionAnswers {
        decision: form.text("decision"),
        ground: form.text("ground"),
        sure: !form.text("sure").is_empty(),
        reason: form.text("reason"),
        until_day: form.text("until_day"),
        until_month: form.text("until_month"),
        until_year: form.text("until_year"),
    };
    let rights = here.app().rights();
    let record = rights.record_to_review(&here.ctx, case).await?;
    let (_, Some(kept)) = kept_until(&here, &record).await? else {
        return show_again(here.app(), &one_page(&here, case, (answers, &Problems::none())).await?);
    };
    if form.text("person") != record.person.to_string() {
        return Err(WebError::MovedOn(
            "The record was put together with another since you opened the page. Look at it again. Nothing was changed.",
        ));
    }
    let today = here.app().today();
    if let (Some((until, ..)), "destroy") = (record.held_on(today), answers.decision.as_str()) {
        let why = format!("It is kept until {}. Whoever wants it gone sooner decides anew", birth_day(*until));
        return show_again(here.app(), &one_page(&here, case, (answers, &Problems::one("reason", &why))).await?);
    }
    let done = match answers.check(kept, today) {
        Err(problems) => return show_again(here.app(), &one_page(&here, case, (answers, &problems)).await?),
        Ok(Decision::Keep { until, reason }) => {
            rights.keep_longer(&here.ctx, case, (until, &reason)).await?;
            "kept"
        }
        Ok(Decision::Destroy(ground)) => {
            rights.erase(&here.ctx, case, ground).await?;
            "destroyed"
        }
    };
    Ok(Redirect::to(&here.href(&format!("records?saved={done}"))).into_response())
}
