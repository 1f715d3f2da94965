//! A host that leaves its process group once it has launched, and ends whoever is still in it. Arguments: the monitor, a program that echoes, and
//! one that is a fork server.
//!
//! It exits with code 0 if its sandboxee and its servers are there afterwards, and otherwise says what is not.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use sandbox2::{Executor, ForkServer, LaunchServer, Monitor, Running, Sandbox2};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

sandbox2::policy! {
    static ANYTHING;

    danger { default ALLOW; }
    use map_exec;
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [monitor, program, forker] = arguments.as_slice() else { return Err("monitor, program, fork server".into()) };
    let monitor = if monitor == "ptrace" { Monitor::Ptrace } else { Monitor::Listener };
    let witness = witness();
    join(witness)?;

    let forks = Executor::fork_server(forker)?;
    let launches = LaunchServer::start()?;
    let mut direct = Echo::start(Executor::new(program, ["echo"]), monitor)?;
    let mut launched = Echo::start(Executor::new(program, ["echo"]).launched_by(&launches), monitor)?;
    // A group of its own.
    join(0)?;
    // SAFETY: the group has the witness in it, and what this host has started.
    if unsafe { libc::kill(-witness, libc::SIGTERM) } != 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    let mut status = 0;
    // SAFETY: the child is ours, the status is a local.
    unsafe { libc::waitpid(witness, &raw mut status, 0) };
    if !libc::WIFSIGNALED(status) || libc::WTERMSIG(status) != libc::SIGTERM {
        return Err(format!("the signal was not for that group: {status:#x}").into());
    }
    for echo in [&mut direct, &mut launched] {
        echo.answers()?;
    }
    for echo in [direct, launched] {
        echo.ends()?;
    }
    forks_again(&forks, monitor)?;
    let outcome = Sandbox2::new(Executor::new(program, ["echo"]).launched_by(&launches), &ANYTHING).run();
    Ok(outcome.to_result()?)
}

/// A process in a group of its own that waits for its end.
fn witness() -> i32 {
    // SAFETY: this program has one thread here, and the child waits for signals.
    let witness = unsafe { libc::fork() };
    if witness == 0 {
        // SAFETY: takes numbers. Whatever becomes of the host, nobody is left.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) };
        loop {
            // SAFETY: waits for a signal.
            unsafe { libc::pause() };
        }
    }
    // SAFETY: the child is ours, and executes nothing.
    unsafe { libc::setpgid(witness, witness) };
    witness
}

/// Makes this process one of that group.
fn join(group: i32) -> Result<()> {
    // SAFETY: takes numbers.
    if unsafe { libc::setpgid(0, group) } == 0 { Ok(()) } else { Err(std::io::Error::last_os_error().into()) }
}

/// A program that echoes, in its sandbox.
struct Echo {
    running: Running,
    input: std::os::unix::net::UnixStream,
    output: std::os::unix::net::UnixStream,
}

impl Echo {
    fn start(mut executor: Executor, monitor: Monitor) -> Result<Echo> {
        let input = executor.ipc_mut().receive_fd(0)?;
        let output = executor.ipc_mut().receive_fd(1)?;
        output.set_read_timeout(Some(Duration::from_secs(60)))?;
        let running = Sandbox2::new(executor, &ANYTHING).monitor(monitor).run_async()?;
        Ok(Echo { running, input, output })
    }

    fn answers(&mut self) -> Result<()> {
        self.input.write_all(b"there\n")?;
        Ok(self.output.read_exact(&mut [0; 6])?)
    }

    fn ends(self) -> Result<()> {
        drop(self.input);
        Ok(self.running.await_result().to_result()?)
    }
}

fn forks_again(server: &ForkServer, monitor: Monitor) -> Result<()> {
    let mut executor = Executor::from_fork_server(server).dir("/proc");
    let mut comms = executor.ipc_mut().comms()?;
    let mut sandbox = Sandbox2::new(executor, &ANYTHING).monitor(monitor);
    sandbox.run_async()?;
    comms.send_u32(0)?;
    Ok(sandbox.await_result().to_result()?)
}
