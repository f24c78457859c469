//! Triage: what waits, accepting and allocating, not accepting with a reason.

use fingerpost_domain::calendar::{add_working_days, day_of, instant_at};
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::id::{CaseId, OrganisationId, PersonId, ReferralId, TenantId, UserId};
use fingerpost_domain::matching::Match;
use fingerpost_domain::need::{self, Need};
use fingerpost_domain::person::{PersonDetails, PersonName};
use fingerpost_domain::referral::{NotNow, ReferralState, Refusal};
use fingerpost_domain::risk::Risk;
use fingerpost_domain::safe_contact::SafeContact;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::Triage;

use crate::jobs::{self, JobKind};
use crate::outbox::{self, MessageTemplate};
use crate::questions::{self, QuestionRow};
use crate::{Ctx, PAGE_ROWS, Store, cases, schemes};
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Row, Tx, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_people::{
    self as people, Body, Joined, LikelyPerson, Moved, PersonHere, care, details, needs_of, person_name,
};

statements! {
    WAITING = "SELECT r.id, r.given, r.family, r.preferred, r.born, r.needs, r.risk, r.sent_at, r.answer_due, r.source, r.safeguarding, r.urgent, r.state, o.name AS practice_name, \
               (SELECT MAX(q.asked_at) FROM referral_question q WHERE q.tenant = r.tenant AND q.referral = r.id AND q.answer IS NULL) AS asked_at \
               FROM referral r JOIN organisation o ON o.id = r.practice \
               WHERE r.tenant = $1 AND r.scheme = $2 AND r.state IN ('sent', 'returned') \
               ORDER BY CASE WHEN r.urgent = 1 OR r.safeguarding IS NOT NULL THEN 0 WHEN r.state = 'returned' THEN 2 ELSE 1 END, r.answer_due, r.sent_at, r.id LIMIT $3 OFFSET $4";
    COUNT_WAITING = "SELECT COUNT(*) AS n, MIN(answer_due) AS oldest_due FROM referral WHERE tenant = $1 AND scheme = $2 AND state = 'sent'";
    ONE = "SELECT r.id, r.reference, r.state, r.given, r.family, r.preferred, r.born, r.nhs_number, r.address, r.postcode, r.phone, r.email, r.communication, \
           r.needs, r.words, r.reach, r.guidance, r.risk, r.risk_note, r.asker, r.source, r.safeguarding, r.urgent, r.sent_at, r.answer_due, r.practice, r.referrer, r.on_behalf, r.told_at, r.alternative, \
           o.name AS practice_name, u.name AS referrer_name, u.job_title, s.min_age, s.max_age, s.sessions_agreed, s.answer_working_days, s.self_referral \
           FROM referral r JOIN organisation o ON o.id = r.practice JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer \
           JOIN scheme s ON s.tenant = r.tenant AND s.organisation = r.scheme \
           WHERE r.tenant = $1 AND r.scheme = $2 AND r.id = $3 AND r.state NOT IN ('draft', 'withdrawn') AND r.sent_at IS NOT NULL";
    LOADS = "SELECT w.user_id, u.name, w.languages, w.places, w.skills, d.days, \
             (SELECT MAX(b.until_day) FROM absence b WHERE b.tenant = w.tenant AND b.scheme = w.scheme AND b.worker = w.user_id AND b.from_day <= $4 AND b.until_day >= $4 AND b.ended_at IS NULL) AS away_until, \
             (SELECT COUNT(*) FROM case_file c WHERE c.tenant = w.tenant AND c.scheme = w.scheme AND c.worker = w.user_id AND c.closed_at IS NULL) AS open_cases \
             FROM link_worker w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.user_id AND u.disabled = 0 \
             LEFT JOIN link_worker_practice d ON d.tenant = w.tenant AND d.user_id = w.user_id AND d.scheme = w.scheme AND d.practice = $3 \
             WHERE w.tenant = $1 AND w.scheme = $2 ORDER BY u.email_folded LIMIT 100";
    IS_WORKER = "SELECT w.user_id FROM link_worker w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.user_id AND u.disabled = 0 \
                 WHERE w.tenant = $1 AND w.scheme = $2 AND w.user_id = $3";
    /// Other schemes that work with the person have new details to read too.
    OPEN_ANYWHERE = "SELECT id FROM case_file WHERE tenant = $1 AND person = $2 AND closed_at IS NULL ORDER BY scheme, id LIMIT 20";
    /// Whoever is referred again is called as soon as anybody new, or sooner where that stands already.
    CALL_AGAIN = "UPDATE case_file SET next_action = substr($4 || COALESCE('. Then: ' || next_action, ''), 1, 200), next_due = $3 \
                  WHERE tenant = $1 AND id = $2 AND (next_due IS NULL OR next_due > $3)";
    OPEN_CASE = "SELECT id FROM case_file WHERE tenant = $1 AND scheme = $2 AND person = $3 AND closed_at IS NULL";
    ADD_CASE = "INSERT INTO case_file (tenant, id, person, scheme, worker, practice, opened_at, sent_at, sessions_agreed, next_action, next_due, referrer_hears) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    ACCEPT = "UPDATE referral SET state = 'accepted', decided_at = $4, decided_by = $5, case_id = $6, joined_case = $7 \
              WHERE tenant = $1 AND scheme = $2 AND id = $3 AND state IN ('sent', 'returned')";
    NOT_ACCEPT = "UPDATE referral SET state = 'not_accepted', decided_at = $4, decided_by = $5, reason = $6, alternative = $7 \
                  WHERE tenant = $1 AND scheme = $2 AND id = $3 AND state IN ('sent', 'returned')";
    HOLD = "UPDATE referral SET state = state WHERE tenant = $1 AND scheme = $2 AND id = $3";
    TAKEN_APART = "SELECT COUNT(*) AS n FROM person_join WHERE tenant = $1 AND referral = $2 AND undone_at IS NOT NULL";
    REFERRER_OF = "SELECT referrer, source, state FROM referral WHERE tenant = $1 AND scheme = $2 AND id = $3 AND sent_at IS NOT NULL";
}

