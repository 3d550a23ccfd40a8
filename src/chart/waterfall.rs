//! Why did the guide price of a class move? Its change from the period before, part by part, without a rest.

use super::axis::Scale;
use super::empty;
use super::number::{signed_yuan, yuan};
use super::style::{BLUE, Canvas, Drawn, GRID, INK, Line, MUTED, NARROW, Pen, SMALL, VERMILION, Weight, fitted};
use crate::text::{Lang, Text};

/// The picture's data; fen a dry tonne.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waterfall {
    /// Title for people.
    pub title: String,
    /// Guide price of the period before; `None`: there is none to compare with.
    pub before: Option<i64>,
    /// Guide price now.
    pub now: i64,
    /// The parts in the order of [`PARTS`]; with `before` they add up to `now`.
    pub parts: [i64; 4],
    /// What the mechanism did, for people.
    pub act: String,
}

/// The parts of a move, in the order in which they are taken.
pub const PARTS: [Text; 4] = [
    Text { zh: "碳酸锂（净回值）", en: "carbonate" },
    Text { zh: "成交水平", en: "level of sales" },
    Text { zh: "品级偏离", en: "class deviation" },
    Text { zh: "浮动机制", en: "mechanism" },
];

const ROW: i32 = 34;
const LEFT: i32 = 122;
const RIGHT: i32 = NARROW - 82;

/// A row: its name, from where to where it reaches, what it says; a level has no length.
struct Row {
    name: &'static str,
    from: i64,
    to: i64,
    says: String,
    level: bool,
}

/// A row for each part, from the price before to the price now.
#[must_use]
pub fn svg(waterfall: &Waterfall, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let Some(before) = waterfall.before else {
        return empty(&waterfall.title, if zh { "首期价格，没有上期可比" } else { "the first price: nothing to compare with" });
    };
    let rows = rows(waterfall, before, lang);
    let mut canvas = Canvas::new(NARROW, 0, &waterfall.title, &describes(waterfall, before, lang));
    let unit = if zh { "元/干吨；横轴不从零起" } else { "yuan a dry tonne; the axis does not begin at zero" };
    let top = canvas.narrow_heading(&waterfall.title, unit) + 2;
    let bottom = top + i32::try_from(rows.len()).unwrap_or(0) * ROW;
    let Some(scale) = Scale::around(rows.iter().flat_map(|r| [r.from, r.to]), (LEFT, RIGHT), 3) else {
        return empty(&waterfall.title, "");
    };
    for (y, row) in (top..).step_by(ROW as usize).zip(&rows) {
        let weight = if row.level { Weight::Bold } else { Weight::Normal };
        let line = Line { anchor: "end", size: 13, colour: INK, weight };
        canvas.text(LEFT - 10, y + 21, &fitted(row.name, 13, LEFT - 14), line);
        canvas.text(NARROW - 10, y + 21, &row.says, line);
        canvas.tip((0, y), (NARROW, y + ROW), &format!("{}: {}", row.name, row.says));
    }
    for tick in &scale.ticks {
        canvas.text(scale.at(*tick), bottom + 18, &yuan(*tick), Line { anchor: "middle", ..SMALL });
    }
    let says = if zh { format!("浮动机制本期：{}", waterfall.act) } else { format!("Mechanism this period: {}", waterfall.act) };
    let end = canvas.note(bottom + 40, &says);
    canvas.grow(end - 4);
    canvas.finish(|pen| {
        for tick in &scale.ticks {
            pen.line((scale.at(*tick), top), (scale.at(*tick), bottom), GRID, 1)?;
        }
        for (y, row) in (top..).step_by(ROW as usize).zip(&rows) {
            draw(pen, row, y, &scale)?;
            if y + ROW < bottom {
                // The level is handed down to the next row.
                pen.line((scale.at(row.to), y + 26), (scale.at(row.to), y + ROW + 8), MUTED, 1)?;
            }
        }
        Ok(())
    })
}

fn rows(waterfall: &Waterfall, before: i64, lang: Lang) -> Vec<Row> {
    let names = [Text { zh: "上期指导价", en: "guide before" }, Text { zh: "本期指导价", en: "guide now" }];
    let level = |name: Text, at: i64| Row { name: name.get(lang), from: at, to: at, says: yuan(at), level: true };
    let [first, last] = names;
    let mut rows = vec![level(first, before)];
    let mut at = before;
    for (part, fen) in PARTS.iter().zip(waterfall.parts) {
        let to = at.saturating_add(fen);
        rows.push(Row { name: part.get(lang), from: at, to, says: signed_yuan(fen), level: false });
        at = to;
    }
    rows.push(level(last, waterfall.now));
    rows
}

/// A level is a diamond; a part is a bar that ends in a point, so that its direction is seen without colour.
fn draw(pen: &mut Pen, row: &Row, y: i32, scale: &Scale) -> Drawn {
    let (from, to) = (scale.at(row.from), scale.at(row.to));
    if row.level {
        pen.line((to, y + 8), (to, y + 26), INK, 2)?;
        return pen.diamond((to, y + 17), 6, INK);
    }
    if (to - from).abs() < 2 {
        return pen.line((from, y + 8), (from, y + 26), MUTED, 2);
    }
    let colour = if to > from { BLUE } else { VERMILION };
    let head = (to - from).clamp(-7, 7);
    pen.shape(vec![(from, y + 9), (to - head, y + 9), (to, y + 17), (to - head, y + 25), (from, y + 25)], colour)
}

fn describes(waterfall: &Waterfall, before: i64, lang: Lang) -> String {
    let parts = PARTS.iter().zip(waterfall.parts).map(|(part, fen)| format!("{} {}", part.get(lang), signed_yuan(fen)));
    let parts = parts.collect::<Vec<_>>().join(if lang == Lang::Zh { "，" } else { ", " });
    format!("{} → {}: {parts}", yuan(before), yuan(waterfall.now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(before: Option<i64>, now: i64, parts: [i64; 4]) -> Waterfall {
        Waterfall { title: "锂云母精矿 2.5% Li2O 2023-06 为什么变动".to_owned(), before, now, parts, act: "调整".to_owned() }
    }

    #[test]
    fn the_parts_lead_from_the_price_before_to_the_price_now() {
        let picture = of(Some(300_000), 288_500, [-21_000, 4_250, 250, 5_000]);
        let rows = rows(&picture, 300_000, Lang::Zh);
        assert!(rows.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert_eq!(rows.last().unwrap().to, 288_500);
        let svg = svg(&picture, Lang::En);
        for says in [">-210<", ">+42.5<", ">+2.5<", ">+50<", ">3,000<", ">2,885<", "3,000 → 2,885"] {
            assert!(svg.contains(says), "{says}");
        }
    }

    #[test]
    fn a_part_that_did_nothing_has_no_direction() {
        let still = svg(&of(Some(300_000), 300_000, [0; 4]), Lang::Zh);
        // Two diamonds for the two levels, no arrow.
        assert_eq!(still.matches("<polygon").count(), 2);
        assert!(still.contains(">0<"));
    }

    #[test]
    fn a_first_price_has_nothing_to_compare_with() {
        assert!(svg(&of(None, 300_000, [0; 4]), Lang::Zh).contains("没有上期可比"));
    }
}
