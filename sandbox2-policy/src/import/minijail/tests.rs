use super::*;
use crate::import::testing::{fails, means, notes};

fn minijail(text: &str) -> Result<Imported, ImportError> {
    import(text, &Minijail::default())
}

fn with(tool: MinijailTool, text: &str) -> Result<Imported, ImportError> {
    import(text, &Minijail { tool: Some(tool), ..Minijail::default() })
}

fn compiler(text: &str) -> Result<Imported, ImportError> {
    with(MinijailTool::Compiler, text)
}

fn library(text: &str) -> Result<Imported, ImportError> {
    with(MinijailTool::Library, text)
}

#[test]
fn calls_conditions_and_comments() {
    means(
        minijail(
            "# a comment\nread: 1 # another\n\nwrite: arg0 == 1 && arg2 <= 0x10 || arg0 == 2\nclose: \\\n  arg0 >= 03\n",
        ),
        "ALLOW read; ALLOW write if fd == 1 && count <= 16 || fd == 2; ALLOW close if fd >= 3;",
    );
    means(
        minijail("read: return EPERM\nwrite: return 2\ndup: return 5000"),
        "ERRNO(EPERM) read; ERRNO(ENOENT) write; ERRNO(4095) dup;",
    );
}

#[test]
fn every_operator_and_every_form_of_a_number() {
    for (atom, ours) in [
        ("arg1 == 0x10", "offset == 16"),
        ("arg1 != 020", "offset != 16"),
        ("arg1 < 16", "offset in 0..=15"),
        ("arg1 <= 15", "offset in 0..=15"),
        ("arg1 > 15", "offset > 15 || offset < 0"),
        ("arg1 >= 16", "offset >= 16 || offset < 0"),
        ("arg1 == -1", "offset == -1"),
        ("arg1 & 3", "offset & 3 != 0"),
        ("arg1 in 3", "offset & 0xffff_ffff_ffff_fffc == 0"),
        ("arg1 in ~3", "offset & 3 == 0"),
        ("arg1 == ~(1|2)", "offset == -4"),
        ("arg1 == (1|(2))|4", "offset == 7"),
    ] {
        means(minijail(&format!("lseek: {atom}")), &format!("ALLOW lseek if {ours};"));
    }
    means(
        minijail("mmap: arg2 in ~PROT_EXEC || arg2 in ~PROT_WRITE"),
        "danger { ALLOW mmap if prot & PROT_EXEC == 0 || prot & PROT_WRITE == 0; }",
    );
    means(minijail("mprotect: arg2 in PROT_READ|PROT_WRITE"), "ALLOW mprotect if prot & 0xffff_fffc == 0;");
    means(
        minijail("openat: arg0 == AT_FDCWD && arg2 == O_RDONLY|O_CLOEXEC"),
        "ALLOW openat if dfd == AT_FDCWD && flags == O_CLOEXEC;",
    );
    means(minijail("openat: arg2 in O_LARGEFILE|O_CREAT"), "ALLOW openat if flags & 0xffff_ffbf == 0;");
}

#[test]
fn what_the_two_readers_read_differently_needs_to_be_said() {
    let text = "read: arg0 == 1; return EPERM";
    fails(
        minijail(text),
        "1:16: to libminijail this is for calls that the condition does not hold for, to minijail's compiler for those that it \
         holds for (say for which of the two the policy was written, by the option `tool`)",
    );
    means(library(text), "read { fd == 1 => ALLOW, _ => ERRNO(EPERM) }");
    means(compiler(text), "ERRNO(EPERM) read if fd == 1;");
    let twice = "read: arg0 == 1\nread: arg0 == 2";
    fails(
        minijail(twice),
        "2:1: `read` is said twice: to libminijail only the first counts, to minijail's compiler both do (say for which of the \
         two the policy was written, by the option `tool`)",
    );
    means(library(twice), "ALLOW read if fd == 1;");
    means(compiler(twice), "ALLOW read if fd in [1, 2];");
    fails(
        compiler("read: 1\nread: 1"),
        "2:1: `read` has been decided already (minijail refuses this as well: leave one out)",
    );
    means(library("read: return"), "");
    fails(compiler("read: return"), "1:7: found the end of the line (minijail has an error here)");
    fails(
        library("read: allow"),
        "1:7: libminijail does not have the action `allow` (say by the option `tool` if the policy is for minijail's compiler)",
    );
    fails(
        library("@default trap"),
        "1:1: libminijail does not have `@default` (say by the option `tool` if the policy is for minijail's compiler)",
    );
}

