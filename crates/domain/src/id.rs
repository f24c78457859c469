//! Typed, time-ordered identifiers. A `PersonId` is not a `ReferralId`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// The text was not a 26-character identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// Wraps a freshly minted ULID; see [`crate::ambient::Entropy::id`].
            #[must_use]
            pub const fn from_ulid(value: Ulid) -> Self { Self(value) }
        }

        impl From<Ulid> for $name {
            fn from(value: Ulid) -> Self { Self(value) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Ulid::from_string(text).map(Self).map_err(|_| NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// An organisation: practice, network, scheme, community group and so on.
    OrganisationId,
    /// Somebody who signs in.
    UserId,
    /// The one who is helped.
    PersonId,
    /// One request that a link worker takes up one person.
    ReferralId,
    /// Answers of somebody who asks for help themself, while they are being given.
    SelfReferralId,
    /// The key of a practice's launcher.
    LaunchKeyId,
    /// One person handed over from a clinical system.
    LaunchId,
    /// One episode of work with one person.
    CaseId,
    /// One interaction in a case.
    ContactId,
    /// A service of the directory.
    ServiceId,
    /// What a reader says is wrong with an entry of the directory.
    ReportId,
    /// Something that was looked for in the directory and is missing.
    GapId,
    /// Putting a person in touch with a service.
    ConnectionId,
    /// A time in a link worker's diary.
    VisitId,
    /// Days on which a link worker is away.
    AbsenceId,
    /// A case that got another link worker.
    HandoverId,
    /// One completion of a measure.
    AssessmentId,
    /// Telling somebody about a service.
    SignpostId,
    /// A project to refer the people who are missed.
    ProjectId,
    /// A survey of a practice's staff.
    SurveyId,
    /// One answer to a survey.
    ResponseId,
    /// One theme of a survey's codebook.
    ThemeId,
    /// One insight that was drawn from a survey.
    InsightId,
    /// Questions that a place wrote for its surveys.
    QuestionSetId,
    /// A colleague to whom Fingerpost writes about a survey.
    SurveyAddressId,
    /// An interview that belongs to a survey.
    InterviewId,
    /// A passage of an interview.
    PassageId,
    /// A line of the monitoring form of a project.
    WatchId,
    /// One goal of a plan.
    GoalId,
    /// One step towards a goal.
    StepId,
    /// One agreement, or other basis, for telling somebody something.
    DisclosureId,
    /// One message back to the referrer.
    FeedbackId,
    /// One piece of background work.
    JobId,
    /// One message waiting to leave.
    OutboxId,
    /// One one-time link.
    LinkId,
    /// One code that was sent to a group.
    GroupKeyId,
    /// What a person says about somebody being told something.
    ConsentId,
    /// Something that somebody was told.
    TellingId,
    /// A copy of a record that was given.
    RecordCopyId,
    /// That a record is kept longer.
    RecordHoldId,
    /// That a record was destroyed.
    ErasureId,
    /// That two records of one person were put together.
    PersonJoinId,
    /// One run of an import.
    ImportRunId,
    /// A directory of others that is followed.
    FeedId,
    /// One pull of a feed.
    PullId,
    /// Minted with a form; makes its posting happen once, however often it arrives.
    RequestKey,
}

/// A tenant's short name: one data controller's walled garden in an installation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(String);

impl TenantId {
    /// The tenant of an installation that has only one.
    #[must_use]
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// The name as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TenantId {
    type Err = NotAnId;
    /// Accepts 1 to 32 of `a-z`, `0-9` and `-`.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
