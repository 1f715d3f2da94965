//! The examples, run as a user runs them.

use std::ffi::{CString, OsStr};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use sandbox2_tests::scratch::Scratch;
use sandbox2_tests::{host, sandboxees};

/// The folder of this build's programs, such as `target/debug`.
fn programs() -> PathBuf {
    let this = std::env::current_exe().expect("this test has a path");
    this.ancestors().nth(2).expect("tests lie in target/PROFILE/deps").to_owned()
}

fn writable(folder: &Path) -> bool {
    let path = CString::new(folder.as_os_str().as_bytes()).expect("no zero in a path");
    // SAFETY: the path ends with a zero.
    unsafe { libc::access(path.as_ptr(), libc::W_OK) == 0 }
}

/// The example of that name, up to date; `None`, with the reason printed, if it is neither there nor can be built here.
fn example(name: &str) -> Option<PathBuf> {
    static BUILT: OnceLock<()> = OnceLock::new();
    if !host::can_launch() {
        return None;
    }
    let programs = programs();
    if writable(&programs) {
        BUILT.get_or_init(|| build(&programs));
    }
    let example = programs.join(name);
    if !example.exists() {
        host::skip("the examples are not built, and this user cannot build them here");
        return None;
    }
    Some(example)
}

/// Builds the examples into the folder that this test was built into.
fn build(programs: &Path) {
    let profile = match programs.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "sandbox2-examples", "--bins", "--profile", profile, "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(programs.parent().expect("it lies in the target folder"))
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

struct Said {
    status: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        let text = |bytes| String::from_utf8(bytes).expect("it writes text");
        Said { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Runs an example in the root directory, with nothing on its standard input.
fn run<A: AsRef<OsStr>>(name: &str, args: &[A]) -> Option<Said> {
    let mut command = Command::new(example(name)?);
    command.args(args).current_dir("/").stdin(Stdio::null());
    Some(command.output().expect("it can be started").into())
}

/// The path of a program of the machine; `None`, with the reason printed, if it is not there.
fn program(path: &str) -> Option<&str> {
    if !Path::new(path).exists() {
        host::skip(&format!("there is no {path}"));
        return None;
    }
    Some(path)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

#[test]
fn static_runs_the_guides_program() {
    let Some(said) = run::<&str>("static", &[]) else { return };
    let version = fs::read_to_string("/proc/version").expect("/proc can be read").to_uppercase();
    assert!(said.out.starts_with(&version), "{}", said.out);
    assert!(said.out.contains("/etc/passwd: No such file or directory"), "{}", said.out);
    assert!(said.out.ends_with("Final execution status: OK - Exit code: 0\n"), "{}", said.out);
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""));
}

#[test]
fn tool_runs_a_program_of_the_machine() {
    let Some(sha256sum) = program("/usr/bin/sha256sum") else { return };
    let scratch = Scratch::new("tool-file");
    let file = scratch.file("data", &"x".repeat(100_000));
    let outside: Said = Command::new(sha256sum).arg(&file).output().expect("it can be started").into();
    let Some(inside) = run("tool", &[sha256sum, text(&file)]) else { return };
    assert_eq!(inside.out, outside.out);
    assert_eq!(inside.status, Some(0), "{}", inside.err);
    assert_eq!(inside.err, "Final execution status: OK - Exit code: 0\n");
}

#[test]
fn tool_passes_the_exit_code_on() {
    let Some(path) = sandboxees::linked_statically("exit") else { return };
    let Some(said) = run("tool", &[text(&path), "7"]) else { return };
    assert_eq!((said.status, said.err.as_str()), (Some(7), "Final execution status: OK - Exit code: 7\n"));
}

#[test]
fn tool_stops_a_forbidden_call_with_a_full_report() {
    let Some(path) = sandboxees::linked_statically("call") else { return };
    let socket = format!("{},{},{},0", libc::SYS_socket, libc::AF_INET, libc::SOCK_STREAM);
    let Some(said) = run("tool", &["--", text(&path), &socket]) else { return };
    assert_eq!((said.status, said.out.as_str()), (Some(2), ""));
    let parts = [
        "Final execution status: SYSCALL VIOLATION",
        "SYSCALL VIOLATION in",
        "socket",
        "AF_INET",
        "ALLOW socket",
        "used",
    ];
    for part in parts {
        assert!(said.err.contains(part), "{part} is missing in\n{}", said.err);
    }
}

#[test]
fn tool_ends_what_runs_for_too_long() {
    let Some(sleep) = program("/usr/bin/sleep") else { return };
    let Some(said) = run("tool", &["--time", "1", sleep, "600"]) else { return };
    assert_eq!(said.status, Some(2), "{}", said.err);
    assert!(said.err.starts_with("Final execution status: Process TIMEOUT - Wall time limit: 1s\n"), "{}", said.err);
}

#[test]
fn tool_lets_nothing_be_written_unless_it_is_said() {
    let Some(path) = sandboxees::linked_statically("files") else { return };
    let scratch = Scratch::new("tool-dir");
    let (folder, new) = (text(&scratch.0), scratch.0.join("new"));
    let Some(said) = run("tool", &["--ro", folder, text(&path), "make", text(&new)]) else { return };
    assert_eq!(said.out, format!("make {}: errno {}\n", new.display(), libc::EROFS), "{}", said.err);
    assert!(!new.exists());
    let Some(said) = run("tool", &["--rw", folder, text(&path), "make", text(&new)]) else { return };
    assert_eq!(said.out, format!("make {}: done\n", new.display()), "{}", said.err);
    assert!(new.exists());
}

#[test]
fn tool_says_what_it_cannot_run() {
    let Some(said) = run("tool", &["/no/such/program"]) else { return };
    assert_ne!(said.status, Some(0));
    assert!(said.err.contains("/no/such/program"), "{}", said.err);
    let Some(said) = run("tool", &["--colour", "x"]) else { return };
    assert_eq!((said.status, said.err.as_str()), (Some(1), "tool: no such option: --colour\n"));
}

#[test]
fn violation_shows_one_of_each_outcome() {
    let Some(said) = run::<&str>("violation", &[]) else { return };
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{}", said.out);
    let lines: Vec<&str> =
        said.out.split("=== ").skip(1).map(|part| part.lines().nth(1).expect("an outcome has a line")).collect();
    let expected = [
        "OK - Exit code: 0",
        "OK - Exit code: 7",
        "SYSCALL VIOLATION - ",
        "SYSCALL VIOLATION - ",
        "Process terminated with a SIGNAL - Signal: SIGTERM [15]",
        "Process TIMEOUT - Wall time limit: 200ms",
        "Process killed by user",
        "SETUP_ERROR - ",
    ];
    assert_eq!(lines.len(), expected.len(), "{}", said.out);
    for (line, start) in lines.iter().zip(expected) {
        assert!(line.starts_with(start), "{line} is not {start}");
    }
    assert!(said.out.contains("ALLOW write if fd == 2;"), "{}", said.out);
}

/// Runs `zpipe`; `None`, with the reason printed, if its C program could not be compiled here.
fn zpipe(input: &Path, output: &Path) -> Option<Said> {
    let said = run("zpipe", &[input, output])?;
    if said.err.contains("zpipe.c was not compiled") {
        host::skip(&said.err);
        return None;
    }
    Some(said)
}

#[test]
fn zpipe_compresses_what_comes_back_as_it_was() {
    let scratch = Scratch::new("zpipe");
    let output = scratch.0.join("compressed");
    // Real data: this program.
    let input = std::env::current_exe().expect("this test has a path");
    let Some(said) = zpipe(&input, &output) else { return };
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""));
    let (before, after) = (fs::metadata(&input).unwrap().len(), fs::read(&output).unwrap());
    assert_eq!(said.out, format!("{before} bytes, {} compressed, came back as they were\n", after.len()));
    assert!((after.len() as u64) < before / 2 && after.starts_with(&[0x1f, 0x8b]), "{}", said.out);
    // What cannot be made smaller, and nothing at all.
    let (twice, empty) = (scratch.0.join("twice"), scratch.file("empty", ""));
    for input in [&output, &empty] {
        let Some(said) = zpipe(input, &twice) else { return };
        assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{}", said.out);
        assert!(said.out.starts_with(&format!("{} bytes, ", fs::metadata(input).unwrap().len())), "{}", said.out);
    }
}

