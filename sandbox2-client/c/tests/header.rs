//! The header: in step with this crate, and taken by compilers of C and C++.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sandbox2_client::tag;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn header() -> PathBuf {
    folder().join("include/sandbox2_client.h")
}

fn text() -> String {
    fs::read_to_string(header()).expect("the header is there")
}

#[test]
fn the_header_is_made_of_this_crate() {
    let config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).expect("the configuration is right");
    let bindings = cbindgen::Builder::new().with_crate(folder()).with_config(config).generate();
    let mut made = Vec::new();
    bindings.expect("a header can be made").write(&mut made);
    let made = String::from_utf8(made).expect("a header is text");
    if std::env::var_os("BLESS").is_some() {
        fs::write(header(), &made).expect("the header can be written");
    }
    assert!(made == text(), "the header is out of date: BLESS=1 cargo test -p sandbox2-client-c --test header");
}

#[test]
fn its_numbers_are_the_clients() {
    let text = text();
    let tags = [
        ("FIRST_RESERVED", tag::FIRST_RESERVED),
        ("BOOL", tag::BOOL),
        ("I8", tag::I8),
        ("U8", tag::U8),
        ("I16", tag::I16),
        ("U16", tag::U16),
        ("I32", tag::I32),
        ("U32", tag::U32),
        ("I64", tag::I64),
        ("U64", tag::U64),
        ("TEXT", tag::TEXT),
        ("BYTES", tag::BYTES),
        ("PROTO", tag::PROTO),
        ("BARRIER", tag::BARRIER),
        ("STATUS", tag::STATUS),
        ("VALUE", tag::VALUE),
        ("DESCRIPTOR", tag::DESCRIPTOR),
        ("CREDENTIALS", tag::CREDENTIALS),
        ("UPGRADE", tag::UPGRADE),
        ("NO_UPGRADE", tag::NO_UPGRADE),
        ("UPGRADED", tag::UPGRADED),
        ("ALONG", tag::ALONG),
    ];
    for (name, value) in tags {
        assert!(text.contains(&format!("#define SANDBOX2_TAG_{name} UINT32_C({value:#010x})")), "{name}");
    }
    assert_eq!(text.matches("#define SANDBOX2_TAG_").count(), tags.len(), "a tag is not looked at here");
    let sizes = [
        ("DEFAULT_MAX_MESSAGE", sandbox2_client::DEFAULT_MAX_MESSAGE),
        ("DEFAULT_MAX_BUFFER", sandbox2_client::DEFAULT_MAX_BUFFER),
        ("DEFAULT_SHARED_MEMORY", sandbox2_client::DEFAULT_SHARED_MEMORY),
        ("MAX_SHARED_MEMORY", sandbox2_client::MAX_SHARED_MEMORY),
    ];
    for (name, value) in sizes {
        assert!(text.contains(&format!("#define SANDBOX2_{name} {value}\n")), "{name} is {value}");
    }
}

/// Compiles a file that consists of the header; a compiler that is not there is not asked.
fn compiles(compiler: &str, arguments: &[&str]) {
    let output = Command::new(compiler)
        .args(arguments)
        .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"])
        .arg(header())
        .output();
    match output {
        Ok(output) => assert!(output.status.success(), "{compiler}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if std::env::var("SANDBOX2_REQUIRE").as_deref() == Ok("all") => panic!("{compiler}: {error}"),
        Err(error) => eprintln!("skipped: {compiler}: {error}"),
    }
}

#[test]
fn a_c_compiler_takes_it() {
    compiles("cc", &["-std=c99", "-Wstrict-prototypes", "-x", "c"]);
    compiles("cc", &["-std=c17", "-Wstrict-prototypes", "-x", "c"]);
}

#[test]
fn a_cpp_compiler_takes_it() {
    compiles("c++", &["-std=c++11", "-x", "c++"]);
}

#[test]
fn it_explains_everything_and_speaks_of_c_only() {
    let text = text();
    assert!(text.is_ascii(), "not every compiler takes more");
    let mut before = "";
    for line in text.lines() {
        let declares =
            !line.starts_with([' ', '}', '#', '/']) && line.contains("sandbox2_") && !line.starts_with("typedef");
        let end = before.trim_end().ends_with("*/");
        assert!(!declares || end, "there is nothing said of {line}");
        before = line;
    }
    for word in ["# Safety", "Self::", "[`", "Option", "Result<", "unsafe"] {
        assert!(!text.contains(word), "{word} is nothing for C");
    }
}
