"""The desk on a disk that fails: a kiosk reports, staff work, the disk strikes; then the desk starts again. See disk_faults.py."""

import datetime
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.parse

from disk_faults import HERE, Disk
from kiosk_and_desk import PASSWORD, PROGRAMS, Failed, clinic_zone, free_port, must, until

PEOPLE = 240
# Of these visits the first half checks in at the kiosk, the second half at the desk.
HALF = PEOPLE // 2
ACTIONS_MAX = 120
ACTIONS_AFTER = 8
FAR = 2**40


class Desk:
    """A desk's folder, and the program on it."""

    def __init__(self, folder, token):
        self.folder, self.token = folder, token
        self.file = folder / "desk" / "desk.sqlite"
        self.config = folder / "desk.toml"
        self.program, self.outputs, self.cookies, self.csrf = None, 0, {}, None
        self.move()

    def move(self):
        """To a free port."""
        self.port = free_port()
        self.config.write_text(f'data = "{self.folder}/desk"\nlisten = "127.0.0.1:{self.port}"\n'
                               f'[clinic]\nname = "Hill Road Clinic"\ntime_zone = "{clinic_zone()}"\n')

    def tool(self, *arguments, text=None, status=0):
        done = subprocess.run([PROGRAMS / "arrivals-desk", *arguments, "--config", self.config], input=text, capture_output=True, text=True, timeout=120)
        must(done.returncode == status, f"arrivals-desk {' '.join(arguments[:2])} ends with {done.returncode}: {done.stdout.strip()[:300]} {done.stderr.strip()[:300]}")
        return done.stdout

    def start(self, disk=None):
        self.outputs += 1
        self.cookies, self.csrf = {}, None
        with open(self.folder / f"{self.outputs:02}-desk.log", "wb") as output:
            self.program = subprocess.Popen([PROGRAMS / "arrivals-desk", "serve", "--config", self.config], stdout=output, stderr=output,
                                            env=dict(os.environ, ARRIVALS_LOG="info", RUST_BACKTRACE="0", **(disk.environment if disk else {})))

    def is_dead(self):
        return self.program.poll() is not None

    def comes_up(self, seconds=20):
        """Whether it answers; not if it has ended before."""
        until("the desk's healthz", lambda: self.is_dead() or self.ask("GET", "/healthz")[0] == 200, seconds)
        return not self.is_dead()

    def stop(self, how=signal.SIGTERM):
        if not self.is_dead():
            self.program.send_signal(how)
        try:
            return self.program.wait(20)
        except subprocess.TimeoutExpired:
            self.program.kill()
            self.program.wait()
            raise Failed("the desk does not end when it is asked to") from None

    def logs(self):
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("??-desk.log")))

    def ask(self, method, path, body=None, **headers):
        """The status, 0 if there was no answer, and the answer's text."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
            for cookie in answer.headers.get_all("set-cookie") or []:
                name, value = cookie.split(";")[0].split("=", 1)
                self.cookies[name] = value
            return answer.status, text
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            line.close()

    def report(self, events, last, **more):
        """What a kiosk sends; answers the status and what the desk holds."""
        body = json.dumps({"kiosk": "lobby", "events": events, "last": last, **more})
        status, text = self.ask("POST", "/api/kiosk/events", body, Authorization=f"Bearer {self.token}")
        return status, json.loads(text)["held"] if status == 200 else 0

    def staff(self, path, form=None):
        """A page, or a form that is sent, of someone who is signed in."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is None:
            return self.ask("GET", path, Cookie=cookie)
        body = urllib.parse.urlencode({"csrf": self.csrf, **form})
        return self.ask("POST", path, body, Cookie=cookie, Origin=f"http://127.0.0.1:{self.port}", **{"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self):
        """Whether it worked: on this disk it need not."""
        for page, form in (("/sign-in", None), ("/sign-in", {"name": "ann", "password": PASSWORD}), ("/", None)):
            status, text = self.staff(page, form)
            token = re.search(r'name="csrf" value="([0-9a-f]+)"', text)
            if status not in (200, 303):
                return False
            self.csrf = token[1] if token else self.csrf
        return bool(self.csrf) and "arrivals_session" in self.cookies

    def ticket_shown(self, visit):
        """The number that staff see on a visit's page, or None."""
        status, text = self.staff(f"/visit?appointment={visit}")
        found = re.search(r"\bD\d+\b", text) if status == 200 else None
        return found and found[0]


class Work:
    """What a kiosk and staff did, and what of it was acknowledged, over all lives of one desk."""

    def __init__(self, desk, chance, date):
        self.desk, self.chance, self.date = desk, chance, date
        self.events, self.held, self.next_visit, self.next_hand = [], 0, 1, HALF + 1
        self.notes, self.arrived, self.called, self.refused = {}, {}, set(), []
        self.tried = 0

    def more_events(self, chance):
        """One thing that happened at the kiosk: one event or two."""
        at = datetime.datetime.now(datetime.timezone.utc).isoformat()
        if self.next_visit <= HALF and chance.random() < 0.75:
            visit, patient, ticket = f"v{self.next_visit:03}", f"p{self.next_visit:03}", {"number": f"B{self.next_visit}", "date": self.date}
            self.next_visit += 1
            happened = [{"kind": "checked-in", "ticket": ticket, "patient": patient, "appointments": [visit], "language": "en", "call_as": "number",
                         "details": "yes", "insurance": chance.choice(["yes", "ask-the-desk"])},
                        {"kind": "ticket-printed", "ticket": ticket, "outcome": "printed", "appointments": [visit]}]
        else:
            happened = [{"kind": "stopped", "reason": "no-match", "step": "find-me", "patient": None, "appointments": [], "language": "en"}]
        for event in happened:
            self.events.append({"seq": len(self.events) + 1, "at": at, "event": event})

    def as_kiosk(self, goes_on, chance):
        while goes_on():
            for _ in range(chance.choice([1, 1, 2, 4])):
                self.more_events(chance)
            self.send()

    def send(self):
        status, held = self.desk.report(self.events[self.held:self.held + 100], len(self.events))
        if status == 200:
            self.held = max(self.held, held)
        elif status not in (0, 500, 503):
            self.refused.append(f"the desk answers {status} to events from {self.held + 1} on")
        return status

    def as_staff(self, goes_on, chance):
        while goes_on():
            self.one_deed(chance)

    def one_deed(self, chance):
        what = chance.random()
        if what < 0.6 or self.next_hand > PEOPLE:
            self.tried += 1
            visit, text = f"v{chance.randint(1, PEOPLE):03}", f"Note {self.tried} {chance.getrandbits(64):016x} " + "x" * chance.choice([0, 40, 800])
            if self.desk.staff("/visit/note", {"appointment": visit, "text": text})[0] == 303:
                self.notes[text] = visit
        elif what < 0.9 or not self.arrived:
            visit = f"v{self.next_hand:03}"
            self.next_hand += 1
            if self.desk.staff("/visit/check-in", {"appointment": visit, "late": "check-in"})[0] == 303:
                self.arrived[visit] = self.desk.ticket_shown(visit)
        else:
            visit = chance.choice(sorted(self.arrived))
            if visit not in self.called and self.desk.staff("/visit/call", {"appointment": visit})[0] == 303:
                self.called.add(visit)

    def acknowledged(self):
        return self.held + len(self.notes) + len(self.arrived) + len(self.called)


class DeskStage:
    """A desk that was made ready once; each trial has a copy of it."""

    def __init__(self, folder):
        folder.mkdir(parents=True)
        self.folder = folder
        desk = Desk(folder, None)
        self.token = desk.tool("kiosk", "add", "lobby", "--letter", "B").strip()
        desk.tool("user", "add", "ann", "--role", "desk", text=PASSWORD + "\n")
        # Later than any trial: no one is late, and the day is the clinic's today (it is about noon there).
        start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=3)
        lines = ["appointment_id,start,minutes,status,service,practitioner,place,patient_id,given_name,family_name,birth_date"]
        for n in range(1, PEOPLE + 1):
            lines.append(f"v{n:03},{start:%Y-%m-%dT%H:%M:00+00:00},20,booked,Family medicine,Dr. Ida Marlow,Room 1,p{n:03},Ada,Sample{n},1960-01-01")
        (folder / "day.csv").write_text("\n".join(lines) + "\n")
        said = desk.tool("import", str(folder / "day.csv"))
        must(said.strip().endswith(f"taken {PEOPLE}, unchanged 0, refused 0"), f"the import says {said!r}")
        # Where it is about noon, it is the date that it was twelve hours after midnight in Greenwich.
        now = datetime.datetime.now(datetime.timezone.utc)
        self.date = (now + datetime.timedelta(hours=12 - now.hour)).date().isoformat()

    def close(self):
        pass

    def play(self, trial):
        shutil.copytree(self.folder / "desk", trial.folder / "desk")
        desk = Desk(trial.folder, self.token)
        work = Work(desk, trial.chance, self.date)
        try:
            self.lives(trial, desk, work)
        finally:
            if desk.program and not desk.is_dead():
                desk.program.kill()
                desk.program.wait()
        trial.must(not any(word in desk.logs() for word in ("panicked at", "stack backtrace", "disk_faults:")), "the desk panicked")

    def lives(self, trial, desk, work):
        chance = trial.chance
        in_checkpoint = chance.random() < 0.35
        at_start = not in_checkpoint and chance.random() < 0.1
        disk = Disk(trial.folder / "page", trial.folder / "desk", trial.kind, seed=chance.getrandbits(48), lies=trial.lies, main_only=in_checkpoint,
                    at=chance.randint(1, 12 if at_start else 40 if in_checkpoint else 400), more=chance.choice([0, 0, 3, 40, FAR]), armed=at_start)
        self.life(trial, desk, work, disk, ACTIONS_MAX)
        # The power may go again while the desk finds its way back.
        if trial.struck and trial.kind.startswith("power") and chance.random() < 0.4:
            disk = Disk(trial.folder / "page", trial.folder / "desk", trial.kind, seed=chance.getrandbits(48), lies=trial.lies, at=chance.randint(1, 12), armed=1)
            trial.recovered += self.life(trial, desk, work, disk, 3)
        trial.acknowledged = work.acknowledged()
        self.afterwards(trial, desk, work)

    def life(self, trial, desk, work, disk, actions_max):
        """Starts the desk on this disk and works with it until the disk has struck, and a little longer if it lives; answers whether it did."""
        chance = trial.chance
        desk.start(disk)
        if desk.comes_up():
            if desk.sign_in():
                actions, after = [actions_max, actions_max], [ACTIONS_AFTER, ACTIONS_AFTER]
                end = time.monotonic() + 25

                def goes_on(who):
                    if desk.is_dead() or actions[who] == 0 or time.monotonic() > end:
                        return False
                    actions[who] -= 1
                    if disk.get("hit"):
                        after[who] -= 1
                    return after[who] >= 0

                disk.set(armed=1)
                # Both draw from a chance of their own: which of them is faster must not change what the other does.
                seeds = [chance.getrandbits(48), chance.getrandbits(48)]
                hands = [threading.Thread(target=what, args=[lambda who=who: goes_on(who), type(chance)(seeds[who])])
                         for who, what in enumerate((work.as_kiosk, work.as_staff))]
                for hand in hands:
                    hand.start()
                for hand in hands:
                    hand.join()
            desk.stop(signal.SIGTERM if chance.random() < 0.5 else signal.SIGKILL)
        status = desk.program.returncode
        trial.must(status in (0, -9) or disk.get("hit"), f"the desk ends with {status} before anything is wrong with its disk")
        trial.must(status in (0, 1, -9), f"the desk ends with {status}")
        return trial.note(disk)

    def afterwards(self, trial, desk, work):
        shutil.copytree(trial.folder / "desk", trial.folder / "as-it-was-left")
        desk.start()
        if not desk.comes_up():
            trial.must(False, "the desk does not start again")
            trial.must_have(trial.acknowledged == 0, f"all {trial.acknowledged}, with the file")
            return
        self.is_there(trial, desk, work)
        trial.wrong += work.refused
        # The kiosk sends what was not acknowledged, and goes on; staff go on, too.
        for _ in range(5):
            if work.send() == 200 and work.held == len(work.events):
                break
        trial.must(work.held == len(work.events), f"of {len(work.events)} events the desk holds {work.held} after they were sent again")
        work.more_events(trial.chance)
        trial.must(work.send() == 200 and work.held == len(work.events), "the next event is not accepted")
        trial.must(desk.sign_in(), "no one can sign in")
        visit = f"v{PEOPLE if work.next_hand > PEOPLE else work.next_hand:03}"
        desk.staff("/visit/check-in", {"appointment": visit, "late": "check-in"})
        fresh = desk.ticket_shown(visit)
        trial.must(fresh is not None, "no one can be checked in at the desk")
        self.numbers(trial, desk, work)
        desk.tool("check")
        status = desk.stop()
        trial.must(status == 0, f"the desk ends with {status} when it is asked to")
        with sqlite3.connect(desk.file) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            trial.must(found == [("ok",)], f"the file is damaged: {found[:3]}")
            found = connection.execute("PRAGMA foreign_key_check").fetchall()
            trial.must(not found, f"rows point nowhere: {found[:3]}")
        mine = subprocess.run([HERE / "audit.py", "--file", desk.file], capture_output=True, text=True, timeout=60).stdout.strip()
        verified = desk.tool("audit", "verify").strip()
        trial.must(":" in mine and verified.endswith(mine), f"the audit's chain: {mine}; {verified}")

    def rows(self, desk, query, *values):
        connection = sqlite3.connect(f"file:{desk.file}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def is_there(self, trial, desk, work):
        """Everything that was acknowledged, before anything is sent again."""
        have = {seq: json.loads(body) for seq, body in self.rows(desk, "SELECT seq, body FROM kiosk_event WHERE kiosk = 'lobby'")}
        for event in work.events[:work.held]:
            its = have.get(event["seq"])
            trial.must_have(its is not None, f"event {event['seq']}")
            trial.must(its is None or said_in(its) == said_in(event), f"event {event['seq']} is another one: {its}")
        trial.must(sorted(have) == list(range(1, len(have) + 1)), f"the events have a gap: {sorted(have)}")
        notes = dict(self.rows(desk, "SELECT body, appointment_id FROM visit_note"))
        audit = {(action, about) for action, about in self.rows(desk, "SELECT action, about FROM audit")}
        for text, visit in work.notes.items():
            trial.must_have(notes.get(text.strip()) == visit, f"a note of {visit}")
            trial.must(text.strip() not in notes or ("note", f"appointment {visit}") in audit, f"the audit does not have a note of {visit}")
        numbers = dict(self.rows(desk, "SELECT appointment_id, ticket_number FROM visit WHERE ticket_number IS NOT NULL"))
        for visit, number in work.arrived.items():
            trial.must_have(visit in numbers, f"the check-in by hand of {visit}")
            trial.must(number is None or numbers.get(visit) in (None, number), f"{visit} was {number} and is {numbers.get(visit)}")
        steps = set(self.rows(desk, "SELECT appointment_id, action FROM visit_step"))
        for visit in work.called:
            trial.must_have((visit, "call") in steps, f"the call of {visit}")

    def numbers(self, trial, desk, work):
        """No number belongs to two people, and each visit's is the one that its ticket says."""
        twice = self.rows(desk, "SELECT number, date FROM ticket GROUP BY number, date HAVING count(DISTINCT patient_id) > 1")
        trial.must(not twice, f"numbers that two people have: {twice}")
        trial.must(not self.rows(desk, "SELECT 1 FROM number_twice"), "the desk says that a number is there twice")
        known = dict(self.rows(desk, "SELECT appointment_id, number FROM ticket WHERE kiosk = 'lobby'"))
        for event in work.events:
            if event["event"]["kind"] == "checked-in":
                visit, number = event["event"]["appointments"][0], event["event"]["ticket"]["number"]
                trial.must(known.get(visit) == number, f"{visit} has the paper {number} and is {known.get(visit)} at the desk")


def said_in(event):
    """An event without its time, which the desk spells in its own way, and without what is empty."""
    return {key: value for key, value in event["event"].items() if value is not None}
