#!/usr/bin/env python3
"""The commands of the README's "Run a desk and a kiosk", run as they stand in a folder that looks like a clone.

    tests/outside/readme.py [FOLDER WITH THE PROGRAMS]

Nothing is changed in a command: what the README leaves out is missing here, too. `cargo build` is left out, since the programs are there; the
kiosk's window is opened only where there is a display. Without the kiosk's program its commands are skipped.
"""
import html.parser
import http.cookiejar
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECTION = "## Run a desk and a kiosk"
PASSWORD = "correct horse"
FAILED = []


def check(what, holds, why=""):
    print(f"ok    {what}" if holds else f"FAIL  {what}: {why}")
    if not holds:
        FAILED.append(what)
    return holds


def commands(text):
    """Every command of the section's code blocks; one with a text of its own (<<EOF) is one command."""
    section = text.split(SECTION, 1)[1].split("\n## ", 1)[0]
    found = []
    for block in re.findall(r"^```\n(.*?)^```", section, re.M | re.S):
        lines = iter(block.splitlines())
        for line in lines:
            if "<<EOF" in line:
                for more in lines:
                    line += "\n" + more
                    if more == "EOF":
                        break
            if line.strip():
                found.append(line)
    return found


def is_busy(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Token(html.parser.HTMLParser):
    value = ""

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if attributes.get("name") == "csrf":
            self.value = attributes["value"]


def sign_in(address):
    """The list, as the user of the README sees it after signing in."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form = Token()
    form.feed(browser.open(address + "sign-in", timeout=20).read().decode())
    fields = urllib.parse.urlencode({"csrf": form.value, "name": "ana", "password": PASSWORD}).encode()
    return browser.open(address + "sign-in", fields, timeout=20).read().decode()


def wait_for(address, program):
    for _ in range(200):
        if program.poll() is not None:
            return False
        try:
            urllib.request.urlopen(address + "healthz", timeout=2).read()
            return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def main():
    programs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ARRIVALS_BIN", ROOT / "target/release")).resolve()
    found = commands((ROOT / "README.md").read_text())
    check("the README has commands", len(found) >= 7, found)
    has_kiosk = (programs / "arrivals-kiosk").exists()
    port = 8080
    if is_busy(port):
        print(f"skip  all commands: something listens on port {port} already")
        return
    serving = None
    with tempfile.TemporaryDirectory() as folder:
        clone = pathlib.Path(folder)
        for name in os.listdir(ROOT):
            if name not in ("target", ".git"):
                (clone / name).symlink_to(ROOT / name)
        (clone / "target").mkdir()
        (clone / "target/release").symlink_to(programs)
        try:
            for command in found:
                name = command.split("\n")[0].split("  #")[0].strip()
                if command.startswith("cargo "):
                    continue
                if "arrivals-kiosk" in command and not has_kiosk:
                    print(f"skip  {name}: there is no arrivals-kiosk in {programs}")
                    continue
                if "arrivals-kiosk run" in command and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
                    print(f"skip  {name}: there is no display")
                    continue
                if " serve " in command or "arrivals-kiosk run" in command:
                    log = open(clone / "serve.log", "w+")
                    program = subprocess.Popen(["bash", "-c", "exec " + command], cwd=clone, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                    if " serve " in command:
                        serving = program
                        address = f"http://127.0.0.1:{port}/"
                        check(name, wait_for(address, program), (clone / "serve.log").read_text())
                        for _ in range(100):
                            said = (clone / "serve.log").read_text()
                            if "in a browser" in said:
                                break
                            time.sleep(0.1)
                        check("it says where to look, and that is there", f"Open {address} in a browser" in said and "No users yet" not in said, said)
                        rows = sign_in(address).count("data-find=")
                        check("the user who signs in sees a day of today", rows > 200, f"{rows} rows")
                    else:
                        time.sleep(5)
                        check(name, program.poll() is None, f"ended with {program.returncode}")
                        program.terminate()
                        program.wait(timeout=20)
                    continue
                done = subprocess.run(["bash", "-c", command], cwd=clone, input=PASSWORD + "\n", capture_output=True, text=True, timeout=120)
                check(name, done.returncode == 0, f"{done.returncode}: {done.stdout} {done.stderr}")
                if "self-test" in command:
                    check("the self-test printed a ticket", any((clone / "tickets").glob("*.png")), done.stdout)
        finally:
            if serving:
                serving.terminate()
                serving.wait(timeout=20)
    print(f"{len(FAILED)} failed")
    sys.exit(1 if FAILED else 0)


main()
