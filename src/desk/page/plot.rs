//! Figures as pictures: SVG that grows and shrinks with the page and keeps its letters as large as they are.
//!
//! Invariants: what is drawn is in the figure's table too; series differ by pattern and not by color alone; no style is
//! inline, so widths are percentages in attributes and everything else is in `plot.css`.

use maud::{Markup, html};

use crate::domain::report::{Cell, Figure, Plot};

/// How tall the part above the hours is, in pixels.
const TALL: u64 = 180;
/// How tall one lying bar is with its name, in pixels.
const BAR: u64 = 42;
/// Where drawing begins and ends, in thousandths of the width: beside it stand the numbers of an axis.
const COLUMNS_FROM: u64 = 80;
const BARS_TO: u64 = 960;
/// An axis has at most this many steps.
const STEPS_MAX: u64 = 5;

/// What a series of a figure is called and drawn with.
struct Series<'a> {
    heading: &'a str,
    column: usize,
}

/// The figure as a picture with its legend; nothing if there is nothing to draw.
pub fn plot(figure: &Figure) -> Markup {
    let (columns, is_spread) = match figure.plot {
        Plot::Columns(columns) | Plot::Bars(columns) => (columns.to_vec(), false),
        Plot::SpreadColumns(median, ninety) | Plot::SpreadBars(median, ninety) => (vec![median, ninety], true),
        Plot::Nothing => return html! {},
    };
    let series: Vec<Series<'_>> = columns
        .into_iter()
        .filter_map(|column| Some(Series { heading: figure.columns.get(column)?.heading, column }))
        .collect();
    let stacks: Vec<Vec<(u64, u64)>> = figure.rows.iter().map(|row| segments(row, &series, is_spread)).collect();
    let most = stacks.iter().flatten().map(|(_, to)| *to).max().unwrap_or(0);
    if most == 0 {
        return html! {};
    }
    let first = |row: &Vec<Cell>| row.first().map(Cell::for_people).unwrap_or_default();
    let names: Vec<String> = figure.rows.iter().map(first).collect();
    let unit = Unit::of(figure, &series);
    let axis = Axis::of(most, unit);
    let is_upright = matches!(figure.plot, Plot::Columns(_) | Plot::SpreadColumns(..));
    html! {
        @if series.len() > 1 {
            ul.legend aria-hidden="true" {
                @for (at, one) in series.iter().enumerate() {
                    li {
                        svg.key width="18" height="14" {
                            rect.series.{ "s" (at) } width="18" height="14" {}
                            @if at == 1 { (hatch_rect(&key(figure), "0", 0, "18", 14)) }
                        }
                        (one.heading)
                    }
                }
            }
        }
        @if is_upright {
            (upright(figure, &names, &stacks, &axis))
        } @else {
            (lying(figure, &names, &stacks, &axis, &series, is_spread))
        }
    }
}

/// From where to where each series of a row goes: one after the other, or for a spread up to the median and on to the
/// 90th percentile.
fn segments(row: &[Cell], series: &[Series<'_>], is_spread: bool) -> Vec<(u64, u64)> {
    let mut from = 0;
    series
        .iter()
        .map(|series| {
            let value = row.get(series.column).and_then(Cell::drawn).unwrap_or(0);
            let to = if is_spread { value.max(from) } else { from.saturating_add(value) };
            let segment = (from, to);
            from = to;
            segment
        })
        .collect()
}

/// What an axis counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    Count,
    /// In tenths.
    Minutes,
    /// In tenths.
    Seconds,
    /// In tenths.
    Percent,
}

impl Unit {
    fn of(figure: &Figure, series: &[Series<'_>]) -> Self {
        let cells = figure.rows.iter().flat_map(|row| series.iter().filter_map(|series| row.get(series.column)));
        for cell in cells {
            match cell {
                Cell::Seconds(_) => return Self::Minutes,
                Cell::Tenths(_) => return Self::Seconds,
                Cell::Share(_) => return Self::Percent,
                _ => {}
            }
        }
        Self::Count
    }

    fn words(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::Minutes => "min",
            Self::Seconds => "s",
            Self::Percent => "%",
        }
    }

