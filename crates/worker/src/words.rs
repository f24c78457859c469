//! What messages say. Subjects are neutral: a telephone on a kitchen table gives nothing away, and no
//! message names a person, a need or a reason.

use fingerpost_store::MessageTemplate;

/// A message ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The words.
    pub body: String,
}

/// Writes a message.
#[must_use]
pub fn letter(template: MessageTemplate, name: &str, public_url: &str, link: Option<&str>) -> Letter {
    let (subject, text) = match template {
        MessageTemplate::Invitation => (
            "Your sign-in",
            format!(
                "You have been invited to Fingerpost. Choose your password here, within 3 days:\n\n{}\n\nThe link works once. \
                 If you did not expect this, you need not do anything.",
                link.unwrap_or(public_url)
            ),
        ),
        MessageTemplate::ReferralArrived => {
            ("Something is waiting for you", format!("A referral has arrived. Sign in to read and answer it:\n\n{public_url}"))
        }
        MessageTemplate::AnswerDue => (
            "An answer is due today",
            format!("A referral still waits for its answer, and the answer was promised for today:\n\n{public_url}"),
        ),
        MessageTemplate::QuestionBack => (
            "A question for you",
            format!(
                "Before a referral of yours is answered, somebody needs to know something from you. Sign in to read the question and \
                 answer it:\n\n{public_url}"
            ),
        ),
        MessageTemplate::ReferralAnswered => {
            ("There is an answer for you", format!("A referral of yours has been answered. Sign in to read it:\n\n{public_url}"))
        }
        MessageTemplate::FeedbackArrived => {
            ("There is news for you", format!("There is news of somebody you referred. Sign in to read it:\n\n{public_url}"))
        }
        MessageTemplate::CountAgainDue => (
            "It is time to count again",
            format!(
                "The months that you set aside to see whether it lasted are over. Counting takes a minute. Sign in, and open                  Improvement:\n\n{public_url}"
            ),
        ),
        MessageTemplate::SurveyReminder => (
            "Some have not answered yet",
            format!(
                "A survey that you opened is still open, and not everybody has answered. Sign in, open Improvement, and send its \
                 address once more:\n\n{public_url}"
            ),
        ),
        MessageTemplate::ConnectionOffered => (
            "A question for your group",
            format!(
                "Can you welcome one more person? Read what they are looking for, and answer with one press of a button. \
                 There is no account and no password:\n\n{}\n\nPlease do not forward this message: the page is for your group.",
                link.unwrap_or(public_url)
            ),
        ),
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
            format!("Somebody whom a colleague worked with is on your list now, with a note for you. Sign in to read it:\n\n{public_url}"),
        ),
        MessageTemplate::WorkerWillBeInTouch => (
            "A message for you",
            "Thank you for saying yes. Somebody will be in touch with you within the next few working days, in the way you \
             asked for. You need not do anything.\n\nIf you need help today, call 111. In an emergency call 999."
                .to_owned(),
        ),
    };
    Letter { subject: subject.to_owned(), body: format!("Hello {name},\n\n{text}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_give_nothing_away() {
        for &template in MessageTemplate::ALL {
            let letter = letter(template, "Peggy", "https://example.org", None);
            let subject = letter.subject.to_lowercase();
            for word in ["refer", "social", "prescri", "link worker", "peggy", "nhs", "practice", "health"] {
                assert!(!subject.contains(word), "{subject}");
            }
        }
    }
}
