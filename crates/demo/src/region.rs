//! A region around Wexley Vale: towns, practices, networks, schemes and those who work there.

use fingerpost_directory::hsds::Service;
use fingerpost_directory::place::Point;
use fingerpost_domain::Timestamp;
use fingerpost_domain::calendar::{day_of, instant_at, plus_days};
use fingerpost_domain::id::{OrganisationId, ServiceId, TenantId, UserId};
use fingerpost_domain::organisation::{
    Identifier, ODS, OrganisationKind, OrganisationRecord, OrganisationStatus, slug_of,
};
use fingerpost_domain::person::{Email, Phone, Postcode};
use fingerpost_domain::role::Role;
use fingerpost_domain::scheme::SchemeTerms;
use fingerpost_domain::text::Line;
use fingerpost_store::{
    ImportCounts, ListSize, Membership, NewScheme, NewUser, PostcodePlace, Reference, Store, WorkerDays,
};
use rand::rngs::ChaCha20Rng;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, LogNormal, Normal};
use serde_json::json;

use crate::DemoError;
use crate::people::{FAMILY, GIVEN, one};

/// Practices in a network, and networks that one scheme serves.
const NETWORK: usize = 5;
const NETWORKS: usize = 4;
/// People whom one link worker takes on in a year. Source: NHS England's workforce plans say 200 to 250.
const PER_WORKER: f64 = 220.0;
/// Postcodes of a town.
const POSTCODES: u8 = 9;

const BEGINS: &[&str] = &[
    "Ash", "Bram", "Calder", "Dun", "Elling", "Fern", "Harrow", "Kirk", "Lang", "Mel", "Nether", "Ox", "Pender", "Ros",
    "Stan",
];
const ENDS: &[&str] = &["wick", "ford", "thorpe", "mere", "ley", "bridge", "stead", "dale"];
const KINDS: &[&str] = &["Surgery", "Medical Centre", "Health Centre", "Family Practice", "Group Practice"];
const ROADS: &[&str] = &["Church Street", "Mill Lane", "Station Road", "High Street", "Park View"];

/// What a group offers, with the need it answers; the days; the price.
const GROUPS: &[(&str, &str, &str, f64)] = &[
    ("Community Choir", "Singing for everybody, no audition. Tea afterwards.", "TU", 0.0),
    ("Walking Group", "A flat mile at the pace of the slowest, then a drink together.", "SU", 0.0),
    ("Debt Advice", "Somebody sits with you and the letters. Free and in confidence.", "MO,TH", 0.0),
    ("Food Pantry", "A week's shop for little money, and a class on Tuesdays.", "WE", 5.0),
    ("Carers' Cafe", "For those who look after somebody. Come with them or without.", "FR", 0.0),
    ("Men's Shed", "Woodwork, mending and company.", "WE,FR", 0.0),
    ("Community Garden", "Digging, planting, and sitting in the sun. Raised beds.", "SA", 0.0),
    ("Bereavement Group", "For those who have lost somebody, this year or long ago.", "TH", 0.0),
    ("Housing Help", "Damp, rent, neighbours, moving: what can be done and by whom.", "TU", 0.0),
    ("Chair Exercise", "Gentle movement sitting down, to music.", "MO", 2.0),
];

/// One practice with what the years need to know of it.
#[derive(Debug)]
pub(crate) struct Practice {
    pub id: OrganisationId,
    pub network: usize,
    pub scheme: usize,
    pub home: Home,
    pub patients: u32,
    /// 1 is the most deprived tenth.
    pub tenth: u8,
    /// How much more or less than others of its size this practice refers.
    pub habit: f64,
    pub referrers: Vec<UserId>,
}

/// Where people live.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub town: String,
    /// The first half of its postcodes.
    pub outward: String,
}

/// One scheme.
#[derive(Debug)]
pub(crate) struct Scheme {
    pub id: OrganisationId,
    pub supervisor: UserId,
    /// Link workers by network, each with how they sign a letter.
    pub workers: Vec<Vec<(UserId, String)>>,
    pub services: Vec<(ServiceId, String)>,
    /// Working days that people waited for a first conversation when the years began, and how that has moved since.
    pub wait: (f64, f64),
}

/// The region.
#[derive(Debug)]
pub(crate) struct Region {
    pub practices: Vec<Practice>,
    pub schemes: Vec<Scheme>,
}

fn refused<E>(what: &'static str) -> impl Fn(E) -> DemoError {
    move |_| DemoError::Refused(what)
}

fn town(number: usize) -> String {
    format!("{}{}", BEGINS[number % BEGINS.len()], ENDS[(number / BEGINS.len() + number) % ENDS.len()])
}

