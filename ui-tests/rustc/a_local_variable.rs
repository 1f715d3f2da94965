use sandbox2::policy;

fn main() {
    let fd: u32 = std::env::args().count() as u32;
    let _policy = policy! {
        ALLOW write if fd == { fd }; //~ rustc
    };
}
