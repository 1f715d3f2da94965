use sandbox2::policy;

policy! {
    static POLICY;

    default ERRNO(1);
    ALLOW read;
    ERRNO(1) mount, umount2; //~ equals_default equals_default
}

fn main() {}
