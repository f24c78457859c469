//! A chart of months: points on a line for each count, the goal, and a mark where something changed. Drawn twice, wide and narrow, so that
//! its words stay as large as the page's on a telephone.

use fingerpost_domain::Date;
use fingerpost_domain::calendar::days_between;
use serde::Serialize;

/// One month that was counted.
#[derive(Debug, Clone, Copy)]
pub struct MonthPoint {
    /// Its first day.
    pub month: Date,
    /// What was counted.
    pub value: f64,
    /// Points of one count are joined by a line.
    pub count: usize,
    /// It lies after the change.
    pub after: bool,
}

/// A point where it is drawn.
#[derive(Debug, Clone, Serialize)]
pub struct ChartPoint {
    pub x: f64,
    pub y: f64,
    pub value_y: f64,
    pub value: Option<String>,
    pub month: Option<String>,
    pub after: bool,
}

/// A number of the upright axis.
#[derive(Debug, Clone, Serialize)]
pub struct Tick {
    pub y: f64,
    pub label: String,
}

/// The picture in one size.
#[derive(Debug, Clone, Serialize)]
pub struct ChartSize {
    pub class: &'static str,
    pub id: &'static str,
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub ticks: Vec<Tick>,
    pub goal_y: f64,
    pub median_y: Option<f64>,
    pub change_x: Option<f64>,
    pub lines: Vec<String>,
    pub points: Vec<ChartPoint>,
}

/// The picture and what is said of it.
#[derive(Debug, Clone, Serialize)]
pub struct MonthChart {
    /// What it shows.
    pub title: String,
    /// The same in words, for whoever does not see it.
    pub description: String,
    /// Below it.
    pub caption: String,
    /// "goal 26".
    pub goal: String,
    /// Both sizes.
    pub sizes: Vec<ChartSize>,
}

const LEFT: f64 = 40.0;
const TOP: f64 = 22.0;

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn shown(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A step of 1, 2 or 5 times a power of ten, so that four or five of them reach `most`.
fn step_for(most: f64) -> f64 {
    let rough = (most / 4.0).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= rough).unwrap_or(rough)
}

fn months_from(first: Date, date: Date) -> i32 {
    (i32::from(date.year()) - i32::from(first.year())) * 12 + i32::from(date.month()) - i32::from(first.month())
}

struct Scale {
    first: Date,
    slot: f64,
    bottom: f64,
    unit: f64,
}

impl Scale {
    fn x(&self, month: Date) -> f64 {
        LEFT + (f64::from(months_from(self.first, month)) + 0.5) * self.slot
    }

    /// A day lies inside its month.
    fn x_of_day(&self, day: Date) -> f64 {
        let begin = day.first_of_month();
        let share = days_between(begin, day) as f64 / f64::from(day.days_in_month());
        LEFT + (f64::from(months_from(self.first, begin)) + share) * self.slot
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - value * self.unit
    }
}

