//! What is a grade worth? Assessed price and price per 度 by grade class, with their uncertainty and the netback.

use super::axis::Scale;
use super::number::yuan;
use super::style::{BLUE, Canvas, Drawn, FAINT, GREEN, INK, Line, NARROW, Pen, SMALL, Weight, place, width};
use super::{Key, Mark, empty};
use crate::text::Lang;

/// The picture's data: one product and period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Title for people.
    pub title: String,
    /// Classes, lowest grade first.
    pub points: Vec<Point>,
}

/// One grade class; fen a dry tonne.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The class for people: `2.5%`.
    pub class: String,
    /// Grade that is priced, ppm.
    pub grade_ppm: i32,
    /// Price, with the ends of its 80 % interval if they are known.
    pub assessed: Option<(i64, Option<(i64, i64)>)>,
    /// Guide price.
    pub guide: Option<i64>,
    /// Netback.
    pub netback: Option<i64>,
    /// The same three per 1 % of Li2O (度).
    pub per_du: PerDu,
    /// Whether it rests on sales of the class in the period.
    pub own: bool,
}

/// Prices per 1 % of Li2O, fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerDu {
    /// Assessed price, with its interval.
    pub assessed: Option<(i64, Option<(i64, i64)>)>,
    /// Guide price.
    pub guide: Option<i64>,
    /// Netback.
    pub netback: Option<i64>,
}

const LEFT: i32 = 58;
const RIGHT: i32 = NARROW - 22;
const UPPER: i32 = 190;
const LOWER: i32 = 130;

/// One of the two panels: what it takes of a point.
struct Panel<'a> {
    values: Vec<Values<'a>>,
    scale: Scale,
}

/// What a panel shows of a class.
struct Values<'a> {
    point: &'a Point,
    assessed: Option<(i64, Option<(i64, i64)>)>,
    guide: Option<i64>,
    netback: Option<i64>,
}

impl<'a> Panel<'a> {
    fn new(values: Vec<Values<'a>>, pixels: (i32, i32), ticks: i64) -> Option<Self> {
        let all = values.iter().flat_map(|v| {
            let interval = v.assessed.and_then(|(_, interval)| interval);
            [v.assessed.map(|(fen, _)| fen), interval.map(|i| i.0), interval.map(|i| i.1), v.guide, v.netback]
        });
        let scale = Scale::around(all.flatten().collect::<Vec<_>>(), pixels, ticks)?;
        Some(Self { values, scale })
    }
}

/// Prices above, prices per 度 below, both over the grade.
#[must_use]
pub fn svg(curve: &Curve, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let nothing = || empty(&curve.title, if zh { "没有评估价" } else { "no assessed price" });
    if curve.points.iter().all(|p| p.assessed.is_none()) {
        return nothing();
    }
    let mut canvas = Canvas::new(NARROW, 0, &curve.title, &describes(curve, zh));
    let unit = if zh { "须线为 80% 区间；纵轴不从零起" } else { "whiskers: 80 % interval; scales not from zero" };
    let y = canvas.narrow_heading(&curve.title, unit);
    let keys = keys(curve, zh);
    let (marks, below) = canvas.legend(y + 4, &keys);
    let name = Line { anchor: "start", size: 13, colour: INK, weight: Weight::Bold };
    let top = below + 24;
    let middle = top + UPPER + 44;
    canvas.text(12, top - 12, if zh { "元/干吨（不含税）" } else { "yuan a dry tonne, ex VAT" }, name);
    canvas.text(12, middle - 14, if zh { "每度（1% Li2O），元" } else { "per 1 % Li2O (du), yuan" }, name);
    let price = curve.points.iter().map(|p| Values { point: p, assessed: p.assessed, guide: p.guide, netback: p.netback });
    let per_du =
        curve.points.iter().map(|p| Values { point: p, assessed: p.per_du.assessed, guide: p.per_du.guide, netback: p.per_du.netback });
    let upper = Panel::new(price.collect(), (top + UPPER, top), 5);
    let lower = Panel::new(per_du.collect(), (middle + LOWER, middle), 4);
    let (Some(upper), Some(lower)) = (upper, lower) else { return nothing() };
    let x = grades(curve);
    upper.scale.words(&mut canvas, LEFT, yuan);
    lower.scale.words(&mut canvas, LEFT, yuan);
    let foot = middle + LOWER;
    labels(&mut canvas, curve, &x, (top, foot), zh);
    canvas.grow(foot + 46);
    canvas.finish(|pen| {
        for panel in [&upper, &lower] {
            panel.scale.grid(pen, LEFT, RIGHT + 10)?;
            draw(pen, panel, &x)?;
        }
        pen.marks(&marks)
    })
}

