//! A case: one episode of work with one person, from an accepted referral to closing.

use jiff::civil::Date;
use serde::Serialize;

use crate::calendar::days_between;
use crate::disclosure::ReferrerHears;
use crate::problem::Problems;
use crate::text::{Line, NOTE_LIMIT, Note};

crate::coded! {
    /// What kind of contact it was.
    pub enum ContactKind {
        /// At the person's home.
        HomeVisit = "home_visit",
        /// By telephone.
        Phone = "phone",
        /// By video.
        Video = "video",
        /// Written: text, e-mail, letter.
        Message = "message",
        /// At the practice or another place.
        Met = "met",
        /// Going along to a group or an appointment.
        WentAlong = "went_along",
        /// Talked to somebody else about the person.
        AboutPerson = "about_person",
    }
}

impl ContactKind {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::HomeVisit => "Home visit",
            Self::Phone => "Phone call",
            Self::Video => "Video call",
            Self::Message => "Text, email or letter",
            Self::Met => "Met at the surgery or elsewhere",
            Self::WentAlong => "Went along with them",
            Self::AboutPerson => "Talked to someone about them",
        }
    }
}

impl ContactKind {
    /// Whether the person was part of it: talking to somebody else about them is no contact with them.
    #[must_use]
    pub const fn is_with_person(self) -> bool {
        !matches!(self, Self::AboutPerson)
    }
}

crate::coded! {
    /// Whether a contact took place and whether it used one of the agreed sessions.
    pub enum Happened {
        /// It took place and used a session.
        UsedSession = "used_session",
        /// It took place and used none.
        NoSession = "no_session",
        /// The person was not there or did not answer.
        DidNotHappen = "did_not_happen",
    }
}

crate::coded! {
    /// How a case ended.
    pub enum Outcome {
        /// What they wanted has happened.
        Reached = "reached",
        /// Some of it has.
        PartlyReached = "partly_reached",
        /// They chose to stop.
        ChoseToStop = "chose_to_stop",
        /// We lost touch after trying.
        LostTouch = "lost_touch",
        /// Somebody else helps them now.
        HelpedElsewhere = "helped_elsewhere",
        /// They moved away.
        MovedAway = "moved_away",
        /// They died.
        Died = "died",
        /// It was a second record of somebody who was here: the work goes on in the other. No way for work to end, so no form
        /// offers it.
        JoinedRecord = "joined_record",
    }
}

impl Outcome {
    /// The words on the screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reached => "What they wanted has happened",
            Self::PartlyReached => "Some of what they wanted has happened",
            Self::ChoseToStop => "They chose to stop",
            Self::LostTouch => "We lost touch after trying",
            Self::HelpedElsewhere => "Somebody else helps them now",
            Self::MovedAway => "They moved away",
            Self::Died => "They died",
            Self::JoinedRecord => "Goes on in the other record of theirs",
        }
    }

    /// Whether work can end so.
    #[must_use]
    pub const fn is_an_ending(self) -> bool {
        !matches!(self, Self::JoinedRecord)
    }
}

/// What comes next for a person, and by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextAction {
    /// In a few words: "Ring her", "Go along to the choir".
    pub what: Line<120>,
    /// The day by which it happens.
    pub due: Date,
}

/// A contact as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactEntry {
    /// What it was.
    pub kind: ContactKind,
    /// The day.
    pub on: Date,
    /// Whether it took place.
    pub happened: Happened,
    /// What happened, in plain words. Private unless shared.
    pub note: Option<Note<NOTE_LIMIT>>,
    /// What matters to the person, in their words, when they said it.
    pub matters: Option<Note<2000>>,
    /// What comes next.
    pub next: Option<NextAction>,
    /// What the person now says about feedback to the referrer, when asked at this contact.
    pub referrer_hears: Option<ReferrerHears>,
    /// A line for the referrer, only with agreement.
    pub line_for_referrer: Option<Note<1000>>,
}

