#!/bin/bash
# Everything that can be wrong on a command line or in a file: one sentence, the right exit status, no stack trace.
#
#   tests/outside/trouble.sh [FOLDER WITH THE PROGRAMS]
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/say.sh"
root=$here/../..
bin=$(cd "${1:-${ARRIVALS_BIN:-$root/target/release}}" && pwd) || exit 1
kiosk=$bin/arrivals-kiosk
desk=$bin/arrivals-desk
dir=$(mktemp -d)
serving=
trap '[ -n "$serving" ] && kill "$serving" 2>/dev/null; rm -rf "$dir"' EXIT
need python3
unset DISPLAY WAYLAND_DISPLAY WAYLAND_SOCKET
export RUST_BACKTRACE=1

# said WHAT STATUS PATTERN PROGRAM ARGUMENTS...: ends with that status, and its last word on standard error is one
# sentence of its own that matches. Empty pattern: says nothing there.
said() {
    local what=$1 status=$2 pattern=$3 name
    shift 3
    name=$(basename "$1")
    timeout 30 "$@" >"$dir/out" 2>"$dir/err" </dev/null
    local got=$?
    calm "$what" || return
    local sentence
    sentence=$(grep "^$name: " "$dir/err")
    if [ "$got" != "$status" ]; then fail "$what" "exit status $got instead of $status: $(tail -1 "$dir/err")"
    elif [ -z "$pattern" ]; then
        if [ -n "$sentence" ]; then fail "$what" "expected silence: $sentence"; else ok "$what"; fi
    elif [ "$(grep -c . <<<"$sentence")" != 1 ]; then fail "$what" "not one sentence: $(tr '\n' '|' <"$dir/err")"
    elif grep -qE '([^:]{8,}: )\1|(: [^:]{8,}).*\2$|os error at|/registry/' <<<"$sentence"; then fail "$what" "it says something twice, or something of the machine that built it: $sentence"
    elif ! grep -qE -- "$pattern" <<<"$sentence"; then fail "$what" "the sentence is: $sentence"
    elif [ "$(wc -l <"$dir/err")" -gt 1 ] && [ -n "${alone-yes}" ]; then fail "$what" "more than one line: $(tr '\n' '|' <"$dir/err")"
    else ok "$what: ${sentence#"$name": }"; fi
}

# No program may show its inside, whatever happens; and no secret.
calm() {
    if grep -qE 'panicked at|stack backtrace|RUST_BACKTRACE|thread .* panicked|src/[a-z/_]+\.rs:[0-9]' "$dir/out" "$dir/err"; then
        fail "$1" "$(grep -hE 'panicked|src/' "$dir/out" "$dir/err" | head -1)"
        return 1
    fi
    if grep -q 'sesame' "$dir/out" "$dir/err"; then
        fail "$1" "it repeats the token"
        return 1
    fi
}

# kiosk.toml with one line replaced: CHANGE is a sed command.
config() {
    cat >"$dir/good.toml" <<EOF
kiosk = "lobby"
letter = "A"
desk = "http://127.0.0.1:1"
token = "sesame-sesame-sesame"
data = "$dir/kiosk.db"
printer = "folder:$dir/tickets"
scanner = "none"
fullscreen = false
[look]
accent = "#005a9c"
EOF
    sed "${1:-}" "$dir/good.toml" >"$dir/kiosk.toml"
    chmod 600 "$dir/kiosk.toml"
}