/// Where a grade stands.
fn grades(curve: &Curve) -> impl Fn(&Point) -> i32 {
    let grade = |p: &Point| i64::from(p.grade_ppm);
    let low = curve.points.iter().map(grade).min().unwrap_or(0);
    let high = curve.points.iter().map(grade).max().unwrap_or(1);
    move |p: &Point| if low == high { (LEFT + RIGHT) / 2 } else { place(i64::from(p.grade_ppm), (low, high), (LEFT + 18, RIGHT - 8)) }
}

fn keys(curve: &Curve, zh: bool) -> Vec<Key<'static>> {
    let mut keys = vec![
        Key { colour: BLUE, mark: Mark::Whisker, says: if zh { "评估价" } else { "assessed" } },
        Key { colour: INK, mark: Mark::Line, says: if zh { "指导价" } else { "guide price" } },
        Key { colour: GREEN, mark: Mark::Diamond, says: if zh { "净回值" } else { "netback" } },
    ];
    if curve.points.iter().any(|p| !p.own && p.assessed.is_some()) {
        keys.push(Key {
            colour: FAINT,
            mark: Mark::Ring,
            says: if zh { "评估价，本期无自身成交" } else { "assessed, no sale of its own" },
        });
    }
    keys
}

fn draw(pen: &mut Pen, panel: &Panel, x: &impl Fn(&Point) -> i32) -> Drawn {
    let netback: Vec<(i32, i32)> = panel.values.iter().filter_map(|v| Some((x(v.point), panel.scale.at(v.netback?)))).collect();
    pen.path(netback.clone(), GREEN, 2)?;
    for at in netback {
        pen.diamond(at, 4, GREEN)?;
    }
    for values in &panel.values {
        let at = x(values.point);
        if let Some(y) = values.guide.map(|fen| panel.scale.at(fen)) {
            pen.line((at - 9, y), (at + 9, y), INK, 3)?;
        }
        let Some((fen, interval)) = values.assessed else { continue };
        let colour = if values.point.own { BLUE } else { FAINT };
        if let Some((low, high)) = interval {
            let (low, high) = (panel.scale.at(low), panel.scale.at(high));
            pen.line((at, low), (at, high), colour, 2)?;
            pen.line((at - 5, low), (at + 5, low), colour, 2)?;
            pen.line((at - 5, high), (at + 5, high), colour, 2)?;
        }
        let y = panel.scale.at(fen);
        if values.point.own {
            pen.dot((at, y), 5, colour, 1.0)?;
        } else {
            pen.ring((at, y), 5, colour)?;
            pen.ring((at, y), 4, colour)?;
        }
    }
    Ok(())
}

/// Classes below, where they fit, and what each says when pointed at.
fn labels(canvas: &mut Canvas, curve: &Curve, x: &impl Fn(&Point) -> i32, (top, foot): (i32, i32), zh: bool) {
    let mut free_from = 0;
    for point in &curve.points {
        let (at, half) = (x(point), width(&point.class, 12) / 2 + 2);
        canvas.tip((at - 14, top), (at + 14, foot), &says(point, zh));
        if at - half >= free_from {
            canvas.text(at, foot + 18, &point.class, Line { anchor: "middle", ..SMALL });
            free_from = at + half;
        }
    }
    let axis = if zh { "品级（Li2O，干基）" } else { "grade class (Li2O, dry)" };
    canvas.text((LEFT + RIGHT) / 2, foot + 36, axis, Line { anchor: "middle", ..SMALL });
}