fn record(kind: OrganisationKind, code: String, name: &str) -> Result<OrganisationRecord, DemoError> {
    Ok(OrganisationRecord {
        kind,
        identifier: Identifier { system: ODS, value: code },
        name: Line::parse(name).ok().flatten().ok_or(DemoError::Refused("name"))?,
        status: OrganisationStatus::Active,
        address: None,
        postcode: None,
        phone: Phone::parse("01632 960 001").ok(),
        opened_on: None,
        closed_on: None,
        dates_unknown: false,
        setting: (kind == OrganisationKind::Practice).then(|| "4".to_owned()),
    })
}

/// A practice before it is in the database.
struct Drawn {
    code: String,
    record: OrganisationRecord,
    home: Home,
    patients: u32,
    tenth: u8,
    habit: f64,
}

fn draw(dice: &mut ChaCha20Rng, number: usize) -> Result<Drawn, DemoError> {
    let at = number / NETWORK;
    let home = Home { town: town(at), outward: format!("WX{}", 5 + at) };
    let code = format!("Z9{:04}", 1_001 + number);
    let road = ROADS[number % ROADS.len()];
    let name = format!("{} {road} {}", home.town, KINDS[(number / 2 + at) % KINDS.len()]);
    let sizes = LogNormal::<f64>::new(8.95, 0.45).map_err(refused("size"))?;
    let habits = LogNormal::<f64>::new(0.0, 0.5).map_err(refused("habit"))?;
    // A town has its share of hardship, and its practices lie around it.
    let town_tenth = 1.0 + 9.0 * ((at * 7) % 12) as f64 / 11.0;
    let tenth = Normal::new(town_tenth, 1.2).map_err(refused("tenth"))?.sample(dice).round().clamp(1.0, 10.0) as u8;
    let patients = sizes.sample(dice).clamp(1_500.0, 32_000.0) as u32;
    let mut record = record(OrganisationKind::Practice, code.clone(), &name)?;
    record.address = Line::parse(&format!("{} {road}, {}", 1 + number % 90, home.town)).ok().flatten();
    record.postcode = Postcode::parse(&format!("{} 1TN", home.outward)).ok();
    Ok(Drawn { code, record, home, patients, tenth, habit: habits.sample(dice) })
}

/// Builds `count` practices with all that belongs to them. `cases` is how many people a year the region takes on.
pub(crate) async fn build(
    store: &Store,
    tenant: &TenantId,
    dice: &mut ChaCha20Rng,
    (count, cases_a_year): (usize, f64),
    now: Timestamp,
) -> Result<Region, DemoError> {
    let drawn = (0..count).map(|number| draw(dice, number)).collect::<Result<Vec<_>, _>>()?;
    let records: Vec<_> = drawn.iter().map(|practice| practice.record.clone()).collect();
    let read = u64::try_from(count).unwrap_or_default();
    store.import_organisations(&records, ("invented", read, 0), (now, false), |_, _| {}).await?;
    networks(store, &drawn, now).await?;
    figures(store, &drawn, now).await?;
    postcodes(store, dice, &drawn, now).await?;
    let per_scheme = NETWORK * NETWORKS;
    let all: f64 = drawn.iter().map(|practice| f64::from(practice.patients)).sum();
    let (mut schemes, mut practices) = (vec![], vec![]);
    for (at, served) in drawn.chunks(per_scheme).enumerate() {
        let mut ids = vec![];
        for practice in served {
            let found = store.organisation_by_identifier(ODS, &practice.code).await?;
            ids.push(found.ok_or(DemoError::Refused("practice"))?.id);
        }
        let share = served.iter().map(|practice| f64::from(practice.patients)).sum::<f64>() / all;
        schemes.push(scheme(store, tenant, dice, (at, served, &ids, cases_a_year * share), now).await?);
        for (place, (practice, id)) in served.iter().zip(&ids).enumerate() {
            let referrers = referrers(store, tenant, dice, (practice, *id), now).await?;
            practices.push(Practice {
                id: *id,
                network: place / NETWORK,
                scheme: at,
                home: practice.home.clone(),
                patients: practice.patients,
                tenth: practice.tenth,
                habit: practice.habit,
                referrers,
            });
        }
    }
    Ok(Region { practices, schemes })
}

