//! Projects and what they counted. Each part is saved by itself, against the version from which its rules were checked: a count that no
//! longer fits a change that somebody else moved meanwhile is refused, not stored.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{ProjectId, UserId};
use fingerpost_domain::organisation::OrganisationKind;
use fingerpost_domain::text::{Line, Note};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, Row, StoreError, Tx, Value, statements, values};
use fingerpost_improvement_rules::project::{
    Change, Count, CountSource, Goal, Measured, MonthCount, Period, Project, Stage, Studied,
};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::Improve;
use fingerpost_store::{ClaimedJob, Ctx, JobKind, MessageTemplate, add_job, job_done, write_to_user};

use crate::{Improvement, MOST_ROWS, REMIND_AT, reminded, study};

/// Projects that one roll-up looks at, newest first.
const MOST_ROLLED_UP: i64 = 2_000;
const A_YEAR: i64 = 365;
/// Services on a sheet for a talk at most.
const TOLD_AT_MOST: i64 = 10;
/// What fewer were told of could tell who they were.
const TOLD_FROM: i64 = 5;

statements! {
    ALL = "SELECT id, title, led_by, measured, target, what, goal_by, achievable, relevant, balance, change_on, change_what, agenda, stories, invited, came, missed, missed_link, \
           learned, decided, third_from, created_at, version FROM improvement_project WHERE tenant = $1 AND organisation = $2 ORDER BY created_at DESC, id LIMIT $3";
    ONE = "SELECT id, title, led_by, measured, target, what, goal_by, achievable, relevant, balance, change_on, change_what, agenda, stories, invited, came, missed, missed_link, \
           learned, decided, third_from, created_at, version FROM improvement_project WHERE tenant = $1 AND organisation = $2 AND id = $3";
    COUNTS_OF_ALL = "SELECT c.project, c.stage, c.month, c.counted, c.out_of, c.source FROM improvement_count c WHERE c.tenant = $1 AND c.project IN \
                     (SELECT id FROM improvement_project WHERE tenant = $1 AND organisation = $2 ORDER BY created_at DESC, id LIMIT $3) ORDER BY c.project, c.month";
    COUNTS = "SELECT project, stage, month, counted, out_of, source FROM improvement_count WHERE tenant = $1 AND project = $2 ORDER BY month";
    BEGIN = "INSERT INTO improvement_project (tenant, id, organisation, title, led_by, measured, target, what, goal_by, achievable, relevant, balance, created_by, created_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) ON CONFLICT (tenant, id) DO NOTHING";
    GOAL = "UPDATE improvement_project SET title = $6, led_by = $7, measured = $8, target = $9, what = $10, goal_by = $11, achievable = $12, relevant = $13, balance = $14, \
            changed_at = $5, version = version + 1 WHERE tenant = $1 AND organisation = $2 AND id = $3 AND version = $4";
    CHANGE = "UPDATE improvement_project SET change_on = $6, change_what = $7, agenda = $8, invited = $9, came = $10, missed = $11, stories = $12, missed_link = $13, changed_at = $5, version = version + 1 \
              WHERE tenant = $1 AND organisation = $2 AND id = $3 AND version = $4";
    STUDIED = "UPDATE improvement_project SET learned = $6, decided = $7, third_from = $8, changed_at = $5, version = version + 1 \
               WHERE tenant = $1 AND organisation = $2 AND id = $3 AND version = $4";
    TOUCH = "UPDATE improvement_project SET changed_at = $5, version = version + 1 WHERE tenant = $1 AND organisation = $2 AND id = $3 AND version = $4";
    /// Nobody has counted at this stage since the change.
    STILL_TO_COUNT = "SELECT p.change_on, p.third_from FROM improvement_project p WHERE p.tenant = $1 AND p.id = $2 \
                      AND NOT EXISTS (SELECT 1 FROM improvement_count c WHERE c.tenant = p.tenant AND c.project = p.id AND c.stage = $3)";
    /// A survey before a change ends before it, also where the change was moved.
    END_BEFORE = "UPDATE survey SET closes_on = $3 WHERE tenant = $1 AND project = $2 AND moment = 'before' AND closes_on > $3";
    DROP_COUNT = "DELETE FROM improvement_count WHERE tenant = $1 AND project = $2 AND stage = $3";
    ADD_COUNT = "INSERT INTO improvement_count (tenant, project, stage, month, counted, out_of, source, counted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CHANGES = "SELECT title, change_on FROM improvement_project WHERE tenant = $1 AND organisation = $2 AND id <> $3 AND change_on >= $4 AND change_on < $5 ORDER BY change_on LIMIT $6";
    WORKERS = "SELECT DISTINCT u.name, w.days FROM link_worker_practice w JOIN app_user u ON u.tenant = w.tenant AND u.id = w.user_id AND u.disabled = 0 \
               WHERE w.tenant = $1 AND w.practice = $2 ORDER BY u.name LIMIT $3";
    /// Of entries that are there for everybody; what few were told of could tell who they were.
    TOLD_MOST = "SELECT s.name AS service_name, COUNT(*) AS n FROM signpost p JOIN service s ON s.id = p.service AND s.left_on IS NULL AND (s.withheld = 0 OR s.released = 1) \
                 WHERE p.tenant = $1 AND p.organisation = $2 AND p.made_at >= $3 AND p.taken_back_at IS NULL GROUP BY s.id, s.name HAVING COUNT(*) >= $5 ORDER BY n DESC, s.name LIMIT $4";
    /// What a practice sent. Those who asked themselves have the scheme in both columns.
    SENT_FROM = "SELECT COUNT(*) AS n FROM referral WHERE tenant = $1 AND practice = $2 AND scheme <> $2 AND sent_at >= $3 AND sent_at < $4";
    /// What the practices sent that belonged to a network, cluster or board on that day.
    SENT_FROM_MEMBERS = "SELECT COALESCE(CAST(SUM((SELECT COUNT(*) FROM referral r WHERE r.tenant = $1 AND r.practice = m.member AND r.scheme <> m.member \
                         AND r.sent_at >= $3 AND r.sent_at < $4)) AS BIGINT), 0) AS n FROM organisation_member m \
                         WHERE m.body = $2 AND m.since <= $5 AND (m.until IS NULL OR m.until >= $5)";
    /// Projects of the practices of a scheme, network, cluster or board.
    OF_MEMBERS = "SELECT id, organisation, title, led_by, measured, target, what, goal_by, achievable, relevant, balance, change_on, change_what, agenda, stories, invited, came, missed, missed_link, \
                  learned, decided, third_from, created_at, version FROM improvement_project WHERE tenant = $1 AND organisation IN \
                  (SELECT practice FROM scheme_practice WHERE tenant = $1 AND scheme = $2 UNION SELECT member FROM organisation_member WHERE body = $2 AND until IS NULL) \
                  ORDER BY created_at DESC, id LIMIT $3";
    COUNTS_OF_MEMBERS = "SELECT c.project, c.stage, c.month, c.counted, c.out_of, c.source FROM improvement_count c WHERE c.tenant = $1 AND c.project IN \
                         (SELECT id FROM improvement_project WHERE tenant = $1 AND organisation IN \
                         (SELECT practice FROM scheme_practice WHERE tenant = $1 AND scheme = $2 UNION SELECT member FROM organisation_member WHERE body = $2 AND until IS NULL) \
                         ORDER BY created_at DESC, id LIMIT $3) ORDER BY c.project, c.month";
    /// What practices sent to a scheme: not whoever asked themselves.
    SENT_TO = "SELECT COUNT(*) AS n FROM referral WHERE tenant = $1 AND scheme = $2 AND practice <> $2 AND sent_at >= $3 AND sent_at < $4";
}

