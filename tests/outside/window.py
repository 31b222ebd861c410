#!/usr/bin/env python3
"""The real window, as it is after a start: `demo` and `run` on displays of five sizes.

    tests/outside/window.py [FOLDER [WIDTHxHEIGHT...]]

The first page after the start, the page after a language was chosen, the page after a touch and the pages after the window
had another size are photographed and compared with the headless pictures of the same pages (`demo --headless --play
first-page`), which the page tests look at. They are drawn by the same renderer, so they are equal. Then a key is held down,
and the demo is asked to end and leaves nothing behind. Pictures go to FOLDER (a temporary one if none is given).

`run` talks to a desk that is the demo's, with another kiosk's token, so that both show the same clinic.
"""

import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time
import tty

from kiosk_and_desk import PROGRAMS, Failed, Screen, free_port, must, until

SIZES = [(1280, 800), (800, 480), (800, 1280), (1366, 768), (1920, 1080)]
# Two pictures are of one page if no more than one pixel in ten thousand differs by more than this many of 255.
NEAR = 8
SHARE = 0.0001

failures = checks = 0


def check(name, act):
    global failures, checks
    checks += 1
    try:
        act()
        print(f"ok    {name}", flush=True)
    except (Failed, subprocess.SubprocessError, OSError) as error:
        failures += 1
        print(f"FAIL  {name}: {error}", flush=True)


def rgb(path):
    done = subprocess.run(["convert", str(path), "-depth", "8", "-alpha", "off", "-format", "%w %h\n", "-write", "info:-", "rgb:-"],
                          capture_output=True, check=True, timeout=60)
    head, pixels = done.stdout.split(b"\n", 1)
    width, height = map(int, head.split())
    return (width, height), pixels


def same(picture, reference, rows=0):
    size, pixels = rgb(picture)
    other_size, others = rgb(reference)
    must(size == other_size, f"{picture.name} is {size}, {reference} is {other_size}")
    if pixels == others:
        return
    differ = sum(1 for at in range(0, len(pixels), 3) if any(abs(pixels[at + c] - others[at + c]) > NEAR for c in range(3)))
    must(differ <= SHARE * size[0] * size[1] + rows * size[0], f"{picture} and {reference} differ in {differ} of {size[0] * size[1]} pixels")


class References:
    """The headless pictures, and where the finger was on them."""

    def __init__(self, folder):
        self.folder, self.made = folder, {}

    def of(self, size, scale):
        key = (size, round(scale, 4))
        if key not in self.made:
            out = self.folder / f"headless-{size[0]}x{size[1]}-{scale:.4f}"
            environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
            done = subprocess.run([PROGRAMS / "arrivals-kiosk", "demo", "--headless", "--out", out, "--size", f"{size[0]}x{size[1]}",
                                   "--scale", repr(scale), "--play", "first-page"],
                                  env=environment, capture_output=True, text=True, timeout=120)
            must(done.returncode == 0, f"the headless demo ends with {done.returncode}: {done.stdout}{done.stderr}")
            steps = json.loads((out / "transcript.json").read_text())["plays"][0]["steps"]
            self.made[key] = [(out / step["picture"], step.get("touched")) for step in steps]
        return self.made[key]


