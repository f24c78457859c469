//! What stood before two records were put together, or a referral was taken for somebody who was here: kept, so that it can be taken
//! apart again.

use fingerpost_domain::id::{
    CaseId, LinkId, OrganisationId, PersonId, PersonJoinId, RecordHoldId, ReferralId, TenantId, UserId,
};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, statements, values};
use serde::{Deserialize, Serialize};

statements! {
    STOOD = "SELECT nhs_number, address, postcode, phone, email, communication, reach, guidance, risk, risk_note FROM person WHERE tenant = $1 AND id = $2";
    PUT_BACK = "UPDATE person SET nhs_number = $3, address = $4, postcode = $5, phone = $6, email = $7, communication = $8, reach = $9, guidance = $10, \
                risk = $11, risk_note = $12 WHERE tenant = $1 AND id = $2";
    NOTE = "INSERT INTO person_join (tenant, id, scheme, kept, gone, referral, why, body, joined_by, joined_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
}

/// What a record says of reaching somebody and of risks, as the columns hold it. That somebody wants no messages is not among it: it is
/// never taken back for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the columns of `person`, under their names")]
pub struct Stood {
    pub nhs_number: Option<String>,
    pub address: Option<String>,
    pub postcode: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub communication: Option<String>,
    pub reach: String,
    pub guidance: Option<String>,
    pub risk: String,
    pub risk_note: Option<String>,
}

/// What was before, where nobody has changed since what came after it.
fn back<T: PartialEq>(now: T, before: T, after: &T) -> T {
    if now == *after { before } else { now }
}

impl Stood {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            nhs_number: row.opt_text("nhs_number")?,
            address: row.opt_text("address")?,
            postcode: row.opt_text("postcode")?,
            phone: row.opt_text("phone")?,
            email: row.opt_text("email")?,
            communication: row.opt_text("communication")?,
            reach: row.text("reach")?,
            guidance: row.opt_text("guidance")?,
            risk: row.text("risk")?,
            risk_note: row.opt_text("risk_note")?,
        })
    }

    /// What stands once a joining is undone: what nobody has changed since is as it was before, and what somebody has is as they
    /// left it. The way to reach somebody is one thing, and so is a risk, and so is an address: half of one and half of another is
    /// neither.
    #[must_use]
    pub fn without(self, before: Self, after: Self) -> Self {
        let place = |of: &Self| (of.address.clone(), of.postcode.clone());
        let way = |of: &Self| (of.reach.clone(), of.guidance.clone());
        let danger = |of: &Self| (of.risk.clone(), of.risk_note.clone());
        let (address, postcode) = back(place(&self), place(&before), &place(&after));
        let (reach, guidance) = back(way(&self), way(&before), &way(&after));
        let (risk, risk_note) = back(danger(&self), danger(&before), &danger(&after));
        Self {
            nhs_number: back(self.nhs_number, before.nhs_number, &after.nhs_number),
            address,
            postcode,
            phone: back(self.phone, before.phone, &after.phone),
            email: back(self.email, before.email, &after.email),
            communication: back(self.communication, before.communication, &after.communication),
            reach,
            guidance,
            risk,
            risk_note,
        }
    }
}

/// What comes next in a case, and by when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the columns of `case_file`")]
pub struct Next {
    pub next_action: Option<String>,
    pub next_due: Option<Date>,
}

/// Of two open cases, the one that ended: its work goes on in the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The case.
    pub case: CaseId,
    /// What came next in it.
    pub next: Next,
    /// Its referrals, and whether each had joined it.
    pub referrals: Vec<(ReferralId, bool)>,
    /// The case in which it goes on.
    pub goes_on: CaseId,
    /// What came next there before.
    pub before: Next,
    /// What comes next there now.
    pub after: Next,
}

