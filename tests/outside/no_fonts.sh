#!/bin/bash
# The kiosk draws with its own fonts alone: on a machine that has none, where fontconfig finds none, and where there is no fontconfig.
#
#   tests/outside/no_fonts.sh [FOLDER WITH THE PROGRAMS]
#
# The programs are those of `cargo build --release`: with the feature kms they need libraries that a bare Debian lacks.
# A bare Debian is made once with debootstrap, and another one with what a window needs (root and the network needed); both stay in target/outside.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/say.sh"
root=$(cd "$here/../.." && pwd)
bin=$(cd "${1:-${ARRIVALS_BIN:-$root/target/release}}" && pwd) || exit 1
kiosk=$bin/arrivals-kiosk
dir=$(mktemp -d /tmp/arrivals-XXXXXX)
screen=
trap '[ -n "$screen" ] && kill "$screen" 2>/dev/null; rm -rf "$dir"' EXIT
need Xvfb import compare strace
[ -x "$kiosk" ] || { echo "FAIL  no $kiosk; build it first"; exit 1; }
unset DISPLAY WAYLAND_DISPLAY WAYLAND_SOCKET FONTCONFIG_FILE
size=1280x800

panic() { grep -hE -m1 'panicked at|RUST_BACKTRACE' "$dir/said"; }

