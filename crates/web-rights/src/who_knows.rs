//! Who knows what of a person: what they said of it, what was told, and taking it back.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_correspondence_rules::consent::{ConsentAnswers, Said, TellingAnswers, Whom};
use fingerpost_correspondence_rules::message::{ByHand, Channel, MayLeave};
use fingerpost_domain::Date;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::connection::ConnectionState;
use fingerpost_domain::disclosure::{Basis, ReferrerHears};
use fingerpost_domain::id::{CaseId, ConsentId, RequestKey};
use fingerpost_domain::problem::Problems;
use fingerpost_policy::{Action, ReadCase, WorkCase};
use fingerpost_rights::{ConsentRow, GroupRow, Known};
use fingerpost_store::StoreError;
use fingerpost_ui::format::{day, days_ago};
use fingerpost_ui::pages::{Choice, ConsentLine, KnowsLine, TellingForm, ToldLine, WhoKnowsPage};
use serde::Deserialize;

use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::listed;

/// What was just done, and which consent somebody was told something on.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    saved: Option<String>,
    tell: Option<ConsentId>,
}

/// What was typed, where something is wrong with it.
#[derive(Default)]
struct Typed {
    consent: ConsentAnswers,
    telling: Option<(ConsentId, TellingAnswers)>,
}

fn consent_line(here: &May<ReadCase>, case: CaseId, row: &ConsentRow, today: Date) -> ConsentLine {
    let consent = &row.consent;
    let place = format!("cases/{case}/who-knows");
    let (state, words) = match (&consent.said, row.withdrawn_at) {
        (Said::Given(words), None) => ("Agreed".to_owned(), Some(words.to_string())),
        (Said::Given(words), Some(at)) => {
            (format!("Taken back {}", days_ago(day_of(at), today)), Some(words.to_string()))
        }
        (Said::Refused(words), _) => ("Said no".to_owned(), words.as_ref().map(ToString::to_string)),
        (Said::Without { basis, authority, reason }, ended) => {
            let ended = ended.map(|at| format!(". Ended {}", days_ago(day_of(at), today))).unwrap_or_default();
            (format!("Without agreement: {}{ended}", basis.label()), Some(format!("{authority}: {reason}")))
        }
    };
    ConsentLine {
        name: consent.name.to_string(),
        whom: consent.whom.label().to_owned(),
        what: consent.what.to_string(),
        purpose: consent.purpose.to_string(),
        state,
        words,
        recorded: format!("Recorded {} by {}", days_ago(day_of(row.recorded_at), today), row.recorded_name),
        may_withdraw: row.stands(),
        agreed: matches!(consent.said, Said::Given(_)),
        tell_href: row.stands().then(|| here.href(&format!("{place}?tell={}#tell", row.id))),
        action: here.href(&format!("{place}/{}", row.id)),
    }
}

fn group_line(here: &May<ReadCase>, case: CaseId, group: &GroupRow) -> KnowsLine {
    let told = group.told.label().to_lowercase();
    let what = match group.state {
        ConnectionState::Accepted | ConnectionState::Started if group.by_voice => {
            format!("{}, told by voice", group.told.label())
        }
        ConnectionState::Offered | ConnectionState::NoReply => format!("What is looked for. After a yes: {told}"),
        ConnectionState::Accepted | ConnectionState::Started => format!("{}, with a code", group.told.label()),
        ConnectionState::DeclinedByGroup => "What is looked for. It said no".to_owned(),
        ConnectionState::Ended | ConnectionState::Withdrawn => "Nothing more".to_owned(),
    };
    KnowsLine {
        name: group.name.clone(),
        what,
        href: Some(here.href(&format!("cases/{case}/connections/{}", group.id))),
        link: "Open",
    }
}

