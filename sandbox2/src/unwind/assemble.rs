//! From what was captured and what the worker said to stacks.
//!
//! Which file an address lies in, and where, the host knows itself. Of the worker's it takes names, files and lines.

use crate::report::escape::Plain;
use crate::report::stack::{Frame, Stack};

use super::Said;
use super::answer::{Answer, Explained, Function, Walk};
use super::capture::Snapshot;
use super::request::region_at;

/// The stacks of what was captured.
pub(super) fn stacks(snapshot: &Snapshot, said: &Said) -> Vec<Stack> {
    let mut trouble = said.trouble.clone();
    let answer = Answer::read(&said.bytes, &snapshot.request).unwrap_or_else(|lie| {
        trouble = Some(lie.to_string());
        Answer { walks: vec![None; snapshot.request.threads.len()], ..Answer::default() }
    });
    if !answer.complete && trouble.is_none() {
        trouble = Some("the symbolizer ended before it was done".to_owned());
    }
    if snapshot.maps().truncated {
        add(&mut trouble, "there are more mappings than are looked at");
    }
    let mut stacks: Vec<Stack> = snapshot
        .tids
        .iter()
        .enumerate()
        .map(|(thread, tid)| {
            let walk = answer.walks.get(thread).cloned().flatten();
            let walk = walk.or_else(|| snapshot.walk_without_the_worker(thread)).unwrap_or_default();
            stack(snapshot, &answer, thread, *tid, &walk, trouble.as_deref())
        })
        .collect();
    if let (Some(last), more @ 1..) = (stacks.last_mut(), snapshot.left_out) {
        add(&mut last.error, &format!("{more} more threads are not told"));
    }
    stacks
}

fn stack(snapshot: &Snapshot, answer: &Answer, thread: usize, tid: u32, walk: &Walk, trouble: Option<&str>) -> Stack {
    let max = snapshot.request.max_frames;
    let mut stack = Stack { tid, truncated: walk.truncated, ..Stack::default() };
    let mut objects = Vec::new();
    for (index, call) in walk.calls.iter().enumerate() {
        let region = region_at(&snapshot.request.regions, call.instruction());
        let object = region.and_then(|region| region.object);
        if let Some(object) = object.filter(|object| !objects.contains(object)) {
            objects.push(object);
        }
        let place = Frame {
            address: call.address,
            offset: region.map_or(0, |region| (call.address - region.start).wrapping_add(region.offset)),
            object: object.and_then(|object| snapshot.objects.get(object)).map(|object| object.name.clone()),
            ..Frame::default()
        };
        frames(&mut stack, place, answer.explained.get(&(thread, index)), max);
    }
    if let Some(trouble) = trouble {
        add(&mut stack.error, trouble);
    }
    for object in &objects {
        if let Some(trouble) = snapshot.objects.get(*object).and_then(|object| object.trouble.as_deref()) {
            add(&mut stack.error, trouble);
        }
    }
    for note in &answer.notes {
        match note.object {
            Some(object) if !objects.contains(&object) => {}
            Some(object) => {
                let name = snapshot.objects.get(object).map_or("", |object| &object.name);
                add(&mut stack.error, &format!("{name}: {}", note.text));
            }
            None => add(&mut stack.error, &note.text),
        }
    }
    stack
}

/// Adds the frames of one place: the functions that were inlined there, and the one that is really there.
fn frames(stack: &mut Stack, place: Frame, explained: Option<&Explained>, max: usize) {
    let nothing = Explained { offset: place.offset, functions: vec![Function::default()] };
    let explained = explained.unwrap_or(&nothing);
    let last = explained.functions.len().saturating_sub(1);
    for (index, function) in explained.functions.iter().enumerate() {
        if stack.frames.len() >= max {
            stack.truncated = true;
            return;
        }
        let inlined = index < last;
        let offset = match (&function.name, inlined) {
            (Some(_), true) => 0,
            (Some(_), false) => explained.offset,
            (None, _) => place.offset,
        };
        stack.frames.push(Frame {
            function: function.name.as_deref().map(plain),
            offset,
            file: function.file.as_deref().map(plain),
            line: function.line,
            inlined,
            ..place.clone()
        });
    }
}

fn plain(text: &str) -> String {
    Plain(text).to_string()
}

/// Adds a reason, once.
fn add(error: &mut Option<String>, reason: &str) {
    let reason = plain(reason);
    match error {
        Some(error) if error.contains(&reason) => {}
        Some(error) => {
            error.push_str("; ");
            error.push_str(&reason);
        }
        None => *error = Some(reason),
    }
}
