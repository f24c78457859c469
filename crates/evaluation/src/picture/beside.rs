//! Pictures of groups beside each other: intervals, funnels, and how alike two groups are.

use fingerpost_statistics::answer::{Column, Table};
use plotters::prelude::{
    ChartBuilder, Circle, DashedLineSeries, EmptyElement, LineSeries, PathElement, ShapeStyle, TriangleMarker,
};
use plotters::style::{Color, IntoFont};

use super::{BLUE, INK, MARK, PALE, Picture, QUIET, ground, numbers, span, texts};

/// More lines than these nobody reads.
const MOST_ROWS: usize = 60;
/// Names longer than this are cut short in a picture.
const LONGEST_NAME: usize = 34;

fn short(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}

/// The name beside a place on the axis of lines, of which the first stands on top; none between two lines.
fn name_at(names: &[String], at: f64) -> String {
    let whole = (at - at.round()).abs() < 0.01 && at > -0.5;
    let row = (names.len() as f64 - 1.0 - at.round()) as usize;
    names.get(row).filter(|_| whole).map(|name| short(name)).unwrap_or_default()
}

/// Estimates with their intervals, one line for each.
pub(super) fn forest(method: &str, table: &Table) -> Option<Picture<'static>> {
    let limit = |name: &str| numbers(table, name).or_else(|| numbers(table, &format!("{name}_95")));
    let (lower, upper) = (limit("lower")?, limit("upper")?);
    // The number that the limits are of: where there are several, the ratio or index and not what it was made from.
    let middle = ["index", "ratio", "rate", "share", "estimate", "att", "per_cent", "mean_change", "mean", "value"];
    let (what, middle) = middle.iter().find_map(|name| Some((*name, numbers(table, name)?)))?;
    let names = table.columns().iter().find_map(|(_, column)| match column {
        Column::Text(names) => Some(names.iter().map(str::to_owned).collect::<Vec<_>>()),
        _ => None,
    });
    let names = names.unwrap_or_else(|| vec![what.to_owned(); middle.len()]);
    let rows = middle.len();
    if rows == 0 || rows > MOST_ROWS {
        return None;
    }
    let (low, high) = span(lower.iter().chain(&upper).chain(&middle))?;
    let longest = names.iter().map(|name| short(name).chars().count()).max().unwrap_or(8);
    let method = method.replace('_', " ");
    let what = what.replace('_', " ");
    Some(Picture {
        title: format!("{method}: {what} with its interval"),
        description: format!("{rows} lines, each a point with its interval, from {low:.3} to {high:.3}."),
        size: (960, 70 + 26 * u32::try_from(rows).unwrap_or(60)),
        draw: Box::new(move |paper| {
            let mut chart = ChartBuilder::on(paper)
                .margin(12)
                .x_label_area_size(34)
                .y_label_area_size(u32::try_from(30 + 8 * longest).unwrap_or(200))
                .build_cartesian_2d(low..high, -0.7..rows as f64 - 0.3)?;
            let named = |at: &f64| name_at(&names, *at);
            chart
                .configure_mesh()
                .disable_y_mesh()
                .bold_line_style(PALE)
                .light_line_style(PALE.mix(0.0))
                .axis_style(QUIET)
                .y_labels(rows + 1)
                .y_label_formatter(&named)
                .label_style(("sans-serif", 13).into_font().color(&INK))
                .draw()?;
            let place = |row: usize| rows as f64 - 1.0 - row as f64;
            let seen = |row: &usize| {
                [&lower, &middle, &upper].iter().all(|part| part.get(*row).is_some_and(|value| value.is_finite()))
            };
            let at = |part: &[f64], row: usize| part.get(row).copied().unwrap_or(0.0);
            chart.draw_series((0..rows).filter(seen).map(|row| {
                PathElement::new([(at(&lower, row), place(row)), (at(&upper, row), place(row))], BLUE.stroke_width(2))
            }))?;
            chart.draw_series(
                (0..rows).filter(seen).map(|row| Circle::new((at(&middle, row), place(row)), 4, BLUE.filled())),
            )?;
            Ok(())
        }),
    })
}

