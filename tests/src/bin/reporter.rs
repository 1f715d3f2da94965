//! A sandboxee that says what it sees of its place, so that two sandboxes can be compared line by line. Its argument is how it comes
//! under its policy: `filtered` before it starts, `itself` on its own word, `forked` as a fork server's child.
//!
//! Nothing in its lines depends on the run, but the numbers of namespaces, which its host replaces.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sandbox2_client::{Client, ForkingClient};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    match std::env::args().nth(1).unwrap_or_default().as_str() {
        "filtered" => {}
        "itself" => Client::new()?.sandbox_me_here()?,
        "forked" => ForkingClient::new()?.enter_fork_loop()?.sandbox_me_here()?,
        other => return Err(format!("unknown mode {other:?}").into()),
    }
    let mut report = String::new();
    processes(&mut report)?;
    identity(&mut report)?;
    files(&mut report)?;
    descriptors(&mut report)?;
    network(&mut report)?;
    policy(&mut report)?;
    print!("{report}");
    Ok(())
}

/// What the kernel says of this process, and of the one that holds the sandbox together.
fn processes(report: &mut String) -> Result<()> {
    const FIELDS: [&str; 20] = [
        "Umask",
        "Uid",
        "Gid",
        "Groups",
        "NSpid",
        "NSsid",
        "Threads",
        "SigBlk",
        "SigIgn",
        "SigCgt",
        "CapInh",
        "CapPrm",
        "CapEff",
        "CapBnd",
        "CapAmb",
        "NoNewPrivs",
        "Seccomp",
        "Seccomp_filters",
        "Speculation_Store_Bypass",
        "SpeculationIndirectBranch",
    ];
    for who in ["self", "1"] {
        let status = fs::read_to_string(format!("/proc/{who}/status"))?;
        for line in status.lines().filter(|line| FIELDS.iter().any(|field| line.starts_with(&format!("{field}:")))) {
            writeln!(report, "process {who} {line}")?;
        }
    }
    for line in fs::read_to_string("/proc/self/limits")?.lines() {
        writeln!(report, "limit {line}")?;
    }
    Ok(())
}

fn identity(report: &mut String) -> Result<()> {
    // SAFETY: asks for a number.
    let securebits = unsafe { libc::prctl(libc::PR_GET_SECUREBITS) };
    // SAFETY: asks for a number.
    let dumpable = unsafe { libc::prctl(libc::PR_GET_DUMPABLE) };
    writeln!(report, "securebits {securebits:#x} dumpable {dumpable}")?;
    // SAFETY: a structure of arrays of bytes, for which zeros are valid.
    let mut system: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one such structure.
    unsafe { libc::uname(&raw mut system) };
    writeln!(report, "host {} domain {}", text(&system.nodename), text(&system.domainname))?;
    writeln!(report, "directory {}", std::env::current_dir()?.display())?;
    writeln!(report, "environment {:?}", std::env::vars().collect::<Vec<_>>())?;
    for kind in ["user", "pid", "mnt", "net", "ipc", "uts", "cgroup"] {
        writeln!(report, "namespace {}", fs::read_link(format!("/proc/self/ns/{kind}"))?.display())?;
    }
    const DESCRIBE: i32 = 6;
    const SESSION: i32 = -3;
    let mut key = [0_u8; 256];
    // SAFETY: the kernel writes at most so many bytes there.
    let length = unsafe { libc::syscall(libc::SYS_keyctl, DESCRIBE, SESSION, key.as_mut_ptr(), key.len()) };
    let described = key.get(..usize::try_from(length).unwrap_or_default()).unwrap_or_default();
    writeln!(report, "session keyring {}", String::from_utf8_lossy(described).trim_end_matches('\0'))?;
    Ok(())
}

fn text(bytes: &[libc::c_char]) -> String {
    bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(byte.cast_unsigned())).collect()
}

/// Every mount with what restricts it, and whether it does.
fn files(report: &mut String) -> Result<()> {
    for line in fs::read_to_string("/proc/self/mountinfo")?.lines() {
        // Not the numbers of mount, parent and device.
        writeln!(report, "mount {}", line.split(' ').skip(3).collect::<Vec<_>>().join(" "))?;
    }
    for place in ["/", "/read-only", "/writable", "/tmp", "/proc", "/dev"] {
        let mut names: Vec<_> =
            fs::read_dir(place)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.retain(|name| name.parse::<u32>().is_err());
        names.sort_unstable();
        if place != "/proc" {
            writeln!(report, "in {place}: {names:?}")?;
        }
        let file = Path::new(place).join("new");
        let written = fs::write(&file, "text").map_err(|error| error.raw_os_error());
        writeln!(report, "writing to {place}: {written:?}")?;
        let _ = fs::remove_file(file);
    }
    Ok(())
}

fn descriptors(report: &mut String) -> Result<()> {
    for number in 0..1100 {
        // SAFETY: takes numbers alone.
        let flags = unsafe { libc::fcntl(number, libc::F_GETFL) };
        if flags >= 0 {
            let behind = fs::read_link(format!("/proc/self/fd/{number}"))?.display().to_string();
            // Without the number of a pipe or a socket.
            let behind = behind.split('[').next().unwrap_or_default();
            writeln!(report, "descriptor {number} access {} {behind}", flags & libc::O_ACCMODE)?;
        }
    }
    Ok(())
}

fn network(report: &mut String) -> Result<()> {
    for line in fs::read_to_string("/proc/net/dev")?.lines().skip(2) {
        let name = line.split(':').next().unwrap_or_default().trim();
        // SAFETY: takes numbers alone.
        let socket = unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_DGRAM, 0) };
        // SAFETY: a structure of numbers and bytes, for which zeros are valid.
        let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
        for (place, byte) in request.ifr_name.iter_mut().zip(name.bytes().take(15)) {
            *place = byte.cast_signed();
        }
        // SAFETY: the kernel reads and writes one such structure.
        let asked = unsafe { libc::ioctl(socket, libc::SIOCGIFFLAGS, &raw mut request) };
        // SAFETY: the kernel has written the flags there.
        let flags = unsafe { request.ifr_ifru.ifru_flags };
        // SAFETY: made above.
        unsafe { libc::close(socket) };
        writeln!(report, "interface {name} {asked} {flags:#x}")?;
    }
    Ok(())
}

/// The policy has an answer of its own to this call.
fn policy(report: &mut String) -> Result<()> {
    // SAFETY: takes numbers alone.
    let answer = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
    let errno = std::io::Error::last_os_error().raw_os_error();
    writeln!(report, "answer {answer} {errno:?}")?;
    Ok(())
}
