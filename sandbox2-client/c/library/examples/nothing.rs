//! A program without the client, to be compared with `everything`.

fn main() {
    println!("done");
}
