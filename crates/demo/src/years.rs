//! Three years of a region: who was referred, when, from where, with what need, and what became of it.
//!
//! Referrals grow with the years, rest in August and at Christmas, come on working days, more from practices that are
//! larger, poorer, or in the habit. Needs follow age and hardship, endings follow needs and how often people met; those
//! who drifted away are mostly those who are not asked how they feel at the end.

use std::collections::VecDeque;

use fingerpost_domain::calendar::{add_working_days, day_of, instant_at, is_working_day, plus_days};
use fingerpost_domain::case::{CaseStanding, Closing, ClosingAnswers, ContactAnswers, ContactEntry};
use fingerpost_domain::connection::{EndReason, GroupReason, OfferAnswers};
use fingerpost_domain::disclosure::ReferrerHears;
use fingerpost_domain::id::{GoalId, PersonId, StepId, TenantId};
use fingerpost_domain::measure::{Answers, Mode, Moment, Questionnaire, SKIPPED, ons4};
use fingerpost_domain::need::Need;
use fingerpost_domain::person::PersonDetails;
use fingerpost_domain::plan::{GoalAnswers, Plan, PlanAnswers, StepAnswers};
use fingerpost_domain::referral::{ReferralAnswers, ReferralRequest, Refusal};
use fingerpost_domain::safe_contact::SafeContact;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_store::{Answered, Asked, Connected, Episode, Store, Work};
use rand::rngs::ChaCha20Rng;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, Gamma, Poisson};

use crate::people::{self, chance, one};
use crate::plans::GOALS;
use crate::region::{Practice, Region, Scheme};
use crate::story::{CONTINUES, FIRST_NOTES, NEXT, NOTES};
use crate::{DemoError, connections};

/// Episodes that one transaction writes.
const AT_ONCE: usize = 400;
/// People of a practice who may be referred again, at most.
const REMEMBERED: usize = 60;
/// Working days before somebody who was helped is referred again, at least.
const REST: i64 = 90;

/// How many more or fewer referrals each month of the year brings, in hundredths.
const SEASON: [u32; 12] = [118, 108, 108, 98, 100, 98, 92, 78, 106, 110, 108, 76];

/// Somebody who may come again.
struct Known {
    person: PersonId,
    details: PersonDetails,
    until: Date,
}

struct Years<'a> {
    region: &'a Region,
    measure: Questionnaire,
    today: Date,
    serial: u32,
    /// Per practice: those whose work has ended.
    known: Vec<VecDeque<Known>>,
}

/// Tells `total` referrals over `years` up to `today`.
pub(crate) async fn tell(
    store: &Store,
    tenant: &TenantId,
    region: &Region,
    dice: &mut ChaCha20Rng,
    (total, years, today): (usize, i64, Date),
    mut progress: impl FnMut(usize, usize),
) -> Result<(), DemoError> {
    let first = plus_days(today, -365 * years);
    let days: Vec<(Date, f64)> = (0..365 * years)
        .map(|at| plus_days(first, at))
        .filter(|day| is_working_day(*day))
        .map(|day| (day, weight(day, first, years)))
        .collect();
    let whole: f64 = days.iter().map(|(_, weight)| weight).sum();
    let mut reach = vec![];
    let mut so_far = 0.0;
    for practice in &region.practices {
        // The poorest tenth refers about twice as many of its people as the richest.
        so_far += f64::from(practice.patients) * practice.habit * (1.0 + 0.11 * f64::from(10 - practice.tenth));
        reach.push(so_far);
    }
    let known = region.practices.iter().map(|_| VecDeque::new()).collect();
    let mut told = Years { region, measure: ons4(), today, serial: 0, known };
    let (mut batch, mut done) = (vec![], 0);
    for (day, weight) in days {
        let expected = total as f64 * weight / whole;
        let count = Poisson::new(expected).map_err(|_| DemoError::Refused("rate"))?.sample(dice) as usize;
        for _ in 0..count {
            let drawn = dice.random_range(0.0..so_far);
            let at = reach.partition_point(|upto| *upto < drawn);
            batch.push(told.episode(store, dice, at.min(reach.len() - 1), day)?);
        }
        if batch.len() >= AT_ONCE {
            done += batch.len();
            store.write_episodes(tenant, &batch, (&told.measure, instant_at(day, 18))).await?;
            batch.clear();
            progress(done.min(total), total);
        }
    }
    store.write_episodes(tenant, &batch, (&told.measure, instant_at(today, 8))).await?;
    progress(total, total);
    Ok(())
}

