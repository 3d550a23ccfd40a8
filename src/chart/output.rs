//! How much of its licence has each mine used? One bullet bar a mine, as a share of the approved scale.

use super::number::{percent, tonnes};
use super::style::{AMBER, BLUE, Canvas, GRID, INK, Line, NAVY, SMALL, VERMILION, WIDTH, Weight, fitted, place};
use super::{Key, Mark, empty};
use crate::text::Lang;
use plotters::style::RGBColor;

/// The picture's data: one calendar year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Title for people.
    pub title: String,
    /// Mines with an approved scale, in the order in which they are shown.
    pub bars: Vec<Bar>,
    /// Sources without an approved scale: name and tickets out, kg.
    pub without_scale: Vec<(String, i64)>,
}

/// A mine, or several that are gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Name for people.
    pub name: String,
    /// Approved scale of the year, kg.
    pub approved_kg: i64,
    /// Declared output, kg; `None`: no return.
    pub declared_kg: Option<i64>,
    /// Tickets out, kg.
    pub dispatched_kg: i64,
    /// What the rules say of it.
    pub state: State,
}

/// How output stands to the licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not above it.
    Within,
    /// Above it by no more than measurement error: no finding.
    Above,
    /// A finding says over scale.
    Flagged,
}

const ROW: i32 = 25;
const TOP: i32 = 104;
const LEFT: i32 = 178;
const RIGHT: i32 = WIDTH - 186;
/// Shares beyond it, in per cent, are cut off and marked; the number beside says the share.
const MOST_PCT: i64 = 200;

struct Scale {
    top_pct: i64,
}

impl Scale {
    fn x(&self, kg: i64, approved_kg: i64) -> i32 {
        let hundredths = i128::from(kg) * 10_000 / i128::from(approved_kg.max(1));
        let hundredths = i64::try_from(hundredths).unwrap_or(i64::MAX).min(self.top_pct * 100);
        place(hundredths, (0, self.top_pct * 100), (LEFT, RIGHT))
    }

    fn at_pct(&self, pct: i64) -> i32 {
        place(pct, (0, self.top_pct), (LEFT, RIGHT))
    }
}

/// Bars of declared output with tickets out over them, the licence as a line at 100 %.
#[must_use]
pub fn svg(output: &Output, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    if output.bars.is_empty() && output.without_scale.is_empty() {
        return empty(&output.title, if zh { "没有原矿产量或过磅记录" } else { "no raw ore on returns or tickets" });
    }
    let rows = i32::try_from(output.bars.len()).unwrap_or(0);
    let extra = if output.without_scale.is_empty() { 0 } else { 40 + 20 * i32::try_from(output.without_scale.len()).unwrap_or(0) };
    let bottom = TOP + rows * ROW;
    let mut canvas = Canvas::new(WIDTH, bottom + 34 + extra, &output.title, &describes(output, zh));
    canvas.heading(
        &output.title,
        if zh {
            "占当年核定规模（许可天数折算）的百分比，原矿湿吨"
        } else {
            "per cent of the year's approved scale (days in force), raw ore, wet tonnes"
        },
    );
    let keys = keys(output, zh);
    let (marks, _) = canvas.legend(66, &keys);
    let scale = Scale { top_pct: top_pct(&output.bars) };
    let ticks: Vec<i64> = (0..=scale.top_pct / 25).map(|i| i * 25).collect();
    if rows > 0 {
        for tick in ticks.iter().filter(|t| *t % 50 == 0) {
            canvas.text(scale.at_pct(*tick), bottom + 18, &format!("{tick}%"), Line { anchor: "middle", ..SMALL });
        }
    }
    for (y, bar) in rows_of(&output.bars) {
        label(&mut canvas, y, bar, lang);
    }
    list_without_scale(&mut canvas, bottom + 46, output, lang);
    canvas.finish(|pen| {
        if rows == 0 {
            return pen.marks(&marks);
        }
        for tick in &ticks {
            pen.line((scale.at_pct(*tick), TOP - 4), (scale.at_pct(*tick), bottom), GRID, 1)?;
        }
        for (y, bar) in rows_of(&output.bars) {
            let colour = colour(bar.state);
            if let Some(declared) = bar.declared_kg {
                pen.rect((LEFT, y + 3), (scale.x(declared, bar.approved_kg), y + 19), colour)?;
            }
            pen.rect((LEFT, y + 9), (scale.x(bar.dispatched_kg, bar.approved_kg), y + 13), NAVY)?;
            if worst_kg(bar) > cut_kg(bar, scale.top_pct) {
                pen.path(vec![(RIGHT + 3, y + 5), (RIGHT + 9, y + 11), (RIGHT + 3, y + 17)], INK, 2)?;
            }
        }
        pen.rect((scale.at_pct(100) - 1, TOP - 6), (scale.at_pct(100) + 1, bottom + 4), INK)?;
        pen.marks(&marks)
    })
}

