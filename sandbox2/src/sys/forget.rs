//! Init lets go of the host's memory: its heap, its stacks, its command line.
//!
//! Init is a copy of the host, and lives as long as the sandbox. What it kept of the host's memory would be copied on
//! write by the host, would count as the sandboxee's peak memory, and would be one bug away from the sandboxee. Only what
//! init's own code may touch stays: the images of the loaded objects, and the shared region.

use core::cell::UnsafeCell;
use std::sync::OnceLock;

use super::{Errno, Result, calls, raw};

/// The first and one-past-last addresses of what lies between the things that init keeps, in order. The last gap ends at
/// the end of the address space, which is `usize::MAX` here.
pub(crate) fn gaps(region: (usize, usize)) -> Vec<(usize, usize)> {
    let mut keep = images().clone();
    keep.push(region);
    keep.sort_unstable();
    let mut gaps = Vec::with_capacity(keep.len() + 1);
    let mut next = 0;
    for (start, end) in keep {
        if start > next {
            gaps.push((next, start));
        }
        next = next.max(end);
    }
    gaps.push((next, usize::MAX));
    gaps
}

const PAGE: usize = 64 * 1024;

/// Where the objects are that were loaded when this was first asked: the program and the C library among them, which
/// never go.
fn images() -> &'static Vec<(usize, usize)> {
    static IMAGES: OnceLock<Vec<(usize, usize)>> = OnceLock::new();
    IMAGES.get_or_init(|| {
        let mut images = Vec::<(usize, usize)>::new();
        // SAFETY: `note` matches what the function expects, and its last argument is the vector that it is given here.
        unsafe { libc::dl_iterate_phdr(Some(note), core::ptr::from_mut(&mut images).cast()) };
        images
    })
}

extern "C" fn note(info: *mut libc::dl_phdr_info, _size: usize, images: *mut libc::c_void) -> i32 {
    // SAFETY: the loader passes a valid structure.
    let info = unsafe { &*info };
    // SAFETY: `images` is what `dl_iterate_phdr` was called with.
    let images = unsafe { &mut *images.cast::<Vec<(usize, usize)>>() };
    if info.dlpi_phdr.is_null() {
        return 0;
    }
    // SAFETY: the loader's program headers, as many as it says.
    let headers = unsafe { core::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    let (mut low, mut high) = (usize::MAX, 0);
    for header in headers.iter().filter(|header| header.p_type == libc::PT_LOAD) {
        let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
        low = low.min(start);
        high = high.max(start.wrapping_add(header.p_memsz as usize));
    }
    if low < high {
        // A margin of the largest page size there is; below the vDSO it also covers its data, which may be sealed.
        images.push(((low & !(PAGE - 1)).saturating_sub(PAGE), high.next_multiple_of(PAGE)));
    }
    0
}

/// A place for the kernel to write to while [`host_memory`] finds out whether it writes anywhere.
#[repr(C, align(64))]
#[derive(Debug)]
pub(crate) struct Scratch(UnsafeCell<[u8; 64]>);

// SAFETY: only the kernel writes to it, for one process at a time.
unsafe impl Sync for Scratch {}

/// Unmaps `gaps`; whether it has. Does nothing if the kernel still has an address in them that it writes to (restartable sequences of
/// an allocator), for that would kill this process.
pub(crate) fn host_memory(gaps: &[(usize, usize)], scratch: &Scratch) -> bool {
    let quiet = quiet(scratch);
    if quiet {
        unmap_all(gaps);
    }
    quiet
}

/// Unmaps `gaps`, where the kernel is known to write to none of them: in a copy of a process that has let go of the host's memory.
pub(crate) fn unmap_all(gaps: &[(usize, usize)]) {
    for (start, end) in gaps {
        if *end != usize::MAX {
            let _ = unmap(*start, *end);
            continue;
        }
        // The kernel refuses what goes beyond the end of its address space, wherever that is.
        for end in [(1 << 56) - 4096, 1 << 52, 1 << 48, 1 << 47, (1 << 47) - 4096, 1 << 38] {
            if end > *start && unmap(*start, end).is_ok() {
                break;
            }
        }
    }
}

fn unmap(start: usize, end: usize) -> Result<()> {
    // SAFETY: nothing that this process still uses lies in a gap: see `gaps`. Init runs on a stack in the region.
    unsafe { raw::syscall(libc::SYS_munmap, [start, end.wrapping_sub(start), 0, 0, 0, 0]) }.map(drop)
}

#[cfg(target_arch = "x86_64")]
const RSEQ_SIGNATURE: usize = 0x5305_3053;
#[cfg(target_arch = "aarch64")]
const RSEQ_SIGNATURE: usize = 0xd428_bc00;
#[cfg(target_arch = "riscv64")]
const RSEQ_SIGNATURE: usize = 0xf140_1073;

/// Whether the kernel writes to no address of the host's, after the C library's own was taken back.
fn quiet(scratch: &Scratch) -> bool {
    const UNREGISTER: usize = 1;
    if let Some(area) = library_area() {
        // 32 bytes is what the C libraries register; one that registers more shows in the probe below.
        let _ = calls::rseq(area, 32, UNREGISTER, RSEQ_SIGNATURE);
    }
    let probe = scratch.0.get().expose_provenance();
    match calls::rseq(probe, 32, 0, RSEQ_SIGNATURE) {
        Ok(()) => calls::rseq(probe, 32, UNREGISTER, RSEQ_SIGNATURE).is_ok(),
        Err(Errno(errno)) => errno == libc::ENOSYS,
    }
}

/// Where glibc registered restartable sequences for the calling thread; `None` if it does not say.
#[inline(never)]
fn library_area() -> Option<usize> {
    let offset: *const isize;
    let thread: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: loads a symbol's address (null where it is missing) and the thread pointer that the ABI keeps at fs:0.
    unsafe {
        core::arch::asm!(
            ".weak __rseq_offset",
            "mov {offset}, qword ptr [rip + __rseq_offset@GOTPCREL]",
            "mov {thread}, qword ptr fs:[0]",
            offset = out(reg) offset, thread = out(reg) thread,
            options(nostack, preserves_flags),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: loads a symbol's address (null where it is missing) and the thread pointer.
    unsafe {
        core::arch::asm!(
            ".weak __rseq_offset",
            "adrp {offset}, :got:__rseq_offset",
            "ldr {offset}, [{offset}, :got_lo12:__rseq_offset]",
            "mrs {thread}, tpidr_el0",
            offset = out(reg) offset, thread = out(reg) thread,
            options(nostack, preserves_flags),
        );
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: loads a symbol's address (null where it is missing) and the thread pointer.
    unsafe {
        core::arch::asm!(
            ".weak __rseq_offset",
            ".option push",
            ".option pic",
            "la {offset}, __rseq_offset",
            ".option pop",
            "mv {thread}, tp",
            offset = out(reg) offset, thread = out(reg) thread,
            options(nostack, preserves_flags),
        );
    }
    if offset.is_null() {
        return None;
    }
    // SAFETY: glibc's constant, in its image, which is still mapped.
    Some(thread.wrapping_add_signed(unsafe { *offset }))
}
