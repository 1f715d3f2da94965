//! The index from numbers to system calls, computed while compiling.

use super::Syscall;
use super::syscalls::SYSCALLS;
use crate::arch::Arch;

/// One past the highest number of any architecture that the index has room for; the constant evaluator says if that is
/// ever too low.
const NUMBERS: usize = 512;

/// "No such call" in the index.
const NONE: u16 = u16::MAX;

/// For each architecture and number the call's place in [`SYSCALLS`].
static INDEX: [[u16; NUMBERS]; 3] = [index(0), index(1), index(2)];

const fn index(arch: usize) -> [u16; NUMBERS] {
    assert!(SYSCALLS.len() < NONE as usize, "places in the table fit the index");
    let mut index = [NONE; NUMBERS];
    let mut place = 0;
    while place < SYSCALLS.len() {
        if let Some(nr) = SYSCALLS[place].numbers[arch] {
            assert!(index[nr as usize] == NONE, "no number is given twice");
            index[nr as usize] = place as u16;
        }
        place += 1;
    }
    index
}

/// The call with that number on `arch`.
pub(super) fn find(arch: Arch, nr: u32) -> Option<&'static Syscall> {
    let place = *INDEX[arch.index()].get(usize::try_from(nr).ok()?)?;
    SYSCALLS.get(usize::from(place))
}
