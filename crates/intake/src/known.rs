//! Somebody whom the reader has sent before: their NHS number alone fills the form in again. Of their own referrals only: nobody learns
//! from it whom a colleague or another practice has sent.

use fingerpost_domain::nhs_number::NhsNumber;
use fingerpost_domain::person::PersonDetails;
use fingerpost_engine::{Result, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_policy::ReferPerson;
use fingerpost_store::{Ctx, person_details};

use crate::Intake;

statements! {
    SENT_BEFORE = "SELECT id, given, family, preferred, born, nhs_number, address, postcode, phone, email, communication FROM referral \
                   WHERE tenant = $1 AND practice = $2 AND referrer = $3 AND nhs_number = $4 AND sent_at IS NOT NULL ORDER BY created_at DESC LIMIT 1";
}

impl Intake {
    /// The person as the reader last sent them; none where they never did. A look at a referral of theirs, and noted as one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sent_before(&self, ctx: &Ctx<ReferPerson>, number: &NhsNumber) -> Result<Option<PersonDetails>> {
        let of = values![ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.user(), number.digits()];
        let Some(row) = self.0.ledger().db().row(SENT_BEFORE, of).await? else { return Ok(None) };
        let entry = ctx.entry(Act::Read, Resource::Referral).of(row.text("id")?);
        self.0.ledger().looked(ctx.now, entry).await?;
        person_details(&row).map(Some)
    }
}
