//! Commands about kiosks: which may talk to the desk, how they are, and the keys by which they know the desk's letters.

use std::process::ExitCode;

use arrivals::desk::Desk;
use arrivals::desk::base::config::check_kiosk_place;
use arrivals::desk::base::secret::random_token;
use arrivals::desk::store::COMMAND;
use arrivals::domain::ids::KioskId;
use arrivals::domain::ticket::Series;
use clap::Subcommand;

use super::{Place, open, open_existing};

#[derive(Subcommand)]
pub enum KioskCommand {
    /// Enrolls a kiosk and prints its token, once. Running it again replaces the token.
    Add {
        /// The kiosk's name on the desk's list, such as lobby.
        id: String,
        /// Ticket prefix: one or two letters, A to Z. D is reserved for the desk.
        #[arg(long = "letter", value_name = "LETTERS")]
        series: Series,
        /// Location, such as "Main lobby, by the entrance": staff see it when someone there needs them.
        #[arg(long = "place", value_name = "TEXT")]
        stands: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Resets the links of ticket pages, for when someone may have copied the desk's file or a kiosk's.
    ///
    /// Tickets already printed no longer open their page; their numbers still work. Kiosks get the new keys right away.
    /// After the loss of one kiosk, replacing its token (`kiosk add` again) is enough: that also resets its links.
    /// Exit status: 0 done, 1 the file could not be written.
    RenewPages {
        #[command(flatten)]
        place: Place,
    },
    /// Lists the kiosks: name, ticket prefix, status, last seen, problems, location.
    ///
    /// Exit status: 0 the kiosks were listed, 1 the file could not be read; with --check also 2, there are alerts. An
    /// alert counts even if someone acknowledged it. A kiosk out of service raises no alerts. While no desk runs,
    /// every kiosk is offline.
    List {
        /// For monitoring: ends with status 2 if a kiosk is offline, its printer does not work, it is sending patients
        /// to the desk on its own, its reports do not reach the desk, its list of today differs from the
        /// desk's, or it fails more people than usual.
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Allows a kiosk to continue whose reports do not match what the desk has: its card was replaced, or an older copy
    /// of the card is in use.
    ///
    /// Reports it has not sent yet come to the desk. If another machine runs with the same card, turn that one off
    /// first.
    Adopt {
        /// The kiosk's name on the desk's list.
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
pub enum LetterKeyCommand {
    /// Creates a new key; kiosks get it right away. Letters with earlier keys work until they expire.
    Rotate {
        /// Stops accepting letters with earlier keys, for when someone may have copied the desk's file.
        #[arg(long)]
        revoke: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Lists the keys that kiosks know, the current one first: number, public key, since when, letters until.
    List {
        #[command(flatten)]
        place: Place,
    },
}

pub fn kiosk(command: KioskCommand) -> anyhow::Result<ExitCode> {
    match command {
        KioskCommand::List { check, place } => list_kiosks(&open_existing(&place.config()?)?, check),
        KioskCommand::Adopt { id, place } => {
            open_existing(&place.config()?)?.adopt_kiosk(&KioskId::new(id.as_str()), COMMAND)?;
            println!("kiosk {id} continues at its next report");
            Ok(ExitCode::SUCCESS)
        }
        KioskCommand::RenewPages { place } => {
            open_existing(&place.config()?)?.renew_page_keys(COMMAND)?;
            println!(
                "tickets already printed no longer open their page; kiosks use the new keys as soon as they get them"
            );
            Ok(ExitCode::SUCCESS)
        }
        KioskCommand::Add { id, series, stands, place } => {
            let desk = open(&place.config()?)?;
            let token = random_token()?;
            let id = KioskId::new(id);
            if let Some(stands) = &stands {
                // Looked at first: a token that was made for nothing would still replace the old one.
                check_kiosk_place(id.as_str(), stands)?;
            }
            desk.enrol_kiosk(&id, series, &token)?;
            if let Some(stands) = stands {
                desk.place_kiosk(&id, &stands)?;
            }
            eprintln!("This token is shown once. Write it into kiosk.toml and run `chmod 600` on that file:");
            println!("{token}");
            Ok(ExitCode::SUCCESS)
        }
    }
}

pub fn letter_key(command: LetterKeyCommand) -> anyhow::Result<ExitCode> {
    match command {
        LetterKeyCommand::Rotate { revoke, place } => {
            let id = open_existing(&place.config()?)?.rotate_letter_key(revoke)?;
            let earlier =
                if revoke { "earlier letters no longer work" } else { "earlier letters work until they expire" };
            println!("key {id} signs letters from now on; {earlier}");
            Ok(ExitCode::SUCCESS)
        }
        LetterKeyCommand::List { place } => {
            for key in open_existing(&place.config()?)?.letter_keys()? {
                let state = key.retired_at.map_or("current".to_owned(), |at| format!("retired {at:.0}"));
                let until =
                    key.letters_until.map_or("no letters yet".to_owned(), |date| format!("letters until {date}"));
                println!("{:3}  {}  made {:.0}, {state}, {until}", key.id, key.public, key.made_at);
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list_kiosks(desk: &Desk, check: bool) -> anyhow::Result<ExitCode> {
    let watch = desk.kiosks()?;
    for raised in watch.raised.iter().filter(|raised| raised.kiosk.as_str().is_empty()) {
        println!("this desk  {}", raised.sentence);
    }
    for kiosk in &watch.kiosks {
        let row = &kiosk.row;
        let heard = row.heard_at().map_or("never seen".to_owned(), |at| format!("last seen {at:.0}"));
        let wrong = watch.raised.iter().filter(|raised| raised.kiosk == row.id).map(|raised| raised.sentence.as_str());
        let mut parts = vec![row.id.to_string(), row.series.to_string(), kiosk.standing.word().to_lowercase(), heard];
        parts.extend(wrong.map(str::to_owned));
        parts.extend(kiosk.older.map(|older| older.hint().to_owned()));
        parts.extend((!row.place.is_empty()).then(|| row.place.clone()));
        println!("{}", parts.join("  "));
    }
    Ok(if check && !watch.raised.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS })
}
