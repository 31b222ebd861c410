"""A kiosk and a desk as two programs, the kiosk's window on a display in memory, and somebody to stand before it.

Nothing here knows the programs from inside: it reads their files and the pixels of the window, holds codes under a
scanner (a pseudo-terminal), touches (the X server's pointer) and types.
"""

import datetime
import hashlib
import http.cookiejar
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import tempfile
import threading
import time
import tty
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = pathlib.Path(os.environ.get("ARRIVALS_BIN", HERE.parent.parent / "target" / "release"))
WIDTH, HEIGHT = 1280, 800
# The configured accent: no other thing on the page has it, so the largest area of it below the header is the main answer.
ACCENT = "#8a1253"
ACCENT_PIXEL = bytes.fromhex("53128a")
PASSWORD = "hill-road-desk"


class Failed(Exception):
    """Something that should be so is not."""


def until(what, is_so, seconds=15.0, every=0.02):
    end = time.monotonic() + seconds
    while True:
        value = is_so()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"waited {seconds:g} s in vain for {what}")
        time.sleep(every)


def must(holds, what):
    if not holds:
        raise Failed(what)


class Screen:
    """A display in memory; its pixels are a file."""

    def __init__(self, folder, size=(WIDTH, HEIGHT)):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.size = size
        read, write = os.pipe()
        # Without -noreset it starts anew when the last window is gone, and turns away whoever comes just then.
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size[0]}x{size[1]}x24", "-fbdir", str(folder), "-nolisten", "tcp", "-noreset"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        must(number, "Xvfb did not start")
        self.display = f":{number}"
        self.environment = dict(os.environ, DISPLAY=self.display)

    def pixels(self):
        data = (self.folder / "Xvfb_screen0").read_bytes()
        return data[len(data) - self.size[0] * self.size[1] * 4:]

    def look(self):
        return hashlib.sha256(self.pixels()).digest()

    def still(self, seconds=10):
        """Waits until nothing moves for a moment."""
        end = time.monotonic() + seconds
        before, since = self.look(), time.monotonic()
        while time.monotonic() < end:
            time.sleep(0.03)
            now = self.look()
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since > 0.25:
                return now
        raise Failed("the page does not come to rest")

    def tool(self, *arguments):
        done = subprocess.run(["xdotool", *map(str, arguments)], env=self.environment, capture_output=True, text=True, timeout=20)
        return done.stdout if done.returncode == 0 else ""

    def main_answer(self):
        """The middle of the largest area in the accent's colour below the header, or None."""
        pixels = self.pixels()
        best, open_areas = None, []
        for y in range(100, HEIGHT - 110, 4):
            row = pixels[y * WIDTH * 4:(y + 1) * WIDTH * 4]
            runs, x = [], 0
            while x < WIDTH:
                if row[x * 4:x * 4 + 3] == ACCENT_PIXEL:
                    begin = x
                    while x < WIDTH and row[x * 4:x * 4 + 3] == ACCENT_PIXEL:
                        x += 4
                    if x - begin >= 12:
                        runs.append((begin, x))
                else:
                    x += 4
            # Writing interrupts a button's colour: what begins and ends the row counts.
            wide = [(runs[0][0], runs[-1][1])] if runs and sum(b - a for a, b in runs) >= 80 else []
            for begin, end in wide:
                if open_areas and abs(open_areas[-1][0] - begin) < 24 and open_areas[-1][3] >= y - 12:
                    area = open_areas[-1]
                    area[1], area[3] = max(area[1], end), y
                else:
                    open_areas.append([begin, end, y, y])
        for begin, end, top, bottom in open_areas:
            if bottom - top >= 24:
                size = (end - begin) * (bottom - top)
                if best is None or size > best[0]:
                    best = (size, (begin + end) // 2, (top + bottom) // 2, begin, top)
        return best and best[1:]

    def photograph(self, path):
        subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=False, timeout=20)

    def close(self):
        self.server.terminate()
        self.server.wait()


