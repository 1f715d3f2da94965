//! Files and memory that were made to mislead, and workers that fail or lie.

use std::fs::File;
use std::io::{Cursor, Read as _, Seek as _, Write as _};

use super::*;
use crate::sys::calls;
use crate::unwind::answer::{Answer, Explained, Function, Walk, Writer};
use crate::unwind::memory::Memory;
use crate::unwind::request::{Region, Request, Source, Start};
use crate::unwind::worker::{Input, answer_to};

/// Says what a test wants it to say.
struct Said(Vec<u8>, Option<&'static str>);

impl Symbolizer for Said {
    fn run(&self, _work: Work) -> crate::unwind::Said {
        crate::unwind::Said { bytes: self.0.clone(), trouble: self.1.map(ToOwned::to_owned) }
    }
}

/// What the host tells by itself: where the thread is, and in which file.
#[track_caller]
fn assert_is_told_without_the_worker(stack: &Stack, stopped: &programs::Stopped, error: &str) {
    let told = stack.error.as_deref().unwrap_or_default();
    assert!(told.contains(error), "{told}");
    let first = &stack.frames[0];
    assert_eq!(first.address, stopped.registers.instruction_pointer());
    assert!(first.object.is_some() && first.function.is_none() && first.offset > 0, "{stack:#}");
}

#[test]
fn a_worker_that_fails_or_lies_leaves_what_the_host_knows_itself() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O0", "-static"]) else { return };
    let stopped = program.start().crashed();
    let options = StackTraces::new();
    let pid = stopped.running.pid();
    let lie = {
        let mut bytes = Vec::new();
        Writer::new(&mut bytes).walk(0, &Walk::default()).unwrap();
        bytes
    };
    for (said, error) in [
        (Said(Vec::new(), Some("the symbolizer was ended: \x1b[2J")), "the symbolizer was ended: \\x1b[2J"),
        (Said(Vec::new(), None), "the symbolizer ended before it was done"),
        (Said(lie, None), "the symbolizer's answer has a thread that is not where it is"),
        (Said(vec![0xff; 100_000], None), "the symbolizer ended before it was done"),
        (Said(vec![0; 100_000], None), "the symbolizer's answer has a record of a kind that there is not"),
    ] {
        let stack = the_only(collect(pid, &stopped.tasks(), &options, &said));
        assert_is_told_without_the_worker(&stack, &stopped, error);
        // This program keeps its frame pointers: all of its own calls are there.
        assert!(stack.frames.len() >= 14, "{stack:#}");
    }
}

#[test]
fn names_of_a_lying_worker_come_out_harmless() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-static"]) else { return };
    let stopped = program.start().crashed();
    let hostile = Some("\x1b]0;x\x07\u{202e}\n".to_owned());
    let function = Function { name: hostile.clone(), file: hostile, line: Some(1) };
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    let calls = vec![answer::Call::at(stopped.registers.instruction_pointer())];
    writer.walk(0, &Walk { calls, truncated: false }).unwrap();
    writer.explained(0, 0, &Explained { offset: 0, functions: vec![function; 60] }).unwrap();
    writer.note(None, "\x1b[2J").unwrap();
    let said = Said(bytes, Some("\n"));
    let stack = the_only(collect(stopped.running.pid(), &stopped.tasks(), &StackTraces::new().max_frames(50), &said));
    assert_eq!((stack.frames.len(), stack.truncated), (50, true));
    let texts = stack.frames.iter().flat_map(|frame| [&frame.function, &frame.file]).chain([&stack.error]).flatten();
    for text in texts {
        assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
}

/// A worker that is another program, and what is said about it.
#[track_caller]
fn with_worker(executable: &str, error: &str) {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O0", "-static"]) else { return };
    let stopped = program.start().crashed();
    let stack = the_only(stopped.stacks(&StackTraces::new().worker(executable)));
    assert_is_told_without_the_worker(&stack, &stopped, error);
}

#[test]
fn a_worker_that_is_not_there_is_named() {
    with_worker("/nowhere/worker", "/nowhere/worker");
}

#[test]
fn a_program_that_is_no_worker_is_found_out() {
    with_worker("/bin/true", "the symbolizer ended before it was done");
    with_worker("/bin/false", "the symbolizer gave up (exit code 1)");
}

#[test]
fn a_worker_that_hangs_is_ended() {
    let Some(hangs) = Program::compile(Language::Cpp, "int main() { for (;;) asm volatile(\"\"); }", &[]) else {
        return;
    };
    with_worker(hangs.path().to_str().unwrap(), "the symbolizer took longer than 5s");
}

