//! What is in the pictures of prices? From the results of the method to what each picture takes.

use super::words;
use crate::chart::axis::Span;
use crate::chart::band::{self, Band, Dot};
use crate::chart::carbonate::{self, Carbonate};
use crate::chart::coverage::{self, Coverage};
use crate::chart::grade::{self, Curve, PerDu};
use crate::chart::influence::{self as sellers, Influence, Seller};
use crate::chart::number::yuan;
use crate::chart::trust::{Rung, Tier};
use crate::chart::waterfall::{self as fall, Waterfall};
use crate::price::bands::{ClassPrice, GradeClass, Period, PricedSale, ProductBands};
use crate::price::coverage::{chance, running};
use crate::price::words as price_words;
use crate::records::time::days_of;
use crate::text::{Lang, Said};
use chrono::NaiveDate;

/// The name of a product, and something said of it, in both languages.
fn titled(product: &ProductBands, zh: &str, en: &str) -> Said {
    let name = words::product(&product.product);
    Said::new(format!("{}{zh}", name.zh), format!("{}{en}", name.en))
}

pub(super) fn band_title(product: &ProductBands, class: &GradeClass) -> Said {
    let grade = words::grade(class);
    titled(product, &format!(" {grade} 参考指导价"), &format!(" {grade}: guide price"))
}

pub(super) fn band(product: &ProductBands, class: &GradeClass, lang: Lang) -> String {
    let sales: Vec<&PricedSale> = product.sales.iter().filter(|s| s.class.as_deref() == Some(&class.id)).collect();
    let dots: Vec<Dot> = sales.iter().filter_map(|sale| dot(product, &class.id, sale, lang)).collect();
    let unplaced = u32::try_from(sales.len() - dots.len()).unwrap_or(u32::MAX);
    let periods = product.periods.iter().filter_map(|p| step(product, p, &class.id)).collect();
    band::svg(&Band { title: band_title(product, class).get(lang).to_owned(), periods, sales: dots, unplaced }, lang)
}

fn step(product: &ProductBands, period: &Period, class: &str) -> Option<band::Step> {
    let price = period.price(class);
    let guide = price.and_then(limits);
    Some(band::Step {
        span: span(period)?,
        guide,
        assessed: price.and_then(|c| c.assessed_fen_per_t),
        evidence: u32::try_from(product.evidence(&period.period, class)).unwrap_or(u32::MAX),
        limited: price.is_some_and(|c| c.act.starts_with("maxstep")),
        tier: guide.and_then(|_| Tier::of(&period.trust.tier)),
        rung: price.and_then(|c| Rung::of(&c.ladder)),
    })
}

/// Guide price, lower and upper limit.
fn limits(price: &ClassPrice) -> Option<(i64, i64, i64)> {
    Some((price.guide_fen_per_t?, price.lower_fen_per_t?, price.upper_fen_per_t?))
}

fn span(period: &Period) -> Option<Span> {
    Some(Span { period: period.period.clone(), from: period.from.clone(), from_day: day(&period.from)?, to_day: day(&period.to)? })
}

fn day(text: &str) -> Option<i32> {
    text.parse::<NaiveDate>().ok().map(days_of)
}

/// A sale at the class's grade and the period's carbonate: its price in proportion to the two netbacks.
fn dot(product: &ProductBands, class: &str, sale: &PricedSale, lang: Lang) -> Option<Dot> {
    let (price, netback, dry_kg) = (sale.dry_fen_per_t?, sale.netback_fen_per_t?, sale.dry_kg?);
    let period = product.periods.iter().find(|p| p.period == sale.period)?;
    let class_netback = period.price(class)?.netback_fen_per_t?;
    if netback <= 0 {
        return None;
    }
    let moved = (i128::from(price) * i128::from(class_netback) + i128::from(netback) / 2).div_euclid(i128::from(netback));
    let excluded = (sale.code != "OK").then(|| words::code(&sale.code).get(lang).to_owned());
    let money = i64::try_from(moved).ok()?;
    let unit = if lang == Lang::Zh { "元/干吨" } else { "yuan/t dry" };
    let whole = yuan((money + 50).div_euclid(100) * 100);
    let mut says = format!("{} {} → {} · {whole} {unit}", sale.date, sale.seller, sale.buyer);
    if let Some(reason) = &excluded {
        says.push_str(" · ");
        says.push_str(reason);
    }
    Some(Dot { day: day(&sale.date)?, fen_per_t: money, dry_kg, excluded, says })
}

/// The class that is compared with carbonate: the one with the most evidence; `None`: it has no price, or carbonate no quotation.
pub(super) fn compared(product: &ProductBands) -> Option<&GradeClass> {
    let class = product.most_evidence()?;
    let priced = product.periods.iter().any(|p| p.price(&class.id).is_some_and(|c| c.guide_fen_per_t.is_some()));
    (priced && product.periods.iter().any(|p| p.carbonate_fen_per_t.is_some())).then_some(class)
}

pub(super) fn carbonate_title(product: &ProductBands) -> Said {
    titled(product, "：指导价与碳酸锂", ": guide price and carbonate")
}

