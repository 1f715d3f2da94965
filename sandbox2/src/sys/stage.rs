//! The steps of a launch, by name and by number: the child reports a number, the host says what it means.

use std::fmt;

use serde::Serialize;

macro_rules! stages {
    ($($(#[$doc:meta])* $name:ident: $text:literal,)*) => {
        /// A step of the launch, in the host or in the child.
        ///
        /// `Display` says what was being done, in plain words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum Stage {
            $($(#[$doc])* $name,)*
        }

        impl Stage {
            const ALL: &'static [Stage] = &[$(Stage::$name,)*];

            const fn text(self) -> &'static str {
                match self { $(Stage::$name => $text,)* }
            }
        }
    };
}

stages! {
    /// The host checks what it was asked for and lays the plan out in memory.
    Plan: "prepare the launch",
    /// The host finds out which files a binary needs.
    Libraries: "find the shared libraries of the program",
    /// The host makes the first process of the sandbox, in its namespaces.
    Namespaces: "create the namespaces",
    /// The child ties its life to the host's.
    ParentDeath: "tie the sandbox to the life of its host",
    /// The child resets signals that the host ignores or blocks.
    Signals: "reset the signals",
    /// The child maps its user and group.
    IdMaps: "map the user and group ids",
    /// The child sets the host name.
    HostName: "set the host name",
    /// The child brings the loopback interface up.
    Loopback: "bring the loopback interface up",
    /// The child cuts its mounts off from the host's.
    Propagation: "make the mounts private",
    /// The child makes the file system that becomes the sandboxee's root.
    Root: "create the root file system",
    /// The child makes a fresh `/proc`.
    Proc: "mount a fresh proc file system",
    /// The child opens what is to be mounted.
    MountSource: "open the source of a mount",
    /// The child sets a mount's attributes (read-only, nosuid, nodev, noexec).
    MountAttributes: "restrict a mount",
    /// The child makes the place to mount at.
    MountTarget: "make the target of a mount",
    /// The child mounts a `tmpfs`.
    Tmpfs: "create a tmpfs",
    /// The child attaches a mount.
    Mount: "attach a mount",
    /// The child changes to its new root and lets go of the old one.
    Pivot: "change to the new root",
    /// The child opens the program.
    Program: "open the program",
    /// Init makes the sandboxee's process.
    Sandboxee: "create the process of the sandboxee",
    /// Init locks itself up.
    Init: "lock the init process up",
    /// The sandboxee leaves the host's session.
    Session: "start a session",
    /// The sandboxee maps its user and group in its own user namespace.
    NestedIdMaps: "map the user and group ids of the sandboxee",
    /// The sandboxee moves its descriptors into place.
    Descriptors: "move a descriptor into place",
    /// The sandboxee takes its resource limits.
    Limits: "set a resource limit",
    /// The sandboxee gives its capabilities up.
    Capabilities: "drop the capabilities",
    /// The sandboxee enters its working directory.
    WorkingDirectory: "enter the working directory",
    /// The sandboxee closes every descriptor that it was not given.
    CloseDescriptors: "close the other descriptors",
    /// The sandboxee gives up gaining privileges by exec.
    NoNewPrivileges: "set no_new_privs",
    /// The sandboxee turns risky speculation off.
    Speculation: "restrict speculation",
    /// The sandboxee installs the policy's filter.
    Filter: "install the seccomp filter",
    /// The host takes the listener over.
    Listener: "take the seccomp listener over",
    /// The host's own observer is asked.
    Observer: "ask the observer whether to go on",
    /// The host attaches to the sandboxee, to trace it.
    Trace: "trace the sandboxee",
    /// The host waits for the child.
    Wait: "wait for the sandbox to be set up",
    /// The host starts a launch server, or asks it for the first process of a sandbox.
    LaunchServer: "use the launch server",
    /// A fork server makes the sandboxee.
    Fork: "fork the sandboxee",
    /// The host starts a fork server, or asks it for a sandboxee.
    ForkServer: "use the fork server",
    /// The program asks for its policy and puts it in force.
    Handshake: "let the program sandbox itself",
    /// The sandboxee starts the program.
    Exec: "execute the program",
}

impl Stage {
    /// The stage of that number.
    pub(crate) fn from_number(number: u32) -> Stage {
        Stage::ALL.iter().copied().find(|stage| *stage as u32 == number).unwrap_or(Stage::Wait)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_survives_the_way_through_the_shared_page() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_number(*stage as u32), *stage);
        }
    }
}
