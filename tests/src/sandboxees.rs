//! The tiny programs that the tests run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scratch::Scratch;

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

/// How a program is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linkage {
    /// Everything is in the program.
    Static,
    /// A loader brings its libraries.
    Dynamic,
}

/// The sandboxee of that name that is written in C, compiled anew; `None`, with the reason printed, where the system's compiler
/// cannot.
#[must_use]
pub fn in_c(name: &str, linkage: Linkage) -> Option<Scratch> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("sandboxees").join(name).with_extension("c");
    let scratch = Scratch::new(&format!("{name}-{linkage:?}"));
    let mut compiler = Command::new("cc");
    compiler.arg("-o").arg(scratch.0.join(name)).arg(source);
    if linkage == Linkage::Static {
        compiler.arg("-static");
    }
    match compiler.output() {
        Ok(output) if output.status.success() => Some(scratch),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            crate::host::skip(&format!("cc does not compile {name}.c ({linkage:?}): {said}"));
            None
        }
        Err(error) => {
            crate::host::skip(&format!("no C compiler: {error}"));
            None
        }
    }
}
