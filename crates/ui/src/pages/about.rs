//! What somebody says about themself.

use fingerpost_domain::access::AccessAnswers;
use serde::Serialize;

use super::{Choice, Frame, Problems};
use crate::Page;

/// One thing that is asked.
#[derive(Debug, Clone, Serialize)]
pub struct CharacteristicView {
    /// The name of its field.
    pub field: String,
    /// How it is asked.
    pub question: String,
    /// The answers, with "not asked", "in their own words" and "prefer not to say".
    pub options: Vec<Choice>,
    /// The answer that stands.
    pub value: String,
    /// Their own words.
    pub words: String,
}

/// The page on which it is written down.
#[derive(Debug, Clone, Serialize)]
pub struct AboutPage {
    /// What surrounds it.
    pub frame: Frame,
    /// Back to the case.
    pub back_href: String,
    /// Where the form is posted.
    pub action: String,
    /// The person.
    pub called: String,
    /// The case is open: answers may be changed.
    pub open: bool,
    /// Who they say they are.
    pub characteristics: Vec<CharacteristicView>,
    /// What makes words arrive.
    pub needs: Vec<Choice>,
    /// What was typed about it.
    pub access: AccessAnswers,
    /// When they were last asked.
    pub asked: Option<String>,
    /// What is wrong.
    pub problems: Problems,
}

impl Page for AboutPage {
    const TEMPLATE: &'static str = "about.html";
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::testing::{LONG, frame, problems};

    impl AboutPage {
        pub(crate) fn samples() -> Vec<Self> {
            let usual = Self {
                frame: frame("About"),
                back_href: "/o/x/cases/1".into(),
                action: "/o/x/cases/1/about".into(),
                called: LONG.into(),
                open: true,
                characteristics: vec![CharacteristicView {
                    field: "religion".into(),
                    question: "Religion or belief".into(),
                    options: vec![Choice::new("", "Not asked", true)],
                    value: String::new(),
                    words: LONG.into(),
                }],
                needs: vec![Choice::new("large_print", "Large print", true)],
                access: AccessAnswers { asked: true, ..AccessAnswers::default() },
                asked: Some("Asked yesterday".into()),
                problems: vec![],
            };
            let fields = ["religion", "access_asked", "may_share", "review"];
            let wrong = Self { problems: problems(&fields), asked: None, ..usual.clone() };
            vec![usual.clone(), wrong, Self { open: false, ..usual }]
        }
    }
}
