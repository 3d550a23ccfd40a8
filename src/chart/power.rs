//! How small a violation is still found? Recall against its tonnes, from simulated basins of several strengths.

use super::axis::Scale;
use super::number::{percent, whole_tonnes};
use super::style::{BLUE, Canvas, GREY, INK, LEFT, Line, SMALL, VERMILION, WIDTH, Weight, place, round_scale, width};
use super::{Key, Mark, empty};
use crate::text::Lang;

/// The picture's data: one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Power {
    /// Title for people.
    pub title: String,
    /// What was simulated, in a sentence.
    pub basis: String,
    /// Recall that a rule of its kind should reach, ppm.
    pub target_ppm: i64,
    /// By tonnes.
    pub points: Vec<Point>,
}

/// All violations of one strength.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// As it is planted, `0.25`.
    pub strength: String,
    /// Mean mass of a violation, kg.
    pub mean_kg: i64,
    /// Violations, and those found.
    pub planted: u64,
    /// Found.
    pub found: u64,
    /// Found of planted and its 95 % interval, ppm.
    pub recall_ppm: i64,
    /// Lower end.
    pub low_ppm: i64,
    /// Upper end.
    pub high_ppm: i64,
}

const PLOT: i32 = 250;
const RIGHT: i32 = WIDTH - 40;

/// Recall as a line with whiskers, the target as dashes.
#[must_use]
pub fn svg(power: &Power, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let points: Vec<&Point> = power.points.iter().filter(|p| p.planted > 0).collect();
    let Some(most_kg) = points.iter().map(|p| p.mean_kg).max() else {
        return empty(&power.title, if zh { "没有设定违规" } else { "nothing was planted" });
    };
    let mut canvas = Canvas::new(WIDTH, 0, &power.title, &describes(&points, zh));
    canvas.heading(
        &power.title,
        if zh {
            "查出的比例，%；横轴为每项违规的平均吨数"
        } else {
            "share found, %; across: mean tonnes of a violation"
        },
    );
    let target = percent(power.target_ppm, 1_000_000).unwrap_or_default();
    let says = [
        if zh { "查出的比例（竖线为 95 % 区间）".to_owned() } else { "share found (whiskers: 95 % interval)".to_owned() },
        if zh { format!("应达到 {target}") } else { format!("should reach {target}") },
    ];
    let keys = [Key { colour: BLUE, mark: Mark::Whisker, says: &says[0] }, Key { colour: VERMILION, mark: Mark::Dashes, says: &says[1] }];
    let (marks, below) = canvas.legend(66, &keys);
    let (top, bottom) = (below + 12, below + 12 + PLOT);
    let share = Scale::fixed((0, 1_000_000), (bottom, top), vec![0, 250_000, 500_000, 750_000, 1_000_000]);
    share.words(&mut canvas, LEFT, |ppm| format!("{}", ppm / 10_000));
    let (_, end_kg, ticks) = round_scale(0, most_kg, 6);
    let x = |kg: i64| place(kg, (0, end_kg), (LEFT, RIGHT));
    let mut free_from = 0;
    for tick in &ticks {
        let label = whole_tonnes(*tick);
        let half = width(&label, 12) / 2 + 4;
        if x(*tick) - half >= free_from {
            canvas.text(x(*tick), bottom + 18, &label, Line { anchor: "middle", ..SMALL });
            free_from = x(*tick) + half;
        }
    }
    canvas.text(RIGHT, bottom + 36, if zh { "吨" } else { "t" }, Line { anchor: "end", ..SMALL });
    for point in &points {
        let at = (x(point.mean_kg), share.at(point.recall_ppm));
        canvas.tip((at.0 - 8, top), (at.0 + 8, bottom), &says_of(point, zh));
    }
    strengths(&mut canvas, &points, &x, &share);
    let end = canvas.note(bottom + 54, &power.basis);
    canvas.grow(end - 4);
    canvas.finish(|pen| {
        share.grid(pen, LEFT, RIGHT)?;
        pen.dashes((LEFT, share.at(power.target_ppm)), RIGHT, VERMILION, 2)?;
        pen.path(points.iter().map(|p| (x(p.mean_kg), share.at(p.recall_ppm))).collect(), BLUE, 2)?;
        for point in &points {
            let at = x(point.mean_kg);
            let (low, high) = (share.at(point.low_ppm), share.at(point.high_ppm));
            pen.line((at, low), (at, high), GREY, 1)?;
            pen.line((at - 3, low), (at + 3, low), GREY, 1)?;
            pen.line((at - 3, high), (at + 3, high), GREY, 1)?;
            pen.dot((at, share.at(point.recall_ppm)), 4, BLUE, 1.0)?;
        }
        pen.marks(&marks)
    })
}

/// The strength beside each point, where there is room: below the line on the left half, so that no label meets the line.
fn strengths(canvas: &mut Canvas, points: &[&Point], x: &dyn Fn(i64) -> i32, share: &Scale) {
    let mut free_from = 0;
    for point in points {
        let label = format!("×{}", point.strength);
        let at = x(point.mean_kg) + 8;
        if at < free_from {
            continue;
        }
        canvas.text(at, share.at(point.recall_ppm) + 16, &label, Line { anchor: "start", size: 12, colour: INK, weight: Weight::Normal });
        free_from = at + width(&label, 12) + 4;
    }
}

fn says_of(point: &Point, zh: bool) -> String {
    let share = percent(point.recall_ppm, 1_000_000).unwrap_or_default();
    let tonnes = whole_tonnes(point.mean_kg);
    if zh {
        format!("强度 {}：每项约 {tonnes} 吨\n设定 {} 项，查出 {} 项（{share}）", point.strength, point.planted, point.found)
    } else {
        format!("strength {}: some {tonnes} t each\n{} planted, {} found ({share})", point.strength, point.planted, point.found)
    }
}

fn describes(points: &[&Point], zh: bool) -> String {
    points.iter().map(|p| says_of(p, zh).replace('\n', if zh { "；" } else { "; " })).collect::<Vec<_>>().join(if zh {
        "。"
    } else {
        ". "
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strength_says_what_was_planted_and_found() {
        let point = |strength: &str, mean_kg, found, recall_ppm| Point {
            strength: strength.to_owned(),
            mean_kg,
            planted: 40,
            found,
            recall_ppm,
            low_ppm: recall_ppm / 2,
            high_ppm: 1_000_000,
        };
        let power = Power {
            title: "Power".to_owned(),
            basis: "SYNTHETIC".to_owned(),
            target_ppm: 900_000,
            points: vec![point("0.25", 200_000, 10, 250_000), point("1", 800_000, 40, 1_000_000)],
        };
        let drawn = svg(&power, Lang::En);
        for words in ["×0.25", "×1", "40 planted, 10 found (25.0%)", "SYNTHETIC", "should reach 90.0%"] {
            assert!(drawn.contains(words), "{words}: {drawn}");
        }
        assert!(svg(&Power { points: Vec::new(), ..power }, Lang::Zh).contains("没有设定违规"));
    }
}