fn weight(day: Date, first: Date, years: i64) -> f64 {
    let passed = first.until(day).map_or(0, |span| span.get_days());
    let growth = 1.0 + 0.5 * f64::from(passed) / (365.0 * years as f64);
    let season = f64::from(SEASON[usize::try_from(day.month() - 1).unwrap_or(0)]) / 100.0;
    let monday = if day.weekday() == jiff::civil::Weekday::Monday { 1.15 } else { 1.0 };
    growth * season * monday
}

/// Draws one of `from` by its weight.
fn drawn<T: Copy>(dice: &mut impl Rng, from: &[(T, u32)]) -> T {
    let mut left = dice.random_range(0..from.iter().map(|(_, weight)| weight).sum::<u32>().max(1));
    for (what, weight) in from {
        if left < *weight {
            return *what;
        }
        left -= weight;
    }
    from[0].0
}

/// What would help, by age and hardship.
fn needs(dice: &mut impl Rng, age: i16, tenth: u8) -> Vec<Need> {
    let (old, young, hard) = (u32::from(age >= 65), u32::from(age < 45), u32::from(10 - tenth));
    let weights = [
        (Need::Company, 20 + 30 * old),
        (Need::Money, 8 + 3 * hard),
        (Need::Home, 6 + 2 * hard),
        (Need::Caring, 8 + 4 * old),
        (Need::Active, 14 + 6 * old),
        (Need::Mood, 22 + 14 * young),
        (Need::Loss, 5 + 10 * old),
        (Need::Other, 4),
    ];
    let mut needs = vec![drawn(dice, &weights)];
    while needs.len() < 3 && chance(dice, 35) {
        let next = drawn(dice, &weights);
        if !needs.contains(&next) {
            needs.push(next);
        }
    }
    needs
}

fn request(
    dice: &mut impl Rng,
    person: &PersonDetails,
    needs: &[Need],
    agreement: &str,
) -> Result<ReferralRequest, DemoError> {
    let (risk, risk_note) = people::risk(dice);
    let reach = match &person.email {
        Some(_) if chance(dice, 40) => "email",
        _ if chance(dice, 80) => "phone",
        _ => "letter",
    };
    let answers = ReferralAnswers {
        safeguarding: String::new(),
        asker: people::asker(dice),
        on_behalf: String::new(),
        needs: needs.iter().map(|need| need.code().to_owned()).collect(),
        words: people::words(dice),
        reach: reach.to_owned(),
        guidance: people::guidance(dice),
        risk,
        risk_note,
        agreement: agreement.to_owned(),
    };
    answers.check().map_err(|_| DemoError::Refused("referral"))
}

/// What the work of one case needs to know.
struct Around<'a> {
    scheme: &'a Scheme,
    person: &'a PersonDetails,
    safe: &'a SafeContact,
    needs: &'a [Need],
    today: Date,
}

impl Years<'_> {
    fn episode(&mut self, store: &Store, dice: &mut ChaCha20Rng, at: usize, day: Date) -> Result<Episode, DemoError> {
        let practice = &self.region.practices[at];
        let begun_at = at_work(dice, day);
        let again = match self.known[at].front() {
            Some(known) if known.until < plus_days(day, -REST) && chance(dice, 45) => self.known[at].pop_front(),
            _ => None,
        };
        let (known, details) = match again {
            Some(known) => (Some(known.person), known.details),
            None => (None, self.somebody(dice, practice)?),
        };
        let agreement = drawn(dice, &[("agreed", 94), ("said_no", 4), ("not_asked_yet", 2)]);
        let needs = needs(dice, day.year() - details.born.date().year(), practice.tenth);
        let request = request(dice, &details, &needs, agreement)?;
        let scheme = &self.region.schemes[practice.scheme];
        let mut answer = Answered::NotYet;
        let decided = add_working_days(day, drawn(dice, &[(0, 45), (1, 40), (2, 10), (5, 5)]));
        if let (true, Some(safe)) = (agreement == "agreed" && decided < self.today, &request.safe_contact) {
            let at_noon = at_work(dice, decided).max(begun_at);
            answer = match dice.random_range(0..100_u32) {
                0..=1 => Answered::TakenBack(at_noon),
                2..=9 => Answered::NotAccepted(scheme.supervisor, at_noon, refusal(dice, practice)?),
                _ => {
                    let around = Around { scheme, person: &details, safe, needs: &needs, today: self.today };
                    let person = known.unwrap_or_else(|| store.entropy().id(at_noon));
                    let mut work = around.work(store, dice, (practice, person, at_noon), &self.measure)?;
                    work.known = known.is_some();
                    if let Some((closed, _)) = &work.closing {
                        self.remember(at, Known { person, details: details.clone(), until: day_of(*closed) });
                    }
                    Answered::Accepted(Box::new(work))
                }
            };
        }
        let referrer = practice.referrers[drawn(dice, &[(0, 60), (1, 25), (2, 15)])];
        let (practice, scheme) = (practice.id, scheme.id);
        Ok(Episode {
            practice,
            referrer,
            scheme,
            terms: SchemeTerms::default(),
            person: details,
            request,
            begun_at,
            answer,
        })
    }

    fn somebody(&mut self, dice: &mut ChaCha20Rng, practice: &Practice) -> Result<PersonDetails, DemoError> {
        self.serial += 1;
        // The neighbourhood's own people have the numbers below.
        let answers = people::of_region(dice, 200_000 + 2 * self.serial, &practice.home, self.today);
        answers.check(self.today).map_err(|_| DemoError::Refused("person"))
    }

    fn remember(&mut self, practice: usize, known: Known) {
        let here = &mut self.known[practice];
        if here.len() < REMEMBERED {
            here.push_back(known);
        }
    }
}

