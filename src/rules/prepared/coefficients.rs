//! How far is a month's use of explosives or power a tonne from what is usual? Logarithms, medians, median deviations.
//!
//! Usual is the median of the mine's other months, if there are enough of them, else of the other mines' months. The scatter is
//! the mine's own and that of all mines together, weighed by months: own months alone are too few for a far tail, and months that
//! hide output would widen it. A month's distance is compared with Student's t: a median absolute deviation of n values knows
//! the scatter about as well as a standard deviation of 0.37 n (its efficiency, Rousseeuw & Croux 1993).

use statrs::distribution::{ContinuousCDF, StudentsT};
use std::collections::{BTreeMap, BTreeSet};

/// The normal distribution's standard deviation in median absolute deviations, 1 / 0.6745.
const SIGMA_PER_MAD: f64 = 1.482_602_218_505_602;
/// Efficiency of the median absolute deviation for normal values.
const MAD_EFFICIENCY: f64 = 0.37;
/// Variance of a median of n normal values: π / 2 times that of their mean.
const MEDIAN_VARIANCE: f64 = core::f64::consts::FRAC_PI_2;
/// Small-sample factors of the median absolute deviation for 2 to 9 values (Croux & Rousseeuw 1992); n / (n - 0.8) above.
const SMALL: [f64; 8] = [1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107];

/// What the comparison is made by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    /// Own months that are enough to be compared with; else the other mines'.
    pub(super) least_months: usize,
    /// Mines that are enough to be compared with.
    pub(super) least_mines: usize,
    /// As how many months the scatter of all mines counts beside the mine's own.
    pub(super) common_months: f64,
    /// Least scatter of a ratio, relative: the error of what is declared.
    pub(super) least_scatter: f64,
    /// False-alarm rate of one comparison.
    pub(super) rate: f64,
}

/// A month's ratio beside the usual one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Compared {
    /// Logarithm of the usual ratio.
    pub(super) usual: f64,
    /// How far from it a logarithm may lie at the rate.
    pub(super) far: f64,
    /// Months (own) or mines (others) it was compared with.
    pub(super) with: usize,
    /// Whether they were the mine's own months.
    pub(super) own: bool,
}

/// Logarithms of ratios by mine and month.
pub(super) type Ratios = BTreeMap<String, BTreeMap<i64, f64>>;

/// On which side of the usual a ratio is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// More use than output needs.
    More,
    /// Less use than output needs.
    Less,
}

impl Side {
    fn is_odd(self, ratio: f64, compared: &Compared) -> bool {
        match self {
            Self::More => ratio > compared.usual + compared.far,
            Self::Less => ratio < compared.usual - compared.far,
        }
    }
}

/// Every month of every mine beside what is usual; months that nothing can be compared with are left out.
///
/// Odd months hide each other: they pull the median and widen the scatter. So months that are found odd are left out of what the
/// others are compared with, again and again until no more are found.
pub(super) fn compare(ratios: &Ratios, side: Side, usual: Usual) -> BTreeMap<(String, i64), Compared> {
    let levels: BTreeMap<&str, f64> = ratios.iter().filter_map(|(site, months)| Some((site.as_str(), median(values(months))?))).collect();
    let common = common_scatter(ratios, &levels, usual.least_months);
    let mut compared = BTreeMap::new();
    for (site, months) in ratios {
        // Mines differ from each other by more than their months do.
        let mines: Vec<f64> = levels.iter().filter(|(other, _)| **other != site.as_str()).map(|(_, level)| *level).collect();
        let by_mines = common.filter(|_| mines.len() >= usual.least_mines).and_then(|common| among(&mines, common, usual));
        compared.extend(of_mine(months, common, by_mines, side, usual).into_iter().map(|(month, c)| ((site.clone(), month), c)));
    }
    compared
}

fn of_mine(
    months: &BTreeMap<i64, f64>,
    common: Option<f64>,
    by_mines: Option<Compared>,
    side: Side,
    usual: Usual,
) -> BTreeMap<i64, Compared> {
    let mut odd: BTreeSet<i64> = BTreeSet::new();
    loop {
        let beside_others = |month: &i64| {
            let others = months.iter().filter(|(other, _)| *other != month && !odd.contains(*other)).map(|(_, ratio)| *ratio);
            let others: Vec<f64> = others.collect();
            if others.len() >= usual.least_months { beside(&others, common, usual) } else { by_mines }
        };
        let compared: BTreeMap<i64, Compared> = months.keys().filter_map(|month| Some((*month, beside_others(month)?))).collect();
        let found = compared.iter().filter(|(month, c)| months.get(month).is_some_and(|ratio| side.is_odd(*ratio, c)));
        let found: BTreeSet<i64> = found.map(|(month, _)| *month).chain(odd.iter().copied()).collect();
        // The months that are left must still be enough to tell what is usual.
        if found.len() == odd.len() || months.len() < found.len() + usual.least_months {
            return compared;
        }
        odd = found;
    }
}

/// A month beside other months of its mine.
fn beside(others: &[f64], common: Option<f64>, usual: Usual) -> Option<Compared> {
    let n = count(others.len());
    let (level, scatter) = spread(others)?;
    let (variance, weight) = match common {
        Some(common) => {
            ((n * scatter * scatter + usual.common_months * common * common) / (n + usual.common_months), n + usual.common_months)
        }
        None => (scatter * scatter, n),
    };
    let scatter = libm::sqrt(variance).max(usual.least_scatter);
    Some(Compared {
        usual: level,
        far: t(weight, usual.rate)? * scatter * libm::sqrt(1.0 + MEDIAN_VARIANCE / n),
        with: others.len(),
        own: true,
    })
}