/// What a joining moved, to be moved back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Cases that were the other record's.
    pub cases: Vec<CaseId>,
    /// Where both had an open case.
    pub ended: Option<Ended>,
    /// The other record's NHS number: two records cannot hold one.
    pub nhs_number: Option<String>,
    /// Records that had been put together with the other one before.
    pub earlier: Vec<PersonId>,
    /// Links with which the person stops messages.
    pub links: Vec<LinkId>,
    /// Decisions to keep the record longer.
    pub holds: Vec<RecordHoldId>,
    /// What they said about themself, where the kept record said nothing of it: codes of characteristics.
    pub said: Vec<String>,
    /// How information has to reach them, where the kept record did not say.
    pub access: bool,
    /// The version of it that was written of both, where both said something.
    pub access_version: Option<i64>,
}

/// What is kept of a joining.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The kept record before it.
    pub before: Stood,
    /// The kept record after it.
    pub after: Stood,
    /// What moved; nothing where it was a referral.
    #[serde(default)]
    pub moved: Moved,
}

impl Body {
    /// From the column `body`.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn read(row: &Row) -> Result<Self> {
        serde_json::from_str(&row.text("body")?).map_err(|_| StoreError::corrupt("body"))
    }
}

/// What was put together with the kept record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// Another record of the same person.
    Record(PersonId),
    /// A referral that was taken for the person's.
    Referral(ReferralId),
}

/// What a record says now.
///
/// # Errors
/// [`StoreError::NotFound`] where there is none.
pub async fn stood(tx: &mut Tx, tenant: &TenantId, person: PersonId) -> Result<Stood> {
    Stood::of(&tx.row(STOOD, values![tenant, person]).await?.ok_or(StoreError::NotFound)?)
}

/// Has a record say what it said.
///
/// # Errors
/// [`StoreError::AlreadyThere`] where the NHS number is somebody else's meanwhile.
pub async fn put_back(tx: &mut Tx, tenant: &TenantId, person: PersonId, stood: &Stood) -> Result<()> {
    let all = values![
        tenant,
        person,
        stood.nhs_number.as_deref(),
        stood.address.as_deref(),
        stood.postcode.as_deref(),
        stood.phone.as_deref(),
        stood.email.as_deref(),
        stood.communication.as_deref(),
        stood.reach.as_str(),
        stood.guidance.as_deref(),
        stood.risk.as_str(),
        stood.risk_note.as_deref(),
    ];
    tx.run(PUT_BACK, all).await.map(drop)
}

/// Keeps what a joining did.
///
/// # Errors
/// When the database fails.
pub async fn note(
    tx: &mut Tx,
    (tenant, scheme, id): (&TenantId, OrganisationId, PersonJoinId),
    (kept, joined, why): (PersonId, Joined, &str),
    body: &Body,
    (by, now): (UserId, Timestamp),
) -> Result<()> {
    let body = serde_json::to_string(body).map_err(|_| StoreError::corrupt("body"))?;
    let (gone, referral) = match joined {
        Joined::Record(gone) => (Some(gone), None),
        Joined::Referral(referral) => (None, Some(referral)),
    };
    tx.run(NOTE, values![tenant, id, scheme, kept, gone, referral, why, body, by, now]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(phone: &str, risk: &str) -> Stood {
        Stood {
            nhs_number: None,
            address: None,
            postcode: None,
            phone: Some(phone.into()),
            email: None,
            communication: None,
            reach: "phone".into(),
            guidance: None,
            risk: risk.into(),
            risk_note: None,
        }
    }

    #[test]
    fn undoing_takes_back_what_the_joining_said_and_leaves_what_somebody_wrote_since() {
        let (before, after) = (said("01632 960001", "none_known"), said("01632 960002", "known"));
        assert_eq!(after.clone().without(before.clone(), after.clone()), before);
        let since = Stood { phone: Some("01632 960003".into()), ..after.clone() };
        assert_eq!(since.without(before.clone(), after.clone()), said("01632 960003", "none_known"));
        // A risk whose words somebody mended stays whole: its kind is not taken away from under them.
        let mended = Stood { risk_note: Some("A dog".into()), ..after.clone() };
        let stands = mended.without(before, after);
        assert_eq!((stands.risk.as_str(), stands.risk_note.as_deref()), ("known", Some("A dog")));
    }
}
