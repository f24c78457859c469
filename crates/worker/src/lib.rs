//! What happens when nobody is looking: the audit is sealed, jobs run, the outbox is carried out, ended
//! sessions are swept.
//!
//! Everything here may be done twice and comes to the same. A turn that fails is logged by its class and
//! tried again; no address and no name reaches a log.

mod letters;
mod post;
mod reports;
mod texts;
mod words;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fingerpost_casework::Casework;
use fingerpost_correspondence::{CameBack, Correspondence};
use fingerpost_correspondence_rules::message::{Channel, Fault};
use fingerpost_correspondence_rules::wording::Worded;
use fingerpost_domain::ambient::Clock;
use fingerpost_domain::calendar::day_of;
use fingerpost_feeds::{Followed, Follower, Manners};
use fingerpost_improvement::Improvement;
use fingerpost_intake::Intake;
use fingerpost_rights::Rights;
use fingerpost_stewardship::{Comparing, Stewardship};
use fingerpost_store::{ClaimedMessage, JobKind, MessageTemplate, OutboxEnd, Store, StoreError};
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

pub use post::{Post, PostError};
use reports::{Keep, Mailbox, Report};
use words::Facts;
pub use words::Letter;

/// Messages and jobs claimed at once, and carried beside each other: few enough that a slow mail server takes less time over
/// them than a claim lasts.
const AT_ONCE: i64 = 16;
const SEAL_EVERY: Duration = Duration::from_secs(1);
const WORK_EVERY: Duration = Duration::from_secs(2);
const SWEEP_EVERY: Duration = Duration::from_secs(60);
const FOLLOW_EVERY: Duration = Duration::from_secs(5);
const COMPARE_EVERY: Duration = Duration::from_secs(20);
const COUNT_EVERY: Duration = Duration::from_secs(15 * 60);

/// The worker of one node.
#[derive(Clone)]
pub struct Worker {
    store: Store,
    improvement: Improvement,
    stewardship: Stewardship,
    casework: Casework,
    correspondence: Correspondence,
    rights: Rights,
    intake: Intake,
    follower: Follower,
    clock: Arc<dyn Clock>,
    post: Post,
    mailbox: Option<Mailbox>,
    public_url: String,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Worker")
    }
}

