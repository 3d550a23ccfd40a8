//! How does the data of a dossier become sections? What is found and how sure we are; the records behind it stand in `records`.

use super::data::Dossier;
use super::sheet::{Block, NONE, Say, Section, Sheet, Table, number, text};
use super::{output, records};
use crate::chart::number::{grouped, tonnes, whole_tonnes};
use crate::report::contents::SYNTHETIC;
use crate::report::words;
use crate::rules::finding::Finding;
use crate::rules::say;
use crate::text::Lang;

/// So many findings about trucks are shown; the rest is counted.
const MOST_OF_TRUCKS: usize = 30;

/// The dossier in one language.
#[must_use]
pub fn sheet(dossier: &Dossier, lang: Lang) -> Sheet {
    let s = Say(lang);
    let (site, run) = (dossier.site, dossier.run);
    let mut sections = vec![records::rights(dossier, s), risk(dossier, s), output::place(dossier, s)];
    sections.extend(output::years(dossier, s));
    sections.extend([records::flows(dossier, s), findings(dossier, s)]);
    sections.extend(of_trucks(dossier, s));
    sections.push(cases(dossier, s));
    sections.extend([records::trucks(dossier, s), records::sales(dossier, s), records::utilities(dossier, s)]);
    sections.extend([records::quality(dossier, s), made_from(dossier, s)]);
    let mut warnings = vec![reminder(s).to_owned()];
    if dossier.synthetic {
        warnings.insert(0, SYNTHETIC.get(lang).to_owned());
    }
    let name = s.of("一矿一档", "Dossier");
    Sheet {
        lang,
        title: site.name.clone(),
        kicker: format!("{name} · {} · {}", words::kind(Some(&site.kind)).get(lang), site.site_id),
        warnings,
        facts: register(dossier, s),
        key: key(dossier, s),
        sections,
        day: run.to.clone(),
        foot: format!("{name} · {} · {} {} · {}", site.name, s.of("运行", "run"), run.run_id, run.program),
        identity: format!("{}-{}-{}", run.run_id, site.site_id, s.of("zh", "en")),
    }
}

fn reminder(s: Say) -> &'static str {
    match s.0 {
        Lang::Zh => "线索是请人去核查的理由，不是结论；每条都列出依据和销号条件。缺失的数据保持缺失，不据以推定任何事。",
        Lang::En => {
            "A finding is a lead for an inspector, never a verdict; each says what would clear it. What is missing stays missing: nothing is inferred from it."
        }
    }
}

fn register(dossier: &Dossier, s: Say) -> Vec<(String, String)> {
    let site = dossier.site;
    let fact = |zh, en, value: Option<String>| (s.of(zh, en).to_owned(), value.unwrap_or_else(|| NONE.to_owned()));
    let span = dossier.run.from.as_ref().zip(dossier.run.to.as_ref()).map(|(from, to)| format!("{from} – {to}"));
    vec![
        fact("企业", "company", site.company.clone()),
        fact("县市区", "county", site.county.clone()),
        fact("坐标（纬度，经度）", "position (lat, lon)", site.lat.zip(site.lon).map(|(lat, lon)| format!("{lat:.5}°, {lon:.5}°"))),
        fact("年产能", "capacity", site.annual_capacity_kg.map(|kg| format!("{}/{}", tonnes(kg, s.0), s.of("年", "year")))),
        fact("记录起止", "records", span),
    ]
}

/// The figures that are read first.
fn key(dossier: &Dossier, s: Say) -> Vec<(String, String, &'static str)> {
    let level = dossier.risk.map_or("", |r| crate::risk::sample::level_id(r.level));
    let score = dossier.risk.map_or_else(
        || s.of("没有线索", "no findings").to_owned(),
        |r| format!("{} · {}", words::severity(r.level).get(s.0), tonnes(r.score_kg, s.0)),
    );
    let mut key = vec![
        (s.of("风险（吨按确定程度加权，不重复计）", "at risk (weighted tonnes, each once)").to_owned(), score, level),
        (s.of("线索", "findings").to_owned(), grouped(i64::try_from(dossier.findings.len()).unwrap_or(i64::MAX)), ""),
    ];
    if let Some(output) = dossier.output.last() {
        let worst = output.dispatched_kg.max(output.declared_kg.unwrap_or(0));
        let share = output.approved_kg.and_then(|kg| crate::chart::number::percent(worst, kg));
        let scale =
            output.approved_kg.map_or_else(|| s.of("无核定规模", "no approved scale").to_owned(), |kg| format!("/ {}", tonnes(kg, s.0)));
        let name = if s.0 == Lang::Zh {
            format!("{} 年产量（申报、过磅较大者）与规模", output.year)
        } else {
            format!("output {} (larger of declared, tickets) and scale", output.year)
        };
        key.push((name, format!("{} {scale}{}", tonnes(worst, s.0), share.map(|p| format!(" · {p}")).unwrap_or_default()), ""));
    }
    let open = dossier.cases.map_or_else(|| NONE.to_owned(), |c| c.len().to_string());
    key.push((s.of("台账问题", "cases").to_owned(), open, ""));
    key
}

