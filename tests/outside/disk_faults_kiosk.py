"""The kiosk on a disk that fails: people check in at its window, the disk strikes; then the kiosk starts again. See disk_faults.py."""

import shutil
import signal
import sqlite3
import subprocess
import time

from disk_faults import Disk
from kiosk_and_desk import Clinic, Failed, Screen, until

FAR = 2**40
# Who comes while the disk may strike, and who comes afterwards.
FIRST, LAST = ("v01", "v02", "v03"), "v06"


class KioskStage:
    """A display in memory. Each trial has a desk and a kiosk of its own."""

    def __init__(self, folder):
        self.screen = Screen(folder)

    def close(self):
        self.screen.close()

    def play(self, trial):
        clinic = Clinic(self.screen, people=6)
        shutil.rmtree(trial.folder)
        trial.folder = clinic.folder
        clinic.kiosk_file.parent.mkdir()
        papers = {}
        try:
            self.lives(trial, clinic, papers)
        except Exception:
            self.screen.photograph(clinic.folder / "screen.png")
            raise
        finally:
            clinic.close(keep=True)
        trial.must(not any(word in clinic.logs() for word in ("panicked at", "stack backtrace", "disk_faults:")), "a program panicked")
        trial.must(not list(clinic.kiosk_file.parent.glob("*.damaged-*")), "the kiosk's file was damaged")

    def lives(self, trial, clinic, papers):
        chance = trial.chance
        # The kiosk moves its journal into the database when it ends.
        in_checkpoint = chance.random() < 0.25
        at_start = not in_checkpoint and chance.random() < 0.15
        disk = Disk(clinic.folder / "page", clinic.kiosk_file.parent, trial.kind, seed=chance.getrandbits(48), lies=trial.lies, main_only=in_checkpoint,
                    at=chance.randint(1, 60 if at_start else 10 if in_checkpoint else 50), more=chance.choice([0, 0, 3, 40, FAR]), armed=at_start)
        clinic.start_desk()
        clinic.environment["kiosk"] = disk.environment
        try:
            clinic.start_kiosk()
            disk.set(armed=1)
            for visit in FIRST[:1] if in_checkpoint else FIRST:
                self.comes(clinic, disk, visit, papers)
                if clinic.kiosk.poll() is not None:
                    break
                clinic.leave()
        except Failed as error:
            # A kiosk whose disk fails may show any page, or none.
            if not disk.get("hit"):
                raise
            trial.said = str(error)
        self.ends(trial, clinic, disk, signal.SIGTERM if in_checkpoint or chance.random() < 0.3 else signal.SIGKILL)
        if trial.struck and trial.kind.startswith("power") and chance.random() < 0.4:
            disk = Disk(clinic.folder / "page", clinic.kiosk_file.parent, trial.kind, seed=chance.getrandbits(48), lies=trial.lies, at=chance.randint(1, 12), armed=1)
            clinic.environment["kiosk"] = disk.environment
            try:
                clinic.start_kiosk()
                time.sleep(1)
            except Failed:
                pass
            trial.recovered += self.ends(trial, clinic, disk, signal.SIGKILL)
        clinic.environment = {}
        trial.acknowledged = len(papers)
        self.afterwards(trial, clinic, papers)

    def comes(self, clinic, disk, visit, papers):
        """Someone checks in; `papers` has the number on their paper, if one came out."""
        def new_paper():
            numbers = {path.stem.rsplit("-", 1)[1] for path in clinic.tickets.glob("ticket-*.png")} - set(papers.values())
            if numbers:
                papers[visit] = numbers.pop()
            return bool(numbers) or visit in papers

        try:
            clinic.check_in(visit, finish=False)
            end = time.monotonic() + 4
            until(f"a paper for {visit}", lambda: new_paper() or clinic.kiosk.poll() is not None or disk.get("hit") and time.monotonic() > end)
        finally:
            new_paper()

    def ends(self, trial, clinic, disk, how):
        """The kiosk ends, if it has not yet; answers whether the disk has struck."""
        if clinic.kiosk.poll() is None:
            clinic.kiosk.send_signal(how)
            try:
                clinic.kiosk.wait(10)
            except subprocess.TimeoutExpired:
                trial.must(False, "the kiosk does not end when it is asked to")
                clinic.kiosk.kill()
        status = clinic.kiosk.wait()
        clinic.kiosk = None
        trial.must(status in (0, 1, -9), f"the kiosk ends with {status}")
        return trial.note(disk)

    def afterwards(self, trial, clinic, papers):
        shutil.copytree(clinic.kiosk_file.parent, clinic.folder / "as-it-was-left")
        at_desk = {visit: clinic.desk_ticket(visit) for visit in clinic.visits}
        clinic.start_kiosk()
        for visit, number in papers.items():
            trial.must_have(clinic.kiosk_ticket(visit) == number, f"{visit} has the paper {number} and is {clinic.kiosk_ticket(visit)} at the kiosk")
        for visit, number in at_desk.items():
            trial.must_have(number in (None, clinic.kiosk_ticket(visit)), f"{visit} is {number} at the desk and {clinic.kiosk_ticket(visit)} at the kiosk")
        given = set(papers.values()) | {number for number in at_desk.values() if number}
        # Someone who stood there when it went wrong tries again, if they have no number; then comes someone else.
        again = [visit for visit in FIRST if not clinic.kiosk_ticket(visit)][:1]
        for visit in [*again, LAST]:
            clinic.check_in(visit)
            number = clinic.kiosk_ticket(visit)
            trial.must(number not in given, f"{visit} gets {number}, which someone has")
            given.add(number)
            clinic.leave()
        everyone = [visit for visit in clinic.visits if clinic.kiosk_ticket(visit)]
        clinic.each_once(everyone)
        for visit, number in papers.items():
            trial.must_have(clinic.desk_ticket(visit) == number, f"{visit} has the paper {number} and is {clinic.desk_ticket(visit)} at the desk")
        clinic.kiosk.send_signal(signal.SIGTERM)
        status = clinic.kiosk.wait(15)
        clinic.kiosk = None
        trial.must(status == 0, f"the kiosk ends with {status} when it is asked to")
        for file in (clinic.kiosk_file, clinic.desk_file):
            with sqlite3.connect(file) as connection:
                found = connection.execute("PRAGMA integrity_check").fetchall()
                trial.must(found == [("ok",)], f"{file.name} is damaged: {found[:3]}")
