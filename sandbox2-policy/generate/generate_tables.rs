//! Writes the tables of `src/tables` and the lists of `tests/tables` from data files.
//!
//! ```text
//! generate_tables SYSCALLS.psv SINCE.psv OUT.rs
//! generate_tables constants CONSTANTS.psv OUT.rs
//! generate_tables errnos ERRNOS.psv OUT.rs
//! generate_tables libc-numbers SYSCALLS.psv SINCE.psv NOT_IN_LIBC.txt OUT.rs
//! generate_tables libc-constants CONSTANTS.psv OUT.rs
//! ```

mod constants;
mod data;
mod errnos;
mod layout;
mod libc_lists;
mod syscalls;

use std::error::Error;
use std::fs::read_to_string as load;
use std::{env, fs};

const USAGE: &str = "usage: generate_tables SYSCALLS.psv SINCE.psv OUT.rs
       generate_tables constants CONSTANTS.psv OUT.rs
       generate_tables errnos ERRNOS.psv OUT.rs
       generate_tables libc-numbers SYSCALLS.psv SINCE.psv NOT_IN_LIBC.txt OUT.rs
       generate_tables libc-constants CONSTANTS.psv OUT.rs";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (text, out) = match args[..] {
        ["constants", data, out] => (constants::table(&constants::read(&load(data)?)?), out),
        ["errnos", data, out] => (errnos::table(&load(data)?)?, out),
        ["libc-numbers", calls, since, exceptions, out] => {
            (libc_lists::syscalls(&syscalls::read(&load(calls)?, &load(since)?)?, &load(exceptions)?)?, out)
        }
        ["libc-constants", data, out] => (libc_lists::constants(&constants::read(&load(data)?)?), out),
        [calls, since, out] => (syscalls::table(&syscalls::read(&load(calls)?, &load(since)?)?), out),
        _ => return Err(USAGE.into()),
    };
    fs::write(out, text)?;
    Ok(())
}