fn rows_of(bars: &[Bar]) -> impl Iterator<Item = (i32, &Bar)> {
    bars.iter().enumerate().map(|(i, bar)| (TOP + i32::try_from(i).unwrap_or(0) * ROW, bar))
}

fn worst_kg(bar: &Bar) -> i64 {
    bar.dispatched_kg.max(bar.declared_kg.unwrap_or(0))
}

fn cut_kg(bar: &Bar, top_pct: i64) -> i64 {
    i64::try_from(i128::from(bar.approved_kg) * i128::from(top_pct) / 100).unwrap_or(i64::MAX)
}

fn top_pct(bars: &[Bar]) -> i64 {
    let most = bars.iter().map(|b| i128::from(worst_kg(b)) * 100 / i128::from(b.approved_kg.max(1))).max().unwrap_or(0);
    // The next quarter above the largest share, at least 125 % so that the licence stands inside.
    (i64::try_from(most).unwrap_or(MOST_PCT) / 25 * 25 + 25).clamp(125, MOST_PCT)
}

const fn colour(state: State) -> RGBColor {
    match state {
        State::Within => BLUE,
        State::Above => AMBER,
        State::Flagged => VERMILION,
    }
}

fn keys(output: &Output, zh: bool) -> Vec<Key<'static>> {
    let has = |state| output.bars.iter().any(|b| b.state == state);
    let mut keys = vec![
        Key { colour: BLUE, mark: Mark::Box, says: if zh { "申报产量" } else { "declared" } },
        Key { colour: NAVY, mark: Mark::Line, says: if zh { "过磅发运" } else { "tickets out" } },
        Key { colour: INK, mark: Mark::Tick, says: if zh { "核定规模" } else { "licence" } },
    ];
    if has(State::Flagged) {
        keys.push(Key { colour: VERMILION, mark: Mark::Box, says: if zh { "超规模（有线索）" } else { "over scale (finding)" } });
    }
    if has(State::Above) {
        keys.push(Key {
            colour: AMBER, mark: Mark::Box, says: if zh { "高于规模，无年度线索" } else { "above, no finding for the year" }
        });
    }
    keys
}

fn describes(output: &Output, zh: bool) -> String {
    let flagged: Vec<&str> = output.bars.iter().filter(|b| b.state == State::Flagged).map(|b| b.name.as_str()).collect();
    match (flagged.is_empty(), zh) {
        (true, true) => "没有矿山被列为超规模".to_owned(),
        (true, false) => "no mine is flagged as over scale".to_owned(),
        (false, true) => format!("列为超规模的矿山：{}", flagged.join("、")),
        (false, false) => format!("flagged as over scale: {}", flagged.join(", ")),
    }
}

fn label(canvas: &mut Canvas, y: i32, bar: &Bar, lang: Lang) {
    let share = percent(worst_kg(bar), bar.approved_kg).unwrap_or_default();
    let weight = if bar.state == State::Flagged { Weight::Bold } else { Weight::Normal };
    let name = Line { anchor: "end", size: 13, colour: INK, weight };
    canvas.text(LEFT - 8, y + 16, &fitted(&bar.name, 13, LEFT - 16), name);
    canvas.text(RIGHT + 64, y + 16, &share, Line { anchor: "end", ..name });
    canvas.text(RIGHT + 74, y + 16, &format!("/ {}", tonnes(bar.approved_kg, lang)), SMALL);
    let declared = bar.declared_kg.map(|kg| tonnes(kg, lang));
    let says = match lang {
        Lang::Zh => format!(
            "{}：申报 {}，过磅 {}，核定 {}",
            bar.name,
            declared.as_deref().unwrap_or("无月报"),
            tonnes(bar.dispatched_kg, lang),
            tonnes(bar.approved_kg, lang)
        ),
        Lang::En => format!(
            "{}: declared {}, tickets out {}, approved {}",
            bar.name,
            declared.as_deref().unwrap_or("no return"),
            tonnes(bar.dispatched_kg, lang),
            tonnes(bar.approved_kg, lang)
        ),
    };
    canvas.tip((4, y), (WIDTH - 4, y + ROW), &says);
}

fn list_without_scale(canvas: &mut Canvas, y: i32, output: &Output, lang: Lang) {
    if output.without_scale.is_empty() {
        return;
    }
    let title = match lang {
        Lang::Zh => "当年没有采矿许可规模的来源（过磅发运）",
        Lang::En => "sources without an approved scale that year (tickets out)",
    };
    canvas.text(12, y, title, Line { anchor: "start", size: 13, colour: INK, weight: Weight::Bold });
    let mut at = y + 22;
    for (name, kg) in &output.without_scale {
        let mass = tonnes(*kg, lang);
        canvas.text(LEFT + 8, at, &mass, Line { anchor: "start", size: 13, colour: INK, weight: Weight::Normal });
        let name = fitted(name, 13, LEFT - 16);
        canvas.text(LEFT - 8, at, &name, Line { anchor: "end", size: 13, colour: INK, weight: Weight::Normal });
        at += 20;
    }
}
