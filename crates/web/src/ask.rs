//! Asking for help oneself: a page for anyone, then one question on one page behind the asker's own link, then where the request is.
//! No account. Looking changes nothing; what is answered is kept at each press.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::crisis;
use fingerpost_domain::need::Need;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::referral::ReferralState;
use fingerpost_domain::safe_contact::Reach;
use fingerpost_domain::self_referral::{
    Question, RATHER_TALK, ReferralSource, SelfReferralAnswers, hard_label, questions,
};
use fingerpost_domain::text::Line;
use fingerpost_store::{Asking, Followed, LiveLink, OpenScheme, StoreError};
use fingerpost_ui::format::{birth_day, day, reference_spoken};
use fingerpost_ui::pages::{
    AskCheckPage, AskPage, AskStartPage, AskStatusPage, Choice, Frame, Link, MessagePage, PhoneLine, Step, SummaryRow,
};

use crate::measures::At;
use fingerpost_web_core::form::{Posted, link_token};
use fingerpost_web_core::frame::{of_link, show, show_again};
use fingerpost_web_core::limits::{Beginning, Caller};
use fingerpost_web_core::view::listed;
use fingerpost_web_core::{App, WebError};

/// What is posted when somebody goes on, sends, stops or takes their request back.
const SEND: &str = "send";
const STOP: &str = "stop";
const TAKE_BACK: &str = "take_back";
const SAY_WHEN: &str = "say_when";

/// Letters of one field that are kept.
const LONGEST_FIELD: usize = 4_000;

fn phone_line(name: &str, phone: Option<&String>) -> Option<PhoneLine> {
    phone.map(|phone| PhoneLine { name: name.to_owned(), number: phone.clone() })
}

async fn start_page(app: &App, slug: &str, scheme: &OpenScheme, problems: &Problems) -> Result<AskStartPage, WebError> {
    let settings = app.store().intake_settings(&scheme.tenant, scheme.id).await?;
    Ok(AskStartPage {
        full: settings.takes_nobody(),
        instead: settings.says_instead().map(ToString::to_string),
        frame: Frame {
            title: format!("Ask {} for help", scheme.name),
            csrf: link_token(slug),
            invented: app.invented(),
            problem: !problems.is_empty(),
            ..Frame::default()
        },
        action: format!("/self-referral/{slug}"),
        scheme_name: scheme.name.clone(),
        ages: scheme.terms.ages(),
        phone: phone_line(&scheme.name, scheme.phone.as_ref()),
        who: [(ReferralSource::Oneself, "Me"), (ReferralSource::Carer, "Somebody I look after or know well")]
            .map(|(source, words)| Choice::new(source.code(), words, false))
            .into(),
        problems: listed(problems),
    })
}

pub(crate) async fn start(State(app): State<App>, Path(slug): Path<String>) -> Result<Response, WebError> {
    let scheme = app.store().open_scheme(&slug).await?;
    show(&app, &start_page(&app, &slug, &scheme, &Problems::none()).await?)
}

pub(crate) async fn begin(
    State(app): State<App>,
    Path(slug): Path<String>,
    caller: Caller,
    form: Posted,
) -> Result<Response, WebError> {
    let scheme = app.store().open_scheme(&slug).await?;
    // No person sees this field. What fills it in is a machine, or a browser that means well.
    if !form.text("website").is_empty() {
        let problems = Problems::one(
            "who",
            "Your browser filled in a field that has to stay empty. Choose again, and press Start",
        );
        return show_again(&app, &start_page(&app, &slug, &scheme, &problems).await?);
    }
    let source = ReferralSource::from_code(&form.text("who")).filter(|source| *source != ReferralSource::Practice);
    let Some(source) = source else {
        let problems = Problems::one("who", "Choose who you are asking for");
        return show_again(&app, &start_page(&app, &slug, &scheme, &problems).await?);
    };
    let page = start_page(&app, &slug, &scheme, &Problems::none()).await?;
    if page.full {
        // It became full since the page was opened: the page says what to do instead.
        return show(&app, &page);
    }
    caller.may_begin(&app, Beginning::Asking)?;
    let token = app.store().begin_asking(&scheme, source, app.now()).await?;
    Ok(Redirect::to(&format!("/l/{token}")).into_response())
}

