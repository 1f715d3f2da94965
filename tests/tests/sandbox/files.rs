//! What the sandboxee sees of files.

use std::fs;

use sandbox2_tests::scratch::Scratch;

use crate::{executor, output};

const EROFS: i32 = libc::EROFS;
const ENOENT: i32 = libc::ENOENT;

#[test]
fn there_is_nothing_but_an_empty_read_only_root() {
    let Some(executor) = executor("files", &["list", "/", "make", "/x", "read", "/etc/passwd", "list", "/proc"]) else {
        return;
    };
    assert_eq!(
        output(executor),
        format!("list /: \nmake /x: errno {EROFS}\nread /etc/passwd: errno {ENOENT}\nlist /proc: errno {ENOENT}\n")
    );
}

#[test]
fn a_file_can_be_read_but_not_written() {
    let scratch = Scratch::new("ro-file");
    let path = scratch.file("data", "from the host");
    let Some(executor) = executor("files", &["read", "/in/data", "write", "/in/data", "list", "/", "list", "/in"])
    else {
        return;
    };
    let text = output(executor.file_at(&path, "/in/data"));
    let expected = format!("read /in/data: from the host\nwrite /in/data: errno {EROFS}\nlist /: in\nlist /in: data\n");
    assert_eq!(text, expected);
    assert_eq!(fs::read_to_string(path).expect("the file is there"), "from the host");
}

#[test]
fn a_writable_file_can_be_written() {
    let scratch = Scratch::new("rw-file");
    let path = scratch.file("data", "from the host");
    let Some(executor) = executor("files", &["write", "/data"]) else { return };
    assert_eq!(output(executor.file_rw_at(&path, "/data")), "write /data: done\n");
    assert_eq!(fs::read_to_string(path).expect("the file is there"), "written inside");
}

#[test]
fn a_directory_is_read_only_unless_it_is_writable() {
    let scratch = Scratch::new("dirs");
    let _ = scratch.file("data", "from the host");
    let Some(ro) = executor("files", &["list", "/d", "read", "/d/data", "make", "/d/new"]) else { return };
    let text = output(ro.dir_at(&scratch.0, "/d"));
    assert_eq!(text, format!("list /d: data\nread /d/data: from the host\nmake /d/new: errno {EROFS}\n"));
    let Some(rw) = executor("files", &["make", "/d/new"]) else { return };
    assert_eq!(output(rw.dir_rw_at(&scratch.0, "/d")), "make /d/new: done\n");
    assert!(scratch.0.join("new").exists());
}

/// A read-only bind of a tree with another mount in it: the flag must reach the inner mount too.
#[test]
fn read_only_holds_below_inner_mounts() {
    let Some(executor) = executor("files", &["make", "/dev/shm/sandbox2-must-not-exist", "list", "/nothing"]) else {
        return;
    };
    let text = output(executor.dir("/dev"));
    assert!(text.starts_with(&format!("make /dev/shm/sandbox2-must-not-exist: errno {EROFS}\n")), "{text}");
}

#[test]
fn a_tmpfs_is_writable_and_its_own() {
    let Some(executor) = executor("files", &["make", "/tmp/new", "read", "/tmp/new", "list", "/tmp"]) else { return };
    let text = output(executor.tmpfs("/tmp", 1 << 20));
    assert_eq!(text, "make /tmp/new: done\nread /tmp/new: made inside\nlist /tmp: new\n");
}

#[test]
fn a_tmpfs_holds_no_more_than_its_size() {
    let Some(mut executor) = executor("consume", &["file", "/tmp/big"]) else { return };
    executor = executor.tmpfs("/tmp", 1 << 20);
    let (outcome, text) = crate::run(executor, &crate::ANYTHING);
    assert!(!outcome.is_ok() && !text.contains("everything"), "{outcome:#}\n{text}");
}

#[test]
fn what_can_be_written_cannot_be_executed() {
    let scratch = Scratch::new("noexec");
    let Some(program) = sandbox2_tests::sandboxees::linked_statically("exit") else { return };
    fs::copy(program, scratch.0.join("program")).expect("the program can be copied");
    let Some(rw) = executor("files", &["exec", "/d/program"]) else { return };
    assert_eq!(output(rw.dir_rw_at(&scratch.0, "/d")), format!("exec /d/program: errno {}\n", libc::EACCES));
    let Some(ro) = executor("files", &["exec", "/d/program"]) else { return };
    assert!(output(ro.dir_at(&scratch.0, "/d")).contains("signal"), "a read-only program runs (and aborts)");
}

#[test]
fn a_device_that_is_named_can_be_used() {
    let Some(executor) = executor("files", &["read", "/dev/null", "list", "/dev"]) else { return };
    assert_eq!(output(executor.file("/dev/null")), "read /dev/null: \nlist /dev: null\n");
}

#[test]
fn proc_is_the_sandboxs_own() {
    let Some(executor) = executor("files", &["read", "/proc/1/comm", "read", "/proc/2/comm", "list", "/proc/3"]) else {
        return;
    };
    let text = output(executor.dir("/proc"));
    assert!(text.contains("read /proc/2/comm: files\n"), "{text}");
    assert!(text.ends_with(&format!("list /proc/3: errno {ENOENT}\n")), "{text}");
}

#[test]
fn a_source_that_is_missing_is_an_error_that_names_it() {
    let Some(executor) = executor("files", &[]) else { return };
    let outcome = sandbox2::Sandbox2::new(executor.file("/no/such/file"), &crate::ANYTHING).run();
    assert!(matches!(outcome.status, sandbox2::Status::SetupFailed(_)), "{outcome:#}");
    assert!(format!("{outcome:#}").contains("/no/such/file"), "{outcome:#}");
}

#[test]
fn a_dynamic_program_finds_its_libraries() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let program = sandbox2_tests::sandboxees::dynamic("exit");
    let executor = sandbox2::Executor::new(&program, ["exit", "3"]).libraries(&program);
    let (outcome, _) = crate::run(executor, &crate::ANYTHING);
    assert_eq!(outcome.exit_code(), Some(3), "{outcome:#}");
}
