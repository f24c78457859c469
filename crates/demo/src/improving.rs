//! Two improvement projects: one in the middle of its second survey, one whose third count is in. Both are told through the same doors
//! as the real thing, at the days on which they would have happened.

use fingerpost_domain::calendar::{instant_at, plus_days};
use fingerpost_domain::id::{OrganisationId, ProjectId};
use fingerpost_domain::measure::{AnswerKind, Answers, Item, Moment, SKIPPED};
use fingerpost_domain::text::Line;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_improvement::{About, Improvement, Senders};
use fingerpost_improvement_rules::project::{
    ChangeAnswers, Count, CountSource, GoalAnswers, MonthCount, Period, Stage, StudyAnswers, typed_count,
};
use fingerpost_improvement_rules::survey::{PairCode, Sending, staff_questions};
use fingerpost_policy::Improve;
use fingerpost_store::{Ctx, SignedIn, Store};
use jiff::Span;
use rand::rngs::ChaCha20Rng;
use rand::{RngExt as _, SeedableRng};

use crate::DemoError;
use crate::places::Cast;

/// Everybody who sees patients or answers the telephone at Millrace.
const STAFF: u32 = 31;

fn refused<E>(_: E) -> DemoError {
    DemoError::Refused("improvement project")
}

fn months_before(today: Date, months: i64) -> Date {
    today.first_of_month().saturating_sub(Span::new().months(months))
}

/// Somebody who leads a project, at a time.
struct Lead<'a> {
    improvement: &'a Improvement,
    store: &'a Store,
    who: &'a SignedIn,
    place: OrganisationId,
}

impl Lead<'_> {
    fn at(&self, day: Date) -> Result<Ctx<Improve>, DemoError> {
        Cast::ctx(self.who, self.place, instant_at(day, 13))
    }

    async fn begin(&self, goal: &GoalAnswers, day: Date) -> Result<ProjectId, DemoError> {
        let ctx = self.at(day)?;
        let id: ProjectId = self.store.entropy().id(ctx.now);
        self.improvement.begin(&ctx, id, &goal.check(None, day).map_err(refused)?).await?;
        Ok(id)
    }

    async fn count(
        &self,
        id: ProjectId,
        (stage, first): (Stage, Date),
        typed: Option<&[(u32, u32)]>,
        day: Date,
    ) -> Result<u64, DemoError> {
        let ctx = self.at(day)?;
        let months = typed.map_or_else(|| stage.usual_months(), |typed| u8::try_from(typed.len()).unwrap_or(1));
        let period = Period { first, months };
        let record = self.improvement.project(&ctx, id).await?;
        let (source, months): (_, Vec<MonthCount>) = match typed {
            None => (CountSource::Counted, self.improvement.referrals(&ctx, (period, Senders::Practice)).await?),
            Some(typed) => {
                let number = |field: &str| {
                    let (which, at) = field.split_once('-').unwrap_or_default();
                    let pair = at.parse::<usize>().ok().and_then(|at| typed.get(at - 1)).copied().unwrap_or_default();
                    if which == "count" { pair.0 } else { pair.1 }.to_string()
                };
                (CountSource::Typed, typed_count(period, record.project.goal.measured, number).map_err(refused)?)
            }
        };
        let count = Count { source, months };
        self.improvement.set_count(&ctx, &record, (stage, &count)).await?;
        Ok(count.total())
    }

    async fn change(&self, id: ProjectId, change: &ChangeAnswers, day: Date) -> Result<(), DemoError> {
        let ctx = self.at(day)?;
        let record = self.improvement.project(&ctx, id).await?;
        let checked = change.check(&record.project, day).map_err(refused)?;
        Ok(self.improvement.set_change(&ctx, &record, &checked).await?)
    }

    async fn study(&self, id: ProjectId, (learned, decided): (&str, &str), day: Date) -> Result<(), DemoError> {
        let ctx = self.at(day)?;
        let record = self.improvement.project(&ctx, id).await?;
        let answers = StudyAnswers {
            learned: learned.to_owned(),
            decided: decided.to_owned(),
            ..StudyAnswers::proposed(&record.project)
        };
        let studied = answers.check(&record.project).map_err(refused)?;
        Ok(self.improvement.set_studied(&ctx, &record, &studied).await?)
    }

    /// Opens a survey and lets so many answer it.
    async fn ask(
        &self,
        id: ProjectId,
        (moment, opened, closes): (Moment, Date, Date),
        (answered, dice): (usize, &mut ChaCha20Rng),
    ) -> Result<(), DemoError> {
        let ctx = self.at(opened)?;
        let ways = ["E-mail to everybody", "Notice by the kettle"].map(Line::parse);
        let ways =
            ways.into_iter().map(|way| way.ok().flatten().ok_or_else(|| refused(()))).collect::<Result<_, _>>()?;
        let sending = Sending { invited: STAFF, closes_on: closes, ways };
        self.improvement.open_survey(&ctx, &About::Project(id, moment), &sending).await?;
        let surveys = self.improvement.surveys(&ctx, id).await?;
        let survey = surveys.into_iter().find(|survey| survey.moment == Some(moment)).ok_or_else(|| refused(()))?;
        let questions = staff_questions(moment);
        for who in 0..answered {
            let route = survey.routes.get(usize::from(dice.random_bool(0.25))).ok_or_else(|| refused(()))?;
            let door = self.improvement.survey_door(&route.code).await?.ok_or_else(|| refused(()))?;
            let at: Timestamp = instant_at(plus_days(opened, i64::try_from(who % 6).unwrap_or(0)), 12);
            let answers: Answers =
                questions.items.iter().map(|item| (item.code.clone(), answer(item, moment, who, dice))).collect();
            let asked: Vec<String> = questions.asked(&answers).map(|item| item.code.clone()).collect();
            let answers = answers.into_iter().filter(|(code, _)| asked.contains(code)).collect();
            // Two people grew up in one street and share a birthday; one makes no code.
            let pair = PairCode::parse(&code_of(if who == 3 { 4 } else { who })).map_err(refused)?;
            let (secret, pair) = (self.improvement.new_receipt(), pair.filter(|_| who != 9));
            self.improvement.answer_survey(&door, (&secret, &answers, pair.as_ref()), at).await?;
        }
        Ok(())
    }
}

