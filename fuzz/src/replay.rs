//! Running a target over files, without a fuzzer.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Target;

/// Runs a target over the files, and those in the folders, that the program is given; says how many there were.
///
/// # Errors
/// If one cannot be read.
pub fn run(target: Target) -> io::Result<()> {
    let mut count = 0;
    for argument in std::env::args_os().skip(1) {
        for file in files(Path::new(&argument))? {
            // A panic or a hang comes after this line.
            eprintln!("{}", file.display());
            target(&fs::read(&file)?);
            count += 1;
        }
    }
    eprintln!("{count} inputs held");
    Ok(())
}

/// The files in a folder, by name; a file itself.
///
/// # Errors
/// If it cannot be read.
pub fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}
