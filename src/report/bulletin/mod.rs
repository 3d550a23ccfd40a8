//! How is a bulletin put on paper? As HTML, PDF, DOCX for the office, XLSX annex and JSON, all from one [`paper::Paper`].
//!
//! The form follows GB/T 9704-2012 (layout of official documents): A4, margins 37, 35, 28 and 26 mm, title in size 2 (22 pt), text
//! in size 3 (16 pt), 22 lines a page, the number's year in 〔〕, issuer and date below the text at the right, page number between
//! dashes at the foot. The same bulletin gives the same bytes.

mod compose;
mod docx;
mod faces;
mod html;
mod paper;
mod pdf;
mod tables;
pub(in crate::report) mod typeset;
mod words;
mod world;
mod xlsx;

pub use docx::docx;
pub use html::html;
pub use pdf::{pdf, pdf_text};
pub use xlsx::xlsx;

use super::ReportError;
use super::write::write_file;
use crate::price::bulletin::Bulletin;
use crate::text::Lang;
use std::path::{Path, PathBuf};

/// The bulletin for machines.
///
/// # Errors
/// [`ReportError::ToJson`] if a number of it is none.
pub fn json(bulletin: &Bulletin) -> Result<Vec<u8>, ReportError> {
    let mut text = serde_json::to_vec_pretty(bulletin)?;
    text.push(b'\n');
    Ok(text)
}

/// Writes `bulletin-<number>.{json,html,docx,xlsx,pdf}` (for a draft `draft-<period>.…`) and returns their paths. Each file
/// appears whole under its name or not at all. The PDF comes last: where the system has no Chinese font, the other files are
/// written before the error is returned.
///
/// # Errors
/// [`ReportError::NoChineseFont`] if there is no PDF for want of a font; [`ReportError::Document`] if a document can't be made;
/// [`ReportError::Io`] if the folder can't be written.
pub fn write(bulletin: &Bulletin, folder: &Path, lang: Lang) -> Result<Vec<PathBuf>, ReportError> {
    std::fs::create_dir_all(folder).map_err(|source| ReportError::Io { path: folder.to_owned(), source })?;
    let name = name(bulletin);
    let mut written = Vec::new();
    let mut put = |extension: &str, bytes: Vec<u8>| {
        let path = folder.join(format!("{name}.{extension}"));
        write_file(&path, &bytes)?;
        written.push(path);
        Ok::<(), ReportError>(())
    };
    put("json", json(bulletin)?)?;
    put("html", html(bulletin, lang).into_bytes())?;
    put("docx", docx(bulletin, lang)?)?;
    put("xlsx", xlsx(bulletin, lang)?)?;
    put("pdf", pdf(bulletin, lang)?)?;
    Ok(written)
}

/// The files' name without extension. Nothing of it can leave the folder, whatever the number says.
fn name(bulletin: &Bulletin) -> String {
    const LONGEST: usize = 60;
    let safe = |text: &str| {
        let fits = |c: char| if c.is_alphanumeric() || matches!(c, '〔' | '〕' | '（' | '）' | '-' | '_') { c } else { '-' };
        text.trim().chars().take(LONGEST).map(fits).collect::<String>()
    };
    let number = bulletin.number.as_deref().map(safe).filter(|n| !n.is_empty());
    number.map_or_else(|| format!("draft-{}", safe(&bulletin.period)), |number| format!("bulletin-{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A correction of both products; the same file serves the tests of the files as a user gets them.
    pub(super) fn sample() -> Bulletin {
        serde_json::from_str(include_str!("../../../tests/data/bulletin/correction.json")).unwrap()
    }

    #[test]
    fn a_number_can_not_leave_the_folder() {
        let mut bulletin = sample();
        assert_eq!(name(&bulletin), "bulletin-〔2023〕7号");
        bulletin.number = Some("../../etc/passwd".to_owned());
        assert_eq!(name(&bulletin), "bulletin-------etc-passwd");
        bulletin.number = None;
        assert_eq!(name(&bulletin), "draft-2023-06");
    }
}