async fn networks(store: &Store, drawn: &[Drawn], now: Timestamp) -> Result<(), DemoError> {
    let (mut bodies, mut members) = (vec![], vec![]);
    for (at, practices) in drawn.chunks(NETWORK).enumerate() {
        let (code, first) = (format!("U9{:04}", 1 + at), &practices[0]);
        bodies.push(record(
            OrganisationKind::Network,
            code.clone(),
            &format!("{} Primary Care Network", first.home.town),
        )?);
        for practice in practices {
            let (member, body) = (practice.code.clone(), code.clone());
            members.push(Membership { member, body, since: day_of(now), until: None });
        }
    }
    let counts =
        |rows: usize| ImportCounts { read: u64::try_from(rows).unwrap_or_default(), ..ImportCounts::default() };
    let origin = ("invented", counts(bodies.len()), counts(members.len()));
    store.import_networks((&bodies, &members), origin, (now, false), |_, _| {}).await?;
    Ok(())
}

/// Registered patients and deprivation, as the national figures have them.
async fn figures(store: &Store, drawn: &[Drawn], now: Timestamp) -> Result<(), DemoError> {
    let sizes = drawn.iter().map(|practice| ListSize {
        practice: practice.code.clone(),
        sex: "ALL".to_owned(),
        age: "ALL".to_owned(),
        patients: i64::from(practice.patients),
    });
    let sizes = Reference::ListSizes(sizes.collect());
    let tenths = drawn.iter().map(|practice| fingerpost_store::Deprivation {
        area: practice.code.clone(),
        tenth: i64::from(practice.tenth),
        rank: None,
        score: None,
    });
    let tenths = Reference::Deprivation(tenths.collect());
    for (name, figures) in [("Registered patients", sizes), ("Deprivation by practice", tenths)] {
        let edition = fingerpost_store::NewEdition { name, as_of: day_of(now), source: "invented" };
        store.import_reference(&figures, edition, (0, 0), (now, false)).await?;
    }
    Ok(())
}

/// Towns lie around Wexley Vale, some kilometres apart.
fn middle(town: usize) -> (f64, f64) {
    let (ring, turn) = (1.0 + (town / 6) as f64, town as f64 * 1.05);
    (53.99 + 0.05 * ring * turn.sin(), -2.1 + 0.08 * ring * turn.cos())
}

async fn postcodes(store: &Store, dice: &mut impl Rng, drawn: &[Drawn], now: Timestamp) -> Result<(), DemoError> {
    let mut places = vec![];
    for (at, practices) in drawn.chunks(NETWORK).enumerate() {
        let (north, east) = middle(at);
        for number in 1..=POSTCODES {
            let mut near = || f64::from(dice.random_range(-15_i32..=15)) / 1_000.0;
            places.push(PostcodePlace {
                postcode: Postcode::parse(&format!("{} {number}TN", practices[0].home.outward))
                    .map_err(refused("postcode"))?,
                point: Point::new(north + near(), east + near()).ok_or(DemoError::Refused("place"))?,
                lsoa: None,
            });
        }
    }
    crate::services::take_postcodes(store, places, now).await?;
    Ok(())
}

async fn services(
    store: &Store,
    (at, town): (usize, &str),
    now: Timestamp,
) -> Result<Vec<(ServiceId, String)>, DemoError> {
    let (north, east) = middle(at * NETWORKS);
    let source = format!("{town} directory");
    let read = |(number, (what, words, days, price)): (usize, &(&str, &str, &str, f64))| {
        let spread = number as f64 / 1_000.0;
        let whole = json!({
            "id": format!("service-{number}"),
            "name": format!("{town} {what}"),
            "description": words,
            "status": "active",
            "assured_date": day_of(now).to_string(),
            "organization": { "id": format!("{town} {what}"), "name": format!("{town} {what}"), "description": words },
            "schedules": [{ "freq": "WEEKLY", "byday": days, "opens_at": "10:30", "closes_at": "12:00" }],
            "service_at_locations": [{ "location": {
                "id": format!("hall-{number}"),
                "location_type": "physical",
                "latitude": north + spread,
                "longitude": east - spread,
                "addresses": [{ "address_1": format!("{town} Hall"), "city": town, "state_province": "Wexley", "postal_code": "WX5 1TN", "country": "GB", "address_type": "physical" }],
                "accessibility": [{ "accessibility": "Step free" }],
            } }],
            "languages": [{ "name": "English" }],
            "cost_options": [{ "option": "Each time", "amount": price }],
            "phones": [{ "number": format!("01632 960 {}", 400 + number) }],
        });
        let read: Service = serde_json::from_value(whole).map_err(refused("service"))?;
        read.settled(&source).map_err(refused("service"))
    };
    let whole = GROUPS.iter().enumerate().map(read).collect::<Result<Vec<_>, DemoError>>()?;
    let before = store.entries().seq().await?;
    let count = u64::try_from(whole.len()).unwrap_or_default();
    store.import_services(&whole, (&source, count, 0), (now, false), |_, _| {}).await?;
    let added = store.entries().after(before, 100).await?;
    Ok(added.into_iter().map(|stored| (stored.id, stored.service.name)).collect())
}

