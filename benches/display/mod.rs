//! A display in memory whose picture can be read as a file: Xvfb.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Four bytes a pixel, after a head of a size that is Xvfb's affair.
const PIXEL: u64 = 4;

/// An X server without a screen.
#[derive(Debug)]
pub struct Display {
    server: Child,
    picture: File,
    head: u64,
    size: (u32, u32),
    /// What programs find it by.
    pub name: String,
}

impl Display {
    /// Starts one; none if Xvfb is not installed.
    pub fn start(folder: &Path, size: (u32, u32)) -> Option<Self> {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-nolisten",
                "tcp",
                "-screen",
                "0",
                &format!("{}x{}x24", size.0, size.1),
                "-fbdir",
            ])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        BufReader::new(server.stdout.take()?).read_line(&mut number).ok()?;
        let picture = File::open(folder.join("Xvfb_screen0")).ok()?;
        let head = picture.metadata().ok()?.len().checked_sub(u64::from(size.0) * u64::from(size.1) * PIXEL)?;
        Some(Self { server, picture, head, size, name: format!(":{}", number.trim()) })
    }

    /// What is on it, looked at in every sixteenth line.
    pub fn look(&self) -> Vec<u8> {
        let row = u64::from(self.size.0) * PIXEL;
        let mut seen = Vec::new();
        for line in (8..u64::from(self.size.1)).step_by(16) {
            let mut pixels = vec![0; usize::try_from(row).unwrap_or(0)];
            self.picture.read_exact_at(&mut pixels, self.head + line * row).expect("the display's picture");
            seen.append(&mut pixels);
        }
        seen
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
