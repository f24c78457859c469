//! Putting two records together, taking them apart, taking a referral out: each in one transaction, with what is needed to undo it.

use fingerpost_domain::calendar::{add_working_days, day_of};
use fingerpost_domain::id::{CaseId, PersonId, PersonJoinId, RecordHoldId, ReferralId, TenantId};
use fingerpost_domain::referral::{ReferralEvent, ReferralState};
use fingerpost_domain::text::Line;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_engine::{Result, StoreError, Tx, Value, statements, values};
use fingerpost_ledger::{Act, Resource};
use fingerpost_people::{self as people, Body, Ended, Joined, Moved, Next, PersonHere, Stood};
use fingerpost_policy::MergePeople;
use fingerpost_store::{
    CALL_AGAIN_WORDS, Ctx, MessageTemplate, access_of, hold_open_cases, hold_scheme, message_not_needed, note_access,
    stop_writing, to_be_answered, triagers_of,
};

use super::{Comparison, HELD, cases_of, compared, next, person_of, standing};
use crate::Rights;
use crate::retention::hold_until;

statements! {
    JOIN = "SELECT gone, body, joined_at FROM person_join WHERE tenant = $1 AND id = $2 AND kept = $3 AND scheme = $4 AND gone IS NOT NULL AND undone_at IS NULL";
    JOIN_OF_REFERRAL = "SELECT id, body, joined_at FROM person_join WHERE tenant = $1 AND referral = $2 AND kept = $3 AND undone_at IS NULL ORDER BY joined_at DESC, id DESC LIMIT 1";
    UNDONE = "UPDATE person_join SET undone_by = $3, undone_at = $4 WHERE tenant = $1 AND id = $2 AND undone_at IS NULL";
    WENT = "UPDATE person SET merged_into = $3, nhs_number = NULL WHERE tenant = $1 AND id = $2";
    CAME_BACK = "UPDATE person SET merged_into = NULL, nhs_number = $3 WHERE tenant = $1 AND id = $2";
    STOPPED = "SELECT nhs_number, messages_stopped_at FROM person WHERE tenant = $1 AND id = $2";
    EARLIER = "SELECT id FROM person WHERE tenant = $1 AND merged_into = $2";
    FOLLOW = "UPDATE person SET merged_into = $3 WHERE tenant = $1 AND id = $2";
    MOVE_CASE = "UPDATE case_file SET person = $4, version = version + 1 WHERE tenant = $1 AND id = $2 AND person = $3";
    /// All of them: what was sent is looked up by whom it was sent to when it is called off, and what failed is sent again.
    TURN_MESSAGES = "UPDATE outbox SET recipient = $3 WHERE tenant = $1 AND case_id = $2 AND recipient_kind = 'person' AND recipient <> $3 \
                     AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.tenant = $1 AND o.template = outbox.template AND o.recipient = $3 AND o.subject = outbox.subject)";
    COMES_NEXT = "UPDATE case_file SET next_action = $3, next_due = $4, version = version + 1 WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
    /// Where nobody has written since what comes next.
    CAME_NEXT = "UPDATE case_file SET next_action = $3, next_due = $4, version = version + 1 WHERE tenant = $1 AND id = $2 AND closed_at IS NULL AND next_action = $5 AND next_due = $6";
    END_CASE = "UPDATE case_file SET closed_at = $3, outcome = 'joined_record', next_action = NULL, next_due = NULL, version = version + 1 \
                WHERE tenant = $1 AND id = $2 AND closed_at IS NULL";
    REOPEN = "UPDATE case_file SET closed_at = NULL, outcome = NULL, next_action = $3, next_due = $4, version = version + 1 \
              WHERE tenant = $1 AND id = $2 AND outcome = 'joined_record'";
    OF_CASE = "SELECT id, joined_case FROM referral WHERE tenant = $1 AND case_id = $2";
    MOVE_REFERRAL = "UPDATE referral SET case_id = $4, joined_case = $5 WHERE tenant = $1 AND id = $2 AND case_id = $3";
    LINKS = "SELECT id FROM one_time_link WHERE tenant = $1 AND scope = 'stop_messages' AND subject = $2";
    MOVE_LINK = "UPDATE one_time_link SET subject = $3 WHERE tenant = $1 AND id = $2 AND scope = 'stop_messages'";
    HOLDS = "SELECT id, until_on, decided_at FROM record_hold WHERE tenant = $1 AND person = $2 AND scheme = $3 ORDER BY decided_at DESC, id DESC LIMIT 100";
    MOVE_HOLD = "UPDATE record_hold SET person = $3 WHERE tenant = $1 AND id = $2";
    SAID = "SELECT DISTINCT characteristic FROM self_description WHERE tenant = $1 AND person = $2 \
            AND characteristic NOT IN (SELECT characteristic FROM self_description WHERE tenant = $1 AND person = $3)";
    MOVE_SAID = "UPDATE self_description SET person = $4 WHERE tenant = $1 AND person = $2 AND characteristic = $3 AND said_at <= $5";
    /// What stood before a version, as a further one, where that is still the newest.
    ACCESS_AGAIN = "INSERT INTO access_needs (tenant, person, version, needs, may_share, review_on, asked_at) \
                    SELECT b.tenant, b.person, v.version + 1, b.needs, b.may_share, b.review_on, CAST($4 AS BIGINT) FROM access_needs v \
                    JOIN access_needs b ON b.tenant = v.tenant AND b.person = v.person AND b.version = v.version - 1 \
                    WHERE v.tenant = $1 AND v.person = $2 AND v.version = $3 \
                    AND NOT EXISTS (SELECT 1 FROM access_needs n WHERE n.tenant = v.tenant AND n.person = v.person AND n.version > v.version)";
    MOVE_ACCESS = "UPDATE access_needs SET person = $3 WHERE tenant = $1 AND person = $2 AND asked_at <= $4";
    REFERRAL = "SELECT r.state, r.case_id, r.joined_case, r.source, r.given, r.family, r.preferred, r.born, r.nhs_number, r.address, r.postcode, r.phone, r.email, r.communication, \
                r.reach, r.guidance, r.risk, r.risk_note, c.person, s.answer_working_days FROM referral r JOIN case_file c ON c.tenant = r.tenant AND c.id = r.case_id \
                JOIN scheme s ON s.tenant = r.tenant AND s.organisation = r.scheme WHERE r.tenant = $1 AND r.scheme = $2 AND r.id = $3";
    WAIT_AGAIN = "UPDATE referral SET state = 'sent', case_id = NULL, joined_case = 0, decided_at = NULL, decided_by = NULL, answer_due = $4 \
                  WHERE tenant = $1 AND id = $2 AND case_id = $3 AND state = 'accepted'";
    /// Letters that told whoever sent one referral of somebody else, and the news of them that has not left.
    TAKE_BACK_LETTERS = "UPDATE feedback SET withdrawn_at = $3, about_case = $5 WHERE tenant = $1 AND referral = $2 AND sent_at >= $4 AND withdrawn_at IS NULL";
    TAKE_BACK_NEWS = "UPDATE outbox SET failed_at = $3, last_error = 'taken_back', settled_at = $3 WHERE tenant = $1 AND template = 'feedback_arrived' AND sent_at IS NULL AND settled_at IS NULL \
                      AND substr(subject, 1, 26) IN (SELECT id FROM feedback WHERE tenant = $1 AND referral = $2 AND sent_at >= $4)";
    TAKE_BACK_WORD = "UPDATE disclosure SET withdrawn_at = $3 WHERE tenant = $1 AND referral = $2 AND recipient = 'referrer' AND given_at >= $4 AND withdrawn_at IS NULL";
}