/// What was posted with one question, written into the answers.
fn take(answers: &mut SelfReferralAnswers, question: Question, form: &Posted) {
    // Far more than any field holds, and no more: what is typed is kept even where it is wrong.
    let text = |field: &str| form.text(field).chars().take(LONGEST_FIELD).collect::<String>();
    match question {
        Question::Asker => {
            answers.asker_name = text("asker_name");
            answers.asker_is = text("asker_is");
            answers.asker_phone = text("asker_phone");
            answers.knows = text("knows");
        }
        Question::Hard => {
            let ticked = form.all("hard").into_iter().take(Need::ALL.len() + 1);
            answers.hard = ticked.map(|code| code.chars().take(20).collect()).collect();
        }
        Question::Words => answers.words = text("words"),
        Question::Name => {
            answers.given = text("given");
            answers.family = text("family");
        }
        Question::Born => {
            answers.born_day = text("born_day");
            answers.born_month = text("born_month");
            answers.born_year = text("born_year");
        }
        Question::Reach => {
            answers.reach = text("reach");
            answers.phone = text("phone");
            answers.email = text("email");
            answers.address = text("address");
            answers.postcode = text("postcode");
            answers.guidance = text("guidance");
            answers.communication = text("communication");
        }
    }
}

fn heading(question: Question, source: ReferralSource) -> &'static str {
    let oneself = source == ReferralSource::Oneself;
    match question {
        Question::Asker => "Who are you?",
        Question::Hard if oneself => "What is hard at the moment?",
        Question::Hard => "What is hard for them at the moment?",
        Question::Words if oneself => "What would you like us to know?",
        Question::Words => "What would they like us to know?",
        Question::Name if oneself => "What is your name?",
        Question::Name => "What is their name?",
        Question::Born if oneself => "When were you born?",
        Question::Born => "When were they born?",
        Question::Reach if oneself => "How can we reach you safely?",
        Question::Reach => "How can we reach them safely?",
    }
}

fn hard_choices(answers: &SelfReferralAnswers, source: ReferralSource) -> Vec<Choice> {
    let chosen = |code: &str| answers.hard.iter().any(|each| each == code);
    Need::ALL.iter().map(|need| Choice::new(need.code(), hard_label(*need, source), chosen(need.code()))).collect()
}

fn reach_choices(answers: &SelfReferralAnswers) -> Vec<Choice> {
    [Reach::Phone, Reach::Text, Reach::Email, Reach::Letter]
        .map(|reach| {
            let words = if reach == Reach::Phone { "A phone call" } else { reach.label() };
            Choice::new(reach.code(), words, answers.reach == reach.code())
        })
        .into()
}

fn in_danger(answers: &SelfReferralAnswers) -> bool {
    crisis::may_be_danger(&answers.words) || crisis::may_be_danger(&answers.guidance)
}

fn question_page(
    app: &App,
    (token, asked): (&str, &Asking),
    (question, answers): (Question, &SelfReferralAnswers),
    problems: &Problems,
) -> AskPage {
    let all = questions(asked.source);
    let place = all.iter().position(|each| *each == question).unwrap_or(0);
    let heading = heading(question, asked.source);
    let mut frame = of_link(app, token, heading);
    frame.problem = !problems.is_empty();
    AskPage {
        frame,
        back_href: place.checked_sub(1).and_then(|before| all.get(before)).map(|before| back(token, *before)),
        action: format!("/l/{token}"),
        question: question.code(),
        oneself: asked.source == ReferralSource::Oneself,
        progress: format!("Ask for help: question {} of {}", place + 1, all.len()),
        heading,
        danger: in_danger(answers),
        hard: hard_choices(answers, asked.source),
        talk: Choice::new(RATHER_TALK, "", answers.hard.iter().any(|code| code == RATHER_TALK)),
        reaches: reach_choices(answers),
        knows: [("yes", "Yes, and they want this"), ("no", "No, I have not asked them yet")]
            .map(|(code, words)| Choice::new(code, words, answers.knows == code))
            .into(),
        values: answers.clone(),
        phone: phone_line(&asked.scheme_name, asked.scheme_phone.as_ref()),
        problems: listed(problems),
    }
}

fn back(token: &str, question: Question) -> String {
    format!("/l/{token}?item={}", question.code())
}

