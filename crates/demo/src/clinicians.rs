//! A survey of clinicians, answered by two dozen and half read: the frequencies are those of a published survey, the words are invented.

use std::collections::HashSet;

use fingerpost_domain::Date;
use fingerpost_domain::calendar::{instant_at, plus_days};
use fingerpost_domain::id::{InsightId, SurveyId, ThemeId};
use fingerpost_domain::measure::Answers;
use fingerpost_domain::text::{Line, Note};
use fingerpost_improvement::{About, Improvement};
use fingerpost_improvement_rules::survey::{
    ClinicianSurveyAnswers, DEFINITION_ITEM, InsightKind, PUBLISHED_THEMES, SendingAnswers, Strength, read_answers,
};
use fingerpost_policy::Improve;
use fingerpost_store::{Ctx, Store};

use crate::DemoError;
use crate::places::Cast;

fn refused<E>(_: E) -> DemoError {
    DemoError::Refused("survey of clinicians")
}

const PRACTICES: &str = "Millrace Surgery, Wexley North\nKelderbridge Medical Centre, Wexley South\nSt Osyth's Road Practice, Wexley North\n\
                         Tannery Lane Surgery, Wexley South\nHarbour View Practice, Coast\nThe Old Forge Surgery, Coast\n\
                         Priory Park Medical Centre, Wexley South\nLong Meadow Practice, Coast";

/// What somebody understands by it, and the numbers of the published themes in it.
const DEFINITIONS: [(&str, &[usize]); 8] = [
    ("Help with what medicine cannot mend: debt, housing, being alone.", &[7, 13, 14]),
    ("Somebody who has time, finds out what matters, and goes along to a group.", &[0, 8, 9]),
    ("Non-medical support in the community.", &[3, 9]),
    ("I am honestly not sure. Signposting?", &[10, 20]),
    ("Getting people active, eating better, out of the house.", &[4, 5, 18]),
    ("A new role in the team that takes on the social side.", &[1, 16]),
    ("It fills the gap between us and social services.", &[11, 1]),
    ("Looking at the whole person, mental health too, and letting them manage it themselves.", &[8, 17, 19]),
];
const BARRIERS: [&str; 4] = [
    "I forget it in ten minutes with five other things.",
    "We no longer see her in the building.",
    "Last time the wait was two months.",
    "The form asks what I do not know.",
];
const HELP: [&str; 3] = ["A face at our meeting.", "Hearing what became of people.", "A form that opens filled in."];

/// How often the two dozen refer: 3, 3, 7, 5 and 5; one has never.
fn frequency(who: usize) -> &'static str {
    match who {
        0..3 => "2-3 a week",
        3..6 => "weekly",
        6..13 => "fortnightly",
        13..18 => "monthly",
        18..23 => "less often",
        _ => "",
    }
}

fn answer(who: usize, item: &str) -> String {
    let pick = |all: &[&str]| all[who % all.len()].to_owned();
    match item {
        "practice" => format!("p{}", 1 + who * 5 % 6),
        "job" => pick(&["gp", "gp", "nurse", "gp", "pharmacist", "gp", "nurse"]),
        "years" => pick(&["0", "5", "10", "20"]),
        "aware" => pick(&["3", "6", "1"]),
        "definition" => DEFINITIONS[who % DEFINITIONS.len()].0.to_owned(),
        "view_changed" => if who % 10 < 7 { "yes" } else { "no" }.to_owned(),
        "how_changed" if who.is_multiple_of(4) => "I thought it was exercise classes. It is much more.".to_owned(),
        "name_worker" => if who < 16 { "yes" } else { "no" }.to_owned(),
        "present" => if who < 11 {
            "unsure"
        } else if who < 13 {
            "never"
        } else if who < 15 {
            "rarely"
        } else if who < 20 {
            "occasionally"
        } else {
            "often"
        }
        .to_owned(),
        "has_referred" | "signposts" => if who < 23 { "yes" } else { "no" }.to_owned(),
        "frequency" => frequency(who).to_owned(),
        "reasons" if who.is_multiple_of(3) => "Loneliness, money, housing forms.".to_owned(),
        "form" => pick(&["blank", "prefilled", "message"]),
        "easy" | "capacity" => (1 + who * 3 % 5).to_string(),
        "feedback" => pick(&["never", "sometimes", "never", "often"]),
        "deeper" => if who % 8 < 5 { "yes" } else { "no" }.to_owned(),
        "barriers" if who.is_multiple_of(2) => pick(&BARRIERS),
        "would_help" if who.is_multiple_of(3) => pick(&HELP),
        _ => String::new(),
    }
}