fn code_of(who: usize) -> String {
    const STREETS: [&str; 8] = ["EL", "MI", "ST", "CH", "PA", "QU", "RI", "BA"];
    format!("{}{:02}", STREETS[who % STREETS.len()], 1 + who * 11 % 31)
}

const PREVENTS: [&str; 5] = [
    "I never know whether there is room.",
    "The form. I cannot do it in ten minutes with everything else.",
    "I forget that it exists.",
    "I do not hear back, so I do not know whether it helps.",
    "Nothing, I refer already.",
];
const MOST: [&str; 4] = [
    "Meeting Maya. Now there is a face to it.",
    "Hearing that people wait six days and not six weeks.",
    "The two stories.",
    "That the form opens filled in.",
];

/// What somebody says: more of them yes, and higher, after the change.
fn answer(item: &Item, moment: Moment, who: usize, dice: &mut ChaCha20Rng) -> String {
    let after = moment == Moment::After;
    match (&item.answer, item.code.as_str()) {
        (AnswerKind::Scale { .. }, _) => {
            let middle = if after { 3 } else { 2 };
            (middle + i32::from(dice.random_bool(0.6)) + i32::from(dice.random_bool(0.3))).to_string()
        }
        (_, "job") => ["gp", "nurse", "reception", "gp", "other"][who % 5].to_owned(),
        (_, "years") => ["0", "5", "10", "20"][who % 4].to_owned(),
        (AnswerKind::Choice { .. }, code) => {
            let (before, later) = match code {
                "told" => (0.9, 0.9),
                "came" => (0.0, 0.85),
                "referred" => (0.3, 0.5),
                _ => (0.3, 0.85),
            };
            if dice.random_bool(if after { later } else { before }) { "yes" } else { "no" }.to_owned()
        }
        (AnswerKind::Words, code) if who.is_multiple_of(3) => match code {
            "prevents" => PREVENTS[who / 3 % PREVENTS.len()].to_owned(),
            "most" => MOST[who / 3 % MOST.len()].to_owned(),
            _ => SKIPPED.to_owned(),
        },
        (AnswerKind::Number { .. } | AnswerKind::Words, _) => SKIPPED.to_owned(),
    }
}

fn day_fields(day: Date) -> (String, String, String) {
    (day.day().to_string(), day.month().to_string(), day.year().to_string())
}

