//! Who knows what of a person: everything that was told to anybody, from whatever part of the record it comes.

use fingerpost_correspondence_rules::message::MayLeave;
use fingerpost_domain::calendar::day_of;
use fingerpost_domain::connection::{ConnectionState, GroupIsTold};
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::feedback::FeedbackKind;
use fingerpost_domain::id::{CaseId, ConnectionId, PersonId, TenantId, UserId};
use fingerpost_domain::person::PersonName;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, StoreError, Tx, statements, values};
use fingerpost_ledger::{Act, Entry, Resource};
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::{
    Ctx, LinkScope, LiveLink, MessageTemplate, case_in_scope, link_still_live, mint_link_beside, person_name, reach_of,
    stop_writing, write_again, write_to_user,
};
use jiff::SignedDuration;

use crate::{ConsentRow, Rights, consents};

statements! {
    /// Whoever works with somebody now.
    WORKERS = "SELECT id, worker FROM case_file WHERE tenant = $1 AND person = $2 AND closed_at IS NULL ORDER BY scheme, id LIMIT 20";
    CASE = "SELECT c.person, c.referrer_hears, c.closed_at, p.given, p.family, p.preferred FROM case_file c JOIN person p ON p.tenant = c.tenant AND p.id = c.person \
            WHERE c.tenant = $1 AND c.id = $2";
    /// Who asked for help for them, and what the referrer was sent.
    REFERRALS = "SELECT r.source, u.name AS referrer_name, o.name AS practice_name FROM referral r JOIN app_user u ON u.tenant = r.tenant AND u.id = r.referrer \
                 JOIN organisation o ON o.id = r.practice WHERE r.tenant = $1 AND r.case_id = $2 ORDER BY r.sent_at, r.id LIMIT 20";
    LETTERS = "SELECT f.kind, f.sent_at, f.opened_at, o.name AS practice_name FROM referral r CROSS JOIN feedback f JOIN organisation o ON o.id = r.practice \
               WHERE r.tenant = $1 AND r.case_id = $2 AND f.tenant = r.tenant AND f.referral = r.id AND f.withdrawn_at IS NULL ORDER BY f.sent_at DESC, f.id LIMIT 100";
    /// Letters that told whoever sent somebody else of this person.
    LETTERS_BY_MISTAKE = "SELECT f.kind, f.sent_at, f.opened_at, o.name AS practice_name FROM feedback f JOIN referral r ON r.tenant = f.tenant AND r.id = f.referral \
                          JOIN organisation o ON o.id = r.practice WHERE f.tenant = $1 AND f.about_case = $2 ORDER BY f.sent_at DESC, f.id LIMIT 50";
    GROUPS = "SELECT id, service_name, group_email, told, state, offered_at FROM connection WHERE tenant = $1 AND case_id = $2 ORDER BY offered_at DESC, id LIMIT 100";
    /// A group opened a name: the looks of links are in the audit. So few for each day that no group hides another.
    NAMES_SEEN = "SELECT n.service_name, MAX(a.at) AS at FROM connection n CROSS JOIN audit_row a WHERE n.tenant = $1 AND n.case_id = $2 \
                  AND a.tenant = n.tenant AND a.resource = 'connection' AND a.resource_id = n.id AND a.act = 'read' AND a.detail = 'name' \
                  GROUP BY n.service_name, a.at / 86400000000 ORDER BY at DESC LIMIT 200";
    TELLINGS = "SELECT t.on_day, t.what, c.name, u.name AS told_by_name FROM telling t JOIN consent c ON c.tenant = t.tenant AND c.id = t.consent \
                JOIN app_user u ON u.tenant = t.tenant AND u.id = t.told_by WHERE t.tenant = $1 AND t.case_id = $2 ORDER BY t.on_day DESC, t.id LIMIT 200";
}

/// The link that stops messages works for so long.
const STOP_LASTS: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Something that somebody was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRow {
    /// The day.
    pub on: Date,
    /// Who.
    pub whom: String,
    /// What.
    pub what: String,
}

