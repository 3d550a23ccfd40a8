//! How much are the deals of one seller in one period alike, and how far apart are deals?
//!
//! One-way random effects of the sellers within each period (Searle, Casella & McCulloch 1992, chapter 4), unbalanced, by analysis of
//! variance: the level of the period is taken out by both mean squares.
//!
//! ```text
//! B = Σ n_s (ȳ_s - ȳ)²,  W = Σ (y - ȳ_s)²,   E B = f_B σ_w² + n0 f_B σ_a²,   E W = f_W σ_w²
//! icc = σ_a² / (σ_a² + σ_w²),   deal_sd = sqrt(σ_a² + σ_w²)
//! ```

use super::bisquare::float;
use super::panel::{grouped, mean, pick};

/// Likeness and spread of deals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// Intraclass correlation; below zero where the deals of one seller differ more than those of several.
    pub icc: f64,
    /// Its standard error.
    pub icc_error: f64,
    /// Standard deviation between deals of a period.
    pub deal_sd: f64,
    /// Its standard error.
    pub deal_sd_error: f64,
    /// Deals in periods with two sellers or more.
    pub deals: usize,
    /// Sellers of a period, summed over the periods, less one a period.
    pub freedom_between: usize,
    /// Deals less sellers of a period.
    pub freedom_within: usize,
}

/// Likeness and spread of the deals `y` of these periods and sellers. `None`: no period with two sellers, no seller with two deals in
/// one, or no spread.
///
/// The standard errors are the larger of the normal theory's and of those from leaving out one seller at a time (at least three),
/// since a seller who is dear in one period is often dear in the next.
#[must_use]
pub fn likeness(y: &[f64], period: &[usize], seller: &[usize]) -> Option<Likeness> {
    let squares = Squares::of(y, period, seller, None);
    let (a, w) = squares.components()?;
    let total = a + w;
    let (va, vw, cov) = squares.variances(a.max(0.0), w);
    // Delta method: icc = a / (a + w), sd = sqrt(a + w).
    let icc_variance = (w * w * va + a * a * vw - 2.0 * a * w * cov) / total.powi(4);
    let sd_variance = (va + vw + 2.0 * cov) / (4.0 * total);
    let (icc_jackknife, sd_jackknife) = jackknife(y, period, seller).unwrap_or((0.0, 0.0));
    Some(Likeness {
        icc: a / total,
        icc_error: libm::sqrt(icc_variance.max(0.0)).max(icc_jackknife),
        deal_sd: libm::sqrt(total),
        deal_sd_error: libm::sqrt(sd_variance.max(0.0)).max(sd_jackknife),
        deals: squares.deals,
        freedom_between: squares.freedom_between,
        freedom_within: squares.freedom_within,
    })
}

/// Standard errors of icc and deal_sd from leaving out one seller at a time.
fn jackknife(y: &[f64], period: &[usize], seller: &[usize]) -> Option<(f64, f64)> {
    let mut sellers = seller.to_vec();
    sellers.sort_unstable();
    sellers.dedup();
    let without: Vec<(f64, f64)> = sellers
        .iter()
        .filter_map(|s| Squares::of(y, period, seller, Some(*s)).components())
        .map(|(a, w)| (a / (a + w), libm::sqrt(a + w)))
        .collect();
    let n = float(without.len());
    if without.len() < 3 {
        return None;
    }
    let error = |values: Vec<f64>| {
        let middle = mean(&values);
        libm::sqrt((n - 1.0) / n * values.iter().map(|v| (v - middle) * (v - middle)).sum::<f64>())
    };
    Some((error(without.iter().map(|w| w.0).collect()), error(without.iter().map(|w| w.1).collect())))
}

/// Sums of squares within periods.
#[derive(Default)]
struct Squares {
    between: f64,
    within: f64,
    freedom_between: usize,
    freedom_within: usize,
    /// `Σ (n - Σ n_s² / n)` over the periods: what `σ_a²` adds to the sum of squares between.
    weight_between: f64,
    deals: usize,
    /// Deals of each seller in each period.
    counts: Vec<Vec<f64>>,
}

impl Squares {
    /// Of all sellers but one; a period with one seller says nothing about sellers, but its deals do about those of one.
    fn of(y: &[f64], period: &[usize], seller: &[usize], but: Option<usize>) -> Self {
        let mut sums = Self::default();
        for rows in grouped(period) {
            let rows: Vec<usize> = rows.into_iter().filter(|i| but.is_none() || seller.get(*i).copied() != but).collect();
            let names: Vec<usize> = rows.iter().filter_map(|i| seller.get(*i)).copied().collect();
            let own = pick(y, &rows);
            let sellers: Vec<Vec<f64>> = grouped(&names).iter().map(|of| pick(&own, of)).collect();
            sums.add(&own, &sellers);
        }
        sums
    }

