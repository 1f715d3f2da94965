//! Ours is ahead of every known compiler of seccomp filters, on other people's policies, in all that is not a timing.
//!
//! seccompiler always takes part; libseccomp where it is installed, kafel where `SANDBOX2_KAFEL` says where its library is.
//! The benchmark `compilers` has the timings.

mod rivals;

use rivals::figures::{Figures, Mismatches, figures, mismatches};
use rivals::{Compiler, FIXTURES, built, meaning};

/// The figures of ours, and of every rival that can be had.
fn compared(name: &str) -> (Figures, Vec<(Compiler, Figures)>) {
    let built = built(name);
    let meaning = meaning(&built);
    let of = |compiler: Compiler| match compiler.compile(meaning) {
        Ok(made) => Some((compiler, figures(meaning, &made.program))),
        Err(reason) => {
            println!("{}: {reason}", compiler.name());
            None
        }
    };
    let ours = of(Compiler::Ours).expect("ours compiles every policy").1;
    (ours, Compiler::ALL.into_iter().skip(1).filter_map(of).collect())
}

#[test]
fn no_other_compiler_makes_a_shorter_program_or_a_shorter_path() {
    for name in FIXTURES {
        let (ours, rivals) = compared(name);
        assert!(rivals.iter().any(|(compiler, _)| *compiler == Compiler::Seccompiler), "nobody to compare with");
        for (compiler, theirs) in rivals {
            let rival = compiler.name();
            assert!(ours.instructions <= theirs.instructions, "{name}: {rival} {theirs:?}, ours {ours:?}");
            assert!(ours.longest <= theirs.longest, "{name}: {rival} {theirs:?}, ours {ours:?}");
            assert!(ours.mean <= theirs.mean, "{name}: {rival} {theirs:?}, ours {ours:?}");
            assert!(ours.checked <= theirs.checked, "{name}: {rival} {theirs:?}, ours {ours:?}");
            assert!(ours.cached >= theirs.cached, "{name}: {rival} {theirs:?}, ours {ours:?}");
        }
    }
}

/// The figures that were the best known for two of the policies when this was written: those of a hand-written tree.
#[test]
fn the_best_figures_that_were_known_are_kept() {
    let docker = compared("docker").0;
    assert!(docker.instructions <= 100 && docker.mean <= 9.5, "{docker:?}");
    let eighty = compared("eighty").0;
    assert!(eighty.instructions <= 98 && eighty.mean <= 10.4 && eighty.checked <= 11, "{eighty:?}");
}

/// Else the comparison would be between different things.
#[test]
fn all_compilers_programs_decide_alike_where_their_languages_can_say_it() {
    for name in FIXTURES {
        let built = built(name);
        let meaning = meaning(&built);
        for compiler in Compiler::ALL {
            let Ok(made) = compiler.compile(meaning) else { continue };
            let found = mismatches(meaning, compiler, &made);
            assert_eq!(found.unexplained, 0, "{name}: {} {found:?}", compiler.name());
            if compiler == Compiler::Ours {
                assert_eq!(found, Mismatches { tried: found.tried, ..Mismatches::default() }, "{name}");
            }
        }
    }
}
