//! The people who are helped: reading and writing their details, which stand in the same columns in `person` and `referral`, and who of
//! them may be one.
//!
//! A record that was put together with another has no case any more and says where it went: [`alike`] finds the one that was kept.

mod joins;

pub use joins::{Body, Ended, Joined, Moved, Next, Stood, note as note_join, put_back, stood};

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{CaseId, PersonId, TenantId};
use fingerpost_domain::matching::{self, Likeness, Match};
use fingerpost_domain::need::{self, Need};
use fingerpost_domain::nhs_number::NhsNumber;
use fingerpost_domain::person::{BirthDate, Email, PersonDetails, PersonName, Phone, Postcode};
use fingerpost_domain::risk::Risk;
use fingerpost_domain::safe_contact::{Reach, SafeContact};
use fingerpost_domain::text::{Line, Note, TextRefused, folded};

use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, Value, values};

statements! {
    INSERT = "INSERT INTO person (tenant, id, given, family, preferred, name_folded, born, nhs_number, address, postcode, phone, email, communication, \
              reach, guidance, risk, risk_note, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    CHANGE_CARE = "UPDATE person SET reach = $3, guidance = $4, risk = $5, risk_note = $6, phone = $7, email = $8, communication = $9, address = $10, postcode = $11 WHERE tenant = $1 AND id = $2 AND merged_into IS NULL";
    HOLD = "UPDATE person SET created_at = created_at WHERE tenant = $1 AND id = $2 AND merged_into IS NULL";
    ADD_NUMBER = "UPDATE person SET nhs_number = $3 WHERE tenant = $1 AND id = $2 AND nhs_number IS NULL";
    CORRECT = "UPDATE person SET given = $3, family = $4, preferred = $5, name_folded = $6, born = $7, nhs_number = $8 WHERE tenant = $1 AND id = $2";
    ONE = "SELECT given, family, preferred, born, nhs_number, address, postcode, phone, email, communication, reach, guidance, risk, risk_note, messages_stopped_at FROM person WHERE tenant = $1 AND id = $2";
    /// Whoever shares a number, a name or a day of birth: short reads, each by its own index. Those who share two come twice.
    CANDIDATES = "SELECT * FROM (SELECT id, merged_into, given, family, preferred, born, nhs_number, phone, postcode FROM person WHERE tenant = $1 AND nhs_number = $2 LIMIT 1) a \
                  UNION ALL SELECT * FROM (SELECT id, merged_into, given, family, preferred, born, nhs_number, phone, postcode FROM person WHERE tenant = $1 AND name_folded = $3 AND born = $4 LIMIT 20) e \
                  UNION ALL SELECT * FROM (SELECT id, merged_into, given, family, preferred, born, nhs_number, phone, postcode FROM person WHERE tenant = $1 AND name_folded = $3 ORDER BY born LIMIT 500) b \
                  UNION ALL SELECT * FROM (SELECT id, merged_into, given, family, preferred, born, nhs_number, phone, postcode FROM person WHERE tenant = $1 AND born = $4 LIMIT 500) c";
    CASES = "SELECT id, closed_at FROM case_file WHERE tenant = $1 AND person = $2 AND scheme = $3 ORDER BY opened_at DESC, id DESC LIMIT 100";
}

/// What is now known about reaching somebody: the columns that change. Changes nothing of a record that was put together with another.
///
/// # Errors
/// When the database fails.
pub async fn change_care(tx: &mut Tx, tenant: &TenantId, id: PersonId, person: &PersonHere) -> Result<u64> {
    let mut all = values![tenant, id];
    all.extend(care_values(&person.safe_contact, &person.risk));
    all.extend(values![
        person.details.phone.as_ref().map(Phone::as_str),
        person.details.email.as_ref().map(Email::as_str),
        person.details.communication.as_ref().map(Note::as_str),
        person.details.address.as_ref().map(Line::as_str),
        person.details.postcode.as_ref().map(Postcode::as_str),
    ]);
    tx.run(CHANGE_CARE, all).await
}

/// Holds a record until the change ends: whoever changes it at this moment waits, or was before us. Open cases are taken before it, never
/// after, so that two do not wait for each other.
///
/// # Errors
/// [`StoreError::ChangedMeanwhile`] where it was put together with another.
pub async fn hold(tx: &mut Tx, tenant: &TenantId, id: PersonId) -> Result<()> {
    if tx.run(HOLD, values![tenant, id]).await? == 0 { Err(StoreError::ChangedMeanwhile) } else { Ok(()) }
}

