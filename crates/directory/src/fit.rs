//! Whether a service fits what somebody looks for, and why. What is not known is asked about and never counts as a no.
//! Only what was asked for, and what an entry itself demands, is compared: a characteristic that no criterion of a
//! service names changes nothing for it.

use crate::facts::{Conditions, Cost, Facts, Group, Known, Room};
use crate::times::{AtThatTime, Days};
use crate::wanted::Wanted;

/// What speaks for or against a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It fits, or is good to know.
    Fits,
    /// Not known: ask.
    Ask,
    /// It does not fit now.
    Against,
}

/// One reason, before it is put into words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum What<'a> {
    /// So many miles away, in a straight line.
    Miles(f64),
    /// Nobody knows where it is.
    PlaceNotKnown,
    /// From home.
    Online,
    /// Not from home.
    NotOnline,
    /// On these days.
    On(Days),
    /// When it is, is not known.
    TimeNotKnown,
    /// What it costs.
    Costs(Cost),
    /// Without steps: yes, no, not known.
    StepFree(Known),
    /// With a hearing loop: yes, not known.
    HearingLoop(Known),
    /// In a language; none where it is not said.
    Language(&'a str),
    /// In which languages is not said, or in others.
    LanguageNotSaid,
    /// From and to which age.
    Ages(Option<f64>, Option<f64>),
    /// For whom alone.
    OnlyFor(Group),
    /// Whether there is room.
    Room(Room),
}

/// Says to `tell` everything that speaks for or against `facts`, in the order in which people weigh it.
pub fn weigh<'a>(facts: &'a Facts, wanted: &'a Wanted, miles: Option<f64>, tell: impl FnMut(Mark, What<'a>)) {
    judge((&facts.conditions, || facts.languages.as_slice()), wanted, miles, tell);
}

/// The same of what is compared of an entry, and of its languages, which are seldom asked for.
#[inline]
fn judge<'a, 'l>(
    (facts, languages): (&Conditions, impl Fn() -> &'l [String]),
    wanted: &'a Wanted,
    miles: Option<f64>,
    mut tell: impl FnMut(Mark, What<'a>),
) {
    distance(facts, wanted, miles, &mut tell);
    time(facts, wanted, &mut tell);
    cost(facts, wanted, &mut tell);
    access(facts, wanted, &mut tell);
    language(languages, wanted, &mut tell);
    for_whom(facts, wanted, &mut tell);
    match facts.room {
        Room::Places(_) => tell(Mark::Fits, What::Room(facts.room)),
        Room::Full | Room::Resting => tell(Mark::Against, What::Room(facts.room)),
        Room::NotSaid if wanted.room => tell(Mark::Ask, What::Room(facts.room)),
        Room::NotSaid => {}
    }
}

fn distance<'a>(facts: &Conditions, wanted: &Wanted, miles: Option<f64>, tell: &mut impl FnMut(Mark, What<'a>)) {
    if facts.online {
        tell(Mark::Fits, What::Online);
    } else if wanted.online {
        tell(Mark::Against, What::NotOnline);
    }
    match (miles, wanted.within) {
        (Some(miles), Some(within)) if miles > within && !facts.online => tell(Mark::Against, What::Miles(miles)),
        (Some(miles), _) => tell(Mark::Fits, What::Miles(miles)),
        (None, Some(_)) if wanted.near.is_some() && !facts.online => tell(Mark::Ask, What::PlaceNotKnown),
        (None, _) => {}
    }
}

fn time<'a>(facts: &Conditions, wanted: &Wanted, tell: &mut impl FnMut(Mark, What<'a>)) {
    let asked = !wanted.days.is_empty() || wanted.part.is_some();
    match facts.times.at(wanted.days, wanted.part) {
        AtThatTime::Yes(days) if asked => tell(Mark::Fits, What::On(days)),
        AtThatTime::No if asked => tell(Mark::Against, What::On(facts.times.days)),
        AtThatTime::NotKnown if asked => tell(Mark::Ask, What::TimeNotKnown),
        _ if facts.times.days.is_empty() => {}
        _ => tell(Mark::Fits, What::On(facts.times.days)),
    }
}

