use sandbox2::policy;

policy! {
    static POLICY;

    file "/etc/localtime";
    file "/usr/share/zoneinfo/UTC" as "/etc/localtime"; //~ duplicate_path
    tmpfs "/tmp" size 1M;
    dir rw "/var/tmp" as "/tmp"; //~ duplicate_path
    libraries "/usr/bin/convert";
    libraries "/usr/bin/convert"; //~ duplicate_path
}

fn main() {}
