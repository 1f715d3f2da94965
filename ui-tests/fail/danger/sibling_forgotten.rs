use sandbox2::policy;

policy! {
    static POLICY;

    danger { default ALLOW; }
    ERRNO(1) execve; //~ sibling_forgotten
    ERRNO(1) unlinkat; //~ sibling_forgotten
}

fn main() {}
