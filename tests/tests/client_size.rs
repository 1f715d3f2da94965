//! What the client costs a sandboxee: under 300 KiB of a statically linked, stripped program, with all that it has.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use sandbox2_tests::sandboxees::Linkage;
use sandbox2_tests::scratch::Scratch;
use sandbox2_tests::{client_library, host};

/// In bytes.
const MOST: u64 = 300 * 1024;

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).len()
}

fn holds(what: &str, without: u64, with: u64) {
    println!("{what}: {without} bytes without the client, {with} with all of it: {} KiB more", (with - without) / 1024);
    assert!(with > without, "the client is not in the program");
    assert!(with - without < MOST, "{what}: {} bytes more, which is not under {MOST}", with - without);
}

#[test]
fn a_program_in_c_grows_by_less_than_300_kib() {
    if !client_library::can_compile(Linkage::Static) {
        return;
    }
    let Some(prefix) = client_library::installed() else { return };
    let header = fs::read_to_string(prefix.join("include/sandbox2_client.h")).expect("it is there");
    let functions = client_library::functions(&header);
    assert!(functions.len() > 80, "the header's functions are not found: {functions:?}");
    // The linker keeps what is referred to.
    let table: String = functions.iter().map(|name| format!("(function){name}, ")).collect();
    let all = format!(
        "#include <stdio.h>\n#include \"sandbox2_client.h\"\ntypedef void (*function)(void);\n\
         static function volatile functions[] = {{ {table} }};\n\
         int main(int argc, char **argv) {{ (void)argv; functions[argc](); puts(\"done\"); return 0; }}\n"
    );
    let nothing = "#include <stdio.h>\nint main(void) { puts(\"done\"); return 0; }\n";
    let scratch = Scratch::new("client-size");
    let compile = |name: &str, text: &str, more: &[&OsStr]| {
        let program = scratch.0.join(name);
        let mut compiler = Command::new("cc");
        compiler.args(["-static", "-s", "-Os", "-ffunction-sections", "-Wl,--gc-sections", "-I"]);
        compiler.arg(prefix.join("include")).arg("-o").arg(&program);
        run(compiler.arg(scratch.file(&format!("{name}.c"), text)).args(more));
        size(&program)
    };
    let without = compile("without", nothing, &[]);
    let with = compile("with", &all, &[prefix.join("lib/libsandbox2_client.a").as_os_str()]);
    holds("a static program in C", without, with);
}

#[test]
fn a_program_in_rust_grows_by_less_than_300_kib() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("sandbox2-client/c/library/Cargo.toml");
    let target = client_library::target();
    if !host::can_write(&target) {
        host::skip("this user cannot build the client here");
        return;
    }
    let everything = fs::read_to_string(manifest.with_file_name("examples/everything.rs")).expect("it is there");
    let header = fs::read_to_string(manifest.with_file_name("../include/sandbox2_client.h")).expect("it is there");
    for function in client_library::functions(&header) {
        assert!(everything.contains(&format!("c::{function} ")), "examples/everything.rs does not refer to {function}");
    }
    let build = |name: &str| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["rustc", "--quiet", "--profile", "client", "--example", name, "--manifest-path"]).arg(&manifest);
        cargo.arg("--target-dir").arg(&target);
        run(cargo.args(["--", "-Ctarget-feature=+crt-static", "-Crelocation-model=static"]));
        size(&target.join("client/examples").join(name))
    };
    if sandbox2_tests::sandboxees::linked_statically("exit").is_some() {
        holds("a static program in Rust", build("nothing"), build("everything"));
    }
}
