//! Which groups invented people were put in touch with, and what became of it.

use fingerpost_domain::calendar::{add_working_days, day_of, instant_at, plus_days};
use fingerpost_domain::connection::{EndReason, GroupReason, OfferAnswers};
use fingerpost_domain::id::{CaseId, RequestKey, ServiceId};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{ReadCase, WorkCase};
use fingerpost_store::{ConnectionChange, SignedIn, Store};
use rand::{Rng, RngExt};

use crate::DemoError;
use crate::people::{chance, one};
use crate::places::Cast;

pub(crate) const ASKS: &[&str] = &[
    "Would like company one morning a week, and a friendly face at the door.",
    "Good with their hands, quiet at first. Walks with a stick.",
    "Has never been to a group before. Would like to come with somebody the first time.",
    "Wants to be out of the house while the days are short.",
];

fn offer(peggy: bool, may_be_rung: bool, dice: &mut impl Rng) -> OfferAnswers {
    OfferAnswers {
        ask: if peggy { "Used to sing alto and would like to again, and to meet people." } else { one(dice, ASKS) }
            .to_owned(),
        first_visit: if peggy { "A Tuesday evening, and I come along".to_owned() } else { String::new() },
        agreed: true,
        told: if peggy || chance(dice, 60) { if may_be_rung { "name_and_phone" } else { "name" } } else { "name_only" }
            .to_owned(),
        way: "by_hand".to_owned(),
        email: String::new(),
    }
}

/// Offers somebody to a group, and tells what became of it up to `today`.
pub(crate) async fn tell(
    store: &Store,
    cast: &Cast,
    dice: &mut impl Rng,
    (worker, case, now): (&SignedIn, CaseId, Timestamp),
    (peggy, today): (bool, Date),
) -> Result<(), DemoError> {
    let services = crate::services::open(store).await?;
    let choir = services.iter().find(|stored| stored.service.name == "Tannery Choir");
    let service: ServiceId = match choir {
        Some(choir) if peggy => choir.id,
        _ => services.get(dice.random_range(0..services.len().max(1))).ok_or(DemoError::Refused("service"))?.id,
    };
    let person = store.case(&Cast::ctx::<ReadCase>(worker, cast.scheme.id, now)?, case).await?.person;
    let asked = offer(peggy, person.safe_contact.may_be_rung(), dice);
    let asked = asked.check(&person.details, &person.safe_contact).map_err(|_| DemoError::Refused("offer"))?;
    let work = |at| Cast::ctx::<WorkCase>(worker, cast.scheme.id, at);
    let key: RequestKey = store.entropy().id(now);
    let id = store.offer_connection(&work(now)?, case, (service, &asked, key)).await?;
    let asked_on = day_of(now);
    let answered_on = add_working_days(asked_on, if peggy { 2 } else { 1 + dice.random_range(0..6_u32) });
    if answered_on >= today || (!peggy && chance(dice, 8)) {
        return Ok(());
    }
    let says = async |on: Date, hour: i8, change| -> Result<(), DemoError> {
        Ok(store.change_connection(&work(instant_at(on, hour))?, (case, id), change).await?)
    };
    if !peggy && chance(dice, 18) {
        let reasons =
            [GroupReason::Full, GroupReason::Full, GroupReason::DayOrTime, GroupReason::NotRight, GroupReason::Access];
        return says(answered_on, 11, ConnectionChange::No(reasons[dice.random_range(0..reasons.len())])).await;
    }
    says(answered_on, 11, ConnectionChange::Yes).await?;
    let mut on = plus_days(answered_on, 5);
    let times = if peggy { 2 } else { dice.random_range(0..5_i64) };
    for _ in 0..times {
        if on >= today {
            return Ok(());
        }
        says(on, 17, ConnectionChange::Visit { on, came: peggy || chance(dice, 80) }).await?;
        on = plus_days(on, 7);
    }
    if !peggy && on < plus_days(today, -60) && times > 0 {
        let ends = [EndReason::GoesOn, EndReason::GoesOn, EndReason::Finished, EndReason::PersonStopped];
        says(on, 17, ConnectionChange::End(ends[dice.random_range(0..ends.len())])).await?;
    }
    Ok(())
}
