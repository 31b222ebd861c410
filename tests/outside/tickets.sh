#!/bin/bash
# Reads what the headless demo left behind with programs that we did not write.
#
#   arrivals-kiosk demo --headless --out OUT; tests/outside/tickets.sh OUT
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/say.sh"
[ $# = 1 ] || { echo "usage: tickets.sh OUT (the folder of a headless demo)" >&2; exit 1; }
out=$1
reader=${ESCPOS_READER:-$here/../../target/outside/escpos-reader}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

need zbarimg qpdf pdftotext pdftoppm convert compare python3

# The form that docs promise; prints one line for each ticket: play, number, png, pdf, escpos.
# Problems go to "problems", one a line, and do not keep the other plays from being looked at.
python3 - "$out" >"$scratch/tickets" 2>"$scratch/problems" <<'PY'
import json, os, re, sys
out = sys.argv[1]

class Wrong(Exception):
    pass

def must(holds, what):
    if not holds:
        raise Wrong(what)

def has(path):
    must(not os.path.isabs(path) and ".." not in path.split("/"), f"{path} does not stay in the folder")
    must(os.path.isfile(os.path.join(out, path)), f"{path} is not there")
    must(os.path.getsize(os.path.join(out, path)) > 0, f"{path} is empty")

def look_at(play):
    must(isinstance(play["name"], str) and play["name"], "a name is a text")
    must(isinstance(play["passed"], bool), "passed is true or false")
    must(re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", play["language"]), f"language {play['language']!r}")
    must(play["ticket"] is None or re.fullmatch(r"[A-CE-Z][1-9][0-9]*", play["ticket"]), f"ticket {play['ticket']!r}")
    must(play["print"] in ("printed", "failed", "unknown", "none"), f"print {play['print']!r}")
    must(play["steps"], "no steps")
    for step in play["steps"]:
        must(isinstance(step["page"], str) and step["page"], "a step without a page")
        has(step["picture"])
        with open(os.path.join(out, step["picture"]), "rb") as picture:
            must(picture.read(8) == b"\x89PNG\r\n\x1a\n", f'{step["picture"]} is no PNG')
    files = play["files"]
    must(set(files) == {"png", "pdf", "escpos"}, f"files {sorted(files)}")
    must(len({file is None for file in files.values()}) == 1, "some of the ticket's files are missing")
    desk = play["desk"]
    must(isinstance(desk["state"], str) and isinstance(desk["reasons"], list), "what the desk held")
    if files["png"]:
        must(play["ticket"], "paper without a number")
        for file in files.values():
            has(file)
        print(play["name"], play["ticket"], files["png"], files["pdf"], files["escpos"])
    must(play["passed"], f'did not hold: {play.get("failed_because")}')
    must((files["png"] is not None) == (play["print"] == "printed"), "printed without a picture, or the reverse")

def problem(what):
    print(what, file=sys.stderr)

try:
    with open(os.path.join(out, "transcript.json"), encoding="utf-8") as file:
        plays = json.load(file)["plays"]
    must(len(plays) >= 7, "fewer than seven plays")
    must(len({play["name"] for play in plays}) == len(plays), "two plays have one name")
    must({"en", "ar"} <= {play["language"] for play in plays}, "English or Arabic is missing")
except (OSError, ValueError, KeyError, TypeError, Wrong) as error:
    problem(f"the transcript: {error}")
    plays = []
for play in plays:
    try:
        look_at(play)
    except (KeyError, TypeError, Wrong) as error:
        problem(f"{play.get('name')}: {error}")
PY
if [ ! -s "$scratch/problems" ]; then
    ok "transcript.json has the promised form, every play held, every file is there"
else
    while read -r problem; do fail "transcript.json" "$problem"; done <"$scratch/problems"
fi
[ -s "$scratch/tickets" ] || fail "tickets" "there is none to read"

while read -r play number png pdf escpos; do
    date=$(date +%F)
    code=$(zbarimg -q --raw -Sdisable -Sqrcode.enable "$out/$png" 2>/dev/null)
    if [[ $code =~ ^ARR:T:[0-9]{4}-[0-9]{2}-[0-9]{2}:$number$ ]]; then
        ok "$play: the picture's code is the ticket's ($code)"
    else
        fail "$play: the picture's code" "expected ARR:T:DATE:$number, such as ARR:T:$date:$number; found ${code:-nothing}"
    fi

    if qpdf --check "$out/$pdf" >"$scratch/why" 2>&1; then ok "$play: qpdf has nothing to say about the PDF"
    else fail "$play: qpdf --check" "$(tail -1 "$scratch/why")"; fi
    if pdftotext -layout "$out/$pdf" - 2>/dev/null | grep -qw -- "$number"; then ok "$play: the PDF's text has the number $number"
    else fail "$play: the PDF's text" "$number is not in it"; fi
    pdftoppm -r 203 -png -singlefile "$out/$pdf" "$scratch/page" 2>/dev/null
    printed=$(zbarimg -q --raw -Sdisable -Sqrcode.enable "$scratch/page.png" 2>/dev/null)
    if [ -n "$code" ] && [ "$printed" = "$code" ]; then ok "$play: the PDF's code, drawn at 203 dpi, is the same"
    else fail "$play: the PDF's code" "expected $code, found ${printed:-nothing}"; fi

    if [ ! -x "$reader" ]; then
        skip "$play: the printer's bytes" "no reader at $reader; tests/outside/install.sh builds it"
    elif ! RUST_BACKTRACE=0 "$reader" <"$out/$escpos" >"$scratch/bytes.pbm" 2>"$scratch/why"; then
        fail "$play: the printer's bytes" "$(tail -1 "$scratch/why")"
    else
        # Sizes count too: compare tells them apart by refusing.
        differing=$(compare -metric AE "$out/$png" "$scratch/bytes.pbm" null: 2>&1)
        if [ "$differing" = 0 ] && [ "$(identify -format '%wx%h' "$out/$png")" = "$(identify -format '%wx%h' "$scratch/bytes.pbm")" ]; then
            ok "$play: the printer's bytes draw the same picture, point by point"
        else
            fail "$play: the printer's bytes" "they draw another picture: $differing points differ"
        fi
    fi
done <"$scratch/tickets"
finish
