//! The user's own items may have any name that the expansion uses.

#![allow(dead_code, non_camel_case_types, non_upper_case_globals, unused_macros)]

mod shadowing {
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod libc {}
    pub mod sandbox2_policy {}
    pub mod __private {}

    pub struct u64;
    pub struct u32;
    pub struct u8;
    pub struct i128;
    pub struct str;
    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Policy;
    pub struct PolicyParts;
    pub struct Insn;
    pub struct Origin;
    pub struct Mount;
    pub struct MountKind;
    pub struct Network;
    pub struct Arch;

    pub const SYMBOL_0: &::core::primitive::str = "mine";
    pub const SYMBOLS: () = ();
    pub const ORIGINS: () = ();
    pub const MOUNTS: () = ();
    pub const MEANING: () = ();
    pub const STANDALONE: () = ();
    pub const SUPERVISED: () = ();
    pub const TRACED: () = ();
    pub const PROT_READ: () = ();
    pub const O_CLOEXEC: () = ();
    pub const NAME: ::core::primitive::u32 = 7;

    macro_rules! compile_error { () => {}; }
    macro_rules! file { () => {}; }
    macro_rules! assert { () => {}; }
    macro_rules! concat { () => {}; }

    sandbox2::policy! {
        pub static POLICY;

        default ERRNO(EPERM);
        ALLOW read if fd == { NAME } && count < { 9_usize };
        ALLOW mprotect if prot == PROT_READ;
        ALLOW openat if flags & O_CLOEXEC == O_CLOEXEC;
        file "/etc/localtime";
        dir rw "/var/tmp" as "/out";
        tmpfs "/tmp" size 16M;
        libraries "/usr/bin/env";
        hostname "shadow";
        network host;
    }

    pub fn expression() -> ::sandbox2::Policy {
        const Some: () = ();
        const fd: ::core::primitive::u32 = 3;
        ::sandbox2::policy! { ALLOW read if fd == { fd }; }
    }
}

/// A user's constants may have the names that the expansion gives to its own.
mod same_names {
    const SYMBOL_0: u32 = 3;
    const SYMBOL_1: u32 = 4;
    const MEANING: u32 = 5;
    const STANDALONE: u32 = 6;
    const SYMBOLS: u32 = 7;

    sandbox2::policy! {
        pub static POLICY;

        write {
            fd == { SYMBOL_1 } => ALLOW,
            fd == { SYMBOL_0 } => ERRNO(EPERM),
            fd == { MEANING } || fd == { STANDALONE } || fd == { SYMBOLS } => KILL,
            _ => ALLOW,
        }
    }
}

fn main() {
    assert!(format!("{:?}{:?}", shadowing::POLICY, same_names::POLICY).contains("POLICY"));
    assert!(format!("{:?}", shadowing::expression()).contains("Policy"));
}
