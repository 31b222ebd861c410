//! Words that people read are plain American English, in the terms of a US front desk: `docs/glossary.md` has the
//! terms, and here is what is not written, with the better word. Strings, comments and documents are read; names of
//! functions are not.

use std::fs;
use std::path::Path;

use super::{files, root, show};

/// What is not written, in any case of letters, and what to write instead.
const NOT: [(&str, &str); 37] = [
    ("somebody", "someone"),
    ("nobody", "no one"),
    ("everybody", "everyone"),
    ("anybody", "anyone"),
    ("whoever", "anyone who, or the person by role"),
    ("whom", "who, or the person by role: patient, provider, user"),
    ("anew", "again"),
    ("is told", "gets a message, is notified, is shown"),
    ("is said", "is shown, is reported"),
    ("all the same", "anyway"),
    ("at once", "right away, or at the same time"),
    ("telephone", "phone"),
    ("telephones", "phones"),
    ("e-mail", "email"),
    ("e-mails", "emails"),
    ("family name", "last name"),
    ("family names", "last names"),
    ("given name", "first name"),
    ("given names", "first names"),
    ("so many", "this many"),
    ("call off", "cancel"),
    ("calls off", "cancels"),
    ("called off", "canceled"),
    ("calling off", "canceling"),
    ("take over", "import, adopt"),
    ("takes over", "imports, adopts"),
    ("taken over", "imported, adopted"),
    ("hand on", "export, pass on"),
    ("hands on", "exports, passes on"),
    ("handed on", "exported, passed on"),
    ("handing on", "exporting, passing on"),
    ("put away", "archive, archived"),
    ("puts away", "archives"),
    ("taken care of", "resolved"),
    ("cancelled", "canceled"),
    ("colour", "color"),
    ("colours", "colors"),
];

/// Where one of these is right: the file, the word, and why.
const ALLOWED: [(&str, &str, &str); 11] = [
    ("deploy/desk.example.toml", "nobody", "a value of a setting"),
    ("deploy/desk.example.toml", "everybody", "a value of a setting"),
    ("src/desk/service/import/columns.rs", "family name", "a heading in lists of other systems"),
    ("src/desk/service/import/columns.rs", "given name", "a heading in lists of other systems"),
    ("src/desk/service/import/words.rs", "cancelled", "a status in lists of other systems"),
    ("src/desk/store/calendar.rs", "cancelled", "a stored state, inside a query"),
    ("src/desk/store/coverage.rs", "cancelled", "a stored state, inside a query"),
    ("src/domain/identity/tests.rs", "somebody", "the name of an invented person"),
    ("src/domain/visit/decide/tests.rs", "cancelled", "the name of a reason in the program"),
    ("src/domain/placeholder.rs", "family name", "a placeholder that other systems write for a name"),
    ("src/domain/placeholder.rs", "given name", "a placeholder that other systems write for a name"),
];

#[test]
fn words_are_plain_american_english() {
    let mut broken = Vec::new();
    for (folder, endings) in
        [("src", &["rs", "js"][..]), ("ui", &["slint"]), ("docs", &["md"]), ("deploy", &["toml", "md"])]
    {
        for ending in endings {
            for path in files(&root().join(folder), ending) {
                broken.extend(faults(&path));
            }
        }
    }
    for name in ["README.md", "SECURITY.md"] {
        broken.extend(faults(&root().join(name)));
    }
    assert!(broken.is_empty(), "{} words to change:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn an_allowed_word_is_still_there() {
    for (file, word, why) in ALLOWED {
        let text = fs::read_to_string(root().join(file)).unwrap_or_default().to_lowercase();
        assert!(text.contains(word), "{file} no longer has \"{word}\" ({why}): take the line out of ALLOWED");
    }
}

#[test]
fn a_wrong_word_is_found_where_people_read_it_and_nowhere_else() {
    let found = |text: &str, ending: &str| -> Vec<String> {
        let wrong = |(line, text): (usize, String)| {
            wrong_words(&text).into_iter().map(move |(word, _)| format!("{line} {word}")).collect::<Vec<_>>()
        };
        readable(text, ending).into_iter().flat_map(wrong).collect()
    };
    assert_eq!(found("fn a() {\n    say(\"Nobody is here\"); // Somebody was.\n}", "rs"), ["2 nobody", "2 somebody"]);
    assert_eq!(
        found("/// It was called\n/// off by [`nobody`].\nfn whom() { let nobody = 'a'; }", "rs"),
        Vec::<String>::new()
    );
    assert_eq!(
        found("let a = r#\"He said \"at once\"\"#; let code = \"cancelled\"; let b = \"{nobody} is here\";", "rs"),
        ["1 at once"]
    );
    assert_eq!(found("text: @tr(\"Telephone\"); // anew", "slint"), ["1 telephone", "1 anew"]);
    assert_eq!(
        found("Plain. `nobody` knows.\n```\nsomebody\n```\n* The e-mails are [here](a/whom.md).", "md"),
        ["5 e-mails"]
    );
    assert_eq!(found("totp_required = \"nobody\"   # so many words", "toml"), ["1 so many"]);
    assert_eq!(wrong_words("Whom"), [("whom", "who, or the person by role: patient, provider, user")]);
}

/// A line for each wrong word of a file: where, what, and what to write.
fn faults(path: &Path) -> Vec<String> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    let (name, text) = (show(path), fs::read_to_string(path).unwrap());
    let mut found = Vec::new();
    for (line, text) in readable(&text, &ending) {
        for (word, better) in wrong_words(&text) {
            if !ALLOWED.iter().any(|(file, allowed, _)| *file == name && *allowed == word) {
                found.push(format!("{name}:{line}: \"{word}\": write {better}"));
            }
        }
    }
    found
}

