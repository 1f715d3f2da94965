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
    match compile_c(&out.join("zpipe")) {
        Ok(program) => println!("cargo::rustc-env=ZPIPE_SANDBOXEE={}", program.display()),
        // The example says so when it is run.
        Err(missing) => println!("cargo::rustc-env=ZPIPE_MISSING={missing}"),
    }
}

/// Compiles `zpipe.c` with the system's C compiler and zlib; what is missing, in one line.
fn compile_c(program: &Path) -> Result<&Path, String> {
    let output = Command::new("cc")
        .args(["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-O2", "-Wall", "-Wextra", "-o"])
        .arg(program)
        .args(["sandboxees/zpipe.c", "-lz"])
        .output()
        .map_err(|error| format!("no C compiler (cc): {error}"))?;
    if output.status.success() {
        return Ok(program);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.contains("error") || line.contains("cannot find")).unwrap_or("cc failed");
    Err(format!("{line} (zlib and its headers are often called zlib1g-dev)"))
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
