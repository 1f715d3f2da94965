//! What is printed parses to what was printed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "dice/mod.rs"]
mod dice;

use dice::Dice;
use sandbox2_policy::ast::PolicyDef;
use sandbox2_policy::print::print;
use sandbox2_policy::syntax::{Import, parse, parse_with};

/// The definition without the places of its nodes.
fn shape(def: &PolicyDef) -> String {
    let text = format!("{def:?}");
    let mut parts = text.split("NodeId(");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once(')').map_or("", |(_, rest)| rest))
}

fn parsed(text: &str) -> PolicyDef {
    let parsed = parse(text.parse().unwrap_or_else(|error| panic!("{error}: {text}")));
    assert!(parsed.problems.is_empty(), "{text}\n{:?}", parsed.problems);
    parsed.def
}

/// Prints the text's definition, and holds it against what that parses to. Printing it again gives the same.
fn round(text: &str) -> String {
    let def = parsed(text);
    let printed = print(&def);
    let again = parsed(&printed);
    assert_eq!(shape(&again), shape(&def), "{text}\n{printed}");
    assert_eq!(print(&again), printed);
    assert!(printed.lines().all(|line| line.chars().count() <= 130), "{printed}");
    printed
}

#[test]
fn every_policy_of_the_repository_is_printed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policies");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "policy") {
            round(&std::fs::read_to_string(path).unwrap());
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen}");
}

#[test]
fn a_policy_is_printed_as_people_write_it() {
    let text = "default KILL; use static_startup, time; danger { ALLOW ptrace; ALLOW mount; } \
                write { fd == 1 || fd == 2 => ALLOW, _ => ERRNO(EBADF), } if arch x86_64 { danger { ALLOW iopl; } } \
                override { ALLOW mmap if prot & (PROT_EXEC | PROT_WRITE) == 0; } dir rw \"/a\\\"b\" as \"/c\"; tmpfs \"/t\" size 16M; \
                bpf mprotect { ARG_32(2); JNE32(PROT_READ | PROT_WRITE, KILL); JA32(1, JUMP(on)); LABEL(on); ALLOW; }";
    assert_eq!(
        round(text),
        r#"default KILL;
use static_startup, time;
danger {
    ALLOW ptrace;
    ALLOW mount;
}
write {
    fd == 1 || fd == 2 => ALLOW,
    _ => ERRNO(EBADF),
}
if arch x86_64 {
    danger {
        ALLOW iopl;
    }
}
override {
    ALLOW mmap if prot & (PROT_EXEC | PROT_WRITE) == 0;
}
dir rw "/a\"b" as "/c";
tmpfs "/t" size 16M;
bpf mprotect {
    ARG_32(2);
    JNE32(PROT_READ | PROT_WRITE, KILL);
    JA32(1, JUMP(on));
    LABEL(on);
    ALLOW;
}
"#
    );
}

#[test]
fn policies_that_are_imported_are_printed_as_they_are_named() {
    let import =
        |tokens: &str| Import { identity: tokens.to_owned(), imports: Vec::new(), tokens: tokens.parse().unwrap() };
    let imports = || vec![import("ALLOW read;"), import("danger { ALLOW ptrace; }"), import("default KILL;")];
    let text = "use crate::policies::LOGGING, exit;\nrestrict super::CEILING;\nuse OTHER;\nALLOW write;";
    let def = parse_with(text.parse().unwrap(), imports()).def;
    let printed = print(&def);
    assert_eq!(
        printed,
        "use crate::policies::LOGGING;\nuse exit;\nrestrict super::CEILING;\nuse OTHER;\nALLOW write;\n"
    );
    let again = parse_with(printed.parse().unwrap(), imports());
    assert!(again.problems.is_empty(), "{:?}", again.problems);
    assert_eq!(shape(&again.def), shape(&def));
}

const CALLS: [&str; 9] =
    ["read", "write", "open?", "openat", "mmap", "syscall 9000", "futex_waitv", "no_such_call", "arch_prctl?"];
const NUMBERS: [&str; 8] = ["0", "-1", "0x1f", "0b101", "1_000", "7u32", "18446744073709551615", "-0o17i64"];
const NAMES: [&str; 5] = ["PROT_READ", "AT_FDCWD", "FUTEX_CMD_MASK", "log_fd", "NULL"];

/// Writes random policies: every statement of the language, whether it makes sense or not.
struct Author(Dice);

impl Author {
    fn value(&mut self, depth: u32) -> String {
        match self.0.below(8) {
            0 => "{ crate::LIMIT + 1 }".to_owned(),
            1 if depth > 0 => format!("{} | {}", self.single(depth - 1), self.single(depth - 1)),
            _ => self.single(depth),
        }
    }

    fn single(&mut self, depth: u32) -> String {
        match self.0.below(6) {
            0 if depth > 0 => format!("({})", self.value(depth - 1)),
            1..=2 => self.0.pick(&NAMES).to_owned(),
            _ => self.0.pick(&NUMBERS).to_owned(),
        }
    }

    fn action(&mut self) -> String {
        match self.0.below(7) {
            0 => format!("ERRNO({})", self.value(1)),
            1 => format!("TRAP({})", self.0.pick(&NUMBERS)),
            other => ["ALLOW", "KILL", "LOG", "NOTIFY", "ERRNO(EPERM)"][other - 2].to_owned(),
        }
    }

