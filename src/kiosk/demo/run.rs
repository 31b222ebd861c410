//! Gives the demo: in a window beside its developer panel, or without a display.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::inside::{DeskInside, USER};
use super::player::Player;
use super::plays::{PLAYS, Play};
use super::rig::{self, Rig, Setup};
use super::transcript::Transcript;
use super::{day, panel};
use crate::clock::{Clock, ManualClock, SystemClock};
use crate::kiosk::mailbox::Mailbox;
use crate::kiosk::window::headless::{self, Stage};
use crate::kiosk::window::stop::Stop;
use crate::kiosk::window::{Ended, mailbox, open, run_app};

/// The demo's desk listens here if nothing else is asked for and it is free.
pub const PORT: u16 = 8080;
/// The demo's desk holds invented people and answers on this machine only; its password is no secret.
const PASSWORD: &str = "quiet-lobby-lamp";

/// Runs the demo in a window, beside its developer panel.
///
/// # Errors
/// One sentence on what to do: no display, a port in use, a folder that cannot be written.
pub fn run(data: Option<PathBuf>, port: Option<u16>, runtime: &tokio::runtime::Runtime) -> anyhow::Result<()> {
    // First of all: without a display nothing else should start.
    let window = open()?;
    let stop = Stop::listen(runtime).context("the system's request to end cannot be listened for")?;
    let folder = Folder::of(data)?;
    let (mailbox, inbox) = mailbox();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let setup =
        |port| Setup { folder: folder.path(), tickets: Some(folder.path().join("tickets")), port, password: PASSWORD };
    let rig = runtime.block_on(async {
        match port {
            Some(port) => Rig::set_up(setup(port), Arc::clone(&clock), &mailbox).await,
            // The usual port may be another desk's; any free one will do for a demo.
            None => match Rig::set_up(setup(PORT), Arc::clone(&clock), &mailbox).await {
                Ok(rig) => Ok(rig),
                Err(_) => Rig::set_up(setup(0), Arc::clone(&clock), &mailbox).await,
            },
        }
    })?;
    println!("The desk is at {} (name: {USER}, password: {PASSWORD}).", rig.desk.url());
    println!("Tickets, the desk's and the kiosk's files are in {}.", folder.path().display());
    let kiosk = rig.kiosk()?;
    let panel = panel::open(&rig, &mailbox, &window)?;
    if run_app(window, kiosk, inbox, &stop)? == Ended::StartAgain {
        println!("The desk wants the kiosk to start again: a demo ends here. Start it again.");
    }
    drop(panel);
    runtime.block_on(close(rig.desk));
    Ok(())
}

async fn close(desk: DeskInside) {
    desk.stop().await;
}

/// How the demo is played without a display.
#[derive(Debug, Clone)]
pub struct Headless {
    /// Where pictures, tickets and `transcript.json` go.
    pub out: PathBuf,
    /// Where the demo's files are kept; without it they are temporary.
    pub data: Option<PathBuf>,
    /// The window, width and height in pixels.
    pub size: (u32, u32),
    /// How large pages are drawn in it; 1 is their own size.
    pub scale: f32,
    /// The plays to give, by name; none means all of them.
    pub plays: Vec<String>,
}

impl Headless {
    /// Every play, on the page that is the drawing board.
    #[must_use]
    pub fn into(out: impl Into<PathBuf>) -> Self {
        Self { out: out.into(), data: None, size: (1280, 800), scale: 1.0, plays: Vec::new() }
    }

    fn plays(&self) -> anyhow::Result<Vec<&'static Play>> {
        if let Some(unknown) = self.plays.iter().find(|name| PLAYS.iter().all(|play| play.name != name.as_str())) {
            let names: Vec<&str> = PLAYS.iter().map(|play| play.name).collect();
            bail!("there is no play {unknown:?}; there are: {}", names.join(", "));
        }
        Ok(PLAYS
            .iter()
            .filter(|play| self.plays.is_empty() || self.plays.iter().any(|name| name == play.name))
            .collect())
    }
}

/// Plays without a display, and leaves pictures, tickets and `transcript.json`. Answers whether everything held that
/// the plays expect.
///
/// # Errors
/// If there is no such play, a file cannot be written or the desk cannot be started.
pub fn run_headless(how: &Headless, runtime: &tokio::runtime::Runtime) -> anyhow::Result<bool> {
    let (out, plays) = (how.out.as_path(), how.plays()?);
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    let stop = Stop::listen(runtime).context("the system's request to end cannot be listened for")?;
    let folder = Folder::of(how.data.clone())?;
    let clinic = day::settings().day()?;
    let today = clinic.of(SystemClock::default().now());
    let morning = today
        .at(10, 5, 0, 0)
        .to_zoned_datetime(clinic.zone().clone())
        .context("today has no morning in the clinic's time zone")?;
    let clock = ManualClock::at(morning.timestamp());
    let (mailbox, inbox) = Mailbox::new(|| {});
    let setup = Setup { folder: folder.path(), tickets: None, port: 0, password: PASSWORD };
    let rig = runtime.block_on(Rig::set_up(setup, Arc::new(clock.clone()), &mailbox))?;
    let window = headless::window_drawn_at(how.size.0, how.size.1, how.scale)?;
    let kiosk = rig.kiosk()?;
    let stage = Stage::new(window, kiosk, inbox);
    stage.until("the first word from the desk", |app| app.surroundings().desk_reached && app.knows_clinic())?;
    let mut transcript = Transcript::default();
    for (number, play) in plays.iter().enumerate() {
        if stop.is_asked() {
            bail!("stopped after {number} of {} plays", plays.len());
        }
        let mut player = Player::begin(play.name, play.language, &stage, &rig, &clock, out)?;
        let outcome = (play.act)(&mut player);
        if outcome.is_err() {
            player.look()?;
            player.leave()?;
        }
        let record = player.end(outcome)?;
        let verdict = match &record.failed_because {
            None => "held".to_owned(),
            Some(why) => format!("did NOT hold: {why}"),
        };
        println!("{:2}/{} {:28} {verdict}", number + 1, plays.len(), play.name);
        transcript.plays.push(record);
        // The next person comes a little later, so that one code held twice is two scans.
        clock.advance(Duration::from_secs(5));
    }
    let path = out.join("transcript.json");
    fs::write(&path, serde_json::to_vec_pretty(&transcript)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    runtime.block_on(close(rig.desk));
    println!("Pictures, tickets and transcript.json are in {}.", out.display());
    Ok(transcript.plays.iter().all(|play| play.passed))
}

/// Where the demo keeps its files: a folder that was asked for, or one that goes away.
struct Folder {
    path: PathBuf,
    is_temporary: bool,
}

impl Folder {
    fn of(data: Option<PathBuf>) -> anyhow::Result<Self> {
        let (path, is_temporary) = match data {
            Some(path) => (path, false),
            None => (std::env::temp_dir().join(format!("arrivals-demo-{}", rig::random_text()?)), true),
        };
        fs::create_dir_all(&path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        if !path.is_dir() {
            bail!("{} is not a folder", path.display());
        }
        Ok(Self { path, is_temporary })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary {
            // What the system clears anyway; nothing in it is about a real person.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
