//! How did a class's guide price and its limits move, and on which sales do they rest?

use super::number::{month_name, tonnes, yuan};
use super::style::{
    BLUE, Canvas, Drawn, GREY, GRID, INK, LEFT, Line, MUTED, PALE, Pen, SMALL, WIDTH, Weight, fitted, place, round_scale, width,
};
use super::{Key, Mark, empty};
use crate::text::Lang;

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
    /// Whether it rests on sales of this very period.
    pub own: bool,
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

const HEIGHT: i32 = 400;
const TOP: i32 = 92;
const BOTTOM: i32 = HEIGHT - 50;
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
    let mut canvas = Canvas::new(WIDTH, HEIGHT, &band.title, &describes(band, zh));
    canvas.heading(&band.title, unit);
    let keys = keys(band, zh);
    let (marks, _) = canvas.legend(66, &keys);
    for tick in &ticks {
        let y = frame.y(*tick);
        canvas.text(LEFT - 8, y + 4, &yuan(*tick), Line { anchor: "end", ..SMALL });
    }
    month_labels(&mut canvas, &band.periods, &frame, lang);
    last_values(&mut canvas, band, &frame);
    footnote(&mut canvas, band, &frame, zh);
    tips(&mut canvas, band, &frame, zh);
    canvas.finish(|pen| {
        for tick in &ticks {
            pen.line((LEFT, frame.y(*tick)), (RIGHT, frame.y(*tick)), GRID, 1)?;
        }
        areas(pen, band, &frame)?;
        dots(pen, band, &frame)?;
        guides(pen, band, &frame)?;
        pen.marks(&marks)
    })
}

/// The plot's extent: every price and all evidence; sales left out do not stretch it.
fn frame(band: &Band) -> Option<(Frame, Vec<i64>)> {
    let prices = band.periods.iter().filter_map(|p| p.guide).flat_map(|(guide, low, high)| [guide, low, high]);
    let evidence = band.sales.iter().filter(|d| d.excluded.is_none()).map(|d| d.fen_per_t);
    let values: Vec<i64> = prices.chain(evidence).collect();
    let (low, high) = (*values.iter().min()?, *values.iter().max()?);
    let from = band.periods.first()?.from_day;
    let to = band.periods.iter().map(|p| p.to_day).max()?;
    let (low, high, ticks) = round_scale(low, high, 6);
    Some((Frame { days: (i64::from(from), i64::from(to) + 1), fen: (low, high) }, ticks))
}

fn keys(band: &Band, zh: bool) -> Vec<Key<'static>> {
    let mut keys = vec![
        Key { colour: BLUE, mark: Mark::Line, says: if zh { "参考指导价" } else { "guide price" } },
        Key { colour: PALE, mark: Mark::Box, says: if zh { "上下限区间" } else { "band" } },
        Key { colour: INK, mark: Mark::Dot, says: if zh { "采信成交（面积为干吨数）" } else { "evidence (area: dry tonnes)" } },
    ];
    if band.periods.iter().any(|p| p.guide.is_some() && !p.own) {
        keys.insert(1, Key { colour: BLUE, mark: Mark::Dashes, says: if zh { "沿用旧成交" } else { "older evidence" } });
    }
    if band.sales.iter().any(|d| d.excluded.is_some()) {
        keys.push(Key { colour: GREY, mark: Mark::Ring, says: if zh { "剔除的成交" } else { "left out" } });
    }
    keys
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
fn last_values(canvas: &mut Canvas, band: &Band, frame: &Frame) {
    let Some((period, (guide, lower, upper))) = band.periods.iter().rev().find_map(|p| p.guide.map(|g| (p, g))) else { return };
    let x = frame.x(period.to_day + 1) + 8;
    let middle = frame.y(guide).clamp(TOP + 18, BOTTOM - 18);
    canvas.text(x, middle + 5, &yuan(guide), Line { anchor: "start", size: 15, colour: BLUE, weight: Weight::Bold });
    canvas.text(x, frame.y(upper).min(middle - 16) + 4, &yuan(upper), SMALL);
    canvas.text(x, frame.y(lower).max(middle + 17) + 4, &yuan(lower), SMALL);
}

