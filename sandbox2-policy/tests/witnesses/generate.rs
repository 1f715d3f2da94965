//! Random policies as text: every statement of the language that decides about calls.

use std::fmt::Write as _;

use sandbox2_policy::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::meaning::{Cond, Meaning, Value, Width};
use sandbox2_policy::syntax::Import;
use sandbox2_policy::tables::{self, Arg, Syscall};

use crate::dice::Dice;

/// A policy's text, and the text of the one that it imports as `OTHER`.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) policy: String,
    pub(crate) other: Option<String>,
}

impl Text {
    pub(crate) fn imports(&self) -> Vec<Import> {
        let import = |tokens: &String| Import {
            identity: "other".to_owned(),
            imports: Vec::new(),
            tokens: tokens.parse().expect("tokens"),
        };
        self.other.iter().map(import).collect()
    }
}

/// Calls that rules are made for: of every width and sign, some on one architecture only, some dangerous with some arguments.
const CALLS: [&str; 24] = [
    "read",
    "write",
    "lseek",
    "mprotect",
    "mmap",
    "fcntl",
    "ioctl",
    "openat",
    "fchmod",
    "clone",
    "prctl",
    "socket",
    "futex",
    "kill",
    "setpriority",
    "fallocate",
    "sync_file_range",
    "open",
    "fork",
    "arch_prctl",
    "riscv_hwprobe",
    "madvise",
    "personality",
    "copy_file_range",
];
const GROUPS: [&str; 8] = ["time", "exit", "signals", "stat", "unlink", "get_pids", "sleep", "system_malloc"];
const ACTIONS: [&str; 9] =
    ["ALLOW", "ALLOW", "ALLOW", "KILL", "ERRNO(EACCES)", "ERRNO(4095)", "TRAP(7)", "LOG", "NOTIFY"];

/// A random policy.
pub(crate) fn policy(dice: &mut Dice) -> Text {
    let mut text = String::new();
    let mut names = CALLS.to_vec();
    let other = dice.one_in(4).then(|| {
        let mut text = String::new();
        for _ in 0..1 + dice.below(3) {
            let name = names.swap_remove(dice.below(names.len()));
            statement(&mut text, dice, name, &[]);
        }
        text
    });
    let default = dice.pick(&["KILL", "KILL", "KILL", "ERRNO(EPERM)", "TRAP(3)", "LOG", "NOTIFY", "ALLOW"]);
    if default == "ALLOW" {
        text.push_str("danger { default ALLOW; }\n");
    } else {
        writeln!(text, "default {default};").expect("a string takes text");
    }
    if dice.one_in(4) {
        text.push_str(dice.pick(&["baseline linux(5.10);\n", "baseline linux(6.6);\n", "baseline linux(4.14);\n"]));
    }
    let slots: &[&str] = if dice.one_in(4) { &["number"] } else { &[] };
    if !slots.is_empty() {
        text.push_str("slot number: i32;\n");
    }
    if dice.one_in(3) {
        writeln!(text, "use {};", dice.pick(&GROUPS)).expect("a string takes text");
    }
    let mut used = Vec::new();
    for _ in 0..1 + dice.below(6) {
        let name = names.swap_remove(dice.below(names.len()));
        used.push(name);
        statement(&mut text, dice, name, slots);
    }
    if other.is_some() {
        text.push_str("use OTHER;\n");
        if dice.one_in(3) {
            text.push_str("override ERRNO(EBUSY) write?, read?;\n");
        }
    }
    if dice.one_in(6) {
        writeln!(text, "override ERRNO(EIO) {}{};", mark(used[0]), condition_of(dice, used[0], slots))
            .expect("a string takes text");
    }
    if dice.one_in(6) {
        writeln!(text, "restrict {{ KILL {}{}; }}", mark(used[0]), condition_of(dice, used[0], slots))
            .expect("a string takes text");
    }
    if dice.one_in(5) {
        writeln!(text, "hot {};", used[..used.len().min(2)].join(", ")).expect("a string takes text");
    }
    if dice.one_in(8) {
        writeln!(text, "syscall {} {{ arg0: u32 == 3 => ALLOW, _ => ERRNO(ENOSYS), }}", 600 + dice.below(40))
            .expect("a string takes text");
    }
    if dice.one_in(8) {
        text.push_str("limit instructions <= 4000;\nlimit path <= 400;\n");
    }
    Text { policy: text, other }
}

