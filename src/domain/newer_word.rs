//! A word of a newer program: kept as it came, and read as far as it is known.
//!
//! Invariant: no word that this program does not know holds up what comes after it, and what it does know of it is not
//! lost.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::appointment::{Appointment, AppointmentStatus, Confirmed};
use super::event::{KioskEvent, StillRight};
use super::language::Language;
use super::proposal::Proposal;
use super::reason::Reason;
use super::ticket::{CallAs, PrintOutcome};

/// Something with a kind that this program does not know, or with a word in it that it does not know.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct NewerWord(Map<String, Value>);

impl std::fmt::Debug for NewerWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewerWord").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

impl<'de> Deserialize<'de> for NewerWord {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = Self(Map::deserialize(from)?);
        // Anything else is no word of any version.
        if word.kind().is_empty() { Err(D::Error::missing_field("kind")) } else { Ok(word) }
    }
}

impl NewerWord {
    /// What kind of thing it says that it is.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.get("kind").and_then(Value::as_str).unwrap_or_default()
    }

    /// What is known of an event of a kiosk: in place of each word that is not known stands the most careful one that
    /// is. None if its kind is not known, or what it needs is missing.
    #[must_use]
    pub fn known_event(&self) -> Option<KioskEvent> {
        let mut known = self.0.clone();
        careful(&mut known, "language", Language::default());
        match self.kind() {
            "checked-in" => {
                careful(&mut known, "call_as", CallAs::default());
                careful(&mut known, "details", StillRight::AskTheDesk);
                careful(&mut known, "insurance", StillRight::AskTheDesk);
                if let Some(Value::Array(proposals)) = known.get_mut("proposals") {
                    proposals.retain(is_known::<Proposal>);
                }
                if known.get("documents").is_some_and(|documents| !is_known::<super::document::Documents>(documents)) {
                    known.remove("documents");
                }
            }
            "walked-in" => careful(&mut known, "call_as", CallAs::default()),
            "ticket-printed" => careful(&mut known, "outcome", PrintOutcome::Unknown),
            // Anyone who could not go on alone is helped, whatever the reason is called.
            "stopped" => careful(&mut known, "reason", Reason::AskedForHelp),
            _ => return None,
        }
        match serde_json::from_value(Value::Object(known)) {
            Ok(KioskEvent::Newer(_)) | Err(_) => None,
            Ok(event) => Some(event),
        }
    }

    /// What is known of an appointment; none if it is none, or what it needs is missing.
    #[must_use]
    pub fn known_appointment(&self) -> Option<Appointment> {
        if self.kind() != "appointment" {
            return None;
        }
        let mut known = self.0.clone();
        known.remove("kind");
        careful(&mut known, "status", AppointmentStatus::Booked);
        if known.get("confirmed").is_some_and(|confirmed| !is_known::<Confirmed>(confirmed)) {
            known.remove("confirmed");
        }
        serde_json::from_value(Value::Object(known)).ok()
    }
}

fn is_known<T: DeserializeOwned>(value: &Value) -> bool {
    T::deserialize(value).is_ok()
}

/// Puts `instead` in the place of a word that is not known.
fn careful<T: DeserializeOwned + Serialize>(words: &mut Map<String, Value>, field: &str, instead: T) {
    if let Some(value) = words.get_mut(field)
        && !is_known::<T>(value)
        && let Ok(instead) = serde_json::to_value(instead)
    {
        *value = instead;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reason_of_tomorrow_is_somebody_who_needs_help_and_is_kept_as_it_came() {
        let said = json!({ "kind": "stopped", "reason": "possible-infection", "step": "find", "patient": null,
            "appointments": ["a"], "language": "tlh" });
        let event: KioskEvent = serde_json::from_value(said.clone()).unwrap();
        let KioskEvent::Newer(word) = &event else { panic!() };
        assert!(matches!(
            word.known_event(),
            Some(KioskEvent::Stopped { reason: Reason::AskedForHelp, language: Language::English, .. })
        ));
        assert_eq!(serde_json::to_value(&event).unwrap(), said);
        assert!(!format!("{event:?}").contains("possible-infection"), "nothing of what was said is in a log");
    }

    #[test]
    fn a_check_in_of_tomorrow_is_a_check_in_of_today() {
        let said = json!({ "kind": "checked-in", "ticket": { "number": "A1", "date": "2026-11-23" },
            "patient": "p", "appointments": ["a"], "language": "vi",
            "call_as": "by-buzzer", "details": "half", "insurance": "yes", "documents": { "brought": "later" },
            "proposals": [{ "field": "pharmacy", "value": "Main Street" }] });
        let event: KioskEvent = serde_json::from_value(said).unwrap();
        let KioskEvent::Newer(word) = event else { panic!() };
        let Some(KioskEvent::CheckedIn(known)) = word.known_event() else { panic!() };
        assert_eq!(
            (known.call_as, known.details, known.insurance),
            (CallAs::Number, StillRight::AskTheDesk, StillRight::Yes)
        );
        assert!(known.proposals.is_empty() && known.documents.is_none());
    }

    #[test]
    fn what_is_no_word_of_any_version_is_refused() {
        for no_word in [json!(5), json!({ "reason": "x" }), json!({ "kind": "" }), json!("stopped"), json!(null)] {
            assert!(serde_json::from_value::<KioskEvent>(no_word.clone()).is_err(), "{no_word}");
        }
        let unknown: KioskEvent = serde_json::from_value(json!({ "kind": "paid", "cents": 2000 })).unwrap();
        let KioskEvent::Newer(word) = unknown else { panic!() };
        assert_eq!(word.known_event(), None);
    }
}
