//! Whether somebody is here twice, or a referral of somebody else was taken for theirs: putting records together, taking them apart.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_domain::access::AccessNeeds;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::CaseId;
use fingerpost_domain::person::{Email, Phone};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::referral::typed_reference;
use fingerpost_domain::text::Line;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::MergePeople;
use fingerpost_rights::{CaseLine, Comparison, JoinRow, RecordSide, ReferralLine};
use fingerpost_store::{PersonHere, StoreError};
use fingerpost_ui::format::{birth_day, count, day, day_and_time};
use fingerpost_ui::pages::{BesideRow, CompareRecordsPage, JoinLine, LikelyLine, LikenessesPage, TakenLine};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::{show, show_again};
use fingerpost_web_core::permitted::May;
use fingerpost_web_core::view::{care, listed, one_line_address};
use serde::Deserialize;

/// What was just done. A word of ours.
#[derive(Debug, Deserialize)]
pub struct Saved {
    saved: Option<String>,
}

fn saved(what: &str) -> Option<&'static str> {
    match what {
        "joined" => Some("The two records are one now. Read it through: what both knew stands on it."),
        "apart" => {
            Some("They are two again. Read both through: what was written meanwhile stands where it was written.")
        }
        "waits" => {
            Some("Taken out. The referral waits again to be taken up, and letters about somebody else are taken back.")
        }
        "moved" => Some("Taken out. The case stands on a record of its own now."),
        _ => None,
    }
}

/// The one referral by which somebody is here cannot be about somebody else; while two records stand as one, nothing is taken out of them.
fn taken(line: &ReferralLine, (cases, joined): (usize, bool), today: Date) -> TakenLine {
    let from = match &line.from {
        Some((who, practice)) => format!("by {who}, {practice}"),
        None => "by themselves or somebody close to them".to_owned(),
    };
    let movable = !joined && (line.joined || cases > 1);
    let consequence = movable.then(|| {
        let goes = if line.joined {
            "It waits again to be taken up, and whoever sent it is answered anew. What your team has written because of it stays: read it \
             through."
        } else {
            "The case that it opened moves to a record of its own, made from what the referral says, with everything in it."
        };
        let care = if line.leaves {
            "What it said of risks and reaching them leaves this record, where nobody has changed it since."
        } else {
            "What it said of risks and reaching them cannot be told any more from what others said: it stays on this record. Put it right \
             in the case."
        };
        format!("{goes} {care}")
    });
    let letters = (line.joined && line.letters > 0).then(|| {
        format!(
            "{} went to whoever sent it. Those written since it was taken for theirs are taken back; what was read cannot be \
             unread: tell whoever answers for data protection.",
            count(i64::from(line.letters), "letter", "letters")
        )
    });
    TakenLine {
        id: line.id.to_string(),
        name: line.name.full(),
        reference: line.reference.clone(),
        detail: format!("Sent {} {from}", day(day_of(line.sent_at), today)),
        consequence,
        letters,
    }
}

fn joined(row: &JoinRow, today: Date) -> JoinLine {
    let said = |what: &str, (who, at): &(String, Timestamp)| format!("{what} {}, by {who}", day_and_time(*at, today));
    JoinLine {
        id: row.id.to_string(),
        name: row.name.full(),
        made: said("Put together", &row.made),
        why: row.why.clone(),
        undone: row.undone.as_ref().map(|undone| said("Taken apart", undone)),
    }
}

async fn page(
    here: &May<MergePeople>,
    case: CaseId,
    (reference, problems): (String, &Problems),
) -> Result<LikenessesPage, WebError> {
    let found = here.app().rights().likenesses(&here.ctx, case).await?;
    let today = here.app().today();
    let called = found.person.name.called().to_owned();
    let mut frame = here.frame(format!("Is {called} here twice?"), "caseload").await?;
    frame.problem = !problems.is_empty();
    let number = found.person.nhs_number.as_ref().map(|number| format!(", NHS number {number}")).unwrap_or_default();
    let referrals: Vec<TakenLine> =
        found.referrals.iter().map(|line| taken(line, (found.cases.len(), found.joined), today)).collect();
    Ok(LikenessesPage {
        frame,
        back_href: here.href(&format!("cases/{case}")),
        saved: None,
        about: format!("{}, born {}{number}", found.person.name.full(), birth_day(found.person.born.date())),
        cases: found
            .cases
            .iter()
            .filter(|_| found.cases.len() > 1)
            .map(|line| (here.href(&format!("cases/{}", line.id)), case_line(line, today)))
            .collect(),
        likely: found
            .likely
            .iter()
            .map(|(other, person, likeness)| LikelyLine {
                href: here.href(&format!("cases/{case}/likenesses/{other}")),
                name: person.name.full(),
                detail: format!("Born {}. {}", birth_day(person.born.date()), likeness.label()),
            })
            .collect(),
        action: here.href(&format!("cases/{case}/likenesses")),
        reference,
        only: referrals.iter().any(|line| line.consequence.is_none()).then(|| {
            if found.joined {
                "Two records stand together here. To take a referral out, take the records apart first: below."
                    .to_owned()
            } else {
                format!("A referral without a choice is the one by which {called} came here: where all of it is wrong, put right who they are.")
            }
        }),
        referrals,
        joins: found.joins.iter().map(|row| joined(row, today)).collect(),
        called,
        problems: listed(problems),
    })
}