/// How sure it is that something is worth its price, by the price.
pub(super) fn acceptability(table: &Table) -> Option<Picture<'static>> {
    let (prices, shares) = (numbers(table, "price")?, numbers(table, "acceptable")?);
    let points: Vec<(f64, f64)> = prices.iter().copied().zip(shares).collect();
    let (_, last) = span(&prices)?;
    // From a price on only where it stays so.
    let below = points.iter().rposition(|(_, share)| *share < 0.5).map_or(0, |at| at + 1);
    let half = points.get(below);
    let said = half.map_or_else(
        || "At the highest prices shown it is worth its price in fewer than half of the draws.".to_owned(),
        |(price, _)| format!("From {price:.0} a unit of effect on it is worth its price in half of the draws or more."),
    );
    Some(Picture {
        title: "Acceptability curve".to_owned(),
        description: format!(
            "The share of draws in which it is worth its price, by the price of a unit of effect. {said}"
        ),
        size: (960, 460),
        draw: Box::new(move |paper| {
            let names = ("What a unit of effect may cost", "Share of draws in which it is worth it");
            let mut chart = ground(paper, (0.0..last, 0.0..1.0), names)?;
            chart.draw_series(LineSeries::new(points.iter().copied(), BLUE.stroke_width(3)))?;
            Ok(())
        }),
    })
}

/// Groups from the first end to the last, each as wide as its people, and the slope between the two ends.
pub(super) fn slope(results: &Table, groups: &Table, scale: &str) -> Option<Picture<'static>> {
    let one = |name: &str| numbers(results, name)?.first().copied().filter(|value| value.is_finite());
    let (first, last) = (one("first_end")?, one("last_end")?);
    let (people, values, errors) =
        (numbers(groups, "population")?, numbers(groups, "value")?, numbers(groups, "standard_error")?);
    let names = texts(groups, "group")?;
    // A line on the scale of the model is a curve on that of the values.
    let between = |from: f64, to: f64, at: f64| from + at * (to - from);
    let odds = |share: f64| share / (1.0 - share);
    let line = |at: f64| match scale {
        "log" => between(first.ln(), last.ln(), at).exp(),
        "logit" => 1.0 / (1.0 + (-between(odds(first).ln(), odds(last).ln(), at)).exp()),
        _ => between(first, last, at),
    };
    let fitted: Vec<(f64, f64)> = (0..=20).map(|step| f64::from(step) / 20.0).map(|at| (at, line(at))).collect();
    let all: f64 = people.iter().sum();
    let mut before = 0.0;
    let bars: Vec<(f64, f64, f64, f64)> = people
        .iter()
        .zip(values.iter().zip(&errors))
        .map(|(people, (value, error))| {
            let from = before / all;
            before += people;
            (from, before / all, *value, 1.96 * error)
        })
        .collect();
    let reach: Vec<f64> = bars.iter().flat_map(|(_, _, value, margin)| [value - margin, value + margin]).collect();
    let (low, high) = span(reach.iter().chain([&first, &last]))?;
    Some(Picture {
        title: "Slope index of inequality".to_owned(),
        description: format!(
            "{} groups from {} to {}, each as wide as its people, with its interval. The dashed line goes from {first:.3} at the first end to {last:.3} at the last.",
            bars.len(),
            short(names.first().map_or("", String::as_str)),
            short(names.last().map_or("", String::as_str))
        ),
        size: (960, 460),
        draw: Box::new(move |paper| {
            let across = ("Share of people, from the first end to the last", "");
            let mut chart = ground(paper, (0.0..1.0, low..high), across)?;
            chart.draw_series(bars.iter().map(|(from, to, value, _)| {
                PathElement::new([(*from, *value), (*to, *value)], BLUE.stroke_width(4))
            }))?;
            chart.draw_series(bars.iter().map(|(from, to, value, margin)| {
                let at = (from + to) / 2.0;
                PathElement::new([(at, value - margin), (at, value + margin)], BLUE.stroke_width(1))
            }))?;
            chart.draw_series(DashedLineSeries::new(fitted.clone(), 7, 5, INK.stroke_width(2)))?;
            Ok(())
        }),
    })
}

