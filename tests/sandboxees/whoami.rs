//! Prints what a process can learn of its place: ids, capabilities, arguments, environment, directory, host name, no_new_privs.

use std::ffi::c_void;

unsafe extern "C" {
    fn getpid() -> i32;
    fn getppid() -> i32;
    fn getuid() -> u32;
    fn getgid() -> u32;
    fn getsid(pid: i32) -> i32;
    fn prctl(option: i32, ...) -> i32;
    fn syscall(nr: i64, ...) -> i64;
    fn gethostname(name: *mut u8, len: usize) -> i32;
}

#[cfg(target_arch = "x86_64")]
const SYS_CAPGET: i64 = 125;
#[cfg(not(target_arch = "x86_64"))]
const SYS_CAPGET: i64 = 90;

fn main() {
    let mut header = [0x2008_0522_u32, 0];
    let mut data = [u32::MAX; 6];
    // SAFETY: the header and the data have the sizes of version 3.
    unsafe { syscall(SYS_CAPGET, header.as_mut_ptr().cast::<c_void>(), data.as_mut_ptr().cast::<c_void>()) };
    // PR_CAPBSET_READ
    // SAFETY: asks a question.
    let bounding = (0..64).filter(|cap| unsafe { prctl(23, *cap as u64) } == 1).count();
    let mut host = [0_u8; 65];
    // SAFETY: the buffer has the stated size.
    unsafe { gethostname(host.as_mut_ptr(), 64) };
    let host = String::from_utf8_lossy(&host).trim_end_matches('\0').to_owned();
    // SAFETY: these only ask.
    unsafe {
        println!("pid {} parent {} session {}", getpid(), getppid(), getsid(0));
        println!("uid {} gid {}", getuid(), getgid());
        // PR_GET_NO_NEW_PRIVS, PR_GET_SECUREBITS
        println!("no_new_privs {} securebits {:#x}", prctl(39, 0_u64, 0_u64, 0_u64, 0_u64), prctl(27));
    }
    println!("capabilities {} bounding {bounding}", data.iter().map(|word| word.count_ones()).sum::<u32>());
    println!("args {:?}", std::env::args().collect::<Vec<_>>());
    println!("env {:?}", std::env::vars().collect::<Vec<_>>());
    println!("cwd {:?}", std::env::current_dir().map_err(|error| error.kind()));
    println!("host {host}");
}
