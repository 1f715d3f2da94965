//! Programs and libraries made for the purpose, and those of the host.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::elf::Machine;
use super::search::Search;
use super::{LibraryError, MAX_LIBRARIES, resolve, resolve_with};

/// A directory that goes with the test.
struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sandbox2-libraries-{}-{count}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary directory");
        Place(path.canonicalize().expect("a temporary directory"))
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    fn text(&self, path: &str) -> String {
        self.at(path).to_str().expect("text").to_owned()
    }

    fn write(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a file")).expect("a directory");
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// Writes a loader, and a program that asks for it.
    fn program(&self, path: &str, file: &Made) -> PathBuf {
        self.write("ld/ld-test.so.2", &Made::default().soname("ld-test.so.2").bytes());
        let file = Made { interpreter: Some(self.text("ld/ld-test.so.2")), ..file.clone() };
        self.write(path, &file.bytes())
    }

    fn resolve(&self, binary: &Path) -> Result<Vec<PathBuf>, LibraryError> {
        resolve_with(binary, Some(Machine::X86_64), |loader| Search::on(&self.0, loader))
    }

    /// What is needed besides the loader, relative to this directory.
    fn libraries(&self, binary: &Path) -> Vec<String> {
        let paths = self.resolve(binary).expect("all there");
        assert_eq!(paths[0], self.at("ld/ld-test.so.2"));
        let relative = |path: &PathBuf| path.strip_prefix(&self.0).unwrap_or(path).to_str().expect("text").to_owned();
        paths[1..].iter().map(relative).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An ELF file to be made.
#[derive(Clone)]
struct Made {
    machine: u16,
    interpreter: Option<String>,
    strings: Vec<(u64, String)>,
    flags: u64,
}

impl Default for Made {
    fn default() -> Made {
        Made { machine: 62, interpreter: None, strings: Vec::new(), flags: 0 }
    }
}

impl Made {
    fn with(mut self, tag: u64, text: &str) -> Made {
        self.strings.push((tag, text.to_owned()));
        self
    }

    fn needs(self, library: &str) -> Made {
        self.with(1, library)
    }

    fn soname(self, name: &str) -> Made {
        self.with(14, name)
    }

    fn rpath(self, list: &str) -> Made {
        self.with(15, list)
    }

    fn runpath(self, list: &str) -> Made {
        self.with(29, list)
    }

    fn bytes(&self) -> Vec<u8> {
        const DYNAMIC: u64 = 64 + 3 * 56;
        let mut text = vec![0];
        let mut dynamic = Vec::new();
        for (tag, string) in &self.strings {
            dynamic.extend([*tag, text.len() as u64]);
            text.extend(string.bytes().chain([0]));
        }
        let text_at = DYNAMIC + (dynamic.len() as u64 + 8) * 8;
        dynamic.extend([0x6fff_fffb, self.flags, 5, text_at, 10, text.len() as u64, 0, 0]);
        let interpreter_at = text_at + text.len() as u64;
        let interpreter = self.interpreter.as_deref().unwrap_or_default();
        text.extend(interpreter.bytes().chain([0]));
        let end = text_at + text.len() as u64;
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(16, 0);
        bytes.extend([3_u16, self.machine].map(u16::to_le_bytes).concat());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend([0_u64, 64, 0].map(u64::to_le_bytes).concat());
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend([64_u16, 56, 3, 0, 0, 0].map(u16::to_le_bytes).concat());
        let interpreted = if self.interpreter.is_some() { 3 } else { 0 };
        let segments = [
            (1_u32, 0, end),
            (2, DYNAMIC, dynamic.len() as u64 * 8),
            (interpreted, interpreter_at, interpreter.len() as u64 + 1),
        ];
        for (kind, at, size) in segments {
            bytes.extend([kind, 4].map(u32::to_le_bytes).concat());
            bytes.extend([at, at, at, size, size, 8].map(u64::to_le_bytes).concat());
        }
        bytes.extend(dynamic.into_iter().flat_map(u64::to_le_bytes));
        bytes.extend(text);
        bytes
    }
}

fn library() -> Made {
    Made::default()
}

#[test]
fn a_static_program_needs_nothing() {
    let place = Place::new();
    let program = place.write("program", &Made::default().bytes());
    assert_eq!(place.resolve(&program).unwrap(), Vec::<PathBuf>::new());
}

#[test]
fn the_default_directories_are_looked_into_in_their_order() {
    let place = Place::new();
    let program = place.program("bin/program", &library().needs("liba.so").needs("libb.so"));
    for path in ["lib/x86_64-linux-gnu/liba.so", "lib64/liba.so", "usr/lib/libb.so"] {
        place.write(path, &library().bytes());
    }
    assert_eq!(place.libraries(&program), ["lib/x86_64-linux-gnu/liba.so", "usr/lib/libb.so"]);
}

#[test]
fn libraries_of_libraries_come_breadth_first_and_once() {
    let place = Place::new();
    let program = place.program("bin/program", &library().needs("liba.so").needs("libb.so"));
    place.write("lib/liba.so", &library().needs("libc.so").needs("libb.so").bytes());
    place.write("lib/libb.so", &library().needs("liba.so").needs("ld-test.so.2").bytes());
    place.write("lib/libc.so", &library().needs("libc.so").bytes());
    assert_eq!(place.libraries(&program), ["lib/liba.so", "lib/libb.so", "lib/libc.so"]);
}

#[test]
fn origin_is_where_the_file_is() {
    let place = Place::new();
    let program = place.program("app/bin/program", &library().needs("liba.so").runpath("/none:$ORIGIN/../lib"));
    place.write("app/lib/liba.so", &library().needs("libb.so").runpath("${ORIGIN}/deep").bytes());
    place.write("app/lib/deep/libb.so", &library().bytes());
    assert_eq!(place.libraries(&program), ["app/lib/liba.so", "app/lib/deep/libb.so"]);
}

#[test]
fn origin_of_a_linked_program_is_either_place() {
    let place = Place::new();
    let program = place.program("app/program", &library().needs("liba.so").runpath("$ORIGIN"));
    place.write("app/liba.so", &library().bytes());
    fs::create_dir(place.at("bin")).unwrap();
    symlink(&program, place.at("bin/program")).unwrap();
    assert_eq!(place.libraries(&place.at("bin/program")), ["app/liba.so"]);
}

#[test]
fn lib_and_platform_are_what_a_loader_may_make_of_them() {
    let place = Place::new();
    let list = format!("{}/$LIB:{}/$PLATFORM:{0}/$LIBRARY", place.text("x"), place.text("y"));
    let program = place.program("program", &library().needs("liba.so").needs("libb.so").needs("libc.so").rpath(&list));
    place.write("x/lib64/liba.so", &library().bytes());
    place.write("y/x86_64/libb.so", &library().bytes());
    place.write("y/haswell/libb.so", &library().bytes());
    place.write("x/$LIBRARY/libc.so", &library().bytes());
    let expected = ["x/lib64/liba.so", "y/haswell/libb.so", "y/x86_64/libb.so", "x/$LIBRARY/libc.so"];
    assert_eq!(place.libraries(&program), expected);
}

#[test]
fn rpath_serves_libraries_of_libraries_and_runpath_does_not() {
    let place = Place::new();
    let own = place.text("own");
    for (made, found) in [(library().rpath(&own), true), (library().runpath(&own), false)] {
        let program = place.program("program", &made.needs("liba.so"));
        place.write("own/liba.so", &library().needs("libb.so").bytes());
        place.write("own/libb.so", &library().bytes());
        match place.resolve(&program) {
            Ok(paths) => assert!(found && paths[1..] == [place.at("own/liba.so"), place.at("own/libb.so")]),
            Err(error) => assert!(!found && error.to_string().contains("own/liba.so needs libb.so"), "{error}"),
        }
    }
}

#[test]
fn rpath_does_not_count_beside_runpath() {
    let place = Place::new();
    let made = library().needs("liba.so").rpath(&place.text("one")).runpath(&place.text("two"));
    let program = place.program("program", &made);
    place.write("one/liba.so", &library().bytes());
    place.write("two/liba.so", &library().bytes());
    assert_eq!(place.libraries(&program), ["two/liba.so"]);
}

#[test]
fn what_another_machine_runs_is_passed_over() {
    let place = Place::new();
    let program = place.program("program", &library().needs("liba.so"));
    place.write("lib/x86_64-linux-gnu/liba.so", &Made { machine: 183, ..library() }.bytes());
    let mut narrow = library().bytes();
    narrow[4] = 1;
    place.write("lib64/liba.so", &narrow);
    place.write("usr/lib64/liba.so", b"INPUT(liba.so.1)");
    place.write("usr/lib/liba.so", &library().bytes());
    assert_eq!(place.libraries(&program), ["usr/lib/liba.so"]);
}

/// A cache with these entries: name, path, capabilities.
fn cache_of(entries: &[(&str, String, u64)]) -> Vec<u8> {
    let mut bytes = b"glibc-ld.so.cache1.1".to_vec();
    bytes.extend((entries.len() as u32).to_le_bytes());
    bytes.resize(48, 0);
    let mut strings = Vec::new();
    let start = 48 + entries.len() * 24;
    for (name, path, capabilities) in entries {
        let mut numbers = vec![0x303_u32];
        for text in [name, path.as_str()] {
            numbers.push((start + strings.len()) as u32);
            strings.extend(text.bytes().chain([0]));
        }
        numbers.push(0);
        bytes.extend(numbers.into_iter().flat_map(u32::to_le_bytes));
        bytes.extend(capabilities.to_le_bytes());
    }
    bytes.extend(strings);
    bytes
}

#[test]
fn the_cache_comes_along_where_only_it_knows_the_directory() {
    let place = Place::new();
    let program = place.program("program", &library().needs("liba.so"));
    let other = place.write("opt/liba.so", &library().bytes());
    let plain = place.write("usr/lib/liba.so", &library().bytes());
    for (path, needed) in [(other, true), (plain, false)] {
        place.write("etc/ld.so.cache", &cache_of(&[("liba.so", path.to_str().unwrap().to_owned(), 0)]));
        let paths = place.resolve(&program).unwrap();
        assert_eq!(paths[1], path);
        assert_eq!(paths.contains(&place.at("etc/ld.so.cache")), needed);
    }
}

#[test]
fn files_for_some_processors_come_along() {
    let place = Place::new();
    let program = place.program("program", &library().needs("liba.so"));
    place.write("usr/lib/liba.so", &library().bytes());
    place.write("usr/lib/glibc-hwcaps/x86-64-v3/liba.so", &library().needs("libb.so").bytes());
    place.write("usr/lib/libb.so", &library().bytes());
    let fast = place.text("usr/lib/glibc-hwcaps/x86-64-v3/liba.so");
    place.write(
        "etc/ld.so.cache",
        &cache_of(&[("liba.so", fast, 1 << 62), ("liba.so", place.text("usr/lib/liba.so"), 0)]),
    );
    let expected = ["usr/lib/liba.so", "usr/lib/glibc-hwcaps/x86-64-v3/liba.so", "usr/lib/libb.so", "etc/ld.so.cache"];
    assert_eq!(place.libraries(&program), expected);
}

#[test]
fn no_default_directories_means_none() {
    let place = Place::new();
    let program = place.program("program", &Made { flags: 0x800, ..library().needs("liba.so") });
    place.write("lib/liba.so", &library().bytes());
    assert!(matches!(place.resolve(&program), Err(LibraryError::Missing { .. })));
}

#[test]
fn the_loader_of_musl_is_its_c_library() {
    let place = Place::new();
    let loader = place.write("lib/ld-musl-x86_64.so.1", &library().bytes());
    let needs = library().needs("libc.musl-x86_64.so.1").needs("libpthread.so").needs("libz.so");
    let made = Made { interpreter: Some(loader.to_str().unwrap().to_owned()), ..needs };
    let program = place.write("program", &made.bytes());
    let list = Path::new(&loader).parent().unwrap().parent().unwrap().join("etc/ld-musl-x86_64.path");
    let usual = place.write("usr/lib/libz.so", &library().bytes());
    let resolve = || resolve_with(&program, Some(Machine::X86_64), |loader| Search::on(&place.0, loader)).unwrap();
    assert_eq!(resolve(), [loader.clone(), usual]);
    // `Search::on` puts what the loader looks up below the place, which the loader's own path already is.
    let below =
        place.write(list.to_str().unwrap().trim_start_matches('/'), format!("/none\n{}", place.text("opt")).as_bytes());
    let listed = place.write("opt/libz.so", &library().bytes());
    assert_eq!(resolve(), [loader.clone(), listed, below]);
}

#[test]
fn a_missing_library_is_named_with_who_needs_it() {
    let place = Place::new();
    let program = place.program("program", &library().needs("liba.so"));
    place.write("lib/liba.so", &library().needs("libgone.so.7").bytes());
    let error = place.resolve(&program).unwrap_err().to_string();
    assert!(error.contains("lib/liba.so needs libgone.so.7"), "{error}");
}

#[test]
fn a_missing_loader_is_named() {
    let place = Place::new();
    let made = Made { interpreter: Some(place.text("gone/ld.so")), ..library() };
    let error = place.resolve(&place.write("program", &made.bytes())).unwrap_err().to_string();
    assert!(error.contains("gone/ld.so"), "{error}");
}

#[test]
fn too_many_libraries_are_too_many() {
    let place = Place::new();
    let program = place.program("program", &library().needs("lib0.so"));
    for index in 0..=MAX_LIBRARIES {
        place.write(&format!("lib/lib{index}.so"), &library().needs(&format!("lib{}.so", index + 1)).bytes());
    }
    assert!(matches!(place.resolve(&program), Err(LibraryError::TooMuch { limit: MAX_LIBRARIES, .. })));
}

#[test]
fn a_file_with_far_too_much_to_say_is_refused() {
    let place = Place::new();
    let long = "x".repeat(60 << 10);
    let talkative = (0..5).fold(library(), |made, index| made.needs(&format!("{long}{index}")));
    let error = place.resolve(&place.program("program", &talkative)).unwrap_err();
    assert!(matches!(error, LibraryError::Unusable { .. }), "{error}");
}

#[test]
fn what_is_no_elf_file_is_an_error_that_says_so() {
    let place = Place::new();
    let script = place.write("script", format!("#!/bin/sh\n{}", "#".repeat(80)).as_bytes());
    let error = place.resolve(&script).unwrap_err().to_string();
    assert!(error.contains("interpreter"), "{error}");
    for path in [place.0.clone(), place.at("gone"), place.write("empty", b""), "/dev/zero".into()] {
        place.resolve(&path).unwrap_err();
    }
}

#[test]
fn a_pipe_in_the_place_of_a_library_does_not_block() {
    let place = Place::new();
    let program = place.program("program", &library().needs("liba.so"));
    fs::create_dir_all(place.at("lib")).unwrap();
    if !Command::new("mkfifo").arg(place.at("lib/liba.so")).status().is_ok_and(|status| status.success()) {
        return println!("skipped: no mkfifo");
    }
    assert!(matches!(place.resolve(&program), Err(LibraryError::Missing { .. })));
}

#[test]
fn damage_to_any_byte_of_a_file_harms_nobody() {
    let place = Place::new();
    let program = place.program("program", &library().needs("liba.so").runpath("$ORIGIN:$LIB"));
    let whole = library().needs("libb.so").soname("liba.so.1").rpath("/x:$PLATFORM").bytes();
    place.write("lib/libb.so", &library().bytes());
    for length in 0..=whole.len() {
        place.write("lib/liba.so", &whole[..length]);
        let _ = place.resolve(&program);
    }
    for at in 0..whole.len() {
        for value in [0, 1, 0x24, 0x7f, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            place.write("lib/liba.so", &bytes);
            let _ = place.resolve(&program);
            let path = place.write("damaged", &bytes);
            let _ = place.resolve(&path);
        }
    }
}

#[test]
fn damage_to_a_program_of_the_host_harms_nobody() {
    let place = Place::new();
    let Ok(whole) = fs::read("/bin/ls") else { return println!("skipped: no /bin/ls") };
    for length in 0..whole.len().min(4096) {
        let path = place.write("cut", &whole[..length]);
        resolve(&path).unwrap_err();
    }
    let mut state = 1_u64;
    for _ in 0..2000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Mostly in the headers, else anywhere.
            let range = if state >> 63 == 0 { 1024 } else { bytes.len() };
            let at = (state >> 20) as usize % range;
            bytes[at] ^= 1 << (state >> 60 & 7);
        }
        let path = place.write("flipped", &bytes);
        let _ = resolve(&path);
    }
}

