//! Referring: who, then the seven fields, then the receipt. What is typed is kept as a draft.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::Date;
use fingerpost_domain::agreement::Agreement;
use fingerpost_domain::calendar::add_working_days;
use fingerpost_domain::id::{LaunchId, OrganisationId, ReferralId, RequestKey};
use fingerpost_domain::need::Need;
use fingerpost_domain::nhs_number::NhsNumber;
use fingerpost_domain::person::{PersonAnswers, PersonDetails};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::referral::{ReferralAnswers, ReferralState};
use fingerpost_domain::safe_contact::Reach;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_intake_rules::settings::{IntakeSettings, IntakeState};
use fingerpost_policy::{Action, ReferPerson};
use fingerpost_store::{Draft, ReferFrame, WorkerCard};
use fingerpost_ui::format::{day, initials};
use fingerpost_ui::pages::{Choice, IntakeNotice, MessagePage, ReferPage, ReferPaperPage, ReferWhoPage, WorkerView};

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{listed, one_line_address, person_card};

/// Who somebody is, and how to reach them, as a form posts it.
pub(crate) fn answers_of(form: &Posted) -> PersonAnswers {
    PersonAnswers {
        given: form.text("given"),
        family: form.text("family"),
        preferred: form.text("preferred"),
        born_day: form.text("born_day"),
        born_month: form.text("born_month"),
        born_year: form.text("born_year"),
        nhs_number: form.text("nhs_number"),
        address: form.text("address"),
        postcode: form.text("postcode"),
        phone: form.text("phone"),
        email: form.text("email"),
        communication: form.text("communication"),
    }
}

/// What is known of somebody, as a form shows it.
pub(crate) fn answers_from(person: &PersonDetails) -> PersonAnswers {
    let born = person.born.date();
    let text = |value: Option<String>| value.unwrap_or_default();
    PersonAnswers {
        given: person.name.given.to_string(),
        family: person.name.family.to_string(),
        preferred: text(person.name.preferred.as_ref().map(ToString::to_string)),
        born_day: born.day().to_string(),
        born_month: born.month().to_string(),
        born_year: born.year().to_string(),
        nhs_number: text(person.nhs_number.as_ref().map(ToString::to_string)),
        address: text(person.address.as_ref().map(ToString::to_string)),
        postcode: text(person.postcode.as_ref().map(|p| p.as_str().to_owned())),
        phone: text(person.phone.as_ref().map(|p| p.as_str().to_owned())),
        email: text(person.email.as_ref().map(|e| e.as_str().to_owned())),
        communication: text(person.communication.as_ref().map(ToString::to_string)),
    }
}

/// A person fit for this scheme, or what is wrong.
fn check(answers: &PersonAnswers, terms: &SchemeTerms, today: Date) -> Result<PersonDetails, Problems> {
    let person = answers.check(today)?;
    match terms.admits(person.born, today) {
        Ok(()) => Ok(person),
        Err(outside) => Err(Problems::one("born", outside.to_string())),
    }
}

/// What a page of a practice without a scheme says.
async fn no_scheme(here: &May<ReferPerson>) -> Result<Response, WebError> {
    let page = MessagePage {
        frame: here.frame("No scheme yet", "refer").await?,
        heading: "No scheme takes referrals from here yet".to_owned(),
        paragraphs: vec![
            "A social prescribing scheme has to say that it serves you before you can refer.".to_owned(),
            "Ask your network lead which scheme that is, and ask the scheme's administrator to add you.".to_owned(),
        ],
        link: None,
    };
    show(here.app(), &page)
}

async fn who_page(
    here: &May<ReferPerson>,
    (scheme, scheme_name, terms): &(OrganisationId, String, SchemeTerms),
    (action, key): (String, String),
    (answers, problems): (&PersonAnswers, &Problems),
) -> Result<ReferWhoPage, WebError> {
    let mut around = here.frame("Who are you referring?", "refer").await?;
    around.problem = !problems.is_empty();
    let intake = notice(scheme_name, &intake(here, *scheme).await?);
    Ok(ReferWhoPage {
        frame: around,
        intake,
        found: false,
        paper_href: here.href("refer/paper"),
        action,
        key,
        scheme_name: scheme_name.clone(),
        ages: format!("aged {}", terms.ages()),
        values: answers.clone(),
        problems: listed(problems),
    })
}

