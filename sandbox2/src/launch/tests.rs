//! Launches of programs small enough to be written down here, byte by byte.

use std::borrow::Cow;
use std::ffi::CString;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};

use sandbox2_policy::insn::{Insn, offset, op, ret};
use sandbox2_policy::surroundings::{Mount, MountKind, Network};

use super::tree::reap;
use super::*;
use crate::error::Stage;
use crate::sys::calls;
use crate::sys::child::FdMove;

/// Asks the listener about `execveat`, allows everything else.
fn filter() -> Vec<Insn> {
    vec![
        Insn::stmt(op::LD_ABS, offset::NR),
        Insn::jump(op::JEQ, libc::SYS_execveat as u32, 0, 1),
        Insn::stmt(op::RET, ret::USER_NOTIF),
        Insn::stmt(op::RET, ret::ALLOW),
    ]
}

fn spec(program: &str, args: &[&str]) -> LaunchSpec {
    let null = || OwnedFd::from(File::options().read(true).write(true).open("/dev/null").unwrap());
    let text = |text: &&str| CString::new(*text).unwrap();
    LaunchSpec {
        start: Start::Filtered(File::open(program).unwrap().into()),
        program_name: program.into(),
        argv: [program].iter().chain(args).map(text).collect(),
        envp: Vec::new(),
        cwd: None,
        fds: vec![(null(), 0), (null(), 1), (null(), 2)],
        limits: Limits::default(),
        filter: Cow::Owned(filter()),
        mounts: Vec::new(),
        hostname: "sandbox2".into(),
        network: Network::None,
        server: None,
        tied: true,
    }
}

/// Launches a program whose filter is on.
fn launch(spec: LaunchSpec) -> Result<Launched, SetupError> {
    match super::launch(spec)? {
        Begun::Filtered(launched) => Ok(launched),
        Begun::Unfiltered(_) => panic!("the filter is not on"),
    }
}

fn dir(path: &'static str) -> Mount {
    Mount { kind: MountKind::Dir { outside: path.into(), writable: false }, inside: path.into() }
}

/// Launches, lets the bootstrap exec through, and waits.
fn run(spec: LaunchSpec) -> Ended {
    let launched = launch(spec).unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(calls::let_one_continue(launched.listener().as_raw_fd()).unwrap(), launched.main_pid());
    launched.finish()
}

/// Runs `/bin/sh -c script` with the host's /usr; its output and how it ended.
fn shell(script: &str, change: impl FnOnce(&mut LaunchSpec)) -> (String, Ended) {
    let (mut read, write) = std::io::pipe().unwrap();
    let mut spec = spec("/bin/sh", &["-c", script]);
    spec.mounts = vec![dir("/usr"), dir("/lib"), dir("/lib64"), dir("/bin"), file("/dev/null", "/dev/null")];
    let write = OwnedFd::from(write);
    spec.fds[2].0 = write.try_clone().unwrap();
    spec.fds[1].0 = write;
    change(&mut spec);
    let ended = run(spec);
    let mut output = String::new();
    read.read_to_string(&mut output).unwrap();
    (output, ended)
}

#[test]
fn a_program_runs_and_its_exit_code_comes_back() {
    let (output, ended) = shell("echo hello; exit 7", |_| {});
    assert_eq!(output, "hello\n");
    assert_eq!(ended.main_status, Some(7 << 8));
    assert_eq!(ended.setup_failure, None);
}

/// What the host could have lost: descriptors, mounts, children.
fn belongings() -> (usize, usize, usize) {
    // A thread of another test may be gone by now.
    let words = |path: &str| std::fs::read_to_string(path).unwrap_or_default().split_whitespace().count();
    (
        std::fs::read_dir("/proc/self/fd").unwrap().count(),
        std::fs::read_to_string("/proc/self/mountinfo").unwrap().lines().count(),
        std::fs::read_dir("/proc/self/task")
            .unwrap()
            .map(|task| words(&format!("{}/children", task.unwrap().path().display())))
            .sum(),
    )
}

