use sandbox2::policy;

policy! {
    static POLICY;

    baseline linux(6.1);
    baseline linux(6.6); //~ said_twice
    limit path <= 30;
    limit path <= 40; //~ said_twice
    slot fd_of_log: i32;
    slot fd_of_log: i32; //~ said_twice
    hot write, write; //~ said_twice
    ALLOW write if fd == fd_of_log;
}

fn main() {}
