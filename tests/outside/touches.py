#!/usr/bin/env python3
"""Touches and modelled seconds of each play, from a headless demo's transcript.json, as a table.

    arrivals-kiosk demo --headless --out out && python3 tests/outside/touches.py out/transcript.json

The model is stated in docs/touches.md. Exit status 1 if the file cannot be used.
"""
import json
import sys

PAGE_SECONDS = 4.0
TOUCH_SECONDS = 1.2
DEVICE_PAGES = {"saving", "printing"}


def rows(plays):
    for play in plays:
        pages = []
        for step in play["steps"]:
            if step["page"] not in DEVICE_PAGES and (not pages or pages[-1] != step["page"]):
                pages.append(step["page"])
        touches = play["touches"]
        yield play["name"], len(pages), touches, round(PAGE_SECONDS * len(pages) + TOUCH_SECONDS * touches)


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if len(sys.argv) == 2 else 1
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            plays = json.load(file)["plays"]
        table = list(rows(plays))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{sys.argv[1]} is no transcript of a headless demo: {error}", file=sys.stderr)
        return 1
    print("| play | pages | touches | seconds |\n|---|---|---|---|")
    for name, pages, touches, seconds in table:
        print(f"| {name} | {pages} | {touches} | {seconds} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
