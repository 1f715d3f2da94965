use sandbox2::policy;

policy! {
    static POLICY;

    default KILL;
    default ERRNO(1); //~ said_twice
    hostname "one";
    hostname "two"; //~ said_twice
    network none;
    network host; //~ said_twice
}

fn main() {}
