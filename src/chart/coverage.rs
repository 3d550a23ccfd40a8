//! Do the bands keep what they announce? The share of later sales inside them, beside what chance allows.

use super::axis::{Scale, Span, Time};
use super::empty;
use super::number::percent;
use super::style::{BLUE, Canvas, Drawn, INK, LEFT, Line, PALE, Pen, SMALL, VERMILION, WIDTH, Weight};
use super::{Key, Mark};
use crate::text::Lang;

/// The picture's data: one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Title for people.
    pub title: String,
    /// Share that should fall inside, ppm.
    pub target_ppm: i64,
    /// Periods that each point gathers.
    pub window: u32,
    /// Periods, earliest first.
    pub points: Vec<Point>,
}

/// The sales of the last periods up to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// When.
    pub span: Span,
    /// Sales that a band had been announced for.
    pub foretold: u32,
    /// Of those, inside it.
    pub inside: u32,
    /// Fewest and most inside that chance allows at the target, nine times of ten; `None`: nothing was foretold.
    pub expected: Option<(u32, u32)>,
}

impl Point {
    /// Whether the count is one that chance allows.
    fn usual(&self) -> bool {
        self.expected.is_some_and(|(low, high)| (low..=high).contains(&self.inside))
    }

    fn ppm(&self, count: u32) -> i64 {
        i64::from(count) * 1_000_000 / i64::from(self.foretold.max(1))
    }
}

const PLOT: i32 = 230;
const RIGHT: i32 = WIDTH - 112;

/// The running share as a line, the target as dashes, what chance allows as an area.
#[must_use]
pub fn svg(coverage: &Coverage, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let told: Vec<&Point> = coverage.points.iter().filter(|p| p.foretold > 0).collect();
    let Some(time) = Time::over(coverage.points.iter().map(|p| &p.span), (LEFT, RIGHT)).filter(|_| !told.is_empty()) else {
        return empty(&coverage.title, if zh { "还没有事先公布区间的成交" } else { "no sale yet that a band had been announced for" });
    };
    let mut canvas = Canvas::new(WIDTH, 0, &coverage.title, &describes(&told, zh));
    let unit = if zh {
        format!("成交落在其之前公布的区间内的比例，最近 {} 期合计，%", coverage.window)
    } else {
        format!("share of sales inside the band announced before them, over the last {} periods, %", coverage.window)
    };
    canvas.heading(&coverage.title, &unit);
    let target = share(coverage.target_ppm);
    let says = says_of_keys(&target, zh);
    let keys = keys(&says, &told);
    let (marks, below) = canvas.legend(66, &keys);
    let (top, bottom) = (below + 8, below + 8 + PLOT);
    let scale = scale(coverage, &told, (bottom, top));
    scale.words(&mut canvas, LEFT, |ppm| format!("{}", ppm / 10_000));
    time.words(&mut canvas, bottom + 18, coverage.points.iter().map(|p| &p.span), lang);
    last_value(&mut canvas, &told, &time, &scale);
    for point in &coverage.points {
        let (from, to) = time.of(&point.span);
        canvas.tip((from, top), (to, bottom), &says_of(point, zh));
    }
    let unusual = told.iter().filter(|p| !p.usual()).count();
    let end = canvas.note(bottom + 54, &note(unusual, told.len(), zh));
    canvas.grow(end - 4);
    canvas.finish(|pen| {
        for point in &told {
            if let Some((low, high)) = point.expected {
                let (from, to) = time.of(&point.span);
                pen.rect((from, scale.at(point.ppm(high))), (to, scale.at(point.ppm(low))), PALE)?;
            }
        }
        scale.grid(pen, LEFT, RIGHT)?;
        pen.dashes((LEFT, scale.at(coverage.target_ppm)), RIGHT, INK, 2)?;
        line(pen, &coverage.points, &time, &scale)?;
        pen.marks(&marks)
    })
}

/// From the lowest that is shown, in tens of per cent, up to all.
fn scale(coverage: &Coverage, told: &[&Point], pixels: (i32, i32)) -> Scale {
    let lows = told.iter().flat_map(|p| [p.ppm(p.inside), p.expected.map_or(1_000_000, |(low, _)| p.ppm(low))]);
    let low = lows.chain([coverage.target_ppm]).min().unwrap_or(0);
    let low = (low - 1).max(0).div_euclid(100_000) * 100_000;
    let step = if low < 500_000 { 200_000 } else { 100_000 };
    let low = low / step * step;
    let ticks = (0..=(1_000_000 - low) / step).map(|i| low + i * step).collect();
    Scale::fixed((low, 1_000_000), pixels, ticks)
}

fn says_of_keys(target: &str, zh: bool) -> [String; 4] {
    if zh {
        ["区间内的比例".to_owned(), "超出偶然范围".to_owned(), format!("目标 {target}"), "偶然波动的范围（二项分布，90%）".to_owned()]
    } else {
        [
            "share inside".to_owned(),
            "beyond chance".to_owned(),
            format!("target {target}"),
            "what chance allows (binomial, 90 %)".to_owned(),
        ]
    }
}

