//! What the places make of improvement work themselves: questions of the scheme's own, three interviews, the monitoring form of a
//! project, and a practice's list of those who could be referred.

use std::collections::HashSet;
use std::fmt::Write as _;

use fingerpost_domain::Date;
use fingerpost_domain::calendar::{instant_at, plus_days};
use fingerpost_domain::id::{InterviewId, PassageId, QuestionSetId, SurveyId, ThemeId, WatchId};
use fingerpost_domain::text::{Line, Note};
use fingerpost_improvement::{Improvement, Noted};
use fingerpost_improvement_rules::finding::{FindingAnswers, Offered};
use fingerpost_improvement_rules::interview::{INTERVIEWS, InterviewAnswers, passage};
use fingerpost_improvement_rules::monitoring::Watched;
use fingerpost_improvement_rules::questions::{Beginning, OwnQuestions, QuestionAnswers};
use fingerpost_policy::Improve;
use fingerpost_store::{Ctx, Store};

use crate::DemoError;
use crate::places::Cast;

fn refused<E>(_: E) -> DemoError {
    DemoError::Refused("improvement work")
}

fn line<const MAX: usize>(words: &str) -> Result<Line<MAX>, DemoError> {
    Line::parse(words).ok().flatten().ok_or_else(|| refused(()))
}

fn note<const MAX: usize>(words: &str) -> Result<Note<MAX>, DemoError> {
    Note::parse(words).ok().flatten().ok_or_else(|| refused(()))
}

pub(crate) async fn tell(store: &Store, cast: &Cast, (survey, today): (SurveyId, Date)) -> Result<(), DemoError> {
    let improvement = Improvement::over(store.clone());
    let scheme = |days: i64| Cast::ctx(&cast.supervisor, cast.scheme.id, instant_at(plus_days(today, days), 14));
    let (manager, millrace) = &cast.manager;
    let practice = |days: i64| Cast::ctx(manager, *millrace, instant_at(plus_days(today, days), 14));
    questions(&improvement, store, &scheme(-20)?).await?;
    interviews(&improvement, store, (&scheme(-6)?, survey, today)).await?;
    monitoring(&improvement, store, (&practice(-1)?, today)).await?;
    found(&improvement, (&practice(-18)?, &practice(-2)?)).await
}

async fn questions(improvement: &Improvement, store: &Store, ctx: &Ctx<Improve>) -> Result<(), DemoError> {
    let typed =
        |text: &str, kind: &str| QuestionAnswers { text: text.into(), kind: kind.into(), ..QuestionAnswers::default() };
    let all = [
        QuestionAnswers { options: "Yes\nNo\nI am not sure".into(), ..typed("Do you know how to refer?", "choice") },
        QuestionAnswers { after: "q1=a2".into(), ..typed("What would you have to know?", "words") },
        QuestionAnswers {
            steps: "5".into(),
            low: "Not at all".into(),
            high: "Very".into(),
            ..typed("How sure are you whom it helps?", "scale")
        },
        QuestionAnswers {
            unit: "patients a month".into(),
            largest: "500".into(),
            ..typed("How many of those you see could it help?", "number")
        },
    ];
    let nothing = OwnQuestions::beginning(line("What would help you to refer?")?, Beginning::Nothing);
    let questions = all.iter().try_fold(nothing, |questions, typed| questions.with(None, typed)).map_err(refused)?;
    let id: QuestionSetId = store.entropy().id(ctx.now);
    Ok(improvement.begin_questions(ctx, id, &questions).await?)
}

