//! What belongs to the dossier of one site? Its part of a run, and the rows of the ledger that are about it.

use super::facts::SiteFacts;
use crate::balance::{Flow, MineOutput, Site};
use crate::cases::{Case, Ledger};
use crate::report::contents::{Contents, RunInfo};
use crate::risk::Risk;
use crate::rules::finding::{Finding, SubjectKind};
use crate::text::Lang;
use serde::Serialize;
use std::collections::BTreeSet;

/// A line of the ledger of cases, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaseLine {
    /// Its number.
    pub id: String,
    /// The problem.
    pub title: String,
    /// How far it has come.
    pub state: String,
    /// The department that has it.
    pub department: String,
    /// The person who is responsible.
    pub person: String,
    /// The day until which the next step is due.
    pub due: String,
    /// The last note.
    pub note: String,
}

impl CaseLine {
    /// The cases about a site, by number.
    #[must_use]
    pub fn of_site(ledger: &Ledger, site_id: &str, lang: Lang) -> Vec<Self> {
        let about = |case: &&Case| case.key.subject_kind == SubjectKind::Site && case.key.subject == site_id;
        ledger.cases().iter().filter(about).map(|case| Self::of(case, lang)).collect()
    }

    fn of(case: &Case, lang: Lang) -> Self {
        Self {
            id: case.id.clone(),
            title: case.title().get(lang).to_owned(),
            state: case.state.title().get(lang).to_owned(),
            department: case.department.get(lang).to_owned(),
            person: case.responsible.clone().unwrap_or_default(),
            due: case.due.map(|day| day.to_string()).unwrap_or_default(),
            note: case.note.clone().unwrap_or_default(),
        }
    }
}

/// Everything that a dossier shows.
#[derive(Clone, Debug, Serialize)]
pub struct Dossier<'a> {
    /// The run.
    pub run: &'a RunInfo,
    /// Whether the records say of themselves that they are made up.
    pub synthetic: bool,
    /// The register.
    pub site: &'a Site,
    /// What the records say of it.
    pub facts: &'a SiteFacts,
    /// What is at risk; `None`: nothing was found.
    pub risk: Option<&'a Risk>,
    /// Raw ore by year.
    pub output: Vec<&'a MineOutput>,
    /// What left it.
    pub sent: Vec<&'a Flow>,
    /// What came.
    pub received: Vec<&'a Flow>,
    /// Findings about it.
    pub findings: Vec<&'a Finding>,
    /// Findings about trucks that name tickets loaded here.
    pub of_trucks: Vec<&'a Finding>,
    /// Its cases; `None`: this copy was made without the ledger.
    pub cases: Option<&'a [CaseLine]>,
}

impl<'a> Dossier<'a> {
    /// The dossier of a registered site, by id; `None`: no such site, or a run without dossiers (the report of a month).
    #[must_use]
    pub fn of(contents: &'a Contents, site_id: &str, cases: Option<&'a [CaseLine]>) -> Option<Self> {
        let site = contents.sites.iter().find(|s| s.site_id == site_id)?;
        let facts = contents.dossiers.iter().find(|f| f.site_id == site_id)?;
        let of_trucks: BTreeSet<&String> = facts.trucks.iter().flat_map(|t| &t.findings).collect();
        let own = |f: &&Finding| f.subject_kind == SubjectKind::Site && f.subject == site_id;
        Some(Self {
            run: &contents.run,
            synthetic: contents.is_synthetic(),
            site,
            facts,
            risk: contents.risk.iter().find(|r| r.subject_kind == SubjectKind::Site && r.subject == site_id),
            output: contents.output.iter().filter(|o| o.site_id == site_id).collect(),
            sent: contents.flows.iter().filter(|f| f.origin_site.as_deref() == Some(site_id)).collect(),
            received: contents.flows.iter().filter(|f| f.destination_site.as_deref() == Some(site_id)).collect(),
            findings: contents.findings.iter().filter(own).collect(),
            of_trucks: contents.findings.iter().filter(|f| of_trucks.contains(&f.id)).collect(),
            cases,
        })
    }
}

/// The site that a name means: its id, or the name of exactly one site.
#[must_use]
pub fn site_of<'a>(contents: &'a Contents, name: &str) -> Option<&'a Site> {
    let by_id = contents.sites.iter().find(|s| s.site_id == name);
    by_id.or_else(|| {
        let mut named = contents.sites.iter().filter(|s| s.name == name);
        named.next().filter(|_| named.next().is_none())
    })
}
