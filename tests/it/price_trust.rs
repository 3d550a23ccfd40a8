//! Is a price called as good as its evidence, and not better? Tiers and rungs at, above and below each limit.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use lepid::policy::Policy;
use lepid::price::ladder::rung;
use lepid::price::policy::PricePolicy;
use lepid::price::policy_state::{Ladder, TrustPolicy};
use lepid::price::trust::{Facts, tier};

fn policy() -> TrustPolicy {
    let price = PricePolicy::load(&Policy::builtin().unwrap()).unwrap();
    price.product["lepidolite_concentrate"].trust.clone()
}

const BEST: Facts = Facts { sales: 12, sellers: 5, buyers: 3, top_share: Some(0.4), influence: Some(0.03) };

#[test]
fn a_tier_is_kept_at_its_limits_and_lost_just_beyond() {
    let all = [
        ("A", BEST),
        ("B", Facts { sales: 11, ..BEST }),
        ("B", Facts { sellers: 4, ..BEST }),
        ("B", Facts { buyers: 2, ..BEST }),
        ("B", Facts { top_share: Some(0.400_001), ..BEST }),
        ("B", Facts { influence: Some(0.030_001), ..BEST }),
        ("B", Facts { sales: 6, sellers: 4, buyers: 1, top_share: Some(1.0), influence: Some(0.05) }),
        ("C", Facts { influence: Some(0.050_001), ..BEST }),
        ("C", Facts { sales: 5, ..BEST }),
        ("C", Facts { sellers: 3, ..BEST }),
        ("C", Facts { sales: 3, sellers: 3, buyers: 1, top_share: Some(1.0), influence: Some(9.0) }),
        ("D", Facts { sales: 2, ..BEST }),
        ("D", Facts { sellers: 2, ..BEST }),
    ];
    for (expected, facts) in all {
        assert_eq!(tier(&facts, &policy()), expected, "{facts:?}");
    }
}

#[test]
fn what_is_not_known_is_not_taken_for_good() {
    assert_eq!(tier(&Facts { influence: None, ..BEST }, &policy()), "C");
    assert_eq!(tier(&Facts { top_share: None, ..BEST }, &policy()), "B");
    assert_eq!(tier(&Facts::default(), &policy()), "D");
}

#[test]
fn a_price_steps_down_the_ladder_as_its_evidence_ages() {
    let ladder = Ladder { carry_periods: 3, indicative_periods: 2 };
    let at = |age, own, estimated| rung(age, own, estimated, &ladder).level();
    assert_eq!(at(None, true, true), "L6", "there never was a level");
    assert_eq!([at(Some(0), true, true), at(Some(0), false, true), at(Some(0), false, false)], ["L1", "L2", "L3"]);
    assert_eq!([1, 2, 3, 4, 5, 6, 7].map(|age| at(Some(age), true, true)), ["L4", "L4", "L4", "L5", "L5", "L6", "L6"]);
}
