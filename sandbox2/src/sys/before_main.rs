//! Running in place of a program's `main`.
//!
//! A program that is executed again, to do one piece of work for the one that runs, must not begin with whatever else it does. What is in
//! `.init_array` runs before `main`; [`before_main!`] puts something there, which ends the process if the work was meant, and otherwise
//! does nothing at all. The program's own initialisers, and the libraries', may not have run yet; Rust's standard library needs none.

use core::ffi::{CStr, c_char};

unsafe extern "C" {
    /// `argv[0]`; set before any initialiser runs, by glibc and by musl.
    static program_invocation_name: *const c_char;
}

/// Whether that is this program's `argv[0]`, and nobody with fewer privileges has started it. For initialisers: later on the program may
/// have changed what is looked at here.
pub(crate) fn is_called(name: &CStr) -> bool {
    // SAFETY: looks a number up.
    if unsafe { libc::getauxval(libc::AT_SECURE) } != 0 {
        return false;
    }
    // SAFETY: the place exists in every C library that sandbox2 can be linked with, and holds an aligned pointer.
    let text = unsafe { (&raw const program_invocation_name).read() };
    if text.is_null() {
        return false;
    }
    // SAFETY: `argv[0]` ends with a zero, and stays where it is.
    let text = unsafe { CStr::from_ptr(text) };
    text == name
}

/// Has `$main` run before the program's `main`, if the program is called `$name`; `$entry` becomes a function that gives an address in the
/// object (the executable, or a shared library) that this is part of.
macro_rules! before_main {
    ($entry:ident, $name:expr, $main:path) => {
        #[allow(unsafe_code, reason = "a section that the loader knows; see sys::before_main")]
        mod initialiser {
            pub(super) extern "C" fn run() {
                if $crate::sys::before_main::is_called($name) {
                    $main();
                }
            }

            // SAFETY: the loader calls what is in this section, with the convention of C; `run` takes none of the arguments.
            #[used]
            #[unsafe(link_section = ".init_array.00101")]
            pub(super) static RUN: extern "C" fn() = run;
        }

        /// An address in the object that this is part of. To call this is also what makes sure that the linker takes the initialiser.
        fn $entry() -> u64 {
            $crate::sys::before_main::address_of(*core::hint::black_box(&initialiser::RUN))
        }
    };
}
pub(crate) use before_main;

/// Where a function's code is.
pub(crate) fn address_of(function: extern "C" fn()) -> u64 {
    (function as *const ()).addr() as u64
}
