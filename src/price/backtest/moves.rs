//! How restless is a series of prices? How many moves, how large, how often turned round.

use serde::Serialize;

/// The moves of a series over its periods; sizes are `|ln|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Moves {
    /// Steps from a period with a price to the next period with a price.
    pub steps: u32,
    /// Steps on which the price changed.
    pub moved: u32,
    /// Mean size of these; 0 without any.
    pub mean: f64,
    /// The largest.
    pub largest: f64,
    /// Moves against the direction of the last move before them.
    pub reversals: u32,
}

/// The moves of one series; a gap ends it, and what follows begins anew.
#[must_use]
pub fn moves(series: &[Option<f64>]) -> Moves {
    let mut all = Moves::default();
    let mut direction = 0.0;
    let mut total = 0.0;
    for pair in series.windows(2) {
        let (Some(before), Some(now)) = (pair.first().copied().flatten(), pair.get(1).copied().flatten()) else {
            direction = 0.0;
            continue;
        };
        all.steps += 1;
        let size = libm::log(now / before);
        if size == 0.0 {
            continue;
        }
        all.moved += 1;
        total += size.abs();
        all.largest = all.largest.max(size.abs());
        all.reversals += u32::from(direction * size < 0.0);
        direction = size.signum();
    }
    all.mean = if all.moved == 0 { 0.0 } else { total / f64::from(all.moved) };
    all
}

/// Several series counted together.
#[must_use]
pub fn together(all: &[Moves]) -> Moves {
    let moved: u32 = all.iter().map(|m| m.moved).sum();
    let total: f64 = all.iter().map(|m| m.mean * f64::from(m.moved)).sum();
    Moves {
        steps: all.iter().map(|m| m.steps).sum(),
        moved,
        mean: if moved == 0 { 0.0 } else { total / f64::from(moved) },
        largest: all.iter().map(|m| m.largest).fold(0.0, f64::max),
        reversals: all.iter().map(|m| m.reversals).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_counted_with_their_size_and_turns() {
        let e = std::f64::consts::E;
        // Up by 1, held, down by 2, gap, then anew: up by 1 is no turn.
        let m = moves(&[Some(1.0), Some(e), Some(e), Some(1.0 / e), None, Some(1.0), Some(e)]);
        assert_eq!((m.steps, m.moved, m.reversals), (4, 3, 1));
        assert!((m.mean - 4.0 / 3.0).abs() < 1e-12 && (m.largest - 2.0).abs() < 1e-12);
        let twice = together(&[m, m]);
        assert_eq!((twice.steps, twice.moved, twice.reversals), (8, 6, 2));
        assert!((twice.mean - m.mean).abs() < 1e-12);
        assert_eq!(moves(&[None, Some(2.0), None]), Moves::default());
        assert_eq!(together(&[]), Moves::default());
    }
}
