//! The parts of a project as typed, and the rules that turn them into what is meant.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Change, Count, CountSource, Goal, HALF_A_YEAR, LARGEST_COUNT, LASTED_AFTER, LASTED_AT_MOST, MOST_MONTHS, Measured,
    Period, Project, Stage, Studied, later,
};
use fingerpost_domain::calendar::plus_days;
use fingerpost_domain::case::read_day;
use fingerpost_domain::problem::Problems;
use fingerpost_domain::text::{Line, Note};

/// A goal as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the goal of the same name")]
pub struct GoalAnswers {
    pub title: String,
    pub led_by: String,
    pub measured: String,
    pub target: String,
    pub what: String,
    pub by_day: String,
    pub by_month: String,
    pub by_year: String,
    pub achievable: String,
    pub relevant: String,
    pub balance: String,
}

/// A change as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the change of the same name")]
pub struct ChangeAnswers {
    pub on_day: String,
    pub on_month: String,
    pub on_year: String,
    pub what: String,
    pub agenda: String,
    pub stories: String,
    pub invited: String,
    pub came: String,
    pub missed: String,
    pub missed_link: String,
}

/// The months of a count, and who counts, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the period of the same name")]
pub struct PeriodAnswers {
    pub source: String,
    pub month: String,
    pub year: String,
    pub months: String,
}

/// What was studied, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the part of the study of the same name")]
pub struct StudyAnswers {
    pub learned: String,
    pub decided: String,
    pub third_month: String,
    pub third_year: String,
}

/// An address that a page may lead to: https, a host with a dot, nobody's name and password before it, no space.
fn is_address(typed: &str) -> bool {
    url::Url::parse(typed).is_ok_and(|url| {
        url.scheme() == "https"
            && url.host_str().is_some_and(|host| host.contains('.'))
            && url.username().is_empty()
            && url.password().is_none()
            && !typed.contains(char::is_whitespace)
    })
}

/// A whole number from `least` to `most`; none where nothing is typed.
pub(crate) fn whole(typed: &str, (least, most): (u32, u32)) -> Result<Option<u32>, String> {
    match typed.trim() {
        "" => Ok(None),
        typed => match typed.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(format!("Type a whole number from {least} to {most}")),
        },
    }
}

fn first_of(month: &str, year: &str) -> Result<Date, String> {
    read_day("1", month, year, "the first month")
        .map_err(|_| "Type the month as a number, and the year: 5 2026".to_owned())
}

impl GoalAnswers {
    /// What is proposed: more referrals, within half a year.
    #[must_use]
    pub fn proposed(led_by: &str, today: Date) -> Self {
        let by = plus_days(today, HALF_A_YEAR).last_of_month();
        Self {
            led_by: led_by.to_owned(),
            measured: Measured::Referrals.code().to_owned(),
            by_day: by.day().to_string(),
            by_month: by.month().to_string(),
            by_year: by.year().to_string(),
            ..Self::default()
        }
    }

    /// The goal, or everything that is wrong with it. Its day is later than today, unless it stood so before; and once something was
    /// counted, or counted again, it is no longer moved to fit.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self, project: Option<&Project>, today: Date) -> Result<Goal, Problems> {
        let mut problems = Problems::none();
        let before = project.map(|project| &project.goal);
        let title =
            problems.need("title", Line::parse(&self.title), "Give the project a name that your staff will know");
        let led_by = problems.need("led_by", Line::parse(&self.led_by), "Say who leads it");
        let measured = Measured::from_code(&self.measured);
        if measured.is_none() {
            problems.add("measured", "Choose what you want more of");
        }
        let most = if measured == Some(Measured::Share) { 100 } else { LARGEST_COUNT };
        let target = problems.need("target", whole(&self.target, (1, most)), "Type the number you aim at");
        let what = problems.take("what", Line::parse(&self.what)).flatten();
        if measured == Some(Measured::Share) && what.is_none() && problems.of("what").is_none() {
            problems.add("what", "Say what you count: for example new-registration packs with the leaflet in them");
        }
        let by = problems.take("by", read_day(&self.by_day, &self.by_month, &self.by_year, "the goal"));
        if by.is_some_and(|by| by <= today && before.is_none_or(|before| before.by != by)) {
            problems.add("by", "The day of the goal must be later than today");
        }
        let achievable = problems.take("achievable", Note::parse(&self.achievable)).flatten();
        let relevant = problems.take("relevant", Note::parse(&self.relevant)).flatten();
        let balance = problems.take("balance", Line::parse(&self.balance)).flatten();
        if let Some(project) = project {
            let counted = project.counts.iter().any(Option::is_some);
            if counted && measured.is_some_and(|measured| measured != project.goal.measured) {
                problems.add("measured", "You have counted already. Begin another project to measure something else");
            }
            let stands = (Some(project.goal.target), Some(project.goal.by));
            if project.newest().is_some() && problems.is_empty() && (target, by) != stands {
                problems
                    .add("target", "You have counted again already: what was aimed at, and by when, stays as it was");
            }
        }
        match (title, led_by, measured, target, by) {
            (Some(title), Some(led_by), Some(measured), Some(target), Some(by)) if problems.is_empty() => {
                let what = what.filter(|_| measured == Measured::Share);
                Ok(Goal { title, led_by, measured, target, what, by, achievable, relevant, balance })
            }
            _ => Err(problems),
        }
    }
}

