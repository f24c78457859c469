//! One person's story, from being noticed to wherever it has got by today.

use fingerpost_domain::calendar::{add_working_days, day_of, instant_at, is_working_day, plus_days};
use fingerpost_domain::case::{ClosingAnswers, ContactAnswers};
use fingerpost_domain::id::{CaseId, OrganisationId, ReferralId, RequestKey};
use fingerpost_domain::measure::Moment;
use fingerpost_domain::referral::{ReferralAnswers, Refusal};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::{ReadCase, ReferPerson, TakeBack, Triage, WorkCase};
use fingerpost_store::{Allocation, SamePerson, SignedIn, Store};
use rand::rngs::ChaCha20Rng;
use rand::{Rng, RngExt};

use crate::people::{self, chance, one};
use crate::places::Cast;
use crate::{DemoError, connections, measures, plans};

pub(crate) const NOTES: &[&str] = &[
    "Looked at three groups together. Liked the one near the old chapel best. Worried about walking in alone.",
    "Went through the letters. Rang the council from the kitchen table.",
    "Walked to the library and back. Slower than last time, and pleased.",
    "Brighter today. Has been twice on their own.",
    "A hard week. Mostly listened.",
    "Met at the surgery after the blood test. Agreed what comes next.",
];
pub(crate) const FIRST_NOTES: &[&str] = &[
    "First conversation. Talked about the last year and what a good week used to look like.",
    "First call, half an hour. Glad somebody rang. Wants to start small.",
    "First conversation at the kitchen table. The risks were asked about and written down.",
];
const PEGGYS_NOTES: &[&str] = &[
    "Rang before 2pm as agreed. Talked about Ron and about singing. Happy for Dr Ferreira to hear how it goes.",
    "Wrote down together what matters. Looked at four choirs; Peggy liked Tannery best, \u{201c}near the old chapel\u{201d}. Worried about walking in alone.",
    "Went along to the Tannery Choir with her. She sang. Josie kept her a chair by the radiator.",
];
pub(crate) const NEXT: &[&str] = &[
    "Ring",
    "Home visit",
    "Go along to the choir",
    "Chase the food pantry",
    "Go along to the Men's Shed",
    "Review the plan",
];
const LINE: &str = "We have met and know what comes first. No change to medicines has been talked about.";
pub(crate) const CONTINUES: &[&str] = &[
    "The choir on Tuesdays. Josie at the side door if anything changes, 01632 960 310.",
    "The debt adviser has the case and rings monthly. 01632 960 320.",
    "Walks with the Thursday group. Nothing else is needed.",
];

/// Where a story ends up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Draft,
    SaidNo,
    Waiting,
    NotAccepted,
    TakenBack,
    Taken,
}

fn last_working_day(day: Date) -> Date {
    (0..7).map(|back| plus_days(day, -back)).find(|day| is_working_day(*day)).unwrap_or(day)
}

fn hour(dice: &mut impl Rng) -> i8 {
    9 + i8::try_from(dice.random_range(0..8_u32)).unwrap_or(0)
}

/// Tells story number `at` of `total`. Later stories began later, so that a year of work is spread out.
pub(crate) async fn tell(
    store: &Store,
    cast: &Cast,
    dice: &mut ChaCha20Rng,
    (at, total): (usize, usize),
    today: Date,
) -> Result<(), DemoError> {
    let peggy = at == total * 4 / 5;
    let from_end = total - 1 - at;
    let days_back = if peggy { 45 } else { i64::try_from(from_end * 360 / total).unwrap_or(0) + 1 };
    let began = match from_end {
        // What waits for an answer came yesterday or the working day before; one of them is late.
        0..=2 => last_working_day(plus_days(today, -1)),
        3 => last_working_day(plus_days(today, -4)),
        _ => add_working_days(plus_days(today, -days_back - 3), 1).min(plus_days(today, -1)),
    };
    let sent_at = instant_at(began, hour(dice));
    let ending = match (peggy, from_end) {
        (true, _) => Ending::Taken,
        (_, 0..=3) => Ending::Waiting,
        (_, 4..=5) => Ending::Draft,
        _ => match dice.random_range(0..100_u32) {
            0..=6 => Ending::SaidNo,
            7..=14 => Ending::NotAccepted,
            15..=17 => Ending::TakenBack,
            _ => Ending::Taken,
        },
    };
    let (referrer, practice) =
        if peggy { &cast.referrers[0] } else { &cast.referrers[dice.random_range(0..cast.referrers.len())] };
    let referral = refer(store, dice, (referrer, *practice, sent_at), (at, peggy, ending), today).await?;
    match ending {
        Ending::Draft | Ending::SaidNo | Ending::Waiting => Ok(()),
        Ending::TakenBack => {
            let later = instant_at(began, 17);
            Ok(store.take_back(&Cast::ctx::<TakeBack>(referrer, *practice, later)?, referral).await?)
        }
        Ending::NotAccepted => {
            let (reason, alternative) = *[
                (
                    "needs_other_help_first",
                    "The crisis team will ring today. Send them to us again once things are calmer.",
                ),
                ("outside_area", "They live in Kelder Forest. Their own scheme takes self-referrals on 01632 960 400."),
                (
                    "no_room",
                    "We have nobody free before next month. The Wednesday cafe at the library needs no referral.",
                ),
            ]
            .get(dice.random_range(0..3_usize))
            .unwrap_or(&("other", "Ring us."));
            let refusal = Refusal::check(reason, alternative).map_err(|_| DemoError::Refused("refusal"))?;
            let answered = instant_at(add_working_days(began, 1), hour(dice));
            let ctx = Cast::ctx::<Triage>(&cast.supervisor, cast.scheme.id, answered)?;
            Ok(store.not_accept(&ctx, referral, &refusal).await?)
        }
        Ending::Taken => {
            let worker = if peggy { 0 } else { dice.random_range(0..cast.workers.len()) };
            work(store, cast, dice, (referral, worker, began), (peggy, today)).await
        }
    }
}