/// The wrong words of a text, with the better ones.
fn wrong_words(text: &str) -> Vec<(&'static str, &'static str)> {
    let text = text.to_lowercase();
    let stands = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
            let is_inside =
                |one: Option<char>| one.is_some_and(|one| one.is_alphanumeric() || one == '_' || one == '-');
            !is_inside(before) && !is_inside(after)
        })
    };
    NOT.into_iter().filter(|(word, _)| stands(word)).collect()
}

/// What people read in a file, by line: strings and comments of source, text of documents, comments of configurations.
fn readable(text: &str, ending: &str) -> Vec<(usize, String)> {
    match ending {
        "md" => prose(text),
        "toml" => text
            .lines()
            .enumerate()
            .filter_map(|(at, line)| Some((at + 1, line.get(line.find('#')?..)?.to_owned())))
            .collect(),
        _ => strings_and_comments(text),
    }
}

/// The lines of a document, without blocks and spans of code, and without the targets of links.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            lines.push((at + 1, without_spans(line)));
        }
    }
    lines
}

/// Without spans of code, and without the targets of links.
fn without_spans(line: &str) -> String {
    let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let mut parts = outside.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + " " + part.split_once(')').map_or("", |(_, rest)| rest))
}

/// The strings and comments of a source, by the line in which each line of them is. A string of one word in small
/// letters is a code or the name of something; what is put into a string is named as in the source.
fn strings_and_comments(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut add = |start: usize, text: &str| {
        for (at, line) in text.split('\n').enumerate() {
            found.push((start + at, line.to_owned()));
        }
    };
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let (mut i, mut line) = (0, 1);
    while i < chars.len() {
        let start = line;
        if at(i) == '/' && at(i + 1) == '/' {
            let end = (i..chars.len()).find(|end| at(*end) == '\n').unwrap_or(chars.len());
            add(start, &without_spans(&chars[i..end].iter().collect::<String>()));
            i = end;
        } else if at(i) == '\'' && (at(i + 2) == '\'' || at(i + 1) == '\\') {
            // One letter: a quotation mark may be it.
            i += if at(i + 1) == '\\' { 4 } else { 3 };
        } else if at(i) == '"' {
            let hashes = (1..=i).take_while(|back| at(i - back) == '#').count();
            let is_raw = i > hashes && at(i - hashes - 1) == 'r';
            let closes = |end: usize| at(end) == '"' && (!is_raw || (1..=hashes).all(|more| at(end + more) == '#'));
            let mut end = i + 1;
            while end < chars.len() && !closes(end) {
                end += if at(end) == '\\' && !is_raw { 2 } else { 1 };
            }
            let end = end.min(chars.len());
            let text: String = chars[i + 1..end].iter().collect();
            line += text.matches('\n').count();
            let is_code = text.chars().all(|one| !one.is_whitespace() && !one.is_uppercase());
            if !is_code {
                let put_in = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
                add(start, &put_in.collect::<Vec<_>>().join(" "));
            }
            i = end + 1;
        } else {
            line += usize::from(at(i) == '\n');
            i += 1;
        }
    }
    found
}
