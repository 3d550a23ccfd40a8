//! How are the demo's numbers shown in a terminal?

use crate::lake::load::FileSummary;
use crate::records::product;
use crate::report::contents::Contents;
use crate::rules::finding::Severity;
use crate::text::Lang;

/// Findings shown.
const SHOWN: usize = 8;

/// What became of all rows together.
pub(super) struct Count {
    pub(super) read: u64,
    pub(super) accepted: u64,
    pub(super) known: u64,
    pub(super) quarantined: u64,
    files: usize,
}

impl Count {
    pub(super) fn of(files: &[FileSummary]) -> Self {
        let sum = |of: fn(&FileSummary) -> u64| files.iter().map(of).sum();
        let mut names: Vec<&str> = files.iter().map(|f| f.file.as_str()).collect();
        names.dedup();
        Self {
            read: sum(|f| f.read),
            accepted: sum(|f| f.accepted),
            known: sum(|f| f.known),
            quarantined: sum(|f| f.quarantined),
            files: names.len(),
        }
    }

    /// The account, which adds up.
    pub(super) fn said(&self, lang: Lang, seconds: f64) -> String {
        let Self { read, accepted, known, quarantined, files } = self;
        match lang {
            Lang::Zh => {
                format!("    {files} 个文件：读入 {read} 行 = 新增 {accepted} + 已有 {known} + 问题行 {quarantined}（{seconds:.1} 秒）")
            }
            Lang::En => {
                format!(
                    "    {files} files: read {read} rows = accepted {accepted} + known {known} + quarantined {quarantined} ({seconds:.1} s)"
                )
            }
        }
    }
}

/// The guide prices of the last period of every product.
pub(super) fn prices(contents: &Contents, lang: Lang) -> String {
    let head = match lang {
        Lang::Zh => ["产品", "期间", "Li2O", "指导价", "下限", "上限"],
        Lang::En => ["product", "period", "Li2O", "guide", "lower", "upper"],
    };
    let mut rows = vec![head.map(str::to_owned)];
    for bands in &contents.bands {
        let name = product::by_id(&bands.product).map_or(bands.product.as_str(), |p| p.title.get(lang));
        let Some(period) = bands.periods.last() else { continue };
        for price in &period.classes {
            let money = |fen: Option<i64>| fen.map_or_else(|| "—".to_owned(), yuan);
            rows.push([
                name.to_owned(),
                period.period.clone(),
                format!("{} %", price.class),
                money(price.guide_fen_per_t),
                money(price.lower_fen_per_t),
                money(price.upper_fen_per_t),
            ]);
        }
    }
    grid(&rows, 2)
}

/// The first findings of the run.
pub(super) fn findings(contents: &Contents, lang: Lang) -> String {
    if contents.findings.is_empty() {
        return if lang == Lang::Zh { "  （无）\n" } else { "  (none)\n" }.to_owned();
    }
    let head = match lang {
        Lang::Zh => ["等级", "线索", "对象", "期间", "吨"],
        Lang::En => ["severity", "finding", "subject", "period", "t"],
    };
    let mut rows = vec![head.map(str::to_owned)];
    for f in contents.findings.iter().take(SHOWN) {
        let severity = match (f.severity, lang) {
            (Severity::High, Lang::Zh) => "高",
            (Severity::Medium, Lang::Zh) => "中",
            (Severity::Low, Lang::Zh) => "低",
            (Severity::High, Lang::En) => "high",
            (Severity::Medium, Lang::En) => "medium",
            (Severity::Low, Lang::En) => "low",
        };
        let tonnes = f.quantity_kg.map_or_else(|| "—".to_owned(), |kg| format!("{}.{:03}", kg / 1000, (kg % 1000).abs()));
        rows.push([severity.to_owned(), f.title.get(lang).to_owned(), f.subject_name.clone(), f.period.clone(), tonnes]);
    }
    let rest = contents.findings.len().saturating_sub(SHOWN);
    let mut text = grid(&rows, 4);
    if rest > 0 {
        text.push_str(&match lang {
            Lang::Zh => format!("  …… 另有 {rest} 条\n"),
            Lang::En => format!("  … and {rest} more\n"),
        });
    }
    text
}

/// Fen as yuan, exact.
fn yuan(fen: i64) -> String {
    if fen % 100 == 0 { (fen / 100).to_string() } else { format!("{}.{:02}", fen / 100, (fen % 100).abs()) }
}

/// Columns under each other, those from `numbers` on to the right.
fn grid<const N: usize>(rows: &[[String; N]], numbers: usize) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(cell));
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            let blanks = " ".repeat(width - columns(cell));
            line.push(' ');
            line.push_str(&if at < numbers { format!("{cell}{blanks} ") } else { format!("{blanks}{cell} ") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How many columns of a terminal a text takes: Chinese characters and full-width forms take two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if ('\u{1100}'..='\u{115f}').contains(&c) || ('\u{2e80}'..='\u{ffe6}').contains(&c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_in_both_scripts() {
        let rows = [["名称".to_owned(), "吨".to_owned()], ["ab".to_owned(), "1.5".to_owned()]];
        assert_eq!(grid(&rows, 1), "  名称   吨\n  ab    1.5\n");
    }
}
