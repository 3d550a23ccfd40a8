//! Does the policy make sense? Every wrong key is named with what is allowed.

use super::band::{Around, benchmark_range};
use super::calibrate::rules::CalibrationPolicy;
use super::mechanism::{Limit, Mechanism};
use super::policy::{AssessedBy, Band, Calendar, Centre, Class, OreCost, PricePolicy, ProductPolicy, SaltCost, Screen};
use super::policy_state::{StatePolicy, TrustPolicy};
use crate::policy::Wrong;
use crate::records::product;
use crate::records::units::PPM;
use chrono::NaiveDate;
use std::cell::RefCell;

/// Longest time without a business day that a calendar may have, days: the spring festival with its weekends is under half of it.
const LONGEST_REST_DAYS: i64 = 31;

/// Where keys are checked, and which were found to be wrong.
struct Check<'a> {
    at: &'a str,
    wrongs: &'a RefCell<Vec<Wrong>>,
}

impl Check<'_> {
    /// Notes the key as wrong unless its value is all right.
    fn need(&self, ok: bool, key: &str, zh: &str, en: &str) {
        if ok {
            return;
        }
        let key = ["price", self.at, key].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        self.wrongs.borrow_mut().push(Wrong { key, message: format!("{zh} / {en}") });
    }

    fn share(&self, ppm: i32, key: &str) {
        self.need((0..=1_000_000).contains(&ppm), key, "须在 0 至 100 之间", "must lie within 0 and 100");
    }

    /// A share that is divided by or that must leave something.
    fn positive_share(&self, ppm: i32, key: &str) {
        self.need((1..=1_000_000).contains(&ppm), key, "须大于 0、不超过 100", "must be above 0 and at most 100");
    }

    fn dates(&self, dates: &[NaiveDate], key: &str) {
        self.need(!dates.is_empty(), key, "至少要有一项", "needs at least one entry");
        let ascending = dates.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        self.need(ascending, &format!("{key}.from"), "施行日期须从早到晚且不重复", "dates of effect must ascend without repetition");
    }
}

/// Checks a whole section: every key that is wrong, in the order of the policy.
pub(super) fn check(price: &PricePolicy) -> Vec<Wrong> {
    let wrongs = RefCell::new(Vec::new());
    let c = Check { at: "", wrongs: &wrongs };
    price.publication.check(&|ok, key, zh, en| c.need(ok, &format!("publication.{key}"), zh, en));
    check_calendar(&c, &price.calendar);
    c.need(
        (1..=60).contains(&price.carbonate.window_business_days),
        "carbonate.window_business_days",
        "须在 1 至 60 之间",
        "must lie within 1 and 60",
    );
    c.need(!price.carbonate.series.is_empty(), "carbonate.series", "不能为空", "can't be empty");
    c.dates(&price.terms.iter().map(|t| t.from).collect::<Vec<_>>(), "terms");
    for terms in &price.terms {
        c.share(terms.vat_goods_ppm, "terms.vat_goods_pct");
        c.share(terms.vat_freight_ppm, "terms.vat_freight_pct");
        c.share(terms.credit_rate_ppm, "terms.credit_rate_pct");
    }
    c.need(price.assume.freight_fen_per_t.is_none_or(|f| f >= 0), "assume.freight_yuan_per_t", "不能为负", "can't be negative");
    check_calibration(&c, &price.calibration);
    for (id, of) in &price.product {
        check_product(price, &c, id, of);
    }
    wrongs.into_inner()
}

fn check_calibration(c: &Check<'_>, of: &CalibrationPolicy) {
    c.need(of.min_sales >= 20, "calibration.min_sales", "至少为 20", "must be at least 20");
    c.need(of.min_sellers >= 3, "calibration.min_sellers", "至少为 3", "must be at least 3");
    c.need(of.min_periods >= 3, "calibration.min_periods", "至少为 3", "must be at least 3");
    let significance = of.significance_sd.is_finite() && of.significance_sd > 0.0;
    c.need(significance, "calibration.significance_sd", "须大于 0", "must be above 0");
    c.need((0.0..=1.0).contains(&of.max_icc), "calibration.max_icc", "须在 0 至 1 之间", "must lie within 0 and 1");
    c.need(of.holdout_share > 0.0 && of.holdout_share < 1.0, "calibration.holdout_share", "须在 0 与 1 之间", "must lie between 0 and 1");
}

