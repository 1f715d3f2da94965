use sandbox2::policy;

policy! {
    static POLICY;

    slot most: i64;
    ALLOW munmap if len <= most; //~ wrong_sign
    slot any: i64;
    ALLOW madvise if len_in == any;
}

fn main() {}
