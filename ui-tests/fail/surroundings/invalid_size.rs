use sandbox2::policy;

policy! {
    static POLICY;

    tmpfs "/a" size 0; //~ invalid_size
    tmpfs "/b" size 16MB; //~ invalid_size
    tmpfs "/c" size 16m; //~ invalid_size
    tmpfs "/d" size 99999999999T; //~ invalid_size
    tmpfs "/e" size -1; //~ invalid_size
}

fn main() {}
