//! By how much are weighbridges' clocks wrong? A robust fit to how long trucks took from place to place.
//!
//! The time between two weighbridges' tickets is what the way took plus the second clock's error minus the first one's. How long the
//! way takes on average is unknown: a constant (weighing, queueing) and a multiple of the least travel time, one pair of numbers
//! for loaded trips and one for the way back. Offsets have a prior: zero, with the policy's standard deviation, beyond which it
//! pulls no harder (Huber), so that one clock that is far off does not shift the others. What the trips don't tell keeps the prior: no
//! correction, and the policy's error. A constant that all receivers have and no sender is such a part: it can't be told from weighing
//! and queueing, so the prior (most clocks are right) decides it.

/// Whether trucks came loaded or went back for the next load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// From loading to unloading.
    There,
    /// From unloading to the next loading.
    Back,
}

/// All trips of one month from one weighbridge to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) way: Way,
    /// Least travel time by the road, minutes.
    pub(super) least_min: f64,
    /// Median of the times between the two tickets, minutes.
    pub(super) median_min: f64,
    /// Standard error of that median, minutes.
    pub(super) error_min: f64,
}

/// A weighbridge's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Clock {
    /// Minutes that it is ahead.
    pub(super) offset_min: f64,
    /// Standard error of that, minutes; the prior's where nothing is known.
    pub(super) error_min: f64,
}

/// More weighbridges than this in one connected network are not fitted: the work grows with the third power.
const MOST_SITES: usize = 400;

/// Rounds of reweighting; the fit is convex and settles long before.
const ROUNDS: usize = 12;

/// Where Huber's weight begins to fall, standard errors: 95 % efficient on normal errors.
const HUBER: f64 = 1.345;

/// Roads differ from what distance and speed say by some 15 % before any residual is seen, and that guess weighs as much as so many
/// residuals: with few legs the residuals alone would say that all is exact.
const ROAD_SPREAD: f64 = 0.15;
const ROAD_SPREAD_WEIGHT: f64 = 4.0;

/// Nothing is known of the constants of the way but that they are no more than hours; keeps the equations regular.
const LOOSE_MIN: f64 = 600.0;
/// The multiple of the least time: trucks take once to a few times the least.
const LOOSE_RATIO: f64 = 3.0;

/// The clocks of `sites` weighbridges; `None` where no leg touches one.
pub(super) fn fit(sites: usize, legs: &[Leg], prior_min: f64) -> Vec<Option<Clock>> {
    let mut clocks = vec![None; sites];
    for network in networks(sites, legs) {
        if network.len() > MOST_SITES {
            continue;
        }
        let place = |site: usize| network.binary_search(&site).ok();
        let own: Vec<Leg> = legs.iter().filter_map(|leg| Some(Leg { from: place(leg.from)?, to: place(leg.to)?, ..*leg })).collect();
        for (site, clock) in network.iter().zip(fit_network(network.len(), &own, prior_min)) {
            if let Some(slot) = clocks.get_mut(*site) {
                *slot = clock;
            }
        }
    }
    clocks
}

/// Weighbridges that trucks connect, each sorted; only those that a leg touches.
fn networks(sites: usize, legs: &[Leg]) -> Vec<Vec<usize>> {
    let mut root: Vec<usize> = (0..sites).collect();
    let find = |root: &[usize], mut at: usize| {
        while root[at] != at {
            at = root[at];
        }
        at
    };
    let mut touched = vec![false; sites];
    for leg in legs.iter().filter(|l| l.from < sites && l.to < sites && l.from != l.to) {
        let (a, b) = (find(&root, leg.from), find(&root, leg.to));
        root[a.max(b)] = a.min(b);
        touched[leg.from] = true;
        touched[leg.to] = true;
    }
    let mut networks: Vec<Vec<usize>> = vec![Vec::new(); sites];
    for site in (0..sites).filter(|s| touched[*s]) {
        networks[find(&root, site)].push(site);
    }
    networks.retain(|n| !n.is_empty());
    networks
}

/// One equation: coefficients by unknown, and what was measured.
struct Equation {
    terms: [(usize, f64); 4],
    way: usize,
    measured: f64,
    error: f64,
}

impl Equation {
    fn of(leg: &Leg, sites: usize) -> Self {
        let way = usize::from(leg.way == Way::Back);
        let terms = [(leg.to, 1.0), (leg.from, -1.0), (sites + 2 * way, 1.0), (sites + 2 * way + 1, leg.least_min)];
        Self { terms, way, measured: leg.median_min, error: leg.error_min }
    }

    fn residual(&self, x: &[f64]) -> f64 {
        self.measured - self.terms.iter().map(|(i, c)| c * x.get(*i).copied().unwrap_or(0.0)).sum::<f64>()
    }
}

