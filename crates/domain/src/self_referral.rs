//! Asking for help oneself, or for somebody one looks after: one question on one page, in plain words.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::agreement::Agreement;
use crate::crisis;
use crate::need::{self, Need};
use crate::person::{BirthDate, Email, PersonDetails, PersonName, Phone, Postcode, optional};
use crate::problem::Problems;
use crate::referral::ReferralRequest;
use crate::risk::Risk;
use crate::safe_contact::{Reach, SafeContact};
use crate::scheme::{OutsideAges, SchemeTerms};
use crate::text::{Line, Note};

crate::coded! {
    /// Who asks.
    pub enum ReferralSource {
        /// Somebody of a practice or agency, with an account.
        Practice = "practice",
        /// The person.
        Oneself = "oneself",
        /// Somebody who looks after the person; the person knows and wants it.
        Carer = "carer",
    }
}

crate::coded! {
    /// One question.
    pub enum Question {
        /// Who asks for somebody else, and whether that person knows.
        Asker = "asker",
        /// What is hard at the moment.
        Hard = "hard",
        /// What they want to tell, in their words. May be left empty.
        Words = "words",
        /// Their name.
        Name = "name",
        /// Their day of birth.
        Born = "born",
        /// How to reach them safely.
        Reach = "reach",
    }
}

/// Chosen instead of, or beside, what is hard: they would rather say it to a person.
pub const RATHER_TALK: &str = "talk";

/// What stands as their words when that is all they chose.
pub const RATHER_TALK_WORDS: &str = "I would rather say it to a person.";

/// Answers so far, as typed. They are kept until they are sent, deleted or seven days old.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of the forms, under their names")]
pub struct SelfReferralAnswers {
    /// Questions that were answered, by code.
    pub answered: Vec<String>,
    pub asker_name: String,
    pub asker_is: String,
    pub asker_phone: String,
    pub knows: String,
    pub hard: Vec<String>,
    pub words: String,
    pub given: String,
    pub family: String,
    pub born_day: String,
    pub born_month: String,
    pub born_year: String,
    pub reach: String,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub postcode: String,
    pub guidance: String,
    #[serde(default)]
    pub communication: String,
}

/// A request that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfReferral {
    /// Who it is about.
    pub person: PersonDetails,
    /// What they ask for.
    pub request: ReferralRequest,
    /// Their words may mean danger: read first.
    pub urgent: bool,
}

/// How to reach somebody, as the last question asks for it.
struct Contact {
    phone: Option<Phone>,
    email: Option<Email>,
    address: Option<Line<200>>,
    postcode: Option<Postcode>,
    safe_contact: SafeContact,
    communication: Option<Note<500>>,
}

/// The questions that somebody is asked, in order.
#[must_use]
pub const fn questions(source: ReferralSource) -> &'static [Question] {
    match source {
        ReferralSource::Carer => {
            &[Question::Asker, Question::Hard, Question::Words, Question::Name, Question::Born, Question::Reach]
        }
        ReferralSource::Oneself | ReferralSource::Practice => {
            &[Question::Hard, Question::Words, Question::Name, Question::Born, Question::Reach]
        }
    }
}

/// What is hard, as the person says it.
#[must_use]
pub const fn hard_label(need: Need, source: ReferralSource) -> &'static str {
    let oneself = matches!(source, ReferralSource::Oneself);
    match need {
        Need::Company if oneself => "I am on my own too much",
        Need::Company => "They are on their own too much",
        Need::Money => "Money or bills",
        Need::Home if oneself => "My home, or keeping it warm",
        Need::Home => "Their home, or keeping it warm",
        Need::Caring if oneself => "I look after someone",
        Need::Caring => "They look after someone",
        Need::Active => "Getting out and about",
        Need::Mood if oneself => "I feel low or worried",
        Need::Mood => "They feel low or worried",
        Need::Loss if oneself => "I have lost someone or something",
        Need::Loss => "They have lost someone or something",
        Need::Other => "Something else",
    }
}

/// The field, or a problem that says what is missing.
fn needed<T>(problems: &mut Problems, field: &'static str, value: Option<T>, missing: &str) -> Option<T> {
    if value.is_none() && problems.of(field).is_none() {
        problems.add(field, missing);
    }
    value
}