/// A month beside the levels of other mines: they differ from each other, and a month differs from its mine.
fn among(mines: &[f64], common: f64, usual: Usual) -> Option<Compared> {
    let n = count(mines.len());
    let (level, scatter) = spread(mines)?;
    let variance = scatter * scatter * (1.0 + MEDIAN_VARIANCE / n) + common * common;
    let far = t(n, usual.rate)? * libm::sqrt(variance).max(usual.least_scatter);
    Some(Compared { usual: level, far, with: mines.len(), own: false })
}

/// What Student's t exceeds at the rate, for a median absolute deviation of so many values.
fn t(values: f64, rate: f64) -> Option<f64> {
    let freedom = (MAD_EFFICIENCY * (values - 1.0)).max(1.0);
    StudentsT::new(0.0, 1.0, freedom).ok().map(|t| -t.inverse_cdf(rate))
}

/// Scatter of months around the median of their own mine, over all mines with enough months.
fn common_scatter(ratios: &Ratios, levels: &BTreeMap<&str, f64>, least: usize) -> Option<f64> {
    let mut away = Vec::new();
    for (site, months) in ratios.iter().filter(|(_, months)| months.len() > least) {
        let Some(level) = levels.get(site.as_str()) else { continue };
        // A median of n values takes one of them up.
        let widen = libm::sqrt(count(months.len()) / (count(months.len()) - 1.0).max(1.0));
        away.extend(months.values().map(|ratio| (ratio - level).abs() * widen));
    }
    median(away).map(|mad| SIGMA_PER_MAD * mad)
}

/// Median and scatter (corrected median absolute deviation, as a standard deviation) of two or more values.
fn spread(values: &[f64]) -> Option<(f64, f64)> {
    let level = median(values.to_vec())?;
    let mad = median(values.iter().map(|v| (v - level).abs()).collect())?;
    let n = values.len();
    let small = if n > 9 { count(n) / (count(n) - 0.8) } else { SMALL.get(n.checked_sub(2)?).copied()? };
    Some((level, SIGMA_PER_MAD * small * mad))
}

fn values(months: &BTreeMap<i64, f64>) -> Vec<f64> {
    months.values().copied().collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let upper = *values.get(n / 2)?;
    Some(if n.is_multiple_of(2) { f64::midpoint(*values.get(n / 2 - 1)?, upper) } else { upper })
}

#[expect(clippy::cast_precision_loss, reason = "numbers of months and mines")]
const fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

    const USUAL: Usual = Usual { least_months: 6, least_mines: 5, common_months: 36.0, least_scatter: 0.02, rate: 0.001 };

    fn normal(rng: &mut ChaCha8Rng) -> f64 {
        let unit = |rng: &mut ChaCha8Rng| ((rng.next_u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
        libm::sqrt(-2.0 * libm::log(unit(rng))) * libm::cos(2.0 * core::f64::consts::PI * unit(rng))
    }

    /// Mines of 12 months with levels of their own and a monthly scatter of 6.3 %.
    fn basin(seed: u64, mines: usize) -> Ratios {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..mines)
            .map(|mine| {
                let level = -1.7 + 0.2 * normal(&mut rng);
                (format!("M{mine:02}"), (0..12).map(|month| (month, level + 0.063 * normal(&mut rng))).collect())
            })
            .collect()
    }

    fn too_much(ratios: &Ratios) -> Vec<(String, i64)> {
        let compared = compare(ratios, Side::More, USUAL);
        compared.into_iter().filter(|((site, month), c)| ratios[site][month] > c.usual + c.far).map(|(key, _)| key).collect()
    }

    #[test]
    fn clean_months_are_found_no_more_often_than_the_rate_says() {
        // 60 basins of 30 mines: 21 600 months at 0.1 % are 21.6 wrong ones; 38 is 3.6 standard errors above.
        let wrong: usize = (0..60).map(|seed| too_much(&basin(seed, 30)).len()).sum();
        assert!(wrong <= 38, "{wrong}");
        assert!(wrong > 0, "a test that never fires proves nothing");
    }

    #[test]
    fn four_months_of_hidden_output_are_found_beside_eight_honest_ones() {
        let mut found = 0;
        for seed in 0..50 {
            let mut ratios = basin(seed, 30);
            for month in 7..11 {
                *ratios.get_mut("M03").unwrap().get_mut(&month).unwrap() += libm::log(1.45);
            }
            found += too_much(&ratios).iter().filter(|(site, month)| site == "M03" && (7..11).contains(month)).count();
        }
        assert!(found > 150, "{found} of 200");
    }

    #[test]
    fn a_mine_with_few_months_is_compared_with_others_and_with_nobody_if_they_are_few() {
        let mut ratios = basin(1, 30);
        ratios.insert("N1".to_owned(), BTreeMap::from([(3, -1.7), (4, 1.5)]));
        let compared = compare(&ratios, Side::More, USUAL);
        let of = |month: i64| compared.get(&("N1".to_owned(), month)).copied().unwrap();
        assert_eq!((of(3).own, of(3).with), (false, 30));
        assert!(1.5 > of(4).usual + of(4).far && -1.7 < of(3).usual + of(3).far);
        let alone = Ratios::from([("N1".to_owned(), BTreeMap::from([(3, -1.7), (4, 1.5)]))]);
        assert!(compare(&alone, Side::More, USUAL).is_empty());
    }

    #[test]
    fn medians_and_deviations_of_known_values() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
        let (level, scatter) = spread(&[1.0, 2.0, 3.0, 4.0, 100.0]).unwrap();
        assert!((level - 3.0).abs() < 1e-12 && (scatter - SIGMA_PER_MAD * 1.206).abs() < 1e-12, "{level} {scatter}");
        assert_eq!(spread(&[1.0]), None);
    }
}
