//! Comes to an end deep in its own functions: `violation`, `wait`, `crash`, `exit`, `threads` (of which one makes the call that is a violation),
//! `forked` (in the last of some descendants), `callback` (the violation, in a function that the C library calls).

use std::ffi::c_void;
use std::hint::black_box;

#[inline(never)]
fn violate() -> i32 {
    // SAFETY: a number.
    black_box(unsafe { libc::umask(0o22) }.cast_signed())
}

#[inline(never)]
fn wait() -> i32 {
    // SAFETY: waits for a signal.
    black_box(unsafe { libc::pause() })
}

#[inline(never)]
fn crash() -> i32 {
    // SAFETY: it is not; that is what this is for.
    black_box(unsafe { std::ptr::without_provenance::<i32>(black_box(8)).read_volatile() })
}

#[inline(never)]
fn exit() -> i32 {
    // SAFETY: ends this process.
    unsafe { libc::_exit(black_box(3)) }
}

#[inline(never)]
fn even(depth: u32, end: fn() -> i32) -> i32 {
    black_box(if depth == 0 { end() } else { odd(depth - 1, end) }) + 1
}

#[inline(never)]
fn odd(depth: u32, end: fn() -> i32) -> i32 {
    black_box(even(depth - 1, end)) + 1
}

extern "C" fn compare(_: *const c_void, _: *const c_void) -> i32 {
    violate()
}

/// Has the C library look for a number.
#[inline(never)]
fn search() -> bool {
    let (number, numbers) = (5_i32, [5_i32; 3]);
    // SAFETY: three numbers of that size, and a function that changes none.
    let found = unsafe { libc::bsearch((&raw const number).cast(), numbers.as_ptr().cast(), 3, 4, Some(compare)) };
    black_box(!found.is_null())
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("violation") => drop(even(4, violate)),
        Some("wait") => {
            println!("ready");
            even(4, wait);
        }
        Some("crash") => drop(even(4, crash)),
        Some("exit") => drop(even(4, exit)),
        Some("callback") => drop(black_box(search())),
        Some("threads") => {
            let barrier = std::sync::Arc::new(std::sync::Barrier::new(4));
            for _ in 0..3 {
                let barrier = std::sync::Arc::clone(&barrier);
                std::thread::spawn(move || {
                    barrier.wait();
                    even(2, wait)
                });
            }
            barrier.wait();
            let violator = std::thread::spawn(|| even(2, violate));
            drop(violator.join());
        }
        Some("forked") => {
            for _ in 0..4 {
                // SAFETY: this program has one thread.
                let child = unsafe { libc::fork() };
                if child != 0 {
                    // SAFETY: our own child; no status is wanted.
                    unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
                    return;
                }
            }
            even(2, violate);
        }
        _ => panic!("no such end"),
    }
}
