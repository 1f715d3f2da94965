//! An image decoder that nobody has to trust: a sandboxee gets the bytes of PNG files and leaves their pixels in memory that it shares
//! with its host, which prints them as small pictures of letters.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin thumbnail -- [FILE.png]...
//! cargo run -p sandbox2-examples --bin thumbnail -- --samples FOLDER
//! ```
//!
//! Without files it makes some: good ones, and malformed, truncated and dishonest ones; `--samples` writes them to a folder in place of that.
//! One sandboxee decodes them all; when one image ends it, the next gets a new one. The exit status is 0 whatever the images are, and 1 if
//! a file cannot be read or a sandbox not be had.

mod decode;
mod samples;

use std::error::Error;
use std::fmt;
use std::fs;
use std::io::Read;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use sandbox2::client::{self, Buffer};
use sandbox2::{Comms, Executor, Outcome, Running, Sandbox2, Stdio};

/// The sandboxee's end of the channel: the number that it has unless that is mapped.
const CHANNEL: i32 = 1023;

/// The most bytes that a file may have.
const MOST_INPUT: u64 = 32 << 20;

/// The most bytes that an image's pixels may have, red, green and blue.
const MOST_PIXELS: usize = 64 << 20;

/// How long one image may take.
const PATIENCE: Duration = Duration::from_secs(10);

sandbox2::policy! {
    /// What the decoder needs once it has its channel and the shared memory.
    static POLICY;

    use system_malloc, exit;
    ALLOW sendto, sendmsg, recvmsg if fd == { CHANNEL };
    use rust_panic;                                  // to say what went wrong, and to abort
    ALLOW fcntl if cmd == F_GETFD;                   // debug builds, before they close a descriptor
    ALLOW sigaltstack;                               // at the end of main Rust takes its signal stack away
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        // The same program on the other side.
        ["sandboxee"] => decode::sandboxee(),
        ["--samples", folder] => write_samples(Path::new(folder)),
        [] => samples::all().and_then(show_all),
        _ => read(&args).and_then(show_all),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("thumbnail: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_samples(folder: &Path) -> Result<(), Box<dyn Error>> {
    for (name, bytes) in samples::all()? {
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

/// A file's name and its bytes.
type File = (String, Vec<u8>);

fn read(paths: &[&str]) -> Result<Vec<File>, Box<dyn Error>> {
    let read = |path: &str| {
        let mut bytes = Vec::new();
        let file = fs::File::open(path).and_then(|file| file.take(MOST_INPUT + 1).read_to_end(&mut bytes));
        match file {
            Ok(count) if count as u64 <= MOST_INPUT => Ok((path.to_owned(), bytes)),
            Ok(_) => Err(format!("{path} has more than {MOST_INPUT} bytes").into()),
            Err(error) => Err(format!("{path}: {error}").into()),
        }
    };
    paths.iter().map(|path| read(path)).collect()
}

fn show_all(files: Vec<File>) -> Result<(), Box<dyn Error>> {
    let mut decoder = None;
    let mut started = 0;
    for (name, bytes) in files {
        let current = match decoder.take() {
            Some(decoder) => decoder,
            None => {
                started += 1;
                Decoder::start()?
            }
        };
        let (picture, left) = current.decode(&bytes);
        decoder = left;
        match picture {
            Ok(picture) => println!("{name}: {} x {} pixels\n{picture}", picture.width, picture.height),
            Err(why) => println!("{name}: {why}"),
        }
    }
    println!("decoders started: {started}");
    if let Some(decoder) = decoder {
        println!("Final execution status: {}", decoder.end());
    }
    Ok(())
}

/// A sandboxee that decodes one image after the other.
struct Decoder {
    running: Running,
    comms: Comms,
    pixels: Buffer,
}

/// Why there is no picture.
enum Failure {
    /// The decoder says why.
    Refused(String),
    /// It says what cannot be.
    Dishonest(String),
    /// It has said nothing, or not in time.
    Silent,
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Failure {
        match error {
            client::Error::Closed | client::Error::TimedOut => Failure::Silent,
            other => Failure::Dishonest(format!("the decoder does not keep to what was agreed ({other})")),
        }
    }
}

impl Decoder {
    fn start() -> Result<Decoder, Box<dyn Error>> {
        let program = std::env::current_exe()?;
        // What it says on its standard streams may be an attacker's.
        let mut executor = Executor::new(&program, ["thumbnail", "sandboxee"])
            .libraries(&program)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .sandbox_before_exec(false);
        // What a dishonest header claims is not to be had.
        executor.limits_mut().set_address_space(512 << 20).set_wall_time(PATIENCE);

        let pixels = Buffer::named("pixels", MOST_PIXELS)?;
        pixels.seal_size()?;
        executor.ipc_mut().map_dup_fd(pixels.as_fd(), "pixels")?;
        let mut comms = executor.ipc_mut().comms()?;
        comms.set_timeout(Some(PATIENCE));
        comms.set_max_message(4096);

        let running = Sandbox2::new(executor, &POLICY).run_async()?;
        Ok(Decoder { running, comms, pixels })
    }

    /// The picture, or why there is none; and the decoder, if it can go on.
    fn decode(mut self, bytes: &[u8]) -> (Result<Picture, String>, Option<Decoder>) {
        // The limit is this image's, from now on, and does not count while there is none.
        self.running.set_walltime_limit(PATIENCE);
        let asked = ask(&mut self.comms, &self.pixels, bytes);
        self.running.set_walltime_limit(None);
        match asked {
            Ok(picture) => (Ok(picture), Some(self)),
            // Whoever has made the image may have chosen these words.
            Err(Failure::Refused(why)) => (Err(format!("the decoder refuses it: {}", why.escape_debug())), Some(self)),
            Err(Failure::Silent) => (Err(format!("the decoder has ended: {}", self.end())), None),
            Err(Failure::Dishonest(what)) => {
                self.running.kill();
                (Err(format!("{what}, and was ended: {}", self.end())), None)
            }
        }
    }

    /// Waits for its end: there are no more images for it.
    fn end(self) -> Outcome {
        self.running.set_walltime_limit(PATIENCE);
        drop(self.comms);
        self.running.await_result()
    }
}

/// Sends an image and takes what comes of it.
fn ask(comms: &mut Comms, pixels: &Buffer, image: &[u8]) -> Result<Picture, Failure> {
    comms.send_bytes(image)?;
    let status = comms.receive_status()?;
    if status.code != 0 {
        return Err(Failure::Refused(status.message));
    }
    let (width, height) = (comms.receive_u32()?, comms.receive_u32()?);
    Picture::new(pixels, width, height)
}

/// An image's pixels: red, green and blue of each, row by row from the top.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// Copies the pixels out, so that nobody changes them any more.
    fn new(shared: &Buffer, width: u32, height: u32) -> Result<Picture, Failure> {
        let (width, height) = (width as usize, height as usize);
        let dishonest = || Failure::Dishonest(format!("the decoder claims {width} x {height} pixels"));
        let size = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3));
        let size = size.filter(|size| (1..=shared.len()).contains(size)).ok_or_else(dishonest)?;
        let mut pixels = vec![0; size];
        shared.read_at(0, &mut pixels).map_err(|_| dishonest())?;
        Ok(Picture { width, height, pixels })
    }

    /// How bright it is within these columns and rows, 0 to 255, on average.
    fn brightness(&self, columns: (usize, usize), rows: (usize, usize)) -> u64 {
        let row = |row: usize| &self.pixels[(row * self.width + columns.0) * 3..(row * self.width + columns.1) * 3];
        let pixels = (rows.0..rows.1).flat_map(|number| row(number).chunks_exact(3));
        let light = |pixel: &[u8]| (2 * u64::from(pixel[0]) + 5 * u64::from(pixel[1]) + u64::from(pixel[2])) / 8;
        let (count, sum) = pixels.fold((0, 0), |(count, sum), pixel| (count + 1, sum + light(pixel)));
        sum / count.max(1)
    }
}

