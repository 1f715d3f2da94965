//! What the worker says, and how it is read: as bytes of somebody who may be in the hands of the sandboxee.
//!
//! Records, each a kind (one byte), a length (four bytes, little-endian) and as many bytes. One that was not finished is left aside; what
//! was said before it counts. One that says what cannot be makes all of it [worthless](Lie).
//!
//! | kind | |
//! |---|---|
//! | 1 | a walk: thread, whether there is more, addresses and whether each is one that is returned to |
//! | 2 | a call explained: thread, index in its walk, offset in the function, and for each function its name, file and line |
//! | 3 | a remark: object, text |
//! | 4 | the end |
//!
//! The walks come first; what is explained later replaces what was explained before.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::limits::{MAX_ANSWER, MAX_INLINED, MAX_NAME, MAX_NOTE, MAX_NOTES};
use super::request::Request;

const WALK: u8 = 1;
const EXPLAINED: u8 = 2;
const NOTE: u8 = 3;
const END: u8 = 4;

/// A remark about no object.
const NO_OBJECT: u32 = u32::MAX;

/// The calls of a thread: where it is, then where each call returns to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walk {
    pub(crate) calls: Vec<Call>,
    pub(crate) truncated: bool,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) address: u64,
    /// Whether the address is behind the instruction that is meant, a call; not so where a thread is, or was when a signal came.
    pub(crate) is_return: bool,
}

impl Call {
    /// Where a thread is.
    pub(crate) fn at(address: u64) -> Call {
        Call { address, is_return: false }
    }

    /// Where one returns to.
    pub(crate) fn to(address: u64) -> Call {
        Call { address, is_return: true }
    }

    /// An address in the instruction that is meant.
    pub(crate) fn instruction(self) -> u64 {
        self.address.saturating_sub(u64::from(self.is_return))
    }
}

/// What is at an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Explained {
    /// How far it is from the start of the last of these functions.
    pub(crate) offset: u64,
    /// The functions: those that were inlined, the innermost first, and the one that they were inlined into.
    pub(crate) functions: Vec<Function>,
}

/// A function, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) object: Option<usize>,
    pub(crate) text: String,
}

/// All that the worker has said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// For each thread of the request.
    pub(crate) walks: Vec<Option<Walk>>,
    /// By thread and index in its walk.
    pub(crate) explained: BTreeMap<(usize, usize), Explained>,
    pub(crate) notes: Vec<Note>,
    /// Whether there was nothing more to say.
    pub(crate) complete: bool,
}

