//! A receipt printer made of a state: bytes in, answers out, tickets on the floor.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use arrivals::device::printer::{Connect, Link, LinkTrouble};

/// How it behaves.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    pub unplugged: bool,
    pub silent: bool,
    /// Answers every question with a byte that is no answer.
    pub garbled: bool,
    pub cover_open: bool,
    pub no_paper: bool,
    pub paper_low: bool,
    pub fault: bool,
    /// The roll ends after this many rows of dots.
    pub rows_left: Option<usize>,
    /// The cable is pulled after this many bytes.
    pub bytes_left: Option<usize>,
    /// It stops taking bytes after this many, without a word.
    pub stuck_after: Option<usize>,
    /// It does not know `GS r`.
    pub no_answer_in_turn: bool,
}

#[derive(Default)]
pub struct State {
    pub behaviour: Behaviour,
    waiting: Vec<u8>,
    answers: Vec<u8>,
    /// Every byte that is not a status question.
    pub received: Vec<u8>,
    pub rows: usize,
    pub tickets: usize,
    pub cleared: usize,
}

#[derive(Clone, Default)]
pub struct Machine(Arc<Mutex<State>>);

impl Machine {
    pub fn new(behaviour: Behaviour) -> Self {
        let machine = Self::default();
        machine.state().behaviour = behaviour;
        machine
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics with the lock")
    }

    /// Bytes from the computer; what it says to them.
    pub fn feed(&self, bytes: &[u8]) -> Vec<u8> {
        let mut state = self.state();
        state.feed(bytes);
        std::mem::take(&mut state.answers)
    }
}

impl State {
    fn offline(&self) -> bool {
        self.behaviour.cover_open || self.behaviour.no_paper || self.behaviour.fault
    }

    fn answer(&mut self, question: u8) {
        let behaviour = &self.behaviour;
        if behaviour.silent {
            return;
        }
        let bit = |set: bool, bits: u8| if set { bits } else { 0 };
        let byte = match question {
            _ if behaviour.garbled => 0x81,
            1 => 0x12 | bit(self.offline(), 0x08),
            2 => 0x12 | bit(behaviour.cover_open, 0x04) | bit(behaviour.no_paper, 0x20) | bit(behaviour.fault, 0x40),
            _ => 0x12 | bit(behaviour.no_paper, 0x60) | bit(behaviour.paper_low, 0x0C),
        };
        self.answers.push(byte);
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
        loop {
            let used = match self.waiting.as_slice() {
                [] => return,
                [0x10, 0x04, question, ..] => {
                    let question = *question;
                    self.answer(question);
                    self.waiting.drain(..3);
                    continue;
                }
                [0x10, 0x14, 8, _, _, _, _, _, _, _, ..] => {
                    self.cleared += 1;
                    10
                }
                [0x10, 0x04] | [0x10, 0x14, ..] | [0x10] | [0x1D] | [0x1B] | [0x1D, b'r'] => return,
                _ if self.offline() => 1,
                [0x1B, b'@', ..] => 2,
                [0x1D, b'r', 1, ..] => {
                    if !self.behaviour.silent && !self.behaviour.no_answer_in_turn {
                        self.answers.push(0);
                    }
                    3
                }
                [0x1D, b'V', 66, _, ..] => {
                    self.tickets += 1;
                    4
                }
                [0x1D, b'v', b'0', 0, wl, wh, hl, hh, data @ ..] => {
                    let row = usize::from(*wl) + 256 * usize::from(*wh);
                    let band = usize::from(*hl) + 256 * usize::from(*hh);
                    if data.len() < row * band {
                        return;
                    }
                    self.rows += band;
                    if self.behaviour.rows_left.is_some_and(|left| self.rows > left) {
                        self.behaviour.no_paper = true;
                    }
                    8 + row * band
                }
                [0x1D, ..] if self.waiting.len() < 8 => return,
                _ => 1,
            };
            self.received.extend(self.waiting.drain(..used));
        }
    }
}

impl Connect for Machine {
    fn connect(&mut self, _: Duration) -> Result<Box<dyn Link + '_>, LinkTrouble> {
        if self.state().behaviour.unplugged {
            Err(LinkTrouble::Gone)
        } else {
            Ok(Box::new(Cable(self.clone(), Vec::new())))
        }
    }
}

/// A cable without a wait: what does not come at once never comes.
struct Cable(Machine, Vec<u8>);

impl Link for Cable {
    fn send(&mut self, bytes: &[u8], _: Duration) -> Result<(), LinkTrouble> {
        for byte in bytes {
            let mut state = self.0.state();
            if state.behaviour.unplugged {
                return Err(LinkTrouble::Gone);
            }
            if let Some(left) = &mut state.behaviour.bytes_left {
                match left.checked_sub(1) {
                    Some(fewer) => *left = fewer,
                    None => {
                        state.behaviour.unplugged = true;
                        return Err(LinkTrouble::Gone);
                    }
                }
            }
            if let Some(left) = &mut state.behaviour.stuck_after {
                match left.checked_sub(1) {
                    Some(fewer) => *left = fewer,
                    None => return Err(LinkTrouble::TooSlow),
                }
            }
            drop(state);
            self.1.extend(self.0.feed(&[*byte]));
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], _: Duration) -> Result<usize, LinkTrouble> {
        if self.0.state().behaviour.unplugged {
            return Err(LinkTrouble::Gone);
        }
        let count = self.1.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(self.1.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}
