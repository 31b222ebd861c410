//! A board: the screen in a waiting room that says who is called where, and how long it may take.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::language::Language;
use super::queue::QueueRules;

/// Most characters of a board's name: it is in an address.
const NAME_CHARS_MAX: usize = 60;
/// The board of a clinic that described none.
const ALL: &str = "All";

/// What one board shows, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Board {
    /// What staff call it; its address is made of it.
    pub name: String,
    /// Names of the queues that it shows. Empty: all.
    pub queues: Vec<String>,
    /// The languages of its words, in which it takes turns. The first one decides from which side it is read.
    pub languages: Vec<Language>,
    /// Whether a new call sounds.
    pub chime: bool,
    /// Whether a new call is spoken by the browser.
    pub speech: bool,
}

impl Default for Board {
    fn default() -> Self {
        Self { name: String::new(), queues: Vec::new(), languages: Language::ALL.to_vec(), chime: false, speech: false }
    }
}

impl Board {
    /// The board that there is when no one described one: all queues, in every language, silent.
    #[must_use]
    pub fn of_everything() -> Self {
        Self { name: ALL.to_owned(), ..Self::default() }
    }

    /// Its name in addresses: lower case letters and digits with hyphens between them. Empty if the name has none of
    /// these.
    #[must_use]
    pub fn slug(&self) -> String {
        let mut slug = String::with_capacity(self.name.len());
        for c in self.name.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.trim_end_matches('-').to_owned()
    }

    /// Whether it shows this queue.
    #[must_use]
    pub fn shows(&self, queue: &str) -> bool {
        self.queues.is_empty() || self.queues.iter().any(|name| name == queue)
    }

    /// Whether a clinic's boards can be used with its queues.
    ///
    /// # Errors
    /// The first that cannot: what of it, and one sentence.
    pub fn check_all(boards: &[Self], queues: &[QueueRules]) -> Result<(), Fault> {
        let mut slugs = BTreeSet::new();
        for (at, board) in boards.iter().enumerate() {
            let bad = |field: &str, why: String| Err(Fault::of_item("boards", at, field, format!("boards: {why}")));
            let is_odd = board.name.chars().nth(NAME_CHARS_MAX).is_some() || board.name.chars().any(char::is_control);
            let slug = board.slug();
            if slug.is_empty() || is_odd {
                let why = format!(
                    "the name of number {} must be 1 to {NAME_CHARS_MAX} characters \
                     with letters a to z or digits, for its address",
                    at + 1
                );
                return bad("name", why);
            }
            if !slugs.insert(slug.clone()) {
                return bad("name", format!("two have the address {slug:?}; give one of them another name"));
            }
            if let Some(queue) = board.queues.iter().find(|queue| !queues.iter().any(|known| known.name == **queue)) {
                return bad(
                    "queues",
                    format!("{:?} names the queue {queue:?}, which does not exist; add it to queues", board.name),
                );
            }
            let languages: BTreeSet<_> = board.languages.iter().collect();
            if languages.is_empty() || languages.len() != board.languages.len() {
                return bad("languages", format!("{:?} must have one language or more, each once", board.name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_has_a_plain_address() {
        for (name, expected) in [
            ("All", "all"),
            ("Main lobby, 1st floor", "main-lobby-1st-floor"),
            (" - Lobby - ", "lobby"),
            ("Zürich", "z-rich"),
            ("قاعة", ""),
            ("", ""),
        ] {
            assert_eq!(Board { name: name.to_owned(), ..Board::default() }.slug(), expected, "{name}");
        }
    }

    #[test]
    fn a_board_shows_all_queues_or_those_it_names() {
        let lab = Board { queues: vec!["Blood".to_owned()], ..Board::of_everything() };
        assert!(Board::of_everything().shows("X-ray") && lab.shows("Blood") && !lab.shows("X-ray"));
    }
}