    fn add(&mut self, own: &[f64], sellers: &[Vec<f64>]) {
        let square = |values: &[f64], middle: f64| values.iter().map(|v| (v - middle) * (v - middle)).sum::<f64>();
        self.within += sellers.iter().map(|deals| square(deals, mean(deals))).sum::<f64>();
        self.freedom_within += own.len() - sellers.len();
        self.deals += own.len();
        if sellers.len() < 2 {
            return;
        }
        let middle = mean(own);
        self.between += sellers.iter().map(|deals| float(deals.len()) * (mean(deals) - middle) * (mean(deals) - middle)).sum::<f64>();
        self.freedom_between += sellers.len() - 1;
        let counts: Vec<f64> = sellers.iter().map(|deals| float(deals.len())).collect();
        let n = float(own.len());
        self.weight_between += n - counts.iter().map(|c| c * c).sum::<f64>() / n;
        self.counts.push(counts);
    }

    /// `σ_a²` (which may be below zero) and `σ_w²`.
    fn components(&self) -> Option<(f64, f64)> {
        if self.freedom_between == 0 || self.freedom_within == 0 || self.weight_between <= 0.0 {
            return None;
        }
        let w = self.within / float(self.freedom_within);
        let a = (self.between - float(self.freedom_between) * w) / self.weight_between;
        (a + w > 0.0).then_some((a, w))
    }

    /// Variances of both and their covariance at the normal distribution: `Var B = 2 Σ tr[(A V)²]` over the periods, where the mean of
    /// a seller's `n_s` deals has the variance `v_s = σ_a² + σ_w² / n_s`; W is independent of B.
    fn variances(&self, a: f64, w: f64) -> (f64, f64, f64) {
        let trace = |counts: &Vec<f64>| {
            let n: f64 = counts.iter().sum();
            let terms = counts.iter().map(|c| (c, c * (a + w / c)));
            let (squares, thirds, sum) = terms.fold((0.0, 0.0, 0.0), |(q, t, s), (c, cv)| (q + cv * cv, t + c * cv * cv, s + c * cv));
            squares - 2.0 * thirds / n + (sum / n) * (sum / n)
        };
        let var_between = 2.0 * self.counts.iter().map(trace).sum::<f64>();
        let var_w = 2.0 * w * w / float(self.freedom_within);
        let share = float(self.freedom_between) / self.weight_between;
        let var_a = var_between / (self.weight_between * self.weight_between) + share * share * var_w;
        (var_a, var_w, -share * var_w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balanced_table_by_hand() {
        // Two sellers, two deals each: means 1 and 3, W = 4 × 0.25 = 1 (2 degrees), B = 2 (1 + 1) = 4 (1 degree).
        let got = likeness(&[0.5, 1.5, 2.5, 3.5], &[7, 7, 7, 7], &[0, 0, 1, 1]).unwrap();
        // σ_w² = 0.5; σ_a² = (4 - 0.5) / 2 = 1.75.
        assert!((got.icc - 1.75 / 2.25).abs() < 1e-14 && (got.deal_sd - 1.5).abs() < 1e-14, "{got:?}");
        assert_eq!((got.deals, got.freedom_between, got.freedom_within), (4, 1, 2));
    }

    #[test]
    fn the_level_of_a_period_does_not_matter() {
        let y = [0.1, 0.4, 0.2, 0.9, 0.3, 0.7, 0.8, 0.2];
        let (period, seller) = ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 2, 0, 0, 1, 1]);
        let moved: Vec<f64> = y.iter().zip(period).map(|(y, t)| y + 100.0 * t as f64).collect();
        let (a, b) = (likeness(&y, &period, &seller).unwrap(), likeness(&moved, &period, &seller).unwrap());
        assert!((a.icc - b.icc).abs() < 1e-9 && (a.deal_sd - b.deal_sd).abs() < 1e-9);
    }

    #[test]
    fn without_a_second_seller_or_a_second_deal_there_is_no_likeness() {
        assert_eq!(likeness(&[1.0, 2.0, 3.0], &[0, 0, 0], &[0, 0, 0]), None);
        assert_eq!(likeness(&[1.0, 2.0, 3.0], &[0, 0, 0], &[0, 1, 2]), None);
        assert_eq!(likeness(&[1.0; 4], &[0; 4], &[0, 0, 1, 1]), None, "no spread");
    }
}
