//! From which kind of place did each month's ore come?

use super::number::{month_name, percent, tonnes};
use super::style::{
    AMBER, BLUE, Canvas, Drawn, GRID, INK, LEFT, Line, PAPER, Pen, SLATE, SMALL, VERMILION, WIDTH, Weight, place, round_scale, width,
};
use super::{Key, Mark, empty};
use crate::text::{Lang, Text};
use plotters::style::RGBColor;

/// The picture's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Title for people.
    pub title: String,
    /// Months, earliest first.
    pub months: Vec<MonthOrigin>,
}

/// One month, kg by [`GROUPS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthOrigin {
    /// First day, ISO 8601.
    pub month: String,
    /// Net mass by group, kg.
    pub kg: [i64; 4],
}

/// The groups of origins, in the order of [`MonthOrigin::kg`].
pub const GROUPS: [Text; 4] = [
    Text { zh: "矿山，许可证在期", en: "mines with a licence in force" },
    Text { zh: "矿山，无有效许可证", en: "mines without a licence in force" },
    Text { zh: "探矿、工程建设、生态修复", en: "exploration, construction, restoration" },
    Text { zh: "未登记的来源", en: "places in no register" },
];
const COLOURS: [RGBColor; 4] = [BLUE, VERMILION, AMBER, SLATE];

const TOP: i32 = 112;
const MIDDLE: i32 = 300;
const LOWER: i32 = 352;
const BOTTOM: i32 = 478;
const HEIGHT: i32 = 526;
const RIGHT: i32 = WIDTH - 16;

/// Few months make no fat bars, pixels.
const WIDEST_BAR: i32 = 72;

/// A panel of stacked bars.
struct Panel {
    y: (i32, i32),
    kg: (i64, i64),
    ticks: Vec<i64>,
    first_group: usize,
}

impl Panel {
    fn new(months: &[MonthOrigin], y: (i32, i32), first_group: usize, ticks: i64) -> Self {
        let most = months.iter().map(|m| m.kg.iter().skip(first_group).sum::<i64>()).max().unwrap_or(0);
        // Whole tonnes at least, so that a tick is never a fraction of one.
        let (_, high, ticks) = round_scale(0, most.max(1000), ticks);
        Self { y, kg: (0, high), ticks, first_group }
    }

    fn at(&self, kg: i64) -> i32 {
        place(kg, self.kg, self.y)
    }
}

/// All ore above; what does not come from a licensed mine below, on a scale of its own.
#[must_use]
pub fn svg(origin: &Origin, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    if origin.months.is_empty() {
        return empty(&origin.title, if zh { "没有原矿过磅记录" } else { "no tickets of raw ore" });
    }
    let mut canvas = Canvas::new(WIDTH, HEIGHT, &origin.title, &describes(origin, lang));
    canvas.heading(
        &origin.title,
        if zh {
            "每月净重，湿吨；堆场转运不重复计"
        } else {
            "net mass a month, wet tonnes; onward trips from yards are not counted again"
        },
    );
    let keys: Vec<Key> = GROUPS.iter().zip(COLOURS).map(|(says, colour)| Key { colour, mark: Mark::Box, says: says.get(lang) }).collect();
    let (marks, _) = canvas.legend(66, &keys);
    let panels = [Panel::new(&origin.months, (MIDDLE, TOP), 0, 5), Panel::new(&origin.months, (BOTTOM, LOWER), 1, 4)];
    for panel in &panels {
        for tick in &panel.ticks {
            canvas.text(LEFT - 8, panel.at(*tick) + 4, &axis_tonnes(*tick, panel.kg.1, lang), Line { anchor: "end", ..SMALL });
        }
    }
    let below = if zh {
        "其中：不来自在期矿山的原矿（单独比例尺）"
    } else {
        "of these: ore not from a mine with a licence in force (own scale)"
    };
    canvas.text(12, LOWER - 18, below, Line { anchor: "start", size: 13, colour: INK, weight: Weight::Bold });
    labels(&mut canvas, &origin.months, lang);
    canvas.finish(|pen| {
        for panel in &panels {
            for tick in &panel.ticks {
                pen.line((LEFT, panel.at(*tick)), (RIGHT, panel.at(*tick)), GRID, 1)?;
            }
            bars(pen, &origin.months, panel)?;
        }
        pen.marks(&marks)
    })
}

