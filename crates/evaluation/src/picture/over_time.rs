//! Pictures along time: charts of points with limits, series that were interrupted, curves of waiting.

use fingerpost_statistics::answer::Table;
use plotters::prelude::{
    ChartBuilder, Circle, DashedLineSeries, EmptyElement, LineSeries, PathElement, ShapeStyle, TriangleMarker,
};
use plotters::style::{Color, IntoFont};

use super::{BLUE, Drawn, INK, MARK, PALE, Paper, Picture, QUIET, flags, ground, numbers, span, texts};

/// Charts of one file that are drawn below each other.
const MOST_PANELS: usize = 8;
const PANEL: (u32, u32) = (960, 340);

/// One chart: points in time with a middle, limits and what is out of the ordinary.
struct Points {
    title: String,
    dates: Vec<String>,
    values: Vec<f64>,
    middle: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    marked: Vec<bool>,
}

fn line(points: &[f64]) -> Vec<(f64, f64)> {
    points.iter().enumerate().filter(|(_, value)| value.is_finite()).map(|(at, value)| (at as f64, *value)).collect()
}

fn panel(paper: &Paper<'_>, points: &Points) -> Drawn {
    let all = points.values.iter().chain(&points.lower).chain(&points.upper).chain(&points.middle);
    let Some((low, high)) = span(all) else { return Ok(()) };
    let last = points.values.len().saturating_sub(1).max(1) as f64;
    let mut chart = ChartBuilder::on(paper)
        .caption(&points.title, ("sans-serif", 18).into_font().color(&INK))
        .margin(12)
        .x_label_area_size(34)
        .y_label_area_size(60)
        .build_cartesian_2d(-0.5..last + 0.5, low..high)?;
    let dates = |at: &f64| {
        let whole = (at - at.round()).abs() < 0.01;
        points.dates.get(at.round().max(0.0) as usize).filter(|_| whole).cloned().unwrap_or_default()
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(PALE.mix(0.0))
        .bold_line_style(PALE)
        .axis_style(QUIET)
        .x_labels(8)
        .x_label_formatter(&dates)
        .label_style(("sans-serif", 13).into_font().color(&INK))
        .draw()?;
    chart.draw_series(LineSeries::new(line(&points.middle), QUIET.stroke_width(2)))?;
    for limit in [&points.lower, &points.upper] {
        chart.draw_series(DashedLineSeries::new(line(limit), 7, 5, QUIET.stroke_width(1)))?;
    }
    chart.draw_series(LineSeries::new(line(&points.values), BLUE.stroke_width(2)))?;
    let marked = |at: usize| points.marked.get(at).copied().unwrap_or(false);
    let usual = line(&points.values).into_iter().enumerate().filter(|(at, _)| !marked(*at));
    chart.draw_series(usual.map(|(_, place)| Circle::new(place, 4, BLUE.filled())))?;
    let strange = line(&points.values).into_iter().enumerate().filter(|(at, _)| marked(*at));
    chart.draw_series(strange.map(|(_, place)| {
        EmptyElement::at(place) + TriangleMarker::new((0, 0), 9, ShapeStyle::from(&MARK).filled())
    }))?;
    Ok(())
}

fn panels(kind: &str, all: Vec<Points>) -> Option<Picture<'static>> {
    let count = all.len();
    let shown: Vec<Points> = all.into_iter().take(MOST_PANELS).collect();
    let first = shown.first()?;
    let told = |points: &Points| {
        let marked = points.marked.iter().filter(|mark| **mark).count();
        format!("{}: {} points, {marked} out of the ordinary", points.title, points.values.len())
    };
    let left_out = count.saturating_sub(shown.len());
    let more = if left_out == 0 { String::new() } else { format!(". {left_out} more charts are not drawn") };
    Some(Picture {
        title: format!("{kind}: {}{}", first.title, if count > 1 { " and others" } else { "" }),
        description: format!(
            "{}{more}. Triangles are points out of the ordinary; dashed lines are limits, the plain grey line is the middle.",
            shown.iter().map(told).collect::<Vec<_>>().join("; ")
        ),
        size: (PANEL.0, PANEL.1 * u32::try_from(shown.len()).unwrap_or(1)),
        draw: Box::new(move |paper| {
            shown.iter().zip(paper.split_evenly((shown.len(), 1))).try_for_each(|(points, part)| panel(&part, points))
        }),
    })
}

/// XmR charts, one below the other.
pub(super) fn xmr(table: &Table) -> Option<Picture<'static>> {
    let (groups, dates) = (texts(table, "group")?, texts(table, "date")?);
    let [values, middle, lower, upper] = ["value", "mean", "lower", "upper"].map(|name| numbers(table, name));
    let (values, middle, lower, upper) = (values?, middle?, lower?, upper?);
    let rules = ["outside", "trend", "two_of_three", "shift"].map(|name| flags(table, name).unwrap_or_default());
    let mut all = vec![];
    let mut start = 0;
    while let Some(name) = groups.get(start) {
        let end =
            groups.get(start..)?.iter().position(|other| other != name).map_or(groups.len(), |length| start + length);
        all.push(Points {
            title: name.clone(),
            dates: dates.get(start..end)?.to_vec(),
            values: values.get(start..end)?.to_vec(),
            middle: middle.get(start..end)?.to_vec(),
            lower: lower.get(start..end)?.to_vec(),
            upper: upper.get(start..end)?.to_vec(),
            marked: (start..end).map(|at| rules.iter().any(|rule| rule.get(at) == Some(&true))).collect(),
        });
        start = end;
    }
    panels("XmR chart", all)
}