/// The thumbnail: up to 48 letters wide and 20 high, each twice as high as it is wide.
impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHADES: &[u8; 10] = b" .:-=+*#%@";
        let cell = self.width.div_ceil(48).max(self.height.div_ceil(40)).max(1);
        for top in (0..self.height).step_by(2 * cell) {
            let rows = (top, self.height.min(top + 2 * cell));
            let mut line = String::new();
            for left in (0..self.width).step_by(cell) {
                let light = self.brightness((left, self.width.min(left + cell)), rows);
                line.push(char::from(SHADES[light as usize * SHADES.len() / 256]));
            }
            writeln!(f, "|{line}|")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sandbox2::client::Status;

    use super::*;

    /// What comes of an image of a decoder that does this, when it shares 12 bytes.
    fn comes_of(decoder: impl FnOnce(&mut Comms) -> client::Result<()>) -> Result<(usize, usize), Failure> {
        let (mut host, mut other) = Comms::pair().unwrap();
        host.set_max_message(100);
        decoder(&mut other).unwrap();
        // What it has said can still be heard; and an image can still be sent.
        let picture = ask(&mut host, &Buffer::new(12).unwrap(), b"image");
        picture.map(|picture| (picture.width, picture.height))
    }

    fn claim(width: u32, height: u32) -> Result<(usize, usize), Failure> {
        comes_of(|comms| {
            comms.send_status(&Status { code: 0, message: String::new() })?;
            comms.send_u32(width)?;
            comms.send_u32(height)
        })
    }

    #[test]
    fn what_a_decoder_claims_is_held_against_what_is_shared() {
        assert!(matches!(claim(2, 2), Ok((2, 2))));
        assert!(matches!(claim(4, 1), Ok((4, 1))));
        for (width, height) in [(5, 1), (0, 7), (u32::MAX, u32::MAX), (1 << 31, 1 << 31)] {
            assert!(matches!(claim(width, height), Err(Failure::Dishonest(_))), "{width} x {height}");
        }
    }

    #[test]
    fn what_a_decoder_says_out_of_turn_is_dishonest() {
        let status = |code, message: &str| Status { code, message: message.to_owned() };
        assert!(matches!(comes_of(|comms| comms.send_text("hello")), Err(Failure::Dishonest(_))));
        let long = comes_of(|comms| comms.send_status(&status(1, &"x".repeat(1000))));
        assert!(matches!(long, Err(Failure::Dishonest(_))));
        let bad = comes_of(|comms| comms.send_status(&status(1, "bad")));
        assert!(matches!(bad, Err(Failure::Refused(why)) if why == "bad"));
        let silent = comes_of(|comms| {
            comms.terminate();
            Ok(())
        });
        assert!(matches!(silent, Err(Failure::Silent)));
    }

    #[test]
    fn a_thumbnail_is_no_larger_than_48_by_20() {
        for (width, height) in [(1, 1), (48, 40), (49, 40), (48, 41), (1000, 3), (3, 1000)] {
            let picture = Picture { width, height, pixels: vec![255; width * height * 3] }.to_string();
            assert!(picture.lines().count() <= 20, "{width} x {height}");
            assert!(picture.lines().all(|line| line.len() <= 50 && line[1..line.len() - 1].chars().all(|c| c == '@')));
        }
    }
}
