//! Exported policies: never more than the policy permits, held against it by importing them again and by reading them as
//! the other tool does.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "dice/mod.rs"]
mod dice;

use dice::Dice;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::check::CheckedPolicy;
use sandbox2_policy::compare::{permission, permits_more, substitute};
use sandbox2_policy::export::{self, Exported};
use sandbox2_policy::import::{self, Imported, Oci};
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::meaning::Meaning;
use sandbox2_policy::problem::Problems;
use sandbox2_policy::reference::evaluate;
use sandbox2_policy::resolve::resolve;
use sandbox2_policy::syntax::parse;
use sandbox2_policy::{check, tables};
use serde_json::Value;

/// The policy, if it passes every check.
fn checked(text: &str) -> Option<CheckedPolicy> {
    let parsed = parse(text.parse().unwrap());
    assert!(parsed.problems.is_empty(), "{text}: {:?}", parsed.problems);
    let mut problems = Problems::default();
    let resolved = resolve(&parsed.def, &mut problems);
    let checked = check::check(resolved, &mut problems);
    problems.is_empty().then_some(checked)
}

fn again(imported: &Imported) -> CheckedPolicy {
    let mut problems = Problems::default();
    let resolved = resolve(&imported.def, &mut problems);
    let checked = check::check(resolved, &mut problems);
    assert!(problems.is_empty(), "{:?}", problems.into_vec());
    checked
}

/// Imports what was exported; what it permits must be permitted by the policy.
fn no_more(exported: &Exported, imported: &Imported, meaning: &Meaning) -> CheckedPolicy {
    let checked = again(imported);
    let more = permits_more(checked.meaning(meaning.arch), meaning).unwrap();
    assert!(more.is_none(), "{}\n{}", more.unwrap(), exported.text);
    checked
}

/// What runc and libseccomp make of the profile: whole registers, any rule that holds.
fn by_libseccomp(profile: &Value, name: &str, args: &[u64; 6]) -> u8 {
    let allowed = |action: &Value| match action.as_str().unwrap() {
        "SCMP_ACT_ALLOW" | "SCMP_ACT_LOG" => 2,
        "SCMP_ACT_ERRNO" | "SCMP_ACT_TRAP" | "SCMP_ACT_KILL_PROCESS" => 0,
        other => panic!("{other}"),
    };
    let holds = |arg: &Value| {
        let value = arg["value"].as_u64().unwrap();
        let register = args[usize::try_from(arg["index"].as_u64().unwrap()).unwrap()];
        match arg["op"].as_str().unwrap() {
            "SCMP_CMP_EQ" => register == value,
            "SCMP_CMP_NE" => register != value,
            "SCMP_CMP_LT" => register < value,
            "SCMP_CMP_LE" => register <= value,
            "SCMP_CMP_GT" => register > value,
            "SCMP_CMP_GE" => register >= value,
            "SCMP_CMP_MASKED_EQ" => register & value == arg["valueTwo"].as_u64().unwrap(),
            other => panic!("{other}"),
        }
    };
    let mut decided: Vec<u8> = profile["syscalls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["names"].as_array().unwrap().iter().any(|known| known == name))
        .filter(|entry| entry.get("args").is_none_or(|args| args.as_array().unwrap().iter().all(holds)))
        .map(|entry| allowed(&entry["action"]))
        .collect();
    decided.dedup();
    assert!(decided.len() < 2, "{name} {args:x?}: rules of different actions meet");
    decided.pop().unwrap_or_else(|| allowed(&profile["defaultAction"]))
}

/// Registers near the numbers of the policies, with and without dirt above what the kernel reads.
fn registers(dice: &mut Dice) -> [u64; 6] {
    let mut register = || {
        let near: u64 =
            dice.pick(&[0, 1, 2, 4, 5, 0x1000, 0x5401, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 32, u64::MAX]);
        let by = dice.pick(&[0, 0, 0, 1, u64::MAX]);
        near.wrapping_add(by) | dice.pick(&[0, 0, 1 << 32, 0xffff_ffff << 32])
    };
    [register(), register(), register(), register(), register(), register()]
}

/// Exports to both formats; what was exported to OCI, whether it lost nothing, and how often the two agreed.
fn export_both(text: &str, checked: &CheckedPolicy, dice: &mut Dice) -> usize {
    let mut exact = 0;
    for arch in Arch::ALL {
        let meaning = substitute(checked.meaning(arch), &[]);
        let oci = match export::oci::export(&meaning) {
            Ok(oci) => oci,
            Err(error) => {
                assert!(meaning.default.permits(), "{text}: {error}");
                continue;
            }
        };
        assert_eq!(export::oci::export(&meaning).unwrap(), oci, "the same bytes");
        let imported =
            import::oci::import(&oci.text, &Oci::default()).unwrap_or_else(|error| panic!("{error}\n{}", oci.text));
        let back = no_more(&oci, &imported, &meaning);
        let dangers = meaning.default.permits();
        if oci.losses.is_empty() && !dangers {
            let less = permits_more(&meaning, back.meaning(arch)).unwrap();
            // `clone3` beside conditions on `clone` is left out by the import.
            let less = less
                .filter(|less| tables::syscall_by_number(arch, less.first).is_none_or(|call| call.name != "clone3"));
            assert!(less.is_none(), "{text}: {}\n{}", less.unwrap(), oci.text);
            exact += 1;
        }
        let profile: Value = serde_json::from_str(&oci.text).unwrap();
        for call in meaning.calls.iter() {
            let Some(syscall) = tables::syscall_by_number(arch, call.nr) else { continue };
            for _ in 0..20 {
                let args = registers(dice);
                let data = SeccompData { nr: call.nr, arch: arch.audit(), args, ..SeccompData::default() };
                let ours = permission(evaluate(&meaning, &data, &[]).action);
                let theirs = by_libseccomp(&profile, syscall.name, &args);
                assert!(theirs <= ours, "{text}: {} {args:x?}: {theirs} {ours}\n{}", syscall.name, oci.text);
                if oci.losses.is_empty() {
                    assert_eq!(theirs, ours, "{text}: {} {args:x?}\n{}", syscall.name, oci.text);
                }
            }
        }
        match export::systemd::export(&meaning) {
            Ok(systemd) => {
                let imported =
                    import::systemd::import(&systemd.text).unwrap_or_else(|error| panic!("{error}\n{}", systemd.text));
                no_more(&systemd, &imported, &meaning);
            }
            Err(error) => assert!(meaning.default.permits(), "{text}: {error}"),
        }
    }
    exact
}

#[test]
fn every_policy_of_the_repository_is_exported_without_permitting_more() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policies");
    let mut dice = Dice::new(5);
    let mut exact = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let checked = checked(&text).unwrap_or_else(|| panic!("{}", path.display()));
        exact += export_both(&text, &checked, &mut dice);
    }
    assert!(exact >= 20, "{exact}");
}

