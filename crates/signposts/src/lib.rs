//! Signposts: where, when and to what; nobody's name, on neither side. Who pressed the button is in the audit.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{OrganisationId, RequestKey, ServiceId, SignpostId, TenantId};
use fingerpost_domain::signpost::SignpostHow;
use fingerpost_policy::Signpost;
use jiff::SignedDuration;

use fingerpost_engine::{Result, StoreError, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_store::{Ctx, Store};

statements! {
    ADD = "INSERT INTO signpost (tenant, id, organisation, service, service_name, request_key, how, made_at) \
           SELECT $1, $2, $3, s.id, s.name, $5, $6, $7 FROM service s WHERE s.id = $4 ON CONFLICT (tenant, organisation, request_key) DO NOTHING";
    BY_KEY = "SELECT id, taken_back_at FROM signpost WHERE tenant = $1 AND organisation = $2 AND request_key = $3";
    AGAIN = "UPDATE signpost SET taken_back_at = NULL, service = $4, service_name = (SELECT name FROM service WHERE id = $4), how = $5, made_at = $6 WHERE tenant = $1 AND organisation = $2 AND id = $3";
    TAKE_BACK = "UPDATE signpost SET taken_back_at = $4 WHERE tenant = $1 AND organisation = $2 AND id = $3 AND taken_back_at IS NULL AND made_at > $5";
    ONE = "SELECT id, service, service_name, how, made_at FROM signpost WHERE tenant = $1 AND organisation = $2 AND id = $3 AND taken_back_at IS NULL";
    /// What was said of an entry counts for the one that stands for it.
    OFTEN = "SELECT COALESCE(j.lead, g.service) AS service, COUNT(*) AS n FROM signpost g LEFT JOIN service_joined j ON j.member = g.service \
             WHERE g.tenant = $1 AND g.organisation = $2 AND g.made_at >= $3 AND g.taken_back_at IS NULL AND g.how <> 'door' \
             GROUP BY COALESCE(j.lead, g.service) ORDER BY n DESC, COALESCE(j.lead, g.service) LIMIT $4";
    OPEN_DOOR = "SELECT d.tenant, d.organisation, o.name FROM signpost_door d JOIN organisation o ON o.id = d.organisation WHERE d.code = $1 AND d.closed_at IS NULL";
    ANY_DOOR = "SELECT d.tenant, d.organisation, o.name FROM signpost_door d JOIN organisation o ON o.id = d.organisation WHERE d.code = $1";
    DOOR_OF = "SELECT code FROM signpost_door WHERE tenant = $1 AND organisation = $2 AND closed_at IS NULL";
    CLOSE_DOOR = "UPDATE signpost_door SET closed_at = $3 WHERE tenant = $1 AND organisation = $2 AND closed_at IS NULL";
    ADD_DOOR = "INSERT INTO signpost_door (tenant, code, organisation, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    NUMBER_OF = "SELECT number FROM signpost_slip WHERE tenant = $1 AND organisation = $2 AND service = $3";
    ADD_NUMBER = "INSERT INTO signpost_slip (tenant, organisation, number, service, made_at) \
                  SELECT $1, $2, COALESCE(MAX(number), 100) + 1, $3, $4 FROM signpost_slip WHERE tenant = $1 AND organisation = $2 ON CONFLICT DO NOTHING";
    /// What a number leads to: the entry, or the one that stands for it.
    NUMBERED = "SELECT COALESCE((SELECT j.lead FROM service_joined j WHERE j.member = s.service), s.service) AS service FROM signpost_slip s \
                WHERE s.tenant = $1 AND s.organisation = $2 AND s.number = $3";
    COUNT = "SELECT COUNT(*) AS n FROM signpost WHERE tenant = $1 AND organisation = $2 AND made_at >= $3 AND taken_back_at IS NULL";
}

/// A signpost can be taken back for so long.
const UNDO_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// What was told often counts over so long.
const OFTEN_OVER: SignedDuration = SignedDuration::from_hours(24 * 90);

/// A signpost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignpostRow {
    /// Its id.
    pub id: SignpostId,
    /// What somebody was told about.
    pub service: ServiceId,
    /// What it was called.
    pub service_name: String,
    /// How.
    pub how: SignpostHow,
    /// When.
    pub made_at: Timestamp,
}

