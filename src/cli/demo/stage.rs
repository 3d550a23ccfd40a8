//! Where does the demo take its records from, and where does it put what it makes of them?

use super::CliError;
use crate::cases::Settings;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::report::Request;
use crate::report::contents::Contents;
use crate::simulate::{Dress, Options};
use crate::text::Lang;
use std::path::{Path, PathBuf};

/// The demo's own folder; what stands in it is the demo's to throw away.
const OWN: &str = "./lepid-demo";
/// Says that the folder is the demo's own.
const MARKER: &str = ".lepid-demo";

/// Where a demo works.
pub(super) struct Folders {
    /// Root of the lake.
    pub(super) lake: String,
    /// Folder of reports.
    pub(super) reports: PathBuf,
}

/// The folders that the user names; what is not named is a fresh one in the demo's own folder.
pub(super) fn folders(lake: Option<&str>, reports: Option<&Path>) -> Result<Folders, CliError> {
    let own = Path::new(OWN);
    if (lake.is_none() || reports.is_none()) && own.exists() && !own.join(MARKER).exists() {
        return Err(CliError(format!(
            "目录 {OWN} 已存在，但不是演示建立的；请移走它，或用 --lake 和 --out 指定目录 / {OWN} is there and was not made by a demo; move it away, or name folders with --lake and --out"
        )));
    }
    Ok(Folders {
        lake: match lake {
            Some(lake) => lake.to_owned(),
            None => fresh(own, "lake")?.display().to_string(),
        },
        reports: match reports {
            Some(reports) => made(reports)?,
            None => fresh(own, "reports")?,
        },
    })
}

/// A folder in the demo's own without what an earlier demo left there.
fn fresh(own: &Path, name: &str) -> Result<PathBuf, CliError> {
    made(own)?;
    let marker = own.join(MARKER);
    std::fs::write(&marker, "made by `lepid demo`; may be deleted\n").map_err(|error| cannot(&marker, &error))?;
    let folder = own.join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
    }
    made(&folder)
}

/// A folder, made if it is not there.
fn made(folder: &Path) -> Result<PathBuf, CliError> {
    std::fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
    Ok(folder.to_owned())
}

fn cannot(path: &Path, error: &std::io::Error) -> CliError {
    let path = path.display();
    CliError(format!("无法写入 {path}：{error}；请检查目录权限 / cannot write {path}: {error}; check permissions"))
}

/// The records of the demo.
pub(super) enum Sample {
    /// Those that come with the program.
    Shipped(PathBuf),
    /// The same kind of basin, simulated for this demo; the folder goes with it.
    Simulated(PathBuf),
}

impl Sample {
    /// The folder of files.
    pub(super) fn folder(&self) -> &Path {
        match self {
            Sample::Shipped(folder) | Sample::Simulated(folder) => folder,
        }
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        if let Sample::Simulated(folder) = self
            && let Err(error) = std::fs::remove_dir_all(&*folder)
        {
            tracing::warn!("{}: {error}", folder.display());
        }
    }
}

/// `datasets/sample` of the current folder or of the source that the program was built from; without either a simulated basin.
pub(super) fn sample() -> Result<Sample, CliError> {
    let places = [Path::new("datasets/sample"), Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/sample"))];
    if let Some(folder) = places.into_iter().find(|folder| folder.join("datapackage.json").is_file()) {
        return Ok(Sample::Shipped(folder.to_owned()));
    }
    let folder = std::env::temp_dir().join(format!("lepid-demo-sample-{}", std::process::id()));
    let sample = Sample::Simulated(folder);
    simulate(sample.folder())?;
    Ok(sample)
}

/// Simulates the basin of `datasets/sample` into a folder that is not there yet.
fn simulate(folder: &Path) -> Result<(), CliError> {
    crate::simulate::simulate(&Options::sample(), Dress::Users, folder)?;
    Ok(())
}

/// Rules and prices over the lake's records, written to the folder of reports.
pub(super) fn make_reports(lake: &Lake, policy: &Policy, reports: &Path, lang: Lang) -> Result<Contents, CliError> {
    let rules = crate::rules::load(None)?;
    let request = Request { as_of: &AsOf::Latest, month: None, rules: &rules, dir: reports, lang };
    let contents = crate::report::run(lake, policy, &request, &mut |_| {})?;
    crate::cli::cases::after_run(lake, &Settings::load(policy)?, &rules)?;
    Ok(contents)
}
