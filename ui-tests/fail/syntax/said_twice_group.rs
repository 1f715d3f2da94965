use sandbox2::policy;

policy! {
    static POLICY;

    use time, exit;
    use time; //~ said_twice
}

fn main() {}
