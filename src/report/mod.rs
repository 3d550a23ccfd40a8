//! What does a run write? JSON for machines, CSV and XLSX for people, charts, and one self-contained page.

pub mod backtest;
pub mod bulletin;
pub mod cases;
pub mod checks;
mod collect;
pub mod contents;
mod csv;
pub mod dossier;
mod frame;
mod held;
mod ledger;
mod listing;
mod month;
mod origins;
mod page;
mod pictures;
pub mod quarantine;
mod read;
mod reproduce;
mod run;
mod store;
pub mod trusted;
pub(crate) mod words;
mod write;
mod xlsx;

pub use collect::{Step, collect, collect_in, snapshot_of_records};
pub use frame::evidence_frame;
pub use held::{held, limited};
pub use listing::Listing;
pub use month::Month;
pub use page::{is_narrow, page};
pub use pictures::{charts, grade_title, grades, influence, influence_title, pictures, waterfall, waterfall_title};
pub use read::{FILES, ReadError, read, read_info};
pub use reproduce::{Comparison, Difference, Earlier, find, reproduce};
pub use run::{Request, run};
pub use store::{Stored, store};
pub use write::{files, lang_of, write};

use crate::engine::EngineError;
use crate::lake::LakeError;
use crate::policy::PolicyError;
use crate::price::PriceError;
use crate::rules::RulesError;
use std::path::PathBuf;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The lake can't be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// A statement failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A rule failed.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The price method failed.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// The published prices can't be read.
    #[error(transparent)]
    Publication(#[from] crate::price::publication::PublicationError),
    /// The policy is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A frame has not the columns that it should have.
    #[error("报告：{0} / report: {0}")]
    Frame(#[from] polars::error::PolarsError),
    /// A file of the report can't be written.
    #[error("报告文件 {path}：{source}；请检查目录权限和磁盘空间 / report file {path}: {source}; check permissions and free space")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The files of an earlier run can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A result can't be written as JSON.
    #[error("结果无法写成 JSON：{0} / a result can't be written as JSON: {0}")]
    ToJson(#[from] serde_json::Error),
    /// A workbook can't be made.
    #[error("无法生成 findings.xlsx：{0} / cannot make findings.xlsx: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// A document of a bulletin can't be made.
    #[error("通告的 {format} 文件无法生成：{why} / the bulletin's {format} can't be made: {why}")]
    Document {
        /// Which.
        format: &'static str,
        /// Why.
        why: String,
    },
    /// The system has no font that holds Chinese.
    #[error(
        "系统没有中文字体，通告的 PDF 无法排版；请安装 fonts-noto-cjk（Debian/Ubuntu：apt install fonts-noto-cjk；Windows 自带，无需安装）后重试，其他格式不受影响 / \
         the system has no Chinese font to set the bulletin's PDF in; install fonts-noto-cjk (Debian, Ubuntu: apt install fonts-noto-cjk; Windows has one) and try again, the other formats are not affected"
    )]
    NoChineseFont,
    /// What was given is no month.
    #[error("“{given}”不是月份，应写作 2023-06 / \"{given}\" is no month; write 2023-06")]
    Month {
        /// As given.
        given: String,
    },
    /// There is no such run.
    #[error(
        "没有编号为 {id} 的运行；请给出 run.json 的路径，或用 `lepid lake history` 查看 / no run {id}; give the path of a run.json, or see `lepid lake history`"
    )]
    NoSuchRun {
        /// As given.
        id: String,
    },
    /// The policy is not the one of the run.
    #[error(
        "现行政策（sha256 {now}）不是该次运行所用的政策（{then}）；请用 --policy 给出当时的政策文件 / the policy in force ({now}) is not that of the run ({then}); give the policy file of then with --policy"
    )]
    OtherPolicy {
        /// The hash now.
        now: String,
        /// The hash then.
        then: String,
    },
    /// The run can't be made again as it was.
    #[error("无法重现：{zh} / can't be made again: {en}")]
    OtherInputs {
        /// 中文
        zh: String,
        /// English
        en: String,
    },
}
