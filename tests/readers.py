#!/usr/bin/env python3
"""Does another reader see in every table what Lepid says is there?

    pip install deltalake pyarrow
    lepid lake --json --lake LAKE > tables.json
    python tests/readers.py LAKE tables.json

Opens every table with the Python package deltalake at the version that Lepid names, reads every row, and compares rows
and files. One line a table; exit status 1 on any difference.
"""
import json
import os
import pathlib
import sys

from deltalake import DeltaTable


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    lake = pathlib.Path(sys.argv[1])
    tables = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
    if not tables:
        sys.exit("no tables: nothing was compared")
    different = 0
    for table in tables:
        delta = DeltaTable(str(lake / table["path"]), version=table["version"])
        rows = delta.to_pyarrow_table()
        files = len(delta.file_uris())
        right = rows.num_rows == table["rows"] and files == table["files"]
        different += not right
        verdict = "same" if right else f"DIFFERENT: lepid says {table['rows']} rows in {table['files']} files"
        print(f"{table['table']}: version {table['version']}, {rows.num_rows} rows, {rows.num_columns} columns, {files} files: {verdict}")
    # pyarrow's reading threads may still be ending, and a regular exit then aborts now and then.
    sys.stdout.flush()
    os._exit(1 if different else 0)


if __name__ == "__main__":
    main()