/// A project with its place in the store.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its id.
    pub id: ProjectId,
    /// The project.
    pub project: Project,
    /// Counts its changes: what a rule was checked against.
    pub version: i64,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// What the projects of many practices came to, without the name of any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RollUp {
    /// Projects that were begun.
    pub projects: usize,
    /// In so many practices.
    pub practices: usize,
    /// Practices that have counted again.
    pub counted_again: usize,
    /// Projects with more than before, beyond chance.
    pub more: usize,
    /// With fewer, beyond chance.
    pub fewer: usize,
    /// Within what chance brings.
    pub cannot_tell: usize,
    /// That have reached their goal.
    pub reached: usize,
}

impl RollUp {
    /// Fewer practices than these could be told from each other.
    pub const TOLD_FROM: usize = 3;
}

/// Whose referrals are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Senders {
    /// A practice's own.
    Practice,
    /// Of the practices that belong to a network, cluster, board or trust.
    Members,
    /// Of all practices that send to a scheme.
    Scheme,
}

impl From<OrganisationKind> for Senders {
    fn from(kind: OrganisationKind) -> Self {
        match kind {
            OrganisationKind::Scheme => Self::Scheme,
            OrganisationKind::Network
            | OrganisationKind::Federation
            | OrganisationKind::Cluster
            | OrganisationKind::HealthBoard
            | OrganisationKind::Icb => Self::Members,
            OrganisationKind::Practice | OrganisationKind::CommunityGroup | OrganisationKind::Other => Self::Practice,
        }
    }
}

