//! The space of arguments answers as the reference evaluator does, and knows the laws of what it cannot know.

use std::borrow::Cow;

use sandbox2_policy::meaning::{Cmp, CmpOp, Cond, SymbolId, Value, Width};
use sandbox2_policy::reference::holds;
use sandbox2_policy::space::{Set, Space};

const OPS: [CmpOp; 6] = [CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge];
const HALVES: [u32; 6] = [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX - 1, u32::MAX];

fn boundaries() -> Vec<u64> {
    HALVES.iter().flat_map(|high| HALVES.iter().map(move |low| u64::from(*high) << 32 | u64::from(*low))).collect()
}

fn cmp(arg: u8, width: Width, signed: bool, op: CmpOp, value: Value) -> Cmp {
    let value = match (width, value) {
        (Width::W32, Value::Known(v)) => Value::Known(v & 0xffff_ffff),
        _ => value,
    };
    Cmp { arg, width, signed, mask: None, op, value }
}

/// The set holding just this value of this argument.
fn point(space: &mut Space, arg: u8, value: u64) -> Set {
    space.cond(&Cond::Cmp(cmp(arg, Width::W64, false, CmpOp::Eq, Value::Known(value))))
}

#[test]
fn each_comparison_agrees_with_the_reference_at_every_boundary() {
    let mut checked = 0;
    for width in [Width::W32, Width::W64] {
        for signed in [false, true] {
            for op in OPS {
                for value in boundaries() {
                    if width == Width::W32 && value >> 32 != 0 {
                        continue;
                    }
                    for mask in [None, Some(u64::MAX), Some(0xff00_0000_8000_00ff), Some(1), Some(0)] {
                        let mut space = Space::new();
                        let cond = Cond::Cmp(Cmp {
                            mask: mask.map(Value::Known),
                            ..cmp(3, width, signed, op, Value::Known(value))
                        });
                        let set = space.cond(&cond);
                        for arg in boundaries() {
                            let mut args = [7; 6];
                            args[3] = arg;
                            let here = point(&mut space, 3, arg);
                            let both = space.and(set, here);
                            assert_eq!(!space.is_empty(both), holds(&cond, &args, &[]), "{cond:?} at {arg:#x}");
                            checked += 1;
                        }
                        if let Some(args) = space.witness(set) {
                            assert!(holds(&cond, &args, &[]), "{cond:?} witness {args:x?}");
                        } else {
                            assert!(space.is_empty(set));
                        }
                    }
                }
            }
        }
    }
    assert_eq!(checked, 2 * 6 * 5 * (6 + 36) * 36);
}

#[test]
fn the_size_of_a_comparison_is_that_of_its_word() {
    // Linear, not exponential: thousands of comparisons fit where the space would otherwise be exhausted at once.
    let mut space = Space::new();
    for value in 0..2_000_u64 {
        let value = value.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        space.cond(&Cond::Cmp(cmp((value % 6) as u8, Width::W64, true, CmpOp::Lt, Value::Known(value))));
    }
    assert!(!space.is_exhausted());
}

#[test]
fn connectives_mean_what_they_say() {
    let a = Cond::Cmp(cmp(0, Width::W32, false, CmpOp::Eq, Value::Known(1)));
    let b = Cond::Cmp(cmp(1, Width::W64, false, CmpOp::Gt, Value::Known(5)));
    for list in [vec![], vec![a.clone()], vec![a.clone(), b.clone()]] {
        for cond in [
            Cond::All(Cow::Owned(list.clone())),
            Cond::Any(Cow::Owned(list.clone())),
            Cond::Not(Cow::Owned(list.clone())),
            Cond::Not(Cow::Owned(vec![Cond::Any(Cow::Owned(list.clone())), a.clone()])),
        ] {
            let mut space = Space::new();
            let set = space.cond(&cond);
            for args in [[0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], [0, 9, 0, 0, 0, 0], [1 | 1 << 40, 9, 0, 0, 0, 0]] {
                let x = point(&mut space, 0, args[0]);
                let y = point(&mut space, 1, args[1]);
                let here = space.and(x, y);
                let both = space.and(here, set);
                assert_eq!(!space.is_empty(both), holds(&cond, &args, &[]), "{cond:?} at {args:?}");
            }
        }
    }
}

#[test]
fn a_witness_is_the_smallest_member() {
    let mut space = Space::new();
    let x = space.cond(&Cond::Cmp(cmp(0, Width::W64, false, CmpOp::Gt, Value::Known(0xffff_ffff))));
    let y = space.cond(&Cond::Cmp(cmp(5, Width::W32, true, CmpOp::Lt, Value::Known(0xffff_fffe))));
    let both = space.and(x, y);
    assert_eq!(space.witness(both), Some([1 << 32, 0, 0, 0, 0, 0x8000_0000]));
    assert_eq!(space.witness(Set::FULL), Some([0; 6]));
    assert_eq!(space.witness(Set::EMPTY), None);
}

