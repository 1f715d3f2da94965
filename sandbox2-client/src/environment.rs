//! What a host tells a program that it starts: which of its descriptors is what, and whether the policy is in force already.
//!
//! It stands in one environment variable, `SANDBOX2`, whose entries are separated by semicolons:
//!
//! | entry | |
//! |---|---|
//! | `1` | the version, always first |
//! | `sandboxed` | the policy was in force when the program started |
//! | `comms=N` | descriptor N is the channel to the host |
//! | `control=N` | descriptor N is where the program asks for its policy (`handshake`) |
//! | `forks=N` | descriptor N is where the host asks the program for children (`forking`) |
//! | `fd=N:name` | descriptor N has that name |
//!
//! Whoever starts a program chooses its environment: this is a convenience for programs, never a proof of anything.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::os::fd::RawFd;

use crate::error::{Error, Result};

/// The variable's name.
pub const VARIABLE: &str = "SANDBOX2";

/// The descriptor that the channel to the host is, unless something else was mapped there.
pub const COMMS_NUMBER: RawFd = 1023;

/// The name of the descriptor over which a sandboxee's records go to its host.
pub const LOGS_NAME: &str = "sandbox2.logs";

/// The longest name of a descriptor, in bytes.
pub const MAX_NAME: usize = 64;

/// The variable's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Introduction {
    /// Whether the policy is in force from the program's first moment.
    pub sandboxed: bool,
    /// The channel.
    pub comms: Option<RawFd>,
    /// Where to ask for the policy.
    pub control: Option<RawFd>,
    /// Where requests for children come from.
    pub forks: Option<RawFd>,
    /// The descriptors with names.
    pub named: Vec<(String, RawFd)>,
}

impl Introduction {
    /// As the variable's value.
    #[must_use]
    pub fn to_value(&self) -> String {
        let mut value = String::from("1");
        if self.sandboxed {
            value.push_str(";sandboxed");
        }
        for (key, number) in [("comms", self.comms), ("control", self.control), ("forks", self.forks)] {
            if let Some(number) = number {
                let _ = write!(value, ";{key}={number}");
            }
        }
        for (name, number) in &self.named {
            let _ = write!(value, ";fd={number}:{name}");
        }
        value
    }

    /// Reads a value. Entries that it does not know it leaves aside: a newer host may have more to say.
    ///
    /// # Errors
    /// If it is of another version, an entry is not as above, or a descriptor or a name stands there twice.
    pub fn parse(value: &str) -> Result<Introduction> {
        let mut entries = value.split(';');
        if entries.next() != Some("1") {
            return Err(Error::Environment("the variable SANDBOX2 is of another version than this library"));
        }
        let mut found = Introduction::default();
        for entry in entries {
            match entry.split_once('=') {
                None if entry == "sandboxed" => found.sandboxed = true,
                Some(("comms", text)) => found.comms = Some(number(text)?),
                Some(("control", text)) => found.control = Some(number(text)?),
                Some(("forks", text)) => found.forks = Some(number(text)?),
                Some(("fd", text)) => match text.split_once(':') {
                    Some((text, name)) if is_name(name) => found.named.push((name.to_owned(), number(text)?)),
                    _ => {
                        return Err(Error::Environment(
                            "an entry `fd` of the variable SANDBOX2 has no number and name",
                        ));
                    }
                },
                _ => {}
            }
        }
        if !found.is_unambiguous() {
            return Err(Error::Environment("the variable SANDBOX2 has a descriptor or a name twice"));
        }
        Ok(found)
    }

    /// Whether each descriptor gets one owner, and each name means one.
    fn is_unambiguous(&self) -> bool {
        let channels = [self.comms, self.control, self.forks].into_iter().flatten();
        let numbers: BTreeSet<RawFd> = channels.clone().chain(self.named.iter().map(|(_, number)| *number)).collect();
        let names: BTreeSet<&str> = self.named.iter().map(|(name, _)| name.as_str()).collect();
        numbers.len() == channels.count() + self.named.len() && names.len() == self.named.len()
    }
}

fn number(text: &str) -> Result<RawFd> {
    let number = text.parse().ok().filter(|number| *number >= 0);
    number.ok_or(Error::Environment("the variable SANDBOX2 has an entry whose number is none"))
}

/// Whether a descriptor can have that name: 1 to [`MAX_NAME`] of letters, digits, `_`, `-` and `.`.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let said = Introduction {
            sandboxed: true,
            comms: Some(1023),
            control: Some(7),
            forks: Some(8),
            named: vec![("input".to_owned(), 3), ("a.b-c_1".to_owned(), 1022)],
        };
        assert_eq!(said.to_value(), "1;sandboxed;comms=1023;control=7;forks=8;fd=3:input;fd=1022:a.b-c_1");
        assert_eq!(Introduction::parse(&said.to_value()), Ok(said));
        assert_eq!(Introduction::parse("1"), Ok(Introduction::default()));
        assert_eq!(Introduction::parse("1;new;other=5"), Ok(Introduction::default()));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for value in [
            "1;comms=3;fd=3:x",
            "1;fd=3:x;fd=3:y",
            "1;control=4;forks=4",
            "1;comms=0;comms=3;fd=3:x",
            "1;fd=3:x;fd=4:x",
            "",
            "2",
            "1;comms=",
            "1;comms=-1",
            "1;comms=x",
            "1;fd=3",
            "1;fd=3:",
            "1;fd=x:y",
            "1;fd=3:a b",
        ] {
            assert!(matches!(Introduction::parse(value), Err(Error::Environment(_))), "{value}");
        }
        assert!(!is_name(&"x".repeat(65)) && is_name(&"x".repeat(64)) && !is_name("a;b") && !is_name("a=b"));
    }
}