async fn refer(
    store: &Store,
    dice: &mut ChaCha20Rng,
    (referrer, practice, sent_at): (&SignedIn, OrganisationId, Timestamp),
    (serial, peggy, ending): (usize, bool, Ending),
    today: Date,
) -> Result<ReferralId, DemoError> {
    let answers = if peggy { people::peggy() } else { people::answers(dice, serial, today) };
    let person = answers.check(today).map_err(|_| DemoError::Refused("person"))?;
    let ctx = Cast::ctx::<ReferPerson>(referrer, practice, sent_at)?;
    let key: RequestKey = store.entropy().id(sent_at);
    let started = store.start_referral(&ctx, &person, key).await?;
    let (risk, risk_note) = if peggy {
        ("known".to_owned(), "Lively dog: ring before you knock. Has fallen twice.".to_owned())
    } else {
        people::risk(dice)
    };
    let reach = match (&person.email, peggy) {
        (Some(_), false) if chance(dice, 40) => "email",
        (_, true) => "phone",
        _ if chance(dice, 80) => "phone",
        _ => "letter",
    };
    let answers = ReferralAnswers {
        safeguarding: String::new(),
        asker: String::new(),
        on_behalf: String::new(),
        needs: if peggy { vec!["company".to_owned(), "loss".to_owned()] } else { people::needs(dice) },
        words: if peggy {
            "Low since her husband died in spring. Would like company.".to_owned()
        } else {
            people::words(dice)
        },
        reach: reach.to_owned(),
        guidance: if peggy { "Before 2pm. No messages: her son answers.".to_owned() } else { people::guidance(dice) },
        risk,
        risk_note,
        agreement: match ending {
            Ending::Draft => "not_asked_yet",
            Ending::SaidNo => "said_no",
            _ => "agreed",
        }
        .to_owned(),
    };
    let request = answers.check().map_err(|_| DemoError::Refused("referral"))?;
    store.answer_draft(&ctx, started.id, &request).await?;
    Ok(started.id)
}

async fn work(
    store: &Store,
    cast: &Cast,
    dice: &mut ChaCha20Rng,
    (referral, worker, began): (ReferralId, usize, Date),
    (peggy, today): (bool, Date),
) -> Result<(), DemoError> {
    let accepted_on = add_working_days(began, u32::from(chance(dice, 70)));
    if accepted_on >= today {
        return Ok(());
    }
    let accepted_at = instant_at(accepted_on, 17);
    let triage = Cast::ctx::<Triage>(&cast.supervisor, cast.scheme.id, accepted_at)?;
    let worker = &cast.workers[worker];
    let allocation = Allocation { worker: worker.actor.user, person: SamePerson::New(vec![]) };
    let case = store.accept(&triage, referral, allocation).await?.case;
    let mut on = add_working_days(accepted_on, if peggy { 4 } else { 1 + dice.random_range(0..8_u32) });
    let most = if peggy { 3 } else { 2 + dice.random_range(0..5_u32) };
    for number in 0..most {
        if on >= today {
            return Ok(());
        }
        let missed = chance(dice, 12) && !peggy;
        contact(store, cast, dice, (worker, case), (on, number, missed, peggy), today).await?;
        on = add_working_days(on, 5 + dice.random_range(0..8_u32));
    }
    if peggy || on >= plus_days(today, -10) {
        return Ok(());
    }
    let closing = ClosingAnswers {
        outcome: one(
            dice,
            &["reached", "reached", "partly_reached", "chose_to_stop", "helped_elsewhere", "lost_touch"],
        )
        .to_owned(),
        changed: people::changed(dice),
        continues: one(dice, CONTINUES).to_owned(),
        requested_actions: String::new(),
        referrer_hears: one(dice, &["summary", "summary", "summary", "status_only", "nothing"]).to_owned(),
    };
    let asks = closing.referrer_hears == "summary" && chance(dice, 25);
    let requested_actions = if asks { "Please review the sleeping tablets.".to_owned() } else { String::new() };
    let closing = ClosingAnswers { requested_actions, ..closing };
    let closing = closing.check().map_err(|_| DemoError::Refused("closing"))?;
    if chance(dice, 60) {
        measures::ask(store, cast, dice, (worker, case, instant_at(on, 15)), Moment::After).await?;
    }
    let ctx = Cast::ctx::<WorkCase>(worker, cast.scheme.id, instant_at(on, 16))?;
    let version = store.case(&Cast::ctx::<ReadCase>(worker, cast.scheme.id, ctx.now)?, case).await?.version;
    Ok(store.close_case(&ctx, case, (&closing, version)).await?)
}