fn fit_network(sites: usize, legs: &[Leg], prior_min: f64) -> Vec<Option<Clock>> {
    let equations: Vec<Equation> = legs.iter().filter(|l| l.from != l.to).map(|leg| Equation::of(leg, sites)).collect();
    let count = sites + 4;
    let guess = ROAD_SPREAD * median(equations.iter().map(|e| e.measured.abs()).collect()).unwrap_or(0.0);
    let mut spread = [guess.max(1.0); 2];
    let mut x = vec![0.0; count];
    let mut inverse = Vec::new();
    for _ in 0..ROUNDS {
        let Some((solution, inverted)) = solve(count, sites, &equations, &x, spread, prior_min) else { return vec![None; sites] };
        x = solution;
        inverse = inverted;
        spread = [0, 1].map(|way| scale(&equations, &x, &inverse, count, way, spread, guess));
    }
    let error = |site: usize| inverse.get(site * count + site).map_or(prior_min, |v: &f64| v.max(0.0).sqrt());
    (0..sites).map(|site| Some(Clock { offset_min: x.get(site).copied().unwrap_or(0.0), error_min: error(site).min(prior_min) })).collect()
}

/// Weighted least squares at the weights of the last solution: the unknowns and the inverse of the normal matrix.
fn solve(count: usize, sites: usize, equations: &[Equation], x: &[f64], spread: [f64; 2], prior_min: f64) -> Option<(Vec<f64>, Vec<f64>)> {
    let mut matrix = vec![0.0; count * count];
    let mut right = vec![0.0; count];
    for equation in equations {
        let sigma = (spread[equation.way].powi(2) + equation.error.powi(2)).sqrt();
        let weight = huber(equation.residual(x) / sigma) / sigma.powi(2);
        for (i, a) in equation.terms {
            right[i] += weight * a * equation.measured;
            for (j, b) in equation.terms {
                matrix[i * count + j] += weight * a * b;
            }
        }
    }
    for i in 0..count {
        let sigma = if i < sites {
            prior_min.max(1e-6)
        } else if (i - sites).is_multiple_of(2) {
            LOOSE_MIN
        } else {
            LOOSE_RATIO
        };
        let pull = if i < sites { huber(x[i] / sigma) } else { 1.0 };
        matrix[i * count + i] += pull / sigma.powi(2);
    }
    let inverse = invert(matrix, count)?;
    let solution = (0..count).map(|i| (0..count).map(|j| inverse[i * count + j] * right[j]).sum()).collect();
    Some((solution, inverse))
}

/// How far the legs of one way scatter about the fit, minutes: a scaled inverse chi-square that begins at the guess.
fn scale(equations: &[Equation], x: &[f64], inverse: &[f64], count: usize, way: usize, spread: [f64; 2], guess: f64) -> f64 {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for equation in equations.iter().filter(|e| e.way == way) {
        let sigma = (spread[way].powi(2) + equation.error.powi(2)).sqrt();
        let residual = equation.residual(x);
        let weight = huber(residual / sigma);
        // What the leg itself decides of its fit is no residual.
        let leverage: f64 =
            equation.terms.iter().flat_map(|(i, a)| equation.terms.iter().map(move |(j, b)| a * b * inverse[i * count + j])).sum::<f64>()
                * weight
                / sigma.powi(2);
        squares += weight * (residual.powi(2) - equation.error.powi(2)).max(0.0);
        freedom += (1.0 - leverage).max(0.0);
    }
    ((ROAD_SPREAD_WEIGHT * guess.powi(2) + squares) / (ROAD_SPREAD_WEIGHT + freedom)).sqrt().max(0.5)
}

fn huber(standardised: f64) -> f64 {
    let size = standardised.abs();
    if size <= HUBER { 1.0 } else { HUBER / size }
}

/// The middle value, the mean of both where there are two.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = *values.get(half)?;
    Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(values[half - 1], upper) })
}

