//! Makes the system call that its argument names with a pointer to memory that nobody ever fills: descriptor 3 is `/dev/userfaultfd`.

use std::ffi::c_void;

unsafe extern "C" {
    fn syscall(nr: i64, ...) -> i64;
    fn ioctl(fd: i32, request: u64, ...) -> i32;
    fn mmap(at: *mut c_void, length: usize, access: i32, flags: i32, fd: i32, offset: i64) -> *mut c_void;
}

const NEW: u64 = 0xaa00;
const API: u64 = 0xc018_aa3f;
const REGISTER: u64 = 0xc020_aa00;

fn main() {
    let nr: i64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).expect("a call's number");
    // SAFETY: a number.
    let faults = unsafe { ioctl(3, NEW, 0) };
    assert!(faults >= 0, "{}", std::io::Error::last_os_error());
    let mut api = [0xaa_u64, 0, 0];
    // SAFETY: one `struct uffdio_api`.
    assert_eq!(unsafe { ioctl(faults, API, api.as_mut_ptr()) }, 0);
    // SAFETY: a new private mapping for reading and writing.
    let page = unsafe { mmap(std::ptr::null_mut(), 4096, 3, 0x22, -1, 0) };
    let mut register = [page.addr() as u64, 4096, 1, 0];
    // SAFETY: one `struct uffdio_register`.
    assert_eq!(unsafe { ioctl(faults, REGISTER, register.as_mut_ptr()) }, 0);
    // SAFETY: nothing is there.
    unsafe { syscall(nr, page) };
}
