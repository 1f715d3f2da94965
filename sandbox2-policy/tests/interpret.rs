//! The interpreter takes, refuses, runs and caches as the kernel does; `kernel.rs` asks the kernel itself.

use sandbox2_policy::insn::{Insn, SeccompData, offset, op, ret};
use sandbox2_policy::interpret::{Loaded, Reject};

const ALLOW: Insn = Insn::stmt(op::RET, ret::ALLOW);
const DATA: SeccompData = SeccompData {
    nr: 0x1111_1111,
    arch: 0x2222_2222,
    instruction_pointer: 0x3333_3333_4444_4444,
    args: [0x5555_5555_6666_6666, 1, 2, 3, 4, 0x7777_7777_8888_8888],
};

fn load(insns: &[Insn]) -> Loaded {
    Loaded::load(insns).unwrap_or_else(|reject| panic!("{reject}"))
}

/// What these instructions leave in the accumulator.
fn result(insns: &[Insn]) -> u32 {
    let mut program = insns.to_vec();
    program.push(Insn::stmt(0x16, 0));
    load(&program).run(&DATA)
}

#[test]
fn each_word_is_where_the_kernel_has_it() {
    let words: Vec<u32> = (0..16).map(|word| result(&[Insn::stmt(op::LD_ABS, word * 4)])).collect();
    assert_eq!(words[..6], [0x1111_1111, 0x2222_2222, 0x4444_4444, 0x3333_3333, 0x6666_6666, 0x5555_5555]);
    assert_eq!(words[6..], [1, 0, 2, 0, 3, 0, 4, 0, 0x8888_8888, 0x7777_7777]);
    assert_eq!(words[offset::arg_high(5) as usize / 4], 0x7777_7777);
}

#[test]
fn arithmetic_wraps_at_32_bits() {
    let a = 0x8000_0003_u32;
    let cases: [(u16, u32, u32); 12] = [
        (0x04, 0x8000_0000, 3),
        (0x14, 4, 0x7fff_ffff),
        (0x24, 2, 6),
        (0x34, 3, a / 3),
        (0x44, 0x10, 0x8000_0013),
        (0x54, 0x8000_0001, 0x8000_0001),
        (0x64, 1, 6),
        (0x74, 1, 0x4000_0001),
        (0x84, 0, 0x7fff_fffd),
        (0xa4, u32::MAX, 0x7fff_fffc),
        (0x64, 31, 0x8000_0000),
        (0x74, 31, 1),
    ];
    for (code, k, expected) in cases {
        assert_eq!(result(&[Insn::stmt(0x00, a), Insn::stmt(code, k)]), expected, "{code:#x} by constant");
        if code != 0x84 {
            let by_x = [Insn::stmt(0x00, a), Insn::stmt(0x01, k), Insn::stmt(code | 0x08, 0)];
            assert_eq!(result(&by_x), expected, "{code:#x} by index");
        }
    }
}

#[test]
fn a_division_by_an_index_of_zero_ends_the_program() {
    let program = load(&[Insn::stmt(0x00, 5), Insn::stmt(0x01, 0), Insn::stmt(0x3c, 0), ALLOW]);
    assert_eq!(program.run_counted(&DATA), (0, 3));
}

#[test]
fn memory_and_index_keep_values() {
    let insns = [
        Insn::stmt(0x00, 42),
        Insn::stmt(0x02, 15),
        Insn::stmt(0x07, 0),
        Insn::stmt(0x00, 1),
        Insn::stmt(0x03, 3),
        Insn::stmt(0x61, 15),
        Insn::stmt(0x60, 3),
        Insn::stmt(0x0c, 0),
    ];
    assert_eq!(result(&insns), 84);
    assert_eq!(result(&[Insn::stmt(0x80, 0)]), 64);
    assert_eq!(result(&[Insn::stmt(0x81, 0), Insn::stmt(0x87, 0)]), 64);
}

#[test]
fn jumps_go_where_they_say() {
    for (code, k, holds) in [
        (op::JEQ, 5, true),
        (op::JEQ, 6, false),
        (op::JGT, 4, true),
        (op::JGT, 5, false),
        (op::JGE, 5, true),
        (op::JGE, 6, false),
        (op::JSET, 4, true),
        (op::JSET, 2, false),
    ] {
        for by_index in [false, true] {
            let program = load(&[
                Insn::stmt(0x00, 5),
                Insn::stmt(0x01, k),
                Insn::jump(if by_index { code | 0x08 } else { code }, if by_index { 99 } else { k }, 1, 0),
                Insn::stmt(op::RET, 0),
                Insn::stmt(op::RET, 1),
            ]);
            assert_eq!(program.run(&DATA), u32::from(holds), "{code:#x} {k}");
        }
    }
    let program = load(&[Insn::stmt(op::JA, 1), Insn::stmt(op::RET, 0), ALLOW]);
    assert_eq!(program.run_counted(&DATA), (ret::ALLOW, 2));
}