/// A group that was offered the person.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// The connection.
    pub id: ConnectionId,
    /// What it is called.
    pub name: String,
    /// What it is told after a yes.
    pub told: GroupIsTold,
    /// Where it stands.
    pub state: ConnectionState,
    /// Somebody of ours asked it by voice: it has no page.
    pub by_voice: bool,
    /// When it was asked.
    pub offered_at: Timestamp,
}

/// Who may know what of a person, and who was told.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who.
    pub name: PersonName,
    /// The case is open.
    pub open: bool,
    /// Who referred them: a name and a place; none for somebody who asked for themself.
    pub referrers: Vec<String>,
    /// What the referrer hears.
    pub referrer_hears: ReferrerHears,
    /// The groups.
    pub groups: Vec<GroupRow>,
    /// Everybody else.
    pub consents: Vec<ConsentRow>,
    /// Whether messages reach the person by themselves, and how.
    pub reach: MayLeave,
    /// What was told to whom, newest first.
    pub told: Vec<ToldRow>,
}

async fn told(tx: &mut Tx, (tenant, case): (&TenantId, CaseId), groups: &[GroupRow]) -> Result<Vec<ToldRow>> {
    let of = || values![tenant, case];
    let mut all = vec![];
    for row in tx.rows(LETTERS, of()).await? {
        let kind = row.coded("kind", FeedbackKind::from_code)?;
        let opened = row.opt_at("opened_at")?.map_or("not opened yet", |_| "opened");
        let what = format!("A letter: {} ({opened})", kind.label().to_lowercase());
        all.push(ToldRow { on: day_of(row.at("sent_at")?), whom: row.text("practice_name")?, what });
    }
    for row in tx.rows(LETTERS_BY_MISTAKE, of()).await? {
        let opened = row.opt_at("opened_at")?.map_or("before it was opened", |_| "after it was opened");
        let kind = row.coded("kind", FeedbackKind::from_code)?.label().to_lowercase();
        let what = format!("By mistake, for a referral of somebody else, a letter: {kind}. Taken back {opened}");
        all.push(ToldRow { on: day_of(row.at("sent_at")?), whom: row.text("practice_name")?, what });
    }
    for group in groups {
        let what =
            if group.by_voice { "Asked by somebody of ours, by voice" } else { "What they look for, without a name" };
        all.push(ToldRow { on: day_of(group.offered_at), whom: group.name.clone(), what: what.to_owned() });
    }
    let mut seen: Vec<ToldRow> = vec![];
    for row in tx.rows(NAMES_SEEN, of()).await? {
        let look = ToldRow {
            on: day_of(row.at("at")?),
            whom: row.text("service_name")?,
            what: "Opened their page with the name".into(),
        };
        // Once for each day: a page that is loaded twice tells nothing more.
        if !seen.contains(&look) {
            seen.push(look);
        }
    }
    all.append(&mut seen);
    for row in tx.rows(TELLINGS, of()).await? {
        let what = format!("{}, by {}", row.text("what")?, row.text("told_by_name")?);
        all.push(ToldRow { on: row.parsed("on_day")?, whom: row.text("name")?, what });
    }
    all.sort_by_key(|row| std::cmp::Reverse(row.on));
    Ok(all)
}

