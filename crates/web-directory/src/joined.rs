//! One service or two: pairs that somebody has to judge, what stands as one, and who said each part of an entry.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Query;
use fingerpost_directory::entry::{Entry, confirmed};
use fingerpost_directory::joined::Told;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::id::ServiceId;
use fingerpost_domain::text::folded;
use fingerpost_policy::KeepDirectory;
use fingerpost_stewardship::{JoinedBy, Member, PairRow};
use fingerpost_store::{StoreError, StoredService};
use fingerpost_ui::format::birth_day;
use fingerpost_ui::pages::{BesideRow, EntrySide, MemberLine, PairCard, SamePage, SummaryRow};
use fingerpost_web_core::WebError;
use fingerpost_web_core::form::Posted;
use fingerpost_web_core::frame::show;
use fingerpost_web_core::permitted::May;
use serde::Deserialize;

use crate::search::{reasons, where_it_is};
use crate::steward::entry_id;

/// "3 pairs wait".
pub(crate) fn waiting(pairs: i64) -> String {
    match pairs {
        0 => String::new(),
        1 => "1 pair waits".to_owned(),
        pairs => format!("{pairs} pairs wait"),
    }
}

/// An entry for which another one stands.
pub(crate) fn member(member: &Member, lead: Option<(String, String)>) -> MemberLine {
    let by = match member.by {
        JoinedBy::Comparison => "Joined by comparison",
        JoinedBy::Steward => "Joined by a steward",
    };
    let gone = if member.listed { "" } else { " It is not listed there any more." };
    let (source, day) = (&member.source, birth_day(day_of(member.at)));
    MemberLine {
        id: member.id.to_string(),
        name: member.name.clone(),
        how: format!("From {source}. {by}, {day}.{gone}"),
        lead,
    }
}

fn side(here: &May<KeepDirectory>, stored: &StoredService) -> EntrySide {
    EntrySide {
        id: stored.id.to_string(),
        href: here.href(&format!("steward/{}", stored.id)),
        name: stored.service.name.clone(),
        source: reasons::and(&stored.told.sources),
    }
}

/// Entries of a name, found as the search finds them, but for one.
pub(crate) async fn named(here: &May<KeepDirectory>, name: &str, but: ServiceId) -> Result<Vec<EntrySide>, WebError> {
    let index = here.app().directory().await?;
    let alike = index.named(name, MOST_ALIKE)?;
    let line = |entry: &Entry| EntrySide {
        id: entry.id.to_string(),
        href: here.href(&format!("steward/{}", entry.id)),
        name: entry.name.clone(),
        source: reasons::and(&entry.sources),
    };
    Ok(alike.iter().filter(|entry| entry.id != but).map(|entry| line(entry)).collect())
}

/// Entries of one name that are shown.
const MOST_ALIKE: usize = 10;

/// The beginning of a text: enough to see whether it is about the same.
fn beginning(text: &str) -> String {
    const MOST: usize = 200;
    let short: String = text.chars().take(MOST).collect();
    if text.chars().count() > MOST { format!("{short}\u{2026}") } else { short }
}

