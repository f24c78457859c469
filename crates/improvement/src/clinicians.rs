//! What a survey of clinicians shows: who answered, each closed question with its intervals, splits by role and years, the matrix of
//! respondents and themes, and how far readers agree. Practices and networks are numbers; groups of fewer than [`SHOWN_FROM`] are not
//! shown, and where only one would be hidden another goes with it, so that nothing can be worked out by taking away.

use std::collections::{BTreeMap, HashMap, HashSet};

use fingerpost_domain::id::{ResponseId, ThemeId, UserId};
use fingerpost_domain::measure::{AnswerKind, Item};
use fingerpost_improvement_rules::survey::{Approach, PRACTICE_ITEM, SHOWN_FROM, clinician_questions, practice_code};
use fingerpost_statistics::coding::{self, cohen, fleiss, weights};
use fingerpost_statistics::interval::Interval;
use fingerpost_statistics::proportion::{Proportion, wilson};

use crate::reading::{Codebook, Reading};
use crate::surveys::{Response, SurveyRecord};

/// The level of every interval.
const LEVEL: f64 = 0.95;

/// How far a survey reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Practices from which somebody answered.
    pub practices: usize,
    /// Practices that were asked.
    pub of_practices: usize,
    /// Networks from which somebody answered.
    pub networks: usize,
    /// Networks that were asked.
    pub of_networks: usize,
}

/// One answer of a closed question, and how many gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Its words.
    pub label: String,
    /// How many chose it.
    pub count: u64,
    /// Their share of those who answered, from 0 to 1.
    pub share: f64,
    /// Wilson's limits.
    pub interval: Interval,
    /// How many of each group of the split chose it, with their share of the group; none for a group that is not shown.
    pub groups: Vec<Option<(u64, Proportion)>>,
}

/// A closed question.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// The item's code.
    pub code: String,
    /// The question.
    pub text: String,
    /// Those who answered it.
    pub n: u64,
    /// Its answers, in their order.
    pub chosen: Vec<Chosen>,
    /// The middle answer, where the answers stand in an order.
    pub median: Option<String>,
}

/// A split of the respondents: what they are called, and how many they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// The groups, in the order of the question's answers, and how many they are; none for a group that is not shown.
    pub groups: Vec<(String, Option<u64>)>,
}

/// How far two readers, or several, agree.
#[derive(Debug, Clone, PartialEq)]
pub enum Agreement {
    /// No aim of this approach, and why.
    NotSought,
    /// Fewer than two have read the same answers.
    TooFew,
    /// Cohen's kappa of two readers, over all themes.
    Cohen {
        /// Answers that both have read.
        n: usize,
        /// None where one of them found everything, or nothing.
        kappa: Option<f64>,
    },
    /// Fleiss' kappa of several readers, over all themes.
    Fleiss {
        /// Answers that all have read.
        n: usize,
        /// How many readers.
        readers: usize,
        /// None where nobody differs from anybody in anything.
        kappa: Option<f64>,
    },
}

/// Respondents and the themes that were found in their answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// A row for each respondent whose answer was read: whether each theme was found by anybody.
    pub rows: Vec<Vec<bool>>,
    /// How many have each theme.
    pub counts: Vec<usize>,
    /// Themes expected in the first 1, 2, … respondents, read in any order.
    pub saturation: Vec<f64>,
    /// How far readers agree.
    pub agreement: Agreement,
}

/// From how many practices and networks somebody answered.
#[must_use]
pub fn reached(survey: &SurveyRecord) -> Reached {
    let given: HashSet<&str> = survey.responses.iter().filter_map(|each| each.said(PRACTICE_ITEM)).collect();
    let from = survey.practices.iter().filter(|practice| given.contains(practice_code(practice.number).as_str()));
    let (mut practices, mut networks) = (0, HashSet::new());
    for practice in from {
        practices += 1;
        networks.extend(practice.network.as_deref());
    }
    let all: HashSet<&str> = survey.practices.iter().filter_map(|practice| practice.network.as_deref()).collect();
    Reached { practices, of_practices: survey.practices.len(), networks: networks.len(), of_networks: all.len() }
}

