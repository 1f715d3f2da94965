//! The kernel as a witness: it takes and refuses what the interpreter does, and returns the same.
//!
//! Each program is tried in a forked child, which makes system calls and nothing else. Needs Linux with seccomp filters;
//! without them these tests say so and pass, unless `SANDBOX2_REQUIRE=all`.
#![cfg(target_os = "linux")]

use std::ptr;
use std::sync::atomic::{AtomicI64, Ordering};

use sandbox2_policy::Arch;
use sandbox2_policy::insn::{Insn, SeccompData, offset, op, ret};
use sandbox2_policy::interpret::Loaded;

const ALLOW: Insn = Insn::stmt(op::RET, ret::ALLOW);
/// What a child reports until it has something to say.
const SILENT: i64 = i64::MIN;

/// A number that a forked child can leave for its parent.
struct Shared(*mut AtomicI64);

impl Shared {
    fn new() -> Shared {
        // SAFETY: a new anonymous mapping touches no memory that exists.
        let page = unsafe {
            libc::mmap(
                ptr::null_mut(),
                4096,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert_ne!(page, libc::MAP_FAILED);
        let shared = Shared(page.cast());
        shared.get().store(SILENT, Ordering::SeqCst);
        shared
    }

    fn get(&self) -> &AtomicI64 {
        // SAFETY: the mapping is large enough, aligned to a page, zeroed, and lives until `self` is dropped.
        unsafe { &*self.0 }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own, and no reference outlives it.
        unsafe { libc::munmap(self.0.cast(), 4096) };
    }
}

/// How a child fared.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// The kernel refused the program with this errno.
    Refused(i32),
    /// The program was installed; then this was reported ([`SILENT`] if nothing was).
    Installed(i64),
}

/// Installs the program in a child that then makes the call, if any, and reports its result or minus its errno.
fn in_child(program: &[Insn], call: Option<(libc::c_long, [u64; 6])>) -> Fate {
    let installed = Shared::new();
    let result = Shared::new();
    // The layout is the kernel's own (`repr(C)`, asserted below).
    let prog = libc::sock_fprog { len: program.len() as u16, filter: program.as_ptr().cast_mut().cast() };
    // SAFETY: the child below makes nothing but system calls and stores to memory that exists.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork failed");
    if pid == 0 {
        // SAFETY: no pointers.
        unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        // SAFETY: `prog` and the instructions it points to live throughout.
        let installing = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const prog) };
        if installing != 0 {
            installed.get().store(last_errno(), Ordering::SeqCst);
            exit();
        }
        installed.get().store(0, Ordering::SeqCst);
        if let Some((nr, [a, b, c, d, e, f])) = call {
            // SAFETY: the tests only name calls that ignore their arguments.
            let mut value = unsafe { libc::syscall(nr, a, b, c, d, e, f) };
            if value == -1 {
                value = -last_errno();
            }
            result.get().store(value, Ordering::SeqCst);
        }
        exit();
    }
    let mut status = 0;
    // SAFETY: `status` is writable.
    while unsafe { libc::waitpid(pid, &raw mut status, 0) } != pid {}
    match installed.get().load(Ordering::SeqCst) {
        0 => Fate::Installed(result.get().load(Ordering::SeqCst)),
        errno if errno > 0 => Fate::Refused(errno as i32),
        other => panic!("the child died early: {other}, status {status:#x}"),
    }
}

