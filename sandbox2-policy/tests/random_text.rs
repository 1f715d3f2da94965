//! Random policies as text, held against an evaluator of the text that shares nothing with the crate: neither its tables nor
//! its meaning. `SANDBOX2_RANDOM_POLICIES` says how many; 500 if it is not set.

use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::pipeline::build;
use sandbox2_policy::problem::Problems;
use sandbox2_policy::syntax::parse;

struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// How the kernel reads an argument: bits, and whether they are a signed number.
type Kind = (u32, bool);

/// Calls with their numbers on x86_64 and elsewhere, and their arguments as linux/syscalls.h and the kernel's code have them.
type Call = (&'static str, [u32; 2], &'static [(&'static str, Kind)]);

const CALLS: [Call; 7] = [
    ("write", [1, 64], &[("fd", (32, false)), ("buf", (0, false)), ("count", (64, false))]),
    ("lseek", [8, 62], &[("fd", (32, false)), ("offset", (64, true)), ("whence", (32, false))]),
    ("fchmod", [91, 52], &[("fd", (32, false)), ("mode", (16, false))]),
    (
        "openat",
        [257, 56],
        &[("dfd", (32, true)), ("filename", (0, false)), ("flags", (32, true)), ("mode", (16, false))],
    ),
    ("ioctl", [16, 29], &[("fd", (32, false)), ("cmd", (32, false)), ("arg", (64, false))]),
    ("clone", [56, 220], &[("clone_flags", (32, false)), ("newsp", (64, false))]),
    ("mprotect", [10, 226], &[("start", (64, false)), ("len", (64, false)), ("prot", (32, false))]),
];

#[derive(Clone)]
enum Cond {
    /// Argument, mask, operator, value.
    Cmp(usize, Option<i128>, &'static str, i128),
    List(usize, Option<i128>, Vec<i128>),
    Range(usize, i128, i128),
    Not(Box<Cond>),
    Join(bool, Vec<Cond>),
}

fn number(dice: &mut Dice, (bits, signed): Kind) -> i128 {
    let top = 1_i128 << bits;
    let small = dice.of(&[0, 1, 2, 3, 5, 7, 0x5412, 0x541c, 0x1000, 0x1000_0000]);
    let value = match dice.below(9) {
        0..=4 => small % top,
        5 => top / 2 - 1,
        6 if signed => -1,
        6 => top - 1,
        7 if signed => -top / 2,
        7 => top / 2,
        _ if signed => -small % (top / 2),
        _ => (1_i128 << 32) % top,
    };
    if signed && value >= top / 2 { value - top } else { value }
}

fn condition(dice: &mut Dice, call: &Call, depth: u32) -> Cond {
    if depth > 0 && dice.below(2) == 0 {
        if dice.below(4) == 0 {
            return Cond::Not(Box::new(condition(dice, call, depth - 1)));
        }
        let count = 2 + dice.below(2);
        return Cond::Join(dice.below(2) == 0, (0..count).map(|_| condition(dice, call, depth - 1)).collect());
    }
    let arg = loop {
        let arg = dice.below(call.2.len());
        if call.2[arg].1.0 != 0 || dice.below(3) == 0 {
            break arg;
        }
    };
    let kind = call.2[arg].1;
    if kind.0 == 0 {
        return Cond::Cmp(arg, None, dice.of(&["==", "!="]), 0);
    }
    let mask =
        (dice.below(3) == 0).then(|| dice.of(&[1_i128, 3, 4, 6, 0xff, 0x7fff, 0x7e02_0000]) & ((1 << kind.0) - 1));
    match (dice.below(4), mask) {
        (0, mask) => Cond::List(arg, mask, (0..1 + dice.below(3)).map(|_| masked(number(dice, kind), mask)).collect()),
        (1, None) => {
            let (a, b) = (number(dice, kind), number(dice, kind));
            Cond::Range(arg, a.min(b), a.max(b))
        }
        (_, Some(_)) => Cond::Cmp(arg, mask, dice.of(&["==", "!="]), masked(number(dice, kind), mask)),
        (_, None) => Cond::Cmp(arg, None, dice.of(&["==", "!=", "<", "<=", ">", ">="]), number(dice, kind)),
    }
}

fn masked(number: i128, mask: Option<i128>) -> i128 {
    mask.map_or(number, |mask| number & mask)
}

fn text(cond: &Cond, call: &Call, dice: &mut Dice) -> String {
    let name = |arg: usize, dice: &mut Dice| match (dice.below(3), call.2[arg].1) {
        (0, _) => format!("arg{arg}"),
        (1, (16 | 32, false)) => format!("{}: u32", call.2[arg].0),
        (1, (32, true)) => format!("{}: i32", call.2[arg].0),
        (1, (64, true)) => format!("{}: i64", call.2[arg].0),
        (1, (64, false)) => format!("{}: u64", call.2[arg].0),
        _ => call.2[arg].0.to_owned(),
    };
    let left = |arg, mask: &Option<i128>, dice: &mut Dice| match (mask, dice.below(2)) {
        (None, _) => name(arg, dice),
        (Some(mask), 0) => format!("({} & {mask:#x})", name(arg, dice)),
        (Some(mask), _) => format!("{} & {mask}", name(arg, dice)),
    };
    match cond {
        Cond::Cmp(arg, mask, op, value) if call.2[*arg].1.0 == 0 => {
            format!("{} {op} NULL{}", name(*arg, dice), if mask.is_some() || *value != 0 { "?" } else { "" })
        }
        Cond::Cmp(arg, mask, op, value) => format!("{} {op} {value}", left(*arg, mask, dice)),
        Cond::List(arg, mask, values) => {
            let values: Vec<_> = values.iter().map(i128::to_string).collect();
            format!("{} in [{}]", left(*arg, mask, dice), values.join(", "))
        }
        Cond::Range(arg, from, to) => format!("{} in {from}..={to}", name(*arg, dice)),
        Cond::Not(cond) => format!("!({})", text(cond, call, dice)),
        Cond::Join(all, parts) => {
            let parts: Vec<_> = parts
                .iter()
                .map(|part| match part {
                    // `&&` binds tighter, so only `||` inside `&&` needs parentheses.
                    Cond::Join(false, _) if *all => format!("({})", text(part, call, dice)),
                    _ => text(part, call, dice),
                })
                .collect();
            parts.join(if *all { " && " } else { " || " })
        }
    }
}

/// The number that the kernel sees.
fn seen(register: u64, (bits, signed): Kind) -> i128 {
    if bits == 0 {
        return register.into();
    }
    let value = i128::from(register) & ((1 << bits) - 1);
    if signed && value >> (bits - 1) == 1 { value - (1 << bits) } else { value }
}

fn holds(cond: &Cond, call: &Call, args: &[u64; 6]) -> bool {
    let left = |arg: usize, mask: &Option<i128>| match mask {
        Some(mask) => seen(args[arg], (call.2[arg].1.0, false)) & mask,
        None => seen(args[arg], call.2[arg].1),
    };
    match cond {
        Cond::Cmp(arg, mask, op, value) => {
            let left = left(*arg, mask);
            match *op {
                "==" => left == *value,
                "!=" => left != *value,
                "<" => left < *value,
                "<=" => left <= *value,
                ">" => left > *value,
                _ => left >= *value,
            }
        }
        Cond::List(arg, mask, values) => values.contains(&left(*arg, mask)),
        Cond::Range(arg, from, to) => (*from..=*to).contains(&left(*arg, &None)),
        Cond::Not(cond) => !holds(cond, call, args),
        Cond::Join(true, parts) => parts.iter().all(|part| holds(part, call, args)),
        Cond::Join(false, parts) => parts.iter().any(|part| holds(part, call, args)),
    }
}

/// What no rule outside `danger` lets through; for mappings, unless it is named.
fn dangerous(call: &Call, args: &[u64; 6]) -> bool {
    match call.0 {
        "ioctl" => matches!(args[1] as u32, 0x5412 | 0x541c),
        "clone" => args[0] & 0x7e02_0000 != 0,
        "mprotect" => args[2] & 4 != 0,
        _ => false,
    }
}

/// Whether some comparison that holds says that the protection has PROT_EXEC: exactly, or under a mask.
fn named(cond: &Cond, call: &Call, args: &[u64; 6], positive: bool) -> bool {
    match cond {
        Cond::Cmp(2, mask, op, value) => {
            let equal = *op == if positive { "==" } else { "!=" };
            let some = *op == if positive { "!=" } else { "==" } && mask.is_some_and(|mask| mask == 4) && *value == 0;
            (equal && value & 4 != 0 || some) && holds(cond, call, args) == positive
        }
        Cond::List(2, mask, values) if positive => {
            values.iter().any(|value| value & 4 != 0 && holds(&Cond::Cmp(2, *mask, "==", *value), call, args))
        }
        // Each value of the list counts by itself.
        Cond::List(2, Some(4), values) if !positive => values.contains(&0) && args[2] & 4 != 0,
        Cond::Not(cond) => named(cond, call, args, !positive),
        Cond::Join(_, parts) => parts.iter().any(|part| named(part, call, args, positive)),
        _ => false,
    }
}

#[test]
fn random_text_means_what_a_plain_reader_takes_it_for() {
    let count = std::env::var("SANDBOX2_RANDOM_POLICIES").ok().and_then(|count| count.parse().ok()).unwrap_or(500);
    let mut dice = Dice(std::env::var("SANDBOX2_RANDOM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1));
    let (mut accepted, mut calls) = (0, 0);
    for _ in 0..count {
        let call = &CALLS[dice.below(CALLS.len())];
        let depth = 1 + dice.below(3) as u32;
        let conds: Vec<_> = (0..1 + dice.below(3)).map(|_| condition(&mut dice, call, depth)).collect();
        let actions: Vec<_> =
            (0..=conds.len()).map(|_| dice.of(&["ALLOW", "KILL", "ERRNO(EACCES)", "LOG", "TRAP(7)"])).collect();
        let default = dice.of(&["KILL", "KILL", "ERRNO(EPERM)", "LOG", "ALLOW"]);
        let arms: Vec<_> = conds
            .iter()
            .zip(&actions)
            .map(|(cond, action)| format!("{} => {action},", text(cond, call, &mut dice)))
            .collect();
        let rest = dice.below(2) == 0;
        let head =
            if default == "ALLOW" { "danger { default ALLOW; }".to_owned() } else { format!("default {default};") };
        let last = if rest { format!(" _ => {},", actions[conds.len()]) } else { String::new() };
        let policy = format!("{head} {} {{ {}{last} }}", call.0, arms.join(" "));
        let parsed = parse(policy.parse().expect("tokens"));
        let mut problems = Problems::default();
        assert!(parsed.problems.is_empty(), "{policy}: {:?}", parsed.problems);
        let Ok(built) = build(&parsed.def, &mut problems) else { continue };
        accepted += 1;
        for _ in 0..60 {
            let mut args = [0_u64; 6];
            for (register, (_, kind)) in args.iter_mut().zip(call.2) {
                let kind = if kind.0 == 0 { (64, false) } else { *kind };
                let near = number(&mut dice, kind) + dice.of(&[0, 0, 0, 1, -1]);
                let dirt = dice.of(&[0_u64, 0, u64::MAX, 1 << 32, 1 << 16, 0xdead_beef_dead_beef]);
                let bits = if kind.0 == 64 { u64::MAX } else { (1 << kind.0) - 1 };
                *register = (near as u64 & bits) | (dirt & !bits);
            }
            // The first rule that holds; one that permits is passed over for what is dangerous, unless it names it.
            let expected = conds.iter().zip(&actions).find_map(|(cond, action)| {
                let permits = matches!(*action, "ALLOW" | "LOG");
                let lifted = call.0 == "mprotect" && named(cond, call, &args, true);
                (holds(cond, call, &args) && !(permits && dangerous(call, &args) && !lifted)).then_some(*action)
            });
            let otherwise = actions[conds.len()];
            let permits = |action: &str| matches!(action, "ALLOW" | "LOG");
            let expected = expected
                .or_else(|| (rest && !(permits(otherwise) && dangerous(call, &args))).then_some(otherwise))
                .unwrap_or(if permits(default) && dangerous(call, &args) { "KILL" } else { default });
            for arch in Arch::ALL {
                let nr = call.1[usize::from(arch != Arch::X86_64)];
                let data = SeccompData { nr, arch: arch.audit(), instruction_pointer: 7, args };
                for (supervision, kill) in Supervision::ALL.into_iter().zip([0x8000_0000_u32, 0x7fc0_0000, 0x7ff0_0000])
                {
                    let program = built.program(arch, supervision).expect("every program is built").bind(&[]);
                    let returned = Loaded::load(&program).expect("the kernel takes it").run(&data);
                    let wanted = match expected {
                        "ALLOW" => 0x7fff_0000,
                        "LOG" => 0x7ffc_0000,
                        "ERRNO(EACCES)" => 0x0005_000d,
                        "ERRNO(EPERM)" => 0x0005_0001,
                        "TRAP(7)" => 0x0003_0007,
                        _ => kill,
                    };
                    let same = returned == wanted
                        || expected == "KILL" && supervision == Supervision::Traced && returned & 0xffff_0000 == kill;
                    // A rule for executable mappings only is one that names them, however it says so.
                    let wholly = call.0 == "mprotect" && dangerous(call, &args);
                    assert!(
                        same || wholly && conds.iter().any(|cond| only_executable(cond, call)),
                        "{policy}\n{args:x?}: {expected} is {wanted:#x}, not {returned:#x}"
                    );
                    calls += 1;
                }
            }
        }
    }
    println!("{accepted} of {count} policies, {calls} calls");
    assert!(accepted * 20 > count);
}

/// Whether the condition holds for executable protections alone, as far as trying shows.
fn only_executable(cond: &Cond, call: &Call) -> bool {
    let values = [0_u64, 1, 2, 3, 0x1000, 0x7fff_ffff, 0x8000_0000, 0x5412, 0x5410, 8, 0x1000_0000, 0xffff_fffb];
    values.iter().all(|prot| {
        prot & 4 != 0
            || [0, 1, 2, 3, 5, 7, 0x1000, 0x5412, 1 << 32, 1 << 63, u64::MAX]
                .iter()
                .all(|other| !holds(cond, call, &[*other, *other, *prot, 0, 0, 0]))
    })
}
