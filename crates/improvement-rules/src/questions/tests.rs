use proptest::prelude::*;

use super::*;

fn line(text: &str) -> Line<120> {
    Line::parse(text).unwrap().unwrap()
}

fn choice(text: &str, options: &str) -> QuestionAnswers {
    QuestionAnswers { text: text.into(), kind: "choice".into(), options: options.into(), ..QuestionAnswers::default() }
}

fn own() -> OwnQuestions {
    let nothing = OwnQuestions::beginning(line("Ours"), Beginning::Nothing);
    nothing.with(None, &choice("Do you refer?", "Yes\nNo\nNot yet")).unwrap()
}

#[test]
fn questions_of_every_kind_can_be_asked() {
    let scale = QuestionAnswers {
        text: "How sure are you?".into(),
        kind: "scale".into(),
        steps: "5".into(),
        low: "Not at all".into(),
        high: "Very".into(),
        ..QuestionAnswers::default()
    };
    let number = QuestionAnswers {
        text: "How many a month?".into(),
        kind: "number".into(),
        unit: "patients a month".into(),
        largest: "200".into(),
        after: "q1=a1".into(),
        ..QuestionAnswers::default()
    };
    let words = QuestionAnswers {
        text: "Why not?".into(),
        kind: "words".into(),
        after: "q1=a2|a3".into(),
        ..QuestionAnswers::default()
    };
    let all = [scale, number, words].iter().try_fold(own(), |all, typed| all.with(None, typed)).unwrap();
    let codes: Vec<&str> = all.items.iter().map(|item| item.code.as_str()).collect();
    assert_eq!(codes, ["q1", "q2", "q3", "q4"]);
    assert_eq!(
        after_words(&all.items, all.items[3].show_if.as_ref().unwrap()),
        "Only if \u{201c}Do you refer?\u{201d} was answered with No or Not yet"
    );
    // The engine can ask them.
    let body = serde_json::to_string(&all.asked("ours")).unwrap();
    assert_eq!(Questionnaire::from_json(&body).unwrap(), all.asked("ours"));
    for item in &all.items {
        assert_eq!(all.with(Some(&item.code), &QuestionAnswers::from(item)).unwrap(), all, "typed again, the same");
    }
}

#[test]
fn what_keeps_its_words_keeps_its_code() {
    let changed = own().with(Some("q1"), &choice("Do you refer?", "Never\nNo\nYes")).unwrap();
    let AnswerKind::Choice { options } = &changed.items[0].answer else { panic!("a choice") };
    let codes: Vec<(&str, &str)> = options.iter().map(|option| (option.label.as_str(), option.code.as_str())).collect();
    assert_eq!(codes, [("Never", "a4"), ("No", "a2"), ("Yes", "a1")]);
}

#[test]
fn nothing_loses_the_question_it_depends_on() {
    let why = QuestionAnswers {
        text: "Why?".into(),
        kind: "words".into(),
        after: "q1=a2".into(),
        ..QuestionAnswers::default()
    };
    let all = own().with(None, &why).unwrap();
    assert!(all.without("q1").unwrap_err().of("questions").is_some());
    assert!(all.moved("q1", false).unwrap_err().of("questions").is_some());
    assert!(all.moved("q2", true).is_err());
    assert!(all.with(Some("q1"), &choice("Do you refer?", "Yes\nSometimes")).unwrap_err().of("options").is_some());
    assert_eq!(all.without("q2").unwrap(), own());
    assert_eq!(all.moved("q1", true).unwrap(), all, "it stands first already");
    for after in ["q2=a1", "q1=b", "q9=a1", "nonsense"] {
        let wrong = QuestionAnswers { after: after.into(), ..why.clone() };
        assert!(all.with(Some("q2"), &wrong).unwrap_err().of("after").is_some(), "{after}");
    }
}

#[test]
fn what_is_wrong_stands_beside_its_field() {
    let wrong = |typed: &QuestionAnswers| own().with(None, typed).unwrap_err();
    assert!(wrong(&QuestionAnswers::default()).of("text").is_some());
    assert!(wrong(&QuestionAnswers::default()).of("kind").is_some());
    assert!(wrong(&choice("Which?", "One")).of("options").is_some());
    assert!(wrong(&choice("Which?", "One\nOne")).of("options").is_some());
    let scale =
        QuestionAnswers { steps: "11".into(), kind: "scale".into(), text: "x".into(), ..QuestionAnswers::default() };
    for field in ["steps", "low", "high"] {
        assert!(wrong(&scale).of(field).is_some(), "{field}");
    }
    let full = (1..MOST_QUESTIONS).try_fold(own(), |all, _| all.with(None, &choice("Which?", "A\nB"))).unwrap();
    assert!(full.with(None, &choice("Which?", "A\nB")).unwrap_err().of("text").is_some());
}

#[test]
fn every_beginning_can_be_asked() {
    for beginning in Beginning::ALL {
        let own = OwnQuestions::beginning(line("Ours"), *beginning);
        assert!(
            own.items.is_empty() || Questionnaire::from_json(&serde_json::to_string(&own.asked("c")).unwrap()).is_ok()
        );
    }
}

proptest! {
    /// Whatever is done in whatever order, what is left can be asked.
    #[test]
    fn no_order_of_changes_makes_questions_that_cannot_be_asked(steps in proptest::collection::vec((0_u8..4, 0_usize..6, any::<bool>()), 0..30)) {
        let mut all = own();
        for (what, at, flag) in steps {
            let code = all.items.get(at).map(|item| item.code.clone()).unwrap_or_default();
            let after = if flag { all.before(None).next().and_then(|item| answers_of(item).next()).map(|rule| after_code(&rule)) } else { None };
            let changed = match what {
                0 => all.with(None, &QuestionAnswers { after: after.unwrap_or_default(), ..choice("Which?", "A\nB") }),
                1 => all.without(&code),
                2 => all.moved(&code, flag),
                _ => all.with(Some(&code), &choice("Which?", if flag { "A\nB\nC" } else { "C\nD" })),
            };
            if let Ok(changed) = changed {
                all = changed;
            }
            let body = serde_json::to_string(&all.asked("ours")).unwrap();
            prop_assert!(all.items.is_empty() || Questionnaire::from_json(&body).is_ok(), "{body}");
        }
    }
}
