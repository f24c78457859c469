//! What messages say. Subjects are neutral: a telephone on a kitchen table gives nothing away, and no
//! message names a person, a need or a reason.

use fingerpost_casework::Appointment;
use fingerpost_correspondence_rules::group_code::GroupCode;
use fingerpost_correspondence_rules::wording::{EMERGENCY, Mark, Worded, Wording};
use fingerpost_domain::visit::VisitKind;
use fingerpost_store::MessageTemplate;
use icalendar::{Calendar, Class, Component as _, Event};

/// A message ready to leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The words.
    pub body: String,
    /// The same in the length of a text message.
    pub short: String,
    /// Who writes, for the head of a letter on paper.
    pub from: Option<String>,
    /// A calendar file, and what a calendar is to do with it.
    pub calendar: Option<(String, &'static str)>,
}

/// What a message is written from.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// Whom it is for.
    pub name: &'a str,
    /// What links begin with.
    pub public_url: &'a str,
    /// The one-time link, where it has one.
    pub link: Option<String>,
    /// The code, where it brings one.
    pub code: Option<GroupCode>,
    /// The appointment, where it is about one.
    pub appointment: Option<Appointment>,
    /// The link that stops messages like this, where it is for a person and travels by a telephone.
    pub stop: Option<String>,
    /// Who writes.
    pub from: Option<String>,
    /// In whose words, where a scheme may have its own.
    pub wording: Option<Wording>,
}

impl Facts<'_> {
    fn wording(&self, worded: Worded) -> Wording {
        self.wording.clone().unwrap_or_else(|| Wording::usual(worded))
    }
}

