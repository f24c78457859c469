use fingerpost_directory::facts::{Group, Groups};
use fingerpost_directory::fit::Mark;
use fingerpost_directory::hsds::Service;
use fingerpost_directory::place::Point;
use fingerpost_directory::standing::Standing;
use fingerpost_directory::wanted::{Somebody, Wanted};
use fingerpost_domain::Date;
use fingerpost_domain::id::ServiceId;
use fingerpost_domain::need::Need;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Finder, Reader, Snapshot};

const TODAY: Date = Date::constant(2026, 11, 26);

fn id(number: u32) -> ServiceId {
    format!("01J{number:023}").parse().unwrap()
}

fn service(name: &str, description: &str, more: Value) -> Service {
    let mut body = json!({ "id": name, "name": name, "description": description });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(body).unwrap()
}

fn at(latitude: f64, longitude: f64, city: &str) -> Value {
    let address = json!([{ "address_1": "1 High Street", "city": city }]);
    json!({ "service_at_locations": [{ "location": { "latitude": latitude, "longitude": longitude, "addresses": address } }] })
}

fn with(mut one: Value, other: Value) -> Value {
    one.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    one
}

fn index(services: &[Service]) -> (Finder, Snapshot) {
    let mut finder = Finder::new().unwrap();
    for (number, service) in (1..).zip(services) {
        finder.put(id(number), &["test".to_owned()], service, Standing::default()).unwrap();
    }
    let snapshot = finder.publish().unwrap();
    (finder, snapshot)
}

fn village() -> Vec<Service> {
    vec![
        service(
            "Tannery Choir",
            "Singing for everybody",
            with(at(53.81, -1.5, "Wexley"), json!({ "cost_options": [{ "amount": 0 }] })),
        ),
        service("Men\u{2019}s Shed", "Woodwork, and sometimes singing", at(53.82, -1.5, "Wexley")),
        service("Debt Desk", "Money advice", at(53.9, -1.5, "Kelder Bridge")),
        service("Befriending by phone", "Somebody rings you", json!({})),
    ]
}

fn typed(words: &str) -> Wanted {
    Wanted { words: words.to_owned(), ..Wanted::default() }
}

fn names(snapshot: &Snapshot, wanted: &Wanted) -> Vec<String> {
    let found = snapshot.search(wanted, true, TODAY, (0, 100)).unwrap();
    found.hits.iter().map(|hit| hit.entry.name.clone()).collect()
}

#[test]
fn words_find_by_name_first_then_by_text_and_by_what_people_say() {
    let (_, village) = index(&village());
    assert_eq!(names(&village, &typed("singing")), ["Tannery Choir", "Men\u{2019}s Shed"]);
    assert_eq!(names(&village, &typed("SING choir"))[0], "Tannery Choir", "both words before one");
    assert_eq!(names(&village, &typed("mens shed")), ["Men\u{2019}s Shed"]);
    assert_eq!(names(&village, &typed("skint"))[0], "Debt Desk");
    assert_eq!(names(&village, &typed("lonely"))[0], "Befriending by phone");
    assert!(names(&village, &typed("zebra crossing keeper")).is_empty());
    assert_eq!(names(&village, &typed("the of")).len(), 4, "nothing that says anything finds everything");
}

#[test]
fn a_word_that_nothing_has_is_read_as_the_one_that_was_meant() {
    let (_, village) = index(&village());
    for (wrong, right, name) in
        [("woodwrok", "woodwork", "Men\u{2019}s Shed"), ("lonley", "lonely", "Befriending by phone")]
    {
        let found = village.search(&typed(wrong), false, TODAY, (0, 10)).unwrap();
        assert_eq!(found.hits[0].entry.name, name, "{wrong}");
        assert_eq!(found.corrected[0].0, wrong);
        assert!(right.starts_with(&found.corrected[0].1[..4]), "{:?}", found.corrected);
    }
    assert!(village.search(&typed("xqzzvw"), false, TODAY, (0, 10)).unwrap().hits.is_empty());
}

