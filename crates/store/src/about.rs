//! What people say about themselves, and how information has to reach them. Answers are kept as versions.

use std::collections::BTreeMap;

use fingerpost_domain::Timestamp;
use fingerpost_domain::about::{Characteristic, SelfDescription};
use fingerpost_domain::access::{AccessNeed, AccessNeeds};
use fingerpost_domain::id::{CaseId, PersonId, TenantId};
use fingerpost_domain::person::PersonName;
use fingerpost_policy::{Permission, ReadCase, WorkCase};

use crate::{Ctx, Store, cases};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Tx, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_people::person_name;

statements! {
    WHO = concat!(
        "SELECT c.person, p.given, p.family, p.preferred, c.closed_at FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
           WHERE c.tenant = $1 AND c.scheme = $2 AND c.id = $3 AND ",
        theirs!("c.worker", "$4", "$5")
    );
    SAID = "SELECT characteristic, version, answer, words FROM self_description WHERE tenant = $1 AND person = $2 ORDER BY characteristic, version LIMIT 400";
    SAY = "INSERT INTO self_description (tenant, person, characteristic, version, answer, words, said_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    NEEDS = "SELECT version, needs, may_share, review_on, asked_at FROM access_needs WHERE tenant = $1 AND person = $2 ORDER BY version DESC LIMIT 1";
    ASK = "INSERT INTO access_needs (tenant, person, version, needs, may_share, review_on, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// What is known of somebody in their own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutPerson {
    /// Who.
    pub name: PersonName,
    /// The case is open: answers may be changed.
    pub open: bool,
    /// What they said; what nobody asked is not in it.
    pub said: BTreeMap<Characteristic, SelfDescription>,
    /// How information has to reach them, and when they were asked; none while nobody has.
    pub access: Option<(AccessNeeds, Timestamp)>,
}

/// The newest answers, and how many versions each has.
type Said = BTreeMap<Characteristic, (SelfDescription, i64)>;

async fn said(tx: &mut Tx, tenant: &TenantId, person: PersonId) -> Result<Said> {
    let mut all = Said::new();
    for row in tx.rows(SAID, values![tenant, person]).await? {
        let of = row.coded("characteristic", Characteristic::from_code)?;
        let answer = SelfDescription::from_stored(of, &row.text("answer")?, row.opt_text("words")?.as_deref());
        all.insert(of, (answer.ok_or_else(|| StoreError::corrupt("answer"))?, row.int("version")?));
    }
    Ok(all)
}

/// How information has to reach somebody, with its version and when they were asked; none while nobody has asked.
///
/// # Errors
/// When the database fails.
pub async fn access(tx: &mut Tx, tenant: &TenantId, person: PersonId) -> Result<Option<(AccessNeeds, i64, Timestamp)>> {
    let Some(row) = tx.row(NEEDS, values![tenant, person]).await? else { return Ok(None) };
    let codes = row.text("needs")?;
    let needs = codes.split(',').filter(|code| !code.is_empty());
    let needs = needs
        .map(|code| AccessNeed::from_code(code).ok_or_else(|| StoreError::corrupt("needs")))
        .collect::<Result<Vec<_>>>()?;
    let access = AccessNeeds { needs, may_share: row.flag("may_share")?, review_on: row.parsed("review_on")? };
    Ok(Some((access, row.int("version")?, row.at("asked_at")?)))
}

/// Notes how information has to reach somebody, as a version.
///
/// # Errors
/// When the database fails, or there is such a version.
pub async fn note_access(
    tx: &mut Tx,
    tenant: &TenantId,
    (person, version): (PersonId, i64),
    needs: &AccessNeeds,
    now: Timestamp,
) -> Result<()> {
    let codes: Vec<&str> = needs.needs.iter().map(|need| need.code()).collect();
    tx.run(ASK, values![tenant, person, version, codes.join(","), needs.may_share, needs.review_on, now])
        .await
        .map(drop)
}

async fn who<P: Permission>(tx: &mut Tx, ctx: &Ctx<P>, case: CaseId) -> Result<(PersonId, PersonName, bool)> {
    let row = tx.row(WHO, cases::scoped(ctx, case)).await?.ok_or(StoreError::NotFound)?;
    Ok((row.parsed("person")?, person_name(&row)?, row.opt_at("closed_at")?.is_none()))
}

impl Store {
    /// What the person of a case said about themself.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn about_person(&self, ctx: &Ctx<ReadCase>, case: CaseId) -> Result<AboutPerson> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.db().read().await?;
        let (person, name, open) = who(&mut tx, ctx, case).await?;
        let said = said(&mut tx, tenant, person).await?.into_iter().map(|(of, (answer, _))| (of, answer)).collect();
        let access = access(&mut tx, tenant, person).await?.map(|(needs, _, at)| (needs, at));
        drop(tx);
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Case).of(case).because("about")).await?;
        Ok(AboutPerson { name, open, said, access })
    }

    /// Records what the person now says. An answer that is the same makes no version; what is not in `now` stays as
    /// it was: nothing is un-asked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope; [`StoreError::ChangedMeanwhile`] on a closed case.
    pub async fn say_about_person(
        &self,
        ctx: &Ctx<WorkCase>,
        case: CaseId,
        (now, needs): (&BTreeMap<Characteristic, SelfDescription>, Option<&AccessNeeds>),
    ) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.db().write().await?;
        who(&mut tx, ctx, case).await?;
        // Held for the rest, so that two who write at once take their versions one after the other; and whose record it is stays so.
        cases::touch(&mut tx, tenant, case, None).await?;
        let (person, ..) = who(&mut tx, ctx, case).await?;
        let before = said(&mut tx, tenant, person).await?;
        for (of, answer) in now {
            let version = match before.get(of) {
                Some((known, _)) if known == answer => continue,
                Some((_, version)) => version + 1,
                None => 1,
            };
            let values = values![tenant, person, of.code(), version, answer.code(), answer.words(), ctx.now];
            tx.run(SAY, values).await?;
        }
        if let Some(needs) = needs {
            let known = access(&mut tx, tenant, person).await?;
            let version = known.as_ref().map_or(1, |(_, version, _)| version + 1);
            if known.is_none_or(|(before, ..)| before != *needs) {
                note_access(&mut tx, tenant, (person, version), needs, ctx.now).await?;
            }
        }
        self.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Case).of(case).because("about")).await
    }
}
