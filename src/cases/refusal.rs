//! Why may this not be done now, and what is to be done instead?

use super::event::{Event, Kind};
use super::plan::PlanError;
use super::state::{State, listed};
use crate::records::time::beijing;
use crate::text::{Lang, Said};
use chrono::NaiveDate;

/// A step that the course of a case does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A name that names nobody.
    #[error("“{given}”不是人名；请写明姓名 / \"{given}\" names nobody; give the name of a person")]
    Nobody {
        /// As given.
        given: String,
    },
    /// A reason is missing.
    #[error("{zh}须用 --reason 写明理由 / a reason is needed to {en}: --reason TEXT", zh = .kind.title().zh, en = .kind.id())]
    NoReason {
        /// Of which step.
        kind: Kind,
    },
    /// A note that says nothing.
    #[error("备注是空的；请写明内容 / the note is empty; say something")]
    EmptyNote,
    /// No such case.
    #[error("没有编号为 {given} 的问题；lepid cases 列出台账 / there is no case {given}; `lepid cases` lists them")]
    NoSuchCase {
        /// As given.
        given: String,
    },
    /// The state does not allow the step.
    #[error(
        "问题 {id} 目前为“{state_zh}”，不能{kind_zh}；现在可以：{possible_zh} / case {id} is {state_en}, which does not allow “{kind_en}”; possible now: {possible_en}",
        state_zh = .state.title().zh, kind_zh = .kind.title().zh, possible_zh = listed(.state.possible(), Lang::Zh),
        state_en = .state.title().en, kind_en = .kind.title().en, possible_en = listed(.state.possible(), Lang::En)
    )]
    NotNow {
        /// The case.
        id: String,
        /// Its state.
        state: State,
        /// What was asked.
        kind: Kind,
    },
    /// The case has moved on since the event that the step was made on.
    #[error(
        "问题 {id} 自第 {on} 条记录之后已有变动：{zh}；请查看 lepid cases show {id} 后重试 / case {id} has moved on since event {on}: {en}; look at `lepid cases show {id}` and decide again",
        zh = .since.zh, en = .since.en
    )]
    MovedOn {
        /// The case.
        id: String,
        /// The event that the step was made on.
        on: u64,
        /// What has happened since.
        since: Said,
    },
    /// The event is none of the case.
    #[error(
        "第 {on} 条记录不属于问题 {id}；lepid cases show {id} 列出其记录 / event {on} is none of case {id}; `lepid cases show {id}` lists them"
    )]
    NoSuchEvent {
        /// The case.
        id: String,
        /// As given.
        on: u64,
    },
    /// Who rectifies accepts.
    #[error(
        "{person} 是问题 {id} 的整改责任人，不能验收；请由他人验收（政策 [cases] accept_by_another） / {person} is among those who rectify case {id} and can't accept it; somebody else has to (policy [cases] accept_by_another)"
    )]
    OwnAcceptance {
        /// The case.
        id: String,
        /// Who.
        person: String,
    },
    /// A deadline that has passed.
    #[error("期限 {due} 已过（今天是 {today}）；请写今天或以后的日期 / {due} has passed (today is {today}); give today or a later day")]
    Past {
        /// As given.
        due: NaiveDate,
        /// The day of the step.
        today: NaiveDate,
    },
    /// No such department.
    #[error(
        "没有部门“{given}”；政策 [rules.departments] 中有 {known} / no department \"{given}\"; policy [rules.departments] has those listed before"
    )]
    NoSuchDepartment {
        /// As given.
        given: String,
        /// Those that there are.
        known: String,
    },
    /// A plan that is none.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The file is evidence of the case already.
    #[error("这个文件已是问题 {id} 的第 {number} 件证据 / this file is evidence {number} of case {id} already")]
    AttachedAlready {
        /// The case.
        id: String,
        /// Which evidence, from 1.
        number: usize,
    },
    /// The file is too large.
    #[error(
        "{name} 有 {megabytes} MB，超过上限 {most} MB；请压缩或分开，或改政策 [cases] attachment_max_mb / {name} has {megabytes} MB, more than {most} MB; make it smaller, split it, or change attachment_max_mb in policy [cases]"
    )]
    TooLarge {
        /// Its name.
        name: String,
        /// Its size, 10^6 bytes, rounded up.
        megabytes: u64,
        /// What is allowed.
        most: u32,
    },
    /// What is attached is no file.
    #[error(
        "{name} 不存在、不可读或是空的，不能作为证据；请检查路径 / {name} is not there, can't be read or is empty; it can't be evidence, check the path"
    )]
    NoFile {
        /// As given.
        name: String,
    },
    /// No such evidence.
    #[error("问题 {id} 没有第 {number} 件证据（共 {count} 件） / case {id} has no evidence {number}; it has {count}")]
    NoSuchEvidence {
        /// The case.
        id: String,
        /// As given.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// The lake holds no findings.
    #[error("数据湖中还没有线索，请先运行 lepid run / the lake holds no findings yet: run `lepid run` first")]
    NoRun,
    /// No such finding in the last run.
    #[error("最近一次运行没有编号为 {id} 的线索；lepid findings 列出线索 / the last run has no finding {id}; `lepid findings` lists them")]
    NoSuchFinding {
        /// As given.
        id: String,
    },
    /// The finding's problem has a case.
    #[error(
        "线索 {finding} 所属的规则和对象已立案：{id}；lepid cases show {id} / the rule and subject of finding {finding} have a case: {id}; `lepid cases show {id}`"
    )]
    HasCase {
        /// The finding.
        finding: String,
        /// The case.
        id: String,
    },
    /// A stored event that does not follow from those before it.
    #[error("台账第 {event} 条记录不合程序：{what} / event {event} of the cases does not follow: {what}")]
    Stored {
        /// The event.
        event: u64,
        /// Why.
        what: String,
    },
}

/// What happened, in a line for each language.
pub(super) fn told<'e>(events: impl Iterator<Item = &'e Event>) -> Said {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for event in events {
        let act = &event.act;
        let (number, person, title) = (event.event, &act.person, act.kind.title());
        let at = act.at.with_timezone(&beijing()).format("%Y-%m-%d %H:%M");
        zh.push(format!("第 {number} 条 {person} {}（{at}）", title.zh));
        en.push(format!("event {number}: {} by {person} ({at})", title.en));
    }
    Said::new(zh.join("；"), en.join("; "))
}