/// Writes a message.
#[must_use]
pub fn letter(template: MessageTemplate, facts: &Facts<'_>) -> Letter {
    let public_url = facts.public_url;
    let link = facts.link.as_deref();
    if let Some(appointment) = &facts.appointment {
        return about(template, appointment, facts);
    }
    let (subject, text) = match template {
        MessageTemplate::Invitation => (
            "Your sign-in",
            format!(
                "You have been invited to Fingerpost. Choose your password here, within 3 days:\n\n{}\n\nThe link works once. \
                 If you did not expect this, you need not do anything.",
                link.unwrap_or(public_url)
            ),
        ),
        MessageTemplate::ReferralArrived => (
            "Something is waiting for you",
            format!("A referral has arrived. Sign in to read and answer it:\n\n{public_url}"),
        ),
        MessageTemplate::AnswerDue => (
            "An answer is due",
            format!(
                "A referral still waits for its answer, and the day for which it was promised has come. Sign in to answer \
                 it:\n\n{public_url}"
            ),
        ),
        MessageTemplate::AnswerLate => (
            "An answer is late",
            format!(
                "A referral of yours has not been answered by the day that was promised. Those who answer it have been reminded. Sign in \
                 to see how to ring them:\n\n{public_url}"
            ),
        ),
        MessageTemplate::StillToBeTold => (
            "Somebody has still to be told",
            format!(
                "Somebody asked for help themselves and was turned down, and nobody has noted that they were told. Sign in to see who it \
                 is:\n\n{public_url}"
            ),
        ),
        MessageTemplate::DraftWaits => (
            "Something was not sent",
            format!(
                "A referral that you began was not sent. Nobody has it yet. Sign in to finish it once the person has agreed, or to drop \
                 it:\n\n{public_url}"
            ),
        ),
        MessageTemplate::DecideWithout => (
            "A question was not answered",
            format!(
                "Somebody was asked something about a referral and has not answered for as long as you wait. Decide without the \
                 answer, or ring them. Sign in to read it:\n\n{public_url}"
            ),
        ),
        MessageTemplate::QuestionBack => (
            "A question for you",
            format!(
                "Before a referral of yours is answered, somebody needs to know something from you. Sign in to read the question and \
                 answer it:\n\n{public_url}"
            ),
        ),
        MessageTemplate::ReferralAnswered => (
            "There is an answer for you",
            format!("A referral of yours has been answered. Sign in to read it:\n\n{public_url}"),
        ),
        MessageTemplate::FeedbackArrived => (
            "There is news for you",
            format!("There is news of somebody you referred. Sign in to read it:\n\n{public_url}"),
        ),
        MessageTemplate::CountAgainDue => (
            "It is time to count again",
            format!(
                "The months after your change are over, and can be counted. Counting takes a minute. Sign in, and open                  Improvement:\n\n{public_url}"
            ),
        ),
        MessageTemplate::SurveyReminder => (
            "Some have not answered yet",
            format!(
                "A survey that you opened is still open, and not everybody has answered. Sign in, open Improvement, and send its \
                 address once more:\n\n{public_url}"
            ),
        ),
        MessageTemplate::SurveyInvitation => (
            "A few questions for you",
            format!(
                "{} would like to know what you think. It takes a few minutes. Nobody signs in, nobody is named, and you may leave any \
                 question out:\n\n{}\n\nYou hear about it once more in two weeks, and then no more.",
                facts.from.as_deref().unwrap_or("A colleague"),
                link.unwrap_or(public_url)
            ),
        ),
        MessageTemplate::SurveyNudge => (
            "Still time to answer",
            format!(
                "If you have answered the questions that {} asked: thank you, and there is nothing more to do. We cannot see who has. If you \
                 have not, there is still time:\n\n{}\n\nThis is the last message about it.",
                facts.from.as_deref().unwrap_or("a colleague"),
                link.unwrap_or(public_url)
            ),
        ),
        MessageTemplate::ConnectionOffered => {
            let page = |_| link.unwrap_or(public_url).to_owned();
            ("A question for your group", facts.wording(Worded::Offered).filled(page))
        }
        MessageTemplate::EntryStillRight => (
            "Is this still right?",
            format!(
                "People find you in the directory of what there is near them. Is what it says of you still right? One press of a \
                 button is enough; you can also mend it, say how many places are free, or that you rest for a while. There is no \
                 account and no password:\n\n{}\n\nIf nobody answers within 90 days, the entry is no longer shown.",
                link.unwrap_or(public_url)
            ),
        ),
        MessageTemplate::GroupAnswered => {
            ("A group has answered", format!("A group has answered your question. Sign in to read it:\n\n{public_url}"))
        }
        MessageTemplate::AnswerAlert => (
            "Please look at this now",
            format!(
                "An answer to a questionnaire may mean that somebody is in danger. Sign in to see who it is, ring them, and press \
                 \u{201c}I have seen to it\u{201d}. Until somebody has, this comes again every hour:\n\n{public_url}"
            ),
        ),
        MessageTemplate::VisitOverdue => (
            "Please ring a colleague",
            format!(
                "Somebody of your scheme has not said that they are back from a visit. Sign in to see who it is and where they \
                 went, and ring them. If you cannot reach them, do what your scheme has agreed for this:\n\n{public_url}"
            ),
        ),
        MessageTemplate::PeopleHandedOver => (
            "People were handed over to you",
            format!(
                "Somebody whom a colleague worked with is on your list now, with a note for you. Sign in to read it:\n\n{public_url}"
            ),
        ),
        MessageTemplate::MessagesStopped => (
            "Somebody wants no more messages",
            format!(
                "Somebody of yours has stopped the messages that send themselves. What is planned with them you tell them yourself from \
                 now on. Sign in to see who it is:\n\n{public_url}"
            ),
        ),
        MessageTemplate::GroupCode => (
            "Your code",
            format!(
                "Here is the code that you asked for:\n\n{}\n\nType it on the page that you have open. It works for half an hour. If \
                 nobody in your group asked for it, do not pass it on, and tell us.",
                facts.code.as_ref().map(GroupCode::spaced).unwrap_or_default()
            ),
        ),
        MessageTemplate::Register => (
            "Your register",
            format!(
                "Everybody from us who comes to you stands on one page. Tick who came, once a session:\n\n{}\n\nKeep this message: the \
                 page works for two months. It shows names only after a code that comes to this address.",
                link.unwrap_or(public_url)
            ),
        ),
        // Without its appointment there is nothing to say: the worker of the outbox does not come here.
        MessageTemplate::Appointment | MessageTemplate::AppointmentReminder | MessageTemplate::AppointmentOff => {
            ("A message for you", "Please get in touch with us.".to_owned())
        }
        MessageTemplate::WorkerWillBeInTouch => {
            let words = facts.wording(Worded::InTouch).filled(|_| String::new());
            ("A message for you", format!("{words}\n\n{EMERGENCY}"))
        }
    };
    // Of ours the first paragraph says it; the rest is for those who read e-mail. A scheme's own are as long as it made them.
    let own = Worded::from_code(template.code()).zip(facts.wording.as_ref());
    let short = match own.filter(|(worded, own)| own.as_str() != worded.usual()) {
        Some(_) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        None => text.split("\n\n").next().unwrap_or_default().to_owned(),
    };
    finished(subject, &text, &short, facts)
}

