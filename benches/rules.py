#!/usr/bin/env python3
"""How long do all rules take over a lake of tickets, beside DuckDB running the ticket rules on the same Parquet files?

    pip install duckdb
    python3 benches/rules.py [--tickets 10000000] [--runs 3] [--dir DIR] [--lepid target/release/lepid]

Lepid runs every rule (`lepid rules run --timing`): statements, prepared tables, steps, findings and their evidence. DuckDB runs the
statements of the ticket rules as `lepid rules show` prints them, in its own spelling of instants, over views that resolve names as
Lepid's do; what Lepid prepares in Rust is made in SQL here (distances on a sphere, no clocks), so that the two rules on time find
other trips; all others must give the same number of rows. Both run in turn, each in a process of its own, with two threads; seconds
and the peak resident memory of the process are printed, medians last, with the machine.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

# Ticket rules whose statement alone is the whole rule.
SAME = ["overload", "net-inconsistent", "weight-mismatch", "ticket-reused", "payload-implausible", "tare-drift", "vehicle-unfit", "waybill-missing", "waybill-reused"]
# Ticket rules that need tables which are made otherwise here.
OTHER = ["travel-impossible", "trips-too-many"]

VIEWS = """
CREATE TEMP TABLE site_names AS
WITH named AS (
  SELECT site_id AS name, site_id, 0 AS rank FROM raw_sites
  UNION ALL SELECT name, site_id, 1 FROM raw_sites
  UNION ALL SELECT c.name, s.site_id, 2 FROM raw_sites s JOIN raw_companies c USING (company_id)
),
ranked AS (SELECT name, rank, COUNT(DISTINCT site_id) AS meanings, MIN(site_id) AS site_id FROM named WHERE name IS NOT NULL GROUP BY name, rank),
best AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY name ORDER BY rank) AS place FROM ranked)
SELECT name, site_id FROM best WHERE place = 1 AND meanings = 1;
CREATE VIEW shipments AS
SELECT s.*, o.site_id AS origin_site, d.site_id AS destination_site
FROM raw_shipments s LEFT JOIN site_names o ON s.origin = o.name LEFT JOIN site_names d ON s.destination = d.name;
CREATE VIEW waybills AS SELECT w.*, o.site_id AS origin_site FROM raw_waybills w LEFT JOIN site_names o ON w.origin = o.name;
CREATE VIEW roads AS
SELECT r.*, o.site_id AS origin_site, d.site_id AS destination_site
FROM raw_roads r LEFT JOIN site_names o ON r.origin = o.name LEFT JOIN site_names d ON r.destination = d.name;
CREATE VIEW vehicles AS SELECT * FROM raw_vehicles;
CREATE VIEW sites AS SELECT * FROM raw_sites;
CREATE VIEW companies AS SELECT * FROM raw_companies;
CREATE VIEW clocks AS SELECT NULL::VARCHAR AS site, NULL::DATE AS month, NULL::BIGINT AS offset_s, NULL::BIGINT AS error_s, NULL::BIGINT AS spread_s WHERE FALSE;
"""

JOURNEYS = """
CREATE OR REPLACE TEMP TABLE journeys AS
WITH table_of_roads AS (SELECT origin_site AS a, destination_site AS b, MIN(distance_m) AS m, MIN(minutes) AS minutes FROM roads GROUP BY ALL),
pairs AS (
  SELECT x.site_id AS a, y.site_id AS b,
         CAST(ROUND(2 * 6371008.8 * ASIN(SQRT(POWER(SIN(RADIANS(y.lat - x.lat) / 2), 2) + COS(RADIANS(x.lat)) * COS(RADIANS(y.lat)) * POWER(SIN(RADIANS(y.lon - x.lon) / 2), 2)))) AS BIGINT) AS straight_m
  FROM sites x, sites y
),
known AS (
  SELECT p.a AS from_site, p.b AS to_site, p.straight_m, COALESCE(t.m, u.m) AS table_m, COALESCE(t.minutes, u.minutes) AS minutes
  FROM pairs p LEFT JOIN table_of_roads t ON p.a = t.a AND p.b = t.b LEFT JOIN table_of_roads u ON p.a = u.b AND p.b = u.a
),
by_road AS (
  SELECT *, CASE WHEN table_m IS NULL AND minutes IS NULL THEN GREATEST(straight_m - 2 * {site_size_m}, 0) * {detour} // 1000 ELSE table_m END AS road_m FROM known
)
SELECT from_site, to_site, straight_m, road_m, LEAST(road_m * 3600 // ({speed_kmh} * 1000), minutes * 60) AS least_s
FROM by_road WHERE road_m IS NOT NULL OR minutes IS NOT NULL
"""

UNFIT = """
CREATE OR REPLACE TEMP TABLE unfit_vehicles AS
SELECT plate FROM vehicles WHERE plate IS NOT NULL GROUP BY plate
HAVING BOOL_AND(class IS NOT NULL AND (regexp_matches(class, '{chinese}') OR regexp_matches(lower(class), '\\b({latin})\\b')))
"""


def measure(command, **kwargs):
    """Wall seconds and peak memory (MiB) of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, **kwargs)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"failed with status {status}: {' '.join(map(str, command))}")
    return seconds, usage.ru_maxrss / 1024


