//! Commands about what the desk keeps: its settings as one file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use arrivals::desk::out::write_file;
use arrivals::desk::settings::{self as clinic, diff, object};
use arrivals::desk::store::COMMAND;
use clap::Subcommand;

use super::{Place, open_existing};

#[derive(Subcommand)]
pub enum SettingsCommand {
    /// Writes the settings that count as one file: TOML, what the part [clinic] of a configuration takes. No key or secret is in it.
    Export {
        /// The file that is written.
        #[arg(long, value_name = "FILE.toml")]
        out: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Puts the settings of a file in force, for all kiosks at once, also while the desk runs. Prints what changes.
    ///
    /// From then on the part [clinic] of the configuration is not used any more.
    Import {
        /// An export, or a configuration, of which the part [clinic] is taken.
        file: PathBuf,
        /// Prints what would change, and changes nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        place: Place,
    },
}

pub fn settings(command: SettingsCommand) -> anyhow::Result<ExitCode> {
    match command {
        SettingsCommand::Export { out, place } => {
            let config = place.config()?;
            let text = clinic::file::write(&open_existing(&config)?.settings())?;
            write_file(&out, text.as_bytes(), &[&config.data]).map_err(anyhow::Error::msg)?;
            println!("{} holds the settings", out.display());
        }
        SettingsCommand::Import { file, dry_run, place } => {
            let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            let wanted = clinic::file::read(&text).with_context(|| format!("{} was not taken", file.display()))?;
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
                println!("{} changed, in force for all kiosks", found.len());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