/// What the loader itself says that a program of the host needs; `None` if it does not say.
fn according_to_loader(binary: &str) -> Option<BTreeSet<PathBuf>> {
    let output = Command::new("ldd").arg(binary).output().ok().filter(|output| output.status.success())?;
    let paths = output.stdout.split(u8::is_ascii_whitespace).filter(|word| word.starts_with(b"/"));
    Some(paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect())
}

#[test]
fn programs_of_the_host_need_what_their_loader_says() {
    for binary in ["/bin/ls", "/bin/sh", "/usr/bin/python3", "/usr/bin/git", "/usr/bin/gcc", "/usr/bin/perl"] {
        let Some(expected) = according_to_loader(binary) else {
            println!("skipped: {binary}");
            continue;
        };
        let found: BTreeSet<PathBuf> = resolve(Path::new(binary)).unwrap().into_iter().collect();
        assert_eq!(found, expected, "{binary}");
    }
}

#[test]
fn static_programs_of_the_host_need_nothing() {
    for binary in ["/sbin/ldconfig", "/bin/busybox", "/lib64/ld-linux-x86-64.so.2"] {
        match resolve(Path::new(binary)) {
            Ok(paths) => assert_eq!(paths, Vec::<PathBuf>::new(), "{binary}"),
            Err(error) => println!("skipped: {error}"),
        }
    }
}