/// Notes the NHS number of somebody of whom none was known.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when it belongs to somebody else who is here.
pub async fn add_number(tx: &mut Tx, tenant: &TenantId, id: PersonId, person: &PersonDetails) -> Result<()> {
    let Some(number) = &person.nhs_number else { return Ok(()) };
    tx.run(ADD_NUMBER, values![tenant, id, number.digits()]).await.map(drop)
}

/// Corrects who somebody is.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the NHS number belongs to somebody else who is here.
pub async fn correct(tx: &mut Tx, tenant: &TenantId, id: PersonId, person: &PersonDetails) -> Result<()> {
    let mut all = values![tenant, id];
    all.extend(details_values(person).into_iter().take(6));
    tx.run(CORRECT, all).await.map(drop)
}

/// A person as a page about them needs them.
#[derive(Debug, Clone)]
pub struct PersonHere {
    /// Who they are.
    pub details: PersonDetails,
    /// How to reach them safely.
    pub safe_contact: SafeContact,
    /// What is known about risks.
    pub risk: Risk,
}

/// Somebody already here who may be the referred person.
#[derive(Debug, Clone)]
pub struct LikelyPerson {
    /// Their id.
    pub id: PersonId,
    /// Who they are.
    pub details: PersonDetails,
    /// How sure the match is.
    pub likeness: Match,
    /// Their newest case with this scheme; none where only another one knows them.
    pub newest_case: Option<CaseId>,
    /// They have an open case with this scheme: a new referral joins it.
    pub has_open_case: bool,
    /// A risk that this scheme has noted; another scheme's is for that scheme.
    pub known_risk: Option<String>,
    /// When their last case with this scheme ended.
    pub last_ended: Option<Timestamp>,
    /// What is alike stands on another record that was put together with theirs: the name on it.
    pub also_known_as: Option<String>,
}

impl PersonHere {
    /// What is known after a further referral. What the scheme knows stays; what the referral says of risks,
    /// needs and ways to reach them is added beside it, so that nothing that keeps somebody safe is lost.
    #[must_use]
    pub fn joined_by(&self, newer: &Self) -> Self {
        let mut details = self.details.clone();
        details.communication = match (&self.details.communication, &newer.details.communication) {
            (Some(old), Some(new)) => Some(old.followed_by_newer(new)),
            (old, new) => old.clone().or_else(|| new.clone()),
        };
        details.phone = details.phone.or_else(|| newer.details.phone.clone());
        details.email = details.email.or_else(|| newer.details.email.clone());
        details.nhs_number = details.nhs_number.or_else(|| newer.details.nhs_number.clone());
        // An address is one thing: half of the old one and half of the new one is neither.
        if details.address.is_none() && (details.postcode.is_none() || details.postcode == newer.details.postcode) {
            (details.address, details.postcode) = (newer.details.address.clone(), newer.details.postcode.clone());
        }
        let said = newer.safe_contact.said_for(&newer.details);
        let stands = self.safe_contact.said_for(&self.details);
        let safe_contact = if said == stands { self.safe_contact.clone() } else { self.safe_contact.beside(&said) };
        Self { details, safe_contact, risk: self.risk.joined_by(&newer.risk) }
    }

    /// What a referral says of the person.
    ///
    /// # Errors
    /// When it was not sent, or a column holds something else.
    pub fn of_referral(row: &Row) -> Result<Self> {
        let (safe_contact, risk) = care(row)?.ok_or_else(|| StoreError::corrupt("reach"))?;
        Ok(Self { details: details(row)?, safe_contact, risk })
    }
}

/// The values of the eleven details columns in their order.
#[must_use]
pub fn details_values(details: &PersonDetails) -> Vec<Value> {
    values![
        details.name.given.as_str(),
        details.name.family.as_str(),
        details.name.preferred.as_ref().map(Line::as_str),
        folded(&details.name.full()),
        details.born.date(),
        details.nhs_number.as_ref().map(NhsNumber::digits),
        details.address.as_ref().map(Line::as_str),
        details.postcode.as_ref().map(Postcode::as_str),
        details.phone.as_ref().map(Phone::as_str),
        details.email.as_ref().map(Email::as_str),
        details.communication.as_ref().map(Note::as_str),
    ]
}

