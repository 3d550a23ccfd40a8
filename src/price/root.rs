//! Where does a falling function cross zero?

/// More steps than a convergence that at least doubles the place, and then its digits, can take.
const STEPS: u32 = 2_000;

/// The root of a falling convex function that is given with its slope downwards (above zero), by Newton's method from 0.
///
/// Each tangent of a convex function crosses zero before the function does, so the steps rise to the root and never pass it; they end
/// where no float lies between, or where rounding says that the root is reached: the same on every machine. 0 where the function
/// does not begin above zero. `None` if it does not fall to zero.
pub(super) fn of_convex_falling(function: impl Fn(f64) -> (f64, f64)) -> Option<f64> {
    let mut place = 0.0;
    for _ in 0..STEPS {
        let (value, slope) = function(place);
        if value <= 0.0 {
            return Some(place);
        }
        let next = place + value / slope;
        if !next.is_finite() {
            return None;
        }
        if next <= place {
            return Some(place);
        }
        place = next;
    }
    None
}