impl SelfReferralAnswers {
    /// The first question that is not answered yet; `None` when it can be sent.
    #[must_use]
    pub fn next(&self, source: ReferralSource) -> Option<Question> {
        let open = |question: &&Question| !self.answered.iter().any(|code| code == question.code());
        questions(source).iter().find(open).copied()
    }

    /// Notes that a question was answered.
    pub fn note(&mut self, question: Question) {
        if !self.answered.iter().any(|code| code == question.code()) {
            self.answered.push(question.code().to_owned());
        }
    }

    /// Notes that a question has to be answered again: what stands there now is not right.
    pub fn ask_again(&mut self, question: Question) {
        self.answered.retain(|code| code != question.code());
    }

    /// What is wrong with the answer to one question.
    ///
    /// # Errors
    /// [`Problems`], one for each field to mend.
    pub fn check_one(
        &self,
        question: Question,
        source: ReferralSource,
        (terms, today): (&SchemeTerms, Date),
    ) -> Result<(), Problems> {
        match question {
            Question::Asker => self.asker().map(drop),
            Question::Hard => self.needs().map(drop),
            Question::Words => self.own_words().map(drop),
            Question::Name => self.name(source).map(drop),
            Question::Born => self.born(source, (terms, today)).map(drop),
            Question::Reach => self.contact(source).map(drop),
        }
    }

    /// The request, or the first question with what is wrong there.
    ///
    /// # Errors
    /// The question to go back to, and its [`Problems`].
    pub fn check(
        &self,
        source: ReferralSource,
        (terms, today): (&SchemeTerms, Date),
    ) -> Result<SelfReferral, (Question, Problems)> {
        let at = |question: Question| move |problems: Problems| (question, problems);
        let asker = match source {
            ReferralSource::Carer => Some(self.asker().map_err(at(Question::Asker))?),
            ReferralSource::Oneself | ReferralSource::Practice => None,
        };
        let needs = self.needs().map_err(at(Question::Hard))?;
        let words = self.own_words().map_err(at(Question::Words))?;
        let name = self.name(source).map_err(at(Question::Name))?;
        let born = self.born(source, (terms, today)).map_err(at(Question::Born))?;
        let contact = self.contact(source).map_err(at(Question::Reach))?;
        let urgent = [&self.words, &self.guidance].into_iter().any(|text| crisis::may_be_danger(text));
        let Contact { phone, email, address, postcode, safe_contact, communication } = contact;
        let person = PersonDetails { name, born, nhs_number: None, address, postcode, phone, email, communication };
        let safe_contact = Some(safe_contact);
        let request = ReferralRequest {
            on_behalf: None,
            asker,
            needs,
            words,
            safe_contact,
            risk: Risk::NotAsked,
            safeguarding: None,
            agreement: Agreement::Agreed,
        };
        Ok(SelfReferral { person, request, urgent })
    }

    fn asker(&self) -> Result<Line<200>, Problems> {
        let mut problems = Problems::none();
        let name: Option<Line<70>> = problems.take("asker_name", Line::parse(&self.asker_name)).flatten();
        let name = needed(&mut problems, "asker_name", name, "Enter your own name");
        let is: Option<Line<60>> = problems.take("asker_is", Line::parse(&self.asker_is)).flatten();
        let is = needed(&mut problems, "asker_is", is, "Say who you are to them, for example their daughter");
        let phone = optional(&mut problems, "asker_phone", &self.asker_phone, Phone::parse);
        let phone = needed(&mut problems, "asker_phone", phone, "Enter your own phone number");
        match self.knows.as_str() {
            "yes" => {}
            "no" => problems
                .add("knows", "Ask them first. Nothing is sent without their yes, and we keep your answers for 7 days"),
            _ => problems.add("knows", "Say whether they know that you are asking"),
        }
        match (name, is, phone) {
            (Some(name), Some(is), Some(phone)) if problems.is_empty() => {
                let line = format!("{name}, {is}, {}", phone.as_str());
                Line::parse(&line).ok().flatten().ok_or_else(|| Problems::one("asker_name", "Use fewer words"))
            }
            _ => Err(problems),
        }
    }

