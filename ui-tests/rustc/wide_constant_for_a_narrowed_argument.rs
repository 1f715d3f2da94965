use sandbox2::policy;

const READ_ONLY: u64 = 1;

policy! {
    pub static POLICY;

    ALLOW mmap if prot == { READ_ONLY }; //~ rustc
}

fn main() {}
