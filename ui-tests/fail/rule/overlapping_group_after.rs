use sandbox2::policy;

policy! {
    static POLICY;

    KILL gettimeofday if tv == NULL; //~ overlapping
    use time;
}

fn main() {}