#[test]
fn a_worker_that_is_another_executable_with_this_crate_works() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O1", "-fno-optimize-sibling-calls"]) else {
        return;
    };
    let stopped = program.start().crashed();
    let other = std::env::current_exe().unwrap();
    assert_is_the_crash(&the_only(stopped.stacks(&StackTraces::new().worker(other))), &program);
}

#[test]
fn a_process_that_is_gone_is_an_error() {
    let mut child = std::process::Command::new("/bin/true").spawn().unwrap();
    let pid = child.id().cast_signed();
    child.wait().unwrap();
    let stack = the_only(collect(pid, &[(pid, Registers::ZERO)], &StackTraces::new(), &Worker));
    assert!(stack.error.as_deref().unwrap().starts_with("the mappings cannot be read"), "{stack:#}");
    assert_eq!(stack.frames.len(), 1);
    assert!(collect(pid, &[], &StackTraces::new(), &Worker).is_empty());
}

/// What the worker says about a request, with objects that a test has made.
fn told(request: &Request, memory: Memory, objects: Vec<Option<Vec<u8>>>) -> Answer {
    let inputs = objects.into_iter().map(|bytes| bytes.map(|bytes| Input::Bytes(Cursor::new(bytes)))).collect();
    let mut bytes = Vec::new();
    answer_to(request, memory, inputs, Writer::new(&mut bytes)).unwrap();
    let answer = Answer::read(&bytes, request).unwrap();
    assert!(answer.complete);
    answer
}

/// A stopped program's request, memory and files.
struct Taken {
    request: Request,
    memory: File,
    objects: Vec<Option<Vec<u8>>>,
}

impl Taken {
    fn of(stopped: &programs::Stopped) -> Taken {
        let snapshot = Snapshot::capture(stopped.running.pid(), &stopped.tasks(), &StackTraces::new());
        let work = snapshot.work(&StackTraces::new()).unwrap();
        let read = |fd: OwnedFd| {
            let (mut file, mut bytes) = (File::from(fd), Vec::new());
            file.rewind().unwrap();
            file.read_to_end(&mut bytes).unwrap();
            bytes
        };
        let request = Request::decode(&read(work.request)).unwrap();
        let mut objects = vec![None; request.objects.len()];
        for (index, fd) in work.objects {
            objects[index] = Some(read(fd));
        }
        Taken { request, memory: work.memory.into(), objects }
    }

    fn told_with(&self, object: usize, bytes: Vec<u8>) -> Answer {
        let mut objects = self.objects.clone();
        objects[object] = Some(bytes);
        told(&self.request, Memory::new(self.memory.try_clone().unwrap()), objects)
    }
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }
}

#[test]
fn garbage_and_pieces_of_files_are_no_more_than_unknown() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O1", "-fno-optimize-sibling-calls"]) else {
        return;
    };
    let stopped = program.start().crashed();
    let taken = Taken::of(&stopped);
    let good = taken.objects[0].clone().unwrap();
    let complete = taken.told_with(0, good.clone());
    assert!(complete.notes.is_empty() && complete.explained.len() >= 14, "{complete:?}");

    for garbage in [Vec::new(), b"#!/bin/sh\n".to_vec(), vec![0; 1 << 16], vec![0xff; 1 << 16], b"\x7fELF".repeat(1000)]
    {
        let answer = taken.told_with(0, garbage);
        assert_eq!(answer.notes[0].object, Some(0));
        assert_eq!(answer.walks[0].as_ref().unwrap().calls[0].address, stopped.registers.instruction_pointer());
    }
    for part in 0..40 {
        let answer = taken.told_with(0, good[..good.len() * part / 40].to_vec());
        assert!(!answer.walks[0].as_ref().unwrap().calls.is_empty());
    }
}

#[test]
fn files_with_mistakes_in_them_end_nothing() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O1", "-fno-optimize-sibling-calls"]) else {
        return;
    };
    let stopped = program.start().crashed();
    let taken = Taken::of(&stopped);
    let good = taken.objects[0].clone().unwrap();
    let sections = usize::try_from(u64::from_le_bytes(good[40..48].try_into().unwrap())).unwrap();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..600 {
        let mut bytes = good.clone();
        // The header; the table of sections; anywhere.
        let place = match round % 3 {
            0 => 0..64 + 56 * 13,
            1 => sections..bytes.len(),
            _ => 0..bytes.len(),
        };
        for _ in 0..=dice.roll(12) {
            let at = place.start + dice.roll(place.len());
            let value = [0, 1, 0x7f, 0x80, 0xff, dice.roll(256) as u8][dice.roll(6)];
            bytes[at] = value;
        }
        taken.told_with(0, bytes);
    }
}