fn slot(months: usize, i: usize) -> (i32, i32) {
    let months = i64::try_from(months).unwrap_or(1).max(1);
    let at = |i: i64| place(i, (0, months), (LEFT + 4, RIGHT));
    let i = i64::try_from(i).unwrap_or(0);
    (at(i), at(i + 1))
}

fn bars(pen: &mut Pen, months: &[MonthOrigin], panel: &Panel) -> Drawn {
    for (i, month) in months.iter().enumerate() {
        let (from, to) = slot(months.len(), i);
        let gap = ((to - from) / 6).max((to - from - WIDEST_BAR) / 2).max(1);
        let mut below = 0;
        for (kg, colour) in month.kg.iter().zip(COLOURS).skip(panel.first_group) {
            let (foot, head) = (panel.at(below), panel.at(below + kg));
            pen.rect((from + gap, head), (to - gap, foot), colour)?;
            if below > 0 && foot - head > 2 {
                // A thin line of paper tells neighbours apart without colour.
                pen.line((from + gap, foot), (to - gap, foot), PAPER, 1)?;
            }
            below += kg;
        }
    }
    Ok(())
}

/// Tonnes on an axis: all ticks in the unit of the largest.
fn axis_tonnes(kg: i64, most_kg: i64, lang: Lang) -> String {
    if most_kg < 10_000_000 || lang == Lang::En {
        return super::number::whole_tonnes(kg);
    }
    // Below ten thousand tonnes `tonnes` would change its unit.
    if kg < 10_000_000 {
        return super::number::whole_tonnes(kg);
    }
    tonnes(kg, Lang::Zh).trim_end_matches('吨').replace(".0万", "万")
}

fn labels(canvas: &mut Canvas, months: &[MonthOrigin], lang: Lang) {
    let middle = Line { anchor: "middle", ..SMALL };
    let (mut free_from, mut year_shown) = (0, "");
    for (i, month) in months.iter().enumerate() {
        let (from, to) = slot(months.len(), i);
        let x = (from + to) / 2;
        let label = month_name(&month.month, lang).unwrap_or_else(|| month.month.clone());
        let half = width(&label, 12) / 2 + 3;
        if x - half >= free_from {
            canvas.text(x, BOTTOM + 18, &label, middle);
            free_from = x + half;
            let year = month.month.get(..4).unwrap_or("");
            if year != year_shown {
                canvas.text(x, BOTTOM + 35, year, middle);
                year_shown = year;
            }
        }
        let total: i64 = month.kg.iter().sum();
        let mut says = format!("{} · {}", month.month.get(..7).unwrap_or(&month.month), tonnes(total, lang));
        for (kg, group) in month.kg.iter().zip(GROUPS) {
            says.push_str(&format!("\n{}: {} ({})", group.get(lang), tonnes(*kg, lang), percent(*kg, total).unwrap_or_default()));
        }
        canvas.tip((from, TOP), (to, BOTTOM), &says);
    }
}

fn describes(origin: &Origin, lang: Lang) -> String {
    let mut sums = [0_i64; 4];
    for month in &origin.months {
        for (sum, kg) in sums.iter_mut().zip(month.kg) {
            *sum += kg;
        }
    }
    let parts: Vec<String> = sums.iter().zip(GROUPS).map(|(kg, group)| format!("{} {}", group.get(lang), tonnes(*kg, lang))).collect();
    parts.join(if lang == Lang::Zh { "；" } else { "; " })
}
