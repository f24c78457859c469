//! The groups and services of the invented place, and where its postcodes are.

use fingerpost_directory::hsds::Service;
use fingerpost_directory::place::Point;
use fingerpost_domain::calendar::{day_of, instant_at, is_working_day, plus_days};
use fingerpost_domain::id::RequestKey;
use fingerpost_domain::person::Postcode;
use fingerpost_domain::signpost::SignpostHow;
use fingerpost_domain::{Date, Timestamp};
use fingerpost_policy::Signpost;
use fingerpost_signposts::Signposts;
use fingerpost_store::{NewEdition, PlacesDigest, PostcodePlace, Store, StoredService};
use serde_json::{Value, json};

use rand::{Rng, RngExt};

use crate::DemoError;
use crate::people::chance;
use crate::places::Cast;

/// The middle of Wexley Vale: a place that is not there.
const MIDDLE: (f64, f64) = (53.99, -2.1);
pub(crate) const SOURCE: &str = "Wexley Vale directory";

/// Name, who offers it, what it is, day and hours, price in pounds, where from the middle in thousandths of a degree.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    (&'static str, &'static str, &'static str),
    Option<f64>,
    (f64, f64),
    &'static str,
);

const ROWS: &[Row] = &[
    (
        "Tannery Choir",
        "Tannery Choir",
        "Singing for everybody, no audition and no need to read music. Tea afterwards. Ask for Josie at the side door; there is a ramp.",
        ("TU", "18:30", "20:00"),
        Some(0.0),
        (4.0, 6.0),
        "Step free",
    ),
    (
        "Men's Shed",
        "Kelderbridge Men's Shed",
        "Woodwork, mending and company. Come and look on any open morning.",
        ("WE,FR", "10:00", "13:00"),
        Some(0.0),
        (13.0, -9.0),
        "Step free, accessible toilet",
    ),
    (
        "Walk and Natter",
        "Wexley Walkers",
        "A flat mile at the pace of the slowest, then a drink in the library.",
        ("SU", "11:00", "12:30"),
        Some(0.0),
        (2.0, -3.0),
        "Flat paths, benches",
    ),
    (
        "Wednesday Cafe",
        "Market Wexley Library",
        "A table where anybody may sit down and be talked to. Board games and newspapers.",
        ("WE", "10:00", "12:00"),
        Some(0.0),
        (1.0, 1.0),
        "Step free, hearing loop",
    ),
    (
        "Grief Cafe",
        "St Osyth's Hall",
        "For anybody who has lost somebody, last month or ten years ago. A bereavement counsellor is there.",
        ("MO", "14:00", "15:30"),
        Some(0.0),
        (-6.0, 5.0),
        "Two steps at the front, ramp at the side",
    ),
    (
        "Debt and Benefits Desk",
        "Citizens' Desk",
        "Advice on debt, benefits, energy bills and eviction letters. Bring the letters, opened or not.",
        ("TH", "09:30", "12:30"),
        Some(0.0),
        (0.0, 2.0),
        "Step free",
    ),
    (
        "Food Pantry",
        "Wexley Pantry",
        "A week's shopping for a small fee, from a shop where you choose. A cookery class on Tuesdays.",
        ("TU,FR", "10:00", "14:00"),
        Some(3.5),
        (-2.0, -4.0),
        "Step free",
    ),
    (
        "Carers' Centre",
        "Carers of Wexley Vale",
        "Somebody to talk to, breaks from caring and help with forms for people who look after someone.",
        ("MO,TU,WE,TH,FR", "09:00", "17:00"),
        Some(0.0),
        (3.0, -1.0),
        "Step free, accessible toilet",
    ),
    (
        "Young Carers' Club",
        "Carers of Wexley Vale",
        "Games, a meal and a lift home for young carers.",
        ("TH", "16:00", "19:00"),
        Some(0.0),
        (3.0, -1.0),
        "Step free",
    ),
    (
        "Chair Yoga",
        "Kelderbridge Leisure Centre",
        "Gentle exercise sitting down. Wear anything.",
        ("MO,TH", "11:00", "11:45"),
        Some(4.0),
        (12.0, -11.0),
        "Lift, accessible changing",
    ),
    (
        "Swimming for Beginners",
        "Kelderbridge Leisure Centre",
        "Adults who never learnt, or long ago. The pool is warm and nobody watches.",
        ("SA", "09:00", "10:00"),
        Some(5.2),
        (12.0, -11.0),
        "Pool hoist",
    ),
    (
        "Community Garden",
        "Old Station Garden",
        "Sowing, weeding, or sitting in the greenhouse with a flask. Tools and gloves are there.",
        ("TU,SA", "10:00", "13:00"),
        Some(0.0),
        (9.0, 8.0),
        "Raised beds, gravel paths",
    ),
    (
        "Dementia Tea Dance",
        "St Osyth's Hall",
        "Old records, a live accordion, and people who understand. Half of those who come live with dementia.",
        ("FR", "14:00", "16:00"),
        Some(2.0),
        (-6.0, 5.0),
        "Ramp at the side",
    ),
    (
        "Worry Less",
        "Vale Mind Matters",
        "Six evenings on anxiety and low mood, in a group of eight. No diagnosis needed.",
        ("WE", "18:00", "19:30"),
        None,
        (5.0, 3.0),
        "First floor, lift",
    ),
    (
        "Talking Tables, women's group",
        "Kelder Women's Hub",
        "Craft, English conversation and lunch for women of every background.",
        ("TH", "11:00", "13:30"),
        Some(0.0),
        (14.0, -7.0),
        "Step free",
    ),
    (
        "Phone Friends",
        "Wexley Vale Befriending",
        "A volunteer rings you every week at a time you choose.",
        ("MO,TU,WE,TH,FR", "09:00", "20:00"),
        Some(0.0),
        (0.0, 0.0),
        "",
    ),
    (
        "Home Repair Hands",
        "Kelderbridge Men's Shed",
        "Small home repairs, grab rails and smoke alarms for people over 60 or disabled people. You pay for materials.",
        ("MO", "09:00", "16:00"),
        None,
        (13.0, -9.0),
        "",
    ),
    (
        "Housing Advice",
        "Citizens' Desk",
        "Rent arrears, damp, landlords and homelessness.",
        ("TU", "09:30", "12:30"),
        Some(0.0),
        (0.0, 2.0),
        "Step free",
    ),
    (
        "Ukulele Afternoons",
        "Market Wexley Library",
        "Three chords in a month. Instruments to borrow.",
        ("TH", "14:00", "15:30"),
        Some(1.0),
        (1.0, 1.0),
        "Step free, hearing loop",
    ),
    (
        "Volunteer Hub",
        "Wexley Volunteers",
        "An hour to see what you might like to do for others, and somebody who goes with you the first time.",
        ("WE", "13:00", "16:00"),
        Some(0.0),
        (2.0, 3.0),
        "Step free",
    ),
    (
        "Raised Bed Gardeners",
        "Kelderbridge Leisure Centre",
        "Growing vegetables at waist height, with a kettle. Come once or every week.",
        ("TU", "13:30", "15:30"),
        Some(0.0),
        (12.0, -11.0),
        "Step free, accessible toilet, hearing loop",
    ),
    (
        "Hillside Allotment Friends",
        "Hillside Allotments",
        "Digging, a shed to sit in, and more courgettes than anybody can eat.",
        ("TU,SU", "10:00", "13:00"),
        Some(0.0),
        (3.0, 6.0),
        "Fourteen steps and no ramp",
    ),
    (
        "Oak House",
        "Vale Women's Aid",
        "A refuge and somebody to talk to, for women and children who are not safe at home.",
        ("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59"),
        Some(0.0),
        (-20.0, 14.0),
        "",
    ),
];