#[test]
fn a_32_bit_comparison_ignores_the_upper_half() {
    let mut space = Space::new();
    let narrow = space.cond(&Cond::Cmp(cmp(0, Width::W32, false, CmpOp::Eq, Value::Known(5))));
    let wide = space.cond(&Cond::Cmp(cmp(0, Width::W64, false, CmpOp::Eq, Value::Known(5))));
    assert!(space.implies(wide, narrow));
    assert!(!space.implies(narrow, wide));
}

const S: Value = Value::Symbol(SymbolId(0));
const T: Value = Value::Symbol(SymbolId(1));

#[test]
fn comparisons_with_a_symbol_obey_the_laws_of_order() {
    for width in [Width::W32, Width::W64] {
        for signed in [false, true] {
            let mut space = Space::new();
            let [eq, ne, lt, le, gt, ge] = OPS.map(|op| space.cond(&Cond::Cmp(cmp(2, width, signed, op, S))));
            assert_eq!(space.not(eq), ne);
            assert_eq!(space.not(lt), ge);
            assert_eq!(space.not(gt), le);
            assert_eq!(space.or(lt, eq), le);
            assert_eq!(space.or(gt, eq), ge);
            assert_eq!(space.and(le, ge), eq);
            for (a, b) in [(lt, eq), (gt, eq), (lt, gt)] {
                let both = space.and(a, b);
                assert!(space.is_empty(both));
            }
            assert!(!space.is_empty(lt) && !space.is_empty(eq) && !space.is_empty(gt));
            let all = space.or(lt, ge);
            assert!(space.is_full(all));
        }
    }
}

#[test]
fn equality_with_a_symbol_has_no_sign_but_order_has() {
    let mut space = Space::new();
    let equal = [false, true].map(|sign| space.cond(&Cond::Cmp(cmp(0, Width::W32, sign, CmpOp::Eq, S))));
    let less = [false, true].map(|sign| space.cond(&Cond::Cmp(cmp(0, Width::W32, sign, CmpOp::Lt, S))));
    assert_eq!(equal[0], equal[1]);
    assert_ne!(less[0], less[1]);
    let mixed = space.and(less[0], equal[1]);
    assert!(space.is_empty(mixed));
    let mixed = space.and(less[0], less[1]);
    assert!(!space.is_empty(mixed));
}

#[test]
fn nothing_is_assumed_between_symbols_arguments_widths_and_masks() {
    let base = cmp(0, Width::W64, false, CmpOp::Eq, S);
    let others = [
        Cmp { value: T, ..base },
        Cmp { arg: 1, ..base },
        Cmp { width: Width::W32, ..base },
        Cmp { mask: Some(Value::Known(0xff)), ..base },
        Cmp { mask: Some(T), ..base },
        Cmp { mask: Some(S), value: Value::Known(0), ..base },
        Cmp { value: Value::Known(5), ..base },
    ];
    for other in others {
        let mut space = Space::new();
        let a = space.cond(&Cond::Cmp(base));
        let b = space.cond(&Cond::Cmp(other));
        let both = space.and(a, b);
        assert!(!space.is_empty(both), "{other:?}");
        assert!(!space.implies(a, b) && !space.implies(b, a), "{other:?}");
        let not = space.cond(&Cond::Cmp(Cmp { op: CmpOp::Ne, ..other }));
        assert_eq!(space.not(b), not);
    }
}

#[test]
fn a_mask_of_ones_is_no_mask() {
    let mut space = Space::new();
    let plain = cmp(0, Width::W32, false, CmpOp::Eq, S);
    let masked = Cmp { mask: Some(Value::Known(0xffff_ffff)), ..plain };
    assert_eq!(space.cond(&Cond::Cmp(plain)), space.cond(&Cond::Cmp(masked)));
}

#[test]
fn a_space_with_too_many_unknowns_claims_nothing() {
    let mut space = Space::new();
    let mut all = Set::FULL;
    for symbol in 0..2_100 {
        let one = space.cond(&Cond::Cmp(cmp(0, Width::W32, false, CmpOp::Eq, Value::Symbol(SymbolId(symbol)))));
        all = space.and(all, one);
    }
    assert!(space.is_exhausted());
    assert!(!space.is_empty(Set::EMPTY) && !space.is_full(Set::FULL) && !space.implies(all, all));
    assert_eq!(space.witness(Set::FULL), None);
}