/// The door of a place, open to anyone.
#[derive(Debug, Clone)]
pub struct SignpostDoor {
    /// Whose.
    pub tenant: TenantId,
    /// The place.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
}

/// Signposts, and the doors behind which people find their own. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Signposts(Store);

impl Signposts {
    /// Over an open store.
    #[must_use]
    pub const fn over(store: Store) -> Self {
        Self(store)
    }

    /// The code of the place's door, where it has one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn door_of(&self, ctx: &Ctx<Signpost>) -> Result<Option<String>> {
        let row = self.0.ledger().db().row(DOOR_OF, values![ctx.grant.tenant(), ctx.grant.organisation()]).await?;
        row.map(|row| row.text("code")).transpose()
    }

    /// Opens a door for the place; an earlier one is closed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn make_door(&self, ctx: &Ctx<Signpost>) -> Result<String> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let code = self.0.entropy().address_code();
        let mut tx = self.0.ledger().db().write().await?;
        tx.run(CLOSE_DOOR, values![tenant, place, ctx.now]).await?;
        if tx.run(ADD_DOOR, values![tenant, &code, place, ctx.now]).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Signpost).because("door")).await?;
        Ok(code)
    }

    /// The door behind a code, while it is open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_door(&self, code: &str) -> Result<Option<SignpostDoor>> {
        self.door(OPEN_DOOR, code).await
    }

    /// The door behind a code that stands on a slip, also when the place has another code by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn any_door(&self, code: &str) -> Result<Option<SignpostDoor>> {
        self.door(ANY_DOOR, code).await
    }

    async fn door(&self, which: &'static str, code: &str) -> Result<Option<SignpostDoor>> {
        let Some(row) = self.0.ledger().db().row(which, values![code]).await? else { return Ok(None) };
        Ok(Some(SignpostDoor {
            tenant: row.parsed("tenant")?,
            organisation: row.parsed("organisation")?,
            name: row.text("name")?,
        }))
    }

    /// Numbers for services, as they stand on the slips of the place: each keeps its number.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] where another sheet was given the same number at the same moment.
    pub async fn number_slips(&self, ctx: &Ctx<Signpost>, services: &[ServiceId]) -> Result<Vec<i64>> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        let mut numbers = vec![];
        for service in services {
            let key = || values![tenant, place, *service];
            let mut row = tx.row(NUMBER_OF, key()).await?;
            if row.is_none() {
                tx.run(ADD_NUMBER, values![tenant, place, *service, ctx.now]).await?;
                row = tx.row(NUMBER_OF, key()).await?;
            }
            // Two sheets at once may have been given the same number: whoever comes second presses again.
            numbers.push(row.ok_or(StoreError::ChangedMeanwhile)?.int("number")?);
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Signpost).because("slips")).await?;
        Ok(numbers)
    }

    /// The service to which a number on a slip of the place leads.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn numbered(&self, door: &SignpostDoor, number: i64) -> Result<Option<ServiceId>> {
        let row = self.0.ledger().db().row(NUMBERED, values![&door.tenant, door.organisation, number]).await?;
        row.map(|row| row.parsed("service")).transpose()
    }

    /// What was found often behind a place's door and told there, in the last 90 days.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn often_at_door(&self, door: &SignpostDoor, most: i64, now: Timestamp) -> Result<Vec<ServiceId>> {
        let from = now.saturating_sub(OFTEN_OVER).unwrap_or(Timestamp::MIN);
        let rows = self.0.ledger().db().rows(OFTEN, values![&door.tenant, door.organisation, from, most]).await?;
        rows.iter().map(|row| row.parsed("service")).collect()
    }

    /// Counts that somebody chose a service behind a door. The same key counts once; nothing about anybody is kept.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a service that is not there.
    pub async fn note_at_door(
        &self,
        door: &SignpostDoor,
        (service, key): (ServiceId, RequestKey),
        now: Timestamp,
    ) -> Result<()> {
        let (tenant, place) = (&door.tenant, door.organisation);
        let id: SignpostId = self.0.entropy().id(now);
        let mut tx = self.0.ledger().db().write().await?;
        let values = values![tenant, id, place, service, key, SignpostHow::Door.code(), now];
        if tx.run(ADD, values).await? == 0 {
            tx.row(BY_KEY, values![tenant, place, key]).await?.ok_or(StoreError::NotFound)?;
            return self.0.ledger().stored_before(tx).await;
        }
        let entry = Entry::system(tenant.clone(), Act::Create, Resource::Signpost).of(id);
        self.0.ledger().commit(tx, now, Entry { ground: "door", organisation: Some(place), ..entry }).await
    }

    /// Notes a signpost. The same key notes it once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a service that is not there.
    pub async fn note(
        &self,
        ctx: &Ctx<Signpost>,
        (service, how, key): (ServiceId, SignpostHow, RequestKey),
    ) -> Result<SignpostId> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().write().await?;
        let id: SignpostId = self.0.entropy().id(ctx.now);
        if tx.run(ADD, values![tenant, id, place, service, key, how.code(), ctx.now]).await? == 0 {
            let before = tx.row(BY_KEY, values![tenant, place, key]).await?.ok_or(StoreError::NotFound)?;
            let id = before.parsed("id")?;
            // Taken back, gone back to the page, and pressed again: it counts again.
            if before.opt_at("taken_back_at")?.is_some() {
                tx.run(AGAIN, values![tenant, place, id, service, how.code(), ctx.now]).await?;
                self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Signpost).of(id)).await?;
            } else {
                self.0.ledger().stored_before(tx).await?;
            }
            return Ok(id);
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Signpost).of(id)).await?;
        Ok(id)
    }

    /// Takes a signpost of this place back, within a day.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for one of another place, an older one, or one that was taken back.
    pub async fn take_back(&self, ctx: &Ctx<Signpost>, id: SignpostId) -> Result<()> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let oldest = ctx.now.saturating_sub(UNDO_WITHIN).unwrap_or(Timestamp::MIN);
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(TAKE_BACK, values![tenant, place, id, ctx.now, oldest]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Withdraw, Resource::Signpost).of(id)).await
    }

    /// A signpost of this place that stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn one(&self, ctx: &Ctx<Signpost>, id: SignpostId) -> Result<Option<SignpostRow>> {
        let row = self.0.ledger().db().row(ONE, values![ctx.grant.tenant(), ctx.grant.organisation(), id]).await?;
        row.map(|row| {
            Ok(SignpostRow {
                id: row.parsed("id")?,
                service: row.parsed("service")?,
                service_name: row.text("service_name")?,
                how: row.coded("how", SignpostHow::from_code)?,
                made_at: row.at("made_at")?,
            })
        })
        .transpose()
    }

    /// What people of this place were told about most often in the last 90 days, and how many signposts were noted
    /// since `since`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn often(&self, ctx: &Ctx<Signpost>, (most, since): (i64, Timestamp)) -> Result<(Vec<ServiceId>, u64)> {
        let (tenant, place): (_, OrganisationId) = (ctx.grant.tenant(), ctx.grant.organisation());
        let from = ctx.now.saturating_sub(OFTEN_OVER).unwrap_or(Timestamp::MIN);
        let mut tx = self.0.ledger().db().read().await?;
        let rows = tx.rows(OFTEN, values![tenant, place, from, most]).await?;
        let often = rows.iter().map(|row| row.parsed("service")).collect::<Result<Vec<_>>>()?;
        let count = tx.row(COUNT, values![tenant, place, since]).await?.map_or(Ok(0), |row| row.small("n"))?;
        Ok((often, count))
    }
}

/// Every statement of this room by name, for the test that has both engines understand them.
#[cfg(any(test, feature = "testing"))]
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    STATEMENTS.iter().copied()
}
