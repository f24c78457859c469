//! Whole episodes written down at once: a referral and everything that became of it.
//!
//! Years of a region would take hours through the doors that people use, one transaction for each press. Here the same
//! rows are made from the same checked values of the domain, many with each statement; a test tells one story both
//! ways and compares every row. What people are not part of stays out: no messages, no jobs, and one audit row for each
//! writing instead of one for each press.

use std::collections::BTreeMap;

use fingerpost_domain::agreement::Agreement;
use fingerpost_domain::calendar::{add_working_days, day_of};
use fingerpost_domain::case::{Closing, ContactEntry, Happened};
use fingerpost_domain::connection::{ConnectionState, EndReason, GroupReason, Offer};
use fingerpost_domain::disclosure::{Basis, DisclosedFields, Recipient, ReferrerHears};
use fingerpost_domain::feedback::{self, FeedbackKind, FeedbackSource};
use fingerpost_domain::id::{
    AssessmentId, CaseId, ConnectionId, ContactId, DisclosureId, FeedbackId, OrganisationId, PersonId, ReferralId,
    RequestKey, ServiceId, TenantId, UserId,
};
use fingerpost_domain::measure::{Answers, Completed, Mode, Moment, Questionnaire, before_and_after};
use fingerpost_domain::person::{Email, PersonDetails};
use fingerpost_domain::plan::Plan;
use fingerpost_domain::referral::{ReferralRequest, ReferralState, Refusal, reference};
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::self_referral::ReferralSource;
use fingerpost_domain::text::{Line, Note};
use fingerpost_domain::{Date, Timestamp};

use crate::referrals::{REFERENCES, needs_text};
use fingerpost_intake_rules::settings::IntakeSettings;

use crate::triage::FIRST_CALL;
use crate::{Store, cases, connections};
use fingerpost_engine::Rows;
use fingerpost_engine::statements;
use fingerpost_engine::{Result, StoreError};
use fingerpost_engine::{Tx, Value, values};
use fingerpost_ledger::tables;
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_people::{care_values, details_values};

statements! {
    KEEP_EDITION = "INSERT INTO questionnaire (code, version, body, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT (code, version) DO NOTHING";
}

/// One referral and what became of it.
#[derive(Debug, Clone)]
pub struct Episode {
    /// From which practice.
    pub practice: OrganisationId,
    /// By whom.
    pub referrer: UserId,
    /// To which scheme.
    pub scheme: OrganisationId,
    /// The scheme's terms.
    pub terms: SchemeTerms,
    /// Who was referred.
    pub person: PersonDetails,
    /// What was asked for; its agreement says whether it was sent.
    pub request: ReferralRequest,
    /// When it was begun, and sent.
    pub begun_at: Timestamp,
    /// What the scheme or the referrer did with it, once it was sent.
    pub answer: Answered,
}

/// What became of a referral.
#[derive(Debug, Clone)]
pub enum Answered {
    /// Nothing yet, or nothing was to be done.
    NotYet,
    /// Taken back by its referrer.
    TakenBack(Timestamp),
    /// Not accepted: by whom, when, and why.
    NotAccepted(UserId, Timestamp, Refusal),
    /// Accepted.
    Accepted(Box<Work>),
}

/// The work with one person, in the order of time.
#[derive(Debug, Clone)]
pub struct Work {
    /// Who accepted it.
    pub accepted_by: UserId,
    /// When.
    pub accepted_at: Timestamp,
    /// Who is helped.
    pub person: PersonId,
    /// They are here already, from an earlier episode.
    pub known: bool,
    /// The link worker.
    pub worker: UserId,
    /// How the link worker signs a letter: name and phone.
    pub signature: String,
    /// Contacts, each with when it was written down.
    pub contacts: Vec<(Timestamp, ContactEntry)>,
    /// The plan, and when it was written.
    pub plan: Option<(Timestamp, Plan)>,
    /// Groups that were asked.
    pub connections: Vec<Connected>,
    /// Measures that were taken.
    pub assessments: Vec<Asked>,
    /// How it ended, and when.
    pub closing: Option<(Timestamp, Closing)>,
}