pub(super) fn carbonate(product: &ProductBands, lang: Lang) -> Option<String> {
    let class = compared(product)?;
    let periods = product.periods.iter().filter_map(|period| {
        Some(carbonate::Step {
            span: span(period)?,
            guide: period.price(&class.id).and_then(limits),
            quoted: period.carbonate_fen_per_t,
            age_days: period.carbonate_age_days,
        })
    });
    let title = carbonate_title(product).get(lang).to_owned();
    Some(carbonate::svg(&Carbonate { title, class: words::grade(class), periods: periods.collect() }, lang))
}

pub(super) fn coverage_title(product: &ProductBands) -> Said {
    titled(product, "：区间的实际覆盖率", ": do the bands keep what they announce?")
}

pub(super) fn coverage(product: &ProductBands, lang: Lang) -> String {
    let points =
        product.periods.iter().zip(running(&product.periods, product.yardstick.coverage_periods)).filter_map(|(period, covered)| {
            let expected = chance(covered.foretold, product.yardstick.coverage);
            Some(coverage::Point { span: span(period)?, foretold: covered.foretold, inside: covered.inside, expected })
        });
    let picture = Coverage {
        title: coverage_title(product).get(lang).to_owned(),
        target_ppm: ppm(product.yardstick.coverage),
        window: product.yardstick.coverage_periods,
        points: points.collect(),
    };
    coverage::svg(&picture, lang)
}

/// Whether at least two classes can be compared.
pub(super) fn has_grades(product: &ProductBands, period: &Period) -> bool {
    product.classes.iter().filter_map(|c| period.price(&c.id)).filter(|c| c.assessed_fen_per_t.is_some()).count() > 1
}

/// Title of [`grades`].
#[must_use]
pub fn grade_title(product: &ProductBands, period: &Period) -> Said {
    titled(product, &format!(" {} 期品级曲线", period.period), &format!(" {}: price by grade", period.period))
}

/// The picture of a period's prices over the grade.
#[must_use]
pub fn grades(product: &ProductBands, period: &Period, lang: Lang) -> String {
    let points = product.classes.iter().filter_map(|class| {
        let price = period.price(&class.id)?;
        let interval = price.assessed_low_fen_per_t.zip(price.assessed_high_fen_per_t);
        let du = |fen: i64| fen.saturating_mul(10_000).div_euclid(i64::from(class.grade_ppm.max(1)));
        let assessed = price.assessed_fen_per_t.map(|fen| (fen, interval));
        Some(grade::Point {
            class: words::grade(class).replace(" Li2O", ""),
            grade_ppm: class.grade_ppm,
            assessed,
            guide: price.guide_fen_per_t,
            netback: price.netback_fen_per_t,
            per_du: PerDu {
                assessed: assessed.map(|(fen, interval)| (du(fen), interval.map(|(low, high)| (du(low), du(high))))),
                guide: price.per_du_fen,
                netback: price.netback_fen_per_t.map(du),
            },
            own: product.evidence(&period.period, &class.id) > 0,
        })
    });
    grade::svg(&Curve { title: grade_title(product, period).get(lang).to_owned(), points: points.collect() }, lang)
}

/// Title of [`influence`]: it says that the picture is internal.
#[must_use]
pub fn influence_title(product: &ProductBands, period: &Period) -> Said {
    titled(product, &format!(" {} 期卖方影响（内部）", period.period), &format!(" {}: influence of sellers (internal)", period.period))
}

/// The picture of what each seller of a period could have done. It names sellers.
#[must_use]
pub fn influence(product: &ProductBands, period: &Period, lang: Lang) -> String {
    let mut all: Vec<Seller> = period
        .trust
        .by_seller
        .iter()
        .map(|s| Seller { name: s.seller.clone(), influence_ppm: ppm(s.influence), share_ppm: ppm(s.share), without_ppm: ppm(s.without) })
        .collect();
    all.sort_by(|a, b| b.influence_ppm.cmp(&a.influence_ppm).then_with(|| a.name.cmp(&b.name)));
    let limits = product.yardstick.tiers.iter().filter_map(|needs| Some((ppm(needs.influence?), needs.tier.clone())));
    let mut limits: Vec<(i64, String)> = limits.collect();
    limits.sort();
    sellers::svg(&Influence { title: influence_title(product, period).get(lang).to_owned(), sellers: all, limits }, lang)
}

/// Title of [`waterfall`].
#[must_use]
pub fn waterfall_title(product: &ProductBands, period: &Period, class: &GradeClass) -> Said {
    let grade = words::grade(class);
    titled(product, &format!(" {grade}：{} 期为什么变动", period.period), &format!(" {grade}: why it moved in {}", period.period))
}

/// The picture of why the price of a class moved in a period; `None`: it has no price.
#[must_use]
pub fn waterfall(product: &ProductBands, period: &Period, class: &GradeClass, lang: Lang) -> Option<String> {
    let price = period.price(&class.id)?;
    let picture = Waterfall {
        title: waterfall_title(product, period, class).get(lang).to_owned(),
        before: price.why.map(|why| why.from_fen_per_t),
        now: price.guide_fen_per_t?,
        parts: price
            .why
            .map(|w| [w.carbonate_fen_per_t, w.evidence_fen_per_t, w.deviation_fen_per_t, w.mechanism_fen_per_t])
            .unwrap_or_default(),
        act: price_words::act(&price.act).get(lang).to_owned(),
    };
    Some(fall::svg(&picture, lang))
}

/// A share or a logarithmic distance in parts per million.
fn ppm(share: f64) -> i64 {
    crate::price::mechanism::round_to_integer(share * 1e6)
}