class FakePrinter:
    """A network printer that answers about its state and keeps what it is sent; `finishes` off: it never says that it is done."""

    def __init__(self):
        self.jobs, self.finishes, self.busy = [], True, threading.Event()
        printer = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self):
                taken = b""
                while chunk := self.request.recv(65536):
                    # Questions come on their own or at a packet's end; pictures are longer.
                    if len(chunk) < 64:
                        rest = chunk
                        while rest:
                            if rest[:2] == b"\x10\x04" and len(rest) >= 3:
                                self.request.sendall(b"\x12")
                                rest = rest[3:]
                            elif rest[:2] == b"\x1dr" and len(rest) >= 3:
                                if printer.finishes:
                                    self.request.sendall(b"\x00")
                                rest = rest[3:]
                            else:
                                taken += rest[:1]
                                rest = rest[1:]
                    else:
                        taken += chunk
                        printer.busy.set()
                        if chunk.endswith(b"\x1dr\x01"):
                            taken = taken[:-3]
                            if printer.finishes:
                                self.request.sendall(b"\x00")
                if len(taken) > 1000:
                    printer.jobs.append(taken)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

        self.server = Server(("127.0.0.1", 0), Connection)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clinic_zone():
    """A zone where it is about noon now, so that nobody's visit falls on another date."""
    offset = datetime.datetime.now(datetime.timezone.utc).hour - 12
    return f"Etc/GMT{'+' if offset >= 0 else '-'}{abs(offset)}" if offset else "Etc/GMT"