/// Groups for some ages only.
fn ages(name: &str) -> (Option<f64>, Option<f64>) {
    match name {
        "Young Carers' Club" => (Some(8.0), Some(17.0)),
        "Home Repair Hands" => (Some(60.0), None),
        "Swimming for Beginners" | "Worry Less" => (Some(18.0), None),
        _ => (None, None),
    }
}

/// What some groups say besides: places, for whom alone, a rest.
fn said_besides(name: &str) -> Value {
    let only = |group: &str| json!({ "attributes": [{ "id": format!("for-{name}"), "taxonomy_term": { "name": group, "description": group, "taxonomy": "eligibility" } }] });
    let places = |free: u32, all: u32| json!({ "capacities": [{ "available": free, "maximum": all, "updated": "2026-11-02", "unit": { "name": "place" } }] });
    match name {
        "Tannery Choir" => places(3, 40),
        "Raised Bed Gardeners" => places(1, 10),
        "Worry Less" => {
            let mut full = places(0, 8);
            full["wait_time"] = json!("About two months");
            full
        }
        "Talking Tables, women's group" => only("Women"),
        "Carers' Centre" => only("People who look after somebody"),
        "Ukulele Afternoons" => {
            json!({ "status": "temporarily closed", "reopens_on": "2027-01-14", "alert": "The library is being painted. Back on Thursday 14 January." })
        }
        _ => json!({}),
    }
}

