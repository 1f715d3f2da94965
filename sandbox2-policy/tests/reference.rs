//! The reference evaluator says which rule decided, and what the kernel is told.

mod dice;
mod support;

use sandbox2_policy::insn::{SeccompData, ret};
use sandbox2_policy::meaning::{Cmp, CmpOp, Cond, OriginId, Rule, Value, Width};
use sandbox2_policy::reference::{Decider, Decision, evaluate, execveat, expected_return, kernel_return};
use sandbox2_policy::{Action, Arch, Errno, Supervision};
use support::{S, call, cmp, meaning, rule};

fn data(nr: u32, arg: u64) -> SeccompData {
    SeccompData { nr, arch: Arch::X86_64.audit(), args: [arg, 0, 0, 0, 0, 0], ..SeccompData::default() }
}

#[test]
fn the_first_rule_that_holds_decides() {
    let seven = Cond::Cmp(cmp(0, Width::W32, CmpOp::Eq, Value::Known(7)));
    let rules = vec![
        rule(seven.clone(), Action::Allow),
        Rule { origin: OriginId(9), ..rule(seven, Action::Log) },
        Rule { origin: OriginId(4), ..rule(Cond::Cmp(cmp(0, Width::W64, CmpOp::Gt, S)), Action::Trap(1)) },
    ];
    let meaning = meaning(Arch::X86_64, Action::Kill, vec![call(3, rules)]);
    let decide = |data: SeccompData| evaluate(&meaning, &data, &[100]);
    let by_rule = |action, index, origin| Decision { action, by: Decider::Rule { index, origin: OriginId(origin) } };
    assert_eq!(decide(data(3, 7 | 1 << 32)), by_rule(Action::Allow, 0, 0));
    assert_eq!(decide(data(3, 101)), by_rule(Action::Trap(1), 2, 4));
    assert_eq!(decide(data(3, 100)), Decision { action: Action::Kill, by: Decider::Default });
    assert_eq!(decide(data(4, 7)), Decision { action: Action::Kill, by: Decider::Default });
    assert_eq!(decide(data(0x4000_0003, 7)), Decision { action: Action::Kill, by: Decider::X32 });
    assert_eq!(decide(data(u32::MAX, 7)), Decision { action: Action::Kill, by: Decider::X32 });
    let foreign = SeccompData { arch: 0x4000_0003, ..data(3, 7) };
    assert_eq!(decide(foreign), Decision { action: Action::Kill, by: Decider::ForeignArch });
}

#[test]
fn signed_numbers_compare_signed() {
    let minus_one = Value::Known(0xffff_ffff);
    let signed = Cmp { signed: true, ..cmp(0, Width::W32, CmpOp::Lt, Value::Known(0)) };
    let equal = cmp(0, Width::W32, CmpOp::Eq, minus_one);
    for (cmp, arg, holds) in [
        (signed, 0x8000_0000, true),
        (signed, 0x7fff_ffff, false),
        (Cmp { signed: false, ..signed }, 0x8000_0000, false),
        (equal, u64::MAX, true),
        (equal, 0xffff_ffff, true),
        (Cmp { width: Width::W64, ..equal }, u64::MAX, false),
    ] {
        let meaning = meaning(Arch::X86_64, Action::Kill, vec![call(3, vec![rule(Cond::Cmp(cmp), Action::Allow)])]);
        let decision = evaluate(&meaning, &data(3, arg), &[]);
        assert_eq!(decision.action == Action::Allow, holds, "{cmp:?} {arg:#x}");
    }
}

#[test]
fn each_supervision_has_its_own_violation_and_sees_execveat() {
    let traced = |message| ret::TRACE | message;
    let expect = [
        (Supervision::Standalone, ret::KILL_PROCESS, ret::ALLOW),
        (Supervision::Supervised, ret::USER_NOTIF, ret::USER_NOTIF),
        (Supervision::Traced, traced(ret::TRACE_VIOLATION), traced(ret::TRACE_EXEC)),
    ];
    for (supervision, kill, exec) in expect {
        for is_exec in [false, true] {
            let supervised = is_exec && supervision != Supervision::Standalone;
            let of = |action, plain| {
                assert_eq!(kernel_return(action, supervision, is_exec), if supervised { exec } else { plain });
            };
            of(Action::Kill, kill);
            of(Action::Allow, ret::ALLOW);
            of(Action::Log, ret::LOG);
            of(Action::Errno(Errno::ENOSYS), ret::ERRNO | 38);
            of(Action::Trap(65535), ret::TRAP | 65535);
        }
        for arch in Arch::ALL {
            let nr = execveat(arch);
            let meaning = meaning(arch, Action::Kill, vec![call(nr, vec![rule(Cond::True, Action::Allow)])]);
            let native = SeccompData { nr, arch: arch.audit(), ..SeccompData::default() };
            assert_eq!(expected_return(&meaning, supervision, &native, &[]), exec);
            let foreign = SeccompData { arch: 1, ..native };
            assert_eq!(expected_return(&meaning, supervision, &foreign, &[]), kill);
        }
    }
    assert_eq!([Arch::X86_64, Arch::Aarch64, Arch::Riscv64].map(execveat), [322, 281, 281]);
}
