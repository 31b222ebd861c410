//! Device files and network connections, with a limit on every wait.
//!
//! Invariants: a connection is made for each use and closed after it, so a printer that was pulled out
//! is found again, and a network printer is free for others in between; no call takes longer than the
//! limit it was given (but a host *name* is looked up by the system, which may take its own time: in a
//! clinic, write the number).

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::clock::{Clock, SystemClock};

/// Why a connection does not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkTrouble {
    /// There is no one (any more).
    Gone,
    /// The time was up.
    TooSlow,
    /// The system says so itself: the kernel's printer driver answers a write with "no space".
    NoPaper,
}

/// A connection to a printer.
pub trait Link {
    /// Sends all of it within the limit.
    ///
    /// # Errors
    /// If there is no one, or not all of it was taken in time; how much was taken is not known then.
    fn send(&mut self, bytes: &[u8], limit: Duration) -> Result<(), LinkTrouble>;

    /// What came from the printer, at most `buffer`; waits for it no longer than the limit. 0 if nothing came.
    ///
    /// # Errors
    /// If there is no one.
    fn receive(&mut self, buffer: &mut [u8], limit: Duration) -> Result<usize, LinkTrouble>;
}

/// Makes connections to one printer.
pub trait Connect: Send {
    /// Connects within the limit.
    ///
    /// # Errors
    /// If there is no one.
    fn connect(&mut self, limit: Duration) -> Result<Box<dyn Link + '_>, LinkTrouble>;
}

/// A device file, such as `/dev/usb/lp0`.
#[derive(Debug)]
pub struct FileConnect {
    path: PathBuf,
}

impl FileConnect {
    /// The printer at this path, whether it is there or not.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl Connect for FileConnect {
    fn connect(&mut self, _: Duration) -> Result<Box<dyn Link + '_>, LinkTrouble> {
        let kind = std::fs::metadata(&self.path).map_err(|_| LinkTrouble::Gone)?.file_type();
        // What is written to a pipe or a plain file would come back as an answer.
        let one_way = kind.is_file() || kind.is_fifo();
        let flags =
            (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::APPEND).bits() as i32;
        let open = |read| File::options().read(read).write(true).custom_flags(flags).open(&self.path);
        let (file, answers) = match open(!one_way) {
            Ok(file) => (file, !one_way),
            // Some device files may be written only: then the printer's state is unknown.
            Err(refused) if refused.kind() == ErrorKind::PermissionDenied => {
                (open(false).map_err(|_| LinkTrouble::Gone)?, false)
            }
            Err(_) => return Err(LinkTrouble::Gone),
        };
        Ok(Box::new(FileLink { file, answers }))
    }
}

struct FileLink {
    file: File,
    answers: bool,
}

impl FileLink {
    /// Waits until the device is ready; whether it is. A device that is gone counts as ready: the read
    /// or write that follows says so.
    fn wait(&self, flags: PollFlags, limit: Duration) -> Result<bool, LinkTrouble> {
        let limit = Timespec { tv_sec: limit.as_secs() as i64, tv_nsec: i64::from(limit.subsec_nanos()) };
        match poll(&mut [PollFd::new(&self.file, flags)], Some(&limit)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(_) => Err(LinkTrouble::Gone),
        }
    }
}

/// After "ready" without a byte: USB printers answer a read with an empty packet as often as one asks.
const PAUSE: Duration = Duration::from_millis(5);

