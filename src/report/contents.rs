//! What did a run find out? Everything that its files and the service show.

use super::dossier::SiteFacts;
use crate::balance::{Flow, MineOutput, Site};
use crate::price::bands::ProductBands;
use crate::risk::Risk;
use crate::rules::finding::Finding;
use crate::text::{Said, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a run was made from; enough to make it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// First 16 hex digits of SHA-256 over everything below that decides the result.
    pub run_id: String,
    /// Version of the program.
    pub program: String,
    /// The lake's last transaction that changed records: runs and compactions do not count.
    pub lake_version: u64,
    /// When that was committed, RFC 3339; `None`: the lake is empty. The only time in a run's files: a rerun gives the same bytes.
    pub lake_at: Option<String>,
    /// Delta version of every table of records.
    pub tables: BTreeMap<String, u64>,
    /// Rows of every table of records.
    pub rows: BTreeMap<String, u64>,
    /// SHA-256 of the policy in force, hex.
    pub policy_sha256: String,
    /// SHA-256 over the rules that were run, hex.
    pub rules_sha256: String,
    /// SHA-256 of the results (the other JSON files, without the pictures), hex: two lakes whose versions happen to agree are
    /// still two runs.
    pub results_sha256: String,
    /// First and last day that a ticket, sale or return speaks of, ISO 8601.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Rows in quarantine.
    pub quarantined: u64,
}

/// A run, whole. The fields are the files of the same name in the folder of reports (`run.json`, `bands.json` …).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    /// `run.json`
    pub run: RunInfo,
    /// `bands.json`
    pub bands: Vec<ProductBands>,
    /// `findings.json`; sorted by severity, rule, subject, period.
    pub findings: Vec<Finding>,
    /// `output.json`
    pub output: Vec<MineOutput>,
    /// `flows.json`
    pub flows: Vec<Flow>,
    /// `sites.json`
    pub sites: Vec<Site>,
    /// `risk.json`: what is at risk at sites, places and trucks, the highest first.
    pub risk: Vec<Risk>,
    /// `dossiers.json`: what the records say of each site beside the other files.
    pub dossiers: Vec<SiteFacts>,
    /// `charts.json`: the pictures in `charts/`.
    pub charts: Vec<ChartInfo>,
}

/// Said wherever results of synthetic records are shown.
pub const SYNTHETIC: Text = Text {
    zh: "数据是模拟数据，不涉及任何真实企业、矿山、车辆或人员。",
    en: "The data are synthetic: no real company, mine, truck or person is meant.",
};

/// Words in a name that say that it is made up.
const MADE_UP: [&str; 4] = ["模拟", "虚构", "合成数据", "synthetic"];

impl Contents {
    /// Whether the records say of themselves that they are made up: most names of sites, of counties, of companies or of the
    /// parties of sales do. One odd name in real records says nothing of the others.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        let sites = self.sites.iter().map(|s| s.name.as_str()).collect();
        let counties = self.sites.iter().filter_map(|s| s.county.as_deref()).collect();
        let companies = self.sites.iter().filter_map(|s| s.company.as_deref()).collect();
        let parties = self.bands.iter().flat_map(|b| &b.sales).flat_map(|s| [s.seller.as_str(), s.buyer.as_str()]).collect();
        [sites, counties, companies, parties].iter().any(mostly_made_up)
    }
}

/// Whether most of the names say that they are made up.
pub(super) fn mostly_made_up(names: &BTreeSet<&str>) -> bool {
    let made_up = |name: &&&str| {
        let small = name.to_lowercase();
        MADE_UP.iter().any(|word| small.contains(word))
    };
    names.iter().filter(made_up).count() * 2 > names.len()
}

/// A picture of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartInfo {
    /// File below the folder of reports: `charts/band-lepidolite_concentrate-2.5.svg`.
    pub file: String,
    /// `band`, `waterfall`, `carbonate`, `influence`, `coverage`, `grade`, `output` or `origin`.
    pub kind: String,
    /// What it is about: a product and class (`lepidolite_concentrate/2.5`; `band`, `waterfall`), a year (`output`), a product. What
    /// is about one period is about the latest.
    pub about: String,
    /// Title for people.
    pub title: Said,
}
