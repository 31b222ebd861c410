//! The machine itself: how warm it is, and how full its disk. Only what the system tells; elsewhere nothing.

use std::path::Path;

/// The processor's temperature in degrees Celsius; none if the system does not tell it.
#[must_use]
pub fn celsius() -> Option<i16> {
    thousandths(&std::fs::read_to_string("/sys/class/thermal/thermal_zone0/temp").ok()?)
}

/// What is free for us on the disk with this file or folder, in MiB.
#[must_use]
pub fn disk_free_mib(path: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(path).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize) / (1024 * 1024))
}

/// The kernel writes thousandths of a degree. A sensor that tells what no running machine has is not believed.
fn thousandths(text: &str) -> Option<i16> {
    let degrees: i64 = text.trim().parse::<i64>().ok()? / 1000;
    i16::try_from(degrees).ok().filter(|degrees| (-40..=150).contains(degrees))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperatures_are_read_as_the_kernel_writes_them() {
        for (text, expected) in [
            ("48312\n", Some(48)),
            ("-1000", Some(-1)),
            ("0", Some(0)),
            ("", None),
            ("warm", None),
            ("999999", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(thousandths(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_folder_has_room_and_what_is_not_there_has_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(disk_free_mib(folder.path()).is_some_and(|free| free > 0));
        assert_eq!(disk_free_mib(&folder.path().join("gone")), None);
    }
}
