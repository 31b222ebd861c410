//! The files that both programs keep: who may read them, and the copy that is made before an update.
//!
//! Invariants: what is made here is for its owner alone; a copy has its name only once it is whole and on the disk;
//! nothing is written over but an unfinished copy. What is inside of the files is not known here.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// This many copies from before updates are kept.
const COPIES_MAX: usize = 2;

/// What every SQLite database begins with (SQLite file format, 1.3).
const DATABASE: &[u8] = b"SQLite format 3\0";

/// What SQLite writes beside a file.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Has the system write no core dump if this program ends by a fault: it would be a file with patients, keys and
/// passwords in it.
pub fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
        tracing::warn!(%error, "a core dump of this program would hold personal data, and it cannot be switched off");
    }
}

/// Makes a folder, for its owner alone. One that is there stays as it is.
///
/// # Errors
/// If it cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Logs it if people other than the owner and the group can write into the folder: they could put another file in place
/// of one.
pub fn warn_of_open_folder(folder: &Path) {
    // With the sticky bit, as on /tmp, each exchanges their own alone.
    if fs::metadata(folder).is_ok_and(|about| about.permissions().mode() & 0o1002 == 0o002) {
        tracing::warn!(
            folder = %folder.display(),
            "others can write into this folder and exchange what is in it: run `chmod 700` on it"
        );
    }
}

/// Makes an empty file, for its owner alone; what SQLite writes beside it takes after it. One that is there stays as it
/// is.
///
/// # Errors
/// If it cannot be made.
pub fn make_file(file: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Takes the right to read a database, and what SQLite keeps beside it, from everyone but its owner, and logs it. One
/// that cannot be changed stays as it is, and the log says so. A file that is something else is not ours to change: the
/// path may be mistyped.
pub fn narrow(file: &Path) {
    if !may_be_a_database(file) {
        return;
    }
    for path in std::iter::once(file.to_owned()).chain(BESIDE.iter().map(|ending| beside(file, ending))) {
        let Ok(about) = fs::metadata(&path) else { continue };
        let mode = about.permissions().mode() & 0o7777;
        if !about.is_file() || mode & 0o077 == 0 {
            continue;
        }
        let (path_shown, mode_shown) = (path.display(), format!("{mode:o}"));
        match fs::set_permissions(&path, Permissions::from_mode(mode & 0o700)) {
            Ok(()) => {
                tracing::warn!(
                    file = %path_shown, mode = mode_shown,
                    "others could read this file; now its owner alone can"
                );
            }
            Err(why) => {
                tracing::error!(
                    file = %path_shown, mode = mode_shown, %why,
                    "others can read this file, run `chmod 600` on it"
                );
            }
        }
    }
}

/// Whether a file is empty or begins as every SQLite database does.
fn may_be_a_database(file: &Path) -> bool {
    let mut first = Vec::new();
    let read = File::open(file).and_then(|file| file.take(DATABASE.len() as u64).read_to_end(&mut first));
    read.is_ok() && (first.is_empty() || first == DATABASE)
}

/// Whether people other than the owner and the group can read or change it.
#[must_use]
pub fn is_open_to_others(about: &Metadata) -> bool {
    about.permissions().mode() & 0o007 != 0
}

/// The name of a file with more at its end: `kiosk.db` and `.key` make `kiosk.db.key`.
#[must_use]
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    file.with_file_name(name)
}

/// Makes the copy from before the update to `version`, `FILE.before-VERSION`, for its owner alone, and removes all but
/// the latest copies. `copy` writes a whole copy into the empty file that it is given.
///
/// # Errors
/// Those of `copy`, or `E` made of what the disk said; then there is no such copy, and the older ones are kept.
pub fn copy_before<E>(
    file: &Path,
    version: i64,
    copy: impl FnOnce(&Path) -> Result<(), E>,
    said: impl Fn(io::Error) -> E,
) -> Result<(), E> {
    let to = beside(file, &format!("{BEFORE}{version}"));
    // Two programs may do this at the same moment; whole copies of the same file they both are.
    let unfinished = beside(&to, &format!(".{}.unfinished", std::process::id()));
    let _ = fs::remove_file(&unfinished);
    let made = make_file(&unfinished)
        .map_err(&said)
        .and_then(|()| copy(&unfinished))
        .and_then(|()| File::open(&unfinished).and_then(|file| file.sync_all()).map_err(&said))
        .and_then(|()| fs::rename(&unfinished, &to).map_err(&said))
        .and_then(|()| sync_folder(file).map_err(&said));
    if made.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    made?;
    for old in copies(file).into_iter().skip(COPIES_MAX) {
        if let Err(why) = fs::remove_file(&old) {
            tracing::warn!(file = %old.display(), %why, "an old copy could not be removed");
        }
    }
    Ok(())
}

