use super::*;
use crate::import::MOST_BYTES;
use crate::import::testing::{fails, means, notes};

fn kafel(text: &str) -> Result<Imported, ImportError> {
    import(text, &Kafel::default())
}

fn cond(call: &str, cond: &str) -> Result<Imported, ImportError> {
    kafel(&format!("ALLOW {{ {call} {{ {cond} }} }}"))
}

#[test]
fn the_first_rule_decides_and_policies_are_pasted_where_they_are_used_first() {
    means(
        kafel(
            "POLICY io { ALLOW { read, write { fd == 1 } } }
             POLICY strict { ERRNO(1) { write, close }, USE io }
             USE io, USE strict DEFAULT KILL",
        ),
        "ALLOW read; write { fd == 1 => ALLOW, _ => ERRNO(EPERM), } ERRNO(EPERM) close;",
    );
    means(kafel("POLICY a { KILL { read } } ALLOW { read } USE a"), "ALLOW read;");
    means(kafel("POLICY a { } POLICY b { ALLOW { } } USE a USE b USE a"), "");
}

#[test]
fn every_action_has_its_own() {
    means(
        kafel(
            "ALLOW { read } LOG { write } KILL { open } DENY { close } KILL_THREAD { stat } KILL_PROCESS { lseek }
             ERRNO(13) { poll } ERRNO(0xffff) { dup } TRAP(7) { pipe2 } TRACE(1) { getpid } USER_NOTIF { getppid } DEFAULT ERRNO(1)",
        ),
        "ALLOW read; LOG write; KILL open?, close, stat?, lseek; ERRNO(EACCES) poll?; ERRNO(4095) dup; TRAP(7) pipe2;
         NOTIFY getpid, getppid; default ERRNO(EPERM);",
    );
    let notes = notes(kafel("TRACE(1) { getpid }\nKILL { read } DEFAULT ERRNO(1)"));
    assert_eq!(
        notes,
        "the policy: KILL ends the whole process, not only the thread\n\
         1:1: TRACE becomes NOTIFY: a handler of the host's decides instead of a tracer"
    );
}

#[test]
fn numbers_constants_and_comments() {
    means(
        kafel(
            "#define ONE 0b1 // one\n#define TWO 02 /* and\n * two */ #define ONE 1\n
             ALLOW { write { fd == ONE, fd == TWO, fd == 0x3 } }",
        ),
        "ALLOW write if fd in [1, 2, 3];",
    );
    fails(kafel("#define A 1\n#define A 2"), "2:1: the constant `A` is defined with two values (keep one of the two)");
    fails(
        kafel("ALLOW { write { fd == 089 } }"),
        "1:23: \"089\" is no number (kafel's numbers are 42, -1, 0x2a, 052 and 0b101010, of at most 64 bits)",
    );
    fails(
        kafel("/* a **/ ALLOW { read }"),
        "1:1: a comment without its end (end it with `*/`; to kafel, `**/` is no end)",
    );
    means(kafel("/* a **/ KILL { write } /* */ ALLOW { read }"), "ALLOW read;");
}

#[test]
fn conditions_are_those_of_the_source_on_what_the_kernel_reads() {
    means(
        cond("write", "!(fd != 1) && (count & 3) == 0 || fd == 2 && 5 > count"),
        "ALLOW write if fd == 1 && count & 3 == 0 || fd == 2 && count < 5;",
    );
    means(cond("mmap", "(prot & 4) == 0 && flags == 2|32"), "ALLOW mmap if prot & 4 == 0 && flags == 0x22;");
    means(cond("openat", "dfd < 10"), "ALLOW openat if dfd in 0..=9;");
    means(cond("openat", "dfd > 10"), "ALLOW openat if dfd > 10 || dfd < 0;");
    means(cond("openat", "dfd == -1"), "ALLOW openat if dfd == -1;");
    means(cond("openat", "dfd == 0xffffffff"), "ALLOW openat if dfd == -1;");
    means(cond("lseek", "(offset | 3) == 7"), "ALLOW lseek if offset & 0xffff_ffff_ffff_fffc == 4;");
    means(cond("lseek", "(offset & 6) > 2"), "ALLOW lseek if offset & 6 in [4, 6];");
    means(cond("brk", "brk == 0 || 1 == 2"), "ALLOW brk if brk == 0;");
    means(cond("read", "1 == 1"), "ALLOW read;");
    means(cond("read", "(1 | 2) > 3, 5 <= 4"), "");
    means(cond("chmod", "mode == 0777"), "ALLOW chmod? if mode == 0o777;");
    means(cond("read", "buf == 0"), "ALLOW read if buf == NULL;");
}

