#!/usr/bin/env python3
"""A disk that fails, or loses power, under the real programs: what was acknowledged must be there after the next start. See README.md.

    tests/outside/disk_faults.py                          a short run of all four, about two minutes
    tests/outside/disk_faults.py --trials 200 --only desk --only desk-power
    tests/outside/disk_faults.py --seed 1234 --trials 1 --only desk-power     one trial again
    tests/outside/disk_faults.py --lying-disk             the power cuts, on a disk that only claims to have synced: this must find a loss

A trial starts a program with disk_faults.c preloaded, works with it until something goes wrong with its disk at a random call, starts it again on a sound disk, and
compares. Its seed chooses what goes wrong, when, and what is done; the programs' threads decide the rest, so a repeated trial is nearly the same, not always.

    desk, kiosk              a write finds no room, fails, is done in half, or is the last thing that the program did; a sync fails, or is the last thing;
                             a sync fails and later the power goes
    desk-power, kiosk-power  the power goes: all that was not synced is undone, or a random part in pages or in sectors

Ends with 0 if nothing was lost and nothing was wrong; with --lying-disk if something was. The folder of each failed trial is kept.
"""

import argparse
import concurrent.futures
import dataclasses
import mmap
import os
import pathlib
import queue
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
PARTS = ("desk", "desk-power", "kiosk", "kiosk-power")

# The numbers of `enum fault` in disk_faults.c.
FAULTS = {
    "write: no room": 1,
    "write: error": 2,
    "write: half, then no room": 3,
    "write: torn, then death": 4,
    "write: death": 5,
    "sync: error": 6,
    "sync: death": 7,
    "sync: error, then power cut": 8,
    "power cut: all undone": 9,
    "power cut: pages undone": 10,
    "power cut: sectors undone": 11,
}
WRITE_FAULTS = [kind for kind in FAULTS if not kind.startswith("power")]
POWER_CUTS = [kind for kind in FAULTS if kind.startswith("power")]
PLACES = {1: "write to the journal", 2: "write to the database", 3: "write to another file",
          11: "sync of the journal", 12: "sync of the database", 13: "sync of another file"}


def kind_of(part, seed):
    """What goes wrong in this trial; the kinds take turns."""
    kinds = POWER_CUTS if part.endswith("power") else WRITE_FAULTS
    return kinds[seed % len(kinds)]


class Disk:
    """A folder's disk: the page that is shared with disk_faults.c, and the environment of a program that runs on it."""

    FIELDS = ("armed", "at", "fault", "seed", "lies", "main_only", "more", "count", "hit", "where", "undone", "kept", "names")
    library = None

    @classmethod
    def compile(cls, folder):
        cls.library = folder / "disk_faults.so"
        command = [os.environ.get("CC", "cc"), "-O2", "-Wall", "-shared", "-fPIC", "-o", str(cls.library), str(HERE / "disk_faults.c"), "-ldl", "-lpthread"]
        subprocess.run(command, check=True, timeout=120)

    def __init__(self, page, folder, kind, **said):
        self.page, self.folder = page, folder
        page.write_bytes(bytes(mmap.PAGESIZE))
        with open(page, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.set(fault=FAULTS[kind], **said)

    def set(self, **said):
        for name, value in said.items():
            struct.pack_into("<Q", self.memory, 8 * self.FIELDS.index(name), int(value))

    def get(self, name):
        return struct.unpack_from("<Q", self.memory, 8 * self.FIELDS.index(name))[0]

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self.library), "DISK_FAULTS_FOLDER": str(self.folder), "DISK_FAULTS_CONTROL": str(self.page)}

    def say(self):
        where = PLACES.get(self.get("where"), "nowhere")
        return f"call {self.get('hit')} ({where}), {self.get('undone')} sectors undone, {self.get('kept')} left, {self.get('names')} names undone"


@dataclasses.dataclass
class Trial:
    """One trial, and what came of it."""

    part: str
    seed: int
    lies: bool
    folder: pathlib.Path = None
    struck: int = 0  # How often something went wrong with the disk.
    recovered: int = 0  # How often the program was hit while it started again.
    acknowledged: int = 0  # What had to be there afterwards: answered to a kiosk, to staff, or printed.
    in_checkpoint: bool = False
    said: str = ""
    lost: list = dataclasses.field(default_factory=list)
    wrong: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.kind = kind_of(self.part, self.seed)
        self.chance = random.Random(f"{self.part} {self.seed}")

    def must_have(self, holds, what):
        if not holds:
            self.lost.append(what)

    def must(self, holds, what):
        if not holds:
            self.wrong.append(what)

    def note(self, disk):
        """Keeps what a disk did to a program that has ended; answers whether it did anything."""
        hit = disk.get("hit")
        if hit:
            self.struck += 1
            self.said += ("; then " if self.said else "") + disk.say()
            self.in_checkpoint |= disk.get("where") % 10 == 2
        disk.memory.close()
        return bool(hit)