pub(crate) const FIRST_CALL: &str = "First call";
/// What comes next in a case that a further referral joined; what came next before stands after it.
pub const CALL_AGAIN_WORDS: &str = "Call: they were referred again";

/// One line of the triage list.
#[derive(Debug, Clone)]
pub struct WaitingRow {
    /// The referral.
    pub id: ReferralId,
    /// The person.
    pub name: PersonName,
    /// Day of birth.
    pub born: Date,
    /// Needs ticked.
    pub needs: Vec<Need>,
    /// The risk answer's code.
    pub risk: String,
    /// From which practice.
    pub practice_name: String,
    /// Who asked.
    pub source: ReferralSource,
    /// Words of danger, or a worry about harm: read first.
    pub first: bool,
    /// The referrer was asked something then, and has not said it yet.
    pub asked_at: Option<Timestamp>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// By when an answer was promised.
    pub answer_due: Date,
}

/// A link worker with her load, for allocating.
#[derive(Debug, Clone)]
pub struct WorkerLoad {
    /// Who.
    pub user: UserId,
    /// Name.
    pub name: String,
    /// Languages, in words.
    pub languages: String,
    /// Days at the sending practice, if she works there.
    pub days_there: Option<String>,
    /// Places in all.
    pub places: u32,
    /// Open cases.
    pub open_cases: u32,
    /// The needs they know best.
    pub skills: Vec<Need>,
    /// The last day of being away, when they are away today.
    pub away_until: Option<Date>,
}

/// One referral at triage.
#[derive(Debug, Clone)]
pub struct WaitingPage {
    /// The referral.
    pub id: ReferralId,
    /// Its reference.
    pub reference: String,
    /// Where it stands: it may have been answered meanwhile.
    pub state: ReferralState,
    /// The person as sent.
    pub person: PersonDetails,
    /// The carer or friend who asked for it; the person knows.
    pub asker: Option<String>,
    /// Needs ticked.
    pub needs: Vec<Need>,
    /// Their words.
    pub words: Option<String>,
    /// How to reach them safely.
    pub safe_contact: SafeContact,
    /// What is known about risks.
    pub risk: Risk,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// By when an answer was promised.
    pub answer_due: Date,
    /// From which practice.
    pub practice_name: String,
    /// Who sent it, with what they do.
    pub referrer: String,
    /// Who asked.
    pub source: ReferralSource,
    /// A worry about harm, in the referrer's words.
    pub safeguarding: Option<String>,
    /// Their own words may mean danger.
    pub urgent: bool,
    /// What the referrer was asked, and said.
    pub questions: Vec<QuestionRow>,
    /// The colleague for whom it was written.
    pub on_behalf: Option<String>,
    /// What was said that they can do instead, once it was not accepted.
    pub alternative: Option<String>,
    /// When somebody who asked themself was told so.
    pub told_at: Option<Timestamp>,
    /// The scheme's terms.
    pub terms: SchemeTerms,
    /// People already here who may be the same.
    pub likely: Vec<LikelyPerson>,
    /// To whom it can be allocated.
    pub workers: Vec<WorkerLoad>,
}