/// The answers of a closed question with their codes; none for an open one, and for the practice.
fn options(survey: &SurveyRecord, item: &Item) -> Option<Vec<(String, String)>> {
    match &item.answer {
        _ if item.code == PRACTICE_ITEM => None,
        AnswerKind::Choice { options } => {
            Some(options.iter().map(|option| (option.code.clone(), option.label.clone())).collect())
        }
        AnswerKind::Scale { from, to, low, high } => Some(
            (*from..=*to)
                .map(|n| {
                    let label = match n {
                        n if n == *from => format!("{n}: {low}"),
                        n if n == *to => format!("{n}: {high}"),
                        n => n.to_string(),
                    };
                    (n.to_string(), label)
                })
                .collect(),
        ),
        AnswerKind::Number { .. } => Some(bins(survey, &item.code)),
        AnswerKind::Words => None,
    }
}

/// Rows of a table of numbers at most.
const MOST_BINS: u64 = 8;

/// Ranges of equal width from nought on, as few as fit the largest number that was given; a range is called by its least number.
fn bins(survey: &SurveyRecord, item: &str) -> Vec<(String, String)> {
    let given = survey.responses.iter().filter_map(|response| response.said(item)?.parse::<u64>().ok());
    let largest = given.max().unwrap_or(0);
    let widths = (0..).flat_map(|power| [1, 2, 5].map(|width| width * 10_u64.pow(power)));
    let width = widths.take(30).find(|width| largest / width < MOST_BINS).unwrap_or(largest.max(1));
    (0..=largest / width)
        .map(|at| {
            let (from, to) = (at * width, (at + 1) * width - 1);
            (from.to_string(), if width == 1 { from.to_string() } else { format!("{from} to {to}") })
        })
        .collect()
}

/// Which of the answers was given.
fn place(item: &Item, options: &[(String, String)], given: &str) -> Option<usize> {
    if !matches!(item.answer, AnswerKind::Number { .. }) {
        return options.iter().position(|(code, _)| code == given);
    }
    let number: u64 = given.parse().ok()?;
    options.iter().rposition(|(from, _)| from.parse::<u64>().is_ok_and(|from| from <= number))
}

/// Items by which respondents can be split.
pub const SPLITS: [&str; 2] = ["job", "years"];

/// Which groups may be shown: those of [`SHOWN_FROM`] and more; and where those that are not come to fewer together, the smallest of the
/// others goes with them, so that nobody can be found by taking away.
fn visible(sizes: &[u64], also_hidden: u64) -> Vec<bool> {
    let enough = SHOWN_FROM as u64;
    let mut shown: Vec<bool> = sizes.iter().map(|size| *size >= enough).collect();
    let hidden = |shown: &[bool]| {
        sizes.iter().zip(shown).filter(|(_, shown)| !**shown).map(|(size, _)| size).sum::<u64>() + also_hidden
    };
    while (1..enough).contains(&hidden(&shown)) {
        let Some(smallest) = (0..sizes.len()).filter(|at| shown[*at]).min_by_key(|at| sizes[*at]) else { break };
        shown[smallest] = false;
    }
    shown
}

/// The groups of a split, and to which of them each respondent belongs.
fn split(survey: &SurveyRecord, by: Option<&str>) -> (Split, Vec<Option<usize>>) {
    let item = by.filter(|by| SPLITS.contains(by)).and_then(|by| survey.questions.item(by));
    let Some((item, options)) = item.and_then(|item| Some((item, options(survey, item)?))) else {
        return (Split::default(), vec![None; survey.responses.len()]);
    };
    let of = |response: &Response| {
        let given = response.said(&item.code)?;
        place(item, &options, given)
    };
    let groups: Vec<Option<usize>> = survey.responses.iter().map(of).collect();
    let mut sizes = vec![0_u64; options.len()];
    groups.iter().flatten().for_each(|group| sizes[*group] += 1);
    // Those who did not say are a group of their own that is never shown.
    let silent = groups.iter().filter(|group| group.is_none()).count() as u64;
    let shown = visible(&sizes, silent);
    let named = options.into_iter().zip(sizes.iter().zip(&shown));
    let named = named.map(|((_, label), (size, shown))| (label, shown.then_some(*size))).collect();
    (Split { groups: named }, groups)
}

