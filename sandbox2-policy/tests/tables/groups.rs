//! The groups name calls, arguments, constants and errors that exist, and permit nothing outright that needs a condition.
//!
//! This takes the sources apart into words, not into a tree: that they parse and mean what they say is tested with the
//! parser.

use sandbox2_policy::groups::{Group, group, groups};
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
            Some(";") if words[0] == "use" => {
                let names = words[1..].iter().filter(|word| *word != ",");
                found.extend(names.flat_map(|name| statements(group(name).expect("a group").source)));
            }
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
        "TRAP" => ("TRAP".to_owned(), &words[4..]),
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
    groups().iter().flat_map(|group| statements(&group.rules()).into_iter().map(|found| (group.name, found))).collect()
}

/// The groups that let that call through, perhaps under a condition.
pub(crate) fn groups_with(call: &str) -> Vec<&'static str> {
    let mut found: Vec<&str> = all()
        .into_iter()
        .filter(|(_, statement)| statement.action == "ALLOW" && statement.calls.iter().any(|(name, _)| name == call))
        .map(|(group, _)| group)
        .collect();
    found.dedup();
    found
}

#[test]
fn groups_are_found_by_name_and_begin_with_what_they_are_for() {
    assert!(groups().is_sorted_by(|a, b| a.name < b.name));
    for found in groups() {
        assert_eq!(group(found.name).map(|group| group.source), Some(found.source));
        assert!(found.source.starts_with("// "), "{}", found.name);
        assert!(!found.summary.is_empty() && !statements(&found.rules()).is_empty(), "{}", found.name);
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
        // Connecting is what the proxy is there for.
        if group.starts_with("network_proxy") {
            continue;
        }
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
    // What no group grants that is not for just that.
    let never = [
        "ptrace",
        "clone3",
        "unshare",
        "setns",
        "execve",
        "execveat",
        "mount",
        "connect",
        "seccomp",
        "io_uring_setup",
        "process_vm_readv",
        "process_vm_writev",
        "userfaultfd",
        "memfd_create",
        "personality",
        "open_by_handle_at",
        "openat2",
    ];
    let only: [(&str, &[&str]); 11] = [
        ("socket", &["network_proxy", "network_proxy_handler"]),
        ("bpf", &["safe_bpf"]),
        ("fork", &["fork"]),
        ("vfork", &["fork"]),
        ("clone", &["fork", "threads", "tokio"]),
        ("kill", &["kill", "log_forwarding"]),
        ("tkill", &["kill"]),
        ("tgkill", &["kill", "llvm_sanitizers", "rust_panic"]),
        ("setrlimit", &["set_rlimit"]),
        ("creat", &["open"]),
        ("openat", &["open", "dynamic_startup", "llvm_coverage", "llvm_sanitizers"]),
    ];
    for (group, statement) in all().iter().filter(|(_, statement)| statement.action == "ALLOW") {
        for (name, _) in &statement.calls {
            assert!(!never.contains(&name.as_str()), "{group}: {name}");
            assert!(!conditional.contains(&name.as_str()) || !statement.condition.is_empty(), "{group}: {name}");
            let narrow = only.iter().find(|(call, _)| call == name);
            assert!(narrow.is_none_or(|(_, groups)| groups.contains(group)), "{group}: {name}");
        }
    }
}

#[test]
fn only_the_loader_and_map_exec_map_code() {
    let executable = |statement: &Statement| {
        let condition = statement.condition.join(" ");
        condition.contains("PROT_EXEC") && !condition.contains("PROT_EXEC = = 0")
    };
    for (group, statement) in all().iter().filter(|(_, statement)| executable(statement)) {
        assert!(
            ["dynamic_startup", "llvm_sanitizers", "map_exec", "mmap", "mprotect", "pkey_mprotect"].contains(group),
            "{group}"
        );
        let written = ["PROT_WRITE", "MAP_ANONYMOUS", "MAP_SHARED"];
        assert!(written.iter().all(|word| !statement.condition.contains(&(*word).to_owned())), "{group}");
    }
    for (group, statement) in all() {
        let maps = statement.calls.iter().any(|(name, _)| ["mmap", "mprotect"].contains(&name.as_str()));
        assert!(!maps || statement.condition[0] == "prot", "{group}: every mapping says its protection first");
    }
}

/// A policy that uses these groups, and what is wrong with it.
fn checked(groups: &[&str]) -> (sandbox2_policy::check::CheckedPolicy, Vec<String>) {
    let text = format!("use {};", groups.join(", "));
    let parsed = sandbox2_policy::syntax::parse(text.parse().expect("tokens"));
    let mut problems = sandbox2_policy::problem::Problems::default();
    for problem in parsed.problems {
        problems.push(problem);
    }
    let resolved = sandbox2_policy::resolve::resolve(&parsed.def, &mut problems);
    let checked = sandbox2_policy::check::check(resolved, &mut problems);
    let missing = checked.missing().iter().map(|(_, problem)| problem.message.clone());
    let mistakes = problems.into_vec().into_iter().map(|problem| problem.message).chain(missing).collect();
    (checked, mistakes)
}

fn mistakes(groups: &[&str]) -> Vec<String> {
    checked(groups).1
}

/// The rules of a group on one architecture, as they take effect; calls that are treated alike on one line.
fn members(group: &Group, arch: Arch) -> Vec<String> {
    let policy = checked(&[&group.whole()]).0;
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for call in policy.meaning(arch).calls.iter() {
        let name = tables::syscall_by_number(arch, call.nr).map_or("", |call| call.name);
        for rule in call.rules.iter() {
            let origin = &policy.origins()[usize::from(rule.origin.0)];
            if origin.group.as_deref() != Some(group.name) {
                continue;
            }
            let (before, after) = origin.text.split_once(name).expect("a rule names its call");
            let after = after.trim_start_matches('?').trim_end_matches(';');
            let form = format!("{before}…{after}");
            match lines.iter_mut().find(|(known, _)| *known == form) {
                Some((_, names)) => names.push(name.to_owned()),
                None => lines.push((form, vec![name.to_owned()])),
            }
        }
    }
    lines.into_iter().map(|(form, names)| form.replacen('…', &names.join(", "), 1)).collect()
}

/// What the documentation says of the groups is made of the groups. `BLESS=1` writes it.
#[test]
fn the_page_about_groups_is_true() {
    let mut page = String::from(
        "# Groups\n\nNamed sets of rules for what programs need: `use time, exit;`. Each is a tested fact: a program that needs \
         the group\nruns with it and fails without it. This page is made from the groups themselves by a test.\n",
    );
    for group in groups() {
        page.push_str(&format!("\n## {}\n\n", group.name));
        for line in group.source.lines().map_while(|line| line.strip_prefix("//")) {
            page.push_str(line.strip_prefix(' ').unwrap_or(line));
            page.push('\n');
        }
        let by_arch = Arch::ALL.map(|arch| members(group, arch));
        let mut arches: Vec<Arch> = Arch::ALL.to_vec();
        while let Some(first) = arches.first().copied() {
            let (same, others): (Vec<Arch>, Vec<Arch>) =
                arches.iter().partition(|arch| by_arch[arch.index()] == by_arch[first.index()]);
            let names: Vec<&str> = same.iter().map(|arch| arch.name()).collect();
            page.push_str(&format!("\nOn {}:\n\n", names.join(", ")));
            for line in &by_arch[first.index()] {
                page.push_str(&format!("- `{line}`\n"));
            }
            arches = others;
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/GROUPS.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "docs/GROUPS.md is stale: BLESS=1 cargo test -p sandbox2-policy --test tables");
}

#[test]
fn every_group_goes_with_every_other() {
    let names: Vec<String> = groups().iter().map(Group::whole).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(mistakes(&names), Vec::<String>::new(), "all together");
    for (index, one) in names.iter().enumerate() {
        assert_eq!(mistakes(&[one]), Vec::<String>::new(), "{one}");
        for other in &names[index + 1..] {
            assert_eq!(mistakes(&[one, other]), Vec::<String>::new(), "{one} and {other}");
        }
    }
}
