//! What stands on every page about a person: risks, the safe way to reach them, how to communicate.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::id::CaseId;
use fingerpost_domain::person::{CareAnswers, PersonAnswers, PersonDetails};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::safe_contact::Reach;
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::{CasePage as Case, PersonHere, StoreError};
use fingerpost_ui::pages::{CarePage, Choice, WhoPage};

use crate::refer::{answers_from, answers_of};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// The version that the form was made of, where it is still the one that stands.
fn read_version(form: &Posted, case: &Case) -> Result<i64, WebError> {
    let read: i64 = form.text("version").parse().map_err(|_| WebError::StaleForm)?;
    if case.version == read { Ok(read) } else { Err(StoreError::ChangedMeanwhile.into()) }
}

async fn page(
    here: &May<ReadCase>,
    case: &Case,
    answers: &CareAnswers,
    problems: &Problems,
) -> Result<CarePage, WebError> {
    let called = case.person.details.name.called().to_owned();
    let mut frame = here.frame(format!("Take care of {called}"), "caseload").await?;
    frame.problem = !problems.is_empty();
    Ok(CarePage {
        frame,
        back_href: here.href(&format!("cases/{}", case.id)),
        action: here.href(&format!("cases/{}/care", case.id)),
        called,
        version: case.version,
        reaches: Reach::ALL
            .iter()
            .map(|reach| Choice::new(reach.code(), reach.label(), answers.reach == reach.code()))
            .collect(),
        values: answers.clone(),
        problems: listed(problems),
    })
}

fn standing(case: &Case) -> CareAnswers {
    let PersonHere { details, safe_contact, risk } = &case.person;
    CareAnswers {
        risk: risk.code().to_owned(),
        risk_note: risk.note().unwrap_or_default().to_owned(),
        reach: safe_contact.reach.code().to_owned(),
        guidance: safe_contact.guidance.as_ref().map(ToString::to_string).unwrap_or_default(),
        phone: details.phone.as_ref().map(|p| p.as_str().to_owned()).unwrap_or_default(),
        email: details.email.as_ref().map(|e| e.as_str().to_owned()).unwrap_or_default(),
        address: details.address.as_ref().map(ToString::to_string).unwrap_or_default(),
        postcode: details.postcode.as_ref().map(|p| p.as_str().to_owned()).unwrap_or_default(),
        communication: details.communication.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

pub(crate) async fn form(here: May<ReadCase>, Path((_, id)): Path<(String, CaseId)>) -> Result<Response, WebError> {
    here.also::<WorkCase>()?;
    let case = here.app().store().case(&here.ctx, id).await?;
    if case.closed.is_some() {
        return Ok(Redirect::to(&here.href(&format!("cases/{id}"))).into_response());
    }
    show(here.app(), &page(&here, &case, &standing(&case), &Problems::none()).await?)
}

pub(crate) async fn change(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let case = here.app().store().case(&here.ctx, id).await?;
    let answers = CareAnswers {
        risk: form.text("risk"),
        risk_note: form.text("risk_note"),
        reach: form.text("reach"),
        guidance: form.text("guidance"),
        phone: form.text("phone"),
        email: form.text("email"),
        address: form.text("address"),
        postcode: form.text("postcode"),
        communication: form.text("communication"),
    };
    let read = read_version(&form, &case)?;
    match answers.check(&case.person.details) {
        Ok(care) => {
            let details: PersonDetails = care.details;
            let person = PersonHere { details, safe_contact: care.safe_contact, risk: care.risk };
            here.app().store().change_care(&work, id, (&person, read)).await?;
            Ok(Redirect::to(&here.href(&format!("cases/{id}?saved=care"))).into_response())
        }
        Err(problems) => show_again(here.app(), &page(&here, &case, &answers, &problems).await?),
    }
}

async fn who_page(
    here: &May<ReadCase>,
    case: &Case,
    (values, problems): (PersonAnswers, &Problems),
) -> Result<WhoPage, WebError> {
    let called = case.person.details.name.called().to_owned();
    let mut frame = here.frame(format!("Who {called} is"), "caseload").await?;
    frame.problem = !problems.is_empty();
    Ok(WhoPage {
        frame,
        back_href: here.href(&format!("cases/{}", case.id)),
        action: here.href(&format!("cases/{}/who", case.id)),
        called,
        version: case.version,
        values,
        problems: listed(problems),
    })
}

/// Name, birthday and NHS number, to be put right.
pub(crate) async fn who_form(here: May<ReadCase>, Path((_, id)): Path<(String, CaseId)>) -> Result<Response, WebError> {
    here.also::<WorkCase>()?;
    let case = here.app().store().case(&here.ctx, id).await?;
    if case.closed.is_some() {
        return Ok(Redirect::to(&here.href(&format!("cases/{id}"))).into_response());
    }
    let values = answers_from(&case.person.details);
    show(here.app(), &who_page(&here, &case, (values, &Problems::none())).await?)
}

/// Puts right who somebody is.
pub(crate) async fn correct_who(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let case = here.app().store().case(&here.ctx, id).await?;
    // The rest stays as it is: it is changed on its own page.
    let stands = answers_from(&case.person.details);
    let answers = PersonAnswers {
        address: stands.address,
        postcode: stands.postcode,
        phone: stands.phone,
        email: stands.email,
        communication: stands.communication,
        ..answers_of(&form)
    };
    let read = read_version(&form, &case)?;
    let problems = match answers.check_identity(&case.person.details, here.app().today()) {
        Ok(person) => match here.app().store().correct_person(&work, id, (&person, read)).await {
            Ok(()) => return Ok(Redirect::to(&here.href(&format!("cases/{id}?saved=who"))).into_response()),
            Err(StoreError::AlreadyThere) => Problems::one(
                "nhs_number",
                "This NHS number belongs to somebody else who is here. Compare the two first",
            ),
            Err(error) => return Err(error.into()),
        },
        Err(problems) => problems,
    };
    show_again(here.app(), &who_page(&here, &case, (answers, &problems)).await?)
}
