//! Looks for the key of the given description, of type `user`, in every keyring that it has, and prints its payload's size.

use std::ffi::{CString, c_char};

unsafe extern "C" {
    fn syscall(nr: i64, ...) -> i64;
}

#[cfg(target_arch = "x86_64")]
const SYS_REQUEST_KEY: i64 = 249;
#[cfg(not(target_arch = "x86_64"))]
const SYS_REQUEST_KEY: i64 = 218;

fn main() {
    let description = std::env::args().nth(1).expect("a description");
    let description = CString::new(description).expect("an argument has no NUL byte");
    let kind = c"user".as_ptr();
    let nothing = std::ptr::null::<c_char>();
    // SAFETY: both strings end with a NUL byte; the rest is absent.
    let key = unsafe { syscall(SYS_REQUEST_KEY, kind, description.as_ptr(), nothing, 0_i64) };
    println!("{}", if key > 0 { "found" } else { "none" });
}