/// The form on paper, to be filled in by hand and typed in by whoever has an account.
pub(crate) async fn paper(here: May<ReferPerson>) -> Result<Response, WebError> {
    let Some(around) = here.app().store().refer_frame(&here.ctx).await? else { return no_scheme(&here).await };
    let page = ReferPaperPage {
        frame: here.frame("Referral on paper", "refer").await?,
        back_href: here.href("refer"),
        practice: here.organisation.name.clone(),
        ages: format!("aged {}", around.terms.ages()),
        scheme_name: around.scheme_name,
        needs: Need::ALL.iter().map(|need| need.label().to_owned()).collect(),
        reaches: Reach::ALL.iter().map(|reach| reach.label().to_owned()).collect(),
        workers: around.workers.iter().map(|worker| format!("{}: {}", worker.name, worker.days)).collect(),
    };
    show(here.app(), &page)
}

pub(crate) async fn who_form(here: May<ReferPerson>) -> Result<Response, WebError> {
    let Some(scheme) = here.app().store().refer_terms(&here.ctx).await? else { return no_scheme(&here).await };
    let key: RequestKey = here.app().store().entropy().id(here.ctx.now);
    let target = (here.href("refer"), key.to_string());
    let page = who_page(&here, &scheme, target, (&PersonAnswers::default(), &Problems::none())).await?;
    show(here.app(), &page)
}

/// Whom the reader has sent before, where nothing but their NHS number was typed.
async fn known_by_number(here: &May<ReferPerson>, answers: &PersonAnswers) -> Result<Option<PersonDetails>, WebError> {
    let alone = [&answers.given, &answers.family, &answers.born_day, &answers.born_month, &answers.born_year];
    if alone.iter().any(|typed| !typed.trim().is_empty()) {
        return Ok(None);
    }
    let Ok(number) = NhsNumber::parse(&answers.nhs_number) else { return Ok(None) };
    Ok(here.app().intake().sent_before(&here.ctx, &number).await?)
}

pub(crate) async fn who(here: May<ReferPerson>, form: Posted) -> Result<Response, WebError> {
    let Some(scheme) = here.app().store().refer_terms(&here.ctx).await? else { return no_scheme(&here).await };
    let key = form.key()?;
    let answers = answers_of(&form);
    if let Some(person) = known_by_number(&here, &answers).await? {
        let target = (here.href("refer"), key.to_string());
        let filled = answers_from(&person);
        let page = who_page(&here, &scheme, target, (&filled, &Problems::none())).await?;
        return show(here.app(), &ReferWhoPage { found: true, ..page });
    }
    match check(&answers, &scheme.2, here.app().today()) {
        Ok(person) => {
            let started = here.app().store().start_referral(&here.ctx, &person, key).await?;
            Ok(Redirect::to(&here.href(&format!("refer/{}", started.id))).into_response())
        }
        Err(problems) => {
            let target = (here.href("refer"), key.to_string());
            show_again(here.app(), &who_page(&here, &scheme, target, (&answers, &problems)).await?)
        }
    }
}

/// A person handed over from a clinical system: a draft at once, or the form with what came over and what is still missing.
pub(crate) async fn from_launch(
    here: May<ReferPerson>,
    id: LaunchId,
    answers: PersonAnswers,
) -> Result<Response, WebError> {
    let Some(scheme) = here.app().store().refer_terms(&here.ctx).await? else { return no_scheme(&here).await };
    match check(&answers, &scheme.2, here.app().today()) {
        Ok(person) => {
            let started = match here.app().intake().open_launch(&here.ctx, id, &person).await {
                Err(fingerpost_store::StoreError::NotFound) => return Err(WebError::LaunchRefused),
                started => started?,
            };
            Ok(Redirect::to(&here.href(&format!("refer/{}", started.id))).into_response())
        }
        Err(problems) => {
            match here.app().intake().claim_launch(&here.ctx, id).await {
                Err(fingerpost_store::StoreError::NotFound) => return Err(WebError::LaunchRefused),
                claimed => claimed?,
            }
            // It stays theirs until it runs out: whoever reloads finds it again. The form's key is the launch's, so that only one
            // draft comes of it.
            let target = (here.href("refer"), id.to_string());
            show_again(here.app(), &who_page(&here, &scheme, target, (&answers, &problems)).await?)
        }
    }
}

pub(crate) async fn person_form(
    here: May<ReferPerson>,
    Path((_, id)): Path<(String, ReferralId)>,
) -> Result<Response, WebError> {
    let draft = here.app().store().draft(&here.ctx, id).await?;
    let Some(scheme) = here.app().store().refer_terms(&here.ctx).await? else { return no_scheme(&here).await };
    let target = (here.href(&format!("refer/{id}/person")), String::new());
    let page = who_page(&here, &scheme, target, (&answers_from(&draft.person), &Problems::none())).await?;
    show(here.app(), &page)
}

