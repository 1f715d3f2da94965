//! The tables say what the kernel says: they are what the data files make of them, they agree with the `libc` crate, and the
//! widths and orders on which a filter's safety hangs are spelled out here once more. The groups name only what is in them.

#[path = "../generate/constants.rs"]
mod constants;
#[path = "../generate/data.rs"]
mod data;
#[path = "../generate/errnos.rs"]
mod errnos;
#[path = "tables/groups.rs"]
mod groups;
#[path = "tables/hover.rs"]
mod hover;
#[path = "../generate/layout.rs"]
mod layout;
#[path = "tables/libc_constants.rs"]
mod libc_constants;
#[path = "../generate/libc_lists.rs"]
mod libc_lists;
#[path = "tables/libc_syscalls.rs"]
mod libc_syscalls;
#[path = "../generate/syscalls.rs"]
mod syscalls;

use sandbox2_policy::meaning::Width;
use sandbox2_policy::tables::{self, Arg, InLibc};
use sandbox2_policy::{Action, Arch, Errno};

const SYSCALLS: &str = include_str!("../generate/syscalls.psv");
const SINCE: &str = include_str!("../generate/since.psv");
const CONSTANTS: &str = include_str!("../generate/constants.psv");
const ERRNOS: &str = include_str!("../generate/errnos.psv");
const NOT_IN_LIBC: &str = include_str!("../generate/not_in_libc.txt");

fn args(call: &str, arch: Arch) -> &'static [Arg] {
    let found = tables::syscall(call).and_then(|call| call.args(arch));
    found.unwrap_or_else(|| panic!("no arguments of {call}"))
}

fn arg(call: &str, name: &str, arch: Arch) -> &'static Arg {
    let found = args(call, arch).iter().find(|arg| arg.name == name);
    found.unwrap_or_else(|| panic!("no argument {call}.{name}"))
}

fn names(call: &str, arch: Arch) -> Vec<&'static str> {
    args(call, arch).iter().map(|arg| arg.name).collect()
}

// A table that differs from what the generator makes was edited by hand, or its data were edited without running it.

#[test]
fn the_table_of_calls_is_what_the_generator_makes() {
    let made = syscalls::table(&syscalls::read(SYSCALLS, SINCE).unwrap());
    assert!(made == include_str!("../src/tables/syscalls.rs"), "run generate_tables");
}

#[test]
fn the_table_of_constants_is_what_the_generator_makes() {
    let made = constants::table(&constants::read(CONSTANTS).unwrap());
    assert!(made == include_str!("../src/tables/constants.rs"), "run generate_tables constants");
}

#[test]
fn the_table_of_errors_is_what_the_generator_makes() {
    let made = errnos::table(ERRNOS).unwrap();
    assert!(made == include_str!("../src/tables/errnos.rs"), "run generate_tables errnos");
}

#[test]
fn the_lists_of_libc_are_what_the_generator_makes() {
    let made = libc_lists::constants(&constants::read(CONSTANTS).unwrap());
    assert!(made == include_str!("tables/libc_constants.rs"), "run generate_tables libc-constants");
    let made = libc_lists::syscalls(&syscalls::read(SYSCALLS, SINCE).unwrap(), NOT_IN_LIBC).unwrap();
    assert!(made == include_str!("tables/libc_syscalls.rs"), "run generate_tables libc-numbers");
}

#[test]
fn the_generator_refuses_a_width_note_without_its_mark_and_a_mark_without_its_note() {
    let unmarked = SYSCALLS.replace(
        "prot:unsigned long:32u!; flags:unsigned long:32u!",
        "prot:unsigned long:64u; flags:unsigned long:32u!",
    );
    assert!(syscalls::read(&unmarked, SINCE).unwrap_err().contains("mmap.prot"));
    let unexplained = SYSCALLS.replace("; mmap.fd: kernel truncates to int", "");
    assert!(syscalls::read(&unexplained, SINCE).unwrap_err().contains("mmap.fd"));
}

#[test]
fn every_number_is_libcs() {
    let native = Arch::native().expect("the tests run on an architecture of the tables");
    for (name, number) in libc_syscalls::SYSCALLS {
        let ours = tables::syscall(name).unwrap_or_else(|| panic!("no call {name}")).number(native);
        assert_eq!(ours.map(i64::from), Some(*number), "{name}");
    }
    let left_out: Vec<_> = data::data_lines(NOT_IN_LIBC).collect();
    println!("not compared, because libc lacks them somewhere: {left_out:?}");
    let native_calls = tables::syscalls().iter().filter(|call| call.number(native).is_some());
    for call in native_calls.filter(|call| !left_out.contains(&call.name)) {
        assert!(libc_syscalls::SYSCALLS.iter().any(|(name, _)| *name == call.name), "{} was not compared", call.name);
    }
}

