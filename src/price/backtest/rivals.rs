//! What would simpler methods have said? Rival prices of one grade class from the same admitted sales.
//!
//! All are computed from the sales of one period alone; a class without a sale in the period keeps what it had before. They have
//! no cap of sellers, no trimming, no netback and no limit on a step.

use super::score::{median, sorted};

/// An admitted sale as the rivals see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deal {
    /// Fen a dry tonne.
    pub price: f64,
    /// Dry tonnes, or any other unit of mass.
    pub mass: f64,
}

/// The rivals that are computed from sales; fen a dry tonne.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rivals {
    /// The latest sale.
    pub last: f64,
    /// Mean weighted by mass.
    pub vwap: f64,
    /// Median, every sale counted once.
    pub median: f64,
    /// Mean weighted by mass of the sales near the preceding mean.
    pub vwap_near: f64,
}

impl Rivals {
    /// In the order of their names: last price, VWAP, median, VWAP of what is near.
    #[must_use]
    pub const fn all(&self) -> [f64; 4] {
        [self.last, self.vwap, self.median, self.vwap_near]
    }
}

/// How far from the preceding mean price (`vwap` of the class's last period with sales) a sale may lie to be counted in
/// `vwap_near`: the rival is known as the VWAP with a filter of 4 %.
pub const NEAR: f64 = 0.04;

/// The rivals after a period with these deals, in the order (date, id); `before` are those of the period before. Without deals
/// those before stand. Where no deal lies near the preceding mean, the last `vwap_near` stands; before there is a mean, all count.
#[must_use]
pub fn rivals(deals: &[Deal], before: Option<Rivals>) -> Option<Rivals> {
    let Some(last) = deals.last() else { return before };
    let vwap = vwap(deals)?;
    let near: Vec<Deal> = match before {
        Some(before) => deals.iter().copied().filter(|d| (d.price / before.vwap - 1.0).abs() <= NEAR).collect(),
        None => deals.to_vec(),
    };
    Some(Rivals {
        last: last.price,
        vwap,
        median: median(&sorted(deals.iter().map(|d| d.price)))?,
        vwap_near: self::vwap(&near).or(before.map(|b| b.vwap_near))?,
    })
}

/// The mean price weighted by mass; `None` without mass.
fn vwap(deals: &[Deal]) -> Option<f64> {
    let mass: f64 = deals.iter().map(|d| d.mass).sum();
    (mass > 0.0).then(|| deals.iter().map(|d| d.price * d.mass).sum::<f64>() / mass)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deals(list: &[(f64, f64)]) -> Vec<Deal> {
        list.iter().map(|(price, mass)| Deal { price: *price, mass: *mass }).collect()
    }

    #[test]
    fn rivals_are_what_a_hand_computes() {
        let first = rivals(&deals(&[(100.0, 1.0), (110.0, 3.0)]), None).unwrap();
        assert_eq!(first, Rivals { last: 110.0, vwap: 107.5, median: 105.0, vwap_near: 107.5 });
        // Near 107.5: 103.2 to 111.8, so that 104 and 111 count and 120 does not.
        let second = rivals(&deals(&[(104.0, 1.0), (120.0, 2.0), (111.0, 1.0)]), Some(first)).unwrap();
        assert_eq!(second, Rivals { last: 111.0, vwap: 113.75, median: 111.0, vwap_near: 107.5 });
    }

    #[test]
    fn a_class_without_a_sale_keeps_what_it_had() {
        let first = rivals(&deals(&[(100.0, 1.0)]), None);
        assert_eq!(rivals(&[], first), first);
        assert_eq!(rivals(&[], None), None);
    }

    #[test]
    fn where_nothing_is_near_the_filtered_mean_stands_and_the_next_is_measured_from_the_plain_mean() {
        let first = rivals(&deals(&[(100.0, 1.0)]), None);
        let jumped = rivals(&deals(&[(120.0, 1.0)]), first).unwrap();
        assert_eq!((jumped.vwap_near, jumped.vwap), (100.0, 120.0));
        assert_eq!(rivals(&deals(&[(121.0, 1.0)]), Some(jumped)).unwrap().vwap_near, 121.0);
    }
}
