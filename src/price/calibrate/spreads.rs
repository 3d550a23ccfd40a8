//! How alike and how far apart are deals, and how fast does the level move? The numbers of the state.

use super::super::centre::Point;
use super::super::policy::ProductPolicy;
use super::super::uncertainty::{Spread, estimate};
use super::history::History;
use super::icc::{Likeness, likeness};
use super::mm::residuals;
use super::panel::{Panel, Slopes, pick};
use super::row::{Row, Verdict, What};
use super::rules::CalibrationPolicy;
use super::state_variance::level_sd;
use crate::text::Said;
use std::collections::BTreeMap;

/// The rows of ICC, deal_sd and level_sd_a_period.
#[must_use]
pub fn rows(history: &History, product: &ProductPolicy, rules: &CalibrationPolicy) -> Vec<Row> {
    let state = &product.state;
    let n = history.deals.len();
    let none = |what, now| {
        let meaning = Said::new(
            "成交的离散无法估计：同一卖方在一期内须有多笔成交，一期内须有多个卖方",
            "no spread can be estimated: it takes several deals of a seller in a period, and several sellers in it",
        );
        Row::none(what, Some(now), n, Verdict::NotIdentified, meaning)
    };
    let fit = Deviations::of(history);
    let likeness = fit.as_ref().and_then(|fit| fit.likeness(history));
    let mut rows = match &likeness {
        Some(likeness) => likeness_rows(likeness, product, rules).to_vec(),
        None => vec![none(What::Icc, state.icc), none(What::DealSd, state.deal_sd)],
    };
    let spread = match &likeness {
        Some(l) => Spread { icc: l.icc.clamp(0.0, rules.max_icc), sigma_pool: l.deal_sd },
        None => Spread { icc: state.icc, sigma_pool: state.deal_sd },
    };
    rows.push(match &fit {
        Some(fit) => level_row(&fit.centres(history, product, &spread), state.level_sd_a_period, rules),
        None => none(What::LevelSd, state.level_sd_a_period),
    });
    rows
}

fn likeness_rows(found: &Likeness, product: &ProductPolicy, rules: &CalibrationPolicy) -> [Row; 2] {
    let allowed = found.icc.clamp(0.0, rules.max_icc);
    let mut meaning = Said::new(
        "同一卖方同一期的多笔成交有多大部分是同一个信息：越高，有效笔数越少、区间越宽",
        "how much of a seller's deals in a period is one piece of information: the higher, the fewer independent deals",
    );
    if allowed != found.icc {
        meaning.zh.push_str(&format!("；估计值超出范围，按 {allowed:.2} 计"));
        meaning.en.push_str(&format!("; the estimate is out of range and counts as {allowed:.2}"));
    }
    let spread = Said::new(
        "同一期内扣除品级差后各笔成交间的标准差；决定中心不确定度的下限",
        "standard deviation between the deals of a period, classes taken out; the floor of the centre's uncertainty comes from it",
    );
    let (state, significance) = (&product.state, rules.significance_sd);
    [
        Row::number(What::Icc, state.icc, (found.icc, found.icc_error), found.deals, significance, allowed, meaning),
        Row::number(
            What::DealSd,
            state.deal_sd,
            (found.deal_sd, found.deal_sd_error),
            found.deals,
            significance,
            found.deal_sd.max(0.001),
            spread,
        ),
    ]
}

