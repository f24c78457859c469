//! What a scheme sets of its own intake: whether it takes people now, its criteria, its patience, the letters it writes.

use fingerpost_domain::calendar::{add_working_days, working_days_between};
use fingerpost_domain::coded;
use fingerpost_domain::codes::{self, CodeMeaning};
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, Note};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

coded! {
    /// Whether a scheme takes people now. It says so itself: no number decides it.
    pub enum IntakeState {
        /// It takes people.
        Open = "open",
        /// It asks that only those are sent who cannot wait. Others can be sent: whoever sends has read it.
        UrgentOnly = "urgent_only",
        /// It takes nobody now, and says what to do instead.
        Full = "full",
    }
}

impl IntakeState {
    /// The words on the scheme's own page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "We take people",
            Self::UrgentOnly => "We are nearly full: only people who cannot wait",
            Self::Full => "We are full: nobody for now",
        }
    }
}

coded! {
    /// A moment at which a letter to the referrer is written by itself. The closing letter always is.
    pub enum Milestone {
        /// The first contact that took place.
        FirstContact = "first_contact",
        /// The plan was written for the first time.
        Plan = "plan",
        /// They came to a group for the first time.
        Started = "started",
    }
}

impl Milestone {
    /// The words on the scheme's own page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::FirstContact => "They had their first contact",
            Self::Plan => "Their plan is written",
            Self::Started => "They have been to a group for the first time",
        }
    }
}

/// What comes of a question that is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminder {
    /// The referrer is asked again.
    AskAgain,
    /// The scheme decides without the answer, and asks no more.
    DecideWithout,
}

/// A referrer is asked again so often at most: somebody who does not answer five times does not answer.
const MOST_NUDGES: u32 = 5;
/// A draft is looked at for five times as many working days, also where a scheme wants no reminders of it for now.
const MOST_DRAFT_DAYS: u32 = 10;
/// Criteria of a scheme's own, at most.
pub const MOST_CRITERIA: usize = 8;
/// Parts of an area, at most.
const MOST_PLACES: usize = 60;

/// One criterion in the scheme's words, which a person has to read: nothing is computed from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// What is asked for: "They can say themselves that they want this".
    pub words: Line<160>,
    /// Who helps where it is not so.
    pub otherwise: Option<Line<300>>,
}

impl std::fmt::Display for Criterion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.otherwise {
            Some(otherwise) => write!(f, "{}. Otherwise: {otherwise}", self.words),
            None => write!(f, "{}", self.words),
        }
    }
}

/// What a scheme has set. What it has not said stands as [`IntakeSettings::default`] has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeSettings {
    /// Whether it takes people now.
    pub state: IntakeState,
    /// What to do instead, while it takes nobody or nearly nobody.
    pub instead: Option<Note<600>>,
    /// The postcodes it serves, as areas (`CV`), districts (`CV10`) or sectors (`CV11 4`); empty where it serves everybody of its
    /// practices.
    pub area: Vec<String>,
    /// Criteria in its own words.
    pub criteria: Vec<Criterion>,
    /// Working days after which a referrer who was asked something is asked again; 0 for never.
    pub nudge_after: u16,
    /// Working days after which the scheme decides without the answer; 0 for never.
    pub decide_after: u16,
    /// Working days after which those who triage are reminded again of somebody who waits past the promised day, or who was turned down
    /// and has still to be told; 0 for never.
    pub chase_after: u16,
    /// Working days after which a referrer is reminded of a referral that they began and did not send; 0 for never.
    pub draft_after: u16,
    /// Working days from accepting within which the first call is made; 1 at the least.
    pub first_call_within: u16,
    /// Months after the end of a case within which triage asks whether somebody should come again; 0 where they always may.
    pub again_after_months: u16,
    /// When letters are written by themselves, beside the closing letter.
    pub milestones: Vec<Milestone>,
    /// Codes that ship unverified, and that this scheme has verified itself.
    pub codes: Vec<CodeMeaning>,
}

impl Default for IntakeSettings {
    /// Open, without an area or criteria of its own; asked again after two working days, decided without an answer after ten; late answers
    /// chased every working day, drafts after three, the first call within five; whoever wants to may come again; the closing letter only.
    fn default() -> Self {
        Self {
            state: IntakeState::Open,
            instead: None,
            area: vec![],
            criteria: vec![],
            nudge_after: 2,
            decide_after: 10,
            chase_after: 1,
            draft_after: 3,
            first_call_within: 5,
            again_after_months: 0,
            milestones: vec![],
            codes: vec![],
        }
    }
}

