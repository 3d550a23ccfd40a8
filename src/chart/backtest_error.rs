//! How far off were the forecasts? One bar a method: the median of the errors, and how far nine in ten reach.

use super::number::percent;
use super::style::{BLUE, Canvas, FAINT, GREY, GRID, INK, Line, PALE, PALEST, SMALL, WIDTH, Weight, fitted, place, round_scale};
use super::{Key, Mark, empty};
use crate::text::Lang;
use plotters::style::RGBColor;

/// Forecasts that are compared in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// In which way.
    pub says: String,
    /// The methods, in the order in which they are shown.
    pub rows: Vec<Row>,
}

/// A method and its errors, logarithmic, in millionths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name for people.
    pub name: String,
    /// Whether it is the one that is tested, no rival.
    pub own: bool,
    /// Median size of the errors.
    pub median: i64,
    /// Size that nine in ten do not exceed.
    pub p90: i64,
}

const TOP: i32 = 96;
const ROW: i32 = 24;
/// Height of the line that names a panel, and the room below a panel for its axis.
const NAME: i32 = 28;
const BELOW: i32 = 34;
const LEFT: i32 = 176;
const RIGHT: i32 = WIDTH - 152;

/// The panels one above the other on one scale.
#[must_use]
pub fn svg(title: &str, panels: &[Panel], sales: u32, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let rows = || panels.iter().flat_map(|p| &p.rows);
    let Some(most) = rows().map(|row| row.p90).max().filter(|_| sales > 0) else {
        return empty(title, if zh { "没有可评分的成交" } else { "no sale can be scored" });
    };
    let (low, high, ticks) = round_scale(0, most, 6);
    let x = |value: i64| place(value, (low, high), (LEFT, RIGHT));
    let mut tops = Vec::new();
    let mut y = TOP;
    for panel in panels {
        tops.push((y + NAME, panel));
        y += NAME + ROW * i32::try_from(panel.rows.len()).unwrap_or(0) + BELOW;
    }
    let mut canvas = Canvas::new(WIDTH, y, title, &describes(panels, zh));
    canvas.heading(
        title,
        &if zh {
            format!("{sales} 笔下一期成交与期末价格之差（对数，约为百分之几）；越短越好")
        } else {
            format!("{sales} sales of the next period against the price before them (logarithmic, about per cent); shorter is better")
        },
    );
    let keys = [
        Key { colour: BLUE, mark: Mark::Box, says: if zh { "本方法：误差中位" } else { "this method: median error" } },
        Key { colour: GREY, mark: Mark::Box, says: if zh { "对照方法：误差中位" } else { "rival: median error" } },
        Key { colour: PALE, mark: Mark::Box, says: if zh { "九成成交的误差在此以内" } else { "nine in ten sales are within" } },
    ];
    let (marks, _) = canvas.legend(68, &keys);
    for (top, panel) in &tops {
        canvas.text(12, top - 10, &panel.says, Line { anchor: "start", size: 13, colour: INK, weight: Weight::Bold });
        let bottom = bottom(*top, panel);
        for tick in &ticks {
            canvas.text(x(*tick), bottom + 16, &share(*tick), Line { anchor: "middle", ..SMALL });
        }
        for (y, row) in rows_of(*top, panel) {
            let weight = if row.own { Weight::Bold } else { Weight::Normal };
            let line = Line { anchor: "end", size: 13, colour: INK, weight };
            canvas.text(LEFT - 8, y + 16, &fitted(&row.name, 13, LEFT - 18), line);
            canvas.text(WIDTH - 14, y + 16, &format!("{} / {}", share(row.median), share(row.p90)), line);
            let says = if zh {
                format!("{}：误差中位 {}，九成在 {} 以内", row.name, share(row.median), share(row.p90))
            } else {
                format!("{}: median error {}, nine in ten within {}", row.name, share(row.median), share(row.p90))
            };
            canvas.tip((4, y), (WIDTH - 4, y + ROW), &says);
        }
    }
    canvas.finish(|pen| {
        for (top, panel) in &tops {
            for tick in &ticks {
                pen.line((x(*tick), *top), (x(*tick), bottom(*top, panel)), GRID, 1)?;
            }
            for (y, row) in rows_of(*top, panel) {
                let (solid, pale): (RGBColor, RGBColor) = if row.own { (BLUE, PALE) } else { (GREY, PALEST) };
                pen.rect((LEFT, y + 7), (x(row.p90), y + 17), pale)?;
                pen.rect((LEFT, y + 4), (x(row.median), y + 20), solid)?;
                pen.rect((x(row.p90) - 1, y + 5), (x(row.p90) + 1, y + 19), FAINT)?;
            }
        }
        pen.marks(&marks)
    })
}

fn rows_of(top: i32, panel: &Panel) -> impl Iterator<Item = (i32, &Row)> {
    (top..).step_by(ROW.unsigned_abs() as usize).zip(&panel.rows)
}

fn bottom(top: i32, panel: &Panel) -> i32 {
    top + ROW * i32::try_from(panel.rows.len()).unwrap_or(0)
}

/// Millionths as per cent.
fn share(millionths: i64) -> String {
    percent(millionths, 1_000_000).unwrap_or_default()
}

fn describes(panels: &[Panel], zh: bool) -> String {
    let all = panels.iter().map(|panel| {
        let rows: Vec<String> = panel.rows.iter().map(|row| format!("{} {}", row.name, share(row.median))).collect();
        format!("{}: {}", panel.says, rows.join(", "))
    });
    let all = all.collect::<Vec<_>>().join("; ");
    if zh { format!("误差中位：{all}") } else { format!("median errors: {all}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_its_bar_and_its_numbers() {
        let row = |name: &str, own, median, p90| Row { name: name.to_owned(), own, median, p90 };
        let panel = Panel { says: "plain".to_owned(), rows: vec![row("guide", true, 21_000, 64_900), row("VWAP", false, 30_000, 90_000)] };
        let drawn = svg("Errors", &[panel], 12, Lang::En);
        for words in ["guide", "VWAP", "2.1% / 6.5%", "3.0% / 9.0%", "12 sales"] {
            assert!(drawn.contains(words), "{words}");
        }
        assert!(svg("Errors", &[], 0, Lang::En).contains("no sale can be scored"));
    }
}