fn says(point: &Point, zh: bool) -> String {
    // Computed prices to the yuan; the guide price is exact.
    let whole = |fen: i64| yuan((fen + 50).div_euclid(100) * 100);
    let mut says = vec![point.class.clone()];
    if let Some((fen, interval)) = point.assessed {
        let interval = interval.map(|(low, high)| format!(" ({}–{})", whole(low), whole(high))).unwrap_or_default();
        says.push(format!("{} {}{interval}", if zh { "评估价" } else { "assessed" }, whole(fen)));
    }
    let others = [(point.guide, if zh { "指导价" } else { "guide" }), (point.per_du.guide, if zh { "指导价每度" } else { "guide per du" })];
    says.extend(others.iter().filter_map(|(fen, name)| Some(format!("{name} {}", yuan((*fen)?)))));
    says.extend(point.netback.map(|fen| format!("{} {}", if zh { "净回值" } else { "netback" }, whole(fen))));
    says.join(" · ")
}

fn describes(curve: &Curve, zh: bool) -> String {
    curve.points.iter().map(|p| says(p, zh)).collect::<Vec<_>>().join(if zh { "；" } else { "; " })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(class: &str, grade_ppm: i32, fen: Option<i64>, own: bool) -> Point {
        let with = |fen: i64| (fen, Some((fen * 96 / 100, fen * 104 / 100)));
        let du = |fen: i64| fen * 10_000 / i64::from(grade_ppm);
        Point {
            class: class.to_owned(),
            grade_ppm,
            assessed: fen.map(with),
            guide: fen,
            netback: fen.map(|f| f + 3_000),
            per_du: PerDu { assessed: fen.map(|f| with(du(f))), guide: fen.map(du), netback: fen.map(|f| du(f + 3_000)) },
            own,
        }
    }

    #[test]
    fn each_class_says_its_price_its_interval_and_its_netback() {
        let points = vec![point("1.5%", 15_000, Some(150_000), true), point("2.0%", 20_000, Some(220_000), false)];
        let svg = svg(&Curve { title: "品级曲线".to_owned(), points }, Lang::Zh);
        for says in ["1.5% · 评估价 1,500 (1,440–1,560) · 指导价 1,500 · 指导价每度 1,000 · 净回值 1,530", "本期无自身成交", ">2.0%<"]
        {
            assert!(svg.contains(says), "{says}");
        }
    }

    #[test]
    fn classes_close_together_do_not_write_over_each_other() {
        let points = (0..40).map(|n| point(&format!("{}.{}%", n / 10, n % 10), 1_000 * (n + 1), Some(10_000 * i64::from(n + 1)), true));
        let svg = svg(&Curve { title: "t".to_owned(), points: points.collect() }, Lang::En);
        let foot = svg
            .lines()
            .filter(|l| l.starts_with("<text") && l.contains("%</text>"))
            .map(|l| l.split("x=\"").nth(1).unwrap().split('"').next().unwrap().parse::<i32>().unwrap());
        let at: Vec<i32> = foot.collect();
        assert!(at.len() > 5 && at.windows(2).all(|pair| pair[1] - pair[0] >= width("3.9%", 12)), "{at:?}");
    }

    #[test]
    fn without_a_price_it_says_so_and_one_class_stands_in_the_middle() {
        let none = Curve { title: "t".to_owned(), points: vec![point("2.0%", 20_000, None, false)] };
        assert!(svg(&none, Lang::Zh).contains("没有评估价"));
        let one = Curve { title: "t".to_owned(), points: vec![point("2.0%", 20_000, Some(100_000), true)] };
        assert!(svg(&one, Lang::Zh).contains(">2.0%<"));
    }
}
