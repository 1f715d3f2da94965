//! A program in C, linked with the system's zlib, compresses a file under a policy; then it decompresses what it has made in another
//! sandbox, and what comes back is compared with the file.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin zpipe -- README.md README.md.gz
//! ```
//!
//! `sandboxees/zpipe.c` knows two descriptors, 0 and 1. It finds the files there; it can open none itself.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use sandbox2::{Executor, Outcome, Sandbox2};

sandbox2::policy! {
    /// A loader, the C library's memory, and two descriptors: the one to read from, and the one to write to. And one to complain to.
    static POLICY;

    use dynamic_startup, system_malloc, exit;        // up to main, and out again; that includes `read`
    ALLOW write if fd in [1, 2];
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let Some(program) = option_env!("ZPIPE_SANDBOXEE").map(Path::new) else {
        return Err(format!(
            "zpipe.c was not compiled: {}",
            option_env!("ZPIPE_MISSING").unwrap_or("build.rs has not run")
        )
        .into());
    };
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [input, output] = &arguments[..] else {
        return Err("usage: zpipe INPUT OUTPUT".into());
    };
    let original = fs::read(input)?;

    // What zlib makes of data that cannot be compressed is a little larger than they are.
    let most = original.len() as u64 + original.len() as u64 / 1000 + 1024;
    let outcome = pipe(program, &["zpipe"], File::open(input)?, File::create(output)?, most)?;
    if !outcome.is_ok() {
        return Ok(failed(&outcome));
    }

    // A compressed file may claim to hold any amount: no more comes back than went in.
    let back = Temporary::new()?;
    let outcome = pipe(program, &["zpipe", "-d"], File::open(output)?, File::create(&back.0)?, original.len() as u64)?;
    if !outcome.is_ok() {
        return Ok(failed(&outcome));
    }
    if fs::read(&back.0)? != original {
        return Err("what came back is not what went in".into());
    }
    println!("{} bytes, {} compressed, came back as they were", original.len(), fs::metadata(output)?.len());
    Ok(ExitCode::SUCCESS)
}

/// Runs the program with `input` as its descriptor 0 and `output` as 1, which gets at most `most` bytes.
fn pipe(program: &Path, args: &[&str], input: File, output: File, most: u64) -> Result<Outcome, Box<dyn Error>> {
    let mut executor = Executor::new(program, args).libraries(program);
    executor.ipc_mut().map_fd(input.into(), 0)?;
    executor.ipc_mut().map_fd(output.into(), 1)?;
    executor
        .limits_mut()
        .set_address_space(256 << 20)
        .set_file_size(most)
        .set_core(0)
        .set_cpu(Duration::from_secs(60))
        .set_wall_time(Duration::from_secs(60));
    Ok(Sandbox2::new(executor, &POLICY).run())
}

fn failed(outcome: &Outcome) -> ExitCode {
    eprintln!("Final execution status: {outcome}");
    eprintln!("{outcome:#}");
    ExitCode::FAILURE
}

/// A file that goes when it is dropped.
struct Temporary(std::path::PathBuf);

impl Temporary {
    fn new() -> std::io::Result<Temporary> {
        let path = env::temp_dir().join(format!("zpipe-{}", std::process::id()));
        File::create_new(&path)?;
        Ok(Temporary(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
