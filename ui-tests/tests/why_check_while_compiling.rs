//! The page `docs/why-check-while-compiling.md`: what it quotes is what the compiler says, and what it claims is so.

use std::fs;

use proc_macro2::TokenStream;
use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::{Insn, SeccompData, offset, op, ret};
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::pipeline::{self, Built};
use sandbox2_policy::problem::{ProblemKind, Problems};
use sandbox2_policy::reference::evaluate;
use sandbox2_policy::syntax::parse;

const CLEAN: u64 = 0x0000_0000_0000_0001;
const DIRTY: u64 = 0xdead_beef_0000_0001;

fn page() -> String {
    fs::read_to_string("../docs/why-check-while-compiling.md").expect("the page can be read")
}

/// The blocks of the page in that language.
fn blocks(language: &str) -> Vec<String> {
    let page = page();
    let fence = format!("```{language}\n");
    let parts = page.split(&fence).skip(1);
    parts.map(|part| part.split("```").next().expect("a block ends").to_owned()).collect()
}

fn build(text: &str) -> Result<Built, Vec<ProblemKind>> {
    let parsed = parse(text.parse::<TokenStream>().expect("the tokens of Rust"));
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let mut problems = Problems::default();
    pipeline::build(&parsed.def, &mut problems)
        .map_err(|_| problems.into_vec().into_iter().map(|problem| problem.kind).collect())
}

fn write(fd: u64) -> SeccompData {
    SeccompData { nr: 1, arch: Arch::X86_64.audit(), instruction_pointer: 0, args: [fd, 0, 0, 0, 0, 0] }
}

#[test]
fn the_message_is_the_compilers() {
    let recorded = fs::read_to_string("fail/width/wrong_width_bpf_guide.stderr").expect("the messages are recorded");
    let [quoted] = blocks("text").try_into().expect("one message");
    assert!(recorded.starts_with(&quoted), "the page says\n{quoted}\nand the compiler\n{recorded}");
    // The whole message: what follows is the place.
    assert!(recorded[quoted.len()..].trim_start().starts_with("-->"), "{recorded}");
}

#[test]
fn the_first_policy_is_refused_for_its_width_and_the_others_mean_the_same() {
    let [wrong, right, plain] = blocks("rust").try_into().expect("three policies");
    assert_eq!(build(&wrong).err(), Some(vec![ProblemKind::WrongWidth]));
    for text in [right, plain] {
        let built = build(&text).unwrap_or_else(|kinds| panic!("{kinds:?}: {text}"));
        let meaning = built.checked().meaning(Arch::X86_64);
        let program = built.program(Arch::X86_64, Supervision::Standalone).expect("a program").bind(&[]);
        let program = Loaded::load(&program).expect("the kernel takes it");
        for (fd, action, returned) in [
            (CLEAN, Action::Allow, ret::ALLOW),
            (DIRTY, Action::Allow, ret::ALLOW),
            (CLEAN + 1, Action::Kill, ret::KILL_PROCESS),
            (DIRTY + 1, Action::Kill, ret::KILL_PROCESS),
        ] {
            assert_eq!(evaluate(meaning, &write(fd), &[]).action, action, "{text} {fd:#x}");
            assert_eq!(program.run(&write(fd)), returned, "{text} {fd:#x}");
        }
    }
}

/// `ARG(0)`, `JEQ(1, …)` as `bpf_helper` expands them: the low half in `M[0]`, the high half in `M[1]` and A.
fn expanded(if_equal: u32, otherwise: u32) -> Loaded {
    const ST: u16 = 0x02;
    const LD_MEM: u16 = 0x60;
    let insns = [
        Insn::stmt(op::LD_ABS, offset::arg_low(0)),
        Insn::stmt(ST, 0),
        Insn::stmt(op::LD_ABS, offset::arg_high(0)),
        Insn::stmt(ST, 1),
        Insn::jump(op::JEQ, 0, 0, 3),
        Insn::stmt(LD_MEM, 0),
        Insn::jump(op::JEQ, 1, 0, 1),
        Insn::stmt(op::RET, if_equal),
        Insn::stmt(op::RET, otherwise),
    ];
    Loaded::load(&insns).expect("the kernel takes it")
}

#[test]
fn the_table_is_what_the_kernels_machine_does() {
    let name = |returned| if returned == ret::ALLOW { "ALLOW" } else { "KILL" };
    let (allowing, denying) = (expanded(ret::ALLOW, ret::KILL_PROCESS), expanded(ret::KILL_PROCESS, ret::ALLOW));
    for (register, written) in [(CLEAN, "0x0000_0000_0000_0001"), (DIRTY, "0xdead_beef_0000_0001")] {
        let (allows, denies) = (name(allowing.run(&write(register))), name(denying.run(&write(register))));
        let row = format!("| `{written}` | descriptor {} | {allows} | {denies} |", register as u32);
        assert!(page().contains(&row), "the page has no row {row}");
    }
}
