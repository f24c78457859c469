//! Two people wrote from the same version: field by field, the one who changed a field has it. Only where both
//! changed the same field differently does somebody have to look.

use std::fmt::Display;

use super::{Goal, Plan, Step, goal_field, step_field};

/// A field that two people changed differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The field of the merged plan's form.
    pub field: String,
    /// What the other wrote; empty when they took it out.
    pub theirs: String,
}

/// The plan with both changes. Where they contradict each other it holds `mine`, and says so.
///
/// Nothing that somebody wrote is lost without a word: what one took away while the other changed it stays.
#[must_use]
pub fn merge(base: &Plan, theirs: &Plan, mine: &Plan) -> (Plan, Vec<Conflict>) {
    let mut found = Found(vec![]);
    let plan = Plan {
        matters: found.text("matters", &base.matters, &theirs.matters, &mine.matters),
        strengths: found.text("strengths", &base.strengths, &theirs.strengths, &mine.strengths),
        concerns: found.text("concerns", &base.concerns, &theirs.concerns, &mine.concerns),
        goals: goals(&mut found, &base.goals, &theirs.goals, &mine.goals),
        review_on: found.text("review", &base.review_on, &theirs.review_on, &mine.review_on),
    };
    (plan, found.0)
}

struct Found(Vec<Conflict>);

impl Found {
    /// The value that was changed; mine, noted, when both changed it.
    fn value<T: Clone + PartialEq>(
        &mut self,
        field: impl Into<String>,
        (base, theirs, mine): (&T, &T, &T),
        words: impl Fn(&T) -> String,
    ) -> T {
        if mine == base {
            return theirs.clone();
        }
        if theirs != base && theirs != mine {
            self.0.push(Conflict { field: field.into(), theirs: words(theirs) });
        }
        mine.clone()
    }

    fn text<T: Clone + PartialEq + Display>(
        &mut self,
        field: impl Into<String>,
        base: &Option<T>,
        theirs: &Option<T>,
        mine: &Option<T>,
    ) -> Option<T> {
        let words = |text: &Option<T>| text.as_ref().map(ToString::to_string).unwrap_or_default();
        self.value(field, (base, theirs, mine), words)
    }
}

/// Something with an identity of its own, present or not in each of three lists.
trait Item: Clone + PartialEq {
    type Id: PartialEq;
    fn id(&self) -> Self::Id;
}

impl Item for Goal {
    type Id = crate::id::GoalId;
    fn id(&self) -> Self::Id {
        self.id
    }
}

impl Item for Step {
    type Id = crate::id::StepId;
    fn id(&self) -> Self::Id {
        self.id
    }
}

fn find<'a, T: Item>(all: &'a [T], one: &T) -> Option<&'a T> {
    all.iter().find(|other| other.id() == one.id())
}

/// Mine in my order, then what the other has beside it. `both` merges one that stands in all three; it is given
/// the item's place, from 1.
fn list<T: Item>(base: &[T], theirs: &[T], mine: &[T], mut both: impl FnMut(usize, &T, &T, &T) -> T) -> Vec<T> {
    let mut out: Vec<T> = vec![];
    for item in mine {
        match (find(base, item), find(theirs, item)) {
            (Some(was), Some(other)) => out.push(both(out.len() + 1, was, other, item)),
            // Taken away by the other and not touched by me: gone.
            (Some(was), None) if was == item => {}
            _ => out.push(item.clone()),
        }
    }
    for other in theirs.iter().filter(|other| find(mine, other).is_none()) {
        // Taken away by me and not touched by the other: gone.
        if find(base, other) != Some(other) {
            out.push(other.clone());
        }
    }
    out
}

fn goals(found: &mut Found, base: &[Goal], theirs: &[Goal], mine: &[Goal]) -> Vec<Goal> {
    list(base, theirs, mine, |at, base, theirs, mine| Goal {
        id: mine.id,
        what: found.value(goal_field(at, "what"), (&base.what, &theirs.what, &mine.what), ToString::to_string),
        importance: found.value(
            goal_field(at, "importance"),
            (&base.importance, &theirs.importance, &mine.importance),
            |n| n.map(|n| n.get().to_string()).unwrap_or_default(),
        ),
        status: found.value(goal_field(at, "status"), (&base.status, &theirs.status, &mine.status), |status| {
            status.label().to_owned()
        }),
        steps: steps(found, at, (&base.steps, &theirs.steps, &mine.steps)),
    })
}