#[test]
fn each_reason_to_refuse_is_named() {
    let with = |insn| Loaded::load(&[insn, ALLOW]);
    assert_eq!(Loaded::load(&[]), Err(Reject::Length(0)));
    assert_eq!(Loaded::load(&vec![ALLOW; 4097]), Err(Reject::Length(4097)));
    assert!(Loaded::load(&vec![ALLOW; 4096]).is_ok());
    assert_eq!(with(Insn::stmt(0x28, 0)), Err(Reject::Code { at: 0, code: 0x28 }));
    assert_eq!(with(Insn::stmt(0x94, 1)), Err(Reject::Code { at: 0, code: 0x94 }));
    assert_eq!(with(Insn::stmt(0x106, 1)), Err(Reject::Code { at: 0, code: 0x106 }));
    assert_eq!(with(Insn::stmt(op::JA, 1)), Err(Reject::Jump { at: 0 }));
    assert_eq!(with(Insn::stmt(op::JA, u32::MAX)), Err(Reject::Jump { at: 0 }));
    assert_eq!(with(Insn::jump(op::JEQ, 0, 0, 1)), Err(Reject::Jump { at: 0 }));
    assert_eq!(with(Insn::jump(op::JSET, 0, 1, 0)), Err(Reject::Jump { at: 0 }));
    assert_eq!(with(Insn::stmt(op::LD_ABS, 64)), Err(Reject::Load { at: 0, offset: 64 }));
    assert_eq!(with(Insn::stmt(op::LD_ABS, 2)), Err(Reject::Load { at: 0, offset: 2 }));
    assert_eq!(with(Insn::stmt(0x02, 16)), Err(Reject::Memory { at: 0 }));
    assert_eq!(with(Insn::stmt(0x60, 0)), Err(Reject::Uninitialised { at: 0 }));
    assert_eq!(with(Insn::stmt(0x64, 32)), Err(Reject::Shift { at: 0 }));
    assert_eq!(with(Insn::stmt(0x34, 0)), Err(Reject::Division { at: 0 }));
    assert_eq!(Loaded::load(&[ALLOW, Insn::stmt(op::LD_ABS, 0)]), Err(Reject::End));
}

#[test]
fn memory_must_be_stored_on_every_path() {
    let one_path =
        [Insn::stmt(op::LD_ABS, 0), Insn::jump(op::JEQ, 1, 0, 1), Insn::stmt(0x02, 0), Insn::stmt(0x60, 0), ALLOW];
    assert_eq!(Loaded::load(&one_path), Err(Reject::Uninitialised { at: 3 }));
    let mut both = one_path.to_vec();
    both.insert(1, Insn::stmt(0x02, 0));
    assert!(Loaded::load(&both).is_ok());
}

#[test]
fn the_cache_understands_no_more_than_the_kernel() {
    let (arch, nr) = (0xc000_003e, 39);
    let allows = |insns: &[Insn]| load(insns).constant_allow(arch, nr);
    assert!(allows(&[ALLOW]));
    assert!(!allows(&[Insn::stmt(op::RET, ret::LOG)]));
    assert!(!allows(&[Insn::stmt(op::RET, ret::ALLOW | 1)]));
    let number = |test: Insn| {
        allows(&[Insn::stmt(op::LD_ABS, 4), Insn::stmt(op::LD_ABS, 0), test, ALLOW, Insn::stmt(op::RET, 0)])
    };
    for (code, k, holds) in [
        (op::JEQ, 39, true),
        (op::JEQ, 38, false),
        (op::JGE, 39, true),
        (op::JGE, 40, false),
        (op::JGT, 38, true),
        (op::JGT, 39, false),
        (op::JSET, 1, true),
        (op::JSET, 8, false),
    ] {
        assert_eq!(number(Insn::jump(code, k, 0, 1)), holds, "{code:#x} {k}");
        assert_eq!(number(Insn::jump(code, k, 1, 0)), !holds, "{code:#x} {k}");
    }
    assert!(number(Insn::stmt(op::AND, 0)));
    // An argument that is looked at, and instructions beyond its few, are too much even if they change nothing.
    assert!(!number(Insn::stmt(op::LD_ABS, 16)));
    assert!(!number(Insn::stmt(op::XOR, 0)));
    assert!(!number(Insn::stmt(0x00, 0)));
    assert!(allows(&[Insn::stmt(op::JA, 1), Insn::stmt(op::RET, 0), ALLOW]));
    assert!(allows(&[Insn::stmt(op::LD_ABS, 4), Insn::jump(op::JEQ, arch, 1, 0), Insn::stmt(op::LD_ABS, 16), ALLOW]));
}
