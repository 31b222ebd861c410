//! A scanner on a serial line, real or made by USB (CDC), where it shows up as `/dev/ttyACM0`.
//!
//! A scanner set to pose as a keyboard would lose the control characters of a driving licence; this way
//! every byte arrives.

use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::frame::{Debounce, Frame, Framer};
use super::{Scan, ScannerEvent, ScannerListener, ScannerStatus};
use crate::clock::Clock;

/// How long one look at the line takes, and so how late a stop is noticed.
const LOOK: Duration = Duration::from_millis(20);
/// The first wait before a lost scanner is looked for again; it doubles up to the last.
const RETRY_FIRST: Duration = Duration::from_millis(250);
const RETRY_LAST: Duration = Duration::from_secs(2);

/// A scanner on a serial line.
#[derive(Debug)]
pub struct SerialScanner {
    path: String,
    baud: u32,
}

impl SerialScanner {
    /// The scanner at this path, whether it is there or not.
    #[must_use]
    pub fn new(path: String, baud: u32) -> Self {
        Self { path, baud }
    }

    /// Reads until told to stop, whatever is plugged in or out.
    pub(super) fn run(&self, clock: &dyn Clock, stop: &AtomicBool, listener: &ScannerListener) {
        let mut told = None;
        let mut tell = |status| {
            if told.replace(status) != Some(status) {
                listener(ScannerEvent::Status(status));
            }
        };
        let mut debounce = Debounce::default();
        let mut retry = RETRY_FIRST;
        while !stop.load(Ordering::Relaxed) {
            match serialport::new(&self.path, self.baud).timeout(LOOK).open() {
                Ok(mut port) => {
                    retry = RETRY_FIRST;
                    // What was read before anyone listened is no one's scan now.
                    let _ = port.clear(serialport::ClearBuffer::Input);
                    tell(ScannerStatus::Ready);
                    read(port.as_mut(), clock, stop, listener, &mut tell, &mut debounce);
                    if !stop.load(Ordering::Relaxed) {
                        tell(ScannerStatus::Unreachable);
                    }
                }
                Err(_) => tell(ScannerStatus::Unreachable),
            }
            pause(retry, stop);
            retry = (retry * 2).min(RETRY_LAST);
        }
    }
}

/// Reads until the line breaks or it is stopped.
fn read(
    port: &mut dyn Read,
    clock: &dyn Clock,
    stop: &AtomicBool,
    listener: &ScannerListener,
    tell: &mut dyn FnMut(ScannerStatus),
    debounce: &mut Debounce,
) {
    let mut framer = Framer::default();
    let mut bytes = zeroize::Zeroizing::new([0; 512]);
    while !stop.load(Ordering::Relaxed) {
        let count = match port.read(bytes.as_mut_slice()) {
            // A terminal that is still there never ends.
            Ok(0) => return,
            Ok(count) => count,
            Err(error)
                if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                0
            }
            Err(_) => return,
        };
        let now = clock.elapsed();
        debounce.tick(now);
        match framer.push(bytes.get(..count).unwrap_or_default(), now) {
            Some(Frame::Whole(code)) => {
                tell(ScannerStatus::Ready);
                let scan = Scan::new(code);
                if debounce.is_new(scan.as_bytes(), now) {
                    listener(ScannerEvent::Scanned(scan));
                }
            }
            Some(Frame::TooLong) => tell(ScannerStatus::Garbled),
            None => {}
        }
    }
}

/// Waits, but not longer than it takes to be told to stop.
fn pause(time: Duration, stop: &AtomicBool) {
    let mut left = time;
    while !left.is_zero() && !stop.load(Ordering::Relaxed) {
        let step = left.min(LOOK);
        std::thread::sleep(step);
        left = left.saturating_sub(step);
    }
}
