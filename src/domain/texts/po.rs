//! Reads a catalogue of translations: gettext's `.po` format, as far as our files use it, and strictly.
//!
//! Each entry is an optional `msgctxt`, a `msgid`, for sentences that count a `msgid_plural`, and `msgstr` or
//! `msgstr[0]` and on. What is in a file and is not that is refused with its line. Deliberately absent: entries that
//! are marked as old (`#~`) or unsure (`#, fuzzy`), which would be in the file and not in the program.

/// A sentence and its translations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// What it is about, where the English says too little; else empty.
    pub context: String,
    /// In English; for one, if it counts.
    pub id: String,
    /// In English for several, if it counts.
    pub plural: Option<String>,
    /// Translated: one text, or one for each form.
    pub texts: Vec<String>,
    /// Where it begins, from 1.
    pub line: usize,
}

/// A catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Po {
    /// What the file says about itself: lines of `Name: value`.
    pub header: String,
    /// Its sentences, in order.
    pub entries: Vec<Entry>,
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct NotPo {
    /// From 1.
    pub line: usize,
    /// One phrase.
    pub what: &'static str,
}

/// Which text the next quoted line belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Part {
    None,
    Context,
    Id,
    Plural,
    Text,
}

impl Po {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line that is not as it should be.
    pub fn read(file: &str) -> Result<Self, NotPo> {
        let mut po = Self::default();
        let (mut entry, mut part) = (Entry::default(), Part::None);
        for (line, text) in (1..).zip(file.lines()) {
            let wrong = |what| NotPo { line, what };
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                po.take(&mut entry, &mut part, line)?;
                if text.starts_with("#~") || text.starts_with("#,") {
                    return Err(wrong("old and unsure entries are left out of the file"));
                }
                continue;
            }
            if text.starts_with('"') {
                let more = unquoted(text).ok_or(wrong("this is not a quoted text"))?;
                let last = match part {
                    Part::None => None,
                    Part::Context => Some(&mut entry.context),
                    Part::Id => Some(&mut entry.id),
                    Part::Plural => entry.plural.as_mut(),
                    Part::Text => entry.texts.last_mut(),
                };
                last.ok_or(wrong("a text that belongs to nothing"))?.push_str(&more);
                continue;
            }
            let (key, quoted) = text.split_once(' ').ok_or(wrong("a word without a text"))?;
            let said = unquoted(quoted.trim()).ok_or(wrong("this is not a quoted text"))?;
            let next = match key {
                "msgctxt" => Part::Context,
                "msgid" => Part::Id,
                "msgid_plural" => Part::Plural,
                _ => Part::Text,
            };
            let follows = match next {
                Part::None => false,
                Part::Context => part == Part::None,
                Part::Id => part < Part::Id,
                Part::Plural => part == Part::Id,
                Part::Text => part >= Part::Id,
            };
            if !follows {
                return Err(wrong("entries are msgctxt, msgid, msgid_plural and msgstr, in this order"));
            }
            if part == Part::None {
                entry.line = line;
            }
            match (key, next) {
                (_, Part::Context) => entry.context = said,
                (_, Part::Id) => entry.id = said,
                (_, Part::Plural) => entry.plural = Some(said),
                ("msgstr", _) if entry.plural.is_none() && entry.texts.is_empty() => entry.texts.push(said),
                (key, _) if entry.plural.is_some() && key == format!("msgstr[{}]", entry.texts.len()) => {
                    entry.texts.push(said);
                }
                _ => return Err(wrong("forms are msgstr, or from msgstr[0] on where there is a msgid_plural")),
            }
            part = next;
        }
        po.take(&mut entry, &mut part, file.lines().count())?;
        Ok(po)
    }

    /// Takes an entry that is over.
    fn take(&mut self, entry: &mut Entry, part: &mut Part, line: usize) -> Result<(), NotPo> {
        let whole = std::mem::take(entry);
        match std::mem::replace(part, Part::None) {
            Part::None => {}
            Part::Text if whole.id.is_empty() && self.entries.is_empty() && self.header.is_empty() => {
                self.header = whole.texts.concat();
            }
            Part::Text if !whole.id.is_empty() => self.entries.push(whole),
            _ => return Err(NotPo { line, what: "the entry before this is not whole" }),
        }
        Ok(())
    }

    /// What the header says under a name.
    #[must_use]
    pub fn says(&self, name: &str) -> Option<&str> {
        self.header
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(its, _)| *its == name).map(|(_, value)| value.trim()))
    }
}

/// A quoted text without its quotes: with `\"`, `\\`, `\n` and `\t` as what they stand for, and no other of their kind.
fn unquoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(character) = chars.next() {
        out.push(match character {
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                same @ ('"' | '\\') => same,
                _ => return None,
            },
            '"' => return None,
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_with_their_context_and_forms() {
        let po = Po::read(concat!(
            "# Words.\nmsgid \"\"\nmsgstr \"\"\n\"Language: es\\n\"\n\"Plural-Forms: nplurals=2;\\n\"\n\n",
            "#: here.rs\nmsgctxt \"Board\"\nmsgid \"{n} person\"\nmsgid_plural \"{n} people\"\n",
            "msgstr[0] \"{n} persona\"\nmsgstr[1] \"{n} personas\"\n\n",
            "msgid \"Say \"\n\"\\\"hi\\\"\"\nmsgstr \"Di \"\n\"\\\\ hola\"",
        ))
        .unwrap();
        assert_eq!((po.says("Language"), po.says("Plural-Forms")), (Some("es"), Some("nplurals=2;")));
        let [people, hi] = po.entries.as_slice() else { panic!("{po:?}") };
        assert_eq!((people.context.as_str(), people.plural.as_deref(), people.line), ("Board", Some("{n} people"), 8));
        assert_eq!(people.texts, ["{n} persona", "{n} personas"]);
        assert_eq!((hi.id.as_str(), hi.texts.as_slice()), ("Say \"hi\"", &["Di \\ hola".to_owned()][..]));
    }

    #[test]
    fn what_is_no_entry_is_refused_with_its_line() {
        for (file, line) in [
            ("msgid \"a\"", 1),
            ("msgid \"a\"\n\nmsgstr \"b\"", 2),
            ("msgstr \"b\"", 1),
            ("msgid \"a\"\nmsgstr[0] \"b\"", 2),
            ("msgid \"a\"\nmsgstr \"b\"\nmsgstr \"c\"", 3),
            ("msgid \"a\"\nmsgid_plural \"c\"\nmsgstr \"b\"", 3),
            ("msgid \"a\"\nmsgid_plural \"c\"\nmsgstr[1] \"b\"", 3),
            ("msgid \"a\"\nmsgstr \"b\"\nmsgctxt \"c\"", 3),
            ("\"a\"", 1),
            ("msgid a", 1),
            ("msgid \"a", 1),
            ("msgid \"a\\q\"", 1),
            ("msgid \"a\"b\"", 1),
            ("hello \"you\"", 1),
            ("#, fuzzy\nmsgid \"a\"\nmsgstr \"b\"", 1),
            ("#~ msgid \"a\"", 1),
        ] {
            assert_eq!(Po::read(file).map_err(|wrong| wrong.line).unwrap_err(), line, "{file}");
        }
        assert_eq!(Po::read("").unwrap(), Po::default());
    }
}
