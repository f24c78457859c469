//! Pictures of answers, as SVG with a title and a description for those who do not see them. Grey-safe: what is out of the
//! ordinary has another shape, not only another colour. The numbers behind a picture are the answer itself.

mod beside;
mod over_time;

use fingerpost_statistics::answer::{Answer, Column, Outcome, Table};
use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    Cartesian2d, ChartBuilder, ChartContext, DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, RGBColor, SVGBackend,
    WHITE,
};
use plotters::style::{Color, IntoFont};

/// Blue of lines and points.
const BLUE: RGBColor = RGBColor(0, 94, 184);
/// Text, and what is out of the ordinary.
const INK: RGBColor = RGBColor(33, 43, 50);
/// Limits and middles.
const QUIET: RGBColor = RGBColor(76, 98, 114);
/// Lines of the ground.
const PALE: RGBColor = RGBColor(216, 221, 224);
/// Orange of what is out of the ordinary; dark enough beside white.
const MARK: RGBColor = RGBColor(184, 74, 0);

/// The paper: a part of an SVG document.
type Paper<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Drawing into memory does not fail but by a fault of ours; there is no picture then.
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// A chart of numbers by numbers.
type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The ground of a chart: quiet axes, lines across only, and what the axes are, where their numbers do not say it.
fn ground<'a>(
    paper: &Paper<'a>,
    (across, up): (Range<f64>, Range<f64>),
    (x, y): (&str, &str),
) -> Result<Chart<'a>, DrawingAreaErrorKind<std::io::Error>> {
    let mut chart = ChartBuilder::on(paper)
        .margin(14)
        .x_label_area_size(if x.is_empty() { 34 } else { 40 })
        .y_label_area_size(64)
        .build_cartesian_2d(across, up)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(PALE)
        .light_line_style(PALE.mix(0.0))
        .axis_style(QUIET)
        .x_desc(x)
        .y_desc(y)
        .label_style(("sans-serif", 13).into_font().color(&INK))
        .draw()?;
    Ok(chart)
}

/// A picture before it is drawn: what it shows, in words, and how.
struct Picture<'a> {
    title: String,
    description: String,
    size: (u32, u32),
    draw: Box<dyn Fn(&Paper<'_>) -> Drawn + 'a>,
}

/// Numbers of a column; counts too.
fn numbers(table: &Table, name: &str) -> Option<Vec<f64>> {
    match table.column(name)? {
        Column::Number(values) => Some(values.clone()),
        Column::Steps(values) => Some(values.iter().collect()),
        Column::Count(values) => Some(values.iter().map(|value| *value as f64).collect()),
        Column::Text(_) | Column::Flag(_) => None,
    }
}

fn texts(table: &Table, name: &str) -> Option<Vec<String>> {
    match table.column(name)? {
        Column::Text(values) => Some(values.iter().map(str::to_owned).collect()),
        _ => None,
    }
}

fn flags(table: &Table, name: &str) -> Option<Vec<bool>> {
    match table.column(name)? {
        Column::Flag(values) => Some(values.clone()),
        _ => None,
    }
}

/// The lowest and highest of what is to be seen, with a little room.
fn span<'a>(all: impl IntoIterator<Item = &'a f64>) -> Option<(f64, f64)> {
    let seen = all.into_iter().copied().filter(|value| value.is_finite());
    let (lowest, highest) =
        seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if lowest > highest {
        return None;
    }
    let room = if highest > lowest { (highest - lowest) * 0.06 } else { highest.abs().max(1.0) * 0.1 };
    Some((lowest - room, highest + room))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The document with what it is called and what it shows, for those who hear it.
fn told(svg: &str, picture: &Picture<'_>) -> String {
    let Some((head, rest)) = svg.split_once('>') else { return svg.to_owned() };
    let (title, description) = (escaped(&picture.title), escaped(&picture.description));
    format!(
        "{head} role=\"img\" aria-labelledby=\"title description\"><title id=\"title\">{title}</title><desc id=\"description\">{description}</desc>{rest}"
    )
}

/// The picture of an answer, where one says it better than a table.
pub fn draw(answer: &Answer) -> Option<String> {
    let Outcome::Answered { results, tables, .. } = &answer.outcome else { return None };
    let further = |name: &str| tables.iter().find(|(known, _)| *known == name).map(|(_, table)| table);
    let picture = match answer.method {
        "xmr" => over_time::xmr(results),
        "run" => over_time::run(results),
        "shewhart" => over_time::shewhart(results),
        "waiting" => over_time::curves(further("curve")?),
        "funnel" => beside::funnel(results),
        "interrupted" => over_time::interrupted(further("line")?),
        "cost" => beside::acceptability(further("acceptability")?),
        "inequality" => beside::slope(results, further("groups")?, answer.options.word("scale")),
        _ => match further("balance") {
            Some(balance) => beside::love(balance),
            None => beside::forest(answer.method, results),
        },
    }?;
    let mut svg = String::new();
    {
        let paper = SVGBackend::with_string(&mut svg, picture.size).into_drawing_area();
        paper.fill(&WHITE).ok()?;
        (picture.draw)(&paper).ok()?;
        paper.present().ok()?;
    }
    Some(told(&svg, &picture))
}