impl Rights {
    /// Who may know what of the person of a case, and who was told.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn known(&self, ctx: &Ctx<ReadCase>, case: CaseId) -> Result<Known> {
        let tenant = ctx.grant.tenant();
        let mut tx = self.0.ledger().db().read().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let row = tx.row(CASE, values![tenant, case]).await?.ok_or(StoreError::NotFound)?;
        let person: PersonId = row.parsed("person")?;
        let mut referrers = vec![];
        for row in tx.rows(REFERRALS, values![tenant, case]).await? {
            if row.text("source")? == "practice" {
                referrers.push(format!("{}, {}", row.text("referrer_name")?, row.text("practice_name")?));
            }
        }
        let groups = tx.rows(GROUPS, values![tenant, case]).await?;
        let groups = groups.iter().map(|row| {
            Ok(GroupRow {
                id: row.parsed("id")?,
                name: row.text("service_name")?,
                told: row.coded("told", GroupIsTold::from_code)?,
                state: row.coded("state", ConnectionState::from_code)?,
                by_voice: row.opt_text("group_email")?.is_none(),
                offered_at: row.at("offered_at")?,
            })
        });
        let groups = groups.collect::<Result<Vec<_>>>()?;
        let known = Known {
            name: person_name(&row)?,
            open: row.opt_at("closed_at")?.is_none(),
            referrers,
            referrer_hears: row.coded("referrer_hears", ReferrerHears::from_code)?,
            consents: consents::of_case(&mut tx, tenant, case).await?,
            reach: reach_of(&mut tx, tenant, person)
                .await?
                .map_or(Err(StoreError::NotFound), |(reach, _)| Ok(reach))?,
            told: told(&mut tx, (tenant, case), &groups).await?,
            groups,
        };
        drop(tx);
        self.0.ledger().looked(ctx.now, ctx.entry(Act::Read, Resource::Case).of(case).because("who_knows")).await?;
        Ok(known)
    }

    /// The person wants no messages that send themselves, or wants them again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the reader's scope.
    pub async fn change_messages(&self, ctx: &Ctx<WorkCase>, case: CaseId, wanted: bool) -> Result<()> {
        let (ledger, tenant) = (self.0.ledger(), ctx.grant.tenant());
        let mut tx = ledger.db().write().await?;
        case_in_scope(&mut tx, ctx, case).await?;
        let row = tx.row(CASE, values![tenant, case]).await?.ok_or(StoreError::NotFound)?;
        let person: PersonId = row.parsed("person")?;
        if wanted {
            write_again(&mut tx, tenant, person).await?;
        } else {
            stop_writing(&mut tx, tenant, person, ctx.now).await?;
        }
        let why = if wanted { "messages_again" } else { "messages_stop" };
        ledger.commit(tx, ctx.now, ctx.entry(Act::Change, Resource::Case).of(case).because(why)).await
    }

    /// Makes the link with which a person stops messages; it goes along with one of them. Earlier ones work on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mint_stop_link(&self, tenant: &TenantId, person: PersonId, now: Timestamp) -> Result<String> {
        let until = now.saturating_add(STOP_LASTS).unwrap_or(Timestamp::MAX);
        let mut tx = self.0.ledger().db().write().await?;
        let about = person.to_string();
        let token = mint_link_beside(&self.0, &mut tx, tenant, LinkScope::StopMessages, &about, (now, until)).await?;
        let entry = Entry::system(tenant.clone(), Act::Create, Resource::Link).of(person);
        self.0.ledger().commit(tx, now, entry.because("stop_messages")).await?;
        Ok(token)
    }

    /// The person stops messages through the link in one of them, and whoever works with them is told. A second press changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link of another scope, or that has ended.
    pub async fn stop_by_link(&self, link: &LiveLink, now: Timestamp) -> Result<()> {
        if link.scope != LinkScope::StopMessages {
            return Err(StoreError::NotFound);
        }
        let ledger = self.0.ledger();
        let person: PersonId = link.subject.parse().map_err(|_| StoreError::corrupt("subject"))?;
        let mut tx = ledger.db().write().await?;
        link_still_live(&mut tx, link, now).await?;
        if stop_writing(&mut tx, &link.tenant, person, now).await? {
            for row in tx.rows(WORKERS, values![&link.tenant, person]).await? {
                let about = format!("{}/{}", row.text("id")?, now.as_microsecond());
                let to: (UserId, &str) = (row.parsed("worker")?, &about);
                write_to_user(&self.0, &mut tx, &link.tenant, MessageTemplate::MessagesStopped, to, now).await?;
            }
        }
        let entry =
            Entry { ground: "link", ..Entry::system(link.tenant.clone(), Act::Change, Resource::Person).of(person) };
        ledger.commit(tx, now, entry.because("messages_stop")).await
    }
}