/// A group that was asked, and what became of it.
#[derive(Debug, Clone)]
pub struct Connected {
    /// The service, by id and name.
    pub service: (ServiceId, String),
    /// What it was asked.
    pub offer: Offer,
    /// When.
    pub at: Timestamp,
    /// Its answer, and when: yes, or no with a reason.
    pub answered: Option<(Timestamp, Option<GroupReason>)>,
    /// The days on which the person was expected, and whether they came, each told at an instant.
    pub visits: Vec<(Date, bool, Timestamp)>,
    /// When it ended, and why.
    pub ended: Option<(Timestamp, EndReason)>,
}

/// A measure that was taken.
#[derive(Debug, Clone)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// At which point of the case.
    pub moment: Moment,
    /// How.
    pub mode: Mode,
    /// The answers by item.
    pub answers: Answers,
}

/// Writers of every table that an episode touches, parents before children.
const WRITTEN: [&str; 12] = [
    "person",
    "case_file",
    "referral",
    "contact",
    "contact_note",
    "disclosure",
    "feedback",
    "plan_version",
    "connection",
    "connection_visit",
    "assessment",
    "assessment_answer",
];

/// What one writing has made so far: rows by table.
struct Written<'a> {
    store: &'a Store,
    tenant: &'a TenantId,
    measure: &'a Questionnaire,
    rows: BTreeMap<&'static str, Vec<Vec<Value>>>,
}

impl Store {
    /// Writes whole episodes down in one transaction. `measure` is what their assessments asked.
    ///
    /// # Errors
    /// When the database fails, or refuses a person, place or service that is not there: nothing is written then.
    pub async fn write_episodes(
        &self,
        tenant: &TenantId,
        episodes: &[Episode],
        (measure, now): (&Questionnaire, Timestamp),
    ) -> Result<()> {
        let mut drawn = 0;
        loop {
            drawn += 1;
            match self.write_once(tenant, episodes, (measure, now)).await {
                // Two references drawn alike: another lot is drawn for all of them.
                Err(StoreError::AlreadyThere) if drawn < REFERENCES => {}
                done => return done,
            }
        }
    }

    async fn write_once(
        &self,
        tenant: &TenantId,
        episodes: &[Episode],
        (measure, now): (&Questionnaire, Timestamp),
    ) -> Result<()> {
        let mut written = Written { store: self, tenant, measure, rows: BTreeMap::new() };
        for episode in episodes {
            written.episode(episode)?;
        }
        let body = serde_json::to_string(measure).map_err(|_| StoreError::corrupt("body"))?;
        let mut tx = self.db().write().await?;
        tx.run(KEEP_EDITION, values![&measure.code, i64::from(measure.version), body, now]).await?;
        for name in WRITTEN {
            put_all(&mut tx, name, written.rows.remove(name).unwrap_or_default()).await?;
        }
        self.commit(tx, now, Entry::system(tenant.clone(), Act::Create, Resource::Case).because("episodes")).await
    }
}

async fn put_all(tx: &mut Tx, name: &'static str, cells: Vec<Vec<Value>>) -> Result<()> {
    let table = tables::named(name)?;
    let mut rows = Rows::of(table, tx);
    for row in cells {
        // A cell too few would move every one after it.
        if row.len() != table.columns.len() {
            return Err(StoreError::corrupt(name));
        }
        rows.put(tx, row).await?;
    }
    rows.end(tx).await.map(drop)
}

/// What the contacts of a case come to.
#[derive(Default)]
struct Sum {
    used: u16,
    happened: u32,
    first: Option<Date>,
    last: Option<Date>,
    next: Option<(String, Date)>,
    matters: Option<(String, Date)>,
    hears: Option<ReferrerHears>,
}

