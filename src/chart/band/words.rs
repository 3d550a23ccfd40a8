//! What is written on a band? Legend, last values, tiers and rungs, notes, and what it says when pointed at.

use super::{Band, Dot, Frame, RIGHT, Step, runs, shapes, told};
use crate::chart::Mark;
use crate::chart::number::{tonnes, yuan};
use crate::chart::style::{BLUE, Canvas, FAINT, GREY, INK, LEFT, Line, MUTED, PALE, PALEST, SMALL, VERMILION, Weight, width};
use crate::chart::trust::Rung;
use crate::text::Lang;
use plotters::style::RGBColor;
use std::collections::BTreeMap;

/// An entry of the legend with its words.
type Entry = (RGBColor, Mark, String);

pub(super) fn keys(band: &Band, frame: &Frame, zh: bool) -> Vec<Entry> {
    let priced = || band.periods.iter().filter(|p| p.guide.is_some());
    let on = |rungs: &[Rung]| priced().any(|p| p.rung.is_some_and(|r| rungs.contains(&r)));
    let mut keys: Vec<Entry> = Vec::new();
    let mut key = |shown: bool, colour, mark, zh_says: String, en_says: String| {
        if shown {
            keys.push((colour, mark, if zh { zh_says } else { en_says }));
        }
    };
    let fixed = str::to_owned;
    let firm = priced().any(shapes::firm);
    key(firm, BLUE, Mark::Line, fixed("参考指导价"), fixed("guide price"));
    key(
        on(&[Rung::L2, Rung::L3]),
        FAINT,
        Mark::Line,
        fixed("依据近期或其他品级（L2、L3）"),
        fixed("from recent sales or other classes (L2, L3)"),
    );
    key(on(&[Rung::L4]), BLUE, Mark::Dashes, fixed("沿用水平，随净回值移动（L4）"), fixed("carried, moved with netback (L4)"));
    key(on(&[Rung::L5]), MUTED, Mark::Dots, fixed("仅供参考，不用于结算（L5）"), fixed("indicative, not for settlement (L5)"));
    key(band.periods.iter().any(|p| p.guide.is_none()), GREY, Mark::Hatch, fixed("暂停，无价（L6）"), fixed("suspended, no price (L6)"));
    key(priced().next().is_some(), if firm { PALE } else { PALEST }, Mark::Box, fixed("上下限区间"), fixed("band"));
    let apart = band.periods.iter().any(|p| frame.apart(p).is_some());
    key(apart, VERMILION, Mark::Line, fixed("评估价（浮动机制之前）"), fixed("assessed, before the mechanism"));
    let left_out = band.sales.iter().filter(|d| d.excluded.is_some()).count();
    let admitted = band.sales.len() - left_out;
    let dots = (format!("采信成交 {admitted} 笔（面积为干吨数）"), format!("{admitted} sales admitted (area: dry tonnes)"));
    key(admitted > 0, INK, Mark::Dot, dots.0, dots.1);
    key(left_out > 0, GREY, Mark::Ring, format!("剔除 {left_out} 笔"), format!("{left_out} left out"));
    keys
}

pub(super) fn describes(band: &Band, zh: bool) -> String {
    let last = band.periods.iter().rev().find_map(|p| p.guide.map(|g| (&p.span.period, p, g)));
    let Some((name, period, (guide, lower, upper))) = last else {
        return if zh { "没有指导价" } else { "no guide price" }.to_owned();
    };
    let (guide, lower, upper) = (yuan(guide), yuan(lower), yuan(upper));
    let trust = trusted(period, zh);
    if zh {
        format!("{name} 期参考指导价 {guide} 元/干吨，区间 {lower}–{upper}{trust}")
    } else {
        format!("guide price of {name}: {guide} yuan/t dry, band {lower}–{upper}{trust}")
    }
}

/// Tier and rung of a period, as the end of a sentence.
fn trusted(period: &Step, zh: bool) -> String {
    let tier = period.tier.map(|t| if zh { format!("；可信等级 {}", t.letter()) } else { format!("; tier {}", t.letter()) });
    let rung = period.rung.map(|r| if zh { format!("；依据 {}", r.name()) } else { format!("; rests on {}", r.name()) });
    format!("{}{}", tier.unwrap_or_default(), rung.unwrap_or_default())
}

