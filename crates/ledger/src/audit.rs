//! The audit: one short row for every change and every look at a person's record.
//!
//! Rows carry ids and codes, never a name or a typed text. Each process appends to its own lane; a
//! sealer chains the rows into blocks by SHA-256, so that a row changed, removed or inserted behind the
//! seal shows. The newest hash (the head) goes to the log, so that cutting off the end shows too.

use fingerpost_domain::id::{OrganisationId, TenantId, UserId};
use fingerpost_domain::{Timestamp, coded};
use sha2::{Digest, Sha256};

use crate::dialect::{self, Lock};
use crate::{Ledger, hex};
use fingerpost_engine::Result;
use fingerpost_engine::statements;
use fingerpost_engine::{Row, Tx, Value, values};

coded! {
    /// What was done.
    pub enum Act {
        /// A list or a record was shown.
        Read = "read",
        /// A record was made.
        Create = "create",
        /// A record was changed.
        Change = "change",
        /// A referral was sent.
        Send = "send",
        /// The referrer was asked something.
        AskBack = "ask_back",
        /// The referrer said it.
        AnswerBack = "answer_back",
        /// A referral was accepted.
        Accept = "accept",
        /// A referral was not accepted.
        NotAccept = "not_accept",
        /// The person declined.
        PersonDeclines = "person_declines",
        /// A referral was taken back.
        Withdraw = "withdraw",
        /// A contact was recorded.
        RecordContact = "record_contact",
        /// A note was corrected.
        CorrectNote = "correct_note",
        /// A case was closed.
        Close = "close",
        /// Given to another link worker.
        Reallocate = "reallocate",
        /// Somebody signed in.
        SignIn = "sign_in",
        /// A sign-in failed.
        SignInFailed = "sign_in_failed",
        /// Somebody signed out.
        SignOut = "sign_out",
        /// Something was refused at the door.
        Refuse = "refuse",
        /// A one-time link was opened or used.
        UseLink = "use_link",
        /// A message left.
        Deliver = "deliver",
        /// A message to a person was held back: it has to be passed on by hand.
        Withhold = "withhold",
        /// Everything was copied out: a backup, a move to another database.
        CopyOut = "copy_out",
        /// Everything was read back from a backup.
        Restore = "restore",
        /// Reference data was imported.
        Import = "import",
        /// A record is kept longer than the schedule says.
        KeepLonger = "keep_longer",
        /// A record was destroyed for good.
        Erase = "erase",
        /// Two records of one person were put together, or a referral with a record.
        Join = "join",
        /// They were taken apart again.
        TakeApart = "take_apart",
    }
}

coded! {
    /// What kind of record it was done to.
    pub enum Resource {
        /// A referral.
        Referral = "referral",
        /// A case.
        Case = "case",
        /// A list of referrals.
        ReferralList = "referral_list",
        /// A caseload.
        Caseload = "caseload",
        /// Somebody who signs in.
        User = "user",
        /// Counts of flow.
        Flow = "flow",
        /// A feedback message.
        Feedback = "feedback",
        /// A one-time link.
        Link = "link",
        /// A person handed over from a clinical system.
        Launch = "launch",
        /// The key of a practice's launcher.
        LaunchKey = "launch_key",
        /// A message in the outbox.
        Message = "message",
        /// Organisations.
        Organisations = "organisations",
        /// A connection of a person with a service.
        Connection = "connection",
        /// Somebody who is helped.
        Person = "person",
        /// What a person says about somebody being told something.
        Consent = "consent",
        /// Something that somebody was told.
        Telling = "telling",
        /// A time in a link worker's diary.
        Visit = "visit",
        /// Days on which a link worker is away.
        Absence = "absence",
        /// An assessment of a person.
        Assessment = "assessment",
        /// A signpost.
        Signpost = "signpost",
        /// An improvement project.
        Improvement = "improvement",
        /// A survey of the staff.
        Survey = "survey",
        /// Reference figures.
        Figures = "figures",
        /// The directory of services.
        Directory = "directory",
        /// The installation itself.
        Installation = "installation",
    }
}

