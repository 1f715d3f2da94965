use sandbox2::policy;

policy! {
    static POLICY;

    file "etc/localtime"; //~ relative_path
    dir "./data"; //~ relative_path
    dir rw "/var/spool" as "spool"; //~ relative_path
    tmpfs "tmp" size 16M; //~ relative_path
    libraries "../bin/convert"; //~ relative_path
}

fn main() {}