/// The change of another project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastChange {
    /// What that project is called.
    pub title: String,
    /// The day.
    pub on: Date,
}

fn line<const MAX: usize>(row: &Row, column: &str) -> Result<Option<Line<MAX>>> {
    let text = row.opt_text(column)?.unwrap_or_default();
    Line::parse(&text).map_err(|_| StoreError::corrupt(column))
}

fn note<const MAX: usize>(row: &Row, column: &str) -> Result<Option<Note<MAX>>> {
    let text = row.opt_text(column)?.unwrap_or_default();
    Note::parse(&text).map_err(|_| StoreError::corrupt(column))
}

fn number(row: &Row, column: &str) -> Result<Option<u32>> {
    row.opt_int(column)?.map(|n| u32::try_from(n).map_err(|_| StoreError::corrupt(column))).transpose()
}

fn record(row: &Row) -> Result<Record> {
    let goal = Goal {
        title: line(row, "title")?.ok_or_else(|| StoreError::corrupt("title"))?,
        led_by: line(row, "led_by")?.ok_or_else(|| StoreError::corrupt("led_by"))?,
        measured: row.coded("measured", Measured::from_code)?,
        target: row.small("target")?,
        what: line(row, "what")?,
        by: row.parsed("goal_by")?,
        achievable: note(row, "achievable")?,
        relevant: note(row, "relevant")?,
        balance: line(row, "balance")?,
    };
    let change = match row.opt_parsed("change_on")? {
        None => None,
        Some(on) => Some(Change {
            on,
            what: line(row, "change_what")?.ok_or_else(|| StoreError::corrupt("change_what"))?,
            agenda: note(row, "agenda")?,
            stories: note(row, "stories")?,
            invited: number(row, "invited")?,
            came: number(row, "came")?,
            missed: note(row, "missed")?,
            missed_link: line(row, "missed_link")?,
        }),
    };
    let studied = match row.opt_parsed("third_from")? {
        None => None,
        Some(third_from) => Some(Studied {
            learned: note(row, "learned")?.ok_or_else(|| StoreError::corrupt("learned"))?,
            decided: note(row, "decided")?.ok_or_else(|| StoreError::corrupt("decided"))?,
            third_from,
        }),
    };
    let project = Project { change, studied, ..Project::new(goal) };
    Ok(Record { id: row.parsed("id")?, project, version: row.int("version")?, created_at: row.at("created_at")? })
}

/// Months by the project that they belong to.
fn by_project(months: Vec<Row>) -> Result<HashMap<String, Vec<Row>>> {
    let mut all: HashMap<String, Vec<Row>> = HashMap::new();
    for row in months {
        all.entry(row.text("project")?).or_default().push(row);
    }
    Ok(all)
}

/// Puts months, in their order, where they belong.
fn counted(project: &mut Project, rows: &[Row]) -> Result<()> {
    for row in rows {
        let stage = row.coded("stage", Stage::from_code)?;
        let month =
            MonthCount { month: row.parsed("month")?, count: row.small("counted")?, of: number(row, "out_of")? };
        let source = row.coded("source", CountSource::from_code)?;
        project.counts[stage as usize].get_or_insert_with(|| Count { source, months: vec![] }).months.push(month);
    }
    Ok(())
}

fn text<T: ToString>(of: Option<&T>) -> Option<String> {
    of.map(ToString::to_string)
}

/// The day from which a count can be made: after the month of the change and the next, or after the month from which the third count was
/// planned, four months after the change where nobody planned it.
fn count_due(kind: JobKind, change: Option<Date>, third_from: Option<Date>) -> Option<Date> {
    let after = |first: Date, months: u8| Period { first, months }.end();
    match kind {
        JobKind::RemindRepeatCount => change.map(|on| after(on.first_of_month(), 2)),
        _ => third_from.map(|first| after(first, 1)).or_else(|| change.map(|on| after(on.first_of_month(), 5))),
    }
}

