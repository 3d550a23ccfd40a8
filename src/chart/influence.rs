//! How far could one seller have moved the price? Internal: it names sellers.

use super::empty;
use super::number::percent;
use super::style::{BLUE, Canvas, GREEN, GREY, GRID, INK, Line, NARROW, SMALL, VERMILION, Weight, fitted, place};
use crate::text::Lang;
use plotters::style::RGBColor;

/// The picture's data: one product and period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Influence {
    /// Title for people.
    pub title: String,
    /// Sellers, the most influential first.
    pub sellers: Vec<Seller>,
    /// Most influence that the tiers allow, ppm (of `ln`), with the letter of the tier; smallest first.
    pub limits: Vec<(i64, String)>,
}

/// One seller; shares in ppm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seller {
    /// Name for people.
    pub name: String,
    /// Largest move of a price that it could have made, |ln|, ppm.
    pub influence_ppm: i64,
    /// Its share in the weights, ppm.
    pub share_ppm: i64,
    /// Largest move of a price without its sales, ln with its sign, ppm.
    pub without_ppm: i64,
}

/// More sellers than these are counted, not shown.
const MOST: usize = 15;
const ROW: i32 = 40;
const LEFT: i32 = 12;
const RIGHT: i32 = NARROW - 16;

/// A bar a seller, with the limits of the tiers as lines and its share of the weight beside.
#[must_use]
pub fn svg(influence: &Influence, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    if influence.sellers.is_empty() {
        return empty(&influence.title, if zh { "本期没有可估计影响的卖方" } else { "no seller whose influence could be found" });
    }
    let mut canvas = Canvas::new(NARROW, 0, &influence.title, &describes(influence, zh));
    let unit = if zh {
        "在许可的报价范围内改动其成交，价格最多变动多少（|ln|，%）"
    } else {
        "most that a price moves if its sales took any admissible price (|ln|, %)"
    };
    let top = canvas.narrow_heading(&influence.title, unit) + 24;
    let shown: Vec<&Seller> = influence.sellers.iter().take(MOST).collect();
    let bottom = top + i32::try_from(shown.len()).unwrap_or(0) * ROW;
    let most = influence.sellers.iter().map(|s| s.influence_ppm).chain(influence.limits.iter().map(|l| l.0)).max().unwrap_or(0);
    // A tenth more, so that the farthest line stands inside.
    let scale = (0, most.max(1000) + most / 10);
    let x = |ppm: i64| place(ppm, scale, (LEFT, RIGHT));
    let mut free_from = 0;
    for (ppm, tier) in &influence.limits {
        let says = if zh { format!("{tier} 级 ≤{}", share(*ppm)) } else { format!("tier {tier} ≤{}", share(*ppm)) };
        let half = super::style::width(&says, 12) / 2 + 4;
        let at = x(*ppm).max(free_from + half).min(RIGHT - half + 10);
        canvas.text(at, top - 8, &says, Line { anchor: "middle", ..SMALL });
        free_from = at + half;
    }
    for (y, seller) in (top..).step_by(ROW as usize).zip(&shown) {
        words(&mut canvas, y, seller, zh);
    }
    let mut end = bottom + 18;
    if influence.sellers.len() > MOST {
        let more = influence.sellers.len() - MOST;
        end = canvas.note(
            end,
            &if zh { format!("另有 {more} 家影响更小，未画出。") } else { format!("{more} more sellers with less influence.") },
        );
    }
    end = canvas.note(end, if zh { "内部资料：含卖方名称，不得对外公布。" } else { "Internal: names sellers; not for publication." });
    canvas.grow(end - 4);
    canvas.finish(|pen| {
        for (y, seller) in (top..).step_by(ROW as usize).zip(&shown) {
            pen.rect((LEFT, y + 20), (RIGHT, y + 32), GRID)?;
            pen.rect((LEFT, y + 20), (x(seller.influence_ppm), y + 32), colour(seller.influence_ppm, &influence.limits))?;
            // Beside the bars only: a line through the names would strike them out.
            for (ppm, _) in &influence.limits {
                pen.rect((x(*ppm) - 1, y + 19), (x(*ppm) + 1, y + 35), INK)?;
            }
        }
        for (ppm, _) in &influence.limits {
            pen.line((x(*ppm), top - 5), (x(*ppm), top), INK, 1)?;
        }
        pen.line((LEFT, top), (LEFT, bottom), GREY, 1)
    })
}