/// A funnel: each unit by its size, with the limits within which chance alone would keep it.
pub(super) fn funnel(table: &Table) -> Option<Picture<'static>> {
    let (sizes, values) = (numbers(table, "denominator")?, numbers(table, "value")?);
    let within = texts(table, "significance")?;
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    let size = |row: usize| sizes.get(row).copied().unwrap_or_default();
    order.sort_by(|one, other| size(*one).total_cmp(&size(*other)));
    let limits: Vec<(bool, Vec<(f64, f64)>)> =
        [("lower_95", false), ("upper_95", false), ("lower_998", true), ("upper_998", true)]
            .into_iter()
            .filter_map(|(name, outer)| {
                let limit = numbers(table, name)?;
                Some((outer, order.iter().filter_map(|row| Some((*sizes.get(*row)?, *limit.get(*row)?))).collect()))
            })
            .collect();
    let points: Vec<((f64, f64), bool)> = order
        .iter()
        .filter_map(|row| {
            Some(((*sizes.get(*row)?, *values.get(*row)?), within.get(*row)?.as_str() != "Not significant"))
        })
        .collect();
    let outside = points.iter().filter(|(_, strange)| *strange).count();
    let (low, high) =
        span(values.iter().chain(limits.iter().flat_map(|(_, line)| line.iter().map(|(_, value)| value))))?;
    let (first, last) = span(&sizes)?;
    Some(Picture {
        title: "Funnel".to_owned(),
        description: format!(
            "{} units by their size; {outside} lie outside the limits and are drawn as triangles. Dashed lines are the limits at 95 per cent, plain ones at 99.8.",
            points.len()
        ),
        size: (960, 520),
        draw: Box::new(move |paper| {
            let mut chart = ChartBuilder::on(paper)
                .margin(14)
                .x_label_area_size(36)
                .y_label_area_size(64)
                .build_cartesian_2d(first.max(0.0)..last, low..high)?;
            let style = ("sans-serif", 13).into_font().color(&INK);
            chart
                .configure_mesh()
                .bold_line_style(PALE)
                .light_line_style(PALE.mix(0.0))
                .axis_style(QUIET)
                .label_style(style)
                .draw()?;
            for (outer, line) in &limits {
                if *outer {
                    chart.draw_series(LineSeries::new(line.clone(), QUIET.stroke_width(1)))?;
                } else {
                    chart.draw_series(DashedLineSeries::new(line.clone(), 7, 5, QUIET.stroke_width(1)))?;
                }
            }
            chart.draw_series(
                points.iter().filter(|(_, strange)| !strange).map(|(place, _)| Circle::new(*place, 4, BLUE.filled())),
            )?;
            chart.draw_series(points.iter().filter(|(_, strange)| *strange).map(|(place, _)| {
                EmptyElement::at(*place) + TriangleMarker::new((0, 0), 9, ShapeStyle::from(&MARK).filled())
            }))?;
            Ok(())
        }),
    })
}

/// How alike two groups are in each covariate, before and after.
pub(super) fn love(table: &Table) -> Option<Picture<'static>> {
    let names = texts(table, "covariate")?;
    let (before, after) = (numbers(table, "smd_before")?, numbers(table, "smd_after")?);
    let size = |values: &[f64]| values.iter().map(|value| value.abs()).collect::<Vec<_>>();
    let (before, after) = (size(&before), size(&after));
    let (_, most) = span(before.iter().chain(&after).chain(&[0.0, 0.2]))?;
    let rows = names.len();
    let longest = names.iter().map(|name| short(name).chars().count()).max().unwrap_or(8);
    let apart = after.iter().filter(|value| **value >= 0.1).count();
    Some(Picture {
        title: "How alike the two groups are, before and after".to_owned(),
        description: format!(
            "Standardised differences of {rows} covariates. Triangles are before, circles after; {apart} are still apart by 0.1 or more. The dashed line is 0.1."
        ),
        size: (960, 70 + 28 * u32::try_from(rows).unwrap_or(60)),
        draw: Box::new(move |paper| {
            let mut chart = ChartBuilder::on(paper)
                .margin(12)
                .x_label_area_size(34)
                .y_label_area_size(u32::try_from(30 + 8 * longest).unwrap_or(200))
                .build_cartesian_2d(0.0..most, -0.7..rows as f64 - 0.3)?;
            let named = |at: &f64| name_at(&names, *at);
            chart
                .configure_mesh()
                .bold_line_style(PALE)
                .light_line_style(PALE.mix(0.0))
                .axis_style(QUIET)
                .y_labels(rows + 1)
                .y_label_formatter(&named)
                .label_style(("sans-serif", 13).into_font().color(&INK))
                .draw()?;
            let place = |row: usize| rows as f64 - 1.0 - row as f64;
            chart.draw_series(DashedLineSeries::new(
                [(0.1, -0.7), (0.1, rows as f64 - 0.3)],
                6,
                5,
                QUIET.stroke_width(1),
            ))?;
            chart.draw_series(before.iter().enumerate().filter(|(_, value)| value.is_finite()).map(
                |(row, value)| {
                    EmptyElement::at((*value, place(row)))
                        + TriangleMarker::new((0, 0), 8, ShapeStyle::from(&QUIET).filled())
                },
            ))?;
            chart.draw_series(
                after
                    .iter()
                    .enumerate()
                    .filter(|(_, value)| value.is_finite())
                    .map(|(row, value)| Circle::new((*value, place(row)), 5, BLUE.filled())),
            )?;
            Ok(())
        }),
    })
}