#[test]
fn declared_arguments_have_64_bits_and_calls_may_have_numbers() {
    means(cond("write(a, b, c)", "a == 1 && c < 10"), "ALLOW write if fd == 1 && count < 10;");
    means(cond("futex_wait(uaddr, val)", "val == 7"), "ALLOW futex_wait if val == 7;");
    means(kafel("ALLOW { SYSCALL[900](a) { a == 5 } }"), "ALLOW syscall 900 if arg0: u64 == 5;");
    means(
        import("#define mine 1\nALLOW { mine, SYSCALL[0] }", &Kafel { arches: &[Arch::X86_64], include: None }),
        "if arch x86_64 { ALLOW write, read; }",
    );
    means(
        kafel("ALLOW { read ON x86_64, write ON { aarch64, arm } }"),
        "if arch x86_64 { ALLOW read; } if arch aarch64 { ALLOW write; }",
    );
    let notes = notes(import("ALLOW { SYSCALL[-1], read }", &Kafel { arches: &[Arch::X86_64], include: None }));
    assert_eq!(
        notes,
        "1:9: the rule about call 0xffffffffffffffff on x86_64 is left out: numbers from 0x40000000 on are the x32 ABI's or \
         nobody's: always a violation"
    );
}

#[test]
fn names_of_old_and_calls_that_an_architecture_lacks() {
    means(kafel("ALLOW { newstat, newuname, umount }"), "ALLOW stat?, uname; danger { ALLOW umount2; }");
    means(kafel("ALLOW { arch_prctl, open }"), "ALLOW arch_prctl?, open?;");
}

#[test]
fn danger_is_kept_and_said() {
    let imported = kafel("ALLOW { ptrace, mmap { prot == 5 }, clone { clone_flags == 0x10000000 } }");
    assert!(notes(imported.clone()).contains("1:9: `ptrace` controls other processes"));
    means(imported, "danger { ALLOW ptrace; ALLOW mmap if prot == 5; ALLOW clone if clone_flags == CLONE_NEWUSER; }");
}

#[test]
fn clone3_does_not_go_around_rules_about_clone() {
    let imported = kafel("ALLOW { clone3, clone { clone_flags == 17 } }");
    assert!(notes(imported.clone()).starts_with("1:9: `clone3` is left out and gives ENOSYS"));
    means(imported, "ALLOW clone if clone_flags == 17;");
    means(kafel("ALLOW { clone3, clone }"), "danger { ALLOW clone3, clone; }");
}

#[test]
fn a_list_of_what_is_denied_stays_one() {
    let imported = kafel("KILL { mount, unlink { pathname == 0 } } DEFAULT ALLOW");
    assert!(
        notes(imported.clone()).contains("`rmdir`, `unlinkat` can do what a call that is denied does"),
        "{imported:?}"
    );
    means(
        imported,
        "danger { default ALLOW; } KILL mount; KILL unlink? if pathname == NULL; unlinkat { _ => ALLOW } rmdir? { _ => ALLOW }",
    );
    means(kafel("ALLOW { mmap { prot == 0 } } DEFAULT ALLOW"), "danger { default ALLOW; }");
    fails(
        import("DEFAULT ALLOW", &Kafel { arches: &[Arch::X86_64], include: None }),
        "1:1: the policy lets through what it does not name, and is imported for some architectures only: on the others it \
         would deny nothing (import it for all architectures)",
    );
    fails(
        kafel("DEFAULT ALLOW KILL { SYSCALL[-1] }"),
        "1:22: call 0xffffffffffffffff on x86_64: numbers from 0x40000000 on are the x32 ABI's or nobody's: always a violation \
         (leave the rule out)",
    );
}