impl Worker {
    /// A worker over a store; `public_url` is what links in messages begin with.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, post: Post, public_url: &str) -> Self {
        let stewardship = Stewardship::over(store.clone());
        Self {
            improvement: Improvement::over(store.clone()),
            follower: Follower::new(stewardship.clone(), clock.clone(), Manners::default()),
            stewardship,
            casework: Casework::over(store.clone()),
            correspondence: Correspondence::over(store.clone()),
            rights: Rights::over(store.clone()),
            intake: Intake::over(store.clone()),
            store,
            clock,
            post,
            mailbox: None,
            public_url: public_url.trim_end_matches('/').to_owned(),
        }
    }

    /// Follows feeds in this way.
    #[must_use]
    pub fn with_manners(mut self, manners: Manners) -> Self {
        self.follower = Follower::new(self.stewardship.clone(), self.clock.clone(), manners);
        self
    }

    /// Looks into a Maildir for what comes back of its e-mails.
    #[must_use]
    pub fn with_mailbox(mut self, folder: &Path) -> Self {
        self.mailbox = Some(Mailbox::of(folder));
        self
    }

    /// Works until `stop` says so, then seals what is left. Sealing, jobs, messages, comparing and feeds have a loop each: a
    /// mail server or a feed that hangs holds up none of the others.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        tokio::join!(
            self.sealing(stop.clone()),
            self.working(stop.clone()),
            self.carrying(stop.clone()),
            self.comparing(stop.clone()),
            self.following(stop)
        );
        self.told("the audit could not be sealed at the end", self.seal().await);
    }

    async fn sealing(&self, mut stop: watch::Receiver<bool>) {
        let mut turn = tokio::time::interval(SEAL_EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stop.changed() => break,
                _ = turn.tick() => self.told("the audit was not sealed; it is tried again", self.seal().await),
            }
        }
    }

    async fn working(&self, mut stop: watch::Receiver<bool>) {
        let mut work = tokio::time::interval(WORK_EVERY);
        let mut sweep = tokio::time::interval(SWEEP_EVERY);
        let mut count = tokio::time::interval(COUNT_EVERY);
        count.set_missed_tick_behavior(MissedTickBehavior::Delay);
        work.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let turn = tokio::select! {
                _ = stop.changed() => break,
                _ = work.tick() => self.do_jobs().await,
                _ = count.tick() => self.stewardship.count_answers(self.clock.now()).await.map(drop),
                _ = sweep.tick() => {
                    self.sweep().await;
                    Ok(())
                }
            };
            self.told("a turn of the worker failed; it is tried again", turn);
        }
    }

    async fn carrying(&self, mut stop: watch::Receiver<bool>) {
        let mut turn = tokio::time::interval(WORK_EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let carried = tokio::select! {
                _ = stop.changed() => break,
                _ = turn.tick() => self.carry_all(&stop).await,
            };
            self.told("messages were not carried; it is tried again", carried);
        }
    }

    /// Compares entries of the directory as they change, on a thread of its own: it reckons more than it waits.
    async fn comparing(&self, mut stop: watch::Receiver<bool>) {
        let mut turn = tokio::time::interval(COMPARE_EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut comparing = Comparing::default();
        loop {
            tokio::select! {
                _ = stop.changed() => break,
                _ = turn.tick() => {}
            }
            let (worker, runtime) = (self.clone(), tokio::runtime::Handle::current());
            let turn = tokio::task::spawn_blocking(move || {
                let now = || worker.clock.now();
                let done = runtime.block_on(worker.stewardship.compare(&mut comparing, now)).map(drop);
                (comparing, done)
            });
            // What failed is compared anew from what the database has to compare.
            let (kept, done) = turn.await.unwrap_or_else(|_| (Comparing::default(), Ok(())));
            comparing = if done.is_ok() { kept } else { Comparing::default() };
            self.told("entries were not compared; it is tried again", done);
        }
    }

    /// Pulls the feeds whose turn it is, one after the other. What is broken off by `stop` goes on where it was.
    async fn following(&self, mut stop: watch::Receiver<bool>) {
        let mut turn = tokio::time::interval(FOLLOW_EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stop.changed() => break,
                followed = async {
                    turn.tick().await;
                    while self.follower.follow(None, |_| ()).await? != Followed::Nobody {}
                    Ok(())
                } => self.told("a feed was not followed; it is tried again", followed),
            }
        }
    }

    /// Carries what is due as fast as the other side takes it.
    async fn carry_all(&self, stop: &watch::Receiver<bool>) -> Result<(), StoreError> {
        while !*stop.borrow() && self.carry().await?.0 == AT_ONCE {}
        Ok(())
    }

    /// Deletes what has ended: sessions, launches that nobody opened, answers that nobody sent. Each by itself: one that fails does
    /// not keep the others.
    async fn sweep(&self) {
        let now = self.clock.now();
        self.told("sessions were not swept", self.store.ledger().sweep_sessions(now).await.map(drop));
        self.told("launches were not swept", self.intake.sweep_launches(now).await.map(drop));
        self.told("gaps were not swept", self.stewardship.sweep_gaps(now).await);
        self.told("answers were not swept", self.store.sweep_asking(now).await.map(drop));
        self.read_reports().await;
    }

    /// Reads what came back since the last look: how many of our messages did. A file goes only once its report is kept; what cannot be
    /// read or kept is logged, and read again.
    pub async fn read_reports(&self) -> usize {
        let Some(mailbox) = &self.mailbox else { return 0 };
        let looking = mailbox.clone();
        let unread = tokio::task::spawn_blocking(move || looking.unread()).await;
        let unread = unread.unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into())).unwrap_or_else(|error| {
            tracing::warn!(kind = ?error.kind(), "the mailbox for reports cannot be read");
            vec![]
        });
        let mut came_back = 0;
        for (file, mail) in unread {
            let report = reports::read(&mail, self.post.domain());
            let keep = match report.as_ref() {
                None => Keep::ForSomebody,
                Some(report) => match self.take_report(report).await {
                    Ok(CameBack::Now(..)) => {
                        came_back += 1;
                        Keep::Nothing
                    }
                    Ok(CameBack::Known) => Keep::Nothing,
                    Ok(CameBack::NotYet) => Keep::ForNow,
                    Ok(CameBack::NotOurs) => Keep::ForSomebody,
                    // One report that cannot be kept must not hold up the rest: it is read again.
                    Err(error) => {
                        tracing::warn!(%error, "a report could not be kept");
                        Keep::ForNow
                    }
                },
            };
            if let Err(error) = mailbox.put_away(&file, keep) {
                tracing::warn!(kind = ?error.kind(), "a report could not be put away");
            }
        }
        came_back
    }

    /// Keeps a report, and what it means for the entry of a group.
    async fn take_report(&self, report: &Report) -> Result<CameBack, StoreError> {
        let now = self.clock.now();
        let taken = self.correspondence.came_back(report.message, now).await?;
        if let CameBack::Now(tenant, template, subject) = &taken {
            tracing::warn!(message = %report.message, template = template.code(), "a message came back");
            self.stewardship.mailbox_refused((tenant, *template, subject.as_str()), &report.address, now).await?;
        }
        Ok(taken)
    }

    fn told(&self, what: &'static str, done: Result<(), StoreError>) {
        if let Err(error) = done {
            tracing::warn!(%error, what);
        }
    }

    async fn seal(&self) -> Result<(), StoreError> {
        if let Some(head) = self.store.ledger().seal_audit(self.clock.now()).await? {
            tracing::info!(block = head.number, hash = head.hash, "audit head");
        }
        Ok(())
    }

    /// Runs due jobs and carries due messages, once; gives how many messages left.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn(&self) -> Result<usize, StoreError> {
        self.do_jobs().await?;
        Ok(self.carry().await?.1)
    }

    async fn do_jobs(&self) -> Result<(), StoreError> {
        for job in self.store.claim_jobs(AT_ONCE, self.clock.now()).await? {
            let done = match job.kind {
                JobKind::RemindTriage => self.intake.chase(&job, self.clock.now()).await,
                JobKind::DraftWaits => self.intake.remember_draft(&job, self.clock.now()).await,
                JobKind::NudgeReferrer => self.intake.nudge(&job, self.clock.now()).await,
                JobKind::Milestone => self.store.write_milestone(&job, self.clock.now()).await,
                JobKind::RemindRepeatCount | JobKind::RemindThirdCount => {
                    self.improvement.remind_count(&job, self.clock.now()).await
                }
                JobKind::AnswerAlert => self.casework.raise_alert(&job, self.clock.now()).await,
                JobKind::VisitOverdue => self.casework.raise_overdue(&job, self.clock.now()).await,
                JobKind::RemindVisit => self.casework.remind_visit(&job, self.clock.now()).await,
                JobKind::EndVisits => self.casework.end_visits(&job, self.clock.now()).await,
                JobKind::RemindSurvey => self.improvement.remind_survey(&job, self.clock.now()).await,
                JobKind::ForgetList => self.improvement.forget_list(&job, self.clock.now()).await,
                JobKind::ForgetDraw => self.improvement.forget_draw(&job, self.clock.now()).await,
                JobKind::ForgetColleagues => self.improvement.forget_colleagues(&job, self.clock.now()).await,
            };
            if let Err(error) = done {
                tracing::warn!(job = %job.id, kind = job.kind.code(), %error, "a job failed");
                self.store.job_failed(&job, "failed", self.clock.now()).await?;
            }
        }
        Ok(())
    }

    /// Carries what is due, some messages beside each other: how many there were, and how many left.
    async fn carry(&self) -> Result<(i64, usize), StoreError> {
        let claimed = self.store.claim_messages(AT_ONCE, self.clock.now()).await?;
        let carried = join_all(claimed.iter().map(|message| self.carry_one(message))).await;
        let (mut all, mut sent) = (0, 0);
        for left in carried {
            all += 1;
            sent += usize::from(left?);
        }
        Ok((all, sent))
    }

    async fn carry_one(&self, message: &ClaimedMessage) -> Result<bool, StoreError> {
        let (end, fault) = match self.deliver(message).await {
            Ok(Ok(())) => (OutboxEnd::Sent, None),
            Ok(Err(error)) if error.is_permanent() => (OutboxEnd::Failed, Some(error.fault())),
            Ok(Err(error)) => (OutboxEnd::Later, Some(error.fault())),
            // One message that cannot be put together must not hold up the rest.
            Err(error) => {
                tracing::warn!(message = %message.id, %error, "the store failed over a message");
                (OutboxEnd::Later, Some(Fault::Store))
            }
        };
        if end != OutboxEnd::Sent {
            let reason = fault.map(Fault::code);
            tracing::warn!(message = %message.id, template = message.template.code(), reason, "not delivered");
        }
        metrics::counter!("fingerpost_messages_total", "end" => end.code()).increment(1);
        self.store.end_delivery(message, end, fault, self.clock.now()).await?;
        if fault == Some(Fault::Recipient) {
            let about = (&message.tenant, message.template, message.subject.as_str());
            self.stewardship.mailbox_refused(about, message.addressee.email(), self.clock.now()).await?;
        }
        Ok(end == OutboxEnd::Sent)
    }

    async fn deliver(&self, message: &ClaimedMessage) -> Result<Result<(), PostError>, StoreError> {
        // It may have been taken back since it was claimed: asked as late as can be.
        if !self.store.still_waits(message).await? {
            return Ok(Err(PostError::TakenBack));
        }
        let (tenant, subject, to, now) = (&message.tenant, &message.subject, &message.addressee, self.clock.now());
        let at = |token: String| format!("{}/l/{token}", self.public_url);
        let mut facts = Facts { name: &to.name, public_url: &self.public_url, ..Facts::default() };
        let mut asked_by = None;
        // A link is made at delivery, because only its hash is ever stored; an earlier one is revoked.
        match (message.template, to.user) {
            (MessageTemplate::Invitation, Some(user)) => {
                facts.link = Some(at(self.store.mint_password_link(tenant, user, now).await?));
            }
            (MessageTemplate::ConnectionOffered, _) => {
                let token = self.correspondence.mint_group_link(tenant, subject, now).await?;
                // The offer was taken back between the claim and now: nothing leaves.
                let Some(token) = token else { return Ok(Err(PostError::NotWanted)) };
                facts.link = Some(at(token));
            }
            (MessageTemplate::Register, _) => {
                facts.link = Some(at(self.correspondence.mint_register_link(tenant, subject, now).await?));
            }
            (MessageTemplate::GroupCode, _) => {
                let code = self.correspondence.mint_code(tenant, subject, now).await?;
                // Nobody waits any more for a code of an hour ago.
                let Some(code) = code else { return Ok(Err(PostError::NotWanted)) };
                facts.code = Some(code);
            }
            (MessageTemplate::SurveyInvitation | MessageTemplate::SurveyNudge, _) => {
                // The survey has ended since it was queued.
                let letter = self.improvement.colleague_letter(tenant, subject, now).await?;
                let Some(letter) = letter else { return Ok(Err(PostError::NotWanted)) };
                facts.link = Some(format!("{}/survey/{}", self.public_url, letter.code));
                asked_by = Some(letter.organisation);
            }
            (MessageTemplate::EntryStillRight, _) => {
                facts.link = Some(at(self.stewardship.mint_entry_link(tenant, subject, now).await?));
            }
            (
                MessageTemplate::Appointment | MessageTemplate::AppointmentReminder | MessageTemplate::AppointmentOff,
                _,
            ) => {
                let off = message.template == MessageTemplate::AppointmentOff;
                let appointment = self.casework.appointment(tenant, subject, off).await?;
                // Called off since it was queued.
                let Some(appointment) = appointment else { return Ok(Err(PostError::NotWanted)) };
                if appointment.visit.begins() <= now {
                    return Ok(Err(PostError::Missed));
                }
                // On the day itself "tomorrow" would be wrong, and they know.
                if message.template == MessageTemplate::AppointmentReminder && day_of(now) >= appointment.visit.on {
                    return Ok(Err(PostError::NotWanted));
                }
                facts.appointment = Some(appointment);
            }
            _ => {}
        }
        if let Some(person) = to.person.filter(|_| to.way.channel() != Channel::Letter) {
            facts.stop = Some(at(self.rights.mint_stop_link(tenant, person, now).await?));
        }
        if let Some(worded) = Worded::from_code(message.template.code()) {
            facts.wording = Some(self.correspondence.words_of(tenant, message.id, worded).await?);
        }
        facts.from = asked_by.or_else(|| message.scheme.clone());
        let letter = words::letter(message.template, &facts);
        Ok(self.post.send(to, &message.id.to_string(), &letter).await)
    }
}
