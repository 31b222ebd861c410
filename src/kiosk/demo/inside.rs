//! The desk inside the demo: the one place where the kiosk program names the desk.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::clock::Clock;
use crate::desk::http::serve::Serving;
use crate::desk::service::changes::eligibility::SimulatedPayers;
use crate::desk::store::{COMMAND, PhotoState, ProposedChange, Shown, Verdict};
use crate::desk::{Desk, DeskError, DeskOptions};
use crate::domain::appointment::Appointment;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::insurance::Side;
use crate::domain::reason::Reason;
use crate::domain::settings::ClinicSettings;
use crate::domain::staff::Role;
use crate::domain::ticket::Series;

/// Who can sign in to the demo's desk.
pub const USER: &str = "desk";
/// How long the demo's payers take to answer: long enough to see that they are asked.
const PAYERS_TAKE: Duration = Duration::from_secs(3);

/// A desk that is being served on this machine.
pub struct DeskInside {
    desk: Desk,
    serving: Serving,
}

impl std::fmt::Debug for DeskInside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeskInside").field("address", &self.serving.addr).finish_non_exhaustive()
    }
}

/// What the desk holds of a visit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// The state's code; empty if the desk does not know the visit.
    pub state: String,
    /// Why someone is needed.
    pub reasons: Vec<Reason>,
    /// The ticket's number.
    pub ticket: Option<String>,
}

impl DeskInside {
    /// Opens a desk, gives it a day, a user and a kiosk, and serves it. `port` 0 takes any free one.
    ///
    /// # Errors
    /// If the folder cannot be used or the port is taken.
    pub async fn open(
        folder: &Path,
        settings: ClinicSettings,
        clock: Arc<dyn Clock>,
        day: &[Appointment],
        kiosk: (&KioskId, Series, &str),
        user_password: &str,
        port: u16,
    ) -> anyhow::Result<Self> {
        let payers = Arc::new(SimulatedPayers { takes: PAYERS_TAKE });
        let options = DeskOptions::default().payers(payers);
        let desk =
            Desk::open_with(folder, Some(settings), options, clock).context("the demo's desk cannot be opened")?;
        let (id, series, token) = kiosk;
        desk.enrol_kiosk(id, series, token)?;
        match desk.add_user(USER, user_password, Role::Admin) {
            Ok(()) => {}
            // Kept from an earlier demo with --data, which may have had another one.
            Err(DeskError::UserExists(_)) => desk.set_password(USER, user_password, COMMAND)?,
            Err(error) => return Err(error.into()),
        }
        desk.import_appointments(day)?;
        let serving = desk.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        Ok(Self { desk, serving })
    }

    /// Where it answers, for people and for the kiosk.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.serving.addr)
    }

    /// What it holds of a visit.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn held(&self, appointment: &AppointmentId) -> Result<Held, DeskError> {
        Ok(self.desk.visit(appointment)?.map_or_else(Held::default, |view| Held {
            state: view.state.code().to_owned(),
            // What a payer answers comes some seconds later, and no play waits for it.
            reasons: view.reasons.into_iter().filter(|reason| !reason.is_coverage()).collect(),
            ticket: view.ticket.map(|ticket| ticket.number.to_string()),
        }))
    }

    /// The signed code of a letter for a visit.
    ///
    /// # Errors
    /// If there is no such visit, or its file cannot be used.
    pub fn letter_code(&self, appointment: &AppointmentId) -> anyhow::Result<String> {
        Ok(self.desk.letter_face(appointment)?.code)
    }

    /// Why someone it does not know by name needs attention.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn open_stops(&self) -> Result<Vec<Reason>, DeskError> {
        self.desk.open_stops()
    }

    /// Marks an arrival as seen, as a click at the desk does.
    ///
    /// # Errors
    /// If its file cannot be written.
    pub fn mark_seen(&self, appointment: &AppointmentId) -> Result<(), DeskError> {
        self.desk.mark_seen(appointment, USER).map(|_| ())
    }

    /// What someone says is different, decided or not.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn changes_of(&self, appointment: &AppointmentId) -> Result<Vec<ProposedChange>, DeskError> {
        self.desk.changes_of(appointment)
    }

    /// The sides of a card that were photographed, once every photo is here; none before that.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn photos_of(&self, appointment: &AppointmentId) -> Result<Option<Vec<Side>>, DeskError> {
        let mut sides = Vec::new();
        for change in self.changes_of(appointment)? {
            sides.extend(self.desk.with_store(|store| store.photos_of(&change))?);
        }
        let all_here = !sides.is_empty() && sides.iter().all(|(_, state)| *state == PhotoState::Here);
        Ok(all_here.then(|| sides.into_iter().map(|(side, _)| side).collect()))
    }

    /// Accepts everything that someone says is different, as "Accept all" at the desk does; answers how much that was.
    ///
    /// # Errors
    /// If its file cannot be written.
    pub fn accept_changes(&self, appointment: &AppointmentId) -> Result<usize, DeskError> {
        let shown: Vec<Shown> = self.changes_of(appointment)?.into_iter().map(|change| change.key.into()).collect();
        self.desk.decide_changes(&shown, &Verdict::Accept, USER)
    }

    /// The next file for the record system, as text; none if everything has been exported.
    ///
    /// # Errors
    /// If its file cannot be written.
    pub fn export(&self) -> Result<Option<String>, DeskError> {
        let Some(batch) = self.desk.next_export_batch()? else { return Ok(None) };
        Ok(self.desk.export_csv(batch)?.map(|(csv, _)| String::from_utf8_lossy(&csv).into_owned()))
    }

    /// Eyes on it that may be kept.
    #[must_use]
    pub fn watcher(&self) -> Watcher {
        Watcher { desk: self.desk.clone() }
    }

    /// Stops serving.
    pub async fn stop(self) {
        self.serving.stop().await;
    }
}

/// Looks at a desk without serving it.
pub struct Watcher {
    desk: Desk,
}

impl Watcher {
    /// How many events of a kiosk the desk holds.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn events_held(&self, kiosk: &KioskId) -> Result<u64, DeskError> {
        self.desk.held(kiosk).map(|seq| seq.0)
    }
}
