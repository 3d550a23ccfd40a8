//! Do corrections, voids, registers and the quarantine change what they should, once, and keep what was?

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that can't go on fails")]

use crate::lake_support::{HEADER, Place, account, ticket, tickets};
use lepid::lake::{AsOf, open_rows};

const SHOW: &str = "SELECT ticket_no, net_kg FROM shipments ORDER BY 1, 2";
const GONE: &str = "SELECT why, record, source_file FROM superseded ORDER BY why, record";

/// Tickets with a column 更正 or 作废 behind.
fn marked(column: &str, rows: &[(String, &str)]) -> String {
    let rows: Vec<String> = rows.iter().map(|(row, mark)| format!("{row},{mark}")).collect();
    format!("{HEADER},{column}\n{}\n", rows.join("\n"))
}

fn p(number: u32, net_t: &str) -> String {
    ticket(&format!("P{number}"), "白石岭", "2023-06-05", net_t)
}

#[test]
fn a_correction_replaces_its_record_once_and_keeps_the_old_one() {
    let place = Place::new();
    let first = place.file("磅单.csv", tickets(&[p(1, "30"), p(2, "31")]));
    let correction = place.file("更正.csv", marked("更正", &[(p(1, "29"), "是")]));
    place.ingest(std::slice::from_ref(&first));
    assert_eq!(account(&place.ingest(std::slice::from_ref(&correction))), (1, 0, 0));
    assert_eq!(place.ask(SHOW), "P1 29000\nP2 31000");
    let gone = place.ask(GONE);
    assert!(gone.contains("replaced") && gone.contains("30000") && gone.contains("更正.csv"), "{gone}");
    assert_eq!(place.lake().snapshot(&AsOf::Version(1)).unwrap().rows("shipments"), 2, "history keeps it too");
    // The old file does not bring the old record back, and the correction works once.
    assert_eq!(account(&place.ingest(&[first])), (0, 2, 0));
    place.ingest(&[place.file("再开.csv", tickets(&[p(1, "28")]))]);
    assert_eq!(account(&place.ingest(&[correction])), (0, 1, 0));
    assert_eq!(place.ask(SHOW), "P1 28000\nP1 29000\nP2 31000", "another ticket with the number is evidence, and stays");
}

#[test]
fn a_correction_may_move_a_record_to_another_month() {
    let place = Place::new();
    place.ingest(&[place.file("a.csv", tickets(&[p(1, "30"), p(2, "31")]))]);
    let moved = ticket("P1", "白石岭", "2023-07-05", "30");
    place.ingest(&[place.file("b.csv", marked("是否更正", &[(moved, "是"), (p(3, "20"), "否")]))]);
    assert_eq!(place.ask("SELECT ticket_no, month FROM shipments ORDER BY 1"), "P1 2023-07-01\nP2 2023-06-01\nP3 2023-06-01");
}

#[test]
fn correct_replaces_all_and_brings_back_what_was_replaced() {
    let place = Place::new();
    let first = place.file("a.csv", tickets(&[p(1, "30"), p(2, "31")]));
    let second = place.file("b.csv", tickets(&[p(1, "29")]));
    place.ingest(std::slice::from_ref(&first));
    assert_eq!(account(&place.correct(std::slice::from_ref(&second))), (1, 0, 0));
    assert_eq!(place.ask(SHOW), "P1 29000\nP2 31000");
    assert_eq!(account(&place.correct(&[second])), (0, 1, 0));
    assert_eq!(place.ask(SHOW), "P1 29000\nP2 31000");
    assert_eq!(account(&place.correct(&[first])), (1, 1, 0));
    assert_eq!(place.ask(SHOW), "P1 30000\nP2 31000");
}

#[test]
fn a_void_takes_its_record_out_whichever_file_comes_first() {
    for void_first in [false, true] {
        let place = Place::new();
        let first = place.file("磅单.csv", tickets(&[p(1, "30"), p(2, "31")]));
        let void = place.file("作废.csv", marked("作废", &[(p(1, "30"), "是")]));
        if void_first {
            let told = place.ingest(std::slice::from_ref(&void));
            assert_eq!((account(&told), told[0].notes.len()), ((1, 0, 0), 1), "it says that it found nothing: {told:?}");
        }
        place.ingest(std::slice::from_ref(&first));
        let again = account(&place.ingest(std::slice::from_ref(&void)));
        assert_eq!(again, if void_first { (0, 1, 0) } else { (1, 0, 0) });
        assert_eq!(place.ask(SHOW), "P2 31000", "void first: {void_first}");
        assert_eq!(account(&place.ingest(std::slice::from_ref(&void))), (0, 1, 0));
        assert_eq!(account(&place.ingest(&[first])), (0, 2, 0));
        assert_eq!(place.ask(SHOW), "P2 31000");
    }
}