#[test]
fn crc4_prints_the_checksum() {
    let Some(said) = run("crc4", &["ABCD"]) else { return };
    let expected = "0x44434241\nFinal execution status: OK - Exit code: 0\n";
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(0), expected, ""));
    // No text at all is one, too; and so is what fills the room to its end.
    for (text, sum) in [("", "0x00000000"), ("AAAABBBBCCCCDDDE", "0x05040404")] {
        let Some(said) = run("crc4", &[text]) else { return };
        assert_eq!((said.status, said.out.lines().next()), (Some(0), Some(sum)), "{}", said.err);
    }
}

#[test]
fn crc4_survives_an_overflow_in_its_sandboxee() {
    for args in [vec!["--overflow"], vec!["more than there is room for, by far"]] {
        let Some(said) = run("crc4", &args) else { return };
        let line = "Final execution status: Process terminated with a SIGNAL - Signal: SIG";
        assert!(said.out.starts_with(line), "{}", said.out);
        assert_eq!(said.status, Some(3), "{}", said.err);
    }
}

#[test]
fn crc4_survives_a_forbidden_call_of_its_sandboxee() {
    let Some(said) = run("crc4", &["--forbidden", "ABCD"]) else { return };
    assert_eq!(said.status, Some(3), "{}", said.err);
    assert!(said.out.starts_with("Final execution status: SYSCALL VIOLATION"), "{}", said.out);
    for part in ["SYSCALL VIOLATION in", "socket", "AF_INET", "POLICY at examples/src/bin/crc4.rs"] {
        assert!(said.err.contains(part), "{part} is missing in\n{}", said.err);
    }
}

