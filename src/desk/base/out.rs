//! Files that the desk's commands write.
//!
//! Invariants: a file is there whole or as it was before; nothing that the command reads is written over; a new file is
//! readable only by the user who made it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file whole, in place of what was there. `reads`: files and folders that must not be written over.
///
/// # Errors
/// One sentence that names the file.
pub fn write_file(out: &Path, contents: &[u8], reads: &[&Path]) -> Result<(), String> {
    let cannot = |error: io::Error| format!("{} cannot be written: {}", out.display(), error.kind());
    let (Some(name), folder) = (out.file_name(), folder_of(out)) else {
        return Err(format!("{} is not a file name", out.display()));
    };
    let folder = folder.canonicalize().map_err(cannot)?;
    let (real, is) = match fs::metadata(out) {
        Ok(about) => (out.canonicalize().map_err(cannot)?, Some(about)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (folder.join(name), None),
        Err(error) => return Err(cannot(error)),
    };
    for read in reads {
        if read.canonicalize().is_ok_and(|read| real.starts_with(read)) {
            return Err(format!(
                "{} is or belongs to {}, which is not written over: name another file",
                out.display(),
                read.display()
            ));
        }
    }
    if is.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(format!("{} is a folder: name a file", out.display()));
    }
    // A pipe or a terminal has no whole to wait for.
    if is.is_some_and(|about| !about.is_file()) {
        return fs::OpenOptions::new()
            .write(true)
            .open(out)
            .and_then(|mut file| file.write_all(contents))
            .map_err(cannot);
    }
    let mut unfinished_name = std::ffi::OsString::from(".");
    unfinished_name.push(name);
    unfinished_name.push(format!(".{}", std::process::id()));
    let unfinished = folder.join(unfinished_name);
    let written = write_new(&unfinished, contents).and_then(|()| fs::rename(&unfinished, &real));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.map_err(cannot)
}

fn folder_of(out: &Path) -> PathBuf {
    match out.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn write_new(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(contents)?;
    file.sync_all()
}