pub(crate) async fn tell(store: &Store, cast: &Cast, (seed, today): (u64, Date)) -> Result<(), DemoError> {
    let improvement = Improvement::over(store.clone());
    // Dice of its own: what else is invented stays as it was.
    let mut dice = ChaCha20Rng::seed_from_u64(seed ^ 0x0069_6d70_726f_7665);
    let (manager, millrace) = &cast.manager;
    let millrace = Lead { improvement: &improvement, store, who: manager, place: *millrace };
    missed_people(&millrace, today, &mut dice).await?;
    let kelderbridge = cast.referrers.iter().find(|(who, place)| *place != millrace.place && who.places.len() > 1);
    if let Some((who, place)) = kelderbridge {
        leaflets(&Lead { improvement: &improvement, store, who, place: *place }, today).await?;
    }
    Ok(())
}

/// Counted by Fingerpost, in the middle of its second survey.
async fn missed_people(lead: &Lead<'_>, today: Date, dice: &mut ChaCha20Rng) -> Result<(), DemoError> {
    let (begun, changed) = (plus_days(months_before(today, 3), 9), plus_days(months_before(today, 2), 2));
    let (by_day, by_month, by_year) = day_fields(months_before(today, -2).last_of_month());
    let goal = GoalAnswers {
        title: "Refer the people we miss".to_owned(),
        led_by: "Helen Tranter and Dr Anil Ferreira".to_owned(),
        measured: "referrals".to_owned(),
        target: "8".to_owned(),
        by_day,
        by_month,
        by_year,
        achievable: "Maya has places free, and is here on Tuesdays and Thursdays.".to_owned(),
        relevant: "About one in five who see us come with something that medicine cannot mend.".to_owned(),
        balance: "the wait for a first call stays under 10 working days".to_owned(),
        ..GoalAnswers::default()
    };
    let id = lead.begin(&goal, begun).await?;
    lead.count(id, (Stage::Baseline, months_before(today, 6)), None, begun).await?;
    lead.ask(id, (Moment::Before, plus_days(begun, 1), plus_days(begun, 15)), (23, dice)).await?;
    let (on_day, on_month, on_year) = day_fields(changed);
    let change = ChangeAnswers {
        on_day,
        on_month,
        on_year,
        what: "a 20 minute talk by Maya".to_owned(),
        agenda: "What a link worker does, and does not do\nTwo true stories from near here\nHow to refer, and how long it takes".to_owned(),
        stories: "A man of 75 had lost his wife, slept badly and came about his knee. Maya went along to the walking group the first time. He sleeps better, and it is he who makes the tea now.".to_owned(),
        invited: STAFF.to_string(),
        came: "27".to_owned(),
        missed: "Maya's photo and days on every desk, and the notes by e-mail.".to_owned(),
        missed_link: "https://recordings.example/millrace/link-worker-talk".to_owned(),
    };
    lead.change(id, &change, changed).await?;
    let counted = plus_days(today.first_of_month(), 1).min(today);
    lead.count(id, (Stage::Repeat, months_before(today, 2)), None, counted).await?;
    lead.ask(id, (Moment::After, plus_days(today, -9), plus_days(today, 5)), (24, dice)).await
}

/// Typed in, all three counts, decided.
async fn leaflets(lead: &Lead<'_>, today: Date) -> Result<(), DemoError> {
    let (begun, changed) = (plus_days(months_before(today, 9), 3), plus_days(months_before(today, 8), 6));
    let (by_day, by_month, by_year) = day_fields(months_before(today, 2).last_of_month());
    let goal = GoalAnswers {
        title: "A leaflet in every new patient's pack".to_owned(),
        led_by: "Dr Ruth Abernathy".to_owned(),
        measured: "share".to_owned(),
        target: "90".to_owned(),
        what: "new-registration packs with the link worker's leaflet in them".to_owned(),
        by_day,
        by_month,
        by_year,
        ..GoalAnswers::default()
    };
    let id = lead.begin(&goal, begun).await?;
    lead.count(id, (Stage::Baseline, months_before(today, 10)), Some(&[(9, 48)]), begun).await?;
    let (on_day, on_month, on_year) = day_fields(changed);
    let what = "the leaflet is in the drawer with the forms, and on the checklist".to_owned();
    lead.change(id, &ChangeAnswers { on_day, on_month, on_year, what, ..ChangeAnswers::default() }, changed).await?;
    let again = plus_days(months_before(today, 6), 4);
    lead.count(id, (Stage::Repeat, months_before(today, 8)), Some(&[(33, 41), (46, 50)]), again).await?;
    let learned = "The checklist did it. Packs that were made up before the change had no leaflet for two weeks.";
    lead.study(id, (learned, "The checklist stays. Reception counts again in four months."), again).await?;
    let third = plus_days(months_before(today, 3), 2);
    lead.count(id, (Stage::Third, months_before(today, 4)), Some(&[(47, 51)]), third).await.map(drop)
}
