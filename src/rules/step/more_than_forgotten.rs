//! Is more missing than honest forgetting explains? Rows of a whole with `trips`, `usual_trips`, `usual_missing`; those within go.
//!
//! How often half of a trip is honestly forgotten is known from policy (`forgotten`); where the others forget more, theirs is the
//! rate. Nobody's own rate is exactly that: it is known as well as `known_by` tickets would tell it, a beta distribution; the number
//! that is missing by forgetting alone is then beta-binomial. `allowed` becomes the largest number that it exceeds with no more than
//! the false-alarm rate.

use super::Step;
use crate::engine::{EngineError, Rows};
use crate::rules::context::Context;
use polars::prelude::*;
use std::collections::BTreeMap;

pub(super) static STEP: Step = Step { name: "more-than-forgotten", parameters: &["forgotten", "known_by", "false_alarm"], run };

/// By what the rows of one whole and its tickets belong together.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

fn run(context: &Context, mut rows: DataFrame) -> Result<DataFrame, EngineError> {
    let honest = Honest { share: float(context.number("forgotten")?) / 1e6, known_by: float(context.number("known_by")?) };
    let alarm = context.rate("false_alarm")?;
    let cells = Rows::new(&rows);
    let texts = ["subject_kind", "subject", "period", "flow"].map(|name| rows.column(name).and_then(Column::str));
    let [kinds, subjects, periods, flows] = texts;
    let (kinds, subjects, periods, flows) = (kinds?, subjects?, periods?, flows?);
    let key = |row: usize| -> Option<Key> { Some((kinds.get(row)?, subjects.get(row)?, periods.get(row)?, flows.get(row)?)) };
    let mut beyond: BTreeMap<Key, i64> = BTreeMap::new();
    for row in 0..rows.height() {
        let whole = (cells.integer("observed", row)?, cells.integer("trips", row)?);
        let others = (cells.integer("usual_trips", row)?, cells.integer("usual_missing", row)?);
        let ((Some(missing), Some(trips)), (Some(usual_trips), Some(usual_missing))) = (whole, others) else { continue };
        let limit = honest.most_forgotten(trips, usual_trips, usual_missing, alarm);
        if let (Some(limit), Some(key)) = (limit.filter(|limit| missing > *limit), key(row)) {
            beyond.insert(key, limit);
        }
    }
    let limits: Vec<Option<i64>> = (0..rows.height()).map(|row| beyond.get(&key(row)?).copied()).collect();
    let found: BooleanChunked = limits.iter().map(Option::is_some).collect();
    let allowed: Int64Chunked = limits.into_iter().collect_ca("allowed".into());
    let whole = rows.column("observed")?.is_not_null();
    let allowed = allowed.zip_with(&whole, &Int64Chunked::full_null("allowed".into(), rows.height()))?;
    rows.with_column(allowed.into_column())?;
    Ok(rows.filter(&found)?)
}

/// What is known of honest forgetting.
struct Honest {
    /// Usual share.
    share: f64,
    /// From how many tickets.
    known_by: f64,
}

impl Honest {
    /// The largest number of `trips` that forgetting alone exceeds with a chance of no more than `alarm`; `None`: nothing is known.
    fn most_forgotten(&self, trips: i64, usual_trips: i64, usual_missing: i64, alarm: f64) -> Option<i64> {
        let usual = (float(usual_missing) + self.share * self.known_by) / (float(usual_trips) + self.known_by);
        let share = usual.max(self.share);
        let (forgotten, written) = (share * self.known_by, (1.0 - share) * self.known_by);
        if forgotten.is_nan() || forgotten <= 0.0 || written <= 0.0 {
            return None;
        }
        let mass = beta_binomial(trips, forgotten, written);
        let total: f64 = mass.iter().sum();
        let mut tail = 0.0;
        for (count, share) in mass.iter().enumerate().rev() {
            tail += share;
            if tail > alarm * total {
                return i64::try_from(count).ok();
            }
        }
        None
    }
}

/// Chances of 0, 1, … `n` under a beta-binomial distribution with these two weights, up to a common factor.
///
/// `p(x + 1) / p(x) = (n - x)(x + a) / ((x + 1)(n - x - 1 + b))`; logarithms, so that nothing underflows where it matters.
fn beta_binomial(n: i64, a: f64, b: f64) -> Vec<f64> {
    let mut logs = vec![0.0];
    let mut log = 0.0;
    for x in 0..n {
        log += libm::log(float(n - x) * (float(x) + a) / (float(x + 1) * (float(n - x - 1) + b)));
        logs.push(log);
    }
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logs.into_iter().map(|log| libm::exp(log - most)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of trips are below 2^53")]
fn float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With one weight each the beta-binomial is uniform; with large weights it is the binomial.
    #[test]
    fn a_beta_binomial_has_its_known_shapes() {
        assert!(beta_binomial(4, 1.0, 1.0).iter().all(|p| (p - 1.0).abs() < 1e-12));
        let binomial = [16.0, 32.0, 24.0, 8.0, 1.0];
        let mass = beta_binomial(4, 1e9, 2e9);
        let total: f64 = mass.iter().sum();
        for (p, expected) in mass.iter().zip(binomial) {
            assert!((p / total - expected / 81.0).abs() < 1e-6, "{mass:?}");
        }
    }

    /// The quantiles of the binomial of 300 trips at 5 %: P(X > 24) = 0.009349, P(X > 25) = 0.004994 (summed exactly).
    #[test]
    fn a_rate_that_is_known_for_sure_gives_the_binomial_quantile() {
        let sure = Honest { share: 0.05, known_by: 1e9 };
        assert_eq!(sure.most_forgotten(300, 0, 0, 0.005), Some(25));
        assert_eq!(sure.most_forgotten(300, 0, 0, 0.0094), Some(24));
    }

    #[test]
    fn what_others_forget_counts_where_it_is_more_and_so_does_not_knowing() {
        let most = |share, known_by, trips, missing| Honest { share, known_by }.most_forgotten(300, trips, missing, 1e-4);
        let alone = most(0.05, 200.0, 0, 0).unwrap();
        assert_eq!(most(0.05, 200.0, 1_000, 0), Some(alone));
        assert!(most(0.05, 200.0, 1_000, 200).unwrap() > alone);
        assert!(most(0.05, 2_000.0, 0, 0).unwrap() < alone);
        // Nothing is known: nothing is said.
        assert_eq!(most(0.0, 200.0, 50, 0), None);
        assert_eq!(most(0.0, 0.0, 0, 0), None);
    }
}
