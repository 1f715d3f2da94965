use super::super::testing::{checked, fails, means, notes};
use super::*;

/// What is allowed besides `@default`, and what is done about the rest.
fn allowed(text: &str) -> (Vec<&'static str>, Action) {
    let imported = import(text).unwrap_or_else(|error| panic!("{error}"));
    let checked = checked(&imported);
    let meaning = checked.meaning(Arch::X86_64);
    let default = groups::members("default").unwrap();
    let allowed = meaning.calls.iter().filter(|call| call.rules[0].action.permits());
    let names = allowed.filter_map(|call| tables::syscall_by_number(Arch::X86_64, call.nr)).map(|call| call.name);
    let (default, names): (Vec<_>, Vec<_>) = names.partition(|name| default.contains(name));
    assert!(default.contains(&"execve"), "{default:?}");
    (names, meaning.default)
}

/// The notes, but for what every list has to say of `@default`.
fn told(text: &str) -> String {
    let all = notes(import(text));
    let (default, others): (Vec<&str>, Vec<&str>) = all.lines().partition(|note| note.ends_with("stands in `danger`"));
    assert_eq!(default.len(), 2, "mmap and mprotect: {all}");
    others.join("\n")
}

fn eacces() -> Action {
    Action::Errno(Errno::new(13).unwrap())
}

#[test]
fn a_list_of_what_is_allowed_has_the_default_group_on_it() {
    assert_eq!(allowed("read write"), (vec!["read", "write"], Action::Kill));
    let unit = "# a unit\n[Unit]\nDescription=x\n\n[Service]\nExecStart=/bin/x\nSystemCallFilter=read \\\n; a comment\n  write\n\
                SystemCallErrorNumber=EACCES\nSystemCallArchitectures=native\n";
    assert_eq!(allowed(unit), (vec!["read", "write"], eacces()));
}

#[test]
fn groups_are_what_systemd_has_in_them() {
    assert_eq!(allowed("@swap @timer").0, {
        let mut all = vec!["alarm", "getitimer", "setitimer", "swapoff", "swapon", "timer_create", "timer_delete"];
        all.extend(["timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime"]);
        all.extend(["timerfd_settime", "times"]);
        let number = |name: &&str| tables::syscall(name).unwrap().number(Arch::X86_64).unwrap();
        all.sort_by_key(number);
        all
    });
    for group in groups::names() {
        let members = groups::members(group).unwrap();
        assert!(members.len() >= 2, "{group}");
        for name in members {
            let idle = ["idle", "lock", "mpx", "prof", "profil", "break"].contains(&name);
            assert!(tables::syscall(name).is_some() || elsewhere(name) || idle, "{group}: {name}");
        }
        // Each of them can be imported, both ways.
        checked(&import(&format!("@{group}")).unwrap());
        checked(&import(&format!("~@{group}")).unwrap());
    }
    let service = groups::members("system-service").unwrap();
    assert!(service.contains(&"setuid") && service.contains(&"clone3") && !service.contains(&"mount"));
}

#[test]
fn lines_add_and_take_away_in_order() {
    assert_eq!(
        allowed("SystemCallFilter=read write\nSystemCallFilter=~write\nSystemCallFilter=close").0,
        ["read", "close"]
    );
    assert_eq!(allowed("SystemCallFilter=read\nSystemCallFilter=~read\nSystemCallFilter=read").0, ["read"]);
    assert_eq!(allowed("SystemCallFilter=~read\nSystemCallFilter=\nSystemCallFilter=write").0, ["write"]);
    assert_eq!(allowed("SystemCallFilter=@timer times\nSystemCallFilter=~@timer\nSystemCallFilter=read").0, ["read"]);
    let text = "SystemCallFilter=~acct syslog\nSystemCallFilter=acct\nSystemCallErrorNumber=EPERM\n";
    means(import(text), "danger { default ALLOW; } ERRNO(EPERM) syslog;");
}

#[test]
fn a_call_can_have_an_error_of_its_own() {
    means(
        import("~acct:EACCES syslog:38 swapon:kill"),
        "danger { default ALLOW; } ERRNO(EACCES) acct; ERRNO(ENOSYS) syslog; KILL swapon;",
    );
    let text = "SystemCallFilter=read write:EACCES\n";
    assert_eq!(allowed(text).0, ["read"]);
    assert_eq!(told(text), "1:1: \"write:EACCES\" stands in a list of what is allowed: it is denied with that error");
}

#[test]
fn what_becomes_stricter_is_noted() {
    let text = "[Service]\nSystemCallFilter=read brand_new_call chown32\nSystemCallArchitectures=native x86\n";
    assert_eq!(
        told(text),
        "2:1: no system call \"brand_new_call\" is known: it is left out\n3:1: calls by another ABI (x86) are violations here"
    );
    assert_eq!(allowed(text).0, ["read"]);
}

#[test]
fn what_could_permit_more_is_refused() {
    fails(
        import("~brand_new_call"),
        "1:1: unknown system call \"brand_new_call\", which is to be denied (it would be let through: take it out of the list if \
         you mean that)",
    );
    fails(
        import("~ptrase"),
        "1:1: unknown system call \"ptrase\", which is to be denied (did you mean `ptrace`? As it stands it would be let through)",
    );
    fails(import("@sistem-service"), "1:1: unknown group \"@sistem-service\" (did you mean `@system-service`?)");
    fails(
        import("[Service]\nSystemCallFilter=read\nMemoryDenyWriteExecute=yes\n"),
        "3:1: `MemoryDenyWriteExecute=` denies calls too, and is not imported (take the line out, and write rules for what it \
         denies)",
    );
    assert!(import("[Service]\nSystemCallFilter=read\nMemoryDenyWriteExecute=no\n").is_ok());
    for text in ["", "[Service]\n", "SystemCallFilter=read\nSystemCallFilter=\n"] {
        fails(
            import(text),
            "the policy: there is no `SystemCallFilter=`, or an empty one comes last (without a list systemd lets everything \
             through)",
        );
    }
}

#[test]
fn what_is_not_of_the_format_is_told_with_its_place() {
    fails(
        import("SystemCallFilter=read:EFOO"),
        "1:1: \"EFOO\" of \"read:EFOO\" is no error number (write a name like EPERM, a number from 1 to 4095, or `kill`)",
    );
    fails(
        import("[Service]\n\nSystemCallErrorNumber=0\nSystemCallFilter=read"),
        "3:1: \"0\" is no error number (write a name like EPERM, a number from 1 to 4095, or `kill`)",
    );
    fails(
        import("SystemCallFilter=read\nSystemCallArchitectures=x86_64"),
        "2:1: unknown architecture \"x86_64\" (did you mean `x86-64`?)",
    );
}

#[test]
fn hostile_texts_are_errors() {
    assert!(import(&"a".repeat(MOST_BYTES + 1)).unwrap_err().message.contains("longer than"));
    fails(import(&"@known ".repeat(400)), "1:1: more than 65536 words, groups counted (import a shorter list)");
    for text in ["~", "~~read", "\u{0}", "SystemCallFilter=~@", "~@:EPERM", "~:", "SystemCallFilter=\\", "=\n=\\\n\\"] {
        // Refused, or an empty list: nothing else, and no panic.
        if let Ok(imported) = import(text) {
            assert!(imported.def.items.len() <= 2, "{text:?}: {:?}", imported.def);
        }
    }
}
