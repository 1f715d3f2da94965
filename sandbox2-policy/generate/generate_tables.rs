//! Writes the table of system calls: `generate_tables SYSCALLS.psv SINCE.psv OUT.rs`.

mod layout;
mod syscalls;

use std::error::Error;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [calls, since, out] = &args[..] else {
        return Err("usage: generate_tables SYSCALLS.psv SINCE.psv OUT.rs".into());
    };
    let rows = syscalls::read(&fs::read_to_string(calls)?, &fs::read_to_string(since)?)?;
    fs::write(out, syscalls::table(&rows))?;
    Ok(())
}
