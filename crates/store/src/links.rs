//! One-time links: opaque, stored as a hash, expiring, revocable, each with one scope. Looking at a link changes
//! nothing; a button does. Choosing a password uses its link up; a group and a person who answers or asks go on
//! with theirs until it ends.

use fingerpost_domain::id::{LinkId, TenantId};
use fingerpost_domain::{Timestamp, coded};

use crate::Store;
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Tx, values};
use fingerpost_ledger::{Act, Entry, Resource, digest, hex};

coded! {
    /// What a link is good for.
    pub enum LinkScope {
        /// Choosing a password: invitation or reset. The subject is the user.
        ChoosePassword = "choose_password",
        /// Answering for a group, until it expires: the subject is the connection.
        AnswerConnection = "answer_connection",
        /// Answering questions about oneself, until the last one: the subject is the assessment.
        AnswerQuestions = "answer_questions",
        /// Asking for help oneself, then looking where the request is: the subject is the self-referral.
        AskForHelp = "ask_for_help",
        /// Keeping an entry of the directory right, until it expires: the subject is the service.
        KeepEntry = "keep_entry",
        /// Keeping the register of those who come, until it expires: the subject is a connection of the group.
        KeepRegister = "keep_register",
        /// No more messages that send themselves: the subject is the person.
        StopMessages = "stop_messages",
        /// A calendar elsewhere follows a diary: the subject is the user whose it is.
        FollowDiary = "follow_diary",
    }
}

statements! {
    INSERT = "INSERT INTO one_time_link (tenant, id, token_hash, scope, subject, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    REVOKE = "UPDATE one_time_link SET revoked_at = $4 WHERE tenant = $1 AND scope = $2 AND subject = $3 AND used_at IS NULL AND revoked_at IS NULL";
    LIVE = "SELECT tenant, id, scope, subject, expires_at FROM one_time_link WHERE token_hash = $1 AND expires_at > $2 AND used_at IS NULL AND revoked_at IS NULL";
    STILL_LIVE = "SELECT id FROM one_time_link WHERE tenant = $1 AND id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    PROLONG = "UPDATE one_time_link SET expires_at = $3 WHERE tenant = $1 AND id = $2";
    USE = "UPDATE one_time_link SET used_at = $3 WHERE tenant = $1 AND id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
}

/// A link that can still be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveLink {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its id.
    pub id: LinkId,
    /// What it is good for.
    pub scope: LinkScope,
    /// The record it is about.
    pub subject: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

const TOKEN_BYTES: usize = 20;

/// Makes a link and gives its token: the only time that it is seen. Earlier links of the same scope and
/// subject are revoked.
///
/// # Errors
/// When the database fails.
pub async fn mint(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    scope: LinkScope,
    subject: &str,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<String> {
    revoke(tx, tenant, scope, subject, now).await?;
    mint_beside(store, tx, tenant, scope, subject, (now, expires_at)).await
}

/// Makes a link beside those that there are: what was sent or printed before goes on working.
///
/// # Errors
/// When the database fails.
pub async fn mint_beside(
    store: &Store,
    tx: &mut Tx,
    tenant: &TenantId,
    scope: LinkScope,
    subject: &str,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<String> {
    let token = hex(&store.entropy().bytes::<TOKEN_BYTES>());
    let id: LinkId = store.entropy().id(now);
    tx.run(INSERT, values![tenant, id, digest(&token), scope.code(), subject, now, expires_at]).await?;
    Ok(token)
}

/// Ends every link of a scope to a subject.
pub(crate) async fn revoke(
    tx: &mut Tx,
    tenant: &TenantId,
    scope: LinkScope,
    subject: &str,
    now: Timestamp,
) -> Result<()> {
    tx.run(REVOKE, values![tenant, scope.code(), subject, now]).await.map(drop)
}

/// Says whether a link that was live when it was opened still is.
///
/// # Errors
/// [`StoreError::NotFound`] when it is not.
pub async fn still_live(tx: &mut Tx, link: &LiveLink, now: Timestamp) -> Result<()> {
    let found = tx.row(STILL_LIVE, values![&link.tenant, link.id, now]).await?;
    found.map(drop).ok_or(StoreError::NotFound)
}

/// Lets a link work for longer.
pub(crate) async fn prolong(tx: &mut Tx, link: &LiveLink, until: Timestamp) -> Result<()> {
    tx.run(PROLONG, values![&link.tenant, link.id, until]).await.map(drop)
}

/// Uses a link up, or says that it cannot be used any more.
pub(crate) async fn use_up(tx: &mut Tx, link: &LiveLink, now: Timestamp) -> Result<()> {
    match tx.run(USE, values![&link.tenant, link.id, now]).await? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

impl Store {
    /// Notes that somebody came with a link that opens nothing: nothing of the link, which may be half of a good one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dead_link(&self, now: Timestamp) -> Result<()> {
        self.looked(now, Entry::system(TenantId::main(), Act::Refuse, Resource::Link).because("opens_nothing")).await
    }

    /// The link behind a token, if it can still be used. Changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_link(&self, token: &str, now: Timestamp) -> Result<Option<LiveLink>> {
        let Some(row) = self.db().row(LIVE, values![digest(token), now]).await? else { return Ok(None) };
        Ok(Some(LiveLink {
            tenant: row.parsed("tenant")?,
            id: row.parsed("id")?,
            scope: row.coded("scope", LinkScope::from_code)?,
            subject: row.text("subject")?,
            expires_at: row.at("expires_at")?,
        }))
    }
}