async fn check_page(app: &App, (token, link): (&str, &LiveLink), asked: &Asking) -> Result<AskCheckPage, WebError> {
    let settings = app.store().intake_settings(&link.tenant, asked.scheme).await?;
    let answers = &asked.answers;
    let said = |text: &str| if text.trim().is_empty() { "Left empty".to_owned() } else { text.trim().to_owned() };
    let line = |question: Question, key: &str, value: String| (question, key.to_owned(), value);
    let oneself = asked.source == ReferralSource::Oneself;
    let mut hard: Vec<String> =
        hard_choices(answers, asked.source).into_iter().filter(|each| each.checked).map(|each| each.text).collect();
    if answers.hard.iter().any(|code| code == RATHER_TALK) {
        hard.push("I would rather say it to a person".to_owned());
    }
    let way = Reach::from_code(&answers.reach).map_or("", Reach::label);
    let details = [&answers.phone, &answers.email, &answers.address, &answers.postcode];
    let details: Vec<&str> = details.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    let guidance = answers.guidance.trim();
    let reach = [way.to_owned(), details.join(", "), guidance.to_owned()];
    let born = asked.answers.check(asked.source, (&asked.terms, app.today()));
    let born = born.map_or_else(|_| String::new(), |ready| birth_day(ready.person.born.date()));
    let mut lines = vec![];
    if asked.source == ReferralSource::Carer {
        let me = format!("{}, {}. {}", answers.asker_name.trim(), answers.asker_is.trim(), answers.asker_phone.trim());
        lines.push(line(Question::Asker, "You", me));
    }
    lines.extend([
        line(Question::Hard, "What is hard", hard.join("; ")),
        line(Question::Words, if oneself { "In your words" } else { "In their words" }, said(&answers.words)),
        line(Question::Name, "Name", format!("{} {}", answers.given.trim(), answers.family.trim())),
        line(Question::Born, "Born", born),
        line(
            Question::Reach,
            "Safest way",
            reach.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". "),
        ),
        line(Question::Reach, "What helps to understand", said(&answers.communication)),
    ]);
    Ok(AskCheckPage {
        full: settings.says_instead().filter(|_| settings.takes_nobody()).map(ToString::to_string),
        frame: of_link(app, token, "Check your answers"),
        action: format!("/l/{token}"),
        scheme_name: asked.scheme_name.clone(),
        oneself,
        danger: in_danger(answers),
        rows: lines
            .into_iter()
            .map(|(question, key, value)| {
                SummaryRow::new(&key, value).change(back(token, question), &key.to_lowercase())
            })
            .collect(),
        phone: phone_line(&asked.scheme_name, asked.scheme_phone.as_ref()),
    })
}

/// The question to show: the one asked for where it has been reached, or the next.
fn reached(asked: &Asking, at: &At) -> Option<Question> {
    let next = asked.answers.next(asked.source);
    let wanted = at.item.as_deref().and_then(Question::from_code);
    let wanted = wanted.filter(|question| questions(asked.source).contains(question));
    match (wanted, next) {
        (Some(wanted), Some(next)) if wanted <= next => Some(wanted),
        (Some(wanted), None) => Some(wanted),
        (_, next) => next,
    }
}

pub(crate) async fn open(app: &App, (token, link): (&str, &LiveLink), at: &At) -> Result<Response, WebError> {
    let asked = gone(app.store().asking(link, app.now()).await)?;
    if asked.referral.is_some() {
        let followed = app.store().followed(link, app.now()).await?;
        return show(app, &status_page(app, token, &followed, (String::new(), &Problems::none())));
    }
    match reached(&asked, at) {
        Some(question) => {
            show(app, &question_page(app, (token, &asked), (question, &asked.answers), &Problems::none()))
        }
        None => show(app, &check_page(app, (token, link), &asked).await?),
    }
}

/// Answers that were deleted are a link that can no longer be used.
fn gone<T>(done: Result<T, StoreError>) -> Result<T, WebError> {
    match done {
        Err(StoreError::NotFound) => Err(WebError::LinkGone),
        done => Ok(done?),
    }
}