fn cost<'a>(facts: &Conditions, wanted: &Wanted, tell: &mut impl FnMut(Mark, What<'a>)) {
    let mark = match (facts.cost, wanted.most) {
        (Cost::NotSaid, Some(_)) => Mark::Ask,
        (Cost::From(pence), Some(most)) if pence > most => Mark::Against,
        _ => Mark::Fits,
    };
    tell(mark, What::Costs(facts.cost));
}

fn access<'a>(facts: &Conditions, wanted: &Wanted, tell: &mut impl FnMut(Mark, What<'a>)) {
    // From home nobody climbs steps.
    match facts.step_free {
        Known::Yes => tell(Mark::Fits, What::StepFree(Known::Yes)),
        Known::No if wanted.step_free && !facts.online => tell(Mark::Against, What::StepFree(Known::No)),
        Known::No => tell(Mark::Fits, What::StepFree(Known::No)),
        Known::NotSaid if wanted.step_free && !facts.online => tell(Mark::Ask, What::StepFree(Known::NotSaid)),
        Known::NotSaid => {}
    }
    match facts.hearing_loop {
        Known::Yes => tell(Mark::Fits, What::HearingLoop(Known::Yes)),
        _ if wanted.hearing_loop => tell(Mark::Ask, What::HearingLoop(Known::NotSaid)),
        _ => {}
    }
}

fn language<'a, 'l>(languages: impl Fn() -> &'l [String], wanted: &'a Wanted, tell: &mut impl FnMut(Mark, What<'a>)) {
    let Some(language) = &wanted.language else { return };
    match languages().iter().find(|spoken| spoken.contains(language.as_str())) {
        Some(_) => tell(Mark::Fits, What::Language(language)),
        None => tell(Mark::Ask, What::LanguageNotSaid),
    }
}

fn for_whom<'a>(facts: &Conditions, wanted: &Wanted, tell: &mut impl FnMut(Mark, What<'a>)) {
    let (from, to) = (facts.ages.0.filter(|age| *age > 0.0), facts.ages.1.filter(|age| *age < 110.0));
    if from.is_some() || to.is_some() {
        let fits =
            |age: u16| from.is_none_or(|from| f64::from(age) >= from) && to.is_none_or(|to| f64::from(age) < to + 1.0);
        let mark = match wanted.somebody.map(|somebody| somebody.age) {
            Some(Some(age)) if !fits(age) => Mark::Against,
            Some(None) => Mark::Ask,
            _ => Mark::Fits,
        };
        tell(mark, What::Ages(from, to));
    }
    let belongs = wanted.somebody.is_some_and(|somebody| facts.only_for.meets(somebody.groups));
    for group in facts.only_for.iter() {
        // Whoever says that they are a carer has not said that they are no veteran: it is asked, never refused. Only
        // what excludes each other speaks against.
        let mark = match wanted.somebody {
            _ if belongs => Mark::Fits,
            Some(somebody) if excluded(group, somebody.groups.iter()) => Mark::Against,
            Some(_) => Mark::Ask,
            None => Mark::Fits,
        };
        tell(mark, What::OnlyFor(group));
    }
}

fn excluded(group: Group, mut of: impl Iterator<Item = Group>) -> bool {
    let other = match group {
        Group::Women => Group::Men,
        Group::Men => Group::Women,
        _ => return false,
    };
    of.any(|said| said == other)
}

