//! Scoring of the International Physical Activity Questionnaire, short form.
//!
//! Source: Guidelines for Data Processing and Analysis of the IPAQ, November 2005. One MET is what sitting still costs.

/// Minutes on a day below which an activity counts as none.
const SHORTEST: i32 = 10;
/// Minutes on a day beyond which an activity is cut off.
const CUT_OFF: i32 = 180;
/// Minutes of all activities on a day beyond which the answers are not believed.
const NOT_BELIEVED: i32 = 960;

/// One activity over seven days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Activity {
    /// Days, 0 to 7.
    pub days: i32,
    /// Minutes on one of those days.
    pub minutes: i32,
}

impl Activity {
    /// Sessions that are too short are none; long ones are cut off.
    fn counted(self) -> Self {
        if self.minutes < SHORTEST {
            Self { days: 0, minutes: 0 }
        } else {
            Self { minutes: self.minutes.min(CUT_OFF), ..self }
        }
    }

    /// MET-minutes a week, in tenths: `tenths` is the activity's MET, in tenths.
    fn met_tenths(self, tenths: i32) -> i32 {
        self.days * self.minutes * tenths
    }
}

/// MET-minutes a week, rounded half up, and the category; none where the answers are not believed.
pub(super) fn score(vigorous: Activity, moderate: Activity, walking: Activity) -> Option<(i32, &'static str)> {
    let on_a_day = |each: Activity| if each.days > 0 { each.minutes } else { 0 };
    if on_a_day(vigorous) + on_a_day(moderate) + on_a_day(walking) > NOT_BELIEVED {
        return None;
    }
    let (v, m, w) = (vigorous.counted(), moderate.counted(), walking.counted());
    let tenths = v.met_tenths(80) + m.met_tenths(40) + w.met_tenths(33);
    let days = v.days + m.days + w.days;
    let high = (v.days >= 3 && tenths >= 15_000) || (days >= 7 && tenths >= 30_000);
    let half_hours = |each: Activity| if each.minutes >= 30 { each.days } else { 0 };
    let moderate_enough =
        (v.days >= 3 && v.minutes >= 20) || half_hours(m) + half_hours(w) >= 5 || (days >= 5 && tenths >= 6_000);
    let category = match (high, moderate_enough) {
        (true, _) => "high",
        (false, true) => "moderate",
        (false, false) => "low",
    };
    Some(((tenths + 5) / 10, category))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(v: (i32, i32), m: (i32, i32), w: (i32, i32)) -> Option<(i32, &'static str)> {
        let each = |(days, minutes)| Activity { days, minutes };
        score(each(v), each(m), each(w))
    }

    #[test]
    fn worked_by_hand() {
        // 3 days x 30 minutes of walking: 3.3 x 90 = 297.
        assert_eq!(of((0, 0), (0, 0), (3, 30)), Some((297, "low")));
        // 5 days x 30 minutes of walking: 495, and moderate by the days.
        assert_eq!(of((0, 0), (0, 0), (5, 30)), Some((495, "moderate")));
        // 3 days x 20 minutes of vigorous activity: 480, and moderate.
        assert_eq!(of((3, 20), (0, 0), (0, 0)), Some((480, "moderate")));
        // 3 days x 63 minutes of vigorous activity: 1,512, and high.
        assert_eq!(of((3, 63), (0, 0), (0, 0)), Some((1_512, "high")));
        // Seven days of everything, 20 minutes each: 1,120 + 560 + 462.
        assert_eq!(
            of((7, 20), (7, 20), (7, 20)),
            Some((2_142, "high")),
            "three vigorous days, and 1,500 of everything"
        );
        // What is below ten minutes counts as none, what is beyond three hours is cut off.
        assert_eq!(of((7, 9), (0, 0), (0, 0)), Some((0, "low")));
        assert_eq!(of((0, 0), (1, 600), (0, 0)), Some((720, "low")));
        // More than sixteen hours a day is not believed.
        assert_eq!(of((7, 400), (7, 400), (7, 200)), None);
    }

    proptest! {
        /// More of anything never makes less.
        #[test]
        fn moving_more_never_scores_less(days in 0..7_i32, minutes in 0..200_i32, walk in 0..200_i32) {
            let (less, more) = (of((days, minutes), (2, 30), (3, walk)), of((days + 1, minutes), (2, 30), (3, walk)));
            prop_assert!(less.unwrap().0 <= more.unwrap().0);
        }
    }
}