async fn scheme(
    store: &Store,
    tenant: &TenantId,
    dice: &mut ChaCha20Rng,
    (at, served, practices, people_a_year): (usize, &[Drawn], &[OrganisationId], f64),
    now: Timestamp,
) -> Result<Scheme, DemoError> {
    let town = served[0].home.town.clone();
    let name = format!("{town} and District Social Prescribing");
    let organisation = store.add_organisation(OrganisationKind::Scheme, &name, now).await?;
    let (terms, serves) = (SchemeTerms::default(), practices.to_vec());
    let new = NewScheme { organisation: organisation.id, phone: None, terms, practices: serves };
    store.put_scheme(tenant, &new, now).await?;
    let mut mailbox = 0;
    let mut staff = async |dice: &mut ChaCha20Rng, title: &str, role: Role| {
        mailbox += 1;
        let box_name = format!("{}{mailbox}.{}", role.code().replace('_', ""), slug_of(&town));
        add(store, tenant, (&name_of(dice), &box_name, title), (organisation.id, role), now).await
    };
    let (supervisor, _) = staff(dice, "Supervisor", Role::Supervisor).await?;
    staff(dice, "Administrator", Role::Administrator).await?;
    let networks = served.len().div_ceil(NETWORK);
    let each = ((people_a_year / PER_WORKER / networks as f64).ceil() as usize).max(1);
    let mut workers = vec![];
    for network in practices.chunks(NETWORK) {
        let mut team = vec![];
        for number in 0..each {
            let (user, name) = staff(dice, "Link worker", Role::LinkWorker).await?;
            let days: Vec<WorkerDays> = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays"]
                .iter()
                .zip(network)
                .skip(number % 3)
                .map(|(day, practice)| WorkerDays { practice: *practice, days: (*day).to_owned() })
                .collect();
            let phone = format!("01632 960 {:03}", 500 + number);
            let languages = one(dice, &["English", "English and Urdu", "English and Polish", "English and Welsh"]);
            store.put_link_worker(tenant, (user, organisation.id), (languages, Some(&phone), 45), &days, now).await?;
            team.push((user, format!("{name}, {phone}")));
        }
        workers.push(team);
    }
    let wait = (f64::from(dice.random_range(5_u32..15)), f64::from(dice.random_range(0_u32..10)) - 3.0);
    let services = services(store, (at, &town), now).await?;
    Ok(Scheme { id: organisation.id, supervisor, workers, services, wait })
}

async fn referrers(
    store: &Store,
    tenant: &TenantId,
    dice: &mut ChaCha20Rng,
    (practice, id): (&Drawn, OrganisationId),
    now: Timestamp,
) -> Result<Vec<UserId>, DemoError> {
    let code = practice.code.to_lowercase();
    let mut people = vec![];
    for (mailbox, title) in [("gp", "GP"), ("nurse", "Practice nurse"), ("reception", "Receptionist")] {
        let whole = (name_of(dice), format!("{mailbox}.{code}"));
        people.push(add(store, tenant, (&whole.0, &whole.1, title), (id, Role::Referrer), now).await?.0);
    }
    let manager = name_of(dice);
    add(store, tenant, (&manager, &format!("manager.{code}"), "Practice manager"), (id, Role::PracticeManager), now)
        .await?;
    Ok(people)
}

fn name_of(dice: &mut impl Rng) -> String {
    format!("{} {}", one(dice, GIVEN), one(dice, FAMILY))
}

async fn add(
    store: &Store,
    tenant: &TenantId,
    (name, mailbox, title): (&str, &str, &str),
    (place, role): (OrganisationId, Role),
    now: Timestamp,
) -> Result<(UserId, String), DemoError> {
    let user = NewUser {
        name: name.to_owned(),
        email: Email::parse(&format!("{mailbox}@region.example")).map_err(refused("email"))?,
        job_title: Some(title.to_owned()),
        password_hash: None,
        roles: vec![(place, role)],
    };
    Ok((store.add_user(tenant, &user, now).await?, name.to_owned()))
}

/// When a region begins that is told up to `today`.
pub(crate) fn began(today: fingerpost_domain::Date, years: i64) -> Timestamp {
    instant_at(plus_days(today, -365 * years - 30), 9)
}
