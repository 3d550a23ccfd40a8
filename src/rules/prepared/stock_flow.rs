//! Does what left a mine fit what it declared and held? By month, and added up over the year so that small steady gaps show.
//!
//! A gap is tickets - (declared + opening - closing stock), or without the closing stock: what can't have been there at all.
//! Its standard error: the weighbridge errs the same way on every trip; half of the variance of a declared month (by default)
//! is the same in all months of a mine; a stock in the middle of months that follow each other cancels. A year has at most
//! twelve months and twelve sums to date, so each is tested at a twenty-fourth of the rate: by Bonferroni's inequality no more
//! than the rate is wrong of all clean site-years, however the tests depend on each other. A year whose sum is beyond chance is
//! not clean (up to that rate): its months are then each tested at the rate itself.

use super::ore::{OreMonth, float, whole};
use statrs::distribution::{ContinuousCDF, Normal};

/// Tests that a year can have.
const TESTS_A_YEAR: f64 = 24.0;

/// Relative standard errors of the measurements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errors {
    /// A declared month.
    pub(super) declared: f64,
    /// Share of its variance that is the same in all months of a mine.
    pub(super) lasting: f64,
    /// A weighbridge.
    pub(super) scale: f64,
    /// A stock survey.
    pub(super) stock: f64,
}

/// What tickets are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// Declared + opening - closing: what must have left.
    Left,
    /// Declared + opening: what can have left at most.
    AtMost,
}

/// Months that were tested together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// Year.
    pub(super) year: i64,
    /// The month; `None`: the sum of the year to date.
    pub(super) month: Option<i64>,
    /// Months in it.
    pub(super) months: i64,
    /// Tickets out, kg.
    pub(super) net_kg: i64,
    /// What declared output and stocks explain, kg.
    pub(super) covered_kg: i64,
    /// Standard error of the difference, kg.
    pub(super) se_kg: i64,
    /// Whether it is beyond chance.
    pub(super) beyond: bool,
}

/// The gaps of a mine: a row a month, and one a year of more than one month, that can be judged. `months` in their order.
pub(super) fn gaps(months: &[OreMonth], bound: Bound, errors: Errors, rate: f64) -> Vec<Gap> {
    let z = |rate: f64| -Normal::standard().inverse_cdf(rate.clamp(1e-12, 0.5));
    let (far, near) = (z(rate / TESTS_A_YEAR), z(rate));
    let usable: Vec<Month> = months.iter().filter_map(|m| Month::of(m, bound)).collect();
    let mut gaps = Vec::new();
    for year in usable.chunk_by(|a, b| a.month.div_euclid(12) == b.month.div_euclid(12)) {
        let sum = if year.len() > 1 { gap(year, None, bound, errors, far) } else { None };
        // Once the year's sum shows that something is hidden, it is only asked in which months: each at the rate itself.
        let z = if sum.is_some_and(|sum| sum.beyond) { near } else { far };
        gaps.extend(year.iter().filter_map(|m| gap(std::slice::from_ref(m), Some(m.month), bound, errors, z)));
        gaps.extend(sum);
    }
    gaps
}

/// A month with a return, the stocks that the bound needs, and tickets.
#[derive(Clone, Copy)]
struct Month {
    month: i64,
    declared: f64,
    opening: f64,
    closing: f64,
    net: f64,
}

impl Month {
    fn of(ore: &OreMonth, bound: Bound) -> Option<Self> {
        // Without the closing stock in the bound it counts as nothing, with no error.
        let closing_kg = if bound == Bound::Left { ore.closing_kg? } else { 0 };
        Some(Self {
            month: ore.month,
            declared: float(ore.declared_kg?),
            opening: float(ore.opening_kg?),
            closing: float(closing_kg),
            net: float(ore.net_kg?),
        })
    }
}

fn gap(months: &[Month], month: Option<i64>, bound: Bound, errors: Errors, z: f64) -> Option<Gap> {
    let first = months.first()?;
    let sum = |get: fn(&Month) -> f64| months.iter().map(get).sum::<f64>();
    let (declared, net) = (sum(|m| m.declared), sum(|m| m.net));
    let (stock, stock_var) = stocks(months, bound, errors.stock);
    let own: f64 = months.iter().map(|m| m.declared * m.declared).sum();
    let declared_var = errors.declared * errors.declared * (errors.lasting * declared * declared + (1.0 - errors.lasting) * own);
    let se = libm::sqrt(declared_var + errors.scale * errors.scale * net * net + stock_var);
    let covered = declared + stock;
    Some(Gap {
        year: first.month.div_euclid(12),
        month,
        months: i64::try_from(months.len()).ok()?,
        net_kg: whole(net),
        covered_kg: whole(covered),
        se_kg: whole(se),
        beyond: net - covered > z * se,
    })
}

