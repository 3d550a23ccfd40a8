//! How far can a price be trusted? The tier, from the evidence and from what one seller could have done. (Method, section 8.)

use super::centre::{Point, capped_weights};
use super::policy::Centre;
use super::policy_state::{Tier, TrustPolicy};
use super::state::Evidence;

/// What a tier is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Facts {
    /// Admitted sales.
    pub sales: u32,
    /// Distinct sellers.
    pub sellers: u32,
    /// Distinct buyers.
    pub buyers: u32,
    /// Share of the largest seller; `None`: no sales.
    pub top_share: Option<f64>,
    /// Influence of one seller; `None`: no sales.
    pub influence: Option<f64>,
}

/// `A` to `D`: the first whose needs are met. What is not known meets no need.
#[must_use]
pub fn tier(facts: &Facts, policy: &TrustPolicy) -> &'static str {
    [(&policy.a, "A"), (&policy.b, "B"), (&policy.c, "C")].into_iter().find(|(tier, _)| meets(facts, tier)).map_or("D", |(_, id)| id)
}

fn meets(facts: &Facts, tier: &Tier) -> bool {
    facts.sales >= tier.sales
        && facts.sellers >= tier.sellers
        && facts.buyers >= tier.buyers
        && facts.top_share.unwrap_or(1.0) <= tier.top_share
        && (tier.influence.is_infinite() || facts.influence.is_some_and(|i| i <= tier.influence))
}

/// Weight of each seller before the cap, by its number.
#[must_use]
pub fn totals(evidence: &[Evidence]) -> Vec<f64> {
    let mut totals = vec![0.0; evidence.iter().map(|e| e.seller + 1).max().unwrap_or(0)];
    for e in evidence {
        if let Some(total) = totals.get_mut(e.seller) {
            *total += e.weight;
        }
    }
    totals
}

/// Share of the largest seller, lots capped and sellers not; `None` without evidence.
#[must_use]
pub fn top_share(evidence: &[Evidence]) -> Option<f64> {
    let totals = totals(evidence);
    let sum: f64 = totals.iter().sum();
    (sum > 0.0).then(|| totals.iter().copied().fold(0.0, f64::max) / sum)
}

/// Share of each seller in the weights after the cap, by its number; they sum to 1.
#[must_use]
pub fn capped_shares(evidence: &[Evidence], centre: &Centre) -> Vec<f64> {
    let points: Vec<Point> = evidence.iter().map(|e| Point { y: e.y, weight: e.weight, seller: e.seller }).collect();
    let weights = capped_weights(&points, centre.seller_cap);
    let mut shares = vec![0.0; evidence.iter().map(|e| e.seller + 1).max().unwrap_or(0)];
    for (point, weight) in points.iter().zip(weights) {
        if let Some(share) = shares.get_mut(point.seller) {
            *share += weight;
        }
    }
    shares
}

/// The smallest number of sellers that together hold more than the trimmed share of the weights: fewer can't take the centre
/// outside the range of the others, because all that they put at one end is trimmed away. `None` without evidence.
#[must_use]
pub fn breakdown(evidence: &[Evidence], centre: &Centre) -> Option<u32> {
    let mut shares = capped_shares(evidence, centre);
    shares.sort_by(|a, b| b.total_cmp(a));
    let mut together = 0.0;
    for (n, share) in shares.iter().filter(|s| **s > 0.0).enumerate() {
        together += share;
        if together > centre.trim {
            return u32::try_from(n + 1).ok();
        }
    }
    None
}