fn check_product(price: &PricePolicy, all: &Check<'_>, id: &str, of: &ProductPolicy) {
    let at = format!("product.{id}");
    let c = Check { at: &at, wrongs: all.wrongs };
    let known: Vec<&str> = product::PRODUCTS.iter().map(|p| p.id).collect();
    let (zh, en) = (format!("没有这个产品，只有 {}", known.join("、")), format!("no such product, there are only {}", known.join(", ")));
    all.need(product::by_id(id).is_some(), &at, &zh, &en);
    check_classes(&c, &of.class);
    check_screen(&c, &of.screen);
    check_centre(&c, &of.centre);
    check_state(&c, &of.state);
    check_trust(&c, &of.trust);
    check_band(&c, &of.band);
    check_fixed_band(&c, of);
    check_mechanism(&c, &of.mechanism);
    c.need(
        of.assessed_by != AssessedBy::Formula || of.formula.is_some(),
        "formula",
        "assessed_by = \"formula\" 时须给出",
        "must be given with assessed_by = \"formula\"",
    );
    if let Some(formula) = &of.formula {
        c.need((0..1_000_000).contains(&formula.moisture_ppm), "formula.moisture_pct", "须在 0 至 100 之间", "must lie within 0 and 100");
    }
    check_benchmark(&c, of);
    check_costs(price, &c, of);
}

fn check_calendar(all: &Check<'_>, calendar: &Calendar) {
    let c = Check { at: "calendar", wrongs: all.wrongs };
    c.need((1..=60).contains(&calendar.business_days), "business_days", "须在 1 至 60 之间", "must lie within 1 and 60");
    c.need(calendar.is_business_day(calendar.start), "start", "须为工作日", "must be a business day");
    c.need(calendar.table_from <= calendar.table_to, "table_from/table_to", "须 table_from ≤ table_to", "must hold table_from <= table_to");
    let listed = || calendar.holidays.iter().chain(&calendar.workdays);
    if let Some(day) = listed().find(|day| !(calendar.table_from..=calendar.table_to).contains(*day)) {
        let (zh, en) = (format!("{day} 不在 table_from 至 table_to 之间"), format!("{day} does not lie within table_from and table_to"));
        c.need(false, "holidays/workdays", &zh, &en);
    }
    if let Some(day) = calendar.holidays.intersection(&calendar.workdays).next() {
        let (zh, en) = (format!("{day} 同时列为节假日和工作日"), format!("{day} stands in both lists"));
        c.need(false, "holidays/workdays", &zh, &en);
    }
    let endless = calendar.holidays.iter().find(|day| (calendar.business_day_after(**day, 1) - **day).num_days() > LONGEST_REST_DAYS);
    if let Some(day) = endless {
        let (zh, en) = (
            format!("自 {day} 起连续 {LONGEST_REST_DAYS} 天没有工作日"),
            format!("no business day for {LONGEST_REST_DAYS} days from {day} on"),
        );
        c.need(false, "holidays", &zh, &en);
    }
}

fn check_benchmark(c: &Check<'_>, of: &ProductPolicy) {
    c.need(
        of.assessed_by != AssessedBy::Benchmark || of.benchmark.is_some(),
        "benchmark",
        "assessed_by = \"benchmark\" 时须给出",
        "must be given with assessed_by = \"benchmark\"",
    );
    if let Some(benchmark) = &of.benchmark {
        c.need(benchmark.price_fen_per_t > 0, "benchmark.price_yuan_per_t", "须大于 0", "must be above 0");
        c.positive_share(benchmark.at_grade_ppm, "benchmark.at_grade_pct");
        c.share(benchmark.share_ppm, "benchmark.share_pct");
        c.need(benchmark.index_ppm > 0, "benchmark.index_pct", "须大于 0", "must be above 0");
    }
}

fn check_fixed_band(c: &Check<'_>, of: &ProductPolicy) {
    let Some(fixed) = &of.band.fixed else { return };
    for (limit, key) in [(fixed.below, "band.fixed.below"), (fixed.above, "band.fixed.above")] {
        c.need(limit != Limit::None, key, "须写作 \"5 %\" 或 \"105 yuan/t\"", "must be written \"5 %\" or \"105 yuan/t\"");
    }
    c.need(
        !matches!(fixed.below, Limit::SharePpm(ppm) if ppm >= PPM),
        "band.fixed.below",
        "须小于 100 %，否则下限不为正",
        "must be below 100 %, else the lower limit is not above zero",
    );
    if fixed.around != Around::Benchmark {
        return;
    }
    c.need(of.benchmark.is_some(), "band.fixed.around", "\"benchmark\" 须有 [benchmark]", "\"benchmark\" needs a [benchmark]");
    for class in of.class.iter().filter(|class| class.grade_ppm > 0) {
        let Some((lower, upper)) = benchmark_range(of, class.grade_ppm) else { continue };
        // The range bounds the guide price: a price of the mechanism's range must be left in it.
        let left = lower > 0 && lower.max(of.mechanism.floor) <= upper.min(of.mechanism.ceiling);
        let zh = format!("品位 {} 的固定区间须为正，且与 floor 至 ceiling 相交", class.id);
        let en = format!("the fixed range of class {} must be above zero and meet floor to ceiling", class.id);
        c.need(left, "band.fixed", &zh, &en);
    }
}