fn finished(subject: &str, text: &str, short: &str, facts: &Facts<'_>) -> Letter {
    let stop = facts.stop.as_deref();
    let end =
        stop.map(|link| format!("\n\nTo get no more messages like this, open this page:\n{link}")).unwrap_or_default();
    let stop = stop.map(|link| format!(" No more texts: {link}")).unwrap_or_default();
    Letter {
        subject: subject.to_owned(),
        body: format!("Hello {},\n\n{text}{end}\n", facts.name),
        short: format!("Hello {}. {short}{stop}", facts.name),
        from: facts.from.clone(),
        calendar: None,
    }
}

/// Where they meet, as the person reads it.
fn place(appointment: &Appointment) -> String {
    let visit = &appointment.visit;
    let typed = visit.place.as_ref().map(ToString::to_string);
    match (visit.kind, typed) {
        (VisitKind::Home, _) => "at your home".to_owned(),
        (VisitKind::Call, _) => "by phone".to_owned(),
        (VisitKind::Practice, Some(place)) => format!("at the surgery, {place}"),
        (VisitKind::Practice, None) => "at the surgery".to_owned(),
        (VisitKind::GoAlong, Some(place)) => format!("we go together: {place}"),
        (VisitKind::GoAlong, None) => "we go together".to_owned(),
        (VisitKind::Elsewhere, Some(place)) => place,
        (VisitKind::Elsewhere, None) => "where we agreed".to_owned(),
    }
}

