//! Are two names those of one person? Compared without blanks, width and case, so that nobody reviews a draft of their own by a space.

/// The name by which a person is told from others; `None` if nothing is left that could name anybody.
#[must_use]
pub fn identity(name: &str) -> Option<String> {
    let same: String = name.chars().map(half_width).filter(|c| !ignored(*c)).flat_map(char::to_lowercase).collect();
    same.chars().any(char::is_alphabetic).then_some(same)
}

/// Whether both are the same person; a name that names nobody is everybody's.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    match (identity(a), identity(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// Full-width forms of ASCII (U+FF01 to U+FF5E) as ASCII.
fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Blanks of any kind, what has no width (U+200B to U+200F, U+2060, U+FEFF), and the dots within names.
fn ignored(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '·' | '•' | '‧' | '・' | '.' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_width_and_case_make_no_second_person() {
        for other in ["张 三", " 张三\u{3000}", "张\u{200b}三", "\u{feff}张三"] {
            assert!(same("张三", other), "{other:?}");
        }
        for other in ["LI WEI", "ＬｉＷｅｉ", "li  wei", "Li-Wei"] {
            assert!(same("Li Wei", other), "{other:?}");
        }
        assert!(!same("张三", "李四") && !same("Li Wei", "Li Wen") && !same("张三", "张三丰"));
    }

    #[test]
    fn a_name_of_nothing_names_nobody_and_is_nobody_else() {
        for name in ["", " ", "\u{200b}", "…", "123", "--"] {
            assert_eq!(identity(name), None, "{name:?}");
            assert!(same(name, "张三"));
        }
    }
}
