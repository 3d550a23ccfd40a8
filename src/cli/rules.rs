//! `lepid rules`: what is flagged, on what basis, with which numbers in force?

use super::grid::Grid;
use super::{CliError, Global, rules_run};
use crate::policy::Policy;
use crate::rules::rule::Rule;
use crate::rules::settings::Settings;
use crate::rules::{self, finding::Certainty};
use crate::text::{Lang, Said};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 另加用户自己的规则目录 / a folder with rules of your own
    #[arg(long, global = true, value_name = "DIR")]
    rules: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// 列出规则 / list the rules
    List,
    /// 一条规则：含义、依据、参数、SQL / one rule: what it says, its basis, parameters and SQL
    Show {
        /// 规则编号 / id of the rule
        id: String,
    },
    /// 检查规则文件和参数 / check rule files and parameters
    Check,
    /// 在数据湖上运行规则，只计数，不写报告 / run the rules over the lake and count, writing nothing
    Run(rules_run::Args),
}

pub(crate) fn run(args: &Args, global: &Global) -> Result<ExitCode, CliError> {
    let policy = Policy::load(global.policy.as_deref())?;
    let loaded = rules::load(args.rules.as_deref())?;
    let settings = Settings::of(&policy, &loaded)?;
    match &args.what {
        None | Some(What::List) => list(&loaded, &settings, global)?,
        Some(What::Show { id }) => show(find(&loaded, id)?, &settings, global)?,
        Some(What::Run(args)) => rules_run::run(args, &loaded, &policy, global)?,
        Some(What::Check) => {
            rules::check(&policy, &loaded)?;
            match (global.json, global.lang) {
                (true, _) => out!("{}", json!({ "rules": loaded.len() })),
                (false, Lang::Zh) => out!("{} 条规则均可使用", loaded.len()),
                (false, Lang::En) => out!("all {} rules can be used", loaded.len()),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn find<'a>(rules: &'a [Rule], id: &str) -> Result<&'a Rule, CliError> {
    rules.iter().find(|r| r.id == id).ok_or_else(|| {
        let ids = rules.iter().map(|r| r.id.as_str()).collect::<Vec<_>>().join(", ");
        CliError(format!("没有规则 {id}，只有 / no rule {id}, there are only: {ids}"))
    })
}

fn list(rules: &[Rule], settings: &Settings, global: &Global) -> Result<(), CliError> {
    if global.json {
        let all: Result<Vec<Value>, CliError> = rules.iter().map(|rule| as_json(rule, settings)).collect();
        out!("{}", serde_json::to_string_pretty(&all?)?);
        return Ok(());
    }
    let titles = match global.lang {
        Lang::Zh => ["编号", "名称", "把握", "牵头部门"],
        Lang::En => ["id", "title", "certainty", "department"],
    };
    let mut grid = Grid::new(&titles);
    for rule in rules {
        grid.push(vec![
            rule.id.clone(),
            rule.title.get(global.lang).to_owned(),
            certainty(rule.certainty).get(global.lang).to_owned(),
            settings.department(rule)?.get(global.lang).to_owned(),
        ]);
    }
    out!("{grid}");
    Ok(())
}

fn show(rule: &Rule, settings: &Settings, global: &Global) -> Result<(), CliError> {
    if global.json {
        out!("{}", serde_json::to_string_pretty(&as_json(rule, settings)?)?);
        return Ok(());
    }
    let lang = global.lang;
    let label = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let colon = label("：", ": ");
    out!("{}  {}", rule.id, rule.title.get(lang));
    out!("{}", rule.plain.get(lang));
    out!("{}{colon}{}", label("会说", "Says"), example(rule, lang));
    out!("{}{colon}{}", label("把握", "Certainty"), certainty(rule.certainty).get(lang));
    out!("{}{colon}{}", label("牵头部门", "Leads"), settings.department(rule)?.get(lang));
    for basis in &rule.basis {
        let from = basis.from.map(|d| if lang == Lang::Zh { format!("（{d} 起）") } else { format!(" (from {d})") });
        out!("{}{}{colon}{}", label("依据", "Basis"), from.unwrap_or_default(), basis.says.get(lang));
    }
    out!("{}{colon}{}", label("何以排除", "Cleared by"), rule.clears.get(lang));
    out!("{}{colon}{}", label("不作判断", "Not judged"), rule.unknown.get(lang));
    let look_back = match rule.look_back.as_str() {
        "day" => label("当日的记录", "the records of the day"),
        "month" => label("当月的记录", "the records of the month"),
        "year" => label("当年的记录", "the records of the year"),
        _ => label("全部记录", "all records"),
    };
    out!("{}{colon}{look_back}", label("依据的记录", "Looks at"));
    out!("{}", label("参数（现行值，含义）", "Parameters (value in force, meaning)"));
    let values = settings.values(&rule.id);
    for parameter in &rule.parameters {
        let value = values.get(&parameter.name);
        let shown = value.unwrap_or(&parameter.default).shown(parameter.kind);
        let changed = if value.is_some_and(|v| *v != parameter.default) {
            let default = parameter.default.shown(parameter.kind);
            if lang == Lang::Zh { format!("（默认 {default}）") } else { format!(" (default {default})") }
        } else {
            String::new()
        };
        out!("  {} = {shown}{changed}  {}", parameter.name, parameter.meaning.get(lang));
    }
    for table in &rule.needs {
        out!("{}{colon}{}", label("预备表", "Prepared table"), table.name());
    }
    if let Some(step) = rule.step {
        out!("{}{colon}{}", label("程序步骤", "Step of the program"), step.name());
    }
    out!("\n{}", rule.statement(&values));
    Ok(())
}

/// The sentence with words in the places of numbers.
fn example(rule: &Rule, lang: Lang) -> String {
    let words: &[(&str, &str, &str)] = &[
        ("subject", "【对象】", "[subject]"),
        ("period", "【时段】", "[period]"),
        ("observed", "【观察值】", "[observed]"),
        ("allowed", "【允许值】", "[allowed]"),
        ("quantity", "【数量】", "[quantity]"),
        ("tickets", "【张数】", "[n]"),
    ];
    let text = words.iter().fold(rule.says.get(lang).to_owned(), |text, (name, zh, en)| {
        text.replace(&format!("{{{name}}}"), if lang == Lang::Zh { zh } else { en })
    });
    let figure = |name: &str| if lang == Lang::Zh { format!("【{name}】") } else { format!("[{name}]") };
    rule.figures.iter().fold(text, |text, f| text.replace(&format!("{{{}}}", f.name), &figure(&f.name)))
}

fn certainty(certainty: Certainty) -> Said {
    match certainty {
        Certainty::Proven => Said::new("确证（记录自身即矛盾）", "proven (the records alone contradict)"),
        Certainty::Strong => Said::new("有力（误差难以解释）", "strong (error hardly explains it)"),
        Certainty::Lead => Said::new("线索（值得一看）", "lead (worth a look)"),
    }
}

fn as_json(rule: &Rule, settings: &Settings) -> Result<Value, CliError> {
    let values = settings.values(&rule.id);
    let parameters: Vec<Value> = rule
        .parameters
        .iter()
        .map(|p| {
            json!({
                "name": p.name,
                "type": p.kind.name(),
                "default": p.default.shown(p.kind),
                "value": values.get(&p.name).unwrap_or(&p.default).shown(p.kind),
                "meaning": p.meaning,
            })
        })
        .collect();
    let basis: Vec<Value> = rule.basis.iter().map(|b| json!({ "from": b.from, "zh": b.says.zh, "en": b.says.en })).collect();
    Ok(json!({
        "id": rule.id,
        "title": rule.title,
        "family": rule.family,
        "certainty": rule.certainty,
        "department": { "id": rule.department, "zh": settings.department(rule)?.zh, "en": settings.department(rule)?.en },
        "basis": basis,
        "plain": rule.plain,
        "says": rule.says,
        "clears": rule.clears,
        "not_judged": rule.unknown,
        "unit": rule.unit,
        "look_back": rule.look_back,
        "parameters": parameters,
        "needs": rule.needs.iter().map(|p| p.name()).collect::<Vec<_>>(),
        "step": rule.step.map(rules::step::Step::name),
        "file": rule.file,
        "sql": rule.statement(&values),
    }))
}
