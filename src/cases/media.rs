//! What is a file, by what stands in it? Its name may say anything.

use std::io::{Read, Seek, SeekFrom};

/// What a file is that is none of the known kinds.
pub(super) const UNKNOWN: &str = "application/octet-stream";
const ZIP: &str = "application/zip";

/// First bytes, and the media type that they mean (file signatures of the formats' own specifications).
const SIGNATURES: [(&[u8], &str); 4] = [
    // ISO 32000-1, 7.5.2; ITU-T T.81, B.1.1.3; W3C PNG, 5.2; APPNOTE 4.3.7.
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"PK\x03\x04", ZIP),
];

/// Folders in a zip that tell what document it is (ECMA-376, part 1).
const PACKAGES: [(&[u8], &str); 2] = [
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// The end of a zip's directory is at least so long, and has at most so long a comment behind it (APPNOTE 4.3.16).
const END_BYTES: usize = 22;
const LONGEST_COMMENT: u64 = 65_535;
/// A directory that is longer is not read: the file is then just a zip.
const LONGEST_DIRECTORY: u64 = 16 << 20;

/// The media type of a file, by its content.
///
/// # Errors
/// If it can't be read.
pub(super) fn media_type(file: &mut (impl Read + Seek)) -> std::io::Result<&'static str> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(16).read_to_end(&mut head)?;
    // ISO 14496-12, 4.3: the box `ftyp` comes first, behind its size.
    if head.get(4..8) == Some(b"ftyp") {
        return Ok("video/mp4");
    }
    match SIGNATURES.iter().find(|(bytes, _)| head.starts_with(bytes)).map(|(_, media)| *media) {
        Some(ZIP) => Ok(package(file)?.unwrap_or(ZIP)),
        Some(media) => Ok(media),
        None => Ok(UNKNOWN),
    }
}

/// The document that a zip is, by the names in its directory.
fn package(file: &mut (impl Read + Seek)) -> std::io::Result<Option<&'static str>> {
    let names = directory(file)?;
    Ok(PACKAGES.iter().find(|(folder, _)| names.iter().any(|name| name.starts_with(folder))).map(|(_, media)| *media))
}

/// The names in the directory of a zip; none if it has no readable one.
fn directory(file: &mut (impl Read + Seek)) -> std::io::Result<Vec<Vec<u8>>> {
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(LONGEST_COMMENT + END_BYTES as u64);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.by_ref().take(LONGEST_COMMENT + END_BYTES as u64).read_to_end(&mut tail)?;
    let Some(end) = tail.windows(END_BYTES).rev().find(|window| window.starts_with(b"PK\x05\x06")) else { return Ok(Vec::new()) };
    let (Some(bytes), Some(at)) = (number(end, 12, 4), number(end, 16, 4)) else { return Ok(Vec::new()) };
    let mut entries = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.by_ref().take(bytes.min(LONGEST_DIRECTORY)).read_to_end(&mut entries)?;
    let mut names = Vec::new();
    let mut rest = entries.as_slice();
    while rest.starts_with(b"PK\x01\x02") {
        let length = |at| number(rest, at, 2).and_then(|n| usize::try_from(n).ok());
        let (Some(name), Some(extra), Some(comment)) = (length(28), length(30), length(32)) else { break };
        let Some(text) = rest.get(46..46 + name) else { break };
        names.push(text.to_vec());
        rest = rest.get(46 + name + extra + comment..).unwrap_or_default();
    }
    Ok(names)
}

/// A little-endian number of so many bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    Some(bytes.get(at..at + length)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn of(bytes: &[u8]) -> &'static str {
        media_type(&mut Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn a_file_is_what_stands_in_it() {
        assert_eq!(of(b"%PDF-1.7\n..."), "application/pdf");
        assert_eq!(of(b"\xff\xd8\xff\xe0\x00\x10JFIF"), "image/jpeg");
        assert_eq!(of(b"\x89PNG\r\n\x1a\n\0\0"), "image/png");
        assert_eq!(of(b"\0\0\0\x18ftypmp42"), "video/mp4");
        assert_eq!(of(b"PK\x03\x04 and nothing more"), "application/zip");
        assert_eq!(of("磅单号,车牌号\n".as_bytes()), UNKNOWN);
        assert_eq!(of(b""), UNKNOWN);
    }

    #[test]
    fn office_documents_are_told_from_other_zips() {
        let book = rust_xlsxwriter::Workbook::new().save_to_buffer().unwrap();
        assert_eq!(of(&book), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        let mut document = Cursor::new(Vec::new());
        docx_rs::Docx::new().build().pack(&mut document).unwrap();
        assert_eq!(of(document.get_ref()), "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
        // A directory that is cut off or lies about its lengths is no reason to fail.
        for cut in 0..book.len().min(200) {
            of(&book[cut..]);
            of(&book[..book.len() - cut]);
        }
    }
}
