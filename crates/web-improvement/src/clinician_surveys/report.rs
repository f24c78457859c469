//! The report of a survey on paper: what was learned, then what it rests on.

use axum::extract::Path;
use axum::response::Response;
use fingerpost_domain::id::SurveyId;
use fingerpost_improvement::clinicians::{self, Closed};
use fingerpost_improvement::{HeldInterview, Insight, SurveyRecord};
use fingerpost_improvement_rules::interview::INTERVIEWS;
use fingerpost_improvement_rules::survey::{Approach, InsightKind, SHOWN_FROM};
use fingerpost_policy::Improve;
use fingerpost_print::{Part, PrintedTable, Report};
use fingerpost_ui::format::{count, long_day};
use fingerpost_web_core::WebError;
use fingerpost_web_core::paper::download;
use fingerpost_web_core::permitted::May;

use super::interviews::found_in;
use super::reading::agreement_words;
use super::{ground_words, grounds, open_items, rarity_words, reach_words, share_words, wrote};

fn insights_part(heading: &str, kind: InsightKind, all: &[Insight], grounds: &[(String, String)]) -> Option<Part> {
    let lines: Vec<String> = all
        .iter()
        .filter(|insight| insight.kind == kind)
        .map(|insight| {
            format!(
                "{} Rests on: {}. {}.",
                insight.words,
                ground_words(grounds, &insight.evidence),
                insight.strength.label()
            )
        })
        .collect();
    (!lines.is_empty()).then(|| Part { heading: heading.to_owned(), lines })
}

fn closed_table(closed: &Closed) -> PrintedTable {
    PrintedTable {
        heading: closed.text.clone(),
        note: match &closed.median {
            Some(median) => format!("{} answered this. The middle answer: {median}.", closed.n),
            None => format!("{} answered this.", closed.n),
        },
        head: ["Answer", "How many", "Share (95% range)"].map(str::to_owned).into(),
        rows: closed
            .chosen
            .iter()
            .map(|each| {
                let share = share_words(each.share, each.interval.lower, each.interval.upper);
                vec![each.label.clone(), each.count.to_string(), share]
            })
            .collect(),
    }
}

/// What those said who agreed to be quoted.
fn quotes(held: &[HeldInterview]) -> Option<Part> {
    let said = held.iter().filter(|interview| interview.quoted).flat_map(|interview| {
        let who = format!("Interview {}", interview.number);
        interview.passages.iter().map(move |passage| format!("\u{201c}{}\u{201d} {who}", passage.words))
    });
    let lines: Vec<String> = said.collect();
    (!lines.is_empty()).then(|| Part { heading: "In their words".to_owned(), lines })
}

async fn report(here: &May<Improve>, survey: &SurveyRecord) -> Result<Report, WebError> {
    let improvement = here.app().improvement();
    let grounds = grounds(here, survey).await?;
    let all = improvement.insights(&here.ctx, survey.id).await?;
    let mut codebooks = improvement.codebooks(&here.ctx, survey.id).await?;
    let (_, closed) = clinicians::closed(survey, None);
    let mut tables: Vec<PrintedTable> =
        closed.iter().filter(|closed| !closed.chosen.is_empty()).map(closed_table).collect();
    let mut method = vec![
        "Asked by a page without names. Practices are shown as numbers, groups of fewer than five not at all. Shares are of those who \
         answered the question, each with Wilson's 95% range. Whoever did not answer may think otherwise."
            .to_owned(),
    ];
    for item in open_items(survey) {
        let codebook = codebooks.remove(&item.code).unwrap_or_default();
        let matrix = clinicians::matrix(survey, &item.code, &codebook);
        if wrote(survey, &item.code) < SHOWN_FROM || matrix.rows.is_empty() || codebook.themes.is_empty() {
            continue;
        }
        let n = matrix.rows.len();
        method.push(format!("\u{201c}{}\u{201d} {}", item.text, agreement_words(&matrix.agreement)));
        tables.push(PrintedTable {
            heading: item.text.clone(),
            note: format!("Themes in {n} answers that were read. {}.", survey.approach.map_or("", Approach::label)),
            head: ["Theme", "Respondents"].map(str::to_owned).into(),
            rows: codebook
                .themes
                .iter()
                .zip(&matrix.counts)
                .map(|(theme, count)| vec![theme.label.clone(), format!("{count} of {n}")])
                .collect(),
        });
    }
    let held = improvement.interviews(&here.ctx, survey.id).await?;
    let themes = codebooks.remove(INTERVIEWS).unwrap_or_default().themes;
    if !held.is_empty() {
        method.push(format!(
            "{}, read by whoever held them; passages were taken out and themes found in those. No figure of agreement is given for them. Only \
             those who agreed to it are quoted.",
            count(held.len(), "interview", "interviews")
        ));
        // "Only which themes were found": and where few spoke, or few said it, not even that.
        let told = |n: usize| match n {
            n if n >= SHOWN_FROM => format!("{n} of {}", held.len()),
            _ => format!("Fewer than {SHOWN_FROM}"),
        };
        let rows: Vec<Vec<String>> =
            found_in(&themes, &held).into_iter().map(|(label, n)| vec![label, told(n)]).collect();
        if !rows.is_empty() && held.len() >= SHOWN_FROM {
            tables.push(PrintedTable {
                heading: "Interviews".to_owned(),
                note: "In how many interviews each theme was found.".to_owned(),
                head: ["Theme", "Interviews"].map(str::to_owned).into(),
                rows,
            });
        }
    }
    let mut parts = vec![Part { heading: "Who answered".to_owned(), lines: reach_words(survey) }];
    parts.extend(insights_part("What keeps people from being referred", InsightKind::Barrier, &all, &grounds));
    parts.extend(insights_part("What could be built on", InsightKind::Opportunity, &all, &grounds));
    if let Some(found) = clinicians::rarity(survey) {
        parts.push(Part { heading: "How rare it is".to_owned(), lines: vec![rarity_words(&found)] });
    }
    parts.extend(quotes(&held));
    parts.push(Part { heading: "How it was done".to_owned(), lines: method });
    Ok(Report {
        kind: "Insight report".to_owned(),
        title: survey.title.clone(),
        place: here.organisation.name.clone(),
        printed: long_day(here.app().today()),
        parts,
        tables,
        invented: here.app().invented(),
    })
}

/// The insight report on paper.
///
/// # Errors
/// [`WebError::NotFound`] outside the reader's organisation.
pub async fn pdf(here: May<Improve>, Path((_, id)): Path<(String, SurveyId)>) -> Result<Response, WebError> {
    let survey = here.app().improvement().clinician_survey(&here.ctx, id).await?;
    if survey.responses.len() < SHOWN_FROM {
        return Err(WebError::NotFound);
    }
    let paper = report(&here, &survey).await?;
    download("insight-report", move || paper.pdf()).await
}