# plays WHAT OUT COMMAND...: the first page's play is given without a display, with no panic, and its pictures are those in $dir/with/first-page.
plays() {
    local what=$1 out=$2 picture name
    shift 2
    if ! timeout 120 "$@" >"$dir/said" 2>&1 </dev/null; then
        fail "$what" "$(panic || tail -1 "$dir/said")"
        return 1
    fi
    if panic >"$dir/why"; then fail "$what" "$(cat "$dir/why")"; return 1; fi
    for picture in "$dir"/with/first-page/*.png; do
        name=$(basename "$picture")
        cmp -s "$picture" "$out/first-page/$name" && continue
        cp "$out/first-page/$name" "$root/target/outside/no-fonts.png"
        fail "$what" "$name is another picture (target/outside/no-fonts.png)"
        return 1
    done
    [ "$(ls "$out/first-page" | wc -l)" = "$(ls "$dir/with/first-page" | wc -l)" ] || { fail "$what" "it has more pictures"; return 1; }
    ok "$what: $(ls "$out/first-page" | wc -l) pictures, byte for byte the same"
}

play() { echo demo --headless --out "$1" --size "$size" --play first-page; }

# shows WHAT COMMAND...: the window that the command opens comes to show the first page as it is drawn without a display.
shows() {
    local what=$1 program different=all end=$((SECONDS + 60)) status
    shift
    DISPLAY=:$number "$@" >"$dir/said" 2>&1 </dev/null &
    program=$!
    while kill -0 "$program" 2>/dev/null && [ $SECONDS -lt $end ] && [ "$different" != 0 ]; do
        sleep 0.3
        import -display ":$number" -window root -crop "$size+0+0" +repage "$dir/seen.png" 2>/dev/null
        different=$(compare -metric AE -fuzz 2% "$dir/seen.png" "$dir/with/first-page/01-welcome.png" null: 2>&1)
    done
    kill -TERM "$program" 2>/dev/null
    wait "$program"
    status=$?
    if panic >"$dir/why"; then fail "$what" "$(cat "$dir/why")"
    elif [ "$different" != 0 ]; then
        cp "$dir/seen.png" "$root/target/outside/no-fonts.png" 2>/dev/null
        fail "$what" "$different of its pixels are others (target/outside/no-fonts.png): $(tail -1 "$dir/said")"
    elif [ "$status" != 0 ]; then fail "$what" "asked to end, it ends with $status"
    else ok "$what: the same page as without a display"; fi
}

mkdir -p "$root/target/outside" "$dir/empty"
if ! timeout 120 "$kiosk" $(play "$dir/with") >"$dir/said" 2>&1 </dev/null; then
    fail "the first page's play" "$(tail -1 "$dir/said")"
    finish
    exit 1
fi
ok "on this machine as it is: $(ls "$dir/with/first-page" | wc -l) pictures"

exec 3< <(exec Xvfb -displayfd 1 -screen 0 1920x900x24 -nolisten tcp -noreset 2>/dev/null)
screen=$!
read -r -t 30 number <&3 || { fail "a display in memory" "Xvfb does not start"; finish; exit 1; }
shows "a window on this machine as it is" "$kiosk" demo

# fontconfig is there and finds nothing.
cat >"$dir/fonts.conf" <<EOF2
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>$dir/empty</dir></fontconfig>
EOF2
if ldconfig -p | grep -q 'libfontconfig\.so\.1'; then
    plays "fontconfig finds no font" "$dir/none" env FONTCONFIG_FILE="$dir/fonts.conf" "$kiosk" $(play "$dir/none")
    shows "a window where fontconfig finds no font" env FONTCONFIG_FILE="$dir/fonts.conf" "$kiosk" demo
else
    skip "fontconfig finds no font" "libfontconfig1 is not installed"
fi

# No font is asked for.
if plays "watched by strace" "$dir/watched" strace -f -qq -e trace=%file -o "$dir/asked" "$kiosk" $(play "$dir/watched"); then
    asked=$(grep -iE '"[^"]*(font|\.ttf|\.otf|\.ttc|\.pf[ab]|\.pcf)[^"]*"' "$dir/asked" | head -1)
    if [ ! -s "$dir/asked" ]; then fail "no file of a font is asked for" "strace saw nothing"
    elif [ -n "$asked" ]; then fail "no file of a font is asked for" "$asked"
    else ok "no file of a font, and none of fontconfig, is asked for: $(wc -l <"$dir/asked") calls about files"; fi
fi

# A Debian with nothing but what every Debian has, and one with what a window needs besides.
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
bare=$root/target/outside/bare-$suite
windowed=$root/target/outside/window-$suite
make_bare() {
    local mirror
    [ -e "$bare.made" ] && return
    echo "      making $bare, once"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' "Codename: $suite" 'Origin: Debian' 'Component: main' 2>/dev/null | head -1)
    rm -rf "$bare" &&
        debootstrap --variant=minbase "$suite" "$bare" ${mirror:+"$mirror"} >"$dir/made" 2>&1 &&
        chroot "$bare" apt-get clean && touch "$bare.made"
}
make_windowed() {
    [ -e "$windowed.made" ] && return
    echo "      making $windowed, once"
    rm -rf "$windowed" &&
        cp -a "$bare" "$windowed" &&
        chroot "$windowed" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
            libx11-6 libx11-xcb1 libxcursor1 libxi6 libxrandr2 libxkbcommon0 libxkbcommon-x11-0 >"$dir/made" 2>&1 &&
        chroot "$windowed" apt-get clean && touch "$windowed.made"
}
# has_none WHAT FOLDER
has_none() {
    local found
    found=$(find "$2" -xdev \( -path '*/fonts/*' -o -name '*fontconfig*' -o -name '*.ttf' -o -name '*.otf' -o -name '*.pcf*' \) -not -path '*/doc/*' | head -1)
    if [ -z "$found" ]; then ok "$1: it has no font and no fontconfig"; else fail "$1: it has a font" "$found"; fi
}


# Only what a login would give.
within=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "DISPLAY=:$number" chroot)

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    skip "a bare Debian" "needs root and debootstrap"
elif ! make_bare; then
    fail "a bare Debian" "it cannot be made: $(tail -1 "$dir/made")"
else
    cp "$kiosk" "$bare/arrivals-kiosk"
    has_none "a bare Debian" "$bare"
    plays "in a bare Debian" "$bare/out" "${within[@]}" "$bare" /arrivals-kiosk $(play /out)
    what="in a bare Debian, a window without the libraries for one"
    timeout 30 "${within[@]}" "$bare" /arrivals-kiosk demo >"$dir/said" 2>&1 </dev/null
    status=$?
    if panic >"$dir/why"; then fail "$what" "$(cat "$dir/why")"
    elif [ "$status" = 0 ] || [ "$status" = 124 ]; then fail "$what" "exit status $status"
    elif [ "$(wc -l <"$dir/said")" != 1 ] || ! grep -q '^arrivals-kiosk: ' "$dir/said"; then fail "$what" "not one sentence: $(tr '\n' '|' <"$dir/said")"
    else ok "$what: $(sed 's/^arrivals-kiosk: //' "$dir/said")"; fi
    rm -rf "$bare/out" "$bare/arrivals-kiosk"

    if ! make_windowed; then
        fail "a Debian with what a window needs" "it cannot be made: $(tail -1 "$dir/made")"
    else
        cp "$kiosk" "$windowed/arrivals-kiosk"
        has_none "a Debian with what a window needs" "$windowed"
        shows "a window in a Debian with what that needs" "${within[@]}" "$windowed" /arrivals-kiosk demo
        rm -f "$windowed/arrivals-kiosk"
    fi
fi
finish