/// Launches and expects a failure that leaves nothing behind. Tests of other threads come and go, so it tries again.
fn fails(change: impl Fn(&mut LaunchSpec)) -> SetupError {
    for _ in 0..200 {
        let before = belongings();
        let mut spec = spec("/bin/true", &[]);
        change(&mut spec);
        let error = launch(spec).map(drop).unwrap_err();
        if belongings() == before {
            return error;
        }
    }
    panic!("something is left behind after a failed launch");
}

fn file(outside: &'static str, inside: &'static str) -> Mount {
    Mount { kind: MountKind::File { outside: outside.into(), writable: false }, inside: inside.into() }
}

fn value<'a>(status: &'a str, name: &str) -> &'a str {
    status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim()
}

#[test]
fn the_sandboxee_has_no_privilege_and_one_identity() {
    let (status, _) = shell("cat /proc/self/status", |spec| spec.mounts.push(dir("/proc")));
    assert_eq!(value(&status, "Uid:"), "1000\t1000\t1000\t1000");
    assert_eq!(value(&status, "Gid:"), "1000\t1000\t1000\t1000");
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
        assert_eq!(value(&status, set), "0000000000000000", "{set}");
    }
    assert_eq!(value(&status, "NoNewPrivs:"), "1");
    assert_eq!(value(&status, "Seccomp:"), "2");
    assert_eq!(value(&status, "Seccomp_filters:"), "1");
}

#[test]
fn no_signal_is_blocked_or_ignored_though_rust_ignores_sigpipe() {
    let (status, _) = shell("cat /proc/self/status", |spec| spec.mounts.push(dir("/proc")));
    assert_eq!(value(&status, "SigBlk:"), "0000000000000000");
    assert_eq!(value(&status, "SigIgn:"), "0000000000000000");
}

#[test]
fn the_sandboxee_has_exactly_the_descriptors_it_was_given() {
    let (list, _) = shell("ls /proc/self/fd", |spec| {
        spec.mounts.push(dir("/proc"));
        let null = File::open("/dev/null").unwrap();
        spec.fds.push((null.into(), 40));
    });
    // 3 is the directory that `ls` reads.
    assert_eq!(list, "0\n1\n2\n3\n40\n");
}

#[test]
fn descriptors_reach_their_numbers_whoever_sits_there() {
    let fd = |from, to, cloexec| FdMove { from, to, cloexec };
    // 5 and 6 change places, and the program is where 7 belongs.
    let plan = plan::Descriptors::plan(&[(5, 6), (6, 5), (4, 7), (3, 3)], Some(7)).unwrap();
    assert_eq!(plan.program, 8);
    assert_eq!(
        plan.moves,
        [
            fd(7, 8, true),
            fd(5, 9, true),
            fd(6, 10, true),
            fd(9, 6, false),
            fd(10, 5, false),
            fd(4, 7, false),
            fd(3, 3, false),
        ]
    );
    assert_eq!(plan.closes, [(0, 2), (4, 4), (9, u32::MAX)]);
    assert_eq!(plan.first_free, 0);
}

#[test]
fn a_descriptor_number_is_given_once() {
    let error = plan::Descriptors::plan(&[(5, 1), (6, 1)], Some(7)).unwrap_err();
    assert_eq!(error.to_string(), "cannot prepare the launch: descriptor 1 is mapped twice: File exists (EEXIST)");
}

#[test]
fn the_root_and_what_is_mounted_are_read_only() {
    let (output, _) = shell("echo x 2>/dev/null >/x || echo root; echo x 2>/dev/null >/usr/x || echo usr", |_| {});
    assert_eq!(output, "root\nusr\n");
}

#[test]
fn a_tmpfs_is_writable_bounded_and_nothing_on_it_runs() {
    let script = "cp /bin/true /tmp/ && { /tmp/true 2>/dev/null || echo noexec; }; \
                  head -c 200000 /dev/zero >/tmp/big 2>/dev/null || echo full; rm -f /tmp/big && echo removed";
    let (output, _) = shell(script, |spec| {
        spec.mounts.push(Mount { kind: MountKind::Tmpfs { size: 100_000 }, inside: "/tmp".into() });
        spec.mounts.push(file("/dev/zero", "/dev/zero"));
    });
    assert_eq!(output, "noexec\nfull\nremoved\n");
}

