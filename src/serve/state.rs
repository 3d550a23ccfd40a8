//! Which run is shown right now? The one in memory, read again when its files change.

use crate::balance::Site;
use crate::cases::{Ledger, ledger_of};
use crate::lake::{AsOf, Lake};
use crate::price::publication::ledger::beijing_day;
use crate::report::contents::Contents;
use crate::report::{FILES, ReadError, lang_of, pictures, read};
use crate::risk::Risk;
use crate::rules::finding::{Finding, SubjectKind};
use crate::text::{Lang, Said};
use axum::body::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

/// The files are looked at no more often than this.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Time and size of a file, if it is there.
type Mark = Option<(SystemTime, u64)>;

/// What the service shows; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// Says what time it is.
type Clock = fn() -> DateTime<Utc>;

struct Inner {
    dir: PathBuf,
    /// The lake whose cases are shown, and the clock that says which of them are overdue.
    lake: Option<(String, Clock)>,
    shown: RwLock<Shown>,
    looked: Mutex<Look>,
}

/// When the files were looked at, and how they were then.
struct Look {
    /// `None`: the lake was not looked at yet.
    at: Option<Instant>,
    mark: Vec<Mark>,
}

/// What there is to show.
#[derive(Clone)]
pub(super) struct Shown {
    /// The last run that could be read whole.
    pub(super) run: Option<Arc<Run>>,
    /// Why the files that stand there now are not shown.
    pub(super) trouble: Option<Said>,
    /// What has become of findings; `None`: no lake is shown, or it can't be read.
    pub(super) cases: Option<Arc<Cases>>,
    /// Why the cases can't be shown.
    pub(super) cases_trouble: Option<String>,
}

/// The cases of the lake at a moment.
pub(super) struct Cases {
    /// The lake's version.
    version: u64,
    pub(super) ledger: Ledger,
    /// The Beijing day on which it counts what is overdue.
    pub(super) today: NaiveDate,
}

/// A run in memory, with what pages look up.
pub(super) struct Run {
    pub(super) contents: Contents,
    /// Whether the records say that they are made up.
    pub(super) synthetic: bool,
    /// Inline pictures by file (`charts/….svg`), in Chinese and in English.
    pictures: [BTreeMap<String, String>; 2],
    /// `report.html` as written.
    pub(super) report: Option<Bytes>,
    findings_by_id: BTreeMap<String, usize>,
    sites_by_id: BTreeMap<String, usize>,
    findings_by_site: BTreeMap<String, Vec<usize>>,
    risk_by_site: BTreeMap<String, usize>,
}

impl AppState {
    /// The service over this folder, which need not exist yet.
    #[must_use]
    pub fn new(reports: &Path) -> Self {
        Self::of(reports, None)
    }

    /// [`AppState::new`] with the cases of a lake, which need not exist yet; `clock` says what day it is.
    #[must_use]
    pub fn with_lake(reports: &Path, lake: &str, clock: fn() -> DateTime<Utc>) -> Self {
        Self::of(reports, Some((lake.to_owned(), clock)))
    }

    fn of(reports: &Path, lake: Option<(String, Clock)>) -> Self {
        let mark = mark(reports);
        let state = Self(Arc::new(Inner {
            dir: reports.to_owned(),
            lake,
            shown: RwLock::new(Shown { run: None, trouble: None, cases: None, cases_trouble: None }),
            looked: Mutex::new(Look { at: None, mark: mark.clone() }),
        }));
        state.load(mark);
        state
    }

    /// Looks at the files now, whenever they were looked at last; reads them if they have changed.
    pub fn refresh(&self) {
        let now = mark(&self.0.dir);
        let unchanged = {
            let mut look = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
            look.at = Some(Instant::now());
            std::mem::replace(&mut look.mark, now.clone()) == now
        };
        if !unchanged {
            self.load(now);
        }
        self.look_at_cases();
    }

    /// Reads the cases if the lake has changed or another day has begun. A lake that can't be read shows none, and
    /// the page says why.
    fn look_at_cases(&self) {
        let Some((root, clock)) = &self.0.lake else { return };
        let (before, today) = (self.0.shown.read().unwrap_or_else(PoisonError::into_inner).cases.clone(), beijing_day(clock()));
        let (now, trouble) = match cases(root, before, today) {
            Ok(now) => (now, None),
            Err(error) => {
                tracing::warn!("{root}: {error}");
                (None, Some(error.to_string()))
            }
        };
        let mut shown = self.0.shown.write().unwrap_or_else(PoisonError::into_inner);
        (shown.cases, shown.cases_trouble) = (now, trouble);
    }

    /// What to show; looks at the files first if that was long ago.
    pub(super) async fn current(&self) -> Shown {
        if self.due() {
            let state = self.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || state.refresh()).await {
                tracing::error!("reading the reports again: {error}");
            }
        }
        self.0.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it is time to look; if so, the caller is the one who looks.
    fn due(&self) -> bool {
        let mut look = self.0.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let due = look.at.is_none_or(|at| at.elapsed() >= LOOK_EVERY);
        if due {
            look.at = Some(Instant::now());
        }
        due
    }

