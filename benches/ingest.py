#!/usr/bin/env python3
"""How long does it take to bring a ticket CSV into the lake, beside DuckDB's CSV -> Parquet copy of the same file?

    pip install duckdb
    python3 benches/ingest.py [--tickets 10000000] [--runs 3] [--dir DIR] [--lepid target/release/lepid]

DuckDB only copies; Lepid decodes, validates every cell, looks for known rows, writes and commits. Both run in turn
(A B A B ...), each in a process of its own; wall seconds and the peak resident memory of the process are printed,
medians last, with the machine.
"""
import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time

COPY = """
import duckdb, sys
duckdb.sql("SET threads TO 2; SET enable_progress_bar = false")
duckdb.sql(f"COPY (SELECT * FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)")
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


def size(path):
    path = pathlib.Path(path)
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(p.stat().st_size for p in files) / 1e6


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tickets", type=int, default=10_000_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("/tmp/lepid-bench"))
    arguments.add_argument("--lepid", default="target/release/lepid")
    options = arguments.parse_args()
    data = options.dir / f"plain-{options.tickets}"
    if not data.exists():
        subprocess.run([options.lepid, "simulate", "--seed", "7", "--months", "12", "--tickets", str(options.tickets), "--plain", "--out", str(data)], check=True)
    csv = next(p for p in sorted(data.rglob("*.csv")) if "shipments" in p.name)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors; {csv.name}: {size(csv):.0f} MB")
    results = {"lepid": [], "duckdb": []}
    for run in range(options.runs):
        lake = options.dir / "lake"
        shutil.rmtree(lake, ignore_errors=True)
        with open(options.dir / "ingest.json", "w+") as told:
            results["lepid"].append(measure([options.lepid, "ingest", "--lake", str(lake), "--json", str(csv)], stdout=told))
            told.seek(0)
            stored = json.load(told)
        rows = {count: sum(sheet[count] for sheet in stored) for count in ("read", "accepted", "known", "quarantined")}
        if rows["accepted"] != rows["read"]:
            sys.exit(f"not all rows were stored: {rows}")
        copy = options.dir / "copy.parquet"
        results["duckdb"].append(measure([sys.executable, "-c", COPY, str(csv), str(copy)]))
        for name in results:
            seconds, memory = results[name][-1]
            print(f"run {run + 1}: {name:7} {seconds:7.2f} s  {memory:7.0f} MiB")
    medians = {name: statistics.median(s for s, _ in runs) for name, runs in results.items()}
    memory = {name: max(m for _, m in runs) for name, runs in results.items()}
    print(json.dumps({"rows": rows["accepted"], "median_s": medians, "peak_mib": memory, "ratio": medians["lepid"] / medians["duckdb"], "lake_mb": size(lake), "duckdb_mb": size(copy), "csv_mb": size(csv)}))


if __name__ == "__main__":
    main()