/// What comes next in a case that took in another one.
const READ_BOTH: &str = "Read the other record of theirs too";
/// Within so many working days of it.
const READ_WORKING_DAYS: u32 = 5;
/// What comes next where nothing but the call did.
const READ_IT_AGAIN: &str = "Read it again: what was referred last is about somebody else";
/// Letters of what comes next.
const LONGEST_NEXT: usize = 200;

impl Rights {
    /// Puts two records of one person together. The cases of the other move to the kept one; where both have an open case, the other's
    /// ends and its referrals join the kept one's, without a letter to anybody. `mark` is that of the comparison that was read.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where either is outside the scheme; [`StoreError::ChangedMeanwhile`] where an [`Obstacle`] stands in
    /// the way, or anything of the two has changed since they were compared.
    pub async fn join_records(
        &self,
        ctx: &Ctx<MergePeople>,
        pair: (CaseId, CaseId),
        (why, mark): (&Line<200>, &str),
    ) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        let both = [person_of(&mut tx, ctx, pair.0).await?, person_of(&mut tx, ctx, pair.1).await?];
        hold(&mut tx, ctx, &mut both.clone()).await?;
        // Holding an open case has counted as a change of it.
        let (comparison, (kept, gone)) = compared(&mut tx, ctx, pair, HELD).await?;
        if comparison.obstacle.is_some() || comparison.mark != mark || [kept, gone] != both {
            return Err(StoreError::ChangedMeanwhile);
        }
        let before = people::stood(&mut tx, tenant, kept).await?;
        let row = tx.row(STOPPED, values![tenant, gone]).await?.ok_or(StoreError::NotFound)?;
        let mut moved = Moved {
            nhs_number: row.opt_text("nhs_number")?,
            earlier: ids(&mut tx, (EARLIER, "id"), values![tenant, gone]).await?,
            links: ids(&mut tx, (LINKS, "id"), values![tenant, gone]).await?,
            said: ids(&mut tx, (SAID, "characteristic"), values![tenant, gone, kept]).await?,
            cases: comparison.gone.cases.iter().map(|case| case.id).collect(),
            ..Moved::default()
        };
        tx.run(WENT, values![tenant, gone, kept]).await?;
        people::change_care(&mut tx, tenant, kept, &comparison.after).await?;
        people::add_number(&mut tx, tenant, kept, &comparison.after.details).await?;
        if row.opt_at("messages_stopped_at")?.is_some() {
            stop_writing(&mut tx, tenant, kept, ctx.now).await?;
        }
        for person in &moved.earlier {
            tx.run(FOLLOW, values![tenant, *person, kept]).await?;
        }
        if let (Some(goes_on), Some(ending)) = (comparison.kept.open(), comparison.gone.open()) {
            moved.ended = Some(end(&mut tx, ctx, (ending, goes_on)).await?);
        }
        move_cases(&mut tx, tenant, &moved.cases, (gone, kept)).await?;
        for link in &moved.links {
            tx.run(MOVE_LINK, values![tenant, *link, kept]).await?;
        }
        moved.holds = self.join_holds(&mut tx, ctx, (gone, kept)).await?;
        for characteristic in &moved.said {
            tx.run(MOVE_SAID, values![tenant, gone, characteristic, kept, Timestamp::MAX]).await?;
        }
        (moved.access, moved.access_version) = join_access(&mut tx, ctx, (gone, kept), &comparison).await?;
        let body = Body { before, after: people::stood(&mut tx, tenant, kept).await?, moved };
        let join: PersonJoinId = self.0.entropy().id(ctx.now);
        let joined = (kept, Joined::Record(gone), why.as_str());
        people::note_join(&mut tx, (tenant, scheme, join), joined, &body, (ctx.grant.user(), ctx.now)).await?;
        let entry = |case: CaseId, act, why| ctx.entry(act, Resource::Case).of(case).because(why);
        for case in &body.moved.cases {
            ledger.note(&mut tx, ctx.now, entry(*case, Act::Join, "records")).await?;
        }
        if let (Some(open), true) = (comparison.kept.open(), body.before != body.after) {
            ledger.note(&mut tx, ctx.now, entry(open, Act::Change, "care")).await?;
        }
        ledger.commit(tx, ctx.now, entry(pair.0, Act::Join, "records")).await
    }

    /// The other record's decisions to keep it longer move too. The newest decision counts, so where the longer of the two was decided
    /// first, it is decided anew.
    async fn join_holds(
        &self,
        tx: &mut Tx,
        ctx: &Ctx<MergePeople>,
        (gone, kept): (PersonId, PersonId),
    ) -> Result<Vec<RecordHoldId>> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let mut newest: Vec<(Date, Timestamp)> = vec![];
        let mut moved: Vec<RecordHoldId> = vec![];
        for person in [kept, gone] {
            let rows = tx.rows(HOLDS, values![tenant, person, scheme]).await?;
            if let Some(row) = rows.first() {
                newest.push((row.parsed("until_on")?, row.at("decided_at")?));
            }
            if person == gone {
                moved = rows.iter().map(|row| row.parsed("id")).collect::<Result<_>>()?;
            }
        }
        for hold in &moved {
            tx.run(MOVE_HOLD, values![tenant, *hold, kept]).await?;
        }
        if let [one, other] = newest[..] {
            let (counts, longest) = (if one.1 >= other.1 { one.0 } else { other.0 }, one.0.max(other.0));
            if counts < longest {
                let why = "Two records were put together: the longer time stands";
                hold_until(tx, ctx, (self.0.entropy().id(ctx.now), kept), (longest, why)).await?;
            }
        }
        Ok(moved)
    }

    /// Has a record say what it said, and the case that was opened say that it did.
    async fn put_back(
        &self,
        tx: &mut Tx,
        ctx: &Ctx<MergePeople>,
        (case, person): (CaseId, PersonId),
        (stood, stays): (&Stood, &Stood),
    ) -> Result<()> {
        if stood == stays {
            return Ok(());
        }
        people::put_back(tx, ctx.grant.tenant(), person, stays).await?;
        let entry = ctx.entry(Act::Change, Resource::Case).of(case).because("care");
        self.0.ledger().note(tx, ctx.now, entry).await
    }

    /// Takes two records apart again. What moved moves back, and what the kept record says is as it was, where nobody has changed it and
    /// nothing was put together with it since; letters that were written meanwhile to whoever had sent the other are taken back. Whoever
    /// wants no messages is written to by nobody afterwards.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme; [`StoreError::ChangedMeanwhile`] where it was taken apart already, or either was
    /// put together with a third since: the newest is taken apart first.
    pub async fn take_apart(&self, ctx: &Ctx<MergePeople>, case: CaseId, join: PersonJoinId) -> Result<()> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        let kept = person_of(&mut tx, ctx, case).await?;
        hold(&mut tx, ctx, &mut [kept]).await?;
        let row = tx.row(JOIN, values![tenant, join, kept, scheme]).await?.ok_or(StoreError::ChangedMeanwhile)?;
        let (gone, at): (PersonId, _) = (row.parsed("gone")?, row.at("joined_at")?);
        let Body { before, after, moved } = Body::read(&row)?;
        let (stands, _) = standing(&mut tx, tenant, kept).await?;
        if stands.iter().find(|(_, record)| *record).map(|(newest, _)| *newest) != Some(join) {
            return Err(StoreError::ChangedMeanwhile);
        }
        tx.run(UNDONE, values![tenant, join, ctx.grant.user(), ctx.now]).await?;
        let stood = people::stood(&mut tx, tenant, kept).await?;
        // What was joined to the record since may rest on what this joining said: then it stays, and somebody reads it through.
        let newest = stands.first().is_some_and(|(newest, _)| *newest == join);
        let mut stays = if newest { stood.clone().without(before, after) } else { stood.clone() };
        // Two records cannot hold one number.
        stays.nhs_number = stays.nhs_number.filter(|number| Some(number) != moved.nhs_number.as_ref());
        self.put_back(&mut tx, ctx, (case, kept), (&stood, &stays)).await?;
        tx.run(CAME_BACK, values![tenant, gone, moved.nhs_number.as_deref()]).await?;
        let row = tx.row(STOPPED, values![tenant, kept]).await?.ok_or(StoreError::NotFound)?;
        if row.opt_at("messages_stopped_at")?.is_some_and(|stopped| stopped >= at) {
            stop_writing(&mut tx, tenant, gone, ctx.now).await?;
        }
        for person in &moved.earlier {
            tx.run(FOLLOW, values![tenant, *person, gone]).await?;
        }
        move_cases(&mut tx, tenant, &moved.cases, (kept, gone)).await?;
        if let Some(ended) = &moved.ended {
            let next = values![tenant, ended.case, ended.next.next_action.as_deref(), ended.next.next_due];
            tx.run(REOPEN, next).await?;
            for (referral, joined) in &ended.referrals {
                let back = values![tenant, *referral, ended.goes_on, ended.case, *joined];
                tx.run(MOVE_REFERRAL, back).await?;
                take_letters_back(&mut tx, tenant, (*referral, ended.goes_on), (at, ctx.now)).await?;
            }
            let (was, is) = (&ended.before, &ended.after);
            let again = values![
                tenant,
                ended.goes_on,
                was.next_action.as_deref(),
                was.next_due,
                is.next_action.as_deref(),
                is.next_due
            ];
            tx.run(CAME_NEXT, again).await?;
        }
        for link in &moved.links {
            tx.run(MOVE_LINK, values![tenant, *link, gone]).await?;
        }
        for hold in &moved.holds {
            tx.run(MOVE_HOLD, values![tenant, *hold, gone]).await?;
        }
        for characteristic in &moved.said {
            tx.run(MOVE_SAID, values![tenant, kept, characteristic, gone, at]).await?;
        }
        if moved.access {
            tx.run(MOVE_ACCESS, values![tenant, kept, gone, at]).await?;
        }
        if let Some(version) = moved.access_version {
            tx.run(ACCESS_AGAIN, values![tenant, kept, version, ctx.now]).await?;
        }
        for moved in &moved.cases {
            let entry = ctx.entry(Act::TakeApart, Resource::Case).of(*moved).because("records");
            ledger.note(&mut tx, ctx.now, entry).await?;
        }
        ledger.commit(tx, ctx.now, ctx.entry(Act::TakeApart, Resource::Case).of(case).because("records")).await
    }

    /// A referral was taken for this person's and is about somebody else. Where it had joined their open case it waits to be taken up
    /// again, and letters to whoever sent it are taken back; where it had opened a case, that case moves to a record of its own. Gives
    /// whether it waits again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside the scheme; [`StoreError::ChangedMeanwhile`] where it is the only one of the person, was taken
    /// out already, or another record stands put together with theirs: that is taken apart first; [`StoreError::AlreadyThere`] where it
    /// bears the person's own NHS number: one of the two is wrong.
    pub async fn take_out(&self, ctx: &Ctx<MergePeople>, case: CaseId, referral: ReferralId) -> Result<bool> {
        let (tenant, scheme) = (ctx.grant.tenant(), ctx.grant.organisation());
        let ledger = self.0.ledger();
        let mut tx = ledger.db().write().await?;
        let person = person_of(&mut tx, ctx, case).await?;
        hold(&mut tx, ctx, &mut [person]).await?;
        let row = tx.row(REFERRAL, values![tenant, scheme, referral]).await?.ok_or(StoreError::NotFound)?;
        if row.parsed::<PersonId>("person")? != person {
            return Err(StoreError::NotFound);
        }
        let (stands, records) = standing(&mut tx, tenant, person).await?;
        if records {
            return Err(StoreError::ChangedMeanwhile);
        }
        let its_case: CaseId = row.parsed("case_id")?;
        let waits = row.flag("joined_case")?;
        if !waits && cases_of(&mut tx, ctx, person).await?.len() < 2 {
            return Err(StoreError::ChangedMeanwhile);
        }
        let noted = tx.row(JOIN_OF_REFERRAL, values![tenant, referral, person]).await?;
        let (join, since, newest) = match &noted {
            Some(noted) => {
                let join: PersonJoinId = noted.parsed("id")?;
                (join, noted.at("joined_at")?, stands.first().is_some_and(|(newest, _)| *newest == join))
            }
            // It was accepted before such notes were kept: that it was taken out is noted all the same.
            None => {
                let stood = people::stood(&mut tx, tenant, person).await?;
                let body = Body { before: stood.clone(), after: stood, moved: Moved::default() };
                let join: PersonJoinId = self.0.entropy().id(ctx.now);
                let joined = (person, Joined::Referral(referral), "accepted");
                people::note_join(&mut tx, (tenant, scheme, join), joined, &body, (ctx.grant.user(), ctx.now)).await?;
                (join, Timestamp::UNIX_EPOCH, false)
            }
        };
        tx.run(UNDONE, values![tenant, join, ctx.grant.user(), ctx.now]).await?;
        if let (Some(noted), true) = (&noted, newest) {
            let Body { before, after, .. } = Body::read(noted)?;
            let stood = people::stood(&mut tx, tenant, person).await?;
            let stays = stood.clone().without(before, after);
            self.put_back(&mut tx, ctx, (case, person), (&stood, &stays)).await?;
        }
        if waits {
            row.coded("state", ReferralState::from_code)?.after(ReferralEvent::WaitAgain)?;
            let due: Date = add_working_days(day_of(ctx.now), u32::from(row.small::<u16>("answer_working_days")?));
            tx.run(WAIT_AGAIN, values![tenant, referral, its_case, due]).await?;
            if newest {
                no_call(&mut tx, tenant, its_case).await?;
            }
            take_letters_back(&mut tx, tenant, (referral, its_case), (since, ctx.now)).await?;
            let about = format!("{referral}/{}", ctx.now.as_microsecond());
            let triagers = triagers_of(&mut tx, tenant, scheme).await?;
            to_be_answered(&self.0, &mut tx, tenant, (referral, &triagers, &about), (due, ctx.now)).await?;
        } else {
            let new: PersonId = self.0.entropy().id(ctx.now);
            people::insert(&mut tx, tenant, new, &PersonHere::of_referral(&row)?, ctx.now).await?;
            move_cases(&mut tx, tenant, &[its_case], (person, new)).await?;
        }
        // "Somebody will be in touch" has not left yet, and would go to the wrong one.
        let hello = (MessageTemplate::WorkerWillBeInTouch, person, referral.to_string());
        message_not_needed(&mut tx, tenant, (hello.0, hello.1, &hello.2), ctx.now).await?;
        let entry = ctx.entry(Act::TakeApart, Resource::Case).of(its_case).because("referral");
        ledger.note(&mut tx, ctx.now, entry).await?;
        ledger.commit(tx, ctx.now, ctx.entry(Act::TakeApart, Resource::Referral).of(referral)).await?;
        Ok(waits)
    }
}

