#!/usr/bin/env python3
"""The board's part of `benches/crowd.rs`, told to FQM (github.com/mrf345/FQM): who waits is called, and displays show it.

    python3 tests/load/fqm.py ADDRESS PORT PID [--displays 50] [--tickets 100] [--seconds 60] [--password admin]

Talks to an FQM that runs already, as its own documentation says how, on a new database and with its default user; PID is its process,
for memory and processor time. It adds one office and one task, issues tickets at the touch screen's address, and calls one after the other
as a signed-in user does. Meanwhile so many displays ask for what FQM's own display page asks for, as often as that does by default: the
feed and the page itself every two seconds, the repeated announcement every second. Printed is the time from the call until each display
has the ticket. Needs Python alone. Not in CI: it is for comparing on one machine, see docs/benchmarks.md.
"""

import argparse
import asyncio
import json
import os
import random
import re
import time
import urllib.parse


class Client:
    """One connection that is kept if the server keeps it, with its cookies."""

    def __init__(self, host, port):
        self.host, self.port, self.cookies, self.stream = host, port, {}, None

    async def ask(self, path, form=None):
        for fresh in (self.stream is None, True):
            try:
                if fresh:
                    self.stream = await asyncio.open_connection(self.host, self.port)
                return await self.once(path, form)
            except (OSError, asyncio.IncompleteReadError):
                self.close()
                if fresh:
                    raise

    async def once(self, path, form):
        reader, writer = self.stream
        body = urllib.parse.urlencode(form).encode() if form is not None else b""
        lines = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        lines.append(f"Content-Length: {len(body)}")
        if form is not None:
            lines.append("Content-Type: application/x-www-form-urlencoded")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, headers = int(head.split()[1]), head.lower()
        for cookie in re.findall(r"(?im)^set-cookie: ([^=]+)=([^;\r]*)", head):
            self.cookies[cookie[0]] = cookie[1]
        length = re.search(r"\ncontent-length: (\d+)", headers)
        if length:
            content = await reader.readexactly(int(length[1]))
        elif "transfer-encoding: chunked" in headers:
            content = b""
            while size := int((await reader.readline()).strip() or b"0", 16):
                content += await reader.readexactly(size)
                await reader.readexactly(2)
            await reader.readline()
        else:
            content = await reader.read()
            self.close()
        if "connection: close" in headers:
            self.close()
        return status, content.decode("utf-8", "replace")

    def close(self):
        if self.stream:
            self.stream[1].close()
        self.stream = None

    async def fill(self, path, **fields):
        """Opens a form's page, for its token, and sends the form."""
        _, page = await self.ask(path)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', page) or re.search(r"name=csrf_token[^>]*value=([^ >]*)", page)
        status, answer = await self.ask(path, {"csrf_token": token[1] if token else "", "submit": "1", **fields})
        assert status in (301, 302, 303), f"{path} was answered with {status}"
        return answer


async def display(host, port, office, seen, errors):
    """What one display page asks for. `seen` holds when this display had which ticket."""
    browser = Client(host, port)
    # Without a language in its session a display is answered with an error.
    await browser.ask("/language_switch/en")

    async def every(seconds, path, read):
        await asyncio.sleep(seconds * random.random())
        own = Client(host, port)
        own.cookies = browser.cookies
        while True:
            began = time.monotonic()
            try:
                status, answer = await own.ask(path)
                if status == 200:
                    read(answer)
                else:
                    errors.append(f"{path}: {status}")
            except (OSError, asyncio.IncompleteReadError) as error:
                errors.append(f"{path}: {type(error).__name__}")
            await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))

    def feed(answer):
        seen.setdefault(json.loads(answer)["cot"], time.monotonic())

    await asyncio.gather(
        every(2, f"/feed/{office}", feed),
        every(2, f"/display/{office}", lambda answer: None),
        every(1, f"/repeat_announcement/{office}", lambda answer: None),
    )


def used(pid):
    with open(f"/proc/{pid}/stat") as stat, open(f"/proc/{pid}/status") as status:
        numbers = stat.read().rsplit(")", 1)[1].split()
        seconds = (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
        return seconds, int(re.search(r"VmHWM:\s*(\d+)", status.read())[1]) / 1024


async def main():
    words = argparse.ArgumentParser()
    words.add_argument("address")
    words.add_argument("port", type=int)
    words.add_argument("pid", type=int)
    words.add_argument("--displays", type=int, default=50)
    words.add_argument("--tickets", type=int, default=100)
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--password", default="admin")
    told = words.parse_args()
    staff = Client(told.address, told.port)
    await staff.fill("/", name="Admin", password=told.password)
    await staff.fill("/office_a", name="Laboratory", prefix="A")
    await staff.fill("/common_task_a", name="Blood samples", check1="y")
    office, task = 1, 1
    patient = Client(told.address, told.port)
    for n in range(told.tickets):
        await patient.fill(f"/serial/{task}/{office}", name=f"Ticket{n + 1:04}")
    shown = [{} for _ in range(told.displays)]
    errors, calls, missing = [], {}, 0
    displays = [asyncio.create_task(display(told.address, told.port, office, seen, errors)) for seen in shown]
    await asyncio.sleep(5)
    before = used(told.pid)[0]
    answered = []
    for n in range(told.tickets):
        due = time.monotonic() + told.seconds / told.tickets
        calls[f"Ticket{n + 1:04}"] = began = time.monotonic()
        status, _ = await staff.ask(f"/pull/{task}/{office}")
        assert status in (301, 302, 303), f"the call was answered with {status}"
        answered.append(time.monotonic() - began)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    seconds, memory = used(told.pid)
    await asyncio.sleep(5)
    for one in displays:
        one.cancel()
    times = []
    for seen in shown:
        for ticket, began in calls.items():
            at = [at for text, at in seen.items() if ticket in text]
            missing += not at
            times += [at[0] - began] if at else []
    times.sort()
    at = lambda part: 1000 * times[round(part * (len(times) - 1))] if times else float("nan")
    print(f"{told.displays} displays, {told.tickets} calls in {told.seconds:.0f} s")
    print(f"call sent to display has it: half {at(0.5):.0f} ms, 95 % {at(0.95):.0f}, 99 % {at(0.99):.0f}, all {at(1):.0f}; {len(times)} seen, {missing} never")
    print(f"a call was answered in {1000 * sum(answered) / len(answered):.0f} ms (mean); FQM: {seconds - before:.1f} s of processor time, {memory:.1f} MiB at its largest; {len(errors)} errors")
    for error in sorted(set(errors)):
        print(f"wrong: {error}")


asyncio.run(main())
