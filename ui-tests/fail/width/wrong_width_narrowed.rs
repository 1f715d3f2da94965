use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW mmap if prot: u64 == 1; //~ wrong_width
    ALLOW mprotect if prot == 3u64; //~ wrong_width
    ALLOW writev if fd: u64 == 1; //~ wrong_width
}

fn main() {}