/// Small answers of what somebody is are one row together: a role of two is no number to print.
fn merged(options: Vec<(String, String)>, places: Vec<usize>) -> (Vec<(String, String)>, Vec<usize>) {
    let mut sizes = vec![0_u64; options.len()];
    places.iter().for_each(|at| sizes[*at] += 1);
    let shown = visible(&sizes, 0);
    let kept: Vec<usize> = (0..options.len()).filter(|at| shown[*at]).collect();
    let place = |at: &usize| kept.iter().position(|kept| kept == at).unwrap_or(kept.len());
    let places = places.iter().map(place).collect();
    let mut all: Vec<(String, String)> = kept.iter().map(|at| options[*at].clone()).collect();
    if kept.len() < options.len() {
        all.push(("others".to_owned(), "Other answers, together".to_owned()));
    }
    (all, places)
}

/// Every closed question; nothing while fewer than [`SHOWN_FROM`] are shown, and of a question that fewer answered only how many did.
/// Split, what somebody is stands at the head of the columns and in no row.
#[must_use]
pub fn closed(survey: &SurveyRecord, by: Option<&str>) -> (Split, Vec<Closed>) {
    if survey.responses.len() < SHOWN_FROM {
        return (Split::default(), vec![]);
    }
    let (split, groups) = split(survey, by);
    let all = survey.questions.items.iter().filter_map(|item| {
        let split_by = SPLITS.contains(&item.code.as_str());
        let whose = split_by || item.who;
        let options = options(survey, item).filter(|_| !split_by || split.groups.is_empty())?;
        let given: Vec<(usize, Option<usize>)> = survey
            .responses
            .iter()
            .zip(&groups)
            .filter_map(|(response, group)| {
                let given = response.said(&item.code)?;
                Some((place(item, &options, given)?, *group))
            })
            .collect();
        let n = given.len() as u64;
        let (code, text) = (item.code.clone(), item.text.clone());
        if given.len() < SHOWN_FROM {
            return Some(Closed { code, text, n, chosen: vec![], median: None });
        }
        // Who may be shown is asked anew of those who answered this question.
        let mut sizes = vec![0_u64; split.groups.len()];
        given.iter().filter_map(|(_, group)| *group).for_each(|group| sizes[group] += 1);
        let unshown = |group: usize| split.groups.get(group).is_none_or(|(_, size)| size.is_none());
        let hidden = given.iter().filter(|(_, group)| group.is_none_or(unshown)).count() as u64;
        (0..sizes.len()).filter(|group| unshown(*group)).for_each(|group| sizes[group] = 0);
        let shown = visible(&sizes, hidden);
        let places: Vec<usize> = given.iter().map(|(at, _)| *at).collect();
        let (options, places) = if whose { merged(options, places) } else { (options, places) };
        let chosen = options.iter().enumerate().filter_map(|(at, (_, label))| {
            let count = places.iter().filter(|given| **given == at).count() as u64;
            let found = wilson(count, n, LEVEL).ok()?;
            let of =
                |group: usize| given.iter().filter(|(given, of)| *given == at && *of == Some(group)).count() as u64;
            let groups = (0..split.groups.len()).map(|group| {
                let n = of(group);
                (shown[group] && !unshown(group))
                    .then(|| wilson(n, sizes[group], LEVEL).ok().map(|share| (n, share)))?
            });
            Some(Chosen {
                label: label.clone(),
                count,
                share: found.share,
                interval: found.interval,
                groups: groups.collect(),
            })
        });
        let chosen = chosen.collect();
        let ordered = matches!(item.answer, AnswerKind::Scale { .. } | AnswerKind::Number { .. })
            || (item.code == FREQUENCY_ITEM && is_ours(item));
        let mut places = places;
        places.sort_unstable();
        let median = places.get(places.len().saturating_sub(1) / 2).and_then(|at| options.get(*at));
        Some(Closed { code, text, n, chosen, median: median.filter(|_| ordered).map(|(_, label)| label.clone()) })
    });
    let all = all.collect();
    (split, all)
}

