//! How does a written number become an integer without passing through a float?

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// Not a decimal number.
    NotANumber,
    /// More digits than a 64-bit integer holds.
    TooLarge,
}

/// Reads a decimal number (`-1,234.50`, `1.2e3`) and returns `number × 10^exponent × multiplier`, rounded half to even.
///
/// ASCII only: the caller folds full-width characters first. Thousands separators are taken where they separate
/// groups of three digits; any other comma makes the text no number. A trailing `%` is not read.
///
/// # Errors
/// [`DecimalError`] if the text is no decimal number or the result leaves `i64`.
pub fn parse_scaled(text: &[u8], exponent: i32, multiplier: i64) -> Result<i64, DecimalError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let mut mantissa: i128 = 0;
    let (mut seen, mut point, mut places, mut sticky) = (0u32, false, 0i32, false);
    let mut group: Option<u32> = None;
    let mut i = 0;
    while i < digits.len() {
        match digits[i] {
            d @ b'0'..=b'9' => {
                seen += 1;
                // 30 significant digits are kept; what follows can only break a tie, which `sticky` remembers.
                if mantissa < 1_000_000_000_000_000_000_000_000_000_000 {
                    mantissa = mantissa * 10 + i128::from(d - b'0');
                    places += i32::from(point);
                } else if point {
                    sticky |= d != b'0';
                } else {
                    return Err(DecimalError::TooLarge);
                }
                if let Some(n) = group.as_mut() {
                    *n += 1;
                }
            }
            b',' if !point && seen > 0 && group.is_none_or(|n| n == 3) && (group.is_some() || seen <= 3) => group = Some(0),
            b'.' if !point && group.is_none_or(|n| n == 3) => {
                point = true;
                group = None;
            }
            b'e' | b'E' if seen > 0 => break,
            _ => return Err(DecimalError::NotANumber),
        }
        i += 1;
    }
    if seen == 0 || group.is_some_and(|n| n != 3) {
        return Err(DecimalError::NotANumber);
    }
    let power = if i < digits.len() { small_integer(&digits[i + 1..])? } else { 0 };
    let value = shift(mantissa * i128::from(multiplier), exponent + power - places, sticky)?;
    i64::try_from(if negative { -value } else { value }).map_err(|_| DecimalError::TooLarge)
}

/// `mantissa × 10^power`, rounded half to even; `sticky` says that digits below the mantissa were not all zero.
fn shift(mantissa: i128, power: i32, sticky: bool) -> Result<i128, DecimalError> {
    if mantissa == 0 {
        return Ok(0);
    }
    if power >= 0 {
        let factor = 10i128.checked_pow(power.unsigned_abs()).ok_or(DecimalError::TooLarge)?;
        return mantissa.checked_mul(factor).ok_or(DecimalError::TooLarge);
    }
    let Some(divisor) = 10i128.checked_pow(power.unsigned_abs()) else { return Ok(0) };
    Ok(divide_half_even(mantissa, divisor, sticky))
}

/// `a / b` rounded half to even, for `b > 0`; `sticky` says that `a` stands for slightly more (in magnitude).
#[must_use]
pub fn divide_half_even(a: i128, b: i128, sticky: bool) -> i128 {
    let (q, r) = (a.div_euclid(b), a.rem_euclid(b));
    let up = match r.cmp(&(b - r)) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => sticky || q % 2 != 0,
    };
    q + i128::from(up)
}

fn small_integer(text: &[u8]) -> Result<i32, DecimalError> {
    let text = std::str::from_utf8(text).map_err(|_| DecimalError::NotANumber)?;
    let power: i32 = text.parse().map_err(|_| DecimalError::NotANumber)?;
    if power.abs() > 40 { Err(DecimalError::TooLarge) } else { Ok(power) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, exponent: i32, expected: Result<i64, DecimalError>) {
        assert_eq!(parse_scaled(text.as_bytes(), exponent, 1), expected, "{text}");
    }

    #[test]
    fn tonnes_become_kilograms_exactly() {
        check("31.52", 3, Ok(31_520));
        check("1,234.5", 3, Ok(1_234_500));
        check("12,345,678", 0, Ok(12_345_678));
        check("-0.1", 3, Ok(-100));
        check("1.2e3", 0, Ok(1_200));
        check("3.1E-1", 3, Ok(310));
        check(".5", 3, Ok(500));
        check("5.", 0, Ok(5));
    }

    #[test]
    fn more_digits_than_the_unit_holds_are_rounded_half_to_even() {
        check("0.0005", 3, Ok(0));
        check("0.0015", 3, Ok(2));
        check("0.00050000000000000000000000000000000001", 3, Ok(1));
        check("-0.0015", 3, Ok(-2));
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        for text in ["", "-", "4o.2", "1,23", "1,2345", "12,34,567", "1.2.3", "1234,567", ",5", "0x10", "1e", "NaN", "inf", "1 2"] {
            check(text, 0, Err(DecimalError::NotANumber));
        }
        check("99999999999999999999", 0, Err(DecimalError::TooLarge));
        check("1e40", 0, Err(DecimalError::TooLarge));
    }
}
