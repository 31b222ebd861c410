//! Commands about what the desk keeps: its settings as one file, old days, one patient, a copy of everything.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use arrivals::clock::{Clock as _, SystemClock};
use arrivals::desk::Desk;
use arrivals::desk::base::out::write_file;
use arrivals::desk::service::privacy::clean_up::CleanUp;
use arrivals::desk::service::privacy::keeping::Asked;
use arrivals::desk::service::settings::{self as clinic, diff, object};
use arrivals::desk::store::{self, COMMAND, FILE, Hindrance, ReadOnly, Removal};
use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{Place, Serves, open_existing};

#[derive(Subcommand)]
pub enum DataCommand {
    /// Exports or imports the clinic's settings as one file.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Exports or deletes one patient's data.
    #[command(subcommand)]
    Patient(PatientCommand),
    /// Marks days past the retention period, and deletes what was marked before the last day of work, as a running desk
    /// does once a day.
    ///
    /// A mark can be canceled until the data is deleted. Exit status: 0 done or nothing to do, 2 someone must decide
    /// first (it says what; --yes is the answer), 1 the file could not be read or written.
    CleanUp {
        /// Shows the status and changes nothing.
        #[arg(long, conflicts_with_all = ["yes", "take_back"])]
        dry_run: bool,
        /// Confirms that this machine's date is correct and that old days may be deleted, even if there are more than
        /// usual or someone canceled the mark before.
        #[arg(long, conflicts_with = "take_back")]
        yes: bool,
        /// Cancels the mark: nothing is deleted, and nothing is marked again until someone runs --yes.
        #[arg(long = "cancel", alias = "take-back")]
        take_back: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Restores a backup that `backup` made. Stop the desk first.
    ///
    /// The backup is checked first. The current file stays in the data folder under another name: delete it when you no
    /// longer need it. After the desk is started, kiosks send check-ins since the backup again, and every staff
    /// page says what may be missing.
    Restore {
        /// The backup.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Copies everything into one new file, also while the desk runs, and checks it. Protect it like the desk's own
    /// file.
    Backup {
        /// The file to write; it must not exist yet.
        out: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Checks the desk's file, also while the desk runs: its pages, and that every event matches what its kiosk
    /// reported.
    ///
    /// It changes nothing. See docs/files.md if something is wrong. A running desk checks at its start and each night.
    /// Exit status: 0 the file passed, 2 something is wrong with it (one line each), 1 it could not be read.
    Check(Checked),
    /// Shows how far messages and other outside work have come through what happened at the desk.
    ///
    /// Work that cannot read something waits there. Exit status: 0 nothing waits so, 2 something does, 1 the file could
    /// not be read or written.
    Facts {
        /// Lets this work continue after the fact at which it waits. Nothing is sent because of that fact.
        #[arg(long, value_names = ["NAME", "FACT"], num_args = 2)]
        pass_over: Option<Vec<String>>,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Checked {
    /// A copy to check instead of the desk's own file, such as a backup.
    #[arg(value_name = "FILE")]
    copy: Option<PathBuf>,
    /// The folder with the desk's file.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum SettingsCommand {
    /// Exports the current settings as one TOML file, in the format of [clinic] in a configuration. It contains no key
    /// or secret.
    Export {
        /// The file to write.
        #[arg(long, value_name = "FILE.toml")]
        out: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Publishes the settings of a file for all kiosks, also while the desk runs. Prints what changes.
    ///
    /// From then on [clinic] in the configuration is no longer used.
    Import {
        /// An export, or a configuration file, from which [clinic] is read.
        file: PathBuf,
        /// Prints what would change and changes nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        place: Place,
    },
}

pub fn run(command: DataCommand) -> anyhow::Result<ExitCode> {
    match command {
        DataCommand::Settings(command) => settings(command),
        DataCommand::Patient(command) => patient(command),
        DataCommand::CleanUp { dry_run, yes, take_back, place } => clean_up((dry_run, yes, take_back), place),
        DataCommand::Restore { file, place } => restore(&file, place),
        DataCommand::Backup { out, place } => backup(&out, place),
        DataCommand::Check(checked) => check(checked),
        DataCommand::Facts { pass_over, place } => facts(pass_over.as_deref(), place),
    }
}

fn facts(pass_over: Option<&[String]>, place: Place) -> anyhow::Result<ExitCode> {
    let desk = open_existing(&place.config()?)?;
    if let Some([name, fact]) = pass_over {
        let n = fact.parse().context("a fact is a number")?;
        if !desk.pass_over_fact(name, n, COMMAND)? {
            bail!("{name} does not wait at fact {n}");
        }
    }
    let readers = desk.readers()?;
    for reader in &readers {
        println!("{}: read up to fact {}, {} to read", reader.name, reader.position, reader.waiting);
        if reader.passed_over > 0 {
            println!("{}: {} facts passed over", reader.name, reader.passed_over);
        }
        if let Some((since, why)) = &reader.stopped {
            println!("{}: waits at fact {} since {since}: {why}", reader.name, reader.next);
        }
    }
    let waits = readers.iter().any(|reader| reader.stopped.is_some());
    Ok(if waits { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn settings(command: SettingsCommand) -> anyhow::Result<ExitCode> {
    match command {
        SettingsCommand::Export { out, place } => {
            let config = place.config()?;
            let text = clinic::file::write(&open_existing(&config)?.settings())?;
            write_file(&out, text.as_bytes(), &[&config.data]).map_err(anyhow::Error::msg)?;
            println!("{} contains the settings", out.display());
        }
        SettingsCommand::Import { file, dry_run, place } => {
            let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            let wanted = clinic::file::read(&text).with_context(|| format!("{} was not imported", file.display()))?;
            let desk = open_existing(&place.config()?)?;
            let found = diff::differences(&object(&desk.settings())?, &object(&wanted)?);
            for one in &found {
                let said = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
                println!("{}: {}: {} -> {}", one.part, one.what, said(&one.old), said(&one.new));
            }
            if dry_run {
                println!("nothing was changed; without --dry-run {} would be", found.len());
            } else {
                desk.take_settings(&wanted, COMMAND)?;
                println!("{} changed, published for all kiosks", found.len());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Subcommand)]
pub enum PatientCommand {
    /// Exports everything the desk stores about a patient, as JSON. See docs/privacy.md for its contents.
    ///
    /// It contains patient data: protect it.
    Export {
        /// The patient ID, or the ID of a walk-in request.
        id: String,
        /// The file to write. Don't use the patient's name in its name.
        #[arg(long, value_name = "FILE.json")]
        out: PathBuf,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        place: Place,
    },
    /// Permanently deletes everything the desk stores about a patient. This can't be undone.
    ///
    /// A patient with a visit today can be deleted after today, and one with changes waiting for review after they are
    /// reviewed. The audit log keeps the patient ID and what was viewed and done. A later list that names the
    /// patient brings the patient back.
    Remove {
        /// The patient ID, or the ID of a walk-in request.
        id: String,
        #[command(flatten)]
        why: Why,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Args)]
pub struct Why {
    /// Requester and how verified: 10 to 200 characters. The audit log keeps this permanently, so leave out the
    /// patient's name.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Why {
    fn read(&self, desk: &Desk, id: &str) -> anyhow::Result<Asked> {
        desk.asked(id, &self.reason)?.map_err(|why| anyhow!("--reason: {why}"))
    }
}

fn patient(command: PatientCommand) -> anyhow::Result<ExitCode> {
    const NOBODY: &str = "the desk has no data for a patient with this number";
    match command {
        PatientCommand::Export { id, out, why, place } => {
            let config = place.config()?;
            let desk = open_existing(&config)?;
            let Some(all) = desk.export_patient(&id, &why.read(&desk, &id)?, COMMAND)? else { bail!(NOBODY) };
            let text = serde_json::to_string_pretty(&all).context("the desk's data cannot be written")?;
            write_file(&out, text.as_bytes(), &[&config.data]).map_err(anyhow::Error::msg)?;
            println!("{} contains everything about the patient", out.display());
        }
        PatientCommand::Remove { id, why, place } => {
            let desk = open_existing(&place.config()?)?;
            match desk.remove_patient(&id, &why.read(&desk, &id)?, COMMAND)? {
                Removal::Done(what) => {
                    println!(
                        "deleted: {what}; the audit log keeps the number. \
                         Backups and the scheduling system are not changed"
                    );
                    for kiosk in desk.kiosks_behind()? {
                        println!("kiosk {kiosk} may have data the desk doesn't have yet: check again after it reports");
                    }
                }
                Removal::Nobody => bail!(NOBODY),
                Removal::NotNow(why) => bail!(why.into_iter().map(Hindrance::sentence).collect::<Vec<_>>().join(" ")),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn clean_up((dry_run, yes, take_back): (bool, bool, bool), place: Place) -> anyhow::Result<ExitCode> {
    let desk = open_existing(&place.config()?)?;
    if take_back {
        let done = desk.take_back_clean_up(COMMAND)?;
        println!(
            "{}",
            if done { "canceled: nothing is deleted until someone runs clean-up --yes" } else { "nothing is marked" }
        );
        return Ok(ExitCode::SUCCESS);
    }
    if dry_run {
        let view = desk.clean_up_view()?;
        if let Some(next) = &view.next {
            println!("would mark everything before {}: {}, of {} days", next.before, next.what, next.days);
        }
        if !view.open.is_empty() {
            println!("{} older days stay: a visit on them is still open", view.open.len());
        }
        return Ok(stands(&view.now, view.today));
    }
    let cleaned = if yes { desk.clean_up_anyway(COMMAND)? } else { desk.clean_up(COMMAND)? };
    if let Some(mark) = &cleaned.gone {
        println!("deleted everything before {}: {}", mark.before, mark.gone);
    }
    Ok(stands(&cleaned.now, desk.clinic_date()))
}

/// Prints the status of the clean-up.
fn stands(now: &CleanUp, today: Date) -> ExitCode {
    match now {
        CleanUp::Nothing => println!("nothing is marked"),
        CleanUp::Marked(mark) => println!(
            "marked everything before {}: {}; it is deleted after the next day of work, \
             and `clean-up --cancel` cancels the mark",
            mark.before, mark.what
        ),
        CleanUp::Held(by, at) => println!("on hold by {by} since {at:.0}: `clean-up --yes` marks old days again"),
        CleanUp::AsksDate { worked } => {
            println!(
                "nothing is done: the last day of work was {worked}, and the clock says {today}. \
                 If that is correct: `clean-up --yes`"
            );
            return ExitCode::from(2);
        }
        CleanUp::AsksMuch(next) => {
            println!(
                "nothing is marked: it would be more than usual, {} of {} days, all before {}. \
                 To delete them: `clean-up --yes`",
                next.what, next.days, next.before
            );
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn restore(copy: &Path, place: Place) -> anyhow::Result<ExitCode> {
    let config = place.config()?;
    let _alone = match Serves::alone(&config.data) {
        Err(TryLockError::WouldBlock) => bail!("a desk is running on {}: stop it first", config.data.display()),
        alone => alone.ok(),
    };
    let before = store::restore(&config.data, copy, SystemClock::default().now())
        .with_context(|| format!("{} was not restored, and nothing changed", copy.display()))?;
    let restored = open_existing(&config)?.restored()?;
    let of = restored
        .and_then(|restored| restored.copied_at)
        .map_or_else(String::new, |at| format!(", a backup of {at:.0},"));
    println!("{}{of} is restored. Start the desk; kiosks send check-ins since then again", copy.display());
    if let Some(before) = before {
        println!("the previous data is in {}", before.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn backup(out: &Path, place: Place) -> anyhow::Result<ExitCode> {
    open_existing(&place.config()?)?.backup(out)?;
    println!("{} is a complete copy and passed the check", out.display());
    Ok(ExitCode::SUCCESS)
}

/// The file as it is: neither created nor upgraded.
fn check(Checked { copy, data, config }: Checked) -> anyhow::Result<ExitCode> {
    let file = match copy {
        Some(copy) => copy,
        None => Place { data, config }.config()?.data.join(FILE),
    };
    if !file.is_file() {
        bail!("there is no file {}", file.display());
    }
    let state = ReadOnly::of_file(&file)?.check()?;
    for fault in &state.pages {
        println!("damaged: {fault}");
    }
    for (kiosk, seq) in &state.events {
        println!("changed: event {} of kiosk {kiosk} differs from what the kiosk reported", seq.0);
    }
    if state.is_whole() {
        println!("{} passed the check", file.display());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{} is damaged; see docs/files.md", file.display());
    Ok(ExitCode::from(2))
}