/// Moves cases from one record to another, with whatever was written to the person out of them.
async fn move_cases(tx: &mut Tx, tenant: &TenantId, cases: &[CaseId], (from, to): (PersonId, PersonId)) -> Result<()> {
    for case in cases {
        if tx.run(MOVE_CASE, values![tenant, *case, from, to]).await? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
        tx.run(TURN_MESSAGES, values![tenant, *case, to]).await?;
    }
    Ok(())
}

/// Ends one of two open cases: its referrals and what came next in it go on in the other.
async fn end(tx: &mut Tx, ctx: &Ctx<MergePeople>, (ending, goes_on): (CaseId, CaseId)) -> Result<Ended> {
    let tenant = ctx.grant.tenant();
    let (before, _) = next(tx, tenant, goes_on).await?;
    let (theirs, _) = next(tx, tenant, ending).await?;
    let parts = [Some(READ_BOTH.to_owned()), theirs.next_action.clone(), before.next_action.clone()];
    let action: String =
        parts.into_iter().flatten().collect::<Vec<_>>().join(". Then: ").chars().take(LONGEST_NEXT).collect();
    let soon = add_working_days(day_of(ctx.now), READ_WORKING_DAYS);
    let due = [before.next_due, theirs.next_due].into_iter().flatten().fold(soon, Date::min);
    tx.run(COMES_NEXT, values![tenant, goes_on, action.as_str(), due]).await?;
    if tx.run(END_CASE, values![tenant, ending, ctx.now]).await? == 0 {
        return Err(StoreError::ChangedMeanwhile);
    }
    let mut referrals = vec![];
    for row in tx.rows(OF_CASE, values![tenant, ending]).await? {
        let referral: ReferralId = row.parsed("id")?;
        referrals.push((referral, row.flag("joined_case")?));
        tx.run(MOVE_REFERRAL, values![tenant, referral, ending, goes_on, true]).await?;
    }
    let after = Next { next_action: Some(action), next_due: Some(due) };
    Ok(Ended { case: ending, next: theirs, referrals, goes_on, before, after })
}