/// The inverse of a symmetric positive matrix by Cholesky; `None` if it is none.
fn invert(mut a: Vec<f64>, n: usize) -> Option<Vec<f64>> {
    for j in 0..n {
        let mut pivot = a[j * n + j];
        for k in 0..j {
            pivot -= a[j * n + k] * a[j * n + k];
        }
        if !(pivot.is_finite() && pivot > 0.0) {
            return None;
        }
        let pivot = pivot.sqrt();
        a[j * n + j] = pivot;
        for i in j + 1..n {
            let mut value = a[i * n + j];
            for k in 0..j {
                value -= a[i * n + k] * a[j * n + k];
            }
            a[i * n + j] = value / pivot;
        }
    }
    let mut inverse = vec![0.0; n * n];
    let mut column = vec![0.0; n];
    for e in 0..n {
        for i in 0..n {
            let mut value = if i == e { 1.0 } else { 0.0 };
            for k in 0..i {
                value -= a[i * n + k] * column[k];
            }
            column[i] = value / a[i * n + i];
        }
        for i in (0..n).rev() {
            let mut value = column[i];
            for k in i + 1..n {
                value -= a[k * n + i] * column[k];
            }
            column[i] = value / a[i * n + i];
        }
        for i in 0..n {
            inverse[i * n + e] = column[i];
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers without a pattern, standard normal, of a seed (sum of twelve uniforms).
    struct Noise(u64);

    impl Noise {
        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }

        fn normal(&mut self) -> f64 {
            (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
        }
    }

    /// Mines deliver to plants; roads differ by 10 % from what distance says, the same there and back.
    fn basin(offsets: &[f64], mines: usize, noise: &mut Noise, back: bool) -> Vec<Leg> {
        let mut legs = Vec::new();
        for from in 0..mines {
            for to in mines..offsets.len() {
                let least_min = 15.0 + 55.0 * noise.uniform();
                let way = least_min * 1.8 * (1.0 + 0.1 * noise.normal());
                let shift = offsets[to] - offsets[from];
                let error_min = 0.8;
                let there = 8.0 + way + shift + error_min * noise.normal();
                legs.push(Leg { from, to, way: Way::There, least_min, median_min: there, error_min });
                if back {
                    let back = 42.0 + way * 0.95 - shift + error_min * noise.normal();
                    legs.push(Leg { from: to, to: from, way: Way::Back, least_min, median_min: back, error_min });
                }
            }
        }
        legs
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// A fifth of the clocks is off by up to 25 minutes; all are found within a few minutes and within their errors.
        #[test]
        fn clocks_that_are_up_to_25_minutes_off_are_found_within_a_few_minutes(seed in any::<u64>()) {
            let mut noise = Noise(seed);
            let offsets: Vec<f64> = (0..24).map(|i| if i % 5 == 2 { 50.0 * noise.uniform() - 25.0 } else { noise.normal() }).collect();
            let legs = basin(&offsets, 16, &mut noise, true);
            for (site, (clock, offset)) in fit(offsets.len(), &legs, 10.0).iter().zip(&offsets).enumerate() {
                let clock = clock.unwrap();
                prop_assert!((clock.offset_min - offset).abs() < 6.0, "site {site}: {clock:?}, true {offset}");
                prop_assert!((clock.offset_min - offset).abs() < 4.5 * clock.error_min, "site {site}: {clock:?}, true {offset}");
                prop_assert!(clock.error_min < 5.0, "site {site}: {clock:?}");
            }
        }
    }

    #[test]
    fn without_the_way_back_the_network_alone_tells_single_clocks() {
        let mut noise = Noise(7);
        let mut offsets = vec![0.0; 20];
        offsets[3] = 24.0;
        offsets[16] = -21.0;
        let clocks = fit(20, &basin(&offsets, 14, &mut noise, false), 10.0);
        for (clock, offset) in clocks.iter().zip(&offsets) {
            assert!((clock.unwrap().offset_min - offset).abs() < 6.0, "{clock:?}, true {offset}");
        }
    }

    #[test]
    fn one_pair_alone_says_nothing_of_its_clocks() {
        let leg = Leg { from: 0, to: 1, way: Way::There, least_min: 30.0, median_min: 80.0, error_min: 0.5 };
        let clocks = fit(3, &[leg], 10.0);
        for clock in &clocks[..2] {
            let clock = clock.unwrap();
            assert!(clock.offset_min.abs() < 0.5 && clock.error_min > 9.0, "{clock:?}");
        }
        assert_eq!(clocks[2], None);
    }

    /// What all receivers have in common can't be told from weighing and queueing: it stays where the prior is.
    #[test]
    fn an_offset_that_all_receivers_share_is_not_found_without_the_way_back() {
        let mut noise = Noise(11);
        let offsets: Vec<f64> = (0..20).map(|i| if i < 14 { 0.0 } else { 15.0 }).collect();
        for clock in fit(20, &basin(&offsets, 14, &mut noise, false), 10.0) {
            assert!(clock.unwrap().offset_min.abs() < 6.0, "{clock:?}");
        }
    }

    #[test]
    fn forged_trips_between_two_places_do_not_move_their_clocks() {
        let mut noise = Noise(5);
        let offsets = vec![0.0; 20];
        let mut legs = basin(&offsets, 14, &mut noise, true);
        legs[0].median_min = 3.0;
        for clock in fit(20, &legs, 10.0) {
            assert!(clock.unwrap().offset_min.abs() < 6.0, "{clock:?}");
        }
    }

    #[test]
    fn two_networks_that_no_truck_connects_are_told_apart() {
        let leg = |from, to| Leg { from, to, way: Way::There, least_min: 30.0, median_min: 80.0, error_min: 0.5 };
        assert_eq!(networks(6, &[leg(0, 3), leg(4, 1), leg(3, 5)]), [vec![0, 3, 5], vec![1, 4]]);
    }

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let inverse = invert(vec![4.0, 2.0, 0.6, 2.0, 5.0, 1.0, 0.6, 1.0, 3.0], 3).unwrap();
        let a = [4.0, 2.0, 0.6, 2.0, 5.0, 1.0, 0.6, 1.0, 3.0];
        for i in 0..3 {
            for j in 0..3 {
                let sum: f64 = (0..3).map(|k| a[i * 3 + k] * inverse[k * 3 + j]).sum();
                assert!((sum - if i == j { 1.0 } else { 0.0 }).abs() < 1e-12);
            }
        }
        assert_eq!(invert(vec![1.0, 2.0, 2.0, 1.0], 2), None);
    }
}