const BEFORE: &str = ".before-";

/// The copies from before updates that are beside a file, the latest first.
#[must_use]
pub fn copies(file: &Path) -> Vec<PathBuf> {
    let mut begins = file.file_name().unwrap_or_default().to_owned();
    begins.push(BEFORE);
    let Ok(entries) = fs::read_dir(folder_of(file)) else { return Vec::new() };
    let version = |name: &OsString| name.to_str()?.strip_prefix(begins.to_str()?)?.parse::<u64>().ok();
    let mut found: Vec<(u64, PathBuf)> =
        entries.flatten().filter_map(|entry| Some((version(&entry.file_name())?, entry.path()))).collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

/// Renames a damaged file, and what SQLite keeps beside it, to a name that says when it was last written:
/// `FILE.damaged-20261130T091500Z`. Answers the new name.
///
/// # Errors
/// If it cannot be renamed.
pub fn set_aside(file: &Path) -> io::Result<PathBuf> {
    let written = jiff::Timestamp::try_from(fs::metadata(file)?.modified()?).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let ending = format!(".damaged-{}", written.strftime("%Y%m%dT%H%M%SZ"));
    let mut to = beside(file, &ending);
    let mut n = 1;
    while to.exists() {
        n += 1;
        to = beside(file, &format!("{ending}-{n}"));
    }
    // The journal first: a new file must never be opened with the journal of another one.
    for ending in BESIDE {
        match fs::rename(beside(file, ending), beside(&to, ending)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            _ => {}
        }
    }
    fs::rename(file, &to)?;
    sync_folder(file)?;
    Ok(to)
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder(file: &Path) -> io::Result<()> {
    File::open(folder_of(file))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_for_its_owner_alone_and_what_was_wider_is_narrowed() {
        let folder = tempfile::tempdir().unwrap();
        let (inner, file) = (folder.path().join("a/b"), folder.path().join("a/b/kiosk.db"));
        make_folder(&inner).unwrap();
        make_file(&file).unwrap();
        assert_eq!((mode(&inner), mode(&file)), (0o700, 0o600));
        for path in [file.clone(), beside(&file, "-wal"), beside(&file, "-shm")] {
            fs::write(&path, DATABASE).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o664)).unwrap();
        }
        assert!(is_open_to_others(&fs::metadata(&file).unwrap()));
        make_file(&file).unwrap();
        narrow(&file);
        for path in [file.clone(), beside(&file, "-wal"), beside(&file, "-shm")] {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        assert_eq!(fs::read(&file).unwrap(), DATABASE, "what was there stays");
        assert!(!is_open_to_others(&fs::metadata(&file).unwrap()));
        let other = folder.path().join("letter.txt");
        fs::write(&other, "Dear patient").unwrap();
        fs::set_permissions(&other, Permissions::from_mode(0o644)).unwrap();
        narrow(&other);
        assert_eq!(mode(&other), 0o644, "a mistyped path changes nothing");
    }

    #[test]
    fn the_latest_two_copies_are_kept_and_a_copy_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.sqlite");
        fs::write(&file, "desk").unwrap();
        let names = || -> Vec<String> {
            copies(&file).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
        };
        for version in [8, 9, 10] {
            copy_before(&file, version, |to| fs::write(to, "copy"), |why| why).unwrap();
        }
        assert_eq!(names(), ["desk.sqlite.before-10", "desk.sqlite.before-9"]);
        assert_eq!(mode(&beside(&file, ".before-10")), 0o600);
        let full = copy_before(&file, 11, |_| Err(io::Error::from(io::ErrorKind::StorageFull)), |why| why);
        assert_eq!(full.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(names(), ["desk.sqlite.before-10", "desk.sqlite.before-9"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing unfinished is left");
    }

    #[test]
    fn a_damaged_file_is_set_aside_with_its_journal_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kiosk.db");
        let mut names = Vec::new();
        for text in ["first", "second"] {
            fs::write(&file, text).unwrap();
            File::options().write(true).open(&file).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
            fs::write(beside(&file, "-wal"), text).unwrap();
            let aside = set_aside(&file).unwrap();
            assert!(!file.exists() && !beside(&file, "-wal").exists());
            assert_eq!(
                (fs::read(&aside).unwrap(), fs::read(beside(&aside, "-wal")).unwrap()),
                (text.into(), text.into())
            );
            names.push(aside.file_name().unwrap().to_str().unwrap().to_owned());
        }
        assert_eq!(names, ["kiosk.db.damaged-19700101T000000Z", "kiosk.db.damaged-19700101T000000Z-2"]);
    }
}