pub(crate) async fn post(app: &App, (token, link): (&str, &LiveLink), form: &Posted) -> Result<Response, WebError> {
    let here = || Redirect::to(&format!("/l/{token}")).into_response();
    let asked = gone(app.store().asking(link, app.now()).await)?;
    if asked.referral.is_some() {
        // Also a second press of "Send": it shows where the request is.
        match form.text("then").as_str() {
            TAKE_BACK => gone(app.store().take_back_asking(link, app.now()).await)?,
            SAY_WHEN => return say_when(app, (token, link), form).await,
            _ => {}
        }
        return Ok(here());
    }
    match form.text("then").as_str() {
        STOP => {
            gone(app.store().stop_asking(link, app.now()).await)?;
            return show(app, &stopped(app, &asked));
        }
        SEND => {
            return match asked.answers.check(asked.source, (&asked.terms, app.today())) {
                Ok(ready) => {
                    match app.store().send_asking(link, &ready, app.now()).await {
                        // It became full since the page was opened: the page says what to do instead, and the answers stay.
                        Ok(()) | Err(StoreError::ChangedMeanwhile | StoreError::Full) => {}
                        Err(error) => return gone(Err(error)),
                    }
                    Ok(here())
                }
                Err((question, problems)) => {
                    let page = question_page(app, (token, &asked), (question, &asked.answers), &problems);
                    show_again(app, &page)
                }
            };
        }
        _ => {}
    }
    let question = Question::from_code(&form.text("question")).filter(|each| questions(asked.source).contains(each));
    let Some(question) = question else { return Ok(here()) };
    let mut typed = asked.answers.clone();
    take(&mut typed, question, form);
    let checked = typed.check_one(question, asked.source, (&asked.terms, app.today()));
    // What was typed is kept even where it is not right yet: somebody who goes for their glasses finds it again.
    let right = checked.is_ok();
    let keep = app.store().keep_answers(link, app.now(), |answers| {
        take(answers, question, form);
        if right {
            answers.note(question);
        } else {
            answers.ask_again(question);
        }
    });
    gone(keep.await)?;
    match checked {
        Ok(()) => Ok(here()),
        Err(problems) => show_again(app, &question_page(app, (token, &asked), (question, &typed), &problems)),
    }
}

/// When and how they would rather be reached, said while they wait.
async fn say_when(app: &App, (token, link): (&str, &LiveLink), form: &Posted) -> Result<Response, WebError> {
    let typed = form.text("when");
    let mut problems = Problems::none();
    let said = problems.take("when", Line::parse(&typed)).flatten();
    if said.is_none() && problems.is_empty() {
        problems.add("when", "Write when or how we should reach you");
    }
    let Some(said) = said else {
        let followed = app.store().followed(link, app.now()).await?;
        return show_again(app, &status_page(app, token, &followed, (typed, &problems)));
    };
    match app.intake().say_when(link, &said, app.now()).await {
        // Where help is now stands before everything else.
        Ok(()) if crisis::may_be_danger(&typed) => {
            let followed = app.store().followed(link, app.now()).await?;
            let page = status_page(app, token, &followed, (String::new(), &Problems::none()));
            return show(app, &AskStatusPage { danger: true, ..page });
        }
        Ok(()) => {}
        Err(StoreError::Full) => {
            problems.add("when", "There is no room for more words here. Please ring instead");
            let followed = app.store().followed(link, app.now()).await?;
            return show_again(app, &status_page(app, token, &followed, (typed, &problems)));
        }
        // It was answered since: the page says who to ring.
        Err(StoreError::ChangedMeanwhile) => return Ok(Redirect::to(&format!("/l/{token}")).into_response()),
        Err(error) => return Err(error.into()),
    }
    let page = MessagePage {
        frame: of_link(app, token, "We have noted it"),
        heading: "We have noted it".to_owned(),
        paragraphs: vec!["Whoever gets in touch reads it first, with what you said before.".to_owned()],
        link: Some(Link { text: "Back to your request".to_owned(), href: format!("/l/{token}") }),
    };
    show(app, &page)
}

fn stopped(app: &App, asked: &Asking) -> MessagePage {
    let mut paragraphs =
        vec!["Nothing was sent, and your answers are deleted. You can ask again at any time.".to_owned()];
    paragraphs.extend(
        asked
            .scheme_phone
            .as_ref()
            .map(|phone| format!("Would you rather talk? Ring {} on {phone}.", asked.scheme_name)),
    );
    paragraphs.push("If you need help today, call 111. In an emergency call 999.".to_owned());
    MessagePage {
        frame: Frame { title: "Your answers are deleted".to_owned(), invented: app.invented(), ..Frame::default() },
        heading: "Your answers are deleted".to_owned(),
        paragraphs,
        link: None,
    }
}

