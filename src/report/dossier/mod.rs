//! What is known of one site, whole? The dossier 一矿一档: one struct, put on a page and on paper.
//!
//! `facts` are read by a run and written as `dossiers.json`; [`Dossier`] is the part of a run that is about one site; [`sheet`] says
//! it in one language as texts, tables and pictures, and [`html`] and [`pdf`] draw that and nothing else.

mod compose;
mod data;
mod facts;
mod gather;
mod html;
mod output;
mod pdf;
mod pictures;
mod records;
mod returns;
mod sheet;

pub use compose::sheet;
pub use data::{CaseLine, Dossier, site_of};
pub use facts::{Gaps, HeldRows, Measure, Return, RightRow, SaleMonth, SiteFacts, Spot, Truck, Utility};
pub use gather::{Given, facts};
pub use html::html;
pub use pdf::{pdf, pdf_text};
pub use returns::Errors;
pub use sheet::{Block, Column, Section, Sheet, Table};

use super::ReportError;
use super::write::write_file;
use crate::text::Lang;
use std::path::{Path, PathBuf};

/// In what a dossier is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A page.
    Html,
    /// Paper.
    Pdf,
    /// The data.
    Json,
}

/// Writes `dossier-<site>.{html,pdf,json}` and returns the paths. Each file appears whole under its name or not at all; the PDF
/// comes last: where the system has no Chinese font, the other files are written before the error is returned.
///
/// # Errors
/// [`ReportError::NoChineseFont`] if there is no PDF for want of a font; [`ReportError::Io`] if the folder can't be written.
pub fn write(dossier: &Dossier, folder: &Path, formats: &[Format], lang: Lang) -> Result<Vec<PathBuf>, ReportError> {
    std::fs::create_dir_all(folder).map_err(|source| ReportError::Io { path: folder.to_owned(), source })?;
    let sheet = sheet(dossier, lang);
    let mut written = Vec::new();
    let mut formats = formats.to_vec();
    formats.sort_by_key(|format| (*format == Format::Pdf, *format));
    formats.dedup();
    for format in formats {
        let (extension, bytes) = match format {
            Format::Html => ("html", html(&sheet).into_bytes()),
            Format::Json => ("json", serde_json::to_vec_pretty(dossier)?),
            Format::Pdf => ("pdf", pdf(&sheet)?),
        };
        let path = folder.join(format!("dossier-{}.{extension}", file_word(&dossier.site.site_id)));
        write_file(&path, &bytes)?;
        written.push(path);
    }
    Ok(written)
}

/// Nothing of an id can leave the folder, whatever it says.
fn file_word(id: &str) -> String {
    const LONGEST: usize = 60;
    id.chars().take(LONGEST).map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect()
}