fn footnote(canvas: &mut Canvas, band: &Band, frame: &Frame, zh: bool) {
    let outside = band.sales.iter().filter(|d| !frame.shows(d)).count();
    let says = match (outside, band.unplaced, zh) {
        (0, 0, _) => return,
        (o, 0, true) => format!("另有 {o} 笔剔除的成交在图外"),
        (o, 0, false) => format!("{o} more left out lie off the picture"),
        (0, u, true) => format!("{u} 笔缺水分、品位或报价，无法画出"),
        (0, u, false) => format!("{u} without moisture, grade or quotation can't be drawn"),
        (o, u, true) => format!("另有 {o} 笔剔除的成交在图外，{u} 笔缺数据无法画出"),
        (o, u, false) => format!("{o} more left out lie off the picture, {u} lack data to be drawn"),
    };
    canvas.text(
        RIGHT,
        HEIGHT - 6,
        &fitted(&says, 11, RIGHT - LEFT),
        Line { anchor: "end", size: 11, colour: MUTED, weight: Weight::Normal },
    );
}

fn tips(canvas: &mut Canvas, band: &Band, frame: &Frame, zh: bool) {
    for period in &band.periods {
        let says = match (period.guide, zh) {
            (Some((g, l, u)), true) => format!("{} 指导价 {}，区间 {}–{} 元/干吨", period.period, yuan(g), yuan(l), yuan(u)),
            (Some((g, l, u)), false) => format!("{} guide {}, band {}–{} yuan/t dry", period.period, yuan(g), yuan(l), yuan(u)),
            (None, true) => format!("{} 无指导价", period.period),
            (None, false) => format!("{} no guide price", period.period),
        };
        canvas.tip((frame.x(period.from_day), TOP), (frame.x(period.to_day + 1), BOTTOM), &says);
    }
    for dot in band.sales.iter().filter(|d| frame.shows(d)) {
        let (x, y) = (frame.x(dot.day), frame.y(dot.fen_per_t));
        canvas.tip((x - 5, y - 5), (x + 5, y + 5), &format!("{} · {}", dot.says, tonnes(dot.dry_kg, if zh { Lang::Zh } else { Lang::En })));
    }
}

fn areas(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    for period in &band.periods {
        if let Some((_, lower, upper)) = period.guide {
            pen.rect((frame.x(period.from_day), frame.y(upper)), (frame.x(period.to_day + 1), frame.y(lower)), PALE)?;
        }
    }
    Ok(())
}

fn dots(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    let largest = band.sales.iter().map(|d| d.dry_kg).max().unwrap_or(0).max(1);
    // Rings first, evidence over them.
    for dot in band.sales.iter().filter(|d| d.excluded.is_some() && frame.shows(d)) {
        pen.ring((frame.x(dot.day), frame.y(dot.fen_per_t)), radius(dot.dry_kg, largest), GREY)?;
    }
    for dot in band.sales.iter().filter(|d| d.excluded.is_none()) {
        pen.dot((frame.x(dot.day), frame.y(dot.fen_per_t)), radius(dot.dry_kg, largest), INK)?;
    }
    Ok(())
}

/// Largest radius of a dot, pixels.
const LARGEST_DOT: i64 = 8;

/// The area of a dot is its mass; the smallest stay visible.
fn radius(kg: i64, largest_kg: i64) -> i32 {
    let squared = i128::from(kg.max(0)) * i128::from(LARGEST_DOT * LARGEST_DOT) / i128::from(largest_kg);
    let root = u64::try_from(squared).unwrap_or(0).isqrt();
    i32::try_from(root).unwrap_or(2).clamp(2, 8)
}

fn guides(pen: &mut Pen, band: &Band, frame: &Frame) -> Drawn {
    let mut before: Option<(i32, i32)> = None;
    for period in &band.periods {
        let Some((guide, _, _)) = period.guide else {
            before = None;
            continue;
        };
        let (from, to, y) = (frame.x(period.from_day), frame.x(period.to_day + 1), frame.y(guide));
        if let Some((x, last_y)) = before.filter(|(x, last_y)| *x == from && *last_y != y) {
            pen.path(vec![(x, last_y), (x, y)], BLUE, 2)?;
        }
        if period.own {
            pen.line((from, y), (to, y), BLUE, 3)?;
        } else {
            pen.dashes((from, y), to, BLUE, 3)?;
        }
        before = Some((to, y));
    }
    Ok(())
}
