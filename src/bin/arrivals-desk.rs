//! The desk program: arguments in, one sentence out when something is wrong.

use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use arrivals::clock::SystemClock;
use arrivals::desk::base::config::{DeskConfig, listen_address};
use arrivals::desk::base::connections::raise_open_files;
use arrivals::desk::base::out::write_file;
use arrivals::desk::page::reports::document;
use arrivals::desk::service::import::how::Mapping;
use arrivals::desk::service::import::matching;
use arrivals::desk::service::import::preview::preview_as;
use arrivals::desk::service::import::{Given, ImportError, Report, Summary, days, import_as, sample};
use arrivals::desk::service::reports::csv;
use arrivals::desk::store::{COMMAND, Days, Seen};
use arrivals::desk::{Desk, DeskOptions};
use arrivals::domain::ids::{AppointmentId, KioskId};
use arrivals::domain::report::Filter;
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;

#[path = "desk/data.rs"]
mod data;
#[path = "desk/kiosks.rs"]
mod kiosks;
#[path = "desk/people.rs"]
mod people;

/// The desk of a clinic: today's list, kiosk reports, and who needs attention.
#[derive(Parser)]
#[command(name = "arrivals-desk", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the desk until Ctrl-C or SIGTERM.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address and port to listen on, on this machine only, such as localhost:8080; overrides the configuration.
        #[arg(long, value_name = "ADDR", value_parser = listen_address)]
        listen: Option<SocketAddr>,
    },
    /// Imports appointments from CSV, Excel (.xlsx) or FHIR R4 JSON files, also while the desk runs.
    ///
    /// Prints one line per error and ends with `taken N, unchanged M, refused K`.
    /// Exit status: 0 no errors, 2 some rows had errors (the rest is imported), 1 a file could not be read at all.
    Import {
        /// Files with the extension .csv, .txt, .tsv, .xlsx, .xlsm, .json, .ndjson or .jsonl; all FHIR files together
        /// are one list.
        #[arg(required_unless_present = "sample_day")]
        files: Vec<PathBuf>,
        /// Instead of files: a sample clinic day around the current time, for a trial. A desk with its own
        /// appointments refuses it.
        #[arg(long, conflicts_with_all = ["files", "preview"])]
        sample_day: bool,
        /// Shows what would change, one line per appointment, and imports nothing.
        #[arg(long, visible_alias = "dry-run")]
        preview: bool,
        /// Maps the columns of these files, as TOML: `[columns]` with lines such as start = "Appt Time"; before it,
        /// optionally, ignore, date_order ("mdy" or "dmy"), delimiter, encoding and zone. Without it, the
        /// mapping from the Import page is used.
        #[arg(long, value_name = "FILE.toml", conflicts_with = "sample_day")]
        map: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
    /// Shows what a kiosk would answer to typed details, to test matching on a clinic's own list.
    ///
    /// Nothing is stored. Ends with `one N, ask_more M, none K, wrong J`.
    /// Exit status: 0 every attempt was read, 2 some were not (their outcome is none), 1 a file could not be read or
    /// written.
    Match {
        /// The list: CSV or FHIR R4 JSON, as for import.
        #[arg(long, value_name = "DAY.csv")]
        appointments: PathBuf,
        /// CSV with the columns try_id, given_name, family_name, birth_date (YYYY-MM-DD) and, optionally, phone_last4.
        /// An empty given_name means that it was not asked yet.
        #[arg(long, value_name = "TRIES.csv")]
        tries: PathBuf,
        /// The CSV file to write: try_id, outcome (one, ask_more or none), appointment_id (for one).
        #[arg(long, value_name = "RESULT.csv")]
        out: PathBuf,
    },
    /// Writes the letter of an appointment: a one-page PDF with the code that the patient scans at a kiosk.
    ///
    /// It contains the patient's name: protect it like the clinic's other letters. Running it again creates another
    /// letter for the appointment as it is then; the earlier letter works until it expires.
    Letter {
        /// The appointment ID in the scheduling system.
        appointment: String,
        /// The file to write. Don't use the patient's name in its name.
        #[arg(long, value_name = "FILE.pdf")]
        out: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Exports the contact and insurance changes that staff accepted, each exactly once, as CSV for the EHR.
    ///
    /// The changes get a batch number first, then the file is written. If the file was lost, --batch writes it again.
    /// A change that a later list contradicted is not exported; a note counts them. If there is nothing to export, no
    /// file is written and the exit status is 0. The file contains patient data: protect it.
    ExportChanges {
        /// The file to write.
        #[arg(long, value_name = "FILE.csv")]
        out: PathBuf,
        /// Writes this batch again and exports nothing new.
        #[arg(long, value_name = "N")]
        batch: Option<u64>,
        #[command(flatten)]
        place: Place,
    },
    /// Manages the keys that sign letters.
    #[command(subcommand)]
    LetterKey(kiosks::LetterKeyCommand),
    /// Manages users.
    #[command(subcommand)]
    User(people::UserCommand),
    /// Verifies or exports the audit log: who viewed or changed which patient's data, and when.
    #[command(subcommand)]
    Audit(people::AuditCommand),
    /// Manages kiosks.
    #[command(subcommand)]
    Kiosk(kiosks::KioskCommand),
    /// Writes a report of some days: one CSV per figure, and report.html with charts. It contains no names.
    ///
    /// Without dates: the week that ends today. Files of an earlier report in the folder are replaced. What each figure
    /// counts is in docs/reports.md. Exit status: 0 everything was written, 1 something was not.
    Report {
        /// The first day, such as 2026-11-23.
        #[arg(long, value_name = "DATE", default_value = "")]
        from: String,
        /// The last day. At most 366 days in all.
        #[arg(long, value_name = "DATE", default_value = "")]
        to: String,
        /// Only visits of this queue.
        #[arg(long, value_name = "NAME")]
        queue: Option<String>,
        /// Only visits for this service.
        #[arg(long, value_name = "NAME")]
        service: Option<String>,
        /// The folder to write to; created if it doesn't exist.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    #[command(flatten)]
    Data(data::DataCommand),
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// The folder with the desk's file; created if it doesn't exist.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A configuration file (see deploy/desk.example.toml).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    /// As it was typed, for a hint that names another command.
    fn as_flag(&self) -> String {
        match (&self.config, &self.data) {
            (Some(file), _) => format!("--config {}", file.display()),
            (None, Some(data)) => format!("--data {}", data.display()),
            (None, None) => "--data DIR".to_owned(),
        }
    }

    fn config(self) -> anyhow::Result<DeskConfig> {
        match (self.config, self.data) {
            (Some(file), _) => Ok(DeskConfig::load(&file)?),
            (None, Some(data)) => Ok(DeskConfig::of_folder(data)),
            (None, None) => bail!("the desk's data folder is missing: use --data DIR or --config FILE"),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    arrivals::files::no_core_dumps();
    match run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("arrivals-desk: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve { place, listen } => {
            let flag = place.as_flag();
            serve(place.config()?, listen, &flag)
        }
        Command::Import { sample_day: true, place, .. } => import_sample(&open(&place.config()?)?),
        Command::Import { files, preview, map, sample_day: false, place } => {
            import(&open(&place.config()?)?, &files, preview, map.as_deref())
        }
        Command::Match { appointments, tries, out } => match_tries(&appointments, &tries, &out),
        Command::User(command) => people::user(command),
        Command::Audit(command) => people::audit(command),
        Command::Kiosk(command) => kiosks::kiosk(command),
        Command::LetterKey(command) => kiosks::letter_key(command),
        Command::Data(command) => data::run(command),
        Command::Letter { appointment, out, place } => {
            let config = place.config()?;
            write_letter(&open_existing(&config)?, &config.data, &appointment, &out)
        }
        Command::ExportChanges { out, batch, place } => {
            let config = place.config()?;
            export_changes(&open_existing(&config)?, &config.data, &out, batch)
        }
        Command::Report { from, to, queue, service, out, place } => {
            let config = place.config()?;
            report(&open_existing(&config)?, &config.data, (&from, &to), Filter { queue, service }, &out)
        }
    }
}

fn open(config: &DeskConfig) -> anyhow::Result<Desk> {
    let clock = Arc::new(SystemClock::default());
    let options = DeskOptions::default()
        .messages(config.messages.clone())
        .session_idle(Duration::from_secs(60 * u64::from(config.session_idle_minutes)))
        .second_step_for(config.security.totp_required);
    let desk = Desk::open_with(&config.data, config.clinic.clone(), options, clock)?;
    for kiosk in &config.kiosk {
        let id = KioskId::new(kiosk.id.as_str());
        desk.enrol_kiosk(&id, kiosk.series, &kiosk.token)?;
        if let Some(place) = &kiosk.place {
            desk.place_kiosk(&id, place)?;
        }
    }
    Ok(desk)
}

/// For commands that need an existing desk: a mistyped folder must not become a new one.
fn open_existing(config: &DeskConfig) -> anyhow::Result<Desk> {
    if !config.data.join("desk.sqlite").exists() {
        bail!("there is no desk in {}: check --data, or data in the configuration", config.data.display());
    }
    open(config)
}

#[tokio::main]
async fn serve(config: DeskConfig, listen: Option<SocketAddr>, place: &str) -> anyhow::Result<ExitCode> {
    raise_open_files();
    let desk = open(&config)?;
    if config.clinic.is_some() && desk.has_own_settings()? {
        tracing::warn!(
            "[clinic] in the configuration is not used: settings were changed at the desk; \
             `arrivals-desk settings import FILE` publishes a file, `settings export` writes one"
        );
    }
    let serving = desk.serve(listen.unwrap_or(config.listen)).await?;
    println!("listening on http://{}", serving.addr);
    std::io::stdout().flush().context("cannot write to standard output")?;
    // For the person who started it. Programs read the line above.
    eprintln!("Open http://{}/ in a browser. Ctrl-C stops the desk.", serving.addr);
    if desk.users()?.is_empty() {
        eprintln!("No users yet. In another terminal: arrivals-desk user add NAME --role admin {place}");
    }
    let _alone = match Serves::alone(&config.data) {
        Ok(alone) => Some(alone),
        Err(TryLockError::WouldBlock) => {
            eprintln!(
                "Note: another desk already serves {}. Both use the same file; \
                 stop one of them if you did not intend that.",
                config.data.display()
            );
            None
        }
        Err(TryLockError::Error(error)) => {
            tracing::info!(error = %error.kind(), "cannot check whether another desk serves the same folder");
            None
        }
    };
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    stop_asked().await?;
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    serving.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// That a desk serves a folder, as long as this lives; over by itself when the program ends, however it ends. A file of
/// its own: SQLite has its own locks on the desk's.
struct Serves {
    _file: std::fs::File,
}

impl Serves {
    fn alone(data: &Path) -> Result<Self, TryLockError> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(data.join("serving.lock")).map_err(TryLockError::Error)?;
        file.try_lock()?;
        Ok(Self { _file: file })
    }
}

async fn stop_asked() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

fn match_tries(appointments: &Path, tries: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let mut tell = |report: Report| match report {
        Report::Refusal(text) | Report::Change(text) => println!("{text}"),
        Report::Note(text) => eprintln!("note: {text}"),
        Report::Progress(done) => eprintln!("{done} attempts so far"),
        Report::Days(_) => {}
    };
    let summary = matching::match_files(appointments, tries, out, &mut tell)?;
    println!("{summary}");
    Ok(if summary.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn write_letter(desk: &Desk, data: &Path, appointment: &str, out: &Path) -> anyhow::Result<ExitCode> {
    let id = AppointmentId::new(appointment);
    desk.note_seen(COMMAND, &Seen::Letter(id.clone()))?;
    let pdf = desk.letter(&id)?;
    write_file(out, &pdf, &[data]).map_err(anyhow::Error::msg)?;
    println!("{} is the letter of appointment {appointment}", out.display());
    if let Some(last_day) = desk.letter_ended(&id)? {
        eprintln!("note: no kiosk accepts this letter: it expired after {last_day}; check the appointment's date");
    }
    Ok(ExitCode::SUCCESS)
}

fn export_changes(desk: &Desk, data: &Path, out: &Path, batch: Option<u64>) -> anyhow::Result<ExitCode> {
    let contradicted = if batch.is_none() { desk.contradicted_since_last_batch()? } else { 0 };
    if contradicted > 0 {
        let changes = if contradicted == 1 { "change is" } else { "changes are" };
        eprintln!(
            "note: {contradicted} accepted {changes} not exported: a later list has a different value; \
             see the patient's page"
        );
    }
    let batch = match batch {
        Some(batch) => batch,
        None => match desk.next_export_batch()? {
            Some(batch) => batch,
            None => {
                println!("nothing to export: no accepted changes are pending");
                return Ok(ExitCode::SUCCESS);
            }
        },
    };
    let Some((csv, count)) = desk.export_csv(batch)? else {
        bail!("there is no batch {batch}; without --batch the next one is created")
    };
    if let Err(why) = write_file(out, &csv, &[data]) {
        bail!("{why}; batch {batch} is kept, write it with --batch {batch}");
    }
    println!("{} is batch {batch}: {count} {}", out.display(), if count == 1 { "change" } else { "changes" });
    Ok(ExitCode::SUCCESS)
}

fn report(desk: &Desk, data: &Path, (from, to): (&str, &str), filter: Filter, out: &Path) -> anyhow::Result<ExitCode> {
    let days = Days::read(from, to, desk.clinic_date()).map_err(anyhow::Error::msg)?;
    let made = desk.figures(days, filter.clone())?;
    std::fs::create_dir_all(out).with_context(|| format!("the folder {} cannot be created", out.display()))?;
    for figure in &made.figures {
        write_file(&out.join(format!("{}.csv", figure.code)), &csv(figure)?, &[data]).map_err(anyhow::Error::msg)?;
    }
    let page = document(&desk.settings().name, days, &filter, &made);
    write_file(&out.join("report.html"), page.as_bytes(), &[data]).map_err(anyhow::Error::msg)?;
    println!("{}: {} figures of {}, {} arrivals", out.display(), made.figures.len(), days.for_people(), made.arrivals);
    Ok(ExitCode::SUCCESS)
}

fn import(desk: &Desk, files: &[PathBuf], preview: bool, map: Option<&Path>) -> anyhow::Result<ExitCode> {
    let mapping = map.map(read_mapping).transpose()?;
    let how = desk.how_to_read(mapping)?;
    let mut summary = Summary::default();
    let mut unreadable = false;
    for group in Given::grouped(files) {
        let mut report = |report: Report| match report {
            Report::Refusal(text) | Report::Change(text) => println!("{text}"),
            Report::Note(text) => eprintln!("note: {text}"),
            Report::Progress(done) => eprintln!("{done} appointments so far"),
            Report::Days(found) => tell_days(desk, &found),
        };
        let done = Given::read(&group).and_then(|given| {
            for why in given.unreadable() {
                unreadable = true;
                eprintln!("arrivals-desk: {why}");
            }
            if preview {
                preview_as(desk, &given, &how, &mut report)
            } else {
                import_as(desk, &given, &how, &mut report)
            }
        });
        match done {
            Ok(part) => summary += part,
            Err(ImportError::WrongFile(why)) => {
                unreadable = true;
                eprintln!("arrivals-desk: {why}");
            }
            Err(ImportError::Desk(error)) => return Err(error.into()),
        }
    }
    println!("{summary}");
    Ok(match (unreadable, summary.refused) {
        (true, _) => ExitCode::FAILURE,
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(2),
    })
}

fn read_mapping(path: &Path) -> anyhow::Result<Mapping> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| anyhow::anyhow!("{name}: cannot be read ({})", error.kind()))?;
    Mapping::read(&text).map_err(|why| anyhow::anyhow!("{name}: {why}"))
}

fn import_sample(desk: &Desk) -> anyhow::Result<ExitCode> {
    let mut report = |report: Report| {
        if let Report::Days(found) = report {
            tell_days(desk, &found);
        }
    };
    println!("{}", sample::take(desk, &mut report)?);
    Ok(ExitCode::SUCCESS)
}

/// For the person who imports: a list of another day than today looks like one that was not taken.
fn tell_days(desk: &Desk, found: &BTreeMap<Date, u64>) {
    let today = desk.clinic_date();
    for line in days::sentences(found, today) {
        eprintln!("{line}");
    }
    if let Some(past) = days::past(found, today) {
        eprintln!("note: {past} If that is not intended, import the current list.");
    }
}