class Clinic:
    """A folder with a desk, a kiosk and a day of invented people, all born on a day in January."""

    def __init__(self, screen, people=8):
        self.screen = screen
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="arrivals-outside-"))
        self.port = free_port()
        self.desk = self.kiosk = None
        # What the environment of the program "kiosk" or "desk" has besides.
        self.environment = {}
        self.outputs = 0
        self.desk_file = self.folder / "desk" / "desk.sqlite"
        self.kiosk_file = self.folder / "kiosk" / "kiosk.db"
        # Known here, so that its rows can be found; what is sealed in them stays so.
        self.key = os.urandom(32)
        self.key_file = self.folder / "kiosk.key"
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(self.key.hex() + "\n")
        self.tickets = self.folder / "tickets"
        (self.folder / "desk.toml").write_text(
            f'data = "{self.folder}/desk"\nlisten = "127.0.0.1:{self.port}"\n'
            f'[clinic]\nname = "Hill Road Clinic"\ntime_zone = "{clinic_zone()}"\n')
        self.token = self.tool("kiosk", "add", "lobby", "--letter", "B").strip()
        self.tool("user", "add", "ann", "--role", "desk", text=PASSWORD + "\n")
        self.visits = [f"v{n:02}" for n in range(1, people + 1)]
        self.write_day(self.folder / "day.csv")
        said = self.tool("import", str(self.folder / "day.csv"))
        must(said.strip().endswith(f"taken {people}, unchanged 0, refused 0"), f"the import says {said!r}")
        self.scanner, self.scanner_end = pty.openpty()
        tty.setraw(self.scanner)
        tty.setraw(self.scanner_end)
        self.configure()

    def write_day(self, path):
        start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=15)
        columns = ("appointment_id,start,minutes,status,service,practitioner,place,patient_id,given_name,family_name,birth_date,"
                   "phone,email,address,city,state,postal_code,language,payer,member_id,group_id,coverage_end")
        lines = [columns]
        names = ["Ada", "Bram", "Cleo", "Dora", "Emil", "Fern", "Gus", "Hope", "Iris", "Jory", "Kit", "Lena"]
        for n, visit in enumerate(self.visits, 1):
            lines.append(f'{visit},{start:%Y-%m-%dT%H:%M:00+00:00},20,booked,Family medicine,Dr. Ida Marlow,"Main building, room {n}",p{n:02},'
                         f"{names[(n - 1) % len(names)]},Sample,1960-01-{n:02},555-0101,,1 Orchard Lane,Millbrook,Massachusetts,01099,en,"
                         "Harborview Health Plan,W1,G1,2099-01-01")
        path.write_text("\n".join(lines) + "\n")

    def configure(self, **changes):
        settings = dict(kiosk="lobby", letter="B", desk=f"http://127.0.0.1:{self.port}", token=self.token, data=str(self.kiosk_file),
                        key_file=str(self.key_file),
                        printer=f"folder:{self.tickets}", scanner=f"serial:{os.ttyname(self.scanner_end)}?baud=9600")
        settings.update(changes)
        config = self.folder / "kiosk.toml"
        config.touch(mode=0o600)
        config.write_text(
            "".join(f'{key} = "{value}"\n' for key, value in settings.items()) + f'fullscreen = false\n[look]\naccent = "{ACCENT}"\n')

    def tool(self, *arguments, text=None):
        done = subprocess.run([PROGRAMS / "arrivals-desk", *arguments, "--config", self.folder / "desk.toml"],
                              input=text, capture_output=True, text=True, timeout=60)
        must(done.returncode == 0, f"arrivals-desk {' '.join(arguments[:2])} ends with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def start(self, name, *arguments):
        self.outputs += 1
        output = open(self.folder / f"{self.outputs:02}-{name}.log", "wb")
        return subprocess.Popen([PROGRAMS / f"arrivals-{name}", *map(str, arguments)], stdout=output, stderr=output,
                                env=dict(self.screen.environment, ARRIVALS_LOG="info", RUST_BACKTRACE="0", **self.environment.get(name, {})))

    def logs(self, name="*"):
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob(f"??-{name}.log")))

    def start_desk(self):
        self.desk = self.start("desk", "serve", "--config", self.folder / "desk.toml")
        until("the desk's healthz", self.desk_answers)

    def desk_answers(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill_desk(self):
        self.desk.send_signal(signal.SIGKILL)
        self.desk.wait()
        self.desk = None

    def start_kiosk(self, wait_for_list=True):
        self.kiosk = self.start("kiosk", "run", "--config", self.folder / "kiosk.toml")
        until("the kiosk's window", lambda: self.screen.tool("search", "--onlyvisible", "--name", "."), every=0.1)
        self.focus()
        if wait_for_list:
            until("the kiosk's list", lambda: self.kiosk_rows("SELECT count(*) FROM appointment") == [(len(self.visits),)])
        until("the welcome page", self.screen.main_answer, every=0.1)
        self.screen.still()

    def focus(self):
        for window in self.screen.tool("search", "--onlyvisible", "--name", ".").split():
            self.screen.tool("windowfocus", window)

    def kill_kiosk(self):
        self.kiosk.send_signal(signal.SIGKILL)
        self.kiosk.wait()
        self.kiosk = None

    def close(self, keep=False):
        for program in (self.kiosk, self.desk):
            if program:
                program.kill()
                program.wait()
        os.close(self.scanner)
        os.close(self.scanner_end)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    # What both know.

    def rows(self, file, query, *values):
        try:
            connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=2)
        except sqlite3.OperationalError:
            return []
        try:
            return connection.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            connection.close()

    def kiosk_rows(self, query, *values):
        return self.rows(self.kiosk_file, query, *values)

    def desk_rows(self, query, *values):
        return self.rows(self.desk_file, query, *values)

    def kiosk_ticket(self, visit):
        # docs/sealing.md, "How rows are named".
        rows_key = hashlib.blake2s(b"arrivals kiosk: rows", key=self.key).digest()
        row = hashlib.blake2s(f"ticket {visit}".encode(), key=rows_key).digest()
        rows = self.kiosk_rows("SELECT number FROM ticket WHERE row = ?", row)
        return rows[0][0] if rows else None

    def desk_ticket(self, visit):
        rows = self.desk_rows("SELECT ticket_number FROM visit WHERE appointment_id = ? AND state = 'arrived'", visit)
        return rows[0][0] if rows else None

    def reasons(self, visit):
        return {row[0] for row in self.desk_rows("SELECT reason FROM reason WHERE appointment_id = ?", visit)}

    def in_step(self):
        """The desk holds every event of the kiosk, each once, none left out."""
        last = self.kiosk_rows("SELECT max(seq) FROM (SELECT seq FROM event UNION ALL"
                               " SELECT CAST(value AS INTEGER) FROM fact WHERE name = 'acknowledged_seq')")
        held = [row[0] for row in self.desk_rows("SELECT seq FROM kiosk_event WHERE kiosk = 'lobby' ORDER BY seq")]
        return bool(last and last[0][0]) and held == list(range(1, last[0][0] + 1))

    def each_once(self, visits):
        """Every one of these visits is at the desk exactly once, with the kiosk's number, and no number is there twice."""
        until("kiosk and desk in step", self.in_step, 45, 0.1)
        rows = self.desk_rows("SELECT appointment_id, number FROM ticket ORDER BY appointment_id")
        must([row[0] for row in rows] == sorted(visits), f"the desk has check-ins of {[row[0] for row in rows]}, not of {sorted(visits)}")
        must(len({row[1] for row in rows}) == len(rows), f"a number is there twice: {rows}")
        for visit, number in rows:
            must(number == self.kiosk_ticket(visit), f"{visit} is {number} at the desk and {self.kiosk_ticket(visit)} at the kiosk")
            must(self.desk_ticket(visit) == number, f"{visit} does not wait with {number} at the desk")

    # Somebody at the kiosk.

    def scan(self, code):
        before = self.screen.look()
        os.write(self.scanner, code.encode() + b"\r")
        until(f"an answer to the code {code}", lambda: self.screen.look() != before)
        self.screen.still()

    def touch_main(self, wait=True):
        place = until("a main answer on the page", self.screen.main_answer, every=0.1)
        before = self.screen.look()
        touch = ["xdotool", "mousemove", str(place[0]), str(place[1]), "click", "1"]
        hand = subprocess.Popen(touch, env=self.screen.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if wait:
            hand.wait()
            until("an answer to a touch", lambda: self.screen.look() != before)
            self.screen.still()

    def identify(self, visit):
        """Scans a visit's code and types the day: up to "Is this you?"."""
        self.scan(f"ARR:A:{visit}")
        before = self.screen.still()
        # January has the focus when the page comes. A key that moves the focus shows it; only then does Enter select.
        for keys in (["Tab", "shift+Tab"], ["Tab"], ["Tab"], ["Tab"]):
            self.screen.tool("key", *keys)
            before = self.screen.still()
            self.screen.tool("key", "Return")
            if self.screen.still() != before:
                break
        day = f"{int(visit[1:]):02}"
        self.screen.tool("key", day[0])
        self.screen.tool("key", day[1])
        self.screen.still()
        self.touch_main()

    def check_in(self, visit, touches=6, finish=True):
        """The whole way; the last touch is the choice of how to be called, after which the kiosk saves."""
        self.identify(visit)
        for number in range(1, touches):
            self.touch_main(wait=number < touches - 1)
        if finish:
            until(f"a number for {visit}", lambda: self.kiosk_ticket(visit))

    def leave(self):
        """Touches "Finish" on the last page."""
        self.screen.still()
        self.touch_main()

    # The desk's page.

    def page(self):
        jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(strict_ns_domain=0))
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        address = f"http://127.0.0.1:{self.port}"
        form = browser.open(f"{address}/sign-in", timeout=10).read().decode()
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', form)[1]
        sent = urllib.parse.urlencode({"csrf": csrf, "name": "ann", "password": PASSWORD}).encode()
        request = urllib.request.Request(f"{address}/sign-in", sent, {"Origin": address})
        return browser.open(request, timeout=10).read().decode()
