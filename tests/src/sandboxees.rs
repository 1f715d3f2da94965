//! The tiny programs that the tests run.

use std::path::{Path, PathBuf};

/// The statically linked sandboxee of that name; `None`, with the reason printed, where the toolchain cannot link so.
#[must_use]
pub fn linked_statically(name: &str) -> Option<PathBuf> {
    if env!("LINKED_STATICALLY") != "true" {
        crate::host::skip("the toolchain has no static C library to link with");
        return None;
    }
    Some(Path::new(env!("SANDBOXEES")).join("static").join(name))
}

/// The dynamically linked sandboxee of that name.
#[must_use]
pub fn dynamic(name: &str) -> PathBuf {
    Path::new(env!("SANDBOXEES")).join("dynamic").join(name)
}