/// Who may be the same person, what was taken for theirs, what was put together.
///
/// # Errors
/// [`WebError::NotFound`] outside the scheme.
pub async fn likenesses(
    here: May<MergePeople>,
    Path((_, case)): Path<(String, CaseId)>,
    Query(done): Query<Saved>,
) -> Result<Response, WebError> {
    let page = page(&here, case, (String::new(), &Problems::none())).await?;
    let saved = done.saved.as_deref().and_then(saved).map(str::to_owned);
    show(here.app(), &LikenessesPage { saved, ..page })
}

/// Looks for the other record by a reference, takes a referral out, or takes two records apart.
///
/// # Errors
/// [`WebError::NotFound`] outside the scheme; [`WebError::MovedOn`] where it was done already, or cannot be.
pub async fn change(
    here: May<MergePeople>,
    Path((_, case)): Path<(String, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let back = |what: &str| Redirect::to(&here.href(&format!("cases/{case}/likenesses?saved={what}"))).into_response();
    let rights = here.app().rights();
    match form.text("do").as_str() {
        "out" => {
            let referral = form.text("referral").parse().map_err(|_| WebError::NotFound)?;
            match rights.take_out(&here.ctx, case, referral).await {
                Ok(waits) => Ok(back(if waits { "waits" } else { "moved" })),
                Err(StoreError::AlreadyThere) => Err(WebError::MovedOn(
                    "This referral bears the NHS number of the person. Where it is about somebody else, one of the two numbers is wrong: \
                     put the person's right in their case first. Nothing was changed.",
                )),
                Err(StoreError::ChangedMeanwhile | StoreError::NotFound) => Err(WebError::MovedOn(
                    "It was taken out already, or it is the only one by which they are here, or two records were put together meanwhile: take \
                     them apart first. Nothing was changed.",
                )),
                Err(error) => Err(error.into()),
            }
        }
        "apart" => {
            let join = form.text("join").parse().map_err(|_| WebError::NotFound)?;
            match rights.take_apart(&here.ctx, case, join).await {
                Ok(()) => Ok(back("apart")),
                Err(StoreError::ChangedMeanwhile) => Err(WebError::MovedOn(
                    "They were taken apart already, or a third record was put together with them since: take the newest apart first. Nothing \
                     was changed.",
                )),
                Err(error) => Err(error.into()),
            }
        }
        _ => {
            let typed = form.text("reference");
            let found = match typed_reference(&typed) {
                Some(reference) => rights.case_of_reference(&here.ctx, &reference).await?,
                None => None,
            };
            let problem = match found {
                Some(other) => {
                    let next = here.href(&format!("cases/{case}/likenesses/{other}"));
                    return Ok(Redirect::to(&next).into_response());
                }
                None if typed.trim().is_empty() => "Enter the reference of the other record",
                None => "No case of your scheme came of a referral with this reference. Look at it again",
            };
            let problems = Problems::one("reference", problem);
            show_again(here.app(), &page(&here, case, (typed, &problems)).await?)
        }
    }
}

fn case_line(case: &CaseLine, today: Date) -> String {
    let opened = day(day_of(case.opened_at), today);
    match &case.closed {
        None => format!("Open since {opened}, {}", case.worker_name),
        Some((at, outcome)) => {
            let ended = day(day_of(*at), today);
            format!("{opened} to {ended}, {}: {}", case.worker_name, outcome.label().to_lowercase())
        }
    }
}

fn cases(all: &[CaseLine], today: Date) -> String {
    all.iter().map(|case| case_line(case, today)).collect::<Vec<_>>().join(". ")
}

/// What is known of somebody, under the names that the screens have for it.
fn facts(here: &PersonHere) -> Vec<(&'static str, String)> {
    let details = &here.details;
    let or_nothing = |text: Option<String>| text.unwrap_or_default();
    vec![
        ("NHS number", or_nothing(details.nhs_number.as_ref().map(ToString::to_string))),
        ("Address", or_nothing(one_line_address(details))),
        ("Phone", or_nothing(details.phone.as_ref().map(|phone| Phone::as_str(phone).to_owned()))),
        ("Email", or_nothing(details.email.as_ref().map(|email| Email::as_str(email).to_owned()))),
        ("How to communicate", or_nothing(details.communication.as_ref().map(ToString::to_string))),
        ("Safe contact", here.safe_contact.said_for(details)),
        ("Risks for anyone visiting", care(details, &here.safe_contact, &here.risk).risk_text),
    ]
}

fn access_words(access: Option<&AccessNeeds>) -> String {
    match access.map(|access| access.needs.as_slice()) {
        None => String::new(),
        Some([]) => "Asked: nothing needed".to_owned(),
        Some(needs) => needs.iter().map(|need| need.label()).collect::<Vec<_>>().join(", "),
    }
}

fn rows(comparison: &Comparison, today: Date) -> Vec<BesideRow> {
    let row =
        |label, one: String, other: String| BesideRow { label, same: !one.is_empty() && one == other, one, other };
    let (kept, gone) = (&comparison.kept, &comparison.gone);
    let name = |side: &RecordSide| side.here.details.name.full();
    let born = |side: &RecordSide| birth_day(side.here.details.born.date());
    let access = |side: &RecordSide| access_words(side.access.as_ref());
    let stopped = |side: &RecordSide| if side.stopped { "Wants none" } else { "May be sent" }.to_owned();
    let mut rows = vec![row("Name", name(kept), name(gone)), row("Date of birth", born(kept), born(gone))];
    rows.extend(
        facts(&kept.here).into_iter().zip(facts(&gone.here)).map(|((label, one), (_, other))| row(label, one, other)),
    );
    rows.extend([
        row("How information reaches them", access(kept), access(gone)),
        row("Messages that send themselves", stopped(kept), stopped(gone)),
        BesideRow { same: false, ..row("Cases with you", cases(&kept.cases, today), cases(&gone.cases, today)) },
    ]);
    rows
}

/// What would stand on the kept record.
fn after(comparison: &Comparison) -> Vec<(String, String)> {
    let details = &comparison.after.details;
    let mut all =
        vec![("Name".to_owned(), details.name.full()), ("Date of birth".to_owned(), birth_day(details.born.date()))];
    all.extend(facts(&comparison.after).into_iter().map(|(label, value)| (label.to_owned(), value)));
    all.push(("How information reaches them".to_owned(), access_words(comparison.access().as_ref())));
    let stopped = comparison.kept.stopped || comparison.gone.stopped;
    all.push(("Messages that send themselves".to_owned(), if stopped { "None" } else { "May be sent" }.to_owned()));
    all.retain(|(_, value)| !value.is_empty());
    all
}

async fn compared(
    here: &May<MergePeople>,
    (case, other): (CaseId, CaseId),
    (why, problems): (String, &Problems),
) -> Result<CompareRecordsPage, WebError> {
    let comparison = here.app().rights().compare(&here.ctx, (case, other)).await?;
    let name = &comparison.kept.here.details.name;
    let mut frame = here.frame(format!("{}: one person or two?", name.called()), "caseload").await?;
    frame.problem = !problems.is_empty();
    let ends = comparison.both_open().then(|| {
        "Both have an open case. The other's ends by this, without a letter to anybody; its referrals and what comes next in it go on in \
         this one. What is written in it stays there for you to read. Tell both link workers."
            .to_owned()
    });
    Ok(CompareRecordsPage {
        frame,
        back_href: here.href(&format!("cases/{case}/likenesses")),
        name: name.full(),
        called: name.called().to_owned(),
        rows: rows(&comparison, here.app().today()),
        obstacle: comparison.obstacle.map(|obstacle| obstacle.label().to_owned()),
        swap_href: comparison
            .obstacle
            .is_none_or(|obstacle| obstacle.other_way_round())
            .then(|| here.href(&format!("cases/{other}/likenesses/{case}"))),
        after: after(&comparison),
        ends,
        action: here.href(&format!("cases/{case}/likenesses/{other}")),
        mark: comparison.mark.clone(),
        why,
        problems: listed(problems),
    })
}

/// Two records beside each other.
///
/// # Errors
/// [`WebError::NotFound`] where either is outside the scheme.
pub async fn compare(
    here: May<MergePeople>,
    Path((_, case, other)): Path<(String, CaseId, CaseId)>,
) -> Result<Response, WebError> {
    show(here.app(), &compared(&here, (case, other), (String::new(), &Problems::none())).await?)
}

/// Puts them together.
///
/// # Errors
/// [`WebError::NotFound`] where either is outside the scheme; [`WebError::MovedOn`] where it was done already, or something changed.
pub async fn join(
    here: May<MergePeople>,
    Path((_, case, other)): Path<(String, CaseId, CaseId)>,
    form: Posted,
) -> Result<Response, WebError> {
    let typed = form.text("why");
    let problem = match Line::parse(&typed) {
        Ok(Some(why)) => {
            match here.app().rights().join_records(&here.ctx, (case, other), (&why, &form.text("mark"))).await {
                Ok(()) => {
                    return Ok(
                        Redirect::to(&here.href(&format!("cases/{case}/likenesses?saved=joined"))).into_response()
                    );
                }
                Err(StoreError::ChangedMeanwhile) => {
                    return Err(WebError::MovedOn(
                        "They are one record already, or something has changed since you opened the page. Compare them again. Nothing was \
                     changed.",
                    ));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None) => "Say how you know it, in a few words".to_owned(),
        Err(refused) => refused.to_string(),
    };
    let problems = Problems::one("why", problem);
    show_again(here.app(), &compared(&here, (case, other), (typed, &problems)).await?)
}
