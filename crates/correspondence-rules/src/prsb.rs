//! The message to a GP practice in the shape and under the names of the PRSB social prescribing standard v1.1.
//!
//! "Plan and requested actions" comes first, as the standard's message to GPs has it; the rest follows the standard's own order. What
//! the message may say was decided when it was written ([`fingerpost_domain::feedback::write`]); here it gets its names. The exact list of
//! elements of the standard's GP message could not be read by us: `docs/prsb-coverage.md` says what is filled and why something is
//! not.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use fingerpost_domain::codes::SnomedCode;
use fingerpost_domain::feedback::{self, Section};
use fingerpost_domain::need::Need;
use fingerpost_domain::organisation::OrganisationKind;
use fingerpost_domain::person::{Email, PersonDetails, Phone};

/// The standard and its version.
pub const STANDARD: &str = "PRSB Social prescribing standard v1.1";

/// What the message is made from.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// The person as sent.
    pub person: &'a PersonDetails,
    /// From what kind of place the person was sent. Only a practice stands as their GP practice.
    pub sent_from: OrganisationKind,
    /// The practice's national code, where it has one.
    pub practice_code: Option<&'a str>,
    /// The name of the practice or agency.
    pub practice_name: &'a str,
    /// Who sent the person.
    pub referrer: &'a str,
    /// What they do.
    pub referrer_role: Option<&'a str>,
    /// How to reach them.
    pub referrer_contact: &'a str,
    /// The scheme that was asked.
    pub scheme: &'a str,
    /// When the person was sent.
    pub referred_on: Date,
    /// What would help.
    pub needs: &'a [Need],
    /// What the message says, as it was sent.
    pub sections: &'a [Section],
    /// The code ready for the record.
    pub code: Option<SnomedCode>,
}

