//! A module without the prelude.

mod bare {
    #![no_implicit_prelude]

    ::sandbox2::policy! {
        pub static POLICY;

        ALLOW read if fd == { 3 } && count < { 5usize };
        ALLOW mprotect if prot == PROT_READ;
        ERRNO(ENOENT) open?, openat;
        file "/etc/localtime";
        dir "/usr" as "/user";
        tmpfs "/tmp" size 16M;
        libraries "/usr/bin/env";
        hostname "bare";
    }

    pub const EXPRESSION: ::sandbox2::Policy = ::sandbox2::policy! { ALLOW write; };
}

fn main() {
    assert!(format!("{:?}{:?}", bare::POLICY, bare::EXPRESSION).contains("POLICY"));
}
