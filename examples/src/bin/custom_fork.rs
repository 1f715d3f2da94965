//! Ten sandboxees from one program that got ready once: each is forked from it, sandboxes itself, and returns the number that it is sent.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin custom_fork
//! ```

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use sandbox2::client::{self, ForkingClient};
use sandbox2::{Executor, ForkServer, Sandbox2};

/// The sandboxee's end of the channel: the number that it has unless that is mapped.
const CHANNEL: i32 = 1023;

sandbox2::policy! {
    /// What each child needs from `sandbox_me_here` on.
    static POLICY;

    use system_malloc, exit;
    ALLOW sendto, sendmsg, recvmsg, close if fd == { CHANNEL };
    ALLOW fcntl if fd == { CHANNEL } && cmd == F_GETFD;  // debug builds, before they close it
    ALLOW sigaltstack;                               // at the end of main Rust takes its signal stack away
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // The same program on the other side.
    if std::env::args().nth(1).is_some_and(|arg| arg == "server") {
        return sandboxee().map_err(Into::into);
    }
    let program = std::env::current_exe()?;
    let server = Executor::new(&program, ["custom_fork", "server"]).start_fork_server()?;
    for number in 0..10 {
        if !child(&server, number)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One child; whether it did what it should.
fn child(server: &ForkServer, number: u8) -> Result<bool, Box<dyn Error>> {
    let mut executor = Executor::from_fork_server(server);
    executor.limits_mut().set_wall_time(Duration::from_secs(10));
    let mut comms = executor.ipc_mut().comms()?;
    let running = Sandbox2::new(executor, &POLICY).run_async()?;
    let square = comms.send_u32(number.into()).and_then(|()| comms.receive_u32());
    let outcome = running.await_result();

    println!("child {number}: {outcome}");
    let square_is_right = square == Ok(u32::from(number).pow(2));
    let right = square_is_right && outcome.exit_code() == Some(number.into());
    if !right {
        eprintln!("{square:?}\n{outcome:#}");
    }
    Ok(right)
}

fn sandboxee() -> Result<ExitCode, client::Error> {
    let server = ForkingClient::new()?;
    // Whatever takes long is done here, once: reading a dictionary, loading a model.
    let squares: Vec<u32> = (0..1000).map(|number| number * number).collect();
    // This process stays in here until the host does not need it any more. Each child goes on below.
    let mut client = server.enter_fork_loop()?;
    client.sandbox_me_here()?;
    let mut comms = client.comms()?;
    let number = comms.receive_u32()?;
    comms.send_u32(squares.get(number as usize).copied().unwrap_or(0))?;
    Ok(ExitCode::from(u8::try_from(number).unwrap_or(255)))
}