/// The letters of the tiers and the names of the rungs, each in the middle of its run if there is room.
pub(super) fn rails(canvas: &mut Canvas, band: &Band, frame: &Frame, zh: bool) {
    let (tiers, rungs) = (runs(band, frame, |p| p.tier), runs(band, frame, told));
    let (tier_y, rung_y) = (frame.bottom() + 40, frame.bottom() + 57);
    let name = Line { anchor: "end", ..SMALL };
    if !tiers.is_empty() {
        canvas.text(LEFT - 8, frame.bottom() + 28, if zh { "可信等级" } else { "tier" }, name);
    }
    if !rungs.is_empty() {
        canvas.text(LEFT - 8, rung_y, if zh { "依据" } else { "rests on" }, name);
    }
    let middle = Line { anchor: "middle", size: 11, colour: INK, weight: Weight::Normal };
    let tiers = tiers.iter().map(|(from, to, tier)| (*from, *to, tier.letter(), tier_y));
    for (from, to, says, y) in tiers.chain(rungs.iter().map(|(from, to, rung)| (*from, *to, rung.name(), rung_y))) {
        if to - from > width(says, 11) {
            canvas.text((from + to) / 2, y, says, middle);
        }
    }
}

/// The last values stand beside the end of their lines, pushed apart where they would touch.
pub(super) fn last_values(canvas: &mut Canvas, band: &Band, frame: &Frame, zh: bool) {
    let Some((period, (guide, lower, upper))) = band.periods.iter().rev().find_map(|p| p.guide.map(|g| (p, g))) else { return };
    let x = frame.time.of(&period.span).1 + 8;
    // A price that ended long ago has the plot to its right: its values stand outside all the same.
    let x = if x + 60 < RIGHT { RIGHT + 8 } else { x };
    let middle = frame.y(guide).clamp(frame.top() + 18, frame.bottom() - 18);
    let (above, below) = (frame.y(upper).min(middle - 16), frame.y(lower).max(middle + 17));
    let colour = if shapes::firm(period) { BLUE } else { FAINT };
    canvas.text(x, middle + 5, &yuan(guide), Line { anchor: "start", size: 15, colour, weight: Weight::Bold });
    canvas.text(x, above + 4, &yuan(upper), SMALL);
    canvas.text(x, below + 4, &yuan(lower), SMALL);
    if let (Some(y), Some(assessed)) = (frame.apart(period), period.assessed) {
        let y = if y < middle { y.min(above - 16) } else { y.max(below + 16) };
        let whole = yuan((assessed + 50).div_euclid(100) * 100);
        let says = if zh { format!("评估 {whole}") } else { format!("assessed {whole}") };
        canvas.text(x, y + 4, &says, Line { colour: VERMILION, ..SMALL });
    }
}

/// What the picture can't show by itself.
pub(super) fn notes(band: &Band, frame: &Frame, zh: bool) -> Vec<String> {
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
        "有 {} 期该品级没有自己的采信成交：价格由近期成交、其他品级或沿用的水平推得。",
        "In {} periods this class has no admitted sale of its own: its price comes from recent sales, other classes or the level carried on.",
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
    if band.periods.iter().any(|p| p.tier.is_some()) {
        let says = if zh {
            "可信等级 A 最高、D 最低（D 级须经批准方可调价），条越高越可信；依据未注明者为本期自身成交（L1）。"
        } else {
            "Tier A is the most trusted, D the least (moves only with an approval); taller is more. Where no rung is named: own sales (L1)."
        };
        notes.push(says.to_owned());
    }
    notes
}

pub(super) fn tips(canvas: &mut Canvas, band: &Band, frame: &Frame, zh: bool) {
    for period in &band.periods {
        let (from, to) = frame.time.of(&period.span);
        let foot = if frame.rails { frame.bottom() + super::RAILS } else { frame.bottom() };
        canvas.tip((from, frame.top()), (to, foot), &says(period, zh));
    }
    let lang = if zh { Lang::Zh } else { Lang::En };
    // Dots that lie on each other share a tip, or the lower ones could not be pointed at.
    let mut cells: BTreeMap<(i32, i32), Vec<&Dot>> = BTreeMap::new();
    for dot in band.sales.iter().filter(|d| frame.shows(d)) {
        let (x, y) = (frame.time.x(dot.day), frame.y(dot.fen_per_t));
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

/// What a period says when pointed at.
fn says(period: &Step, zh: bool) -> String {
    let name = &period.span.period;
    let price = match (period.guide, zh) {
        (Some((g, l, u)), true) => format!("{name} 指导价 {}，区间 {}–{} 元/干吨", yuan(g), yuan(l), yuan(u)),
        (Some((g, l, u)), false) => format!("{name} guide {}, band {}–{} yuan/t dry", yuan(g), yuan(l), yuan(u)),
        (None, true) => format!("{name} 无指导价"),
        (None, false) => format!("{name} no guide price"),
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
    format!("{price}{more}{limited}{}", trusted(period, zh))
}

/// Side of the squares that share a tip, pixels.
const CELL: i32 = 10;
/// Sales that a tip names.
const MOST_TOLD: usize = 4;
