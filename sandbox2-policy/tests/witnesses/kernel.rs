//! The kernel decides about calls that are never made.
//!
//! A child installs two filters: first one that answers every call with an error of its own, then the policy's. The kernel takes
//! the strictest answer, and of two errors the later filter's. So what the policy lets through fails with the first filter's
//! error instead, and any call can be tried with any arguments.

use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use sandbox2_policy::insn::{Insn, SeccompData, offset, op, ret};
use sandbox2_policy::interpret::Loaded;

/// The error that stands for a call that the policy lets through: no policy of the corpus has it.
const LET_THROUGH: u32 = 4094;
/// What no call leaves behind.
const SILENT: u64 = u64::MAX;
/// Marks the number that SIGSYS came with.
const TRAPPED: u64 = 1 << 32;
/// How many calls have a place to leave their answer at.
const PLACES: usize = 510;
/// In the last argument of the one call that the first filter lets through.
const PASSWORD: u32 = 0x5a5a_1234;

/// Answers of a child, and the next one's place.
#[repr(C)]
struct Page {
    next: AtomicU64,
    answers: [AtomicU64; PLACES],
}

static PAGE: std::sync::atomic::AtomicPtr<Page> = std::sync::atomic::AtomicPtr::new(ptr::null_mut());

/// Compares the kernel's verdicts with the interpreter's; how many. None where the kernel takes no filter, which is said.
pub(crate) fn agrees(program: &[Insn], calls: &[SeccompData], text: &impl std::fmt::Debug) -> usize {
    let native = sandbox2_policy::Arch::native().map(sandbox2_policy::Arch::audit);
    let calls: Vec<SeccompData> = calls.iter().filter(|data| Some(data.arch) == native).take(PLACES).copied().collect();
    let page = page();
    page.next.store(0, Ordering::SeqCst);
    page.answers.iter().for_each(|answer| answer.store(SILENT, Ordering::SeqCst));
    let ours = Loaded::load(program).expect("the kernel takes it");
    // Whoever is killed has left his place and is followed by another.
    while (page.next.load(Ordering::SeqCst) as usize) < calls.len() {
        if !child(page, program, &calls) {
            assert_ne!(std::env::var("SANDBOX2_REQUIRE").as_deref(), Ok("all"), "the kernel takes no filter");
            println!("skipped: the kernel takes no filter");
            return 0;
        }
    }
    for (data, answer) in calls.iter().zip(&page.answers) {
        let returned = ours.run(data);
        let expected = match returned & ret::ACTION_MASK {
            ret::ERRNO => u64::from(returned & ret::DATA_MASK),
            ret::TRAP => TRAPPED | u64::from(returned & ret::DATA_MASK),
            ret::ALLOW | ret::LOG => u64::from(LET_THROUGH),
            ret::KILL_PROCESS => SILENT,
            other => panic!("{other:#x} of {text:?}"),
        };
        assert_eq!(answer.load(Ordering::SeqCst), expected, "the kernel: {text:?} {data:x?}");
    }
    calls.len()
}

fn page() -> &'static Page {
    let mut page = PAGE.load(Ordering::SeqCst);
    if page.is_null() {
        let (access, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, at a place of the kernel's choice.
        let mapped = unsafe { libc::mmap(ptr::null_mut(), size_of::<Page>(), access, flags, -1, 0) };
        assert_ne!(mapped, libc::MAP_FAILED);
        page = mapped.cast();
        PAGE.store(page, Ordering::SeqCst);
    }
    // SAFETY: large enough, aligned, zeroed, all of it atomics, and never unmapped.
    unsafe { &*page }
}

/// Tries calls from the next place on until one kills it or all are tried. False if it could not install its filters.
fn child(page: &Page, program: &[Insn], calls: &[SeccompData]) -> bool {
    let first = everything_fails();
    // SAFETY: the child makes system calls and stores to memory that exists, nothing else.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "a child can be had");
    if pid == 0 {
        // SAFETY: takes numbers alone.
        unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        let no_core = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the kernel reads one `rlimit`.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const no_core) };
        dispose_of_signals();
        if !install(&first) || !install(program) {
            exit();
        }
        loop {
            let place = page.next.fetch_add(1, Ordering::SeqCst) as usize;
            let Some(data) = calls.get(place) else { end() };
            let [a, b, c, d, e, f] = data.args;
            // SAFETY: the first filter lets no call through, whatever its arguments are.
            let result = unsafe { libc::syscall(data.nr.into(), a, b, c, d, e, f) };
            let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
            let answer = if result == -1 { errno as u64 } else { TRAPPED << 1 };
            page.answers[place].store(answer, Ordering::SeqCst);
        }
    }
    let mut status = 0;
    // SAFETY: `status` is writable.
    while unsafe { libc::waitpid(pid, &raw mut status, 0) } != pid {}
    !libc::WIFEXITED(status)
}

/// Lets `seccomp(2)` through once more for whoever has the password; everything else fails.
fn everything_fails() -> [Insn; 6] {
    [
        Insn::stmt(op::LD_ABS, offset::NR),
        Insn::jump(op::JEQ, libc::SYS_seccomp as u32, 0, 3),
        Insn::stmt(op::LD_ABS, offset::arg_low(5)),
        Insn::jump(op::JEQ, PASSWORD, 0, 1),
        Insn::stmt(op::RET, ret::ALLOW),
        Insn::stmt(op::RET, ret::ERRNO | LET_THROUGH),
    ]
}

fn install(program: &[Insn]) -> bool {
    let prog = libc::sock_fprog { len: program.len() as u16, filter: program.as_ptr().cast_mut().cast() };
    let operation = libc::SECCOMP_SET_MODE_FILTER;
    // SAFETY: `prog` and the instructions it points to live throughout; the kernel ignores the last arguments.
    unsafe { libc::syscall(libc::SYS_seccomp, operation, 0, &raw const prog, 0, 0, PASSWORD) == 0 }
}

fn dispose_of_signals() {
    // SAFETY: all-zero is a valid `sigaction`.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = trapped as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO;
    // SAFETY: the handler below does what a handler may.
    unsafe { libc::sigaction(libc::SIGSYS, &raw const action, ptr::null_mut()) };
    // The standard library's handler would return, by a system call that fails, for ever: see `end`.
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: the default disposition needs nothing.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

extern "C" fn trapped(_signal: i32, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid structure.
    let number = unsafe { (*info).si_errno };
    // SAFETY: it was set before the child was made.
    let page = unsafe { &*PAGE.load(Ordering::SeqCst) };
    let place = page.next.load(Ordering::SeqCst).wrapping_sub(1) as usize;
    if let Some(answer) = page.answers.get(place) {
        answer.store(TRAPPED | number as u64, Ordering::SeqCst);
    }
    // There is no way back: returning from a handler is a system call.
    end();
}

/// Ends the child without a system call.
fn end() -> ! {
    // The standard library's abort makes system calls, which fail here, and then executes an instruction that traps.
    std::process::abort()
}

fn exit() -> ! {
    // SAFETY: ends the child at once.
    unsafe { libc::syscall(libc::SYS_exit_group, 0) };
    end()
}
