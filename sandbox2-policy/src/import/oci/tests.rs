use super::super::testing::{fails, means, notes};
use super::*;

fn plain(text: &str) -> Result<Imported, ImportError> {
    import(text, &Oci::default())
}

/// A profile with these entries under `syscalls`.
fn with(default: &str, entries: &str) -> Result<Imported, ImportError> {
    plain(&format!("{{\"defaultAction\": \"{default}\", \"syscalls\": [{entries}]}}"))
}

const ARGS: &str = r#"{"names": ["NAME"], "action": "ACTION", "args": [ARGS]}"#;

fn entry(name: &str, action: &str, args: &str) -> String {
    ARGS.replace("NAME", name).replace("ACTION", action).replace("ARGS", args)
}

fn arg(index: u8, op: &str, value: u64, two: u64) -> String {
    format!(r#"{{"index": {index}, "value": {value}, "valueTwo": {two}, "op": "SCMP_CMP_{op}"}}"#)
}

#[test]
fn a_profile_of_the_runtime_specification_is_read() {
    let text = r#"{
        "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
        "architectures": ["SCMP_ARCH_X86_64"],
        "flags": ["SECCOMP_FILTER_FLAG_TSYNC"],
        "syscalls": [
            {"names": ["read", "chown32", "open"], "action": "SCMP_ACT_ALLOW"},
            {"names": ["kill"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13},
            {"names": ["write"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}
        ]
    }"#;
    let ours = "default ERRNO(ENOSYS); ALLOW read, open?; ERRNO(EACCES) kill; LOG write if fd == 1;";
    means(plain(text), ours);
    assert_eq!(notes(plain(text)), "");
    means(
        plain(&format!("{{\"ociVersion\": \"1.2.0\", \"linux\": {{\"namespaces\": [], \"seccomp\": {text}}}}}")),
        ours,
    );
}

#[test]
fn every_comparison_is_about_what_the_kernel_reads() {
    let one = |name: &str, op: &str, value: u64, two: u64, index: u8| {
        with("SCMP_ACT_KILL_PROCESS", &entry(name, "SCMP_ACT_ALLOW", &arg(index, op, value, two)))
    };
    means(one("write", "EQ", 1, 0, 0), "ALLOW write if fd == 1;");
    means(one("write", "NE", 1, 0, 2), "ALLOW write if count != 1;");
    means(one("write", "LT", 5, 0, 2), "ALLOW write if count < 5;");
    means(one("write", "LE", 5, 0, 2), "ALLOW write if count <= 5;");
    means(one("write", "GT", 5, 0, 2), "ALLOW write if count > 5;");
    means(one("write", "GE", 5, 0, 2), "ALLOW write if count >= 5;");
    means(one("openat", "EQ", 0xffff_ff9c, 0, 0), "ALLOW openat if dfd == AT_FDCWD;");
    means(one("openat", "EQ", 0xffff_ffff_ffff_ff9c, 0, 0), "ALLOW openat if dfd == AT_FDCWD;");
    means(one("clone", "MASKED_EQ", 0x7e02_0000, 0, 0), "ALLOW clone if clone_flags & 0x7e020000 == 0;");
    // No kernel sees the upper half of a descriptor: nothing is allowed by a rule about it.
    means(one("write", "EQ", 1 << 32, 0, 0), "");
}

#[test]
fn a_rule_that_denies_cannot_be_passed_by_bits_that_the_kernel_ignores() {
    let denied = entry("write", "SCMP_ACT_KILL_PROCESS", &arg(0, "EQ", 1, 0));
    let imported = with("SCMP_ACT_LOG", &denied).unwrap();
    let checked = super::super::testing::checked(&imported);
    let data =
        |fd| crate::SeccompData { nr: 1, arch: Arch::X86_64.audit(), args: [fd, 0, 0, 0, 0, 0], ..Default::default() };
    let decide = |fd| crate::reference::evaluate(checked.meaning(Arch::X86_64), &data(fd), &[]).action;
    assert_eq!(decide(1), Action::Kill);
    assert_eq!(decide(1 << 32 | 1), Action::Kill);
    assert_eq!(decide(2), Action::Log);
}

#[test]
fn two_comparisons_of_one_argument_are_two_rules() {
    let args = [arg(1, "EQ", 1, 0), arg(1, "EQ", 5, 0), arg(0, "EQ", 3, 0)].join(", ");
    let imported = || with("SCMP_ACT_KILL_PROCESS", &entry("lseek", "SCMP_ACT_ALLOW", &args));
    means(imported(), "ALLOW lseek if offset in [1, 5] || fd == 3;");
    assert_eq!(
        notes(imported()),
        "/syscalls/0/args: an argument is compared twice: as in the runtimes, the rule holds where any one of its comparisons does"
    );
}

#[test]
fn of_rules_that_overlap_the_strictest_decides() {
    let entries = format!(
        "{}, {}, {}",
        entry("write", "SCMP_ACT_ALLOW", ""),
        entry("write", "SCMP_ACT_ERRNO", &arg(0, "EQ", 1, 0)),
        entry("write", "SCMP_ACT_KILL_PROCESS", &arg(0, "LE", 1, 0)),
    );
    let imported = || with("SCMP_ACT_TRAP", &entries);
    means(imported(), "default TRAP(0); write { fd in 0..=1 => KILL, _ => ALLOW }");
    let noted = notes(imported());
    assert!(
        noted.contains("rules of `write` say ALLOW and ERRNO(EPERM): where both hold, the stricter one decides"),
        "{noted}"
    );
}

#[test]
fn a_rule_with_the_default_action_says_nothing() {
    let entries = format!("{}, {}", entry("read", "SCMP_ACT_ERRNO", ""), entry("read", "SCMP_ACT_ALLOW", ""));
    means(with("SCMP_ACT_ERRNO", &entries), "default ERRNO(EPERM); ALLOW read;");
}

/// The forms of the conditional sections of Docker's own profile.
const SECTIONS: &str = r#"{
    "defaultAction": "SCMP_ACT_ERRNO",
    "archMap": [
        {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
        {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}
    ],
    "syscalls": [
        {"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": null, "comment": "all"},
        {"name": "close", "names": null, "action": "SCMP_ACT_ALLOW"},
        {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
        {"names": ["getpid"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "4.8"}},
        {"names": ["arch_prctl", "getuid"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64", "x32"]}},
        {"names": ["getgid"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["s390", "arm64"]}},
        {"names": ["mount", "setns"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
        {"names": ["chroot"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_CHROOT"]}},
        {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["s390x"]},
         "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]},
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "excludes": {"caps": ["CAP_SYS_ADMIN"]}}
    ]
}"#;

#[test]
fn sections_are_read_for_the_container() {
    let common = "default ERRNO(EPERM); ALLOW read, close; danger { ALLOW chroot; }";
    let arches = "if arch x86_64 { ALLOW arch_prctl, getuid; } if arch x86_64, riscv64 { ALLOW getgid; }";
    let unprivileged = "danger { ALLOW ptrace; } ALLOW clone if clone_flags & 0x7e020000 == 0;";
    means(plain(SECTIONS), &format!("{common} {arches} {unprivileged}"));
    let noted = notes(plain(SECTIONS));
    assert!(
        noted.starts_with(
            "/archMap: calls by another ABI (SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_ARM) are violations here"
        ),
        "{noted}"
    );
    let old = Oci { kernel: (4, 7), ..Oci::default() };
    means(
        import(SECTIONS, &old),
        &format!("{common} {arches} ALLOW getpid; ALLOW clone if clone_flags & 0x7e020000 == 0;"),
    );
    let admin = Oci { capabilities: vec!["CAP_SYS_ADMIN".to_owned(), "CAP_SYS_CHROOT".to_owned()], ..Oci::default() };
    means(import(SECTIONS, &admin), &format!("{common} {arches} danger {{ ALLOW ptrace, mount, setns; }}"));
    let none = Oci { capabilities: Vec::new(), ..Oci::default() };
    means(import(SECTIONS, &none), &format!("default ERRNO(EPERM); ALLOW read, close; {arches} {unprivileged}"));
}

#[test]
fn what_becomes_stricter_is_noted() {
    let text = r#"{"defaultAction": "SCMP_ACT_KILL", "flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
        "syscalls": [
            {"names": ["read", "brand_new_call"], "action": "SCMP_ACT_ALLOW"},
            {"names": ["kill"], "action": "SCMP_ACT_TRACE", "errnoRet": 7},
            {"names": ["tkill"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5000}
        ]}"#;
    means(plain(text), "ALLOW read; ERRNO(ENOSYS) kill; ERRNO(4095) tkill;");
    assert_eq!(
        notes(plain(text)),
        "/defaultAction: KILL ends the whole process, not only the thread\n\
         /flags/0: what is denied is not written to the kernel's log\n\
         /flags/1: the guard against speculation stays on\n\
         /syscalls/0/names/1: no system call \"brand_new_call\" is known: the default decides about it\n\
         /syscalls/1/action: SCMP_ACT_TRACE becomes ERRNO(ENOSYS), which is what it means where nobody traces"
    );
}

#[test]
fn what_could_permit_more_is_refused() {
    fails(
        with("SCMP_ACT_ALLOW", &entry("brand_new_call", "SCMP_ACT_ERRNO", "")),
        "/syscalls/0/names/0: unknown system call \"brand_new_call\", which is to be denied (the default would let it through: \
         leave it out if you mean that)",
    );
    fails(
        with("SCMP_ACT_ALLOW", &entry("ptrase", "SCMP_ACT_ERRNO", "")),
        "/syscalls/0/names/0: unknown system call \"ptrase\", which is to be denied (did you mean `ptrace`? The default would let \
         it through)",
    );
    fails(
        with("SCMP_ACT_ERRNO", &entry("write", "SCMP_ACT_ALLOW", &arg(1, "EQ", 5, 0))),
        "/syscalls/0/args/0: `buf` of `write` is a pointer (`const char *`) (a pointer can only be compared with 0: what it \
         points at can change after the check)",
    );
    fails(
        with("SCMP_ACT_ERRNO", &entry("write", "SCMP_ACT_ALLOW", &arg(0, "MASKED_EQ", 1, 2))),
        "/syscalls/0/args/0: 0x2 has bits that are not in the mask 0x1 (`value` is the mask, `valueTwo` what must be left of the \
         argument)",
    );
    fails(
        with("SCMP_ACT_NOTIFY", ""),
        "/defaultAction: no runtime takes SCMP_ACT_NOTIFY as the default (deny by default, and notify of the calls that matter)",
    );
}

#[test]
fn what_is_not_of_the_format_is_told_with_its_place() {
    let whole = [
        ("[]", "the policy: a list where an object is due (write an object)"),
        (
            "{}",
            "the policy: the key `defaultAction` is missing (a profile begins with it: `\"defaultAction\": \"SCMP_ACT_ERRNO\"`)",
        ),
        ("{\"linux\": {}}", "/linux: the key `seccomp` is missing (it has no profile to import)"),
        ("{\"defaultAction\": 7}", "/defaultAction: a number where a text is due (write a text)"),
        (
            "{\"defaultAction\": \"SCMP_ACT_DENY\"}",
            "/defaultAction: unknown action \"SCMP_ACT_DENY\" (it is one of \
          SCMP_ACT_ALLOW, SCMP_ACT_ERRNO, SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_LOG, \
          SCMP_ACT_NOTIFY, SCMP_ACT_TRACE, SCMP_ACT_TRAP)",
        ),
        (
            "{\"defaultAction\": \"SCMP_ACT_TRAP\", \"defaultErrnoRet\": 1}",
            "/defaultErrnoRet: \"SCMP_ACT_TRAP\" takes no error number (leave it out, or write SCMP_ACT_ERRNO)",
        ),
        (
            "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscals\": []}",
            "the policy: unknown key \"syscals\" (did you mean `syscalls`?)",
        ),
        (
            "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86-64\"]}",
            "/architectures/0: unknown architecture \"SCMP_ARCH_X86-64\" (did you mean `SCMP_ARCH_X86_64`?)",
        ),
        (
            "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [], \"archMap\": []}",
            "/archMap: a profile has either `architectures` or `archMap` (leave one of the two out)",
        ),
        (
            "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"flags\": [\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"]}",
            "/flags/0: unknown flag \"SECCOMP_FILTER_FLAG_NEW_LISTENER\" (it is one of SECCOMP_FILTER_FLAG_LOG, \
          SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)",
        ),
    ];
    for (text, message) in whole {
        fails(plain(text), message);
    }
    let entries = [
        (
            r#"{"names": ["read"]}"#,
            "/syscalls/0: the key `action` is missing (write what is done: `\"action\": \"SCMP_ACT_ALLOW\"`)",
        ),
        (
            r#"{"names": "read", "action": "SCMP_ACT_ALLOW"}"#,
            "/syscalls/0/names: a string where a list is due (write a list)",
        ),
        (
            r#"{"names": ["read"], "name": "read", "action": "SCMP_ACT_ALLOW"}"#,
            "/syscalls/0/name: a rule has either `name` or `names` (leave one of the two out)",
        ),
        (
            r#"{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0}"#,
            "/syscalls/0/errnoRet: the error number 0 tells the program that the call was made (write the error that it is to get, from 1 to 4095)",
        ),
        (
            r#"{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": -1}"#,
            "/syscalls/0/errnoRet: -1 is out of range (write a number from 0 to 65535)",
        ),
        (
            r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["SYS_ADMIN"]}}"#,
            "/syscalls/0/includes/caps/0: \"SYS_ADMIN\" is no capability (write `CAP_SYS_ADMIN`, say)",
        ),
        (
            r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "four"}}"#,
            "/syscalls/0/includes/minKernel: \"four\" is no version of a kernel (write `4.8`, say)",
        ),
        (
            r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}"#,
            "/syscalls/0/args/0/index: 6 is out of range (write a number from 0 to 5)",
        ),
        (
            r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQUAL"}]}"#,
            "/syscalls/0/args/0/op: unknown comparison \"SCMP_CMP_EQUAL\" (did you mean `SCMP_CMP_EQ`?)",
        ),
    ];
    for (text, message) in entries {
        fails(with("SCMP_ACT_KILL_PROCESS", text), message);
    }
}

#[test]
fn hostile_texts_are_errors() {
    let deep = "[".repeat(100_000);
    let wide = format!("{{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{}]}}", "7,".repeat(400_000));
    let numbers = ["1.5", "1e3", "18446744073709551616", "-1", "\"1\"", "[1]", "{}", "true"];
    for text in
        [deep.as_str(), &wide, "", "{", "\u{0}", "{\"a\": 1, \"a\": 2}", &" ".repeat(super::super::MOST_BYTES + 1)]
    {
        assert!(plain(text).is_err(), "{text:.40}");
    }
    for number in numbers {
        let arg = format!("{{\"index\": 2, \"value\": {number}, \"op\": \"SCMP_CMP_EQ\"}}");
        assert!(with("SCMP_ACT_KILL_PROCESS", &entry("write", "SCMP_ACT_ALLOW", &arg)).is_err(), "{number}");
        let errno = format!("{{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": {number}}}");
        assert!(with("SCMP_ACT_KILL_PROCESS", &errno).is_err() || number == "1", "{number}");
    }
    let names = vec!["\"read\""; 60_000].join(",");
    fails(
        with("SCMP_ACT_KILL_PROCESS", &format!("{{\"names\": [{names}], \"action\": \"SCMP_ACT_ALLOW\"}}")),
        "/syscalls/0/names/5461: more than 16384 rules (import a smaller profile)",
    );
    let repeated = r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "action": "SCMP_ACT_ERRNO"}"#;
    assert!(with("SCMP_ACT_KILL_PROCESS", repeated).unwrap_err().message.contains("the key \"action\" is there twice"));
}

