//! `lepid price calibrate`: what does history say about the numbers of the policy?

use crate::cli::grid::Grid;
use crate::cli::{CliError, Global};
use crate::engine::Engine;
use crate::lake::{AsOf, Lake};
use crate::policy::Policy;
use crate::price::Market;
use crate::price::calibrate::propose::comparison_line;
use crate::price::calibrate::row::{Row, Verdict};
use crate::price::calibrate::{Calibration, calibrate};
use crate::price::policy::{AssessedBy, PricePolicy};
use crate::records::product;
use crate::text::{Lang, Said, Text};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 把建议写成政策文件；不给出则只打印 / write the proposal as a policy file; without it nothing is written
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 覆盖已有的文件 / overwrite an existing file
    #[arg(long, requires = "out")]
    force: bool,
}

/// `product` and `as_of` are those of `lepid price`.
pub(crate) fn run(args: &Args, product: Option<&str>, as_of: &AsOf, global: &Global) -> Result<ExitCode, CliError> {
    if let Some(out) = &args.out {
        refuse_to_overwrite(out, args.force)?;
    }
    let policy = Policy::load(global.policy.as_deref())?;
    let price = PricePolicy::load(&policy)?;
    if let Some(id) = product {
        need_priced(id, &price)?;
    }
    let engine = Engine::new(&Lake::open_existing(&global.lake)?.snapshot(as_of)?)?;
    let market = Market::read(&engine, &price)?;
    let found = calibrate(&policy, &market, product)?;
    if let Some(out) = &args.out {
        write(out, &found.proposal, args.force)?;
    }
    if global.json {
        out!(
            "{}",
            serde_json::to_string_pretty(&serde_json::json!({ "notice": never_applied(args.out.as_deref()), "calibration": found }))?
        );
    } else {
        print(&found, args.out.as_deref(), global.lang);
    }
    Ok(ExitCode::SUCCESS)
}

fn need_priced(id: &str, price: &PricePolicy) -> Result<(), CliError> {
    match price.product.get(id).map(|product| product.assessed_by) {
        Some(AssessedBy::Market) => Ok(()),
        Some(AssessedBy::Formula | AssessedBy::Benchmark) => Err(CliError(format!(
            "{id} 按公式或基准定价，没有可由成交校准的参数；改校准其他产品 / {id} is priced by a formula or a benchmark, so sales calibrate nothing of it; name another product"
        ))),
        None => Err(CliError(format!(
            "政策没有为产品 {id} 定价；在 [price.product.{id}] 中给出参数 / the policy does not price {id}; give its parameters in [price.product.{id}]"
        ))),
    }
}

fn refuse_to_overwrite(out: &Path, force: bool) -> Result<(), CliError> {
    if !force && out.exists() {
        let out = out.display();
        return Err(CliError(format!(
            "{out} 已存在；换一个文件名，或用 --force 覆盖 / {out} exists; name another file, or overwrite it with --force"
        )));
    }
    Ok(())
}

fn write(out: &Path, text: &str, force: bool) -> Result<(), CliError> {
    let mut options = std::fs::OpenOptions::new();
    // A file that came into being since the check is not overwritten either.
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let failed = |e: std::io::Error| CliError(format!("写不了 {}：{e} / cannot write {}: {e}", out.display(), out.display()));
    options.write(true).open(out).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}

/// Said whatever was found.
fn never_applied(out: Option<&Path>) -> Said {
    let file = out.map_or_else(|| "policy-proposed.toml".to_owned(), |out| out.display().to_string());
    match out {
        Some(_) => Said::new(
            format!("建议已写入 {file}，没有生效：审阅后用 --policy {file} 指定，或把其中的键抄进自己的政策文件"),
            format!(
                "the proposal is in {file} and in force nowhere: read it, then name it with --policy {file}, or copy its keys into your policy file"
            ),
        ),
        None => Said::new(
            format!("什么也没有改、没有写：用 --out {file} 写出建议，审阅后以 --policy 指定"),
            format!("nothing was changed or written: --out {file} writes the proposal, which you read and then name with --policy"),
        ),
    }
}

const HEADER: [Text; 7] = [
    Text { zh: "项目", en: "what" },
    Text { zh: "现值", en: "now" },
    Text { zh: "估计", en: "estimate" },
    Text { zh: "± 标准误", en: "± s.e." },
    Text { zh: "n", en: "n" },
    Text { zh: "建议", en: "proposed" },
    Text { zh: "结论", en: "verdict" },
];

fn print(found: &Calibration, out: Option<&Path>, lang: Lang) {
    let nothing = Text { zh: "政策没有按成交定价的产品", en: "the policy prices no product by sales" };
    if found.products.is_empty() {
        out!("{}", nothing.get(lang));
    }
    for product in &found.products {
        let title = product::by_id(&product.product).map_or(product.product.as_str(), |p| p.title.get(lang));
        let days = product.days.map(|(from, to)| format!("{from} – {to}")).unwrap_or_default();
        match lang {
            Lang::Zh => out!("{title} · 采用 {} 笔，卖方 {} · {days}", product.sales, product.sellers),
            Lang::En => out!("{title} · {} sales of {} sellers are evidence · {days}", product.sales, product.sellers),
        }
        print_rows(&product.rows, lang);
        for comparison in found.comparisons.iter().filter(|c| c.product == product.product) {
            out!("  {}", comparison_line(comparison, lang));
        }
        out!();
    }
    if let Some(credit) = &found.credit {
        out!("{}", Text { zh: "全部产品", en: "all products" }.get(lang));
        print_rows(std::slice::from_ref(credit), lang);
        out!();
    }
    let notice = never_applied(out);
    out!("{}\n{}", notice.zh, notice.en);
}

fn print_rows(rows: &[Row], lang: Lang) {
    let mut grid = Grid::new(&HEADER.map(|t| t.get(lang)));
    for row in rows {
        let value = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{v:.*}", row.what.digits()));
        grid.push(vec![
            row.what.title().get(lang).to_owned(),
            value(row.now),
            value(row.estimate),
            value(row.error),
            row.n.to_string(),
            row.proposed.map_or_else(|| "-".to_owned(), |v| format!("{v:.*}", row.what.proposed_digits())),
            row.verdict.title().get(lang).to_owned(),
        ]);
    }
    for line in grid.align_right(&[1, 2, 3, 4, 5]).to_string().lines() {
        out!("  {line}");
    }
    // What agrees or shows no trend needs no words.
    for row in rows.iter().filter(|r| !matches!(r.verdict, Verdict::Agrees | Verdict::NoTrend)) {
        let colon = if lang == Lang::Zh { "：" } else { ": " };
        out!("  · {}{colon}{}", row.what.title().get(lang), row.meaning.get(lang));
    }
}