/// Free text where the standard also takes a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct FreeText {
    #[serde(rename = "Free text")]
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct PersonName {
    #[serde(rename = "Person first name")]
    first: Vec<String>,
    #[serde(rename = "Person family name")]
    family: Vec<String>,
    #[serde(rename = "Person preferred name", skip_serializing_if = "Option::is_none")]
    preferred: Option<String>,
    #[serde(rename = "Person full name")]
    full: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Demographics {
    #[serde(rename = "Person name")]
    name: PersonName,
    #[serde(rename = "Date of birth")]
    born: Date,
    #[serde(rename = "NHS number", skip_serializing_if = "Option::is_none")]
    nhs_number: Option<String>,
    #[serde(rename = "Person's address", skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(rename = "Person's contact details", skip_serializing_if = "Option::is_none")]
    contact: Option<ContactDetails>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Address {
    #[serde(rename = "Address line 1", skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(rename = "Postcode", skip_serializing_if = "Option::is_none")]
    postcode: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ContactDetails {
    #[serde(rename = "Person's telephone number", skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(rename = "Person's email address", skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

/// The record entries of a section, under its own name for them. Ours have one each.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entries<T> {
    of: &'static str,
    entry: T,
}

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(format!("{} record entry", self.of), [&self.entry])])
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Practice {
    #[serde(rename = "GP practice identifier", skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(rename = "GP practice details")]
    details: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Referrer {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Role", skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(rename = "Service")]
    service: FreeText,
    #[serde(rename = "Organisation")]
    organisation: FreeText,
    #[serde(rename = "Contact details")]
    contact: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ReferralTo {
    #[serde(rename = "Name", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "Service")]
    service: FreeText,
    #[serde(rename = "Organisation")]
    organisation: FreeText,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Referral {
    #[serde(rename = "Date")]
    date: Date,
    #[serde(rename = "Referrer details")]
    referrer: Referrer,
    #[serde(rename = "Reason for referral")]
    reason: FreeText,
    #[serde(rename = "Referral to")]
    to: ReferralTo,
    #[serde(rename = "Comment", skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct RiskEntry {
    #[serde(rename = "Risk")]
    risk: FreeText,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Actions {
    #[serde(rename = "Actions for professionals")]
    actions: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Important {
    #[serde(rename = "What is most important to me")]
    words: String,
}

/// What makes information reach the person. Free text: the standard's codes for it need a licence and are not shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Requirements {
    #[serde(rename = "Reasonable adjustment")]
    adjustments: Adjustments,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Adjustments {
    #[serde(rename = "Reasonable adjustment record entry")]
    entries: Vec<Adjustment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Adjustment {
    #[serde(rename = "Reasonable adjustment")]
    words: FreeText,
}

/// The message. Its `Serialize` gives JSON under the standard's names, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    #[serde(rename = "Standard")]
    standard: &'static str,
    #[serde(rename = "Plan and requested actions")]
    plan: Entries<Actions>,
    #[serde(rename = "Person demographics")]
    person: Demographics,
    #[serde(rename = "GP practice")]
    practice: Entries<Practice>,
    #[serde(rename = "About me", skip_serializing_if = "Option::is_none")]
    about_me: Option<Important>,
    #[serde(rename = "Individual requirements", skip_serializing_if = "Option::is_none")]
    requirements: Option<Requirements>,
    #[serde(rename = "Referral details")]
    referral: Entries<Referral>,
    #[serde(rename = "Contacts with professionals", skip_serializing_if = "Option::is_none")]
    contacts: Option<FreeText>,
    #[serde(rename = "Clinical Summary", skip_serializing_if = "Option::is_none")]
    summary: Option<FreeText>,
    #[serde(rename = "Signpost details", skip_serializing_if = "Option::is_none")]
    signposts: Option<FreeText>,
    #[serde(rename = "Assessments", skip_serializing_if = "Option::is_none")]
    assessments: Option<FreeText>,
    #[serde(rename = "Risks")]
    risks: Entries<RiskEntry>,
    #[serde(rename = "Care and support plan", skip_serializing_if = "Option::is_none")]
    care_plan: Option<FreeText>,
    /// For people who paste, with its rule; a program that reads every letter would file it with each.
    #[serde(skip)]
    code: Option<SnomedCode>,
}

/// What stands for the GP practice where another agency sent the person: which it is, is not asked.
pub const NO_PRACTICE: &str = "Not known: the person was sent by another agency.";

/// Said where the person did not share it: the element is mandatory and never blank.
pub const NOT_SHARED: &str = "Not shared: the person did not agree to more than this.";

/// Said where a letter of before says nothing of risks.
pub const NOT_SAID: &str = "Not said in this letter: ask the link worker.";

impl Message {
    /// The message of a letter.
    #[must_use]
    pub fn of(letter: &Letter<'_>) -> Self {
        let said = |heading: &str| {
            let named = letter.sections.iter().filter(|section| feedback::heading_now(&section.heading) == heading);
            let texts: Vec<&str> = named.map(|section| section.text.as_str()).collect();
            (!texts.is_empty()).then(|| texts.join("\n"))
        };
        let shared = said(feedback::CONTACTS).is_some();
        let practice = letter.sent_from == OrganisationKind::Practice;
        let text = |heading: &str| said(heading).map(|text| FreeText { text });
        let free = |text: &str| FreeText { text: text.to_owned() };
        let person = letter.person;
        let needs = letter.needs.iter().map(|need| need.label()).collect::<Vec<_>>().join("; ");
        let (line, postcode) = (
            person.address.as_ref().map(ToString::to_string),
            person.postcode.as_ref().map(|code| code.as_str().to_owned()),
        );
        let (phone, email) = (person.phone.as_ref().map(Phone::as_str), person.email.as_ref().map(Email::as_str));
        Self {
            standard: STANDARD,
            plan: one(
                feedback::PLAN,
                Actions { actions: said(feedback::PLAN).unwrap_or_else(|| feedback::NO_ACTION.to_owned()) },
            ),
            person: Demographics {
                name: PersonName {
                    first: vec![person.name.given.to_string()],
                    family: vec![person.name.family.to_string()],
                    preferred: person.name.preferred.as_ref().map(ToString::to_string),
                    full: person.name.full(),
                },
                born: person.born.date(),
                nhs_number: person.nhs_number.as_ref().map(|number| number.digits().to_owned()),
                address: (line.is_some() || postcode.is_some()).then_some(Address { line, postcode }),
                contact: (phone.is_some() || email.is_some())
                    .then(|| ContactDetails { phone: phone.map(str::to_owned), email: email.map(str::to_owned) }),
            },
            practice: one(
                "GP practice",
                Practice {
                    code: letter.practice_code.filter(|_| practice).map(str::to_owned),
                    details: if practice { letter.practice_name } else { NO_PRACTICE }.to_owned(),
                },
            ),
            about_me: said(feedback::ABOUT_ME).map(|words| Important { words }),
            requirements: said(feedback::REQUIREMENTS).map(|lines| Requirements {
                adjustments: Adjustments {
                    entries: lines.lines().map(|line| Adjustment { words: free(line) }).collect(),
                },
            }),
            referral: one(
                feedback::REFERRAL,
                Referral {
                    date: letter.referred_on,
                    referrer: Referrer {
                        name: letter.referrer.to_owned(),
                        role: letter.referrer_role.map(str::to_owned),
                        service: free(if practice { "General practice" } else { "Other agency" }),
                        organisation: free(letter.practice_name),
                        contact: letter.referrer_contact.to_owned(),
                    },
                    reason: FreeText { text: needs },
                    to: ReferralTo {
                        name: said(feedback::REFERRAL_TO),
                        service: free("Social prescribing"),
                        organisation: free(letter.scheme),
                    },
                    comment: said(feedback::REFERRAL),
                },
            ),
            contacts: text(feedback::CONTACTS),
            summary: text(feedback::SUMMARY),
            signposts: text(feedback::SIGNPOSTS),
            assessments: text(feedback::ASSESSMENTS),
            risks: one(
                feedback::RISKS,
                RiskEntry {
                    risk: text(feedback::RISKS).unwrap_or_else(|| free(if shared { NOT_SAID } else { NOT_SHARED })),
                },
            ),
            care_plan: text(feedback::CARE_PLAN),
            code: letter.code,
        }
    }

    /// The same as lines to paste into a record, the code on top.
    #[must_use]
    pub fn to_paste(&self) -> String {
        let mut out = vec![];
        if let Some(code) = &self.code {
            out.push(format!("Code, once for each episode, unless it is filed: {} | {} |", code.concept, code.term));
        }
        let mut line = |heading: &str, text: Option<&str>| {
            if let Some(text) = text {
                out.push(format!("{heading}: {}", text.lines().map(str::trim).collect::<Vec<_>>().join("; ")));
            }
        };
        let (plan, referral, risk) = (&self.plan.entry, &self.referral.entry, &self.risks.entry);
        line(feedback::PLAN, Some(&plan.actions));
        line(feedback::ABOUT_ME, self.about_me.as_ref().map(|about| about.words.as_str()));
        let requirements = self.requirements.as_ref().map(|requirements| {
            let entries = requirements.adjustments.entries.iter();
            entries.map(|entry| entry.words.text.as_str()).collect::<Vec<_>>().join("\n")
        });
        line(feedback::REQUIREMENTS, requirements.as_deref());
        line(feedback::REFERRAL, referral.comment.as_deref());
        let free = |text: &Option<FreeText>| text.as_ref().map(|free| free.text.clone());
        for (heading, text) in [
            (feedback::CONTACTS, free(&self.contacts)),
            (feedback::SUMMARY, free(&self.summary)),
            (feedback::SIGNPOSTS, free(&self.signposts)),
            (feedback::ASSESSMENTS, free(&self.assessments)),
            (feedback::RISKS, Some(risk.risk.text.clone())),
            (feedback::CARE_PLAN, free(&self.care_plan)),
            (feedback::REFERRAL_TO, referral.to.name.clone()),
        ] {
            line(heading, text.as_deref());
        }
        out.join("\n")
    }
}

fn one<T>(of: &'static str, entry: T) -> Entries<T> {
    Entries { of, entry }
}

/// How each element of the standard is covered: its path, whether it is mandatory, where it comes from or why it is not there.
pub const COVERAGE: &[(&str, bool, &str)] = &[
    ("Person demographics", true, "The person as sent with the referral."),
    ("Person demographics > Person name", true, "As sent."),
    (
        "Person demographics > Person name > Person first name",
        true,
        "One name, as sent. Ours holds 70 characters, the standard 35: a longer one is not cut.",
    ),
    ("Person demographics > Person name > Person family name", true, "As sent, as above."),
    ("Person demographics > Date of birth", true, "As sent."),
    (
        "GP practice",
        true,
        "The practice that sent the person; \u{201c}Not known\u{201d} where another agency sent them.",
    ),
    (
        "GP practice > GP practice record entry",
        true,
        "One: the practice that sent the person. Where another agency sent them it stands under Referrer details, and who their GP is is not asked.",
    ),
    (
        "GP practice > GP practice record entry > GP practice identifier",
        true,
        "The practice's national code from the imported register; absent where the practice has none, or another agency sent the person.",
    ),
    ("About me", false, "What matters to the person, in their own words, where they agreed."),
    (
        "Individual requirements",
        false,
        "How information has to reach the person (large print, an interpreter), free text, where they agreed that others are told. Impairments and other requirements are not asked.",
    ),
    ("Safeguarding", false, "Never in the message: a concern takes the scheme's safeguarding path."),
    (
        "Consent",
        false,
        "Said in the referral details where the person shared no more than that work goes on or has ended.",
    ),
    ("Referral details", true, "Who asked whom, when and why, and that work goes on or has ended."),
    ("Referral details > Referral details record entry > Referrer details", true, "The referrer's account."),
    ("Referral details > Referral details record entry > Referrer details > Name", true, "The referrer's account."),
    (
        "Referral details > Referral details record entry > Referrer details > Service",
        true,
        "Free text: General practice. The coded list needs a licence and is not shipped.",
    ),
    (
        "Referral details > Referral details record entry > Referrer details > Organisation",
        true,
        "Free text: the practice's name. The coded form takes 3 to 5 characters, a practice code has 6; it stands under GP practice.",
    ),
    (
        "Referral details > Referral details record entry > Referrer details > Contact details",
        true,
        "The e-mail address with which the referrer signs in.",
    ),
    (
        "Referral details > Referral details record entry > Referral to",
        true,
        "The link worker with their phone, the service, the scheme.",
    ),
    ("Contacts with professionals", false, "How many contacts took place, and sessions used of those agreed."),
    ("Presenting complaints or issues", false, "What would help stands as reason for referral."),
    ("Problem list", false, "Not in the message: the practice holds it."),
    (
        "Problem list > Problem list record entry > Problem",
        true,
        "Mandatory only inside a problem list, and none is sent.",
    ),
    ("Clinical Summary", false, "The line that the link worker wrote for the referrer."),
    ("Social context", false, "Not in the message: what the person tells of their life stays in their case."),
    ("Services and care", false, "Not in the message: it is for care packages, which a scheme does not arrange."),
    ("Signpost details", false, "The groups that the person was put in touch with, and how often they went."),
    ("Pregnancy status", false, "Not asked."),
    ("Assessments", false, "Scores at the beginning and after it."),
    ("Risks", true, "What is known about risks for anyone visiting."),
    ("Risks > Risks record entry", true, "One."),
    (
        "Risks > Risks record entry > Risk",
        true,
        "Free text: that there is something to know before visiting and who to ask, none known, not asked, or not shared. What the risk is never leaves in a letter: it may be another referrer's word.",
    ),
    ("Plan and requested actions", false, "First, and never blank."),
    (
        "Care and support plan",
        false,
        "The person's goals with where each stands, how it ended, what changed, what continues and who to call.",
    ),
];

/// `docs/prsb-coverage.md`.
#[must_use]
pub fn coverage() -> String {
    let mut out = format!(
        "# Coverage of the PRSB standard\n\nGenerated from `crates/correspondence-rules/src/prsb.rs`; a test keeps it true. {STANDARD}: the message to the GP practice, \
         as page, PDF, JSON under the standard's names, and lines to paste.\n\nThe standard's own list of the elements of its GP message was not \
         readable to us. What stands here is every element that the whole standard marks as mandatory, and each of its sections.\n\n\
         | element | mandatory | where it comes from, or why it is not there |\n|---|---|---|\n"
    );
    for (path, mandatory, how) in COVERAGE {
        out.push_str(&format!("| {path} | {} | {how} |\n", if *mandatory { "yes" } else { "no" }));
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use fingerpost_domain::codes::{self, CodeMeaning};
    use fingerpost_domain::disclosure::ReferrerHears;
    use fingerpost_domain::feedback::{FeedbackKind, FeedbackSource};
    use fingerpost_domain::person::PersonAnswers;

    fn message(hears: ReferrerHears) -> Message {
        message_to(OrganisationKind::Practice, hears)
    }

    fn message_to(sent_from: OrganisationKind, hears: ReferrerHears) -> Message {
        let answers = PersonAnswers {
            given: "Margaret".into(),
            family: "Alderthwaite".into(),
            preferred: "Peggy".into(),
            born_day: "4".into(),
            born_month: "6".into(),
            born_year: "1947".into(),
            phone: "01632 960 142".into(),
            ..PersonAnswers::default()
        };
        let person = answers.check(date(2026, 11, 25)).unwrap();
        let source = FeedbackSource {
            matters: Some("I used to sing".into()),
            requirements: vec!["Large print".into(), "Interpreter".into()],
            goals: vec!["Sing with others: working on it".into()],
            risk: Some("None known.".into()),
            services: vec!["Songbirds: came 2 times".into()],
            worker: "Maya Okonkwo, 01632 960 200".into(),
            outcome: Some("Goals met".into()),
            ..FeedbackSource::default()
        };
        let sections = feedback::write(FeedbackKind::Closing, &source, hears).unwrap();
        let letter = Letter {
            person: &person,
            sent_from,
            practice_code: Some("Z90001"),
            practice_name: "Millrace Surgery",
            referrer: "Dr Anil Ferreira",
            referrer_role: Some("GP"),
            referrer_contact: "anil.ferreira@wexleyvale.example",
            scheme: "Wexley Vale Social Prescribing",
            referred_on: date(2026, 9, 1),
            needs: &[Need::Company],
            sections: &sections,
            code: codes::in_force(CodeMeaning::Referred, date(2026, 9, 1)),
        };
        Message::of(&letter)
    }

    #[test]
    fn json_has_the_standards_names_and_plan_and_requested_actions_first() {
        let json = serde_json::to_string(&message(ReferrerHears::Summary)).unwrap();
        let at = |name: &str| json.find(name).unwrap_or_else(|| panic!("{name}"));
        let order = [
            "\"Plan and requested actions\"",
            "\"Person demographics\"",
            "\"GP practice\"",
            "\"About me\"",
            "\"Individual requirements\"",
            "\"Referral details\"",
            "\"Contacts with professionals\"",
            "\"Signpost details\"",
            "\"Risks\"",
            "\"Care and support plan\"",
        ];
        assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])), "{json}");
        assert!(
            json.contains(r#""GP practice identifier":"Z90001""#) && json.contains(r#""Date of birth":"1947-06-04""#)
        );
    }

    #[test]
    fn what_is_mandatory_is_there_and_the_rest_only_where_it_was_shared() {
        let value = serde_json::to_value(message(ReferrerHears::StatusOnly)).unwrap();
        let at = |path: &str| value.pointer(path).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        assert_eq!(at("/Risks/Risks record entry/0/Risk/Free text"), NOT_SHARED);
        for path in [
            "/Person demographics/Person name/Person first name/0",
            "/Person demographics/Person name/Person family name/0",
            "/Person demographics/Date of birth",
            "/GP practice/GP practice record entry/0/GP practice identifier",
            "/Referral details/Referral details record entry/0/Referrer details/Name",
            "/Referral details/Referral details record entry/0/Referrer details/Service/Free text",
            "/Referral details/Referral details record entry/0/Referrer details/Organisation/Free text",
            "/Referral details/Referral details record entry/0/Referrer details/Contact details",
            "/Referral details/Referral details record entry/0/Referral to/Organisation/Free text",
            "/Plan and requested actions/Plan and requested actions record entry/0/Actions for professionals",
        ] {
            assert!(!at(path).is_empty(), "{path}");
        }
        assert!(value.get("Individual requirements").is_none());
        let whole = serde_json::to_value(message(ReferrerHears::Summary)).unwrap();
        let second = "/Individual requirements/Reasonable adjustment/Reasonable adjustment record entry/1/Reasonable adjustment/Free text";
        assert_eq!(whole.pointer(second).and_then(serde_json::Value::as_str), Some("Interpreter"));
        assert!(!value.to_string().contains("sing") && value.get("Care and support plan").is_none());
    }

    #[test]
    fn another_agency_is_nobodys_gp_practice() {
        let value = serde_json::to_value(message_to(OrganisationKind::Other, ReferrerHears::Summary)).unwrap();
        let practice = &value["GP practice"]["GP practice record entry"][0];
        assert_eq!(
            (practice["GP practice details"].as_str(), practice.get("GP practice identifier")),
            (Some(NO_PRACTICE), None)
        );
        let referrer = &value["Referral details"]["Referral details record entry"][0]["Referrer details"];
        assert_eq!(referrer["Service"]["Free text"].as_str(), Some("Other agency"));
        assert_eq!(referrer["Organisation"]["Free text"].as_str(), Some("Millrace Surgery"));
    }

    #[test]
    fn a_letter_of_before_is_whole_under_todays_names() {
        let section = |heading: &str, text: &str| Section { heading: heading.into(), text: text.into() };
        for (old, now) in [
            ("What matters to me", feedback::ABOUT_ME),
            ("Services and care", feedback::SIGNPOSTS),
            ("Outcome", feedback::CARE_PLAN),
            ("What continues, and who to call", feedback::CARE_PLAN),
            ("Link worker", feedback::REFERRAL_TO),
            ("Clinical summary", feedback::SUMMARY),
        ] {
            assert_eq!(feedback::heading_now(&section(old, "x").heading), now);
        }
    }

    #[test]
    fn lines_to_paste_begin_with_the_code() {
        let text = message(ReferrerHears::Summary).to_paste();
        assert!(
            text.starts_with(
                "Code, once for each episode, unless it is filed: 871731000000106 | Referral to social prescribing service |\nPlan and requested actions: "
            )
        );
        assert!(text.contains("\nIndividual requirements: Large print; Interpreter\n"));
        assert!(text.contains("\nCare and support plan: Sing with others: working on it; How it ended: Goals met"));
    }

    #[test]
    fn the_coverage_page_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/prsb-coverage.md");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(path, coverage()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), coverage(), "run with UPDATE_SNAPSHOTS=1");
    }

    /// Every element that the standard marks as mandatory, and every section, stands in the table.
    #[test]
    fn no_mandatory_element_of_the_standard_is_forgotten() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/facts/prsb-social-prescribing-v1.1.txt");
        let Ok(standard) = std::fs::read_to_string(path) else {
            eprintln!("LEFT OUT: the standard's list of elements is not beside the checkout");
            return;
        };
        let (mut parents, mut forgotten): (Vec<&str>, Vec<String>) = (vec![], vec![]);
        for line in standard.lines() {
            let Some((indent, rest)) = line.split_once("- ") else { continue };
            let Some((name, kind)) = rest.split_once(" [") else { continue };
            parents.truncate(indent.len() / 2);
            parents.push(name);
            let mandatory = kind.split(']').next().is_some_and(|kind| kind.ends_with(" M"));
            let path = parents.join(" > ");
            let known = COVERAGE.iter().any(|(known, is, _)| *known == path && *is == mandatory);
            if (mandatory || parents.len() == 1) && !known {
                forgotten.push(format!("{path} ({mandatory})"));
            }
        }
        assert!(forgotten.is_empty(), "{forgotten:#?}");
    }
}