#[test]
fn random_policies_are_exported_without_permitting_more() {
    const CALLS: [(&str, &[&str]); 6] = [
        ("write", &["fd", "count"]),
        ("ioctl", &["fd", "cmd", "arg"]),
        ("lseek", &["fd", "offset", "whence"]),
        ("mmap", &["len", "prot", "flags"]),
        ("clone", &["clone_flags"]),
        ("mkdirat", &["dfd", "mode"]),
    ];
    let mut dice = Dice::new(11);
    let (mut exported, mut exact) = (0, 0);
    let count = std::env::var("SANDBOX2_RANDOM_POLICIES").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
    for _ in 0..count {
        let mut text = match dice.below(8) {
            0 => "danger { default ALLOW; }".to_owned(),
            1 => "default LOG;".to_owned(),
            2 => "default TRAP(3);".to_owned(),
            _ => format!("default {};", dice.pick(&["KILL", "ERRNO(EPERM)", "ERRNO(ENOSYS)", "NOTIFY"])),
        };
        if dice.one_in(4) {
            text.push_str(" baseline linux(5.10);");
        }
        if dice.one_in(6) {
            text.push_str(" ALLOW syscall 9000;");
        }
        for (call, args) in CALLS {
            let rules: Vec<String> = (0..[0, 0, 0, 1, 1, 2, 3][dice.below(7)])
                .map(|_| {
                    let one = |dice: &mut Dice| {
                        let arg = dice.pick(args);
                        let value = dice.pick(&["0", "1", "2", "5", "0x1000", "0x5401", "0x7fffffff"]);
                        match dice.below(6) {
                            0 => format!("{arg} in 1..={value}"),
                            1 => format!("{arg} & 6 == {}", dice.pick(&["0", "2", "6"])),
                            2 => format!("{arg} & 4 != 0"),
                            _ => format!("{arg} {} {value}", dice.pick(&["==", "!=", "<", "<=", ">", ">="])),
                        }
                    };
                    let cond = match dice.below(3) {
                        0 => one(&mut dice),
                        1 => format!("{} && {}", one(&mut dice), one(&mut dice)),
                        _ => format!("{} || {}", one(&mut dice), one(&mut dice)),
                    };
                    format!(
                        "{cond} => {},",
                        dice.pick(&["ALLOW", "ALLOW", "ALLOW", "KILL", "ERRNO(EACCES)", "LOG", "NOTIFY", "TRAP(7)"])
                    )
                })
                .collect();
            if !rules.is_empty() {
                text.push_str(&format!("\n{call} {{ {} }}", rules.join(" ")));
            }
        }
        // A policy that is wrong for its own sake says nothing here.
        let Some(checked) = checked(&text) else { continue };
        exact += export_both(&text, &checked, &mut dice);
        exported += 1;
    }
    assert!(exported * 20 > count, "{exported}");
    assert!(exact * 20 > exported, "{exact}");
    println!("{exported} of {count}, {exact} without a loss");
}