#[test]
fn custom_fork_gets_each_number_back() {
    let Some(said) = run::<&str>("custom_fork", &[]) else { return };
    let expected: String = (0..10).map(|number| format!("child {number}: OK - Exit code: {number}\n")).collect();
    assert_eq!((said.status, said.out, said.err.as_str()), (Some(0), expected, ""));
}

#[test]
fn network_is_the_one_connection_that_the_host_makes() {
    let Some(said) = run::<&str>("network", &[]) else { return };
    let expected = "the sandboxee by itself: \"connection refused\"\n\
                    the server is told:      \"hello from the sandbox\\n\"\n\
                    the sandboxee is told:   \"HELLO FROM THE SANDBOX\\n\"\n\
                    Final execution status: OK - Exit code: 0\n";
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(0), expected, ""));
}

#[test]
fn buffer_is_changed_by_the_sandboxee() {
    let Some(said) = run::<&str>("buffer", &[]) else { return };
    let expected = "the host writes: 1048576 x a\nthe sandboxee leaves: 524288 x A 524288 x B\n\
                    Final execution status: OK - Exit code: 0\n";
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(0), expected, ""));
}

/// What `thumbnail` says of each image, without the pictures; and how many lines and letters each picture has.
fn thumbnails(out: &str) -> (Vec<&str>, Vec<(usize, usize)>) {
    let is_row = |line: &&str| line.starts_with('|');
    let said = out.lines().filter(|line| !line.is_empty() && !is_row(line)).collect();
    let picture = |part: &str| {
        let rows: Vec<&str> = part.lines().filter(is_row).collect();
        (rows.len(), rows.first().map_or(0, |row| row.len() - 2))
    };
    (said, out.split("\n\n").map(picture).filter(|(rows, _)| *rows > 0).collect())
}

#[test]
fn thumbnail_survives_what_an_image_does_to_its_decoder() {
    let Some(said) = run::<&str>("thumbnail", &[]) else { return };
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{}", said.out);
    let expected = [
        "sunrise.png: 480 x 320 pixels",
        "malformed.png: the decoder refuses it: ",
        "truncated.png: the decoder refuses it: unexpected end of file",
        "text.png: the decoder refuses it: Invalid PNG signature.",
        "rings.png: 200 x 200 pixels",
        "enormous.png: the decoder has ended: Process terminated with a SIGNAL - Signal: SIGABRT",
        "after.png: 200 x 200 pixels",
        "decoders started: 2",
        "Final execution status: OK - Exit code: 0",
    ];
    let (lines, pictures) = thumbnails(&said.out);
    assert_eq!(lines.len(), expected.len(), "{}", said.out);
    for (line, start) in lines.iter().zip(expected) {
        assert!(line.starts_with(start), "{line} is not {start}");
    }
    assert_eq!(pictures, [(16, 48), (20, 40), (20, 40)], "{}", said.out);
    // A sun, a sky, and a sea.
    assert!(said.out.contains("*%@@@@@@@@%*"), "{}", said.out);
}

