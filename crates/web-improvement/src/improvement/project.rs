//! One project: goal, steps, what was found, what the staff said.

use axum::extract::Path;
use axum::response::Response;
use axum_extra::extract::Query;
use fingerpost_domain::Date;
use fingerpost_domain::id::ProjectId;
use fingerpost_domain::measure::Moment;
use fingerpost_improvement::staff::{self, Of, Paired, Statement};
use fingerpost_improvement::{PastChange, Record, SurveyRecord, study};
use fingerpost_improvement_rules::project::{Count, Measured, Period, Project, Stage, Step, StepState};
use fingerpost_improvement_rules::survey::SHOWN_FROM;
use fingerpost_policy::{Action, Improve};
use fingerpost_ui::format::{birth_day, count, day};
use fingerpost_ui::pages::Choice;
use fingerpost_ui_improvement::{MonthChart, MonthPoint, ProjectPage, StaffLine, StaffView, StepLine, WrittenBlock};

use super::words::{asked, count_words, done_of, finding_view, held, months, rate, step_title};
use super::{Told, place_of};
use fingerpost_web_core::WebError;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;

fn saved(told: &Told) -> Option<String> {
    let words = match told.saved.as_deref()? {
        "begun" => "The project is begun. Count where you start, while you ask your colleagues.",
        "goal" => "The goal is saved.",
        "change" => "What you change is saved.",
        "count" => "The count is saved.",
        "count-some" => "The count is saved. Dates outside these months were left out.",
        "study" => "Saved. You get an e-mail when it is time to count a third time.",
        "copied" => "The project is copied. Look at its goal and the day of the change first.",
        _ => return None,
    };
    Some(words.to_owned())
}

fn change_hint(project: &Project, today: Date) -> String {
    let Some(change) = &project.change else { return "Most often a talk by the link worker.".to_owned() };
    let mut parts = vec![format!("{}.", day(change.on, today))];
    match (change.came, change.invited) {
        (Some(came), Some(invited)) => parts.push(format!("{came} of {invited} came.")),
        (Some(came), None) => parts.push(format!("{came} came.")),
        (None, _) if change.on <= today => parts.push("Write down how many came.".to_owned()),
        _ => {}
    }
    parts.join(" ")
}

fn survey_hint(survey: Option<&SurveyRecord>, state: StepState, today: Date) -> String {
    match (survey, state) {
        (Some(survey), _) => rate(survey, today),
        (None, StepState::LeftOut) => "The change has come: nobody can be asked before it any more.".to_owned(),
        (None, StepState::NotYet(Some(from))) => format!("From {} on.", day(from, today)),
        (None, StepState::NotYet(None)) => "After the change.".to_owned(),
        (None, _) => "A short page without names.".to_owned(),
    }
}

fn count_hint(project: &Project, (stage, state): (Stage, StepState), today: Date) -> String {
    match (project.count(stage), state) {
        (Some(count), _) => count_words(count, project.goal.measured, Some(today.year())),
        (None, StepState::NotYet(Some(from))) => {
            format!("Opens on {}, when there is a month to count.", day(from, today))
        }
        (None, StepState::NotYet(None)) => match stage {
            Stage::Third => "After you have studied it together.".to_owned(),
            _ => "After the start was counted and the change has come.".to_owned(),
        },
        (None, _) => match stage {
            Stage::Baseline => "Three months are usual. Fingerpost can count for you.".to_owned(),
            _ => "One press, where Fingerpost counts.".to_owned(),
        },
    }
}

