//! How did a mine's year run against its scale? Months as bars by measure, and their running sum with the approved scale.

use super::number::{month_name, tonnes};
use super::style::{
    AMBER, BLUE, Canvas, Drawn, GREEN, INK, LEFT, Line, NAVY, Pen, SMALL, VERMILION, WIDTH, Weight, place, round_scale, width,
};
use super::{Key, Mark, empty};
use crate::text::{Lang, grouped};
use plotters::style::RGBColor;

/// The picture's data: one calendar year of raw ore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Months {
    /// Title for people.
    pub title: String,
    /// Twelve months, January first.
    pub months: Vec<Month>,
    /// Approved scale of the year (days in force), kg.
    pub approved_kg: Option<i64>,
    /// A finding says that the year is over scale.
    pub flagged: bool,
}

/// One month, kg; `None`: nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// First day, ISO 8601.
    pub month: String,
    /// Declared.
    pub declared_kg: Option<i64>,
    /// Tickets out.
    pub tickets_kg: Option<i64>,
    /// Declared and tickets with the change of stock, reconciled.
    pub reconciled_kg: Option<i64>,
}

impl Month {
    const fn by_measure(&self) -> [Option<i64>; 3] {
        [self.declared_kg, self.tickets_kg, self.reconciled_kg]
    }
}

const COLOURS: [RGBColor; 3] = [BLUE, NAVY, GREEN];
const UPPER: (i32, i32) = (258, 100);
const LOWER: (i32, i32) = (500, 330);
const RIGHT: i32 = WIDTH - 96;
const HEIGHT: i32 = 540;

struct Panel {
    y: (i32, i32),
    high: i64,
    ticks: Vec<i64>,
}

impl Panel {
    fn new(y: (i32, i32), most: i64) -> Self {
        // Whole tonnes at least, so that a tick is never a fraction of one.
        let (_, high, ticks) = round_scale(0, most.max(1000), 4);
        Self { y, high, ticks }
    }

    fn at(&self, kg: i64) -> i32 {
        place(kg.max(0), (0, self.high), self.y)
    }

    fn grid(&self, pen: &mut Pen) -> Drawn {
        self.ticks.iter().try_for_each(|tick| pen.line((LEFT, self.at(*tick)), (RIGHT, self.at(*tick)), super::style::GRID, 1))
    }

    fn words(&self, canvas: &mut Canvas) {
        for tick in &self.ticks {
            canvas.text(LEFT - 8, self.at(*tick) + 4, &grouped(tick / 1000), Line { anchor: "end", ..SMALL });
        }
    }
}

/// Running sums by measure; a line ends where a month is not known.
fn running(months: &[Month]) -> [Vec<(usize, i64)>; 3] {
    [0, 1, 2].map(|measure| {
        let mut sum = 0_i64;
        let known = months.iter().map(|m| m.by_measure().get(measure).copied().flatten()).enumerate();
        let known: Vec<(usize, i64)> = known.skip_while(|(_, kg)| kg.is_none()).map_while(|(at, kg)| Some((at, kg?))).collect();
        known
            .into_iter()
            .map(|(at, kg)| {
                sum = sum.saturating_add(kg);
                (at, sum)
            })
            .collect()
    })
}

fn slot(at: usize, of: usize) -> (i32, i32) {
    let (at, of) = (i32::try_from(at).unwrap_or(0), i32::try_from(of.max(1)).unwrap_or(12));
    (LEFT + (RIGHT - LEFT) * at / of, LEFT + (RIGHT - LEFT) * (at + 1) / of)
}

