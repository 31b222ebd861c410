#!/bin/bash
# Makes letters as a clinic does and reads them with programs that we did not write.
#
#   tests/outside/letters.sh        ARRIVALS_BIN=DIR takes the program from another folder than target/release
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/say.sh"
desk=${ARRIVALS_BIN:-$here/../../target/release}/arrivals-desk
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

need zbarimg qpdf pdftotext pdftoppm pdfinfo
[ -x "$desk" ] || { echo "FAIL  no $desk; build it first"; exit 1; }

# A visit tomorrow, whatever day it is, in each language that letters know.
day=$(date -d tomorrow +%F)
cat >"$scratch/day.csv" <<EOF
appointment_id,start,given_name,family_name,birth_date,practitioner,place,language,documents,status
letter-en,${day}T15:05:00Z,Ana,Example,1950-03-01,Dr. June Example,"Main building, 2nd floor",en,referral;photo-identity,booked
letter-es,${day}T15:05:00Z,José,Ejemplo,1950-03-01,Dr. June Example,"Main building, 2nd floor",es,,booked
letter-ar,${day}T15:05:00Z,ليلى,مثال,1950-03-01,Dr. June Example,"Main building, 2nd floor",ar,guardian,booked
letter-off,${day}T15:05:00Z,Ana,Example,1950-03-01,Dr. June Example,"Main building, 2nd floor",en,,cancelled
EOF
"$desk" import "$scratch/day.csv" --data "$scratch/data" >"$scratch/said" 2>&1 || fail "import" "$(tail -1 "$scratch/said")"

# $1: the letter's name; $2: appointment.  Leaves the code in "$scratch/$1.code".
read_letter() {
    local pdf=$scratch/$1.pdf code
    if "$desk" letter "$2" --out "$pdf" --data "$scratch/data" >"$scratch/said" 2>&1; then ok "$1: a letter is written"
    else fail "$1: the letter" "$(tail -1 "$scratch/said")"; return; fi
    if qpdf --check "$pdf" >"$scratch/why" 2>&1; then ok "$1: qpdf has nothing to say about the PDF"
    else fail "$1: qpdf --check" "$(tail -1 "$scratch/why")"; fi
    if [ "$(pdfinfo "$pdf" | awk '/^Pages:/ {print $2}')" = 1 ]; then ok "$1: it is one page"
    else fail "$1: pages" "$(pdfinfo "$pdf" | grep '^Pages')"; fi
    if pdftotext -layout "$pdf" - 2>/dev/null | grep -qw -- "$2"; then ok "$1: the PDF's text has the appointment's number"
    else fail "$1: the PDF's text" "$2 is not in it"; fi
    if pdfinfo "$pdf" | grep -qiE "example|ejemplo|مثال"; then fail "$1: what is said about the document" "it names a person"
    else ok "$1: what is said about the document names nobody"; fi
    pdftoppm -r 150 -gray -png -singlefile "$pdf" "$scratch/$1" 2>/dev/null
    code=$(zbarimg -q --raw -Sdisable -Sqrcode.enable "$scratch/$1.png" 2>/dev/null)
    if [[ ${#code} = 122 && $code == AL:* ]]; then ok "$1: its code, drawn at 150 dpi, is read: ${code:0:12}..."
    else fail "$1: its code" "expected 122 characters beginning AL:, found ${#code}"; fi
    printf '%s' "$code" >"$scratch/$1.code"
}

for language in en es ar; do read_letter "$language" "letter-$language"; done
read_letter again letter-en
# A code holds nothing of the moment: the same appointment and key give the same one.
if [ -s "$scratch/en.code" ] && cmp -s "$scratch/en.code" "$scratch/again.code"; then ok "an unchanged appointment keeps its code"
else fail "the letter made again" "its code is another one"; fi
if [ "$(cat "$scratch"/{en,es,ar}.code | fold -w 122 | sort -u | wc -l)" = 3 ]; then ok "three appointments have three codes"
else fail "codes" "two appointments share one"; fi

"$desk" letter-key rotate --data "$scratch/data" >"$scratch/said" 2>&1 || fail "letter-key rotate" "$(tail -1 "$scratch/said")"
read_letter rotated letter-en
if cmp -s "$scratch/en.code" "$scratch/rotated.code"; then fail "after a rotation" "the code is signed with the old key"
else ok "after a rotation the code is another one"; fi
if [ "$("$desk" letter-key list --data "$scratch/data" | wc -l)" = 2 ]; then ok "both keys are known to kiosks"
else fail "letter-key list" "$("$desk" letter-key list --data "$scratch/data" | tr '\n' ' ')"; fi

for appointment in letter-off nobody; do
    "$desk" letter "$appointment" --out "$scratch/none.pdf" --data "$scratch/data" >"$scratch/said" 2>&1
    status=$?
    if [ $status = 1 ] && [ "$(wc -l <"$scratch/said")" = 1 ] && [ ! -e "$scratch/none.pdf" ]; then ok "$appointment: one sentence, status 1, no file"
    else fail "$appointment" "status $status: $(tail -1 "$scratch/said")"; fi
done
finish