pub(crate) async fn person(
    here: May<ReferPerson>,
    Path((_, id)): Path<(String, ReferralId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let Some(scheme) = here.app().store().refer_terms(&here.ctx).await? else { return no_scheme(&here).await };
    let answers = answers_of(&form);
    match check(&answers, &scheme.2, here.app().today()) {
        Ok(person) => {
            here.app().store().change_draft_person(&here.ctx, id, &person).await?;
            Ok(Redirect::to(&here.href(&format!("refer/{id}"))).into_response())
        }
        Err(problems) => {
            let target = (here.href(&format!("refer/{id}/person")), String::new());
            show_again(here.app(), &who_page(&here, &scheme, target, (&answers, &problems)).await?)
        }
    }
}

fn worker_view(here: &May<ReferPerson>, worker: &WorkerCard) -> WorkerView {
    let today = here.app().today();
    let free = worker.places.saturating_sub(worker.open_cases);
    let room = if free == 0 {
        format!("No free place: {} people for {} places", worker.open_cases, worker.places)
    } else {
        format!("{free} of {} places free", worker.places)
    };
    let wait = worker.wait.map(|wait| match wait.median {
        None => format!("Longer than {} working days: many still wait", wait.longest),
        Some(0) => "Mostly on the same day".to_owned(),
        Some(days) => {
            let by = day(add_working_days(today, days), today);
            format!("In about {days} working {}, by {by}", if days == 1 { "day" } else { "days" })
        }
    });
    let wait_basis = worker.wait.map(|wait| {
        let half = match wait.median {
            Some(days) => format!("half had a first contact within {days} working days"),
            None => "half have not had a first contact yet".to_owned(),
        };
        format!(
            "Of the last {} people sent in the past year, {half}; {} still wait. The longest wait for a first contact was {} working \
             days; the longest of those who still wait is {} so far.",
            wait.people, wait.waiting, wait.longest, wait.longest_waiting
        )
    });
    WorkerView {
        name: worker.name.clone(),
        initials: initials(&worker.name),
        picture: worker.picture.then(|| here.href(&format!("workers/{}/picture", worker.user))),
        languages: worker.languages.clone(),
        helps_with: worker.helps_with.clone(),
        away: worker.away_until.map(|until| format!("Away until {}", day(until, today))),
        days: worker.days.clone(),
        room,
        phone: worker.phone.clone(),
        wait,
        wait_basis,
    }
}

/// Ways to reach the person that their details allow, each with its number or address.
fn reaches(person: &PersonDetails, chosen: &str) -> Vec<Choice> {
    let phone = person.phone.as_ref().map(|p| p.as_str().to_owned());
    let way = |reach: Reach, detail: Option<String>| {
        detail.map(|detail| {
            let words =
                if detail.is_empty() { reach.label().to_owned() } else { format!("{} {detail}", reach.label()) };
            Choice::new(reach.code(), words, chosen == reach.code())
        })
    };
    [
        way(Reach::Phone, phone.clone()),
        way(Reach::Text, phone),
        way(Reach::Email, person.email.as_ref().map(|e| e.as_str().to_owned())),
        way(Reach::Letter, one_line_address(person).filter(|_| person.address.is_some())),
        way(Reach::Trusted, Some(String::new())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the scheme of this practice has set.
async fn intake(here: &May<ReferPerson>, scheme: OrganisationId) -> Result<IntakeSettings, WebError> {
    Ok(here.app().store().intake_settings(here.ctx.grant.tenant(), scheme).await?)
}

/// What stands on top while a scheme takes nobody or nearly nobody.
fn notice(scheme_name: &str, settings: &IntakeSettings) -> Option<IntakeNotice> {
    let title = match settings.state {
        IntakeState::Open => return None,
        IntakeState::UrgentOnly => format!("{scheme_name} is nearly full: send only people who cannot wait"),
        IntakeState::Full => format!("{scheme_name} is full and takes nobody for now"),
    };
    Some(IntakeNotice {
        title,
        instead: settings.instead.as_ref().map(ToString::to_string).unwrap_or_default(),
        full: settings.takes_nobody(),
    })
}

async fn form_page(
    here: &May<ReferPerson>,
    (frame, draft): (&ReferFrame, &Draft),
    (answers, problems): (&ReferralAnswers, &Problems),
) -> Result<ReferPage, WebError> {
    let today = here.app().today();
    let card = person_card(&draft.person, today);
    let mut around = here.frame(format!("Refer {} to a link worker", card.called), "refer").await?;
    around.problem = !problems.is_empty();
    let settings = intake(here, frame.scheme).await?;
    let intake = notice(&frame.scheme_name, &settings);
    Ok(ReferPage {
        frame: around,
        intake,
        criteria: settings.criteria.iter().map(ToString::to_string).collect(),
        area: settings.area.join(", "),
        action: here.href(&format!("refer/{}", draft.id)),
        change_href: here.href(&format!("refer/{}/person", draft.id)),
        person: card,
        scheme_name: frame.scheme_name.clone(),
        workers: frame.workers.iter().map(|worker| worker_view(here, worker)).collect(),
        needs: Need::ALL
            .iter()
            .map(|need| Choice::new(need.code(), need.label(), answers.needs.iter().any(|code| code == need.code())))
            .collect(),
        reaches: reaches(&draft.person, &answers.reach),
        read: draft.mark(),
        values: answers.clone(),
        send_text: format!("Send to {}", frame.scheme_name),
        signpost_href: here.may(Action::Signpost).then(|| here.href("signpost")),
        problems: listed(problems),
    })
}

pub(crate) async fn form(
    here: May<ReferPerson>,
    Path((_, id)): Path<(String, ReferralId)>,
) -> Result<Response, WebError> {
    let store = here.app().store();
    let draft = match store.draft(&here.ctx, id).await {
        // It was sent meanwhile, or by another tap: its own page says what became of it.
        Err(fingerpost_store::StoreError::NotFound) => {
            return Ok(Redirect::to(&here.href(&format!("sent/{id}"))).into_response());
        }
        draft => draft?,
    };
    let Some(frame) = store.refer_frame(&here.ctx).await? else { return no_scheme(&here).await };
    let answers = ReferralAnswers {
        asker: draft.asker.clone().unwrap_or_default(),
        on_behalf: draft.on_behalf.clone().unwrap_or_default(),
        needs: draft.needs.iter().map(|need| need.code().to_owned()).collect(),
        words: draft.words.clone().unwrap_or_default(),
        reach: draft.reach.map(|reach| reach.code().to_owned()).unwrap_or_default(),
        guidance: draft.guidance.clone().unwrap_or_default(),
        risk: draft.risk.clone().unwrap_or_default(),
        risk_note: draft.risk_note.clone().unwrap_or_default(),
        safeguarding: draft.safeguarding.clone().unwrap_or_default(),
        agreement: String::new(),
    };
    show(here.app(), &form_page(&here, (&frame, &draft), (&answers, &Problems::none())).await?)
}

pub(crate) async fn send(
    here: May<ReferPerson>,
    Path((_, id)): Path<(String, ReferralId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let store = here.app().store();
    let answers = ReferralAnswers {
        asker: form.text("asker"),
        on_behalf: form.text("on_behalf"),
        needs: form.all("needs"),
        words: form.text("words"),
        reach: form.text("reach"),
        guidance: form.text("guidance"),
        risk: form.text("risk"),
        risk_note: form.text("risk_note"),
        safeguarding: form.text("safeguarding"),
        agreement: form.text("agreement"),
    };
    let draft = match store.draft_to_answer(&here.ctx, id).await {
        Err(fingerpost_store::StoreError::NotFound) => {
            // A second tap on the same button: its receipt is the first one's.
            return Ok(Redirect::to(&here.href(&format!("sent/{id}?just=sent"))).into_response());
        }
        draft => draft?,
    };
    let read = form.text("read");
    // A script that posts without having read a page says nothing of it.
    let stale = !read.is_empty() && read != draft.mark();
    let Some((scheme, ..)) = store.refer_terms(&here.ctx).await? else { return no_scheme(&here).await };
    let full = intake(&here, scheme).await?.takes_nobody();
    let checked = match (answers.check_for(&draft.person), stale) {
        (Ok(request), false) if full && request.agreement == Agreement::Agreed => Err(Problems::one(
            "agreement",
            "Nothing was sent: the scheme takes nobody for now. What to do instead stands on top of this page. Choose \
             \u{201c}Save it and send nothing\u{201d} to keep this for when it does again",
        )),
        (checked, false) => checked,
        (checked, true) => {
            let mut problems = checked.err().unwrap_or_else(Problems::none);
            problems.add(
                "agreement",
                "This referral was saved in another window since you opened this one. What stands here is what you wrote: look \
                 it through, then say again whether they agreed",
            );
            Err(problems)
        }
    };
    match checked {
        Ok(request) => {
            let state = store.answer_draft(&here.ctx, id, &request).await?;
            let note = match state {
                ReferralState::Sent => "?just=sent",
                ReferralState::Draft => "?just=kept",
                ReferralState::DeclinedByPerson => "?just=declined",
                _ => "",
            };
            Ok(Redirect::to(&here.href(&format!("sent/{id}{note}"))).into_response())
        }
        Err(problems) => {
            let answers = if stale { ReferralAnswers { agreement: String::new(), ..answers } } else { answers };
            let Some(frame) = store.refer_frame(&here.ctx).await? else { return no_scheme(&here).await };
            show_again(here.app(), &form_page(&here, (&frame, &draft), (&answers, &problems)).await?)
        }
    }
}