/// A run chart.
pub(super) fn run(table: &Table) -> Option<Picture<'static>> {
    let points = Points {
        title: "Run chart".to_owned(),
        dates: texts(table, "date")?,
        values: numbers(table, "value")?,
        middle: numbers(table, "median")?,
        lower: vec![],
        upper: vec![],
        // What came after the change has another shape.
        marked: flags(table, "after_change")?,
    };
    panels("Run chart", vec![points]).map(|picture| Picture {
        description: "Values in time, with their median. Triangles are points after the change.".to_owned(),
        ..picture
    })
}

/// A Shewhart chart.
pub(super) fn shewhart(table: &Table) -> Option<Picture<'static>> {
    let points = Points {
        title: "Control chart".to_owned(),
        dates: texts(table, "date")?,
        values: numbers(table, "value")?,
        middle: numbers(table, "centre")?,
        lower: numbers(table, "lower")?,
        upper: numbers(table, "upper")?,
        marked: flags(table, "outside")?,
    };
    panels("Control chart", vec![points])
}

/// A series that was interrupted: what was seen, what the model says, and what it says had nothing happened.
pub(super) fn interrupted(table: &Table) -> Option<Picture<'static>> {
    let [seen, fitted, without] = ["seen", "fitted", "counterfactual"].map(|name| numbers(table, name));
    let (seen, fitted, without) = (seen?, fitted?, without?);
    let (low, high) = span(seen.iter().chain(&fitted).chain(&without))?;
    let last = seen.len() as f64;
    Some(Picture {
        title: "Interrupted time series".to_owned(),
        description: "Points are what was seen, the plain line what the model says, the dashed line what it says had nothing happened.".to_owned(),
        size: (960, 420),
        draw: Box::new(move |paper| {
            let mut chart = ground(paper, (-0.5..last, low..high), ("", ""))?;
            chart.draw_series(line(&seen).into_iter().map(|place| Circle::new(place, 3, QUIET.filled())))?;
            chart.draw_series(DashedLineSeries::new(line(&without), 8, 6, MARK.stroke_width(2)))?;
            chart.draw_series(LineSeries::new(line(&fitted), BLUE.stroke_width(2)))?;
            Ok(())
        }),
    })
}

/// Curves of waiting: the share that still waits, falling in steps.
pub(super) fn curves(table: &Table) -> Option<Picture<'static>> {
    let (groups, times, shares) = (texts(table, "group")?, numbers(table, "time")?, numbers(table, "survival")?);
    let (_, last) = span(&times)?;
    let mut names = groups.clone();
    names.dedup();
    let steps: Vec<(String, Vec<(f64, f64)>)> = names
        .into_iter()
        .map(|name| {
            let mut path = vec![(0.0, 1.0)];
            let rows = groups.iter().zip(times.iter().zip(&shares)).filter(|(group, _)| **group == name);
            for (_, (time, share)) in rows {
                path.push((*time, path.last().map_or(1.0, |(_, before)| *before)));
                path.push((*time, *share));
            }
            (name, path)
        })
        .collect();
    Some(Picture {
        title: "Share still waiting".to_owned(),
        description: format!(
            "The share that still waits, over time, of {} groups: {}.",
            steps.len(),
            steps.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
        ),
        size: (960, 460),
        draw: Box::new(move |paper| {
            let mut chart = ground(paper, (0.0..last, 0.0..1.02), ("", ""))?;
            let looks = [(BLUE, 3, 0), (MARK, 2, 7), (INK, 1, 3), (QUIET, 2, 12)];
            for ((name, path), (colour, width, dash)) in steps.iter().zip(looks.iter().cycle()) {
                let stroke = colour.stroke_width(*width);
                let (colour, width) = (*colour, *width);
                let legend = move |(x, y)| PathElement::new([(x, y), (x + 24, y)], colour.stroke_width(width));
                if *dash == 0 {
                    chart.draw_series(LineSeries::new(path.clone(), stroke))?.label(name).legend(legend);
                } else {
                    chart
                        .draw_series(DashedLineSeries::new(path.clone(), *dash, 5, stroke))?
                        .label(name)
                        .legend(legend);
                }
            }
            if steps.len() > 1 {
                chart
                    .configure_series_labels()
                    .border_style(PALE)
                    .label_font(("sans-serif", 13).into_font().color(&INK))
                    .draw()?;
            }
            Ok(())
        }),
    })
}