/// The contact form as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct ContactAnswers {
    pub kind: String,
    pub on_day: String,
    pub on_month: String,
    pub on_year: String,
    pub happened: String,
    pub note: String,
    pub matters: String,
    pub next: String,
    pub due_day: String,
    pub due_month: String,
    pub due_year: String,
    pub referrer_hears: String,
    pub line_for_referrer: String,
}

/// Where a case stands when a contact is recorded: what the rules need to know of it.
#[derive(Debug, Clone, Copy)]
pub struct CaseStanding {
    /// The day the case was opened.
    pub opened_on: Date,
    /// Sessions agreed.
    pub sessions_agreed: u16,
    /// Sessions used so far.
    pub sessions_used: u16,
    /// What the person said so far about the referrer hearing of it.
    pub referrer_hears: ReferrerHears,
}

impl ContactAnswers {
    /// The contact, or everything that is wrong with it. The day is from opening the case up to today;
    /// a session cannot be used beyond those agreed; a line for the referrer needs the person's yes.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self, standing: CaseStanding, today: Date) -> Result<ContactEntry, Problems> {
        let mut problems = Problems::none();
        let kind = ContactKind::from_code(&self.kind);
        if kind.is_none() {
            problems.add("kind", "Choose what it was");
        }
        let on = problems.take("on", read_day(&self.on_day, &self.on_month, &self.on_year, "the contact"));
        if on.is_some_and(|day| day > today) {
            problems.add("on", "The contact must be today or earlier: record it once it has happened");
        }
        if on.is_some_and(|day| day < standing.opened_on) {
            problems.add(
                "on",
                format!(
                    "The contact must be on or after {}, when the case began",
                    standing.opened_on.strftime("%-d %B %Y")
                ),
            );
        }
        let happened = Happened::from_code(&self.happened);
        match happened {
            None => problems.add("happened", "Say whether it happened"),
            Some(Happened::UsedSession) if standing.sessions_used >= standing.sessions_agreed => problems.add(
                "happened",
                format!("All {} sessions are used. Choose \u{201c}uses no session\u{201d}", standing.sessions_agreed),
            ),
            Some(_) => {}
        }
        let note = problems.take("note", Note::parse(&self.note)).flatten();
        if happened.is_some_and(|h| h != Happened::DidNotHappen) && note.is_none() && problems.of("note").is_none() {
            problems.add("note", "Write what happened, in a few plain words");
        }
        let matters = problems.take("matters", Note::parse(&self.matters)).flatten();
        let next = self.next_action(&mut problems, today);
        let asked = ReferrerHears::from_code(&self.referrer_hears);
        let line = problems.take("line_for_referrer", Note::parse(&self.line_for_referrer)).flatten();
        if line.is_some() && asked.unwrap_or(standing.referrer_hears) != ReferrerHears::Summary {
            problems.add("line_for_referrer", "They have not agreed that the referrer hears a summary. Ask first");
        }
        match (kind, on, happened) {
            (Some(kind), Some(on), Some(happened)) if problems.is_empty() => Ok(ContactEntry {
                kind,
                on,
                happened,
                note,
                matters,
                next,
                referrer_hears: asked,
                line_for_referrer: line,
            }),
            _ => Err(problems),
        }
    }

    fn next_action(&self, problems: &mut Problems, today: Date) -> Option<NextAction> {
        let what = problems.take("next", Line::parse(&self.next)).flatten();
        let no_day = [&self.due_day, &self.due_month, &self.due_year].iter().all(|part| part.trim().is_empty());
        match what {
            None if no_day || problems.of("next").is_some() => None,
            None => {
                problems.add("next", "Say what comes next, or leave its day empty");
                None
            }
            Some(what) => {
                let due = problems
                    .take("due", read_day(&self.due_day, &self.due_month, &self.due_year, "the next action"))?;
                if due < today {
                    problems.add("due", "The next action must be today or later");
                    return None;
                }
                Some(NextAction { what, due })
            }
        }
    }
}