fn said<T: ToString>(text: Option<&T>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

impl From<&Goal> for GoalAnswers {
    fn from(goal: &Goal) -> Self {
        Self {
            title: goal.title.to_string(),
            led_by: goal.led_by.to_string(),
            measured: goal.measured.code().to_owned(),
            target: goal.target.to_string(),
            what: said(goal.what.as_ref()),
            by_day: goal.by.day().to_string(),
            by_month: goal.by.month().to_string(),
            by_year: goal.by.year().to_string(),
            achievable: said(goal.achievable.as_ref()),
            relevant: said(goal.relevant.as_ref()),
            balance: said(goal.balance.as_ref()),
        }
    }
}

impl ChangeAnswers {
    /// The change, or everything that is wrong with it. It comes after what was counted as the start, and before what was counted
    /// after it. Who came is known once it has happened.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self, project: &Project, today: Date) -> Result<Change, Problems> {
        let mut problems = Problems::none();
        let on = problems.take("on", read_day(&self.on_day, &self.on_month, &self.on_year, "the change"));
        let [baseline, repeat, third] = &project.counts;
        if let Some(on) = on {
            let started = baseline.as_ref().and_then(Count::period).map(Period::end).filter(|end| on < *end);
            let again = repeat.as_ref().and_then(Count::period).filter(|period| on.first_of_month() > period.first);
            let lasted = third
                .as_ref()
                .and_then(Count::period)
                .filter(|period| period.first < later(on.first_of_month(), LASTED_AFTER));
            if let Some(end) = started {
                let told = format!(
                    "The months you counted first go on until then. Choose {} or later, or count other months",
                    end.strftime("%-d %B %Y")
                );
                problems.add("on", told);
            } else if let Some(period) = again {
                let told =
                    format!("You counted again from {}: the change came before that", period.first.strftime("%B %Y"));
                problems.add("on", told);
            } else if let Some(period) = lasted {
                let told = format!(
                    "The third count begins with {}: the change came four months before it, or more",
                    period.first.strftime("%B %Y")
                );
                problems.add("on", told);
            }
        }
        let what = problems.need(
            "what",
            Line::parse(&self.what),
            "Say what you change: for example a talk by the link worker",
        );
        let agenda = problems.take("agenda", Note::parse(&self.agenda)).flatten();
        let stories = problems.take("stories", Note::parse(&self.stories)).flatten();
        // People copy addresses without what stands before them.
        let typed = self.missed_link.trim();
        let bare = !typed.is_empty() && !typed.contains("://") && typed.contains('.');
        let whole_link = if bare { format!("https://{typed}") } else { typed.to_owned() };
        let missed_link = problems.take("missed_link", Line::parse(&whole_link)).flatten();
        if missed_link.as_ref().is_some_and(|link: &Line<300>| !is_address(link.as_str())) {
            problems.add("missed_link", "Copy the whole address. It begins with https://");
        }
        let invited = problems.take("invited", whole(&self.invited, (1, LARGEST_COUNT))).flatten();
        let came = problems.take("came", whole(&self.came, (0, LARGEST_COUNT))).flatten();
        if came.is_some() && on.is_some_and(|on| on > today) {
            problems.add("came", "Leave this empty until it has happened");
        } else if came.zip(invited).is_some_and(|(came, invited)| came > invited) {
            problems.add("came", "More came than were invited. Change one of the two numbers");
        }
        let missed = problems.take("missed", Note::parse(&self.missed)).flatten();
        match (on, what) {
            (Some(on), Some(what)) if problems.is_empty() => {
                Ok(Change { on, what, agenda, stories, invited, came, missed, missed_link })
            }
            _ => Err(problems),
        }
    }
}

impl From<&Change> for ChangeAnswers {
    fn from(change: &Change) -> Self {
        Self {
            on_day: change.on.day().to_string(),
            on_month: change.on.month().to_string(),
            on_year: change.on.year().to_string(),
            what: change.what.to_string(),
            agenda: said(change.agenda.as_ref()),
            invited: said(change.invited.as_ref()),
            came: said(change.came.as_ref()),
            stories: said(change.stories.as_ref()),
            missed_link: said(change.missed_link.as_ref()),
            missed: said(change.missed.as_ref()),
        }
    }
}

impl PeriodAnswers {
    /// What is proposed for a count: the newest whole months that fit.
    #[must_use]
    pub fn proposed(stage: Stage, project: &Project, today: Date) -> Self {
        let usual = i64::from(stage.usual_months());
        let change = project.change.as_ref().map(|change| change.on.first_of_month());
        let newest = later(today.first_of_month(), -usual);
        let first = match stage {
            Stage::Baseline => change.map_or(newest, |change| later(change, -usual).min(newest)),
            Stage::Repeat => change.unwrap_or(newest),
            Stage::Third => project.studied.as_ref().map_or(newest, |studied| studied.third_from),
        };
        Self {
            source: CountSource::Counted.code().to_owned(),
            month: first.month().to_string(),
            year: first.year().to_string(),
            months: usual.to_string(),
        }
    }