#[test]
fn lists_actions_and_defaults_of_the_compiler() {
    means(
        minijail(
            "@default trap
             {read, write}: allow
             close: { arg0 == 1; return EBADF, arg0 == 2; kill, arg0 == 3, trap }
             dup: log\ngetpid: trace\ngetppid: user-notify\nlseek: kill-process\nfsync: kill-thread",
        ),
        "default TRAP(0); ALLOW read, write; close { fd == 1 => ERRNO(EBADF), fd == 2 => KILL, fd == 3 => ALLOW, }
         LOG dup; NOTIFY getpid, getppid; KILL lseek, fsync;",
    );
    means(
        minijail("@denylist\nmount: return EPERM\nread: arg0 == 7; return EBADF"),
        "danger { default ALLOW; } ERRNO(EPERM) mount; ERRNO(EBADF) read if fd == 7;",
    );
    means(
        minijail("{read[arch=x86_64], write[arch=arm64,arm], close[arch=mips]}: 1"),
        "if arch x86_64 { ALLOW read; } if arch aarch64 { ALLOW write; }",
    );
    let forgets = minijail("read: { arg0 == 1; return EPERM, allow }");
    assert_eq!(
        notes(forgets.clone()),
        "1:34: here the conditions of `read` hold; minijail's compiler forgets all that comes before a last `allow`"
    );
    means(forgets, "read { fd == 1 => ERRNO(EPERM), _ => ALLOW }");
}

#[test]
fn calls_by_number_and_calls_that_an_architecture_lacks() {
    let x86 = |text| import(text, &Minijail { arches: &[Arch::X86_64], ..Minijail::default() });
    means(x86("0: 1\n1: arg0 == 1"), "if arch x86_64 { ALLOW read; ALLOW write if fd == 1; }");
    means(minijail("open: 1"), "ALLOW open?;");
    assert_eq!(
        notes(x86("4294967295: 1")),
        "1:1: the rule about call 4294967295 on x86_64 is left out: numbers from 0x40000000 on are the x32 ABI's or nobody's: \
         always a violation"
    );
    fails(
        minijail("@denylist\n4294967295: return EPERM"),
        "2:1: call 4294967295 on x86_64: numbers from 0x40000000 on are the x32 ABI's or nobody's: always a violation (leave the \
         rule out)",
    );
}

