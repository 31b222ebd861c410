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
        /// Username: letters, digits, dots, hyphens, underscores.
        name: String,
        /// Role; each role includes what the one before it can do.
        #[arg(long, value_parser = roles())]
        role: Role,
        #[command(flatten)]
        place: Place,
    },
    /// Lists users: username, role, and whether two-step verification is on.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Changes a user's role right away, also in open sessions. The last admin stays an admin.
    Role {
        /// Username.
        name: String,
        /// New role.
        #[arg(long, value_parser = roles())]
        role: Role,
        #[command(flatten)]
        place: Place,
    },
    /// Changes a user's password, asked for as when adding a user, and signs them out everywhere.
    Password {
        /// Username.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Turns off two-step verification for a user who lost their phone and recovery codes, and signs them out
    /// everywhere.
    ResetTotp {
        /// Username.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Unlocks sign-in for a user who must wait after failed attempts; with --address, for everyone at an address.
    ///
    /// Browsers where the user signed in before are not affected, so this is rarely needed. Exit status: 0 they can
    /// sign in right away, 1 there is no such user.
    Unlock {
        /// Username.
        #[arg(required_unless_present = "address", conflicts_with = "address")]
        name: Option<String>,
        /// An address as the audit log and the Users page show it, such as 203.0.113.7.
        #[arg(long)]
        address: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Removes a user and signs them out everywhere. Their activity stays under their name, which can't be used again.
    ///
    /// The last admin cannot be removed.
    Remove {
        /// Username.
        name: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
pub enum AuditCommand {
    /// Checks that no row was changed, removed or added. Names the first row that fails.
    ///
    /// Prints the number and hash of the last row: note them elsewhere, and --known shows later whether anything up to
    /// there was changed since, even by someone who could write the whole file. Exit status: 0 nothing was changed,
    /// 1 something was, or the file could not be read.
    Verify {
        /// A row's number and its hash, as an earlier check printed them.
        #[arg(long, value_name = "NUMBER:HASH")]
        known: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Exports every row as CSV, oldest first. It contains patient IDs: protect it.
    Export {
        /// The file to write.
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
                println!(
                    "{}  {}{}",
                    user.name,
                    user.role.code(),
                    if user.second_step { "  two-step verification" } else { "" }
                );
            }
        }
        UserCommand::Role { name, role, place } => {
            open_existing(&place.config()?)?.set_role(&name, role, COMMAND)?;
            println!("user {} now has the role {}", name.trim().to_lowercase(), role.code());
        }
        UserCommand::Password { name, place } => {
            open_existing(&place.config()?)?.set_password(&name, &password()?, COMMAND)?;
            println!("password of user {} changed", name.trim().to_lowercase());
        }
        UserCommand::ResetTotp { name, place } => {
            open_existing(&place.config()?)?.reset_second_step(&name, COMMAND)?;
            println!("two-step verification is off for user {}", name.trim().to_lowercase());
        }
        UserCommand::Unlock { name, address, place } => {
            let desk = open_existing(&place.config()?)?;
            if let Some(name) = name {
                let failures = desk.unlock_user(&name, COMMAND)?;
                println!(
                    "user {} can sign in right away; failed sign-ins cleared: {failures}",
                    name.trim().to_lowercase()
                );
            }
            if let Some(address) = address {
                let failures = desk.unlock_address(&address, COMMAND)?;
                println!("everyone at {} can sign in right away; failed sign-ins cleared: {failures}", address.trim());
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
                Verified::Whole { rows, hash } => println!("{rows} rows, none changed; the last is {rows}:{hash}"),
                Verified::Broken { row, why } => {
                    bail!(
                        "row {row} of the audit log {why}; keep the desk's file and its backups as they are, \
                         and find out who had write access"
                    )
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
