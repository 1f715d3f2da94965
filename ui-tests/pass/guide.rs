//! The policy of the guide.

use sandbox2::policy;

policy! {
    pub static GUIDE;

    ALLOW read;
    use time;
    ALLOW write if fd == 1;
    ALLOW mprotect if prot == PROT_READ | PROT_WRITE && len == 0x1000;
    ERRNO(ENOENT) open?, openat;
}

fn main() {
    assert!(format!("{GUIDE:?}").contains("GUIDE"));
}
