//! The machine: room on the disk, the folder of files.

use super::Finding;
use std::path::Path;

/// Below this many bytes, somebody should make room.
const LITTLE: u64 = 1024 * 1024 * 1024;
/// Below this many bytes, writing will soon fail.
const NEXT_TO_NOTHING: u64 = 100 * 1024 * 1024;

/// Room where the data lies.
pub fn room(data: &Path) -> Finding {
    const CHECK: &str = "disk";
    // A folder that is yet to be made lies where its parent lies.
    let Some(there) = data.ancestors().find(|folder| folder.is_dir()) else {
        return Finding::broken(CHECK, format!("There is no folder {}.", data.display()));
    };
    let there = if there.as_os_str().is_empty() {
        Path::new(".")
    } else {
        there
    };
    match rustix::fs::statvfs(there) {
        Ok(room) => {
            let free = room.f_bavail.saturating_mul(room.f_frsize);
            let words = format!("{} free at {}.", size(free), there.display());
            if free < NEXT_TO_NOTHING {
                Finding::broken(CHECK, format!("{words} Make room at once."))
            } else if free < LITTLE {
                Finding::warning(CHECK, format!("{words} Make room."))
            } else {
                Finding::well(CHECK, words)
            }
        }
        Err(error) => Finding::warning(CHECK, format!("The free room is not known: {error}.")),
    }
}

/// The folder of attachments can be read and written.
pub fn files(folder: &Path) -> Finding {
    const CHECK: &str = "files";
    if !folder.exists() {
        return Finding::well(CHECK, "There is no folder of files yet.");
    }
    if let Err(error) = std::fs::read_dir(folder) {
        return Finding::broken(
            CHECK,
            format!("{} cannot be read: {error}.", folder.display()),
        );
    }
    match rustix::fs::access(folder, rustix::fs::Access::WRITE_OK) {
        Ok(()) => Finding::well(
            CHECK,
            format!("{} can be read and written.", folder.display()),
        ),
        Err(error) => Finding::broken(
            CHECK,
            format!("{} cannot be written: {error}.", folder.display()),
        ),
    }
}

/// A number of bytes as people say it.
pub fn size(bytes: u64) -> String {
    const STEPS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    for (name, step) in STEPS {
        if bytes >= step {
            let tenths = bytes.saturating_mul(10) / step;
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_naturally() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1_536, "1.5 KiB"),
            (5 << 20, "5.0 MiB"),
            (u64::MAX, "1717986918.3 GiB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