pub(crate) async fn tell(store: &Store, cast: &Cast, today: Date) -> Result<SurveyId, DemoError> {
    let improvement = Improvement::over(store.clone());
    let (opened, closes) = (plus_days(today, -60), plus_days(today, -10));
    let at = |day: Date| -> Result<Ctx<Improve>, DemoError> {
        Cast::ctx(&cast.supervisor, cast.scheme.id, instant_at(day, 13))
    };
    let ctx = at(opened)?;
    let id: SurveyId = store.entropy().id(ctx.now);
    let answers = ClinicianSurveyAnswers {
        title: "What clinicians think of social prescribing".to_owned(),
        approach: "reflexive".to_owned(),
        practices: PRACTICES.to_owned(),
        prize: String::new(),
        sending: SendingAnswers {
            invited: "64".to_owned(),
            closes_day: closes.day().to_string(),
            closes_month: closes.month().to_string(),
            closes_year: closes.year().to_string(),
            ways: "Newsletter\nIntranet\nE-mail to each surgery".to_owned(),
        },
    };
    let survey = answers.check(opened).map_err(refused)?;
    let sending = survey.sending.clone();
    improvement.open_survey(&ctx, &About::Clinicians(id, survey, None), &sending).await?;
    let routes = improvement.clinician_survey(&ctx, id).await?.routes;
    for who in 0..24 {
        let route = routes.get(who % routes.len()).ok_or_else(|| refused(()))?;
        let door = improvement.survey_door(&route.code).await?.ok_or_else(|| refused(()))?;
        let now = instant_at(plus_days(opened, i64::try_from(who).unwrap_or(0) + 1), 12);
        let given: Answers = read_answers(&door.questions, |item| answer(who, item)).map_err(refused)?;
        improvement.answer_survey(&door, (&improvement.new_receipt(), &given, None), now).await?;
    }
    read(&improvement, store, (&at(plus_days(closes, 2))?, id)).await?;
    Ok(id)
}

/// The first sixteen definitions are read by the published list, and two things are learned.
async fn read(improvement: &Improvement, store: &Store, (ctx, id): (&Ctx<Improve>, SurveyId)) -> Result<(), DemoError> {
    let themes: Vec<(Line<80>, Option<Note<500>>)> =
        PUBLISHED_THEMES.iter().filter_map(|label| Some((Line::parse(label).ok()??, None))).collect();
    improvement.add_themes(ctx, (id, DEFINITION_ITEM), &themes).await?;
    let codebook = improvement.codebook(ctx, id, DEFINITION_ITEM).await?;
    let named = |at: &usize| {
        let label = PUBLISHED_THEMES.get(*at)?;
        codebook.themes.iter().find(|theme| theme.label == *label).map(|theme| theme.id)
    };
    let responses = improvement.clinician_survey(ctx, id).await?.responses;
    for response in responses.iter().take(16) {
        let words = response.answers.get(DEFINITION_ITEM).map(String::as_str);
        let found = DEFINITIONS.iter().find(|(definition, _)| Some(*definition) == words);
        let found: HashSet<ThemeId> =
            found.into_iter().flat_map(|(_, themes)| themes.iter()).filter_map(named).collect();
        improvement.read_answer(ctx, (id, DEFINITION_ITEM, response.id), (&found, None)).await?;
    }
    let insights = [
        (
            InsightKind::Barrier,
            Strength::Strong,
            "Referrals dry up where nobody sees the link worker any more.",
            "present",
        ),
        (
            InsightKind::Opportunity,
            Strength::Some,
            "Most want to understand it better: a talk would find open doors.",
            "deeper",
        ),
    ];
    for (kind, strength, words, evidence) in insights {
        let words = Note::parse(words).ok().flatten().ok_or_else(|| refused(()))?;
        let insight: InsightId = store.entropy().id(ctx.now);
        improvement.add_insight(ctx, (id, insight), (kind, strength, &words, evidence)).await?;
    }
    Ok(())
}