fn service((at, row): (usize, &Row)) -> Result<Service, DemoError> {
    let (name, by, words, (days, from, to), price, (north, east), access) = *row;
    let (youngest, oldest) = ages(name);
    let phone = format!("01632 960 {}", 310 + at);
    let mailbox = name.to_lowercase().split(|c: char| !c.is_ascii_alphabetic()).collect::<Vec<_>>().join("");
    // Some entries nobody has confirmed for a long time: as in life.
    let confirmed = (at % 5 != 3).then(|| format!("2026-{:02}-12", 1 + at % 10));
    let cost = price.map(|amount| json!([{ "option": "Each time", "amount": amount }]));
    let location = json!({
        "id": format!("place-{by}"),
        "location_type": if name == "Phone Friends" { "virtual" } else { "physical" },
        "latitude": MIDDLE.0 + north / 1_000.0,
        "longitude": MIDDLE.1 + east / 1_000.0,
        "addresses": [{ "address_1": by, "city": "Market Wexley", "state_province": "Wexley Vale", "postal_code": "WX4 2TN", "country": "GB", "address_type": "physical" }],
        "accessibility": if access.is_empty() { json!([]) } else { json!([{ "accessibility": access }]) },
    });
    let mut whole: Value = json!({
        "id": format!("service-{at}"),
        "name": name,
        "description": words,
        "status": "active",
        "email": format!("{mailbox}@wexleyvale.example"),
        "minimum_age": youngest,
        "maximum_age": oldest,
        "assured_date": confirmed,
        "organization": { "id": by, "name": by, "description": by },
        "schedules": [{ "freq": "WEEKLY", "byday": days, "opens_at": from, "closes_at": to }],
        "service_at_locations": [{ "location": location }],
        "languages": [{ "name": "English" }],
        "cost_options": cost.unwrap_or_else(|| json!([])),
        "phones": [{ "number": phone }],
    });
    if let (Some(whole), Value::Object(more)) = (whole.as_object_mut(), said_besides(name)) {
        whole.extend(more);
    }
    let read: Service = serde_json::from_value(whole).map_err(|_| DemoError::Refused("service"))?;
    read.settled(SOURCE).map_err(|_| DemoError::Refused("service"))
}

/// Puts the groups and the postcodes of the place into the database.
pub(crate) async fn build(store: &Store, now: Timestamp) -> Result<(), DemoError> {
    let services = ROWS.iter().enumerate().map(service).collect::<Result<Vec<_>, _>>()?;
    let read = u64::try_from(services.len()).unwrap_or_default();
    store.import_services(&services, (SOURCE, read, 0), (now, false), |_, _| {}).await?;
    let mut places = vec![];
    for (number, (north, east)) in (1_u8..).zip([
        (0.0, 3.0),
        (4.0, 4.0),
        (-5.0, 2.0),
        (12.0, -8.0),
        (2.0, -6.0),
        (-8.0, -1.0),
        (7.0, 9.0),
        (15.0, 0.0),
        (-1.0, 0.0),
    ]) {
        places.push(PostcodePlace {
            postcode: Postcode::parse(&format!("WX4 {number}TN")).map_err(|_| DemoError::Refused("postcode"))?,
            point: Point::new(MIDDLE.0 + north / 1_000.0, MIDDLE.1 + east / 1_000.0)
                .ok_or(DemoError::Refused("place"))?,
            lsoa: None,
        });
    }
    take_postcodes(store, places, now).await?;
    Ok(())
}

/// The services that people are told of and sent to: there now, and no secret.
pub(crate) async fn open(store: &Store) -> Result<Vec<StoredService>, DemoError> {
    let mut all = store.entries().after(0, 50).await?;
    all.retain(|stored| stored.service.is_open() && !stored.standing.withheld);
    Ok(all)
}

/// Three months in which front desks told people about services.
pub(crate) async fn signpost(store: &Store, cast: &Cast, dice: &mut impl Rng, today: Date) -> Result<(), DemoError> {
    let (services, signposts) = (open(store).await?, Signposts::over(store.clone()));
    for back in 1..90_i64 {
        let day = plus_days(today, -back);
        if !is_working_day(day) {
            continue;
        }
        for _ in 0..dice.random_range(0..4_u32) {
            let (who, place) = &cast.referrers[dice.random_range(0..cast.referrers.len())];
            let at = instant_at(day, 9 + i8::try_from(dice.random_range(0..8_u32)).unwrap_or(0));
            // A few services are what people are told about most of the time.
            let most = if chance(dice, 70) { services.len().min(6) } else { services.len() };
            let service = services.get(dice.random_range(0..most.max(1))).ok_or(DemoError::Refused("service"))?.id;
            let how = if chance(dice, 30) { SignpostHow::Slip } else { SignpostHow::Told };
            let key: RequestKey = store.entropy().id(at);
            signposts.note(&Cast::ctx::<Signpost>(who, *place, at)?, (service, how, key)).await?;
        }
    }
    Ok(())
}

/// Takes invented places as the edition of the day.
pub(crate) async fn take_postcodes(store: &Store, places: Vec<PostcodePlace>, now: Timestamp) -> Result<(), DemoError> {
    let mut digest = PlacesDigest::default();
    places.iter().for_each(|place| digest.add(place));
    let edition = NewEdition { name: "Where postcodes are", as_of: day_of(now), source: "invented" };
    let (count, digest) = (places.len(), digest.end());
    store
        .import_postcodes(places.into_iter(), (edition, &digest, count), (count as u64, 0), (now, false), |_, _| {})
        .await?;
    Ok(())
}
