//! The installed C library: found by pkg-config, linked in every way, and no burden on programs that have exceptions and backtraces.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use sandbox2_tests::scratch::Scratch;
use sandbox2_tests::{client_library, host};

/// A program that talks to itself.
const PROGRAM: &str = r#"
#include <stdio.h>
#include <sandbox2_client.h>
int main(void) {
    sandbox2_comms *one, *other;
    uint32_t number = 0;
    if (sandbox2_comms_pair(&one, &other) || sandbox2_comms_send_u32(one, 41)) return 1;
    if (sandbox2_comms_receive_u32(other, &number)) return 2;
    sandbox2_comms_free(one);
    sandbox2_comms_free(other);
    printf("%u\n", number + 1);
    return 0;
}
"#;

/// The same in C++; it also throws through its own frames, catches, and counts those frames.
const PROGRAM_IN_CPP: &str = r#"
#include <cstdio>
#include <stdexcept>
#include <unwind.h>
#include <sandbox2_client.h>
static _Unwind_Reason_Code count(struct _Unwind_Context *, void *frames) {
    ++*static_cast<int *>(frames);
    return _URC_NO_REASON;
}
static int thrower(int number) {
    if (number == 0) {
        int frames = 0;
        _Unwind_Backtrace(count, &frames);
        throw std::runtime_error(frames > 3 ? "caught" : "no frames");
    }
    return thrower(number - 1) + 1;
}
int main() {
    sandbox2_comms *one, *other;
    uint32_t number = 0;
    if (sandbox2_comms_pair(&one, &other) || sandbox2_comms_send_u32(one, 41)) return 1;
    if (sandbox2_comms_receive_u32(other, &number)) return 2;
    try {
        return thrower(5);
    } catch (const std::exception &error) {
        std::printf("%u %s\n", number + 1, error.what());
    }
    return 0;
}
"#;

fn output(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Whether such a program is there; says so if not.
fn there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        host::skip(&format!("there is no {program}"));
    }
    found
}

/// What pkg-config says of the library.
fn flags(prefix: &Path, more: &[&str]) -> Vec<String> {
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")).args(["--cflags", "--libs", "sandbox2_client"]);
    let said = output(command.args(more)).stdout;
    String::from_utf8(said).expect("flags are text").split_whitespace().map(str::to_owned).collect()
}

/// Compiles a program with these flags, and runs it; what it prints.
fn printed(compiler: &str, prefix: &Path, source: &str, flags: &[String]) -> String {
    let scratch = Scratch::new("c-library");
    let file = scratch.file(if compiler == "cc" { "program.c" } else { "program.cc" }, source);
    let program = scratch.0.join("program");
    output(Command::new(compiler).args(["-Wall", "-Wextra", "-Werror", "-o"]).arg(&program).arg(file).args(flags));
    let said = output(Command::new(&program).env("LD_LIBRARY_PATH", prefix.join("lib")));
    String::from_utf8(said.stdout).expect("it prints text")
}

#[test]
fn pkg_config_knows_how_to_link_it() {
    let Some(prefix) = client_library::installed() else { return };
    if !there("pkg-config") {
        return;
    }
    assert_eq!(printed("cc", &prefix, PROGRAM, &flags(&prefix, &[])), "42\n");
    let version = flags(&prefix, &["--modversion"]);
    assert!(version.contains(&env!("CARGO_PKG_VERSION").to_owned()), "{version:?}");
    if client_library::can_compile(sandbox2_tests::sandboxees::Linkage::Static) {
        let fixed = [flags(&prefix, &["--static"]), vec!["-static".to_owned()]].concat();
        assert_eq!(printed("cc", &prefix, PROGRAM, &fixed), "42\n");
    }
}

/// The library has an unwinder of its own that finds nothing: it must not be anybody else's.
#[test]
fn programs_in_cpp_keep_their_exceptions_and_their_backtraces() {
    let Some(prefix) = client_library::installed() else { return };
    if !there("c++") {
        return;
    }
    let include = format!("-I{}", prefix.join("include").display());
    let library = |name: &str| prefix.join("lib").join(name).display().to_string();
    for name in ["libsandbox2_client.a", "libsandbox2_client.so"] {
        let flags = [include.clone(), library(name)];
        assert_eq!(printed("c++", &prefix, PROGRAM_IN_CPP, &flags), "42 caught\n", "{name}");
    }
    if client_library::can_compile(sandbox2_tests::sandboxees::Linkage::Static) {
        let flags = [include, library("libsandbox2_client.a"), "-static".to_owned()];
        assert_eq!(printed("c++", &prefix, PROGRAM_IN_CPP, &flags), "42 caught\n");
    }
}

/// Both libraries have what the header declares, and the shared one nothing else.
#[test]
fn the_libraries_have_what_the_header_declares() {
    let Some(prefix) = client_library::installed() else { return };
    if !there("nm") {
        return;
    }
    let symbols = |arguments: &[&str], name: &str| -> Vec<String> {
        let said = output(Command::new("nm").args(arguments).arg(prefix.join("lib").join(name))).stdout;
        let text = String::from_utf8_lossy(&said).into_owned();
        let mut names: Vec<_> = text.lines().filter_map(|line| line.split(' ').nth(2)).map(str::to_owned).collect();
        names.sort();
        names
    };
    let header = fs::read_to_string(prefix.join("include/sandbox2_client.h")).expect("it is there");
    let mut declared: Vec<_> = client_library::functions(&header).into_iter().map(str::to_owned).collect();
    declared.sort();
    assert!(declared.len() > 80, "the header's functions are not found: {declared:?}");
    assert_eq!(symbols(&["-D", "--defined-only"], "libsandbox2_client.so.0"), declared);
    let fixed = symbols(&["-g", "--defined-only"], "libsandbox2_client.a");
    assert!(declared.iter().all(|name| fixed.contains(name)), "{fixed:?}");
    for name in ["_Unwind_Backtrace", "rust_eh_personality", "malloc"] {
        assert!(!fixed.contains(&name.to_owned()), "{name} is everybody's");
    }
}