impl MonthChart {
    /// Draws the months, in their order; nothing where there is none.
    #[must_use]
    pub fn drawn(
        points: &[MonthPoint],
        (goal, median, change): (f64, Option<f64>, Option<Date>),
        percent: bool,
        (title, description, caption): (String, String, String),
    ) -> Option<Self> {
        let (first, last) = (points.first()?.month, points.last()?.month);
        let slots = f64::from(months_from(first, last) + 1);
        let largest = points.iter().map(|point| point.value).filter(|value| value.is_finite()).fold(goal, f64::max);
        let step = if percent { 25.0 } else { step_for(largest) };
        let top_value = (largest / step).ceil() * step;
        let unit = if percent { "%" } else { "" };
        let size = |class, id, width: f64, height: f64, most_words: usize| {
            let (right, bottom) = (width - 14.0, height - 30.0);
            let scale = Scale { first, slot: (right - LEFT) / slots, bottom, unit: (bottom - TOP) / top_value };
            let every = points.len().div_ceil(most_words);
            let ticks = (0..=(top_value / step).round() as i32).map(|at| {
                let value = f64::from(at) * step;
                Tick { y: tenth(scale.y(value)), label: format!("{}{unit}", shown(value)) }
            });
            let drawn = points.iter().enumerate().map(|(at, point)| {
                let word = at % every == 0;
                let y = scale.y(point.value);
                // Below the line where the goal's own line is in the way.
                let crowded = (scale.y(goal) - y + 14.0).abs() < 14.0;
                ChartPoint {
                    x: tenth(scale.x(point.month)),
                    y: tenth(y),
                    value_y: tenth(if crowded { y + 22.0 } else { y - 11.0 }),
                    value: word.then(|| shown(point.value)),
                    month: word.then(|| point.month.strftime("%b").to_string()),
                    after: point.after,
                }
            });
            let lines = points.chunk_by(|one, other| one.count == other.count).map(|run| {
                let at = run.iter().map(|p| format!("{},{}", tenth(scale.x(p.month)), tenth(scale.y(p.value))));
                at.collect::<Vec<_>>().join(" ")
            });
            // A change outside the months that were counted has no place between them.
            let inside = change.map(|day| scale.x_of_day(day)).filter(|x| (LEFT..=right).contains(x));
            ChartSize {
                class,
                id,
                width,
                height,
                left: LEFT,
                right,
                top: TOP,
                bottom,
                ticks: ticks.collect(),
                goal_y: tenth(scale.y(goal)),
                median_y: median.map(|median| tenth(scale.y(median))),
                change_x: inside.map(tenth),
                lines: lines.collect(),
                points: drawn.filter(|point| point.y.is_finite()).collect(),
            }
        };
        let sizes = vec![size("fp-w", "w", 900.0, 240.0, 18), size("fp-n", "n", 300.0, 220.0, 6)];
        Some(Self { title, description, caption, goal: format!("goal {}{unit}", shown(goal)), sizes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[(i8, f64)]) -> Vec<MonthPoint> {
        let point = |&(month, value): &(i8, f64)| {
            let after = month >= 9;
            MonthPoint { month: Date::constant(2026, month, 1), value, count: usize::from(after), after }
        };
        values.iter().map(point).collect()
    }

    fn words() -> (String, String, String) {
        ("T".into(), "D".into(), "C".into())
    }

    #[test]
    fn months_stand_where_they_belong_and_the_change_between_them() {
        let months = points(&[(5, 18.0), (6, 17.0), (7, 19.0), (9, 21.0), (10, 23.0)]);
        let chart =
            MonthChart::drawn(&months, (26.0, Some(18.0), Some(Date::constant(2026, 9, 3))), false, words()).unwrap();
        let wide = &chart.sizes[0];
        let x: Vec<f64> = wide.points.iter().map(|point| point.x).collect();
        assert!((x[3] - x[2] - 2.0 * (x[1] - x[0])).abs() < 0.3, "August was not counted and has its room: {x:?}");
        let change = wide.change_x.unwrap();
        assert!(x[2] < change && change < x[3]);
        assert!(wide.median_y.unwrap() > wide.goal_y);
        assert_eq!(wide.lines.len(), 2, "nothing joins July and September");
        assert!(wide.points[4].y < wide.points[0].y && wide.goal_y < wide.points[4].y);
        let ticks: Vec<&str> = wide.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(ticks, ["0", "10", "20", "30"]);
    }

    #[test]
    fn a_long_series_keeps_its_words_apart_and_nothing_is_drawn_of_nothing() {
        let many: Vec<(i8, f64)> = (1..=12).map(|month| (month, 100.0)).collect();
        let chart = MonthChart::drawn(&points(&many), (90.0, None, None), true, words()).unwrap();
        assert_eq!(chart.sizes[1].points.iter().filter(|point| point.month.is_some()).count(), 6);
        assert_eq!((chart.goal.as_str(), chart.sizes[0].change_x), ("goal 90%", None));
        assert!(MonthChart::drawn(&[], (1.0, None, None), false, words()).is_none());
        let nought = MonthChart::drawn(&points(&[(1, 0.0)]), (1.0, None, None), false, words()).unwrap();
        assert!(nought.sizes[0].points[0].y.is_finite());
    }
}
