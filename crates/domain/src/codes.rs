//! The two codes for the GP record, and when each is right.
//!
//! Source: NHS England guidance on social prescribing SNOMED codes (facts checked November 2026):
//! 871731000000106 once an episode, when the person accepts; 871711000000103 when the person declines.
//! A scheme's refusal, a group's refusal, a withdrawal and silence are never coded as a decline.

use crate::agreement::Agreement;
use crate::referral::ReferralState;

/// A SNOMED CT concept with our own short label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnomedCode {
    /// Concept id.
    pub concept: &'static str,
    /// What it says.
    pub term: &'static str,
}

/// The person accepted a referral to the link worker.
pub const REFERRED: SnomedCode =
    SnomedCode { concept: "871731000000106", term: "Referral to social prescribing service" };

/// The person declined.
pub const DECLINED: SnomedCode = SnomedCode { concept: "871711000000103", term: "Social prescribing declined" };

/// The code that is ready for the GP record, from what the *person* said.
///
/// It does not depend on whether the person was known to the scheme: a code that vanished when a referral
/// joined an open case would tell its referrer so. "Once an episode" is said beside the code.
#[must_use]
pub fn ready(state: ReferralState, agreement: Option<Agreement>) -> Option<SnomedCode> {
    match (state, agreement) {
        (ReferralState::DeclinedByPerson, _) => Some(DECLINED),
        (ReferralState::Sent | ReferralState::Returned | ReferralState::Accepted, Some(Agreement::Agreed)) => {
            Some(REFERRED)
        }
        // A scheme's refusal and a withdrawal are never coded: no episode began.
        _ => None,
    }
}

/// The code of the episode that a referral began: what counts episodes, and not screens. A referral that joined an open
/// case began none.
#[must_use]
pub fn of_episode(state: ReferralState, agreement: Option<Agreement>, joined_open_case: bool) -> Option<SnomedCode> {
    ready(state, agreement).filter(|code| *code != REFERRED || !joined_open_case)
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
        let referral = [R::Send, R::PersonDeclines, R::AskBack, R::AnswerBack, R::Accept, R::NotAccept, R::Withdraw]
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

    proptest! {
        /// However many refer one person, in whatever order referrals are answered and cases closed: an episode is coded
        /// once, by the referral that began it, and a case without an acceptance by the person does not exist.
        #[test]
        fn an_episode_is_coded_once(sequence in prop::collection::vec((0..4_usize, 0..9_u8), 0..40)) {
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
                    _ => {}
                }
            }
            for episode in 0..episodes {
                let of_it = referrals.iter().filter(|referral| referral.episode == Some(episode));
                let coded = of_it.filter(|r| of_episode(r.state, r.agreement, r.joined) == Some(REFERRED)).count();
                prop_assert_eq!(coded, 1);
            }
            for r in referrals {
                let declined = of_episode(r.state, r.agreement, r.joined) == Some(DECLINED);
                prop_assert_eq!(declined, r.agreement == Some(Agreement::SaidNo));
            }
        }

        /// Whatever happens, in whatever order, a referral that was sent is somewhere that somebody looks: with the scheme, with the
        /// referrer, or ended by somebody's decision. No event but a decision ends it, and nothing happens to it after that.
        #[test]
        fn no_sequence_of_events_loses_a_referral(sequence in events()) {
            use ReferralEvent as R;
            let mut state = ReferralState::Draft;
            for event in sequence {
                let Happens::Referral(event) = event else { continue };
                let Ok(next) = state.after(event) else { continue };
                let was_over = !matches!(state, ReferralState::Draft | ReferralState::Sent | ReferralState::Returned);
                prop_assert!(!was_over, "{:?} after {:?}", event, state);
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
                let before = ready(state, agreement);
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
                let code = ready(state, agreement);
                if !matches!(event, Happens::Referral(_)) {
                    prop_assert_eq!(code, before, "a group and silence change nothing");
                }
                accepted_codes += i32::from(code == Some(REFERRED) && before != Some(REFERRED));
                prop_assert_eq!(code == Some(DECLINED), person_said_no);
                let open = matches!(state, ReferralState::Sent | ReferralState::Returned | ReferralState::Accepted);
                prop_assert_eq!(code == Some(REFERRED), open && agreement == Some(Agreement::Agreed));
            }
            prop_assert!(accepted_codes <= 1, "an episode is coded once");
        }
    }
}
