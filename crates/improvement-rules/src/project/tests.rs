use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const TODAY: Date = date(2026, 11, 25);

fn goal() -> GoalAnswers {
    GoalAnswers {
        title: "Refer the people we miss".into(),
        led_by: "Helen Tranter and Dr Anil Ferreira".into(),
        measured: "referrals".into(),
        target: "26".into(),
        by_day: "31".into(),
        by_month: "1".into(),
        by_year: "2027".into(),
        ..GoalAnswers::default()
    }
}

fn project() -> Project {
    Project::new(goal().check(None, TODAY).unwrap())
}

fn count(first: Date, numbers: &[u32]) -> Count {
    let months = numbers.iter().enumerate();
    let months = months.map(|(at, count)| MonthCount { month: later(first, at as i64), count: *count, of: None });
    Count { source: CountSource::Typed, months: months.collect() }
}

fn change(on: Date) -> Change {
    Change {
        on,
        what: Line::parse("A talk").unwrap().unwrap(),
        agenda: None,
        stories: None,
        invited: None,
        came: None,
        missed: None,
        missed_link: None,
    }
}

fn months(month: &str, months: &str) -> PeriodAnswers {
    PeriodAnswers { source: "counted".into(), month: month.into(), year: "2026".into(), months: months.into() }
}

const NONE: (SurveyState, SurveyState) = (SurveyState::None, SurveyState::None);

fn states(project: &Project, today: Date) -> [StepState; 7] {
    project.steps(NONE, today).map(|(_, state)| state)
}

#[test]
fn a_goal_says_what_is_missing_and_comes_back_as_it_was() {
    let empty = GoalAnswers::default().check(None, TODAY).unwrap_err();
    for field in ["title", "led_by", "measured", "target", "by"] {
        assert!(empty.of(field).is_some(), "{field}");
    }
    let read = goal().check(None, TODAY).unwrap();
    assert_eq!(GoalAnswers::from(&read).check(Some(&Project::new(read.clone())), TODAY).unwrap(), read);
    let late = date(2027, 3, 1);
    assert!(goal().check(None, late).unwrap_err().of("by").is_some());
    assert!(
        goal().check(Some(&Project::new(read)), late).is_ok(),
        "a day that has passed stays until somebody moves it"
    );
}

#[test]
fn a_share_says_of_what_and_is_at_most_the_whole() {
    let share = GoalAnswers { measured: "share".into(), target: "101".into(), ..goal() };
    let refused = share.check(None, TODAY).unwrap_err();
    assert!(refused.of("target").is_some() && refused.of("what").is_some());
    let share = GoalAnswers { target: "90".into(), what: "Packs with the leaflet".into(), ..share };
    let read = share.check(None, TODAY).unwrap();
    let period = PeriodAnswers { source: "counted".into(), ..months("5", "1") };
    let project = Project::new(read);
    let refused = period.check(Stage::Baseline, &project, TODAY).unwrap_err();
    assert!(refused.of("source").is_some(), "Fingerpost cannot count leaflets");
}

#[test]
fn a_goal_that_was_counted_is_not_moved_to_fit() {
    let mut project = project();
    let share = GoalAnswers { measured: "share".into(), what: "Packs".into(), ..goal() };
    let lower = GoalAnswers { target: "20".into(), ..goal() };
    assert!(share.check(Some(&project), TODAY).is_ok() && lower.check(Some(&project), TODAY).is_ok());
    project.counts[0] = Some(count(date(2026, 5, 1), &[18, 17, 19]));
    assert!(share.check(Some(&project), TODAY).unwrap_err().of("measured").is_some());
    assert!(lower.check(Some(&project), TODAY).is_ok(), "before anything is counted again");
    project.counts[1] = Some(count(date(2026, 9, 1), &[21, 23]));
    assert!(lower.check(Some(&project), TODAY).unwrap_err().of("target").is_some());
    assert!(GoalAnswers { title: "Another name".into(), ..goal() }.check(Some(&project), TODAY).is_ok());
}

#[test]
fn a_project_is_copied_without_what_was_counted() {
    let mut original = project();
    let happened = Change { invited: Some(31), came: Some(27), ..change(date(2026, 9, 3)) };
    original.change = Some(happened);
    let (goal, planned) = original.copied(TODAY);
    let planned = planned.unwrap();
    assert_eq!((goal.by, planned.on, planned.came), (date(2027, 5, 31), date(2027, 2, 24), None));
    let copied = Project { change: Some(planned), ..Project::new(goal) };
    assert!(copied.may_ask(Moment::Before, TODAY) && !copied.may_ask(Moment::After, TODAY));
    assert!(original.may_ask(Moment::After, TODAY) && !original.may_ask(Moment::Before, TODAY));
}