/// A message about an appointment. Its subject says neither with whom nor what for; the calendar file neither.
fn about(template: MessageTemplate, appointment: &Appointment, facts: &Facts<'_>) -> Letter {
    let visit = &appointment.visit;
    let day = visit.on.strftime("%A %-d %B %Y").to_string();
    let (hour, minute) = (visit.at.hour(), visit.at.minute());
    let half = if hour < 12 { "am" } else { "pm" };
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    let time = if minute == 0 { format!("{hour}{half}") } else { format!("{hour}:{minute:02}{half}") };
    let (worker, place) = (&appointment.worker_name, place(appointment));
    let meets = if visit.kind == VisitKind::Call { "rings" } else { "meets" };
    let ring = appointment.worker_phone.as_deref().map(|phone| format!("ring {phone}"));
    let ring = ring.unwrap_or_else(|| format!("tell {worker}"));
    let (worded, subject, short) = match template {
        MessageTemplate::AppointmentOff => (
            Worded::Off,
            "A change for you",
            format!("Your appointment on {day} at {time} is called off. Questions? Please {ring}."),
        ),
        MessageTemplate::AppointmentReminder => (
            Worded::Reminder,
            "A reminder for you",
            format!("Tomorrow, {day}, at {time}: {worker} {meets} you, {place}. Not possible? Please {ring}."),
        ),
        _ => (
            Worded::Appointment,
            "A day and a time for you",
            format!("{worker} {meets} you on {day} at {time}, {place}. Not possible? Please {ring}."),
        ),
    };
    let text = facts.wording(worded).filled(|mark| match mark {
        Mark::Worker => worker.clone(),
        Mark::Meets => meets.to_owned(),
        Mark::Day => day.clone(),
        Mark::Time => time.clone(),
        Mark::Place => place.clone(),
        Mark::Ring => ring.clone(),
        Mark::Link => String::new(),
    });
    // Our short words stand for ours alone: a scheme's own are as long as it made them.
    let own = facts.wording.as_ref().filter(|own| own.as_str() != worded.usual());
    let short = if own.is_some() { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { short };
    let off = template == MessageTemplate::AppointmentOff;
    let calendar = (template != MessageTemplate::AppointmentReminder).then(|| calendar(appointment, off));
    Letter { calendar, ..finished(subject, &text, &short, facts) }
}

/// The appointment as iCalendar (RFC 5545). Calendars are shared in families: it says that there is an appointment.
fn calendar(appointment: &Appointment, off: bool) -> (String, &'static str) {
    let stamp = |at: fingerpost_domain::Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut event = Event::new()
        .uid(&format!("{}@fingerpost", appointment.id))
        .summary("Appointment")
        .class(Class::Private)
        .sequence(u32::from(off))
        .add_property("DTSTAMP", stamp(appointment.planned_at))
        .add_property("DTSTART", stamp(appointment.visit.begins()))
        .add_property("DTEND", stamp(appointment.visit.ends()))
        .done();
    let method = if off { "CANCEL" } else { "PUBLISH" };
    if off {
        event.add_property("STATUS", "CANCELLED");
    }
    let mut calendar = Calendar::new();
    calendar.append_property(("METHOD", method));
    calendar.push(event);
    (calendar.done().to_string(), method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_give_nothing_away() {
        for &template in MessageTemplate::ALL {
            let letter =
                letter(template, &Facts { name: "Peggy", public_url: "https://example.org", ..Facts::default() });
            let subject = letter.subject.to_lowercase();
            for word in ["refer", "social", "prescri", "link worker", "peggy", "nhs", "practice", "health"] {
                assert!(!subject.contains(word), "{subject}");
            }
        }
    }

    #[test]
    fn a_schemes_own_words_are_filled_in_and_a_text_says_all_of_them() {
        let wording =
            Wording::parse(Worded::Appointment, "Bydd [worker] yn eich gweld:\n\n[day], [time]. Neu: [ring].");
        let facts = Facts {
            name: "Peggy",
            appointment: Some(appointment(VisitKind::Home)),
            wording: wording.unwrap(),
            ..Facts::default()
        };
        let letter = letter(MessageTemplate::Appointment, &facts);
        assert!(
            letter.body.starts_with("Hello Peggy,\n\nBydd Maya") && letter.body.contains("1 December 2026, 10:30am.")
        );
        assert!(letter.short.contains("yn eich gweld: Tuesday 1 December 2026, 10:30am. Neu: "), "{}", letter.short);
        assert_eq!((letter.subject.as_str(), letter.calendar.is_some()), ("A day and a time for you", true));
        let wording = Wording::parse(Worded::InTouch, "Diolch!\n\nWe ring by Friday.").unwrap();
        let hello =
            super::letter(MessageTemplate::WorkerWillBeInTouch, &Facts { name: "Peggy", wording, ..Facts::default() });
        assert_eq!(hello.short, format!("Hello Peggy. Diolch! We ring by Friday. {EMERGENCY}"));
    }

    fn appointment(kind: VisitKind) -> Appointment {
        Appointment {
            id: fingerpost_domain::ambient::Entropy::from_number(1).id(fingerpost_domain::Timestamp::UNIX_EPOCH),
            visit: fingerpost_domain::visit::Visit {
                kind,
                on: jiff::civil::date(2026, 12, 1),
                at: jiff::civil::time(10, 30, 0, 0),
                minutes: 60,
                place: None,
                postcode: None,
                remember: fingerpost_domain::text::Line::parse("Her son drinks").unwrap(),
            },
            worker_name: "Maya Okonkwo".into(),
            worker_phone: Some("01632 960 200".into()),
            planned_at: fingerpost_domain::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_appointment_says_when_and_where_and_nothing_else_in_what_others_see() {
        use MessageTemplate as M;
        for template in [M::Appointment, M::AppointmentReminder, M::AppointmentOff] {
            for &kind in VisitKind::ALL {
                let about = Some(appointment(kind));
                let facts =
                    Facts { name: "Peggy", public_url: "https://example.org", appointment: about, ..Facts::default() };
                let letter = letter(template, &facts);
                let calendar = letter.calendar.map(|(text, _)| text).unwrap_or_default();
                for seen in [&letter.subject, &calendar] {
                    for word in ["Peggy", "Maya", "son", "home", "surgery", "01632"] {
                        assert!(!seen.contains(word), "{seen}");
                    }
                }
                assert!(letter.body.contains("Tuesday 1 December 2026") && letter.short.contains("01632 960 200"));
                assert!(!letter.body.contains("drinks"), "what the link worker is to remember is not for the message");
            }
        }
        let rings = Some(appointment(VisitKind::Call));
        let facts = Facts { name: "Peggy", appointment: rings, ..Facts::default() };
        assert!(letter(M::Appointment, &facts).short.contains("Maya Okonkwo rings you on Tuesday"));
    }
}