/// One row of the audit before it gets its place in a lane.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Whose.
    pub tenant: TenantId,
    /// By whom, when it was a person.
    pub actor: Option<UserId>,
    /// In which organisation.
    pub organisation: Option<OrganisationId>,
    /// What was done.
    pub act: Act,
    /// To what.
    pub resource: Resource,
    /// To which one.
    pub resource_id: Option<String>,
    /// Why it was allowed: the code of a ground of the policy, or `system`.
    pub ground: &'static str,
    /// A reason code or a filter code. Never text that somebody typed.
    pub detail: Option<&'static str>,
}

impl Entry {
    /// An entry of the program itself, not of a person.
    #[must_use]
    pub fn system(tenant: TenantId, act: Act, resource: Resource) -> Self {
        Self {
            tenant,
            actor: None,
            organisation: None,
            act,
            resource,
            resource_id: None,
            ground: "system",
            detail: None,
        }
    }

    /// The same of one record.
    #[must_use]
    pub fn of(mut self, id: impl ToString) -> Self {
        self.resource_id = Some(id.to_string());
        self
    }

    /// The same by somebody.
    #[must_use]
    pub const fn by(mut self, actor: UserId) -> Self {
        self.actor = Some(actor);
        self
    }

    /// The same with a code of ours that says why or which.
    #[must_use]
    pub const fn because(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }
}

statements! {
    APPEND = "INSERT INTO audit_row (lane, seq, at, tenant, actor, organisation, act, resource, resource_id, ground, detail) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    HEAD = "SELECT number, hash FROM audit_block ORDER BY number DESC LIMIT 1";
    UNSEALED = "SELECT lane, seq, at, tenant, actor, organisation, act, resource, resource_id, ground, detail FROM audit_row \
                WHERE block IS NULL ORDER BY at, lane, seq LIMIT $1";
    MARK = "UPDATE audit_row SET block = $1 WHERE lane = $2 AND seq = $3 AND block IS NULL";
    ADD_BLOCK = "INSERT INTO audit_block (number, previous, hash, row_count, sealed_at) VALUES ($1, $2, $3, $4, $5)";
    BLOCKS_FROM = "SELECT number, previous, hash, row_count FROM audit_block WHERE number >= $1 ORDER BY number LIMIT $2";
    ROWS_OF_BLOCK = "SELECT lane, seq, at, tenant, actor, organisation, act, resource, resource_id, ground, detail FROM audit_row \
                     WHERE block = $1 ORDER BY at, lane, seq";
    COUNT_UNSEALED = "SELECT COUNT(*) AS n FROM audit_row WHERE block IS NULL";
    COUNT_STRAY = "SELECT COUNT(*) AS n FROM audit_row WHERE block > $1";
    COUNT_ABOUT = "SELECT COUNT(*) AS n FROM audit_row WHERE tenant = $1 AND resource = $2 AND resource_id = $3 AND act = $4";
}

/// Rows sealed into one block at most.
const BLOCK_ROWS: i64 = 2_000;
const GENESIS: &str = "genesis";

/// The newest sealed block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// Its number, 0 before the first block.
    pub number: i64,
    /// Its hash, hex.
    pub hash: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// Blocks whose chain holds.
    pub blocks: i64,
    /// Rows in them.
    pub rows: i64,
    /// Rows not sealed yet.
    pub unsealed: i64,
    /// The newest block.
    pub head: AuditHead,
    /// What is wrong, empty when the audit verifies.
    pub faults: Vec<String>,
}