fn steps(found: &mut Found, goal: usize, (base, theirs, mine): (&[Step], &[Step], &[Step])) -> Vec<Step> {
    list(base, theirs, mine, |at, base, theirs, mine| {
        let field = |part| step_field(goal, at, part);
        Step {
            id: mine.id,
            what: found.value(field("what"), (&base.what, &theirs.what, &mine.what), ToString::to_string),
            who: found.text(field("who"), &base.who, &theirs.who, &mine.who),
            by: found.text(field("by"), &base.by, &theirs.by, &mine.by),
            confidence: found.value(
                field("confidence"),
                (&base.confidence, &theirs.confidence, &mine.confidence),
                |n| n.map(|n| n.get().to_string()).unwrap_or_default(),
            ),
            done: found.value(field("done"), (&base.done, &theirs.done, &mine.done), |done| {
                if *done { "done" } else { "not done" }.to_owned()
            }),
        }
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::ambient::Entropy;
    use crate::plan::GoalStatus;
    use crate::text::{Line, Note};

    fn goal(number: u64, what: &str) -> Goal {
        let id = Entropy::from_number(number).id(Timestamp::UNIX_EPOCH);
        let what = Line::parse(what).unwrap().unwrap();
        Goal { id, what, importance: None, status: GoalStatus::Active, steps: vec![] }
    }

    fn plan(matters: &str, goals: Vec<Goal>) -> Plan {
        Plan { matters: Note::parse(matters).unwrap(), goals, ..Plan::default() }
    }

    #[test]
    fn changes_to_different_fields_stand_beside_each_other() {
        let base = plan("Singing", vec![goal(1, "Sing")]);
        let theirs = plan("Singing and dancing", vec![goal(1, "Sing"), goal(2, "Dance")]);
        let mine = plan("Singing", vec![goal(1, "Sing weekly"), goal(3, "Walk")]);
        let (merged, conflicts) = merge(&base, &theirs, &mine);
        assert_eq!(conflicts, []);
        assert_eq!(
            merged,
            plan("Singing and dancing", vec![goal(1, "Sing weekly"), goal(3, "Walk"), goal(2, "Dance")])
        );
    }

    #[test]
    fn the_same_field_changed_twice_is_asked_about() {
        let base = plan("Singing", vec![goal(1, "Sing")]);
        let theirs = plan("Singing", vec![goal(1, "Sing at home")]);
        let mine = plan("Singing", vec![goal(1, "Sing weekly")]);
        let (merged, conflicts) = merge(&base, &theirs, &mine);
        assert_eq!(conflicts, [Conflict { field: "goal-1-what".into(), theirs: "Sing at home".into() }]);
        assert_eq!(merged, mine);
        assert_eq!(merge(&theirs, &theirs, &mine).1, [], "looked at once, it is saved");
    }

    #[test]
    fn what_one_took_away_while_the_other_changed_it_stays() {
        let base = plan("", vec![goal(1, "Sing")]);
        let changed = plan("", vec![goal(1, "Sing weekly")]);
        let without = plan("", vec![]);
        assert_eq!(merge(&base, &changed, &without).0, changed);
        assert_eq!(merge(&base, &without, &changed).0, changed);
        assert_eq!(merge(&base, &without, &base).0, without);
        assert_eq!(merge(&base, &base, &without).0, without);
    }

    fn any_plan() -> impl Strategy<Value = Plan> {
        let goals = prop::collection::btree_map(1_u64..5, "[ab]", 0..4);
        ("[ab]?", goals).prop_map(|(matters, goals)| {
            plan(&matters, goals.into_iter().map(|(number, what)| goal(number, &what)).collect())
        })
    }

    proptest! {
        /// Who did not change anything loses nothing of the other's, and an equal change is no conflict.
        #[test]
        fn an_untouched_plan_gives_way(base in any_plan(), other in any_plan()) {
            let same_goals = |a: &Plan, b: &Plan| a.goals.len() == b.goals.len() && a.goals.iter().all(|g| b.goals.contains(g));
            let (merged, conflicts) = merge(&base, &other, &base);
            prop_assert_eq!(conflicts, vec![]);
            prop_assert!(merged.matters == other.matters && same_goals(&merged, &other));
            let (merged, conflicts) = merge(&base, &other, &other);
            prop_assert_eq!(conflicts, vec![]);
            prop_assert_eq!(merged, other);
        }
    }
}