    fn needs(&self) -> Result<Vec<Need>, Problems> {
        let needs = need::read(self.hard.iter().map(String::as_str));
        if !needs.is_empty() {
            return Ok(needs);
        }
        if self.hard.iter().any(|code| code == RATHER_TALK) {
            return Ok(vec![Need::Other]);
        }
        Err(Problems::one("hard", "Choose at least one, or choose to say it to a person"))
    }

    fn own_words(&self) -> Result<Option<Note<2000>>, Problems> {
        let typed = Note::parse(&self.words).map_err(|error| Problems::one("words", error.to_string()))?;
        let talk = self.hard.iter().any(|code| code == RATHER_TALK);
        Ok(typed.or_else(|| Note::parse(RATHER_TALK_WORDS).ok().flatten().filter(|_| talk)))
    }

    fn name(&self, source: ReferralSource) -> Result<PersonName, Problems> {
        let whose = whose(source);
        let mut problems = Problems::none();
        let given = problems.take("given", Line::parse(&self.given)).flatten();
        let given = needed(&mut problems, "given", given, &format!("Enter {whose} first name"));
        let family = problems.take("family", Line::parse(&self.family)).flatten();
        let family = needed(&mut problems, "family", family, &format!("Enter {whose} family name"));
        match (given, family) {
            (Some(given), Some(family)) if problems.is_empty() => Ok(PersonName { given, family, preferred: None }),
            _ => Err(problems),
        }
    }

    fn born(&self, source: ReferralSource, (terms, today): (&SchemeTerms, Date)) -> Result<BirthDate, Problems> {
        let born = BirthDate::parse(&self.born_day, &self.born_month, &self.born_year, today)
            .map_err(|error| Problems::one("born", error.to_string()))?;
        terms.admits(born, today).map(|()| born).map_err(|outside| {
            let words = match (outside, source) {
                (OutsideAges::TooYoung(age), ReferralSource::Oneself) => format!(
                    "This service is for people aged {age} and over. If you are younger, talk to your school nurse, or ring \
                     Childline free on 0800 1111, day or night"
                ),
                (OutsideAges::TooOld(age), ReferralSource::Oneself) => {
                    format!("This service is for people up to {age}. Ask your GP practice's care coordinator who can help")
                }
                (outside, _) => outside.to_string(),
            };
            Problems::one("born", words)
        })
    }

    fn contact(&self, source: ReferralSource) -> Result<Contact, Problems> {
        let whose = whose(source);
        let mut problems = Problems::none();
        let phone = optional(&mut problems, "phone", &self.phone, Phone::parse);
        let email = optional(&mut problems, "email", &self.email, Email::parse);
        let address = problems.take("address", Line::parse(&self.address)).flatten();
        let postcode = optional(&mut problems, "postcode", &self.postcode, Postcode::parse);
        let guidance = problems.take("guidance", Line::parse(&self.guidance)).flatten();
        let communication = problems.take("communication", Note::parse(&self.communication)).flatten();
        // Through somebody they trust: a carer says so by being the one who asks.
        let reach = Reach::from_code(&self.reach).filter(|reach| *reach != Reach::Trusted);
        match reach {
            None => problems.add("reach", "Choose the safest way"),
            Some(Reach::Phone | Reach::Text) if phone.is_none() && problems.of("phone").is_none() => {
                problems.add("phone", format!("Enter {whose} phone number"));
            }
            Some(Reach::Email) if email.is_none() && problems.of("email").is_none() => {
                problems.add("email", format!("Enter {whose} email address"));
            }
            Some(Reach::Letter) => {
                let (address, code) = (address.is_some(), postcode.is_some());
                if !address && problems.of("address").is_none() {
                    problems.add("address", format!("Enter {whose} address"));
                }
                if !code && problems.of("postcode").is_none() {
                    problems.add("postcode", format!("Enter {whose} postcode"));
                }
            }
            Some(_) => {}
        }
        match reach {
            Some(reach) if problems.is_empty() => {
                let safe_contact = SafeContact { reach, guidance };
                Ok(Contact { phone, email, address, postcode, safe_contact, communication })
            }
            _ => Err(problems),
        }
    }
}