/// Contacts of a clinician in a month, where nobody says otherwise: 41 a day on 20 days, as was inferred of a published survey.
pub const USUAL_CONTACTS: u32 = 820;
/// The item in which a clinician says how often they refer.
const FREQUENCY_ITEM: &str = "frequency";
/// The item in which they say whether they ever have.
const REFERRED_ITEM: &str = "has_referred";

/// How rare referral is among all contacts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rarity {
    /// Clinicians who answered.
    pub n: usize,
    /// Referrals of the middle clinician in a month.
    pub referrals: u32,
    /// Of so many contacts.
    pub contacts: u32,
    /// Their share, from 0 to 1.
    pub share: f64,
    /// Wilson's limits.
    pub interval: Interval,
}

/// What the middle clinician refers in a month, of all contacts; whoever has never referred stands below all others. None where the
/// question was not asked in our words, too few answered, or the middle one refers less often than monthly: then no number is known.
#[must_use]
pub fn rarity(survey: &SurveyRecord) -> Option<Rarity> {
    let item = survey.questions.item(FREQUENCY_ITEM).filter(|item| is_ours(item))?;
    let AnswerKind::Choice { options } = &item.answer else { return None };
    let place = |response: &Response| match response.said(REFERRED_ITEM) {
        Some("no") => Some(options.len()),
        _ => options.iter().position(|option| Some(option.code.as_str()) == response.said(&item.code)),
    };
    let mut given: Vec<usize> = survey.responses.iter().filter_map(place).collect();
    if given.len() < SHOWN_FROM {
        return None;
    }
    given.sort_unstable();
    // Four weeks are a month here, as in the survey that this repeats.
    let referrals = match options.get(given[(given.len() - 1) / 2])?.code.as_str() {
        "2-3 a week" => 10,
        "weekly" => 4,
        "fortnightly" => 2,
        "monthly" => 1,
        _ => return None,
    };
    let contacts = survey.contacts.unwrap_or(USUAL_CONTACTS);
    let found = wilson(u64::from(referrals), u64::from(contacts), LEVEL).ok()?;
    Some(Rarity { n: given.len(), referrals, contacts, share: found.share, interval: found.interval })
}

/// The item is asked as we ask it: a place that writes its own may have changed what it means.
fn is_ours(item: &Item) -> bool {
    clinician_questions("", None, &[]).item(&item.code) == Some(item)
}

/// Answers that another one repeats to the letter, words and all: somebody may have sent theirs twice.
#[must_use]
pub fn repeated(survey: &SurveyRecord) -> usize {
    let wordy = |response: &&Response| {
        survey.questions.items.iter().any(|item| {
            matches!(item.answer, AnswerKind::Words)
                && response.said(&item.code).is_some_and(|words| words.chars().count() >= TELLING_WORDS)
        })
    };
    let mut seen = HashSet::new();
    survey.responses.iter().filter(wordy).filter(|response| !seen.insert(&response.answers)).count()
}

/// Fewer characters may well be written by two people.
const TELLING_WORDS: usize = 25;