impl Sum {
    fn add(&mut self, entry: &ContactEntry) {
        let with_person = entry.happened != Happened::DidNotHappen && entry.kind.is_with_person();
        self.used += u16::from(entry.happened == Happened::UsedSession);
        self.happened += u32::from(with_person);
        if with_person {
            self.first = Some(self.first.map_or(entry.on, |first| first.min(entry.on)));
            self.last = Some(self.last.map_or(entry.on, |last| last.max(entry.on)));
        }
        if let Some(next) = &entry.next {
            self.next = Some((next.what.to_string(), next.due));
        }
        if let Some(matters) = &entry.matters {
            self.matters = Some((matters.to_string(), entry.on));
        }
        self.hears = entry.referrer_hears.or(self.hears);
    }
}

impl Written<'_> {
    fn put(&mut self, table: &'static str, row: Vec<Value>) {
        self.rows.entry(table).or_default().push(row);
    }

    fn episode(&mut self, episode: &Episode) -> Result<()> {
        let id: ReferralId = self.store.entropy().id(episode.begun_at);
        let sent = episode.request.agreement == Agreement::Agreed;
        let due = add_working_days(day_of(episode.begun_at), u32::from(episode.terms.answer_working_days));
        let (case, mut state, mut decided) = (None, ReferralState::Sent, None);
        if !sent {
            state = match episode.request.agreement {
                Agreement::SaidNo => ReferralState::DeclinedByPerson,
                _ => ReferralState::Draft,
            };
            decided = (state == ReferralState::DeclinedByPerson).then_some((episode.begun_at, None));
        }
        let mut row = Decided { state, decided, refusal: None, case };
        match (&episode.answer, sent) {
            (_, false) | (Answered::NotYet, _) => {}
            (Answered::TakenBack(at), _) => {
                row = Decided { state: ReferralState::Withdrawn, decided: Some((*at, Some(episode.referrer))), ..row }
            }
            (Answered::NotAccepted(by, at, refusal), _) => {
                row = Decided {
                    state: ReferralState::NotAccepted,
                    decided: Some((*at, Some(*by))),
                    refusal: Some(refusal),
                    ..row
                };
            }
            (Answered::Accepted(work), _) => {
                let case = self.work(episode, (id, work))?;
                let decided = Some((work.accepted_at, Some(work.accepted_by)));
                row = Decided { state: ReferralState::Accepted, decided, case: Some(case), ..row };
            }
        }
        if sent {
            self.disclose(
                id,
                (Recipient::Scheme, DisclosedFields::Referral),
                (episode.referrer, episode.begun_at),
                None,
            );
        }
        self.referral(episode, id, &row, sent.then_some(due));
        Ok(())
    }

    fn referral(&mut self, episode: &Episode, id: ReferralId, row: &Decided<'_>, due: Option<Date>) {
        let (key, request): (RequestKey, _) = (self.store.entropy().id(episode.begun_at), &episode.request);
        let mut cells = values![
            self.tenant,
            id,
            reference(self.store.entropy().bytes::<4>()),
            row.state.code(),
            episode.scheme,
            episode.practice,
            episode.referrer,
            key,
        ];
        cells.extend(details_values(&episode.person));
        cells.extend(values![
            needs_text(&request.needs),
            request.words.as_ref().map(Note::as_str),
            request.safe_contact.as_ref().map(|way| way.reach.code()),
            request.safe_contact.as_ref().and_then(|way| way.guidance.as_ref()).map(Line::as_str),
            request.risk.code(),
            request.risk.note(),
            request.agreement.code(),
            episode.begun_at,
            due.map(|_| episode.begun_at),
            due,
            row.decided.map(|(at, _)| at),
            row.decided.and_then(|(_, by)| by),
            row.refusal.map(|refusal| refusal.reason.code()),
            row.refusal.map(|refusal| refusal.alternative.as_str()),
            row.case,
            false,
            request.asker.as_ref().map(Line::as_str),
            ReferralSource::Practice.code(),
            request.safeguarding.as_ref().map(Note::as_str),
            false,
            request.on_behalf.as_ref().map(Line::as_str),
            None::<Timestamp>,
        ]);
        self.put("referral", cells);
    }

    fn disclose(
        &mut self,
        referral: ReferralId,
        (to, fields): (Recipient, DisclosedFields),
        (by, at): (UserId, Timestamp),
        withdrawn: Option<Timestamp>,
    ) -> DisclosureId {
        let id: DisclosureId = self.store.entropy().id(at);
        let basis = Basis::Agreed.code();
        let cells = values![self.tenant, id, referral, to.code(), basis, fields.code(), at, by, withdrawn];
        self.put("disclosure", cells);
        id
    }

    fn feedback(
        &mut self,
        (referral, standing): (ReferralId, Option<DisclosureId>),
        (kind, hears): (FeedbackKind, ReferrerHears),
        source: &FeedbackSource,
        at: Timestamp,
    ) -> Result<()> {
        let Some(sections) = feedback::write(kind, source, hears) else { return Ok(()) };
        let text = serde_json::to_string(&sections).map_err(|_| StoreError::corrupt("sections"))?;
        let id: FeedbackId = self.store.entropy().id(at);
        let unopened = values![
            self.tenant,
            id,
            referral,
            standing,
            kind.code(),
            text,
            at,
            None::<Timestamp>,
            None::<Timestamp>,
            None::<&str>
        ];
        self.put("feedback", unopened);
        Ok(())
    }

    fn work(&mut self, episode: &Episode, (referral, work): (ReferralId, &Work)) -> Result<CaseId> {
        if let (false, Some(safe)) = (work.known, &episode.request.safe_contact) {
            let mut cells = values![self.tenant, work.person];
            cells.extend(details_values(&episode.person));
            cells.extend(care_values(safe, &episode.request.risk));
            cells.extend(values![work.accepted_at, None::<Timestamp>, None::<&str>]);
            self.put("person", cells);
        }
        let case: CaseId = self.store.entropy().id(work.accepted_at);
        let mut sum = Sum::default();
        let mut standing = None;
        // When the next agreement is given, the one before it ends: known backwards.
        let mut agreements: Vec<(Timestamp, ReferrerHears)> =
            work.contacts.iter().filter_map(|(at, entry)| entry.referrer_hears.map(|hears| (*at, hears))).collect();
        agreements.extend(work.closing.iter().map(|(at, closing)| (*at, closing.referrer_hears)));
        let mut ends = agreements.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]).collect::<Vec<_>>().into_iter();
        for (at, entry) in &work.contacts {
            self.contact((case, work), (*at, entry), sum.used);
            if let Some(hears) = entry.referrer_hears {
                let until = ends.next().flatten();
                standing = hears
                    .allows()
                    .map(|fields| self.disclose(referral, (Recipient::Referrer, fields), (work.worker, *at), until));
            }
            sum.add(entry);
            if let Some(line) = &entry.line_for_referrer {
                let hears = sum.hears.unwrap_or(ReferrerHears::NotAsked);
                let source = FeedbackSource { line: Some(line.to_string()), ..self.source(episode, work, &sum, *at) };
                self.feedback((referral, standing), (FeedbackKind::Progress, hears), &source, *at)?;
            }
        }
        if let Some((at, closing)) = &work.closing {
            let hears = closing.referrer_hears;
            let standing = hears
                .allows()
                .map(|fields| self.disclose(referral, (Recipient::Referrer, fields), (work.worker, *at), None));
            let source = FeedbackSource {
                requested_actions: closing.requested_actions.as_ref().map(ToString::to_string),
                outcome: Some(closing.outcome.label().to_owned()),
                changed: closing.changed.as_ref().map(ToString::to_string),
                continues: Some(closing.continues.to_string()),
                ..self.source(episode, work, &sum, *at)
            };
            self.feedback((referral, standing), (FeedbackKind::Closing, hears), &source, *at)?;
        }
        self.case(episode, (case, work), &sum);
        if let Some((at, plan)) = &work.plan {
            let body = serde_json::to_string(plan).map_err(|_| StoreError::corrupt("body"))?;
            self.put("plan_version", values![self.tenant, case, 1_i64, body, work.worker, *at]);
        }
        for connected in &work.connections {
            self.connection((case, work), connected);
        }
        for asked in &work.assessments {
            self.assessment((case, work), asked);
        }
        Ok(case)
    }

    /// What a letter of `at` is written from.
    fn source(&self, episode: &Episode, work: &Work, sum: &Sum, at: Timestamp) -> FeedbackSource {
        let groups = work.connections.iter().rev().filter(|connected| connected.at < at);
        let lines = groups.map(|connected| {
            let (state, came, _) = connected.state_at(at, work.closing.as_ref().map(|(at, _)| *at));
            (connected.service.1.as_str(), state, came)
        });
        let taken =
            work.assessments.iter().filter(|asked| asked.at < at && self.measure.next(&asked.answers).is_none());
        let completed: Vec<_> = taken
            .map(|asked| Completed { questionnaire: self.measure, answers: &asked.answers, moment: asked.moment })
            .collect();
        let plan = work.plan.as_ref().filter(|(written, _)| *written < at);
        FeedbackSource {
            contacts_happened: sum.happened,
            sessions: (sum.used, episode.terms.sessions_agreed),
            matters: sum.matters.as_ref().map(|(words, _)| words.clone()),
            risk: Some(episode.request.risk.words()),
            services: connections::lines(lines),
            assessments: before_and_after(&completed).iter().map(cases::assessment_line).collect(),
            goals: plan.map(|(_, plan)| plan.goal_lines()).unwrap_or_default(),
            worker: work.signature.clone(),
            ..FeedbackSource::default()
        }
    }

    fn contact(&mut self, (case, work): (CaseId, &Work), (at, entry): (Timestamp, &ContactEntry), used: u16) {
        let (id, key): (ContactId, RequestKey) = (self.store.entropy().id(at), self.store.entropy().id(at));
        let number = (entry.happened == Happened::UsedSession).then_some(i64::from(used) + 1);
        let (kind, happened) = (entry.kind.code(), entry.happened.code());
        let cells = values![self.tenant, id, case, key, kind, happened, entry.on, number, work.worker, at];
        self.put("contact", cells);
        if let Some(note) = &entry.note {
            self.put("contact_note", values![self.tenant, id, 1_i64, note.as_str(), work.worker, at]);
        }
    }

    fn case(&mut self, episode: &Episode, (case, work): (CaseId, &Work), sum: &Sum) {
        let closing = work.closing.as_ref();
        let first_call = IntakeSettings::default().first_call_due(day_of(work.accepted_at));
        let (next, due) = sum.next.clone().unwrap_or_else(|| (FIRST_CALL.to_owned(), first_call));
        let open = closing.is_none();
        let hears = closing.map(|(_, closing)| closing.referrer_hears).or(sum.hears).unwrap_or(ReferrerHears::NotAsked);
        // Each press that changed the case took the next number.
        let presses = work.contacts.len()
            + usize::from(work.plan.is_some())
            + work.connections.len()
            + work.assessments.iter().map(|asked| 1 + asked.answers.len()).sum::<usize>()
            + usize::from(!open);
        let cells = values![
            self.tenant,
            case,
            work.person,
            episode.scheme,
            work.worker,
            episode.practice,
            work.accepted_at,
            episode.begun_at,
            i64::from(episode.terms.sessions_agreed),
            i64::from(sum.used),
            i64::from(sum.happened),
            sum.first,
            sum.last,
            open.then_some(next),
            open.then_some(due),
            sum.matters.as_ref().map(|(words, _)| words.as_str()),
            sum.matters.as_ref().map(|(_, on)| *on),
            hears.code(),
            closing.map(|(at, _)| *at),
            closing.map(|(_, closing)| closing.outcome.code()),
            closing.and_then(|(_, closing)| closing.changed.as_ref()).map(Note::as_str),
            closing.map(|(_, closing)| closing.continues.as_str()),
            1 + i64::try_from(presses).unwrap_or(0),
            work.plan.as_ref().and_then(|(_, plan)| plan.review_on),
        ];
        self.put("case_file", cells);
    }

    fn connection(&mut self, (case, work): (CaseId, &Work), connected: &Connected) {
        let at = connected.at;
        let (id, key): (ConnectionId, RequestKey) = (self.store.entropy().id(at), self.store.entropy().id(at));
        let closed = work.closing.as_ref().map(|(at, _)| *at);
        let (state, came, ended) = connected.state_at(Timestamp::MAX, closed);
        let answered = connected.answered.filter(|_| state != ConnectionState::Withdrawn);
        let reason = answered.and_then(|(_, no)| no).map(GroupReason::code);
        let reason = connected.ended.map(|(_, why)| why.code()).or(reason);
        let cells = values![
            self.tenant,
            id,
            case,
            connected.service.0,
            &connected.service.1,
            key,
            state.code(),
            connected.offer.ask.as_str(),
            connected.offer.first_visit.as_ref().map(Line::as_str),
            connected.offer.told.code(),
            connected.offer.email.as_ref().map(Email::as_str),
            work.worker,
            at,
            answered.map(|(at, _)| at),
            answered.map(|_| connections::THE_SCHEME),
            reason,
            connected.visits.iter().filter(|(_, came, _)| *came).map(|(on, ..)| *on).min(),
            i64::from(came),
            i64::try_from(connected.visits.len()).unwrap_or(0) - i64::from(came),
            ended,
        ];
        // Nothing is said to help these people arrive.
        self.put("connection", [cells, vec![Value::from(None::<&str>); 4]].concat());
        for (on, came, told_at) in &connected.visits {
            self.put("connection_visit", values![self.tenant, id, *on, *came, connections::THE_SCHEME, *told_at]);
        }
    }

    fn assessment(&mut self, (case, work): (CaseId, &Work), asked: &Asked) {
        let at = asked.at;
        let (id, key): (AssessmentId, RequestKey) = (self.store.entropy().id(at), self.store.entropy().id(at));
        let finished = self.measure.next(&asked.answers).is_none().then_some(at);
        let (code, version) = (self.measure.code.as_str(), i64::from(self.measure.version));
        let (moment, mode) = (asked.moment.code(), asked.mode.code());
        let asked_for = values![self.tenant, id, case, code, version, moment, mode, key, work.worker, at, finished];
        // These questions raise no alert.
        let alert = values![None::<Timestamp>, None::<UserId>, None::<Timestamp>];
        let cells = [asked_for, alert].concat();
        self.put("assessment", cells);
        for (item, answer) in &asked.answers {
            self.put("assessment_answer", values![self.tenant, id, item, answer, at]);
        }
    }
}