fn knows(here: &May<ReadCase>, case: CaseId, known: &Known) -> Vec<KnowsLine> {
    let whole = "Everything that is written here; private notes only whoever works with them, and their supervisor";
    let mut all =
        vec![KnowsLine { name: here.organisation.name.clone(), what: whole.to_owned(), href: None, link: "" }];
    for referrer in &known.referrers {
        let detail = known.referrer_hears.detail();
        let what = if detail.is_empty() {
            known.referrer_hears.label().to_owned()
        } else {
            format!("{}: {}", known.referrer_hears.label(), detail.to_lowercase())
        };
        let href = known.open.then(|| here.href(&format!("cases/{case}#record")));
        all.push(KnowsLine { name: referrer.clone(), what, href, link: "Change" });
    }
    all.extend(known.groups.iter().map(|group| group_line(here, case, group)));
    all
}

/// "By email, by themselves." or why no machine writes.
fn reach(reach: MayLeave, called: &str) -> String {
    match reach {
        MayLeave::By(Channel::Letter) => "They leave by themselves, by letter.".to_owned(),
        MayLeave::By(channel) => {
            format!("They leave by themselves, {}. {called} can stop them with a link in each.", channel.label())
        }
        MayLeave::ByHand(why) => format!("None by itself: {}. You tell {called} yourself.", why.label()),
    }
}