fn status_heading(followed: &Followed, app: &App) -> String {
    let today = app.today();
    let oneself = followed.source == ReferralSource::Oneself;
    let you = if oneself { "you" } else { followed.called.as_str() };
    match followed.state {
        ReferralState::Withdrawn => "Your request is taken back".to_owned(),
        ReferralState::NotAccepted => format!("{} cannot take this up", followed.scheme_name),
        ReferralState::Accepted => {
            let worker = followed.worker_name.as_deref().unwrap_or("A link worker");
            let worker = worker.split(' ').next().unwrap_or(worker);
            match followed.next_due {
                Some(due) if due >= today => format!("{worker} will be in touch by {}", day(due, today)),
                _ if oneself => format!("{worker} was to be in touch with {you}"),
                _ => format!("{worker} will be in touch soon"),
            }
        }
        ReferralState::DeclinedByPerson => "This has ended".to_owned(),
        ReferralState::Draft | ReferralState::Sent | ReferralState::Returned => "We have your request".to_owned(),
    }
}

fn status_steps(followed: &Followed, app: &App) -> Vec<Step> {
    let today = app.today();
    if matches!(followed.state, ReferralState::Withdrawn | ReferralState::NotAccepted | ReferralState::DeclinedByPerson)
    {
        return vec![];
    }
    let step = |when: String, what: String, done: bool| Step { when, what, done };
    let sent = day(day_of(followed.sent_at), today);
    let mut steps = vec![step(sent, format!("{} has it.", followed.scheme_name), true)];
    let worker = followed.worker_name.clone().unwrap_or_else(|| "A link worker".to_owned());
    steps.push(match followed.decided_at.filter(|_| followed.state == ReferralState::Accepted) {
        Some(at) => step(day(day_of(at), today), format!("It was read. {worker} takes it up."), true),
        None if followed.answer_due < today => {
            let ring = followed.scheme_phone.as_ref().map(|phone| format!(" Ring {}.", unbroken(phone)));
            let late =
                format!("Somebody was to read it by {}.{}", day(followed.answer_due, today), ring.unwrap_or_default());
            step("Late".to_owned(), late, false)
        }
        None => step(format!("By {}, 5pm", day(followed.answer_due, today)), "Somebody reads it.".to_owned(), false),
    });
    let phone = followed.worker_phone.as_ref().map(|phone| format!(" from {}", unbroken(phone)));
    let phone = phone.unwrap_or_default();
    let whom = if followed.source == ReferralSource::Oneself { "you" } else { followed.called.as_str() };
    let due = followed.next_due.filter(|_| followed.state == ReferralState::Accepted);
    steps.push(match due {
        // What happened since is between the two of them: this page is read by whoever holds its address.
        Some(due) if due < today => {
            let ring = followed.scheme_phone.as_ref().map(|phone| format!(" ring {}", unbroken(phone)));
            let ring = ring.unwrap_or_else(|| format!(" ask {}", followed.scheme_name));
            step(
                format!("By {}", day(due, today)),
                format!("{worker} was to be in touch with {whom}{phone}. Not heard yet? Then{ring}."),
                false,
            )
        }
        due => {
            let when = due.map_or_else(|| "Then".to_owned(), |due| format!("By {}", day(due, today)));
            step(
                when,
                format!("{worker} is in touch{phone}, in the safe way you chose. It takes about 20 minutes."),
                false,
            )
        }
    });
    steps.push(step(
        "After that".to_owned(),
        "You meet, if that is wanted: at home, at the surgery, or somewhere you like.".to_owned(),
        false,
    ));
    steps
}

/// A number that a line does not break.
pub(crate) fn unbroken(phone: &str) -> String {
    phone.replace(' ', "\u{a0}")
}

fn status_page(app: &App, token: &str, followed: &Followed, (typed, problems): (String, &Problems)) -> AskStatusPage {
    let heading = status_heading(followed, app);
    AskStatusPage {
        frame: of_link(app, token, &heading),
        action: format!("/l/{token}"),
        address: format!("{}/l/{token}", app.public_url()),
        reference: followed.reference.clone(),
        spoken: reference_spoken(&followed.reference),
        nothing_to_do: matches!(followed.state, ReferralState::Sent | ReferralState::Accepted),
        heading,
        steps: status_steps(followed, app),
        alternative: followed.alternative.clone(),
        danger: false,
        say_when: matches!(followed.state, ReferralState::Sent | ReferralState::Returned),
        typed,
        problems: listed(problems),
        take_back: followed.state == ReferralState::Sent,
        phone: phone_line(
            followed.worker_name.as_deref().unwrap_or(&followed.scheme_name),
            followed.worker_phone.as_ref().or(followed.scheme_phone.as_ref()),
        ),
    }
}
