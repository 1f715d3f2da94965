use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 1;
    override ALLOW read; //~ needless_override
    override { ERRNO(EBADF) write if fd == 2; } //~ needless_override
}

fn main() {}