#[test]
fn a_device_works_only_where_it_is_named_itself() {
    let script = "head -c 1 /dev/zero | wc -c; head -c 1 /all/zero 2>/dev/null | wc -c";
    let (output, _) = shell(script, |spec| {
        spec.mounts.push(file("/dev/zero", "/dev/zero"));
        spec.mounts
            .push(Mount { kind: MountKind::Dir { outside: "/dev".into(), writable: false }, inside: "/all".into() });
    });
    assert_eq!(output, "1\n0\n");
}

#[test]
fn proc_is_the_sandbox_s_own_and_tells_nothing_of_the_host() {
    let script = "tr '\\0' ' ' </proc/1/cmdline; cat /proc/1/comm; ls -d /proc/[0-9]* | wc -l; \
                  cat /proc/1/environ 2>/dev/null || echo denied";
    let (output, _) = shell(script, |spec| spec.mounts.push(dir("/proc")));
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines[0], "sandbox2-init", "{output}");
    assert!(lines[1].parse::<u32>().unwrap() < 10, "{output}");
    assert_eq!(lines[2], "denied");
}

#[test]
fn a_file_below_proc_comes_from_the_sandbox_s_own() {
    let (output, _) = shell("cat /pidmax", |spec| spec.mounts.push(file("/proc/sys/kernel/pid_max", "/pidmax")));
    assert!(output.trim().parse::<u32>().is_ok(), "{output}");
}

#[test]
fn a_network_namespace_has_a_loopback_interface_that_is_up() {
    let (output, _) = shell("cat /proc/net/dev | grep -c :; cat /proc/net/fib_trie | grep -c 127.0.0.1", |spec| {
        spec.mounts.push(dir("/proc"));
    });
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines[0], "1");
    assert_ne!(lines[1], "0");
}

#[test]
fn host_name_working_directory_and_mask_are_as_asked() {
    let (output, _) = shell("hostname; pwd; umask", |spec| {
        spec.hostname = "elsewhere".into();
        spec.cwd = Some(c"/usr/lib".into());
    });
    assert_eq!(output, "elsewhere\n/usr/lib\n0022\n");
}

#[test]
fn limits_are_in_force_and_even_no_open_file_at_all_can_be_asked_for() {
    let (output, _) = shell("ulimit -n; ulimit -t; ulimit -c; ulimit -v", |spec| {
        spec.limits.set_cpu(Duration::from_secs(5)).set_address_space(1 << 30).set_open_files(10);
    });
    assert_eq!(output, "10\n5\n0\n1048576\n");
    let mut spec = spec("/bin/true", &[]);
    spec.limits.set_open_files(3);
    let launched = launch(spec).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", launched.main_pid())).unwrap();
    let open_files = value(&limits, "Max open files").split_whitespace().next();
    assert_eq!(open_files, Some("3"));
}

#[test]
fn a_limit_above_the_host_s_own_is_an_error_if_it_was_asked_for() {
    let error = fails(|spec| {
        // More than any kernel allows (`fs.nr_open`).
        spec.limits.set_open_files(None);
    });
    assert_eq!((error.stage(), error.errno()), (Stage::Limits, Some(libc::EPERM)));
    assert_eq!(error.what(), Some("open files"));
    assert!(error.hint().unwrap().contains("hard limit"));
}

#[test]
fn a_missing_source_is_named() {
    let error = fails(|spec| spec.mounts = vec![dir("/usr"), file("/no/such/file", "/x")]);
    assert_eq!((error.stage(), error.errno()), (Stage::MountSource, Some(libc::ENOENT)));
    assert_eq!(error.what(), Some("/no/such/file as /x"));
}

#[test]
fn a_file_is_no_directory_and_the_other_way_round() {
    let error = fails(|spec| spec.mounts = vec![dir("/etc/passwd")]);
    assert_eq!((error.stage(), error.errno()), (Stage::MountSource, Some(libc::ENOTDIR)));
    let error = fails(|spec| spec.mounts = vec![file("/etc", "/etc")]);
    assert_eq!(error.stage(), Stage::Mount);
    assert!(error.hint().unwrap().contains("`dir`"));
}

#[test]
fn a_mount_point_below_the_host_s_files_is_not_created() {
    let error = fails(|spec| spec.mounts = vec![dir("/usr"), file("/etc/passwd", "/usr/no/such/place")]);
    assert_eq!((error.stage(), error.errno()), (Stage::MountTarget, Some(libc::ENOENT)));
}

