//! What staff do by hand: what is recorded of each, and what it does to a visit.

use crate::domain::fact::What;
use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::super::coverage::{self, CoverageFound};
use super::super::decided::Source;
use super::super::{int, to_code};
use crate::desk::base::error::DeskError;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::event::WalkedIn;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::language::Language;
use crate::domain::private::Private;
use crate::domain::queue::VisitState;
use crate::domain::ticket::{CallAs, Ticket};
use crate::domain::visit::decide::Act;

/// Something that staff did by hand, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by_hand", rename_all = "kebab-case", deny_unknown_fields)]
pub enum HandAction {
    /// Checked someone in.
    CheckIn {
        /// The number they wait with.
        ticket: Ticket,
        /// Who.
        patient: PatientId,
        /// For which visits; the first is the one that staff chose.
        visits: Vec<AppointmentId>,
        /// In which language they are spoken to.
        language: Language,
        /// How they want to be called.
        call_as: CallAs,
    },
    /// Took in someone without an appointment, who is seen.
    WalkIn {
        /// What they came for.
        asks: Box<WalkedIn>,
    },
    /// Undid a check-in, no matter who made it: these visits are expected again.
    UndoCheckIn {
        /// Which.
        visits: Vec<AppointmentId>,
    },
    /// Changed how someone is called.
    CallAs {
        /// With which visits.
        visits: Vec<AppointmentId>,
        /// How.
        call_as: CallAs,
    },
    /// Someone who was expected did not come.
    NotCome,
    /// Called a visit off for the desk alone. No one does that any more: an appointment is canceled for everyone
    /// ([`super::super::Store::call_off`]).
    Cancel,
    /// Wrote something about a visit.
    Note {
        /// What.
        text: Private,
    },
    /// Put a note away; it stays in the record.
    NoteAway {
        /// The revision of the note.
        note: u64,
    },
    /// Took a note out again.
    NoteBack {
        /// The revision of the note.
        note: u64,
    },
    /// What the desk found to be the matter with the coverage of a patient who is here: everything, so nothing if that
    /// is over. No person does it.
    Coverage {
        /// What.
        found: BTreeSet<CoverageFound>,
    },
}

impl HandAction {
    /// Every [`Self::code`].
    const CODES: [&'static str; 10] = [
        "check-in",
        "walk-in",
        "undo-check-in",
        "call-as",
        "not-come",
        "cancel",
        "note",
        "note-away",
        "note-back",
        "coverage",
    ];

    /// The name in data.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CheckIn { .. } => "check-in",
            Self::WalkIn { .. } => "walk-in",
            Self::UndoCheckIn { .. } => "undo-check-in",
            Self::CallAs { .. } => "call-as",
            Self::NotCome => "not-come",
            Self::Cancel => "cancel",
            Self::Note { .. } => "note",
            Self::NoteAway { .. } => "note-away",
            Self::NoteBack { .. } => "note-back",
            Self::Coverage { .. } => "coverage",
        }
    }

    /// What readers learn of it, and about which visits.
    pub(super) fn told<'a>(&'a self, id: &'a AppointmentId) -> (What, Vec<&'a str>) {
        let (what, visits) = match self {
            Self::CheckIn { visits, .. } => (What::CheckedIn { counts: true }, visits.as_slice()),
            Self::UndoCheckIn { visits } => (What::CheckInUndone, visits.as_slice()),
            Self::CallAs { visits, .. } => (What::CallPreferenceChanged, visits.as_slice()),
            Self::WalkIn { asks } => {
                (What::WalkedIn { category: asks.category.clone() }, std::slice::from_ref(&asks.appointment))
            }
            Self::NotCome => (What::DidNotCome, std::slice::from_ref(id)),
            Self::Cancel => (What::ClosedAsCanceled, std::slice::from_ref(id)),
            Self::Note { .. } | Self::NoteAway { .. } | Self::NoteBack { .. } => {
                (What::NoteChanged, std::slice::from_ref(id))
            }
            Self::Coverage { found } => {
                let reasons = found.iter().map(|one| one.reason).collect();
                (What::CoverageFound { reasons }, std::slice::from_ref(id))
            }
        };
        (what, visits.iter().map(AppointmentId::as_str).collect())
    }

    /// Reads what was recorded under a code; none if the code is another kind of action's.
    pub(in crate::desk::store) fn recorded(code: &str, detail: &str) -> Result<Option<Self>, DeskError> {
        if !Self::CODES.contains(&code) {
            return Ok(None);
        }
        serde_json::from_str(detail).map(Some).map_err(|_| DeskError::Unreadable("a staff action"))
    }

    /// Does it at revision `n`, now or again. Answers `false` if there was nothing to do.
    pub(in crate::desk::store) fn apply(
        &self,
        conn: &Connection,
        day: &ClinicDay,
        id: &str,
        user: &str,
        at: Timestamp,
        n: i64,
    ) -> Result<bool, DeskError> {
        let time = at.to_string();
        let source = Source::desk(user, self.code(), at, n);
        let arrives = |patient, language, call_as| Source {
            date: Some(day.of(at)),
            patient,
            language: Some(language),
            call_as,
            ..Source::desk(user, self.code(), at, n)
        };
        match self {
            Self::CheckIn { ticket, patient, visits, language, call_as } => {
                for visit in visits {
                    let source = arrives(patient.as_str(), *language, *call_as);
                    source.act_on_any(conn, visit.as_str(), Act::CheckInByHand(*ticket))?;
                }
            }
            Self::WalkIn { asks } => {
                arrives("", asks.language, asks.call_as).act_on_any(conn, id, Act::WalkInByHand(asks))?;
            }
            Self::UndoCheckIn { visits } => {
                for visit in visits {
                    source.act(conn, visit.as_str(), Act::NotHere)?;
                }
            }
            Self::CallAs { visits, call_as } => {
                for visit in visits {
                    source.act(conn, visit.as_str(), Act::CallAs(&to_code(call_as)))?;
                }
            }
            Self::NotCome => return source.act_on_any(conn, id, Act::Close(VisitState::NoShow)),
            Self::Cancel => return source.act_on_any(conn, id, Act::Close(VisitState::Cancelled)),
            Self::Note { text } => {
                conn.execute(
                    "INSERT INTO visit_note(revision, appointment_id, at, user_name, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![n, id, time, user, text.as_str()],
                )?;
            }
            Self::NoteAway { note } => {
                let away = "UPDATE visit_note SET away_at = ?3, away_by = ?4
                            WHERE revision = ?1 AND appointment_id = ?2 AND away_at IS NULL";
                return Ok(conn.execute(away, params![int(*note), id, time, user])? > 0);
            }
            Self::NoteBack { note } => {
                let back = "UPDATE visit_note SET away_at = NULL, away_by = NULL
                            WHERE revision = ?1 AND appointment_id = ?2 AND away_at IS NOT NULL";
                return Ok(conn.execute(back, params![int(*note), id])? > 0);
            }
            Self::Coverage { found } => coverage::apply(conn, day, id, found, at, n)?,
        }
        Ok(true)
    }
}
