//! Where a thread was: its stack, as far as it could be told, and how it is shown.
//!
//! Who finds out is `unwind`. What stands here was chosen by the sandboxee, with its memory and its files.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::escape::Plain;

/// The calls that a thread was in, the innermost first.
///
/// Everything in it comes from the memory and the files of the sandboxee, and can be a lie of its.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stack {
    /// The thread, in the host's numbering.
    pub tid: u32,
    /// The calls.
    pub frames: Vec<Frame>,
    /// Whether there were more than are told.
    #[serde(default)]
    pub truncated: bool,
    /// Why nothing, or not everything, can be told.
    #[serde(default)]
    pub error: Option<String>,
}

/// One call of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Frame {
    /// Where it is in the program.
    pub address: u64,
    /// The function, demangled.
    pub function: Option<String>,
    /// How far `address` is from the start of the function, 0 for an inlined one; without a function, how far it is from the start of the
    /// file.
    pub offset: u64,
    /// The file that the code was loaded from.
    pub object: Option<String>,
    /// The source file, where there is debug information.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// Whether the function was inlined into the next frame.
    #[serde(default)]
    pub inlined: bool,
}

/// How often the frame before was repeated, in the words of the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Repeated(usize);

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(previous frame repeated {} times)", self.0)
    }
}

/// Text that is the same several times in a row, once, with how often it is repeated after that.
fn fold(lines: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut folded: Vec<(String, usize)> = Vec::new();
    for line in lines {
        match folded.last_mut() {
            Some((last, repeated)) if *last == line => *repeated += 1,
            _ => folded.push((line, 0)),
        }
    }
    folded
}

impl fmt::Display for Frame {
    /// `function+0x1f(0x401234)`; the alternate form adds file and line. Without a function: `map:/lib/libc.so.6+0x1f(0x401234)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.function, &self.object) {
            (Some(function), _) => write!(f, "{}+{:#x}({:#x})", Plain(function), self.offset, self.address)?,
            (None, Some(object)) => write!(f, "map:{}+{:#x}({:#x})", Plain(object), self.offset, self.address)?,
            (None, None) => write!(f, "({:#x})", self.address)?,
        }
        if !f.alternate() {
            return Ok(());
        }
        if let Some(file) = &self.file {
            write!(f, " at {}", Plain(file))?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
        }
        if self.inlined { f.write_str(" (inlined)") } else { Ok(()) }
    }
}

impl fmt::Display for Stack {
    /// The frames on one line, the innermost first, as the original shows them: `inner+0x4(0x401004) main+0x2f(0x40102f)`. The alternate
    /// form has a line for each, with its number, file and line, and lines of their own for what was left out and why.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { self.lines(f) } else { self.one_line(f) }
    }
}

impl Stack {
    fn one_line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (frame, repeated) in fold(self.frames.iter().map(Frame::to_string)) {
            write!(f, "{between}{frame}")?;
            between = " ";
            if repeated > 0 {
                write!(f, " {}", Repeated(repeated))?;
            }
        }
        if self.truncated {
            write!(f, "{between}(more frames follow)")?;
            between = " ";
        }
        match &self.error {
            Some(error) => write!(f, "{between}(incomplete: {})", Plain(error)),
            None => Ok(()),
        }
    }

    fn lines(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut between, mut number) = ("", 0);
        for (frame, repeated) in fold(self.frames.iter().map(|frame| format!("{frame:#}"))) {
            write!(f, "{between}#{number:<3} {frame}")?;
            between = "\n";
            number += 1 + repeated;
            if repeated > 0 {
                write!(f, "\n     {}", Repeated(repeated))?;
            }
        }
        if self.truncated {
            write!(f, "{between}(more frames follow)")?;
            between = "\n";
        }
        match &self.error {
            Some(error) => write!(f, "{between}(incomplete: {})", Plain(error)),
            None => Ok(()),
        }
    }
}

/// The stacks of one or several threads, as the original shows them: of one only its frames, of several `Task ID [n]: …` for each; on one
/// line, or on several in the alternate form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stacks<'a>(pub(crate) &'a [Stack]);