/// Bars above, running sums below.
#[must_use]
pub fn svg(year: &Months, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    if year.months.iter().all(|m| m.by_measure().iter().all(Option::is_none)) {
        return empty(&year.title, if zh { "没有原矿产量或过磅记录" } else { "no raw ore on returns or tickets" });
    }
    let sums = running(&year.months);
    let most = year.months.iter().flat_map(Month::by_measure).flatten().max().unwrap_or(0);
    let total = sums.iter().flatten().map(|(_, kg)| *kg).chain(year.approved_kg).max().unwrap_or(0);
    let (upper, lower) = (Panel::new(UPPER, most), Panel::new(LOWER, total));
    let mut canvas = Canvas::new(WIDTH, HEIGHT, &year.title, &describes(year, &sums, lang));
    canvas.heading(
        &year.title,
        if zh {
            "原矿，湿吨；核定规模按许可有效天数折算"
        } else {
            "raw ore, wet tonnes; approved scale pro rata for the days in force"
        },
    );
    let keys = keys(year, zh);
    let (marks, _) = canvas.legend(66, &keys);
    let bold = Line { anchor: "start", size: 12, colour: INK, weight: Weight::Bold };
    canvas.text(LEFT, UPPER.1 - 8, if zh { "每月" } else { "each month" }, bold);
    canvas.text(LEFT, LOWER.1 - 12, if zh { "全年累计" } else { "running sum of the year" }, bold);
    upper.words(&mut canvas);
    lower.words(&mut canvas);
    labels(&mut canvas, year, lang);
    ends(&mut canvas, year, &lower, &sums, lang);
    canvas.finish(|pen| {
        upper.grid(pen)?;
        lower.grid(pen)?;
        bars(pen, year, &upper)?;
        // The three mostly lie on each other: each narrower than the one below it.
        for ((sum, colour), wide) in sums.iter().zip(COLOURS).zip([7, 4, 2]) {
            let of = year.months.len();
            let mut points: Vec<(i32, i32)> = sum.first().map(|(at, _)| (slot(*at, of).0, lower.at(0))).into_iter().collect();
            points.extend(sum.iter().map(|(at, kg)| (slot(*at, of).1, lower.at(*kg))));
            pen.path(points, colour, wide)?;
        }
        if let Some(approved) = year.approved_kg {
            let y = lower.at(approved);
            pen.dashes((LEFT, y), RIGHT, if year.flagged { VERMILION } else { AMBER }, 3)?;
        }
        pen.marks(&marks)
    })
}

fn bars(pen: &mut Pen, year: &Months, panel: &Panel) -> Drawn {
    for (at, month) in year.months.iter().enumerate() {
        let (from, to) = slot(at, year.months.len());
        let wide = (to - from - 8) / 2;
        if let Some(kg) = month.declared_kg {
            pen.rect((from + 4, panel.at(kg)), (from + 4 + wide, panel.at(0)), BLUE)?;
        }
        if let Some(kg) = month.tickets_kg {
            pen.rect((from + 5 + wide, panel.at(kg)), (to - 4, panel.at(0)), NAVY)?;
        }
        if let Some(kg) = month.reconciled_kg {
            pen.rect((from + 3, panel.at(kg) - 2), (to - 3, panel.at(kg) + 2), GREEN)?;
        }
    }
    Ok(())
}

fn keys(year: &Months, zh: bool) -> Vec<Key<'static>> {
    let has = |of: fn(&Month) -> Option<i64>| year.months.iter().any(|m| of(m).is_some());
    let mut keys = Vec::new();
    let mut key = |there: bool, colour, mark, says_zh, says_en| {
        if there {
            keys.push(Key { colour, mark, says: if zh { says_zh } else { says_en } });
        }
    };
    key(has(|m| m.declared_kg), BLUE, Mark::Box, "申报产量", "declared");
    key(has(|m| m.tickets_kg), NAVY, Mark::Box, "过磅发运", "tickets out");
    key(has(|m| m.reconciled_kg), GREEN, Mark::Line, "核对产量（申报与过磅加库存变动）", "reconciled (declared, tickets + stock)");
    let colour = if year.flagged { VERMILION } else { AMBER };
    key(year.approved_kg.is_some() && year.flagged, colour, Mark::Dashes, "核定规模（有超规模线索）", "approved scale (finding: over it)");
    key(year.approved_kg.is_some() && !year.flagged, colour, Mark::Dashes, "核定规模", "approved scale");
    keys
}

