# One line per check, and an exit status that tells whether all held. Sourced by the scripts here.
failures=0
checks=0
ok() { checks=$((checks + 1)); echo "ok    $1"; }
fail() { checks=$((checks + 1)); failures=$((failures + 1)); echo "FAIL  $1: $2"; }
skip() { echo "skip  $1: $2"; }
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "FAIL  $tool is not installed (tests/outside/packages.txt)"; exit 1; }
    done
}
finish() {
    echo "$(basename "$0"): $checks checks, $failures failed"
    [ "$failures" = 0 ]
}