/// Reads the columns `given`, `family` and `preferred`.
///
/// # Errors
/// When one is not there, or holds something else.
pub fn person_name(row: &Row) -> Result<PersonName> {
    let line = |column: &str| -> Result<Option<Line<70>>> {
        row.opt_text(column)?
            .map(|text| Line::parse(&text))
            .transpose()
            .map(Option::flatten)
            .map_err(|_| StoreError::corrupt(column))
    };
    let required = |column: &str| line(column)?.ok_or_else(|| StoreError::corrupt(column));
    Ok(PersonName { given: required("given")?, family: required("family")?, preferred: line("preferred")? })
}

/// Reads the column `needs`.
///
/// # Errors
/// When it is not there.
pub fn needs_of(row: &Row) -> Result<Vec<Need>> {
    Ok(need::read(row.text("needs")?.split_whitespace()))
}

fn line<const N: usize>(row: &Row, column: &str) -> Result<Option<Line<N>>> {
    text(row, column, Line::parse)
}

/// Reads a column of longer text.
///
/// # Errors
/// When it is not there, or holds what may not stand in it.
pub fn note<const N: usize>(row: &Row, column: &str) -> Result<Option<Note<N>>> {
    text(row, column, Note::parse)
}

fn text<T>(
    row: &Row,
    column: &str,
    parse: impl Fn(&str) -> std::result::Result<Option<T>, TextRefused>,
) -> Result<Option<T>> {
    let stored = row.opt_text(column)?;
    stored.map(|text| parse(&text)).transpose().map(Option::flatten).map_err(|_| StoreError::corrupt(column))
}

fn shaped<T, E>(row: &Row, column: &str, parse: impl Fn(&str) -> std::result::Result<T, E>) -> Result<Option<T>> {
    row.opt_text(column)?.map(|text| parse(&text)).transpose().map_err(|_| StoreError::corrupt(column))
}

/// Reads the details columns.
///
/// # Errors
/// When one is not there, or holds something else.
pub fn details(row: &Row) -> Result<PersonDetails> {
    let required = |column| line(row, column)?.ok_or_else(|| StoreError::corrupt(column));
    Ok(PersonDetails {
        name: PersonName { given: required("given")?, family: required("family")?, preferred: line(row, "preferred")? },
        born: BirthDate::from_stored(row.parsed("born")?),
        nhs_number: shaped(row, "nhs_number", NhsNumber::parse)?,
        address: line(row, "address")?,
        postcode: shaped(row, "postcode", Postcode::parse)?,
        phone: shaped(row, "phone", Phone::parse)?,
        email: shaped(row, "email", Email::parse)?,
        communication: note(row, "communication")?,
    })
}

/// Reads the safe-contact and risk columns, when they are filled in.
///
/// # Errors
/// When one is not there, or holds something else.
pub fn care(row: &Row) -> Result<Option<(SafeContact, Risk)>> {
    let Some(reach) = row.opt_coded("reach", Reach::from_code)? else { return Ok(None) };
    let safe_contact = SafeContact { reach, guidance: line(row, "guidance")? };
    let risk = Risk::parse(&row.text("risk")?, row.opt_text("risk_note")?.as_deref().unwrap_or(""))
        .map_err(|_| StoreError::corrupt("risk"))?;
    Ok(Some((safe_contact, risk)))
}

/// The values of the safe-contact and risk columns in their order.
#[must_use]
pub fn care_values(safe_contact: &SafeContact, risk: &Risk) -> Vec<Value> {
    values![safe_contact.reach.code(), safe_contact.guidance.as_ref().map(Line::as_str), risk.code(), risk.note(),]
}

/// Makes a record of somebody.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the NHS number belongs to somebody else who is here.
pub async fn insert(tx: &mut Tx, tenant: &TenantId, id: PersonId, person: &PersonHere, now: Timestamp) -> Result<()> {
    let mut all = values![tenant, id];
    all.extend(details_values(&person.details));
    all.extend(care_values(&person.safe_contact, &person.risk));
    all.extend(values![now]);
    tx.run(INSERT, all).await.map(drop)
}