fn level_row(centres: &[Option<(f64, f64)>], now: f64, rules: &CalibrationPolicy) -> Row {
    let periods = centres.iter().flatten().count();
    if periods < usize::try_from(rules.min_periods).unwrap_or(usize::MAX) {
        let meaning = Said::new(
            format!("历史不足：{periods} 期有自身的中心，至少须 {} 期", rules.min_periods),
            format!("too little history: {periods} periods have a centre of their own, {} are needed", rules.min_periods),
        );
        return Row::none(What::LevelSd, Some(now), periods, Verdict::TooLittle, meaning);
    }
    let Some(found) = level_sd(centres) else {
        let meaning = Said::new("各期的中心完全相同", "all centres are the same");
        return Row::none(What::LevelSd, Some(now), periods, Verdict::NotIdentified, meaning);
    };
    let Some(error) = found.error else {
        let meaning = Said::new(
            format!("各期中心的起伏不超过其自身的不确定度；变动的标准差至多 {:.4}（单侧 95 %）", found.upper),
            format!(
                "centres scatter no more than their own uncertainty; the level moves by {:.4} a period at most (one-sided 95 %)",
                found.upper
            ),
        );
        // Zero would freeze the level for good, and no history proves that: what is proposed is the limit.
        let row = Row::number(What::LevelSd, now, (found.upper, 0.0), periods, 0.0, found.upper, meaning);
        let kept = Row { proposed: None, verdict: Verdict::Agrees, ..row.clone() };
        return Row { estimate: Some(0.0), error: None, ..if now > found.upper { row } else { kept } };
    };
    let meaning = Said::new(
        format!("净回值之外，行情水平每期的变动；越大，新的成交越快改变价格（单侧 95 % 上限 {:.4}）", found.upper),
        format!(
            "how far the market moves in a period beyond the netback; the larger, the faster new sales move prices (one-sided 95 % limit {:.4})",
            found.upper
        ),
    );
    Row::number(What::LevelSd, now, (found.sd, error), periods, rules.significance_sd, found.sd.max(0.0001), meaning)
}

/// What is left of the deals without period and class.
struct Deviations {
    fit: Slopes,
    /// `y` of each deal less the deviation of its class.
    y: Vec<f64>,
}

impl Deviations {
    /// By a robust regression on the classes, from the medians of the classes.
    fn of(history: &History) -> Option<Self> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for deal in &history.deals {
            *counts.entry(deal.class).or_default() += 1;
        }
        let reference = *counts.iter().max_by_key(|(class, n)| (**n, usize::MAX - **class))?.0;
        let classes: Vec<usize> = counts.keys().copied().filter(|c| *c != reference).collect();
        let is = |class: usize| history.deals.iter().map(|d| f64::from(u8::from(d.class == class))).collect::<Vec<f64>>();
        let whole = Panel {
            y: history.deals.iter().map(|d| d.y).collect(),
            columns: classes.iter().map(|c| is(*c)).collect(),
            period: history.periods(),
            seller: history.seller_numbers(),
        };
        let panel = whole.only(&whole.independent());
        let fit = panel.fit_from(&panel.medians())?;
        Some(Self { y: residuals(&panel.columns, &panel.y, &fit.slopes), fit })
    }

    /// Of the deals that are no gross errors.
    fn likeness(&self, history: &History) -> Option<Likeness> {
        let kept: Vec<usize> = (0..history.deals.len()).filter(|i| self.fit.weights.get(*i).is_some_and(|w| *w > 0.0)).collect();
        let numbers = |of: &[usize]| kept.iter().filter_map(|i| of.get(*i)).copied().collect::<Vec<usize>>();
        likeness(&pick(&self.fit.residuals, &kept), &numbers(&history.periods()), &numbers(&history.seller_numbers()))
    }

    /// The centre of each period, from the first to the last, with its standard deviation, class deviations taken out.
    fn centres(&self, history: &History, product: &ProductPolicy, spread: &Spread) -> Vec<Option<(f64, f64)>> {
        let mut points: BTreeMap<usize, Vec<Point>> = BTreeMap::new();
        for (deal, y) in history.deals.iter().zip(&self.y) {
            points.entry(deal.period).or_default().push(Point { y: *y, weight: deal.weight_t, seller: deal.seller });
        }
        let (Some(first), Some(last)) = (points.keys().next(), points.keys().next_back()) else { return Vec::new() };
        let centre = |period| estimate(points.get(&period)?, &product.centre, spread).map(|e| (e.theta, e.sd));
        (*first..=*last).map(centre).collect()
    }
}