fn check_classes(c: &Check<'_>, classes: &[Class]) {
    c.need(!classes.is_empty(), "class", "至少要有一个品位等级", "needs at least one grade class");
    let mut before: Option<&Class> = None;
    for (i, class) in classes.iter().enumerate() {
        let key = format!("class[{}]", class.id);
        c.need(!classes[..i].iter().any(|other| other.id == class.id), &key, "编号重复", "the id stands twice");
        c.need(
            0 < class.from_ppm && class.from_ppm <= class.grade_ppm && class.grade_ppm < class.to_ppm && class.to_ppm <= 1_000_000,
            &key,
            "须 0 < from_pct ≤ grade_pct < to_pct ≤ 100",
            "must hold 0 < from_pct <= grade_pct < to_pct <= 100",
        );
        c.need(
            before.is_none_or(|b| b.to_ppm <= class.from_ppm),
            &key,
            "等级须从低到高且不重叠",
            "classes must ascend and may not overlap",
        );
        before = Some(class);
    }
}

fn check_screen(c: &Check<'_>, screen: &Screen) {
    c.need(screen.min_lot_kg >= 0, "screen.min_lot_t", "不能为负", "can't be negative");
    c.need((0..1_000_000).contains(&screen.max_moisture_ppm), "screen.max_moisture_pct", "须在 0 至 100 之间", "must lie within 0 and 100");
    c.need(
        screen.corridor_low > 0.0 && screen.corridor_low < 1.0 && screen.corridor_high > 1.0 && screen.corridor_high.is_finite(),
        "screen.corridor_low/corridor_high",
        "须 0 < low < 1 < high",
        "must hold 0 < low < 1 < high",
    );
}

fn check_centre(c: &Check<'_>, centre: &Centre) {
    c.need(centre.seller_cap > 0.0 && centre.seller_cap < 0.5, "centre.seller_cap", "须在 0 与 0.5 之间", "must lie between 0 and 0.5");
    c.need(centre.min_sellers >= 3, "centre.min_sellers", "至少为 3", "must be at least 3");
    c.need(centre.lot_cap_kg > 0, "centre.lot_cap_t", "须大于 0", "must be above 0");
    let largest = centre.seller_cap.max(1.0 / f64::from(centre.min_sellers.max(1)));
    c.need(
        centre.trim > largest && centre.trim < 0.5,
        "centre.trim",
        "须大于单个卖方的最大权重（seller_cap 与 1/min_sellers 的较大者）且小于 0.5",
        "must exceed the largest weight of one seller (the larger of seller_cap and 1/min_sellers) and lie below 0.5",
    );
}

fn check_state(c: &Check<'_>, state: &StatePolicy) {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    c.need(state.start_level.abs() < 3.0, "state.start_level", "须在 -3 与 3 之间", "must lie between -3 and 3");
    let positives = [
        (state.start_sd, "state.start_sd"),
        (state.level_sd_a_period, "state.level_sd_a_period"),
        (state.surprise_limit, "state.surprise_limit"),
        (state.half_life_periods, "state.half_life_periods"),
        (state.deal_sd, "state.deal_sd"),
    ];
    positives.into_iter().for_each(|(value, key)| c.need(positive(value), key, "须大于 0", "must be above 0"));
    c.need((1..=120).contains(&state.window_periods), "state.window_periods", "须在 1 至 120 之间", "must lie within 1 and 120");
    c.need((0.0..=1.0).contains(&state.icc), "state.icc", "须在 0 至 1 之间", "must lie within 0 and 1");
}

