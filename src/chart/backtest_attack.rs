//! How far could colluding sellers have moved each price? One group of bars a price, one bar a number of sellers.

use super::number::percent;
use super::style::{AMBER, Canvas, GRID, INK, Line, NAVY, SLATE, SMALL, VERMILION, WIDTH, Weight, fitted, place, round_scale};
use super::{Key, Mark, empty};
use crate::text::Lang;
use plotters::style::RGBColor;

/// The picture's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attack {
    /// Title for people.
    pub title: String,
    /// The prices, in the order in which they are shown.
    pub rows: Vec<Row>,
}

/// One price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name for people.
    pub name: String,
    /// Whether it is the one that is tested, no rival.
    pub own: bool,
    /// By number of sellers: the largest move over the periods and the median of the periods' largest, logarithmic, in millionths.
    pub moves: Vec<(u32, (i64, i64))>,
}

const TOP: i32 = 100;
/// Height of a bar with the gap below it, and the gap below a group.
const BAR: i32 = 16;
const GAP: i32 = 12;
const LEFT: i32 = 176;
const RIGHT: i32 = WIDTH - 152;
/// One, two, three sellers.
const TONES: [RGBColor; 3] = [AMBER, VERMILION, SLATE];

/// Bars of the largest moves, a mark at the median.
#[must_use]
pub fn svg(attack: &Attack, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let Some(most) = attack.rows.iter().flat_map(|r| &r.moves).map(|(_, (largest, _))| *largest).max().filter(|most| *most > 0) else {
        return empty(&attack.title, if zh { "没有可以操纵的价格" } else { "no price that could be moved" });
    };
    let (low, high, ticks) = round_scale(0, most, 6);
    let x = |value: i64| place(value, (low, high), (LEFT, RIGHT));
    let bars = bars(attack);
    let bottom = bars.last().map_or(TOP, |bar| bar.y + BAR);
    let mut canvas = Canvas::new(WIDTH, bottom + 30, &attack.title, &describes(attack, zh));
    canvas.heading(
        &attack.title,
        if zh {
            "价格最大变动（对数，约为百分之几）；右列：各期最大 / 各期中位"
        } else {
            "largest move of a price (logarithmic, about per cent); right: largest / median over the periods"
        },
    );
    let says = keys(attack, zh);
    let keys: Vec<Key> = says.iter().map(|(colour, mark, says)| Key { colour: *colour, mark: *mark, says }).collect();
    let (marks, _) = canvas.legend(68, &keys);
    for tick in &ticks {
        canvas.text(x(*tick), bottom + 18, &share(*tick), Line { anchor: "middle", ..SMALL });
    }
    for bar in &bars {
        let weight = if bar.row.own { Weight::Bold } else { Weight::Normal };
        let line = Line { anchor: "end", size: 13, colour: INK, weight };
        if bar.first {
            let middle = bar.y + BAR * i32::try_from(bar.row.moves.len()).unwrap_or(0) / 2 + 4;
            canvas.text(LEFT - 8, middle, &fitted(&bar.row.name, 13, LEFT - 18), line);
        }
        canvas.text(WIDTH - 14, bar.y + 12, &format!("{} / {}", share(bar.largest), share(bar.median)), Line { size: 12, ..line });
        canvas.tip((4, bar.y), (WIDTH - 4, bar.y + BAR), &tip(bar, zh));
    }
    canvas.finish(|pen| {
        for tick in &ticks {
            pen.line((x(*tick), TOP - 4), (x(*tick), bottom), GRID, 1)?;
        }
        for bar in &bars {
            pen.rect((LEFT, bar.y + 2), (x(bar.largest).max(LEFT + 1), bar.y + BAR - 2), bar.tone)?;
            pen.rect((x(bar.median) - 1, bar.y), (x(bar.median) + 2, bar.y + BAR), NAVY)?;
        }
        pen.marks(&marks)
    })
}

/// A bar with its place.
struct Bar<'a> {
    row: &'a Row,
    y: i32,
    first: bool,
    tone: RGBColor,
    sellers: u32,
    largest: i64,
    median: i64,
}

fn bars(attack: &Attack) -> Vec<Bar<'_>> {
    let mut bars = Vec::new();
    let mut y = TOP;
    for row in &attack.rows {
        for (i, ((sellers, (largest, median)), tone)) in row.moves.iter().zip(TONES.iter().cycle()).enumerate() {
            bars.push(Bar { row, y, first: i == 0, tone: *tone, sellers: *sellers, largest: *largest, median: *median });
            y += BAR;
        }
        y += GAP;
    }
    bars
}

fn keys(attack: &Attack, zh: bool) -> Vec<(RGBColor, Mark, String)> {
    let sellers = attack.rows.first().map(|r| r.moves.iter().map(|(sellers, _)| *sellers)).into_iter().flatten();
    let mut keys: Vec<(RGBColor, Mark, String)> = sellers
        .zip(TONES.iter().cycle())
        .map(|(k, tone)| {
            let says = match (zh, k) {
                (true, _) => format!("{k} 个卖方"),
                (false, 1) => "1 seller".to_owned(),
                (false, _) => format!("{k} sellers"),
            };
            (*tone, Mark::Box, says)
        })
        .collect();
    keys.push((NAVY, Mark::Tick, if zh { "各期最坏情形的中位" } else { "median of the periods' worst" }.to_owned()));
    keys
}

fn tip(bar: &Bar<'_>, zh: bool) -> String {
    let (name, k) = (&bar.row.name, bar.sellers);
    if zh {
        format!("{name}，{k} 个卖方：最大 {}，各期中位 {}", share(bar.largest), share(bar.median))
    } else {
        format!("{name}, {k} sellers: largest {}, median {}", share(bar.largest), share(bar.median))
    }
}

/// Millionths as per cent.
fn share(millionths: i64) -> String {
    percent(millionths, 1_000_000).unwrap_or_default()
}

fn describes(attack: &Attack, zh: bool) -> String {
    let row = |row: &Row| {
        let moves: Vec<String> = row.moves.iter().map(|(_, (largest, _))| share(*largest)).collect();
        format!("{} {}", row.name, moves.join(", "))
    };
    let all = attack.rows.iter().map(row).collect::<Vec<_>>().join("; ");
    if zh { format!("一至三个卖方的最大变动：{all}") } else { format!("largest moves by one to three sellers: {all}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_has_a_bar_for_each_number_of_sellers() {
        let row = Row { name: "VWAP".to_owned(), own: false, moves: vec![(1, (300_000, 100_000)), (2, (450_000, 0))] };
        let drawn = svg(&Attack { title: "Attack".to_owned(), rows: vec![row] }, Lang::En);
        for words in ["VWAP", "1 seller<", "2 sellers<", "30.0% / 10.0%", "45.0% / 0.0%"] {
            assert!(drawn.contains(words), "{words}");
        }
        let none = Attack { title: "Attack".to_owned(), rows: vec![] };
        assert!(svg(&none, Lang::En).contains("no price that could be moved"));
    }
}
