//! A program that makes itself ready once and is forked for each sandbox: the sandboxee's side of a fork server.
//!
//! The program waits for requests of its host. For each it makes a child in the namespaces that the host has made for that sandbox, gives
//! it the descriptors that the host has sent, takes every privilege from it, and goes on waiting. The child asks for its policy like any
//! other program that sandboxes itself ([`Client::sandbox_me_here`]).

use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, IntoRawFd as _, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use crate::client::{self, Client};
use crate::error::{Error, Result};
use crate::fork_request::{self, Ended, ForkRequest, Step};
use crate::packet;
use crate::sys::process;

/// A program that is forked for each sandbox.
///
/// # Examples
/// ```no_run
/// use sandbox2_client::ForkingClient;
///
/// fn main() -> Result<(), sandbox2_client::Error> {
///     let server = ForkingClient::new()?;
///     let table = (0..1_000_000_u32).map(|number| number.reverse_bits()).collect::<Vec<_>>(); // what takes long
///     let mut client = server.enter_fork_loop()?; // returns in children only
///     client.sandbox_me_here()?;
///     let mut comms = client.comms()?;
///     let index = comms.receive_u32()?;
///     comms.send_u32(table.get(index as usize).copied().unwrap_or(0))?;
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct ForkingClient {
    /// `None` in children.
    channel: Option<OwnedFd>,
    children: Vec<Child>,
    kept: Vec<RawFd>,
    announced: bool,
}

/// A sandboxee that was made here and has not ended.
#[derive(Debug)]
struct Child {
    pid: libc::pid_t,
    pidfd: OwnedFd,
    /// Where the host waits for its end.
    status: OwnedFd,
}

static TAKEN: AtomicBool = AtomicBool::new(false);

impl ForkingClient {
    /// The fork server that the host has started (on its side: `Executor::start_fork_server`).
    ///
    /// # Errors
    /// If this program was not started as one, or this was called before.
    pub fn new() -> Result<ForkingClient> {
        let missing = Error::Environment("this program was not started as a fork server (Executor::start_fork_server)");
        let channel = client::introduction()?.forks.ok_or(missing)?;
        if TAKEN.swap(true, SeqCst) {
            return Err(Error::Taken("the fork server of this process was made before"));
        }
        process::become_subreaper().map_err(failed("becoming the parent of orphans"))?;
        Ok(ForkingClient {
            channel: Some(client::owned(channel)),
            children: Vec::new(),
            kept: Vec::new(),
            announced: false,
        })
    }

    /// Lets children keep this descriptor, unless the host maps another in its place.
    ///
    /// All others of this process are closed in its children, and their numbers may be those of what the host has mapped: a child must
    /// not use, or drop, what owned them.
    pub fn keep_descriptor(&mut self, descriptor: RawFd) {
        self.kept.push(descriptor);
    }