fn find(name: &str) -> &'static Syscall {
    tables::syscall(name).unwrap_or_else(|| panic!("no call {name}"))
}

/// The name as a statement for all architectures has it.
fn mark(name: &str) -> String {
    let everywhere = Arch::ALL.iter().all(|arch| find(name).number(*arch).is_some());
    format!("{name}{}", if everywhere { "" } else { "?" })
}

fn args(name: &str) -> &'static [Arg] {
    Arch::ALL.iter().find_map(|arch| find(name).args(*arch)).unwrap_or(&[])
}

fn statement(text: &mut String, dice: &mut Dice, name: &str, slots: &[&str]) {
    let action = dice.pick(&ACTIONS);
    let call = mark(name);
    let line = match dice.below(8) {
        0 | 1 => format!("{action} {call};"),
        2 | 3 => format!("{action} {call}{};", condition_of(dice, name, slots)),
        4 if !call.ends_with('?') => {
            let arch = dice.pick(&Arch::ALL).name();
            format!("if arch {arch} {{ {action} {call}{}; }}", condition_of(dice, name, slots))
        }
        5 if !call.ends_with('?') => block(dice, name),
        _ => {
            let mut arms = String::new();
            for _ in 0..1 + dice.below(3) {
                let condition = condition_of(dice, name, slots);
                let condition = condition.strip_prefix(" if ").unwrap_or("_");
                if condition != "_" {
                    write!(arms, "{condition} => {}, ", dice.pick(&ACTIONS)).expect("a string takes text");
                }
            }
            format!("{call} {{ {arms}_ => {action}, }}")
        }
    };
    writeln!(text, "{line}").expect("a string takes text");
}

/// A block of two comparisons in the notation of `bpf_helper`.
fn block(dice: &mut Dice, name: &str) -> String {
    let numbers: Vec<usize> = (0..args(name).len()).filter(|index| bits(&args(name)[*index]) > 0).collect();
    if numbers.is_empty() {
        return format!("ALLOW {name};");
    }
    let at = dice.pick(&numbers);
    let wide = bits(&args(name)[at]) == 64;
    let (load, suffix) = if wide { ("ARG", "") } else { ("ARG_32", "32") };
    let mut value = || value(dice, 31, false);
    let (first, second) = (value(), value());
    let (a, b) = (dice.pick(&["JEQ", "JNE", "JGT", "JGE", "JLT", "JLE"]), dice.pick(&["JEQ", "JGT", "JLE"]));
    let (verdict, last) =
        (dice.pick(&["ALLOW", "KILL", "ERRNO(EPERM)", "TRACE"]), dice.pick(&["ALLOW", "KILL", "TRAP(2)"]));
    format!(
        "bpf {name} {{ {load}({at}); {a}{suffix}({first}, JUMP(l)); {b}{suffix}({second}, {verdict}); {last}; LABEL(l); {verdict}; }}"
    )
}

/// How many bits of it count; none of a pointer's.
fn bits(arg: &Arg) -> u32 {
    match (arg.pointer, arg.effective(), arg.width) {
        (true, ..) => 0,
        (_, Some(_), _) => 16,
        (.., Width::W32) => 32,
        (.., Width::W64) => 64,
    }
}

fn condition_of(dice: &mut Dice, name: &str, slots: &[&str]) -> String {
    if args(name).is_empty() {
        return String::new();
    }
    format!(" if {}", condition(dice, args(name), slots, 2))
}