#[test]
fn every_constant_is_libcs_where_the_table_says_that_libc_has_it() {
    let native = Arch::native().expect("the tests run on an architecture of the tables");
    for (name, value) in libc_constants::CONSTANTS {
        let constant = tables::constant(name).unwrap_or_else(|| panic!("no constant {name}"));
        assert_eq!(constant.values[native.index()], Some(*value), "{name}");
        assert_ne!(constant.libc, InLibc::No, "{name}");
    }
    let everywhere = tables::constants()
        .iter()
        .filter(|constant| constant.libc == InLibc::All && constant.values[native.index()].is_some());
    for constant in everywhere {
        assert!(libc_constants::CONSTANTS.iter().any(|(name, _)| *name == constant.name), "{}", constant.name);
    }
}

#[test]
fn a_call_is_found_by_its_name_and_by_its_number() {
    for call in tables::syscalls() {
        assert_eq!(tables::syscall(call.name), Some(call));
        for arch in Arch::ALL {
            if let Some(nr) = call.number(arch) {
                assert_eq!(tables::syscall_by_number(arch, nr), Some(call), "{} on {}", call.name, arch.name());
            }
        }
    }
    assert_eq!(tables::syscall("opennat"), None);
}

#[test]
fn a_number_belongs_to_one_call_at_most() {
    for arch in Arch::ALL {
        let mut numbers: Vec<_> = tables::syscalls().iter().filter_map(|call| call.number(arch)).collect();
        let before = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), before, "{}", arch.name());
        let found = (0..2000).filter(|nr| tables::syscall_by_number(arch, *nr).is_some()).count();
        assert_eq!(found, before, "{}", arch.name());
    }
}

#[test]
fn a_number_that_no_call_has_finds_none() {
    for nr in [511, 512, 0x4000_0000, 0x4000_0001, u32::MAX] {
        assert_eq!(tables::syscall_by_number(Arch::X86_64, nr), None);
    }
    assert_eq!(tables::syscall_by_number(Arch::Aarch64, 244), None);
    assert_eq!(tables::syscall_by_number(Arch::Aarch64, 258), None, "riscv_hwprobe is riscv64's");
    assert_eq!(tables::syscall_by_number(Arch::Riscv64, 38), None, "riscv64 has no renameat");
}