fn at_work(dice: &mut impl Rng, day: Date) -> Timestamp {
    let minutes = dice.random_range(0..510_i64);
    instant_at(day, 9).saturating_add(jiff::SignedDuration::from_mins(minutes)).unwrap_or_else(|_| instant_at(day, 9))
}

fn refusal(dice: &mut impl Rng, practice: &Practice) -> Result<Refusal, DemoError> {
    let reason = drawn(
        dice,
        &[("no_room", 35), ("needs_other_help_first", 30), ("details_do_not_work", 20), ("outside_area", 15)],
    );
    let instead = format!(
        "The cafe at {} Library on Wednesdays needs no referral. Send them again in a month.",
        practice.home.town
    );
    Refusal::check(reason, &instead).map_err(|_| DemoError::Refused("refusal"))
}

impl Around<'_> {
    fn work(
        &self,
        store: &Store,
        dice: &mut ChaCha20Rng,
        (practice, person, accepted_at): (&Practice, PersonId, Timestamp),
        measure: &Questionnaire,
    ) -> Result<Work, DemoError> {
        let team = &self.scheme.workers[practice.network];
        let (worker, signature) = team[dice.random_range(0..team.len())].clone();
        let opened = day_of(accepted_at);
        let mut work = Work {
            accepted_by: self.scheme.supervisor,
            accepted_at,
            person,
            known: false,
            worker,
            signature,
            contacts: vec![],
            plan: None,
            connections: vec![],
            assessments: vec![],
            closing: None,
        };
        let passed =
            f64::from(plus_days(self.today, -3 * 365).until(opened).map_or(0, |span| span.get_days())) / (3.0 * 365.0);
        let usual = (self.scheme.wait.0 + self.scheme.wait.1 * passed).max(2.0);
        let wait = Gamma::new(2.0, usual / 2.0).map_err(|_| DemoError::Refused("wait"))?.sample(dice) as u32;
        let mut on = add_working_days(opened, wait.min(120));
        let lost = chance(dice, 9);
        let most = if lost { 0 } else { 1 + drawn(dice, &[(0_u16, 8), (1, 12), (2, 20), (3, 25), (4, 20), (5, 15)]) };
        let mut standing = CaseStanding {
            opened_on: opened,
            sessions_agreed: SchemeTerms::default().sessions_agreed,
            sessions_used: 0,
            referrer_hears: ReferrerHears::NotAsked,
        };
        for number in 0..most {
            if on >= self.today {
                return Ok(work);
            }
            let at = at_work(dice, on);
            let entry = self.contact(dice, (on, number, number + 1 == most), standing)?;
            standing.sessions_used += u16::from(entry.happened == fingerpost_domain::case::Happened::UsedSession);
            standing.referrer_hears = entry.referrer_hears.unwrap_or(standing.referrer_hears);
            work.contacts.push((at, entry));
            if number == 0 && chance(dice, 72) {
                let (mode, answers) = ask(dice, measure, None);
                work.assessments.push(Asked { at, moment: Moment::Before, mode, answers });
            }
            if number == 1 && chance(dice, 75) {
                work.plan = Some((at, plan(store, dice, at, on)?));
            }
            if number >= 1 && work.connections.len() < 2 && chance(dice, 45) {
                work.connections.push(self.connected(dice, at, on)?);
            }
            on = add_working_days(on, 5 + dice.random_range(0..9_u32));
        }
        if on >= self.today {
            return Ok(work);
        }
        let outcome = self.outcome(dice, lost, most);
        let at = at_work(dice, on);
        let before = work.assessments.first().map(|asked| asked.answers.clone());
        let asked_again = if outcome == "lost_touch" { 4 } else { 62 };
        if let (Some(before), true) = (before, chance(dice, asked_again)) {
            let (mode, answers) = ask(dice, measure, Some((&before, outcome)));
            work.assessments.push(Asked { at, moment: Moment::After, mode, answers });
        }
        let end = instant_at(on, 19);
        for connected in &mut work.connections {
            connected.visits.retain(|(.., told)| *told < end);
            connected.ended = connected.ended.filter(|(ended, _)| *ended < end);
            connected.answered = connected.answered.filter(|(answered, _)| *answered < end);
        }
        work.closing = Some((end, closing(dice, outcome)?));
        Ok(work)
    }

    fn contact(
        &self,
        dice: &mut impl Rng,
        (on, number, last): (Date, u16, bool),
        standing: CaseStanding,
    ) -> Result<ContactEntry, DemoError> {
        let missed = number > 0 && chance(dice, 11);
        let next_on = add_working_days(on, 7);
        let hears = if number == 0 { drawn(dice, &[("summary", 70), ("status_only", 22), ("nothing", 8)]) } else { "" };
        let used = standing.sessions_used < standing.sessions_agreed;
        let answers = ContactAnswers {
            kind: if number == 0 {
                drawn(dice, &[("phone", 70), ("met", 20), ("home_visit", 10)])
            } else {
                drawn(dice, &[("phone", 40), ("met", 25), ("home_visit", 18), ("went_along", 10), ("message", 7)])
            }
            .to_owned(),
            on_day: on.day().to_string(),
            on_month: on.month().to_string(),
            on_year: on.year().to_string(),
            happened: if missed {
                "did_not_happen"
            } else if used {
                "used_session"
            } else {
                "no_session"
            }
            .to_owned(),
            note: match (missed, number) {
                (true, _) => String::new(),
                (false, 0) => one(dice, FIRST_NOTES).to_owned(),
                (false, _) => one(dice, NOTES).to_owned(),
            },
            matters: if number == 0 { people::words(dice) } else { String::new() },
            next: if last { "Review the plan" } else { one(dice, NEXT) }.to_owned(),
            due_day: next_on.day().to_string(),
            due_month: next_on.month().to_string(),
            due_year: next_on.year().to_string(),
            referrer_hears: hears.to_owned(),
            line_for_referrer: if hears == "summary" && chance(dice, 25) {
                "We have met and know what comes first.".to_owned()
            } else {
                String::new()
            },
        };
        answers.check(standing, on).map_err(|_| DemoError::Refused("contact"))
    }

    fn outcome(&self, dice: &mut impl Rng, lost: bool, meetings: u16) -> &'static str {
        if lost {
            return "lost_touch";
        }
        // Money and homes take others to mend; company and movement are what a scheme does well.
        let hard = self.needs.iter().any(|need| matches!(need, Need::Money | Need::Home));
        let met = u32::from(meetings);
        let weights = [
            ("reached", if hard { 20 } else { 34 } + 5 * met),
            ("partly_reached", 26),
            ("helped_elsewhere", if hard { 20 } else { 6 }),
            ("chose_to_stop", 12),
            ("lost_touch", 14_u32.saturating_sub(2 * met)),
            ("moved_away", 2),
            ("died", 1),
        ];
        drawn(dice, &weights)
    }

    fn connected(&self, dice: &mut impl Rng, at: Timestamp, on: Date) -> Result<Connected, DemoError> {
        let offer = OfferAnswers {
            ask: one(dice, connections::ASKS).to_owned(),
            agreed: true,
            told: if self.safe.may_be_rung() && chance(dice, 50) { "name_and_phone" } else { "name_only" }.to_owned(),
            way: "by_hand".to_owned(),
            ..OfferAnswers::default()
        };
        let offer = offer.check(self.person, self.safe).map_err(|_| DemoError::Refused("offer"))?;
        let service = self.scheme.services[dice.random_range(0..self.scheme.services.len())].clone();
        let mut connected = Connected { service, offer, at, answered: None, visits: vec![], ended: None };
        let answered_on = add_working_days(on, 1 + dice.random_range(0..6_u32));
        if answered_on >= self.today || chance(dice, 10) {
            return Ok(connected);
        }
        let answered_at = instant_at(answered_on, 11);
        if chance(dice, 18) {
            let why = drawn(
                dice,
                &[
                    (GroupReason::Full, 40),
                    (GroupReason::NotRight, 25),
                    (GroupReason::DayOrTime, 20),
                    (GroupReason::Access, 15),
                ],
            );
            connected.answered = Some((answered_at, Some(why)));
            return Ok(connected);
        }
        connected.answered = Some((answered_at, None));
        let mut day = plus_days(answered_on, 5);
        for _ in 0..drawn(dice, &[(0_u32, 22), (1, 12), (2, 16), (4, 25), (6, 25)]) {
            if day >= self.today {
                return Ok(connected);
            }
            connected.visits.push((day, chance(dice, 80), instant_at(day, 17)));
            day = plus_days(day, 7);
        }
        if day < self.today && !connected.visits.is_empty() && chance(dice, 60) {
            let why =
                drawn(dice, &[(EndReason::GoesOn, 60), (EndReason::Finished, 20), (EndReason::PersonStopped, 20)]);
            connected.ended = Some((instant_at(day, 17), why));
        }
        Ok(connected)
    }
}