impl Ledger {
    /// Stores an audit row with a change that is not ended yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note(&self, tx: &mut Tx, now: Timestamp, entry: Entry) -> Result<()> {
        let (lane, seq) = self.next_in_lane();
        let values: Vec<Value> = values![
            lane,
            seq,
            now,
            &entry.tenant,
            entry.actor,
            entry.organisation,
            entry.act.code(),
            entry.resource.code(),
            entry.resource_id,
            entry.ground,
            entry.detail,
        ];
        tx.later(APPEND, values).await
    }

    /// Chains the rows written since the last seal into a block. Gives the new head, or `None` when
    /// there was nothing to seal or another node is at it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seal_audit(&self, now: Timestamp) -> Result<Option<AuditHead>> {
        let mut tx = self.db().write().await?;
        if !dialect::try_lock(&mut tx, Lock::Seal).await? {
            return Ok(None);
        }
        let rows = tx.rows(UNSEALED, values![BLOCK_ROWS]).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let previous = head(&mut tx).await?;
        let number = previous.number + 1;
        let hash = block_hash(&previous.hash, number, &rows)?;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        tx.run(ADD_BLOCK, values![number, &previous.hash, &hash, count, now]).await?;
        for row in &rows {
            tx.run(MARK, values![number, row.text("lane")?, row.int("seq")?]).await?;
        }
        tx.commit().await?;
        Ok(Some(AuditHead { number, hash }))
    }

    /// Recomputes the whole chain. `expected` is a head that was noted elsewhere (a log, a backup): when
    /// the chain no longer contains it, its end was cut off.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verify_audit(&self, expected: Option<&AuditHead>) -> Result<AuditReport> {
        let mut tx = self.db().read().await?;
        let mut report = AuditReport {
            blocks: 0,
            rows: 0,
            unsealed: 0,
            head: AuditHead { number: 0, hash: GENESIS.to_owned() },
            faults: vec![],
        };
        let mut expected_seen = expected.is_none_or(|head| head.number == 0);
        loop {
            let blocks = tx.rows(BLOCKS_FROM, values![report.head.number + 1, 500_i64]).await?;
            if blocks.is_empty() {
                break;
            }
            for block in blocks {
                let number = block.int("number")?;
                let rows = tx.rows(ROWS_OF_BLOCK, values![number]).await?;
                let hash = block_hash(&report.head.hash, number, &rows)?;
                let stored = block.text("hash")?;
                if number != report.head.number + 1 || block.text("previous")? != report.head.hash || hash != stored {
                    report.faults.push(format!("block {number} does not follow from the rows and the block before it"));
                }
                if block.int("row_count")? != i64::try_from(rows.len()).unwrap_or(i64::MAX) {
                    report.faults.push(format!("block {number} has lost or gained rows"));
                }
                expected_seen |= expected.is_some_and(|head| head.number == number && head.hash == stored);
                report.blocks += 1;
                report.rows += i64::try_from(rows.len()).unwrap_or(0);
                report.head = AuditHead { number, hash: stored };
            }
        }
        if !expected_seen {
            report.faults.push("the chain does not contain the head noted elsewhere: its end was cut off".to_owned());
        }
        let count = |row: Option<Row>| row.map_or(Ok(0), |row| row.int("n"));
        report.unsealed = count(tx.row(COUNT_UNSEALED, vec![]).await?)?;
        let stray = count(tx.row(COUNT_STRAY, values![report.head.number]).await?)?;
        if stray > 0 {
            report.faults.push(format!("{stray} rows belong to blocks that are gone"));
        }
        Ok(report)
    }

    /// How often `act` was done to one record: for tests and for the record's own page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audited(&self, tenant: &TenantId, act: Act, resource: Resource, id: &str) -> Result<i64> {
        let row = self.db().row(COUNT_ABOUT, values![tenant, resource.code(), id, act.code()]).await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }
}

async fn head(tx: &mut Tx) -> Result<AuditHead> {
    Ok(match tx.row(HEAD, vec![]).await? {
        Some(row) => AuditHead { number: row.int("number")?, hash: row.text("hash")? },
        None => AuditHead { number: 0, hash: GENESIS.to_owned() },
    })
}

/// SHA-256 over the previous hash, the number and every field of every row, each with its length before
/// it, so that no two different blocks have the same input.
fn block_hash(previous: &str, number: i64, rows: &[Row]) -> Result<String> {
    let mut hash = Sha256::new();
    let mut field = |text: Option<&str>| {
        let text = text.unwrap_or("\u{0}");
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    field(Some(previous));
    field(Some(&number.to_string()));
    for row in rows {
        field(Some(&row.text("lane")?));
        field(Some(&row.int("seq")?.to_string()));
        field(Some(&row.int("at")?.to_string()));
        for column in ["tenant", "actor", "organisation", "act", "resource", "resource_id", "ground", "detail"] {
            field(row.opt_text(column)?.as_deref());
        }
    }
    Ok(hex(&hash.finalize()))
}
