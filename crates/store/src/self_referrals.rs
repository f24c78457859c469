//! Asking for help oneself: answers kept while they are given, the referral they become, and what the person sees of it.
//!
//! One link goes all the way: behind it are the questions, and once they are sent, where the request is. Nobody is signed in; the
//! link is the ground, and the audit says so.

use fingerpost_domain::calendar::{add_working_days, day_of};
use fingerpost_domain::id::{OrganisationId, ReferralId, SelfReferralId, TenantId, UserId};
use fingerpost_domain::referral::{NotNow, ReferralEvent, ReferralState, reference};
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::self_referral::{ReferralSource, SelfReferral, SelfReferralAnswers};
use fingerpost_domain::text::{Line, Note};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, Value, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use jiff::SignedDuration;

use crate::links::{self, LinkScope, LiveLink};
use crate::referrals::{self, REFERENCES, needs_text};
use crate::{Store, schemes};
use fingerpost_people::{care_values, details_values};

statements! {
    OPEN = "SELECT s.tenant, s.organisation, s.min_age, s.max_age, s.sessions_agreed, s.answer_working_days, s.self_referral, o.name, o.phone \
            FROM organisation o JOIN scheme s ON s.organisation = o.id WHERE o.slug = $1 AND s.self_referral = 1 ORDER BY s.tenant LIMIT 1";
    BEGIN = "INSERT INTO self_referral (tenant, id, scheme, source, answers, begun_at) VALUES ($1, $2, $3, $4, $5, $6)";
    ONE = "SELECT f.source, f.answers, f.referral, f.scheme, s.min_age, s.max_age, s.sessions_agreed, s.answer_working_days, s.self_referral, o.name, o.phone, o.slug \
           FROM self_referral f JOIN scheme s ON s.tenant = f.tenant AND s.organisation = f.scheme JOIN organisation o ON o.id = f.scheme \
           WHERE f.tenant = $1 AND f.id = $2";
    HOLD = "UPDATE self_referral SET version = version + 1 WHERE tenant = $1 AND id = $2 AND referral IS NULL";
    ANSWER = "UPDATE self_referral SET answers = $3 WHERE tenant = $1 AND id = $2";
    SENT = "UPDATE self_referral SET answers = '{}', referral = $3 WHERE tenant = $1 AND id = $2";
    DELETE = "DELETE FROM self_referral WHERE tenant = $1 AND id = $2 AND referral IS NULL";
    SWEEP = "DELETE FROM self_referral WHERE referral IS NULL AND begun_at <= $1";
    NOBODY = "SELECT id FROM app_user WHERE email_folded = $1";
    ADD_NOBODY = "INSERT INTO app_user (tenant, id, name, email, email_folded, disabled, created_at) VALUES ($1, $2, $3, $4, $4, 1, $5) ON CONFLICT DO NOTHING";
    SEND = "INSERT INTO referral (tenant, id, reference, state, scheme, practice, referrer, request_key, \
            given, family, preferred, name_folded, born, nhs_number, address, postcode, phone, email, communication, \
            reach, guidance, risk, risk_note, needs, words, agreement, created_at, sent_at, answer_due, asker, source, urgent) \
            VALUES ($1, $2, $3, 'sent', $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 'agreed', \
            $24, $24, $25, $26, $27, $28) ON CONFLICT DO NOTHING";
    FOLLOWED = "SELECT r.reference, r.state, r.given, r.preferred, r.source, r.sent_at, r.answer_due, r.decided_at, r.alternative, r.scheme, \
                w.name AS worker_name, lw.phone AS worker_phone \
                FROM referral r LEFT JOIN case_file c ON c.tenant = r.tenant AND c.id = r.case_id \
                LEFT JOIN app_user w ON w.tenant = c.tenant AND w.id = c.worker \
                LEFT JOIN link_worker lw ON lw.tenant = c.tenant AND lw.user_id = c.worker AND lw.scheme = c.scheme \
                WHERE r.tenant = $1 AND r.id = $2";
    TAKE_BACK = "UPDATE referral SET state = 'withdrawn', decided_at = $3 WHERE tenant = $1 AND id = $2 AND state = 'sent'";
}

