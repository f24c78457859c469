//! Where things are, and how far away in a straight line.

use serde::{Deserialize, Serialize};

/// A point on the earth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    latitude: f64,
    longitude: f64,
}

/// Mean radius of the earth in miles (IUGG: 6,371.0088 km).
const EARTH_MILES: f64 = 3_958.761_3;
/// Microdegrees in a degree.
const MICRO: f64 = 1e6;

impl Point {
    /// A point in degrees; `None` when it is not on the earth.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
            .then_some(Self { latitude, longitude })
    }

    /// Degrees north and east.
    #[must_use]
    pub const fn degrees(self) -> (f64, f64) {
        (self.latitude, self.longitude)
    }

    /// A point from microdegrees, as the database keeps it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "microdegrees are far below 2^52")]
    pub fn from_micro(latitude: i64, longitude: i64) -> Option<Self> {
        Self::new(latitude as f64 / MICRO, longitude as f64 / MICRO)
    }

    /// The point in microdegrees: about a hand's breadth.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "at most 180 million")]
    pub fn micro(self) -> (i64, i64) {
        ((self.latitude * MICRO).round() as i64, (self.longitude * MICRO).round() as i64)
    }

    /// Miles to another point along a great circle (haversine), to 0.3 per cent.
    #[must_use]
    pub fn miles_to(self, other: Self) -> f64 {
        let (north, south) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_up = ((south - north) / 2.0).sin();
        let half_along = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let chord = half_up.mul_add(half_up, north.cos() * south.cos() * half_along * half_along);
        2.0 * EARTH_MILES * chord.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// A point as a direction from the middle of the earth: how far apart two are takes no sine, where a search asks it of thousands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Direction([f32; 3]);

impl From<Point> for Direction {
    fn from(point: Point) -> Self {
        let (north, east) = (point.latitude.to_radians(), point.longitude.to_radians());
        let at = [north.cos() * east.cos(), north.cos() * east.sin(), north.sin()];
        #[expect(clippy::cast_possible_truncation, reason = "half a yard of the earth")]
        let at = at.map(|part| part as f32);
        Self(at)
    }
}

impl Direction {
    /// Miles to another one along a great circle, to two yards and 0.3 per cent.
    #[must_use]
    pub fn miles_to(self, other: Self) -> f64 {
        let apart = self.0.iter().zip(other.0).map(|(one, two)| f64::from(one - two).powi(2)).sum::<f64>();
        let half = apart.sqrt() / 2.0;
        // Up to some four hundred miles three terms of the series are the arc to a foot.
        let arc =
            if half < 0.05 { half * (1.0 + apart / 24.0 + 3.0 * apart * apart / 640.0) } else { half.min(1.0).asin() };
        2.0 * EARTH_MILES * arc
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn london_to_edinburgh_is_332_miles() {
        let (london, edinburgh) = (Point::new(51.5074, -0.1278).unwrap(), Point::new(55.9533, -3.1883).unwrap());
        assert!((london.miles_to(edinburgh) - 331.6).abs() < 0.5, "{}", london.miles_to(edinburgh));
        assert!(london.miles_to(london) < 1e-9);
        let antipode = Point::new(-51.5074, 179.8722).unwrap();
        assert!((london.miles_to(antipode) - EARTH_MILES * std::f64::consts::PI).abs() < 1.0);
    }

    #[test]
    fn a_point_survives_the_database() {
        let point = Point::new(53.797_418, -1.543_794).unwrap();
        let (latitude, longitude) = point.micro();
        assert_eq!(Point::from_micro(latitude, longitude), Some(point));
        assert_eq!(Point::new(91.0, 0.0), None);
        assert_eq!(Point::new(f64::NAN, 0.0), None);
    }

    proptest! {
        #[test]
        fn by_their_directions_two_points_are_as_far_apart(latitude in -89.0..89.0, longitude in -179.0..179.0, north in -0.9..0.9, east in -0.9..0.9) {
            let (one, other) = (Point::new(latitude, longitude).unwrap(), Point::new(latitude + north, longitude + east).unwrap());
            let (exact, quick) = (one.miles_to(other), Direction::from(one).miles_to(other.into()));
            prop_assert!((exact - quick).abs() < 0.002, "{exact} {quick}");
        }
    }
}