#[test]
fn months_are_over_before_they_are_counted() {
    let read = |month: &str, n: &str| months(month, n).check(Stage::Baseline, &project(), TODAY);
    assert!(read("9", "2").is_ok());
    assert!(read("10", "2").unwrap_err().of("month").is_some(), "November is not over");
    for wrong in ["0", "13", "", "two"] {
        assert!(read("5", wrong).unwrap_err().of("months").is_some(), "{wrong}");
    }
    assert!(read("13", "1").unwrap_err().of("month").is_some());
}

#[test]
fn no_month_is_counted_both_before_and_after() {
    let mut project = project();
    let repeat = |project: &Project, month: &str| months(month, "1").check(Stage::Repeat, project, TODAY);
    assert!(repeat(&project, "9").unwrap_err().of("month").unwrap().contains("before these first"));
    project.counts[0] = Some(count(date(2026, 5, 1), &[18, 17, 19]));
    assert!(repeat(&project, "9").unwrap_err().of("month").unwrap().contains("what was changed"));
    project.change = Some(change(date(2026, 9, 3)));
    assert!(repeat(&project, "8").is_err());
    assert!(repeat(&project, "9").is_ok());
    let start = |month: &str, n: &str| months(month, n).check(Stage::Baseline, &project, TODAY);
    assert!(start("6", "3").is_ok(), "to the end of August");
    assert!(start("7", "3").is_err(), "September holds the change");
    let moved = ChangeAnswers {
        on_day: "31".into(),
        on_month: "7".into(),
        on_year: "2026".into(),
        what: "A talk".into(),
        ..ChangeAnswers::default()
    };
    assert!(moved.check(&project, TODAY).unwrap_err().of("on").is_some());
    project.counts[1] = Some(count(date(2026, 9, 1), &[21, 23]));
    let late = ChangeAnswers { on_day: "2".into(), on_month: "10".into(), ..moved };
    assert!(late.check(&project, TODAY).unwrap_err().of("on").unwrap().contains("counted again"));
}

#[test]
fn steps_open_one_after_the_other() {
    use StepState::{Done, InProgress, LeftOut, NotYet, Ready};
    let mut project = project();
    assert_eq!(states(&project, TODAY), [Ready, Ready, Ready, NotYet(None), NotYet(None), NotYet(None), NotYet(None)]);
    project.counts[0] = Some(count(date(2026, 5, 1), &[18, 17, 19]));
    project.change = Some(change(date(2026, 12, 3)));
    let planned = states(&project, TODAY);
    assert_eq!(planned[2..5], [InProgress, NotYet(Some(date(2027, 1, 1))), NotYet(Some(date(2026, 12, 3)))]);
    project.change = Some(change(date(2026, 9, 3)));
    assert_eq!(states(&project, TODAY), [Done, LeftOut, Done, Ready, Ready, NotYet(None), NotYet(None)]);
    project.counts[1] = Some(count(date(2026, 9, 1), &[21, 23]));
    let study =
        StudyAnswers { learned: "Names help".into(), decided: "Go on".into(), ..StudyAnswers::proposed(&project) };
    assert_eq!((study.third_month.as_str(), study.third_year.as_str()), ("1", "2027"));
    project.studied = Some(study.check(&project).unwrap());
    assert_eq!(states(&project, TODAY)[3..], [Done, Ready, Done, NotYet(Some(date(2027, 2, 1)))]);
    let early = StudyAnswers { third_month: "12".into(), third_year: "2026".into(), ..study };
    assert!(early.check(&project).unwrap_err().of("third_month").is_some());
    let asked = project.steps((SurveyState::Closed, SurveyState::Open), TODAY);
    assert_eq!((asked[1].1, asked[4].1), (Done, InProgress));
}

