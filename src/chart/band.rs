//! How did a class's guide price and its limits move, and on which sales do they rest?

use super::number::{month_name, tonnes, yuan};
use super::style::{
    BLUE, Canvas, Drawn, FAINT, GREY, GRID, INK, LEFT, Line, PALE, PALEST, Pen, SMALL, VERMILION, WIDTH, Weight, fitted, place,
    round_scale, width,
};
use super::{Key, Mark, empty};
use crate::text::Lang;
use plotters::style::RGBColor;
use std::collections::BTreeMap;

/// The picture's data: one product and grade class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Title for people.
    pub title: String,
    /// Periods, earliest first.
    pub periods: Vec<Step>,
    /// Sales, earliest first.
    pub sales: Vec<Dot>,
    /// Sales that can't be placed: no moisture, no grade, no quotation.
    pub unplaced: u32,
}

/// A period's price, fen a dry tonne.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `2023-06`.
    pub period: String,
    /// First day, days since 1970.
    pub from_day: i32,
    /// Last day.
    pub to_day: i32,
    /// Guide price, lower and upper limit; `None`: no price.
    pub guide: Option<(i64, i64, i64)>,
    /// Assessed price, before the mechanism limits its move.
    pub assessed: Option<i64>,
    /// Whether it rests on sales of this very period.
    pub own: bool,
    /// Evidence of this very class in this very period; without any, the price comes from the product's other classes.
    pub evidence: u32,
    /// Whether the largest step kept the guide price from the assessed price.
    pub limited: bool,
}

/// A sale at its price moved to the class's grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dot {
    /// Days since 1970.
    pub day: i32,
    /// Fen a dry tonne.
    pub fen_per_t: i64,
    /// Dry mass, kg.
    pub dry_kg: i64,
    /// `None`: evidence; else why it is left out.
    pub excluded: Option<String>,
    /// What it says when pointed at.
    pub says: String,
}

const TOP: i32 = 112;
const BOTTOM: i32 = 370;
/// The baseline of the first line of notes.
const NOTES: i32 = BOTTOM + 54;
/// From a line of notes to the next.
const NOTE: i32 = 16;
const RIGHT: i32 = WIDTH - 112;

struct Frame {
    days: (i64, i64),
    fen: (i64, i64),
}

impl Frame {
    fn x(&self, day: i32) -> i32 {
        place(i64::from(day), self.days, (LEFT, RIGHT))
    }

    fn y(&self, fen: i64) -> i32 {
        place(fen, self.fen, (BOTTOM, TOP))
    }

    fn shows(&self, dot: &Dot) -> bool {
        (self.fen.0..=self.fen.1).contains(&dot.fen_per_t)
    }
}

/// Guide price as steps over its band, sales as dots whose area is their tonnage.
#[must_use]
pub fn svg(band: &Band, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let Some((frame, ticks)) = frame(band) else {
        return empty(&band.title, if zh { "没有指导价，也没有可用的成交" } else { "no guide price and no usable sale" });
    };
    let unit = if zh { "元/干吨，不含税、出厂、现款" } else { "yuan a dry tonne, ex VAT, ex works, cash" };
    let notes = notes(band, &frame, zh);
    let lines = i32::try_from(notes.len()).unwrap_or(0);
    let mut canvas = Canvas::new(WIDTH, NOTES - 8 + lines * NOTE, &band.title, &describes(band, zh));
    canvas.heading(&band.title, unit);
    let says = keys(band, &frame, zh);
    let keys: Vec<Key> = says.iter().map(|(colour, mark, says)| Key { colour: *colour, mark: *mark, says }).collect();
    let (marks, _) = canvas.legend(66, &keys);
    for tick in &ticks {
        let y = frame.y(*tick);
        canvas.text(LEFT - 8, y + 4, &yuan(*tick), Line { anchor: "end", ..SMALL });
    }
    month_labels(&mut canvas, &band.periods, &frame, lang);
    last_values(&mut canvas, band, &frame, zh);
    for (y, note) in (NOTES..).step_by(NOTE as usize).zip(&notes) {
        canvas.text(12, y, &fitted(note, 12, WIDTH - 24), SMALL);
    }
    tips(&mut canvas, band, &frame, zh);
    canvas.finish(|pen| {
        for tick in &ticks {
            pen.line((LEFT, frame.y(*tick)), (RIGHT, frame.y(*tick)), GRID, 1)?;
        }
        areas(pen, band, &frame)?;
        dots(pen, band, &frame)?;
        assessments(pen, band, &frame)?;
        guides(pen, band, &frame)?;
        pen.marks(&marks)
    })
}