fn step_line(
    here: &May<Improve>,
    (record, surveys): (&Record, &[SurveyRecord]),
    (step, state): (Step, StepState),
    today: Date,
) -> StepLine {
    let place = place_of(here, record.id);
    let survey = |moment| surveys.iter().find(|survey| survey.moment == Some(moment));
    let project = &record.project;
    let (hint, rest) = match step {
        Step::CountStart => (count_hint(project, (Stage::Baseline, state), today), "count/baseline"),
        Step::CountAgain => (count_hint(project, (Stage::Repeat, state), today), "count/repeat"),
        Step::CountThird => (count_hint(project, (Stage::Third, state), today), "count/third"),
        Step::AskBefore => (survey_hint(survey(Moment::Before), state, today), "survey/before"),
        Step::AskAfter => (survey_hint(survey(Moment::After), state, today), "survey/after"),
        Step::Change => (change_hint(project, today), "change"),
        Step::Study => {
            let hint = match (&project.studied, state) {
                (Some(studied), _) => format!("Decided: {}", first_words(studied.decided.as_str())),
                (None, StepState::Ready) => "Ten minutes of a meeting. The numbers are below.".to_owned(),
                (None, _) => "After you have counted again.".to_owned(),
            };
            (hint, "study")
        }
    };
    let title = match (step, &project.change) {
        (Step::Change, Some(change)) => format!("Change something: {}", change.what),
        _ => step_title(step).to_owned(),
    };
    let (words, tag) = match state {
        StepState::Done => ("Done", None),
        StepState::InProgress if step == Step::Change => ("Planned", Some("blue")),
        StepState::InProgress => ("In progress", Some("blue")),
        StepState::Ready => ("Ready to start", Some("white")),
        StepState::NotYet(_) => ("Cannot start yet", None),
        StepState::LeftOut => ("Left out", None),
    };
    let open = !matches!(state, StepState::NotYet(_) | StepState::LeftOut);
    StepLine { title, href: open.then(|| format!("{place}/{rest}")), hint, state: words, tag }
}