for program in "$kiosk" "$desk"; do
    name=$(basename "$program")
    commands=$("$program" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
    for command in "" $commands; do
        subs=
        [ -n "$command" ] && [ "$command" != help ] && subs=$("$program" "$command" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
        for sub in "" $subs; do
            [ "$command" = help ] || [ "$sub" = help ] && continue
            said "$name${command:+ $command}${sub:+ $sub} --help" 0 "" "$program" $command $sub --help
            grep -q '^Usage: ' "$dir/out" || fail "$name $command $sub --help" "no line on how it is used"
        done
    done
    said "$name --version" 0 "" "$program" --version
done
timeout 10 "$kiosk" frobnicate >"$dir/out" 2>"$dir/err"
[ $? = 2 ] && calm "an unknown command" && ok "an unknown command ends with 2" || fail "an unknown command" "$(head -1 "$dir/err")"

said "demo without a display" 1 'DISPLAY is set.*demo --headless --out' "$kiosk" demo --data "$dir/demo"
touch "$dir/a-file"
said "headless demo into a file" 1 "$dir/a-file" "$kiosk" demo --headless --out "$dir/a-file"

for command in run self-test; do
    said "$command without its file" 1 'cannot read .*no-such.toml' "$kiosk" $command --config "$dir/no-such.toml"
    config 's/^letter/colour = 1\nletter/'
    said "$command, unknown key" 1 'kiosk.toml.*unknown field `colour`.*line 2' "$kiosk" $command --config "$dir/kiosk.toml"
    config; chmod 644 "$dir/kiosk.toml"
    said "$command, its file with the token is open to others" 1 'chmod 600' "$kiosk" $command --config "$dir/kiosk.toml"
done
said "run with a folder for a file" 1 'cannot read' "$kiosk" run --config "$dir"
head -c 3000 /dev/urandom >"$dir/noise.toml"
said "run with noise for a file" 1 'noise.toml' "$kiosk" run --config "$dir/noise.toml"
config 's/^printer.*//'; said "missing key" 1 'missing field `printer`' "$kiosk" run --config "$dir/kiosk.toml"
config 's/#005a9c/#ffff00/'; said "accent that white letters cannot be read on" 1 'accent.*#ffff00.*darker' "$kiosk" run --config "$dir/kiosk.toml"
config 's/#005a9c/blue/'; said "accent that is no colour" 1 'accent.*blue.*#rrggbb' "$kiosk" run --config "$dir/kiosk.toml"
config 's/"A"/"D"/'; said "letter D" 1 'letter.*D is reserved for the desk' "$kiosk" run --config "$dir/kiosk.toml"
config 's/"A"/"ABC"/'; said "three letters" 1 'one or two letters.*line' "$kiosk" run --config "$dir/kiosk.toml"
config 's/^token.*/token = "sesame/'; said "a quote too few, the secret is not repeated" 1 'line 4' "$kiosk" run --config "$dir/kiosk.toml"
config 's|http://127.0.0.1:1|http://192.0.2.10:8080|'; said "a desk on another machine" 1 'desk.s address.*on this machine' "$kiosk" run --config "$dir/kiosk.toml"
config 's/^printer.*/printer = "lpt1"/'; said "a printer nobody understands" 1 'printer "lpt1"' "$kiosk" run --config "$dir/kiosk.toml"
config 's/^scanner.*/scanner = "usb"/'; said "a scanner nobody understands" 1 'scanner "usb"' "$kiosk" run --config "$dir/kiosk.toml"
config 's|^data.*|data = "/proc/no/kiosk.db"|'; said "a folder that cannot be made" 1 '/proc/no' "$kiosk" run --config "$dir/kiosk.toml"
head -c 9000 /dev/urandom >"$dir/noise.db"
config "s|^data.*|data = \"$dir/noise.db\"|"; said "a kiosk's file that is something else" 1 'noise.db' "$kiosk" run --config "$dir/kiosk.toml"
config; said "run without a display" 1 'DISPLAY is set' "$kiosk" run --config "$dir/kiosk.toml"

# Each device in words, and an exit status.
config 's|^scanner.*|scanner = "serial:/dev/no-such-scanner"|'
timeout 60 "$kiosk" self-test --config "$dir/kiosk.toml" >"$dir/out" 2>"$dir/err"; status=$?
calm self-test
if [ $status = 0 ]; then fail "self-test with a dead desk" "exit status 0"
elif [ "$(awk '{print $1}' "$dir/out" | tr '\n' ' ')" != "file desk scanner speaker camera printer " ]; then fail "self-test" "$(tr '\n' '|' <"$dir/out")"
elif ! grep -qE '^desk +NOT READY +not reached' "$dir/out"; then fail "self-test, the desk" "$(grep ^desk "$dir/out")"
elif ! grep -qE '^scanner +NOT READY +[a-z]' "$dir/out"; then fail "self-test, the scanner" "$(grep ^scanner "$dir/out")"
elif ! grep -qE '^printer +ready +.*test ticket was printed' "$dir/out"; then fail "self-test, the printer" "$(grep ^printer "$dir/out")"
else ok "self-test with a dead desk and no scanner says so, in words, and ends with $status"; fi
config 's|^printer.*|printer = "file:/dev/no-such-printer"|'
timeout 60 "$kiosk" self-test --config "$dir/kiosk.toml" >"$dir/out" 2>"$dir/err"; status=$?
calm "self-test, printer"
if [ $status != 0 ] && grep -qE '^printer +NOT READY +[a-z]' "$dir/out"; then ok "self-test without the printer: $(grep ^printer "$dir/out" | tr -s ' ')"
else fail "self-test without the printer" "$status: $(grep ^printer "$dir/out")"; fi

# The desk.
alone=
said "no folder given is a question of usage" 2 "" "$desk" serve
alone=yes
said "serve for everybody" 1 '0.0.0.0:8080 is not an address of this machine alone' "$desk" serve --data "$dir/desk" --listen 0.0.0.0:8080
said "serve for everybody, IPv6" 1 'is not an address of this machine alone' "$desk" serve --data "$dir/desk" --listen '[::]:8080'
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$desk" serve --data "$dir/desk" --listen "127.0.0.1:$port" >"$dir/serving" 2>&1 &
serving=$!
for _ in $(seq 100); do grep -q listening "$dir/serving" && break; sleep 0.1; done
if [ "$(head -1 "$dir/serving")" = "listening on http://127.0.0.1:$port" ] && grep -q "^Open http://127.0.0.1:$port/ in a browser" "$dir/serving" &&
    grep -q '^No users yet.*arrivals-desk user add' "$dir/serving"; then ok "serve says its address, and what to do first"
else fail "serve" "$(tr '\n' '|' <"$dir/serving")"; fi
said "a port in use" 1 "127.0.0.1:$port is in use" "$desk" serve --data "$dir/desk2" --listen "127.0.0.1:$port"
said "a data folder that is a file" 1 "$dir/a-file" "$desk" serve --data "$dir/a-file" --listen 127.0.0.1:0
mkdir "$dir/noise" && head -c 9000 /dev/urandom >"$dir/noise/desk.sqlite"
said "a desk's file that is something else" 1 "not a desk's file" "$desk" serve --data "$dir/noise" --listen 127.0.0.1:0
printf 'data = "%s/desk"\nprot = 3\n' "$dir" >"$dir/desk.toml"
said "desk.toml, unknown key" 1 'unknown field `prot`' "$desk" serve --config "$dir/desk.toml"
said "desk.toml is missing" 1 'no-such.toml cannot be read' "$desk" serve --config "$dir/no-such.toml"
said "kiosk add with the letter D" 1 "reserved for the desk" "$desk" kiosk add lobby --letter D --data "$dir/desk"
said "kiosk add with an odd name" 1 'its id must be' "$desk" kiosk add 'a b' --letter A --data "$dir/desk"
said "user add without a password" 1 'at least 8 characters' "$desk" user add ann --role desk --data "$dir/desk"

# Import: 1 nothing could be read, 2 something was refused.
: >"$dir/empty.csv"; : >"$dir/empty.json"
head -c 20000 /dev/urandom >"$dir/noise.csv"; cp "$dir/noise.csv" "$dir/noise.json"
echo '{"hello": 1}' >"$dir/other.json"
echo 'one,two' >"$dir/other.csv"
cp "$dir/other.csv" "$dir/list.xlsx"
for file in empty.csv empty.json noise.csv noise.json other.csv other.json missing.csv list.xlsx; do
    said "import of $file" 1 "$file" "$desk" import "$dir/$file" --data "$dir/desk"
    [ "$(tail -1 "$dir/out")" = "taken 0, unchanged 0, refused 0" ] || fail "import of $file, last line" "$(tail -1 "$dir/out")"
done
said "import of a folder" 1 "$dir" "$desk" import "$dir" --data "$dir/desk"
timeout 60 "$desk" import "$root/tests/data/day-with-errors.csv" --data "$dir/desk" >"$dir/out" 2>"$dir/err"; status=$?
calm "import with mistakes"
refusals=$(grep -cE '^.*day-with-errors\.csv:[0-9]+: .+' "$dir/out")
if [ $status != 2 ]; then fail "import with mistakes" "exit status $status instead of 2"
elif ! tail -1 "$dir/out" | grep -qE "^taken [1-9][0-9]*, unchanged [0-9]+, refused $refusals$"; then fail "import with mistakes, last line" "$(tail -1 "$dir/out"), with $refusals lines before it"
elif grep -qE 'Jast|Shasta|Fonseca|Veum|Hyatt|555-' "$dir/out" "$dir/err"; then fail "import with mistakes" "a refusal names a person"
else ok "import with mistakes ends with 2: $(tail -1 "$dir/out"), one line for each and no names"; fi
timeout 60 "$desk" import "$root/tests/data/day.csv" --data "$dir/desk" >"$dir/out" 2>"$dir/err"; first=$?
timeout 60 "$desk" import "$root/tests/data/day.csv" --data "$dir/desk" >"$dir/again" 2>"$dir/err"; second=$?
if [ $first$second = 00 ] && grep -qE '^taken 0, unchanged [1-9][0-9]*, refused 0$' "$dir/again"; then ok "importing twice changes nothing: $(tail -1 "$dir/again")"
else fail "importing twice" "$first, $second: $(tail -1 "$dir/again")"; fi
kill -TERM "$serving"; wait "$serving"; status=$?; serving=
[ $status = 0 ] && ok "serve ends with 0 when it is told to stop" || fail "serve, told to stop" "exit status $status"
finish
