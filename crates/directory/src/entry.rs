//! What a list of results and a signpost need to know of a service.

use fingerpost_domain::id::ServiceId;
use fingerpost_domain::need::Need;
use fingerpost_domain::text::folded;
use uuid::Uuid;

use crate::facts::{Facts, money, pence};
use crate::hsds::Service;
use crate::standing::Standing;
use crate::vocabulary::vocabulary;
use crate::words::stems;

/// An entry of the directory as search keeps it in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id here.
    pub id: ServiceId,
    /// What it is called.
    pub name: String,
    /// Who offers it.
    pub organisation: Option<String>,
    /// The beginning of what it says about itself.
    pub summary: String,
    /// The first address, on one line.
    pub address: Option<String>,
    /// The town of the first address, folded.
    pub town: Option<String>,
    /// Costs as the source words them; `Some("Free")` where every price is nothing.
    pub cost: Option<String>,
    /// What its place says about access.
    pub access: Option<String>,
    /// The first telephone.
    pub phone: Option<String>,
    /// The mailbox.
    pub email: Option<String>,
    /// The page.
    pub url: Option<String>,
    /// What people have to know before they go.
    pub alert: Option<String>,
    /// The day on which it is there again, where it rests.
    pub reopens_on: Option<String>,
    /// Its id where it was published: a UUID.
    pub hsds_id: Uuid,
    /// The ids of the service at its places.
    pub place_ids: Vec<Uuid>,
    /// Its terms and their taxonomies.
    pub terms: Vec<(Uuid, Uuid)>,
    /// The needs it answers, by our vocabulary.
    pub needs: Vec<Need>,
    /// The day on which its source last confirmed or changed it.
    pub confirmed: Option<fingerpost_domain::Date>,
    /// Where the entry comes from: its own source, then the others that list the service.
    pub sources: Vec<String>,
    /// What can be compared with what somebody needs.
    pub facts: Facts,
    /// What is known here beyond what it says.
    pub standing: Standing,
}

/// Characters of the summary.
const SUMMARY: usize = 280;

fn shortened(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= SUMMARY {
        return one_line;
    }
    let cut: String = one_line.chars().take(SUMMARY).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words}\u{2026}")
}

fn said<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> Option<String> {
    let joined =
        parts.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    (!joined.is_empty()).then_some(joined)
}

fn cost(service: &Service) -> Option<String> {
    let options = &service.cost_options;
    if !options.is_empty() && options.iter().all(|cost| cost.amount == Some(0.0)) {
        return Some("Free".to_owned());
    }
    let words = options.iter().map(|cost| {
        let amount = cost.amount.map(|amount| money(pence(amount)));
        let of = cost.amount_description.clone().or(amount);
        match (&cost.option, of) {
            (Some(option), Some(of)) => format!("{option}: {of}"),
            (Some(one), None) => one.clone(),
            (None, of) => of.unwrap_or_default(),
        }
    });
    let words: Vec<String> = words.filter(|words| !words.is_empty()).take(3).collect();
    if words.is_empty() { service.fees.clone() } else { Some(words.join("; ")) }
}

/// The day on which the source last confirmed or changed an entry.
#[must_use]
pub fn confirmed(service: &Service) -> Option<fingerpost_domain::Date> {
    let day = service.assured_date.as_deref().or(service.last_modified.as_deref())?;
    day.get(..10)?.parse().ok()
}

impl Entry {
    /// The entry of a stored service.
    #[must_use]
    pub fn of(id: ServiceId, sources: &[String], service: &Service, standing: Standing) -> Self {
        let locations: Vec<_> = service.locations().collect();
        let address = locations.iter().flat_map(|location| &location.addresses).next();
        let access = locations.iter().flat_map(|location| &location.accessibility);
        let mut texts = vec![stems(&service.name)];
        texts.extend(service.terms().map(stems));
        Self {
            id,
            name: service.name.clone(),
            organisation: service.organization.as_ref().map(|by| by.name.clone()).filter(|name| !name.is_empty()),
            summary: shortened(service.description.as_deref().unwrap_or_default()),
            address: address
                .and_then(|at| said([Some(at.address_1.as_str()), Some(&at.city), at.postal_code.as_deref()])),
            town: address.map(|at| folded(&at.city)).filter(|town| !town.is_empty()),
            cost: cost(service),
            access: said(access.map(|each| each.accessibility.as_deref().or(each.description.as_deref()))),
            phone: service.phones.first().map(|phone| phone.number.clone()).filter(|number| !number.is_empty()),
            email: service.email.clone(),
            url: service.url.clone(),
            alert: service.alert.clone(),
            reopens_on: service.reopens_on.clone(),
            hsds_id: Uuid::parse_str(&service.id).unwrap_or_default(),
            place_ids: service.service_at_locations.iter().filter_map(|at| Uuid::parse_str(&at.id).ok()).collect(),
            terms: service
                .attributes
                .iter()
                .filter_map(|given| given.taxonomy_term.as_ref())
                .filter_map(|term| Some((Uuid::parse_str(&term.id).ok()?, term.taxonomy_id())))
                .collect(),
            needs: vocabulary().needs_of(&texts),
            confirmed: confirmed(service),
            sources: sources.to_vec(),
            facts: Facts::of(service),
            standing,
        }
    }
}