/// How information has to reach them: moved where the kept record did not say, and written anew of both where both did. Gives whether it
/// moved, and the version that was written.
async fn join_access(
    tx: &mut Tx,
    ctx: &Ctx<MergePeople>,
    (gone, kept): (PersonId, PersonId),
    comparison: &Comparison,
) -> Result<(bool, Option<i64>)> {
    let tenant = ctx.grant.tenant();
    let Some(theirs) = &comparison.gone.access else { return Ok((false, None)) };
    let Some((ours, version, _)) = access_of(tx, tenant, kept).await? else {
        tx.run(MOVE_ACCESS, values![tenant, gone, kept, Timestamp::MAX]).await?;
        return Ok((true, None));
    };
    let version = version + 1;
    note_access(tx, tenant, (kept, version), &ours.joined_by(theirs), ctx.now).await?;
    Ok((false, Some(version)))
}

/// The call that a referral was to bring is not made; what came next before it does.
async fn no_call(tx: &mut Tx, tenant: &TenantId, case: CaseId) -> Result<()> {
    let (stands, _) = next(tx, tenant, case).await?;
    let Some(rest) = stands.next_action.as_deref().and_then(|what| what.strip_prefix(CALL_AGAIN_WORDS)) else {
        return Ok(());
    };
    let action = rest.strip_prefix(". Then: ").unwrap_or(READ_IT_AGAIN);
    tx.run(COMES_NEXT, values![tenant, case, action, stands.next_due]).await.map(drop)
}

