//! A receipt printer: asks how it is, sends the ticket, asks again.
//!
//! Real-time status `DLE EOT n` (1 printer, 2 why it is offline, 4 paper) is answered right away, even while it
//! prints or has stopped. Bits 1 and 4 of an answer are always set, bits 0 and 7 never: any other byte is no
//! answer. `GS r 1` is answered in its turn, after the ticket before it: that is how we know it is out.

use std::time::Duration;

use super::link::{Connect, Link, LinkTrouble};
use super::{PrintJob, Printer, PrinterStatus};
use crate::clock::{Clock, SystemClock};
use crate::domain::ticket::{PrintOutcome, PrintTrouble};
use crate::paper::{DOTS_PER_MM, escpos};

/// `GS r 1`: say how the paper is, when its turn comes.
const WHEN_DONE: [u8; 3] = [0x1D, b'r', 1];
/// `DLE DC4 8`: forget what was received but not printed.
const CLEAR_BUFFER: [u8; 10] = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];
/// Ends a picture that was cut short: white rows, or nothing at all if there is no picture under way.
static REST_OF_A_BAND: [u8; 72 * escpos::BAND_ROWS] = [0; 72 * escpos::BAND_ROWS];

/// How long a printer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the answer to one question.
    pub answer: Duration,
    /// For it to take a ticket.
    pub send: Duration,
    /// For it to finish the ticket, beside the time that the paper needs to move.
    pub finish: Duration,
    /// The slowest printer, in millimetres of paper a second.
    pub paper_mm_per_second: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            answer: Duration::from_millis(400),
            send: Duration::from_secs(6),
            finish: Duration::from_millis(800),
            paper_mm_per_second: 80,
        }
    }
}

/// The three answers about a printer's state; `None` for one that did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusBytes {
    /// `DLE EOT 1`: the printer.
    pub printer: Option<u8>,
    /// `DLE EOT 2`: why it is offline.
    pub offline: Option<u8>,
    /// `DLE EOT 4`: the paper.
    pub paper: Option<u8>,
}

impl StatusBytes {
    /// What they say together. The cover comes first: who opens it to change the roll sees one thing to do.
    #[must_use]
    pub fn status(self) -> PrinterStatus {
        let has = |byte: Option<u8>, bits: u8| byte.is_some_and(|byte| byte & bits != 0);
        if self == Self::default() {
            PrinterStatus::Unknown
        } else if has(self.offline, 0x04) {
            PrinterStatus::CoverOpen
        } else if has(self.offline, 0x20) || has(self.paper, 0x60) {
            PrinterStatus::NoPaper
        } else if has(self.offline, 0x40) || has(self.printer, 0x08) {
            PrinterStatus::Fault
        } else if has(self.paper, 0x0C) {
            PrinterStatus::PaperLow
        } else {
            PrinterStatus::Ready
        }
    }
}

/// Whether a byte is an answer to `DLE EOT`.
fn is_real_time_answer(byte: u8) -> bool {
    byte & 0b1001_0011 == 0b0001_0010
}

/// Whether a byte is an answer to `GS r 1`.
fn is_answer_in_turn(byte: u8) -> bool {
    byte & 0b1001_0000 == 0
}

/// A receipt printer at the end of some connection.
#[derive(Debug)]
pub struct EscposPrinter<C> {
    connect: C,
    patience: Patience,
    /// The last ticket stopped in the middle: the printer may still wait for the rest of a picture.
    cut_short: bool,
}

impl<C: Connect> EscposPrinter<C> {
    /// A printer that is reached this way and waited for this long.
    pub fn new(connect: C, patience: Patience) -> Self {
        Self { connect, patience, cut_short: false }
    }
}

impl<C: Connect> Printer for EscposPrinter<C> {
    fn status(&mut self) -> PrinterStatus {
        let patience = self.patience;
        match self.connect.connect(patience.connect) {
            Ok(mut link) => ask(link.as_mut(), patience),
            Err(trouble) => status_of(trouble),
        }
    }

    fn print(&mut self, job: &PrintJob) -> PrintOutcome {
        let patience = self.patience;
        let mut link = match self.connect.connect(patience.connect) {
            Ok(link) => link,
            Err(trouble) => return PrintOutcome::Failed(trouble_of(trouble)),
        };
        let mut before = ask(link.as_mut(), patience);
        if before == PrinterStatus::Unknown && self.cut_short {
            // It took the question for a part of the picture: end that first.
            if let Err(trouble) = link.send(&REST_OF_A_BAND, patience.send) {
                return PrintOutcome::Failed(trouble_of(trouble));
            }
            before = ask(link.as_mut(), patience);
        }
        if let Some(trouble) = before.trouble() {
            return PrintOutcome::Failed(trouble);
        }
        let mut bytes = if self.cut_short { REST_OF_A_BAND.to_vec() } else { Vec::new() };
        bytes.extend(escpos::ticket_bytes(&job.picture));
        let answers = before != PrinterStatus::Unknown;
        if answers {
            bytes.extend(WHEN_DONE);
        }
        let sent = link.send(&bytes, patience.send);
        zeroize::Zeroize::zeroize(&mut bytes);
        self.cut_short = sent.is_err();
        if let Err(trouble) = sent {
            // Half a ticket is out. What the printer still holds must not come out after the next roll.
            let after =
                if trouble == LinkTrouble::Gone { PrinterStatus::Unreachable } else { ask(link.as_mut(), patience) };
            let _ = link.send(&CLEAR_BUFFER, patience.answer);
            return PrintOutcome::Failed(after.trouble().unwrap_or_else(|| trouble_of(trouble)));
        }
        if !answers {
            return PrintOutcome::Unknown;
        }
        let paper_moves = Duration::from_millis(
            u64::from(job.picture.height() / DOTS_PER_MM) * 1000 / u64::from(patience.paper_mm_per_second.max(1)),
        );
        match finish(link.as_mut(), patience, paper_moves + patience.finish) {
            PrinterStatus::Ready | PrinterStatus::PaperLow => PrintOutcome::Printed,
            PrinterStatus::Unknown => PrintOutcome::Unknown,
            bad => {
                self.cut_short = true;
                let _ = link.send(&CLEAR_BUFFER, patience.answer);
                bad.trouble().map_or(PrintOutcome::Unknown, PrintOutcome::Failed)
            }
        }
    }
}

