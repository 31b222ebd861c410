//! The kiosk program: arguments, parts, run.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use arrivals::clock::SystemClock;
use arrivals::kiosk::config::KioskConfig;
use arrivals::kiosk::window::Ended;
use arrivals::kiosk::{self_test, window};
use clap::{Parser, Subcommand};

/// A self-service check-in kiosk for clinics and hospitals.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a demo with nothing to install: a desk inside, simulated devices, a clinic day around now.
    #[cfg(feature = "desk")]
    Demo {
        /// Plays whole check-ins without a display and saves pictures, tickets and transcript.json in --out.
        #[arg(long, requires = "out")]
        headless: bool,
        /// The folder for the headless demo's files.
        #[arg(long, value_name = "DIR", requires = "headless")]
        out: Option<PathBuf>,
        /// The headless window, in pixels.
        #[arg(
            long,
            value_name = "WIDTHxHEIGHT",
            requires = "headless",
            default_value = "1280x800",
            value_parser = size
        )]
        size: (u32, u32),
        /// How large pages are drawn in it: 1 is their own size, 0.5 half of it.
        #[arg(long, value_name = "FACTOR", requires = "headless", default_value_t = 1.0, value_parser = scale)]
        scale: f32,
        /// Plays only this one; can be repeated.
        #[arg(long = "play", value_name = "NAME", requires = "headless")]
        plays: Vec<String>,
        /// Keeps the demo's data in this folder; without it everything is temporary.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// The desk's port; without it 8080, or any free one.
        #[arg(long, value_name = "PORT", conflicts_with = "headless")]
        port: Option<u16>,
    },
    /// Runs the kiosk with a configuration.
    Run {
        /// The configuration file; see deploy/kiosk.example.toml.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Checks every device and prints a test ticket; exit status 0 only if all are ready.
    SelfTest {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("ARRIVALS_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,arrivals=info"));
    // Colors are for people; a journal or a file gets plain lines.
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    arrivals::files::no_core_dumps();
    match run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("arrivals-kiosk: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match command {
        #[cfg(feature = "desk")]
        Command::Demo { headless: true, out: Some(out), data, size, scale, plays, .. } => {
            let how = arrivals::kiosk::demo::run::Headless { out, data, size, scale, plays };
            let all_held = arrivals::kiosk::demo::run::run_headless(&how, &runtime)?;
            Ok(if all_held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        #[cfg(feature = "desk")]
        Command::Demo { data, port, .. } => {
            arrivals::kiosk::demo::run::run(data, port, &runtime)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Run { config } => {
            let config = KioskConfig::load(&config)?;
            match window::run(&config, Arc::new(SystemClock::default()), &runtime)? {
                Ended::Closed => Ok(ExitCode::SUCCESS),
                Ended::StartAgain => start_again(),
            }
        }
        Command::SelfTest { config } => {
            let config = KioskConfig::load(&config)?;
            let clock: Arc<dyn arrivals::clock::Clock> = Arc::new(SystemClock::default());
            let all_ready = self_test::run(&config, &clock, &runtime, |line| {
                println!("{:8} {:9} {}", line.part, if line.is_ready { "ready" } else { "NOT READY" }, line.says);
            });
            Ok(if all_ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

/// `1280x800`: sides from 320 to 8192 pixels.
#[cfg(feature = "desk")]
fn size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    sides
        .filter(|(width, height)| [width, height].into_iter().all(|side| (320..=8192).contains(side)))
        .ok_or_else(|| "write width and height in pixels, 320 to 8192, such as 1280x800".to_owned())
}

/// A factor from 0.25 to 4.
#[cfg(feature = "desk")]
fn scale(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|factor| (0.25..=4.0).contains(factor))
        .ok_or_else(|| "write a factor from 0.25 to 4".to_owned())
}

/// Restarts as the program of this name with the same arguments: the one installed now, if it was updated in the
/// meantime.
fn start_again() -> anyhow::Result<ExitCode> {
    let mut arguments = std::env::args_os();
    let name = arguments.next().context("the program does not know its own name")?;
    let error = std::os::unix::process::CommandExt::exec(std::process::Command::new(&name).args(arguments));
    Err(error).context("the program cannot restart itself; start it again")
}