/// A day typed in three fields. `of_what` ends the sentence that says what is wrong.
///
/// # Errors
/// What to type instead.
pub fn read_day(day: &str, month: &str, year: &str, of_what: &str) -> Result<Date, String> {
    let number = |text: &str| text.trim().parse::<i16>().ok();
    let (Some(d), Some(m), Some(y)) = (number(day), number(month), number(year)) else {
        return Err(format!("Enter the day of {of_what}, for example 7 10 2026"));
    };
    let date = i8::try_from(m).ok().zip(i8::try_from(d).ok()).and_then(|(m, d)| Date::new(y, m, d).ok());
    date.filter(|date| (2000..=2100).contains(&date.year()))
        .ok_or_else(|| format!("The day of {of_what} must be a real date"))
}

/// How a case is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// How it ended.
    pub outcome: Outcome,
    /// What changed, in the person's words.
    pub changed: Option<Note<2000>>,
    /// What continues and who to call.
    pub continues: Note<1000>,
    /// What the referrer and practice are asked to do; `None` says "nothing".
    pub requested_actions: Option<Note<1000>>,
    /// What the person says about the referrer hearing how it went.
    pub referrer_hears: ReferrerHears,
}

/// The closing form as posted.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct ClosingAnswers {
    pub outcome: String,
    pub changed: String,
    pub continues: String,
    pub requested_actions: String,
    pub referrer_hears: String,
}

impl ClosingAnswers {
    /// The closing, or everything that is wrong with it.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self) -> Result<Closing, Problems> {
        let mut problems = Problems::none();
        let outcome = Outcome::from_code(&self.outcome).filter(|outcome| outcome.is_an_ending());
        if outcome.is_none() {
            problems.add("outcome", "Choose how it ended");
        }
        let changed = problems.take("changed", Note::parse(&self.changed)).flatten();
        let continues = problems.need(
            "continues",
            Note::parse(&self.continues),
            "Say what continues and who to call, or write that nothing does",
        );
        let requested = problems.take("requested_actions", Note::parse(&self.requested_actions)).flatten();
        let hears = ReferrerHears::from_code(&self.referrer_hears).filter(|hears| *hears != ReferrerHears::NotAsked);
        if hears.is_none() {
            problems.add("referrer_hears", "Say what they agreed the referrer may hear");
        }
        if requested.is_some() && hears.is_some_and(|hears| hears != ReferrerHears::Summary) {
            problems.add(
                "requested_actions",
                "They have not agreed that the practice hears more. Ask them, or leave this empty",
            );
        }
        match (outcome, continues, hears) {
            (Some(outcome), Some(continues), Some(referrer_hears)) if problems.is_empty() => {
                Ok(Closing { outcome, changed, continues, requested_actions: requested, referrer_hears })
            }
            _ => Err(problems),
        }
    }
}

/// What orders a caseload: late promises, then risk, then the longest since a contact.
#[derive(Debug, Clone, Copy)]
pub struct Urgency {
    /// What was written may mean danger, and nobody has spoken with them yet.
    pub worried: bool,
    /// The day of the next action.
    pub due: Option<Date>,
    /// A risk is known or nobody has asked.
    pub risk_open: bool,
    /// The day of the last contact that took place.
    pub last_contact: Option<Date>,
    /// The day the case was opened.
    pub opened_on: Date,
}

/// Without a contact for so many days a case needs somebody, whatever its next action says.
pub const UNHEARD_DAYS: i64 = 28;

impl Urgency {
    /// Whether the case needs its worker today.
    #[must_use]
    pub fn needs_now(&self, today: Date) -> bool {
        self.worried
            || self.due.is_none_or(|due| due <= today)
            || days_between(self.last_contact.unwrap_or(self.opened_on), today) >= UNHEARD_DAYS
    }

    /// Sort key, smallest first.
    #[must_use]
    pub fn key(&self, today: Date) -> (bool, u8, bool, i64) {
        let lateness = match self.due {
            Some(due) if due < today => 0,
            None => 1,
            Some(due) if due == today => 2,
            Some(_) => 3,
        };
        (!self.worried, lateness, !self.risk_open, -days_between(self.last_contact.unwrap_or(self.opened_on), today))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 21);

