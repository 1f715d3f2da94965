use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW ptrace; //~ danger_missing
    ALLOW process_vm_readv, process_vm_writev, pidfd_getfd; //~ danger_missing danger_missing danger_missing
    ALLOW io_uring_setup; //~ danger_missing
    ALLOW mount, setns, chroot, pivot_root; //~ danger_missing danger_missing danger_missing danger_missing
    ALLOW kexec_load, init_module; //~ danger_missing danger_missing
    ALLOW userfaultfd, perf_event_open; //~ danger_missing danger_missing
    LOG open_by_handle_at; //~ danger_missing
}

fn main() {}