#[test]
fn every_table_is_in_order_and_names_nothing_twice() {
    assert!(tables::syscalls().is_sorted_by(|a, b| a.name < b.name));
    assert!(tables::constants().is_sorted_by(|a, b| a.name < b.name));
    assert!(tables::errnos().is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn a_call_has_at_most_six_arguments_with_distinct_names() {
    for call in tables::syscalls() {
        for args in call.args.into_iter().flatten() {
            assert!(args.len() <= 6, "{}", call.name);
            for (place, arg) in args.iter().enumerate() {
                assert!(!arg.name.is_empty() && !arg.ty.is_empty(), "{}", call.name);
                assert!(args[..place].iter().all(|other| other.name != arg.name), "{}.{}", call.name, arg.name);
                assert!(!arg.pointer || (arg.width == Width::W64 && !arg.signed), "{}.{}", call.name, arg.name);
                assert!(!arg.narrowed || arg.width == Width::W32, "{}.{}", call.name, arg.name);
            }
        }
    }
}

#[test]
fn clones_last_two_arguments_change_places_between_architectures() {
    assert_eq!(names("clone", Arch::X86_64), ["clone_flags", "newsp", "parent_tidptr", "child_tidptr", "tls"]);
    assert_eq!(names("clone", Arch::Aarch64), ["clone_flags", "newsp", "parent_tidptr", "tls", "child_tidptr"]);
    assert_eq!(names("clone", Arch::Riscv64), names("clone", Arch::Aarch64));
    for arch in Arch::ALL {
        assert!(arg("clone", "child_tidptr", arch).pointer);
        assert!(!arg("clone", "tls", arch).pointer);
    }
}

#[test]
fn an_int_is_compared_as_32_bits() {
    for arch in Arch::ALL {
        for (call, name, signed) in [
            ("write", "fd", false),
            ("openat", "dfd", true),
            ("openat", "flags", true),
            ("ioctl", "cmd", false),
            ("fcntl", "cmd", false),
            ("prctl", "option", true),
            ("socket", "family", true),
            ("kill", "pid", true),
            ("futex", "op", true),
            ("madvise", "behavior", true),
            ("prlimit64", "resource", false),
            ("seccomp", "op", false),
            ("personality", "personality", false),
            ("fchmodat", "mode", false),
        ] {
            let arg = arg(call, name, arch);
            assert_eq!((arg.width, arg.signed), (Width::W32, signed), "{call}.{name}");
            assert!(!arg.narrowed && !arg.pointer, "{call}.{name}");
        }
    }
}

#[test]
fn a_long_is_compared_as_64_bits() {
    for arch in Arch::ALL {
        for (call, name, signed) in [
            ("write", "count", false),
            ("read", "count", false),
            ("mmap", "len", false),
            ("mmap", "off", false),
            ("ioctl", "arg", false),
            ("prctl", "arg2", false),
            ("mremap", "flags", false),
            ("mount", "flags", false),
            ("unshare", "unshare_flags", false),
            ("lseek", "offset", true),
            ("pread64", "pos", true),
            ("ptrace", "request", true),
        ] {
            let arg = arg(call, name, arch);
            assert_eq!((arg.width, arg.signed), (Width::W64, signed), "{call}.{name}");
            assert!(!arg.narrowed && !arg.pointer, "{call}.{name}");
        }
    }
}

/// Each of these is a `long` of which the kernel takes an `int`: a 64-bit comparison could be got round.
#[test]
fn what_the_kernel_truncates_is_compared_as_32_bits_and_marked() {
    let mut narrowed = Vec::new();
    for call in tables::syscalls() {
        for arg in call.args(Arch::X86_64).into_iter().flatten().filter(|arg| arg.narrowed) {
            narrowed.push(format!("{}.{}", call.name, arg.name));
        }
    }
    let expected = "clone.clone_flags kcmp.idx1 mbind.mode mmap.prot mmap.flags mmap.fd mprotect.prot pkey_mprotect.prot \
                    preadv.fd preadv.vlen preadv2.fd preadv2.vlen process_madvise.vlen process_vm_readv.liovcnt \
                    process_vm_writev.liovcnt ptrace.pid pwritev.fd pwritev.vlen pwritev2.fd pwritev2.vlen readv.fd \
                    readv.vlen remap_file_pages.prot vmsplice.nr_segs writev.fd writev.vlen";
    assert_eq!(narrowed, expected.split_whitespace().collect::<Vec<_>>());
    for arch in Arch::ALL {
        assert!(arg("mmap", "prot", arch).narrowed && arg("clone", "clone_flags", arch).narrowed);
    }
}

#[test]
fn fadvise64_takes_a_signed_length_where_it_is_fadvise64_64() {
    assert!(!arg("fadvise64", "len", Arch::X86_64).signed);
    assert!(arg("fadvise64", "len", Arch::Aarch64).signed);
    assert!(arg("fadvise64", "len", Arch::Riscv64).signed);
}

#[test]
fn a_pointer_is_a_pointer() {
    for arch in Arch::ALL {
        for (call, name) in [("prlimit64", "new_rlim"), ("execve", "filename"), ("capset", "data"), ("clone3", "uargs")]
        {
            assert!(arg(call, name, arch).pointer, "{call}.{name}");
        }
        assert!(!arg("brk", "brk", arch).pointer, "an address that is never read through is a number");
    }
}

#[test]
fn what_only_some_architectures_have_is_missing_elsewhere() {
    let on = |name| tables::syscall(name).unwrap().numbers.map(|nr| nr.is_some());
    assert_eq!(on("open"), [true, false, false]);
    assert_eq!(on("arch_prctl"), [true, false, false]);
    assert_eq!(on("renameat"), [true, true, false]);
    assert_eq!(on("riscv_hwprobe"), [false, false, true]);
    assert_eq!(on("openat"), [true; 3]);
    let constant = |name| tables::constant(name).unwrap().values;
    assert_eq!(constant("ARCH_SET_FS"), [Some(0x1002), None, None]);
    assert_eq!(constant("PROT_BTI"), [None, Some(0x10), None]);
}

#[test]
fn constants_have_the_kernels_values_and_not_libcs() {
    let constant = |name| tables::constant(name).unwrap().values;
    assert_eq!(constant("O_LARGEFILE"), [Some(0o100_000), Some(0o400_000), Some(0o100_000)]);
    assert_eq!(constant("O_DIRECTORY"), [Some(0o200_000), Some(0o40_000), Some(0o200_000)]);
    assert_eq!(constant("O_NOFOLLOW"), [Some(0o400_000), Some(0o100_000), Some(0o400_000)]);
    assert_eq!(constant("AT_FDCWD"), [Some(-100); 3]);
    assert_eq!(constant("FUTEX_CMD_MASK"), [Some(!(128 | 256)); 3]);
    assert_eq!(constant("TIOCSTI"), [Some(0x5412); 3]);
    assert_eq!(constant("PR_SET_VMA"), [Some(0x5356_4d41); 3]);
    assert_eq!(constant("SECCOMP_RET_KILL_PROCESS"), [Some(0x8000_0000); 3]);
    assert_eq!(tables::constant("O_LARGEFILE").unwrap().libc, InLibc::No);
    assert_eq!(tables::constant("NULL"), None);
}

#[test]
fn an_error_is_found_by_each_of_its_names_and_shown_by_the_kernels_own() {
    for (name, errno) in tables::errnos() {
        assert_eq!(tables::errno(name), Some(*errno));
        assert_eq!(tables::errno_name(*errno).and_then(tables::errno), Some(*errno), "{name}");
    }
    for (other, canonical) in [("EWOULDBLOCK", "EAGAIN"), ("EDEADLOCK", "EDEADLK"), ("ENOTSUP", "EOPNOTSUPP")] {
        assert_eq!(tables::errno(other), tables::errno(canonical));
        assert_eq!(tables::errno_name(tables::errno(other).unwrap()), Some(canonical));
    }
    assert_eq!(tables::errno("ENOSYS"), Some(Errno::ENOSYS));
    assert_eq!(Action::Errno(Errno::ENOSYS).to_string(), "ERRNO(ENOSYS)");
    assert_eq!(tables::errno_name(Errno::new(4095).unwrap()), None);
    assert_eq!(tables::errno("EFOO"), None);
}
