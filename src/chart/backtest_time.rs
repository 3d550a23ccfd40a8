//! In which periods were the forecasts off? The median error of some methods, period by period.

use super::number::{month_name, percent};
use super::style::{AMBER, BLUE, Canvas, GRID, INK, LEFT, Line as Text, SLATE, SMALL, VERMILION, WIDTH, Weight, place, round_scale, width};
use super::{Key, Mark, empty};
use crate::text::Lang;
use plotters::style::RGBColor;

/// One method: its errors by period, logarithmic, in millionths; `None`: nothing was scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name for people.
    pub name: String,
    /// One a period.
    pub values: Vec<Option<i64>>,
}

const TOP: i32 = 96;
const NAME: i32 = 28;
const HEIGHT: i32 = 150;
const BELOW: i32 = 48;
const RIGHT: i32 = WIDTH - 24;
/// Lines in their order; the last are drawn first, so that the method itself lies above.
const TONES: [RGBColor; 4] = [BLUE, SLATE, VERMILION, AMBER];

/// The panels, each with a title and its lines, one above the other on one scale.
#[must_use]
pub fn svg(title: &str, periods: &[String], panels: &[(String, Vec<Line>)], lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let values = panels.iter().flat_map(|(_, lines)| lines).flat_map(|line| line.values.iter().flatten());
    let Some(most) = values.copied().max() else {
        return empty(title, if zh { "没有可评分的成交" } else { "no sale can be scored" });
    };
    let (low, high, ticks) = round_scale(0, most, 4);
    let x =
        |i: usize| place(i64::try_from(i * 2 + 1).unwrap_or(0), (0, 2 * i64::try_from(periods.len().max(1)).unwrap_or(1)), (LEFT, RIGHT));
    let y = |top: i32, value: i64| place(value, (low, high), (top + HEIGHT, top));
    let tops: Vec<i32> = (0..panels.len()).map(|i| TOP + NAME + (NAME + HEIGHT + BELOW) * i32::try_from(i).unwrap_or(0)).collect();
    let bottom = tops.last().map_or(TOP, |top| top + HEIGHT + BELOW);
    let mut canvas = Canvas::new(WIDTH, bottom, title, if zh { "各期误差中位" } else { "median errors by period" });
    canvas.heading(
        title,
        if zh {
            "各期成交误差的中位（对数，约为百分之几）；越低越好"
        } else {
            "median error of each period's sales (logarithmic, about per cent); lower is better"
        },
    );
    let names = panels.first().map(|(_, lines)| lines.as_slice()).unwrap_or_default();
    let keys: Vec<Key> =
        names.iter().zip(TONES.iter().cycle()).map(|(line, tone)| Key { colour: *tone, mark: Mark::Line, says: &line.name }).collect();
    let (marks, _) = canvas.legend(68, &keys);
    for (top, (says, lines)) in tops.iter().zip(panels) {
        canvas.text(12, top - 12, says, Text { anchor: "start", size: 13, colour: INK, weight: Weight::Bold });
        for tick in &ticks {
            canvas.text(LEFT - 8, y(*top, *tick) + 4, &share(*tick), Text { anchor: "end", ..SMALL });
        }
        labels(&mut canvas, periods, top + HEIGHT, &x, lang);
        for (i, period) in periods.iter().enumerate() {
            let all = lines.iter().filter_map(|line| Some(format!("{} {}", line.name, share(line.values.get(i).copied().flatten()?))));
            let half = (x(1) - x(0)) / 2;
            canvas.tip((x(i) - half, *top), (x(i) + half, top + HEIGHT), &format!("{period}\n{}", all.collect::<Vec<_>>().join("\n")));
        }
    }
    canvas.finish(|pen| {
        for (top, (_, lines)) in tops.iter().zip(panels) {
            for tick in &ticks {
                pen.line((LEFT, y(*top, *tick)), (RIGHT, y(*top, *tick)), GRID, 1)?;
            }
            let coloured: Vec<(&Line, &RGBColor)> = lines.iter().zip(TONES.iter().cycle()).collect();
            for (line, tone) in coloured.into_iter().rev() {
                for run in runs(line) {
                    let points: Vec<(i32, i32)> = run.iter().map(|(i, value)| (x(*i), y(*top, *value))).collect();
                    for at in &points {
                        pen.dot(*at, 3, *tone, 1.0)?;
                    }
                    pen.path(points, *tone, 2)?;
                }
            }
        }
        pen.marks(&marks)
    })
}

/// The stretches of a line without a gap.
fn runs(line: &Line) -> Vec<Vec<(usize, i64)>> {
    let mut runs: Vec<Vec<(usize, i64)>> = vec![Vec::new()];
    for (i, value) in line.values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((i, *value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn labels(canvas: &mut Canvas, periods: &[String], bottom: i32, x: &dyn Fn(usize) -> i32, lang: Lang) {
    let middle = Text { anchor: "middle", ..SMALL };
    let (mut free_from, mut year_shown) = (0, "");
    for (i, period) in periods.iter().enumerate() {
        let label = month_name(period, lang).unwrap_or_else(|| period.clone());
        let half = width(&label, 12) / 2 + 3;
        if x(i) - half < free_from {
            continue;
        }
        canvas.text(x(i), bottom + 18, &label, middle);
        free_from = x(i) + half;
        let year = period.get(..4).unwrap_or("");
        if year != year_shown {
            canvas.text(x(i), bottom + 33, year, middle);
            year_shown = year;
        }
    }
}

/// Millionths as per cent.
fn share(millionths: i64) -> String {
    percent(millionths, 1_000_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_the_line_and_every_period_says_its_values() {
        let line = Line { name: "guide".to_owned(), values: vec![Some(10_000), None, Some(20_000), Some(30_000)] };
        assert_eq!(runs(&line), vec![vec![(0, 10_000)], vec![(2, 20_000), (3, 30_000)]]);
        let periods = ["2023-11", "2023-12", "2024-01", "2024-02"].map(str::to_owned);
        let drawn = svg("Errors", &periods, &[("plain".to_owned(), vec![line])], Lang::En);
        for words in ["2023-11\nguide 1.0%", ">Jan<", ">2024<", "plain"] {
            assert!(drawn.contains(words), "{words}");
        }
    }
}
