//! Assertions about policies: as written for tests, in a crate that renames and denies.
#![deny(warnings)]

use sandbox2::{Coverage, Policy, assert_allows, assert_denies, policy};

const LOG: i32 = 7;

policy! {
    static POLICY;

    slot port: u32;
    ALLOW read;
    ALLOW write if fd in [1, 2] || fd == { LOG as u32 };
    ALLOW openat if dfd == AT_FDCWD && flags & O_ACCMODE == O_RDONLY;
    ALLOW lseek if fd == port && whence == SEEK_SET;
    ERRNO(ENOENT) open?;
    NOTIFY connect;
}

fn main() {
    assert_allows!(POLICY, read(_, _, _));
    assert_allows!(POLICY, read());
    assert_allows!(POLICY, write(1, _, _));
    assert_allows!(POLICY, write([1, 2, { LOG as u32 }], NULL, 0..=9));
    assert_allows!(POLICY, openat(AT_FDCWD, _, O_RDONLY | O_CLOEXEC, _));
    assert_denies!(POLICY, openat(flags: O_WRONLY));
    assert_denies!(POLICY, openat(3), KILL);
    assert_denies!(POLICY, open(_), ERRNO(ENOENT));
    assert_denies!(POLICY, connect(), NOTIFY);
    assert_denies!(POLICY, execve(), on x86_64);
    assert_denies!(POLICY, lseek(whence: [SEEK_CUR, SEEK_END]));
    assert_allows!(POLICY.with_slot("port", 5_u32).unwrap(), lseek(5, _, SEEK_SET), on aarch64, riscv64);
    assert_denies!(Policy::parse("ALLOW read;").unwrap(), clone3(), ERRNO(ENOSYS));
    let coverage = Coverage::of(&POLICY);
    assert_allows!(&coverage, write(1, _, _));
    assert_eq!(coverage.missed().len(), 5);
    for (policy, call) in [("ALLOW read if fd == 1;", "some")] {
        let policy = Policy::parse(policy).unwrap();
        let failed = std::panic::catch_unwind(|| assert_allows!(policy, read(_, _, _))).unwrap_err();
        let message = failed.downcast_ref::<String>().unwrap();
        assert!(message.contains("read(fd = 0, buf = 0, count = 0) is KILL"), "{call}: {message}");
        assert!(message.contains("allows every `read(_, _, _)`"), "{message}");
    }
}
