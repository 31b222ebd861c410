#!/bin/bash
# Installs what the checks here use besides Debian's packages: a reader of printer bytes that we did not write.
#
#   tests/outside/install.sh [DIR]        DIR is target/outside if not given
#
# The reader is the program escpresso, an emulator with a window. Only its reading part is built: its source, as it is
# published, up to the window, and tests/outside/escpos-reader/main.rs in place of the window. The two crates of the
# window are replaced by empty ones, so that this takes half a minute instead of ten.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mkdir -p "${1:-$here/../../target/outside}" && cd "${1:-$here/../../target/outside}" && pwd)
version=0.1.2
checksum=522028a44fd370f9a067746f4ff7fdcba754f0a4209ef7f643fa0e16992015f9
stamp=$dir/escpos-reader.$version
if [ -x "$dir/escpos-reader" ] && [ "$stamp" -nt "$here/install.sh" ] && [ "$stamp" -nt "$here/escpos-reader/main.rs" ]; then
    echo "the printer-byte reader is there already: $dir/escpos-reader"
    exit 0
fi
work=$dir/build
mkdir -p "$work/src" "$work/eframe/src" "$work/egui/src"
for crate in eframe egui; do
    printf '[package]\nname = "%s"\nversion = "0.29.1"\nedition = "2021"\n' "$crate" >"$work/$crate/Cargo.toml"
    : >"$work/$crate/src/lib.rs"
done
cat >"$work/Cargo.toml" <<EOF
[package]
name = "escpos-reader"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
escpresso = "=$version"
anyhow = "=1.0.100"
codepage-437 = "=0.1.0"
encoding_rs = "=0.8.35"
qrcode = { version = "=0.14.1", default-features = false }

[patch.crates-io]
eframe = { path = "eframe" }
egui = { path = "egui" }

[profile.dev]
debug = false
EOF
echo 'fn main() {}' >"$work/src/main.rs"
cd "$work"
# Its own folder: the project's may be locked by another build.
export CARGO_TARGET_DIR=$work/target
cargo fetch --quiet 2>&1 | grep -v 'missing a lib target' >&2 || true
source=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -maxdepth 2 -type d -name "escpresso-$version" | head -1)
[ -n "$source" ] || { echo "install.sh: escpresso $version was not fetched" >&2; exit 1; }
echo "$checksum  $source/src/main.rs" | sha256sum --check --quiet
# The reading part ends where the window's state begins; two lines name the window's crates and the network's.
sed -n '/^struct AppState/q;p' "$source/src/main.rs" |
    sed -e '/^use eframe::egui;$/d' -e '/^use tokio::/d' -e '/^use std::sync::/d' -e '$ { /^#\[derive(Clone)\]$/d }' >src/main.rs
sed -i '1i #![allow(dead_code, unused_imports)]' src/main.rs
cat "$here/escpos-reader/main.rs" | sed 's|^//!|//|' >>src/main.rs
sed -i '/^escpresso = /d' Cargo.toml
sed -i '/^\[patch/,/^$/d' Cargo.toml
cargo build --quiet
cp target/debug/escpos-reader "$dir/escpos-reader"
touch "$stamp"
echo "the printer-byte reader is built: $dir/escpos-reader"
