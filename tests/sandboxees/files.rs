//! Tries what its arguments say with files, and prints what came of each: `read PATH`, `write PATH`, `list PATH`, `exec PATH`,
//! `make PATH`, `chmod PATH`, `enter PATH`.

use std::fs;
use std::os::unix::fs::MetadataExt;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    for pair in args.chunks(2) {
        let [verb, path] = pair else { panic!("arguments come in pairs") };
        let outcome = match verb.as_str() {
            "read" => fs::read_to_string(path).map(|text| text.trim_end().to_owned()),
            "write" => fs::OpenOptions::new().write(true).truncate(true).open(path).and_then(|mut file| {
                std::io::Write::write_all(&mut file, b"written inside").map(|()| "done".to_owned())
            }),
            "make" => fs::write(path, "made inside").map(|()| "done".to_owned()),
            "chmod" => fs::metadata(path)
                .and_then(|data| fs::set_permissions(path, data.permissions()))
                .map(|()| "done".to_owned()),
            "owner" => fs::metadata(path).map(|data| format!("{} {}", data.uid(), data.gid())),
            "list" => fs::read_dir(path).map(|entries| {
                let mut names: Vec<String> = entries
                    .map(|entry| entry.map_or_else(|e| e.to_string(), |entry| entry.file_name().display().to_string()))
                    .collect();
                names.sort();
                names.join(" ")
            }),
            "enter" => std::env::set_current_dir(path).map(|()| "done".to_owned()),
            "exec" => std::process::Command::new(path).status().map(|status| status.to_string()),
            _ => panic!("no such verb: {verb}"),
        };
        match outcome {
            Ok(text) => println!("{verb} {path}: {text}"),
            Err(error) => println!("{verb} {path}: errno {}", error.raw_os_error().unwrap_or(0)),
        }
    }
}