def in_duckdb(sql):
    """The same statement in DuckDB's spelling of instants and days."""
    sql = re.sub(r"CAST\(((?:\w\.)?(?:un)?loaded_at) AS BIGINT\)", r"epoch_us(\1)", sql)
    return re.sub(r"CAST\(CAST\(((?:\w\.)?(?:day|month)) AS INT\) AS BIGINT\)", r"date_diff('day', DATE '1970-01-01', \1)", sql)


def duck(lake, rules):
    """Runs in a process of its own: seconds and rows of every rule, as JSON."""
    import duckdb

    base = duckdb.connect()
    base.sql("SET threads TO 2; SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    for table in ("shipments", "sites", "companies", "vehicles", "roads", "waybills"):
        files = sorted(str(p) for p in (pathlib.Path(lake) / table).rglob("*.parquet") if "_delta_log" not in p.parts)
        if files:
            base.sql(f"CREATE VIEW raw_{table} AS SELECT * FROM read_parquet({files}, hive_partitioning = true, union_by_name = true)")
        else:
            columns = {"vehicles": "plate VARCHAR, class VARCHAR, axles INT, articulated BOOLEAN, curb_kg BIGINT, permitted_gross_kg BIGINT", "roads": "origin VARCHAR, destination VARCHAR, distance_m BIGINT, minutes BIGINT", "waybills": "waybill_no VARCHAR, origin VARCHAR, product VARCHAR, allowed_kg BIGINT, valid_from DATE, valid_to DATE"}
            base.sql(f"CREATE TABLE raw_{table} ({columns.get(table, 'company_id VARCHAR, name VARCHAR')})")
    base.sql(VIEWS)
    told = {}
    for rule in rules:
        values = {p["name"]: p["value"] for p in rule["parameters"]}
        start = time.perf_counter()
        if "speed_kmh" in values:
            base.sql(JOURNEYS.format(site_size_m=values["site_size_m"], speed_kmh=values["speed_kmh"], detour=round(float(values["detour"]) * 1000)))
        if "unfit_classes" in values:
            words = [w.strip() for w in values["unfit_classes"].split(",")]
            base.sql(UNFIT.format(chinese="|".join(w for w in words if not w.isascii()), latin="|".join(w for w in words if w.isascii())))
        try:
            base.sql(f"CREATE OR REPLACE TEMP TABLE evidence AS {in_duckdb(rule['sql'])}")
            rows = base.sql("SELECT COUNT(*) FROM evidence").fetchall()[0][0]
            told[rule["id"]] = {"seconds": time.perf_counter() - start, "rows": rows}
        except duckdb.Error as error:
            told[rule["id"]] = {"seconds": None, "rows": None, "error": str(error).splitlines()[0]}
    print(json.dumps(told))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tickets", type=int, default=10_000_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("/tmp/lepid-bench"))
    arguments.add_argument("--lepid", default="target/release/lepid")
    arguments.add_argument("--duck", nargs=2, metavar=("LAKE", "RULES"), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.duck:
        duck(options.duck[0], json.loads(pathlib.Path(options.duck[1]).read_text()))
        return
    data, lake = options.dir / f"plain-{options.tickets}", options.dir / f"lake-{options.tickets}"
    if not data.exists():
        subprocess.run([options.lepid, "simulate", "--seed", "7", "--months", "12", "--tickets", str(options.tickets), "--plain", "--out", str(data)], check=True, stdout=subprocess.DEVNULL)
    if not lake.exists():
        subprocess.run([options.lepid, "ingest", "--lake", str(lake), "--json", str(data)], check=True, stdout=subprocess.DEVNULL)
    listed = json.loads(subprocess.run([options.lepid, "rules", "list", "--json"], check=True, capture_output=True, text=True).stdout)
    rules = [r for r in listed if r["id"] in SAME + OTHER]
    statements = options.dir / "statements.json"
    statements.write_text(json.dumps(rules))
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors; {options.tickets} tickets; {len(listed)} rules, {len(rules)} of them on tickets run by DuckDB too")
    environment = {**os.environ, "POLARS_MAX_THREADS": "2"}
    ours, theirs, memory = [], [], {"lepid": [], "duckdb": []}
    for run in range(options.runs):
        for name, command, told in (
            ("lepid", [options.lepid, "rules", "run", "--timing", "--json", "--lake", str(lake)], ours),
            ("duckdb", [sys.executable, __file__, "--duck", str(lake), str(statements)], theirs),
        ):
            with open(options.dir / "told.json", "w+") as file:
                seconds, peak = measure(command, stdout=file, env=environment)
                file.seek(0)
                told.append(json.load(file))
            memory[name].append(peak)
            print(f"run {run + 1}: {name:7} {seconds:7.2f} s  {peak:7.0f} MiB", flush=True)
    rows = {r["rule"]: r["evidence"] for r in ours[-1]["rules"]}
    seconds = {r: statistics.median(next(x["seconds"] for x in run["rules"] if x["rule"] == r) for run in ours) for r in rows}
    print(f"{'rule':26} {'lepid s':>8} {'duckdb s':>9} {'rows':>9} {'duckdb rows':>12}")
    wrong = []
    for rule in sorted(rows, key=lambda r: -seconds[r]):
        beside = theirs[-1].get(rule, {})
        duck_s = statistics.median(run[rule]["seconds"] for run in theirs) if beside.get("seconds") is not None else None
        print(f"{rule:26} {seconds[rule]:8.2f} {'' if duck_s is None else format(duck_s, '.2f'):>9} {rows[rule]:9} {beside.get('rows', '') if beside.get('rows') is not None else '':>12} {beside.get('error', '')}")
        if rule in SAME and beside and beside.get("rows") != rows[rule]:
            wrong.append(rule)
    shared = [r["id"] for r in rules if theirs[-1][r["id"]]["seconds"] is not None]
    result = {
        "tickets": options.tickets,
        "rules_s": statistics.median(run["rules_seconds"] for run in ours),
        "ticket_rules_s": sum(seconds[r] for r in shared),
        "duckdb_ticket_rules_s": sum(statistics.median(run[r]["seconds"] for run in theirs) for r in shared),
        "peak_mib": {name: max(peaks) for name, peaks in memory.items()},
        "findings": sum(r["findings"] for r in ours[-1]["rules"]),
        "other_rows_than_duckdb": wrong,
    }
    print(json.dumps(result))
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