#[test]
fn the_name_of_an_error_counts_where_podman_writes_one() {
    let profile = |default: &str, rule: &str| {
        format!(
            r#"{{"defaultAction": "SCMP_ACT_ERRNO", {default}, "syscalls": [
                {{"names": ["mount"], "action": "SCMP_ACT_ERRNO", {rule}}}, {{"names": ["read"], "action": "SCMP_ACT_ALLOW"}}]}}"#
        )
    };
    let named = profile(r#""defaultErrnoRet": 1, "defaultErrno": "ENOSYS""#, r#""errnoRet": 1, "errno": "EINVAL""#);
    means(plain(&named), "default ERRNO(ENOSYS); ALLOW read; ERRNO(EINVAL) mount;");
    let numbered = profile(r#""defaultErrno": "38""#, r#""errno": """#);
    means(plain(&numbered), "default ERRNO(ENOSYS); ALLOW read; ERRNO(EPERM) mount;");
    let wrong = profile(r#""defaultErrno": "ENOENTRY""#, r#""errnoRet": 1"#);
    let error = plain(&wrong).expect_err("no error has that name");
    assert!(error.to_string().starts_with("/defaultErrno: unknown error \"ENOENTRY\""), "{error}");
}

#[test]
fn conditions_without_end_are_an_error_and_soon() {
    let mut number = 1_u64;
    let mut next = || {
        number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        number >> 7
    };
    let mut rule = |_| {
        let masked = |index| {
            let mask = next() & 0x7fff_f000;
            arg(index, "MASKED_EQ", mask, mask & next())
        };
        let args: Vec<String> = [0, 2, 3, 4, 5].map(masked).to_vec();
        entry("mmap", "SCMP_ACT_ALLOW", &args.join(", "))
    };
    let many: Vec<String> = (0..1600).map(&mut rule).collect();
    fails(
        with("SCMP_ACT_KILL_PROCESS", &many.join(", ")),
        "/syscalls/0/names/0: the conditions of `mmap` together are too much to decide (use fewer or simpler conditions)",
    );
}
