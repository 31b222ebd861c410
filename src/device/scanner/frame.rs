//! Where one scan ends and the next begins.
//!
//! A scanner sends the code and, if it is set so, a line end. But the code of a driving licence has line
//! ends within, so neither CR nor LF can end a scan: silence does. A scanner sends a whole code in one go,
//! and no one reads two codes within 60 ms; what is left of a line end is cut off.

use std::time::Duration;

use zeroize::Zeroize;

/// After this long without a byte, the scan is over. At 9600 baud a byte takes 1 ms.
pub const SILENCE: Duration = Duration::from_millis(60);
/// The longest scan in bytes; a driving licence takes some 700, the largest square code 2,953.
pub const SCAN_BYTES_MAX: usize = 4096;
/// The same code within this time of its last reading is the same scan: it still lies under the scanner.
pub const SAME_SCAN_AGAIN: Duration = Duration::from_secs(2);

/// What silence ended.
#[derive(Clone, PartialEq, Eq)]
pub enum Frame {
    /// A scan, without the line end.
    Whole(Vec<u8>),
    /// More than [`SCAN_BYTES_MAX`]; thrown away.
    TooLong,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::TooLong => f.write_str("TooLong"),
        }
    }
}

/// Collects bytes until there is silence.
#[derive(Default)]
pub struct Framer {
    bytes: Vec<u8>,
    too_long: bool,
    last: Option<Duration>,
}

impl std::fmt::Debug for Framer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Framer({} bytes)", self.bytes.len())
    }
}

impl Framer {
    /// Bytes that came at this time; what silence before them ended comes out.
    pub fn push(&mut self, bytes: &[u8], now: Duration) -> Option<Frame> {
        let before = self.tick(now);
        if !bytes.is_empty() {
            self.last = Some(now);
            if self.bytes.len() + bytes.len() > SCAN_BYTES_MAX {
                self.too_long = true;
                self.bytes.zeroize();
            }
            if !self.too_long {
                self.bytes.extend_from_slice(bytes);
            }
        }
        before
    }

    /// What silence up to this time ended, if anything.
    pub fn tick(&mut self, now: Duration) -> Option<Frame> {
        let last = self.last?;
        if now.saturating_sub(last) < SILENCE {
            return None;
        }
        self.last = None;
        let mut bytes = std::mem::take(&mut self.bytes);
        if std::mem::take(&mut self.too_long) {
            return Some(Frame::TooLong);
        }
        while matches!(bytes.last(), Some(b'\r' | b'\n')) {
            bytes.pop();
        }
        (!bytes.is_empty()).then_some(Frame::Whole(bytes))
    }

    /// Forgets what was collected: the scanner was pulled out in the middle.
    pub fn clear(&mut self) {
        self.bytes.zeroize();
        self.too_long = false;
        self.last = None;
    }
}

impl Drop for Framer {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// Tells a new scan from the same code read once more.
#[derive(Default)]
pub struct Debounce {
    last: Option<(Vec<u8>, Duration)>,
}

impl std::fmt::Debug for Debounce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Debounce")
    }
}

impl Debounce {
    /// Whether this code, read at this time, is a new scan.
    pub fn is_new(&mut self, code: &[u8], now: Duration) -> bool {
        match &mut self.last {
            Some((last, at)) if last == code => {
                let new = now.saturating_sub(*at) >= SAME_SCAN_AGAIN;
                *at = now;
                new
            }
            _ => {
                self.forget();
                self.last = Some((code.to_vec(), now));
                true
            }
        }
    }

    /// Forgets a code whose time is over: it may say something about a person.
    pub fn tick(&mut self, now: Duration) {
        if self.last.as_ref().is_some_and(|(_, at)| now.saturating_sub(*at) >= SAME_SCAN_AGAIN) {
            self.forget();
        }
    }

    fn forget(&mut self) {
        if let Some((mut code, _)) = self.last.take() {
            code.zeroize();
        }
    }
}

impl Drop for Debounce {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes at milliseconds, and the scans that come out by the end.
    fn check(sent: &[(u64, &[u8])], expected: &[&[u8]]) {
        let mut framer = Framer::default();
        let mut scans = Vec::new();
        for (at, bytes) in sent {
            scans.extend(framer.push(bytes, Duration::from_millis(*at)));
        }
        scans.extend(framer.tick(Duration::from_secs(60)));
        let expected: Vec<Frame> = expected.iter().map(|bytes| Frame::Whole(bytes.to_vec())).collect();
        assert!(scans == expected, "{sent:?} gave {scans:?}");
    }

    #[test]
    fn silence_ends_a_scan_and_line_ends_do_not() {
        check(&[(0, b"ARR:A:1\r")], &[b"ARR:A:1"]);
        check(&[(0, b"ARR:A:1\r\n")], &[b"ARR:A:1"]);
        check(&[(0, b"ARR:A:1")], &[b"ARR:A:1"]);
        check(&[(0, b"ARR"), (20, b":A:"), (70, b"1\r")], &[b"ARR:A:1"]);
        check(&[(0, b"@\n\x1e\rANSI\nDAQ1\r"), (30, b"DCSX\r")], &[b"@\n\x1e\rANSI\nDAQ1\rDCSX"]);
        check(&[(0, b"one\r"), (60, b"two\r")], &[b"one", b"two"]);
        check(&[(0, b"\r\n"), (100, b"one")], &[b"one"]);
        check(&[], &[]);
    }

    #[test]
    fn a_scan_too_long_is_thrown_away_and_the_next_is_read() {
        let mut framer = Framer::default();
        let ms = Duration::from_millis;
        for at in 0..100 {
            assert_eq!(framer.push(&[b'x'; 100], ms(at)), None);
            assert!(framer.bytes.len() <= SCAN_BYTES_MAX);
        }
        assert_eq!(framer.push(b"good", ms(300)), Some(Frame::TooLong));
        assert_eq!(framer.tick(ms(400)), Some(Frame::Whole(b"good".to_vec())));
        framer.push(&[b'x'; SCAN_BYTES_MAX], ms(500));
        assert!(matches!(framer.tick(ms(600)), Some(Frame::Whole(_))));
    }

    #[test]
    fn ten_readings_of_one_code_are_one_scan() {
        let mut debounce = Debounce::default();
        let ms = Duration::from_millis;
        let new: Vec<bool> = (0..10).map(|n| debounce.is_new(b"A", ms(n * 300))).collect();
        assert_eq!(new.iter().filter(|new| **new).count(), 1);
        assert!(debounce.is_new(b"B", ms(2800)), "another code");
        assert!(debounce.is_new(b"A", ms(2900)), "and back");
        assert!(!debounce.is_new(b"A", ms(4800)));
        assert!(debounce.is_new(b"A", ms(6800)), "two seconds later, on purpose");
        debounce.tick(ms(9000));
        assert!(debounce.last.is_none());
    }
}
