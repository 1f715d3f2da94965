//! Rust constants, from anywhere, of every width that fits.

use sandbox2::policy;

mod config {
    pub const AUDIT_FD: u32 = 3;
    pub mod limits {
        pub const LARGEST: usize = 1 << 20;
        pub const SMALL: u8 = 7;
    }
}

use config::limits::{self, LARGEST};

const BASE: i32 = 4;

const fn doubled(value: u32) -> u32 {
    value * 2
}

struct Settings;

impl Settings {
    const FD: u16 = 9;
}

trait Numbered {
    const NUMBER: u32;
}

impl Numbered for Settings {
    const NUMBER: u32 = 77;
}

#[repr(u32)]
enum Descriptor {
    Log = 12,
}

policy! {
    pub static POLICY;

    write {
        fd == { config::AUDIT_FD } => ALLOW,
        fd == { crate::config::AUDIT_FD + 1 } => ALLOW,
        fd == { BASE } => ALLOW,
        fd == { doubled(8) } => ALLOW,
        fd == { Settings::FD } => ALLOW,
        fd == { <Settings as Numbered>::NUMBER } => ALLOW,
        fd == { Descriptor::Log as u32 } => ALLOW,
        fd == { limits::SMALL } && count <= { LARGEST } => ALLOW,
        fd == { let base = 20_u32; base + 1 } => ALLOW,
        fd == { if cfg!(debug_assertions) { 31_u32 } else { 32 } } => ALLOW,
        _ => ERRNO(EBADF),
    }
    ALLOW openat if dfd == { -100 } && flags & { 0x3 } == { 0 };
    ALLOW lseek if offset in { -4096_i64 }..={ i64::MAX };
    ALLOW read if fd in [{ config::AUDIT_FD }, 0, { doubled(1) }] && count: u64 < { u64::MAX };
    ALLOW mmap if prot == { 1 | 2 };
}

fn main() {
    const LOCAL: u32 = 5;
    let policy = policy! { ALLOW close if fd == { LOCAL }; };
    assert!(format!("{POLICY:?}{policy:?}").contains("POLICY"));
}