/// Answers that were not sent are deleted after this.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The person can look where their request is for this long.
const FOLLOWED_FOR: SignedDuration = SignedDuration::from_hours(24 * 180);

/// A scheme that people may ask for help themselves.
#[derive(Debug, Clone)]
pub struct OpenScheme {
    /// Whose.
    pub tenant: TenantId,
    /// The scheme.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its phone, for those who would rather ring.
    pub phone: Option<String>,
    /// Its terms.
    pub terms: SchemeTerms,
}

/// Answers so far, with the scheme that is asked.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Who asks.
    pub source: ReferralSource,
    /// What was answered.
    pub answers: SelfReferralAnswers,
    /// The scheme.
    pub scheme: OrganisationId,
    /// Its name.
    pub scheme_name: String,
    /// Its address in paths.
    pub scheme_slug: String,
    /// Its phone.
    pub scheme_phone: Option<String>,
    /// Its terms.
    pub terms: SchemeTerms,
    /// What it became, once it was sent.
    pub referral: Option<ReferralId>,
}

/// Where a request is, as the person sees it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The reference to say on the telephone.
    pub reference: String,
    /// Where it stands.
    pub state: ReferralState,
    /// How the person is called.
    pub called: String,
    /// Who asked.
    pub source: ReferralSource,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// By when the scheme reads it.
    pub answer_due: Date,
    /// When it was answered.
    pub decided_at: Option<Timestamp>,
    /// What to do instead, when the scheme cannot take it up.
    pub alternative: Option<String>,
    /// The link worker.
    pub worker_name: Option<String>,
    /// Her phone.
    pub worker_phone: Option<String>,
    /// By when the first call was to be made.
    pub next_due: Option<Date>,
    /// The scheme.
    pub scheme_name: String,
    /// Its phone.
    pub scheme_phone: Option<String>,
}

fn subject_of(link: &LiveLink) -> Result<SelfReferralId> {
    if link.scope != LinkScope::AskForHelp {
        return Err(StoreError::NotFound);
    }
    link.subject.parse().map_err(|_| StoreError::corrupt("subject"))
}

fn by_link(tenant: &TenantId, act: Act, id: impl ToString) -> Entry {
    Entry { ground: "link", ..Entry::system(tenant.clone(), act, Resource::Referral).of(id) }
}

fn asking(row: &Row) -> Result<Asking> {
    Ok(Asking {
        source: row.coded("source", ReferralSource::from_code)?,
        answers: serde_json::from_str(&row.text("answers")?).map_err(|_| StoreError::corrupt("answers"))?,
        scheme: row.parsed("scheme")?,
        scheme_name: row.text("name")?,
        scheme_slug: row.text("slug")?,
        scheme_phone: row.opt_text("phone")?,
        terms: schemes::terms(row)?,
        referral: row.opt_parsed("referral")?,
    })
}

fn text_of(answers: &SelfReferralAnswers) -> Result<String> {
    serde_json::to_string(answers).map_err(|_| StoreError::corrupt("answers"))
}

/// Who stands as the referrer where nobody of a practice is: one who can never sign in, once in each tenant.
async fn nobody(store: &Store, tx: &mut Tx, tenant: &TenantId, now: Timestamp) -> Result<UserId> {
    let address = format!("{tenant}@asked-themselves.invalid");
    let id: UserId = store.entropy().id(now);
    tx.run(ADD_NOBODY, values![tenant, id, "The person themself", &address, now]).await?;
    tx.row(NOBODY, values![&address]).await?.ok_or(StoreError::NotFound)?.parsed("id")
}

impl Store {
    /// The scheme at an address, when people may ask it for help themselves.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, or it takes referrals from professionals only.
    pub async fn open_scheme(&self, slug: &str) -> Result<OpenScheme> {
        let row = self.db().row(OPEN, values![slug]).await?.ok_or(StoreError::NotFound)?;
        Ok(OpenScheme {
            tenant: row.parsed("tenant")?,
            id: row.parsed("organisation")?,
            name: row.text("name")?,
            phone: row.opt_text("phone")?,
            terms: schemes::terms(&row)?,
        })
    }