fn keys<'a>(says: &'a [String; 4], told: &[&Point]) -> Vec<Key<'a>> {
    let [inside, beyond, target, chance] = says;
    let mut keys = vec![Key { colour: BLUE, mark: Mark::Line, says: inside }];
    if told.iter().any(|p| !p.usual()) {
        keys.push(Key { colour: VERMILION, mark: Mark::Diamond, says: beyond });
    }
    keys.push(Key { colour: INK, mark: Mark::Dashes, says: target });
    keys.push(Key { colour: PALE, mark: Mark::Box, says: chance });
    keys
}

fn line(pen: &mut Pen, points: &[Point], time: &Time, scale: &Scale) -> Drawn {
    let middle = |span: &Span| {
        let (from, to) = time.of(span);
        (from + to) / 2
    };
    let at = |p: &Point| (p.foretold > 0).then(|| (middle(&p.span), scale.at(p.ppm(p.inside))));
    for (one, next) in points.iter().zip(points.iter().skip(1)) {
        if let (Some(from), Some(to)) = (at(one), at(next)) {
            pen.line(from, to, BLUE, 2)?;
        }
    }
    for point in points {
        match at(point) {
            Some(at) if point.usual() => pen.dot(at, 4, BLUE, 1.0)?,
            Some(at) => pen.diamond(at, 6, VERMILION)?,
            None => {}
        }
    }
    Ok(())
}

fn last_value(canvas: &mut Canvas, told: &[&Point], time: &Time, scale: &Scale) {
    let Some(last) = told.last() else { return };
    let (x, y) = (time.pixels().1 + 8, scale.at(last.ppm(last.inside)));
    let share = percent(i64::from(last.inside), i64::from(last.foretold)).unwrap_or_default();
    let colour = if last.usual() { BLUE } else { VERMILION };
    canvas.text(x, y + 5, &share, Line { anchor: "start", size: 15, colour, weight: Weight::Bold });
    canvas.text(x, y + 21, &format!("{} / {}", last.inside, last.foretold), SMALL);
}

fn says_of(point: &Point, zh: bool) -> String {
    let name = &point.span.period;
    let Some((low, high)) = point.expected else {
        return if zh {
            format!("{name}：没有事先公布区间的成交")
        } else {
            format!("{name}: no sale that a band had been announced for")
        };
    };
    let share = percent(i64::from(point.inside), i64::from(point.foretold)).unwrap_or_default();
    let (inside, foretold) = (point.inside, point.foretold);
    if zh {
        format!("{name}：{foretold} 笔中 {inside} 笔在区间内（{share}）；偶然范围 {low}–{high} 笔")
    } else {
        format!("{name}: {inside} of {foretold} sales inside ({share}); chance allows {low} to {high}")
    }
}

fn note(unusual: usize, told: usize, zh: bool) -> String {
    match (unusual, zh) {
        (0, true) => format!("{told} 期都在偶然波动的范围内：区间宽窄合适。相邻各期共用成交，不是独立的检验。"),
        (0, false) => {
            format!("All {told} periods are within chance: the bands are as wide as they should be. Neighbouring points share sales.")
        }
        (n, true) => format!("{told} 期中有 {n} 期超出偶然波动的范围：偏低说明区间太窄，偏高说明太宽。相邻各期共用成交，不是独立的检验。"),
        (n, false) => format!(
            "{n} of {told} periods are beyond chance: lower means that bands are too narrow, higher too wide. Neighbouring points share sales."
        ),
    }
}

fn share(ppm: i64) -> String {
    percent(ppm, 1_000_000).unwrap_or_default()
}

fn describes(told: &[&Point], zh: bool) -> String {
    told.last().map_or_else(String::new, |point| says_of(point, zh))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(month: i32, inside: u32, foretold: u32, expected: Option<(u32, u32)>) -> Point {
        let from_day = 19_358 + month * 30;
        let span =
            Span { period: format!("2023-{:02}", month + 1), from: format!("2023-{:02}-01", month + 1), from_day, to_day: from_day + 29 };
        Point { span, foretold, inside, expected }
    }

    fn of(points: Vec<Point>) -> Coverage {
        Coverage { title: "区间的实际覆盖率".to_owned(), target_ppm: 800_000, window: 12, points }
    }

    #[test]
    fn a_share_beyond_chance_is_marked_by_its_shape_and_said() {
        let picture = of(vec![point(0, 0, 0, None), point(1, 16, 20, Some((13, 19))), point(2, 24, 40, Some((28, 36)))]);
        let zh = svg(&picture, Lang::Zh);
        for says in
            ["目标 80.0%", "60.0%", "24 / 40", "2 期中有 1 期超出偶然波动的范围", "2023-01：没有事先公布区间的成交", "偶然范围 28–36 笔"]
        {
            assert!(zh.contains(says), "{says}");
        }
        assert_eq!(zh.matches("<polygon").count(), 2, "one in the legend, one at the point");
        assert!(!svg(&of(vec![point(1, 16, 20, Some((13, 19)))]), Lang::Zh).contains("<polygon"));
    }

    #[test]
    fn counts_at_the_ends_of_chance_are_within_it() {
        let usual = |inside| point(0, inside, 20, Some((13, 19))).usual();
        assert_eq!([12, 13, 19, 20].map(usual), [false, true, true, false]);
    }

    #[test]
    fn before_any_band_was_announced_there_is_nothing_to_show() {
        assert!(svg(&of(vec![point(0, 0, 0, None)]), Lang::En).contains("no sale yet"));
    }
}