fn words(canvas: &mut Canvas, y: i32, seller: &Seller, zh: bool) {
    let name = Line { anchor: "start", size: 13, colour: INK, weight: Weight::Normal };
    let (influence, weight) = (share(seller.influence_ppm), share(seller.share_ppm));
    let says = if zh { format!("{influence} · 权重 {weight}") } else { format!("{influence} · weight {weight}") };
    let room = NARROW - 36 - super::style::width(&says, 13);
    canvas.text(LEFT, y + 15, &fitted(&seller.name, 13, room), name);
    canvas.text(RIGHT, y + 15, &says, Line { anchor: "end", weight: Weight::Bold, ..name });
    let without = format!("{}{}", if seller.without_ppm > 0 { "+" } else { "" }, share(seller.without_ppm));
    let tip = if zh {
        format!("{}：最大影响 {influence}；权重 {weight}；剔除其成交后价格变动 {without}", seller.name)
    } else {
        format!("{}: influence {influence}; weight {weight}; without it prices move {without}", seller.name)
    };
    canvas.tip((0, y), (NARROW, y + ROW), &tip);
}

/// Blue within the strictest limit, green within another, vermilion beyond all.
fn colour(ppm: i64, limits: &[(i64, String)]) -> RGBColor {
    match limits.iter().position(|(limit, _)| ppm <= *limit) {
        Some(0) => BLUE,
        Some(_) => GREEN,
        None => VERMILION,
    }
}

/// Parts per million as per cent.
fn share(ppm: i64) -> String {
    percent(ppm, 1_000_000).unwrap_or_default()
}

fn describes(influence: &Influence, zh: bool) -> String {
    let first = influence.sellers.first().map(|s| (s.name.as_str(), share(s.influence_ppm)));
    match (first, zh) {
        (Some((name, most)), true) => format!("影响最大的卖方：{name}，{most}"),
        (Some((name, most)), false) => format!("most influence: {name}, {most}"),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: i64) -> Influence {
        let sellers = (0..count).map(|n| Seller {
            name: format!("第{n}矿业<有限>公司"),
            influence_ppm: 61_000 - n * 2_500,
            share_ppm: 200_000 - n * 9_000,
            without_ppm: 4_000 - n * 1_000,
        });
        let limits = vec![(30_000, "A".to_owned()), (50_000, "B".to_owned())];
        Influence { title: "卖方影响（内部）".to_owned(), sellers: sellers.collect(), limits }
    }

    #[test]
    fn each_seller_has_its_influence_and_its_weight_and_the_limits_are_named() {
        let svg = svg(&of(3), Lang::Zh);
        for says in ["第0矿业&lt;有限&gt;公司", "6.1% · 权重 20.0%", "A 级 ≤3.0%", "B 级 ≤5.0%", "不得对外公布", "价格变动 +0.4%"]
        {
            assert!(svg.contains(says), "{says}");
        }
        assert!(!svg.contains("另有"));
    }

    #[test]
    fn a_limit_is_kept_by_what_stands_exactly_on_it() {
        let limits = of(0).limits;
        assert_eq!([30_000, 30_001, 50_000, 50_001].map(|ppm| colour(ppm, &limits)), [BLUE, GREEN, GREEN, VERMILION]);
    }

    #[test]
    fn more_sellers_than_a_page_holds_are_counted() {
        let svg = svg(&of(18), Lang::En);
        assert!(svg.contains("3 more sellers") && !svg.contains(">第15矿业"));
        assert!(super::svg(&of(0), Lang::Zh).contains("没有可估计影响的卖方"));
    }
}
