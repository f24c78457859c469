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
        (ReferralState::Sent | ReferralState::Accepted, Some(Agreement::Agreed)) => Some(REFERRED),
        // A scheme's refusal and a withdrawal are never coded: no episode began.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::referral::ReferralEvent;

    fn events() -> impl Strategy<Value = Vec<ReferralEvent>> {
        let one = prop_oneof![
            Just(ReferralEvent::Send),
            Just(ReferralEvent::PersonDeclines),
            Just(ReferralEvent::Accept),
            Just(ReferralEvent::NotAccept),
            Just(ReferralEvent::Withdraw),
        ];
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        /// Whatever happens, "declined" is coded exactly when the person said no, and a person who
        /// agreed is never coded as having declined.
        #[test]
        fn only_the_person_can_be_coded_as_declining(sequence in events()) {
            let mut state = ReferralState::Draft;
            let mut agreement = None;
            let mut person_said_no = false;
            for event in sequence {
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
                let code = ready(state, agreement);
                prop_assert_eq!(code == Some(DECLINED), person_said_no);
                let open = matches!(state, ReferralState::Sent | ReferralState::Accepted);
                prop_assert_eq!(code == Some(REFERRED), open && agreement == Some(Agreement::Agreed));
            }
        }
    }
}