/// The worst of the marks: whether it fits, could fit but ask, or does not fit now. `languages` are looked at only where one is asked
/// for.
#[must_use]
pub fn fit<'l>(
    conditions: &Conditions,
    languages: impl Fn() -> &'l [String],
    wanted: &Wanted,
    miles: Option<f64>,
) -> Mark {
    let mut worst = Mark::Fits;
    judge((conditions, languages), wanted, miles, |mark, _| worst = worst.max(mark));
    worst
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::Groups;
    use crate::wanted::Somebody;

    fn fit(conditions: &Conditions, wanted: &Wanted, miles: Option<f64>) -> Mark {
        super::fit(conditions, || &[], wanted, miles)
    }

    fn marks(facts: &Conditions, wanted: &Wanted, miles: Option<f64>) -> Vec<(Mark, String)> {
        let mut all = vec![];
        let facts = Facts { conditions: *facts, ..Facts::default() };
        weigh(&facts, wanted, miles, |mark, what| all.push((mark, format!("{what:?}"))));
        all
    }

    #[test]
    fn nothing_asked_is_nothing_against() {
        let facts = Conditions {
            step_free: Known::No,
            cost: Cost::From(500),
            ages: (Some(60.0), None),
            ..Conditions::default()
        };
        assert_eq!(fit(&facts, &Wanted::default(), Some(90.0)), Mark::Fits);
    }

    #[test]
    fn steps_keep_out_whoever_cannot_climb_them_and_not_from_home() {
        let wanted = Wanted { step_free: true, ..Wanted::default() };
        let of = |step_free, online| fit(&Conditions { step_free, online, ..Conditions::default() }, &wanted, None);
        assert_eq!(
            [of(Known::Yes, false), of(Known::NotSaid, false), of(Known::No, false)],
            [Mark::Fits, Mark::Ask, Mark::Against]
        );
        assert_eq!(of(Known::No, true), Mark::Fits);
    }

    #[test]
    fn age_and_group_are_the_entrys_own_demands() {
        let facts = Conditions {
            ages: (Some(55.0), Some(70.0)),
            only_for: Groups::default().with(Group::Women),
            ..Conditions::default()
        };
        let of = |age, groups: &[Group]| {
            let somebody = Some(Somebody { age, groups: groups.iter().copied().collect() });
            fit(&facts, &Wanted { somebody, ..Wanted::default() }, None)
        };
        assert_eq!(of(Some(70), &[Group::Women]), Mark::Fits, "seventy until the next birthday");
        assert_eq!(of(Some(71), &[Group::Women]), Mark::Against);
        assert_eq!(of(None, &[Group::Women]), Mark::Ask);
        assert_eq!(of(Some(60), &[Group::Men]), Mark::Against);
        assert_eq!(of(Some(60), &[Group::Carers]), Mark::Ask, "a carer may be a woman");
    }

    #[test]
    fn a_full_group_is_shown_as_full() {
        let full = Conditions { room: Room::Full, ..Conditions::default() };
        assert_eq!(
            marks(&full, &Wanted::default(), None),
            [(Mark::Fits, "Costs(NotSaid)".to_owned()), (Mark::Against, "Room(Full)".to_owned()),]
        );
        let unsaid = Wanted { room: true, ..Wanted::default() };
        assert_eq!(fit(&Conditions::default(), &unsaid, None), Mark::Ask);
    }

    fn groups() -> impl Strategy<Value = Groups> {
        proptest::collection::vec(proptest::sample::select(Group::ALL), 0..4).prop_map(|all| all.into_iter().collect())
    }

    proptest! {
        /// The promise of explainable matching: a service that names no such criterion is judged the same for everybody.
        #[test]
        fn what_no_criterion_names_changes_nothing(age in proptest::option::of(0u16..120), one in groups(), other in groups(),
                                                   of_service in groups(), free in any::<bool>()) {
            let facts = Conditions { only_for: of_service, cost: if free { Cost::Free } else { Cost::NotSaid }, ..Conditions::default() };
            let with = |age, groups| Wanted { somebody: Some(Somebody { age, groups }), most: Some(100), ..Wanted::default() };
            if of_service.is_empty() {
                prop_assert_eq!(marks(&facts, &with(age, one), Some(1.0)), marks(&facts, &with(None, other), Some(1.0)));
            }
        }
    }
}