#[test]
fn rules_that_decide_nothing_are_left_out_and_said() {
    let imported =
        kafel("ALLOW { read { fd == 1 } } KILL { read { fd == 1 }, read { fd == 2 && fd == 3 } } ERRNO(1) { read }");
    assert_eq!(
        notes(imported.clone()),
        "the policy: KILL ends the whole process, not only the thread\n\
         1:35: this rule of `read` is left out: an earlier rule decides first, in kafel too\n\
         1:53: this rule of `read` is left out: its condition never holds, in kafel too"
    );
    means(imported, "read { fd == 1 => ALLOW, _ => ERRNO(EPERM) }");
}

#[test]
fn includes_come_from_the_caller() {
    let files = |name: &str| match name {
        "a" => Some("#define ONE 1\n#include \"b\"\n".to_owned()),
        "b" => Some("POLICY p { ALLOW { write { fd == ONE } } }".to_owned()),
        "loop" => Some("#include \"loop\";".to_owned()),
        "bad" => Some("\nALLOW { raed }".to_owned()),
        _ => None,
    };
    let with = |text: &str| import(text, &Kafel { arches: &Arch::ALL, include: Some(&files) });
    means(with("#include \"a\" \"bad2\"".replace(" \"bad2\"", ";").as_str().to_owned().as_str()), "");
    means(with("#include \"a\"; USE p"), "ALLOW write if fd == 1;");
    fails(with("#include \"bad\"\n"), "bad:2:9: unknown system call `raed` (did you mean `read`?)");
    fails(
        with("#include \"loop\";"),
        "loop:1:10: files include each other more than 16 deep (does a file include itself?)",
    );
    fails(
        kafel("#include \"a\"\n"),
        "1:10: the included file \"a\" is not at hand (give its text by the option `include`: an import opens no files)",
    );
    fails(kafel("#include\"a\"\n"), "1:9: an include that is none (write `#include \"file\"` on a line of its own)");
    fails(kafel("#include \"a"), "1:10: a file name without its end (write `#include \"file\"` on a line of its own)");
}

