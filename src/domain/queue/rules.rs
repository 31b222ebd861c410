//! A clinic's queues and service points, and in which queue a visit waits.

use serde::{Deserialize, Serialize};

use crate::domain::settings::ClinicSettings;

/// One queue. A service that no queue names has one of its own, of its name and with the rules that stand here when no
/// one says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueueRules {
    /// What staff and board call it.
    pub name: String,
    /// Services whose visits wait here, as appointments have them.
    pub services: Vec<String>,
    /// Clinicians whose visits wait here whatever the service, as appointments have them.
    pub practitioners: Vec<String>,
    /// Codes of the requests without an appointment that wait here.
    pub walk_in: Vec<String>,
    /// Who checks in more than this many minutes after the beginning is late.
    pub late_after_minutes: u32,
    /// Who is late has their turn this many minutes after they came.
    pub late_behind_minutes: u32,
    /// Who has no appointment has their turn this many minutes after they came.
    pub walk_in_behind_minutes: u32,
    /// After this many calls someone can be marked as not having come.
    pub no_show_after_calls: u32,
}

impl Default for QueueRules {
    fn default() -> Self {
        Self {
            name: String::new(),
            services: Vec::new(),
            practitioners: Vec::new(),
            walk_in: Vec::new(),
            late_after_minutes: 10,
            late_behind_minutes: 30,
            walk_in_behind_minutes: 0,
            no_show_after_calls: 3,
        }
    }
}

/// Where patients are called to: `Room 3`, `Desk 2`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServicePoint {
    /// What staff, board and ticket page call it.
    pub name: String,
    /// Names of the queues that are served there. Empty: all.
    pub queues: Vec<String>,
}

/// The queue of visits of which neither service nor kind of request is known.
const OF_NOTHING: &str = "Other visits";

/// The name of the queue in which a visit waits by the clinic's rules: a clinician's before a service's.
/// `walk_in` is the code of a request without an appointment.
#[must_use]
pub fn queue_of(settings: &ClinicSettings, service: &str, practitioner: &str, walk_in: Option<&str>) -> String {
    let names = |list: &[String], one: &str| !one.is_empty() && list.iter().any(|name| name == one);
    let queues = || settings.queues.iter();
    let found = queues()
        .find(|queue| names(&queue.practitioners, practitioner))
        .or_else(|| queues().find(|queue| names(&queue.services, service)))
        .or_else(|| queues().find(|queue| walk_in.is_some_and(|code| names(&queue.walk_in, code))));
    match (found, walk_in) {
        (Some(queue), _) => queue.name.clone(),
        (None, _) if !service.is_empty() => service.to_owned(),
        (None, Some(code)) => {
            let category = settings.walk_in.iter().find(|category| category.code == code);
            let name = category.map_or("", |category| category.name.for_staff());
            if name.is_empty() { OF_NOTHING.to_owned() } else { name.to_owned() }
        }
        (None, None) => OF_NOTHING.to_owned(),
    }
}

impl ClinicSettings {
    /// The rules of the queue of this name.
    #[must_use]
    pub fn queue_rules(&self, name: &str) -> QueueRules {
        let found = self.queues.iter().find(|queue| queue.name == name).cloned();
        found.unwrap_or_else(|| QueueRules { name: name.to_owned(), ..QueueRules::default() })
    }

    /// Whether people of this queue are called to this service point.
    #[must_use]
    pub fn is_served_at(&self, queue: &str, point: &str) -> bool {
        let point = self.points.iter().find(|known| known.name == point);
        point.is_some_and(|point| point.queues.is_empty() || point.queues.iter().any(|name| name == queue))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::language::Language;
    use crate::domain::settings::{Localized, WalkInCategory};

    #[test]
    fn a_visit_waits_in_the_queue_that_names_it() {
        let named = |name: &str| Localized(BTreeMap::from([(Language::English, name.to_owned())]));
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let settings = ClinicSettings {
            walk_in: vec![
                WalkInCategory { code: "vaccination".into(), name: named("A vaccination"), place: String::new() },
                WalkInCategory { code: "other".into(), name: named("Something else"), place: String::new() },
            ],
            queues: vec![
                QueueRules {
                    name: "Blood and shots".into(),
                    services: texts(&["Laboratory"]),
                    walk_in: texts(&["vaccination"]),
                    ..QueueRules::default()
                },
                QueueRules {
                    name: "Dr. Mraz".into(),
                    practitioners: texts(&["Dr. Elizabeth Mraz"]),
                    ..QueueRules::default()
                },
            ],
            ..ClinicSettings::default()
        };
        for (service, practitioner, walk_in, expected) in [
            ("Laboratory", "Dr. Samuel Predovic", None, "Blood and shots"),
            ("Laboratory", "Dr. Elizabeth Mraz", None, "Dr. Mraz"),
            ("Family medicine", "Dr. Elizabeth Mraz", None, "Dr. Mraz"),
            ("X-ray", "Dr. Zack Herzog", None, "X-ray"),
            ("X-ray", "", None, "X-ray"),
            ("", "", None, "Other visits"),
            ("", "", Some("vaccination"), "Blood and shots"),
            ("", "", Some("other"), "Something else"),
            ("", "", Some("gone from the settings"), "Other visits"),
        ] {
            assert_eq!(
                queue_of(&settings, service, practitioner, walk_in),
                expected,
                "{service} {practitioner} {walk_in:?}"
            );
        }
        assert_eq!(settings.queue_rules("X-ray"), QueueRules { name: "X-ray".into(), ..QueueRules::default() });
        assert_eq!(settings.queue_rules("Dr. Mraz").practitioners, ["Dr. Elizabeth Mraz"]);
    }

    #[test]
    fn a_point_serves_all_queues_or_those_it_names() {
        let point = |name: &str, queues: &[&str]| ServicePoint {
            name: name.into(),
            queues: queues.iter().map(|q| (*q).to_owned()).collect(),
        };
        let settings = ClinicSettings {
            points: vec![point("Room 1", &[]), point("Room 2", &["Eyes"])],
            ..ClinicSettings::default()
        };
        for (queue, at, expected) in [
            ("Eyes", "Room 1", true),
            ("Ears", "Room 1", true),
            ("Eyes", "Room 2", true),
            ("Ears", "Room 2", false),
            ("Eyes", "Room 9", false),
        ] {
            assert_eq!(settings.is_served_at(queue, at), expected, "{queue} {at}");
        }
    }
}