#[test]
fn need_and_distance_narrow_and_order() {
    let (_, village) = index(&village());
    let near = Point::new(53.821, -1.5);
    assert_eq!(names(&village, &Wanted { need: Some(Need::Money), ..Wanted::default() }), ["Debt Desk"]);
    let all = names(&village, &Wanted { near, ..Wanted::default() });
    assert_eq!(all, ["Men\u{2019}s Shed", "Tannery Choir", "Debt Desk", "Befriending by phone"]);
    let found = village.search(&Wanted { near, within: Some(2.0), ..Wanted::default() }, true, TODAY, (0, 10)).unwrap();
    assert_eq!((found.could_fit, found.do_not_fit), (3, 1), "what is too far is said to be, and not hidden");
    assert_eq!(found.hits[3].mark, Mark::Against);
    assert_eq!(found.hits[2].mark, Mark::Ask, "nobody knows where it is");
    assert!((found.hits[0].miles.unwrap() - 0.069).abs() < 0.01);
    let first = village.search(&Wanted { near, ..Wanted::default() }, true, TODAY, (1, 2)).unwrap();
    assert_eq!(
        first.hits.iter().map(|hit| hit.entry.name.as_str()).collect::<Vec<_>>(),
        ["Tannery Choir", "Debt Desk"]
    );
}

#[test]
fn an_entry_without_a_place_is_near_its_town() {
    let mut services = village();
    let nowhere = json!({ "service_at_locations": [{ "location": { "addresses": [{ "address_1": "2", "city": "Kelder Bridge" }] } }] });
    services.push(service("Tea", "", nowhere));
    let (_, village) = index(&services);
    assert!(village.towns().get("kelder bridge").is_some() && village.towns().get("york").is_none());
    let found = village.search(&Wanted { near: Point::new(53.9, -1.5), ..typed("tea") }, true, TODAY, (0, 5)).unwrap();
    assert!(found.hits[0].by_town && found.hits[0].miles.unwrap() < 0.01);
}

#[test]
fn what_changed_is_found_as_it_is_now_and_what_ended_is_not() {
    let (mut finder, before) = index(&village());
    finder.put(id(1), &["test".to_owned()], &service("Evening Choir", "", json!({})), Standing::default()).unwrap();
    finder
        .put(id(2), &["test".to_owned()], &service("Shed", "", json!({ "status": "defunct" })), Standing::default())
        .unwrap();
    finder
        .put(
            id(3),
            &["test".to_owned()],
            &service("Debt Desk", "", json!({ "status": "temporarily closed" })),
            Standing::default(),
        )
        .unwrap();
    let after = finder.publish().unwrap();
    assert_eq!(names(&after, &typed("choir")), ["Evening Choir"]);
    assert!(names(&after, &typed("tannery")).is_empty() && after.get(id(2)).is_none());
    assert_eq!(after.len(), 3);
    let resting = after.search(&typed("debt"), false, TODAY, (0, 5)).unwrap();
    assert_eq!((resting.hits.len(), resting.hits[0].mark), (1, Mark::Against), "what rests is shown as resting");
    assert_eq!(names(&before, &typed("tannery")), ["Tannery Choir"], "a search that has begun sees one directory");
    finder.put(id(2), &["test".to_owned()], &village()[1], Standing::default()).unwrap();
    let again = finder.publish().unwrap();
    assert_eq!((names(&again, &typed("shed")).len(), again.len()), (1, 4), "and what comes back is there");
}

#[test]
fn trust_and_answers_move_what_is_alike() {
    let mut finder = Finder::new().unwrap();
    let twin = service("Choir", "Singing", json!({ "last_modified": "2026-10-01" }));
    for (number, standing) in [
        (1, Standing { open_reports: 2, ..Standing::default() }),
        (2, Standing { asked: 10, accepted: 1, ..Standing::default() }),
        (3, Standing::default()),
        (4, Standing { asked: 10, accepted: 10, ..Standing::default() }),
    ] {
        finder.put(id(number), &["test".to_owned()], &twin, standing).unwrap();
    }
    let found = finder.publish().unwrap().search(&typed("choir"), false, TODAY, (0, 9)).unwrap();
    let order: Vec<_> = found.hits.iter().map(|hit| hit.entry.id).collect();
    assert_eq!(order, [id(4), id(3), id(2), id(1)]);
}