    /// Reads the folder, whose files had the marks `before`; the run shown so far stays if the new one can't be read whole.
    fn load(&self, before: Vec<Mark>) {
        let dir = &self.0.dir;
        let outcome = read(dir).and_then(|contents| {
            let run = Run::new(contents, dir);
            if mark(dir) == before { Ok(run) } else { Err(ReadError::Writing) }
        });
        let mut shown = self.0.shown.write().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(run) => (shown.run, shown.trouble) = (Some(Arc::new(run)), None),
            // A run is about to be written, or none ever was: both are no trouble.
            Err(ReadError::Missing { path }) if path == dir.join("run.json") => shown.trouble = None,
            Err(error) => {
                tracing::warn!("{}: {error}", dir.display());
                shown.trouble = Some(error.said());
                if matches!(error, ReadError::Writing) {
                    self.0.looked.lock().unwrap_or_else(PoisonError::into_inner).mark.clear();
                }
            }
        }
    }
}

/// The cases of a lake now; what was known before if nothing has changed. The lake is opened for this look alone: its runtime must
/// not be dropped on a thread of the service.
fn cases(root: &str, before: Option<Arc<Cases>>, today: NaiveDate) -> Result<Option<Arc<Cases>>, crate::cases::CasesError> {
    if !Path::new(root).is_dir() {
        return Ok(None);
    }
    let snapshot = Lake::open_existing(root)?.snapshot(&AsOf::Latest)?;
    match before {
        Some(known) if known.version == snapshot.version && known.today == today => Ok(Some(known)),
        _ => Ok(Some(Arc::new(Cases { version: snapshot.version, ledger: ledger_of(&snapshot)?, today }))),
    }
}

/// Time and size of every file that a run writes for us: a change of one means that they must be read again.
fn mark(dir: &Path) -> Vec<Mark> {
    let stat = |file: &str| {
        let data = std::fs::metadata(dir.join(file)).ok()?;
        Some((data.modified().ok()?, data.len()))
    };
    FILES.iter().chain(&["report.html"]).map(|file| stat(file)).collect()
}

impl Run {
    pub(super) fn new(contents: Contents, dir: &Path) -> Self {
        let pictures = both(&contents, dir);
        let report = std::fs::read(dir.join("report.html")).ok().map(Bytes::from);
        let findings_by_id = contents.findings.iter().enumerate().map(|(at, f)| (f.id.clone(), at)).collect();
        let sites_by_id = contents.sites.iter().enumerate().map(|(at, s)| (s.site_id.clone(), at)).collect();
        let mut findings_by_site: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, finding) in contents.findings.iter().enumerate() {
            if finding.subject_kind == SubjectKind::Site {
                findings_by_site.entry(finding.subject.clone()).or_default().push(at);
            }
        }
        let of_sites = contents.risk.iter().enumerate().filter(|(_, risk)| risk.subject_kind == SubjectKind::Site);
        let risk_by_site = of_sites.map(|(at, risk)| (risk.subject.clone(), at)).collect();
        let synthetic = contents.is_synthetic();
        Self { contents, synthetic, pictures, report, findings_by_id, sites_by_id, findings_by_site, risk_by_site }
    }

    /// A picture as it can stand inside a page.
    pub(super) fn picture(&self, file: &str, lang: Lang) -> Option<&str> {
        let [zh, en] = &self.pictures;
        let pictures = if lang == Lang::Zh { zh } else { en };
        pictures.get(file).map(String::as_str)
    }

    /// The finding with this id.
    pub(super) fn finding(&self, id: &str) -> Option<&Finding> {
        self.contents.findings.get(*self.findings_by_id.get(id)?)
    }

    /// The registered site with this id.
    pub(super) fn site(&self, id: &str) -> Option<&Site> {
        self.contents.sites.get(*self.sites_by_id.get(id)?)
    }

    /// What is at risk at a site; `None`: nothing was found.
    pub(super) fn risk_of_site(&self, id: &str) -> Option<&Risk> {
        self.contents.risk.get(*self.risk_by_site.get(id)?)
    }

    /// The findings about a site, in the order of the run.
    pub(super) fn findings_of_site(&self, id: &str) -> impl Iterator<Item = &Finding> {
        self.findings_by_site.get(id).into_iter().flatten().filter_map(|at| self.contents.findings.get(*at))
    }
}

/// The pictures of the folder, whose words are in the language of the run, and the same drawn in the other language.
fn both(contents: &Contents, dir: &Path) -> [BTreeMap<String, String>; 2] {
    let stored: BTreeMap<String, String> =
        contents.charts.iter().filter_map(|c| picture(dir, &c.file).map(|svg| (c.file.clone(), svg))).collect();
    let written_in = lang_of(dir).unwrap_or_default();
    let other = if written_in == Lang::Zh { Lang::En } else { Lang::Zh };
    let mut drawn = stored.clone();
    for (chart, svg) in pictures(contents, other) {
        // What the folder lacks or must not name is not shown in any language.
        drawn.entry(chart.file).and_modify(|stored| *stored = svg);
    }
    if written_in == Lang::Zh { [stored, drawn] } else { [drawn, stored] }
}

/// A picture as it can stand inside a page: from its `<svg` on. A name that leads out of the folder is no picture.
fn picture(dir: &Path, file: &str) -> Option<String> {
    let path = Path::new(file);
    if !path.components().all(|c| matches!(c, Component::Normal(_))) || path.extension().is_none_or(|e| e != "svg") {
        tracing::warn!("charts.json names {file:?}, which is no picture below the folder of reports");
        return None;
    }
    let text = std::fs::read_to_string(dir.join(path)).map_err(|error| tracing::warn!("{file}: {error}")).ok()?;
    Some(text.get(text.find("<svg")?..)?.to_owned())
}