    /// Waits for requests and forks, for ever. Returns in each child, with what the host has given it; it must then call
    /// [`Client::sandbox_me_here`]. In this process it does not return but with an error; when the host is gone, or does not need it any
    /// more, it ends the process with code 0.
    ///
    /// # Errors
    /// As for [`wait_and_fork`](Self::wait_and_fork).
    pub fn enter_fork_loop(mut self) -> Result<Client> {
        loop {
            match self.wait_and_fork() {
                Ok(Some(client)) => return Ok(client),
                Ok(None) => {}
                Err(Error::Closed) => process::exit_at_once(0),
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for one request and forks: `Some` in the child, `None` in this process.
    ///
    /// Call it again soon: the ends of the children are noticed, and told to the host, only while it waits.
    ///
    /// A child that cannot be made is the host's to report and no error here; this process goes on.
    ///
    /// # Errors
    /// [`Error::Closed`] if the host is gone or does not need this process any more; if this process has more than one thread, since
    /// a fork of it would not be whole.
    pub fn wait_and_fork(&mut self) -> Result<Option<Client>> {
        one_thread()?;
        let Some(channel) = &self.channel else { return Err(Error::Closed) };
        if !self.announced {
            packet::send(channel.as_fd(), &fork_request::ready(), &[], true).map_err(|_| Error::Closed)?;
            self.announced = true;
        }
        let channel = channel.as_raw_fd();
        loop {
            let children = self.children.iter().map(|child| child.pidfd.as_raw_fd());
            let fds: Vec<RawFd> = [channel].into_iter().chain(children).collect();
            let ready = process::poll_many(&fds).map_err(failed("waiting for requests"))?;
            let mut ready = ready.into_iter();
            let requested = ready.next().unwrap_or(false);
            self.children.retain(|child| !(ready.next().unwrap_or(false) && child.tell_end()));
            if requested {
                return self.serve();
            }
        }
    }

    /// One request.
    fn serve(&mut self) -> Result<Option<Client>> {
        let Some(channel) = &self.channel else { return Err(Error::Closed) };
        let mut bytes = vec![0; fork_request::MAX_MESSAGE];
        let received = packet::receive(channel.as_fd(), &mut bytes, fork_request::MAX_DESCRIPTORS, true);
        let (length, descriptors) = match received {
            Ok((0, _)) => return Err(Error::Closed),
            Ok(received) => received,
            Err(error) => match error.raw_os_error().unwrap_or(libc::EIO) {
                // There was no number left for one of its descriptors. All of them are closed, by which the host learns of it;
                // other children are not to end for that.
                libc::EMSGSIZE => return Ok(None),
                errno => return Err(Error::System { what: "receiving a request for a child", errno }),
            },
        };
        bytes.truncate(length);
        let request = ForkRequest::decode(&bytes, descriptors)?;
        drop(bytes);
        match make(&request) {
            Ok(Made::Child(pid, pidfd)) => {
                self.children.push(Child { pid, pidfd, status: request.status });
                Ok(None)
            }
            Ok(Made::InChild) => Ok(Some(self.become_child(request))),
            Err((step, errno)) => {
                let _ = fork_request::report(&request.status, Ended::Failed { step, errno });
                Ok(None)
            }
        }
    }

    /// The rest of the child's way. If that fails, there is no child.
    fn become_child(&mut self, request: ForkRequest) -> Client {
        // The fork server's own: their numbers are about to be closed and given to others.
        for child in std::mem::take(&mut self.children) {
            std::mem::forget(child);
        }
        if let Some(channel) = self.channel.take() {
            let _ = channel.into_raw_fd();
        }
        let made = Placed::new(request, &self.kept).and_then(|placed| match placed.confine() {
            Ok(client) => Ok(client),
            Err(failed) => Err((placed.status, failed)),
        });
        match made {
            Ok(client) => client,
            Err((status, (step, errno))) => {
                // Nobody owns it here, and this process ends now.
                let status = std::mem::ManuallyDrop::new(client::owned(status));
                let _ = fork_request::report(&status, Ended::Failed { step, errno });
                process::exit_at_once(1)
            }
        }
    }
}

impl Child {
    /// Reaps it and tells the host; whether it had ended.
    fn tell_end(&self) -> bool {
        match process::wait(self.pid, true) {
            Ok(None) => false,
            Ok(Some((status, usage))) => {
                // A host that is not interested any more has closed the other end.
                let _ = fork_request::report(&self.status, Ended::Status { status, usage });
                true
            }
            Err(errno) => {
                let _ = fork_request::report(&self.status, Ended::Failed { step: Step::Wait, errno });
                true
            }
        }
    }
}

fn failed(what: &'static str) -> impl Fn(i32) -> Error {
    move |errno| Error::System { what, errno }
}

fn one_thread() -> Result<()> {
    let threads = std::fs::read_dir("/proc/self/task").map(Iterator::count);
    match threads {
        Ok(1) => Ok(()),
        Ok(_) => Err(Error::Threads),
        Err(error) => Err(Error::System {
            what: "counting the threads of a fork server in /proc",
            errno: error.raw_os_error().unwrap_or(libc::EIO),
        }),
    }
}

enum Made {
    Child(libc::pid_t, OwnedFd),
    InChild,
}

/// Which step, and the system's error number.
type Failed = (Step, i32);

fn at(step: Step) -> impl Fn(i32) -> Failed {
    move |errno| (step, errno)
}

/// Makes the child: entering namespaces changes whoever does it, so a process in between does, which ends at once.
fn make(request: &ForkRequest) -> core::result::Result<Made, Failed> {
    let no_pipe = |error: std::io::Error| (Step::Fork, error.raw_os_error().unwrap_or(libc::EMFILE));
    let (mut number, mut tell) = std::io::pipe().map_err(no_pipe)?;
    let between = process::fork().map_err(at(Step::Fork))?;
    if between == 0 {
        let entered =
            process::enter_namespaces(request.namespaces.as_fd(), request.which).map_err(at(Step::Namespaces));
        match entered.and_then(|()| process::fork().map_err(at(Step::Fork))) {
            Ok(0) => return Ok(Made::InChild),
            // In this process's own numbering, which is the fork server's.
            Ok(pid) => drop(tell.write_all(&pid.to_le_bytes())),
            Err((step, errno)) => drop(fork_request::report(&request.status, Ended::Failed { step, errno })),
        }
        process::exit_at_once(0);
    }
    drop(tell);
    process::wait(between, false).map_err(at(Step::Wait))?;
    let mut pid = [0; 4];
    // The child has the other end, too, but what is written is written by now.
    if number.read_exact(&mut pid).is_err() {
        // The one in between has said why.
        return Err((Step::Fork, 0));
    }
    let pid = libc::pid_t::from_le_bytes(pid);
    match process::pidfd(pid) {
        Ok(pidfd) => Ok(Made::Child(pid, pidfd)),
        Err(errno) => {
            // Nobody would reap it, and its sandbox's init cannot end before somebody has.
            process::kill(pid);
            let _ = process::wait(pid, false);
            Err((Step::Wait, errno))
        }
    }
}

/// A child whose descriptors are where they belong, by number: none has an owner yet.
struct Placed {
    control: RawFd,
    status: RawFd,
    introduction: crate::environment::Introduction,
    cwd: Option<std::ffi::CString>,
}

impl Placed {
    /// On failure, where to report it.
    fn new(request: ForkRequest, kept: &[RawFd]) -> core::result::Result<Placed, (RawFd, Failed)> {
        let ForkRequest { namespaces, status, control, descriptors, introduction, cwd, .. } = request;
        drop(namespaces);
        let targets: Vec<RawFd> = descriptors.iter().map(|(_, number)| *number).collect();
        let (status, control) = (status.into_raw_fd(), control.into_raw_fd());
        let failed = |errno| (status, (Step::Descriptors, errno));
        let status = out_of_the_way(status, &targets).map_err(failed)?;
        let failed = |errno| (status, (Step::Descriptors, errno));
        let control = out_of_the_way(control, &targets).map_err(failed)?;
        let mut moves = Vec::with_capacity(descriptors.len());
        for (descriptor, number) in descriptors {
            let from = descriptor.into_raw_fd();
            let from = if from == number { Ok(from) } else { out_of_the_way(from, &targets) };
            moves.push((from.map_err(failed)?, number));
        }
        for (from, to) in moves {
            process::put_at(from, to).map_err(failed)?;
        }
        let keep: Vec<RawFd> = targets.iter().chain(kept).copied().chain([status, control]).collect();
        process::close_all_but(&keep).map_err(failed)?;
        Ok(Placed { control, status, introduction, cwd })
    }

    /// Takes every privilege, tells the host who this is, and hands the descriptors out.
    fn confine(&self) -> core::result::Result<Client, Failed> {
        process::new_session().map_err(at(Step::Session))?;
        process::new_keyring().map_err(at(Step::Session))?;
        process::drop_privileges().map_err(at(Step::Capabilities))?;
        if let Some(cwd) = &self.cwd {
            process::change_directory(cwd).map_err(at(Step::WorkingDirectory))?;
        }
        process::no_new_privileges().map_err(at(Step::NoNewPrivileges))?;
        process::restrict_speculation().map_err(at(Step::Speculation))?;
        process::become_dumpable().map_err(at(Step::Capabilities))?;
        let own = process::pidfd(std::process::id().cast_signed()).map_err(at(Step::Descriptors))?;
        let control = client::owned(self.control);
        let told = packet::send(control.as_fd(), &fork_request::born(), &[own.as_raw_fd()], true);
        told.map_err(|error| (Step::Descriptors, error.raw_os_error().unwrap_or(libc::EIO)))?;
        drop(client::owned(self.status));
        let named = self.introduction.named.iter().map(|(name, number)| (name.clone(), client::owned(*number)));
        Ok(Client::forked(self.introduction.comms.map(client::owned), control, named))
    }
}

/// A copy of it that has none of those numbers; itself if it has none.
fn out_of_the_way(fd: RawFd, targets: &[RawFd]) -> core::result::Result<RawFd, i32> {
    let mut found = fd;
    while targets.contains(&found) {
        let next = process::duplicate_from(fd, found + 1)?;
        found = next;
    }
    Ok(found)
}