#[test]
fn counts_beyond_all_measure_are_not_believed() {
    let Some(program) = Program::compile(Language::Cpp, CPP, &["-g", "-O1", "-fno-optimize-sibling-calls"]) else {
        return;
    };
    let stopped = program.start().crashed();
    let taken = Taken::of(&stopped);
    let good = taken.objects[0].clone().unwrap();
    let sections = usize::try_from(u64::from_le_bytes(good[40..48].try_into().unwrap())).unwrap();
    let count = usize::from(u16::from_le_bytes(good[60..62].try_into().unwrap()));
    // Size, link, info, size of an entry of each section.
    for field in [24, 32, 40, 44, 56] {
        for value in [u64::MAX, 1 << 62, u64::from(u32::MAX), 1] {
            let mut bytes = good.clone();
            for section in 0..count {
                bytes[sections + 64 * section + field..][..8].copy_from_slice(&value.to_le_bytes());
            }
            taken.told_with(0, bytes);
        }
    }
}

/// A program whose file says that, but which runs.
fn with_changed_file(change: impl FnOnce(&mut Vec<u8>)) -> Option<Stack> {
    let program = Program::compile(Language::Cpp, CPP, &["-g", "-O1", "-fno-optimize-sibling-calls"])?;
    let mut bytes = std::fs::read(program.path()).unwrap();
    change(&mut bytes);
    // A new file: the old one may still be open for writing somewhere.
    let changed = std::fs::File::from(calls::memory(c"changed", 0).unwrap());
    (&changed).write_all(&bytes).unwrap();
    Some(the_only(Running::start_fd(&changed).crashed().stacks(&StackTraces::new())))
}

#[test]
fn a_file_without_its_sections_is_told_by_addresses() {
    // The table of sections lies nowhere.
    let stack = with_changed_file(|bytes| bytes[40..48].copy_from_slice(&u64::MAX.to_le_bytes()));
    let Some(stack) = stack else { return };
    assert_eq!(stack.frames[0].object.as_deref(), Some("/memfd:changed (deleted)"));
    assert_eq!(stack.frames[0].function, None);
    assert!(stack.frames[0].address > 0 && stack.frames[0].offset > 0);
}

#[test]
fn debug_information_that_makes_no_sense_leaves_the_functions() {
    let stack = with_changed_file(|bytes| {
        let sections = usize::try_from(u64::from_le_bytes(bytes[40..48].try_into().unwrap())).unwrap();
        let count = usize::from(u16::from_le_bytes(bytes[60..62].try_into().unwrap()));
        let headers: Vec<_> = (0..count).map(|index| bytes[sections + 64 * index..][..64].to_vec()).collect();
        let word = |header: &[u8], at: usize| u64::from_le_bytes(header[at..at + 8].try_into().unwrap());
        // What is not loaded (no address), but is neither the symbols nor the names of sections and symbols.
        for header in headers.iter().filter(|header| header[4] == 1 && word(header, 16) == 0) {
            let (offset, size) = (word(header, 24) as usize, word(header, 32) as usize);
            bytes[offset..offset + size].fill(0xff);
        }
    });
    let Some(stack) = stack else { return };
    assert_eq!(names(&stack)[..2], ["CrashMe(char)", "test::Runner<char>::RunTest(char)"], "{stack:#}");
    assert!(stack.error.as_deref().is_some_and(|error| error.contains("debug information")), "{stack:#}");
    assert!(
        stack.frames.iter().all(|frame| frame.line.is_none() || !frame.object.as_ref().unwrap().contains("changed"))
    );
}

#[test]
fn a_stack_in_a_circle_ends() {
    // Memory is a file here: the frame at 0x10010 leads to the one at 0x10020, which leads back.
    let memory = File::from(calls::memory(c"circle", 0).unwrap());
    let words = [(0x10010, 0x10020), (0x10018, 0x1100), (0x10020, 0x10010), (0x10028, 0x1200)];
    for (address, word) in words {
        std::os::unix::fs::FileExt::write_all_at(&memory, &u64::to_le_bytes(word), address).unwrap();
    }
    memory.set_len(0x20000).unwrap();
    let request = Request {
        max_frames: limits::MAX_FRAMES,
        threads: vec![Start { instruction_pointer: 0x1000, stack_pointer: 0x10000, frame_pointer: 0x10010, link: 0 }],
        regions: vec![Region { start: 0x1000, end: 0x2000, offset: 0, object: Some(0) }],
        objects: vec![Source::File],
    };
    let answer = told(&request, Memory::new(memory), vec![None]);
    let walk = answer.walks[0].as_ref().unwrap();
    assert!((2..=limits::MAX_FRAMES).contains(&walk.calls.len()), "{walk:?}");
}
