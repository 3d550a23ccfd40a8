//! Does the engine resolve names, name the statement that fails, and give the same result with any number of threads?

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that can't go on fails")]

use crate::lake_support::{Place, lepid, lines, stdout, ticket, tickets};
use lepid::engine::{Engine, Rows};

fn district() -> Place {
    let place = Place::new();
    let files = [
        place.file("companies.csv", "统一社会信用代码,企业名称,集团\n91360900MA35K0000A,甲公司,锂业集团\n"),
        place.file("sites.csv", "编号,名称,类型\nM1,白石岭,矿山\nM2,黄沙坑,矿山\nC1,宜春选矿厂,选矿厂\n"),
        place.file(
            "tickets.csv",
            tickets(
                &(0..400)
                    .map(|n| ticket(&format!("P{n}"), ["白石岭", "M2", "野山"][n % 3], &format!("2023-{:02}-05", 1 + n % 12), "30"))
                    .collect::<Vec<_>>(),
            ),
        ),
    ];
    place.ingest(&files[1..]);
    place
}

#[test]
fn views_resolve_names_whatever_comes_first() {
    let place = district();
    let by = "SELECT origin, origin_site, destination_site, COUNT(*) AS n FROM shipments GROUP BY origin, origin_site, destination_site ORDER BY origin";
    assert_eq!(place.ask(by), "M2 M2 C1 133\n白石岭 M1 C1 134\n野山 null C1 133");
    // A register that comes later is right for tickets that were there before.
    place.ingest(&[place.file("s.csv", "编号,名称,类型\nM1,白石岭,矿山\nM2,黄沙坑,矿山\nC1,宜春选矿厂,选矿厂\nM9,野山,矿山\n")]);
    assert!(place.ask(by).ends_with("野山 M9 C1 133"));
}

#[test]
fn cells_are_read_typed_and_missing_stays_missing() {
    let frame = district().sql("SELECT ticket_no, net_kg, li2o_ppm, day, loaded_at, loaded_lat FROM shipments ORDER BY ticket_no LIMIT 1");
    let rows = Rows::new(&frame);
    assert_eq!(rows.text("ticket_no", 0).unwrap().as_deref(), Some("P0"));
    assert_eq!(rows.integer("net_kg", 0).unwrap(), Some(30_000));
    assert_eq!(rows.integer("li2o_ppm", 0).unwrap(), None);
    assert_eq!(rows.float("loaded_lat", 0).unwrap(), None);
    assert_eq!(rows.day("day", 0).unwrap().unwrap().to_string(), "2023-01-05");
    assert_eq!(rows.instant("loaded_at", 0).unwrap().unwrap().to_rfc3339(), "2023-01-05T00:03:00+00:00", "08:03 in Beijing");
    let halves = Engine::from_frames(Vec::new()).unwrap().sql("SELECT 1 / 2 AS half, 4 / 2 AS two, 7 AS seven").unwrap();
    assert!(Rows::new(&halves).integer("half", 0).is_err(), "nothing is rounded");
    assert_eq!(Rows::new(&halves).integer("two", 0).unwrap(), Some(2));
    assert_eq!(Rows::new(&halves).integer("seven", 0).unwrap(), Some(7));
    assert!(rows.text("net_kg", 0).is_err() && rows.integer("no_such", 0).is_err());
}

#[test]
fn an_error_names_its_statement() {
    let engine = Engine::from_frames(Vec::new()).unwrap();
    let error = engine.sql("SELECT no_such_column FROM shipments").unwrap_err().to_string();
    assert!(error.contains("SELECT no_such_column FROM shipments") && error.contains("no_such_column"), "{error}");
    assert_eq!(lines(&engine.sql("SELECT COUNT(*) FROM shipments").unwrap()), "0");
}

#[test]
fn the_same_statement_gives_the_same_result_with_any_number_of_threads() {
    let place = district();
    let sql = "WITH t AS (SELECT origin, month, SUM(net_kg) AS kg, COUNT(*) AS n FROM shipments GROUP BY origin, month) \
               SELECT t.*, SUM(kg) OVER (PARTITION BY origin) AS all_kg FROM t ORDER BY origin, month";
    let run = |threads: &str, format: &str| {
        let output = lepid(&place.path("lake"), &["sql", "--format", format, sql]).env("POLARS_MAX_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        stdout(&output)
    };
    for format in ["csv", "json", "table"] {
        assert_eq!(run("1", format), run("2", format));
    }
    assert!(run("1", "csv").starts_with("origin,month,kg,n,all_kg\nM2,2023-02-01,"));
}
