//! What the comparison promises whatever the entries say.

use fingerpost_directory::hsds::Service;
use fingerpost_domain::id::ServiceId;
use fingerpost_linkage::{Linker, Verdict, Weights};
use proptest::prelude::*;
use serde_json::json;

fn id(number: usize) -> ServiceId {
    format!("{number:026}").parse().unwrap()
}

fn service(name: &str, phone: &str, town: &str) -> Service {
    let body = json!({ "id": name, "name": name, "description": format!("{name} in {town}"),
        "phones": [{ "id": "", "number": phone }],
        "service_at_locations": [{ "id": "", "location": { "id": "", "addresses": [{ "id": "", "address_1": "1 High Street", "city": town }] } }] });
    serde_json::from_value::<Service>(body).unwrap().settled("test").unwrap()
}

#[test]
fn the_same_entry_of_another_source_is_the_same_and_of_its_own_is_none() {
    let mut linker = Linker::default();
    for number in 0..40 {
        linker.put(
            id(number),
            "council",
            &service(&format!("Group {number} of the ward"), &format!("01632 9600{number:02}"), "Wexley"),
        );
    }
    let choir = service("Tannery Choir", "01632 960 371", "Wexley");
    linker.put(id(100), "council", &choir);
    linker.put(id(101), "council", &choir);
    assert!(linker.matches(id(100)).is_empty(), "what one source lists twice is not compared");
    linker.remove(id(101));
    linker.put(id(102), "charity", &choir);
    let found = linker.matches(id(102));
    assert_eq!((found[0].0.other, found[0].1), (id(100), Verdict::Same));
    assert!(!linker.put(id(102), "charity", &choir), "nothing changed");
    linker.remove(id(100));
    assert!(linker.matches(id(102)).iter().all(|(found, _)| found.other != id(100)));
}

#[test]
fn two_of_one_source_that_are_alike_are_both_asked() {
    let mut linker = Linker::default();
    let choir = |town: &str| service("Tannery Choir", "01632 960 371", town);
    linker.put(id(1), "council", &choir("Wexley"));
    linker.put(id(2), "council", &choir("Wexley"));
    linker.put(id(3), "charity", &choir("Wexley"));
    assert!(linker.matches(id(3)).iter().all(|(_, verdict)| *verdict == Verdict::Ask), "nobody can tell which");
}

#[test]
fn a_directory_of_one_name_is_compared_in_bounded_time() {
    let mut linker = Linker::default();
    for number in 0..5_000 {
        let source = if number % 2 == 0 { "council" } else { "charity" };
        linker.put(id(number), source, &service("Coffee morning", "0800 1111 111", "Wexley"));
    }
    assert_eq!(linker.len(), 5_000);
    assert!(linker.compared(id(7), Weights::used()).len() <= 600);
}

proptest! {
    /// Evidence does not depend on which of two comes first, and what was taken out leaves nothing behind.
    #[test]
    fn evidence_has_no_direction_and_no_memory(names in proptest::collection::vec("(choir|shed|lunch|walk|art) (club|group|of|the|men|over 60s) ?[a-d]{0,4}", 4..9),
                                               phones in proptest::collection::vec(0u32..6, 9), towns in proptest::collection::vec("(Wexley|Oldgate)", 9)) {
        let all: Vec<Service> = names.iter().enumerate()
            .map(|(n, name)| service(name, &format!("01632 96037{}", phones[n]), &towns[n])).collect();
        let source = |n: usize| if n.is_multiple_of(2) { "council" } else { "charity" };
        let mut linker = Linker::default();
        for (n, one) in all.iter().enumerate() {
            linker.put(id(n), source(n), one);
        }
        for n in 0..all.len() {
            for found in linker.compared(id(n), Weights::used()) {
                let back = linker.compared(found.other, Weights::used());
                let back = back.iter().find(|back| back.other == id(n)).unwrap();
                prop_assert_eq!((back.agreement, back.evidence), (found.agreement, found.evidence));
            }
        }
        let before: Vec<_> = (0..all.len()).map(|n| linker.compared(id(n), Weights::used())).collect();
        linker.put(id(99), "third", &all[0]);
        linker.remove(id(99));
        let after: Vec<_> = (0..all.len()).map(|n| linker.compared(id(n), Weights::used())).collect();
        prop_assert_eq!(before, after);
    }
}
