//! Hosts that something happens to: what it is, is the first argument; the second is the program that they run.

use std::io::{BufRead as _, Read as _};

use sandbox2::{Executor, LaunchServer, Outcome, Sandbox2, Stdio};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

sandbox2::policy! {
    static ANYTHING;

    danger { default ALLOW; }
    use map_exec;
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, mode, program] = arguments.as_slice() else { return Err("mode and program".into()) };
    match mode.as_str() {
        "setuid" => setuid(program),
        "setuid-forks" => setuid_forks(program),
        "orphan" => orphan(program),
        "reuse" => reuse(program),
        "deaths" => deaths(program),
        "emfile" => emfile(program),
        "pause" => pause(program),
        other => Err(format!("unknown mode {other:?}").into()),
    }
}

fn run(program: &str, server: &LaunchServer) -> Outcome {
    let executor = Executor::new(program, ["it", "0"]).stdin(Stdio::null()).launched_by(server);
    Sandbox2::new(executor, &ANYTHING).run()
}

/// Becomes another user while it has a launch server.
fn setuid(program: &str) -> Result<()> {
    let server = LaunchServer::start()?;
    assert!(run(program, &server).is_ok());
    become_another()?;
    println!("{}", run(program, &server));
    drop(server);
    println!("done");
    Ok(())
}

/// And while it has a fork server.
fn setuid_forks(program: &str) -> Result<()> {
    let server = Executor::new(program, ["it", "server"]).start_fork_server()?;
    become_another()?;
    drop(server);
    println!("done");
    Ok(())
}

fn become_another() -> Result<()> {
    // SAFETY: takes numbers alone.
    let group = unsafe { libc::setresgid(65534, 65534, 65534) };
    // SAFETY: takes numbers alone.
    let user = unsafe { libc::setresuid(65534, 65534, 65534) };
    // SAFETY: takes numbers alone.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) };
    assert_eq!((group, user), (0, 0));
    Ok(())
}

/// Dies, while a copy of it lives.
fn orphan(program: &str) -> Result<()> {
    let server = LaunchServer::start()?;
    let mut executor = Executor::new(program, ["it"]).launched_by(&server);
    let _stream = executor.ipc_mut().receive_fd(0)?;
    let mut sandbox = Sandbox2::new(executor, &ANYTHING);
    sandbox.run_async()?;
    println!("{}", sandbox.pid().unwrap_or(0));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    // SAFETY: the copy makes one call that takes numbers, and ends.
    match unsafe { libc::fork() } {
        0 => loop {
            let mut byte = [0_u8];
            // SAFETY: the kernel writes one byte there.
            if unsafe { libc::read(0, byte.as_mut_ptr().cast(), 1) } <= 0 {
                // SAFETY: ends the copy.
                unsafe { libc::_exit(0) };
            }
        },
        // SAFETY: ends this process.
        _ => drop(unsafe { libc::raise(libc::SIGKILL) }),
    }
    Ok(())
}

/// Gives memory back that it had when its launch server was made, next to what the server keeps.
fn reuse(program: &str) -> Result<()> {
    const LENGTH: usize = 512 << 10;
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    let mut places = Vec::new();
    for _ in 0..8 {
        // SAFETY: a new mapping at a place of the kernel's choice.
        let place = unsafe { libc::mmap(std::ptr::null_mut(), LENGTH, access, kind, -1, 0) };
        assert_ne!(place, libc::MAP_FAILED);
        // SAFETY: the mapping is as long as that.
        unsafe { place.cast::<u8>().write_bytes(7, LENGTH) };
        places.push(place);
    }
    let server = LaunchServer::start()?;
    for place in places {
        // SAFETY: mapped above, and nobody uses it.
        assert_eq!(unsafe { libc::munmap(place, LENGTH) }, 0);
    }
    for _ in 0..10 {
        let outcome = run(program, &server);
        assert!(outcome.is_ok(), "{outcome}");
    }
    println!("done");
    Ok(())
}

/// Runs out of descriptors at every moment of a launch; prints what it was left with.
fn emfile(program: &str) -> Result<()> {
    let server = LaunchServer::start()?;
    assert!(run(program, &server).is_ok());
    let open = || std::fs::read_dir("/proc/self/fd").map(Iterator::count);
    let before = open()?;
    let mut succeeded = 0;
    for more in 0..40 {
        let limit = |number| {
            let limit = libc::rlimit { rlim_cur: number, rlim_max: 1024 };
            // SAFETY: the kernel reads one limit.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
        };
        limit(3 + more);
        let outcome = run(program, &server);
        limit(1024);
        succeeded += u32::from(outcome.is_ok());
        let outcome = run(program, &server);
        assert!(outcome.is_ok(), "after {more}: {outcome}");
    }
    assert!(succeeded > 0);
    assert_eq!(open()?, before);
    let children = own_children()?;
    assert_eq!(children.len(), 1, "only the launch server: {children:?}");
    println!("done");
    Ok(())
}

/// Its launch server is killed at every moment of a launch.
fn deaths(program: &str) -> Result<()> {
    let server = LaunchServer::start()?;
    let mut killed = 0;
    for round in 0..400_u32 {
        let pid = server.pid().cast_signed();
        killed = pid;
        let killer = std::thread::spawn(move || {
            for _ in 0..round * 200 {
                std::hint::spin_loop();
            }
            // SAFETY: a child of this process that is reaped after this thread has ended.
            pid > 0 && unsafe { libc::kill(pid, libc::SIGKILL) } == 0
        });
        // It succeeds, or it does not.
        drop(run(program, &server));
        drop(killer.join());
    }
    // The last one may not have met its death yet, and whoever asks it then is told so.
    while server.is_alive() && server.pid().cast_signed() == killed {
        std::thread::yield_now();
    }
    assert!(server.is_alive() || server.pid() == 0, "{} has ended", server.pid());
    let outcome = run(program, &server);
    assert!(outcome.is_ok(), "{outcome}");
    let children = own_children()?;
    assert_eq!(children.len(), 1, "only the launch server: {children:?}");
    println!("done");
    Ok(())
}

fn own_children() -> Result<Vec<String>> {
    let me = std::process::id().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let mut stat = String::new();
        let Ok(mut file) = std::fs::File::open(entry?.path().join("stat")) else { continue };
        if file.read_to_string(&mut stat).is_err() {
            continue;
        }
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
        if parent == Some(&me) {
            found.push(stat.split_whitespace().take(3).collect::<Vec<_>>().join(" "));
        }
    }
    Ok(found)
}

/// Stops a sandboxee that has more processes than this host may have descriptors.
fn pause(program: &str) -> Result<()> {
    let few = libc::rlimit { rlim_cur: 64, rlim_max: 64 };
    // SAFETY: one `struct rlimit`.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &few) }, 0);
    let mut executor = Executor::new(program, ["it", "100"]).stdin(Stdio::null());
    let mut output = std::io::BufReader::new(executor.ipc_mut().receive_fd(1)?);
    let running = Sandbox2::new(executor, &ANYTHING).run_async()?;
    output.read_line(&mut String::new())?;
    let pid = running.pid().ok_or("it runs")?;
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let children: Vec<&str> = children.split_whitespace().collect();
    assert_eq!(children.len(), 100);
    running.pause();
    // Whoever waits for this one gives up before long.
    while !children.iter().all(|child| {
        std::fs::read_to_string(format!("/proc/{child}/status")).is_ok_and(|status| status.contains("State:\tT"))
    }) {
        std::thread::yield_now();
    }
    running.kill();
    println!("{}", running.await_result());
    println!("done");
    Ok(())
}