fn meaning(text: &str) -> Meaning {
    checked(text).unwrap().meaning(Arch::X86_64).clone()
}

#[test]
fn a_profile_is_written_like_this() {
    let text =
        "default ERRNO(EPERM); ALLOW read, close; ALLOW write if fd == 1; ALLOW lseek if offset != 0; KILL execve;";
    let exported = export::oci::export(&meaning(text)).unwrap();
    assert_eq!(
        exported.text,
        r#"{
    "defaultAction": "SCMP_ACT_ERRNO",
    "defaultErrnoRet": 1,
    "architectures": ["SCMP_ARCH_X86_64"],
    "syscalls": [
        {
            "names": [
            "close", "read"
            ], "action": "SCMP_ACT_ALLOW"},
        {
            "names": [
            "clone3"
            ], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
        {
            "names": [
            "execve"
            ], "action": "SCMP_ACT_KILL_PROCESS"},
        {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 0, "op": "SCMP_CMP_NE"}]},
        {"names": ["write"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 4294967295, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}]}
    ]
}
"#
    );
    assert_eq!(exported.losses, []);
}

#[test]
fn settings_of_a_unit_are_written_like_this() {
    let text = "default ERRNO(EPERM); ALLOW read, close, execve; ALLOW write if fd == 1; LOG getpid; KILL kill;";
    let exported = export::systemd::export(&meaning(text)).unwrap();
    assert_eq!(
        exported.text,
        "[Service]\nSystemCallArchitectures=native\nSystemCallFilter=@default\nSystemCallFilter=~@default\n\
         SystemCallFilter=close execve getpid read\nSystemCallErrorNumber=EPERM\n"
    );
    let losses: Vec<String> = exported.losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses,
        [
            "clone3: ERRNO(ENOSYS) becomes the default's EPERM",
            "getpid: LOG becomes ALLOW",
            "kill: KILL becomes the default's EPERM",
            "write: it is let through for some arguments only: it is denied for all",
        ]
    );
    let denying = "danger { default ALLOW; } ERRNO(EPERM) syslog; KILL acct;";
    let exported = export::systemd::export(&meaning(denying)).unwrap();
    assert!(exported.text.contains("SystemCallFilter=~"), "{}", exported.text);
    assert!(exported.text.contains(" syslog:EPERM"), "{}", exported.text);
}

#[test]
fn what_would_permit_more_is_refused() {
    let error = |text: &str| {
        let meaning = meaning(text);
        let oci = export::oci::export(&meaning).unwrap_err().to_string();
        assert_eq!(export::systemd::export(&meaning).unwrap_err().to_string(), oci);
        oci
    };
    assert_eq!(
        error("danger { default ALLOW; } KILL syscall 9000;"),
        "syscall 9000: a call without a name cannot be denied, and the default lets it through (deny by default, and list what \
         is allowed)"
    );
    assert_eq!(
        error("danger { default ALLOW; } baseline linux(5.10);"),
        "calls newer than the baseline have no names, and the default lets them through (deny by default, and list what is \
         allowed)"
    );
    assert_eq!(
        error("slot log_fd: i32; ALLOW write if fd == log_fd;"),
        "it has values that are not known yet (give every slot its value first)"
    );
}

#[test]
fn what_is_lost_is_told() {
    let text = "default NOTIFY; baseline linux(5.10); ALLOW syscall 9000; TRAP(7) read; \
                lseek { offset < 0x123456789abc && fd < 0x1234567 && whence < 0x1234567 => ALLOW, }";
    let exported = export::oci::export(&meaning(text));
    let losses: Vec<String> = exported.unwrap().losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses[..2],
        [
            "NOTIFY becomes KILL: nobody would answer",
            "calls without a name that are newer than the baseline give the default (NOTIFY), not ENOSYS",
        ]
    );
    assert!(losses.contains(&"read: TRAP(7) loses its number".to_owned()), "{losses:?}");
    let many = "lseek: the conditions of ALLOW are too many: it is left out, the default (NOTIFY) decides";
    assert!(losses.contains(&many.to_owned()), "{losses:?}");
    let nameless = "syscall 9000: has no name there: it is decided by the default (NOTIFY)";
    assert!(losses.contains(&nameless.to_owned()), "{losses:?}");
}
