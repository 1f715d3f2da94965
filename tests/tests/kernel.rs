//! Policies against the real kernel, without a monitor: each allowed and each forbidden call is really made.

#[path = "policies/guide.rs"]
mod guide;

use guide::GUIDE;
use sandbox2_tests::filtered::{Fate, call_under};

const PAGE: u64 = 0x1000;
const RW: u64 = (libc::PROT_READ | libc::PROT_WRITE) as u64;
const AT_FDCWD: u64 = libc::AT_FDCWD as u64;
/// An address at which nothing can be mapped: a call that gets through fails with EFAULT or ENOMEM.
const NOWHERE: u64 = 0;

fn guide(nr: i64, args: [u64; 6]) -> Fate {
    call_under(&GUIDE, nr, args)
}

#[test]
fn read_is_allowed_whatever_its_arguments() {
    assert_eq!(guide(libc::SYS_read, [999, 0, 0, 0, 0, 0]), Fate::Returned(-i64::from(libc::EBADF)));
    assert_eq!(guide(libc::SYS_read, [u64::MAX, 1, 2, 3, 4, 5]), Fate::Returned(-i64::from(libc::EBADF)));
}

#[test]
fn the_time_can_be_asked_for() {
    assert_eq!(guide(libc::SYS_clock_gettime, [0, NOWHERE, 0, 0, 0, 0]), Fate::Returned(-i64::from(libc::EFAULT)));
    assert_eq!(guide(libc::SYS_gettimeofday, [0; 6]), Fate::Returned(0));
    #[cfg(target_arch = "x86_64")]
    assert!(matches!(guide(libc::SYS_time, [0; 6]), Fate::Returned(seconds) if seconds > 0));
}

#[test]
fn write_is_allowed_to_standard_output_only() {
    assert_eq!(guide(libc::SYS_write, [1, NOWHERE, 0, 0, 0, 0]), Fate::Returned(0));
    for fd in [0, 2, 3, 0xffff_ffff] {
        assert_eq!(guide(libc::SYS_write, [fd, NOWHERE, 0, 0, 0, 0]), Fate::Killed, "fd {fd}");
    }
}

/// The kernel ignores the upper half of an `unsigned int`, and so does the rule.
#[test]
fn the_upper_half_of_a_descriptor_decides_nothing() {
    assert_eq!(guide(libc::SYS_write, [1 | 7 << 32, NOWHERE, 0, 0, 0, 0]), Fate::Returned(0));
    assert_eq!(guide(libc::SYS_write, [2 | 1 << 32, NOWHERE, 0, 0, 0, 0]), Fate::Killed);
}

#[test]
fn mprotect_is_allowed_for_one_page_readable_and_writable() {
    let fate = guide(libc::SYS_mprotect, [NOWHERE, PAGE, RW, 0, 0, 0]);
    assert_eq!(fate, Fate::Returned(-i64::from(libc::ENOMEM)));
    for (len, prot) in [
        (PAGE, libc::PROT_READ as u64),
        (PAGE, libc::PROT_WRITE as u64),
        (PAGE, RW | libc::PROT_EXEC as u64),
        (PAGE, 0),
        (2 * PAGE, RW),
        (0, RW),
        (PAGE - 1, RW),
        // A length that is one page in its lower half alone: 32 bits compared would let it through.
        (PAGE | 1 << 32, RW),
    ] {
        assert_eq!(guide(libc::SYS_mprotect, [NOWHERE, len, prot, 0, 0, 0]), Fate::Killed, "len {len:#x} prot {prot}");
    }
}

#[test]
fn opening_a_file_finds_nothing() {
    let path = c"/proc/version".as_ptr() as u64;
    assert_eq!(guide(libc::SYS_openat, [AT_FDCWD, path, 0, 0, 0, 0]), Fate::Returned(-i64::from(libc::ENOENT)));
    #[cfg(target_arch = "x86_64")]
    assert_eq!(guide(libc::SYS_open, [path, 0, 0, 0, 0, 0]), Fate::Returned(-i64::from(libc::ENOENT)));
}

#[test]
fn everything_else_is_a_violation() {
    for nr in [libc::SYS_getpid, libc::SYS_socket, libc::SYS_execve, libc::SYS_ptrace, libc::SYS_close, libc::SYS_readv]
    {
        assert_eq!(guide(nr, [0; 6]), Fate::Killed, "system call {nr}");
    }
}

#[test]
fn clone3_says_that_it_does_not_exist() {
    assert_eq!(guide(libc::SYS_clone3, [0; 6]), Fate::Returned(-i64::from(libc::ENOSYS)));
}

#[cfg(target_arch = "x86_64")]
#[test]
fn numbers_of_the_x32_abi_are_a_violation() {
    for nr in [0x4000_0000 | libc::SYS_read, 0x4000_0000, 0x4000_0000 | 512] {
        assert_eq!(guide(nr, [0; 6]), Fate::Killed, "system call {nr:#x}");
    }
}
