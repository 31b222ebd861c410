#!/usr/bin/env python3
"""A kiosk and a desk as two programs: what is lost, doubled or renumbered when one of them dies. See README.md."""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

from kiosk_and_desk import Clinic, FakePrinter, Failed, Screen, must, until

# Around the save: a touch takes some 30 ms to arrive, and the page waits 40 ms more before it saves.
KILL_WITHIN_SECONDS = 0.2
SEED = int(os.environ.get("SEED", "20261122"))


class When:
    """Notes the moment from which something is so, while somebody else is busy at the kiosk."""

    def __init__(self, is_so):
        self.moment = None
        threading.Thread(target=self.watch, args=[is_so], daemon=True).start()

    def watch(self, is_so):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if is_so():
                self.moment = time.monotonic()
                return
            time.sleep(0.003)

    def seen(self, what):
        return until(what, lambda: self.moment)


def a_check_in_is_at_the_desk_within_a_second(clinic):
    clinic.start_desk()
    clinic.start_kiosk()
    slowest = 0.0
    for visit in clinic.visits[:3]:
        saved, known = When(lambda: clinic.kiosk_ticket(visit)), When(lambda: clinic.desk_ticket(visit))
        clinic.check_in(visit)
        slowest = max(slowest, known.seen(f"{visit} at the desk") - saved.seen(f"the save of {visit}"))
        clinic.leave()
    must(slowest < 1.0, f"the slowest took {slowest:.2f} s")
    clinic.each_once(clinic.visits[:3])
    must([clinic.kiosk_ticket(visit) for visit in clinic.visits[:3]] == ["B1", "B2", "B3"], "the numbers are not B1, B2, B3")
    until("three tickets in the folder", lambda: len(list(clinic.tickets.glob("ticket-*-B?.png"))) == 3)
    page = clinic.page()
    must(all(f">{number}<" in page or f"{number}" in page for number in ("B1", "B2", "B3")), "the desk's page does not show the numbers")
    return f"the slowest after {slowest * 1000:.0f} ms; the signed-in page shows all three"


def the_desk_dies_and_comes_back(clinic):
    clinic.start_desk()
    clinic.start_kiosk()
    clinic.check_in("v01")
    clinic.leave()
    clinic.kill_desk()
    for visit in ("v02", "v03"):
        clinic.check_in(visit)
        clinic.leave()
    clinic.start_desk()
    until("what happened meanwhile", lambda: clinic.desk_ticket("v03"), 45)
    clinic.check_in("v04", finish=False)
    # In the middle of the report, as near as a second program can get.
    until("the save", lambda: clinic.kiosk_ticket("v04"), every=0.002)
    clinic.kill_desk()
    clinic.start_desk()
    clinic.leave()
    clinic.check_in("v05")
    clinic.each_once(["v01", "v02", "v03", "v04", "v05"])


def the_desk_comes_later_than_the_kiosk(clinic):
    clinic.start_kiosk(wait_for_list=False)
    before = clinic.screen.look()
    clinic.scan("ARR:A:v01")
    must(clinic.screen.look() != before, "nothing answers a code while there is no list")
    must(clinic.kiosk.poll() is None, "the kiosk ended")
    clinic.kill_kiosk()
    clinic.start_kiosk(wait_for_list=False)
    clinic.start_desk()
    until("the list", lambda: clinic.kiosk_rows("SELECT count(*) FROM appointment") == [(len(clinic.visits),)], 45)
    clinic.screen.still()
    clinic.check_in("v01")
    clinic.each_once(["v01"])


def after_kill(clinic, visit, first):
    """Starts what is dead again: the same patient gets the same ticket, the next one the next number."""
    if clinic.desk is None:
        clinic.start_desk()
    clinic.start_kiosk()
    saved = clinic.kiosk_rows("SELECT sum(last) FROM counter")
    clinic.identify(visit)
    # "Yes, that's me" leads to the same ticket at once.
    clinic.touch_main()
    must(clinic.kiosk_ticket(visit) == first, f"{visit} was {first} and is {clinic.kiosk_ticket(visit)} after the restart")
    must(clinic.kiosk_rows("SELECT sum(last) FROM counter") == saved, f"{visit} is saved twice")
    clinic.leave()
    last = max(int(row[0][1:]) for row in clinic.kiosk_rows("SELECT number FROM ticket"))
    clinic.check_in("v06")
    must(clinic.kiosk_ticket("v06") == f"B{last + 1}", f"after B{last} comes {clinic.kiosk_ticket('v06')}")
    everybody = [visit for visit in clinic.visits if clinic.kiosk_ticket(visit)]
    clinic.each_once(everybody)