/// The same as it is stored: codes in place of words, and what an older program did not know left out.
#[derive(Serialize, Deserialize)]
struct Stored {
    state: String,
    #[serde(default)]
    instead: Option<Note<600>>,
    #[serde(default)]
    area: Vec<String>,
    #[serde(default)]
    criteria: Vec<Criterion>,
    nudge_after: u16,
    decide_after: u16,
    chase_after: Option<u16>,
    draft_after: Option<u16>,
    first_call_within: Option<u16>,
    #[serde(default)]
    again_after_months: u16,
    #[serde(default)]
    milestones: Vec<String>,
    #[serde(default)]
    codes: Vec<String>,
}

impl IntakeSettings {
    /// As JSON, for the store.
    ///
    /// # Errors
    /// Never in practice: numbers and text are always JSON.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let stored = Stored {
            state: self.state.code().to_owned(),
            instead: self.instead.clone(),
            area: self.area.clone(),
            criteria: self.criteria.clone(),
            nudge_after: self.nudge_after,
            decide_after: self.decide_after,
            chase_after: Some(self.chase_after),
            draft_after: Some(self.draft_after),
            first_call_within: Some(self.first_call_within),
            again_after_months: self.again_after_months,
            milestones: self.milestones.iter().map(|each| each.code().to_owned()).collect(),
            codes: self.codes.iter().map(|each| each.code().to_owned()).collect(),
        };
        serde_json::to_string(&stored)
    }

    /// From what the store keeps. A milestone of a newer program is left out; what an older one did not ask stands as usual.
    ///
    /// # Errors
    /// When it is not what [`IntakeSettings::to_json`] wrote.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        let stored: Stored = serde_json::from_str(text)?;
        let (state, usual) = (IntakeState::from_code(&stored.state), Self::default());
        Ok(Self {
            state: state.ok_or_else(|| serde::de::Error::custom("no such state of an intake"))?,
            instead: stored.instead,
            area: stored.area,
            criteria: stored.criteria,
            nudge_after: stored.nudge_after,
            decide_after: stored.decide_after,
            chase_after: stored.chase_after.unwrap_or(usual.chase_after),
            draft_after: stored.draft_after.unwrap_or(usual.draft_after),
            first_call_within: stored.first_call_within.unwrap_or(usual.first_call_within),
            again_after_months: stored.again_after_months,
            milestones: stored.milestones.iter().filter_map(|code| Milestone::from_code(code)).collect(),
            codes: stored.codes.iter().filter_map(|code| CodeMeaning::from_code(code)).collect(),
        })
    }

    /// Whether the scheme takes nobody for now.
    #[must_use]
    pub fn takes_nobody(&self) -> bool {
        self.state == IntakeState::Full
    }

    /// What to do instead, while the scheme takes nobody or nearly nobody.
    #[must_use]
    pub fn says_instead(&self) -> Option<&Note<600>> {
        self.instead.as_ref().filter(|_| self.state != IntakeState::Open)
    }

    /// The next day on which somebody who was asked something hears of it again, or on which the scheme decides without the answer; none
    /// where it has set neither, or has asked often enough. What comes next is reckoned from what stands now: the days may have been set
    /// anew since it was asked.
    #[must_use]
    pub fn next_reminder(&self, asked_on: Date, today: Date) -> Option<Date> {
        let (every, patience) = (u32::from(self.nudge_after), u32::from(self.decide_after));
        let waited = working_days_between(asked_on, today);
        let nudge = (every > 0 && waited < every * MOST_NUDGES).then(|| add_working_days(today, every));
        let decide = (patience > 0).then(|| add_working_days(asked_on, patience));
        nudge.into_iter().chain(decide).min()
    }

    /// What is due on a day to somebody who was asked something.
    #[must_use]
    pub fn reminder_due(&self, asked_on: Date, today: Date) -> Option<Reminder> {
        let (every, patience) = (u32::from(self.nudge_after), u32::from(self.decide_after));
        let waited = working_days_between(asked_on, today);
        if patience > 0 && waited >= patience {
            return Some(Reminder::DecideWithout);
        }
        (every > 0 && waited >= every && waited <= every * MOST_NUDGES).then_some(Reminder::AskAgain)
    }

    /// Whether those who triage hear today of somebody who has waited since a day: every so many working days after it, never on it.
    #[must_use]
    pub fn chases(&self, since: Date, today: Date) -> bool {
        let (every, waited) = (u32::from(self.chase_after), working_days_between(since, today));
        every > 0 && waited > 0 && waited.is_multiple_of(every)
    }

    /// The day from which it is late that a referral waits which was promised an answer for `due`: where its referrer was asked
    /// something, not before the scheme's patience with them is over.
    #[must_use]
    pub fn late_from(&self, due: Date, asked: bool) -> Date {
        add_working_days(due, if asked { u32::from(self.decide_after) } else { 0 })
    }

    /// Whether a referrer is reminded today of a draft, and whether it is worth another look on another day: what has been lying for so
    /// long that nobody reminds of it any more is left alone. Looked at on every working day, because the days may be set anew.
    #[must_use]
    pub fn draft_reminder(&self, begun: Date, today: Date) -> (bool, bool) {
        let (every, waited) = (u32::from(self.draft_after), working_days_between(begun, today));
        let most = every.max(MOST_DRAFT_DAYS) * MOST_NUDGES;
        let due = every > 0 && waited > 0 && waited.is_multiple_of(every) && waited <= every * MOST_NUDGES;
        (due, waited < most)
    }

    /// By when the first call is made to somebody who was taken up on a day.
    #[must_use]
    pub fn first_call_due(&self, accepted: Date) -> Date {
        add_working_days(accepted, u32::from(self.first_call_within))
    }

    /// Whether a letter is written by itself at a milestone.
    #[must_use]
    pub fn writes_at(&self, milestone: Milestone) -> bool {
        self.milestones.contains(&milestone)
    }
}