#[test]
fn files_come_from_the_caller_and_frequencies_matter_not() {
    let files = |name: &str| match name {
        "/a" => Some("read: 1\n".to_owned()),
        "./b" => Some("@include /a\n".to_owned()),
        "/loop" => Some("@include /loop".to_owned()),
        _ => None,
    };
    let with = |tool, text| import(text, &Minijail { tool, include: Some(&files), ..Minijail::default() });
    means(with(None, "@include /a\n@frequency ./f\nwrite: 1"), "ALLOW read, write;");
    assert_eq!(notes(with(None, "@frequency ./f")), "1:1: @frequency is left out: it changes no verdict");
    fails(
        with(None, "@include ./b"),
        "./b:1:10: files include each other more than 1 deep (libminijail takes no more; minijail's compiler does: say by the \
         option `tool` if it is for that)",
    );
    means(with(Some(MinijailTool::Compiler), "@include ./b"), "ALLOW read;");
    fails(
        with(Some(MinijailTool::Compiler), "@include /loop"),
        "/loop:1:10: files include each other more than 10 deep (does a file include itself?)",
    );
    fails(
        minijail("@include /etc/passwd"),
        "1:10: the included file \"/etc/passwd\" is not at hand (give its text by the option `include`: an import opens no files)",
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, message) in [
        ("raed: 1", "1:1: unknown system call `raed` (did you mean `read`?)"),
        (
            "io@default: 1",
            "1:1: `io@default` is a group of system calls, which a file of minijail's build defines (write out its calls)",
        ),
        ("read 1", "1:6: found `1` (minijail has `:` here)"),
        ("read:", "1:5: found the end of the line (minijail has an action or a condition here)"),
        ("read: 2", "1:7: found `2` (minijail has an action, or a condition that begins with `arg0` to `arg5`, here)"),
        ("read: 1 1", "1:9: found `1` (minijail has the end of the line here)"),
        ("read: arg6 == 1", "1:7: there is no argument `arg6` (they are `arg0` to `arg5`)"),
        ("read: arg0 = 1", "1:12: found `=` (minijail has an operator: ==, !=, <, <=, >, >=, & or in, here)"),
        ("read: arg0 == ", "1:12: found the end of the line (minijail has a number or a constant here)"),
        ("read: arg0 == ~~1", "1:16: found `~` (minijail has one `~`, not two, here)"),
        ("read: arg0 == (1", "1:16: found the end of the line (minijail has `)` here)"),
        ("read: arg0 == 08", "1:15: `08` is no number (numbers are 42, -1, 0x2a and 052, of at most 64 bits)"),
        (
            "read: arg0 == 99999999999999999999",
            "1:15: `99999999999999999999` is no number (numbers are 42, -1, 0x2a and 052, of at most 64 bits)",
        ),
        (
            "read: arg0 == O_RDONYL",
            "1:15: unknown constant `O_RDONYL` (did you mean `O_RDONLY`? Else write its number)",
        ),
        (
            "read: arg1 == 5",
            "1:7: `buf` of `read` is a pointer (`char *`) (a pointer can only be compared with 0: what it points at can change after the check)",
        ),
        (
            "read: arg3 == 5",
            "1:7: `read` has 3 arguments on x86_64: the kernel does not read argument 3 (leave the comparison out: whoever makes the call can put anything there)",
        ),
        (
            "read: return 0",
            "1:7: `return 0` lets the program believe that the call was made (write the error that it should see, from 1 to 4095)",
        ),
        ("read: return EPREM", "1:14: unknown error `EPREM` (did you mean `EPERM`?)"),
        (
            "read: { allow, allow }",
            "1:16: a rule after one without a condition (minijail refuses this as well: leave it out)",
        ),
        ("read[os=linux]: 1", "1:5: unknown key `os` (there is only `arch`: minijail ignores others, leave it out)"),
        ("@defualt kill", "1:1: unknown statement `@defualt` (did you mean `@default`?)"),
        (
            "@default allow",
            "1:1: minijail does not take this as a default (write kill, kill-process, kill-thread, trap or user-notify)",
        ),
        ("read: 1\n@denylist", "2:1: `@denylist` comes after a rule or a default (put it first)"),
        ("@denylist\nread: 1", "2:7: a rule of a denylist that does not return an error (write `return ERRNO`)"),
        (
            "@denylist\nread: arg0 == 1",
            "2:15: found the end of the line (minijail has `; return ERRNO`, as every rule of a denylist has it, here)",
        ),
        ("@include a", "1:10: found `a` (minijail has a path that begins with `/` or `./` here)"),
        (
            "# c \\\nread: 1",
            "1:5: a comment that ends in a backslash: minijail's readers do not agree where it ends (take the backslash out)",
        ),
        ("read: 1 \u{1F600}", "1:9: unexpected character '😀' (minijail does not have it: take it out)"),
    ] {
        fails(minijail(text), message);
    }
}

#[test]
fn a_hostile_text_is_an_error_and_soon() {
    let nested = format!("read: arg0 == {}1{}", "(".repeat(50_000), ")".repeat(50_000));
    fails(minijail(&nested), "1:116: brackets nest more than 100 deep (write the number flatter)");
    fails(minijail(&"#".repeat(1_048_577)), "1:1: the policy is longer than 1048576 bytes (import a smaller one)");
    fails(minijail(&"a ".repeat(200_001)), "1:1: the policy has more than 200000 words (import a smaller one)");
    let joined = "a\\\n".repeat(250_000);
    fails(minijail(&joined), "1:1: the policy has more than 200000 words (import a smaller one)");
    let many = format!("read: {} arg0 == 1", "arg0 == 1 || ".repeat(9_000));
    assert!(minijail(&many).unwrap_err().message.starts_with("`read` has more than 4096 rules or 8192 comparisons"));
}