/// What is withheld changes nothing that the public sees: no town, no spelling, no order, no number.
#[test]
fn what_is_withheld_is_not_there_for_the_public() {
    let mut services = village();
    let (_, without) = index(&services);
    services.push(service("Larchwood refuge for singing choirs", "Singing singing", at(54.5, -1.0, "Hiddenby")));
    let mut finder = Finder::new().unwrap();
    for (number, service) in (1..).zip(&services) {
        let standing = Standing { withheld: number == 5, ..Standing::default() };
        finder.put(id(number), &["test".to_owned()], service, standing).unwrap();
    }
    let with = finder.publish().unwrap();
    assert!(with.towns().get("hiddenby").is_none());
    for words in ["larchwood", "larchwod", "singing choir", "refuge", ""] {
        let public = |snapshot: &Snapshot| {
            let found =
                snapshot.search_among((&typed(words), false), (Reader::Public, TODAY), (0, 9), |_| true).unwrap();
            let names: Vec<String> = found.hits.iter().map(|hit| hit.entry.name.clone()).collect();
            (names, found.total(), found.corrected)
        };
        assert_eq!(public(&with), public(&without), "{words}");
    }
    assert_eq!(names(&with, &typed("larchwood")), ["Larchwood refuge for singing choirs"], "staff find it");
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let groups = proptest::collection::vec(proptest::sample::select(Group::ALL), 0..4);
    (proptest::option::of(0u16..110), groups)
        .prop_map(|(age, groups)| Somebody { age, groups: groups.into_iter().collect() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Who somebody is changes nothing among the services that name no such criterion: neither order nor fit.
    #[test]
    fn who_somebody_is_changes_nothing_where_no_criterion_names_it(one in somebody(), other in somebody(),
                                                                   for_some in proptest::collection::vec(any::<bool>(), 8)) {
        let services: Vec<Service> = for_some.iter().enumerate().map(|(number, only)| {
            let more = if *only {
                json!({ "minimum_age": 50, "attributes": [{ "taxonomy_term": { "name": "carers", "taxonomy": "eligibility" } }] })
            } else {
                json!({})
            };
            service(&format!("Choir {number}"), &"singing ".repeat(number + 1), more)
        }).collect();
        let (_, village) = index(&services);
        let open_to_all = |somebody| {
            let wanted = Wanted { somebody: Some(somebody), ..typed("singing") };
            let found = village.search(&wanted, false, TODAY, (0, 20)).unwrap();
            found.hits.iter()
                .filter(|hit| hit.entry.facts.conditions.only_for == Groups::default())
                .map(|hit| (hit.entry.id, hit.mark))
                .collect::<Vec<_>>()
        };
        prop_assert_eq!(open_to_all(one), open_to_all(other));
    }

    #[test]
    fn any_words_are_looked_for_without_harm(words in ".{0,120}") {
        let (_, village) = index(&village());
        let found = village.search(&typed(&words), false, TODAY, (0, 3)).unwrap();
        prop_assert!(found.hits.len() <= 3 && found.total() <= 4);
    }
}

#[test]
fn a_name_is_found_whatever_became_of_its_entry() {
    let (mut finder, _) = index(&village());
    let left = Standing { left_on: Some(TODAY), ..Standing::default() };
    finder
        .put(id(9), &["test".to_owned()], &service("Tannery Choir, the old one", "Singing", json!({})), left)
        .unwrap();
    let village = finder.publish().unwrap();
    let of = |name: &str| village.named(name, 5).unwrap().iter().map(|entry| entry.name.clone()).collect::<Vec<_>>();
    assert_eq!(of("tannery"), ["Tannery Choir", "Tannery Choir, the old one"], "what left the search too");
    assert_eq!(of("The Tannery Choir of Wexley"), ["Tannery Choir"]);
    assert!(of("Choir practice").is_empty(), "some words of a name are not the name");
    assert!(of("xqzzvw").is_empty());
}