    fn standing(used: u16) -> CaseStanding {
        CaseStanding {
            opened_on: date(2026, 10, 7),
            sessions_agreed: 6,
            sessions_used: used,
            referrer_hears: ReferrerHears::NotAsked,
        }
    }

    fn visit() -> ContactAnswers {
        ContactAnswers {
            kind: "home_visit".into(),
            on_day: "15".into(),
            on_month: "10".into(),
            on_year: "2026".into(),
            happened: "used_session".into(),
            note: "First conversation.".into(),
            ..ContactAnswers::default()
        }
    }

    #[test]
    fn a_contact_is_never_recorded_before_it_happened() {
        let tomorrow = ContactAnswers { on_day: "22".into(), on_month: "11".into(), ..visit() };
        assert!(tomorrow.check(standing(0), TODAY).unwrap_err().of("on").is_some());
        let too_early = ContactAnswers { on_day: "6".into(), ..visit() };
        assert!(too_early.check(standing(0), TODAY).unwrap_err().of("on").is_some());
    }

    #[test]
    fn a_session_beyond_those_agreed_is_refused() {
        assert!(visit().check(standing(5), TODAY).is_ok());
        assert!(visit().check(standing(6), TODAY).unwrap_err().of("happened").is_some());
    }

    #[test]
    fn the_referrer_hears_nothing_without_the_persons_yes() {
        let unasked = ContactAnswers { line_for_referrer: "We met.".into(), ..visit() };
        assert!(unasked.check(standing(0), TODAY).unwrap_err().of("line_for_referrer").is_some());
        let agreed = ContactAnswers { referrer_hears: "summary".into(), ..unasked.clone() };
        assert!(agreed.check(standing(0), TODAY).is_ok());
        let withdrawn = ContactAnswers { referrer_hears: "nothing".into(), ..unasked };
        let agreed_before = CaseStanding { referrer_hears: ReferrerHears::Summary, ..standing(0) };
        assert!(withdrawn.check(agreed_before, TODAY).is_err());
    }

    #[test]
    fn a_visit_that_did_not_happen_needs_no_note() {
        let missed = ContactAnswers { happened: "did_not_happen".into(), note: String::new(), ..visit() };
        assert!(missed.check(standing(6), TODAY).is_ok());
    }

    #[test]
    fn worry_comes_first_then_late_promises_then_risk_then_silence() {
        let urgency = |due: Option<Date>, risk_open, last: Date| Urgency {
            worried: false,
            due,
            risk_open,
            last_contact: Some(last),
            opened_on: date(2026, 1, 1),
        };
        let at = |due, risk_open, last| urgency(due, risk_open, last).key(TODAY);
        let worried = Urgency { worried: true, ..urgency(None, false, TODAY) }.key(TODAY);
        let late = at(Some(date(2026, 11, 20)), false, TODAY);
        let risky = at(Some(TODAY), true, TODAY);
        let silent = at(Some(TODAY), false, date(2026, 11, 1));
        let recent = at(Some(TODAY), false, date(2026, 11, 10));
        let mut order = vec![recent, silent, risky, late, worried];
        order.sort();
        assert_eq!(order, vec![worried, late, risky, silent, recent]);
    }

    #[test]
    fn a_request_to_the_practice_needs_the_persons_yes_too() {
        let closing = ClosingAnswers {
            outcome: "reached".into(),
            continues: "The choir.".into(),
            requested_actions: "Review the tablets.".into(),
            referrer_hears: "nothing".into(),
            ..ClosingAnswers::default()
        };
        assert!(closing.check().unwrap_err().of("requested_actions").is_some());
        assert!(ClosingAnswers { referrer_hears: "summary".into(), ..closing }.check().is_ok());
    }

    #[test]
    fn closing_says_what_continues() {
        let problems = ClosingAnswers::default().check().unwrap_err();
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_ref()).collect();
        assert_eq!(fields, ["outcome", "continues", "referrer_hears"]);
    }
}