fn check_trust(c: &Check<'_>, trust: &TrustPolicy) {
    let steps = &trust.search_steps;
    c.need(steps.len() <= 40, "trust.search_steps", "至多 40 个", "can't be more than 40");
    let ascending = steps.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    let within = steps.iter().all(|s| *s > 0.0 && *s < 3.0);
    c.need(ascending && within, "trust.search_steps", "须从小到大，在 0 与 3 之间", "must ascend and lie between 0 and 3");
    for (tier, key) in [(&trust.a, "trust.a"), (&trust.b, "trust.b"), (&trust.c, "trust.c")] {
        let shares = (0.0..=1.0).contains(&tier.top_share) && tier.influence > 0.0;
        c.need(shares, key, "top_share 须在 0 至 1 之间，influence 须大于 0", "top_share must lie within 0 and 1, influence be above 0");
    }
}

fn check_band(c: &Check<'_>, band: &Band) {
    c.need(band.alpha > 0.0 && band.alpha < 1.0, "band.alpha", "须在 0 与 1 之间", "must lie between 0 and 1");
    c.need(band.window >= 1, "band.window", "至少为 1", "must be at least 1");
    c.need(
        0.0 < band.min && band.min <= band.default && band.default <= band.max && band.max < 1.0,
        "band.min/default/max",
        "须 0 < min ≤ default ≤ max < 1",
        "must hold 0 < min <= default <= max < 1",
    );
}

fn check_mechanism(c: &Check<'_>, m: &Mechanism) {
    c.need(m.tick > 0, "mechanism.tick_yuan_per_t", "须大于 0", "must be above 0");
    c.need(
        m.tick > 0 && m.floor > 0 && m.floor < m.ceiling && m.floor % m.tick == 0 && m.ceiling % m.tick == 0,
        "mechanism.floor_yuan_per_t/ceiling_yuan_per_t",
        "须 0 < floor < ceiling，且都是 tick 的整数倍",
        "must hold 0 < floor < ceiling, both multiples of the tick",
    );
    // A share of the lowest price below one tick would hold that price forever.
    let reaches = match m.max_step {
        Limit::None => true,
        Limit::Amount(fen) => fen >= m.tick,
        Limit::SharePpm(ppm) => i128::from(ppm) * i128::from(m.floor) >= i128::from(m.tick) * i128::from(PPM),
    };
    c.need(
        reaches,
        "mechanism.max_step",
        "在下限价格处也须不小于一个 tick，否则价格无法变动",
        "must be at least one tick at the floor price too, else the price could never move",
    );
}

fn check_costs(price: &PricePolicy, c: &Check<'_>, of: &ProductPolicy) {
    let Some(concentrate) = &of.ore_of else {
        c.need(of.ore_cost.is_empty(), "ore_cost", "只用于有 ore_of 的原矿", "is only for an ore with ore_of");
        c.dates(&of.cost.iter().map(|e| e.from).collect::<Vec<_>>(), "cost");
        of.cost.iter().for_each(|cost| check_cost(c, cost));
        return;
    };
    c.need(of.cost.is_empty(), "cost", "原矿用 ore_cost", "an ore has ore_cost instead");
    let made = price.product.get(concentrate).is_some_and(|p| p.ore_of.is_none());
    c.need(made, "ore_of", "须是本政策中的一种精矿", "must be a concentrate of this policy");
    c.dates(&of.ore_cost.iter().map(|e| e.from).collect::<Vec<_>>(), "ore_cost");
    of.ore_cost.iter().for_each(|cost| check_ore_cost(c, cost));
}

fn check_cost(c: &Check<'_>, cost: &SaltCost) {
    c.positive_share(cost.recovery_ppm, "cost.recovery_pct");
    c.share(cost.selling_ppm, "cost.selling_pct");
    c.positive_share(cost.guard_ppm, "cost.guard_pct");
    let money = [cost.conversion_fen_per_t, cost.processing_fen_per_t, cost.by_products_fen_per_t];
    c.need(money.iter().all(|fen| *fen >= 0), "cost.*_yuan_per_t", "不能为负", "can't be negative");
}

fn check_ore_cost(c: &Check<'_>, cost: &OreCost) {
    c.positive_share(cost.concentrate_grade_ppm, "ore_cost.concentrate_grade_pct");
    c.positive_share(cost.recovery_ppm, "ore_cost.recovery_pct");
    c.positive_share(cost.guard_ppm, "ore_cost.guard_pct");
    let money = [cost.mining_fen_per_t, cost.beneficiation_fen_per_t, cost.by_products_fen_per_t];
    c.need(money.iter().all(|fen| *fen >= 0), "ore_cost.*_yuan_per_t", "不能为负", "can't be negative");
}