/// The worker says what cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the symbolizer's answer {0}")]
pub(crate) struct Lie(&'static str);

/// Writes an answer, record by record.
#[derive(Debug)]
pub(crate) struct Writer<W> {
    to: W,
    left: u64,
    notes: usize,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(to: W) -> Writer<W> {
        Writer { to, left: MAX_ANSWER, notes: 0 }
    }

    /// A thread's walk.
    pub(crate) fn walk(&mut self, thread: usize, walk: &Walk) -> io::Result<()> {
        let mut record = Record::default();
        record.number(thread);
        record.0.push(u8::from(walk.truncated));
        record.number(walk.calls.len());
        for Call { address, is_return } in &walk.calls {
            record.0.extend(address.to_le_bytes());
            record.0.push(u8::from(*is_return));
        }
        self.record(WALK, &record)
    }

    /// What is at that place of a walk.
    pub(crate) fn explained(&mut self, thread: usize, index: usize, explained: &Explained) -> io::Result<()> {
        let mut record = Record::default();
        record.number(thread);
        record.number(index);
        record.0.extend(explained.offset.to_le_bytes());
        record.number(explained.functions.len());
        for Function { name, file, line } in &explained.functions {
            record.text(name.as_deref().unwrap_or_default(), MAX_NAME);
            record.text(file.as_deref().unwrap_or_default(), MAX_NAME);
            record.0.extend(line.unwrap_or_default().to_le_bytes());
        }
        self.record(EXPLAINED, &record)
    }

    /// Something that went wrong; only the first few are told.
    pub(crate) fn note(&mut self, object: Option<usize>, text: &str) -> io::Result<()> {
        if self.notes == MAX_NOTES {
            return Ok(());
        }
        self.notes += 1;
        let mut record = Record::default();
        record.number(object.unwrap_or(NO_OBJECT as usize));
        record.text(text, MAX_NOTE);
        self.record(NOTE, &record)
    }

    /// There is nothing more to say.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.record(END, &Record::default())
    }

    /// In one piece, so that a worker that ends meanwhile leaves no nonsense.
    fn record(&mut self, kind: u8, Record(content): &Record) -> io::Result<()> {
        let length = u32::try_from(content.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut bytes = vec![kind];
        bytes.extend(length.to_le_bytes());
        bytes.extend(content);
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        self.to.write_all(&bytes)
    }
}

/// The content of one.
#[derive(Debug, Default)]
struct Record(Vec<u8>);

impl Record {
    fn number(&mut self, number: usize) {
        // What is too large for that is no number that the reader takes.
        self.0.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn text(&mut self, text: &str, limit: usize) {
        let text = shortened(text, limit);
        self.0.extend(u16::try_from(text.len()).unwrap_or_default().to_le_bytes());
        self.0.extend(text.as_bytes());
    }
}

/// As much of the text as there is room for, in bytes.
pub(super) fn shortened(text: &str, limit: usize) -> &str {
    (0..=limit.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

impl Answer {
    /// Reads what the worker of that request has written.
    pub(crate) fn read(mut bytes: &[u8], request: &Request) -> Result<Answer, Lie> {
        let mut answer = Answer { walks: vec![None; request.threads.len()], ..Answer::default() };
        while !answer.complete {
            let Some((kind, content, rest)) = next_record(bytes) else { return Ok(answer) };
            bytes = rest;
            let mut content = Content(content);
            match kind {
                WALK => answer.take_walk(&mut content, request)?,
                EXPLAINED => answer.take_explained(&mut content)?,
                NOTE => answer.take_note(&mut content, request)?,
                END => answer.complete = true,
                _ => return Err(Lie("has a record of a kind that there is not")),
            }
            if !content.0.is_empty() {
                return Err(Lie("has a record that is longer than what it says"));
            }
        }
        if bytes.is_empty() { Ok(answer) } else { Err(Lie("goes on after its end")) }
    }

    fn take_walk(&mut self, content: &mut Content<'_>, request: &Request) -> Result<(), Lie> {
        let thread = content.number()?;
        let truncated = content.flag()?;
        let count = content.number()?;
        let start = request.threads.get(thread).ok_or(Lie("speaks of a thread that nobody asked about"))?;
        let place = self.walks.get_mut(thread).filter(|walk| walk.is_none());
        let place = place.ok_or(Lie("has a thread twice"))?;
        if count > request.max_frames {
            return Err(Lie("has more frames than were asked for"));
        }
        let mut call = |_| Ok(Call { address: content.array().map(u64::from_le_bytes)?, is_return: content.flag()? });
        let calls = (0..count).map(&mut call).collect::<Result<Vec<Call>, Lie>>()?;
        if calls.first() != Some(&Call::at(start.instruction_pointer)) {
            return Err(Lie("has a thread that is not where it is"));
        }
        *place = Some(Walk { calls, truncated });
        Ok(())
    }

    fn take_explained(&mut self, content: &mut Content<'_>) -> Result<(), Lie> {
        let (thread, index) = (content.number()?, content.number()?);
        let walk = self.walks.get(thread).and_then(Option::as_ref);
        if walk.is_none_or(|walk| index >= walk.calls.len()) {
            return Err(Lie("explains a frame that there is not"));
        }
        let offset = content.array().map(u64::from_le_bytes)?;
        let count = content.number()?;
        if !(1..=MAX_INLINED + 1).contains(&count) {
            return Err(Lie("has too many functions at one place"));
        }
        let function = |_| {
            let (name, file) = (content.text(MAX_NAME)?, content.text(MAX_NAME)?);
            let line = content.array().map(u32::from_le_bytes)?;
            Ok(Function { name, file, line: Some(line).filter(|line| *line > 0) })
        };
        let functions = (0..count).map(function).collect::<Result<Vec<Function>, Lie>>()?;
        self.explained.insert((thread, index), Explained { offset, functions });
        Ok(())
    }

    fn take_note(&mut self, content: &mut Content<'_>, request: &Request) -> Result<(), Lie> {
        if self.notes.len() == MAX_NOTES {
            return Err(Lie("has too many remarks"));
        }
        let object = Some(content.number()?).filter(|object| *object != NO_OBJECT as usize);
        if object.is_some_and(|object| object >= request.objects.len()) {
            return Err(Lie("speaks of an object that there is not"));
        }
        let text = content.text(MAX_NOTE)?.unwrap_or_default();
        self.notes.push(Note { object, text });
        Ok(())
    }
}

/// The next record that was finished: its kind, its content, and what comes after it.
fn next_record(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let ([kind, length @ ..], rest) = bytes.split_first_chunk::<5>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*kind, content, rest))
}

/// What is left of a record's content.
struct Content<'a>(&'a [u8]);

impl Content<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Lie> {
        let (array, rest) = self.0.split_first_chunk().ok_or(Lie("has a record that is shorter than what it says"))?;
        self.0 = rest;
        Ok(*array)
    }

    fn number(&mut self) -> Result<usize, Lie> {
        let number = u32::from_le_bytes(self.array()?);
        usize::try_from(number).map_err(|_| Lie("has a number that is none"))
    }

    fn flag(&mut self) -> Result<bool, Lie> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Lie("has a flag that is none")),
        }
    }

    /// `None` if it is empty.
    fn text(&mut self, limit: usize) -> Result<Option<String>, Lie> {
        let length = usize::from(u16::from_le_bytes(self.array()?));
        if length > limit {
            return Err(Lie("has a text that is too long"));
        }
        let (text, rest) =
            self.0.split_at_checked(length).ok_or(Lie("has a record that is shorter than what it says"))?;
        self.0 = rest;
        let text = str::from_utf8(text).map_err(|_| Lie("has a text that is no UTF-8"))?;
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unwind::request::{Source, Start};

    fn request() -> Request {
        let start = |instruction_pointer| Start { instruction_pointer, ..Start::default() };
        Request { max_frames: 3, threads: vec![start(10), start(20)], regions: Vec::new(), objects: vec![Source::File] }
    }

    fn said(say: impl FnOnce(&mut Writer<&mut Vec<u8>>) -> io::Result<()>) -> Vec<u8> {
        let mut bytes = Vec::new();
        say(&mut Writer::new(&mut bytes)).unwrap();
        bytes
    }

    fn walk(addresses: &[u64]) -> Walk {
        let calls =
            addresses.iter().enumerate().map(|(index, address)| Call { address: *address, is_return: index > 0 });
        Walk { calls: calls.collect(), truncated: true }
    }

    fn explained() -> Explained {
        let inner = Function { name: Some("inner".to_owned()), file: Some("/a.rs".to_owned()), line: Some(7) };
        Explained { offset: 9, functions: vec![inner, Function::default()] }
    }

    fn everything() -> Vec<u8> {
        said(|to| {
            to.walk(1, &walk(&[20, 21]))?;
            to.explained(1, 1, &Explained::default().with_one())?;
            to.explained(1, 1, &explained())?;
            to.note(Some(0), "is garbage")?;
            to.note(None, "x")?;
            to.end()
        })
    }

    impl Explained {
        fn with_one(mut self) -> Explained {
            self.functions.push(Function::default());
            self
        }
    }

    #[test]
    fn what_is_said_is_understood_and_the_last_word_counts() {
        let answer = Answer::read(&everything(), &request()).unwrap();
        assert_eq!(answer.walks, [None, Some(walk(&[20, 21]))]);
        assert_eq!(answer.explained, BTreeMap::from([((1, 1), explained())]));
        assert_eq!(answer.notes[0], Note { object: Some(0), text: "is garbage".to_owned() });
        assert_eq!(answer.notes[1].object, None);
        assert!(answer.complete);
    }

    #[test]
    fn what_was_cut_counts_as_far_as_it_goes() {
        let bytes = everything();
        for length in 0..bytes.len() {
            let answer = Answer::read(&bytes[..length], &request()).unwrap();
            assert!(!answer.complete, "{length}");
        }
        assert!(Answer::read(&bytes[..bytes.len() - 1], &request()).unwrap().walks[1].is_some());
    }

    #[test]
    fn what_cannot_be_is_a_lie() {
        let lies = [
            said(|to| to.walk(2, &walk(&[20]))),
            said(|to| to.walk(1, &walk(&[]))),
            said(|to| to.walk(1, &walk(&[10]))),
            said(|to| to.walk(1, &walk(&[20, 1, 2, 3]))),
            said(|to| to.walk(1, &walk(&[20])).and_then(|()| to.walk(1, &walk(&[20])))),
            said(|to| to.explained(1, 0, &explained())),
            said(|to| to.walk(1, &walk(&[20])).and_then(|()| to.explained(1, 1, &explained()))),
            said(|to| to.walk(1, &walk(&[20])).and_then(|()| to.explained(1, 0, &Explained::default()))),
            said(|to| to.note(Some(1), "x")),
            said(|to| to.end().and_then(|()| to.end())),
            said(|to| to.record(5, &Record::default())),
            said(|to| to.record(END, &Record(vec![0]))),
            said(|to| to.record(NOTE, &Record(vec![0, 0, 0, 0, 1, 0, 0xff]))),
            said(|to| to.record(NOTE, &Record(vec![0, 0, 0, 0, 9, 0]))),
            said(|to| to.record(WALK, &Record(vec![1, 0, 0, 0, 2, 0, 0, 0, 0]))),
            said(|to| to.record(WALK, &Record(vec![1]))),
        ];
        for (index, lie) in lies.iter().enumerate() {
            assert!(Answer::read(lie, &request()).is_err(), "{index}");
        }
        let notes = said(|to| (0..20).try_for_each(|_| to.note(None, "x")));
        assert_eq!(Answer::read(&notes, &request()).unwrap().notes.len(), MAX_NOTES);
        assert!(Answer::read(&[&notes[..], &said(|to| to.note(None, "x"))].concat(), &request()).is_err());
    }

    #[test]
    fn long_names_are_shortened_where_a_character_ends() {
        let long = Function { name: Some(format!("x{}", "ü".repeat(MAX_NAME))), ..Function::default() };
        let bytes = said(|to| {
            to.walk(0, &walk(&[10]))?;
            to.explained(0, 0, &Explained { offset: 0, functions: vec![long] })
        });
        let answer = Answer::read(&bytes, &request()).unwrap();
        assert_eq!(answer.explained[&(0, 0)].functions[0].name.as_ref().unwrap().len(), MAX_NAME - 1);
    }

    #[test]
    fn the_writer_stops_before_it_says_too_much() {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        writer.walk(0, &walk(&[10])).unwrap();
        let name = Some("x".repeat(MAX_NAME));
        let functions = vec![Function { name, ..Function::default() }; MAX_INLINED];
        let explained = Explained { offset: 0, functions };
        while writer.explained(0, 0, &explained).is_ok() {}
        assert!(bytes.len() as u64 <= MAX_ANSWER);
        assert!(Answer::read(&bytes, &request()).is_ok());
    }

    #[test]
    fn no_bytes_make_the_reader_panic() {
        let good = everything();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..20_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let mut bytes = good.clone();
            let at = usize::try_from(state >> 8).unwrap() % bytes.len();
            bytes[at] = state as u8;
            let _ = Answer::read(&bytes, &request());
        }
    }
}
