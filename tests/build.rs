//! Builds the sandboxees in `sandboxees/`: each twice, statically linked (where the toolchain can) and dynamically.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=sandboxees");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut linked_statically = true;
    for entry in fs::read_dir("sandboxees").expect("the folder of sandboxees is there") {
        let source = entry.expect("the folder can be read").path();
        // Those in C are compiled by the tests, where there is a compiler.
        if source.extension() != Some("rs".as_ref()) {
            continue;
        }
        let name = source.file_stem().expect("a source has a name").to_owned();
        let dynamic = out.join("dynamic").join(&name);
        let fixed = out.join("static").join(&name);
        for program in [&dynamic, &fixed] {
            fs::create_dir_all(program.parent().expect("a program lies in a folder")).expect("folders can be made");
        }
        assert!(compile(&source, &dynamic, &[]), "{} does not compile", source.display());
        if !compile(&source, &fixed, &["-Ctarget-feature=+crt-static", "-Crelocation-model=static"]) {
            linked_statically = false;
        }
    }
    println!("cargo::rustc-env=SANDBOXEES={}", out.display());
    println!("cargo::rustc-env=LINKED_STATICALLY={linked_statically}");
}

/// Compiles one file with the toolchain that compiles this crate.
fn compile(source: &Path, program: &Path, flags: &[&str]) -> bool {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = env::var_os("TARGET").expect("cargo sets TARGET");
    let output = Command::new(rustc)
        .args(["--edition=2024", "-Copt-level=1", "-Cpanic=abort", "-Cstrip=symbols", "--target"])
        .arg(target)
        .args(flags)
        .arg("-o")
        .arg(program)
        .arg(source)
        .output();
    output.is_ok_and(|output| output.status.success())
}