/// Where a referral has got.
struct Decided<'a> {
    state: ReferralState,
    decided: Option<(Timestamp, Option<UserId>)>,
    refusal: Option<&'a Refusal>,
    case: Option<CaseId>,
}

impl Connected {
    /// Where it stood just before `at`, how often the person had come, and when it ended; a question that was not
    /// answered when the case was `closed` is taken back.
    fn state_at(&self, at: Timestamp, closed: Option<Timestamp>) -> (ConnectionState, u32, Option<Timestamp>) {
        let came = self.visits.iter().filter(|(_, came, told)| *came && *told < at).count();
        let came = u32::try_from(came).unwrap_or(u32::MAX);
        if let Some((ended, _)) = self.ended.filter(|(ended, _)| *ended < at) {
            return (ConnectionState::Ended, came, Some(ended));
        }
        match (self.answered.filter(|(answered, _)| *answered < at), closed.filter(|closed| *closed < at)) {
            (Some((_, Some(_))), _) => (ConnectionState::DeclinedByGroup, 0, None),
            (Some((_, None)), _) if came > 0 => (ConnectionState::Started, came, None),
            (Some((_, None)), _) => (ConnectionState::Accepted, 0, None),
            (None, Some(closed)) => (ConnectionState::Withdrawn, 0, Some(closed)),
            (None, None) => (ConnectionState::Offered, 0, None),
        }
    }
}
