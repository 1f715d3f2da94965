//! All groups, each alone and together, and rules of the user's beside them.

use sandbox2::policy;

policy! {
    pub static ALL;

    use static_startup, dynamic_startup, system_malloc, exit, time, read, write, stat, signals;

    ALLOW close;
    ALLOW read;
    ALLOW ioctl if cmd == TCGETS;
    ERRNO(ENOSYS) getpid;
}

policy! {
    pub static JUST_IN_TIME;

    default ERRNO(EPERM);
    use system_malloc, map_exec;
}

policy! {
    pub static WRITER;

    use write;
    ALLOW write if fd == 1;
}

fn main() {
    assert!(format!("{ALL:?}{JUST_IN_TIME:?}{WRITER:?}").contains("JUST_IN_TIME"));
}