impl Link for FileLink {
    fn send(&mut self, mut bytes: &[u8], limit: Duration) -> Result<(), LinkTrouble> {
        let clock = SystemClock::default();
        while !bytes.is_empty() {
            let left = limit.saturating_sub(clock.elapsed());
            if left.is_zero() {
                return Err(LinkTrouble::TooSlow);
            }
            if !self.wait(PollFlags::OUT, left)? {
                continue;
            }
            match self.file.write(bytes) {
                Ok(0) => std::thread::sleep(PAUSE),
                Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Err(LinkTrouble::NoPaper),
                Err(_) => return Err(LinkTrouble::Gone),
            }
        }
        // The kernel's printer driver takes the last piece before the printer does, and drops it if the
        // file is closed then.
        while !self.wait(PollFlags::OUT, limit.saturating_sub(clock.elapsed()))? {
            if clock.elapsed() >= limit {
                return Err(LinkTrouble::TooSlow);
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], limit: Duration) -> Result<usize, LinkTrouble> {
        if !self.answers {
            return Ok(0);
        }
        let clock = SystemClock::default();
        loop {
            let left = limit.saturating_sub(clock.elapsed());
            if left.is_zero() {
                return Ok(0);
            }
            if !self.wait(PollFlags::IN, left)? {
                continue;
            }
            match self.file.read(buffer) {
                Ok(0) => std::thread::sleep(PAUSE),
                Ok(count) => return Ok(count),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    std::thread::sleep(PAUSE);
                }
                Err(_) => return Err(LinkTrouble::Gone),
            }
        }
    }
}

/// A network printer, usually at port 9100.
#[derive(Debug)]
pub struct TcpConnect {
    host: String,
    port: u16,
}

impl TcpConnect {
    /// The printer at this address, whether it is there or not.
    #[must_use]
    pub fn new(host: String, port: u16) -> Self {
        Self { host, port }
    }
}

impl Connect for TcpConnect {
    fn connect(&mut self, limit: Duration) -> Result<Box<dyn Link + '_>, LinkTrouble> {
        let clock = SystemClock::default();
        let addresses = (self.host.as_str(), self.port).to_socket_addrs().map_err(|_| LinkTrouble::Gone)?;
        for address in addresses {
            let left = limit.saturating_sub(clock.elapsed());
            if left.is_zero() {
                break;
            }
            if let Ok(stream) = TcpStream::connect_timeout(&address, left) {
                // Status questions are three bytes: they must not wait for more.
                let _ = stream.set_nodelay(true);
                return Ok(Box::new(TcpLink { stream }));
            }
        }
        Err(LinkTrouble::Gone)
    }
}

struct TcpLink {
    stream: TcpStream,
}

impl Link for TcpLink {
    fn send(&mut self, mut bytes: &[u8], limit: Duration) -> Result<(), LinkTrouble> {
        let clock = SystemClock::default();
        while !bytes.is_empty() {
            let left = limit.saturating_sub(clock.elapsed());
            if left.is_zero() {
                return Err(LinkTrouble::TooSlow);
            }
            self.stream.set_write_timeout(Some(left)).map_err(|_| LinkTrouble::Gone)?;
            match self.stream.write(bytes) {
                Ok(0) => return Err(LinkTrouble::Gone),
                Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
                Err(error) if is_wait(&error) => {}
                Err(_) => return Err(LinkTrouble::Gone),
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], limit: Duration) -> Result<usize, LinkTrouble> {
        self.stream.set_read_timeout(Some(limit.max(Duration::from_millis(1)))).map_err(|_| LinkTrouble::Gone)?;
        match self.stream.read(buffer) {
            Ok(0) => Err(LinkTrouble::Gone),
            Ok(count) => Ok(count),
            Err(error) if is_wait(&error) => Ok(0),
            Err(_) => Err(LinkTrouble::Gone),
        }
    }
}

impl Drop for TcpLink {
    /// Closing with an answer unread would reset the connection, and the printer would throw away what it
    /// has not printed yet.
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let mut rest = [0; 64];
        let clock = SystemClock::default();
        while clock.elapsed() < Duration::from_millis(200) {
            if self.stream.set_read_timeout(Some(Duration::from_millis(50))).is_err()
                || !matches!(self.stream.read(&mut rest), Ok(1..))
            {
                break;
            }
        }
    }
}

fn is_wait(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
