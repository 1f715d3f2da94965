use super::*;
use crate::action::Supervision;
use crate::import::testing::{checked, fails, means, notes};
use crate::pipeline;
use crate::problem::Problems;

fn insn(code: u16, jt: u8, jf: u8, k: u32) -> Insn {
    Insn { code, jt, jf, k }
}

fn program(insns: &[(u16, u8, u8, u32)]) -> Vec<Insn> {
    insns.iter().map(|(code, jt, jf, k)| insn(*code, *jt, *jf, *k)).collect()
}

const ALLOW: u32 = 0x7fff_0000;

fn read_of(insns: &[(u16, u8, u8, u32)]) -> Result<Imported, ImportError> {
    import(&program(insns), Arch::X86_64)
}

#[test]
fn numbers_arguments_and_masks() {
    // write (1): fd == 1, or any of two bits of count's upper half; 700: allowed.
    means(
        read_of(&[
            (0x20, 0, 0, 0),
            (0x15, 0, 6, 1),
            (0x20, 0, 0, 16),
            (0x15, 3, 0, 1),
            (0x20, 0, 0, 36),
            (0x54, 0, 0, 7),
            (0x45, 0, 3, 3),
            (0x06, 0, 0, ALLOW),
            (0x15, 0, 1, 700),
            (0x05, 0, 0, 1),
            (0x06, 0, 0, 0x0005_0001),
            (0x06, 0, 0, ALLOW),
        ]),
        "default ERRNO(EPERM); if arch x86_64 { ALLOW write if fd == 1 || count & 0x3_0000_0000 != 0; ALLOW syscall 700; ERRNO(EPERM) clone3; }",
    );
}

#[test]
fn every_action_and_what_becomes_of_it() {
    for (value, ours) in [
        (ALLOW, "ALLOW"),
        (0x7ffc_0000, "LOG"),
        (0x7fc0_0000, "NOTIFY"),
        (0x7ff0_0005, "NOTIFY"),
        (0x8000_0000, "KILL"),
        (0, "KILL"),
        (0x0003_0009, "TRAP(9)"),
        (0x0005_ffff, "ERRNO(4095)"),
    ] {
        let imported = read_of(&[(0x20, 0, 0, 0), (0x15, 0, 1, 0), (0x06, 0, 0, value), (0x06, 0, 0, 0x0005_0001)]);
        means(imported, &format!("default ERRNO(EPERM); if arch x86_64 {{ {ours} read; ERRNO(EPERM) clone3; }}"));
    }
    let imported = read_of(&[(0x20, 0, 0, 0), (0x15, 0, 1, 0), (0x06, 0, 0, 0x7ff0_0005), (0x06, 0, 0, 0)]);
    assert_eq!(
        notes(imported),
        "the policy: the end of a thread becomes the end of the process\n\
         the policy: TRACE becomes NOTIFY: a handler of the host's decides instead of a tracer"
    );
}

/// Our own programs come back as the policies that they were compiled from.
#[test]
fn what_we_compile_is_read_back() {
    for text in [
        "ALLOW read, write;",
        "default ERRNO(EPERM); ALLOW write if fd == 1 || fd == 2 && count < 0x1_0000_0000; ERRNO(EBADF) close if fd > 2;",
        "write { fd == 1 => ALLOW, count & 7 == 3 => ERRNO(EBADF), fd in 3..=9 => LOG, _ => TRAP(3) }",
        "ALLOW lseek if offset >= -5 && offset < 7; ALLOW mmap if prot & PROT_EXEC == 0; ALLOW syscall 600 if arg0: u64 == 5;",
        "use static_startup, exit, system_malloc, time, signals;",
    ] {
        let parsed = crate::syntax::parse(text.parse().unwrap());
        let mut problems = Problems::default();
        let built = pipeline::build(&parsed.def, &mut problems).unwrap();
        for arch in Arch::ALL {
            let insns = built.program(arch, Supervision::Standalone).unwrap().bind(&[]);
            let imported = import(&insns, arch).unwrap_or_else(|error| panic!("{text}: {error}"));
            let found = checked(&imported);
            let differences = crate::compare::diff(found.meaning(arch), built.checked().meaning(arch)).unwrap();
            assert!(differences.is_empty(), "{text}: {}", differences[0]);
        }
    }
}