#[test]
fn what_cannot_be_said_is_an_error_with_its_place() {
    for (text, message) in [
        ("ALLOW { raed }", "1:9: unknown system call `raed` (did you mean `read`?)"),
        (
            "ALLOW { read { df == 1 } }",
            "1:16: `df` is neither a constant of the policy nor an argument of `read` (did you mean `fd`?)",
        ),
        (
            "ALLOW { read { O_RDONLY == 1 } }",
            "1:16: `O_RDONLY` is neither a constant of the policy nor an argument of `read` (its arguments are buf, count, fd; or declare the arguments: `read(first, second) { … }`)",
        ),
        (
            "ALLOW { SYSCALL[900] { a == 1 } }",
            "1:24: `a` is neither a constant of the policy nor an argument of `syscall 900` (declare the arguments: `syscall 900(first, second) { … }`)",
        ),
        (
            "ALLOW { write { fd == count } }",
            "1:20: two arguments are compared with each other (compare each with a number: no rule here can say more)",
        ),
        (
            "ALLOW { write { (fd & count) == 1 } }",
            "1:21: two arguments are combined (compare each with a number: no rule here can say more)",
        ),
        (
            "ALLOW { read { buf == 5 } }",
            "1:20: `buf` of `read` is a pointer (`char *`) (a pointer can only be compared with 0: what it points at can change after the check)",
        ),
        (
            "ALLOW { read(a, b, c, d) { d == 5 } }",
            "1:30: `read` has 3 arguments on x86_64: the kernel does not read argument 3 (leave the comparison out: whoever makes the call can put anything there)",
        ),
        (
            "ALLOW { futex_wait { flags == 2 } }",
            "1:22: kafel and the kernel do not agree which argument of `futex_wait` is `flags`, or how wide it is (declare the arguments: `futex_wait(first, second) { … }`)",
        ),
        ("ALLOW { read(a, a) }", "1:17: the argument `a` is declared twice (give each a name of its own)"),
        ("ALLOW { read(a, b, c, d, e, f, g) }", "1:32: a system call has at most six arguments (leave the rest out)"),
        (
            "ALLOW { read ON vax }",
            "1:17: unknown architecture `vax` (those that count here are x86_64, aarch64 and riscv64)",
        ),
        ("USE a", "1:5: there is no policy `a` so far (a policy must be defined before it is used)"),
        ("POLICY ab { USE ab }", "1:17: there is no policy `ab` so far (a policy must be defined before it is used)"),
        ("POLICY ab { } USE ac", "1:19: there is no policy `ac` so far (did you mean `ab`?)"),
        ("POLICY a { } POLICY a { }", "1:14: the policy `a` is defined twice (keep one of the two)"),
        ("DEFAULT KILL DEFAULT KILL", "1:14: the default is said twice (keep one of the two)"),
        (
            "ERRNO(0) { read }",
            "1:7: ERRNO(0) lets the program believe that the call was made (write the error that it should see, from 1 to 4095)",
        ),
        ("TRAP(65536) { read }", "1:6: TRAP(65536) is out of range (write a number from 0 to 65535)"),
        ("ALLOW { read", "1:9: found the end of the policy (kafel has `}` here)"),
        ("ALLOW { read, }", "1:15: found `}` (kafel has the name of a system call here)"),
        ("permit { read }", "1:1: found `permit` (kafel has an action, `POLICY`, `USE`, `DEFAULT` or `#define` here)"),
        ("ALLOW { read { fd } }", "1:21: found `}` (kafel has a comparison here)"),
        (
            "ALLOW { read { (fd == 1) == 1 } }",
            "1:26: found `==` (kafel has a number, not a comparison, before it here)",
        ),
        ("#defin A 1", "1:2: found `defin` (kafel has `define` or `include` here)"),
        (
            "ALLOW { read } \u{1F600}",
            "1:16: unexpected character '😀' (kafel's language does not have it: take it out)",
        ),
        (
            "ALLOW { SYSCALL[99999999999999999999] }",
            "1:17: \"99999999999999999999\" is no number (kafel's numbers are 42, -1, 0x2a, 052 and 0b101010, of at most 64 bits)",
        ),
    ] {
        fails(kafel(text), message);
    }
}

#[test]
fn a_hostile_text_is_an_error_and_soon() {
    let nested = format!("ALLOW {{ read {{ {}fd == 1{} }} }}", "(".repeat(50_000), ")".repeat(50_000));
    fails(kafel(&nested), "1:117: brackets and `!` nest more than 100 deep (write the condition flatter)");
    let nots = format!("ALLOW {{ read {{ {} fd == 1 }} }}", "!".repeat(50_000));
    fails(kafel(&nots), "1:117: brackets and `!` nest more than 100 deep (write the condition flatter)");
    let long = "/".repeat(MOST_BYTES + 1);
    fails(kafel(&long), "1:1: the policy is longer than 1048576 bytes (import a smaller one)");
    let words = "! ".repeat(300_000);
    fails(kafel(&words), "1:400002: the policy has more than 200000 words (import a smaller one)");
    let many = format!("ALLOW {{ {} read {{ fd == 1 }} }}", "read { fd == 1 }, ".repeat(5_000));
    assert!(kafel(&many).unwrap_err().message.starts_with("`read` has more than 4096 rules"));
    let tangled: Vec<String> = (0..64)
        .map(|bit| format!("(offset & {:#x}) != 0 && (fd & {:#x}) == 0", 1_u64 << bit, 1_u64 << (bit % 32)))
        .collect();
    let _ = kafel(&format!("ALLOW {{ lseek {{ {} }} }}", tangled.join(" || ")));
}
