//! Files, host name: paths held against each other.

use std::borrow::Cow;

use super::Resolver;
use crate::ast::{MountSpec, MountWord, NodeId, Text};
use crate::problem::{Problem, ProblemKind};
use crate::surroundings::{Mount, MountKind};

/// A path inside the sandbox that is taken.
pub(super) struct Placed {
    path: String,
    node: NodeId,
    holds_more: bool,
}

/// The longest host name (`__NEW_UTS_LEN`).
const HOSTNAME_MAX: usize = 64;

impl Resolver<'_> {
    pub(super) fn hostname(&mut self, name: &Text) {
        if let Some(first) = self.hostname_said {
            let same = self.out.hostname.as_ref() == Some(&name.text) && self.importing.is_some();
            return self.agrees("the host name", same, name.node, first);
        }
        self.hostname_said = Some(name.node);
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_';
        if name.text.is_empty() || name.text.len() > HOSTNAME_MAX || !name.text.chars().all(allowed) {
            self.problems.report(
                ProblemKind::InvalidHostname,
                name.node,
                format!("{:?} is no host name", name.text),
                "write 1 to 64 letters, digits, `-`, `.` or `_`",
            );
            return;
        }
        self.out.hostname = Some(name.text.clone());
    }

    pub(super) fn mount(&mut self, spec: &MountSpec) {
        let inside = spec.inside.as_ref().unwrap_or(&spec.path);
        let outside_is_host = spec.kind != MountWord::Tmpfs;
        let good = self.path(&spec.path, outside_is_host);
        let good = (spec.inside.is_none() || self.path(inside, false)) && good;
        if !good {
            return;
        }
        if inside.text == "/" && spec.kind != MountWord::Libraries {
            self.problems.report(
                ProblemKind::ConflictingPath,
                inside.node,
                "the root itself cannot be replaced",
                "name the files and directories that the sandboxee needs",
            );
            return;
        }
        let outside = Cow::Owned(spec.path.text.clone());
        let kind = match (spec.kind, &spec.size) {
            (MountWord::File, _) => MountKind::File { outside, writable: spec.writable },
            (MountWord::Dir, _) => MountKind::Dir { outside, writable: spec.writable },
            (MountWord::Libraries, _) => MountKind::Libraries { binary: outside },
            (MountWord::Tmpfs, Some((size, _))) => MountKind::Tmpfs { size: *size },
            (MountWord::Tmpfs, None) => return,
        };
        let mount = Mount { kind, inside: Cow::Owned(inside.text.clone()) };
        if spec.kind == MountWord::Libraries {
            if let Some(known) = self.out.mounts.iter().position(|known| *known == mount) {
                let _ = known;
                self.problems.report(
                    ProblemKind::DuplicatePath,
                    spec.path.node,
                    format!("the libraries of {:?} are named twice", spec.path.text),
                    "keep one of the two",
                );
                return;
            }
        } else {
            let holds_more = spec.kind != MountWord::File;
            self.places.push(Placed { path: inside.text.clone(), node: inside.node, holds_more });
        }
        self.out.mounts.push(mount);
    }

    fn path(&mut self, path: &Text, on_host: bool) -> bool {
        let text = &path.text;
        let shown = format!("{text:?}");
        if text.is_empty() || text.contains('\0') {
            let message = format!("{shown} is no path");
            let hint = "write an absolute path without NUL bytes";
            self.problems.report(ProblemKind::InvalidPath, path.node, message, hint);
            return false;
        }
        if !text.starts_with('/') {
            let message = format!("{shown} is a relative path: relative to what would depend on who runs the program");
            let hint = "write it from the root: \"/…\"";
            self.problems.report(ProblemKind::RelativePath, path.node, message, hint);
            return false;
        }
        let canonical = canonical(text);
        if canonical != *text {
            let message = format!("{shown} is not in canonical form");
            let hint = match text.split('/').any(|part| part == "..") {
                true => "write the path without `..`: where it leads depends on symbolic links".to_owned(),
                false => format!("write {canonical:?}"),
            };
            self.problems.report(ProblemKind::UncanonicalPath, path.node, message, hint);
            return false;
        }
        let below_self = ["/proc/self", "/proc/thread-self"]
            .iter()
            .any(|root| text.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        if on_host && below_self {
            let message = format!("{shown} would be looked up in the launcher, not in the sandboxee");
            let hint = "write `dir \"/proc\";`: the sandboxee then sees its own processes there";
            self.problems.report(ProblemKind::ProcSelf, path.node, message, hint);
            return false;
        }
        true
    }

    /// Holds the places against each other, once all are known.
    pub(super) fn check_places(&mut self) {
        let places = std::mem::take(&mut self.places);
        for (index, place) in places.iter().enumerate() {
            if let Some(first) = places[..index].iter().find(|other| other.path == place.path) {
                self.problems.push(Problem {
                    kind: ProblemKind::DuplicatePath,
                    node: place.node,
                    message: format!("{:?} is taken already", place.path),
                    hint: Some("keep one of the two, or place one elsewhere with `as \"/…\"`".to_owned()),
                    related: vec![(first.node, "first placed")],
                });
                continue;
            }
            let above = places.iter().find(|other| {
                !other.holds_more
                    && place.path.strip_prefix(other.path.as_str()).is_some_and(|rest| rest.starts_with('/'))
            });
            if let Some(above) = above {
                self.problems.push(Problem {
                    kind: ProblemKind::ConflictingPath,
                    node: place.node,
                    message: format!("{:?} lies below {:?}, which is a file", place.path, above.path),
                    hint: Some("place one of the two elsewhere with `as \"/…\"`".to_owned()),
                    related: vec![(above.node, "placed as a file")],
                });
            }
            let covered = places[..index].iter().find(|other| {
                place.holds_more
                    && other.path.strip_prefix(place.path.as_str()).is_some_and(|rest| rest.starts_with('/'))
            });
            if let Some(covered) = covered {
                self.problems.push(Problem {
                    kind: ProblemKind::ConflictingPath,
                    node: place.node,
                    message: format!("{:?} would hide {:?}, which is placed before it", place.path, covered.path),
                    hint: Some("put the outer one first".to_owned()),
                    related: vec![(covered.node, "placed before")],
                });
            }
        }
    }
}

/// The path without `.`, empty parts and a `/` at its end; `..` stays.
fn canonical(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
    format!("/{}", parts.join("/"))
}