fn closing(dice: &mut impl Rng, outcome: &str) -> Result<Closing, DemoError> {
    let good = matches!(outcome, "reached" | "partly_reached");
    let answers = ClosingAnswers {
        outcome: outcome.to_owned(),
        changed: if good { people::changed(dice) } else { String::new() },
        continues: if good {
            one(dice, CONTINUES)
        } else {
            "Nothing continues. The scheme takes them again at any time."
        }
        .to_owned(),
        requested_actions: String::new(),
        referrer_hears: drawn(dice, &[("summary", 70), ("status_only", 22), ("nothing", 8)]).to_owned(),
    };
    answers.check().map_err(|_| DemoError::Refused("closing"))
}

fn plan(store: &Store, dice: &mut impl Rng, at: Timestamp, on: Date) -> Result<Plan, DemoError> {
    let (what, step, who) = GOALS[dice.random_range(0..GOALS.len())];
    let (goal, id): (GoalId, StepId) = (store.entropy().id(at), store.entropy().id(at));
    let step = StepAnswers {
        id: id.to_string(),
        what: step.to_owned(),
        who: who.to_owned(),
        confidence: dice.random_range(4..=9_u32).to_string(),
        ..StepAnswers::default()
    };
    let goal = GoalAnswers {
        id: goal.to_string(),
        what: what.to_owned(),
        importance: dice.random_range(6..=10_u32).to_string(),
        steps: vec![step],
        ..GoalAnswers::default()
    };
    let review = plus_days(on, 42);
    let answers = PlanAnswers {
        strengths: one(dice, crate::plans::STRENGTHS).to_owned(),
        goals: vec![goal],
        review_day: review.day().to_string(),
        review_month: review.month().to_string(),
        review_year: review.year().to_string(),
        ..PlanAnswers::default()
    };
    answers.check(&Plan::default(), on).map_err(|_| DemoError::Refused("plan"))
}

/// The four questions. People come when things are bad: at the end they would lie nearer their usual anyway, and a
/// little above it where the work went well.
fn ask(dice: &mut impl Rng, measure: &Questionnaire, before: Option<(&Answers, &str)>) -> (Mode, Answers) {
    let lift = before.map_or(0, |(_, outcome)| match outcome {
        "reached" => 2,
        "partly_reached" => 1,
        _ => 0,
    });
    let mut answers = Answers::new();
    for (at, item) in measure.items.iter().enumerate() {
        let anxious = at == 3;
        let usual = if anxious { 6 } else { 4 };
        let earlier =
            before.and_then(|(answers, _)| answers.get(&item.code)).and_then(|given| given.parse::<i32>().ok());
        let from = earlier.map_or(usual, |earlier| (earlier + 5) / 2);
        let noise = dice.random_range(-2..=2_i32) + dice.random_range(-1..=1_i32);
        let value = (from + noise + if anxious { -lift } else { lift }).clamp(0, 10);
        let given = if chance(dice, 3) { SKIPPED.to_owned() } else { value.to_string() };
        answers.insert(item.code.clone(), given);
    }
    (if chance(dice, 30) { Mode::Paper } else { Mode::Together }, answers)
}
