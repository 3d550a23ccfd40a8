//! What did calibration find of one number, and what does it mean?

use super::super::policy::ProductPolicy;
use crate::text::{Said, Text};
use serde::Serialize;

/// What was estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Likeness of the deals of one seller.
    Icc,
    /// Spread between deals.
    DealSd,
    /// Movement of the level.
    LevelSd,
    /// The fixed cost a dry tonne of the netback.
    Cost,
    /// Interest of credit.
    CreditRate,
    /// Trend with grade.
    Grade,
    /// Delivered against ex works.
    Delivered,
    /// Written with VAT against without.
    Vat,
    /// Trend with moisture.
    Moisture,
    /// Trend with the size of the lot.
    Lot,
}

impl What {
    /// For people.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            What::Icc => Text { zh: "同一卖方各笔的相似程度（ICC）", en: "likeness of a seller's deals (ICC)" },
            What::DealSd => Text { zh: "各笔成交间的标准差（对数）", en: "sd between deals (ln)" },
            What::LevelSd => Text { zh: "水平每期变动的标准差（对数）", en: "sd of the level's change a period (ln)" },
            What::Cost => Text { zh: "净回值的固定成本（元/干吨）", en: "fixed cost in the netback (yuan/dry t)" },
            What::CreditRate => Text { zh: "账期隐含的年息（%）", en: "interest implied by credit (% a year)" },
            What::Grade => Text { zh: "品位斜率（对数，每 1 % Li2O）", en: "slope on grade (ln per 1 % Li2O)" },
            What::Delivered => Text { zh: "送到价与自提价之差（对数）", en: "delivered against ex works (ln)" },
            What::Vat => Text { zh: "含税价与不含税价之差（对数）", en: "written with VAT against without (ln)" },
            What::Moisture => Text { zh: "水分斜率（对数，每 1 个百分点）", en: "slope on moisture (ln per 1 %)" },
            What::Lot => Text { zh: "批量斜率（对数，每加倍）", en: "slope on lot size (ln per doubling)" },
        }
    }

    /// Digits after the point in tables.
    #[must_use]
    pub const fn digits(self) -> usize {
        match self {
            What::Icc => 3,
            What::Cost => 1,
            What::CreditRate => 2,
            _ => 4,
        }
    }

    /// Digits after the point that are proposed: more than the estimate can carry would only look exact.
    #[must_use]
    pub const fn proposed_digits(self) -> usize {
        match self {
            What::Cost => 0,
            What::CreditRate => 1,
            What::Icc => 2,
            _ => 4,
        }
    }

    /// The key that a policy has for it; `None`: it tells of the data or of the terms, and no key sets it.
    #[must_use]
    pub fn key(self, of: &ProductPolicy) -> Option<&'static str> {
        match self {
            What::Icc => Some("icc"),
            What::DealSd => Some("deal_sd"),
            What::LevelSd => Some("level_sd_a_period"),
            What::Cost if of.ore_of.is_some() => Some("beneficiation_yuan_per_t"),
            What::Cost => Some("processing_yuan_per_t"),
            What::CreditRate => Some("credit_rate_pct"),
            _ => None,
        }
    }
}

/// What follows from an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Differs from the present number by more than chance: proposed.
    Propose,
    /// The present number agrees with history.
    Agrees,
    /// A trend that should not be there, and that no key of the policy sets: to be looked into.
    Trend,
    /// No trend beyond chance.
    NoTrend,
    /// Too little history.
    TooLittle,
    /// The sales do not tell: nothing varies, or the number lies where no policy can have it.
    NotIdentified,
}

impl Verdict {
    /// For people.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            Verdict::Propose => Text { zh: "建议修改", en: "proposed" },
            Verdict::Agrees => Text { zh: "与现值相符", en: "agrees" },
            Verdict::Trend => Text { zh: "有趋势，待查", en: "trend, look into it" },
            Verdict::NoTrend => Text { zh: "无趋势", en: "no trend" },
            Verdict::TooLittle => Text { zh: "历史不足", en: "too little history" },
            Verdict::NotIdentified => Text { zh: "无法识别", en: "not identified" },
        }
    }
}

/// One number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What was estimated.
    pub what: What,
    /// The number in force; `None`: the policy has none.
    pub now: Option<f64>,
    /// Its estimate.
    pub estimate: Option<f64>,
    /// Standard error.
    pub error: Option<f64>,
    /// How many sales (for the movement of the level: periods) it rests on.
    pub n: usize,
    /// What is proposed, rounded.
    pub proposed: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
    /// What it means.
    pub meaning: Said,
}

impl Row {
    /// Without an estimate.
    #[must_use]
    pub fn none(what: What, now: Option<f64>, n: usize, verdict: Verdict, meaning: Said) -> Self {
        Self { what, now, estimate: None, error: None, n, proposed: None, verdict, meaning }
    }

    /// A number of the policy: proposed, as `allowed` gives it, where the estimate is more than `significance` errors off.
    #[must_use]
    pub fn number(what: What, now: f64, (estimate, error): (f64, f64), n: usize, significance: f64, allowed: f64, meaning: Said) -> Self {
        let power = libm::pow(10.0, digits(what.proposed_digits()));
        let rounded = libm::round(allowed * power) / power;
        let differs = (estimate - now).abs() > significance * error && rounded != now;
        let (proposed, verdict) = if differs { (Some(rounded), Verdict::Propose) } else { (None, Verdict::Agrees) };
        Self { what, now: Some(now), estimate: Some(estimate), error: Some(error), n, proposed, verdict, meaning }
    }

    /// A trend, which there should not be.
    #[must_use]
    pub fn trend(what: What, (estimate, error): (f64, f64), n: usize, significance: f64, meaning: Said) -> Self {
        let verdict = if estimate.abs() > significance * error { Verdict::Trend } else { Verdict::NoTrend };
        Self { what, now: None, estimate: Some(estimate), error: Some(error), n, proposed: None, verdict, meaning }
    }
}

fn digits(n: usize) -> f64 {
    super::bisquare::float(n)
}
