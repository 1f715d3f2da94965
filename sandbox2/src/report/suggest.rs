//! The policy line that would allow a call.

use sandbox2_policy::danger::danger_of;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::meaning::{Cmp, CmpOp, Cond, Rule, Value, Width};
use sandbox2_policy::tables::{Arg, Syscall};

use super::decode;
use crate::policy::Policy;

/// The line that would allow this very call: with conditions on the arguments that the policy's own rules for it look at,
/// plain where they look at none.
pub(crate) fn suggest(policy: &Policy, call: &Syscall, data: &SeccompData) -> String {
    let meaning = policy.meaning();
    let mut seen = Vec::new();
    for rule in meaning.rules(data.nr).iter().filter(|rule| rule.action.permits()) {
        collect(rule, &mut seen);
    }
    let prototype = call.args(meaning.arch).unwrap_or(&[]);
    // Memory that can be executed is allowed only by a rule that names it.
    let executable = danger_of(call, meaning.arch, &data.args).filter(|danger| danger.is_executable());
    if let Some(arg) = executable.and_then(|danger| danger.argument(call, meaning.arch)) {
        let named = |cmp: &Cmp| cmp.arg == arg && cmp.mask.is_none();
        if !seen.iter().any(named) {
            seen.retain(|cmp| cmp.arg != arg);
            let value = Value::Known(0);
            seen.push(Cmp { arg, width: Width::W32, signed: false, mask: None, op: CmpOp::Eq, value });
        }
    }
    let conditions: Vec<String> = (0..6)
        .filter_map(|index| {
            let comparisons: Vec<&Cmp> = seen.iter().filter(|cmp| cmp.arg == index).collect();
            condition(policy, call, prototype.get(usize::from(index)), &comparisons, data)
        })
        .collect();
    let line = if conditions.is_empty() {
        format!("ALLOW {};", call.name)
    } else {
        format!("ALLOW {} if {};", call.name, conditions.join(" && "))
    };
    match danger_of(call, meaning.arch, &data.args) {
        Some(danger) if !danger.is_executable() => format!("danger {{ {line} }}"),
        _ => line,
    }
}

fn collect(rule: &Rule, into: &mut Vec<Cmp>) {
    fn walk(cond: &Cond, into: &mut Vec<Cmp>) {
        match cond {
            Cond::True => {}
            Cond::Cmp(cmp) => into.push(*cmp),
            Cond::Not(list) | Cond::All(list) | Cond::Any(list) => list.iter().for_each(|cond| walk(cond, into)),
        }
    }
    walk(&rule.cond, into);
}

/// What holds for this argument in this call, said the way the policy's own comparisons of it do.
fn condition(policy: &Policy, call: &Syscall, arg: Option<&Arg>, seen: &[&Cmp], data: &SeccompData) -> Option<String> {
    let first = seen.first()?;
    let register = *data.args.get(usize::from(first.arg))?;
    // What a policy says of an argument that the tables do not know is still worth saying by position.
    let by_position =
        Arg { name: "", ty: "", width: first.width, signed: first.signed, pointer: false, narrowed: false };
    let known = arg.unwrap_or(&by_position);
    let name = if known.name.is_empty() { format!("arg{}", first.arg) } else { known.name.to_owned() };
    if known.pointer {
        // Nothing but NULL can be compared with a pointer.
        return Some(format!("{name} {} NULL", if register == 0 { "==" } else { "!=" }));
    }
    let arch = policy.arch();
    let show = |value| decode::decode(arch, call.name, known, value).unwrap_or_else(|| decode::number(known, value));
    let resolve = |value: Value| match value {
        Value::Known(number) => Some(number),
        Value::Symbol(symbol) => policy.parts().symbols.get(usize::from(symbol.0)).copied(),
    };
    if seen.iter().all(|cmp| cmp.mask.is_some()) {
        let mask = seen.iter().filter_map(|cmp| cmp.mask).filter_map(resolve).fold(0, |all, mask| all | mask);
        let mask = if known.width == Width::W32 { mask & u64::from(u32::MAX) } else { mask };
        let bits = register & mask;
        // More than one name on either side needs parentheses to be read at a glance.
        let side = |value| {
            let text = if value == 0 { "0".to_owned() } else { show(value) };
            if text.contains(" | ") { format!("({text})") } else { text }
        };
        return Some(format!("{name} & {} == {}", side(mask), side(bits)));
    }
    Some(format!("{name} == {}", show(register)))
}

#[cfg(test)]
mod tests {
    use sandbox2_policy::action::Action;
    use sandbox2_policy::arch::Arch;
    use sandbox2_policy::meaning::{CmpOp, OriginId};

    use super::*;
    use crate::policy::testing::{call, policy, rule, when};

    const FD: Arg =
        Arg { name: "fd", ty: "unsigned int", width: Width::W32, signed: false, pointer: false, narrowed: false };
    const BUF: Arg =
        Arg { name: "buf", ty: "const char *", width: Width::W64, signed: false, pointer: true, narrowed: false };
    static ARGS: [Arg; 2] = [FD, BUF];

    fn write() -> Syscall {
        Syscall { name: "write", numbers: [Some(1); 3], args: [Some(&ARGS); 3], since: None }
    }

    fn data(args: [u64; 6]) -> SeccompData {
        SeccompData { nr: 1, arch: Arch::native().unwrap().audit(), instruction_pointer: 0, args }
    }

    #[test]
    fn a_call_without_conditional_rules_is_allowed_plainly() {
        for calls in [vec![], vec![call(1, vec![rule(Action::Kill)])], vec![call(1, vec![when(0, 9, Action::Kill)])]] {
            assert_eq!(suggest(&policy(Action::Kill, calls), &write(), &data([2, 0, 0, 0, 0, 0])), "ALLOW write;");
        }
    }

    #[test]
    fn arguments_that_rules_look_at_are_named() {
        let policy = policy(Action::Kill, vec![call(1, vec![when(0, 1, Action::Allow)])]);
        assert_eq!(suggest(&policy, &write(), &data([0xff_0000_0002, 0, 0, 0, 0, 0])), "ALLOW write if fd == 2;");
    }

    #[test]
    fn a_masked_argument_is_masked() {
        let cmp = Cmp {
            arg: 0,
            width: Width::W32,
            signed: false,
            mask: Some(Value::Known(6)),
            op: CmpOp::Eq,
            value: Value::Known(0),
        };
        let rule = Rule { cond: Cond::Cmp(cmp), action: Action::Allow, origin: OriginId(0) };
        let policy = policy(Action::Kill, vec![call(1, vec![rule])]);
        assert_eq!(suggest(&policy, &write(), &data([7, 0, 0, 0, 0, 0])), "ALLOW write if fd & 6 == 6;");
    }

    #[test]
    fn what_is_dangerous_is_said_to_be() {
        let ptrace = Syscall { name: "ptrace", ..write() };
        assert_eq!(suggest(&policy(Action::Kill, vec![]), &ptrace, &data([0; 6])), "danger { ALLOW ptrace; }");
    }
}