def kiosk_killed_once_the_number_is_in_the_file(clinic):
    clinic.start_desk()
    clinic.start_kiosk()
    clinic.check_in("v01")
    clinic.leave()
    clinic.check_in("v02", finish=False)
    first = until("the number", lambda: clinic.kiosk_ticket("v02"), every=0.001)
    clinic.kill_kiosk()
    after_kill(clinic, "v02", first)


def kiosk_killed_while_printing(clinic):
    printer = FakePrinter()
    try:
        clinic.configure(printer=f"tcp:127.0.0.1:{printer.port}")

        clinic.start_desk()
        clinic.start_kiosk()
        clinic.check_in("v01")
        until("v01's ticket", lambda: len(printer.jobs) == 1)
        clinic.leave()
        # From now on it takes the picture and never says that it is done.
        printer.finishes = False
        printer.busy.clear()
        clinic.check_in("v02", finish=False)
        must(printer.busy.wait(10), "nothing is printed")
        clinic.kill_kiosk()
        printer.finishes = True
        first = clinic.kiosk_ticket("v02")
        must(first == "B2", f"printing began before the save: v02 has {first}")
        after_kill(clinic, "v02", first)
    finally:
        printer.close()


def kiosk_killed_while_the_desk_is_away(clinic):
    clinic.start_desk()
    clinic.start_kiosk()
    clinic.check_in("v01")
    clinic.leave()
    clinic.kill_desk()
    clinic.check_in("v02")
    clinic.kill_kiosk()
    clinic.start_kiosk()
    clinic.check_in("v03")
    clinic.kill_kiosk()
    must(clinic.desk_ticket("v02") is None, "the desk knows what it cannot have heard")
    after_kill(clinic, "v02", "B2")


def kiosk_killed_at_any_moment(clinic):
    """Kills at random moments between the last touch and the done page."""
    chance = random.Random(SEED)
    clinic.start_desk()
    saved_before_kill = 0
    for visit in clinic.visits:
        clinic.start_kiosk()
        number_before = clinic.kiosk_rows("SELECT coalesce(max(last), 0) FROM counter")[0][0]
        clinic.check_in(visit, finish=False)
        time.sleep(chance.uniform(0.0, KILL_WITHIN_SECONDS))
        clinic.kill_kiosk()
        first = clinic.kiosk_ticket(visit)
        saved_before_kill += first is not None
        must(first in (None, f"B{number_before + 1}"), f"{visit} got {first} after B{number_before}")
        clinic.start_kiosk()
        clinic.identify(visit)
        for _ in range(1 if first else 5):
            clinic.touch_main()
        second = until(f"a number for {visit}", lambda: clinic.kiosk_ticket(visit))
        must(second == f"B{number_before + 1}", f"{visit} was {first} and is {second}")
        clinic.kill_kiosk()
    clinic.start_kiosk()
    clinic.each_once(clinic.visits)
    return f"seed {SEED}; {saved_before_kill} of {len(clinic.visits)} kills came after the save"


def wrong_token(clinic):
    clinic.start_desk()
    clinic.start_kiosk()
    clinic.kill_kiosk()
    clinic.configure(token="0123456789abcdef0123456789abcdef")
    clinic.start_kiosk()
    clinic.check_in("v01")
    clinic.leave()
    until("a sentence about the token", lambda: "token" in clinic.logs("kiosk"))
    time.sleep(1)
    must(not clinic.desk_rows("SELECT 1 FROM kiosk_event"), "the desk took a report with a wrong token")
    clinic.kill_kiosk()
    clinic.configure()
    clinic.start_kiosk()
    clinic.each_once(["v01"])


def no_printer_there(clinic):
    clinic.configure(printer="file:/dev/no-such-printer")
    clinic.start_desk()
    clinic.start_kiosk()
    clinic.check_in("v01")
    until("the desk's reason", lambda: "printer-trouble" in clinic.reasons("v01"), 30)
    clinic.leave()
    clinic.each_once(["v01"])


