//! Every operator at every boundary: width, sign, mask, constant known or not.

mod codegen_witness;

use codegen_witness::{HALVES, OPS, call, corners, expected, meaning, rule, run};
use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::compile::{compile, compile_unoptimized};
use sandbox2_policy::meaning::{Cmp, Cond, SymbolId, Value, Width};

/// Compares the programs of one comparison with its meaning, for all `arguments` and for these values of the symbols.
fn check(cmp: Cmp, arguments: &[u64], symbols: &[&[u64]]) {
    let policy = meaning(Arch::X86_64, vec![(7, vec![rule(Cond::Cmp(cmp), Action::Allow)])], Action::Kill);
    let optimized = compile(&policy, Supervision::Standalone, &[]).unwrap();
    let straight = compile_unoptimized(&policy, Supervision::Standalone).unwrap();
    for symbols in symbols {
        let programs = [optimized.bind(symbols), straight.bind(symbols)];
        for &argument in arguments {
            let mut data = call(Arch::X86_64, 7);
            data.args[usize::from(cmp.arg)] = argument;
            let wanted = expected(&policy, Supervision::Standalone, &data, symbols);
            for program in &programs {
                let run = run(program, &data);
                assert_eq!(run.returned, wanted, "{cmp:?} with {symbols:x?} for {argument:#x}\n{program:#x?}");
            }
        }
    }
}

fn values(width: Width) -> Vec<u64> {
    match width {
        Width::W32 => HALVES.iter().copied().map(u64::from).collect(),
        Width::W64 => corners(),
    }
}

#[test]
fn every_operator_compares_known_numbers_as_its_width_and_sign_say() {
    for width in [Width::W32, Width::W64] {
        for value in values(width) {
            for op in OPS {
                for signed in [false, true] {
                    let cmp = Cmp { arg: 2, width, signed, mask: None, op, value: Value::Known(value) };
                    check(cmp, &corners(), &[&[]]);
                }
            }
        }
    }
}

#[test]
fn every_operator_compares_symbols_as_its_width_and_sign_say() {
    let values: Vec<[u64; 1]> = corners().into_iter().map(|value| [value]).collect();
    let values: Vec<&[u64]> = values.iter().map(|value| &value[..]).collect();
    for width in [Width::W32, Width::W64] {
        for op in OPS {
            for signed in [false, true] {
                let cmp = Cmp { arg: 5, width, signed, mask: None, op, value: Value::Symbol(SymbolId(0)) };
                check(cmp, &corners(), &values);
            }
        }
    }
}

#[test]
fn masks_apply_before_the_comparison() {
    let masks = [0, 1, 2, 3, 5, 0x8000_0000, 0xffff_fffc, 0x7fff_ffff, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001];
    let masks =
        masks.into_iter().chain([0x8000_0000_0000_0000, u64::MAX, 0xffff_ffff_0000_0000, 0x7fff_ffff_ffff_fffe]);
    for mask in masks {
        for width in [Width::W32, Width::W64] {
            for value in values(width).into_iter().chain([mask, mask & 0xffff_ffff, 3, 4, 5]) {
                let value = if width == Width::W32 { value & 0xffff_ffff } else { value };
                for op in OPS {
                    let mask = Some(Value::Known(mask));
                    let cmp = Cmp { arg: 0, width, signed: false, mask, op, value: Value::Known(value) };
                    check(cmp, &corners(), &[&[]]);
                }
            }
        }
    }
}

#[test]
fn masks_and_values_can_be_symbols() {
    let interesting = [0, 1, 3, 0x8000_0000, 0xffff_fffe, 0x1_0000_0000, 0x8000_0000_0000_0001, u64::MAX];
    let pairs: Vec<[u64; 2]> = interesting.iter().flat_map(|&a| interesting.map(|b| [a, b])).collect();
    let pairs: Vec<&[u64]> = pairs.iter().map(|pair| &pair[..]).collect();
    let operands = [Value::Symbol(SymbolId(0)), Value::Symbol(SymbolId(1)), Value::Known(0), Value::Known(3)];
    for mask in operands {
        for value in operands {
            for width in [Width::W32, Width::W64] {
                for op in OPS {
                    for signed in [false, true] {
                        check(Cmp { arg: 1, width, signed, mask: Some(mask), op, value }, &corners(), &pairs);
                    }
                }
            }
        }
    }
}
