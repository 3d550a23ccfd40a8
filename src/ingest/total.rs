//! Which rows of a sheet are none of its records? Totals, the header once more, and what stands below a table.

use super::header::{Layout, Role};
use super::value::fold;

/// Words that begin or are the first text of a total row.
const TOTALS: [&str; 18] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "本页合计",
    "本月合计",
    "本日合计",
    "本页小计",
    "本月累计",
    "本年累计",
    "当日合计",
    "日计",
    "月计",
    "total",
    "subtotal",
    "grandtotal",
    "sum",
];

/// How the lines below a table begin.
const FOOTERS: [&str; 18] = [
    "制表",
    "审核",
    "复核",
    "填表",
    "填报",
    "备注:",
    "说明:",
    "注:",
    "单位负责人",
    "负责人:",
    "统计负责人",
    "打印时间",
    "打印日期",
    "统计时间",
    "报出日期",
    "以下空白",
    "第1页",
    "共1页",
];

/// How totals and the lines below a table can begin.
const LEADS: [char; 24] = [
    '合', '总', '小', '共', '累', '本', '当', '日', '月', '制', '审', '复', '填', '备', '说', '注', '单', '负', '统', '打', '报', '以',
    '第', '—',
];

fn may_be_total(cell: &str) -> bool {
    let lead = cell.trim_start();
    let begins = |word: &str| lead.get(..word.len()).is_some_and(|c| c.eq_ignore_ascii_case(word));
    let letter = matches!(lead.as_bytes().first(), Some(b't' | b'T' | b's' | b'S' | b'g' | b'G'));
    cell.contains('计') || letter && ["total", "sub", "grand", "sum"].into_iter().any(begins)
}

/// 合计 rows, repeated headers and footers. `cells` holds at least one text.
pub(super) fn is_total<S: AsRef<str>>(cells: &[S], layout: &Layout) -> bool {
    let mut filled = cells.iter().map(AsRef::as_ref).filter(|c| !c.trim().is_empty());
    let Some(first) = filled.next() else { return false };
    // Nearly all rows are records, and one look at their first cells tells.
    if !cells.iter().take(4).any(|c| may_be_total(c.as_ref())) && !first.trim_start().starts_with(LEADS) {
        return is_header(cells, layout);
    }
    let lead = word(first);
    if is_total_word(&lead) || cells.iter().take(4).any(|c| is_total_word(&word(c.as_ref()))) {
        return true;
    }
    let of_something = cells.iter().take(4).map(|c| word(c.as_ref())).any(|w| ["合计", "小计", "总计"].iter().any(|t| w.ends_with(t)));
    if of_something && without_record(cells, layout) {
        return true;
    }
    let page = lead.starts_with('第') && lead.contains('页') || lead.starts_with('共') && lead.ends_with('页');
    let footer = filled.count() < 4 && (page || FOOTERS.iter().any(|w| lead.starts_with(w)));
    (footer && without_record(cells, layout)) || is_header(cells, layout)
}

fn word(cell: &str) -> String {
    fold(cell).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// `合计`, `合计:`, `合计(12车)`, `共计12车次31.5吨`.
fn is_total_word(word: &str) -> bool {
    TOTALS.iter().any(|t| {
        word.strip_prefix(t).is_some_and(|rest| {
            rest.chars().all(|c| {
                c.is_ascii_digit()
                    || matches!(c, ':' | '(' | ')' | '.' | ',' | '-' | '/' | 't' | 'k' | 'g' | '元')
                    || "车次吨条笔份张公斤行".contains(c)
            })
        })
    })
}

/// Whether at least two of the required columns that a total can't have are empty (where there are no more than two: whether
/// one cell stands alone), so that no record is taken for a total.
fn without_record<S: AsRef<str>>(cells: &[S], layout: &Layout) -> bool {
    use crate::records::Kind;
    let blank = |place: usize| cells.get(place).is_none_or(|c| c.as_ref().trim().is_empty());
    let named = |role: &Role| {
        let Role::Input(index, _) = role else { return false };
        let input = layout.spec.inputs.get(*index);
        input.is_some_and(|i| i.required && !matches!(i.kind, Kind::Mass { .. } | Kind::UnitPrice { .. } | Kind::Count { .. }))
    };
    let required = layout.roles.iter().enumerate().filter(|(_, role)| named(role)).map(|(place, _)| place);
    // A table of one or two such columns: what stands there all alone is no record either.
    let alone = || cells.iter().filter(|c| !c.as_ref().trim().is_empty()).count() == 1;
    required.clone().filter(|place| blank(*place)).count() >= 2 || required.count() <= 2 && alone()
}

fn is_header<S: AsRef<str>>(cells: &[S], layout: &Layout) -> bool {
    layout.folded.iter().any(|titles| {
        let same = |(cell, title): (&S, &String)| {
            let cell = cell.as_ref().trim();
            !title.is_empty() && (cell == title || cell.starts_with(|c: char| !c.is_ascii_digit()) && fold(cell) == *title)
        };
        // Data never has the text of the first headings in their places: the long comparison is for headers alone.
        let first = cells.iter().zip(titles).filter(|(_, t)| !t.is_empty()).take(3);
        if !first.clone().any(same) {
            return false;
        }
        let matching = cells.iter().zip(titles).filter(|pair| same(*pair)).count();
        matching >= 3 && matching * 2 > titles.iter().filter(|t| !t.is_empty()).count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::header::find;

    #[test]
    fn totals_headers_and_footers_are_told_from_records() {
        let rows = |text: &str| -> Vec<Vec<String>> { text.lines().map(|l| l.split('|').map(|c| c.trim().to_owned()).collect()).collect() };
        let header = "磅单号|货物名称|车牌号|发货单位|收货单位|出场时间|净重|品位";
        let layout = find(&rows(header), None).unwrap();
        let record = "P1|含锂瓷土|赣C12345|宜春矿|选矿厂|2023-06-05 08:03|31520|0.4";
        for (row, total) in [
            (record, false),
            ("|含锂瓷土|赣C12345|宜春矿|选矿厂|2023-06-05 08:03|31520|0.4", false),
            ("P1|含锂瓷土|赣C12345|合计矿业|选矿厂|2023-06-05 08:03|31520|0.4", false),
            ("统一矿业|||||||", false),
            ("合计||||||31520|", true),
            ("合 计：||||||31520|", true),
            ("|本页合计|||||31520|", true),
            ("合计(12车)||||||378|", true),
            ("合计:12车次378.2吨|||||||", true),
            ("6月5日小计||||||31520|", true),
            ("Total:||||||31520|", true),
            ("制表人：张三|||审核人：李四||||", true),
            ("注：净重为湿重|||||||", true),
            ("第 1 页 共 3 页|||||||", true),
            (header, true),
            ("totally-new-ticket|含锂瓷土|赣C12345|宜春矿|选矿厂|2023-06-05 08:03|31520|0.4", false),
            ("制表单1|含锂瓷土|赣C12345|宜春矿|选矿厂|2023-06-05 08:03|31520|0.4", false),
        ] {
            let cells: Vec<String> = row.split('|').map(str::to_owned).collect();
            assert_eq!(is_total(&cells, &layout), total, "{row}");
        }
    }
}
