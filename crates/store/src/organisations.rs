//! Organisations and their place in the network: kept by import, used by everybody.

use std::collections::HashMap;

use fingerpost_domain::id::{OrganisationId, TenantId};
use fingerpost_domain::organisation::{
    Identifier, Organisation, OrganisationKind, OrganisationRecord, OrganisationStatus, slug_of,
};
use fingerpost_domain::text::folded;
use fingerpost_domain::{Date, Timestamp};

use crate::Store;
use crate::imports::ImportCounts;
use fingerpost_engine::Upserted;
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, values};
use fingerpost_ledger::{Act, Entry, Resource};

statements! {
    BY_SLUG = "SELECT id, slug, kind, name FROM organisation WHERE slug = $1";
    BY_IDENTIFIER = "SELECT o.id, o.slug, o.kind, o.name FROM organisation_identifier i JOIN organisation o ON o.id = i.organisation \
                     WHERE i.system = $1 AND i.value = $2";
    /// Everything an import compares with, for all codes of one register at once.
    KNOWN = "SELECT i.value, o.id, o.kind, o.name, o.status, o.address, o.postcode, o.phone, o.opened_on, o.closed_on, o.setting \
             FROM organisation_identifier i JOIN organisation o ON o.id = i.organisation WHERE i.system = $1";
    INSERT = "INSERT INTO organisation (id, slug, kind, name, name_folded, status, parent, address, postcode, phone, opened_on, closed_on, setting, source, changed_at) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    UPDATE = "UPDATE organisation SET kind = $2, name = $3, name_folded = $4, status = $5, address = $6, postcode = $7, phone = $8, \
              opened_on = $9, closed_on = $10, setting = $11, source = $12, changed_at = $13 WHERE id = $1";
    IDENTIFY = "INSERT INTO organisation_identifier (system, value, organisation) VALUES ($1, $2, $3)";
    KNOWN_MEMBERS = "SELECT member, body, since, until FROM organisation_member";
    PUT_MEMBER = "INSERT INTO organisation_member (member, body, since, until) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT (member, body, since) DO UPDATE SET until = excluded.until";
    COUNT_KIND = "SELECT status, COUNT(*) AS n FROM organisation WHERE kind = $1 GROUP BY status ORDER BY status";
}

/// That an organisation belonged to a body, from a day to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Code of the member.
    pub member: String,
    /// Code of the body.
    pub body: String,
    /// First day.
    pub since: Date,
    /// Last day, if it has ended.
    pub until: Option<Date>,
}

/// How many organisations of a kind stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationSummary {
    /// Their status.
    pub status: OrganisationStatus,
    /// How many.
    pub count: i64,
}

fn organisation(row: &Row) -> Result<Organisation> {
    Ok(Organisation {
        id: row.parsed("id")?,
        slug: row.text("slug")?,
        kind: row.coded("kind", OrganisationKind::from_code)?,
        name: row.text("name")?,
    })
}

/// The stored fields that an import may change, for comparing.
#[derive(Debug, PartialEq, Eq)]
struct Comparable([Option<String>; 9]);

impl Comparable {
    fn of_row(row: &Row) -> Result<Self> {
        let columns = ["kind", "name", "status", "address", "postcode", "phone", "opened_on", "closed_on", "setting"];
        let mut cells: [Option<String>; 9] = Default::default();
        for (cell, column) in cells.iter_mut().zip(columns) {
            *cell = row.opt_text(column)?;
        }
        Ok(Self(cells))
    }

    /// Takes the days of opening and closing from what is known, where the file does not tell them.
    fn keep_dates(&mut self, old: &Self) {
        const OPENED: usize = 6;
        const CLOSED: usize = 7;
        self.0[OPENED].clone_from(&old.0[OPENED]);
        self.0[CLOSED].clone_from(&old.0[CLOSED]);
    }

    fn of_record(record: &OrganisationRecord) -> Self {
        Self([
            Some(record.kind.code().to_owned()),
            Some(record.name.to_string()),
            Some(record.status.code().to_owned()),
            record.address.as_ref().map(ToString::to_string),
            record.postcode.as_ref().map(|p| p.as_str().to_owned()),
            record.phone.as_ref().map(|p| p.as_str().to_owned()),
            record.opened_on.map(|d| d.to_string()),
            record.closed_on.map(|d| d.to_string()),
            record.setting.clone(),
        ])
    }
}

