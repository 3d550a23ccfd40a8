//! What is the file, and in which encoding is its text?

use super::IngestError;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The kinds of file that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dress {
    /// Excel or OpenDocument.
    Workbook,
    /// CSV, TSV and kin.
    Delimited,
    /// One JSON object a line.
    Ndjson,
    /// Parquet.
    Parquet,
}

/// So many bytes decide on encoding and delimiter.
pub(super) const SAMPLE: usize = 1 << 20;

/// What is not a table, by its first bytes.
const OTHERS: [(&[u8], &str); 9] = [
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG 图片 / picture"),
    (b"\xff\xd8\xff", "JPEG 图片 / picture"),
    (b"GIF8", "GIF 图片 / picture"),
    (b"BM", "BMP 图片 / picture"),
    (b"Rar!", "RAR 压缩包，请先解压 / archive, unpack it first"),
    (b"7z\xbc\xaf", "7z 压缩包，请先解压 / archive, unpack it first"),
    (b"\x1f\x8b", "gzip 压缩包，请先解压 / archive, unpack it first"),
    (b"{\\rtf", "RTF 文档 / document"),
];

/// Looks at the first bytes, not at the name: an `.xls` that is HTML or CSV inside is common.
pub(super) fn sniff(path: &Path, name: &str) -> Result<Dress, IngestError> {
    let head = head(path, 1 << 16)?;
    if head.starts_with(b"PK\x03\x04")
        || head.starts_with(b"PK\x05\x06")
        || head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
    {
        return Ok(Dress::Workbook);
    }
    if head.starts_with(b"PAR1") {
        return Ok(Dress::Parquet);
    }
    let not = |what: &str| IngestError::NotATable { file: name.to_owned(), what: what.to_owned() };
    // A CSV may begin with the letters BM.
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic) && (*magic != b"BM" || head.contains(&0))) {
        return Err(not(what));
    }
    let text: Vec<u8> = head.iter().copied().filter(|b| !b.is_ascii_whitespace() && *b != 0).take(64).collect();
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    let text = marks.iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(&text);
    let lower = text.to_ascii_lowercase();
    if [b"<html".as_slice(), b"<!doctypehtml", b"<?xml", b"<table"].iter().any(|m| lower.starts_with(m)) {
        return Err(not("网页或 XML，请在 Excel 中打开后另存为 .xlsx / a web page or XML, open it in Excel and save it as .xlsx"));
    }
    if text.starts_with(b"{") {
        return Ok(Dress::Ndjson);
    }
    if text.starts_with(b"[{") {
        return Err(not("JSON 数组，请改为每行一个对象（NDJSON）/ a JSON array; write one object a line (NDJSON)"));
    }
    if text.is_empty() {
        return Err(IngestError::Empty { file: name.to_owned() });
    }
    let utf16 = encoding_of(&head).is_some_and(|e| e == UTF_16LE || e == UTF_16BE);
    // NUL is none of them: weighbridge programs pad their fields with it.
    let binary = head.iter().filter(|b| (1..32).contains(*b) && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a)).count();
    if !utf16 && binary * 100 > head.len() {
        return Err(not("二进制文件 / binary"));
    }
    Ok(Dress::Delimited)
}

/// The first bytes of a file.
pub(super) fn head(path: &Path, bytes: usize) -> Result<Vec<u8>, IngestError> {
    let read = |source| IngestError::Read { path: path.to_owned(), source };
    let mut head = Vec::new();
    File::open(path).map_err(read)?.take(bytes as u64).read_to_end(&mut head).map_err(read)?;
    Ok(head)
}

/// The encoding that the first bytes show: a mark, or UTF-16's zero bytes, or valid UTF-8, or GB18030 where it has fewer faults.
/// `None`: all ASCII, nothing decided.
pub(super) fn encoding_of(sample: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return Some(encoding);
    }
    // Digits and delimiters of a table in UTF-16 have a zero byte, always on the same side.
    let zeros = |start: usize| sample.iter().skip(start).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if (even + odd) * 20 > sample.len() {
        if odd > even * 10 {
            return Some(UTF_16LE);
        }
        if even > odd * 10 {
            return Some(UTF_16BE);
        }
    }
    if sample.is_ascii() {
        return None;
    }
    match simdutf8::compat::from_utf8(sample) {
        Ok(_) => Some(UTF_8),
        // A character cut off at the end of the sample.
        Err(e) if e.error_len().is_none() => Some(UTF_8),
        // Lines of one encoding among lines of the other: the larger part decides. Text in GB18030 is hardly ever valid UTF-8.
        Err(_) => Some(if mostly_utf8(sample) { UTF_8 } else { GB18030 }),
    }
}

fn mostly_utf8(sample: &[u8]) -> bool {
    let lines = sample.split(|b| *b == b'\n').filter(|line| !line.is_ascii());
    let (valid, all) = lines.fold((0, 0), |(valid, all), line| (valid + usize::from(simdutf8::basic::from_utf8(line).is_ok()), all + 1));
    valid * 2 >= all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(encoding_of("磅单号,净重".as_bytes()), Some(UTF_8));
        assert_eq!(encoding_of(&GB18030.encode("磅单号,净重").0), Some(GB18030));
        assert_eq!(encoding_of(b"ticket_no,net"), None);
        assert_eq!(encoding_of(b"\xff\xfea\0"), Some(UTF_16LE));
        let chinese = |bytes: fn(u16) -> [u8; 2]| "磅单号,净重\n1,31520".encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        assert_eq!(encoding_of(&chinese(u16::to_le_bytes)), Some(UTF_16LE));
        assert_eq!(encoding_of(&chinese(u16::to_be_bytes)), Some(UTF_16BE));
        assert_eq!(encoding_of(b"t\0i\0c\0k\0e\0t\0"), Some(UTF_16LE));
        assert_eq!(encoding_of(b"\0t\0i\0c\0k\0e\0t"), Some(UTF_16BE));
        assert_eq!(encoding_of(&"磅单号".as_bytes()[..8]), Some(UTF_8));
    }
}
