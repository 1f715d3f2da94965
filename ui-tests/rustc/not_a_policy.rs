use sandbox2::policy;

fn main() {
    let _number: u32 = policy! { ALLOW read; }; //~ rustc
}
