//! The ranking: what each thing weighs, in one place.

use fingerpost_directory::facts::Room;
use fingerpost_directory::fit::Mark;
use fingerpost_directory::standing::Standing;

use crate::card::Card;

/// A word in the name, in the terms, in the organisation's name, in the text.
pub const FIELDS: [f32; 4] = [3.0, 4.0, 1.0, 1.0];
/// What directories write instead of what was typed.
pub const OTHER_WORDS: f32 = 1.0;
/// Something of the same kind.
pub const KIN: f32 = 0.3;
/// What tells for whom it is, beside what is looked for.
pub const WHO: f32 = 0.6;
/// Shares of what was asked for: most of it, some of it.
pub const ENOUGH: [f32; 2] = [0.6, 0.3];
/// Where the distance was asked for, half of the weight is gone after so many miles; elsewhere after so many.
pub const HALF_WAY: (f64, f64) = (2.0, 8.0);
/// An entry of which nobody knows where it is counts as so far away, in miles.
pub const SOMEWHERE: f64 = 15.0;
/// What is done from home counts as so far away.
pub const FROM_HOME: f64 = 2.0;
/// Something that has to be asked first.
pub const ASK: f64 = 0.2;

/// How a group answers, as the order counts it: 1 where too few offers were made to say.
pub(crate) fn answers(standing: &Standing) -> f32 {
    standing.responsiveness().map_or(1.0, |(accepted, asked, _)| 0.85 + 0.3 * accepted as f32 / asked as f32)
}

/// What an entry weighs.
///
/// `text` is how well it has the words (1 where none were typed), `share` the share of the things asked for that it has,
/// `miles` the distance in a straight line where it is known and something was measured from (`measured`), `today` the number of the day.
#[must_use]
pub(crate) fn weight(
    card: &Card,
    text: f64,
    share: f64,
    (measured, named, miles): (bool, bool, Option<f64>),
    mark: Mark,
    today: i32,
) -> f64 {
    let nearness = if measured {
        let miles = if card.conditions.online { FROM_HOME } else { miles.unwrap_or(SOMEWHERE) };
        1.0 / (1.0 + miles / if named { HALF_WAY.0 } else { HALF_WAY.1 })
    } else {
        1.0
    };
    let trusted = 0.7 + 0.3 * card.fading.on(today);
    let room = if matches!(card.conditions.room, Room::Places(_)) { 1.1 } else { 1.0 };
    let asked = if mark == Mark::Ask { ASK } else { 1.0 };
    text * share * share * nearness * trusted * f64::from(card.answers) * room * asked
}
