//! Listings of compiled programs. `BLESS=1 cargo test -p sandbox2-policy --test golden` writes them anew.

use std::fs;
use std::path::Path;

use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::disassemble::symbolic_listing;
use sandbox2_policy::insn::op;
use sandbox2_policy::interpret::Loaded;
use sandbox2_policy::pipeline::{Built, build};
use sandbox2_policy::problem::Problems;
use sandbox2_policy::program::{Operand, Program};
use sandbox2_policy::syntax::parse;
use sandbox2_policy::tables;

/// The guide's policy, in our language.
const GUIDE: &str = "
    ALLOW read;
    use time;
    ALLOW write if fd == 1;
    ALLOW mprotect if prot == PROT_READ | PROT_WRITE && len == 0x1000;
    ERRNO(ENOENT) open?, openat;
";

fn built(text: &str) -> Built {
    let parsed = parse(text.parse().expect("the text is made of tokens"));
    let mut problems = Problems::default();
    parsed.problems.into_iter().for_each(|problem| problems.push(problem));
    let built = build(&parsed.def, &mut problems);
    let problems = problems.into_vec();
    built.unwrap_or_else(|_| panic!("the policy has problems: {problems:#?}"))
}

fn each_program(built: &Built) -> impl Iterator<Item = &Program> {
    Arch::ALL
        .into_iter()
        .flat_map(|arch| Supervision::ALL.map(|supervision| (arch, supervision)))
        .map(|(arch, supervision)| built.program(arch, supervision).expect("every program is built"))
}

#[test]
fn the_guides_policy_compiles_to_these_programs() {
    let built = built(GUIDE);
    for program in each_program(&built) {
        let listing = symbolic_listing(program.arch, &program.insns);
        let name = format!("guide_{}_{}.txt", program.arch.name(), program.supervision.name());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(&name);
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().expect("the path has a parent")).expect("the folder can be made");
            fs::write(&path, &listing).expect("the listing can be written");
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(listing, golden, "{name} differs: if that is meant, run with BLESS=1");
    }
}

/// The kernel answers such a call from its bitmap, without running the filter, only if nothing but nr and arch is loaded.
#[test]
fn plain_allows_can_be_answered_from_the_kernels_cache() {
    let built = built(GUIDE);
    for program in each_program(&built) {
        let loaded = Loaded::load(&program.bind(&[])).expect("the kernel takes the program");
        for call in ["read", "clock_gettime", "gettimeofday"] {
            let nr =
                tables::syscall(call).and_then(|call| call.number(program.arch)).expect("every architecture has it");
            assert!(loaded.constant_allow(program.arch.audit(), nr), "{call} on {}", program.arch.name());
        }
        let write =
            tables::syscall("write").and_then(|call| call.number(program.arch)).expect("every architecture has it");
        assert!(!loaded.constant_allow(program.arch.audit(), write));
    }
}

#[test]
fn an_argument_is_compared_as_wide_as_the_kernel_reads_it() {
    let built = built(GUIDE);
    let program = built.program(Arch::X86_64, Supervision::Standalone).expect("every program is built");
    let loads: Vec<u32> = program
        .insns
        .iter()
        .filter(|insn| insn.code == op::LD_ABS)
        .filter_map(|insn| if let Operand::Known(offset) = insn.k { Some(offset) } else { None })
        .collect();
    // fd (arg0) and prot (arg2) of 32 bits: never their upper halves; len (arg1) of 64: both.
    assert!(!loads.contains(&20) && !loads.contains(&36), "{loads:?}");
    assert!(loads.contains(&16) && loads.contains(&32) && loads.contains(&24) && loads.contains(&28), "{loads:?}");
}