#[test]
fn a_mount_point_behind_a_symbolic_link_is_refused() {
    // /etc/mtab is a link everywhere; /etc/alternatives would do as well.
    let link = std::fs::read_dir("/etc").unwrap().map(|entry| entry.unwrap()).find(|entry| entry.path().is_symlink());
    let Some(link) = link else { return println!("skipped: no symbolic link in /etc") };
    let inside = link.path().to_str().unwrap().to_owned();
    let error = fails(|spec| {
        let kind = MountKind::File { outside: "/dev/null".into(), writable: false };
        spec.mounts = vec![dir("/etc"), Mount { kind, inside: inside.clone().into() }];
    });
    assert_eq!((error.stage(), error.errno()), (Stage::MountTarget, Some(libc::ELOOP)));
}

#[test]
fn a_source_behind_a_link_of_proc_is_refused() {
    let error = fails(|spec| spec.mounts = vec![file("/dev/stdin", "/dev/stdin")]);
    assert_eq!((error.stage(), error.errno()), (Stage::MountSource, Some(libc::ELOOP)));
    let error = fails(|spec| spec.mounts = vec![file("/proc/self/environ", "/x")]);
    assert_eq!(error.stage(), Stage::Plan);
    let error = fails(|spec| spec.mounts = vec![dir("/proc/1")]);
    assert_eq!(error.stage(), Stage::Plan);
}

#[test]
fn a_missing_working_directory_is_an_error() {
    let error = fails(|spec| spec.cwd = Some(c"/nowhere".into()));
    assert_eq!((error.stage(), error.errno()), (Stage::WorkingDirectory, Some(libc::ENOENT)));
    assert_eq!(error.what(), Some("/nowhere"));
}

#[test]
fn a_program_that_the_kernel_rejects_is_an_error() {
    let error = fails(|spec| spec.filter = Cow::Owned(vec![Insn::stmt(0xffff, 0)]));
    assert_eq!((error.stage(), error.errno()), (Stage::Filter, Some(libc::EINVAL)));
}

#[test]
fn a_descriptor_above_the_host_s_limit_is_an_error() {
    let error = fails(|spec| spec.fds[2].1 = i32::MAX - 1);
    assert_eq!((error.stage(), error.errno()), (Stage::Descriptors, Some(libc::EBADF)));
}

#[test]
fn a_host_name_that_is_too_long_is_an_error() {
    let error = fails(|spec| spec.hostname = "x".repeat(65));
    assert_eq!((error.stage(), error.errno()), (Stage::HostName, Some(libc::EINVAL)));
}

#[test]
fn an_exec_that_fails_is_told_from_a_program_that_crashes() {
    // Dynamically linked, and its loader is not mounted.
    let ended = run(spec("/bin/true", &[]));
    let failure = ended.setup_failure.unwrap();
    assert_eq!((failure.stage(), failure.errno()), (Stage::Exec, Some(libc::ENOENT)));
    assert_eq!(failure.what(), Some("/bin/true"));
    assert!(failure.hint().unwrap().contains("libraries"));
    let (_, ended) = shell("kill -ILL $$", |_| {});
    assert_eq!((ended.main_status, ended.setup_failure), (Some(libc::SIGILL), None));
}

#[test]
fn killing_takes_the_whole_tree_and_dropping_does_too() {
    let launch = |script| {
        let mut spec = spec("/bin/sh", &["-c", script]);
        spec.mounts = vec![dir("/usr"), dir("/lib"), dir("/lib64"), dir("/bin"), file("/dev/null", "/dev/null")];
        let (read, write) = std::io::pipe().unwrap();
        spec.fds[1].0 = write.into();
        let launched = launch(spec).unwrap();
        calls::let_one_continue(launched.listener().as_raw_fd()).unwrap();
        (launched, read)
    };
    let until_gone = |mut read: std::io::PipeReader| {
        // The pipe ends when no process holds its other end any more.
        let mut rest = Vec::new();
        read.read_to_end(&mut rest).unwrap();
    };
    let (launched, mut read) = launch("sleep 1000 & echo; sleep 1000");
    assert!(launched.waits_killably() || !calls::readable(launched.init().as_raw_fd(), Duration::ZERO).unwrap());
    read.read_exact(&mut [0]).unwrap();
    launched.kill().unwrap();
    let ended = launched.finish();
    assert_eq!(ended.main_status, None);
    assert!(ended.setup_failure.is_none());
    until_gone(read);
    let (launched, mut read) = launch("sleep 1000 & echo; sleep 1000");
    read.read_exact(&mut [0]).unwrap();
    drop(launched);
    until_gone(read);
}