#[test]
fn a_void_that_found_nothing_works_when_it_is_read_again() {
    let place = Place::new();
    let void = place.file("作废.csv", marked("作废", &[(p(1, "30"), "是")]));
    place.ingest(std::slice::from_ref(&void));
    place.ingest(&[place.file("磅单.csv", tickets(&[p(1, "30.02"), p(2, "31")]))]);
    assert_eq!(place.ask(SHOW), "P1 30020\nP2 31000");
    place.ingest(std::slice::from_ref(&void));
    assert_eq!(place.ask(SHOW), "P2 31000");
    // It has done its work: a ticket that takes up the number later is not its business.
    place.ingest(&[place.file("新.csv", tickets(&[p(1, "25")]))]);
    assert_eq!(account(&place.ingest(&[void])), (0, 1, 0));
    assert_eq!(place.ask(SHOW), "P1 25000\nP2 31000");
}

#[test]
fn inside_a_file_a_void_means_what_stands_before_it() {
    let place = Place::new();
    let rows = [(p(1, "30"), ""), (p(1, "30"), "是"), (p(1, "29"), ""), (p(2, "31"), "")];
    let told = place.ingest(&[place.file("a.csv", marked("作废", &rows))]);
    assert_eq!((account(&told), told[0].corrections), ((4, 0, 0), 1));
    assert_eq!(place.ask(SHOW), "P1 29000\nP2 31000");
    assert!(place.ask(GONE).contains("voided"));
}

const SITES: &str = "编号,名称,类型\n";

#[test]
fn a_register_takes_rows_by_key_and_drops_what_a_call_does_not_name() {
    let place = Place::new();
    let show = "SELECT site_id, name FROM sites ORDER BY site_id";
    place.ingest(&[place.file("a.csv", format!("{SITES}M1,白石岭,矿山\nM2,黄沙坑,矿山\n"))]);
    let both = [place.file("b.csv", format!("{SITES}M1,白石岭东,矿山\n")), place.file("c.csv", format!("{SITES}M3,新坑,矿山\n"))];
    let told = place.ingest(&both);
    assert_eq!(place.ask(show), "M1 白石岭东\nM3 新坑");
    assert!(told[2].notes[0].zh.contains("1 行不在新文件中"), "{told:?}");
    assert_eq!(place.lake().snapshot(&AsOf::Version(1)).unwrap().rows("sites"), 2);
    let version = place.now().version;
    assert_eq!(place.ingest(&both).iter().map(|s| (s.accepted, s.known)).collect::<Vec<_>>(), [(0, 1), (0, 1)]);
    assert_eq!(place.now().version, version);
}

#[test]
fn a_register_drops_nothing_while_a_row_or_file_can_t_be_read() {
    let place = Place::new();
    let show = "SELECT site_id FROM sites ORDER BY site_id";
    place.ingest(&[place.file("a.csv", format!("{SITES}M1,白石岭,矿山\nM2,黄沙坑,矿山\n"))]);
    place.ingest(&[place.file("b.csv", format!("{SITES}M1,白石岭,矿山\n??,黄沙坑,不是类型\n"))]);
    assert_eq!(place.ask(show), "M1\nM2");
    place.ingest(&[place.file("c.csv", format!("{SITES}M1,白石岭,矿山\n")), place.file("d.csv", "")]);
    assert_eq!(place.ask(show), "M1\nM2");
    place.ingest(&[place.file("c.csv", format!("{SITES}M1,白石岭,矿山\n"))]);
    assert_eq!(place.ask(show), "M1");
}

#[test]
fn a_row_put_right_leaves_the_quarantine_and_the_row_of_another_s_file_does_not() {
    let place = Place::new();
    let bad = |origin: &str, net: &str| tickets(&[ticket(&format!("{origin}-1"), origin, "2023-06-05", net)]);
    let open = || open_rows(&place.now()).unwrap().height();
    place.ingest(&[place.file("甲/6月.csv", bad("甲矿", "三十吨")), place.file("乙/6月.csv", bad("乙矿", "四十吨"))]);
    assert_eq!(open(), 2);
    assert_eq!(account(&place.ingest(&[place.file("甲/6月.csv", bad("甲矿", "三十吨"))])), (0, 0, 1));
    assert_eq!(open(), 2, "the same bad row lies there once");
    assert_eq!(account(&place.ingest(&[place.file("甲/6月.csv", bad("甲矿", "30"))])), (1, 0, 0));
    assert_eq!(open(), 1, "the other mine's row of the same place stays");
    // By its number, from whatever file.
    let id = place.ask("SELECT quarantine_id FROM quarantine WHERE cells LIKE '%乙矿%'");
    let fixed = format!("{HEADER},quarantine_id\n{},{id}\n", ticket("乙矿-1", "乙矿", "2023-06-05", "40"));
    place.ingest(&[place.file("修正.csv", fixed)]);
    assert_eq!(open(), 0);
    assert_eq!(place.ask("SELECT COUNT(*) FROM quarantine"), "2", "history keeps them");
    assert_eq!(place.ask("SELECT SUM(net_kg) FROM shipments"), "70000");
}