/// What `seccompiler` compiles is read back as its rules.
#[test]
fn filters_of_seccompiler_are_read_back() {
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch,
    };
    let cond = |arg, len, op, value| SeccompCondition::new(arg, len, op, value).unwrap();
    let rule = |conds| SeccompRule::new(conds).unwrap();
    let rules = [
        (0, vec![]),
        (
            1,
            (0..60)
                .map(|fd| rule(vec![cond(0, Len::Dword, Op::Eq, fd), cond(2, Len::Qword, Op::Le, 100 + fd)]))
                .collect(),
        ),
        (
            8,
            vec![
                rule(vec![cond(1, Len::Qword, Op::Eq, u64::MAX), cond(2, Len::Qword, Op::Ne, 3)]),
                rule(vec![
                    cond(1, Len::Qword, Op::MaskedEq(0xff_0000_00ff), 0x1_0000_0002),
                    cond(2, Len::Dword, Op::Gt, 5),
                ]),
                rule(vec![cond(1, Len::Qword, Op::Ge, 1 << 40), cond(1, Len::Qword, Op::Lt, 1 << 41)]),
            ],
        ),
    ];
    let filter = SeccompFilter::new(
        rules.into_iter().collect(),
        SeccompAction::Errno(1),
        SeccompAction::Allow,
        TargetArch::x86_64,
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    let insns: Vec<Insn> = program.iter().map(|of| insn(of.code, of.jt, of.jf, of.k)).collect();
    let writes: Vec<String> = (0..60).map(|fd| format!("fd == {fd} && count <= {}", 100 + fd)).collect();
    means(
        import(&insns, Arch::X86_64),
        &format!(
            "default ERRNO(EPERM); if arch x86_64 {{ ERRNO(EPERM) clone3; ALLOW read; ALLOW write if {}; ALLOW lseek if offset == -1 && whence != 3
             || offset & 0xff_0000_00ff == 0x1_0000_0002 && whence > 5 || offset in 0x100_0000_0000..=0x1ff_ffff_ffff; }}",
            writes.join(" || ")
        ),
    );
}

#[test]
fn what_cannot_be_read_is_told_by_instruction() {
    let end = (0x06, 0, 0, ALLOW);
    for (insns, message) in [
        (vec![], "the policy: a program of 0 instructions (the kernel takes from 1 to 4096)"),
        (
            vec![(0x20, 0, 0, 8), end],
            "instruction 0: it loads the instruction pointer (no rule can say more: where code lies means nothing)",
        ),
        (vec![(0x20, 0, 0, 64), end], "instruction 0: it loads from 64 (the kernel refuses this as well)"),
        (vec![(0x20, 0, 0, 0)], "instruction 0: the program runs off its end (the kernel refuses this as well)"),
        (
            vec![(0x05, 0, 0, u32::MAX), end],
            "instruction 1: the program runs off its end (the kernel refuses this as well)",
        ),
        (vec![(0x15, 0, 0, 0), end], "instruction 0: a comparison before anything is loaded (load a word first)"),
        (vec![(0x54, 0, 0, 0), end], "instruction 0: a mask before anything is loaded (load a word first)"),
        (
            vec![(0x60, 0, 0, 0), end],
            "instruction 0: an instruction of a kind that no rule can say (code 0x60) (loads, masks, comparisons with numbers, jumps and returns can be read)",
        ),
        (
            vec![(0x06, 0, 0, 0x0005_0000)],
            "instruction 0: it returns the error 0, which lets the program believe that the call was made (return the error that it should see, from 1 to 4095)",
        ),
        (
            vec![(0x06, 0, 0, 0x1234_0000)],
            "instruction 0: it returns 0x12340000 (the kernel takes this for the end of the process: say so)",
        ),
        (
            vec![(0x20, 0, 0, 16), (0x15, 0, 1, 1), end, (0x06, 0, 0, 0)],
            "instruction 0: calls 472 to 65535 are decided by their arguments (name them one by one)",
        ),
        (
            vec![(0x20, 0, 0, 0), (0x25, 0, 1, 50_000), end, (0x06, 0, 0, 0)],
            "instruction 0: calls 50001 to 65535 have no name and are decided otherwise than others: ALLOW, not KILL (one default is all that a policy can have)",
        ),
        (
            vec![end],
            "instruction 0: the policy lets through what it does not name, and is imported for some architectures only: on the others it would deny nothing (import it for all architectures)",
        ),
    ] {
        fails(read_of(&insns), message);
    }
    fails(
        import(&vec![insn(0x06, 0, 0, 0); 4097], Arch::X86_64),
        "the policy: a program of 4097 instructions (the kernel takes from 1 to 4096)",
    );
}

#[test]
fn a_hostile_program_is_an_error_and_soon() {
    // Every comparison leads to the next two ways: 4,000 in a row, and a tangle without shared ends.
    let mut row = vec![(0x20, 0, 0, 0), (0x15, 1, 0, 1), (0x06, 0, 0, 0), (0x20, 0, 0, 16)];
    row.extend((0..4000).map(|k| (0x15, 0, 1, k)));
    row.extend([(0x06, 0, 0, ALLOW), (0x06, 0, 0, 0)]);
    let error = read_of(&row).unwrap_err();
    assert_eq!(error.message, "call 1 is decided by more than 1024 rules");
    let mut tangle = vec![(0x20, 0, 0, 0), (0x15, 1, 0, 1), (0x06, 0, 0, 0)];
    for k in 0..200_u32 {
        tangle.extend([
            (0x20, 0, 0, 16 + 8 * (k % 3)),
            (0x45, 1, 0, 1 << (k % 32)),
            (0x20, 0, 0, 32),
            (0x25, 0, 1, k),
            (0x54, 0, 0, k),
        ]);
    }
    tangle.extend([(0x45, 0, 1, 1), (0x06, 0, 0, ALLOW), (0x06, 0, 0, 0x0005_0001)]);
    assert!(read_of(&tangle).is_err());
}
