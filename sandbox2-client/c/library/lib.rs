//! `libsandbox2_client.a` and `libsandbox2_client.so`: what [`sandbox2_client_c`] has, under the names that C programs link with.

pub use sandbox2_client_c::*;

/// An unwinder that finds no frame, for `install.sh` alone, which then makes it the library's own.
///
/// The standard library's panic prints a backtrace, and to print one it can read debugging information: 210 KiB of code. As this
/// unwinder never calls back, link-time optimisation leaves all of it out.
#[cfg(sandbox2_small)]
#[unsafe(no_mangle)]
pub extern "C" fn _Unwind_Backtrace(
    _callback: *const core::ffi::c_void,
    _argument: *mut core::ffi::c_void,
) -> core::ffi::c_int {
    const END_OF_STACK: core::ffi::c_int = 5;
    END_OF_STACK
}
