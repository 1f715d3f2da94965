//! Says whether its standard input is a terminal.

use std::io::IsTerminal as _;

fn main() {
    println!("{}", std::io::stdin().is_terminal());
}
