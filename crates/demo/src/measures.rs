//! What invented people said about how they feel, at the beginning and, where they were asked again, at the end.

use fingerpost_domain::Timestamp;
use fingerpost_domain::id::{CaseId, RequestKey};
use fingerpost_domain::measure::{Mode, Moment, SKIPPED, ons4};
use fingerpost_policy::WorkCase;
use fingerpost_store::{SignedIn, Store};
use rand::{Rng, RngExt};

use crate::DemoError;
use crate::people::chance;
use crate::places::Cast;

/// The numbers of the four questions before; the end lies around them, mostly a little better, as it does when people
/// come at a hard time.
fn numbers(moment: Moment, dice: &mut impl Rng) -> [u32; 4] {
    let calm = [3, 4, 4].map(|usual: u32| usual + dice.random_range(0..4_u32));
    let anxious = 3 + dice.random_range(0..6_u32);
    match moment {
        Moment::After => {
            let lift = calm.map(|n| (n + dice.random_range(0..4_u32)).saturating_sub(1).min(10));
            [lift[0], lift[1], lift[2], anxious.saturating_sub(dice.random_range(0..4_u32))]
        }
        Moment::Before | Moment::Between => [calm[0], calm[1], calm[2], anxious],
    }
}

/// Asks the four questions; now and then one is left out.
pub(crate) async fn ask(
    store: &Store,
    cast: &Cast,
    dice: &mut impl Rng,
    (worker, case, now): (&SignedIn, CaseId, Timestamp),
    moment: Moment,
) -> Result<(), DemoError> {
    let ctx = Cast::ctx::<WorkCase>(worker, cast.scheme.id, now)?;
    let measure = ons4();
    let mode = if chance(dice, 30) { Mode::Paper } else { Mode::Together };
    let key: RequestKey = store.entropy().id(now);
    let (id, _) = store.begin_assessment(&ctx, case, (&measure, moment, mode, key)).await?;
    for (item, number) in measure.items.iter().zip(numbers(moment, dice)) {
        let given = if chance(dice, 4) { SKIPPED.to_owned() } else { number.to_string() };
        store.answer_item(&ctx, (case, id), (&item.code, &given)).await?;
    }
    Ok(())
}
