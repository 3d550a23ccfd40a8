//! What the tests of the lake share: a lake in a folder of its own, files of tickets, and the accounts that must close.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that can't go on fails")]

use lepid::engine::Engine;
use lepid::ingest::{Options, Quiet};
use lepid::lake::load::{FileSummary, LoadOptions, ingest};
use lepid::lake::{AsOf, Lake, Snapshot};
use polars::prelude::DataFrame;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) const HEADER: &str = "磅单号,货物名称,车牌号,发货单位,收货单位,出场时间,净重(吨)";

/// A lake and a folder for files beside it.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and returns its path.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn lake(&self) -> Lake {
        Lake::open(self.path("lake").to_str().unwrap()).unwrap()
    }

    pub(crate) fn ingest(&self, paths: &[PathBuf]) -> Vec<FileSummary> {
        self.load(paths, false)
    }

    /// `--correct`
    pub(crate) fn correct(&self, paths: &[PathBuf]) -> Vec<FileSummary> {
        self.load(paths, true)
    }

    fn load(&self, paths: &[PathBuf], correct: bool) -> Vec<FileSummary> {
        let options = LoadOptions { ingest: Options { forced: None, progress: &Quiet }, correct };
        let mut told = Vec::new();
        let summaries = ingest(&self.lake(), paths, &options, &mut |s| told.extend_from_slice(s)).unwrap();
        assert_eq!(told, summaries);
        for s in &summaries {
            assert_eq!(s.read, s.accepted + s.known + s.quarantined, "{s:?}");
        }
        summaries
    }

    pub(crate) fn now(&self) -> Snapshot {
        self.lake().snapshot(&AsOf::Latest).unwrap()
    }

    pub(crate) fn sql(&self, text: &str) -> DataFrame {
        Engine::new(&self.now()).unwrap().sql(text).unwrap()
    }

    /// One text of the result: rows by lines, cells by spaces.
    pub(crate) fn ask(&self, text: &str) -> String {
        lines(&self.sql(text))
    }

    pub(crate) fn lepid(&self, args: &[&str]) -> Output {
        lepid(&self.path("lake"), args).output().unwrap()
    }
}

/// The program on a lake.
pub(crate) fn lepid(lake: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lepid"));
    command.arg("--lake").arg(lake).args(args);
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn lines(frame: &DataFrame) -> String {
    let row = |r: usize| frame.columns().iter().map(|c| c.get(r).unwrap().to_string().replace('"', "")).collect::<Vec<_>>().join(" ");
    (0..frame.height()).map(row).collect::<Vec<_>>().join("\n")
}

/// A ticket as a line of CSV.
pub(crate) fn ticket(number: &str, origin: &str, day: &str, net_t: &str) -> String {
    format!("{number},原矿,赣C12345,{origin},宜春选矿厂,{day} 08:03:00,{net_t}")
}

/// A file of tickets.
pub(crate) fn tickets(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

/// (accepted, known, quarantined) of the only summary.
#[track_caller]
pub(crate) fn account(summaries: &[FileSummary]) -> (u64, u64, u64) {
    assert_eq!(summaries.len(), 1, "{summaries:?}");
    (summaries[0].accepted, summaries[0].known, summaries[0].quarantined)
}
