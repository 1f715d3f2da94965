//! Takes memory of the C library's in every way that it has, from a byte to 80 MiB, and gives it back.

use std::ffi::c_void;

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(memory: *mut c_void, size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
}

/// Uses the whole of it.
fn fill(memory: *mut c_void, size: usize) {
    assert!(!memory.is_null(), "no {size} bytes");
    // SAFETY: so much was asked for.
    unsafe { std::hint::black_box(memory.cast::<u8>()).write_bytes(7, size) };
}

fn main() {
    for size in [1, 100, 4096, 128 << 10, 1 << 20, 10 << 20, 40 << 20] {
        // SAFETY: any size can be asked for.
        let memory = unsafe { malloc(size) };
        fill(memory, size);
        // SAFETY: it was just taken.
        let larger = unsafe { realloc(memory, 2 * size) };
        fill(larger, 2 * size);
        // SAFETY: any size can be asked for.
        let zeros = unsafe { calloc(2, size) };
        fill(zeros, 2 * size);
        for memory in [larger, zeros] {
            // SAFETY: each was taken once.
            unsafe { free(memory) };
        }
    }
}