impl Store {
    /// The organisation of an address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organisation_by_slug(&self, slug: &str) -> Result<Option<Organisation>> {
        self.db().row(BY_SLUG, values![slug]).await?.as_ref().map(organisation).transpose()
    }

    /// The organisation with a register's code.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organisation_by_identifier(&self, system: &str, value: &str) -> Result<Option<Organisation>> {
        self.db().row(BY_IDENTIFIER, values![system, value]).await?.as_ref().map(organisation).transpose()
    }

    /// Counts organisations of a kind by status.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_organisations(&self, kind: OrganisationKind) -> Result<Vec<OrganisationSummary>> {
        let rows = self.db().rows(COUNT_KIND, values![kind.code()]).await?;
        rows.iter()
            .map(|row| {
                Ok(OrganisationSummary {
                    status: row.coded("status", OrganisationStatus::from_code)?,
                    count: row.int("n")?,
                })
            })
            .collect()
    }

    /// Adds an organisation that no register describes: a scheme, a community group.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when its name in addresses is taken.
    pub async fn add_organisation(&self, kind: OrganisationKind, name: &str, now: Timestamp) -> Result<Organisation> {
        let id: OrganisationId = self.entropy().id(now);
        let slug = slug_of(name);
        if slug.is_empty() {
            return Err(StoreError::Address("the name needs a letter or a digit".to_owned()));
        }
        let mut tx = self.db().write().await?;
        let none: Option<String> = None;
        let values = values![
            id,
            &slug,
            kind.code(),
            name,
            folded(name),
            OrganisationStatus::Active.code(),
            none.clone(),
            none.clone(),
            none.clone(),
            none.clone(),
            none.clone(),
            none.clone(),
            none,
            "here",
            now,
        ];
        tx.run(INSERT, values).await?;
        let entry = Entry::system(TenantId::main(), Act::Create, Resource::Organisations).of(id);
        self.commit(tx, now, entry).await?;
        Ok(Organisation { id, slug, kind, name: name.to_owned() })
    }

    /// Takes a whole register file: all of it or nothing. With `dry_run` everything is done and undone.
    /// Gives what happened to each record, in order; counts of rows read and refused come from the reader.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn import_organisations(
        &self,
        records: &[OrganisationRecord],
        (source, read, refused): (&str, u64, u64),
        (now, dry_run): (Timestamp, bool),
        mut progress: impl FnMut(usize, usize),
    ) -> Result<ImportCounts> {
        let mut tx = self.db().write().await?;
        let mut counts = ImportCounts { read, refused, ..ImportCounts::default() };
        self.take_organisations(&mut tx, records, (source, now), &mut counts, &mut progress).await?;
        self.record_import(&mut tx, ("practices", source), (counts, Resource::Organisations), now).await?;
        if !dry_run {
            tx.commit().await?;
        }
        Ok(counts)
    }

    async fn take_organisations(
        &self,
        tx: &mut Tx,
        records: &[OrganisationRecord],
        (source, now): (&str, Timestamp),
        counts: &mut ImportCounts,
        progress: &mut impl FnMut(usize, usize),
    ) -> Result<()> {
        let mut known = known_organisations(tx, records).await?;
        for (at, record) in records.iter().enumerate() {
            counts.count(self.upsert(tx, &mut known, record, source, now).await?);
            progress(at + 1, records.len());
        }
        Ok(())
    }

    async fn upsert(
        &self,
        tx: &mut Tx,
        known: &mut HashMap<String, (OrganisationId, Comparable)>,
        record: &OrganisationRecord,
        source: &str,
        now: Timestamp,
    ) -> Result<Upserted> {
        let mut new = Comparable::of_record(record);
        if let (true, Some((_, old))) = (record.dates_unknown, known.get(&record.identifier.value)) {
            new.keep_dates(old);
        }
        let cells = new.0.clone();
        let [kind, name, status, address, postcode, phone, opened_on, closed_on, setting] = cells;
        let Identifier { system, value } = &record.identifier;
        match known.get(value) {
            Some((_, old)) if *old == new => Ok(Upserted::Unchanged),
            Some((id, _)) => {
                let id = *id;
                let values = values![
                    id,
                    kind,
                    name,
                    folded(record.name.as_str()),
                    status,
                    address,
                    postcode,
                    phone,
                    opened_on,
                    closed_on,
                    setting,
                    source,
                    now,
                ];
                tx.run(UPDATE, values).await?;
                known.insert(value.clone(), (id, new));
                Ok(Upserted::Changed)
            }
            None => {
                let id: OrganisationId = self.entropy().id(now);
                let parent: Option<String> = None;
                let values = values![
                    id,
                    value,
                    kind,
                    name,
                    folded(record.name.as_str()),
                    status,
                    parent,
                    address,
                    postcode,
                    phone,
                    opened_on,
                    closed_on,
                    setting,
                    source,
                    now,
                ];
                tx.run(INSERT, values).await?;
                tx.run(IDENTIFY, values![*system, value, id]).await?;
                known.insert(value.clone(), (id, new));
                Ok(Upserted::Added)
            }
        }
    }

    /// Takes networks and who belongs to them: all of both files or nothing. A membership whose member or
    /// body is not known here is given back by its place in `memberships`.
    ///
    /// # Errors
    /// When the database fails; nothing is changed then.
    pub async fn import_networks(
        &self,
        (bodies, memberships): (&[OrganisationRecord], &[Membership]),
        (source, mut body_counts, mut member_counts): (&str, ImportCounts, ImportCounts),
        (now, dry_run): (Timestamp, bool),
        mut progress: impl FnMut(usize, usize),
    ) -> Result<(ImportCounts, ImportCounts, Vec<usize>)> {
        let mut tx = self.db().write().await?;
        self.take_organisations(&mut tx, bodies, (source, now), &mut body_counts, &mut progress).await?;
        let unknown = take_memberships(&mut tx, memberships, &mut member_counts).await?;
        self.record_import(&mut tx, ("networks", source), (body_counts, Resource::Organisations), now).await?;
        self.record_import(&mut tx, ("memberships", source), (member_counts, Resource::Organisations), now).await?;
        if !dry_run {
            tx.commit().await?;
        }
        Ok((body_counts, member_counts, unknown))
    }
}