/// The plot's extent: every price and all evidence; sales left out do not stretch it.
fn frame(band: &Band) -> Option<(Frame, Vec<i64>)> {
    let prices = band.periods.iter().filter_map(|p| p.guide).flat_map(|(guide, low, high)| [guide, low, high]);
    let evidence = band.sales.iter().filter(|d| d.excluded.is_none()).map(|d| d.fen_per_t);
    let assessed = band.periods.iter().filter_map(|p| p.assessed);
    let values: Vec<i64> = prices.chain(evidence).chain(assessed).collect();
    let (low, high) = (*values.iter().min()?, *values.iter().max()?);
    let from = band.periods.first()?.from_day;
    let to = band.periods.iter().map(|p| p.to_day).max()?;
    let (low, high, ticks) = round_scale(low, high, 6);
    Some((Frame { days: (i64::from(from), i64::from(to) + 1), fen: (low, high) }, ticks))
}

/// An entry of the legend with its words.
type Entry = (RGBColor, Mark, String);

fn keys(band: &Band, frame: &Frame, zh: bool) -> Vec<Entry> {
    let priced = || band.periods.iter().filter(|p| p.guide.is_some());
    let mut keys: Vec<Entry> = Vec::new();
    let mut key = |shown: bool, colour, mark, zh_says: String, en_says: String| {
        if shown {
            keys.push((colour, mark, if zh { zh_says } else { en_says }));
        }
    };
    let fixed = str::to_owned;
    let full = priced().any(|p| p.evidence > 0);
    key(full, BLUE, Mark::Line, fixed("参考指导价"), fixed("guide price"));
    let faint = priced().any(|p| p.evidence == 0);
    key(faint, FAINT, Mark::Line, fixed("指导价（该品级当期无成交）"), fixed("guide price, no sale of this class in the period"));
    key(priced().any(|p| !p.own), BLUE, Mark::Dashes, fixed("沿用旧成交"), fixed("older evidence"));
    key(true, if full { PALE } else { PALEST }, Mark::Box, fixed("上下限区间"), fixed("band"));
    let apart = band.periods.iter().any(|p| apart(p, frame).is_some());
    key(apart, VERMILION, Mark::Line, fixed("评估价（浮动机制之前）"), fixed("assessed, before the mechanism"));
    let left_out = band.sales.iter().filter(|d| d.excluded.is_some()).count();
    let admitted = band.sales.len() - left_out;
    let dots = (format!("采信成交 {admitted} 笔（面积为干吨数）"), format!("{admitted} sales admitted (area: dry tonnes)"));
    key(admitted > 0, INK, Mark::Dot, dots.0, dots.1);
    key(left_out > 0, GREY, Mark::Ring, format!("剔除 {left_out} 笔"), format!("{left_out} left out"));
    keys
}

/// The height of the assessed price where it stands apart from the guide price on the sheet.
fn apart(period: &Step, frame: &Frame) -> Option<i32> {
    let (assessed, (guide, _, _)) = (period.assessed?, period.guide?);
    let y = frame.y(assessed);
    ((y - frame.y(guide)).abs() > 2).then_some(y)
}

fn describes(band: &Band, zh: bool) -> String {
    let last = band.periods.iter().rev().find_map(|p| p.guide.map(|g| (p, g)));
    match (last, zh) {
        (Some((p, (g, l, u))), true) => format!("{} 期参考指导价 {} 元/干吨，区间 {}–{}", p.period, yuan(g), yuan(l), yuan(u)),
        (Some((p, (g, l, u))), false) => format!("guide price of {}: {} yuan/t dry, band {}–{}", p.period, yuan(g), yuan(l), yuan(u)),
        (None, true) => "没有指导价".to_owned(),
        (None, false) => "no guide price".to_owned(),
    }
}