fn labels(canvas: &mut Canvas, year: &Months, lang: Lang) {
    for (at, month) in year.months.iter().enumerate() {
        let (from, to) = slot(at, year.months.len());
        let Some(name) = month_name(&month.month, lang) else { continue };
        for (y, _) in [UPPER, LOWER] {
            canvas.text((from + to) / 2, y + 18, &name, Line { anchor: "middle", ..SMALL });
        }
        let amount = |kg: Option<i64>| kg.map_or_else(|| "—".to_owned(), |kg| tonnes(kg, lang));
        let [declared, tickets, reconciled] = month.by_measure().map(amount);
        let says = match lang {
            Lang::Zh => format!("{name}：申报 {declared}，过磅 {tickets}，核对 {reconciled}"),
            Lang::En => format!("{name}: declared {declared}, tickets {tickets}, reconciled {reconciled}"),
        };
        canvas.tip((from, UPPER.1), (to, UPPER.0), &says);
    }
}

/// What the lines end at, beside them; labels that would meet are moved apart.
fn ends(canvas: &mut Canvas, year: &Months, panel: &Panel, sums: &[Vec<(usize, i64)>; 3], lang: Lang) {
    let scale = year.approved_kg.map(|kg| (kg, if year.flagged { VERMILION } else { INK }));
    let lines = sums.iter().zip(COLOURS).filter_map(|(sum, colour)| sum.last().map(|(_, kg)| (*kg, colour)));
    let mut all: Vec<(i64, RGBColor)> = lines.chain(scale).collect();
    all.sort_by_key(|(kg, _)| std::cmp::Reverse(*kg));
    let mut free = LOWER.1 - 6;
    for (kg, colour) in all {
        let y = (panel.at(kg) + 4).max(free);
        let label = tonnes(kg, lang);
        let size = if width(&label, 12) > WIDTH - RIGHT - 8 { 11 } else { 12 };
        canvas.text(RIGHT + 6, y, &label, Line { anchor: "start", size, colour, weight: Weight::Bold });
        free = y + 15;
    }
}

fn describes(year: &Months, sums: &[Vec<(usize, i64)>; 3], lang: Lang) -> String {
    let total = |at: usize| sums.get(at).and_then(|s| s.last()).map_or_else(|| "—".to_owned(), |(_, kg)| tonnes(*kg, lang));
    let scale = year.approved_kg.map_or_else(|| "—".to_owned(), |kg| tonnes(kg, lang));
    match lang {
        Lang::Zh => format!("全年申报 {}，过磅 {}，核对 {}，核定规模 {scale}", total(0), total(1), total(2)),
        Lang::En => format!("of the year: declared {}, tickets {}, reconciled {}, approved scale {scale}", total(0), total(1), total(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_sum_ends_where_a_month_is_not_known() {
        let month = |kg| Month { month: "2023-01-01".to_owned(), declared_kg: kg, ..Month::default() };
        let sums = running(&[month(None), month(Some(1)), month(Some(2)), month(None), month(Some(4))]);
        assert_eq!(sums, [vec![(1, 1), (2, 3)], Vec::new(), Vec::new()]);
    }

    #[test]
    fn a_year_without_records_says_so_and_one_with_them_its_sums() {
        let year = |months| Months { title: "矿 2023".to_owned(), months, approved_kg: Some(1_000_000), flagged: true };
        assert!(svg(&year(Vec::new()), Lang::Zh).contains("没有原矿产量或过磅记录"));
        let months =
            vec![Month { month: "2023-01-01".to_owned(), declared_kg: Some(200_000), tickets_kg: Some(300_000), reconciled_kg: None }];
        let svg = svg(&year(months), Lang::Zh);
        assert!(svg.contains("全年申报 200吨，过磅 300吨，核对 —，核定规模 1,000吨") && svg.contains("核定规模（有超规模线索）"), "{svg}");
    }
}
