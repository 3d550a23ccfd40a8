//! `lepid cases assign`, `verify`, `plan` … : what does somebody do with a case?

use super::{Place, day, print_json, today};
use crate::cases::state::listed;
use crate::cases::{Case, Kind, Measure, Plan, Step, Who, take, view};
use crate::cli::{CliError, Global};
use crate::text::Lang;
use chrono::{NaiveDate, Utc};
use std::path::PathBuf;

/// Which case, who, and on what they have seen of it.
#[derive(clap::Args)]
pub(super) struct On {
    /// 问题编号 / number of the case
    pub(super) number: String,
    /// 经办人 / who
    #[arg(long, value_name = "NAME")]
    pub(super) by: String,
    /// 只在该条记录仍是最后一条时办理 / only if this event is still the last one of the case
    #[arg(long, value_name = "EVENT")]
    on: Option<u64>,
}

impl On {
    pub(super) fn who(&self) -> Who<'_> {
        Who { by: &self.by, at: Utc::now(), on: self.on }
    }

    fn take(&self, step: &Step, kind: Kind, place: &Place, global: &Global) -> Result<(), CliError> {
        let case = take(&place.lake, &place.settings, &self.number, self.who(), step)?;
        done(&case, kind, global)
    }
}

/// Tells what has been done.
pub(super) fn done(case: &Case, kind: Kind, global: &Global) -> Result<(), CliError> {
    if global.json {
        return print_json(&view::whole(case, today(None)));
    }
    say(case, kind, global.lang);
    Ok(())
}

/// What was done, how the case stands, and what may come next.
pub(super) fn say(case: &Case, kind: Kind, lang: Lang) {
    let (id, did, state) = (&case.id, kind.title().get(lang), case.state.title().get(lang));
    let event = case.last_event();
    let due = case.due.map_or_else(|| "—".to_owned(), |due| due.to_string());
    let possible = listed(case.state.possible(), lang);
    match lang {
        Lang::Zh => out!("问题 {id}：{did}（第 {event} 条记录）。状态：{state}，期限：{due}。现在可以：{possible}"),
        Lang::En => out!("case {id}: {did} (event {event}). State: {state}, due: {due}. Possible now: {possible}"),
    }
}

#[derive(clap::Args)]
pub(super) struct Assign {
    #[command(flatten)]
    on: On,
    /// 责任人 / the person who is responsible
    #[arg(long, value_name = "NAME")]
    person: String,
    /// 部门：编号或名称；默认为牵头部门 / department: id or name; else the one that has it
    #[arg(long, value_name = "DEPARTMENT")]
    department: Option<String>,
    /// 期限；默认按政策 / due day; else as policy says
    #[arg(long, value_name = "DATE", value_parser = day)]
    due: Option<NaiveDate>,
    /// 说明 / remarks
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Assign {
    pub(super) fn run(&self, place: &Place, global: &Global) -> Result<(), CliError> {
        let department = self.department.as_deref().map(|typed| place.settings.department(typed)).transpose()?;
        let (responsible, due, reason) = (self.person.clone(), self.due, self.reason.clone());
        self.on.take(&Step::Assign { department, responsible, due, reason }, Kind::Assigned, place, global)
    }
}

#[derive(clap::Args)]
pub(super) struct Remarked {
    #[command(flatten)]
    on: On,
    /// 说明 / remarks
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Remarked {
    pub(super) fn run(&self, step: impl FnOnce(Option<String>) -> Step, place: &Place, global: &Global) -> Result<(), CliError> {
        let step = step(self.reason.clone());
        self.on.take(&step, step.kind(), place, global)
    }
}

#[derive(clap::Args)]
pub(super) struct Reasoned {
    #[command(flatten)]
    on: On,
    /// 理由，必须写明 / why; it is needed
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Reasoned {
    pub(super) fn run(&self, step: impl FnOnce(String) -> Step, place: &Place, global: &Global) -> Result<(), CliError> {
        let step = step(self.reason.clone());
        self.on.take(&step, step.kind(), place, global)
    }
}

#[derive(clap::Args)]
pub(super) struct Note {
    #[command(flatten)]
    on: On,
    /// 内容 / what
    text: String,
}

impl Note {
    pub(super) fn run(&self, place: &Place, global: &Global) -> Result<(), CliError> {
        self.on.take(&Step::Note { text: self.text.clone() }, Kind::Noted, place, global)
    }
}

#[derive(clap::Args)]
pub(super) struct Planned {
    #[command(flatten)]
    on: On,
    /// 整改方案文件（TOML：note，若干 [[measure]]，各有 what、due、person）/ the plan as a TOML file: note, and [[measure]] tables with what, due, person
    #[arg(long, value_name = "FILE", conflicts_with_all = ["measure", "due", "person"], required_unless_present = "measure")]
    file: Option<PathBuf>,
    /// 措施，可多次；依次与 --due、--person 对应 / a measure, repeatable; --due and --person belong to it in turn
    #[arg(long, value_name = "TEXT", requires = "due", requires = "person")]
    measure: Vec<String>,
    /// 措施的期限；只写一次则各项相同 / due day of a measure; given once it is that of all
    #[arg(long, value_name = "DATE", value_parser = day)]
    due: Vec<NaiveDate>,
    /// 措施的责任人；只写一次则各项相同 / person of a measure; given once it is that of all
    #[arg(long, value_name = "NAME")]
    person: Vec<String>,
}

impl Planned {
    pub(super) fn run(&self, place: &Place, global: &Global) -> Result<(), CliError> {
        self.on.take(&Step::Plan(self.plan()?), Kind::Planned, place, global)
    }

    fn plan(&self) -> Result<Plan, CliError> {
        if let Some(path) = &self.file {
            let text = std::fs::read_to_string(path).map_err(|e| {
                CliError(format!("读取整改方案 {path} 失败：{e} / cannot read the plan {path}: {e}", path = path.display()))
            })?;
            return Ok(Plan::parse(&text)?);
        }
        let count = self.measure.len();
        if ![1, count].contains(&self.due.len()) || ![1, count].contains(&self.person.len()) {
            return Err(CliError(format!(
                "有 {count} 项 --measure，--due 和 --person 须各写 {count} 次或一次 / there are {count} --measure; give --due and --person {count} times each, or once"
            )));
        }
        let of = |at: usize, given: usize| if given == 1 { 0 } else { at };
        let measures = self.measure.iter().enumerate().filter_map(|(at, what)| {
            let (due, person) = (self.due.get(of(at, self.due.len()))?, self.person.get(of(at, self.person.len()))?);
            Some(Measure { what: what.clone(), due: *due, person: person.clone() })
        });
        Ok(Plan { note: None, measures: measures.collect() })
    }
}
