#!/usr/bin/env python3
"""The kiosk straight on a display, without X or Wayland, as on a Pi: in a virtual machine. See README.md.

    tests/outside/kms.py [FOLDER WITH THE PROGRAMS]

The programs must have been built with `--no-default-features --features kms,desk`.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

import machine
from machine import Machine, Unready

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WIDTH, HEIGHT = 1280, 800
# A processor that is emulated starts a system, and draws, some thirty times slower than a Pi.
BOOT_SECONDS, PAGE_SECONDS = 600, 300
# The display's pixels and the headless ones are blended in another order: no channel differs by more than this.
NEAR = 4
HELD_SECONDS = 2.5

CLINIC = "Mill Street Clinic"
TOKEN = "only-for-this-virtual-machine"

DESK = f"""
listen = "127.0.0.1:8080"
data = "/run/desk"
[clinic]
name = "{CLINIC}"
time_zone = "America/New_York"
[[clinic.walk_in]]
code = "other"
name = {{ en = "Something else" }}
[[kiosk]]
id = "lobby"
letter = "A"
token = "{TOKEN}"
"""

KIOSK = f"""
kiosk = "lobby"
letter = "A"
desk = "http://127.0.0.1:8080"
token = "{TOKEN}"
data = "/run/kiosk/kiosk.db"
printer = "folder:/run/kiosk/tickets"
scanner = "serial:/run/scanner?baud=9600"
language = "LANGUAGE"
[look]
name = "{CLINIC}"
"""

# What the machine does. The kiosk starts when the file `start-LANGUAGE` comes and ends as by systemd when `end` comes.
GUEST = """
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root SYSTEMD_IGNORE_CHROOT=1
cd /out
udevd=/usr/lib/systemd/systemd-udevd; [ -x $udevd ] || udevd=/lib/systemd/systemd-udevd
$udevd --daemon && udevadm trigger --action=add && udevadm settle --timeout=120
# The scanner: a line that nobody sends anything on.
socat pty,raw,echo=0,link=/run/scanner pty,raw,echo=0 &
"BIN/arrivals-desk" serve --config desk.toml >desk.log 2>&1 &
until (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null; do sleep 0.2; done
: >booted
for language in en ar; do
    until [ -e start-$language ]; do sleep 0.1; done
    "BIN/arrivals-kiosk" run --config kiosk-$language.toml >kiosk-$language.log 2>&1 &
    until [ -e end-$language ]; do sleep 0.1; done
    kill -TERM $!
    wait $!
    echo $? >status-$language
done
"""

failed = done = 0
began = time.monotonic()


def check(what, why=None):
    """One line: what holds, or why it does not."""
    global failed, done
    done += 1
    failed += why is not None
    print(f"ok    {what}" if why is None else f"FAIL  {what}: {why}", f"({time.monotonic() - began:.0f} s)", flush=True)
    return why is None


def until(is_so, seconds, every=0.05):
    """Whether it came to be so in time."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


class Picture:
    """Pixels: width, height and three bytes each."""

    def __init__(self, width, height, pixels):
        self.width, self.height, self.pixels = width, height, pixels

    @classmethod
    def of_file(cls, path):
        ppm = subprocess.run(["convert", str(path), "-depth", "8", "ppm:-"], capture_output=True, check=True).stdout
        _, sides, _, pixels = ppm.split(b"\n", 3)
        return cls(*map(int, sides.split()), pixels)

    def row(self, y):
        return self.pixels[y * self.width * 3:(y + 1) * self.width * 3]

    def at(self, x, y):
        place = (y * self.width + x) * 3
        return self.pixels[place:place + 3]

    def differs(self, other, rows=None):
        """How many of a picture's pixels, or of its first rows', are not those of the other."""
        if (self.width, self.height) != (other.width, other.height):
            return max(self.width * self.height, other.width * other.height)
        different = 0
        for y in range(self.height if rows is None else rows):
            mine, theirs = self.row(y), other.row(y)
            if mine != theirs:
                far = {place // 3 for place, (one, two) in enumerate(zip(mine, theirs)) if abs(one - two) > NEAR}
                different += len(far)
        return different

    def main_answer(self):
        """The first and last row of the main answer, which has the header's color; nothing if there is none."""
        accent = self.at(2, 2)
        rows = [y for y in range(100, self.height - 110) if self.row(y).count(accent) > self.width // 3]
        return rows and (rows[0], next(y for y in range(rows[0], self.height) if y + 1 not in rows))

    def keep(self, path):
        subprocess.run(["convert", "-size", f"{self.width}x{self.height}", "-depth", "8", "rgb:-", str(path)], input=self.pixels, check=True)


class Kiosk:
    """The machine, and a person at its display."""

    def __init__(self, folder, pages):
        self.folder, self.pages, self.machine = folder, pages, Machine(folder, WIDTH, HEIGHT)
        self.shots = 0

    def look(self):
        return Picture(*self.machine.look())

    def page_comes(self, what, page):
        """Waits until the display is the page, and says how long that took."""
        asked, wanted, now = time.monotonic(), self.pages[page], self.look()

        def is_there():
            nonlocal now
            now = self.look()
            return now.pixels == wanted.pixels or now.differs(wanted) == 0

        held = until(is_there, PAGE_SECONDS) if self.machine.is_on() else False
        self.shots += 1
        kept = self.folder / f"{self.shots:02}-{page}.png"
        now.keep(kept)
        exactly = "to the pixel" if now.pixels == wanted.pixels else f"no channel differs by more than {NEAR}"
        return check(f"{what}: after {time.monotonic() - asked:.1f} s as without a display, {exactly}" if held else what,
                     None if held else f"{now.differs(wanted)} of {WIDTH * HEIGHT} pixels are not those of {page}: {kept}")

    def begin(self, language, page):
        """Starts the program, and looks at the first thing that it draws."""
        wanted, corner = self.pages[page], self.pages[page].at(2, 2)
        was = self.look()
        (self.folder / f"start-{language}").touch()
        first = was

        def is_drawn():
            nonlocal first
            first = self.look()
            return first.pixels != was.pixels and first.at(2, 2) == corner and first.at(WIDTH - 3, 2) == corner

        if not until(is_drawn, PAGE_SECONDS, 0):
            log = (self.folder / f"kiosk-{language}.log")
            check(f"{language}: the kiosk draws on the display", f"{log.read_text().strip().splitlines()[-3:] if log.exists() else 'no word of it'}")
            return False
        self.shots += 1
        kept = self.folder / f"{self.shots:02}-first-{language}.png"
        first.keep(kept)
        # What the kiosk hears of desk and scanner a moment later changes what is below the button, not what is above it.
        rows = min(button[0] for button in (wanted.main_answer(), first.main_answer()) if button)
        different = first.differs(wanted, rows)
        check(f"{language}: the very first thing on the display has the shipped font: its upper {rows} rows are as without a display",
              None if different == 0 else f"{different} pixels of the upper {rows} rows differ: {kept}")
        return True

    def end(self, language):
        (self.folder / f"end-{language}").touch()
        status = self.folder / f"status-{language}"
        if not until(status.exists, PAGE_SECONDS):
            return check(f"{language}: asked to end, the kiosk ends", "it goes on")
        until(lambda: status.read_text().strip(), 5)
        log = (self.folder / f"kiosk-{language}.log").read_text()
        check(f"{language}: asked to end, the kiosk ends with 0", None if status.read_text().strip() == "0" else f"with {status.read_text().strip()}")
        check(f"{language}: no panic in its log", next((line for line in log.splitlines() if "panicked" in line), None))
        drew = f"Rendering at {WIDTH}x{HEIGHT}"
        return check(f"{language}: it drew straight on the display, {WIDTH} by {HEIGHT}", None if drew in log else f"no {drew!r} in its log")


def touches(kiosk):
    first = kiosk.pages["01-welcome"]
    top, bottom = first.main_answer() or (0, 0)
    main = (0.5, (top + bottom) / 2 / HEIGHT)
    # The languages' buttons are the row of three below the main one, always in this order. Its upper edge is the first thing there.
    ground = first.at(WIDTH // 2, bottom + 3)
    edge = next((y for y in range(bottom + 3, HEIGHT) if first.at(WIDTH // 2, y) != ground), None)
    if not bottom or edge is None:
        raise Unready("the first page has no large button in its header's color, and a row of languages below")
    english, spanish, arabic = ((place, (edge + 40) / HEIGHT) for place in (1 / 6, 1 / 2, 5 / 6))

    for what, place, page in (
            ("\"Español\" is touched: the page is Spanish", spanish, "02-welcome"),
            ("\"العربية\" is touched: the page is Arabic, from right to left and whole", arabic, "03-welcome"),
            ("\"English\" is touched: the page is English again", english, "04-welcome"),
            ("\"Check in\" is touched: the page that asks for a code", main, "05-find")):
        kiosk.machine.touch(*place)
        if not kiosk.page_comes(what, page):
            return
    kiosk.machine.key("esc")
    if not kiosk.page_comes("Escape: back at the first page", "04-welcome"):
        return
    # A key that is held is one answer.
    kiosk.machine.key("ret", HELD_SECONDS)
    if kiosk.page_comes(f"Enter, held for {HELD_SECONDS} s: the next page", "05-find"):
        time.sleep(2)
        kiosk.page_comes("... and no further", "05-find")


def look_at(folder, programs):
    out = folder / "without-a-display"
    command = [programs / "arrivals-kiosk", "demo", "--headless", "--out", out, "--size", f"{WIDTH}x{HEIGHT}", "--play", "first-page"]
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    said = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=bare)
    if said.returncode != 0:
        raise Unready(f"the pages cannot be drawn without a display: {(said.stderr.strip().splitlines() or said.stdout.strip().splitlines() or ['no word'])[-1]}")
    pages = {path.stem: Picture.of_file(path) for path in sorted((out / "first-page").glob("*.png"))}
    missing = {"01-welcome", "02-welcome", "03-welcome", "04-welcome", "05-find"} - pages.keys()
    if missing:
        raise Unready(f"the play first-page leaves no {', '.join(sorted(missing))}")

    (folder / "desk.toml").write_text(DESK)
    for language in ("en", "ar"):
        config = folder / f"kiosk-{language}.toml"
        config.touch(mode=0o600)
        config.write_text(KIOSK.replace("LANGUAGE", language))
    (folder / "guest.sh").write_text(GUEST.replace("BIN", str(programs)))
    kiosk = Kiosk(folder, pages)
    try:
        print("      the machine starts", flush=True)
        if not check("the machine starts, with udev and a desk in it",
                     None if until((folder / "booted").exists, BOOT_SECONDS, 0.2) else f"see console.log, guest.log and desk.log in {folder}"):
            return
        if kiosk.begin("en", "01-welcome") and kiosk.page_comes("the first page, with what the desk and the scanner say", "01-welcome"):
            touches(kiosk)
        kiosk.end("en")
        # The page in a language whose letters the first font does not have, from its first layout on.
        if kiosk.begin("ar", "03-welcome"):
            kiosk.page_comes("a kiosk whose language is Arabic: the first page", "03-welcome")
        kiosk.end("ar")
    finally:
        kiosk.machine.off()


def main():
    programs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ARRIVALS_BIN", ROOT / "target" / "release")).resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="arrivals-kms-"))
    try:
        for program in ("arrivals-kiosk", "arrivals-desk"):
            if not (programs / program).exists():
                raise Unready(f"no {programs / program}; run `cargo build --release --no-default-features --features kms,desk`")
        machine.prepare()
        look_at(folder, programs)
    except Unready as why:
        check("everything that this needs", str(why))
    print(f"kms.py: {done} checks, {failed} failed, {time.monotonic() - began:.0f} s; pictures and logs are in {folder}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
