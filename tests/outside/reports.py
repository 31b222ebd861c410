#!/usr/bin/env python3
"""The figures of `arrivals-desk report`, counted again by another program from the same file.

    tests/outside/reports.py [FOLDER WITH THE PROGRAMS] [--days N] [--visits N]

It invents a clinic with so many days and visits a day, lets the desk write its report, and compares. The time that the report took is
printed: a year is --days 365 --visits 500.
"""
import argparse
import collections
import csv
import datetime
import json
import math
import os
import pathlib
import random
import sqlite3
import subprocess
import tempfile
import time
import zoneinfo

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ZONE = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.timezone.utc
STEP_WORDS = {
    "find": "Finding the appointment", "birth-date": "Date of birth", "birthday": "Date of birth", "is-this-you": '"Is this you?"', "visits": "Today's visits",
    "details": "Contact details", "new-street": "New address", "new-city": "New address", "insurance": "Insurance", "card-payer": "Entering a card",
    "card-number": "Entering a card", "call-as": "Call preference", "printing": "Printing the ticket", "done": "After the ticket",
}
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
FAILED = []


def check(what, holds, why=""):
    print(f"ok    {what}" if holds else f"FAIL  {what}: {why}")
    if not holds:
        FAILED.append(what)


def text_of(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def invent(path, first, days, visits, seed):
    """Fills a desk's file with what so many days leave there."""
    chance = random.Random(seed)
    conn = sqlite3.connect(path)
    bodies = [json.loads(body) for (body,) in conn.execute("SELECT body FROM appointment")]
    services = ["Laboratory", "X-ray", "Family medicine", "Physiotherapy", "=1+1 clinic"]
    conn.execute("DELETE FROM appointment")
    for kiosk, letter in (("lobby", "A"), ("annex", "B")):
        conn.execute("INSERT INTO kiosk(id, letter, token_hash) VALUES (?, ?, ?)", (kiosk, letter, kiosk))
    revision, seqs = 1_000_000, collections.Counter()

    def event(kiosk, at, body):
        nonlocal revision
        revision, seqs[kiosk] = revision + 1, seqs[kiosk] + 1
        late = at + datetime.timedelta(seconds=chance.randrange(0, 90))
        whole = json.dumps({"seq": seqs[kiosk], "at": text_of(at), "event": body})
        conn.execute("INSERT INTO kiosk_event(kiosk, seq, revision, received_at, body) VALUES (?, ?, ?, ?, ?)", (kiosk, seqs[kiosk], revision, text_of(late), whole))
        return seqs[kiosk]

    for day in range(days):
        date = first + datetime.timedelta(days=day)
        counts, last = collections.Counter(), {}
        for n in range(visits):
            start = datetime.datetime(date.year, date.month, date.day, 7, tzinfo=ZONE) + datetime.timedelta(minutes=5 * chance.randrange(0, 132))
            identity, service = f"apt-{date}-{n}", chance.choices(services, [40, 20, 25, 14, 1])[0]
            is_walk_in, came = chance.random() < 0.08, chance.random() < 0.88
            kiosk = chance.choices(["lobby", "annex", None], [6, 3, 1])[0]
            letter = {"lobby": "A", "annex": "B", None: "D"}[kiosk]
            status = chance.choices(["booked", "cancelled", "noshow", "fulfilled"], [95, 3, 1, 1])[0]
            if not is_walk_in:
                body = dict(chance.choice(bodies), id=identity, service=service, status=status, start=text_of(start))
                made = date - datetime.timedelta(days=chance.choice([-1, 0, 0, 1, 6, 7, 28, 29, 90]))
                how = chance.random()
                if how < 0.6:
                    body["booked_on"] = str(made)
                if how > 0.4:
                    # So late that the date in UTC is another one; and something else was done with it before.
                    revision += 2
                    at = datetime.datetime(made.year, made.month, made.day, 22, 30, tzinfo=ZONE)
                    for n, (action, when) in enumerate((("move", at - datetime.timedelta(days=40)), ("book", at))[0 if how > 0.7 else 1:] if how < 0.8 else ()):
                        conn.execute("INSERT INTO staff_action(revision, at, user_name, action, appointment_id, detail) VALUES (?, ?, 'ana', ?, ?, '{\"after\":{}}')",
                                     (revision - n, text_of(when), action, identity))
                conn.execute("INSERT INTO appointment(id, start_at, local_date, patient_id, name_folded, body, revision) VALUES (?, ?, ?, ?, ?, ?, ?)", (identity, text_of(start), str(date), f"p{n}", "x", json.dumps(body), 1))
            if not came and not is_walk_in:
                continue
            arrived = start + datetime.timedelta(seconds=chance.randrange(-2400, 1500))
            language = chance.choices(["en", "es", "ar"], [80, 19.5, 0.5])[0]
            counts[letter] += 1
            number = counts[letter]
            # Now and then two visits of one person have one ticket.
            if letter in last and chance.random() < 0.05:
                number, arrived, language = last[letter]
            last[letter] = (number, arrived, language)
            called = max(arrived, start) + datetime.timedelta(seconds=int(chance.expovariate(1 / 700)))
            started = called + datetime.timedelta(seconds=chance.randrange(20, 200)) if chance.random() < 0.7 else None
            done = (started or called) + datetime.timedelta(seconds=int(chance.lognormvariate(6.6, 0.8)))
            state = chance.choices(["done", "no-show", "called", "arrived"], [93, 3, 2, 2])[0]
            if state == "arrived":
                called = started = done = None
            elif state != "done":
                done = None
            moved = "X-ray" if chance.random() < 0.02 else None
            placed = arrived + datetime.timedelta(minutes=5) if chance.random() < 0.03 else None
            ticket = {"number": f"{letter}{number}", "date": str(date)}
            asks = {"ticket": ticket, "appointment": identity, "given_name": "x", "family_name": "y", "birth_date": "1950-01-02", "category": "vaccination",
                    "language": language, "call_as": "number"}
            walk_in = json.dumps(asks) if is_walk_in else None
            conn.execute(
                "INSERT INTO visit(appointment_id, state, kiosk, ticket_number, ticket_date, language, arrived_at, called_at, started_at, done_at, queue,"
                " placed_at, walk_in, served_in, calls, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1)",
                (identity, state, kiosk, f"{letter}{number}", str(date), language, text_of(arrived), called and text_of(called), started and text_of(started),
                 done and text_of(done), moved, placed and text_of(placed), walk_in, (moved or (service if not is_walk_in else "vaccination")) if called else None),
            )
            if kiosk:
                seq = event(kiosk, arrived, {"kind": "checked-in", "appointments": [identity], "language": language, "x": "y" * 300})
                outcome = chance.choices(["printed", "unknown", {"failed": "no-paper"}], [95, 3, 2])[0]
                event(kiosk, arrived + datetime.timedelta(seconds=4), {"kind": "ticket-printed", "outcome": outcome, "appointments": [identity]})
                if chance.random() < 0.12:
                    reason, step = chance.choice([("insurance-unclear", "checked-in"), ("printer-trouble", "printing"), ("asked-for-help", "insurance")])
                    for visit in {identity, f"apt-{date}-{max(0, n - 1)}"} if chance.random() < 0.2 else {identity}:
                        conn.execute("INSERT INTO reason(kiosk, seq, appointment_id, reason, step, language, at, date) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                     (kiosk, seq, visit, reason, step, language, text_of(arrived), str(date)))
                if chance.random() < 0.06:
                    conn.execute("INSERT INTO proposal(kiosk, seq, field, appointment_id, patient_id, body, at, date, decision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                 (kiosk, seq, chance.choice(["phone", "address", "insurance"]), identity, f"p{n}", "{}", text_of(arrived), str(date),
                                  chance.choice(["open", "accepted", "accepted", "rejected"])))
            if kiosk and chance.random() < 0.9:
                ended = chance.choices(["ticket", "ticket-again", "stopped", "started-over", "walked-away"], [80, 5, 5, 5, 5])[0]
                shown = [step for step in STEP_WORDS if chance.random() < 0.7] or ["find"]
                steps = [{"step": step, "shown": chance.randrange(1, 4), "tenths": int(chance.lognormvariate(4.5, 0.9))} for step in shown]
                whole = {"kind": "conversation-ended", "ended": ended, "steps": steps}
                if ended == "ticket" and chance.random() < 0.98:
                    whole["ticket_after_tenths"] = sum(step["tenths"] for step in steps)
                event(kiosk, arrived + datetime.timedelta(seconds=12), whole)
            if kiosk and chance.random() < 0.04:
                event(kiosk, arrived, {"kind": "walked-away", "step": chance.choice(["insurance", "birth-date", "details"])})
    conn.commit()
    conn.close()


def percentile(values, percent):
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1] if len(values) >= 5 else None