#[test]
fn children_that_outlive_the_sandboxee_are_killed() {
    let (output, ended) = shell("sleep 1000 & exit 3", |_| {});
    assert_eq!((output.as_str(), ended.main_status), ("", Some(3 << 8)));
}

#[test]
fn the_sandboxee_can_do_nothing_to_init() {
    let (_, ended) = shell("kill -KILL 1; kill -TERM 1; kill -34 1; exit 5", |_| {});
    assert_eq!(ended.main_status, Some(5 << 8));
}

#[test]
fn the_sandbox_dies_with_the_thread_that_launched_it() {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let launched = launch(spec("/bin/true", &[])).unwrap();
        sender.send(launched.init().try_clone_to_owned().unwrap()).unwrap();
        std::mem::forget(launched);
    })
    .join()
    .unwrap();
    let init = receiver.recv().unwrap();
    assert!(calls::readable(init.as_raw_fd(), Duration::from_secs(10)).unwrap());
    reap(&init);
}

#[test]
fn peak_memory_is_the_sandboxee_s_not_the_host_s() {
    let large = std::hint::black_box(vec![1_u8; 256 << 20]);
    let (_, ended) = shell("true", |_| {});
    drop(large);
    assert!(ended.usage.max_rss > 100 << 10, "{:?}", ended.usage);
    assert!(ended.usage.max_rss < 64 << 20, "{:?}", ended.usage);
}

#[test]
fn a_directory_of_the_host_can_be_the_root() {
    let (output, ended) = shell("test -d /etc && test ! -w /etc && echo fine", |spec| {
        spec.mounts = vec![Mount { kind: MountKind::Dir { outside: "/".into(), writable: false }, inside: "/".into() }];
    });
    assert_eq!((output.as_str(), ended.main_status), ("fine\n", Some(0)));
}

#[test]
fn a_dynamic_program_runs_with_nothing_but_its_libraries() {
    let mut spec = spec("/bin/sh", &["-c", "exit 9"]);
    spec.mounts = vec![Mount { kind: MountKind::Libraries { binary: "/bin/sh".into() }, inside: "/bin/sh".into() }];
    let ended = run(spec);
    assert_eq!((ended.main_status, ended.setup_failure), (Some(9 << 8), None));
}

#[test]
fn a_link_that_a_sandboxee_may_have_left_is_not_followed() {
    let dir = std::env::temp_dir().join(format!("sandbox2-links-{}", std::process::id()));
    std::fs::create_dir(&dir).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", dir.join("link")).unwrap();
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let error = fails(|spec| {
        let writable = MountKind::Dir { outside: path(&dir).into(), writable: true };
        let link = MountKind::File { outside: path(&dir.join("link")).into(), writable: false };
        spec.mounts = vec![Mount { kind: writable, inside: "/out".into() }, Mount { kind: link, inside: "/x".into() }];
    });
    std::fs::remove_dir_all(&dir).unwrap();
    assert_eq!((error.stage(), error.errno()), (Stage::MountSource, Some(libc::ELOOP)));
}

#[test]
fn the_host_sees_without_asking_when_the_program_is_in_its_place() {
    let mut spec = spec("/bin/sh", &["-c", "while :; do :; done"]);
    spec.mounts = vec![dir("/usr"), dir("/lib"), dir("/lib64"), dir("/bin")];
    let launched = launch(spec).unwrap();
    assert!(!launched.has_left_launcher());
    calls::let_one_continue(launched.listener().as_raw_fd()).unwrap();
    assert!((0..1000).any(|_| launched.wait_left_launcher(Duration::from_millis(10))));
    assert!(!launched.has_failed());
    assert!(!calls::readable(launched.init().as_raw_fd(), Duration::ZERO).unwrap());
}