/// Who the referred person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SamePerson {
    /// Nobody who is here yet, and none of these, who are alike.
    New(Vec<PersonId>),
    /// This person.
    Here(PersonId),
}

/// How a referral is taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// By whom.
    pub worker: UserId,
    /// Who the person is.
    pub person: SamePerson,
}

/// What accepting made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The case.
    pub case: CaseId,
    /// The person had an open case, and the referral joined it.
    pub joined: bool,
}

/// Takes every open case of a person, always in the same order, so that two who do so do not wait for each other: whoever works in one
/// of them reads what changed. `read` is the case in which it is done, with the version that was read of it; it has to be among them.
///
/// # Errors
/// [`StoreError::ChangedMeanwhile`] where one was closed at this moment, or `read` has changed.
pub async fn hold_open_cases(
    tx: &mut Tx,
    tenant: &TenantId,
    person: PersonId,
    read: Option<(CaseId, i64)>,
) -> Result<()> {
    let mut found = read.is_none();
    for open in tx.rows(OPEN_ANYWHERE, values![tenant, person]).await? {
        let id: CaseId = open.parsed("id")?;
        let version = read.filter(|(case, _)| *case == id).map(|(_, version)| version);
        found |= version.is_some();
        cases::touch(tx, tenant, id, version).await?;
    }
    if found { Ok(()) } else { Err(StoreError::ChangedMeanwhile) }
}

fn waiting_row(row: &Row) -> Result<WaitingRow> {
    Ok(WaitingRow {
        id: row.parsed("id")?,
        name: person_name(row)?,
        born: row.parsed("born")?,
        needs: needs_of(row)?,
        risk: row.text("risk")?,
        practice_name: row.text("practice_name")?,
        source: row.coded("source", ReferralSource::from_code)?,
        first: row.flag("urgent")? || row.opt_text("safeguarding")?.is_some(),
        asked_at: match row.coded("state", ReferralState::from_code)? {
            ReferralState::Returned => row.opt_at("asked_at")?,
            _ => None,
        },
        sent_at: row.at("sent_at")?,
        answer_due: row.parsed("answer_due")?,
    })
}

