//! The codes for the GP record, as dated data, and when each is right.
//!
//! Source: NHS England guidance on social prescribing SNOMED codes (facts checked November 2026):
//! 871731000000106 once an episode, when the person accepts; 871711000000103 when the person declines.
//! A scheme's refusal, a group's refusal, a withdrawal and silence are never coded as a decline.
//!
//! A code that nobody has verified in the national release is in the table and off: it is ready for nobody, unless a scheme that has
//! verified it itself switches it on.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use crate::agreement::Agreement;
use crate::referral::ReferralState;

crate::coded! {
    /// What a code says of a person.
    pub enum CodeMeaning {
        /// They accepted a referral to a link worker.
        Referred = "referred",
        /// They said no.
        Declined = "declined",
        /// It was offered to them.
        Offered = "offered",
    }
}

/// A SNOMED CT concept with our own short label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnomedCode {
    /// What it says of the person.
    pub means: CodeMeaning,
    /// Concept id.
    pub concept: &'static str,
    /// What it says.
    pub term: &'static str,
}

/// A code of the table, with when it counts and who says so.
#[derive(Debug, Clone)]
pub struct DatedCode {
    /// The code.
    pub code: SnomedCode,
    /// The first day on which it is filed; none where that is not known.
    pub in_force_from: Option<Date>,
    /// The last day on which it is filed; none while it is.
    pub in_force_until: Option<Date>,
    /// When somebody verified it; none while nobody has.
    pub verified_on: Option<Date>,
    /// Where it comes from.
    pub source: &'static str,
}

impl DatedCode {
    /// Whether it is filed on a day.
    #[must_use]
    pub fn counts_on(&self, on: Date) -> bool {
        self.in_force_from.is_none_or(|from| from <= on) && self.in_force_until.is_none_or(|until| on <= until)
    }
}

#[derive(Deserialize)]
struct Row {
    means: &'static str,
    concept: &'static str,
    term: &'static str,
    in_force_from: Option<Date>,
    in_force_until: Option<Date>,
    verified_on: Option<Date>,
    source: &'static str,
}

fn dated(row: &Row) -> Option<DatedCode> {
    let code = SnomedCode { means: CodeMeaning::from_code(row.means)?, concept: row.concept, term: row.term };
    let Row { in_force_from, in_force_until, verified_on, source, .. } = *row;
    Some(DatedCode { code, in_force_from, in_force_until, verified_on, source })
}

static TABLE: LazyLock<Vec<DatedCode>> = LazyLock::new(|| {
    let rows: Vec<Row> = serde_json::from_str(include_str!("../data/codes.json")).unwrap_or_default();
    rows.iter().filter_map(dated).collect()
});

/// Every code that ships, verified or not.
#[must_use]
pub fn table() -> &'static [DatedCode] {
    &TABLE
}

/// The verified code of a meaning that is filed on a day.
#[must_use]
pub fn in_force(means: CodeMeaning, on: Date) -> Option<SnomedCode> {
    let of = |each: &&DatedCode| each.code.means == means && each.verified_on.is_some() && each.counts_on(on);
    table().iter().find(of).map(|each| each.code)
}

/// A code that nobody here has verified and a scheme has switched on.
#[must_use]
pub fn switched_on(means: CodeMeaning, on: Date) -> Option<SnomedCode> {
    let of = |each: &&DatedCode| each.code.means == means && each.verified_on.is_none() && each.counts_on(on);
    table().iter().find(of).map(|each| each.code)
}

/// What is ready to be coded, from what the *person* said.
///
/// It does not depend on whether the person was known to the scheme: a code that vanished when a referral
/// joined an open case would tell its referrer so. "Once an episode" is said beside the code.
#[must_use]
pub fn meaning(state: ReferralState, agreement: Option<Agreement>) -> Option<CodeMeaning> {
    match (state, agreement) {
        (ReferralState::DeclinedByPerson, _) => Some(CodeMeaning::Declined),
        (ReferralState::Sent | ReferralState::Returned | ReferralState::Accepted, Some(Agreement::Agreed)) => {
            Some(CodeMeaning::Referred)
        }
        // A scheme's refusal and a withdrawal are never coded: no episode began.
        _ => None,
    }
}

/// The code that is ready for the GP record, as it is filed on the day on which it was said.
#[must_use]
pub fn ready(state: ReferralState, agreement: Option<Agreement>, on: Date) -> Option<SnomedCode> {
    in_force(meaning(state, agreement)?, on)
}