fn last_errno() -> i64 {
    i64::from(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

fn exit() -> ! {
    // SAFETY: ends the child at once.
    unsafe { libc::syscall(libc::SYS_exit_group, 0) };
    // A filter may have made that fail; this ends in an instruction that traps.
    std::process::abort()
}

fn native() -> Option<Arch> {
    match in_child(&[ALLOW], None) {
        Fate::Installed(_) => Arch::native(),
        Fate::Refused(errno) => {
            assert_ne!(std::env::var("SANDBOX2_REQUIRE").as_deref(), Ok("all"), "no seccomp: errno {errno}");
            println!("skipped: the kernel takes no filter, errno {errno}");
            None
        }
    }
}

#[test]
fn instructions_have_the_kernels_layout() {
    assert_eq!(size_of::<Insn>(), size_of::<libc::sock_filter>());
    assert_eq!(align_of::<Insn>(), align_of::<libc::sock_filter>());
    assert_eq!(size_of::<SeccompData>(), size_of::<libc::seccomp_data>());
}

fn agree(program: &[Insn]) -> bool {
    let ours = Loaded::load(program);
    let kernels = in_child(program, None);
    match (&ours, &kernels) {
        (Ok(_), Fate::Installed(_)) => true,
        (Err(_), Fate::Refused(libc::EINVAL)) => false,
        _ => panic!("we: {ours:?}, the kernel: {kernels:?}, of {program:x?}"),
    }
}

#[test]
fn the_kernel_takes_and_refuses_the_same_instructions() {
    if native().is_none() {
        return;
    }
    let (mut taken, mut refused) = (0, 0);
    for code in (0..0x100).chain([0x106, 0x120, 0x1006, 0x8006, 0xffff]) {
        // Offsets, constants and shifts that matter to some instruction.
        for k in [0, 4, 16] {
            if agree(&[Insn { code, jt: 0, jf: 0, k }, ALLOW, ALLOW, ALLOW, ALLOW, ALLOW, ALLOW]) {
                taken += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(taken > 80 && refused > 400, "{taken} {refused}");
}

#[test]
fn the_kernel_takes_and_refuses_the_same_programs() {
    if native().is_none() {
        return;
    }
    let st = Insn::stmt(0x02, 3);
    let ld = Insn::stmt(0x60, 3);
    let load = Insn::stmt(op::LD_ABS, 0);
    let odd: Vec<Vec<Insn>> = vec![
        vec![],
        vec![ALLOW],
        vec![ALLOW; 4096],
        vec![ALLOW; 4097],
        vec![load],
        vec![load, ALLOW],
        vec![ALLOW, load],
        vec![Insn::stmt(op::LD_ABS, 60), ALLOW],
        vec![Insn::stmt(op::LD_ABS, 64), ALLOW],
        vec![Insn::stmt(op::LD_ABS, 61), ALLOW],
        vec![Insn::stmt(op::LD_ABS, 0xffff_f000), ALLOW],
        vec![Insn::stmt(op::JA, 0), ALLOW],
        vec![Insn::stmt(op::JA, 1), ALLOW],
        vec![Insn::stmt(op::JA, u32::MAX), ALLOW],
        vec![Insn::jump(op::JEQ, 0, 0, 0), ALLOW],
        vec![Insn::jump(op::JEQ, 0, 1, 0), ALLOW],
        vec![Insn::jump(op::JEQ, 0, 0, 1), ALLOW],
        vec![Insn::jump(op::JEQ, 0, 255, 255), ALLOW],
        vec![Insn::jump(0x1d, 0, 0, 1), ALLOW, ALLOW],
        vec![st, ld, ALLOW],
        vec![ld, ALLOW],
        vec![Insn::stmt(0x02, 16), ALLOW],
        vec![Insn::stmt(0x02, 15), Insn::stmt(0x61, 15), ALLOW],
        vec![load, Insn::jump(op::JEQ, 1, 0, 1), st, ld, ALLOW],
        vec![load, st, Insn::jump(op::JEQ, 1, 0, 1), st, ld, ALLOW],
        vec![Insn::stmt(op::JA, 1), st, ld, ALLOW],
        vec![st, Insn::stmt(op::JA, 0), ld, ALLOW],
        // After a return the kernel still believes what came before it.
        vec![st, ALLOW, ld, ALLOW],
        vec![ALLOW, ld, ALLOW],
        vec![Insn::stmt(op::JA, 1), ALLOW, ld, ALLOW],
        vec![Insn::stmt(0x64, 31), ALLOW],
        vec![Insn::stmt(0x64, 32), ALLOW],
        vec![Insn::stmt(0x6c, 32), ALLOW],
        vec![Insn::stmt(0x34, 0), ALLOW],
        vec![Insn::stmt(0x34, 1), ALLOW],
        vec![Insn::stmt(0x3c, 0), ALLOW],
        vec![Insn::stmt(0x94, 0), ALLOW],
        vec![Insn::stmt(0x94, 3), ALLOW],
        vec![Insn::stmt(0x9c, 0), ALLOW],
        vec![Insn::stmt(0x16, 0)],
        vec![Insn::stmt(0x16, 77)],
        vec![Insn::stmt(0x0e, 0)],
    ];
    let taken = odd.iter().filter(|program| agree(program)).count();
    assert!(taken >= 15 && odd.len() - taken >= 15, "{taken} of {}", odd.len());
}

/// Lets everything through but `getppid`, about which the given instructions decide.
fn about_getppid(body: &[Insn]) -> Vec<Insn> {
    let mut program =
        vec![Insn::stmt(op::LD_ABS, offset::NR), Insn::jump(op::JEQ, libc::SYS_getppid as u32, 1, 0), ALLOW];
    program.extend(body);
    program
}

#[test]
fn the_kernel_returns_what_the_interpreter_returns() {
    let Some(arch) = native() else {
        return;
    };
    let errno = |number: u32| Insn::stmt(op::RET, ret::ERRNO | number);
    let args = [0x8000_0001_ffff_fffe, 0, u64::MAX, 0x7fff_ffff, 1 << 63, 0x0123_4567_89ab_cdef];
    let mut bodies: Vec<Vec<Insn>> = Vec::new();
    for byte in (offset::ARCH..offset::END).step_by(4).filter(|byte| !(8..16).contains(byte)) {
        for bits in 0..4 {
            // Eight bits of the word, as an errno.
            bodies.push(vec![
                Insn::stmt(op::LD_ABS, byte),
                Insn::stmt(0x74, bits * 8),
                Insn::stmt(op::AND, 0xff),
                Insn::stmt(0x04, ret::ERRNO + 1),
                Insn::stmt(0x16, 0),
            ]);
        }
        for (code, k) in [op::JEQ, op::JGT, op::JGE, op::JSET]
            .into_iter()
            .flat_map(|code| [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX - 1, u32::MAX].map(|k| (code, k)))
        {
            bodies.push(vec![Insn::stmt(op::LD_ABS, byte), Insn::jump(code, k, 1, 0), errno(1), errno(2)]);
            bodies.push(vec![
                Insn::stmt(0x01, k),
                Insn::stmt(op::LD_ABS, byte),
                Insn::jump(code | 0x08, 0, 1, 0),
                errno(1),
                errno(2),
            ]);
        }
    }
    for (code, k) in [0x04_u16, 0x14, 0x24, 0x34, 0x44, 0x54, 0x64, 0x74, 0xa4]
        .into_iter()
        .flat_map(|code| [0, 1, 5, 31, 33, 0xffff_fff0].map(|k| (code, k)))
    {
        bodies.push(vec![
            Insn::stmt(op::LD_ABS, offset::arg_low(5)),
            Insn::stmt(0x01, k),
            Insn::stmt(code | 0x08, 0),
            Insn::stmt(0x02, 7),
            Insn::stmt(0x74, 20),
            Insn::stmt(0x07, 0),
            Insn::stmt(0x60, 7),
            Insn::stmt(op::AND, 0xfff),
            Insn::stmt(0xac, 0),
            Insn::stmt(0x84, 0),
            Insn::stmt(op::AND, 0x7ff),
            Insn::stmt(0x44, ret::ERRNO | 0x800),
            Insn::stmt(0x16, 0),
        ]);
    }
    bodies.push(vec![Insn::stmt(op::RET, ret::KILL_PROCESS)]);
    bodies.push(vec![Insn::stmt(op::RET, ret::KILL_THREAD)]);
    bodies.push(vec![ALLOW]);
    let nr = libc::SYS_getppid;
    for body in bodies {
        let program = about_getppid(&body);
        let loaded = Loaded::load(&program).expect("the tests' programs are sound");
        let data = SeccompData { nr: nr as u32, arch: arch.audit(), instruction_pointer: 0, args };
        let ours = loaded.run(&data);
        let expected = match ours & ret::ACTION_MASK {
            ret::ERRNO => -i64::from(ours & ret::DATA_MASK),
            // Dead before it could say anything.
            ret::KILL_PROCESS | ret::KILL_THREAD => SILENT,
            ret::ALLOW => i64::from(std::process::id()),
            other => panic!("{other:#x} of {body:x?}"),
        };
        assert_eq!(in_child(&program, Some((nr, args))), Fate::Installed(expected), "{body:x?}");
    }
}