/// What they do, whether they may be quoted, what they said, and what was taken out of it with its themes.
type Told = (&'static str, bool, &'static str, &'static [(&'static str, &'static [usize])]);

const THEMES: [&str; 3] = ["Out of sight", "No word back", "Trust in one person"];

const TOLD: [Told; 3] = [
    (
        "GP",
        true,
        "I used to send two or three a week when Maya sat next door. Since she moved to the other building I forget. It is not that I do not believe in it. I never hear what became of anybody.",
        &[("Since she moved to the other building I forget.", &[0]), ("I never hear what became of anybody.", &[1])],
    ),
    (
        "Practice nurse",
        true,
        "I know her by name and I trust her, so I trust the whole thing. If it was a form to an office I would not bother.",
        &[("I know her by name and I trust her, so I trust the whole thing.", &[2])],
    ),
    (
        "Receptionist",
        false,
        "We hear it all at the desk and nobody has told us that we may refer. I would if I knew whom to ask.",
        &[("nobody has told us that we may refer", &[0])],
    ),
];

async fn interviews(
    improvement: &Improvement,
    store: &Store,
    (ctx, survey, today): (&Ctx<Improve>, SurveyId, Date),
) -> Result<(), DemoError> {
    let themes = THEMES.iter().map(|label| Ok((line(label)?, None))).collect::<Result<Vec<_>, DemoError>>()?;
    improvement.add_themes(ctx, (survey, INTERVIEWS), &themes).await?;
    let known = improvement.codebook(ctx, survey, INTERVIEWS).await?.themes;
    for (at, (job, quoted, notes, passages)) in TOLD.into_iter().enumerate() {
        let day = plus_days(today, i64::try_from(at).unwrap_or(0) - 12);
        let typed = InterviewAnswers {
            on_day: day.day().to_string(),
            on_month: day.month().to_string(),
            on_year: day.year().to_string(),
            job: job.to_owned(),
            agreed: true,
            quoted: if quoted { "yes" } else { "no" }.to_owned(),
            notes: notes.to_owned(),
        };
        let id: InterviewId = store.entropy().id(ctx.now);
        improvement.add_interview(ctx, (survey, id), &typed.check(today).map_err(refused)?).await?;
        for (words, found) in passages {
            let words = passage(notes, words).ok().flatten().ok_or_else(|| refused(()))?;
            let found: HashSet<ThemeId> = found.iter().filter_map(|at| known.get(*at)).map(|theme| theme.id).collect();
            let passage: PassageId = store.entropy().id(ctx.now);
            improvement.take_passage(ctx, (survey, id, passage), (&words, &found)).await?;
        }
    }
    Ok(())
}

async fn monitoring(
    improvement: &Improvement,
    store: &Store,
    (ctx, today): (&Ctx<Improve>, Date),
) -> Result<(), DemoError> {
    let Some(project) = improvement.projects(ctx).await?.into_iter().next() else { return Err(refused(())) };
    let lines = [
        (
            -48,
            "Six referrals in the first month after the talk. Two of us still print the old form.",
            Some(("The old form is taken off the shared drive.", Some("Helen"))),
        ),
        (-20, "Reception asks whether it may refer too.", Some(("Maya comes to the desk meeting.", Some("Maya")))),
        (-1, "The wait for a first call is still under 10 working days.", None),
    ];
    for (days, seen, act) in lines {
        let watched = Watched {
            on: plus_days(today, days),
            seen: note(seen)?,
            act: act.map(|(act, _)| note(act)).transpose()?,
            who: act.and_then(|(_, who)| who).map(line).transpose()?,
        };
        let id: WatchId = store.entropy().id(ctx.now);
        improvement.watch(ctx, (project.id, id), &watched).await?;
    }
    Ok(())
}

/// Those of thirty-eight people of a search in the practice's own system; nine have been asked.
async fn found(improvement: &Improvement, (taken, worked): (&Ctx<Improve>, &Ctx<Improve>)) -> Result<(), DemoError> {
    let mut pasted = "number\tcontacts\tlives alone\tlow mood\tcarer\tbereaved\tmoney".to_owned();
    for who in 0_u32..38 {
        let yes = |every: u32| if who % every == 1 { "yes" } else { "" };
        let contacts = 4 + who * 7 % 29;
        write!(pasted, "\nM{}\t{contacts}\t{}\t{}\t{}\t{}\t{}", 101 + who, yes(3), yes(4), yes(7), yes(9), yes(5))
            .map_err(refused)?;
    }
    let list = FindingAnswers { often: "12".to_owned(), pasted }.check().map_err(refused)?;
    improvement.take_list(taken, &list).await?;
    let Some(page) = improvement.found(worked, 0).await? else { return Err(refused(())) };
    let became = [
        Offered::Referred,
        Offered::Thinking,
        Offered::Referred,
        Offered::NotNow,
        Offered::Signposted,
        Offered::Referred,
        Offered::NotSuitable,
        Offered::Signposted,
        Offered::Thinking,
    ];
    let noted: Vec<Noted> = page
        .people
        .iter()
        .zip(became)
        .map(|(found, now)| Noted { number: found.person.number.clone(), was: None, now: Some(now) })
        .collect();
    improvement.note_offered(worked, &noted).await?;
    Ok(())
}