fn month_labels(canvas: &mut Canvas, periods: &[Step], frame: &Frame, lang: Lang) {
    let middle = Line { anchor: "middle", ..SMALL };
    let (mut free_from, mut year_shown) = (0, "");
    for period in periods {
        let x = (frame.x(period.from_day) + frame.x(period.to_day + 1)) / 2;
        let Some(label) = month_name(&period.period, lang) else { continue };
        let half = width(&label, 12) / 2 + 3;
        if x - half < free_from {
            continue;
        }
        canvas.text(x, BOTTOM + 18, &label, middle);
        free_from = x + half;
        let year = period.period.get(..4).unwrap_or("");
        if year != year_shown {
            canvas.text(x, BOTTOM + 34, year, middle);
            year_shown = year;
        }
    }
}

/// The last values stand beside the end of their lines, pushed apart where they would touch.
fn last_values(canvas: &mut Canvas, band: &Band, frame: &Frame, zh: bool) {
    let Some((period, (guide, lower, upper))) = band.periods.iter().rev().find_map(|p| p.guide.map(|g| (p, g))) else { return };
    let x = frame.x(period.to_day + 1) + 8;
    let middle = frame.y(guide).clamp(TOP + 18, BOTTOM - 18);
    let (above, below) = (frame.y(upper).min(middle - 16), frame.y(lower).max(middle + 17));
    let colour = if period.evidence > 0 { BLUE } else { FAINT };
    canvas.text(x, middle + 5, &yuan(guide), Line { anchor: "start", size: 15, colour, weight: Weight::Bold });
    canvas.text(x, above + 4, &yuan(upper), SMALL);
    canvas.text(x, below + 4, &yuan(lower), SMALL);
    if let (Some(y), Some(assessed)) = (apart(period, frame), period.assessed) {
        let y = if y < middle { y.min(above - 16) } else { y.max(below + 16) };
        let whole = yuan((assessed + 50).div_euclid(100) * 100);
        let says = if zh { format!("评估 {whole}") } else { format!("assessed {whole}") };
        canvas.text(x, y + 4, &says, Line { colour: VERMILION, ..SMALL });
    }
}

/// What the picture can't show by itself, a line each.
fn notes(band: &Band, frame: &Frame, zh: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |count: usize, zh_says: &str, en_says: &str| {
        if count > 0 {
            notes.push(if zh { zh_says } else { en_says }.replace("{}", &count.to_string()));
        }
    };
    note(
        band.periods.iter().filter(|p| p.limited).count(),
        "有 {} 期指导价受单期最大幅度限制，未到评估价；差额结转，以后各期逐步靠拢。",
        "In {} periods the largest step kept the guide price from the assessed price; the rest is carried into later periods.",
    );
    note(
        band.periods.iter().filter(|p| p.guide.is_some() && p.evidence == 0).count(),
        "有 {} 期该品级没有自己的采信成交：价格由同一产品其他品级的成交推得。",
        "In {} periods this class has no admitted sale of its own: its price comes from the product's other classes.",
    );
    note(
        band.sales.iter().filter(|d| !frame.shows(d)).count(),
        "另有 {} 笔剔除的成交在图外。",
        "{} more sales left out lie off the picture.",
    );
    note(
        band.unplaced as usize,
        "另有 {} 笔缺水分、品位或碳酸锂报价，无法画出。",
        "{} more sales lack moisture, grade or a carbonate quotation and can't be drawn.",
    );
    notes
}

