//! Commands about who may sign in at the desk, and what they saw and changed.

use std::io::{BufRead, IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use arrivals::desk::base::out::write_file;
use arrivals::desk::store::{COMMAND, Verified};
use arrivals::domain::staff::Role;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{Place, open, open_existing};

/// The roles by their names.
fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::code)).try_map(|name| Role::from_code(&name).ok_or("not a role"))
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Adds a user. The password is asked for, or read as one line from standard input.
    Add {
        /// How they sign in: letters, digits, dots, hyphens, underscores.
        name: String,
        /// What they may do; each role may also do what the one before it may.
        #[arg(long, value_parser = roles())]
        role: Role,
        #[command(flatten)]
        place: Place,
    },
    /// Lists who may sign in: name, role, and whether they have the second step.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Gives a user another role, at once, also where they are signed in. The last admin stays one.
    Role {
        /// How they sign in.
        name: String,
        /// What they may do from now on.
        #[arg(long, value_parser = roles())]
        role: Role,
        #[command(flatten)]
        place: Place,
    },
    /// Gives a user another password, asked for as when adding one, and signs them out everywhere.
    Password {
        /// How they sign in.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Turns a user's second step of signing in off, whose telephone and recovery codes are gone, and signs them out everywhere.
    ResetTotp {
        /// How they sign in.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Lets a user sign in right away who has to wait because of failed sign-ins under their name; or with --address everyone at an address.
    ///
    /// A browser in which the user signed in before is not held up by failures elsewhere, so this is seldom needed. Exit status: 0 they can sign in
    /// right away, 1 there is no such user.
    Unlock {
        /// How they sign in.
        #[arg(required_unless_present = "address", conflicts_with = "address")]
        name: Option<String>,
        /// An address as the audit log and the Users page show it, such as 203.0.113.7.
        #[arg(long)]
        address: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Removes a user and signs them out everywhere. What they did stays under their name, which nobody gets again.
    ///
    /// The last admin cannot be removed.
    Remove {
        /// How they sign in.
        name: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Looks whether every row is as it was written, none is missing and none was added. Names the first one that is not.
    ///
    /// Prints the number and the hash of the last row: note them elsewhere, and --known says later whether anything up to there was
    /// changed since, even by somebody who could write the desk's whole file. Exit status: 0 all is as it was written, 1 it is not, or the
    /// file could not be read.
    Verify {
        /// A row's number and its hash, as an earlier check printed them.
        #[arg(long, value_name = "NUMBER:HASH")]
        known: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Writes every row as CSV, the oldest first. It holds patients' numbers: keep it accordingly.
    Export {
        /// The file that is written.
        #[arg(long, value_name = "FILE.csv")]
        out: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

pub fn user(command: UserCommand) -> anyhow::Result<ExitCode> {
    match command {
        UserCommand::Add { name, role, place } => {
            let desk = open(&place.config()?)?;
            desk.add_user(&name, &password()?, role)?;
            println!("user {} added as {}", name.trim().to_lowercase(), role.code());
        }
        UserCommand::List { place } => {
            for user in open_existing(&place.config()?)?.users()? {
                println!("{}  {}{}", user.name, user.role.code(), if user.second_step { "  second step" } else { "" });
            }
        }
        UserCommand::Role { name, role, place } => {
            open_existing(&place.config()?)?.set_role(&name, role, COMMAND)?;
            println!("user {} is {} now", name.trim().to_lowercase(), role.code());
        }
        UserCommand::Password { name, place } => {
            open_existing(&place.config()?)?.set_password(&name, &password()?, COMMAND)?;
            println!("user {} has another password now", name.trim().to_lowercase());
        }
        UserCommand::ResetTotp { name, place } => {
            open_existing(&place.config()?)?.reset_second_step(&name, COMMAND)?;
            println!("user {} signs in without a second step now", name.trim().to_lowercase());
        }
        UserCommand::Unlock { name, address, place } => {
            let desk = open_existing(&place.config()?)?;
            if let Some(name) = name {
                let failures = desk.unlock_user(&name, COMMAND)?;
                println!("user {} can sign in right away; failed sign-ins forgotten: {failures}", name.trim().to_lowercase());
            }
            if let Some(address) = address {
                let failures = desk.unlock_address(&address, COMMAND)?;
                println!("everyone at {} can sign in right away; failed sign-ins forgotten: {failures}", address.trim());
            }
        }
        UserCommand::Remove { name, place } => {
            open_existing(&place.config()?)?.remove_user(&name, COMMAND)?;
            println!("user {} removed", name.trim().to_lowercase());
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub fn audit(command: AuditCommand) -> anyhow::Result<ExitCode> {
    match command {
        AuditCommand::Verify { known, place } => {
            let known = known.as_deref().map(read_known).transpose()?;
            let verified = open_existing(&place.config()?)?.verify_audit(known)?;
            match verified {
                Verified::Whole { rows, hash } => println!("{rows} rows, each as it was written; the last is {rows}:{hash}"),
                Verified::Broken { row, why } => {
                    bail!("row {row} of the audit {why}; keep the desk's file as it is and its backups, and find out who could write it")
                }
            }
        }
        AuditCommand::Export { out, place } => {
            let config = place.config()?;
            let (csv, rows) = open_existing(&config)?.audit_csv()?;
            write_file(&out, &csv, &[&config.data]).map_err(anyhow::Error::msg)?;
            println!("{}: {rows} rows", out.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read_known(text: &str) -> anyhow::Result<(u64, &str)> {
    let known = text.split_once(':').and_then(|(n, hash)| Some((n.parse().ok()?, hash)));
    known
        .filter(|(n, hash)| *n > 0 && hash.len() == 64)
        .context("--known is a number, a colon and 64 hexadecimal digits, as `audit verify` printed them")
}

/// One line from standard input; on a terminal without showing it.
fn password() -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    let mut line = String::new();
    if stdin.is_terminal() {
        eprint!("Password (8 characters or more, 12 for admins, not shown): ");
        let hidden = std::process::Command::new("stty").arg("-echo").status().is_ok_and(|status| status.success());
        let read = stdin.lock().read_line(&mut line);
        if hidden {
            let _ = std::process::Command::new("stty").arg("echo").status();
        }
        eprintln!();
        read.context("cannot read the password")?;
    } else {
        stdin.lock().take(1024).read_line(&mut line).context("cannot read the password from standard input")?;
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
