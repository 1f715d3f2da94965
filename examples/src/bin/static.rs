//! The guide's first example: a statically linked program that reads `/proc/version` from its standard input, under the guide's
//! policy.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin static
//! ```

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;

use sandbox2::{Executor, Sandbox2};

sandbox2::policy! {
    /// The guide's policy, and what a statically linked program needs before and after its own code.
    static POLICY;

    use static_startup, system_malloc, exit;         // up to main, and out again
    use time;                                        // time, gettimeofday, clock_gettime
    ALLOW read;
    ALLOW write if fd == 1;                          // standard output only
    ALLOW mprotect if prot == PROT_READ | PROT_WRITE && len == 0x1000;
    ERRNO(ENOENT) open?, openat;                     // there is no file
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let program = env!("STATIC_SANDBOXEE");
    let mut executor = Executor::new(program, [program]);

    // The sandboxee finds /proc/version as its standard input, and we read its standard output.
    executor.ipc_mut().map_fd(File::open("/proc/version")?.into(), 0)?;
    let mut output = executor.ipc_mut().receive_fd(1)?;

    executor
        .limits_mut()
        .set_address_space(4 << 30)
        .set_file_size(1 << 30)
        .set_open_files(1 << 10)
        .set_core(0)
        .set_cpu(Duration::from_secs(300))
        .set_wall_time(Duration::from_secs(120));

    let running = Sandbox2::new(executor, &POLICY).run_async()?;
    let mut text = String::new();
    output.read_to_string(&mut text)?;
    let outcome = running.await_result();

    print!("{text}");
    println!("Final execution status: {outcome}");
    if !outcome.is_ok() {
        eprintln!("{outcome:#}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