impl fmt::Display for Stacks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stacks(stacks) = self;
        if let [stack] = stacks {
            return stack.fmt(f);
        }
        for (index, stack) in stacks.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n" };
            if f.alternate() {
                write!(f, "{between}Task ID [{}]:\n{stack:#}", stack.tid)?;
            } else {
                write!(f, "{}Task ID [{}]: {stack}", if index == 0 { "" } else { " " }, stack.tid)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, address: u64) -> Frame {
        Frame { address, function: Some(function.to_owned()), offset: 4, ..Frame::default() }
    }

    fn stack(tid: u32, frames: Vec<Frame>) -> Stack {
        Stack { tid, frames, ..Stack::default() }
    }

    #[test]
    fn a_stack_is_its_frames_with_spaces_between() {
        let frames = vec![frame("a", 0x10), frame("b::c<d>", 0x20), frame("main", 0x30)];
        assert_eq!(stack(1, frames).to_string(), "a+0x4(0x10) b::c<d>+0x4(0x20) main+0x4(0x30)");
        assert_eq!(Stack::default().to_string(), "");
    }

    #[test]
    fn of_several_threads_each_is_named() {
        let one = [stack(7, vec![frame("a", 1)])];
        assert_eq!(Stacks(&one).to_string(), "a+0x4(0x1)");
        let two = [stack(7, vec![frame("a", 1)]), stack(8, vec![frame("b", 2)])];
        assert_eq!(Stacks(&two).to_string(), "Task ID [7]: a+0x4(0x1) Task ID [8]: b+0x4(0x2)");
        assert_eq!(format!("{:#}", Stacks(&two)), "Task ID [7]:\n#0   a+0x4(0x1)\nTask ID [8]:\n#0   b+0x4(0x2)");
        assert_eq!(Stacks(&[]).to_string(), "");
    }

    #[test]
    fn what_repeats_is_folded() {
        let shown = |names: &[&str]| stack(1, names.iter().map(|name| frame(name, 1)).collect()).to_string();
        assert_eq!(shown(&["a"]), "a+0x4(0x1)");
        assert_eq!(shown(&["a", "a"]), "a+0x4(0x1) (previous frame repeated 1 times)");
        assert_eq!(shown(&["a", "a", "a", "b"]), "a+0x4(0x1) (previous frame repeated 2 times) b+0x4(0x1)");
        assert_eq!(shown(&["a", "b", "a", "b"]), "a+0x4(0x1) b+0x4(0x1) a+0x4(0x1) b+0x4(0x1)");
        assert_eq!(shown(&["b", "a", "a"]), "b+0x4(0x1) a+0x4(0x1) (previous frame repeated 1 times)");
    }

    #[test]
    fn calls_from_different_places_are_not_the_same() {
        let frames = vec![frame("a", 1), frame("a", 2)];
        assert_eq!(stack(1, frames).to_string(), "a+0x4(0x1) a+0x4(0x2)");
    }

    #[test]
    fn the_long_form_numbers_the_calls_and_has_files_and_lines() {
        let mut inner = frame("inner", 1);
        (inner.file, inner.line, inner.inlined) = (Some("/src/a.rs".to_owned()), Some(12), true);
        let mut outer = frame("outer", 2);
        outer.file = Some("/src/b.rs".to_owned());
        let mut stack = stack(1, vec![inner, outer.clone(), outer, frame("main", 3)]);
        stack.truncated = true;
        stack.error = Some("out of time".to_owned());
        let lines = [
            "#0   inner+0x4(0x1) at /src/a.rs:12 (inlined)",
            "#1   outer+0x4(0x2) at /src/b.rs",
            "     (previous frame repeated 1 times)",
            "#3   main+0x4(0x3)",
            "(more frames follow)",
            "(incomplete: out of time)",
        ];
        assert_eq!(format!("{stack:#}"), lines.join("\n"));
    }

    #[test]
    fn without_a_function_the_file_is_told_and_without_that_the_address() {
        let object = Frame { address: 0x1010, offset: 0x10, object: Some("/lib/x".to_owned()), ..Frame::default() };
        assert_eq!(object.to_string(), "map:/lib/x+0x10(0x1010)");
        assert_eq!(Frame { address: 0x1010, ..Frame::default() }.to_string(), "(0x1010)");
    }

    #[test]
    fn why_something_is_missing_is_said() {
        let mut stack = stack(1, vec![frame("a", 1)]);
        stack.error = Some("the symbolizer was killed".to_owned());
        assert_eq!(stack.to_string(), "a+0x4(0x1) (incomplete: the symbolizer was killed)");
        stack.frames.clear();
        assert_eq!(stack.to_string(), "(incomplete: the symbolizer was killed)");
    }

    #[test]
    fn no_form_lets_a_control_character_out() {
        let hostile = Some("\x1b[2J\n\u{202e}".to_owned());
        let frame = Frame {
            function: hostile.clone(),
            object: hostile.clone(),
            file: hostile.clone(),
            line: Some(1),
            ..Frame::default()
        };
        let bare = Frame { function: None, ..frame.clone() };
        let stack = Stack { frames: vec![frame, bare], error: hostile, ..Stack::default() };
        for text in [stack.to_string(), format!("{stack:#}"), Stacks(&[stack.clone(), stack]).to_string()] {
            assert!(!text.contains(['\x1b', '\u{202e}']), "{text:?}");
        }
        let line =
            Stack { frames: vec![Frame { function: Some("a\nb".to_owned()), ..Frame::default() }], ..Stack::default() };
        assert!(!line.to_string().contains('\n'));
    }

    #[test]
    fn machines_read_back_what_was_written() {
        let mut stack = stack(3, vec![frame("a", 1), Frame { inlined: true, line: Some(2), ..Frame::default() }]);
        stack.error = Some("x".to_owned());
        let json = serde_json::to_string(&stack).unwrap();
        assert_eq!(serde_json::from_str::<Stack>(&json).unwrap(), stack);
    }
}
