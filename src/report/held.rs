//! Did the mechanism keep the guide price from the assessed price? In words, with the numbers.

use super::words;
use crate::chart::number::yuan;
use crate::price::bands::{ClassPrice, Period, ProductBands};
use crate::text::Said;

/// Classes of a period whose guide price the largest step kept from the assessed price.
#[must_use]
pub fn limited(period: &Period) -> usize {
    period.classes.iter().filter(|c| c.act.starts_with("maxstep")).count()
}

/// What the assessed price is, what the mechanism did to it, and where the two stand farthest apart; `None` without a price.
#[must_use]
pub fn held(product: &ProductBands, period: &Period) -> Option<Said> {
    let priced: Vec<(&ClassPrice, i64, i64)> =
        period.classes.iter().filter_map(|c| Some((c, c.guide_fen_per_t?, c.assessed_fen_per_t?))).collect();
    // The farthest in proportion: classes differ in their level.
    let far = |(_, guide, assessed): &&(&ClassPrice, i64, i64)| (guide - assessed).abs().saturating_mul(1_000_000) / (*guide).max(1);
    let (farthest, guide, assessed) = priced.iter().max_by_key(far)?;
    let kept = period.classes.iter().filter(|c| c.act.starts_with("hold")).count();
    let bound = period.classes.iter().filter(|c| c.act.ends_with("+bound")).count();
    let (n, limited) = (priced.len(), limited(period));
    let name = product.classes.iter().find(|c| c.id == farthest.class).map_or_else(|| farthest.class.clone(), words::grade);
    let whole = |fen: i64| yuan((fen + 50).div_euclid(100) * 100);
    let (guide, assessed, apart) = (whole(*guide), whole(*assessed), whole((guide - assessed).abs()));
    let (rests_zh, rests_en) = match period.theta {
        Some(_) => ("由本期采信成交算出", "comes from the admitted sales of the period"),
        None => ("沿用往期成交、随净回值移动（本期卖方不足）", "is older evidence moved with netback (too few sellers)"),
    };
    let (acts_zh, acts_en) = acts(limited, kept, bound);
    Some(Said::new(
        format!(
            "评估价{rests_zh}；指导价从上期指导价向评估价移动，每期不超过最大幅度，变动不足启动线时保持不变，没有移完的差额结转以后各期。\
             {n} 个品级{acts_zh}。\
             相差最大的是 {name}：指导价 {guide}，评估价 {assessed}，相差 {apart} 元/干吨。"
        ),
        format!(
            "The assessed price {rests_en}; the guide price moves towards it from the guide price before, by no more than the largest step, and stays \
             where the move is below the trigger; the rest is carried into later periods. Of {n} classes {acts_en}. \
             Farthest apart is {name}: guide {guide}, assessed {assessed}, {apart} yuan a dry tonne between them."
        ),
    ))
}

/// How many classes the mechanism limited, held or stopped at a bound; what it did to none is not said.
fn acts(limited: usize, kept: usize, bound: usize) -> (String, String) {
    let said = [
        (limited, "个受最大幅度限制", "limited by the largest step"),
        (kept, "个保持上期价", "held"),
        (bound, "个触及上下界", "at a bound"),
    ];
    let some: Vec<_> = said.into_iter().filter(|(n, _, _)| *n > 0).collect();
    if some.is_empty() {
        return ("都移到了评估价".to_owned(), "all moved to the assessed price".to_owned());
    }
    let zh = some.iter().map(|(n, zh, _)| format!("{n} {zh}")).collect::<Vec<_>>().join("，");
    let en = some.iter().map(|(n, _, en)| format!("{n} {} {en}", if *n == 1 { "is" } else { "are" })).collect::<Vec<_>>().join(", ");
    (format!("中，{zh}"), en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_to_no_class_is_not_said() {
        assert_eq!(acts(0, 5, 0), ("中，5 个保持上期价".to_owned(), "5 are held".to_owned()));
        assert_eq!(acts(1, 0, 2).1, "1 is limited by the largest step, 2 are at a bound");
        assert_eq!(acts(0, 0, 0).0, "都移到了评估价");
    }
}
