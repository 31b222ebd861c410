#!/usr/bin/env python3
"""The audit's chain, counted again by another program, and meddled with by it.

    tests/outside/audit.py [FOLDER WITH THE PROGRAMS]

With --file DESK.SQLITE it only counts the chain of that file again, as docs/audit.md describes it.
"""
import hashlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FAILED = []


def chain(path):
    """The number and the hash of the last row, or the first row that is not as it should be."""
    conn = sqlite3.connect(path)
    before, count = "0" * 64, 0
    for n, *parts, its in conn.execute("SELECT n, at, user_name, action, patient_id, about, hash FROM audit ORDER BY n"):
        count += 1
        summed = hashlib.blake2s(before.encode() + n.to_bytes(8, "big"))
        for part in parts:
            summed.update(len(part.encode()).to_bytes(8, "big") + part.encode())
        if n != count or summed.hexdigest() != its:
            return f"row {count} was changed after it was written"
        before = its
    if conn.execute("SELECT n, hash FROM audit_head").fetchone() != (count, before):
        return f"row {count} is not the last one"
    return f"{count}:{before}"


def check(what, holds, why=""):
    print(f"ok    {what}" if holds else f"FAIL  {what}: {why}")
    if not holds:
        FAILED.append(what)


def main():
    if sys.argv[1:2] == ["--file"]:
        sys.exit(print(chain(sys.argv[2])))
    programs = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ARRIVALS_BIN", ROOT / "target/release")
    desk = pathlib.Path(programs) / "arrivals-desk"
    with tempfile.TemporaryDirectory() as folder:

        def run(*arguments, words=""):
            return subprocess.run([desk, *arguments, "--data", folder], input=words, capture_output=True, text=True, timeout=60)

        for arguments in (["import", str(ROOT / "tests/data/day.csv")], ["user", "add", "ana", "--role", "admin"], ["letter-key", "rotate"]):
            made = run(*arguments, words="correct horse\n")
            check(" ".join(arguments[:2]), made.returncode == 0, made.stderr)
        file = os.path.join(folder, "desk.sqlite")
        mine, told = chain(file), run("audit", "verify")
        check("both count the same", told.returncode == 0 and told.stdout.strip().endswith(mine), f"{mine}, {told.stdout}")
        with sqlite3.connect(file) as conn:
            conn.executescript("DROP TRIGGER audit_stays; UPDATE audit SET patient_id = 'x' WHERE n = 100;")
        mine, told = chain(file), run("audit", "verify")
        check("both find the changed row", told.returncode == 1 and "row 100 " in told.stderr and "row 100 " in mine, f"{mine}, {told.stderr}")
    print(f"{len(FAILED)} failed")
    sys.exit(1 if FAILED else 0)


main()