    /// The months, or what is wrong with them: they are over, and stand on their side of the change and of the other counts.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self, stage: Stage, project: &Project, today: Date) -> Result<(CountSource, Period), Problems> {
        let mut problems = Problems::none();
        let source = CountSource::from_code(&self.source);
        // Fingerpost knows its own referrals and nothing else.
        let source =
            source.filter(|source| project.goal.measured == Measured::Referrals || *source == CountSource::Typed);
        if source.is_none() {
            problems.add("source", "Choose who counts");
        }
        let first = problems.take("month", first_of(&self.month, &self.year));
        let months = problems.need("months", whole(&self.months, (1, u32::from(MOST_MONTHS))), "Type how many months");
        let period = first.zip(months.and_then(|months| u8::try_from(months).ok()));
        let period = period.map(|(first, months)| Period { first, months });
        if let Some(period) = period
            && let Some(told) = misplaced(period, stage, project, today)
        {
            problems.add("month", told);
        }
        match (source, period) {
            (Some(source), Some(period)) if problems.is_empty() => Ok((source, period)),
            _ => Err(problems),
        }
    }
}

/// Why these months cannot be those of a count.
fn misplaced(period: Period, stage: Stage, project: &Project, today: Date) -> Option<String> {
    let day = |date: Date| date.strftime("%-d %B %Y").to_string();
    if period.end() > today.first_of_month() {
        return Some("Every month has to be over before it is counted. Choose earlier months, or fewer".to_owned());
    }
    let of = |at: Stage| project.count(at).and_then(Count::period);
    let change = project.change.as_ref().map(|change| change.on);
    match stage {
        Stage::Baseline => {
            let next = [change, of(Stage::Repeat).map(|count| count.first)].into_iter().flatten().min();
            next.filter(|next| period.end() > *next).map(|next| {
                format!("The start has to end before {}, when the change came. Choose earlier months", day(next))
            })
        }
        Stage::Repeat | Stage::Third => {
            let earlier = if stage == Stage::Repeat { of(Stage::Baseline) } else { of(Stage::Repeat) };
            let Some(earlier) = earlier else { return Some("Count the months before these first".to_owned()) };
            let Some(change) = change else { return Some("Write down first what was changed, and when".to_owned()) };
            let mut from = change.first_of_month().max(earlier.end());
            if stage == Stage::Third {
                if project.studied.is_none() {
                    return Some("Study together first what you have counted".to_owned());
                }
                from = project.third_opens().unwrap_or(from);
            }
            let third = of(Stage::Third).filter(|third| stage == Stage::Repeat && period.end() > third.first);
            if let Some(third) = third {
                return Some(format!("The third count begins on {}. Choose earlier months", day(third.first)));
            }
            (period.first < from).then(|| format!("Choose {} or a later month", from.strftime("%B %Y")))
        }
    }
}

impl StudyAnswers {
    /// What is proposed: a third count four months after the change.
    #[must_use]
    pub fn proposed(project: &Project) -> Self {
        let third = project.third_opens();
        let of = |read: fn(Date) -> String| third.map(read).unwrap_or_default();
        Self {
            third_month: of(|day| day.month().to_string()),
            third_year: of(|day| day.year().to_string()),
            ..Self::default()
        }
    }

    /// What was studied, or everything that is wrong with it.
    ///
    /// # Errors
    /// [`Problems`], named as the fields.
    pub fn check(&self, project: &Project) -> Result<Studied, Problems> {
        let mut problems = Problems::none();
        let learned =
            problems.need("learned", Note::parse(&self.learned), "Write what you learned, also where it did not work");
        let decided =
            problems.need("decided", Note::parse(&self.decided), "Write what you decided, also where it is to stop");
        let third_from = problems.take("third_month", first_of(&self.third_month, &self.third_year));
        if let (Some(third), Some(opens)) = (third_from, project.third_opens())
            && !(opens..=later(opens, LASTED_AT_MOST)).contains(&third)
        {
            let told = format!(
                "Choose a month from {} on, within a year of it: earlier does not show what lasts",
                opens.strftime("%B %Y")
            );
            problems.add("third_month", told);
        }
        match (learned, decided, third_from) {
            (Some(learned), Some(decided), Some(third_from)) if problems.is_empty() => {
                Ok(Studied { learned, decided, third_from })
            }
            _ => Err(problems),
        }
    }
}

impl From<&Studied> for StudyAnswers {
    fn from(studied: &Studied) -> Self {
        Self {
            learned: studied.learned.to_string(),
            decided: studied.decided.to_string(),
            third_month: studied.third_from.month().to_string(),
            third_year: studied.third_from.year().to_string(),
        }
    }
}
