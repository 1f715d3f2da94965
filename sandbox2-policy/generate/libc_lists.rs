//! Writes the lists by which the tests compare the tables with the `libc` crate: `tests/tables/libc_constants.rs` and
//! `tests/tables/libc_syscalls.rs`.

use crate::constants::{self, InLibc};
use crate::data::{ARCHES, data_lines};
use crate::{layout, syscalls};

/// The text of `tests/tables/libc_constants.rs`.
pub(crate) fn constants(rows: &[constants::Row]) -> String {
    let mut entries = String::new();
    for row in rows.iter().filter(|row| row.libc != InLibc::No) {
        let env = (row.libc == InLibc::Gnu).then(|| "target_env = \"gnu\"".to_owned());
        entries += &entry(env, row.values.map(|value| value.is_some()), &row.name, &row.name);
    }
    file("constants", "CONSTANTS", "constants that `generate/constants.psv` says libc has", &entries)
}

/// The text of `tests/tables/libc_syscalls.rs`.
///
/// # Errors
/// If an exception is no system call.
pub(crate) fn syscalls(rows: &[syscalls::Row], exceptions: &str) -> Result<String, String> {
    let exceptions: Vec<&str> = data_lines(exceptions).collect();
    if let Some(name) = exceptions.iter().find(|name| rows.iter().all(|row| row.name != **name)) {
        return Err(format!("`{name}` is no system call"));
    }
    let mut entries = String::new();
    for row in rows.iter().filter(|row| !exceptions.contains(&row.name.as_str())) {
        entries += &entry(None, row.numbers.map(|number| number.is_some()), &row.name, &format!("SYS_{}", row.name));
    }
    Ok(file("numbers", "SYSCALLS", "system calls except those of `generate/not_in_libc.txt`", &entries))
}

/// One element of a list, under the conditions on which the target has it.
fn entry(env: Option<String>, on: [bool; 3], name: &str, libc_name: &str) -> String {
    let mut arches: Vec<_> =
        ARCHES.iter().zip(on).filter(|(_, on)| *on).map(|(arch, _)| format!("target_arch = \"{arch}\"")).collect();
    let arch = match arches.len() {
        3 => None,
        1 => arches.pop(),
        _ => Some(format!("any({})", arches.join(", "))),
    };
    let cfg = match (env, arch) {
        (None, None) => String::new(),
        (Some(one), None) | (None, Some(one)) => format!("    #[cfg({one})]\n"),
        (Some(env), Some(arch)) => format!("    #[cfg(all({env}, {arch}))]\n"),
    };
    cfg + &layout::list(4, "(", &[format!("\"{name}\""), format!("libc::{libc_name} as i64")], "),")
}

fn file(what: &str, list: &str, which: &str, entries: &str) -> String {
    format!(
        "//! Generated: do not edit. From the data files in `generate/`, by
//! `cargo run -p sandbox2-policy --example generate_tables -- libc-{what}`, which says what it wants.
#![allow(clippy::cast_lossless, clippy::unnecessary_cast, reason = \"libc's types differ from target to target\")]

/// The {which}, with libc's values.
pub(crate) const {list}: &[(&str, i64)] = &[
{entries}];
"
    )
}