fn risk(dossier: &Dossier, s: Say) -> Section {
    let mut blocks = Vec::new();
    match dossier.risk {
        None => blocks.push(Block::Text(s.of("本次运行没有关于它的线索。", "This run found nothing about it.").to_owned())),
        Some(risk) => {
            let exact = |kg: i64| format!("{} {}", say::tonnes(kg), s.of("吨", "t"));
            let (level, score, mass) = (words::severity(risk.level).get(s.0), exact(risk.score_kg), exact(risk.mass_kg));
            blocks.push(Block::Text(match s.0 {
                Lang::Zh => format!(
                    "风险等级{level}：{score}。{} 条线索（其中 {} 条是在此装车的车辆和磅单的线索）涉及 {mass}，每吨只计一次；按确定程度加权后为得分。磅单 {} 张。",
                    risk.findings, risk.from_others, risk.tickets
                ),
                Lang::En => format!(
                    "Risk {level}: {score}. {} findings ({} of them about trucks and tickets loaded here) name {mass}, each ton once; weighted by certainty they make the score. {} tickets.",
                    risk.findings, risk.from_others, risk.tickets
                ),
            }));
            blocks.push(Block::Table(reasons(risk, s)));
        }
    }
    Section { id: "risk", title: s.of("风险与理由", "Risk and reasons").to_owned(), blocks }
}

fn reasons(risk: &crate::risk::Risk, s: Say) -> Table {
    let columns = vec![
        text(s.of("规则", "rule"), 44),
        text(s.of("确定程度", "certainty"), 24),
        number(s.of("线索", "findings"), 12),
        number(s.of("单独计（吨）", "alone, t"), 20),
        number(s.of("独有（吨）", "adds, t"), 20),
        number(s.of("与其他重叠（吨）", "shared, t"), 24),
    ];
    let row = |r: &crate::risk::Reason| {
        vec![
            r.title.get(s.0).to_owned(),
            words::certainty(r.certainty).get(s.0).to_owned(),
            r.findings.to_string(),
            say::tonnes(r.alone_kg),
            say::tonnes(r.adds_kg),
            say::tonnes(r.shared_kg),
        ]
    };
    Table::new(s.of("理由（加权吨数）", "Reasons (weighted tonnes)"), columns, risk.reasons.iter().map(row).collect()).noted(s.of(
        "独有：没有这条规则得分会少多少；重叠：其他规则也指出的吨数。各行独有之和不大于得分。",
        "Adds: what the score would lose without the rule; shared: tonnes that other rules name too. The column “adds” sums to no more than the score.",
    ))
}

fn findings(dossier: &Dossier, s: Say) -> Section {
    let mut blocks = Vec::new();
    if dossier.findings.is_empty() {
        blocks.push(Block::Text(s.of("没有关于它的线索。", "No findings about it.").to_owned()));
    } else {
        blocks.push(Block::Table(findings_table(s.of("关于本场所的线索", "Findings about the site"), &dossier.findings, s)));
    }
    Section { id: "findings", title: s.of("线索", "Findings").to_owned(), blocks }
}

fn findings_table(caption: &str, findings: &[&Finding], s: Say) -> Table {
    let columns = vec![
        text(s.of("程度", "severity"), 13),
        text(s.of("线索与情况", "finding"), 70),
        text(s.of("时段", "period"), 18),
        number(s.of("吨", "t"), 20),
        text(s.of("销号条件", "cleared by"), 50),
    ];
    let row = |f: &&Finding| {
        let (title, says, department) = (f.title.get(s.0), f.says.get(s.0), f.department.get(s.0));
        let certainty = words::certainty(f.certainty).get(s.0);
        vec![
            words::severity(f.severity).get(s.0).to_owned(),
            match s.0 {
                Lang::Zh => format!("{title}：{says}（{certainty}，{department}；{}）", f.id),
                Lang::En => format!("{title}: {says} ({certainty}, {department}; {})", f.id),
            },
            f.period.clone(),
            f.quantity_kg.map_or_else(|| NONE.to_owned(), say::tonnes),
            f.clears.get(s.0).to_owned(),
        ]
    };
    Table::new(caption, columns, findings.iter().map(row).collect()).noted(s.of(
        "全部磅单：lepid findings evidence --finding 编号（括号内）",
        "Every ticket: lepid findings evidence --finding ID (in brackets)",
    ))
}

