//! What is in the folder? `truth.json`, `README.md` and `datapackage.json` beside the data.

use super::truth::Truth;
use super::{Counts, Dress, Options, SimulateError, Summary};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Makes the folder; one that holds something is left alone.
pub(super) fn make_folder(folder: &Path) -> Result<(), SimulateError> {
    let wrong = |source| SimulateError::Write { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(wrong)?;
    let mut entries = std::fs::read_dir(folder).map_err(wrong)?;
    if entries.next().is_some() { Err(SimulateError::NotEmpty { path: folder.to_owned() }) } else { Ok(()) }
}

/// Writes a file below the folder, making the folders between.
pub(super) fn put(folder: &Path, file: &str, bytes: &[u8]) -> Result<(), SimulateError> {
    let path = folder.join(file);
    let wrong = |source| SimulateError::Write { path: path.clone(), source };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(wrong)?;
    }
    std::fs::write(&path, bytes).map_err(wrong)
}

/// Writes what stands beside the data.
pub(super) fn write(folder: &Path, options: &Options, dress: Dress, truth: &Truth, counts: Counts) -> Result<Summary, SimulateError> {
    put(folder, "truth.json", pretty(&json!(truth)).as_bytes())?;
    let command = command(options, dress);
    put(folder, "README.md", readme(truth, counts, &command).as_bytes())?;
    let mut files = Vec::new();
    list(folder, folder, &mut files)?;
    files.sort();
    let mut resources = Vec::new();
    let mut bytes = 0;
    for (n, (path, file)) in files.iter().enumerate() {
        let (size, sha256) = digest(path)?;
        bytes += size;
        resources.push(resource(n, file, size, &sha256));
    }
    let package = pretty(&describe(options, truth, counts, &command, resources));
    put(folder, "datapackage.json", package.as_bytes())?;
    Ok(Summary {
        tickets: counts.tickets,
        quarantined: counts.quarantined,
        repeated: counts.repeated,
        violations: truth.violations.len() as u64,
        bytes: bytes + package.len() as u64,
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn command(options: &Options, dress: Dress) -> String {
    let plain = if dress == Dress::Plain { " --plain" } else { "" };
    format!(
        "lepid simulate --seed {} --months {} --tickets {} --from {} --mines {} --concentrators {} --smelters {}{}{plain} --out DIR",
        options.seed,
        options.months,
        options.tickets,
        options.from.format("%Y-%m"),
        options.mines,
        options.concentrators,
        options.smelters,
        options.plan.options()
    )
}

/// Files below the folder with their names from it, `/` between.
fn list(root: &Path, folder: &Path, files: &mut Vec<(PathBuf, String)>) -> Result<(), SimulateError> {
    let wrong = |source| SimulateError::Write { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else {
            let parts = path.strip_prefix(root).unwrap_or(&path).components();
            let name: Vec<String> = parts.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
            files.push((path.clone(), name.join("/")));
        }
    }
    Ok(())
}

fn digest(path: &Path) -> Result<(u64, String), SimulateError> {
    let wrong = |source| SimulateError::Write { path: path.to_owned(), source };
    let mut file = std::fs::File::open(path).map_err(wrong)?;
    let (mut hash, mut size, mut buffer) = (Sha256::new(), 0u64, vec![0u8; 1 << 20]);
    loop {
        let read = file.read(&mut buffer).map_err(wrong)?;
        let Some(bytes) = buffer.get(..read).filter(|b| !b.is_empty()) else { break };
        hash.update(bytes);
        size += read as u64;
    }
    Ok((size, hash.finalize().iter().map(|b| format!("{b:02x}")).collect()))
}

fn resource(n: usize, file: &str, bytes: u64, sha256: &str) -> Value {
    let stem = file.rsplit('/').next().unwrap_or(file);
    let format = stem.rsplit('.').next().unwrap_or("");
    // Names of resources are unique, lower case and without blanks (Frictionless, Data Resource).
    let name = format!("{format}-{:03}", n + 1);
    json!({ "name": name, "path": file, "title": stem, "format": format, "bytes": bytes, "hash": format!("sha256:{sha256}") })
}

fn describe(options: &Options, truth: &Truth, counts: Counts, command: &str, resources: Vec<Value>) -> Value {
    json!({
        "profile": "data-package",
        "name": format!("lepid-synthetic-basin-{}", options.seed),
        "title": "合成锂矿区记录（SYNTHETIC） / records of a synthetic lithium basin",
        "description": format!("{} / {}", truth.note.zh, truth.note.en),
        "licenses": [{ "name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/", "title": "CC0 1.0 Universal" }],
        "synthetic": true,
        "seed": options.seed,
        "command": command,
        "from": truth.from,
        "to": truth.to,
        "tickets": counts.tickets,
        "rows_for_quarantine": counts.quarantined,
        "rows_repeated": counts.repeated,
        "violations": truth.violations.len(),
        "resources": resources,
    })
}

fn readme(truth: &Truth, counts: Counts, command: &str) -> String {
    format!(
        "# 合成锂矿区 / a synthetic lithium basin\n\n\
         **SYNTHETIC.** {}\n\n{}\n\n\
         | | |\n| --- | --- |\n\
         | 期间 / months | {} – {} |\n\
         | 磅单 / weighbridge tickets | {} |\n\
         | 应进入隔离区的行 / rows meant for the quarantine | {} |\n\
         | 重复报送的行 / rows sent twice | {} |\n\
         | 违规（`truth.json`）/ violations | {} |\n\n\
         用下列命令可逐字节重新生成 / made, byte for byte, by:\n\n    {command}\n\n\
         使用 / use: `lepid ingest` 本目录 / this folder, `lepid run`, `lepid score --truth truth.json --findings findings.json`.\n\
         许可 / licence: CC0-1.0。文件清单与校验和见 `datapackage.json` / files and digests: `datapackage.json`.\n",
        truth.note.zh,
        truth.note.en,
        truth.from,
        truth.to,
        counts.tickets,
        counts.quarantined,
        counts.repeated,
        truth.violations.len(),
    )
}
