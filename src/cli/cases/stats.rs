//! `lepid cases stats`: how are the cases getting on?

use super::{Place, day, print_json, today};
use crate::cases::stats::{Counts, Stats, stats};
use crate::chart::number::scaled;
use crate::cli::grid::Grid;
use crate::cli::{CliError, Global};
use crate::report::words;
use crate::text::Lang;
use chrono::NaiveDate;

#[derive(clap::Args)]
pub(super) struct Args {
    /// 以该日判断是否逾期 / the day on which it counts what is overdue
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<NaiveDate>,
}

pub(super) fn run(args: &Args, place: &Place, global: &Global) -> Result<(), CliError> {
    let stats = stats(place.ledger()?.cases(), today(args.today));
    if global.json {
        return print_json(&stats);
    }
    print(&stats, global.lang);
    Ok(())
}

fn print(stats: &Stats, lang: Lang) {
    let zh = lang == Lang::Zh;
    let heads = if zh {
        ["", "问题", "未办结", "逾期", "已销号", "查否"]
    } else {
        ["", "cases", "open", "overdue", "closed", "unfounded"]
    };
    let mut grid = Grid::new(&heads).align_right(&[1, 2, 3, 4, 5]);
    let mut push = |name: &str, c: &Counts| {
        let numbers = [c.cases, c.open, c.overdue, c.closed, c.unfounded].map(|n| n.to_string());
        grid.push([vec![name.to_owned()], numbers.to_vec()].concat());
    };
    push(if zh { "合计" } else { "all" }, &stats.all);
    for (severity, counts) in &stats.by_severity {
        push(&format!("{}{}", if zh { "程度 " } else { "severity " }, words::severity(*severity).get(lang)), counts);
    }
    for (department, counts) in &stats.by_department {
        push(department.get(lang), counts);
    }
    out!("{grid}\n");
    for (state, count) in stats.by_state.iter().filter(|(_, count)| *count > 0) {
        out!("{}  {count}", state.title().get(lang));
    }
    let median = stats.median_days_to_close.map_or_else(|| "—".to_owned(), |days| format!("{days:.1}"));
    let in_time = stats.closed_in_time_ppm.map_or_else(|| "—".to_owned(), |ppm| format!("{} %", scaled(ppm, 4, 1)));
    let (reopened, gone, today) = (stats.reopened, stats.gone, stats.today);
    match zh {
        true => out!(
            "\n立案至销号的中位天数 {median}；按期销号 {in_time}；曾重新立案 {reopened} 件；线索已消失而未办结 {gone} 件（截至 {today}）"
        ),
        false => out!(
            "\nmedian days from opening to closing {median}; closed in time {in_time}; opened again {reopened}; open, but found no more {gone} (as of {today})"
        ),
    }
}
