//! Builds the programs that the examples run inside sandboxes: statically linked where the toolchain can.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=sandboxees");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for (source, variable) in
        [("sandboxees/static.rs", "STATIC_SANDBOXEE"), ("sandboxees/violation.rs", "VIOLATION_SANDBOXEE")]
    {
        let name = Path::new(source).file_stem().expect("the sources have names");
        let program = out.join(name);
        if !compile(source, &program, &["-Ctarget-feature=+crt-static", "-Crelocation-model=static"]) {
            println!("cargo::warning=this toolchain cannot link statically: {source} is linked dynamically");
            assert!(compile(source, &program, &[]), "{source} does not compile");
        }
        println!("cargo::rustc-env={variable}={}", program.display());
    }
}

/// Compiles one file with the toolchain that compiles this crate.
fn compile(source: &str, program: &Path, flags: &[&str]) -> bool {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = env::var_os("TARGET").expect("cargo sets TARGET");
    let output = Command::new(rustc)
        .args(["--edition=2024", "-Copt-level=2", "-Cpanic=abort", "-Cstrip=symbols", "--target"])
        .arg(target)
        .args(flags)
        .arg("-o")
        .arg(program)
        .arg(source)
        .output();
    output.is_ok_and(|output| output.status.success())
}
