//! How far can the prices of a period be trusted? The numbers of trust in words, for the report and the pages.

use crate::chart::number::{percent, yuan};
use crate::price::bands::{ClassPrice, Period, ProductBands};
use crate::price::coverage;
use crate::price::words as price_words;
use crate::text::Said;

/// What the next better tier asks for and the period does not have.
#[must_use]
pub fn short_of(product: &ProductBands, period: &Period) -> Option<Said> {
    let better = product.yardstick.better_than(&period.trust.tier)?;
    let (lacks, needs) = (price_words::lacks(period, better), price_words::needs(better));
    let join = |said: &[Said], of: fn(&Said) -> &str, with: &str| said.iter().map(of).collect::<Vec<_>>().join(with);
    let (zh, en) = (join(&lacks, |s| &s.zh, "、"), join(&lacks, |s| &s.en, ", "));
    (!lacks.is_empty()).then(|| {
        Said::new(
            format!("未达 {} 级：{zh}。{} 级要求：{}。", better.tier, better.tier, needs.zh),
            format!("Short of tier {}: {en}. Tier {} needs {}.", better.tier, better.tier, needs.en),
        )
    })
}

/// The numbers behind the tier, each with its name.
#[must_use]
pub fn facts(product: &ProductBands, period: &Period) -> Vec<(Said, Said)> {
    let trust = &period.trust;
    let same = |text: String| Said::new(text.clone(), text);
    let share = |value: Option<f64>| same(value.map_or_else(|| "—".to_owned(), price_words::percent));
    let at = product.periods.iter().position(|p| p.period == period.period).unwrap_or(0);
    let window = product.yardstick.coverage_periods;
    let covered = coverage::over(coverage::last(&product.periods, at, window));
    let mut facts = vec![
        (
            Said::new("采信成交", "Evidence"),
            Said::new(
                format!("{} 笔，{} 个卖方，{} 个买方；相当于 {:.1} 笔独立成交", period.n, period.sellers, period.buyers, trust.n_eff),
                format!(
                    "{} sales, {} sellers, {} buyers; worth {:.1} independent deals",
                    period.n, period.sellers, period.buyers, trust.n_eff
                ),
            ),
        ),
        (Said::new("最大卖方占比", "Share of the largest seller"), share(trust.top_share)),
        (Said::new("单一卖方最大影响", "Largest influence of one seller"), share(trust.seller_influence)),
        (Said::new("单笔成交最大影响", "Largest influence of one sale"), share(trust.sale_influence)),
        (Said::new("合谋门槛", "Breakdown"), breakdown(trust.breakdown_sellers)),
    ];
    if let Some(inside) = percent(i64::from(covered.inside), i64::from(covered.foretold)) {
        let target = price_words::percent(product.yardstick.coverage);
        facts.push((
            Said::new(format!("区间覆盖率（近 {window} 期）"), format!("Coverage of the band, last {window} periods")),
            Said::new(
                format!("{inside}（{} 笔中 {} 笔；目标 {target}）", covered.foretold, covered.inside),
                format!("{inside} ({} of {} sales; target {target})", covered.inside, covered.foretold),
            ),
        ));
    }
    facts
}

fn breakdown(sellers: Option<u32>) -> Said {
    match sellers {
        Some(n) => Said::new(
            format!("至少 {n} 个卖方合谋，才能把成交中心带出其他卖方的范围"),
            format!("at least {n} sellers together could take the centre outside the range of the others"),
        ),
        None => Said::new("本期没有自己的成交中心", "the period has no centre of its own"),
    }
}

/// Computed prices to the yuan.
#[must_use]
pub fn whole(fen: i64) -> String {
    yuan((fen + 50).div_euclid(100) * 100)
}

/// Lower and upper end, to the yuan.
#[must_use]
pub fn range(low: Option<i64>, high: Option<i64>) -> Option<String> {
    Some(format!("{}–{}", whole(low?), whole(high?)))
}

/// Why the price of a class moved; `None`: it has no price, or no price before.
#[must_use]
pub fn why(price: &ClassPrice) -> Option<Said> {
    price.guide_fen_per_t?;
    Some(price_words::moved(price.why.as_ref()?, &price.act))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_prices_are_rounded_to_the_yuan_and_half_an_interval_is_none() {
        assert_eq!([whole(149), whole(150), whole(-150)].join(" "), "1 2 -1");
        assert_eq!(range(Some(123_449), Some(130_051)).as_deref(), Some("1,234–1,301"));
        assert_eq!([range(None, Some(1)), range(Some(1), None)], [None, None]);
    }
}