/// The matrix of an open question: a respondent has a theme where any reader found it.
#[must_use]
pub fn matrix(survey: &SurveyRecord, item: &str, codebook: &Codebook) -> Matrix {
    let mut by_response: BTreeMap<ResponseId, Vec<&Reading>> = BTreeMap::new();
    for reading in &codebook.readings {
        by_response.entry(reading.response).or_default().push(reading);
    }
    let read: Vec<&Vec<&Reading>> = survey
        .responses
        .iter()
        .filter(|response| response.said(item).is_some())
        .filter_map(|response| by_response.get(&response.id))
        .collect();
    let has = |readings: &[&Reading], theme: &ThemeId| readings.iter().any(|reading| reading.themes.contains(theme));
    let rows: Vec<Vec<bool>> =
        read.iter().map(|readings| codebook.themes.iter().map(|theme| has(readings, &theme.id)).collect()).collect();
    let counts = (0..codebook.themes.len()).map(|at| rows.iter().filter(|row| row[at]).count()).collect();
    let found: Vec<Vec<usize>> = rows.iter().map(|row| (0..row.len()).filter(|at| row[*at]).collect()).collect();
    let saturation = coding::saturation(&found).unwrap_or_default();
    Matrix { rows, counts, saturation, agreement: agreement(survey.approach, codebook, &read) }
}

fn agreement(approach: Option<Approach>, codebook: &Codebook, read: &[&Vec<&Reading>]) -> Agreement {
    if approach != Some(Approach::Codebook) {
        return Agreement::NotSought;
    }
    let mut by_reader: HashMap<UserId, usize> = HashMap::new();
    for reading in read.iter().flat_map(|readings| readings.iter()) {
        *by_reader.entry(reading.coder).or_default() += 1;
    }
    // Whoever has opened one answer only to look is no reader.
    let most = by_reader.values().copied().max().unwrap_or(0);
    let mut readers: Vec<UserId> =
        by_reader.iter().filter(|(_, n)| **n * 2 >= most).map(|(reader, _)| *reader).collect();
    readers.sort_unstable();
    if readers.len() < 2 {
        return Agreement::TooFew;
    }
    // What all of them have read: whoever left an answer out said nothing of it.
    let shared: Vec<Vec<&Reading>> = read
        .iter()
        .filter_map(|readings| {
            let of = |reader: &UserId| readings.iter().find(|each| each.coder == *reader).copied();
            readers.iter().map(of).collect()
        })
        .collect();
    let n = shared.len();
    if n == 0 || codebook.themes.is_empty() {
        return Agreement::TooFew;
    }
    // A theme that was named after an answer was read could not have been found in it.
    let units = shared.iter().flat_map(|of| {
        let known = codebook.themes.iter().filter(|theme| of.iter().all(|reading| reading.read_at >= theme.made_at));
        known.map(move |theme| of.iter().map(|reading| reading.themes.contains(&theme.id)))
    });
    if readers.len() == 2 {
        // Both; only the first; only the second; neither.
        let mut cells = [0.0; 4];
        for mut unit in units {
            let (first, second) = (unit.next().unwrap_or(false), unit.next().unwrap_or(false));
            cells[usize::from(!first) * 2 + usize::from(!second)] += 1.0;
        }
        return Agreement::Cohen { n, kappa: cohen(&cells, &weights(2, 1.0)).ok().map(|found| found.kappa) };
    }
    let counts: Vec<u64> = units
        .flat_map(|unit| {
            let found = unit.filter(|found| *found).count() as u64;
            [found, readers.len() as u64 - found]
        })
        .collect();
    Agreement::Fleiss { n, readers: readers.len(), kappa: fleiss(&counts, 2).ok().map(|found| found.kappa) }
}

/// What was chosen as a table for other programs: sums, as they are shown, and nobody's row.
///
/// # Errors
/// Never: it is written into memory.
pub fn table(survey: &SurveyRecord) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    table.write_record(["question", "answer", "count", "answered"])?;
    for question in closed(survey, None).1 {
        for each in &question.chosen {
            table.serialize((&question.code, &each.label, each.count, question.n))?;
        }
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests;
