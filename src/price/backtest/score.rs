//! How far off was a forecast? Summaries of `r = ln(price paid) - ln(forecast)`, every sale counted once, whatever its mass.

use serde::Serialize;

/// The error of a forecast over sales that came after it; all but `n` are logarithmic (0.01 is 1 %).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Error {
    /// Sales.
    pub n: u32,
    /// Median of `|r|`.
    pub median: f64,
    /// Mean of `|r|`.
    pub mean: f64,
    /// Root of the mean of `r²`.
    pub rmse: f64,
    /// Mean of `r`: above zero, the forecast was too low.
    pub bias: f64,
    /// The smallest `|r|` that nine in ten do not exceed.
    pub p90: f64,
}

/// Summarises residuals; `None` without any.
#[must_use]
pub fn error(residuals: &[f64]) -> Option<Error> {
    let sizes = sorted(residuals.iter().map(|r| r.abs()));
    let n = number(residuals.len());
    Some(Error {
        n: u32::try_from(residuals.len()).unwrap_or(u32::MAX),
        median: median(&sizes)?,
        mean: sizes.iter().sum::<f64>() / n,
        rmse: libm::sqrt(residuals.iter().map(|r| r * r).sum::<f64>() / n),
        bias: residuals.iter().sum::<f64>() / n,
        p90: ninth_decile(&sizes)?,
    })
}

/// In rising order.
pub(super) fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The median of sorted values, the mean of the middle two of an even number; `None` without any.
#[must_use]
pub fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(middle.checked_sub(1)?).map(|lower| 0.5 * (lower + upper))
}

/// The value of rank `ceil(0.9 n)` of sorted values.
fn ninth_decile(sorted: &[f64]) -> Option<f64> {
    let rank = (sorted.len() * 9).div_ceil(10);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of sales and periods are far below 2^53")]
pub(super) fn number(n: usize) -> f64 {
    n as f64
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Those that were counted.
    pub inside: u32,
    /// All that could have been.
    pub of: u32,
}

impl Share {
    /// Counts one more.
    pub fn count(&mut self, inside: bool) {
        self.of += 1;
        self.inside += u32::from(inside);
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { inside: self.inside + other.inside, of: self.of + other.of }
    }

    /// As a fraction; `None` of nothing.
    #[must_use]
    pub fn fraction(self) -> Option<f64> {
        (self.of > 0).then(|| f64::from(self.inside) / f64::from(self.of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_summarised_as_by_hand() {
        // |r| sorted: 0.00 0.01 0.02 0.04; r²: 0 1 4 16 e-4.
        let e = error(&[0.01, -0.02, 0.0, 0.04]).unwrap();
        assert_eq!(e.n, 4);
        assert!((e.median - 0.015).abs() < 1e-15 && (e.mean - 0.0175).abs() < 1e-15 && (e.bias - 0.0075).abs() < 1e-15);
        assert!((e.rmse - (21e-4f64 / 4.0).sqrt()).abs() < 1e-15, "{}", e.rmse);
        assert!((e.p90 - 0.04).abs() < 1e-15, "rank 4 of 4");
    }

    #[test]
    fn nine_in_ten_do_not_exceed_the_ninth_decile() {
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(error(&ten).unwrap().p90, 9.0);
        assert_eq!(error(&ten[..1]).unwrap().p90, 1.0);
        assert_eq!(error(&[]), None);
        assert_eq!(median(&[1.0, 2.0, 9.0]), Some(2.0));
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        let mut share = Share::default();
        assert_eq!(share.fraction(), None);
        share.count(true);
        share.count(false);
        assert_eq!((share.fraction(), share.and(share)), (Some(0.5), Share { inside: 2, of: 4 }));
    }
}
