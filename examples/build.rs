//! Builds the programs that the examples run inside sandboxes: statically linked where the toolchain can.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const SMALL: &[&str] = &["-Copt-level=2", "-Cstrip=symbols"];

fn main() {
    println!("cargo::rerun-if-changed=sandboxees");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for (source, variable) in
        [("sandboxees/static.rs", "STATIC_SANDBOXEE"), ("sandboxees/violation.rs", "VIOLATION_SANDBOXEE")]
    {
        let name = Path::new(source).file_stem().expect("the sources have names");
        let program = out.join(name);
        if !compile(source, &program, &[SMALL, &["-Ctarget-feature=+crt-static", "-Crelocation-model=static"]].concat())
        {
            println!("cargo::warning=this toolchain cannot link statically: {source} is linked dynamically");
            assert!(compile(source, &program, SMALL), "{source} does not compile");
        }
        println!("cargo::rustc-env={variable}={}", program.display());
    }
    let crash = out.join("crash-rust");
    assert!(compile("sandboxees/crash.rs", &crash, &["-g", "-Copt-level=0"]), "sandboxees/crash.rs does not compile");
    println!("cargo::rustc-env=CRASH_RUST={}", crash.display());
    match compile_cpp(&out.join("crash-cpp")) {
        Ok(program) => println!("cargo::rustc-env=CRASH_CPP={}", program.display()),
        Err(missing) => println!("cargo::rustc-env=CRASH_CPP_MISSING={missing}"),
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

/// Compiles `crash.cc` with the system's C++ compiler; what is missing, in one line.
fn compile_cpp(program: &Path) -> Result<&Path, String> {
    let output = Command::new("c++")
        .args(["-g", "-O0", "-std=c++17", "-Wall", "-Wextra", "-o"])
        .arg(program)
        .arg("sandboxees/crash.cc")
        .output()
        .map_err(|error| format!("no C++ compiler (c++): {error}"))?;
    if output.status.success() {
        return Ok(program);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().find(|line| line.contains("error")).unwrap_or("c++ failed").to_owned())
}

/// Compiles one file with the toolchain that compiles this crate.
fn compile(source: &str, program: &Path, flags: &[&str]) -> bool {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let target = env::var_os("TARGET").expect("cargo sets TARGET");
    let output = Command::new(rustc)
        .args(["--edition=2024", "-Cpanic=abort", "--target"])
        .arg(target)
        .args(flags)
        .arg("-o")
        .arg(program)
        .arg(source)
        .output();
    output.is_ok_and(|output| output.status.success())
}
