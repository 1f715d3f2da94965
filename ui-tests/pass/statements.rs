//! Every statement of the language.

use sandbox2::policy;

policy! {
    pub static EVERYTHING;

    default ERRNO(EPERM);

    use time, exit,;

    ALLOW read, readv,;
    KILL personality;
    LOG sched_yield;
    TRAP(0) getcpu;
    TRAP(65535) sysinfo;
    ERRNO(ENOENT) open?, openat, creat?;
    ERRNO(38) statx;
    ERRNO(4095) syslog;

    write {
        fd == 1 || fd == 2 => ALLOW,
        fd == 3 && count < 4096 => LOG,
        fd == 4 => KILL,
        fd == 5 => TRAP(7),
        _ => ERRNO(EBADF)
    }

    fcntl {
        cmd == F_GETFD => ALLOW,
    }

    fork? {
        _ => ERRNO(ENOSYS),
    }

    if arch x86_64 {
        ALLOW arch_prctl if option == ARCH_SET_FS;
        stat {
            _ => ALLOW,
        }
    }

    if arch aarch64, riscv64 {
        ERRNO(EACCES) fstat;
        if arch riscv64 {
            ALLOW riscv_flush_icache, riscv_hwprobe;
        }
    }

    danger {
        ALLOW ptrace if request == PTRACE_TRACEME;
        if arch x86_64 {
            ALLOW process_vm_readv;
        }
        unshare {
            unshare_flags & CLONE_NEWUSER != 0 => ALLOW,
        }
    }

    file "/etc/localtime";
    file rw "/var/log/one" as "/log";
    dir "/usr/share/fonts";
    dir rw "/var/spool/out" as "/out";
    dir "/srv/data" as "/out/data";
    tmpfs "/tmp" size 16M;
    tmpfs "/run" size 4096;
    tmpfs "/dev/shm" size 1_024K;
    libraries "/usr/bin/convert";
    libraries "/usr/bin/env";
    hostname "sandbox2";
    network none;
}

policy! {
    pub static OPEN_BY_DEFAULT;

    danger { default ALLOW; }
    ERRNO(EPERM) socket, socketpair;
    ERRNO(EPERM) execve, execveat;
    network host;
}

policy! {
    pub static CLONE;

    ALLOW clone if clone_flags & CLONE_THREAD != 0;
}

fn main() {
    assert!(format!("{EVERYTHING:?}{OPEN_BY_DEFAULT:?}{CLONE:?}").contains("CLONE"));
}