#[test]
fn a_third_count_is_made_four_months_after_the_change_and_after_it_was_studied() {
    let mut project = project();
    project.counts[0] = Some(count(date(2026, 1, 1), &[18, 17]));
    project.change = Some(change(date(2026, 4, 3)));
    project.counts[1] = Some(count(date(2026, 4, 1), &[21]));
    let third = |project: &Project, month: &str| months(month, "1").check(Stage::Third, project, TODAY);
    assert!(third(&project, "9").unwrap_err().of("month").unwrap().contains("Study together"));
    let study = StudyAnswers { learned: "So".into(), decided: "On".into(), ..StudyAnswers::proposed(&project) };
    project.studied = Some(study.check(&project).unwrap());
    assert!(third(&project, "7").unwrap_err().of("month").unwrap().contains("August 2026"));
    assert!(third(&project, "8").is_ok());
    project.counts[2] = Some(count(date(2026, 8, 1), &[30]));
    let late = ChangeAnswers {
        on_day: "1".into(),
        on_month: "5".into(),
        on_year: "2026".into(),
        what: "A talk".into(),
        ..ChangeAnswers::default()
    };
    assert!(late.check(&project, TODAY).unwrap_err().of("on").is_some());
}

#[test]
fn dates_of_a_clinical_system_are_counted_by_month() {
    let period = Period { first: date(2026, 5, 1), months: 2 };
    let pasted = "Date of referral\r\n21/05/2026\r\n2026-05-02\n\"30.06.2026\"\n01/06/2026 09:15\n2026-06-30T23:10:00\n30/04/2026\n\n";
    let (months, outside) = dated_count(period, pasted).unwrap();
    assert_eq!((months[0].count, months[1].count, outside), (2, 3, 1));
    for (wrong, line) in [("21/05/2026\n31/06/2026", "Line 2"), ("5/26/2026", "Line 1"), ("21/05/26", "Line 1")] {
        assert!(dated_count(period, wrong).unwrap_err().starts_with(line), "{wrong}");
    }
    assert!(dated_count(period, "Date\n").is_err());
    assert!(dated_count(period, "01/01/2026\n02/01/2026").unwrap_err().contains("None of the 2 dates"));
}

#[test]
fn typed_numbers_are_whole_and_a_part_is_not_more_than_the_whole() {
    let period = Period { first: date(2026, 5, 1), months: 2 };
    let with = |fields: &'static [(&str, &str)]| {
        move |field: &str| {
            fields.iter().find(|(name, _)| *name == field).map_or(String::new(), |(_, typed)| (*typed).to_owned())
        }
    };
    let plain = typed_count(period, Measured::Referrals, with(&[("count-1", "18"), ("count-2", "0")])).unwrap();
    assert_eq!((plain[0].count, plain[1].count, plain[1].month), (18, 0, date(2026, 6, 1)));
    let missing = typed_count(period, Measured::Referrals, with(&[("count-1", "18")])).unwrap_err();
    assert!(missing.of("count-2").is_some() && missing.of("count-1").is_none());
    let share = &[("count-1", "9"), ("of-1", "8"), ("count-2", "1"), ("of-2", "1")];
    assert!(typed_count(period, Measured::Share, with(share)).unwrap_err().of("count-1").is_some());
    let nothing = &[("count-1", "0"), ("of-1", "0"), ("count-2", "0"), ("of-2", "0")];
    assert!(typed_count(period, Measured::Share, with(nothing)).unwrap_err().of("of-1").is_some());
}

proptest! {
    /// Whatever is typed, in whatever order: a project never holds a month twice, nor one that is not over.
    #[test]
    fn counts_never_share_a_month(typed in proptest::collection::vec((0..4_usize, 1..13_u8, 1..6_u8, 1..29_u8), 1..30)) {
        let mut project = project();
        for (what, month, length, day) in typed {
            let text = |number: u8| number.to_string();
            if what == 3 {
                let answers = ChangeAnswers { on_day: text(day), on_month: text(month), on_year: "2026".into(), what: "A talk".into(), ..ChangeAnswers::default() };
                project.change = answers.check(&project, TODAY).ok().or(project.change);
            } else if what == 2 && project.count(Stage::Repeat).is_some() && project.studied.is_none() {
                let study = StudyAnswers { learned: "So".into(), decided: "On".into(), ..StudyAnswers::proposed(&project) };
                project.studied = study.check(&project).ok();
            } else if let Ok((_, period)) = months(&text(month), &text(length)).check(Stage::ALL[what], &project, TODAY) {
                project.counts[what] = Some(count(period.first, &vec![1; usize::from(period.months)]));
            }
            let counted: Vec<Date> = project.counts.iter().flatten().flat_map(|count| count.months.iter().map(|month| month.month)).collect();
            prop_assert!(counted.is_sorted_by(|a, b| a < b), "{counted:?}");
            prop_assert!(counted.iter().all(|month| *month < date(2026, 11, 1)));
        }
    }
}
