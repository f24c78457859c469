//! Where towns are, by the directory's own addresses: the median of the places that are known there.

use std::collections::HashMap;
use std::sync::Arc;

use fingerpost_directory::entry::Entry;
use fingerpost_directory::place::Point;

/// Towns by their folded names.
#[derive(Debug, Clone, Default)]
pub struct Towns(HashMap<String, Point>);

fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len().checked_sub(1)? / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

impl Towns {
    /// Reads them out of entries.
    #[must_use]
    pub fn of<'a>(entries: impl Iterator<Item = &'a Arc<Entry>>) -> Self {
        let mut places: HashMap<&str, (Vec<f64>, Vec<f64>)> = HashMap::new();
        for entry in entries {
            // A town's middle must not show where a place is that has to stay unknown.
            if let (Some(town), [place, ..], false) =
                (&entry.town, entry.facts.places.as_slice(), entry.standing.withheld)
            {
                let (latitude, longitude) = place.degrees();
                let known = places.entry(town).or_default();
                known.0.push(latitude);
                known.1.push(longitude);
            }
        }
        let middle = |(town, (mut north, mut east)): (&str, (Vec<f64>, Vec<f64>))| {
            Some((town.to_owned(), Point::new(median(&mut north)?, median(&mut east)?)?))
        };
        Self(places.into_iter().filter_map(middle).collect())
    }

    /// Where a town is, by its folded name.
    #[must_use]
    pub fn get(&self, town: &str) -> Option<Point> {
        self.0.get(town).copied()
    }
}