/// The settings as posted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form, under its names")]
pub struct SettingsAnswers {
    pub state: String,
    pub instead: String,
    pub area: String,
    pub criteria: Vec<(String, String)>,
    pub nudge_after: String,
    pub decide_after: String,
    pub chase_after: String,
    pub draft_after: String,
    pub first_call_within: String,
    pub again_after_months: String,
    pub milestones: Vec<String>,
    pub codes: Vec<String>,
}

impl From<&IntakeSettings> for SettingsAnswers {
    fn from(settings: &IntakeSettings) -> Self {
        let criterion = |each: &Criterion| {
            (each.words.to_string(), each.otherwise.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        Self {
            state: settings.state.code().to_owned(),
            instead: settings.instead.as_ref().map(ToString::to_string).unwrap_or_default(),
            area: settings.area.join(", "),
            criteria: settings.criteria.iter().map(criterion).collect(),
            nudge_after: settings.nudge_after.to_string(),
            decide_after: settings.decide_after.to_string(),
            chase_after: settings.chase_after.to_string(),
            draft_after: settings.draft_after.to_string(),
            first_call_within: settings.first_call_within.to_string(),
            again_after_months: settings.again_after_months.to_string(),
            milestones: settings.milestones.iter().map(|each| each.code().to_owned()).collect(),
            codes: settings.codes.iter().map(|each| each.code().to_owned()).collect(),
        }
    }
}

/// A part of an area as people write it, or `None` for what is no beginning of a postcode.
fn place(typed: &str) -> Option<String> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_uppercase).collect();
    let (outward, sector) = match words.as_slice() {
        [outward] => (outward, None),
        [outward, sector] => (outward, Some(sector)),
        _ => return None,
    };
    let letters = outward.chars().take_while(char::is_ascii_uppercase).count();
    let rest = &outward[outward.len().min(letters)..];
    let district = rest.is_empty()
        || (rest.len() <= 2
            && rest.starts_with(|first: char| first.is_ascii_digit())
            && rest.chars().all(|each| each.is_ascii_alphanumeric()));
    let whole =
        sector.is_none_or(|sector| !rest.is_empty() && sector.len() == 1 && sector.as_bytes()[0].is_ascii_digit());
    ((1..=2).contains(&letters) && district && whole).then(|| words.join(" "))
}

