//! Where does a falling function cross zero?

/// The root of a function that falls from above zero at 0, by halving until no float lies between: the same on every machine.
/// `None` if it never falls to zero.
pub(super) fn of_falling(function: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut low, mut high) = (0.0, 1.0);
    while function(high) > 0.0 {
        (low, high) = (high, high * 2.0);
        if !high.is_finite() {
            return None;
        }
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return Some(middle);
        }
        if function(middle) > 0.0 { low = middle } else { high = middle }
    }
}
