use sandbox2::policy;

policy! {
    static POLICY;

    tmpfs "/a" size 16 M; //~ syntax
    tmpfs "/b" size "16M"; //~ syntax
    tmpfs "/c" size 1.5G; //~ syntax
    tmpfs "/d" limit 16M; //~ syntax
}

fn main() {}