/// What a list offers, with nothing chosen beforehand.
fn choices(all: impl Iterator<Item = (&'static str, String)>) -> Vec<Choice> {
    let none = Choice::new("", "Choose", false);
    std::iter::once(none).chain(all.map(|(code, label)| Choice::new(code, label, false))).collect()
}

async fn page(
    here: &May<ReadCase>,
    case: CaseId,
    asked: &Asked,
    (typed, problems): (Typed, &Problems),
) -> Result<WhoKnowsPage, WebError> {
    let known = here.app().rights().known(&here.ctx, case).await?;
    let today = here.app().today();
    let called = known.name.called().to_owned();
    let may_change = here.may(Action::WorkCase);
    let telling = typed.telling.or_else(|| {
        let (year, month, on) = (today.year(), today.month(), today.day());
        let now = TellingAnswers {
            on_day: on.to_string(),
            on_month: month.to_string(),
            on_year: year.to_string(),
            told: String::new(),
        };
        asked.tell.map(|consent| (consent, now))
    });
    let telling = telling.filter(|_| may_change).and_then(|(id, values)| {
        let row = known.consents.iter().find(|row| row.id == id && row.stands())?;
        Some(TellingForm {
            name: row.consent.name.to_string(),
            what: row.consent.what.to_string(),
            action: here.href(&format!("cases/{case}/who-knows/{id}")),
            values,
        })
    });
    let groups_know =
        known.groups.iter().any(|group| !matches!(group.state, ConnectionState::Ended | ConnectionState::Withdrawn));
    let stands = known.consents.iter().any(|row| row.stands() && matches!(row.consent.said, Said::Given(_)));
    let referrer_hears = !known.referrers.is_empty() && known.referrer_hears != ReferrerHears::Nothing;
    let mut frame = here.frame(format!("Who knows what about {called}"), "caseload").await?;
    frame.problem = !problems.is_empty();
    let key: RequestKey = here.app().store().entropy().id(here.ctx.now);
    Ok(WhoKnowsPage {
        frame,
        back_href: here.href(&format!("cases/{case}")),
        action: here.href(&format!("cases/{case}/who-knows")),
        saved: asked.saved.as_deref().and_then(|what| match what {
            "consent" => Some("Saved."),
            "told" => Some("Written down."),
            "withdraw" => Some("It has ended. Nobody may be told on it any more."),
            "messages" => Some("Saved."),
            "everything" => Some("Everything is taken back. Tell the groups that have met them, too."),
            _ => None,
        }),
        knows: knows(here, case, &known),
        consents: known.consents.iter().map(|row| consent_line(here, case, row, today)).collect(),
        reach: reach(known.reach, &called),
        stopped: known.reach == MayLeave::ByHand(ByHand::Stopped),
        told: (known.told.iter())
            .map(|row| ToldLine { when: day(row.on, today), whom: row.whom.clone(), what: row.what.clone() })
            .collect(),
        may_change,
        open: known.open,
        keep_href: here.may(Action::KeepRecords).then(|| here.href(&format!("records/{case}"))),
        record_href: here.may(Action::CopyRecord).then(|| here.href(&format!("cases/{case}/record"))),
        may_take_back: may_change && (groups_know || stands || referrer_hears),
        whoms: choices(Whom::ALL.iter().map(|whom| (whom.code(), whom.label().to_owned()))),
        bases: choices(
            (Basis::ALL.iter().filter(|basis| **basis != Basis::Agreed))
                .map(|basis| (basis.code(), fingerpost_domain::text::capital(basis.label()))),
        ),
        key: key.to_string(),
        values: typed.consent,
        telling,
        called,
        problems: listed(problems),
    })
}

/// Who knows what.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's scope.
pub async fn list(
    here: May<ReadCase>,
    Path((_, case)): Path<(String, CaseId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    show(here.app(), &page(&here, case, &asked, (Typed::default(), &Problems::none())).await?)
}

fn back(here: &May<ReadCase>, case: CaseId, saved: &str) -> Response {
    Redirect::to(&here.href(&format!("cases/{case}/who-knows?saved={saved}"))).into_response()
}

/// Records what somebody may be told; stops messages, or takes everything back.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's scope.
pub async fn change(
    here: May<ReadCase>,
    Path((_, case)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let rights = here.app().rights();
    let wrong = async |typed: Typed, problems: Problems| {
        show_again(here.app(), &page(&here, case, &Asked::default(), (typed, &problems)).await?)
    };
    match form.text("act").as_str() {
        "messages_stop" => rights.change_messages(&work, case, false).await?,
        "messages_again" => rights.change_messages(&work, case, true).await?,
        "everything" => {
            if form.text("sure").is_empty() {
                return wrong(Typed::default(), Problems::one("sure", "Tick that they said so")).await;
            }
            rights.take_everything_back(&work, case).await?;
            return Ok(back(&here, case, "everything"));
        }
        "consent" => {
            let text = |field| form.text(field);
            let answers = ConsentAnswers {
                whom: text("whom"),
                name: text("name"),
                purpose: text("purpose"),
                what: text("what"),
                said: text("said"),
                words: text("words"),
                basis: text("basis"),
                authority: text("authority"),
                reason: text("reason"),
            };
            return match answers.check() {
                Ok(consent) => match rights.record_consent(&work, case, (&consent, form.key()?)).await {
                    Err(StoreError::ChangedMeanwhile) => {
                        Err(WebError::MovedOn("This case is closed. Nothing was saved."))
                    }
                    done => done.map(|()| back(&here, case, "consent")).map_err(WebError::from),
                },
                Err(problems) => wrong(Typed { consent: answers, telling: None }, problems).await,
            };
        }
        _ => return Err(WebError::StaleForm),
    }
    Ok(back(&here, case, "messages"))
}

/// Takes one consent back, or writes down that somebody was told something on it.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's scope.
pub async fn one(
    here: May<ReadCase>,
    Path((_, case, id)): Path<(String, CaseId, ConsentId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let work = here.also::<WorkCase>()?;
    let rights = here.app().rights();
    match form.text("act").as_str() {
        "withdraw" => {
            rights.withdraw_consent(&work, (case, id)).await?;
            Ok(back(&here, case, "withdraw"))
        }
        "told" => {
            let text = |field| form.text(field);
            let answers = TellingAnswers {
                on_day: text("on_day"),
                on_month: text("on_month"),
                on_year: text("on_year"),
                told: text("told"),
            };
            match answers.check(here.app().today()) {
                Ok(telling) => match rights.record_telling(&work, (case, id), (&telling, form.key()?)).await {
                    Err(StoreError::ChangedMeanwhile) => Err(WebError::MovedOn(
                        "They have taken this back meanwhile, or said no. Nothing was saved. If somebody was told all the same, record on what ground.",
                    )),
                    done => done.map(|()| back(&here, case, "told")).map_err(WebError::from),
                },
                Err(problems) => {
                    let typed = Typed { telling: Some((id, answers)), ..Typed::default() };
                    show_again(here.app(), &page(&here, case, &Asked::default(), (typed, &problems)).await?)
                }
            }
        }
        _ => Err(WebError::StaleForm),
    }
}
