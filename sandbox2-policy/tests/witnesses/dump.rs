//! The corpus for a kernel elsewhere: programs and calls as bytes, which `tests/qemu/witness.c` reads. CONTRIBUTING.md says how.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::reference::expected_return;

use crate::dice::Dice;
use crate::{built, from_environment, generate};

/// How many calls one program is tried with at most.
const CALLS: usize = 40;

/// If `SANDBOX2_DUMP` names a file: writes the corpus for the architecture that `SANDBOX2_DUMP_ARCH` names (aarch64 if it does not).
#[test]
fn the_corpus_can_be_taken_elsewhere() {
    let Some(path) = std::env::var_os("SANDBOX2_DUMP") else {
        println!("skipped: SANDBOX2_DUMP names no file to write to");
        return;
    };
    let arch = std::env::var("SANDBOX2_DUMP_ARCH").map_or(Arch::Aarch64, |name| {
        Arch::ALL.into_iter().find(|arch| arch.name() == name).unwrap_or_else(|| panic!("no architecture {name}"))
    });
    let wanted = from_environment("SANDBOX2_RANDOM_POLICIES", 2_000);
    let mut dice = Dice::new(from_environment("SANDBOX2_RANDOM_SEED", 3));
    let mut bytes = BufWriter::new(File::create(path).expect("the file can be made"));
    let mut word = |number: u32| bytes.write_all(&number.to_le_bytes()).expect("the file can be written");
    word(wanted as u32);
    let mut programs = 0;
    while programs < wanted {
        let Ok(built) = built(&generate::policy(&mut dice)) else { continue };
        programs += 1;
        let meaning = built.checked().meaning(arch);
        let symbols = [dice.pick(&[0, 1, 3, 0xffff_ffff])];
        let program = built.program(arch, Supervision::Standalone).expect("every program is built").bind(&symbols);
        word(program.len() as u32);
        for insn in &program {
            word(u32::from(insn.code) | u32::from(insn.jt) << 16 | u32::from(insn.jf) << 24);
            word(insn.k);
        }
        let calls: Vec<SeccompData> =
            generate::calls(&mut dice, meaning, 6).into_iter().filter(|data| data.arch == arch.audit()).collect();
        let step = calls.len().div_ceil(CALLS).max(1);
        let calls: Vec<&SeccompData> = calls.iter().step_by(step).collect();
        word(calls.len() as u32);
        for data in calls {
            word(data.nr);
            word(expected_return(meaning, Supervision::Standalone, data, &symbols));
            for arg in data.args {
                word(arg as u32);
                word((arg >> 32) as u32);
            }
        }
    }
}