/// Holds records until the change ends: no case is opened for any, and nothing of them is changed. Open cases first, as whoever accepts
/// a referral takes them; then the records, always in one order.
async fn hold(tx: &mut Tx, ctx: &Ctx<MergePeople>, records: &mut [PersonId]) -> Result<()> {
    let tenant = ctx.grant.tenant();
    hold_scheme(tx, tenant, ctx.grant.organisation()).await?;
    records.sort_unstable();
    for person in &*records {
        hold_open_cases(tx, tenant, *person, None).await?;
    }
    for person in &*records {
        people::hold(tx, tenant, *person).await?;
    }
    Ok(())
}

async fn ids<T: std::str::FromStr>(tx: &mut Tx, (sql, column): (&'static str, &str), of: Vec<Value>) -> Result<Vec<T>> {
    tx.rows(sql, of).await?.iter().map(|row| row.parsed(column)).collect()
}

/// Whatever was written to the referrer of one referral out of a case since then was about somebody else.
async fn take_letters_back(
    tx: &mut Tx,
    tenant: &TenantId,
    (referral, about): (ReferralId, CaseId),
    (since, now): (Timestamp, Timestamp),
) -> Result<()> {
    tx.run(TAKE_BACK_NEWS, values![tenant, referral, now, since]).await?;
    tx.run(TAKE_BACK_LETTERS, values![tenant, referral, now, since, about]).await?;
    tx.run(TAKE_BACK_WORD, values![tenant, referral, now, since]).await.map(drop)
}