async fn take_memberships(tx: &mut Tx, memberships: &[Membership], counts: &mut ImportCounts) -> Result<Vec<usize>> {
    let codes = tx.rows(KNOWN, values![fingerpost_domain::organisation::ODS]).await?;
    let ids = codes.iter().map(|row| Ok((row.text("value")?, row.text("id")?))).collect::<Result<HashMap<_, _>>>()?;
    let mut here = HashMap::new();
    for row in tx.rows(KNOWN_MEMBERS, vec![]).await? {
        here.insert((row.text("member")?, row.text("body")?, row.text("since")?), row.opt_text("until")?);
    }
    let mut unknown = vec![];
    for (at, membership) in memberships.iter().enumerate() {
        let (Some(member), Some(body)) = (ids.get(&membership.member), ids.get(&membership.body)) else {
            counts.refused += 1;
            unknown.push(at);
            continue;
        };
        let until = membership.until.map(|day| day.to_string());
        let key = (member.clone(), body.clone(), membership.since.to_string());
        let done = match here.get(&key) {
            Some(old) if *old == until => Upserted::Unchanged,
            Some(_) => Upserted::Changed,
            None => Upserted::Added,
        };
        counts.count(done);
        if done == Upserted::Unchanged {
            continue;
        }
        tx.run(PUT_MEMBER, values![member, body, membership.since, until.clone()]).await?;
        here.insert(key, until);
    }
    Ok(unknown)
}

async fn known_organisations(
    tx: &mut Tx,
    records: &[OrganisationRecord],
) -> Result<HashMap<String, (OrganisationId, Comparable)>> {
    let Some(first) = records.first() else { return Ok(HashMap::new()) };
    let rows = tx.rows(KNOWN, values![first.identifier.system]).await?;
    rows.iter().map(|row| Ok((row.text("value")?, (row.parsed("id")?, Comparable::of_row(row)?)))).collect()
}
