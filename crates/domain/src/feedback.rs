//! The message back to the referrer: written once, from what is already recorded.
//!
//! The order is that of the PRSB social prescribing standard v1.1: "plan and requested actions" comes
//! first and is never blank. What leaves is cut to what the person agreed to, here and nowhere else.

use serde::{Deserialize, Serialize};

use crate::disclosure::ReferrerHears;

crate::coded! {
    /// The milestone at which a message is sent.
    pub enum FeedbackKind {
        /// The first contact took place.
        FirstContact = "first_contact",
        /// The plan was written for the first time.
        PlanWritten = "plan_written",
        /// They came to a group for the first time.
        Started = "started",
        /// Something to hear while work goes on.
        Progress = "progress",
        /// The case is closed.
        Closing = "closing",
    }
}

impl FeedbackKind {
    /// What the letter tells.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::FirstContact => "They have met",
            Self::PlanWritten => "The plan is written",
            Self::Started => "They have been to a group",
            Self::Progress => "How it is going",
            Self::Closing => "How it ended",
        }
    }
}

/// Headings, by the names of the standard.
pub const PLAN: &str = "Plan and requested actions";
/// What matters to the person.
pub const ABOUT_ME: &str = "About me";
/// How information has to reach the person.
pub const REQUIREMENTS: &str = "Individual requirements";
/// Where the referral stands.
pub const REFERRAL: &str = "Referral details";
/// Contacts and sessions.
pub const CONTACTS: &str = "Contacts with professionals";
/// The worker's line for the referrer.
pub const SUMMARY: &str = "Clinical Summary";
/// Groups.
pub const SIGNPOSTS: &str = "Signpost details";
/// Scores.
pub const ASSESSMENTS: &str = "Assessments";
/// What is known about risks.
pub const RISKS: &str = "Risks";
/// Goals, outcome, what changed and what continues.
pub const CARE_PLAN: &str = "Care and support plan";
/// The link worker.
pub const REFERRAL_TO: &str = "Referral to";

/// The heading under which a section stands today: letters are kept as they were sent, and the first ones had names of our own.
#[must_use]
pub fn heading_now(heading: &str) -> &str {
    match heading {
        "What matters to me" => ABOUT_ME,
        "Clinical summary" => SUMMARY,
        "Services and care" => SIGNPOSTS,
        "Outcome" | "What changed, in their words" | "What continues, and who to call" => CARE_PLAN,
        "Link worker" => REFERRAL_TO,
        heading => heading,
    }
}

/// Said when there is nothing to do: the section is never blank.
pub const NO_ACTION: &str = "No action is requested.";

/// What is known about a case when a message is written.
#[derive(Debug, Clone, Default)]
pub struct FeedbackSource {
    /// What the practice is asked to do.
    pub requested_actions: Option<String>,
    /// Contacts that took place.
    pub contacts_happened: u32,
    /// Sessions used and agreed.
    pub sessions: (u16, u16),
    /// What matters to the person, in their words.
    pub matters: Option<String>,
    /// How information has to reach the person, a line each, where they agreed that others are told.
    pub requirements: Vec<String>,
    /// What is known about risks, in words.
    pub risk: Option<String>,
    /// Services the person was put in touch with, a line each.
    pub services: Vec<String>,
    /// Scores at the beginning and after it, a line each.
    pub assessments: Vec<String>,
    /// The person's goals with where each stands, a line each.
    pub goals: Vec<String>,
    /// The line the worker wrote for the referrer.
    pub line: Option<String>,
    /// How it ended, in words.
    pub outcome: Option<String>,
    /// What changed, in the person's words.
    pub changed: Option<String>,
    /// What continues and who to call.
    pub continues: Option<String>,
    /// The worker and how to reach them.
    pub worker: String,
}

/// One section of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// PRSB heading.
    pub heading: String,
    /// The words under it.
    pub text: String,
}

/// Writes the sections of a message, or `None` when the person said the referrer hears nothing.
#[must_use]
pub fn write(kind: FeedbackKind, source: &FeedbackSource, hears: ReferrerHears) -> Option<Vec<Section>> {
    if hears == ReferrerHears::Nothing {
        return None;
    }
    let requested = source.requested_actions.clone().filter(|_| hears == ReferrerHears::Summary);
    let mut sections = vec![section(PLAN, requested.unwrap_or_else(|| NO_ACTION.to_owned()))];
    let state = match kind {
        FeedbackKind::FirstContact => "The first contact has taken place.",
        FeedbackKind::PlanWritten | FeedbackKind::Started | FeedbackKind::Progress => "Work is going on.",
        FeedbackKind::Closing => "The work has ended.",
    };
    if hears != ReferrerHears::Summary {
        sections.push(section(REFERRAL, format!("{state} The person did not share more than this.")));
        return Some(sections);
    }
    let (used, agreed) = source.sessions;
    let contacts = format!("{}. {used} of {agreed} agreed sessions used.", contacts(source.contacts_happened));
    let joined = |lines: &[String]| (!lines.is_empty()).then(|| lines.join("\n"));
    let changed = source.changed.as_ref().map(|words| format!("What changed, in their words: {words}"));
    let continues = source.continues.as_ref().map(|words| format!("What continues, and who to call: {words}"));
    let outcome = source.outcome.as_ref().map(|words| format!("How it ended: {words}"));
    let plan: Vec<String> = source.goals.iter().cloned().chain(outcome).chain(changed).chain(continues).collect();
    let told = [
        (ABOUT_ME, source.matters.clone()),
        (REQUIREMENTS, joined(&source.requirements)),
        (REFERRAL, Some(state.to_owned())),
        (CONTACTS, Some(contacts)),
        (SUMMARY, source.line.clone()),
        (SIGNPOSTS, joined(&source.services)),
        (ASSESSMENTS, joined(&source.assessments)),
        (RISKS, source.risk.clone()),
        (CARE_PLAN, joined(&plan)),
        (REFERRAL_TO, Some(source.worker.clone())),
    ];
    sections.extend(told.into_iter().filter_map(|(heading, text)| Some(section(heading, text?))));
    Some(sections)
}

fn section(heading: &str, text: String) -> Section {
    Section { heading: heading.to_owned(), text }
}

fn contacts(count: u32) -> String {
    match count {
        0 => "No contact has taken place yet".to_owned(),
        1 => "1 contact has taken place".to_owned(),
        count => format!("{count} contacts have taken place"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> FeedbackSource {
        FeedbackSource {
            matters: Some("I used to sing".into()),
            goals: vec!["Sing with others: working on it".into()],
            line: Some("Met twice".into()),
            worker: "Maya Okonkwo".into(),
            ..FeedbackSource::default()
        }
    }

    #[test]
    fn plan_and_requested_actions_comes_first_and_is_never_blank() {
        for &hears in ReferrerHears::ALL {
            if let Some(sections) = write(FeedbackKind::Closing, &source(), hears) {
                assert_eq!(sections[0].heading, "Plan and requested actions");
                assert_eq!(sections[0].text, NO_ACTION);
            }
        }
    }

    #[test]
    fn nothing_leaves_beyond_what_the_person_agreed_to() {
        let source = || FeedbackSource { requested_actions: Some("Met her son".into()), ..source() };
        assert_eq!(write(FeedbackKind::Progress, &source(), ReferrerHears::Nothing), None);
        for hears in [ReferrerHears::StatusOnly, ReferrerHears::NotAsked] {
            let sections = write(FeedbackKind::Progress, &source(), hears).unwrap();
            assert!(sections.iter().all(|s| !s.text.contains("sing") && !s.text.contains("Met")));
        }
    }
}