impl Improvement {
    /// The projects of the organisation, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn projects(&self, ctx: &Ctx<Improve>) -> Result<Vec<Record>> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().read().await?;
        let rows = tx.rows(ALL, values![tenant, place, MOST_ROWS]).await?;
        // Three counts of at most twelve months each.
        let months = tx.rows(COUNTS_OF_ALL, values![tenant, place, MOST_ROWS]).await?;
        drop(tx);
        let by_project = by_project(months)?;
        let mut all = rows.iter().map(record).collect::<Result<Vec<_>>>()?;
        for each in &mut all {
            counted(&mut each.project, by_project.get(&each.id.to_string()).map_or(&[], Vec::as_slice))?;
        }
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Improvement)).await?;
        Ok(all)
    }

    /// One project.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's organisation.
    pub async fn project(&self, ctx: &Ctx<Improve>, id: ProjectId) -> Result<Record> {
        let mut tx = self.0.ledger().db().read().await?;
        let found = self.read(&mut tx, ctx, id).await?;
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Improvement).of(id)).await?;
        Ok(found)
    }

    pub(crate) async fn read(&self, tx: &mut Tx, ctx: &Ctx<Improve>, id: ProjectId) -> Result<Record> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let row = tx.row(ONE, values![tenant, place, id]).await?.ok_or(StoreError::NotFound)?;
        let mut found = record(&row)?;
        counted(&mut found.project, &tx.rows(COUNTS, values![tenant, id]).await?)?;
        Ok(found)
    }

    /// The link workers who come to a practice, each with their days: "Maya Okonkwo (Tuesdays)".
    ///
    /// # Errors
    /// When the database fails.
    pub async fn workers(&self, ctx: &Ctx<Improve>) -> Result<Vec<String>> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), MOST_ROWS];
        let rows = self.0.ledger().db().rows(WORKERS, wanted).await?;
        rows.iter().map(|row| Ok(format!("{} ({})", row.text("name")?, row.text("days")?))).collect()
    }

    /// The services that were told of most often here in a year, most often first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn told_most(&self, ctx: &Ctx<Improve>) -> Result<Vec<String>> {
        let since = instant_at(plus_days(day_of(ctx.now), -A_YEAR), 0);
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), since, TOLD_AT_MOST, TOLD_FROM];
        let rows = self.0.ledger().db().rows(TOLD_MOST, wanted).await?;
        rows.iter().map(|row| row.text("service_name")).collect()
    }

    /// Changes of other projects of the organisation inside a time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn other_changes(
        &self,
        ctx: &Ctx<Improve>,
        id: ProjectId,
        (from, until): (Date, Date),
    ) -> Result<Vec<PastChange>> {
        let wanted = values![ctx.grant.tenant(), ctx.grant.organisation(), id, from, until, MOST_ROWS];
        let rows = self.0.ledger().db().rows(CHANGES, wanted).await?;
        rows.iter().map(|row| Ok(PastChange { title: row.text("title")?, on: row.parsed("change_on")? })).collect()
    }

    /// Begins a project. The same id begins once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&self, ctx: &Ctx<Improve>, id: ProjectId, goal: &Goal) -> Result<()> {
        let (tenant, place, user) = (ctx.grant.tenant(), ctx.grant.organisation(), ctx.grant.user());
        let mut all = values![tenant, id, place];
        all.extend(goal_values(goal));
        all.extend(values![user, ctx.now]);
        let mut tx = self.0.ledger().db().write().await?;
        if tx.run(BEGIN, all).await? == 0 {
            // The same press twice; somebody else's id is nobody's business.
            self.read(&mut tx, ctx, id).await?;
            return self.0.ledger().stored_before(tx).await;
        }
        self.0.ledger().commit(tx, ctx.now, ctx.entry(Act::Create, Resource::Improvement).of(id)).await
    }

    async fn part(
        &self,
        tx: &mut Tx,
        ctx: &Ctx<Improve>,
        of: &Record,
        (sql, more): (&'static str, Vec<Value>),
    ) -> Result<()> {
        let mut all = values![ctx.grant.tenant(), ctx.grant.organisation(), of.id, of.version, ctx.now];
        all.extend(more);
        if tx.run(sql, all).await? == 0 {
            self.read(tx, ctx, of.id).await?;
            return Err(StoreError::ChangedMeanwhile);
        }
        Ok(())
    }

    /// Writes the goal anew.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when the project is not as it was read.
    pub async fn set_goal(&self, ctx: &Ctx<Improve>, of: &Record, goal: &Goal) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        self.part(&mut tx, ctx, of, (GOAL, goal_values(goal))).await?;
        let entry = ctx.entry(Act::Change, Resource::Improvement).of(of.id).because("goal");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Writes what is changed. A survey before it ends before it.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when the project is not as it was read.
    pub async fn set_change(&self, ctx: &Ctx<Improve>, of: &Record, change: &Change) -> Result<()> {
        let more = values![
            change.on,
            change.what.to_string(),
            text(change.agenda.as_ref()),
            change.invited.map(i64::from),
            change.came.map(i64::from),
            text(change.missed.as_ref()),
            text(change.stories.as_ref()),
            text(change.missed_link.as_ref())
        ];
        let mut tx = self.0.ledger().db().write().await?;
        self.part(&mut tx, ctx, of, (CHANGE, more)).await?;
        tx.run(END_BEFORE, values![ctx.grant.tenant(), of.id, plus_days(change.on, -1)]).await?;
        let third_from = of.project.studied.as_ref().map(|studied| studied.third_from);
        let moved = of.project.change.as_ref().is_none_or(|before| before.on != change.on);
        for kind in [JobKind::RemindRepeatCount, JobKind::RemindThirdCount].into_iter().filter(|_| moved) {
            if let Some(due) = count_due(kind, Some(change.on), third_from) {
                self.remind_later(&mut tx, ctx, of.id, (kind, due)).await?;
            }
        }
        let entry = ctx.entry(Act::Change, Resource::Improvement).of(of.id).because("change");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Writes what was made of it. Whoever leads the project is reminded when the third count can be made.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when the project is not as it was read.
    pub async fn set_studied(&self, ctx: &Ctx<Improve>, of: &Record, studied: &Studied) -> Result<()> {
        let mut tx = self.0.ledger().db().write().await?;
        let more = values![studied.learned.to_string(), studied.decided.to_string(), studied.third_from];
        self.part(&mut tx, ctx, of, (STUDIED, more)).await?;
        let on = of.project.change.as_ref().map(|change| change.on);
        if let Some(due) = count_due(JobKind::RemindThirdCount, on, Some(studied.third_from)) {
            self.remind_later(&mut tx, ctx, of.id, (JobKind::RemindThirdCount, due)).await?;
        }
        let entry = ctx.entry(Act::Change, Resource::Improvement).of(of.id).because("studied");
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Replaces what was counted at a stage.
    ///
    /// # Errors
    /// [`StoreError::ChangedMeanwhile`] when the project is not as it was read.
    pub async fn set_count(&self, ctx: &Ctx<Improve>, of: &Record, (stage, count): (Stage, &Count)) -> Result<()> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().write().await?;
        self.part(&mut tx, ctx, of, (TOUCH, vec![])).await?;
        tx.run(DROP_COUNT, values![tenant, of.id, stage.code()]).await?;
        for month in &count.months {
            let out_of = month.of.map(i64::from);
            let row = values![
                tenant,
                of.id,
                stage.code(),
                month.month,
                i64::from(month.count),
                out_of,
                count.source.code(),
                ctx.now
            ];
            tx.run(ADD_COUNT, row).await?;
        }
        let entry = ctx.entry(Act::Change, Resource::Improvement).of(of.id).because(stage.code());
        self.0.ledger().commit(tx, ctx.now, entry).await
    }

    /// Whoever works on the project is told on that day. Another day takes the place of the one before.
    async fn remind_later(
        &self,
        tx: &mut Tx,
        ctx: &Ctx<Improve>,
        project: ProjectId,
        (kind, due): (JobKind, Date),
    ) -> Result<()> {
        let subject = format!("{project}/{}", ctx.grant.user());
        let when = (instant_at(due, REMIND_AT), ctx.now);
        add_job(&self.0, tx, ctx.grant.tenant(), (kind, &subject), when).await
    }

    /// Reminds whoever planned a change, or studied a project, that the months of a count are over, if nobody has counted them. Where
    /// they are not over any more, because somebody else moved them, it waits until they are.
    ///
    /// # Errors
    /// When the database fails; the job is then tried again.
    pub async fn remind_count(&self, job: &ClaimedJob, now: Timestamp) -> Result<()> {
        let (project, user): (ProjectId, UserId) = reminded(job)?;
        let stage = if job.kind == JobKind::RemindRepeatCount { Stage::Repeat } else { Stage::Third };
        let mut tx = self.0.ledger().db().write().await?;
        let mut due = None;
        if let Some(row) = tx.row(STILL_TO_COUNT, values![&job.tenant, project, stage.code()]).await? {
            due = count_due(job.kind, row.opt_parsed("change_on")?, row.opt_parsed("third_from")?);
        }
        match due {
            Some(due) if due > day_of(now) => {
                let when = (instant_at(due, REMIND_AT), now);
                add_job(&self.0, &mut tx, &job.tenant, (job.kind, &job.subject), when).await?;
            }
            Some(_) => {
                let about = format!("{project}/{}", day_of(now));
                let template = MessageTemplate::CountAgainDue;
                write_to_user(&self.0, &mut tx, &job.tenant, template, (user, &about), now).await?;
                job_done(&mut tx, job, now).await?;
            }
            None => job_done(&mut tx, job, now).await?,
        }
        let entry = Entry::system(job.tenant.clone(), Act::Change, Resource::Improvement).of(project);
        self.0.ledger().commit(tx, now, entry.because(job.kind.code())).await
    }

    /// What the projects of the practices of a scheme, network, cluster or board came to. No name leaves it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn roll_up(&self, ctx: &Ctx<Improve>, today: Date) -> Result<RollUp> {
        let wanted = || values![ctx.grant.tenant(), ctx.grant.organisation(), MOST_ROLLED_UP];
        let mut tx = self.0.ledger().db().read().await?;
        let rows = tx.rows(OF_MEMBERS, wanted()).await?;
        let mut by_project = by_project(tx.rows(COUNTS_OF_MEMBERS, wanted()).await?)?;
        drop(tx);
        let (mut all, mut practices, mut again) = (RollUp::default(), HashSet::new(), HashSet::new());
        for row in &rows {
            let Record { id, mut project, .. } = record(row)?;
            counted(&mut project, &by_project.remove(&id.to_string()).unwrap_or_default())?;
            let practice = row.text("organisation")?;
            all.projects += 1;
            match study::direction(&project) {
                None => {}
                Some(Ordering::Greater) => all.more += 1,
                Some(Ordering::Less) => all.fewer += 1,
                Some(Ordering::Equal) => all.cannot_tell += 1,
            }
            if let Some((reached, _)) = study::goal_reached(&project, today) {
                all.reached += usize::from(reached);
                again.insert(practice.clone());
            }
            practices.insert(practice);
        }
        (all.practices, all.counted_again) = (practices.len(), again.len());
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Improvement).because("roll_up")).await?;
        Ok(all)
    }

    /// The referrals of each month of a time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn referrals(&self, ctx: &Ctx<Improve>, (period, senders): (Period, Senders)) -> Result<Vec<MonthCount>> {
        let (tenant, place) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut tx = self.0.ledger().db().read().await?;
        let mut months = vec![];
        for month in period.each() {
            let until = Period { first: month, months: 1 }.end();
            let mut wanted = values![tenant, place, instant_at(month, 0), instant_at(until, 0)];
            let sql = match senders {
                Senders::Practice => SENT_FROM,
                Senders::Scheme => SENT_TO,
                Senders::Members => {
                    wanted.extend(values![month]);
                    SENT_FROM_MEMBERS
                }
            };
            let row = tx.row(sql, wanted).await?;
            let count = row.map_or(Ok(0), |row| row.small("n"))?;
            months.push(MonthCount { month, count, of: None });
        }
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Flow).because("improvement")).await?;
        Ok(months)
    }
}

fn goal_values(goal: &Goal) -> Vec<Value> {
    values![
        goal.title.to_string(),
        goal.led_by.to_string(),
        goal.measured.code(),
        i64::from(goal.target),
        text(goal.what.as_ref()),
        goal.by,
        text(goal.achievable.as_ref()),
        text(goal.relevant.as_ref()),
        text(goal.balance.as_ref())
    ]
}
