//! The code that opens a name: queued at a press, made when it leaves, tried at most five times.

use fingerpost_correspondence_rules::group_code::{CODE_LASTS, GroupCode, MOST_IN_A_DAY, TRIES};
use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{GroupKeyId, LinkId, TenantId};
use fingerpost_engine::{Result, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Entry, Resource, digest};
use fingerpost_store::{LiveLink, MessageTemplate, Store, link_still_live, write_to_link};
use jiff::SignedDuration;

use crate::Correspondence;
use crate::group::{by_link, subject_of};

statements! {
    ASKED_FOR = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM outbox WHERE tenant = $1 AND template = 'group_code' AND recipient = $2 AND subject > $3";
    ABOUT = "SELECT c.scheme, n.case_id FROM connection n JOIN case_file c ON c.tenant = n.tenant AND c.id = n.case_id WHERE n.tenant = $1 AND n.id = $2";
    MAKE = "INSERT INTO group_key (tenant, id, link, code_hash, sent_at, until, tries) VALUES ($1, $2, $3, $4, $5, $6, 0)";
    /// Guesses wait for each other.
    HOLD = "UPDATE one_time_link SET scope = scope WHERE tenant = $1 AND id = $2";
    LIVE = "SELECT id, code_hash FROM group_key WHERE tenant = $1 AND link = $2 AND until > $3 AND tries < $4 AND used_at IS NULL ORDER BY sent_at DESC, id DESC LIMIT 6";
    WRONG = "UPDATE group_key SET tries = tries + 1 WHERE tenant = $1 AND link = $2 AND until > $3 AND used_at IS NULL";
    USE = "UPDATE group_key SET used_at = $3 WHERE tenant = $1 AND id = $2 AND used_at IS NULL";
}

/// What became of a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeTried {
    /// It opens the name on this device.
    Opens,
    /// It is not the one that was sent.
    Wrong,
    /// None is waited for: it has ended, was used, or was tried too often.
    Ended,
}

/// Subjects of one link sort by the time at which their code was asked for.
fn subject(link: LinkId, at: Timestamp) -> String {
    format!("{link}/{:020}", at.as_microsecond())
}

/// Queues a code to the address that is held for the group of a link. Gives false where enough went out today.
pub(crate) async fn queue(store: &Store, tx: &mut Tx, link: &LiveLink, now: Timestamp) -> Result<bool> {
    let day_ago = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    let asked = tx.row(ASKED_FOR, values![&link.tenant, link.id, subject(link.id, day_ago)]).await?;
    let asked = asked.map_or(Ok(0), |row| row.int("n"))?;
    if asked >= MOST_IN_A_DAY {
        return Ok(false);
    }
    let row = tx.row(ABOUT, values![&link.tenant, subject_of(link)?]).await?.ok_or(StoreError::NotFound)?;
    let about = (row.parsed("scheme")?, row.parsed("case_id")?);
    let subject = subject(link.id, now);
    write_to_link(store, tx, &link.tenant, (MessageTemplate::GroupCode, link.id, &subject), about, now).await?;
    Ok(true)
}

impl Correspondence {
    /// Sends a code to the address that is held for the group. Gives false where so many went out today that no more do.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that has ended.
    pub async fn send_code(&self, link: &LiveLink, now: Timestamp) -> Result<bool> {
        let (ledger, id) = (self.0.ledger(), subject_of(link)?);
        let mut tx = ledger.db().write().await?;
        link_still_live(&mut tx, link, now).await?;
        let queued = queue(&self.0, &mut tx, link, now).await?;
        ledger.commit(tx, now, by_link(link, Act::Change, id).because("send_code")).await?;
        Ok(queued)
    }

    /// Makes the code of a message that is about to leave. Only its digest is stored. `None` where it was asked for so long
    /// ago that nobody waits for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mint_code(&self, tenant: &TenantId, about: &str, now: Timestamp) -> Result<Option<GroupCode>> {
        let ledger = self.0.ledger();
        let corrupt = || StoreError::corrupt("subject");
        let (link, asked) = about.split_once('/').ok_or_else(corrupt)?;
        let (link, asked): (LinkId, i64) =
            (link.parse().map_err(|_| corrupt())?, asked.parse().map_err(|_| corrupt())?);
        let asked = Timestamp::from_microsecond(asked).map_err(|_| corrupt())?;
        if now.duration_since(asked) > CODE_LASTS {
            return Ok(None);
        }
        let code = GroupCode::new(self.0.entropy());
        let id: GroupKeyId = self.0.entropy().id(now);
        let until = now.saturating_add(CODE_LASTS).unwrap_or(Timestamp::MAX);
        let mut tx = ledger.db().write().await?;
        tx.run(MAKE, values![tenant, id, link, digest_of(link, &code), now, until]).await?;
        ledger
            .commit(tx, now, Entry::system(tenant.clone(), Act::Create, Resource::Link).of(link).because("code"))
            .await?;
        Ok(Some(code))
    }

    /// Tries a code. A right one is used up; a wrong one counts against every code that waits.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that has ended.
    pub async fn try_code(&self, link: &LiveLink, typed: &GroupCode, now: Timestamp) -> Result<CodeTried> {
        let (ledger, id) = (self.0.ledger(), subject_of(link)?);
        let mut tx = ledger.db().write().await?;
        link_still_live(&mut tx, link, now).await?;
        tx.run(HOLD, values![&link.tenant, link.id]).await?;
        let waiting = tx.rows(LIVE, values![&link.tenant, link.id, now, TRIES]).await?;
        if waiting.is_empty() {
            return Ok(CodeTried::Ended);
        }
        let wanted = digest_of(link.id, typed);
        let mut found: Option<GroupKeyId> = None;
        for row in &waiting {
            if row.text("code_hash")? == wanted {
                found = Some(row.parsed("id")?);
            }
        }
        let (tried, why) = match found {
            Some(key) if tx.run(USE, values![&link.tenant, key, now]).await? > 0 => (CodeTried::Opens, "code_right"),
            _ => {
                tx.run(WRONG, values![&link.tenant, link.id, now]).await?;
                (CodeTried::Wrong, "code_wrong")
            }
        };
        ledger.commit(tx, now, by_link(link, Act::UseLink, id).because(why)).await?;
        Ok(tried)
    }
}

/// The digest of a code holds the link it was sent for: the same digits open nothing else.
fn digest_of(link: LinkId, code: &GroupCode) -> String {
    digest(&format!("{link}:{}", code.digits()))
}
