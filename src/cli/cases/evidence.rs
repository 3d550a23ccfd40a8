//! `lepid cases attach`, `lepid cases evidence`: which files belong to a case?

use super::step::{On, done};
use super::{Place, print_json};
use crate::cases::{Kind, attach};
use crate::cli::grid::{Grid, beijing};
use crate::cli::{CliError, Global};
use crate::text::Lang;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Attach {
    #[command(flatten)]
    on: On,
    /// 文件 / the file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 说明 / remarks
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Attach {
    pub(super) fn run(&self, place: &Place, global: &Global) -> Result<(), CliError> {
        let case = attach(&place.lake, &place.settings, &self.on.number, self.on.who(), &self.file, self.reason.as_deref())?;
        done(&case, Kind::Attached, global)
    }
}

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// 列出一件问题的证据 / the evidence of a case
    List {
        /// 问题编号 / number of the case
        number: String,
    },
    /// 取出一件证据，先核对其散列 / get evidence out, its hash compared
    Get {
        /// 问题编号 / number of the case
        number: String,
        /// 第几件 / which
        #[arg(default_value = "1")]
        evidence: usize,
        /// 写入文件，默认用原文件名 / write to this file; else under its own name
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub(super) fn run(args: &Args, place: &Place, global: &Global) -> Result<(), CliError> {
    match &args.what {
        What::List { number } => list(number, place, global),
        What::Get { number, evidence, out } => get(number, *evidence, out.as_ref(), place, global),
    }
}

fn list(number: &str, place: &Place, global: &Global) -> Result<(), CliError> {
    let ledger = place.ledger()?;
    let case = ledger.case(number)?;
    if global.json {
        return print_json(&case.evidence);
    }
    let mut grid = Grid::new(&if global.lang == Lang::Zh {
        ["序号", "文件", "类型", "字节", "sha256", "附件人", "时间"]
    } else {
        ["no", "file", "type", "bytes", "sha256", "by", "at"]
    })
    .align_right(&[0, 3]);
    for e in &case.evidence {
        let file = &e.file;
        let (number, bytes) = (e.number.to_string(), file.bytes.to_string());
        grid.push(vec![number, file.name.clone(), file.media_type.clone(), bytes, file.sha256.clone(), e.person.clone(), beijing(e.at)]);
    }
    out!("{grid}");
    Ok(())
}

fn get(number: &str, evidence: usize, out: Option<&PathBuf>, place: &Place, global: &Global) -> Result<(), CliError> {
    let ledger = place.ledger()?;
    let found = ledger.case(number)?.evidence(evidence)?;
    // The name was somebody's text: only its last part is used, here.
    let name = std::path::Path::new(&found.file.name).file_name().map_or_else(|| PathBuf::from(&found.file.sha256), PathBuf::from);
    let to = out.cloned().unwrap_or(name);
    if to.exists() {
        let to = to.display();
        return Err(CliError(format!(
            "{to} 已存在，没有覆盖；请用 --out 另写文件名 / {to} is there already and was left as it is; name another file with --out"
        )));
    }
    place.lake.give_file(&found.file.sha256, &to)?;
    if global.json {
        return print_json(&serde_json::json!({ "file": to, "evidence": found }));
    }
    match global.lang {
        Lang::Zh => out!("{}（{} 字节，散列相符）", to.display(), found.file.bytes),
        Lang::En => out!("{} ({} bytes, its hash agrees)", to.display(), found.file.bytes),
    }
    Ok(())
}
