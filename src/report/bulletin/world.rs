//! What does the typesetter see? One template, the files beside it, the fonts of the system, and nothing else: no disk, no clock.

use std::sync::OnceLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;

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
    files: Vec<(FileId, Bytes)>,
}

impl<'a> Desk<'a> {
    /// `template` is a name and a text, `files` what it reads.
    ///
    /// # Errors
    /// If a name of a file is none.
    pub(super) fn new(template: (&str, &str), files: Vec<(String, Vec<u8>)>, fonts: &'a FontStore) -> Result<Self, String> {
        let id = |name: &str| {
            let path = VirtualPath::new(name).map_err(|e| e.to_string())?;
            Ok::<_, String>(RootedPath::new(VirtualRoot::Project, path).intern())
        };
        Ok(Self {
            library: LazyHash::new(Library::builder().build()),
            fonts,
            template: Source::new(id(template.0)?, template.1.to_owned()),
            files: files.into_iter().map(|(name, bytes)| Ok::<_, String>((id(&name)?, Bytes::new(bytes)))).collect::<Result<_, _>>()?,
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
        self.files.iter().find(|(own, _)| *own == id).map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