def seconds(tenths):
    return "" if tenths is None else f"{tenths // 10}.{tenths % 10}"


def minutes(seconds):
    if seconds is None:
        return ""
    tenths = (int(seconds) + 3) // 6
    return f"{tenths // 10}.{tenths % 10}"


def share(part, whole):
    thousandths = (part * 1000 + whole // 2) // whole
    return f"{thousandths // 10}.{thousandths % 10}"


def spreads(groups):
    return sorted([*key, str(len(v)), minutes(percentile(v, 50)), minutes(percentile(v, 90))] for key, v in groups.items())


def recount(path, first, last, today):
    """Every figure as a list of rows, from the tables alone."""
    conn = sqlite3.connect(path)
    conn.row_factory = sqlite3.Row
    figures, tickets = {}, set()
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    arrivals, languages, places = collections.Counter(), collections.Counter(), collections.Counter()
    due = {name: collections.defaultdict(collections.Counter) for name in ("service", "weekday", "lead-time")}
    made_here = {row["appointment_id"]: read(row["at"]) for row in conn.execute("SELECT appointment_id, at FROM staff_action WHERE action = 'book'")}
    appointments = {row["id"]: row for row in conn.execute("SELECT * FROM appointment")}
    visits = {row["appointment_id"]: row for row in conn.execute("SELECT * FROM visit")}
    for identity in sorted(set(appointments) | set(visits)):
        appointment, visit = appointments.get(identity), visits.get(identity)
        body = json.loads(appointment["body"]) if appointment else None
        has_ticket = visit is not None and visit["ticket_date"] is not None
        date = datetime.date.fromisoformat(visit["ticket_date"] if has_ticket else appointment["local_date"])
        if not first <= date <= last:
            continue
        state = visit["state"] if visit else "expected"
        if has_ticket:
            queue = visit["served_in"] or visit["queue"] or (body["service"] if body else "Other visits")
            arrived, called, done = read(visit["arrived_at"]), read(visit["called_at"]), read(visit["done_at"])
            if (date, visit["ticket_number"]) not in tickets:
                tickets.add((date, visit["ticket_number"]))
                arrivals[arrived.astimezone(ZONE).hour] += 1
                languages[visit["language"]] += 1
                places["Desk" if visit["ticket_number"].startswith("D") else f"Kiosk {visit['kiosk']}"] += 1
            if called and state in ("called", "with-clinician", "done"):
                began = max(t for t in (arrived, read(appointment["start_at"]) if appointment else None, read(visit["placed_at"])) if t)
                wait = max(0, (called - began).total_seconds())
                hour = str(began.astimezone(ZONE).hour)
                for figure, key in (("waits-by-hour", (hour,)), ("waits-by-queue", (queue,)), ("waits-by-queue-and-hour", (queue, hour))):
                    groups[figure][key].append(wait)
            if state == "done":
                length = (done - (read(visit["started_at"]) or called)).total_seconds()
                if 30 <= length <= 3 * 3600:
                    groups["length-by-queue"][(queue,)].append(length)
        if body is None:
            continue
        outcome = "came"
        if state == "no-show":
            outcome = "vain" if has_ticket else "never"
        elif state == "expected" and not has_ticket:
            outcome = {"fulfilled": "came", "noshow": "never", "cancelled": None}.get(body["status"], "never" if date < today else None)
            if outcome == "came":
                places["No ticket"] += 1
        if outcome:
            due["service"][body["service"]][outcome] += 1
            due["weekday"][WEEKDAYS[date.weekday()]][outcome] += 1
            made = made_here[identity].astimezone(ZONE).date() if identity in made_here else body.get("booked_on")
            before = (date - datetime.date.fromisoformat(str(made))).days if made else -1
            lead = "Unknown" if before < 0 else "The same day" if before == 0 else "1 to 6 days" if before < 7 else "1 to 4 weeks" if before <= 28 else "More than 4 weeks"
            due["lead-time"][lead][outcome] += 1
    figures["arrivals-by-hour"] = sorted([str(hour), str(n)] for hour, n in arrivals.items())
    for name, of in groups.items():
        figures[name] = spreads(of)
    for name, of in due.items():
        rows = [[key, str(n.total()), str(n["vain"]), str(n["never"]), share(n["vain"] + n["never"], n.total())] for key, n in of.items()]
        figures[f"no-shows-by-{name}"] = sorted(rows)
    figures["check-ins"] = sorted([place, n] for place, n in places.items())
    names = {"en": "English", "es": "Spanish", "ar": "Arabic"}
    figures["languages"] = sorted([names[tag], "0" if n == 0 else "<5" if n < 5 else str(n // 5 * 5)] for tag, n in ((tag, languages[tag]) for tag in names))
    days = (str(first), str(last))
    for name, column in (("stops-by-reason", "reason"), ("stops-by-step", "step")):
        counted = conn.execute(f"SELECT COUNT(*) FROM (SELECT DISTINCT kiosk, seq, reason, step FROM reason WHERE date BETWEEN ? AND ?) GROUP BY {column}", days)
        figures[name] = sorted(n for (n,) in counted)
    changes = collections.defaultdict(collections.Counter)
    for field, decision in conn.execute("SELECT field, decision FROM proposal WHERE date BETWEEN ? AND ?", days):
        changes[field][decision] += 1
    words = {"phone": "Phone", "address": "Address", "insurance": "Insurance"}
    figures["changes"] = sorted([words[field], str(n["accepted"]), str(n["rejected"]), str(n["open"])] for field, n in changes.items())
    walked, printed = collections.Counter(), collections.Counter()
    shown, took, to_ticket = collections.Counter(), collections.defaultdict(list), collections.defaultdict(list)
    for kiosk, whole in conn.execute("SELECT kiosk, body FROM kiosk_event"):
        whole = json.loads(whole)
        if first <= read(whole["at"]).astimezone(ZONE).date() <= last:
            if whole["event"]["kind"] == "walked-away":
                walked[whole["event"]["step"]] += 1
            elif whole["event"]["kind"] == "ticket-printed":
                printed[json.dumps(whole["event"]["outcome"])] += 1
            elif whole["event"]["kind"] == "conversation-ended":
                # What staff have one word for is one step: its times within a conversation are added up.
                sums = collections.Counter()
                for step in whole["event"]["steps"]:
                    sums[STEP_WORDS[step["step"]]] += step["tenths"]
                    shown[STEP_WORDS[step["step"]]] += step["shown"]
                for words, tenths in sums.items():
                    took[words].append(tenths)
                if "ticket_after_tenths" in whole["event"]:
                    for place in ("All kiosks", f"Kiosk {kiosk}"):
                        to_ticket[place].append(whole["event"]["ticket_after_tenths"])
    both = lambda tenths: [seconds(percentile(tenths, 50)), seconds(percentile(tenths, 90))]
    figures["time-per-step"] = sorted([words, str(len(tenths)), str(shown[words]), *both(tenths)] for words, tenths in took.items())
    figures["conversation-length"] = sorted([place, str(len(tenths)), *both(tenths)] for place, tenths in to_ticket.items())
    figures["walked-away-by-step"], figures["tickets-printed"] = sorted(walked.values()), sorted(printed.values())
    return figures


def told(folder, figure):
    """What the desk wrote, in the form of `recount`."""
    with open(folder / f"{figure}.csv", newline="") as file:
        rows = list(csv.reader(file))[1:]
    rows = [[cell[1:] if cell.startswith("'=") else cell for cell in row] for row in rows]
    if figure.startswith(("stops", "walked", "tickets")):
        return sorted(int(row[1]) for row in rows)
    if figure == "check-ins":
        return sorted([row[0], int(row[1]) + int(row[2])] for row in rows)
    if figure in ("arrivals-by-hour", "waits-by-hour"):
        return sorted(row for row in rows if row[1] != "0")
    return sorted(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", nargs="?", default=os.environ.get("ARRIVALS_BIN", ROOT / "target/release"))
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--visits", type=int, default=60)
    wanted = parser.parse_args()
    desk = pathlib.Path(wanted.programs).resolve() / "arrivals-desk"
    today = datetime.datetime.now(ZONE).date()
    first = today - datetime.timedelta(days=wanted.days - 1)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def run(*arguments):
            return subprocess.run([desk, *arguments, "--data", folder / "data"], capture_output=True, text=True, timeout=600)

        made = run("import", str(ROOT / "tests/data/day.csv"))
        check("a day's list", made.returncode == 0, made.stderr)
        file, out = folder / "data/desk.sqlite", folder / "out"
        began = time.monotonic()
        invent(file, first, wanted.days, wanted.visits, seed=7)
        print(f"      {wanted.days} days with {wanted.visits} visits each invented in {time.monotonic() - began:.1f} s; the file has {file.stat().st_size >> 20} MB")
        for begins, ends in ((first, today), (first + datetime.timedelta(days=wanted.days // 3), first + datetime.timedelta(days=wanted.days // 2))):
            began = time.monotonic()
            done = run("report", "--from", str(begins), "--to", str(ends), "--out", out)
            took = time.monotonic() - began
            check(f"report of {(ends - begins).days + 1} days, in {took:.2f} s", done.returncode == 0, done.stderr)
            mine = recount(file, begins, ends, today)
            for figure, rows in sorted(mine.items()):
                check(f"{figure}: {len(rows)} rows", told(out, figure) == rows and rows, f"\n  {told(out, figure)}\n  {rows}")
            written = {path.stem for path in out.glob("*.csv")}
            check("no figure is left uncounted", written == set(mine), written ^ set(mine))
        page = (out / "report.html").read_text()
        check("the page has a picture and loads nothing", page.count("<svg") >= 10 and "http" not in page and "<script" not in page)
        check("no cell is a formula", all(not cell.startswith("=") for path in out.glob("*.csv") for row in csv.reader(open(path)) for cell in row))
        wrong = run("report", "--from", "2026-02-30", "--out", out)
        check("a date that is none is said", wrong.returncode == 1 and "2026-11-23" in wrong.stderr, wrong.stderr)
    print(f"{len(FAILED)} failed")
    raise SystemExit(1 if FAILED else 0)


main()
