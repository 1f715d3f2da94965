//! The groups name calls, arguments, constants and errors that exist, and permit nothing outright that needs a condition.
//!
//! This takes the sources apart into words, not into a tree: that they parse and mean what they say is tested with the
//! parser.

use sandbox2_policy::groups::{group, groups};
use sandbox2_policy::{Arch, tables};

/// One statement of a group.
struct Statement {
    /// The architectures it holds on.
    arches: Vec<Arch>,
    fallback: bool,
    action: String,
    /// The calls it names, each with whether `?` follows.
    calls: Vec<(String, bool)>,
    /// The words of its condition; empty if it has none.
    condition: Vec<String>,
}

fn statements(source: &str) -> Vec<Statement> {
    let code: String =
        source.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned() + "\n").collect();
    let mut arches = Arch::ALL.to_vec();
    let mut found = Vec::new();
    for piece in code.split_inclusive([';', '{', '}']) {
        let mut words = words(piece);
        match words.pop().as_deref() {
            Some(";") => found.push(statement(&words, &arches)),
            Some("{") => arches = vec![Arch::from_name(&words[2]).expect("an architecture")],
            Some("}") => arches = Arch::ALL.to_vec(),
            None => {}
            Some(other) => panic!("`{other}` ends no statement"),
        }
    }
    found
}

/// Names, numbers, and each other character by itself.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    for c in text.chars() {
        let word = c.is_ascii_alphanumeric() || c == '_';
        match words.last_mut() {
            Some(last) if inside && word => last.push(c),
            _ if !c.is_whitespace() => words.push(c.to_string()),
            _ => {}
        }
        inside = word;
    }
    words
}

fn statement(words: &[String], arches: &[Arch]) -> Statement {
    let fallback = words[0] == "fallback";
    let words = &words[usize::from(fallback)..];
    let (action, rest) = match words[0].as_str() {
        "ERRNO" => (words[2].clone(), &words[4..]),
        "ALLOW" => ("ALLOW".to_owned(), &words[1..]),
        other => panic!("no action `{other}`"),
    };
    let condition = rest.iter().position(|word| word == "if").unwrap_or(rest.len());
    let calls = rest[..condition].split(|word| word == ",");
    let calls = calls.map(|call| match call {
        [name] => (name.clone(), false),
        [name, mark] if mark == "?" => (name.clone(), true),
        other => panic!("{other:?} is no call"),
    });
    Statement {
        arches: arches.to_vec(),
        fallback,
        action,
        calls: calls.collect(),
        condition: rest.iter().skip(condition + 1).cloned().collect(),
    }
}

/// Every statement of every group, with the group's name.
fn all() -> Vec<(&'static str, Statement)> {
    groups().iter().flat_map(|group| statements(group.source).into_iter().map(|found| (group.name, found))).collect()
}

#[test]
fn groups_are_found_by_name_and_begin_with_what_they_are_for() {
    assert!(groups().is_sorted_by(|a, b| a.name < b.name));
    for found in groups() {
        assert_eq!(group(found.name).map(|group| group.source), Some(found.source));
        assert!(found.source.starts_with("// "), "{}", found.name);
        assert!(!found.summary.is_empty() && !statements(found.source).is_empty(), "{}", found.name);
    }
    assert!(group("startup").is_none());
}

#[test]
fn groups_name_calls_that_exist_and_mark_those_that_some_architecture_lacks() {
    for (group, statement) in all() {
        for (name, marked) in &statement.calls {
            let call = tables::syscall(name).unwrap_or_else(|| panic!("{group}: no call {name}"));
            assert_eq!(call.numbers.contains(&None), *marked, "{group}: {name}");
            assert!(statement.arches.iter().any(|arch| call.number(*arch).is_some()), "{group}: {name}");
        }
    }
}

#[test]
fn groups_compare_arguments_of_the_call_with_constants_of_its_architectures() {
    for (group, statement) in all().iter().filter(|(_, statement)| !statement.condition.is_empty()) {
        let [(call, _)] = &statement.calls[..] else {
            panic!("{group}: a condition on several calls");
        };
        let call = tables::syscall(call).expect("a call");
        for word in statement.condition.iter().filter(|word| *word != "in" && *word != "NULL") {
            let first = word.chars().next().expect("a word");
            for arch in &statement.arches {
                if first.is_ascii_uppercase() {
                    let constant = tables::constant(word).unwrap_or_else(|| panic!("{group}: no constant {word}"));
                    assert!(constant.values[arch.index()].is_some(), "{group}: {word} on {}", arch.name());
                } else if first.is_ascii_lowercase() {
                    let args = call.args(*arch).expect("a prototype");
                    assert!(args.iter().any(|arg| arg.name == word), "{group}: {}.{word}", call.name);
                }
            }
        }
    }
}

#[test]
fn groups_return_errors_that_exist_and_only_as_fallbacks() {
    for (group, statement) in all() {
        let error = statement.action != "ALLOW";
        assert!(!error || tables::errno(&statement.action).is_some(), "{group}: {}", statement.action);
        assert_eq!(error, statement.fallback, "{group}: a plain error would quarrel with what a policy adds");
    }
}

#[test]
fn groups_permit_nothing_outright_that_needs_a_condition() {
    let conditional = [
        "mmap",
        "mprotect",
        "pkey_mprotect",
        "mremap",
        "madvise",
        "prctl",
        "arch_prctl",
        "ioctl",
        "fcntl",
        "futex",
        "prlimit64",
    ];
    let never = [
        "ptrace",
        "bpf",
        "clone",
        "clone3",
        "fork",
        "vfork",
        "unshare",
        "setns",
        "execve",
        "execveat",
        "mount",
        "socket",
        "connect",
        "kill",
        "tkill",
        "tgkill",
        "seccomp",
        "io_uring_setup",
        "process_vm_writev",
        "userfaultfd",
        "memfd_create",
        "setrlimit",
        "personality",
        "open_by_handle_at",
        "creat",
        "openat2",
    ];
    for (group, statement) in all().iter().filter(|(_, statement)| statement.action == "ALLOW") {
        for (name, _) in &statement.calls {
            assert!(!never.contains(&name.as_str()), "{group}: {name}");
            assert!(!conditional.contains(&name.as_str()) || !statement.condition.is_empty(), "{group}: {name}");
            assert!(name != "openat" || *group == "dynamic_startup", "{group}: {name}");
        }
    }
}

#[test]
fn only_the_loader_and_map_exec_map_code() {
    for (group, statement) in
        all().iter().filter(|(_, statement)| statement.condition.contains(&"PROT_EXEC".to_owned()))
    {
        assert!(["dynamic_startup", "map_exec"].contains(group), "{group}");
        let written = ["PROT_WRITE", "MAP_ANONYMOUS", "MAP_SHARED"];
        assert!(written.iter().all(|word| !statement.condition.contains(&(*word).to_owned())), "{group}");
    }
    for (group, statement) in all() {
        let maps = statement.calls.iter().any(|(name, _)| ["mmap", "mprotect"].contains(&name.as_str()));
        assert!(!maps || statement.condition[0] == "prot", "{group}: every mapping says its protection first");
    }
}