fn of_trucks(dossier: &Dossier, s: Say) -> Option<Section> {
    let shown: Vec<&Finding> = dossier.of_trucks.iter().take(MOST_OF_TRUCKS).copied().collect();
    if shown.is_empty() {
        return None;
    }
    let rest = dossier.of_trucks.len() - shown.len();
    let mut blocks = vec![Block::Table(findings_table(
        s.of("车辆线索：指出在此装车的磅单", "Findings about trucks that name tickets loaded here"),
        &shown,
        s,
    ))];
    if rest > 0 {
        blocks.push(Block::Text(match s.0 {
            Lang::Zh => format!("另有 {rest} 条，见 findings.xlsx。"),
            Lang::En => format!("{rest} more, see findings.xlsx."),
        }));
    }
    Some(Section { id: "truck-findings", title: s.of("车辆线索", "Findings about trucks").to_owned(), blocks })
}

fn cases(dossier: &Dossier, s: Say) -> Section {
    let mut blocks = Vec::new();
    match dossier.cases {
        None => blocks.push(Block::Text(
            s.of("这份档案没有台账：没有找到数据湖（--lake）。", "This copy holds no ledger: no lake was found (--lake).").to_owned(),
        )),
        Some([]) => blocks.push(Block::Text(s.of("台账中没有关于它的问题。", "The ledger holds no case about it.").to_owned())),
        Some(lines) => {
            let columns = vec![
                text(s.of("编号", "no."), 20),
                text(s.of("问题", "problem"), 40),
                text(s.of("状态", "state"), 18),
                text(s.of("部门", "department"), 28),
                text(s.of("责任人", "person"), 18),
                text(s.of("期限", "due"), 20),
                text(s.of("备注", "note"), 36),
            ];
            let or_none = |text: &str| if text.is_empty() { NONE.to_owned() } else { text.to_owned() };
            let row =
                |c: &super::CaseLine| [&c.id, &c.title, &c.state, &c.department, &c.person, &c.due, &c.note].map(|t| or_none(t)).to_vec();
            blocks.push(Block::Table(Table::new(s.of("问题台账", "Ledger of cases"), columns, lines.iter().map(row).collect())));
        }
    }
    Section { id: "cases", title: s.of("台账", "Cases").to_owned(), blocks }
}

fn made_from(dossier: &Dossier, s: Say) -> Section {
    let run = dossier.run;
    let rows = [
        (s.of("运行", "run"), run.run_id.clone()),
        (s.of("数据湖版本", "lake version"), run.lake_version.to_string()),
        (s.of("政策 sha256", "policy sha256"), run.policy_sha256.clone()),
        (s.of("规则 sha256", "rules sha256"), run.rules_sha256.clone()),
        (s.of("程序", "program"), run.program.clone()),
        (s.of("重现", "to reproduce"), "lepid reproduce reports/run.json".to_owned()),
    ];
    let columns = vec![text(s.of("项目", "item"), 36), text(s.of("内容", "content"), 120)];
    let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let table = Table::new(s.of("由什么得出", "What it was made from"), columns, rows).noted(match s.0 {
        Lang::Zh => format!("数量均以整数千克计算，表中吨数{}；同一数据版本、同一政策得到同样的档案。", whole_note(s)),
        Lang::En => format!(
            "Quantities are whole kilograms, tonnes in tables {}; the same records and policy give the same dossier.",
            whole_note(s)
        ),
    });
    Section {
        id: "made-from",
        title: s.of("依据", "Provenance").to_owned(),
        blocks: vec![Block::Text(reminder(s).to_owned()), Block::Table(table)],
    }
}

fn whole_note(s: Say) -> String {
    let example = whole_tonnes(1_499);
    match s.0 {
        Lang::Zh => format!("四舍五入到整吨（1.499 吨写作 {example}），风险与线索的吨数精确到千克"),
        Lang::En => format!("are rounded to whole ones (1.499 t is written {example}), those of risk and findings are exact"),
    }
}
