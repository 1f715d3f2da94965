//! One system call in a forked child that has a standalone filter on: the kernel itself as a witness.

use sandbox2::Policy;

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It returned this, or failed with this errno as a negative number.
    Returned(i64),
    /// The process was killed with SIGSYS: a violation.
    Killed,
    /// The process ended in another way: its wait status.
    Ended(i32),
}

/// Makes one system call in a child under the policy's own filter, put on by [`Policy::apply_to_current_thread`].
///
/// # Panics
/// If the child cannot be made.
#[must_use]
pub fn call_under(policy: &Policy, nr: i64, args: [u64; 6]) -> Fate {
    // What the child reports goes through a page that both have: under the filter it may not be able to write.
    // SAFETY: a fresh anonymous mapping.
    let page = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            4096,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    assert_ne!(page, libc::MAP_FAILED);
    let result = page.cast::<[i64; 2]>();
    // SAFETY: the child ends by `_exit` or by a signal, and until then touches the page and its own stack.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork: {}", std::io::Error::last_os_error());
    if child == 0 {
        let fate = if policy.apply_to_current_thread().is_ok() { 1 } else { 2 };
        // SAFETY: whatever the call does, it does to this child.
        let returned = unsafe { libc::syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]) };
        let error = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
        let value = if returned == -1 { -i64::from(error) } else { returned };
        // SAFETY: the page is mapped and ours.
        unsafe { result.write_volatile([fate, value]) };
        // SAFETY: ends the child, if the filter does not do so.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: the child is ours, the status is a local.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    // SAFETY: the page is mapped, and the child is gone.
    let [fate, value] = unsafe { result.read_volatile() };
    // SAFETY: the mapping is ours and not used after this.
    unsafe { libc::munmap(page, 4096) };
    assert_ne!(fate, 2, "the filter could not be installed");
    match (fate, libc::WIFSIGNALED(status), libc::WTERMSIG(status)) {
        (0, true, libc::SIGSYS) => Fate::Killed,
        // The end itself may be a violation; what was asked for has come back before.
        (1, ..) => Fate::Returned(value),
        _ => Fate::Ended(status),
    }
}
