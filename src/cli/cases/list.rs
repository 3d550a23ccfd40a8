//! `lepid cases`: which cases are there, the most urgent first?

use super::{Place, day, print_json, today};
use crate::cases::select::{Wanted, by_urgency};
use crate::cases::{Case, State, view};
use crate::cli::grid::Grid;
use crate::cli::{CliError, Global};
use crate::report::words;
use crate::rules::finding::Severity;
use crate::text::Lang;
use chrono::NaiveDate;

/// Which cases, and as of which day.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    filter: Filter,
}

#[derive(clap::Args)]
pub(super) struct Filter {
    /// 状态，可多次 / state, repeatable
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Vec<State>,
    /// 只列未办结的 / only those that are open
    #[arg(long)]
    open: bool,
    /// 只列逾期的 / only those that are overdue
    #[arg(long)]
    overdue: bool,
    /// 部门：编号或名称 / department: id or name
    #[arg(long, value_name = "DEPARTMENT")]
    department: Option<String>,
    /// 责任人 / responsible person
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// 对象：编号、名称、车牌 / subject: id, name, plate
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// 规则编号 / id of a rule
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// 严重程度 / how urgent
    #[arg(long, value_enum, value_name = "LEVEL")]
    severity: Option<Level>,
    /// 以该日判断是否逾期 / the day on which it counts what is overdue
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<NaiveDate>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Level {
    High,
    Medium,
    Low,
}

fn state(text: &str) -> Result<State, String> {
    let known = || State::ALL.map(|s| format!("{}（{}）", s.id(), s.title().zh)).join("、");
    let by_name = State::ALL.into_iter().find(|s| s.title().zh == text);
    State::by_id(text).or(by_name).ok_or_else(|| format!("只能是 / must be one of: {}", known()))
}

impl Filter {
    /// The cases, most urgent first, and the day.
    pub(super) fn cases(&self, place: &Place) -> Result<(Vec<Case>, NaiveDate), CliError> {
        let today = today(self.today);
        let wanted = Wanted {
            states: self.state.clone(),
            open: self.open,
            overdue_on: self.overdue.then_some(today),
            department: self.department.as_deref().map(|d| place.settings.department(d)).transpose()?.map(|d| d.zh),
            subject: self.subject.clone(),
            rule: self.rule.clone(),
            severity: self.severity.map(|level| match level {
                Level::High => Severity::High,
                Level::Medium => Severity::Medium,
                Level::Low => Severity::Low,
            }),
            responsible: self.person.clone(),
        };
        Ok((by_urgency(place.ledger()?.cases(), &wanted, today), today))
    }
}

pub(super) fn run(args: &Args, place: &Place, global: &Global) -> Result<(), CliError> {
    let (cases, today) = args.filter.cases(place)?;
    if global.json {
        return print_json(&cases.iter().map(|c| view::row(c, today)).collect::<Vec<_>>());
    }
    let zh = global.lang == Lang::Zh;
    let mut grid = Grid::new(&if zh {
        ["编号", "程度", "状态", "期限", "对象", "问题", "线索", "部门", "责任人"]
    } else {
        ["case", "severity", "state", "due", "subject", "what", "findings", "department", "responsible"]
    })
    .align_right(&[6]);
    for case in &cases {
        grid.push(line(case, today, global.lang));
    }
    out!("{grid}");
    let (open, overdue) = (cases.iter().filter(|c| c.state.is_open()).count(), cases.iter().filter(|c| c.is_overdue(today)).count());
    match zh {
        true => out!("{} 件问题，未办结 {open} 件，逾期 {overdue} 件（截至 {today}）；一件的全部记录：lepid cases show 编号", cases.len()),
        false => out!("{} cases, {open} open, {overdue} overdue on {today}; all of one: lepid cases show NUMBER", cases.len()),
    }
    Ok(())
}

fn line(case: &Case, today: NaiveDate, lang: Lang) -> Vec<String> {
    let overdue = match (case.is_overdue(today), lang) {
        (true, Lang::Zh) => " 逾期",
        (true, Lang::En) => " overdue",
        (false, _) => "",
    };
    let due = case.due.map_or_else(|| "—".to_owned(), |due| format!("{due}{overdue}"));
    let gone = match (case.is_gone(), lang) {
        (true, Lang::Zh) => "（线索已消失）",
        (true, Lang::En) => " (gone)",
        (false, _) => "",
    };
    vec![
        case.id.clone(),
        words::severity(case.severity()).get(lang).to_owned(),
        case.state.title().get(lang).to_owned(),
        due,
        case.subject_name().to_owned(),
        format!("{}{gone}", case.title().get(lang)),
        case.findings.len().to_string(),
        case.department.get(lang).to_owned(),
        case.responsible.clone().unwrap_or_else(|| "—".to_owned()),
    ]
}