/// The first line, and not more of it than a list holds.
fn first_words(text: &str) -> String {
    const LONGEST: usize = 120;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= LONGEST && line == text {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain(['\u{2026}']).collect()
}

/// What comes next, in a sentence.
fn next(steps: &[(Step, StepState); 7], surveys: &[SurveyRecord], today: Date) -> String {
    let ready = steps.iter().find(|(_, state)| matches!(state, StepState::Ready | StepState::InProgress));
    let waiting = steps.iter().find_map(|(step, state)| match state {
        StepState::NotYet(Some(from)) => Some((step, from)),
        _ => None,
    });
    let closes =
        |moment| surveys.iter().find(|survey| survey.moment == Some(moment)).map(|survey| day(survey.closes_on, today));
    match (ready, waiting) {
        (Some((Step::AskBefore, StepState::InProgress)), _) => {
            format!("Next: the survey closes on {}.", closes(Moment::Before).unwrap_or_default())
        }
        (Some((Step::AskAfter, StepState::InProgress)), _) => {
            format!("Next: the second survey closes on {}.", closes(Moment::After).unwrap_or_default())
        }
        (Some((step, _)), _) => format!("Next: {}.", lower(step_title(*step))),
        (None, Some((step, from))) => format!("Next: {}, from {} on.", lower(step_title(*step)), day(*from, today)),
        (None, None) => "Every step is behind you.".to_owned(),
    }
}

fn lower(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn facts(project: &Project, today: Date) -> Vec<(String, String)> {
    let measured = project.goal.measured;
    let fact = |name: &str, count: &Count| {
        let period = count.period().map(|period| months(period, Some(today.year()))).unwrap_or_default();
        (name.to_owned(), format!("{} ({period})", study::worded(study::value(count), measured)))
    };
    let start = project.count(Stage::Baseline).map(|count| fact("Started at", count));
    let now = project.newest().map(|count| fact("Now", count));
    let watch = project.goal.balance.as_ref().map(|balance| ("Must not get worse".to_owned(), balance.to_string()));
    start.into_iter().chain(now).chain(watch).collect()
}

fn fair(project: &Project) -> Vec<(&'static str, String)> {
    let goal = &project.goal;
    let none = || "Nothing is written here yet.".to_owned();
    let measurable = match goal.measured {
        Measured::Referrals => {
            "Referrals sent to the link worker. One person who is referred twice is two referrals.".to_owned()
        }
        Measured::Share => "A share: how many of how many, typed in.".to_owned(),
    };
    let specific = match (&goal.what, goal.measured) {
        (Some(what), Measured::Share) => what.to_string(),
        _ => "Referrals to the link worker.".to_owned(),
    };
    vec![
        ("Specific", specific),
        ("Measurable", measurable),
        ("Achievable", goal.achievable.as_ref().map_or_else(none, ToString::to_string)),
        ("Relevant", goal.relevant.as_ref().map_or_else(none, ToString::to_string)),
        ("Timed", birth_day(goal.by)),
    ]
}

pub(super) fn chart(project: &Project) -> Option<MonthChart> {
    let goal = &project.goal;
    let points: Vec<MonthPoint> = project
        .months()
        .map(|(stage, month)| MonthPoint {
            month: month.month,
            value: study::month_value(month),
            count: stage as usize,
            after: stage != Stage::Baseline,
        })
        // A month in which there was nothing to take a share of has no value.
        .filter(|point| point.value.is_finite())
        .collect();
    let (first, last) = (points.first()?.month, points.last()?.month);
    let span = Period { first, months: 1 };
    let what = match (&goal.what, goal.measured) {
        (Some(what), Measured::Share) => format!("Per cent: {what}"),
        _ => "Referrals each month".to_owned(),
    };
    let named = |month: Date| month.strftime("%B %Y").to_string();
    let title = if span.first == last {
        format!("{what}, {}", named(first))
    } else {
        format!("{what}, {} to {}", named(first), named(last))
    };
    let worded = |point: &MonthPoint| {
        format!("{} in {}", study::worded(point.value, goal.measured).trim_end_matches(" a month"), named(point.month))
    };
    let numbers: Vec<String> = points.iter().map(worded).collect();
    let change = project.change.as_ref().map(|change| change.on);
    let marked = change.filter(|on| (first..=last.last_of_month()).contains(on)).map(birth_day);
    let description = format!(
        "{}.{} The goal is {}.",
        numbers.join(", "),
        marked.as_ref().map(|on| format!(" The change was on {on}.")).unwrap_or_default(),
        study::worded(f64::from(goal.target), goal.measured)
    );
    let caption = match marked {
        Some(on) => format!(
            "{what}. The grey line marks the change on {on}; the whole of its month counts as after it. Squares come after it."
        ),
        None => format!("{what}."),
    };
    MonthChart::drawn(
        &points,
        (f64::from(goal.target), None, change),
        goal.measured == Measured::Share,
        (title, description, caption),
    )
}

pub(super) fn warnings(project: &Project, others: &[PastChange]) -> Vec<String> {
    let mut all: Vec<String> = others
        .iter()
        .map(|other| {
            let on = birth_day(other.on);
            format!("Another project here, \u{201c}{}\u{201d}, changed something on {on}. What you see may be its doing too.", other.title)
        })
        .collect();
    if let (Some(start), Some(now)) = (project.count(Stage::Baseline), project.newest())
        && start.months.len() != now.months.len()
    {
        all.push("The counts cover different numbers of months: compare people a month, not totals.".to_owned());
    }
    if let (Some(start), Some(now)) = (project.count(Stage::Baseline), project.newest())
        && start.source != now.source
    {
        all.push(
            "The start was counted in another way than what came after. A part of the difference may come from that."
                .to_owned(),
        );
    }
    all
}

fn of_words(of: Option<Of>, asked: bool) -> String {
    match of {
        Some(of) => format!("{} of {}", of.yes, of.n),
        None if asked => format!("Fewer than {SHOWN_FROM}"),
        None => "Not asked".to_owned(),
    }
}

/// "37 points more (95% range 12 to 58)", "middle answer 3, then 4, a typical rise of 0.5 (0 to 1)".
fn effect_words(pair: &Paired, scale: bool) -> String {
    let Some((typical, range)) = pair.effect else { return String::new() };
    if !scale {
        let points = |share: f64| (share * 100.0).round() + 0.0;
        if points(typical) == 0.0 {
            return format!(
                ": no change in all (95% range {:+.0} to {:+.0})",
                points(range.lower),
                points(range.upper)
            );
        }
        let way = if typical < 0.0 { "fewer" } else { "more" };
        return format!(
            ": {:.0} points {way} (95% range {:+.0} to {:+.0})",
            points(typical).abs(),
            points(range.lower),
            points(range.upper)
        );
    }
    let middles =
        pair.middles.map(|(before, after)| format!(": middle answer {before}, then {after}")).unwrap_or_default();
    format!("{middles}, a typical change of {typical:+.1} ({:+.1} to {:+.1})", range.lower, range.upper)
}

pub(super) fn pair_words(pair: Option<Paired>, scale: bool) -> String {
    let Some(Paired { n, up, down, p, .. }) = pair else { return "Too few to say".to_owned() };
    let moved = match (up, down) {
        (0, 0) => "nobody changed".to_owned(),
        (up, 0) => format!("{up} {}", if scale { "agree more" } else { "now say yes" }),
        (0, down) => format!("{down} {}", if scale { "agree less" } else { "no longer do" }),
        (up, down) if scale => format!("{up} agree more, {down} less"),
        (up, down) => format!("{up} now say yes, {down} no longer"),
    };
    let chance = match p {
        Some(p) if p < 0.001 => " (p under 0.001)".to_owned(),
        Some(p) if p < 0.01 => format!(" (p {p:.3})"),
        Some(p) => format!(" (p {p:.2})"),
        None => String::new(),
    };
    let effect = pair.as_ref().map(|pair| effect_words(pair, scale)).unwrap_or_default();
    format!("Of {n}, {moved}{effect}{chance}")
}

fn has_item(survey: Option<&SurveyRecord>, code: &str) -> bool {
    survey.is_some_and(|survey| survey.questions.item(code).is_some())
}

fn staff_view(surveys: &[SurveyRecord], today: Date) -> Option<StaffView> {
    if surveys.is_empty() {
        return None;
    }
    let at = |moment| surveys.iter().find(|survey| survey.moment == Some(moment));
    let (before, after) = (at(Moment::Before), at(Moment::After));
    let (statements, pairing) = staff::statements(surveys);
    let enough = surveys.iter().any(|survey| survey.responses.len() >= SHOWN_FROM);
    let mut lines_rate = vec![];
    for (name, survey) in [("Before", before), ("After", after)] {
        let Some(survey) = survey else { continue };
        let mut words = format!("{name}: {}", rate(survey, today));
        if let Some(held) = held(survey, today) {
            words.push_str(&format!(" {held}"));
        }
        if survey.answered > survey.invited as usize {
            words.push_str(
                " More answers than people asked: somebody may have answered twice, or the address went further.",
            );
        }
        if survey.withdrawn > 0 {
            words.push_str(&format!(" {} taken back.", count(survey.withdrawn, "answer was", "answers were")));
        }
        lines_rate.push(words);
    }
    if pairing.without > 0 && before.is_some() && after.is_some() {
        lines_rate.push(format!(
            "{} without a code: they count, and belong to no pair.",
            count(pairing.without, "answer is", "answers are")
        ));
    }
    if pairing.doubled > 0 {
        lines_rate.push(format!(
            "{} bear a code that somebody else made too: they count, and belong to no pair.",
            count(pairing.doubled, "answer", "answers")
        ));
    }
    let shown = |statement: &Statement| StaffLine {
        text: statement.text.clone(),
        before: of_words(statement.before, has_item(before, &statement.code)),
        after: of_words(statement.after, has_item(after, &statement.code)),
        twice: match has_item(before, &statement.code) && has_item(after, &statement.code) {
            true => pair_words(statement.pairs, statement.scale),
            false => "Asked once".to_owned(),
        },
    };
    let written = surveys.iter().flat_map(|survey| {
        let when = if survey.moment == Some(Moment::After) { "after" } else { "before" };
        staff::written(survey)
            .into_iter()
            .map(move |(question, words)| WrittenBlock { question: format!("{question} Asked {when}"), words })
    });
    Some(StaffView {
        rate: lines_rate,
        lines: if enough { statements.iter().map(shown).collect() } else { vec![] },
        how: format!(
            "Those who said yes, or on a scale from 1 to 5 chose 4 or 5, of those who answered the question. Groups of fewer than {SHOWN_FROM} \
             are not shown. Answers are put together by a code that people made for themselves, never by their order: {} answered both \
             times. For them, p says how often so uneven a change would come by chance alone (exact McNemar test for yes and no, Wilcoxon's \
             signed ranks for scales). Points are hundredths of those who answered twice, with Newcombe's range; a typical change is \
             Hodges' and Lehmann's, in steps of the scale. Many statements are looked at, so that one in twenty looks uneven by chance. Whoever did not answer may \
             think otherwise.",
            pairing.pairs
        ),
        written: written.collect(),
    })
}

fn copies(here: &May<Improve>) -> Vec<Choice> {
    let actor = here.visitor.actor();
    let mut places: Vec<_> = here.visitor.signed_in.places.iter().map(|(place, _)| place).collect();
    places.dedup_by_key(|place| place.id);
    let others =
        places.into_iter().filter(|place| place.id != here.organisation.id && actor.may(place.id, Action::Improve));
    others.map(|place| Choice::new(&place.slug, place.name.clone(), false)).collect()
}

/// What other projects of the place changed between the start and the newest count.
pub(super) async fn others(here: &May<Improve>, record: &Record) -> Result<Vec<PastChange>, WebError> {
    let project = &record.project;
    let Some(period) = project.count(Stage::Baseline).and_then(Count::period) else { return Ok(vec![]) };
    let until = project.newest().and_then(Count::period).map_or(here.app().today(), Period::end);
    Ok(here.app().improvement().other_changes(&here.ctx, record.id, (period.first, until)).await?)
}

/// A project with its steps and what came of it.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn one(
    here: May<Improve>,
    Path((_, id)): Path<(String, ProjectId)>,
    Query(told): Query<Told>,
) -> Result<Response, WebError> {
    let improvement = here.app().improvement();
    let record = improvement.project(&here.ctx, id).await?;
    let surveys = improvement.surveys(&here.ctx, id).await?;
    let today = here.app().today();
    let project = &record.project;
    let others = others(&here, &record).await?;
    let lines = improvement.watched_count(&here.ctx, id).await?;
    let steps = project.steps(asked(&surveys, today), today);
    let place = place_of(&here, id);
    let page = ProjectPage {
        frame: here.frame(project.goal.title.to_string(), "improvement").await?,
        list_href: here.href("improvement"),
        saved: saved(&told),
        led_by: project.goal.led_by.to_string(),
        title: project.goal.title.to_string(),
        goal: study::goal_sentence(project),
        facts: facts(project, today),
        fair: fair(project),
        goal_href: format!("{place}/goal"),
        done: done_of(&steps),
        next: next(&steps, &surveys, today),
        steps: steps.iter().map(|step| step_line(&here, (&record, &surveys), *step, today)).collect(),
        warnings: warnings(project, &others),
        finding: finding_view(project),
        outcome: study::goal_reached(project, today).map(|(_, words)| words),
        chart: chart(project),
        staff: staff_view(&surveys, today),
        evidence_href: project.newest().map(|_| format!("{place}/evidence.pdf")),
        certificate: project.count(Stage::Third).is_some(),
        counts_href: study::table(project).map(|_| format!("{place}/counts.csv")),
        training_href: project.change.as_ref().map(|_| format!("{place}/training")),
        months_href: study::run_period(project, today).map(|_| format!("{place}/months")),
        monitored: match lines {
            0 => "Nothing is written down yet.".to_owned(),
            n => format!("{} written down.", count(n, "line is", "lines are")),
        },
        monitoring_href: format!("{place}/monitoring"),
        copy_action: format!("{place}/copy"),
        copy_id: here.app().store().entropy().id::<ProjectId>(here.ctx.now).to_string(),
        copy_to: copies(&here),
    };
    show(here.app(), &page)
}
