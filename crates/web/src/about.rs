//! What a person says about themself, and how information has to reach them: asked in the first conversation.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::about::{Characteristic, OWN_WORDS, PREFER_NOT, SelfDescription, SelfDescriptionAnswer};
use fingerpost_domain::access::{AccessAnswers, AccessNeed, AccessNeeds};
use fingerpost_domain::calendar::{day_of, plus_days};
use fingerpost_domain::id::CaseId;
use fingerpost_domain::problem::Problems;
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::AboutPerson;
use fingerpost_ui::format::day;
use fingerpost_ui::pages::{AboutPage, CharacteristicView, Choice};

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// Needs are asked about again after a year, unless somebody says sooner.
const REVIEW_AFTER_DAYS: i64 = 365;

type Answers = BTreeMap<Characteristic, SelfDescriptionAnswer>;

fn view(of: Characteristic, answer: &SelfDescriptionAnswer) -> CharacteristicView {
    let fixed = [(OWN_WORDS, "In their own words"), (PREFER_NOT, "Prefers not to say")];
    let options = [("", "Not asked")].iter().chain(of.options()).chain(&fixed);
    CharacteristicView {
        field: of.code().to_owned(),
        question: of.question().to_owned(),
        options: options.map(|(code, text)| Choice::new(code, *text, answer.choice == *code)).collect(),
        value: answer.choice.clone(),
        words: answer.words.clone(),
    }
}

async fn page(
    here: &May<ReadCase>,
    (case, about): (CaseId, &AboutPerson),
    (answers, access): (&Answers, AccessAnswers),
    problems: &Problems,
) -> Result<AboutPage, WebError> {
    let called = about.name.called().to_owned();
    let today = here.app().today();
    let mut frame = here.frame(format!("What {called} says about themself"), "caseload").await?;
    frame.problem = !problems.is_empty();
    let none = SelfDescriptionAnswer::default();
    Ok(AboutPage {
        frame,
        back_href: here.href(&format!("cases/{case}")),
        action: here.href(&format!("cases/{case}/about")),
        called,
        open: about.open,
        characteristics: Characteristic::ALL.iter().map(|of| view(*of, answers.get(of).unwrap_or(&none))).collect(),
        needs: AccessNeed::ALL
            .iter()
            .map(|need| Choice::new(need.code(), need.label(), access.needs.iter().any(|code| code == need.code())))
            .collect(),
        asked: about.access.as_ref().map(|(_, at)| format!("Last written {}.", day(day_of(*at), today))),
        access,
        problems: listed(problems),
    })
}

fn standing(about: &AboutPerson) -> Answers {
    let answer = |said: &SelfDescription| SelfDescriptionAnswer {
        choice: said.code().to_owned(),
        words: said.words().unwrap_or_default().to_owned(),
    };
    about.said.iter().map(|(of, said)| (*of, answer(said))).collect()
}

fn access_standing(here: &May<ReadCase>, known: Option<&AccessNeeds>) -> AccessAnswers {
    let review = known.map_or_else(|| plus_days(here.app().today(), REVIEW_AFTER_DAYS), |needs| needs.review_on);
    AccessAnswers {
        asked: known.is_some(),
        needs: known.iter().flat_map(|known| &known.needs).map(|need| need.code().to_owned()).collect(),
        may_share: known.map_or("", |known| if known.may_share { "yes" } else { "no" }).to_owned(),
        review_day: review.day().to_string(),
        review_month: review.month().to_string(),
        review_year: review.year().to_string(),
    }
}

pub(crate) async fn form(here: May<ReadCase>, Path((_, id)): Path<(String, CaseId)>) -> Result<Response, WebError> {
    let about = here.app().store().about_person(&here.ctx, id).await?;
    let access = access_standing(&here, about.access.as_ref().map(|(needs, _)| needs));
    let drawn = page(&here, (id, &about), (&standing(&about), access), &Problems::none()).await?;
    show(here.app(), &drawn)
}

pub(crate) async fn save(
    here: May<ReadCase>,
    Path((_, id)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let about = here.app().store().about_person(&here.ctx, id).await?;
    let answers: Answers = Characteristic::ALL
        .iter()
        .map(|of| {
            let (choice, words) = (form.text(of.code()), form.text(&format!("{}-words", of.code())));
            (*of, SelfDescriptionAnswer { choice, words })
        })
        .collect();
    let access = AccessAnswers {
        asked: !form.text("access_asked").is_empty(),
        needs: form.all("needs"),
        may_share: form.text("may_share"),
        review_day: form.text("review_day"),
        review_month: form.text("review_month"),
        review_year: form.text("review_year"),
    };
    let mut problems = Problems::none();
    let said: BTreeMap<_, _> =
        answers.iter().filter_map(|(of, answer)| answer.check(*of, &mut problems).map(|said| (*of, said))).collect();
    // What stands already is not asked about again because a form was saved: its day may have passed.
    let unchanged = about.access.as_ref().map(|(needs, _)| access_standing(&here, Some(needs)));
    let needs = match unchanged {
        Some(before) if before == access => None,
        _ => access.check(here.app().today(), &mut problems),
    };
    if !problems.is_empty() {
        return show_again(here.app(), &page(&here, (id, &about), (&answers, access), &problems).await?);
    }
    here.app().store().say_about_person(&work, id, (&said, needs.as_ref())).await?;
    Ok(Redirect::to(&here.href(&format!("cases/{id}?saved=about"))).into_response())
}
