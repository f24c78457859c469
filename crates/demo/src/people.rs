//! Invented people: names of many kinds, words that somebody might have said.

use fingerpost_domain::Date;
use fingerpost_domain::need::Need;
use fingerpost_domain::nhs_number::NhsNumber;
use fingerpost_domain::person::PersonAnswers;
use rand::{Rng, RngExt};

use crate::region::Home;

pub(crate) const GIVEN: &[&str] = &[
    "Amina",
    "Patrick",
    "Gwendolyn",
    "Darren",
    "Li Wei",
    "Sunita",
    "Oluwaseun",
    "Margaret",
    "Tomos",
    "Zofia",
    "Yusuf",
    "Beryl",
    "Kwame",
    "Siân",
    "Fatima",
    "Derek",
    "Maria",
    "Hassan",
    "Joyce",
    "Rajesh",
    "Elif",
    "Colin",
    "Nadia",
    "Arthur",
    "Blessing",
    "Ivor",
    "Mei",
    "Dorothy",
    "Abdul",
    "Agnieszka",
    "Winston",
    "Pauline",
    "Tariq",
    "Eileen",
    "Stefan",
    "Grace",
];
pub(crate) const FAMILY: &[&str] = &[
    "Yusuf",
    "O'Donoghue",
    "Marsh",
    "Pickersgill",
    "Zhang",
    "Raghunathan",
    "Adebayo-Featherstonehaugh-Wilkinson",
    "Hartley",
    "Llewellyn",
    "Kowalska",
    "Okafor",
    "Braithwaite",
    "Mensah",
    "Prys-Jones",
    "Haddad",
    "Thistlewood",
    "da Silva",
    "Rahman",
    "Entwistle",
    "Patel",
    "Yılmaz",
    "Ramsbottom",
    "Popescu",
    "Fairweather",
    "Eze",
    "Tanner",
    "Chen",
    "Appleyard",
    "Karim",
    "Nowak",
    "Campbell",
    "Gill",
    "Malik",
    "Storey",
    "Weber",
    "Owusu",
];
const STREETS: &[&str] = &[
    "Tannery Row",
    "Millrace Lane",
    "Chapel Bank",
    "Station Parade",
    "Kelder Close",
    "Weavers Court",
    "St Osyth's Road",
    "Orchard Rise",
    "Foundry Street",
    "Bridge End",
];
const COMMUNICATION: &[&str] = &[
    "",
    "",
    "",
    "",
    "",
    "Large print. Hearing aid: face them when you speak.",
    "Somali interpreter. Prefers a woman.",
    "Reads slowly: short sentences, one question at a time.",
    "Lip-reads. Text rather than ring.",
];
const GUIDANCE: &[&str] = &[
    "",
    "",
    "",
    "",
    "Before 2pm, no messages: their son answers.",
    "Ring twice, then ring again.",
    "Not on Fridays.",
    "Evenings only, works shifts.",
];
const RISKS: &[&str] = &[
    "Lively dog: ring before you knock.",
    "Has fallen twice. Allow time to reach the door.",
    "Two people to visit: a neighbour has been aggressive.",
    "Oxygen in the home: no smoking near the bed.",
];
const WORDS: &[&str] = &[
    "I used to sing in a choir. Since he died I talk to the radio.",
    "I would like people around me who know my name.",
    "I open the letters and put them back in the envelope.",
    "The flat is damp and nobody comes.",
    "I look after mum all day and I have forgotten what I like.",
    "I want to walk to the shops again without being frightened.",
    "I don't want pills, I want somebody to have a cup of tea with.",
    "Everyone at the mosque is kind but I moved here alone.",
    "I was a joiner for forty years. My hands miss it.",
    "I don't sleep because of the money.",
];
const CHANGED: &[&str] = &[
    "I go on Tuesdays now and they save me a chair.",
    "Somebody sat with me and we rang the council together. It is sorted.",
    "I still have bad days, but I know who to ring.",
    "I walked to the market. Twice.",
];

/// One of a list.
pub(crate) fn one<'a>(dice: &mut impl Rng, of: &[&'a str]) -> &'a str {
    of[dice.random_range(0..of.len())]
}

/// True `percent` times in a hundred.
pub(crate) fn chance(dice: &mut impl Rng, percent: u32) -> bool {
    dice.random_range(0..100_u32) < percent
}