/// How the printer is now.
fn ask(link: &mut dyn Link, patience: Patience) -> PrinterStatus {
    let mut answers = StatusBytes::default();
    // An answer that came too late for the last question must not pass for one to this.
    let mut stale = [0; 64];
    while matches!(link.receive(&mut stale, Duration::from_millis(1)), Ok(1..)) {}
    for (question, answer) in [(1, &mut answers.printer), (2, &mut answers.offline), (4, &mut answers.paper)] {
        match exchange(link, question, patience.answer) {
            Ok(Heard { state: Some(byte), .. }) => *answer = Some(byte),
            // Who does not answer one question answers none.
            Ok(Heard { state: None, .. }) => break,
            Err(trouble) => return status_of(trouble),
        }
    }
    answers.status()
}

/// What came after a question.
struct Heard {
    /// The answer to it.
    state: Option<u8>,
    /// The answer in its turn came too: the ticket is out.
    done: bool,
}

/// Asks one question and listens until its answer, or until the time is up.
fn exchange(link: &mut dyn Link, question: u8, limit: Duration) -> Result<Heard, LinkTrouble> {
    link.send(&[0x10, 0x04, question], limit)?;
    let clock = SystemClock::default();
    let mut heard = Heard { state: None, done: false };
    let mut came = [0; 16];
    while heard.state.is_none() {
        let left = limit.saturating_sub(clock.elapsed());
        if left.is_zero() {
            break;
        }
        let count = link.receive(&mut came, left)?;
        for byte in came.iter().take(count).copied() {
            heard.done |= is_answer_in_turn(byte);
            if is_real_time_answer(byte) {
                heard.state = Some(byte);
            }
        }
    }
    Ok(heard)
}

/// Waits for the ticket to be out: until the answer in its turn, trouble, or the time that any printer needs.
fn finish(link: &mut dyn Link, patience: Patience, limit: Duration) -> PrinterStatus {
    let clock = SystemClock::default();
    let mut came = [0; 16];
    let mut done = false;
    while !done && clock.elapsed() < limit {
        match link.receive(&mut came, Duration::from_millis(150).min(limit)) {
            Ok(count) => done = came.iter().take(count).any(|byte| is_answer_in_turn(*byte)),
            Err(trouble) => return status_of(trouble),
        }
        for question in [2, 4] {
            if done {
                break;
            }
            let heard = match exchange(link, question, patience.answer) {
                Ok(heard) => heard,
                Err(trouble) => return status_of(trouble),
            };
            done = heard.done;
            let (offline, paper) = if question == 2 { (heard.state, None) } else { (None, heard.state) };
            let status = StatusBytes { printer: None, offline, paper }.status();
            if status.trouble().is_some() {
                return status;
            }
        }
    }
    ask(link, patience)
}

fn status_of(trouble: LinkTrouble) -> PrinterStatus {
    match trouble {
        LinkTrouble::Gone | LinkTrouble::TooSlow => PrinterStatus::Unreachable,
        LinkTrouble::NoPaper => PrinterStatus::NoPaper,
    }
}

fn trouble_of(trouble: LinkTrouble) -> PrintTrouble {
    match trouble {
        LinkTrouble::Gone | LinkTrouble::TooSlow => PrintTrouble::Unreachable,
        LinkTrouble::NoPaper => PrintTrouble::NoPaper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_bytes_mean_what_the_manual_says() {
        use PrinterStatus::*;
        let all = |printer, offline, paper| StatusBytes { printer, offline, paper };
        for (answers, expected) in [
            (all(None, None, None), Unknown),
            (all(Some(0x12), Some(0x12), Some(0x12)), Ready),
            (all(Some(0x16), Some(0x12), Some(0x12)), Ready), // bit 2 is the drawer's
            (all(Some(0x12), None, None), Ready),
            (all(Some(0x12), Some(0x12), Some(0x1E)), PaperLow),
            (all(Some(0x1A), Some(0x32), Some(0x72)), NoPaper),
            (all(Some(0x12), Some(0x12), Some(0x72)), NoPaper),
            (all(Some(0x1A), Some(0x32), Some(0x12)), NoPaper),
            (all(Some(0x1A), Some(0x16), Some(0x12)), CoverOpen),
            (all(Some(0x1A), Some(0x36), Some(0x72)), CoverOpen),
            (all(Some(0x1A), Some(0x52), Some(0x12)), Fault),
            (all(Some(0x1A), Some(0x12), Some(0x12)), Fault),
        ] {
            assert_eq!(answers.status(), expected, "{answers:02x?}");
        }
    }

    #[test]
    fn only_an_answer_is_an_answer() {
        for byte in 0..=u8::MAX {
            let fixed = byte & 0x02 != 0 && byte & 0x10 != 0 && byte & 0x01 == 0 && byte & 0x80 == 0;
            assert_eq!(is_real_time_answer(byte), fixed, "{byte:#04x}");
            assert!(!(is_real_time_answer(byte) && is_answer_in_turn(byte)), "{byte:#04x}");
        }
    }
}
