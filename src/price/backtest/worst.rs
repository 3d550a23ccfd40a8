//! Which move of which price is the worst, and which sets of sellers are there to try?

use super::count;
use super::forecast::Forecast;
use super::score::{median, sorted};
use crate::price::course::Step;
use crate::price::policy::Class;
use crate::text::Text;
use serde::Serialize;

/// A price that is attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The guide price.
    Guide,
    /// The assessed price.
    Assessed,
    /// The last price.
    Last,
    /// The mean weighted by mass.
    Vwap,
    /// The median.
    Median,
    /// The mean with the filter of 4 %.
    VwapNear,
}

impl Target {
    /// All of them, the method first.
    pub const ALL: [Target; 6] = [Target::Guide, Target::Assessed, Target::Last, Target::Vwap, Target::Median, Target::VwapNear];

    /// For people.
    #[must_use]
    pub const fn title(self) -> Text {
        match self {
            Target::Guide => Forecast::Guide.title(),
            Target::Assessed => Forecast::Assessed.title(),
            Target::Last => Forecast::Last.title(),
            Target::Vwap => Forecast::Vwap.title(),
            Target::Median => Forecast::Median.title(),
            Target::VwapNear => Forecast::VwapNear.title(),
        }
    }
}

/// A move of a price, and of which class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Move {
    /// `|ln|`.
    pub(super) size: f64,
    /// Index of the class.
    pub(super) class: usize,
}

/// The largest move of each of [`Target::ALL`].
pub(super) type Moved = [Move; 6];

/// Nothing moved.
pub(super) const UNMOVED: Moved = [Move { size: 0.0, class: 0 }; 6];

/// The larger of each.
pub(super) fn worse(a: Moved, b: Moved) -> Moved {
    let mut worse = a;
    for (slot, other) in worse.iter_mut().zip(b) {
        if other.size > slot.size {
            *slot = other;
        }
    }
    worse
}

/// The worst move of one price.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Worst {
    /// Which price.
    pub target: Target,
    /// The largest over all periods, `|ln|`.
    pub largest: f64,
    /// The period of it; `None` where nothing moved.
    pub period: Option<String>,
    /// The grade class of it.
    pub class: Option<String>,
    /// Admitted sales that this class really had in that period.
    pub class_sales: Option<u32>,
    /// The median of the periods' worst.
    pub median: f64,
}

/// The worst of one period.
pub(super) struct WorstOf {
    period: String,
    /// Admitted sales by class.
    sales: Vec<u32>,
    moved: Moved,
}

impl WorstOf {
    pub(super) fn new(step: &Step, moved: Moved) -> Self {
        let sales = |class: usize| count(step.intake.sold.iter().filter(|s| s.class == class).count());
        Self { period: step.span.id.clone(), sales: (0..step.stand.classes.len()).map(sales).collect(), moved }
    }
}

/// From the worst moves of each period; of equal ones the first.
pub(super) fn worst(periods: &[WorstOf], classes: &[Class]) -> Vec<Worst> {
    let of = |(i, target): (usize, Target)| {
        let moves: Vec<(&WorstOf, Move)> = periods.iter().map(|p| (p, p.moved.get(i).copied().unwrap_or_default())).collect();
        let largest = moves.iter().map(|(_, m)| m.size).fold(0.0, f64::max);
        let found = moves.iter().find(|(_, m)| m.size == largest && largest > 0.0);
        Worst {
            target,
            largest,
            period: found.map(|(p, _)| p.period.clone()),
            class: found.and_then(|(_, m)| classes.get(m.class)).map(|class| class.id.clone()),
            class_sales: found.and_then(|(p, m)| p.sales.get(m.class)).copied(),
            median: median(&sorted(moves.iter().map(|(_, m)| m.size))).unwrap_or(0.0),
        }
    };
    Target::ALL.into_iter().enumerate().map(of).collect()
}

/// All sets of `k` of the sellers, in order; where they would be more than `most`, those of as many of the first sellers as make
/// no more. Whether they are all.
#[must_use]
pub fn subsets(sellers: &[usize], k: usize, most: usize) -> (Vec<Vec<usize>>, bool) {
    let mut n = sellers.len();
    while n > k && choose(n, k) > most {
        n -= 1;
    }
    let mut sets: Vec<Vec<usize>> = Vec::new();
    extend(sellers.get(..n).unwrap_or_default(), k, &mut Vec::new(), &mut sets);
    (sets, n == sellers.len())
}

fn extend(rest: &[usize], k: usize, chosen: &mut Vec<usize>, sets: &mut Vec<Vec<usize>>) {
    if k == 0 {
        sets.push(chosen.clone());
        return;
    }
    for (i, seller) in rest.iter().enumerate() {
        chosen.push(*seller);
        extend(rest.get(i + 1..).unwrap_or_default(), k - 1, chosen, sets);
        chosen.pop();
    }
}

fn choose(n: usize, k: usize) -> usize {
    (0..k).fold(1_usize, |product, i| product.saturating_mul(n.saturating_sub(i)) / (i + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_all_there_are_or_those_of_the_largest_sellers() {
        let (sets, all) = subsets(&[7, 3, 5, 1], 2, 6);
        assert_eq!(sets, [[7, 3], [7, 5], [7, 1], [3, 5], [3, 1], [5, 1]]);
        assert!(all);
        let (sets, all) = subsets(&[7, 3, 5, 1], 2, 5);
        assert_eq!(sets, [[7, 3], [7, 5], [3, 5]]);
        assert!(!all);
        assert_eq!(subsets(&[7, 3], 3, 9), (vec![], true), "there is no set of three");
        assert_eq!((choose(13, 3), choose(16, 2), choose(2, 3)), (286, 120, 0));
    }

    #[test]
    fn the_worst_is_the_largest_of_the_periods_with_their_median() {
        let periods = [("a", 0.1), ("b", 0.3), ("c", 0.2)].map(|(id, size)| {
            let mut moved = UNMOVED;
            moved[0] = Move { size, class: 1 };
            WorstOf { period: id.to_owned(), sales: vec![5, 0], moved }
        });
        let class = |id: &str| Class { id: id.to_owned(), grade_ppm: 1, from_ppm: 1, to_ppm: 2 };
        let all = worst(&periods, &[class("2.0"), class("2.5")]);
        let expected = Worst {
            target: Target::Guide,
            largest: 0.3,
            period: Some("b".to_owned()),
            class: Some("2.5".to_owned()),
            class_sales: Some(0),
            median: 0.2,
        };
        assert_eq!(all[0], expected);
        assert_eq!((all[1].largest, all[1].period.clone()), (0.0, None));
    }
}