/// A text without what is written differently.
fn bare(text: &str) -> String {
    folded(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Two texts say the same; two telephone numbers also where one begins with the country.
fn says_same(one: &str, other: &str) -> bool {
    const OWN: usize = 9;
    let (one, other) = (bare(one), bare(other));
    let ending = |text: &str| {
        text.chars()
            .rev()
            .take(OWN)
            .all(|c| c.is_ascii_digit())
            .then(|| text.get(text.len().checked_sub(OWN)?..).map(str::to_owned))
            .flatten()
    };
    !one.is_empty() && (one == other || ending(&one).is_some_and(|end| ending(&other) == Some(end)))
}

fn pair(here: &May<KeepDirectory>, row: &PairRow) -> PairCard {
    let (one, other) = (&row.lead.service, &row.other.service);
    let by =
        |stored: &StoredService| stored.service.organization.as_ref().map(|by| by.name.clone()).unwrap_or_default();
    let phones = |stored: &StoredService| {
        stored.service.phones.iter().map(|phone| phone.number.clone()).collect::<Vec<_>>().join(", ")
    };
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let all = [
        ("Called", one.name.clone(), other.name.clone()),
        ("Run by", by(&row.lead), by(&row.other)),
        ("Where", where_it_is(one).unwrap_or_default(), where_it_is(other).unwrap_or_default()),
        ("When", crate::search::times_of(one), crate::search::times_of(other)),
        ("Phone", phones(&row.lead), phones(&row.other)),
        ("Email", some(&one.email), some(&other.email)),
        ("Web page", some(&one.url), some(&other.url)),
        ("What it is", beginning(&some(&one.description)), beginning(&some(&other.description))),
    ];
    let rows = all.into_iter().filter(|(_, one, other)| !one.is_empty() || !other.is_empty());
    PairCard {
        lead: side(here, &row.lead),
        other: side(here, &row.other),
        rows: rows.map(|(label, one, other)| BesideRow { label, same: says_same(&one, &other), one, other }).collect(),
    }
}

/// What a page was opened with.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    saved: Option<String>,
    entry: Option<ServiceId>,
}

/// Pairs that may be one service, and what was joined lately.
pub async fn same(here: May<KeepDirectory>, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let (pairs, count) = here.app().stewardship().pairs(&here.ctx).await?;
    let lately = here.app().stewardship().joined_lately(&here.ctx).await?;
    let link = |stored: &StoredService| (here.href(&format!("steward/{}", stored.id)), stored.service.name.clone());
    let saved = match asked.saved.as_deref() {
        Some("same") => {
            let lead = match asked.entry {
                Some(id) => here.app().store().entries().one(id).await.ok(),
                None => None,
            };
            Some(("They stand as one entry now.", lead.as_ref().map(link)))
        }
        Some("two") => Some(("They stay two. Nobody is asked again.", None)),
        _ => None,
    };
    let page = SamePage {
        frame: here.frame("One service or two?", "steward").await?,
        back: (here.href("steward"), "Keep the directory true".to_owned()),
        action: here.href("steward/same"),
        waiting: waiting(count),
        pairs: pairs.iter().map(|row| pair(&here, row)).collect(),
        lately: lately.iter().map(|(lead, joined)| member(joined, Some(link(lead)))).collect(),
        saved,
    };
    show(here.app(), &page)
}

/// What a steward says of a pair.
pub async fn judge(here: May<KeepDirectory>, form: Posted) -> Result<Response, WebError> {
    let (one, other) = (entry_id(&form, "one")?, entry_id(&form, "other")?);
    let to = match form.text("do").as_str() {
        "same" => {
            let lead = here.app().stewardship().join(&here.ctx, one, other).await?;
            format!("steward/same?saved=same&entry={lead}")
        }
        "two" => {
            here.app().stewardship().are_two(&here.ctx, one, other).await?;
            "steward/same?saved=two".to_owned()
        }
        _ => return Err(WebError::Store(StoreError::NotFound)),
    };
    Ok(Redirect::to(&here.href(&to)).into_response())
}

/// Parts of an entry as a reader knows them, by the property that tells where they come from.
const PARTS: &[(&str, &[&str])] = &[
    ("Name", &["name"]),
    ("Run by", &["organization"]),
    ("What it is", &["description"]),
    ("When", &["schedules"]),
    ("Where, and how people get in", &["service_at_locations"]),
    ("Cost", &["cost_options", "fees"]),
    ("Ages", &["minimum_age", "maximum_age", "eligibility_description"]),
    ("Kind, and who it is for", &["attributes"]),
    ("How to join", &["application_process"]),
    ("Places", &["capacities"]),
    ("Phone", &["phones"]),
    ("Email", &["email"]),
    ("Web page", &["url"]),
];

fn who(told: &Told) -> String {
    let by = match (told.here, told.by.as_str()) {
        (true, "group") => "the group itself".to_owned(),
        (true, _) => "a steward here".to_owned(),
        (false, source) => source.to_owned(),
    };
    match told.on {
        Some(day) if told.here => format!("{by}, {}", birth_day(day)),
        Some(day) => format!("{by}, confirmed {}", birth_day(day)),
        None => format!("{by}, not known when it was confirmed"),
    }
}

/// Who said each part of an entry, and when: nothing where all of it is as one source has it.
pub(crate) fn told(stored: &StoredService) -> Vec<SummaryRow> {
    if stored.told.fields.is_empty() {
        return vec![];
    }
    let body = serde_json::to_value(&stored.service).unwrap_or_default();
    let own = Told { by: stored.source.clone(), here: false, on: confirmed(&stored.service) };
    let several = stored.told.sources.len() > 1;
    let parts = PARTS.iter().filter(|(_, fields)| fields.iter().any(|field| body.get(*field).is_some()));
    parts
        .map(|(label, fields)| {
            let said = fields.iter().find_map(|field| stored.told.fields.get(*field)).unwrap_or(&own);
            // The terms of all sources stand beside each other.
            if several && *fields == ["attributes"] && !said.here {
                return SummaryRow::new(label, reasons::and(&stored.told.sources));
            }
            SummaryRow::new(label, who(said))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use fingerpost_domain::Date;

    use super::*;

    #[test]
    fn who_said_a_part_is_said_in_words() {
        let told = |by: &str, here| Told { by: by.to_owned(), here, on: Some(Date::constant(2026, 3, 3)) };
        assert_eq!(who(&told("Charity", false)), "Charity, confirmed 3 March 2026");
        assert_eq!(who(&told("group", true)), "the group itself, 3 March 2026");
        assert_eq!(who(&Told { on: None, ..told("Council", false) }), "Council, not known when it was confirmed");
        assert!(says_same("+44 1632 960371", "01632 960 371") && says_same("The Choir", "the choir."));
        assert!(!says_same("", "") && !says_same("960371", "01632 960372"));
        assert_eq!((waiting(0), waiting(1), waiting(2)), (String::new(), "1 pair waits".into(), "2 pairs wait".into()));
    }
}
