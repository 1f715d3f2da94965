//! System calls that can undo a sandbox, and how.

/// What the sandboxee could do if this call were allowed, and why that needs `danger`.
pub(crate) fn risk(call: &str, args: &[u64; 6]) -> Option<&'static str> {
    /// `CLONE_NEWTIME` to `CLONE_NEWNET`; the lowest is a part of clone's exit signal.
    const NAMESPACES: u64 = 0x7e02_0000;
    const TIOCSTI: u32 = 0x5412;
    const TIOCLINUX: u32 = 0x541c;
    let new_namespaces = args[0] & NAMESPACES != 0;
    // The kernel reads the low half of a command.
    let command = args[1] as u32;
    Some(match call {
        "ptrace" => "it can take over any other process of the sandbox, whatever that one's policy allows",
        "process_vm_writev" | "process_vm_readv" => "it reaches into the memory of the sandbox's other processes",
        "bpf" => "it loads programs into the kernel, a frequent way out of sandboxes",
        "userfaultfd" => {
            "it lets a thread stop the kernel in the middle of a copy, which makes kernel bugs exploitable"
        }
        "io_uring_setup" | "io_uring_enter" | "io_uring_register" => {
            "what is submitted through a ring is never seen by any system call policy"
        }
        "kexec_load" | "kexec_file_load" | "reboot" => "it replaces or stops the running kernel",
        "init_module" | "finit_module" | "delete_module" => "it changes the code of the running kernel",
        "seccomp" => "a listener of its own lets it answer calls in place of the monitor",
        "unshare" | "clone" if new_namespaces => {
            "in a namespace of its own it holds every capability, and reaches kernel code that is closed otherwise"
        }
        "setns" => "it moves the caller into other namespaces",
        "mount" | "umount2" | "pivot_root" | "chroot" | "move_mount" | "open_tree" | "fsopen" | "fsmount"
        | "mount_setattr" | "fsconfig" => "it rearranges the file system that the sandboxee sees",
        "ioctl" if command == TIOCSTI => "it types into the terminal, as if the user had",
        "ioctl" if command == TIOCLINUX => "it pastes into the console, as if the user had",
        "perf_event_open" => "it measures other processes, and has been a rich source of kernel bugs",
        "keyctl" | "add_key" | "request_key" => "keys are not separated by the sandbox",
        "open_by_handle_at" => "it opens files without a path, past every mount",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_is_no_risk_but_a_namespace_is() {
        assert_eq!(risk("clone", &[libc::SIGCHLD as u64, 0, 0, 0, 0, 0]), None);
        assert!(risk("clone", &[libc::CLONE_NEWUSER as u64, 0, 0, 0, 0, 0]).is_some());
    }

    #[test]
    fn a_terminal_command_is_found_whatever_its_upper_half() {
        assert!(risk("ioctl", &[0, 0xffff_ffff_0000_5412, 0, 0, 0, 0]).is_some());
        assert_eq!(risk("ioctl", &[0, 0x5413, 0, 0, 0, 0]), None);
    }
}