/// The code of the episode that a referral began: what counts episodes, and not screens. A referral that joined an open
/// case began none.
#[must_use]
pub fn of_episode(
    state: ReferralState,
    agreement: Option<Agreement>,
    (joined_open_case, on): (bool, Date),
) -> Option<SnomedCode> {
    ready(state, agreement, on).filter(|code| code.means != CodeMeaning::Referred || !joined_open_case)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::connection::{ConnectionEvent, ConnectionState};
    use crate::referral::ReferralEvent;

    /// Anything that can happen to a person: to their referral, and to their connections with groups.
    #[derive(Debug, Clone, Copy)]
    enum Happens {
        Referral(ReferralEvent),
        Connection(ConnectionEvent),
        Silence,
    }

    fn events() -> impl Strategy<Value = Vec<Happens>> {
        use ConnectionEvent as C;
        use ReferralEvent as R;
        let referral =
            [R::Send, R::PersonDeclines, R::AskBack, R::AnswerBack, R::Accept, R::NotAccept, R::Withdraw, R::WaitAgain]
                .map(Happens::Referral);
        let group = [C::Accept, C::Decline, C::GiveUpWaiting, C::Came, C::DidNotCome, C::End, C::Withdraw];
        let all: Vec<_> =
            referral.into_iter().chain(group.map(Happens::Connection)).chain([Happens::Silence]).collect();
        prop::collection::vec(prop::sample::select(all), 0..20)
    }

    /// One referral of several of one person.
    #[derive(Debug, Clone, Copy)]
    struct Sent {
        state: ReferralState,
        agreement: Option<Agreement>,
        joined: bool,
        episode: Option<usize>,
    }

    const ON: Date = jiff::civil::date(2026, 11, 27);

    fn coded(state: ReferralState, agreement: Option<Agreement>, joined: bool) -> Option<CodeMeaning> {
        of_episode(state, agreement, (joined, ON)).map(|code| code.means)
    }

    fn means(state: ReferralState, agreement: Option<Agreement>) -> Option<CodeMeaning> {
        ready(state, agreement, ON).map(|code| code.means)
    }

    #[test]
    fn the_table_is_read_and_a_code_that_nobody_verified_is_ready_for_nobody() {
        assert_eq!(table().len(), CodeMeaning::ALL.len(), "every row is read");
        assert!(table().iter().all(|each| each.code.concept.bytes().all(|byte| byte.is_ascii_digit())));
        let concepts = |find: fn(CodeMeaning, Date) -> Option<SnomedCode>| -> Vec<Option<&str>> {
            CodeMeaning::ALL.iter().map(|means| find(*means, ON).map(|code| code.concept)).collect()
        };
        assert_eq!(concepts(in_force), [Some("871731000000106"), Some("871711000000103"), None]);
        assert_eq!(concepts(switched_on), [None, None, Some("871691000000100")]);
    }

    #[test]
    fn a_code_counts_from_its_first_day_to_its_last() {
        let day = |day| jiff::civil::date(2026, 11, day);
        let code = DatedCode { in_force_from: Some(day(2)), in_force_until: Some(day(4)), ..table()[0].clone() };
        assert_eq!([1, 2, 4, 5].map(|on| code.counts_on(day(on))), [false, true, true, false]);
    }

    proptest! {
        /// However many refer one person, in whatever order referrals are answered and cases closed: an episode is coded
        /// once, by the referral that began it, and a case without an acceptance by the person does not exist.
        #[test]
        fn an_episode_is_coded_once(sequence in prop::collection::vec((0..4_usize, 0..10_u8), 0..40)) {
            let draft = Sent { state: ReferralState::Draft, agreement: None, joined: false, episode: None };
            let mut referrals = [draft; 4];
            let (mut episodes, mut open) = (0, None);
            for (which, what) in sequence {
                let referral = &mut referrals[which];
                let event = match what {
                    0 => ReferralEvent::Send,
                    1 => ReferralEvent::PersonDeclines,
                    2 | 3 => ReferralEvent::Accept,
                    4 => ReferralEvent::NotAccept,
                    5 => ReferralEvent::Withdraw,
                    6 => ReferralEvent::AskBack,
                    7 => ReferralEvent::AnswerBack,
                    // Only what was taken for somebody's who was here can turn out to be about somebody else.
                    8 if referral.joined => ReferralEvent::WaitAgain,
                    _ => {
                        open = None;
                        continue;
                    }
                };
                let Ok(next) = referral.state.after(event) else { continue };
                referral.state = next;
                match event {
                    ReferralEvent::Send => referral.agreement = Some(Agreement::Agreed),
                    ReferralEvent::PersonDeclines => referral.agreement = Some(Agreement::SaidNo),
                    ReferralEvent::Accept => {
                        referral.joined = open.is_some();
                        let episode = open.unwrap_or(episodes);
                        episodes = episodes.max(episode + 1);
                        (open, referral.episode) = (Some(episode), Some(episode));
                    }
                    ReferralEvent::WaitAgain => (referral.joined, referral.episode) = (false, None),
                    _ => {}
                }
            }
            for episode in 0..episodes {
                let of_it = referrals.iter().filter(|referral| referral.episode == Some(episode));
                let counted = of_it.filter(|r| coded(r.state, r.agreement, r.joined) == Some(CodeMeaning::Referred)).count();
                prop_assert_eq!(counted, 1);
            }
            for r in referrals {
                let declined = coded(r.state, r.agreement, r.joined) == Some(CodeMeaning::Declined);
                prop_assert_eq!(declined, r.agreement == Some(Agreement::SaidNo));
            }
        }

        /// Whatever happens, in whatever order, a referral that was sent is somewhere that somebody looks: with the scheme, with the
        /// referrer, or ended by somebody's decision. No event but a decision ends it, and nothing happens to it
        /// after that, but that it was taken for somebody else's: then it waits again.
        #[test]
        fn no_sequence_of_events_loses_a_referral(sequence in events()) {
            use ReferralEvent as R;
            let mut state = ReferralState::Draft;
            for event in sequence {
                let Happens::Referral(event) = event else { continue };
                let Ok(next) = state.after(event) else { continue };
                let was_over = !matches!(state, ReferralState::Draft | ReferralState::Sent | ReferralState::Returned);
                prop_assert!(!was_over || event == R::WaitAgain, "{:?} after {:?}", event, state);
                let over = !matches!(next, ReferralState::Draft | ReferralState::Sent | ReferralState::Returned);
                let decided = matches!(event, R::PersonDeclines | R::Accept | R::NotAccept | R::Withdraw);
                prop_assert_eq!(over, decided);
                prop_assert!(next != ReferralState::Draft, "what was sent is never unsent");
                state = next;
            }
            // From wherever it stands, a decision can still be made.
            let open = matches!(state, ReferralState::Sent | ReferralState::Returned);
            prop_assert_eq!(open, state.after(R::Accept).is_ok());
            prop_assert_eq!(open, state.after(R::NotAccept).is_ok());
        }

        /// Whatever happens, in whatever order: "declined" is coded exactly when the person said no; a person who
        /// agreed is never coded as having declined; and no refusal of a scheme or a group, no withdrawal and no
        /// silence changes what is coded into a decline.
        #[test]
        fn only_the_person_can_be_coded_as_declining(sequence in events()) {
            let (mut state, mut connection) = (ReferralState::Draft, ConnectionState::Offered);
            let mut agreement = None;
            let mut person_said_no = false;
            let mut accepted_codes = 0;
            for event in sequence {
                let before = means(state, agreement);
                match event {
                    Happens::Referral(event) => {
                        if let Ok(next) = state.after(event) {
                            state = next;
                            match event {
                                ReferralEvent::Send => agreement = Some(Agreement::Agreed),
                                ReferralEvent::PersonDeclines => {
                                    agreement = Some(Agreement::SaidNo);
                                    person_said_no = true;
                                }
                                _ => {}
                            }
                        }
                    }
                    Happens::Connection(event) => connection = connection.after(event).unwrap_or(connection),
                    Happens::Silence => {}
                }
                let code = means(state, agreement);
                if !matches!(event, Happens::Referral(_)) {
                    prop_assert_eq!(code, before, "a group and silence change nothing");
                }
                accepted_codes += i32::from(code == Some(CodeMeaning::Referred) && before != Some(CodeMeaning::Referred));
                prop_assert_eq!(code == Some(CodeMeaning::Declined), person_said_no);
                let open = matches!(state, ReferralState::Sent | ReferralState::Returned | ReferralState::Accepted);
                prop_assert_eq!(code == Some(CodeMeaning::Referred), open && agreement == Some(Agreement::Agreed));
            }
            prop_assert!(accepted_codes <= 1, "an episode is coded once");
        }
    }
}
