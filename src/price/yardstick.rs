//! By what are a product's prices judged? The numbers of its policy that readers of a price are shown beside it.

use super::policy::{AssessedBy, PricePolicy, ProductPolicy};
use super::policy_state::Tier;
use serde::{Deserialize, Serialize};

/// What the policy promises and asks for; pictures draw it as lines, words say how far a price is from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Yardstick {
    /// Share of sales that should fall within the band announced before them, `1 - alpha`.
    pub coverage: f64,
    /// Periods over which that share is counted.
    pub coverage_periods: u32,
    /// What the tiers need, A first; empty for a price that does not come from sales.
    pub tiers: Vec<TierNeeds>,
}

/// What a tier needs; `None`: not asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TierNeeds {
    /// `A`, `B` or `C`.
    pub tier: String,
    /// Admitted sales, at least.
    pub sales: u32,
    /// Distinct sellers, at least.
    pub sellers: u32,
    /// Distinct buyers, at least.
    pub buyers: u32,
    /// Share of the largest seller, at most.
    pub top_share: Option<f64>,
    /// Influence of one seller, |ln|, at most.
    pub influence: Option<f64>,
}

impl Yardstick {
    /// Of a product's policy.
    #[must_use]
    pub fn of(price: &PricePolicy, product: &ProductPolicy) -> Self {
        let trust = &product.trust;
        let tiers = match product.assessed_by {
            AssessedBy::Market => vec![needs("A", &trust.a), needs("B", &trust.b), needs("C", &trust.c)],
            AssessedBy::Formula | AssessedBy::Benchmark => Vec::new(),
        };
        Self { coverage: 1.0 - product.band.alpha, coverage_periods: price.publication.coverage_periods, tiers }
    }

    /// What the next better tier needs; `None`: it is the best, or there is no tier.
    #[must_use]
    pub fn better_than(&self, tier: &str) -> Option<&TierNeeds> {
        let at = match tier {
            "D" => self.tiers.len(),
            _ => self.tiers.iter().position(|needs| needs.tier == tier)?,
        };
        self.tiers.get(at.checked_sub(1)?)
    }
}

fn needs(tier: &str, policy: &Tier) -> TierNeeds {
    TierNeeds {
        tier: tier.to_owned(),
        sales: policy.sales,
        sellers: policy.sellers,
        buyers: policy.buyers,
        // The policy writes "not asked for" as what every price meets.
        top_share: Some(policy.top_share).filter(|share| *share < 1.0),
        influence: Some(policy.influence).filter(|influence| influence.is_finite()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    #[test]
    fn the_yardstick_is_what_the_policy_says() {
        let price = PricePolicy::load(&Policy::builtin().unwrap()).unwrap();
        let yardstick = Yardstick::of(&price, &price.product["lepidolite_concentrate"]);
        let [a, b, c] = &yardstick.tiers[..] else { panic!("{yardstick:?}") };
        assert_eq!((a.tier.as_str(), a.sales, a.sellers, a.buyers, a.top_share, a.influence), ("A", 12, 5, 3, Some(0.40), Some(0.03)));
        assert_eq!((b.top_share, b.influence, c.influence, c.buyers), (None, Some(0.05), None, 0));
        assert!((yardstick.coverage - 0.8).abs() < 1e-12 && yardstick.coverage_periods == 12);
    }

    #[test]
    fn the_next_better_tier_is_the_one_before() {
        let needs = |tier: &str| TierNeeds { tier: tier.to_owned(), sales: 3, sellers: 3, buyers: 0, top_share: None, influence: None };
        let yardstick = Yardstick { coverage: 0.8, coverage_periods: 12, tiers: ["A", "B", "C"].map(needs).to_vec() };
        let better = |tier: &str| yardstick.better_than(tier).map(|n| n.tier.as_str());
        assert_eq!(["A", "B", "C", "D", "-"].map(better), [None, Some("A"), Some("B"), Some("C"), None]);
        assert_eq!(Yardstick::default().better_than("D"), None);
    }
}