    /// Begins asking a scheme; gives the token of the link behind which the questions are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_asking(&self, scheme: &OpenScheme, source: ReferralSource, now: Timestamp) -> Result<String> {
        let id: SelfReferralId = self.entropy().id(now);
        let tenant = &scheme.tenant;
        let mut tx = self.db().write().await?;
        let none = text_of(&SelfReferralAnswers::default())?;
        tx.run(BEGIN, values![tenant, id, scheme.id, source.code(), none, now]).await?;
        let until = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let token = links::mint(self, &mut tx, tenant, LinkScope::AskForHelp, &id.to_string(), (now, until)).await?;
        self.commit(tx, now, by_link(tenant, Act::Create, id)).await?;
        Ok(token)
    }

    /// The answers behind a link. The person's own look at their own answers; the audit notes that the link was used.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope, or when the answers were deleted.
    pub async fn asking(&self, link: &LiveLink, now: Timestamp) -> Result<Asking> {
        let id = subject_of(link)?;
        let row = self.db().row(ONE, values![&link.tenant, id]).await?.ok_or(StoreError::NotFound)?;
        let asked = asking(&row)?;
        self.looked(now, by_link(&link.tenant, Act::Read, id)).await?;
        Ok(asked)
    }

    /// Keeps what was answered: `change` writes into the answers as they now stand, so that two open pages do not undo each other.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that has ended; [`StoreError::ChangedMeanwhile`] once it was sent.
    pub async fn keep_answers(
        &self,
        link: &LiveLink,
        now: Timestamp,
        change: impl FnOnce(&mut SelfReferralAnswers) + Send,
    ) -> Result<()> {
        let id = subject_of(link)?;
        let mut tx = self.db().write().await?;
        links::still_live(&mut tx, link, now).await?;
        if tx.run(HOLD, values![&link.tenant, id]).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        let row = tx.row(ONE, values![&link.tenant, id]).await?.ok_or(StoreError::NotFound)?;
        let mut answers = asking(&row)?.answers;
        change(&mut answers);
        tx.run(ANSWER, values![&link.tenant, id, text_of(&answers)?]).await?;
        self.commit(tx, now, by_link(&link.tenant, Act::Change, id)).await
    }

    /// Deletes the answers and ends the link: the person stopped.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] once it was sent.
    pub async fn stop_asking(&self, link: &LiveLink, now: Timestamp) -> Result<()> {
        let id = subject_of(link)?;
        let mut tx = self.db().write().await?;
        if tx.run(DELETE, values![&link.tenant, id]).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        links::use_up(&mut tx, link, now).await?;
        self.commit(tx, now, by_link(&link.tenant, Act::Withdraw, id)).await
    }

    /// Sends it: the scheme has a referral, those who triage are told, the answers are emptied, the link goes on to show where it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that has ended; [`StoreError::ChangedMeanwhile`] when it was sent already;
    /// [`StoreError::Full`] while the scheme takes nobody.
    pub async fn send_asking(&self, link: &LiveLink, asked: &SelfReferral, now: Timestamp) -> Result<()> {
        let id = subject_of(link)?;
        let tenant = &link.tenant;
        let mut tx = self.db().write().await?;
        links::still_live(&mut tx, link, now).await?;
        if tx.run(HOLD, values![tenant, id]).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        let row = tx.row(ONE, values![tenant, id]).await?.ok_or(StoreError::NotFound)?;
        let (scheme, terms): (OrganisationId, _) = (row.parsed("scheme")?, schemes::terms(&row)?);
        if !terms.self_referral {
            return Err(StoreError::NotFound);
        }
        // The answers stay: they can be sent once it takes people again.
        if schemes::settings(&mut tx, tenant, scheme).await?.takes_nobody() {
            return Err(StoreError::Full);
        }
        let source = row.coded("source", ReferralSource::from_code)?;
        let due = add_working_days(day_of(now), u32::from(terms.answer_working_days));
        let referrer = nobody(self, &mut tx, tenant, now).await?;
        let referral: ReferralId = self.entropy().id(now);
        let request = &asked.request;
        let way = request.safe_contact.as_ref().ok_or_else(|| StoreError::corrupt("reach"))?;
        let mut stored = false;
        for _ in 0..REFERENCES {
            let mut all: Vec<Value> =
                values![tenant, referral, reference(self.entropy().bytes::<4>()), scheme, referrer, id];
            all.extend(details_values(&asked.person));
            all.extend(care_values(way, &request.risk));
            all.extend(values![
                needs_text(&request.needs),
                request.words.as_ref().map(Note::as_str),
                now,
                due,
                request.asker.as_ref().map(Line::as_str),
                source.code(),
                asked.urgent,
            ]);
            stored = tx.run(SEND, all).await? > 0;
            if stored {
                break;
            }
        }
        if !stored {
            return Err(StoreError::AlreadyThere);
        }
        tx.run(SENT, values![tenant, id, referral]).await?;
        links::prolong(&mut tx, link, now.saturating_add(FOLLOWED_FOR).unwrap_or(Timestamp::MAX)).await?;
        let triagers = schemes::triagers(&mut tx, tenant, scheme).await?;
        referrals::arrived(self, &mut tx, tenant, (referral, &triagers), (referrer, due, now)).await?;
        self.commit(tx, now, by_link(tenant, Act::Send, referral)).await
    }

    /// Where the request behind a link is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope, or while it is not sent.
    pub async fn followed(&self, link: &LiveLink, now: Timestamp) -> Result<Followed> {
        let id = subject_of(link)?;
        let mut tx = self.db().read().await?;
        let asked = asking(&tx.row(ONE, values![&link.tenant, id]).await?.ok_or(StoreError::NotFound)?)?;
        let referral = asked.referral.ok_or(StoreError::NotFound)?;
        let row = tx.row(FOLLOWED, values![&link.tenant, referral]).await?.ok_or(StoreError::NotFound)?;
        let at_scheme = (&link.tenant, row.parsed("scheme")?);
        let settings = schemes::settings_at(&mut tx, at_scheme, row.opt_at("decided_at")?.unwrap_or(now)).await?;
        drop(tx);
        self.looked(now, by_link(&link.tenant, Act::Read, referral)).await?;
        // Whoever holds the link is not proved to be the person. It shows who takes it up and by when they call, and nothing of what
        // happens then; and a case that was open already reads as one that was opened for it: the page tells nobody that they were known.
        let source = row.coded("source", ReferralSource::from_code)?;
        let shown = source == ReferralSource::Oneself;
        let decided = row.opt_at("decided_at")?;
        Ok(Followed {
            reference: row.text("reference")?,
            state: row.coded("state", ReferralState::from_code)?,
            called: row.opt_text("preferred")?.map_or_else(|| row.text("given"), Ok)?,
            source,
            sent_at: row.at("sent_at")?,
            answer_due: row.parsed("answer_due")?,
            decided_at: row.opt_at("decided_at")?,
            alternative: row.opt_text("alternative")?,
            worker_name: row.opt_text("worker_name")?.filter(|_| shown),
            worker_phone: row.opt_text("worker_phone")?.filter(|_| shown),
            next_due: decided.map(|at| settings.first_call_due(day_of(at))).filter(|_| shown),
            scheme_name: asked.scheme_name,
            scheme_phone: asked.scheme_phone,
        })
    }

    /// The person changed their mind before it was answered. The same press twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotNow`] once it is answered; [`StoreError::NotFound`] while it is not sent.
    pub async fn take_back_asking(&self, link: &LiveLink, now: Timestamp) -> Result<()> {
        let followed = self.followed(link, now).await?;
        if followed.state == ReferralState::Withdrawn {
            return Ok(());
        }
        followed.state.after(ReferralEvent::Withdraw)?;
        let id = subject_of(link)?;
        let mut tx = self.db().write().await?;
        let row = tx.row(ONE, values![&link.tenant, id]).await?.ok_or(StoreError::NotFound)?;
        let referral: ReferralId = row.opt_parsed("referral")?.ok_or(StoreError::NotFound)?;
        if tx.run(TAKE_BACK, values![&link.tenant, referral, now]).await? == 0 {
            return Err(NotNow(followed.state).into());
        }
        self.commit(tx, now, by_link(&link.tenant, Act::Withdraw, referral)).await
    }

    /// Deletes answers that were begun a week ago and never sent. Gives how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_asking(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.db().write().await?;
        let before = now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
        let swept = tx.run(SWEEP, values![before]).await?;
        tx.commit().await?;
        Ok(swept)
    }
}
