//! Listings are readable and stable.

use sandbox2_policy::Arch;
use sandbox2_policy::disassemble::{listing, return_name, symbolic_listing, word_name};
use sandbox2_policy::insn::{Insn, op, ret};
use sandbox2_policy::meaning::SymbolId;
use sandbox2_policy::program::{Operand, SymInsn};
use sandbox2_policy::tables;

#[test]
fn a_listing_names_words_targets_and_numbers() {
    let text = listing(
        Arch::X86_64,
        &[
            Insn::stmt(op::LD_ABS, 4),
            Insn::jump(op::JEQ, 0xc000_003e, 1, 0),
            Insn::stmt(op::RET, ret::KILL_PROCESS),
            Insn::stmt(op::LD_ABS, 0),
            Insn::jump(op::JGE, 59, 0, 2),
            Insn::stmt(op::LD_ABS, 16),
            Insn::jump(op::JSET, 0x10, 0, 1),
            Insn::stmt(op::JA, 1),
            Insn::jump(op::JEQ, 7, 0, 0),
            Insn::stmt(op::RET, ret::TRACE | ret::TRACE_VIOLATION),
        ],
    );
    let execve = match tables::syscall_by_number(Arch::X86_64, 59) {
        Some(call) => format!("59 {}", call.name),
        None => "59".to_owned(),
    };
    let expected = [
        "   0: ld [arch]".to_owned(),
        "   1: jeq #0xc000003e, 3, 2              ; x86_64".to_owned(),
        "   2: ret KILL_PROCESS".to_owned(),
        "   3: ld [nr]".to_owned(),
        format!("   4: jge #0x3b, 5, 7                    ; {execve}"),
        "   5: ld [arg0.low]".to_owned(),
        "   6: jset #0x10, 7, 8".to_owned(),
        "   7: ja 9".to_owned(),
        // Reached with an argument only.
        "   8: jeq #7, 9, 9".to_owned(),
        "   9: ret TRACE(0x5332)".to_owned(),
        String::new(),
    ];
    assert_eq!(text, expected.join("\n"));
}

#[test]
fn a_symbol_is_shown_with_its_half_and_flip() {
    let symbol = |high, xor| Operand::Symbol { symbol: SymbolId(3), high, xor };
    let text = symbolic_listing(
        Arch::Aarch64,
        &[
            SymInsn { code: op::AND, jt: 0, jf: 0, k: symbol(false, 0) },
            SymInsn { code: op::JGT, jt: 0, jf: 0, k: symbol(true, 0x8000_0000) },
        ],
    );
    assert_eq!(text, "   0: and #symbol3.low\n   1: jgt #symbol3.high^0x80000000, 2, 2\n");
}

#[test]
fn returns_and_words_have_the_kernels_names() {
    assert_eq!(return_name(ret::ALLOW), "ALLOW");
    assert_eq!(return_name(ret::ALLOW | 1), "0x7fff0001");
    assert_eq!(return_name(0), "KILL_THREAD");
    assert_eq!(return_name(ret::USER_NOTIF), "USER_NOTIF");
    assert_eq!(return_name(ret::TRAP | 9), "TRAP(9)");
    assert_eq!(return_name(ret::ERRNO), "ERRNO(0)");
    assert!(["ERRNO(2)", "ERRNO(ENOENT)"].contains(&return_name(ret::ERRNO | 2).as_str()));
    assert_eq!(return_name(0x1234_0000), "0x12340000");
    let words: Vec<String> = [0, 4, 8, 12, 16, 60, 64, 3].map(word_name).to_vec();
    assert_eq!(words, ["nr", "arch", "ip.low", "ip.high", "arg0.low", "arg5.high", "64", "3"]);
}

#[test]
fn anything_can_be_listed() {
    for code in 0..0x400 {
        for k in [0, 5, u32::MAX] {
            let text = listing(Arch::Riscv64, &[Insn { code, jt: 255, jf: 1, k }, Insn::stmt(op::RET, 0)]);
            assert_eq!(text.lines().count(), 2, "{code:#x}");
        }
    }
}