fn tips(canvas: &mut Canvas, band: &Band, frame: &Frame, zh: bool) {
    for period in &band.periods {
        let says = match (period.guide, zh) {
            (Some((g, l, u)), true) => format!("{} 指导价 {}，区间 {}–{} 元/干吨", period.period, yuan(g), yuan(l), yuan(u)),
            (Some((g, l, u)), false) => format!("{} guide {}, band {}–{} yuan/t dry", period.period, yuan(g), yuan(l), yuan(u)),
            (None, true) => format!("{} 无指导价", period.period),
            (None, false) => format!("{} no guide price", period.period),
        };
        let assessed = period.assessed.map(|fen| yuan((fen + 50).div_euclid(100) * 100));
        let more = match (assessed, zh) {
            (Some(fen), true) => format!("；评估价 {fen}；该品级采信成交 {} 笔", period.evidence),
            (Some(fen), false) => format!("; assessed {fen}; {} sales of this class", period.evidence),
            (None, _) => String::new(),
        };
        let limited = match (period.limited, zh) {
            (true, true) => "；受单期最大幅度限制",
            (true, false) => "; limited to the largest step",
            (false, _) => "",
        };
        let says = format!("{says}{more}{limited}");
        canvas.tip((frame.x(period.from_day), TOP), (frame.x(period.to_day + 1), BOTTOM), &says);
    }
    let lang = if zh { Lang::Zh } else { Lang::En };
    // Dots that lie on each other share a tip, or the lower ones could not be pointed at.
    let mut cells: BTreeMap<(i32, i32), Vec<&Dot>> = BTreeMap::new();
    for dot in band.sales.iter().filter(|d| frame.shows(d)) {
        let (x, y) = (frame.x(dot.day), frame.y(dot.fen_per_t));
        cells.entry((x.div_euclid(CELL), y.div_euclid(CELL))).or_default().push(dot);
    }
    for ((x, y), dots) in cells {
        let mut says: Vec<String> = dots.iter().take(MOST_TOLD).map(|d| format!("{} · {}", d.says, tonnes(d.dry_kg, lang))).collect();
        if dots.len() > MOST_TOLD {
            says.push(if zh { format!("…共 {} 笔", dots.len()) } else { format!("… {} sales in all", dots.len()) });
        }
        canvas.tip((x * CELL, y * CELL), ((x + 1) * CELL, (y + 1) * CELL), &says.join("\n"));
    }
}

/// Side of the squares that share a tip, pixels.
const CELL: i32 = 10;
/// Sales that a tip names.
const MOST_TOLD: usize = 4;

fn areas(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    for period in &band.periods {
        if let Some((_, lower, upper)) = period.guide {
            pen.rect(
                (frame.x(period.from_day), frame.y(upper)),
                (frame.x(period.to_day + 1), frame.y(lower)),
                if period.evidence > 0 { PALE } else { PALEST },
            )?;
        }
    }
    Ok(())
}

fn dots(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    let heaviest = band.sales.iter().map(|d| d.dry_kg).max().unwrap_or(0).max(1);
    let (largest, opacity) = dot_size(band.sales.len());
    // Rings first, evidence over them.
    for dot in band.sales.iter().filter(|d| d.excluded.is_some() && frame.shows(d)) {
        pen.ring((frame.x(dot.day), frame.y(dot.fen_per_t)), radius(dot.dry_kg, heaviest, largest), GREY)?;
    }
    for dot in band.sales.iter().filter(|d| d.excluded.is_none()) {
        pen.dot((frame.x(dot.day), frame.y(dot.fen_per_t)), radius(dot.dry_kg, heaviest, largest), INK, opacity)?;
    }
    Ok(())
}

/// The largest radius in pixels, and how opaque dots are: every sale is drawn, and many stay apart by being small and pale.
const fn dot_size(sales: usize) -> (i64, f64) {
    match sales {
        0..=150 => (8, 0.5),
        151..=400 => (6, 0.4),
        _ => (5, 0.25),
    }
}

/// The area of a dot is its mass; the smallest stay visible.
fn radius(kg: i64, heaviest_kg: i64, largest: i64) -> i32 {
    let squared = i128::from(kg.max(0)) * i128::from(largest * largest) / i128::from(heaviest_kg);
    let root = u64::try_from(squared).unwrap_or(0).isqrt();
    i32::try_from(root).unwrap_or(2).clamp(2, 8)
}

/// Assessed prices where the mechanism kept the guide price from them.
fn assessments(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    for period in &band.periods {
        if let Some(y) = apart(period, frame) {
            pen.line((frame.x(period.from_day) + 1, y), (frame.x(period.to_day + 1) - 1, y), VERMILION, 2)?;
        }
    }
    Ok(())
}

fn guides(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    let mut before: Option<(i32, i32)> = None;
    for period in &band.periods {
        let Some((guide, _, _)) = period.guide else {
            before = None;
            continue;
        };
        let (from, to, y) = (frame.x(period.from_day), frame.x(period.to_day + 1), frame.y(guide));
        let (colour, wide) = if period.evidence > 0 { (BLUE, 3) } else { (FAINT, 2) };
        if let Some((x, last_y)) = before.filter(|(x, last_y)| *x == from && *last_y != y) {
            pen.path(vec![(x, last_y), (x, y)], FAINT, 1)?;
        }
        if period.own {
            pen.line((from, y), (to, y), colour, wide)?;
        } else {
            pen.dashes((from, y), to, colour, wide)?;
        }
        before = Some((to, y));
    }
    Ok(())
}
