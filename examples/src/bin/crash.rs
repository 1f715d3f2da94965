//! Where a program was when it crashed: the stack of one in Rust and of one in C++, with functions, files and lines.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin crash
//! ```
//!
//! The stack is told by a worker: this very program, executed once more in a sandbox of its own, since it reads what the crashed program has left
//! of its memory. A signal is seen by the ptrace monitor, which is chosen by itself here. The exit status is 0 if both have crashed and were told of.

use std::error::Error;
use std::process::ExitCode;

use sandbox2::{Executor, Outcome, Sandbox2, StackTraces, Status};

sandbox2::policy! {
    /// What they would need if they came to their end.
    static POLICY;

    use dynamic_startup, system_malloc, exit, signals, rust_std, write;
    ALLOW fstat, newfstatat?;
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut told = vec![("in Rust", crash(env!("CRASH_RUST")))];
    match (option_env!("CRASH_CPP"), option_env!("CRASH_CPP_MISSING")) {
        (Some(program), _) => told.push(("in C++", crash(program))),
        (None, missing) => println!("the program in C++ was not built: {}\n", missing.unwrap_or("c++ failed")),
    }
    let mut all = true;
    for (language, outcome) in told {
        println!("a program {language}: {}", outcome.status);
        for stack in &outcome.stacks {
            println!("{stack:#}\n");
        }
        let crashed = matches!(outcome.status, Status::Signaled { .. });
        if !crashed || outcome.stacks.iter().all(|stack| stack.frames.is_empty()) {
            eprintln!("{outcome:#}");
            all = false;
        }
    }
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn crash(program: &str) -> Outcome {
    let executor = Executor::new(program, [program]).libraries(program);
    Sandbox2::new(executor, &POLICY).stack_traces(StackTraces::new()).run()
}