fn condition(dice: &mut Dice, args: &[Arg], slots: &[&str], depth: usize) -> String {
    if depth > 0 && dice.one_in(3) {
        let mut part = || format!("({})", condition(dice, args, slots, depth - 1));
        let (left, right) = (part(), part());
        return match dice.below(5) {
            0 => format!("!{left}"),
            1 | 2 => format!("{left} && {right}"),
            _ => format!("{left} || {right}"),
        };
    }
    let arg = &args[dice.below(args.len())];
    let name = arg.name;
    let (bits, signed) = (bits(arg), arg.signed);
    if bits == 0 {
        return format!("{name} {} NULL", dice.pick(&["==", "!="]));
    }
    if !slots.is_empty() && bits == 32 && dice.one_in(3) {
        return format!("{name} == number");
    }
    let value = |dice: &mut Dice| value(dice, bits, signed);
    match dice.below(6) {
        0 => {
            let mask = dice.pick(&[1_i128, 3, 4, 0xff, 0x7e02, 0x80]);
            let number = value(dice).rem_euclid(256) & mask;
            format!("{name} & {mask:#x} {} {number:#x}", dice.pick(&["==", "!="]))
        }
        1 => {
            let values: Vec<_> = (0..1 + dice.below(4)).map(|_| value(dice).to_string()).collect();
            format!("{name} in [{}]", values.join(", "))
        }
        2 => {
            let (a, b) = (value(dice), value(dice));
            format!("{name} in {}..={}", a.min(b), a.max(b))
        }
        _ => format!("{name} {} {}", dice.pick(&["==", "!=", "<", "<=", ">", ">="]), value(dice)),
    }
}

fn value(dice: &mut Dice, bits: u32, signed: bool) -> i128 {
    let top = 1_i128 << bits.min(64);
    let small = dice.pick(&[0_i128, 1, 2, 3, 5, 9, 0x1000, 0x5401, 0x4000_0000]) % top;
    match dice.below(8) {
        0 => top / 2 - 1,
        1 if signed => -top / 2,
        1 => top - 1,
        2 if signed => -1 - small % (top / 2),
        3 if bits == 64 => small << 32 & (top / 2 - 1),
        _ if signed => small % (top / 2),
        _ => small,
    }
}

/// Calls to try the policy with: of each number with rules, the values that its rules compare with and their neighbours, with and
/// without bits in upper halves; numbers without rules; foreign ones.
pub(crate) fn calls(dice: &mut Dice, meaning: &Meaning, each: usize) -> Vec<SeccompData> {
    let arch = meaning.arch.audit();
    let mut calls = Vec::new();
    for call in meaning.calls.iter() {
        let mut values: [Vec<u64>; 6] = std::array::from_fn(|_| vec![0, 1, u64::MAX]);
        for rule in call.rules.iter() {
            collect(&rule.cond, &mut values);
        }
        for _ in 0..each {
            let args = std::array::from_fn(|index| {
                let near = dice.pick(&values[index]).wrapping_add(dice.pick(&[0, 0, 0, 0, 1, u64::MAX]));
                near ^ dice.pick(&[0, 0, 0, 1 << 32, 0xffff_ffff_0000_0000, 1 << 63, 1 << 31])
            });
            calls.push(SeccompData { nr: call.nr, arch, instruction_pointer: dice.roll(), args });
        }
    }
    for nr in [0, 1, 39, 59, 221, 281, 322, 435, 448, 468, 469, 470, 511, 600, 1023, 0x3fff_ffff, 0x4000_0001, u32::MAX]
    {
        calls.push(SeccompData { nr, arch, instruction_pointer: 0, args: [dice.roll(); 6] });
    }
    for foreign in [0, 0x4000_0003, 0xc000_003e, 0xc000_00b7, 0xc000_00f3, 0x4000_0028] {
        calls.push(SeccompData { nr: 1, arch: foreign, instruction_pointer: 0, args: [1; 6] });
    }
    calls
}

fn collect(cond: &Cond, into: &mut [Vec<u64>; 6]) {
    match cond {
        Cond::True => {}
        Cond::Cmp(cmp) => {
            for value in [Some(cmp.value), cmp.mask].into_iter().flatten() {
                if let Value::Known(value) = value {
                    into[usize::from(cmp.arg)].push(value);
                }
            }
        }
        Cond::Not(list) | Cond::All(list) | Cond::Any(list) => list.iter().for_each(|part| collect(part, into)),
    }
}