def full_disk(clinic):
    disk = clinic.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", disk], capture_output=True, text=True)
    if mounted.returncode:
        return "skip: mounting a small disk is not allowed here"
    try:
        clinic.kiosk_file = disk / "kiosk.db"
        clinic.configure(data=str(clinic.kiosk_file))
        clinic.start_desk()
        clinic.start_kiosk()
        clinic.check_in("v01")
        clinic.leave()
        clinic.each_once(["v01"])
        filler = disk / "filler"
        handle = os.open(filler, os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(handle, b"x" * 4096):
                pass
        except OSError:
            pass
        os.close(handle)
        clinic.check_in("v02", finish=False)
        until("a sentence about the disk", lambda: "disk is full" in clinic.logs("kiosk"))
        clinic.screen.still()
        must(clinic.kiosk.poll() is None, "the kiosk ended")
        must(clinic.kiosk_ticket("v02") is None, "a number was given out that is not saved")
        must(clinic.desk_ticket("v02") is None, "the desk has a check-in that is not saved")
        filler.unlink()
        # Whoever was there walks away, and somebody tries again.
        clinic.kill_kiosk()
        clinic.start_kiosk()
        clinic.check_in("v02")
        must(clinic.kiosk_ticket("v02") == "B2", f"v02 has {clinic.kiosk_ticket('v02')}, the number after B1 is B2")
        clinic.each_once(["v01", "v02"])
    finally:
        if clinic.kiosk:
            clinic.kill_kiosk()
        subprocess.run(["umount", "-l", disk], check=False)


def the_desk_is_restored(clinic):
    """A copy, more check-ins, the copy put back, and more check-ins: in the end the desk holds everybody once and says what it cannot know."""
    clinic.start_desk()
    clinic.start_kiosk()
    for visit in ("v01", "v02"):
        clinic.check_in(visit)
        clinic.leave()
    clinic.each_once(["v01", "v02"])
    copy = clinic.folder / "copy.sqlite"
    clinic.tool("backup", str(copy))
    for visit in ("v03", "v04"):
        clinic.check_in(visit)
        clinic.leave()
    clinic.each_once(["v01", "v02", "v03", "v04"])
    clinic.kill_desk()
    said = clinic.tool("restore", str(copy))
    must("before-" in said, f"restore does not say where the old file is: {said}")
    clinic.start_desk()
    must(clinic.desk_ticket("v02") and not clinic.desk_ticket("v03"), "that is not the copy")
    # Nobody has come since.
    until("what the desk had acknowledged", lambda: clinic.desk_ticket("v03") and clinic.desk_ticket("v04"), 60)
    for visit in ("v05", "v06"):
        clinic.check_in(visit)
        clinic.leave()
    clinic.each_once(["v01", "v02", "v03", "v04", "v05", "v06"])
    numbers = [clinic.desk_ticket(visit) for visit in clinic.visits[:6]]
    must(numbers == [f"B{n}" for n in range(1, 7)], f"the numbers are {numbers}")
    page = clinic.page()
    must("a backup of" in page and "Work done at the desk since then is missing" in page, "no page says that a backup was restored")


SCENES = [
    a_check_in_is_at_the_desk_within_a_second,
    the_desk_dies_and_comes_back,
    the_desk_comes_later_than_the_kiosk,
    the_desk_is_restored,
    kiosk_killed_once_the_number_is_in_the_file,
    kiosk_killed_while_printing,
    kiosk_killed_while_the_desk_is_away,
    kiosk_killed_at_any_moment,
    wrong_token,
    no_printer_there,
    full_disk,
]


def main():
    wanted = sys.argv[1:]
    failed = done = 0
    with tempfile.TemporaryDirectory(prefix="arrivals-screen-") as folder:
        screen = Screen(pathlib.Path(folder) / "screen")
        try:
            for scene in SCENES:
                name = scene.__name__.replace("_", " ")
                if wanted and not any(word in scene.__name__ for word in wanted):
                    continue
                done += 1
                clinic = Clinic(screen)
                began, why = time.monotonic(), None
                try:
                    note = scene(clinic) or ""
                except Failed as error:
                    why = str(error)
                except Exception as error:  # One broken scene does not hide the others.
                    why = f"{type(error).__name__}: {error}"
                logs = clinic.logs()
                if why is None and any(word in logs for word in ("panicked at", "stack backtrace", "RUST_BACKTRACE")):
                    why = "a program panicked; its words are in the logs"
                if why:
                    screen.photograph(clinic.folder / "screen.png")
                    print(f"FAIL  {name}: {why} (logs and a picture of the page: {clinic.folder})", flush=True)
                    failed += 1
                elif note.startswith("skip: "):
                    print(f"skip  {name}: {note[6:]}", flush=True)
                else:
                    print(f"ok    {name}{': ' + note if note else ''} ({time.monotonic() - began:.0f} s)", flush=True)
                clinic.close(keep=why is not None)
        finally:
            screen.close()
    print(f"two_processes.py: {done} checks, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