    fn tenths(self) -> u64 {
        if self == Self::Count { 1 } else { 10 }
    }
}

/// An axis from zero, with round steps.
#[derive(Debug, PartialEq, Eq)]
struct Axis {
    unit: Unit,
    step: u64,
    end: u64,
}

impl Axis {
    fn of(most: u64, unit: Unit) -> Self {
        let step = round_step(most.div_ceil(unit.tenths()), unit == Unit::Minutes) * unit.tenths();
        Self { unit, step, end: most.div_ceil(step).max(1) * step }
    }

    /// Each step and what stands beside it.
    fn ticks(&self) -> impl Iterator<Item = (u64, String)> + '_ {
        (0..=self.end / self.step).map(|n| {
            let at = n * self.step;
            let number = at / self.unit.tenths();
            (
                at,
                if at == self.end && self.unit != Unit::Count {
                    format!("{number} {}", self.unit.words())
                } else {
                    number.to_string()
                },
            )
        })
    }

    /// Where a value is, in thousandths between two others.
    fn at(&self, value: u64, from: u64, to: u64) -> u64 {
        from + (to - from) * value.min(self.end) / self.end
    }
}

/// The smallest round step with which `most` is no more than five steps away. People count hours in quarters,
/// everything else in tens.
fn round_step(most: u64, is_minutes: bool) -> u64 {
    let of_an_hour = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480];
    if is_minutes && let Some(step) = of_an_hour.into_iter().find(|step| step * STEPS_MAX >= most) {
        return step;
    }
    let mut tens = 1_u64;
    loop {
        for round in [1, 2, 5] {
            if tens.saturating_mul(round * STEPS_MAX) >= most {
                return tens * round;
            }
        }
        tens = tens.saturating_mul(10);
    }
}

/// Thousandths as a percentage.
fn percent(thousandths: u64) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

fn key(figure: &Figure) -> String {
    format!("hatch-{}", figure.code)
}

/// The second series is hatched as well as of another color.
fn hatch_rect(id: &str, x: &str, y: u64, width: &str, height: u64) -> Markup {
    html! { rect x=(x) y=(y) width=(width) height=(height) fill={ "url(#" (id) ")" } {} }
}

fn frame(figure: &Figure, height: u64, inside: &Markup) -> Markup {
    let (title, hatch) = (format!("title-{}", figure.code), key(figure));
    html! {
        svg.plot role="img" aria-labelledby=(title) width="100%" height=(height) {
            title id=(title) { (figure.title) ". The same numbers are in the table below." }
            defs {
                pattern id=(hatch) width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    line.hatch x1="0" y1="0" x2="0" y2="6" {}
                }
            }
            (inside)
        }
    }
}

fn upright(figure: &Figure, names: &[String], stacks: &[Vec<(u64, u64)>], axis: &Axis) -> Markup {
    let top = 18;
    let y = |value: u64| top + TALL - axis.at(value, 0, TALL);
    let count = u64::try_from(stacks.len().max(1)).unwrap_or(1);
    let slot = (1000 - COLUMNS_FROM) / count;
    let width = (slot * 7 / 10).clamp(4, 90);
    let mut half = "";
    let inside = html! {
        @for (at, label) in axis.ticks() {
            line.grid x1="0" x2="100%" y1=(y(at)) y2=(y(at)) {}
            text.tick x="0" y=(y(at) - 4) { (label) }
        }
        @for ((name, stack), n) in names.iter().zip(stacks).zip(0_u64..) {
            @let middle = COLUMNS_FROM + n * slot + slot / 2;
            @for (at, (from, to)) in stack.iter().enumerate().filter(|(_, (from, to))| to > from) {
                @let (x, wide, tall) = (percent(middle - width / 2), percent(width), y(*from) - y(*to));
                rect.series.{ "s" (at) } x=(x) y=(y(*to)) width=(wide) height=(tall) {}
                @if at == 1 { (hatch_rect(&key(figure), &x, y(*to), &wide, tall)) }
            }
            @let (hour, its_half) = hour_and_half(name, &mut half);
            text.tick.middle x=(percent(middle)) y=(top + TALL + 17) { (hour) }
            text.tick.middle x=(percent(middle)) y=(top + TALL + 33) { (its_half) }
        }
    };
    frame(figure, top + TALL + 40, &inside)
}