def play(trial, stage):
    """Plays one trial in a folder of its own."""
    trial.folder = pathlib.Path(tempfile.mkdtemp(prefix="arrivals-disk-"))
    try:
        stage.play(trial)
    except Exception as error:  # One broken trial does not hide the others.
        trial.wrong.append(f"{type(error).__name__}: {error}")
        (trial.folder / "trace.txt").write_text(traceback.format_exc())
    if not trial.lost and not trial.wrong:
        shutil.rmtree(trial.folder, ignore_errors=True)
    return trial


def table(trials):
    rows = [("", "trials", "hit", "in database", "again at start", "acknowledged", "lost", "trials with loss", "wrong")]
    for part in PARTS:
        of_part = [trial for trial in trials if trial.part == part]
        kinds = POWER_CUTS if part.endswith("power") else WRITE_FAULTS
        for kind in [*kinds, None] if of_part else []:
            some = [trial for trial in of_part if kind in (None, trial.kind)]
            if some:
                rows.append((f"{part}: {kind or 'all'}", len(some), sum(1 for one in some if one.struck), sum(1 for one in some if one.in_checkpoint),
                             sum(one.recovered for one in some), sum(one.acknowledged for one in some), sum(len(one.lost) for one in some),
                             sum(1 for one in some if one.lost), sum(1 for one in some if one.wrong)))
    widths = [max(len(str(row[n])) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) if n == 0 else str(cell).rjust(width) for n, (cell, width) in enumerate(zip(row, widths))), flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, help="of each part (default: 20 of the desk's, 3 of the kiosk's)")
    parser.add_argument("--seed", type=int, help="of the first trial; the next ones follow (default: another one each time)")
    parser.add_argument("--only", action="append", choices=PARTS, help="may be said several times")
    parser.add_argument("--lying-disk", action="store_true", help="sync does nothing; with the power cuts alone")
    parser.add_argument("--jobs", type=int, default=2, help="trials at the same time (default: 2)")
    parser.add_argument("--minutes", type=float, help="begins no trial later than this")
    said = parser.parse_args()
    said.parts = said.only or [part for part in PARTS if part.endswith("power") or not said.lying_disk]
    if said.lying_disk and any(not part.endswith("power") for part in said.parts):
        parser.error("--lying-disk is about power cuts: desk-power, kiosk-power")
    said.seed = random.SystemRandom().randrange(1_000_000) if said.seed is None else said.seed
    return said


def main():
    said = arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="arrivals-disk-") as folder:
        folder = pathlib.Path(folder)
        Disk.compile(folder)
        # Each worker has a stage: a desk made ready to be copied, for the kiosk also a display.
        from disk_faults_desk import DeskStage
        from disk_faults_kiosk import KioskStage
        stages = {}
        for part in said.parts:
            make = DeskStage if part.startswith("desk") else KioskStage
            if make not in stages:
                stages[make] = queue.Queue()
                for worker in range(said.jobs):
                    stages[make].put(make(folder / f"{make.__name__}-{worker}"))
        trials, made = [], [stage for one in stages.values() for stage in one.queue]

        def one(part, seed):
            if said.minutes and time.monotonic() - began > 60 * said.minutes:
                return None
            free = stages[DeskStage if part.startswith("desk") else KioskStage]
            stage = free.get()
            try:
                return play(Trial(part, seed, said.lying_disk), stage)
            finally:
                free.put(stage)

        print(f"seeds from {said.seed} on", flush=True)
        try:
            with concurrent.futures.ThreadPoolExecutor(said.jobs) as workers:
                # The parts take turns, so that a run that is out of time has something of each.
                trials_of = {part: said.trials or (20 if part.startswith("desk") else 3) for part in said.parts}
                wanted = [(part, said.seed + n) for n in range(max(trials_of.values())) for part in said.parts if n < trials_of[part]]
                for trial in workers.map(lambda pair: one(*pair), wanted):
                    if trial is None:
                        continue
                    trials.append(trial)
                    if trial.lost or trial.wrong:
                        what = "; ".join([f"LOST {one}" for one in trial.lost[:5]] + trial.wrong[:5])
                        print(f"FAIL  {trial.part} --seed {trial.seed} ({trial.kind}; {trial.said}): {what} ({trial.folder})", flush=True)
        finally:
            for stage in made:
                stage.close()
    table(trials)
    bad = sum(1 for trial in trials if trial.lost or trial.wrong)
    hit = sum(1 for trial in trials if trial.struck)
    print(f"disk_faults.py: {len(trials)} trials, {hit} hit, {bad} failed ({time.monotonic() - began:.0f} s)")
    if said.lying_disk:
        print(f"the disk that lies was found out in {bad} of {hit}")
        return 0 if bad else 1
    # A run in which nothing ever went wrong with the disk has shown nothing.
    return 1 if bad or not hit else 0


if __name__ == "__main__":
    sys.modules["disk_faults"] = sys.modules["__main__"]
    sys.exit(main())
