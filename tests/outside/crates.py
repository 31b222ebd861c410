#!/usr/bin/env python3
"""What the crates that we use are allowed to be: their licenses, where they come from, and how old a compiler builds them.

Reads `cargo metadata` with every feature, so it sees what any build of ours could hold, on any system. Exit status 1 and a
line for each crate that breaks a rule.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Licenses whose code a GPL-3.0-only program may contain.
ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "LGPL-2.1-or-later", "MIT", "MIT-0", "MPL-2.0", "Unicode-3.0", "Unlicense", "Zlib",
}
# The one place besides this repository that a crate comes from.
SOURCE = "registry+https://github.com/rust-lang/crates.io-index"
# What must not be there at all, and why.
BANNED = {
    "openssl-sys": "rustls with ring instead: nothing of the system's to keep up to date",
    "openssl": "rustls with ring instead",
    "native-tls": "rustls with ring instead",
    "aws-lc-sys": "it needs cmake, and takes minutes to build on a Pi",
    "aws-lc-rs": "it needs cmake, and takes minutes to build on a Pi",
}


def holds(expression: str) -> bool:
    """Whether a license expression (SPDX, or the older one with a slash for "or") can be met with what is allowed."""
    tokens = re.findall(r"\(|\)|/|[\w.+-]+(?: WITH [\w.-]+)?", expression)
    at = 0

    def either() -> bool:
        nonlocal at
        met = both()
        while at < len(tokens) and tokens[at] in ("OR", "/"):
            at += 1
            met = both() or met
        return met

    def both() -> bool:
        nonlocal at
        met = one()
        while at < len(tokens) and tokens[at] == "AND":
            at += 1
            met = one() and met
        return met

    def one() -> bool:
        nonlocal at
        token = tokens[at]
        at += 1
        if token == "(":
            met = either()
            at += 1
            return met
        return token in ALLOWED

    return bool(tokens) and either()


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("-")[0].split("."))


def main() -> int:
    assert holds("MIT OR Nonfree") and holds("(MIT/Nonfree) AND Zlib") and not holds("MIT AND Nonfree") and not holds("")
    told = subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    packages = json.loads(told.stdout)["packages"]
    ours = next(package for package in packages if package["name"] == "arrivals")
    wrong = []
    for package in packages:
        name = f"{package['name']} {package['version']}"
        if package["source"] not in (None, SOURCE):
            wrong.append(f"{name} comes from {package['source']}")
        if not holds(package["license"] or ""):
            wrong.append(f"{name}: license {package['license']!r} is not one of ours; see ALLOWED in {Path(__file__).name}")
        if package["name"] in BANNED:
            wrong.append(f"{name} is banned: {BANNED[package['name']]}; `cargo tree -i {package['name']}` shows who brings it")
        least = package["rust_version"]
        if least and version(least) > version(ours["rust_version"]):
            wrong.append(f"{name} needs Rust {least}, and Cargo.toml promises {ours['rust_version']}")
    for line in wrong:
        print(line)
    print(f"{len(packages)} crates looked at, {len(wrong)} things wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
