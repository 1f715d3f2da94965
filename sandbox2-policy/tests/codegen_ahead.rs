//! Ours is ahead of every known compiler of seccomp filters, on other people's policies: all that is not a timing.
//!
//! libseccomp and kafel take part where they are installed; the benchmark `compilers` has the timings.

mod rivals;

use rivals::figures::{figures, mismatches};
use rivals::{Compiler, FIXTURES, built, meaning};

#[test]
fn show() {
    for name in FIXTURES {
        let built = built(name);
        let meaning = meaning(&built);
        for compiler in Compiler::ALL {
            match compiler.compile(meaning) {
                Ok(made) => {
                    println!("{name:22} {:18} {:?} {:?} {:?}", compiler.name(), figures(meaning, &made.program), made.left_out, mismatches(meaning, compiler, &made));
                }
                Err(error) => println!("{name} {} {error}", compiler.name()),
            }
        }
    }
}
