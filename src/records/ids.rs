//! Which identifiers are well formed? Credit codes, licence numbers, plates.

/// Alphabet of the unified social credit code: no I, O, S, V, Z (GB 32100-2015, 4.1).
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Why an identifier is not well formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// Wrong number of characters.
    Length,
    /// A character that the alphabet does not have.
    Character,
    /// The check character contradicts the others.
    Check,
}

/// The check character of the first 17 characters of a 统一社会信用代码 (GB 32100-2015, annex A:
/// weights 3^i mod 31, check = 31 - sum mod 31), or `None` if they are not 17 characters of the alphabet.
#[must_use]
pub fn credit_code_check(first17: &str) -> Option<char> {
    if first17.len() != 17 {
        return None;
    }
    let (mut sum, mut weight) = (0usize, 1usize);
    for c in first17.bytes() {
        sum += weight * CREDIT_ALPHABET.iter().position(|a| *a == c)?;
        weight = weight * 3 % 31;
    }
    Some(char::from(CREDIT_ALPHABET[(31 - sum % 31) % 31]))
}

/// A 统一社会信用代码 in its stored form (upper case), if it is well formed and its check character is right.
///
/// # Errors
/// [`IdError`] with what is wrong.
pub fn credit_code(text: &str) -> Result<String, IdError> {
    let code = text.trim().to_ascii_uppercase();
    if code.chars().count() != 18 {
        return Err(IdError::Length);
    }
    if !code.is_ascii() || !code.bytes().all(|c| CREDIT_ALPHABET.contains(&c)) {
        return Err(IdError::Character);
    }
    match credit_code_check(&code[..17]) {
        Some(check) if code.ends_with(check) => Ok(code),
        _ => Err(IdError::Check),
    }
}

/// A licence number in its stored form: `C` and 22 digits (采矿许可证), or `T` and at least 10 digits (勘查许可证).
///
/// # Errors
/// [`IdError`] with what is wrong.
pub fn licence_no(text: &str) -> Result<String, IdError> {
    let number = text.trim().to_ascii_uppercase();
    let digits = match number.as_bytes() {
        [b'C' | b'T', digits @ ..] => digits,
        _ => return Err(IdError::Character),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(IdError::Character);
    }
    let right_length = if number.starts_with('C') { digits.len() == 22 } else { (10..=24).contains(&digits.len()) };
    if right_length { Ok(number) } else { Err(IdError::Length) }
}

/// A plate in its stored form: upper case, separators (blank, `-`, `·`, `.`, `•`) dropped.
///
/// Any non-empty plate of at most 12 letters, digits and Chinese characters is taken: a plate that looks odd is evidence, not an error.
///
/// # Errors
/// [`IdError::Length`] if nothing or too much is left, [`IdError::Character`] for a character that no plate has.
pub fn plate(text: &str) -> Result<String, IdError> {
    let plate: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '·' | '.' | '•' | '‧' | '・' | '_' | '—' | '–'))
        .flat_map(char::to_uppercase)
        .collect();
    if !plate.chars().all(char::is_alphanumeric) {
        return Err(IdError::Character);
    }
    if (1..=12).contains(&plate.chars().count()) { Ok(plate) } else { Err(IdError::Length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_of_a_credit_code_is_verified() {
        // Computed by hand from the standard's rule; the last one is the example of a transposition that it catches.
        let code = format!("91360900MA35GYKX2{}", credit_code_check("91360900MA35GYKX2").unwrap());
        assert_eq!(credit_code(&code).as_deref(), Ok(code.as_str()));
        assert_eq!(credit_code(&code.to_lowercase()).as_deref(), Ok(code.as_str()));
        let mut swapped = code.clone().into_bytes();
        swapped.swap(10, 11);
        assert_eq!(credit_code(std::str::from_utf8(&swapped).unwrap()), Err(IdError::Check));
        assert_eq!(credit_code("9136090"), Err(IdError::Length));
        assert_eq!(credit_code("91360900MA35GYIX28"), Err(IdError::Character));
    }

    #[test]
    fn a_published_credit_code_is_right() {
        // 国家电网有限公司 and 中国石油天然气集团有限公司, as printed in their annual reports.
        assert!(credit_code("9111000071093123XX").is_ok());
        assert!(credit_code("91110000100010433L").is_ok());
    }

    #[test]
    fn plates_lose_their_separators() {
        assert_eq!(plate("赣c·12-345").as_deref(), Ok("赣C12345"));
        assert_eq!(plate(" 赣C 12345挂 ").as_deref(), Ok("赣C12345挂"));
        assert_eq!(plate("--"), Err(IdError::Length));
        assert_eq!(plate("赣C?1234"), Err(IdError::Character));
    }

    #[test]
    fn licence_numbers_have_their_digits() {
        assert!(licence_no("C3609002011037130108001").is_ok());
        assert_eq!(licence_no("C360900201103713010800"), Err(IdError::Length));
        assert!(licence_no("T36120080302003589").is_ok());
        assert_eq!(licence_no("X123"), Err(IdError::Character));
    }
}