/// Somebody invented: the `serial`-th, on `today`.
pub(crate) fn answers(dice: &mut impl Rng, serial: usize, today: Date) -> PersonAnswers {
    let age = 18 + dice.random_range(0..40_i16) + dice.random_range(0..38_i16);
    let number = (0..40)
        .find_map(|step| NhsNumber::invented(u32::try_from(serial).unwrap_or(0) * 97 + 40 + step))
        .filter(|_| chance(dice, 85));
    let landline = chance(dice, 55);
    let line = dice.random_range(0..1_000_u32);
    PersonAnswers {
        given: one(dice, GIVEN).to_owned(),
        family: one(dice, FAMILY).to_owned(),
        preferred: String::new(),
        born_day: dice.random_range(1..=28).to_string(),
        born_month: dice.random_range(1..=12).to_string(),
        born_year: (today.year() - age - 1).to_string(),
        nhs_number: number.map(|number| number.to_string()).unwrap_or_default(),
        address: format!("{} {}, Market Wexley", dice.random_range(1..90), one(dice, STREETS)),
        postcode: format!("WX4 {}TN", dice.random_range(1..9)),
        phone: if landline { format!("01632 960 {line:03}") } else { format!("07700 900 {line:03}") },
        email: if chance(dice, 30) { format!("person{serial}@example.org") } else { String::new() },
        communication: one(dice, COMMUNICATION).to_owned(),
    }
}

/// Somebody invented who lives elsewhere in the region. `serial` is even; each has its own number.
pub(crate) fn of_region(dice: &mut impl Rng, serial: u32, home: &Home, today: Date) -> PersonAnswers {
    let number = [serial, serial + 1].into_iter().find_map(NhsNumber::invented).filter(|_| chance(dice, 93));
    PersonAnswers {
        nhs_number: number.map(|number| number.to_string()).unwrap_or_default(),
        address: format!("{} {}, {}", dice.random_range(1..90), one(dice, STREETS), home.town),
        postcode: format!("{} {}TN", home.outward, dice.random_range(1..=9)),
        email: if chance(dice, 30) { format!("person{serial}@example.org") } else { String::new() },
        ..answers(dice, 0, today)
    }
}

/// One to three needs.
pub(crate) fn needs(dice: &mut impl Rng) -> Vec<String> {
    let count = 1 + dice.random_range(0..3_usize);
    (0..count).map(|_| Need::ALL[dice.random_range(0..Need::ALL.len())].code().to_owned()).collect()
}

/// Now and then a carer or friend asked for the referral.
pub(crate) fn asker(dice: &mut impl Rng) -> String {
    const WHO: &[&str] =
        &["a daughter", "a son", "a neighbour", "a friend", "their wife", "their husband", "a paid carer"];
    if !chance(dice, 7) {
        return String::new();
    }
    let name = one(dice, &["Ruth", "Tom", "Amina", "Grace", "Idris", "Joan", "Piotr", "Meera"]);
    format!("{name} ({}), 07700 900 {:03}", one(dice, WHO), dice.random_range(0..1_000_u32))
}

pub(crate) fn guidance(dice: &mut impl Rng) -> String {
    one(dice, GUIDANCE).to_owned()
}

pub(crate) fn risk(dice: &mut impl Rng) -> (String, String) {
    match dice.random_range(0..10_u32) {
        0..=1 => ("known".to_owned(), one(dice, RISKS).to_owned()),
        2..=3 => ("not_asked".to_owned(), String::new()),
        _ => ("none_known".to_owned(), String::new()),
    }
}

pub(crate) fn words(dice: &mut impl Rng) -> String {
    if chance(dice, 60) { one(dice, WORDS).to_owned() } else { String::new() }
}

pub(crate) fn changed(dice: &mut impl Rng) -> String {
    one(dice, CHANGED).to_owned()
}

/// Margaret Alderthwaite, who likes to be called Peggy: the person of our examples.
pub(crate) fn peggy() -> PersonAnswers {
    PersonAnswers {
        given: "Margaret".to_owned(),
        family: "Alderthwaite".to_owned(),
        preferred: "Peggy".to_owned(),
        born_day: "4".to_owned(),
        born_month: "6".to_owned(),
        born_year: "1947".to_owned(),
        nhs_number: "999 000 0018".to_owned(),
        address: "14 Tannery Row, Market Wexley".to_owned(),
        postcode: "WX4 2TN".to_owned(),
        phone: "01632 960 142".to_owned(),
        email: String::new(),
        communication: "Large print. Hearing aid, left: face her, one voice at a time.".to_owned(),
    }
}