impl SettingsAnswers {
    /// The settings, or everything that is wrong with the form.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check(&self) -> Result<IntakeSettings, Problems> {
        let mut problems = Problems::none();
        let state = IntakeState::from_code(&self.state);
        if state.is_none() {
            problems.add("state", "Choose whether you take people now");
        }
        let instead = problems.take("instead", Note::parse(&self.instead)).flatten();
        if state.is_some_and(|state| state != IntakeState::Open)
            && instead.is_none()
            && problems.of("instead").is_none()
        {
            problems.add("instead", "Say what people can do instead, and who to ask: nobody is left without an answer");
        }
        let mut area: Vec<String> = vec![];
        for typed in self.area.split([',', '\n', ';']).map(str::trim).filter(|typed| !typed.is_empty()) {
            match place(typed) {
                Some(place) if !area.contains(&place) => area.push(place),
                Some(_) => {}
                None => {
                    let said = typed.chars().take(12).collect::<String>();
                    problems.add(
                        "area",
                        format!("\u{201c}{said}\u{201d} is no beginning of a postcode. Write for example CV10, CV11 4"),
                    );
                    break;
                }
            }
        }
        if area.len() > MOST_PLACES {
            problems.add("area", format!("Name {MOST_PLACES} parts or fewer. A whole area such as CV is one"));
        }
        let mut criteria = vec![];
        for (at, (words, otherwise)) in self.criteria.iter().take(MOST_CRITERIA).enumerate() {
            let field = format!("criterion-{}", at + 1);
            let words = problems.take(field.clone(), Line::parse(words)).flatten();
            let otherwise = problems.take(format!("otherwise-{}", at + 1), Line::parse(otherwise)).flatten();
            match (words, otherwise) {
                (Some(words), otherwise) => criteria.push(Criterion { words, otherwise }),
                (None, Some(_)) if problems.of(&field).is_none() => {
                    problems.add(field, "Write the criterion beside who helps otherwise, or take both out");
                }
                _ => {}
            }
        }
        let mut number = |field: &'static str, typed: &str, (least, most): (u16, u16)| {
            let read = typed.trim().parse().ok().filter(|number| (least..=most).contains(number));
            if read.is_none() {
                problems.add(field, format!("Enter a whole number from {least} to {most}"));
            }
            read.unwrap_or(least)
        };
        let nudge_after = number("nudge_after", &self.nudge_after, (0, 60));
        let decide_after = number("decide_after", &self.decide_after, (0, 120));
        let chase_after = number("chase_after", &self.chase_after, (0, 60));
        let draft_after = number("draft_after", &self.draft_after, (0, 60));
        let first_call_within = number("first_call_within", &self.first_call_within, (1, 60));
        let again_after_months = number("again_after_months", &self.again_after_months, (0, 60));
        if decide_after > 0 && nudge_after >= decide_after && problems.is_empty() {
            problems.add("decide_after", "Decide later than you ask again: whoever is asked needs time to answer");
        }
        let milestones = Milestone::ALL.iter().copied();
        let milestones = milestones.filter(|each| self.milestones.iter().any(|code| code == each.code())).collect();
        // Of those that ship unverified only: the others need nobody's switch.
        let off = codes::table().iter().filter(|each| each.verified_on.is_none()).map(|each| each.code.means);
        let codes = off.filter(|means| self.codes.iter().any(|code| code == means.code())).collect();
        match state {
            Some(state) if problems.is_empty() => Ok(IntakeSettings {
                state,
                instead,
                area,
                criteria,
                nudge_after,
                decide_after,
                chase_after,
                draft_after,
                first_call_within,
                again_after_months,
                milestones,
                codes,
            }),
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usual() -> SettingsAnswers {
        SettingsAnswers::from(&IntakeSettings::default())
    }

    #[test]
    fn what_is_set_is_read_again_as_it_was() {
        let answers = SettingsAnswers {
            state: "full".into(),
            instead: "Ring the council on 01632 960 500.".into(),
            area: "cv10, CV11 4\nb".into(),
            criteria: vec![("They want this".into(), String::new()), (String::new(), String::new())],
            milestones: vec!["plan".into(), "nonsense".into()],
            ..usual()
        };
        let settings = answers.check().unwrap();
        assert_eq!((settings.area.join("|"), settings.criteria.len()), ("CV10|CV11 4|B".into(), 1));
        assert_eq!(settings.milestones, [Milestone::Plan]);
        assert_eq!(IntakeSettings::from_json(&settings.to_json().unwrap()).unwrap(), settings);
        let again = SettingsAnswers::from(&settings);
        assert_eq!(again.check().unwrap(), settings);
    }

    #[test]
    fn what_an_older_program_kept_has_the_usual_patience() {
        let kept = r#"{"state":"open","nudge_after":3,"decide_after":9}"#;
        let expected = IntakeSettings { nudge_after: 3, decide_after: 9, ..IntakeSettings::default() };
        assert_eq!(IntakeSettings::from_json(kept).unwrap(), expected);
    }

    #[test]
    fn a_draft_is_remembered_five_times_and_then_left_alone() {
        let begun = jiff::civil::date(2026, 9, 7);
        for every in [1, 3, 30] {
            let settings = IntakeSettings { draft_after: every, ..IntakeSettings::default() };
            let (mut day, mut told, mut looks) = (begun, 0, 0);
            loop {
                let (due, again) = settings.draft_reminder(begun, day);
                told += u32::from(due);
                looks += 1;
                if !again {
                    break;
                }
                day = add_working_days(day, 1);
            }
            assert_eq!(told, MOST_NUDGES, "every {every}");
            assert!(looks <= 151, "{looks}");
        }
        let never = IntakeSettings { draft_after: 0, ..IntakeSettings::default() };
        assert_eq!(never.draft_reminder(begun, add_working_days(begun, 3)), (false, true), "it may be set anew");
    }

    #[test]
    fn a_late_answer_is_chased_as_often_as_is_set_and_a_question_has_its_patience_first() {
        let due = jiff::civil::date(2026, 9, 7);
        let settings = IntakeSettings { chase_after: 2, decide_after: 10, ..IntakeSettings::default() };
        let days = |count| add_working_days(due, count);
        let chased: Vec<u32> = (0..7).filter(|count| settings.chases(due, days(*count))).collect();
        assert_eq!(chased, [2, 4, 6]);
        assert_eq!((settings.late_from(due, false), settings.late_from(due, true)), (due, days(10)));
        let never = IntakeSettings { chase_after: 0, ..settings };
        assert!((0..30).all(|count| !never.chases(due, days(count))));
    }

    #[test]
    fn nobody_is_sent_away_without_a_word_of_where_to() {
        for state in ["full", "urgent_only"] {
            let problems = SettingsAnswers { state: state.into(), ..usual() }.check().unwrap_err();
            assert!(problems.of("instead").is_some());
        }
    }

    #[test]
    fn each_field_says_what_it_takes() {
        for (field, answers) in [
            ("state", SettingsAnswers { state: String::new(), ..usual() }),
            ("area", SettingsAnswers { area: "Nuneaton".into(), ..usual() }),
            ("area", SettingsAnswers { area: "CV10 7AB".into(), ..usual() }),
            ("criterion-1", SettingsAnswers { criteria: vec![(String::new(), "Ring us".into())], ..usual() }),
            ("nudge_after", SettingsAnswers { nudge_after: "-1".into(), ..usual() }),
            ("decide_after", SettingsAnswers { decide_after: "2".into(), ..usual() }),
            ("chase_after", SettingsAnswers { chase_after: "61".into(), ..usual() }),
            ("draft_after", SettingsAnswers { draft_after: String::new(), ..usual() }),
            ("first_call_within", SettingsAnswers { first_call_within: "0".into(), ..usual() }),
            ("again_after_months", SettingsAnswers { again_after_months: "many".into(), ..usual() }),
        ] {
            assert!(answers.check().unwrap_err().of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn who_does_not_answer_is_asked_again_until_the_scheme_decides_without_them() {
        let friday = jiff::civil::date(2026, 11, 20);
        let on = |day| jiff::civil::date(2026, 11, day);
        let usual = IntakeSettings { nudge_after: 2, decide_after: 5, ..IntakeSettings::default() };
        assert_eq!(usual.next_reminder(friday, friday), Some(on(24)), "two working days, over a weekend");
        assert_eq!(usual.reminder_due(friday, on(23)), None);
        assert_eq!(usual.reminder_due(friday, on(24)), Some(Reminder::AskAgain));
        assert_eq!(usual.next_reminder(friday, on(26)), Some(on(27)), "the scheme decides before the next one");
        assert_eq!(usual.reminder_due(friday, on(27)), Some(Reminder::DecideWithout));
        let never = IntakeSettings { nudge_after: 0, decide_after: 0, ..usual.clone() };
        assert_eq!((never.next_reminder(friday, friday), never.reminder_due(friday, on(30))), (None, None));
        let daily = IntakeSettings { nudge_after: 1, decide_after: 0, ..usual };
        assert_eq!(daily.reminder_due(friday, on(27)), Some(Reminder::AskAgain), "the fifth time");
        assert_eq!((daily.next_reminder(friday, on(27)), daily.reminder_due(friday, on(30))), (None, None));
    }

    proptest! {
        /// Whatever is typed gives settings or says what is wrong; it never ends the program.
        #[test]
        fn any_area_is_read_or_refused(area in "\\PC{0,60}") {
            let _ = SettingsAnswers { area, ..usual() }.check();
        }
    }
}