/// What came from stock over the months, and its variance. Where a month follows another with the stock with which that one
/// ended, the survey between them drops out of the sum.
fn stocks(months: &[Month], bound: Bound, error: f64) -> (f64, f64) {
    let variance = |stock: f64| error * error * stock * stock;
    let (mut from_stock, mut var) = (0.0, 0.0);
    let mut before: Option<&Month> = None;
    for month in months {
        let follows = before.filter(|b| b.month + 1 == month.month);
        match bound {
            // What lay there on the first day of months that follow each other; what was left at their end might have gone as well.
            Bound::AtMost if follows.is_some() => {}
            Bound::AtMost => {
                from_stock += month.opening;
                var += variance(month.opening);
            }
            Bound::Left => {
                let same = follows.filter(|b| (b.closing - month.opening).abs() < 0.5);
                var += variance(month.closing) + same.map_or(variance(month.opening), |b| -variance(b.closing));
                from_stock += month.opening - month.closing;
            }
        }
        before = Some(month);
    }
    (from_stock, var)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

    const ERRORS: Errors = Errors { declared: 0.02, lasting: 0.5, scale: 0.003, stock: 0.075 };

    fn ore(month: i64, declared: i64, opening: i64, closing: i64, net: i64) -> OreMonth {
        OreMonth { month, declared_kg: Some(declared), opening_kg: Some(opening), closing_kg: Some(closing), net_kg: Some(net) }
    }

    fn normal(rng: &mut ChaCha8Rng) -> f64 {
        let unit = |rng: &mut ChaCha8Rng| ((rng.next_u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
        libm::sqrt(-2.0 * libm::log(unit(rng))) * libm::cos(2.0 * core::f64::consts::PI * unit(rng))
    }

    /// A year of a mine that dispatches `1 + hidden` times what it declares, measured with the errors above; 1 000 t a month, 500 t in stock.
    fn year(seed: u64, hidden: f64) -> Vec<OreMonth> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (lasting, bridge) = (normal(&mut rng), normal(&mut rng));
        let mut stock = 500_000.0;
        let mut surveyed = stock * (1.0 + ERRORS.stock * normal(&mut rng));
        (0..12)
            .map(|i| {
                let dug = 1_000_000.0 * (1.0 + 0.1 * normal(&mut rng));
                let moved = 50_000.0 * normal(&mut rng);
                let (opening, net) = (surveyed, dug * (1.0 + hidden) - moved);
                stock += moved;
                surveyed = stock * (1.0 + ERRORS.stock * normal(&mut rng));
                let half = core::f64::consts::FRAC_1_SQRT_2;
                let declared = dug * (1.0 + ERRORS.declared * half * (lasting + normal(&mut rng)));
                ore(24_276 + i, whole(declared), whole(opening), whole(surveyed), whole(net * (1.0 + ERRORS.scale * bridge)))
            })
            .collect()
    }

    #[test]
    fn honest_years_are_found_no_more_often_than_the_rate_says() {
        // 4 000 clean site-years at 1 %: at most 40 wrong ones expected; 63 is 3.6 standard errors above.
        let wrong = (0..4_000).filter(|seed| gaps(&year(*seed, 0.0), Bound::Left, ERRORS, 0.01).iter().any(|g| g.beyond)).count();
        assert!(wrong <= 63, "{wrong}");
        // A test that never fires would pass too: at 20 times the rate it does fire.
        let loose = (0..1_000).filter(|seed| gaps(&year(*seed, 0.0), Bound::Left, ERRORS, 0.5).iter().any(|g| g.beyond)).count();
        assert!(loose > 50, "{loose}");
    }

    #[test]
    fn small_steady_hiding_shows_in_the_sum_where_no_month_shows_it() {
        let years = 300;
        let beyond = |seed: u64, yearly: bool| {
            gaps(&year(seed, 0.07), Bound::Left, ERRORS, 0.01).iter().any(|g| g.beyond && g.month.is_none() == yearly)
        };
        let by_year = (0..years).filter(|seed| beyond(*seed, true)).count();
        let only_by_month = (0..years).filter(|seed| beyond(*seed, false) && !beyond(*seed, true)).count();
        assert!(by_year > 230, "{by_year}");
        assert!(only_by_month < 30, "{only_by_month}");
    }

    #[test]
    fn what_can_have_left_at_most_counts_the_first_stock_once_and_forgives_the_last() {
        let months = [ore(0, 100, 50, 40, 110), ore(1, 100, 40, 30, 110), ore(3, 100, 70, 70, 100)];
        let year: Vec<i64> = [Bound::Left, Bound::AtMost]
            .into_iter()
            .filter_map(|b| gaps(&months, b, ERRORS, 0.01).into_iter().find(|g| g.month.is_none()).map(|g| g.covered_kg))
            .collect();
        assert_eq!(year, [300 + 20, 300 + 50 + 70]);
    }

    #[test]
    fn a_survey_between_two_months_drops_out_of_the_sum() {
        let months = |n: i64| (0..n).map(|i| ore(i, 0, 1_000, 1_000, 1)).collect::<Vec<_>>();
        let se = |n: i64| gaps(&months(n), Bound::Left, ERRORS, 0.01).into_iter().find(|g| g.month.is_none()).map(|g| g.se_kg);
        assert_eq!(se(2), se(9));
        assert_eq!(se(2), Some(106));
    }

    #[test]
    fn a_month_without_return_stock_or_tickets_is_not_judged() {
        let whole = ore(0, 100, 0, 0, 300);
        for missing in [
            OreMonth { declared_kg: None, ..whole },
            OreMonth { opening_kg: None, ..whole },
            OreMonth { closing_kg: None, ..whole },
            OreMonth { net_kg: None, ..whole },
        ] {
            assert!(gaps(&[missing], Bound::Left, ERRORS, 0.01).is_empty());
        }
        assert_eq!(gaps(&[OreMonth { closing_kg: None, ..whole }], Bound::AtMost, ERRORS, 0.01).len(), 1);
        assert!(gaps(&[whole], Bound::Left, ERRORS, 0.01).iter().all(|g| g.beyond));
    }
}
