# The commands that one needs: `just` lists them. https://just.systems

# Lists the commands.
default:
    @just --list

# Tries everything with nothing to install: a desk inside, simulated devices, a clinic day around now.
demo:
    cargo run --release -- demo

# The tests that need neither display nor toolkit: a few minutes.
test *ARGS:
    cargo test --locked --no-default-features --features desk {{ARGS}}

# All tests, the kiosk's pages among them.
test-all:
    cargo test --locked --features ui-tests

# Formatting and lints, without warnings.
check:
    cargo fmt --all --check
    cargo clippy --locked --all-targets --features ui-tests -- -D warnings
    cargo clippy --locked --no-default-features --features desk --all-targets -- -D warnings
    cargo clippy --locked --no-default-features --all-targets -- -D warnings

# Stories about the desk in a browser, all or those named; pictures go to target/browser.
browser *STORIES:
    cargo build --locked --no-default-features --features desk --bin arrivals-desk
    npm ci --prefix tests/browser --no-audit --no-fund
    CHROMIUM=${CHROMIUM:-/usr/bin/chromium} tests/browser/run target/browser {{STORIES}}