impl Store {
    /// How many referrals wait in a scheme and the earliest promised answer: the number in the header.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_waiting(&self, tenant: &TenantId, scheme: OrganisationId) -> Result<(i64, Option<Date>)> {
        let Some(row) = self.db().row(COUNT_WAITING, values![tenant, scheme]).await? else { return Ok((0, None)) };
        Ok((row.int("n")?, row.opt_parsed("oldest_due")?))
    }

    /// What waits: words of danger and worries about harm, then by the day of the promised answer. A page of [`PAGE_ROWS`], counted
    /// from 0; none is ever out of reach.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting(&self, ctx: &Ctx<Triage>, page: u32) -> Result<Vec<WaitingRow>> {
        let values = values![ctx.grant.tenant(), ctx.grant.organisation(), PAGE_ROWS, PAGE_ROWS * i64::from(page)];
        let rows = self.db().rows(WAITING, values).await?;
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::ReferralList)).await?;
        rows.iter().map(waiting_row).collect()
    }

    /// One referral with likely matches and loads.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme.
    pub async fn waiting_one(&self, ctx: &Ctx<Triage>, id: ReferralId) -> Result<WaitingPage> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.db().read().await?;
        let row = tx.row(ONE, values![tenant, scheme, id]).await?.ok_or(StoreError::NotFound)?;
        let person = details(&row)?;
        let likely = people::alike(&mut tx, tenant, scheme, &person).await?;
        let practice: OrganisationId = row.parsed("practice")?;
        let loads = tx.rows(LOADS, values![tenant, scheme, practice, day_of(ctx.now)]).await?;
        let questions = questions::of_referral(&mut tx, tenant, id).await?;
        drop(tx);
        self.looked(ctx.now, ctx.entry(Act::Read, Resource::Referral).of(id)).await?;
        let workers = loads
            .iter()
            .map(|row| {
                Ok(WorkerLoad {
                    user: row.parsed("user_id")?,
                    name: row.text("name")?,
                    languages: row.text("languages")?,
                    days_there: row.opt_text("days")?,
                    places: row.small("places")?,
                    open_cases: row.small("open_cases")?,
                    skills: need::read(row.text("skills")?.split_whitespace()),
                    away_until: row.opt_parsed("away_until")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let (safe_contact, risk) = care(&row)?.ok_or_else(|| StoreError::corrupt("reach"))?;
        let referrer = match row.opt_text("job_title")? {
            Some(title) => format!("{}, {title}", row.text("referrer_name")?),
            None => row.text("referrer_name")?,
        };
        Ok(WaitingPage {
            id,
            reference: row.text("reference")?,
            state: row.coded("state", ReferralState::from_code)?,
            person,
            needs: needs_of(&row)?,
            asker: row.opt_text("asker")?,
            words: row.opt_text("words")?,
            safe_contact,
            risk,
            sent_at: row.at("sent_at")?,
            answer_due: row.parsed("answer_due")?,
            practice_name: row.text("practice_name")?,
            referrer,
            source: row.coded("source", ReferralSource::from_code)?,
            safeguarding: row.opt_text("safeguarding")?,
            urgent: row.flag("urgent")?,
            questions,
            on_behalf: row.opt_text("on_behalf")?,
            alternative: row.opt_text("alternative")?,
            told_at: row.opt_at("told_at")?,
            terms: schemes::terms(&row)?,
            likely,
            workers,
        })
    }

    /// Takes a referral up: the person is made or found, a case is opened or joined, the referrer hears,
    /// and the person too where that is safe.
    ///
    /// # Errors
    /// [`StoreError::NotNow`] when it was answered already; [`StoreError::AlreadyThere`] when the NHS
    /// number belongs to somebody here who was not chosen; [`StoreError::ChangedMeanwhile`] when somebody alike came in since
    /// the triager said that it is nobody who is here, or the person who was chosen is not alike, or not a record of its own any more;
    /// [`StoreError::NotFound`] for a worker who is not the scheme's.
    pub async fn accept(&self, ctx: &Ctx<Triage>, id: ReferralId, allocation: Allocation) -> Result<Accepted> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.db().write().await?;
        // What they say at this moment on the page of their request waits, or is read here.
        tx.run(HOLD, values![tenant, scheme, id]).await?;
        let row = tx.row(ONE, values![tenant, scheme, id]).await?.ok_or(StoreError::NotFound)?;
        let state = row.coded("state", ReferralState::from_code)?;
        state.after(fingerpost_domain::referral::ReferralEvent::Accept)?;
        tx.row(IS_WORKER, values![tenant, scheme, allocation.worker]).await?.ok_or(StoreError::NotFound)?;
        let sent = PersonHere::of_referral(&row)?;
        let person = match allocation.person {
            SamePerson::New(other) => {
                // One after the other: two who accept somebody new at once would each see nobody alike.
                schemes::hold(&mut tx, tenant, scheme).await?;
                let here = people::alike(&mut tx, tenant, scheme, &sent.details).await?;
                if here.iter().any(|likely| !other.contains(&likely.id) && likely.likeness == Match::NameAndBirthDate) {
                    return Err(StoreError::ChangedMeanwhile);
                }
                let person: PersonId = self.entropy().id(ctx.now);
                people::insert(&mut tx, tenant, person, &sent, ctx.now).await?;
                person
            }
            SamePerson::Here(person) => {
                let here = people::alike(&mut tx, tenant, scheme, &sent.details).await?;
                // Who was offered may have been put together with another meanwhile: look again.
                here.iter().find(|likely| likely.id == person).ok_or(StoreError::ChangedMeanwhile)?;
                // The case is taken first: what its worker does at this moment waits, or is seen here.
                let due = schemes::settings(&mut tx, tenant, scheme).await?.first_call_due(day_of(ctx.now));
                hold_open_cases(&mut tx, tenant, person, None).await?;
                people::hold(&mut tx, tenant, person).await?;
                if let Some(open) = tx.row(OPEN_CASE, values![tenant, scheme, person]).await? {
                    tx.run(CALL_AGAIN, values![tenant, open.text("id")?, due, CALL_AGAIN_WORDS]).await?;
                }
                let joined = people::one(&mut tx, tenant, person).await?.joined_by(&sent);
                let before = people::stood(&mut tx, tenant, person).await?;
                people::change_care(&mut tx, tenant, person, &joined).await?;
                people::add_number(&mut tx, tenant, person, &joined.details).await?;
                // Whoever was taken for somebody else can be told apart again.
                let body =
                    Body { before, after: people::stood(&mut tx, tenant, person).await?, moved: Moved::default() };
                let joined = (person, Joined::Referral(id), "accepted");
                let join = (tenant, scheme, self.entropy().id(ctx.now));
                people::note_join(&mut tx, join, joined, &body, (ctx.grant.user(), ctx.now)).await?;
                person
            }
        };
        let open = tx.row(OPEN_CASE, values![tenant, scheme, person]).await?;
        let (case, joined): (CaseId, bool) = match open {
            Some(open) => (open.parsed("id")?, true),
            None => (self.open_case(&mut tx, ctx, &row, (person, allocation.worker)).await?, false),
        };
        let changed = tx.run(ACCEPT, values![tenant, scheme, id, ctx.now, ctx.grant.user(), case, joined]).await?;
        if changed == 0 {
            return Err(NotNow(state).into());
        }
        self.tell_referrer(&mut tx, tenant, (&row, id), ctx.now).await?;
        let subject = id.to_string();
        // Where no machine may write, nobody has to pass it on: the link worker gets in touch in any case.
        let hello = (MessageTemplate::WorkerWillBeInTouch, person, subject.as_str());
        outbox::to_person(self, &mut tx, tenant, hello, ((scheme, case), false, None), ctx.now).await?;
        self.commit(tx, ctx.now, ctx.entry(Act::Accept, Resource::Referral).of(id)).await?;
        Ok(Accepted { case, joined })
    }

    /// Tells whoever sent it that it was answered. Somebody who asked themself sees it behind their own link.
    pub(crate) async fn tell_referrer(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        (referral, id): (&Row, ReferralId),
        now: Timestamp,
    ) -> Result<()> {
        if referral.coded("source", ReferralSource::from_code)? != ReferralSource::Practice {
            return Ok(());
        }
        // A second answer, where the first one was about somebody else, is a message of its own.
        let subject = match tx.row(TAKEN_APART, values![tenant, id]).await?.map_or(Ok(0), |row| row.int("n"))? {
            0 => id.to_string(),
            times => format!("{id}/{times}"),
        };
        let answered = (id, subject.as_str());
        outbox::to_referrer(self, tx, tenant, MessageTemplate::ReferralAnswered, answered, None, now).await
    }

    async fn open_case(
        &self,
        tx: &mut Tx,
        ctx: &Ctx<Triage>,
        referral: &Row,
        (person, worker): (PersonId, UserId),
    ) -> Result<CaseId> {
        let case: CaseId = self.entropy().id(ctx.now);
        let settings = schemes::settings(tx, ctx.grant.tenant(), ctx.grant.organisation()).await?;
        let due = settings.first_call_due(day_of(ctx.now));
        let practice: OrganisationId = referral.parsed("practice")?;
        let values = values![
            ctx.grant.tenant(),
            case,
            person,
            ctx.grant.organisation(),
            worker,
            practice,
            ctx.now,
            referral.at("sent_at")?,
            referral.int("sessions_agreed")?,
            FIRST_CALL,
            due,
            ReferrerHears::NotAsked.code(),
        ];
        tx.run(ADD_CASE, values).await?;
        Ok(case)
    }

    /// Does not take a referral up; the referrer hears why and what to do instead.
    ///
    /// # Errors
    /// [`StoreError::NotNow`] when it was answered already; [`StoreError::NotFound`] outside the scheme.
    pub async fn not_accept(&self, ctx: &Ctx<Triage>, id: ReferralId, refusal: &Refusal) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.db().write().await?;
        let row = tx.row(REFERRER_OF, values![tenant, scheme, id]).await?.ok_or(StoreError::NotFound)?;
        let values =
            values![tenant, scheme, id, ctx.now, ctx.grant.user(), refusal.reason.code(), refusal.alternative.as_str()];
        if tx.run(NOT_ACCEPT, values).await? == 0 {
            return Err(NotNow(row.coded("state", ReferralState::from_code)?).into());
        }
        self.tell_referrer(&mut tx, tenant, (&row, id), ctx.now).await?;
        // Somebody who asked themself is told by a person: whoever triages hears of it again until that is noted.
        if row.coded("source", ReferralSource::from_code)? != ReferralSource::Practice {
            let look = instant_at(add_working_days(day_of(ctx.now), 1), 9);
            jobs::add(self, &mut tx, tenant, (JobKind::RemindTriage, &id.to_string()), (look, ctx.now)).await?;
        }
        let entry = ctx.entry(Act::NotAccept, Resource::Referral).of(id).because(refusal.reason.code());
        self.commit(tx, ctx.now, entry).await
    }
}
