#!/usr/bin/env python3
"""Licences and letters as pictures, read by programs that we did not write, held under a running kiosk's scanner. See README.md."""

import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from kiosk_and_desk import HERE, PROGRAMS, Clinic, Failed, Screen, must, until

DATA = HERE.parent / "data"
# Named for the appointment in tests/data/day.csv, the header's version and the country.
CARDS = sorted((DATA / "licences").glob("*.aamva"))
# From "Is this you?" to the ticket there are fewer main answers than this.
TOUCHES_MAX = 9


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=60)
    must(done.returncode == 0, f"{command[0]} ends with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def photographed(card, folder):
    """The card's code as a picture by one program, and what another one reads of it."""
    picture = folder / f"{card.name}.png"
    run("zint", "-b", "PDF417", "--binary", "--secure=5", "--cols=13", "--scale=3", "-o", picture, "-i", card)
    return run("ZXingReader", "-format", "PDF417", "-bytes", picture)


def pictures_of_licences_are_read_byte_for_byte(_screen):
    versions, countries = set(), set()
    with tempfile.TemporaryDirectory(prefix="arrivals-cards-") as folder:
        for card in CARDS:
            must(photographed(card, pathlib.Path(folder)) == card.read_bytes(), f"{card.name} comes out of its picture as something else")
            _, version, country, _ = card.name.split(".")
            versions.add(version)
            countries.add(country)
    must(len(CARDS) >= 6 and len(versions) >= 6 and countries == {"us", "ca"}, f"{len(CARDS)} cards of {versions}, {countries}")
    return f"{len(CARDS)} cards, versions {', '.join(sorted(versions))}"


class CardClinic(Clinic):
    """A clinic that trusts cards, on the day of the people of the cards."""

    def __init__(self, screen):
        super().__init__(screen, people=len(CARDS))
        desk = self.folder / "desk.toml"
        desk.write_text(desk.read_text() + "trust_two_identifiers = true\n")

    def write_day(self, path):
        """Everybody of tests/data/day.csv who has a card, with the visit moved to a quarter of an hour from now."""
        super().write_day(path)
        start = path.read_text().splitlines()[1].split(",")[1]
        with open(DATA / "day.csv", newline="", encoding="utf-8") as file:
            rows = {row["appointment_id"]: row for row in csv.DictReader(file)}
        self.visits = [card.name.split(".")[0] for card in CARDS]
        with open(path, "w", newline="", encoding="utf-8") as file:
            day = csv.DictWriter(file, fieldnames=list(rows[self.visits[0]]))
            day.writeheader()
            for visit in self.visits:
                day.writerow(dict(rows[visit], start=start, status="booked", coverage_end="2099-01-01"))

    def hold(self, scan):
        """Holds a card under the scanner: its bytes, as they are, and the line end of the scanner."""
        before = self.screen.look()
        os.write(self.scanner, scan + b"\r")
        until("an answer to the card", lambda: self.screen.look() != before)
        self.screen.still()


def a_licence_checks_in_the_right_person(screen):
    clinic = CardClinic(screen)
    try:
        clinic.start_desk()
        clinic.start_kiosk()
        for number, card in enumerate(CARDS, 1):
            visit = card.name.split(".")[0]
            clinic.hold(photographed(card, clinic.folder))
            for _ in range(TOUCHES_MAX):
                clinic.touch_main()
                if clinic.kiosk_ticket(visit):
                    break
            must(clinic.kiosk_ticket(visit) == f"B{number}", f"{card.name}: the ticket is {clinic.kiosk_ticket(visit)}, not B{number}")
            must(len(clinic.kiosk_rows("SELECT number FROM ticket")) == number, f"{card.name}: somebody else was checked in, too")
            clinic.leave()
        clinic.each_once(clinic.visits)
        return clinic, f"{len(CARDS)} people by card alone"
    except Exception as error:
        return clinic, error


class LetterClinic(Clinic):
    """A clinic whose people bring letters instead of plain codes."""

    def scan(self, code):
        super().scan(self.letter(code.removeprefix("ARR:A:")))

    def has_newest_settings(self):
        """The settings are sealed; how far the kiosk has heard of the desk is not."""
        changed = self.desk_rows("SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'settings_revision'")
        heard = self.kiosk_rows("SELECT CAST(value AS INTEGER) FROM fact WHERE name = 'feed_cursor'")
        return bool(changed and heard) and heard[0][0] >= changed[0][0]

    def letter(self, visit):
        pdf = self.folder / f"{visit}.pdf"
        self.tool("letter", visit, "--out", str(pdf))
        run("pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", pdf, pdf.with_suffix(""))
        code = run("zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", pdf.with_suffix(".png")).decode().rstrip("\n")
        must(code.startswith("AL:") and len(code) == 122, f"the letter's code has {len(code)} characters")
        return code


def a_letter_from_paper_leads_to_its_visit(screen):
    clinic = LetterClinic(screen, people=4)
    try:
        clinic.start_desk()
        clinic.letter("v01")
        clinic.start_kiosk()
        for visit in clinic.visits[:2]:
            clinic.check_in(visit)
            clinic.leave()
        clinic.tool("letter-key", "rotate")
        # Whichever key is listed first: the kiosk must hear of all of them.
        keys = [word for word in clinic.tool("letter-key", "list").split() if len(word) == 64]
        must(len(keys) == 2, f"there are {len(keys)} keys after the change")
        until("the new key at the kiosk", clinic.has_newest_settings, 45)
        for visit in clinic.visits[2:]:
            clinic.check_in(visit)
            clinic.leave()
        clinic.each_once(clinic.visits)
        return clinic, "two before the key was changed and two after it"
    except Exception as error:
        return clinic, error


def main():
    wanted = sys.argv[1:]
    scenes = [pictures_of_licences_are_read_byte_for_byte, a_licence_checks_in_the_right_person, a_letter_from_paper_leads_to_its_visit]
    scenes = [scene for scene in scenes if not wanted or any(word in scene.__name__ for word in wanted)]
    failed, screen = 0, None
    with tempfile.TemporaryDirectory(prefix="arrivals-screen-") as folder:
        try:
            for scene in scenes:
                name, began, clinic = scene.__name__.replace("_", " "), time.monotonic(), None
                try:
                    if scene is pictures_of_licences_are_read_byte_for_byte:
                        note = scene(None)
                    else:
                        must((PROGRAMS / "arrivals-kiosk").exists(), f"no programs in {PROGRAMS}; build them first")
                        screen = screen or Screen(pathlib.Path(folder) / "screen")
                        clinic, note = scene(screen)
                except Exception as error:  # One broken scene does not hide the others.
                    note = error
                if clinic and "panicked at" in clinic.logs():
                    note = Failed("a program panicked; its words are in the logs")
                if isinstance(note, Exception):
                    why = str(note) if isinstance(note, Failed) else f"{type(note).__name__}: {note}"
                    if clinic:
                        screen.photograph(clinic.folder / "screen.png")
                        why += f" (logs and a picture of the page: {clinic.folder})"
                    print(f"FAIL  {name}: {why}", flush=True)
                    failed += 1
                else:
                    print(f"ok    {name}: {note} ({time.monotonic() - began:.0f} s)", flush=True)
                if clinic:
                    clinic.close(keep=isinstance(note, Exception))
        finally:
            if screen:
                screen.close()
    print(f"licences.py: {len(scenes)} checks, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
