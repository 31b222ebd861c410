//! Where the kiosk's key comes from.
//!
//! Invariants: a key is made only for a file that holds nothing sealed yet, and never replaces one; no message repeats
//! any of a key. The search, in this order: the file that the configuration names, the credential that the system hands
//! to the service, a file beside the kiosk's file. The last protects nothing but copies of the kiosk's file without it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags};
use zeroize::{Zeroize as _, Zeroizing};

use super::seal::{KEY_BYTES, Seal, hex};
use super::{Store, StoreError};

/// The name of the credential.
pub const CREDENTIAL: &str = "kiosk-key";

/// No key file is longer than this, in bytes.
const FILE_BYTES_MAX: usize = 1024;

/// Where a key was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the file that the configuration names.
    Named,
    /// The system handed it to the service.
    Credential,
    /// Beside the kiosk's file: enough for development.
    Beside,
}

impl KeyPlace {
    /// In words, for anyone who set the kiosk up.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Named => "sealed with the key of key_file",
            Self::Credential => "sealed with the credential kiosk-key",
            Self::Beside => {
                "sealed with a key that lies beside it: enough for development, no help against a stolen card"
            }
        }
    }
}

/// The seal of the kiosk's file `data`. `named` is the configuration's key file, `credentials` the folder of the
/// service's credentials (`$CREDENTIALS_DIRECTORY`). A key file that is missing is made, readable by its owner alone,
/// unless `data` is sealed already.
///
/// # Errors
/// If the key is not there, no key, or open to others; or if it could not be made.
pub fn find(data: &Path, named: Option<&Path>, credentials: Option<&Path>) -> Result<(Seal, KeyPlace), StoreError> {
    if let Some(path) = named {
        return Ok((of_file(path, data)?, KeyPlace::Named));
    }
    if let Some(path) = credentials.map(|folder| folder.join(CREDENTIAL)) {
        // The service manager guards its credentials itself. A service may have others and not this one.
        match std::fs::metadata(&path) {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
            _ => return Ok((read(&path)?, KeyPlace::Credential)),
        }
    }
    Ok((of_file(&beside(data), data)?, KeyPlace::Beside))
}

/// The key file beside the kiosk's file: `kiosk.db` has `kiosk.db.key`.
#[must_use]
pub fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(".key");
    data.with_file_name(name)
}

fn of_file(path: &Path, data: &Path) -> Result<Seal, StoreError> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.mode() & 0o007 != 0 => Err(StoreError::KeyOpen { path: path.to_owned() }),
        Ok(_) => read(path),
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(StoreError::Key { path: path.to_owned(), why }),
        Err(_) if Store::is_sealed(data)? => {
            Err(StoreError::KeyMissing { path: path.to_owned(), data: data.to_owned() })
        }
        Err(_) => {
            make(path).map_err(|why| StoreError::Key { path: path.to_owned(), why })?;
            read(path)
        }
    }
}

fn read(path: &Path) -> Result<Seal, StoreError> {
    let wrong = |why| StoreError::Key { path: path.to_owned(), why };
    // Room for the whole from the start: a text that grows leaves pieces of the key in memory.
    let mut text = Zeroizing::new(Vec::with_capacity(2 * FILE_BYTES_MAX));
    let file = File::open(path).map_err(wrong)?;
    file.take(FILE_BYTES_MAX as u64).read_to_end(&mut text).map_err(wrong)?;
    let key = of_digits(text.trim_ascii()).ok_or_else(|| StoreError::NoKey { path: path.to_owned() })?;
    Ok(Seal::new(&key))
}

/// The key that this many hexadecimal digits write.
fn of_digits(digits: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    if pairs.len() != KEY_BYTES {
        return None;
    }
    for (byte, [high, low]) in key.iter_mut().zip(pairs) {
        let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(key)
}

/// Makes a key file: whole and durable under its name, or not at all.
fn make(path: &Path) -> std::io::Result<()> {
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| std::io::Error::other("this machine gives no random bytes"))?;
    let mut line = hex(key.as_slice());
    line.push('\n');
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished).and_then(
        |mut file| {
            file.write_all(line.as_bytes())?;
            file.sync_all()
        },
    );
    line.zeroize();
    written?;
    // A key that another program made meanwhile stays, and is the one that is read.
    match rustix::fs::renameat_with(CWD, &unfinished, CWD, path, RenameFlags::NOREPLACE) {
        Ok(()) => File::open(folder)?.sync_all(),
        Err(rustix::io::Errno::EXIST) => std::fs::remove_file(&unfinished),
        Err(why) => Err(why.into()),
    }
}
