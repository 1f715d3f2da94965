//! What the host must have for a test: asked once, said when it is missing.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::OnceLock;

/// Says why a test is skipped. With `SANDBOX2_REQUIRE=all` that is a failure.
///
/// # Panics
/// If nothing may be skipped.
pub fn skip(reason: &str) {
    assert!(std::env::var("SANDBOX2_REQUIRE").as_deref() != Ok("all"), "may not be skipped, but: {reason}");
    eprintln!("skipped: {reason}");
}

/// Whether this host lets us launch at all; says why not.
#[must_use]
pub fn can_launch() -> bool {
    static REFUSAL: OnceLock<Option<String>> = OnceLock::new();
    let refusal = REFUSAL.get_or_init(|| {
        // SAFETY: the child makes two system calls and leaves without touching memory.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: takes a number.
            let result = unsafe { libc::unshare(libc::CLONE_NEWUSER) };
            // SAFETY: ends the child.
            unsafe { libc::_exit(i32::from(result != 0)) };
        }
        let mut status = 0;
        // SAFETY: the child is ours, the status is a local.
        let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
        let made = child > 0 && waited == child && status == 0;
        (!made).then(|| "this host lets nobody make a user namespace".to_owned())
    });
    if let Some(reason) = refusal {
        skip(reason);
    }
    refusal.is_none()
}

/// Whether this user can write to that folder or, if it is not there, make it.
///
/// # Panics
/// If the path cannot be one.
#[must_use]
pub fn can_write(folder: &Path) -> bool {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    let path = CString::new(there.as_os_str().as_bytes()).expect("no zero in a path");
    // SAFETY: the path ends with a zero.
    unsafe { libc::access(path.as_ptr(), libc::W_OK) == 0 }
}
