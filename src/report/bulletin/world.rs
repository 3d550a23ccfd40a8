//! What does the typesetter see? One template, one file of values, the fonts of the system, and nothing else: no disk, no clock.

use std::sync::OnceLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;

const TEMPLATE: &str = include_str!("bulletin.typ");

/// The fonts of the system. Looking for them takes a while: once a process.
pub(super) fn system() -> &'static FontStore {
    static SYSTEM: OnceLock<FontStore> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        let mut fonts = FontStore::new();
        fonts.extend(typst_kit::fonts::system());
        fonts
    })
}

/// The world of one document.
pub(super) struct Desk<'a> {
    library: LazyHash<Library>,
    fonts: &'a FontStore,
    template: Source,
    values: (FileId, Bytes),
}

impl<'a> Desk<'a> {
    /// `values` is the JSON that the template reads.
    ///
    /// # Errors
    /// If a name of the two files is none.
    pub(super) fn new(values: Vec<u8>, fonts: &'a FontStore) -> Result<Self, String> {
        let id = |name: &str| {
            let path = VirtualPath::new(name).map_err(|e| e.to_string())?;
            Ok::<_, String>(RootedPath::new(VirtualRoot::Project, path).intern())
        };
        Ok(Self {
            library: LazyHash::new(Library::builder().build()),
            fonts,
            template: Source::new(id("bulletin.typ")?, TEMPLATE.to_owned()),
            values: (id("paper.json")?, Bytes::new(values)),
        })
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match &self.values {
            (own, bytes) if *own == id => Ok(bytes.clone()),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