const fn whose(source: ReferralSource) -> &'static str {
    match source {
        ReferralSource::Oneself => "your",
        ReferralSource::Carer | ReferralSource::Practice => "their",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 25);

    fn complete() -> SelfReferralAnswers {
        SelfReferralAnswers {
            hard: vec!["company".into(), "talk".into()],
            given: "Peggy".into(),
            family: "Alderthwaite".into(),
            born_day: "4".into(),
            born_month: "6".into(),
            born_year: "1947".into(),
            reach: "phone".into(),
            phone: "01632 960 142".into(),
            ..SelfReferralAnswers::default()
        }
    }

    fn check(answers: &SelfReferralAnswers, source: ReferralSource) -> Result<SelfReferral, (Question, Problems)> {
        answers.check(source, (&SchemeTerms::default(), TODAY))
    }

    #[test]
    fn five_answers_are_a_referral_with_nothing_assumed() {
        let ready = check(&complete(), ReferralSource::Oneself).unwrap();
        assert_eq!(ready.person.name.full(), "Peggy Alderthwaite");
        assert_eq!((ready.request.risk, ready.request.agreement), (Risk::NotAsked, Agreement::Agreed));
        assert_eq!(ready.request.words.unwrap().as_str(), RATHER_TALK_WORDS);
        assert!(!ready.urgent && ready.request.asker.is_none());
    }

    #[test]
    fn somebody_who_would_rather_talk_need_not_write_a_word() {
        let answers = SelfReferralAnswers { hard: vec![RATHER_TALK.into()], ..complete() };
        assert_eq!(check(&answers, ReferralSource::Oneself).unwrap().request.needs, [Need::Other]);
    }

    #[test]
    fn a_carer_is_named_and_the_person_has_to_know() {
        let (question, problems) = check(&complete(), ReferralSource::Carer).unwrap_err();
        assert_eq!(question, Question::Asker);
        assert!(["asker_name", "asker_is", "asker_phone", "knows"].iter().all(|field| problems.of(field).is_some()));
        let asked = SelfReferralAnswers {
            asker_name: "Sam Bell".into(),
            asker_is: "her son".into(),
            asker_phone: "01632 960 111".into(),
            knows: "no".into(),
            ..complete()
        };
        assert!(check(&asked, ReferralSource::Carer).unwrap_err().1.of("knows").unwrap().contains("Ask them first"));
        let known = SelfReferralAnswers { knows: "yes".into(), ..asked };
        let asker = check(&known, ReferralSource::Carer).unwrap().request.asker.unwrap();
        assert_eq!(asker.as_str(), "Sam Bell, her son, 01632 960 111");
    }

    #[test]
    fn a_child_is_refused_kindly_with_somebody_to_ring() {
        let child = SelfReferralAnswers { born_year: "2012".into(), ..complete() };
        let (question, problems) = check(&child, ReferralSource::Oneself).unwrap_err();
        assert_eq!(question, Question::Born);
        assert!(problems.of("born").unwrap().contains("0800 1111"));
    }

    #[test]
    fn the_safest_way_needs_the_details_that_belong_to_it() {
        for (reach, field) in [("phone", "phone"), ("text", "phone"), ("email", "email"), ("letter", "postcode")] {
            let answers = SelfReferralAnswers { reach: reach.into(), phone: String::new(), ..complete() };
            let (question, problems) = check(&answers, ReferralSource::Oneself).unwrap_err();
            assert_eq!((question, problems.of(field).is_some()), (Question::Reach, true), "{reach}");
        }
    }

    #[test]
    fn words_of_danger_are_read_first_and_still_sent() {
        let answers = SelfReferralAnswers { words: "I can't go on.".into(), ..complete() };
        assert!(check(&answers, ReferralSource::Oneself).unwrap().urgent);
    }

    #[test]
    fn questions_come_one_after_another_and_any_can_be_answered_again() {
        let mut answers = SelfReferralAnswers::default();
        let mut asked = vec![];
        while let Some(question) = answers.next(ReferralSource::Carer) {
            asked.push(question);
            answers.note(question);
            answers.note(question);
        }
        assert_eq!((asked.as_slice(), answers.answered.len()), (questions(ReferralSource::Carer), 6));
        answers.ask_again(Question::Born);
        assert_eq!(answers.next(ReferralSource::Carer), Some(Question::Born), "what was made wrong is asked again");
    }
}