/// `9` and below it `AM`, then `10`, `11`, `12` and `PM`, `1`: the half of the day is shown when it begins.
fn hour_and_half<'a>(name: &'a str, half: &mut &'a str) -> (&'a str, &'a str) {
    match name.split_once(' ') {
        Some((hour, its)) if its == *half => (hour, ""),
        Some((hour, its)) => {
            *half = its;
            (hour, its)
        }
        None => (name, ""),
    }
}

fn lying(
    figure: &Figure,
    names: &[String],
    stacks: &[Vec<(u64, u64)>],
    axis: &Axis,
    series: &[Series<'_>],
    is_spread: bool,
) -> Markup {
    let x = |value: u64| axis.at(value, 0, BARS_TO);
    let height = BAR * u64::try_from(names.len()).unwrap_or(0);
    let inside = html! {
        @for (at, label) in axis.ticks() {
            line.grid x1=(percent(x(at))) x2=(percent(x(at))) y1="0" y2=(height + 6) {}
            text.tick.middle[at > 0] x=(percent(x(at))) y=(height + 20) { (label) }
        }
        @for (((name, stack), row), n) in names.iter().zip(stacks).zip(&figure.rows).zip(0_u64..) {
            @let y = n * BAR;
            text.label x="0" y=(y + 15) { (name) tspan.value dx="8" { (said(row, series, is_spread)) } }
            @for (at, (from, to)) in stack.iter().enumerate().filter(|(_, (from, to))| to > from) {
                @let (from, wide) = (percent(x(*from)), percent(x(*to) - x(*from)));
                rect.series.{ "s" (at) } x=(from) y=(y + 21) width=(wide) height="15" {}
                @if at == 1 { (hatch_rect(&key(figure), &from, y + 21, &wide, 15)) }
            }
        }
    };
    frame(figure, height + 28, &inside)
}

/// What stands above a bar beside its name: its number, or those of its parts.
fn said(row: &[Cell], series: &[Series<'_>], is_spread: bool) -> String {
    let cells = series.iter().filter_map(|series| row.get(series.column)).map(Cell::for_people);
    cells.collect::<Vec<_>>().join(if is_spread { ", " } else { " + " })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_steps_and_reach_the_greatest_value() {
        for (most, unit, step, end) in [
            (1, Unit::Count, 1, 1),
            (5, Unit::Count, 1, 5),
            (6, Unit::Count, 2, 6),
            (23, Unit::Count, 5, 25),
            (182_500, Unit::Count, 50_000, 200_000),
            (140, Unit::Minutes, 50, 150),
            (700, Unit::Minutes, 150, 750),
            (1310, Unit::Minutes, 300, 1500),
            (20_000, Unit::Minutes, 4800, 24_000),
            (870, Unit::Seconds, 200, 1000),
            (73, Unit::Percent, 20, 80),
            (1000, Unit::Percent, 200, 1000),
        ] {
            assert_eq!(Axis::of(most, unit), Axis { unit, step, end }, "{most} {unit:?}");
        }
    }

    #[test]
    fn the_half_of_the_day_is_said_when_it_begins() {
        let mut half = "";
        let names = ["10 AM", "11 AM", "12 PM", "1 PM"];
        assert_eq!(
            names.map(|name| hour_and_half(name, &mut half)),
            [("10", "AM"), ("11", ""), ("12", "PM"), ("1", "")]
        );
    }
}