/// A person by id.
///
/// # Errors
/// [`StoreError::NotFound`] where there is none.
pub async fn one(tx: &mut Tx, tenant: &TenantId, id: PersonId) -> Result<PersonHere> {
    here(&row(tx, tenant, id).await?.ok_or(StoreError::NotFound)?)
}

/// The row of a person: what [`here`] reads, and whether they stopped messages.
///
/// # Errors
/// When the database fails.
pub async fn row(tx: &mut Tx, tenant: &TenantId, id: PersonId) -> Result<Option<Row>> {
    tx.row(ONE, values![tenant, id]).await
}

/// Reads the columns of a person.
///
/// # Errors
/// When one is not there, or holds something else.
pub fn here(row: &Row) -> Result<PersonHere> {
    let (safe_contact, risk) = care(row)?.ok_or_else(|| StoreError::corrupt("reach"))?;
    Ok(PersonHere { details: details(row)?, safe_contact, risk })
}

/// So many are shown: whoever is meant by a common name is told apart by more than a list.
const MOST_ALIKE: usize = 20;
/// So many are looked at: each costs two reads.
const MOST_LOOKED: usize = 60;

/// People already here who may be the one referred, surest first, at most 20. Whoever is found under a record that was put together with another
/// is the one that was kept.
///
/// # Errors
/// When the database fails.
pub async fn alike(
    tx: &mut Tx,
    tenant: &TenantId,
    scheme: fingerpost_domain::id::OrganisationId,
    sent: &PersonDetails,
) -> Result<Vec<LikelyPerson>> {
    let number = sent.nhs_number.as_ref().map(NhsNumber::digits);
    let rows = tx.rows(CANDIDATES, values![tenant, number, folded(&sent.name.full()), sent.born.date()]).await?;
    let wanted = Likeness::of(sent);
    let mut alike: Vec<(Match, PersonId, PersonName)> = vec![];
    for row in &rows {
        let name = person_name(row)?;
        let number = shaped(row, "nhs_number", NhsNumber::parse)?;
        let phone = shaped(row, "phone", Phone::parse)?;
        let postcode = shaped(row, "postcode", Postcode::parse)?;
        let born = BirthDate::from_stored(row.parsed("born")?);
        let other = Likeness {
            name: &name,
            born,
            nhs_number: number.as_ref(),
            phone: phone.as_ref(),
            postcode: postcode.as_ref(),
        };
        if let Some(likeness) = matching::compare(&wanted, &other) {
            let kept: Option<PersonId> = row.opt_parsed("merged_into")?;
            alike.push((likeness, kept.map_or_else(|| row.parsed("id"), Ok)?, name));
        }
    }
    alike.sort_by_key(|(likeness, id, ..)| (*likeness, *id));
    let mut found: Vec<LikelyPerson> = vec![];
    for (likeness, id, name) in alike.into_iter().take(MOST_LOOKED) {
        if found.len() == MOST_ALIKE || found.iter().any(|person| person.id == id) {
            continue;
        }
        let here = one(tx, tenant, id).await?;
        // The number of the record that was kept counts too: two that differ are two people.
        let numbers = sent.nhs_number.as_ref().zip(here.details.nhs_number.as_ref());
        if likeness > Match::NumberOnly && numbers.is_some_and(|(sent, kept)| sent != kept) {
            continue;
        }
        let cases = tx.rows(CASES, values![tenant, id, scheme]).await?;
        // Of somebody whom only another scheme knows no more is said than that they are surely here.
        if cases.is_empty() && likeness > Match::NameAndBirthDate {
            continue;
        }
        let closed = cases.iter().map(|row| row.opt_at("closed_at")).collect::<Result<Vec<_>>>()?;
        let also_known_as = (folded(&name.full()) != folded(&here.details.name.full())).then(|| name.full());
        found.push(LikelyPerson {
            id,
            likeness,
            newest_case: cases.first().map(|row| row.parsed("id")).transpose()?,
            has_open_case: closed.iter().any(Option::is_none),
            known_risk: here.risk.note().filter(|_| !cases.is_empty()).map(str::to_owned),
            last_ended: closed.into_iter().flatten().max(),
            details: here.details,
            also_known_as,
        });
    }
    Ok(found)
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [STATEMENTS, joins::STATEMENTS].into_iter().flatten().copied()
}