class Window:
    """A program's window on a display."""

    def __init__(self, screen, program, log, arguments, title="Check-in"):
        self.screen = screen
        self.log = log
        output = open(log, "wb")
        self.program = subprocess.Popen([PROGRAMS / "arrivals-kiosk", *map(str, arguments)], stdout=output, stderr=output,
                                        env=dict(screen.environment, RUST_BACKTRACE="0"))
        self.id = until("the window", lambda: self.alive() and screen.tool("search", "--onlyvisible", "--name", f"^{title}$").strip(), 30, 0.1)

    def alive(self):
        must(self.program.poll() is None, f"the program has ended with {self.program.poll()}: {self.said()[-400:]}")
        return True

    def said(self):
        return self.log.read_text(errors="replace")

    def geometry(self):
        told = dict(line.split("=") for line in self.screen.tool("getwindowgeometry", "--shell", self.id).split() if "=" in line)
        return tuple(int(told[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def photograph(self, path):
        """The window at rest."""
        self.alive()
        self.screen.still()
        subprocess.run(["import", "-window", self.id, str(path)], env=self.screen.environment, check=True, timeout=30)
        return path

    def looks_like(self, path, reference, rows=0, seconds=10):
        """Waits for it: a list from the desk may still be on its way."""
        end = time.monotonic() + seconds
        while True:
            try:
                return same(self.photograph(path), reference, rows)
            except Failed:
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)

    def touch(self, at):
        left, top, _, _ = self.geometry()
        self.screen.tool("mousemove", left + round(at[0]), top + round(at[1]), "click", 1)
        # Out of the way again, so that nothing is under it on the next page.
        self.screen.tool("mousemove", left, top)

    def resize(self, size):
        self.screen.tool("windowsize", self.id, *size)
        until(f"a window of {size}", lambda: self.geometry()[2:] == size, every=0.1)

    def focus(self):
        self.screen.tool("windowfocus", self.id)

    def ends(self, request=signal.SIGTERM):
        self.program.send_signal(request)
        try:
            return self.program.wait(10)
        except subprocess.TimeoutExpired:
            self.program.kill()
            raise Failed("it does not end within ten seconds") from None

    def kill(self):
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()


def walk(name, window, references, scale, out):
    """The pages of the play "first-page", on the real window."""
    size = window.geometry()[2:]
    pages = references.of(size, scale)
    # Drawn smaller than it is, an edge may be a row of pixels higher or lower, depending on what was drawn before.
    rows = 0 if scale == 1.0 else 2
    words = ["the first page after the start", "in Spanish", "in Arabic", "in English again"]
    for at, what in enumerate(words):
        check(f"{name}: {what}", lambda at=at: window.looks_like(out / f"{name}-{at + 1}.png", pages[at][0], rows))
        window.touch(pages[at][1])
    check(f"{name}: the page behind it", lambda: window.looks_like(out / f"{name}-5.png", pages[4][0], rows))


def resizes(name, window, references, scale, out):
    """Another size and back: each page as if it had had that size from the start."""
    size = window.geometry()[2:]
    others = [other for other in SIZES if other != size and other[0] <= size[0] and other[1] <= size[1]]
    for number, other in enumerate([*others, size], 1):
        def looks(other=other, number=number):
            # A page that is far too narrow for it is what every window passes through.
            window.resize((480, 640) if number % 2 else (320, 240))
            window.screen.still()
            window.resize(other)
            window.looks_like(out / f"{name}-resized-{number}.png", references.of(other, scale)[4][0])
        check(f"{name}: {other[0]}x{other[1]} after the window had another size", looks)


def folders():
    return {path.name for path in pathlib.Path(tempfile.gettempdir()).glob("arrivals-demo-*")}


def demo(size, screen, references, out):
    name = f"demo-{size[0]}x{size[1]}"
    before = folders()
    port = free_port()
    window = Window(screen, "demo", out / f"{name}.log", ["demo", "--port", port])
    try:
        # The windows find their places once the system has made them.
        until("both windows", lambda: screen.tool("search", "--onlyvisible", "--name", "developer panel"), 30, 0.1)
        screen.still()
        left, top, width, height = window.geometry()
        scale = width / 1280

        def panels():
            return until("the panel", lambda: screen.tool("search", "--onlyvisible", "--name", "developer panel").split(), every=0.1)

        def fits():
            must(left >= 0 and top >= 0 and left + width <= size[0] and top + height <= size[1],
                 f"the kiosk is cut: {(left, top, width, height)} on {size}")
            panel = panels()
            told = dict(line.split("=") for line in screen.tool("getwindowgeometry", "--shell", panel[0]).split() if "=" in line)
            x, y, w, h = (int(told[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
            must(x >= 0 and y >= 0 and x + w <= size[0] and y + h <= size[1], f"the panel is cut: {(x, y, w, h)} on {size}")
            must(size[0] < 1100 or x >= left + width, f"the panel covers the kiosk: {x} < {left + width}")
            screen.photograph(out / f"{name}-all.png")

        check(f"{name}: kiosk and panel are on the screen whole", fits)
        # On the smallest displays the panel lies over the kiosk's right edge; it is moved away to look.
        if size[0] < 1100:
            screen.tool("windowunmap", panels()[0])
        scale = next((exact for exact in candidates(size) if (int(1280 * exact), int(800 * exact)) == (width, height)), scale)
        walk(name, window, references, scale, out)
        check(f"{name}: asked to end, it ends well", lambda: must(window.ends() == 0, f"it ends with {window.program.returncode}: {window.said()}"))
        check(f"{name}: it leaves no folder behind", lambda: must(folders() == before, f"left behind: {folders() - before}"))
    finally:
        window.kill()


def candidates(size):
    """The factors by which the demo shrinks its page: so that the panel fits beside it."""
    width, height = size
    return [1.0, 0.5, (width - 420) / 1280, (height - 72) / 800]


def held_key(name, window, references, scale, out):
    """A select key that is held for 2.5 seconds on the welcome page, with the server's own repetition."""
    size = window.geometry()[2:]
    pages = references.of(size, scale)

    def holds():
        # From the find page back to the welcome page, and the focus on "Check in".
        window.focus()
        window.screen.tool("key", "Escape")
        window.looks_like(out / f"{name}-back.png", pages[3][0])
        time.sleep(0.6)
        window.screen.tool("keydown", "Return")
        time.sleep(2.5)
        window.screen.tool("keyup", "Return")
        window.looks_like(out / f"{name}-held.png", pages[4][0])

    check(f"{name}: a select key held for 2.5 seconds goes one page on", holds)


def run(size, screen, references, out, desk):
    name = f"run-{size[0]}x{size[1]}"
    folder = out / name
    folder.mkdir()
    scanner, end = pty.openpty()
    tty.setraw(scanner)
    tty.setraw(end)
    kiosk = f"window-{size[0]}x{size[1]}"
    done = subprocess.run([PROGRAMS / "arrivals-desk", "kiosk", "add", kiosk, "--letter", "EFGHI"[SIZES.index(size)], "--data", desk["data"]],
                          capture_output=True, text=True, timeout=30)
    must(done.returncode == 0, f"the desk does not add the kiosk: {done.stderr}")
    config = folder / "kiosk.toml"
    config.touch(mode=0o600)
    config.write_text(f'kiosk = "{kiosk}"\nletter = "{"EFGHI"[SIZES.index(size)]}"\ndesk = "{desk["url"]}"\ntoken = "{done.stdout.split()[-1]}"\n'
                      f'data = "{folder}/kiosk.db"\nprinter = "folder:{folder}/tickets"\nscanner = "serial:{os.ttyname(end)}?baud=9600"\n'
                      'fullscreen = true\n')
    window = Window(screen, "run", out / f"{name}.log", ["run", "--config", config])
    try:
        if window.geometry()[2:] != size:
            # Without a window manager nobody answers the wish for the whole screen.
            window.resize(size)
        walk(name, window, references, 1.0, out)
        resizes(name, window, references, 1.0, out)
        held_key(name, window, references, 1.0, out)
        check(f"{name}: asked to end, it ends well", lambda: must(window.ends() == 0, f"it ends with {window.program.returncode}: {window.said()}"))
    finally:
        window.kill()
        os.close(scanner)
        os.close(end)


def main():
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="arrivals-window-"))
    out.mkdir(parents=True, exist_ok=True)
    out = out.resolve()
    wanted = [size for size in SIZES if len(sys.argv) < 3 or f"{size[0]}x{size[1]}" in sys.argv[2:]]
    references = References(out)
    # A desk with the demo's clinic, for the kiosks that are run.
    first = Screen(out / "screen-desk", (1920, 1080))
    port = free_port()
    data = out / "demo"
    host = Window(first, "demo", out / "desk.log", ["demo", "--data", data, "--port", port])
    try:
        desk = {"url": f"http://127.0.0.1:{port}", "data": data / "desk"}
        for size in wanted:
            screen = Screen(out / f"screen-{size[0]}x{size[1]}", size)
            try:
                for act in (lambda: demo(size, screen, references, out), lambda: run(size, screen, references, out, desk)):
                    try:
                        act()
                    except (Failed, subprocess.SubprocessError, OSError) as error:
                        check(f"{size[0]}x{size[1]}", lambda error=error: must(False, str(error)))
            finally:
                screen.close()
    finally:
        host.kill()
        first.close()
    print(f"window.py: {checks} checks, {failures} failed; pictures are in {out}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