#[test]
fn thumbnail_reads_files() {
    let scratch = Scratch::new("thumbnail");
    let file = |name: &str| scratch.0.join(name).to_str().expect("the path is text").to_owned();
    let Some(said) = run("thumbnail", &["--samples", text(&scratch.0)]) else { return };
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(0), "", ""));
    let Some(said) = run("thumbnail", &[file("enormous.png"), file("enormous.png"), file("rings.png")]) else { return };
    let (lines, pictures) = thumbnails(&said.out);
    assert_eq!((said.status, lines.len(), pictures.as_slice()), (Some(0), 5, &[(20, 40)][..]), "{}", said.err);
    for line in &lines[..2] {
        assert!(line.starts_with(&format!("{}: the decoder has ended", file("enormous.png"))), "{line}");
    }
    assert_eq!(lines[2..4], [&format!("{}: 200 x 200 pixels", file("rings.png")), "decoders started: 3"]);

    let Some(said) = run("thumbnail", &[file("no.png")]) else { return };
    assert_eq!((said.status, said.out.as_str()), (Some(1), ""));
    assert!(said.err.starts_with(&format!("thumbnail: {}: ", file("no.png"))), "{}", said.err);
}

#[test]
fn notify_opens_what_is_on_the_list_and_nothing_else() {
    let scratch = sandbox2_tests::scratch::Scratch::new("notify");
    std::fs::write(scratch.0.join("allowed"), "opened for it\n").expect("it can be written");
    std::os::unix::fs::symlink("/etc/passwd", scratch.0.join("link")).expect("it can be made");
    let list = scratch.0.display().to_string();
    let path = |name: &str| format!("{list}/{name}");
    let read = |name: &str| run("notify", &["--allow", &list, "--", "/bin/cat", &path(name)]);
    let Some(said) = read("allowed") else { return };
    assert_eq!((said.status, said.out.as_str()), (Some(0), "opened for it\n"), "{}", said.err);
    for name in ["../../etc/passwd", "link"] {
        let said = read(name).expect("it could be run before");
        assert_eq!((said.status, said.out.as_str()), (Some(1), ""), "{}", said.err);
        assert!(said.err.contains("/bin/cat: "), "{}", said.err);
    }
}

#[test]
fn trace_prints_each_call_decoded_and_what_it_returned() {
    let Some(said) = run("trace", &["/bin/cat", "/etc/hostname"]) else { return };
    assert_eq!(said.status, Some(0), "{}", said.err);
    assert_eq!(said.out, std::fs::read_to_string("/etc/hostname").expect("it is there"));
    let opened = said.err.lines().find(|line| line.contains("\"/etc/hostname\"")).expect("it was opened");
    assert!(opened.contains("openat(AT_FDCWD, \"/etc/hostname\", O_RDONLY") && opened.contains(") = "), "{opened}");
    for part in ["= -1 ENOENT (", "MAP_PRIVATE | ", "exit_group(0) = ?", "+++ OK - Exit code: 0 +++"] {
        assert!(said.err.contains(part), "{part} is missing in\n{}", said.err);
    }
    let said = run("trace", &["--summary", "/bin/cat", "/no/such/file"]).expect("it could be run before");
    assert_eq!(said.status, Some(1), "{}", said.err);
    let opens = said.err.lines().find(|line| line.trim_end().ends_with("  openat")).expect("it was counted");
    let counts: Vec<u32> = opens.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(counts.len() == 2 && counts[0] >= counts[1] && counts[1] > 0, "{opens}");
}

#[test]
fn crash_tells_where_both_programs_were() {
    let Some(said) = run::<&str>("crash", &[]) else { return };
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{}", said.out);
    let source = include_str!("../../examples/sandboxees/crash.rs");
    let line = source.lines().position(|line| line.contains("read_volatile")).expect("it is there") + 1;
    for part in ["in Rust: Process terminated with a SIGNAL - Signal: SIGSEGV [11]", "crash::Table::sum", "crash::main"]
    {
        assert!(said.out.contains(part), "{part} is missing in\n{}", said.out);
    }
    assert!(said.out.contains(&format!("examples/sandboxees/crash.rs:{line}\n")), "{}", said.out);
    if said.out.contains("was not built") {
        sandbox2_tests::host::skip("there is no C++ compiler");
        return;
    }
    for part in ["int shapes::Sum<int>(shapes::Node<int> const*)", "crash.cc:18", "crash.cc:26"] {
        assert!(said.out.contains(part), "{part} is missing in\n{}", said.out);
    }
}