fn note(dice: &mut ChaCha20Rng, number: u32, peggy: bool) -> &'static str {
    let place = usize::try_from(number).unwrap_or(0);
    match (peggy, number) {
        (true, _) => PEGGYS_NOTES[place % PEGGYS_NOTES.len()],
        (false, 0) => FIRST_NOTES[dice.random_range(0..FIRST_NOTES.len())],
        (false, _) => NOTES[dice.random_range(0..NOTES.len())],
    }
}

async fn contact(
    store: &Store,
    cast: &Cast,
    dice: &mut ChaCha20Rng,
    (worker, case): (&SignedIn, CaseId),
    (on, number, missed, peggy): (Date, u32, bool, bool),
    today: Date,
) -> Result<(), DemoError> {
    let now = instant_at(on, hour(dice));
    let page = store.case(&Cast::ctx::<ReadCase>(worker, cast.scheme.id, now)?, case).await?;
    let first = number == 0;
    // The last thing planned lies around today: some late, most to come.
    let next_on = if plus_days(on, 25) >= today {
        plus_days(today, dice.random_range(0..12_i64) - 2).max(on)
    } else {
        plus_days(on, 7)
    };
    let sessions_left = page.sessions_used < page.sessions_agreed;
    let kind = match (peggy, number) {
        (_, 0) => "phone",
        (true, 1) => "home_visit",
        (true, _) => "went_along",
        (false, _) => one(dice, &["home_visit", "phone", "met", "went_along", "message"]),
    };
    let matters = match (peggy, number) {
        (true, 1) => "I used to sing in a choir. Since Ron died I talk to the radio. I would like people around me who know my name.".to_owned(),
        (false, 0) if !missed => people::words(dice),
        _ => String::new(),
    };
    let hears = match (first && !missed, peggy) {
        (true, true) => "summary",
        (true, false) => one(dice, &["summary", "summary", "status_only"]),
        (false, _) => "",
    };
    let tell = !missed && first && hears == "summary" && (peggy || chance(dice, 35));
    let answers = ContactAnswers {
        kind: kind.to_owned(),
        on_day: on.day().to_string(),
        on_month: on.month().to_string(),
        on_year: on.year().to_string(),
        happened: if missed {
            "did_not_happen"
        } else if sessions_left {
            "used_session"
        } else {
            "no_session"
        }
        .to_owned(),
        note: if missed { String::new() } else { note(dice, number, peggy).to_owned() },
        matters,
        next: one(dice, NEXT).to_owned(),
        due_day: next_on.day().to_string(),
        due_month: next_on.month().to_string(),
        due_year: next_on.year().to_string(),
        referrer_hears: hears.to_owned(),
        line_for_referrer: if tell { LINE.to_owned() } else { String::new() },
    };
    let entry = answers.check(page.standing(), day_of(now)).map_err(|_| DemoError::Refused("contact"))?;
    let key: RequestKey = store.entropy().id(now);
    let ctx = Cast::ctx::<WorkCase>(worker, cast.scheme.id, now)?;
    store.record_contact(&ctx, case, (&entry, key, page.version)).await?;
    // Somebody who was not there is asked another time; not everybody wants to be.
    if !missed && first && (peggy || chance(dice, 75)) {
        measures::ask(store, cast, dice, (worker, case, now), Moment::Before).await?;
    }
    if number == 1 && !missed {
        plans::write(store, cast, dice, (worker, case, now), peggy).await?;
        if peggy || chance(dice, 80) {
            connections::tell(store, cast, dice, (worker, case, now), (peggy, today)).await?;
        }
    }
    Ok(())
}
