//! Where are the files kept that people attach to cases? In `attachments/`, named by their content, so that one given twice is kept once.

use super::delta::sync_folder;
use super::{Lake, LakeError};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The folder, beside the tables.
const FOLDER: &str = "attachments";

/// A file as the lake keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// SHA-256 of its content, hex.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl Lake {
    /// Keeps a copy of a file; one with this content that is there already is left as it is, unless it was damaged.
    ///
    /// # Errors
    /// [`LakeError::Io`] if it can't be read or written; then nothing of it is kept.
    pub fn keep_file(&self, path: &Path) -> Result<KeptFile, LakeError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| LakeError::Io { path, source }
        };
        let folder = self.root().join(FOLDER);
        std::fs::create_dir_all(&folder).map_err(at(&folder))?;
        let mut from = BufReader::new(File::open(path).map_err(at(path))?);
        let temporary = super::part::tempname(&folder);
        let kept = copy(&mut from, &temporary).map_err(at(&temporary))?;
        let place = folder.join(&kept.sha256);
        if self.verify_file(&kept.sha256).is_ok() {
            std::fs::remove_file(&temporary).map_err(at(&temporary))?;
            return Ok(kept);
        }
        std::fs::rename(&temporary, &place).map_err(at(&place))?;
        sync_folder(&folder)?;
        sync_folder(self.root())?;
        Ok(kept)
    }

    /// Writes a kept file to a place where no file is yet. What does not have the content that it was kept by is not given out.
    ///
    /// # Errors
    /// [`LakeError::Attachment`] if it is gone or was changed, [`LakeError::Io`] if it can't be read or written.
    pub fn give_file(&self, sha256: &str, to: &Path) -> Result<KeptFile, LakeError> {
        let mut from = self.open_file(sha256)?;
        let io = |source| LakeError::Io { path: to.to_owned(), source };
        let given = copy(&mut from, to).map_err(io)?;
        if given.sha256 != sha256 {
            std::fs::remove_file(to).map_err(io)?;
            return Err(changed(sha256));
        }
        Ok(given)
    }

    /// Whether a kept file still has its content.
    ///
    /// # Errors
    /// [`LakeError::Attachment`] if it is gone or was changed, [`LakeError::Io`] if it can't be read.
    pub fn verify_file(&self, sha256: &str) -> Result<(), LakeError> {
        let mut from = self.open_file(sha256)?;
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            let read = from.read(&mut buffer).map_err(|source| LakeError::Io { path: self.place(sha256), source })?;
            if read == 0 {
                break;
            }
            hash.update(buffer.get(..read).unwrap_or_default());
        }
        if hex(hash) == sha256 { Ok(()) } else { Err(changed(sha256)) }
    }

    fn place(&self, sha256: &str) -> PathBuf {
        self.root().join(FOLDER).join(sha256)
    }

    fn open_file(&self, sha256: &str) -> Result<BufReader<File>, LakeError> {
        // A name that is no hash leads nowhere, so that a changed row can't lead out of the folder.
        let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let gone =
            || LakeError::Attachment { sha256: sha256.to_owned(), why: "已不在数据湖中", why_en: "is not in the lake any more" };
        if !is_hash {
            return Err(gone());
        }
        match File::open(self.place(sha256)) {
            Ok(file) => Ok(BufReader::new(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(gone()),
            Err(source) => Err(LakeError::Io { path: self.place(sha256), source }),
        }
    }
}

fn changed(sha256: &str) -> LakeError {
    LakeError::Attachment { sha256: sha256.to_owned(), why: "的内容被改动过", why_en: "has been changed" }
}

/// Copies to a new file, synced; what was written of one that fails is removed.
fn copy(from: &mut impl Read, to: &Path) -> std::io::Result<KeptFile> {
    let file = File::create_new(to)?;
    let copied = write_all(from, file);
    if copied.is_err() {
        std::fs::remove_file(to)?;
    }
    copied
}

fn write_all(from: &mut impl Read, file: File) -> std::io::Result<KeptFile> {
    let (mut to, mut hash, mut bytes, mut buffer) = (BufWriter::new(file), Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        let block = buffer.get(..read).unwrap_or_default();
        hash.update(block);
        to.write_all(block)?;
        bytes += block.len() as u64;
    }
    to.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    Ok(KeptFile { sha256: hex(hash), bytes })
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lake() -> (tempfile::TempDir, Lake) {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path().join("lake").to_str().unwrap()).unwrap();
        (folder, lake)
    }

    #[test]
    fn a_file_given_twice_is_kept_once_and_comes_back_as_it_was() {
        let (folder, lake) = lake();
        let (a, b) = (folder.path().join("a.txt"), folder.path().join("b.txt"));
        std::fs::write(&a, "abc").unwrap();
        std::fs::write(&b, "abc").unwrap();
        let kept = lake.keep_file(&a).unwrap();
        // FIPS 180-4, the example of one block.
        assert_eq!(kept.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((lake.keep_file(&b).unwrap(), kept.bytes), (kept.clone(), 3));
        assert_eq!(std::fs::read_dir(lake.root().join(FOLDER)).unwrap().count(), 1);
        let out = folder.path().join("out.txt");
        lake.give_file(&kept.sha256, &out).unwrap();
        assert_eq!(std::fs::read(&out).unwrap(), b"abc");
        assert!(matches!(lake.give_file(&kept.sha256, &out), Err(LakeError::Io { .. })), "nothing is written over");
    }

    #[test]
    fn a_changed_file_is_not_given_out_and_the_right_one_heals_it() {
        let (folder, lake) = lake();
        let a = folder.path().join("a.txt");
        std::fs::write(&a, "abc").unwrap();
        let kept = lake.keep_file(&a).unwrap();
        std::fs::write(lake.root().join(FOLDER).join(&kept.sha256), "abd").unwrap();
        let out = folder.path().join("out.txt");
        assert!(matches!(lake.give_file(&kept.sha256, &out), Err(LakeError::Attachment { .. })));
        assert!(!out.exists());
        lake.keep_file(&a).unwrap();
        lake.verify_file(&kept.sha256).unwrap();
        assert!(matches!(lake.verify_file("../a.txt"), Err(LakeError::Attachment { .. })));
        assert!(matches!(lake.verify_file(&"0".repeat(64)), Err(LakeError::Attachment { .. })));
    }
}
