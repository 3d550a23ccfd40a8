//! Which cells are read without a detour? Those that most programs write; what they give is what the careful way gives.

use super::value::{Cell, MAX_GRADE_PPM};
use super::when;
use crate::records::Kind;
use crate::records::units::Scale;
use std::borrow::Cow;

/// The cells as most programs write them, without a detour; `None` for all others, good or bad.
pub(super) fn quick<'a>(kind: Kind, scale: Option<Scale>, raw: &'a str) -> Option<Cell<'a>> {
    let bytes = raw.as_bytes();
    if bytes.is_empty() {
        return Some(Cell::Missing);
    }
    let bounded = |min: i64, max: i64| plain_number(bytes, scale).filter(|n| (min..=max).contains(n)).map(Cell::Whole);
    match kind {
        // Digits, capitals and small letters that no word for "nothing" and no failed formula can be made of.
        Kind::Text | Kind::SiteRef => {
            let plain = bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
            let something = bytes.len() > 4 || bytes.iter().any(u8::is_ascii_digit);
            (plain && something).then_some(Cell::Text(Cow::Borrowed(raw)))
        }
        // 赣C12345
        Kind::Plate => {
            let (province, rest) = raw.split_at_checked(3)?;
            let han = province.chars().next().is_some_and(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            let plain = rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            (han && plain && (5..=13).contains(&rest.len())).then_some(Cell::Text(Cow::Borrowed(raw)))
        }
        Kind::Degrees { limit } => plain_degrees(bytes).filter(|d| *d != 0.0 && *d <= limit).map(Cell::Float),
        Kind::Mass { min_kg, max_kg } => bounded(min_kg, max_kg),
        Kind::Grade => bounded(0, MAX_GRADE_PPM),
        Kind::Moisture => bounded(0, 999_999),
        Kind::Instant => when::instant_fast(bytes).map(Cell::Whole),
        Kind::Day => when::day_fast(bytes).map(|d| Cell::Whole(i64::from(d))),
        Kind::Whole { min, max } if bytes.len() == 1 => {
            let digit = i64::from(bytes.first()?.wrapping_sub(b'0'));
            (digit < 10 && (min..=max).contains(&digit)).then_some(Cell::Whole(digit))
        }
        _ => None,
    }
}

/// `31520`, `31.52`: at most 15 digits in a unit that loses none of them.
fn plain_number(bytes: &[u8], scale: Option<Scale>) -> Option<i64> {
    const TENS: [i64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
    let scale = scale.unwrap_or(Scale { exponent: 0, multiplier: 1 });
    if bytes.len() > 11 || scale.multiplier != 1 {
        return None;
    }
    let (mut value, mut places, mut digits) = (0i64, None, 0);
    for byte in bytes {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i64::from(byte - b'0');
                digits += 1;
                places = places.map(|p: i32| p + 1);
            }
            b'.' if places.is_none() => places = Some(0),
            _ => return None,
        }
    }
    let shift = usize::try_from(scale.exponent - places.unwrap_or(0)).ok()?;
    (digits > 0).then_some(value * TENS.get(shift)?)
}

/// `27.512345`: a whole number and a power of ten that a double holds exactly, whose quotient is the nearest double.
fn plain_degrees(bytes: &[u8]) -> Option<f64> {
    const TENS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
    let point = memchr::memchr(b'.', bytes).filter(|at| (1..=3).contains(at))?;
    let (whole, part) = (bytes.get(..point)?, bytes.get(point + 1..).filter(|p| !p.is_empty())?);
    let power = TENS.get(part.len())?;
    let digits = whole.iter().chain(part);
    let value = digits.clone().all(u8::is_ascii_digit).then(|| digits.fold(0u64, |value, b| value * 10 + u64::from(b - b'0')))?;
    // At most 12 digits.
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    let value = value as f64;
    Some(value / power)
}
