//! How does any document of ours become a PDF? A template, the values that it reads, pictures beside it; no disk, no clock.

use super::faces::{Faces, covered};
use super::pdf::{archived_or_plain, deep, failed, runs, said};
use super::world::{Desk, system};
use crate::report::ReportError;
use crate::text::Lang;
use serde_json::Value;
use typst_layout::PagedDocument;

/// Compilations of which the typesetter's memory is kept.
const KEPT: usize = 4;

/// A document before it is set.
pub(in crate::report) struct Piece<'a> {
    /// Name and text of the template; it reads `values.json`, in which `fonts` stand beside the values given.
    pub(in crate::report) template: (&'static str, &'static str),
    /// What it reads.
    pub(in crate::report) values: Value,
    /// Files beside it.
    pub(in crate::report) files: Vec<(String, Vec<u8>)>,
    /// Language.
    pub(in crate::report) lang: Lang,
    /// Stays the same for the same document and differs between two.
    pub(in crate::report) identity: &'a str,
}

/// The document as PDF/A-2a, or as plain tagged PDF where the archive's rules can't be kept; the same bytes each time.
///
/// # Errors
/// [`ReportError::NoChineseFont`] if the system has no Chinese font; [`ReportError::Document`] if it can't be set.
pub(in crate::report) fn pdf(piece: &Piece) -> Result<Vec<u8>, ReportError> {
    deep(|| archived_or_plain(&set(piece)?, piece.identity, env!("CARGO_PKG_VERSION")).map_err(failed))
}

/// The text of each page, a line a run of type: what a search in the PDF finds.
///
/// # Errors
/// As for [`pdf`].
pub(in crate::report) fn text(piece: &Piece) -> Result<Vec<String>, ReportError> {
    deep(|| Ok(set(piece)?.pages().iter().map(|page| runs(&page.frame).join("\n")).collect()))
}

fn set(piece: &Piece) -> Result<PagedDocument, ReportError> {
    let fonts = system();
    let faces = Faces::of(fonts.book()).ok_or(ReportError::NoChineseFont)?;
    let mut values = covered(piece.values.clone(), fonts.book());
    if let Some(all) = values.as_object_mut() {
        all.insert("fonts".to_owned(), faces.values(piece.lang));
    }
    let mut files = piece.files.clone();
    files.push(("values.json".to_owned(), serde_json::to_vec(&values)?));
    let desk = Desk::new(piece.template, files, fonts).map_err(failed)?;
    let set = typst::compile::<PagedDocument>(&desk);
    typst::comemo::evict(KEPT);
    set.output.map_err(|errors| failed(said(&errors)))
}