    fn cond(&mut self, depth: u32) -> String {
        let join = |this: &mut Author, word: &str| {
            let parts: Vec<String> = (0..2 + this.0.below(3))
                .map(|_| {
                    let cond = this.cond(depth - 1);
                    if this.0.one_in(2) { format!("({cond})") } else { cond }
                })
                .collect();
            parts.join(word)
        };
        match self.0.below(7) {
            0 if depth > 0 => join(self, " && "),
            1 if depth > 0 => join(self, " || "),
            2 if depth > 0 => format!("{}({})", self.0.pick(&["!", "!!", "!!!"]), self.cond(depth - 1)),
            _ => {
                let arg = self.0.pick(&["fd", "prot", "arg5", "type", "in_fd"]);
                let ty = self.0.pick(&["", "", ": u32", ": i64"]);
                let mask = if self.0.one_in(3) { format!(" & {}", self.single(2)) } else { String::new() };
                match self.0.below(4) {
                    0 => {
                        let values: Vec<String> = (0..1 + self.0.below(30)).map(|_| self.value(1)).collect();
                        format!("{arg}{ty}{mask} in [{}]", values.join(", "))
                    }
                    1 => format!("{arg}{ty}{mask} in {}..={}", self.value(1), self.value(1)),
                    _ => {
                        let op = self.0.pick(&["==", "!=", "<", "<=", ">", ">="]);
                        format!("{arg}{ty}{mask} {op} {}", self.value(2))
                    }
                }
            }
        }
    }

    fn calls(&mut self) -> String {
        let calls: Vec<&str> = (0..1 + self.0.below(14)).map(|_| self.0.pick(&CALLS)).collect();
        calls.join(", ")
    }

    fn instruction(&mut self) -> String {
        let target = |this: &mut Author| if this.0.one_in(2) { "JUMP(there)".to_owned() } else { this.action() };
        match self.0.below(7) {
            0 => "LOAD_ARCH".to_owned(),
            1 => "LOAD_SYSCALL_NR".to_owned(),
            2 => self.0.pick(&["ARG(0)", "ARG_32(5)", "ARG(fd)"]).to_owned(),
            3 => self.0.pick(&["JUMP(there)", "LABEL(there)", "TRACE"]).to_owned(),
            4 => self.action(),
            _ => {
                let name = self.0.pick(&["JEQ", "JNE32", "JGT", "JGE32", "JLT", "JLE32", "JA", "JA32"]);
                format!("{name}({}, {})", self.value(2), target(self))
            }
        }
    }

    fn rule(&mut self) -> String {
        match self.0.below(5) {
            0 => format!("{} {};", self.action(), self.calls()),
            1..=2 => format!("{} {} if {};", self.action(), self.calls(), self.cond(3)),
            3 => {
                let arms: Vec<String> =
                    (0..1 + self.0.below(3)).map(|_| format!("{} => {}", self.cond(2), self.action())).collect();
                format!("{} {{ {}, _ => {} }}", self.0.pick(&CALLS), arms.join(", "), self.action())
            }
            _ => {
                let insns: Vec<String> = (0..1 + self.0.below(5)).map(|_| self.instruction() + ";").collect();
                format!("bpf {} {{ {} }}", self.0.pick(&CALLS), insns.join(" "))
            }
        }
    }

    fn statement(&mut self, depth: u32) -> String {
        let many = |this: &mut Author, rules: bool| -> String {
            let one = |this: &mut Author| if rules { this.rule() } else { this.statement(depth - 1) };
            (0..1 + this.0.below(3)).map(|_| one(this) + " ").collect()
        };
        match self.0.below(20) {
            0 if depth > 0 => format!("danger {{ {} }}", self.within(depth)),
            1 if depth > 0 => {
                format!("if arch {} {{ {} }}", self.0.pick(&["x86_64", "riscv64, x86_64"]), self.within(depth))
            }
            2 if depth == 2 => format!("{} {{ {} }}", self.0.pick(&["override", "restrict"]), many(self, true)),
            3 => format!("{} {}", self.0.pick(&["override", "restrict"]), self.rule()),
            4 => self.0.pick(&["use time;", "use futex(WAIT, WAKE), exit;", "use sleep, time, exit;"]).to_owned(),
            5 => self.0.pick(&["use crate::policies::LOGGING;", "restrict CEILING;", "use ::a::B, exit;"]).to_owned(),
            6 => format!("baseline linux({}.{});", self.0.below(9), self.0.below(20)),
            7 => format!("limit {} <= {};", self.0.pick(&["path", "instructions"]), self.0.below(5000)),
            8 => "hot read, write, syscall 9001;".to_owned(),
            9 => "slot log_fd: i32;".to_owned(),
            10 => format!("tmpfs \"/t\" size {}{};", 1 + self.0.below(3000), self.0.pick(&["", "K", "M", "G", "T"])),
            11 => self
                .0
                .pick(&["file \"/\\u{e9}\\\"\\n\";", "dir rw \"/x\" as \"/y\";", "libraries \"/bin/sh\";"])
                .to_owned(),
            12 => self.0.pick(&["hostname \"h\";", "network none;", "network host;"]).to_owned(),
            13 => format!("default {};", self.action()),
            14 => format!("danger {{ default {}; }}", self.action()),
            _ => self.rule(),
        }
    }

    /// What can stand in a block.
    fn within(&mut self, depth: u32) -> String {
        match self.0.below(4) {
            0 if depth > 1 => format!("danger {{ {} }}", self.rule()),
            1 if depth > 1 => format!("if arch aarch64, x86_64 {{ {} {} }}", self.rule(), self.rule()),
            2 => format!("{} use time, exit;", self.rule()),
            _ => self.rule(),
        }
    }
}

#[test]
fn random_policies_are_printed_as_they_parse() {
    let mut author = Author(Dice::new(3));
    let mut statements = 0;
    for _ in 0..3000 {
        let count = 1 + author.0.below(8);
        let text: Vec<String> = (0..count).map(|_| author.statement(2)).collect();
        round(&text.join("\n"));
        statements += count;
    }
    assert!(statements > 10_000);
}
