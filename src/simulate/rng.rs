//! Where does chance come from? From the seed alone: ChaCha8 streams named by what they are for.
//!
//! Each thing has a stream of its own, so that one more ticket at one mine changes nothing elsewhere. Only integer
//! operations, IEEE arithmetic and `libm` are used: the same numbers on any machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest, Sha256};

/// A stream of chance.
pub(super) struct Rng(ChaCha8Rng);

impl Rng {
    /// The stream of `what`, number `n`.
    pub(super) fn of(seed: u64, what: &str, n: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(n.to_le_bytes());
        hash.update(what.as_bytes());
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// A whole number below `n`; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A whole number of `low..=high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(high.abs_diff(low) + 1)).unwrap_or(0)
    }

    /// True in `parts` of a million cases.
    pub(super) fn ppm(&mut self, parts: u64) -> bool {
        self.below(1_000_000) < parts
    }

    /// In `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f64 {
        let bits = u32::try_from(self.0.next_u64() >> 32).unwrap_or(0);
        f64::from(bits) / 4_294_967_296.0
    }

    /// In `low..high`.
    pub(super) fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Standard normal (Box and Muller), held within ±3.
    pub(super) fn normal(&mut self) -> f64 {
        self.gauss().clamp(-3.0, 3.0)
    }

    /// The error of a measurement in standard errors: normal, within ±3.5; what falls beyond is measured again.
    pub(super) fn error(&mut self) -> f64 {
        loop {
            let error = self.gauss();
            if error.abs() <= 3.5 {
                return error;
            }
        }
    }

    /// Standard normal; no bound but that of 32 bits of chance, 6.7.
    pub(super) fn gauss(&mut self) -> f64 {
        self.radius() * libm::cos(2.0 * core::f64::consts::PI * self.unit())
    }

    /// How far from its centre a point falls whose two coordinates are standard normal.
    pub(super) fn radius(&mut self) -> f64 {
        libm::sqrt(-2.0 * libm::log(1.0 - self.unit()))
    }

    /// Numbers below `n`, each with the chance `share`; as many draws as numbers taken.
    pub(super) fn picks(&mut self, n: usize, share: f64) -> Vec<usize> {
        if share >= 1.0 {
            return (0..n).collect();
        }
        let mut taken = Vec::new();
        let per_gap = libm::log(1.0 - share.max(1e-12));
        let mut next = 0usize;
        loop {
            let gap = round((libm::log(1.0 - self.unit()) / per_gap).min(1e15) - 0.5).max(0);
            next = next.saturating_add(usize::try_from(gap).unwrap_or(usize::MAX));
            if next >= n {
                return taken;
            }
            taken.push(next);
            next += 1;
        }
    }
}

/// Whether number `n` is one of a share of all numbers that is spread evenly over them (multiples of the golden section).
/// Shares whose ranges `from..from + share` of 0..1 do not meet have no number in common.
pub(super) fn spread(n: usize, from: f64, share: f64) -> bool {
    let at = f64::from(u32::try_from(n).unwrap_or(u32::MAX)) * 0.618_033_988_749_894_9;
    (from..from + share).contains(&(at - libm::floor(at)))
}

/// The nearest whole number; halves away from zero. Saturates.
pub(super) fn round(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and the values are far from the bounds of i64")]
    let whole = libm::round(value) as i64;
    whole
}

/// A whole number as a float; exact below 2^53, and no quantity here is larger.
pub(super) fn float(value: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "quantities are below 2^53")]
    let float = value as f64;
    float
}

/// `value` rounded down to a multiple of `step`.
pub(super) fn down(value: i64, step: i64) -> i64 {
    value - value.rem_euclid(step)
}
