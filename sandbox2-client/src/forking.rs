//! A program that makes itself ready once and is forked for each sandbox: the sandboxee's side of a fork server.
//!
//! The program waits for requests of its host. For each it makes a child in the namespaces that the host has made for that sandbox, gives
//! it the descriptors that the host has sent, takes every privilege from it, and goes on waiting. The child asks for its policy like any
//! other program that sandboxes itself ([`Client::sandbox_me_here`]).

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
    /// Where the sandboxes listen that have children of this process in them. Each ends with the sandbox, or when this one is closed.
    sandboxes: Vec<OwnedFd>,
    kept: Vec<RawFd>,
    announced: bool,
    /// In the loop, where nothing changes between two requests: a copy of this process that waits for the next.
    spare: Option<Spare>,
}

/// A process that was forked before it is needed, since forking is most of what a child takes.
#[derive(Debug)]
struct Spare {
    pid: libc::pid_t,
    /// It gets one request over this, and ends when it ends.
    socket: OwnedFd,
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
        Ok(ForkingClient {
            channel: Some(client::owned(channel)),
            sandboxes: Vec::new(),
            kept: Vec::new(),
            announced: false,
            spare: None,
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
            if let Some(client) = self.set_spare_aside() {
                return Ok(client);
            }
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
    /// The children are not this process's own in the sense of `wait`: their parent is the first process of their sandbox. Their sandboxes
    /// end with this process.
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
            let sandboxes = self.sandboxes.iter().map(std::os::fd::AsRawFd::as_raw_fd);
            let fds: Vec<RawFd> = [channel].into_iter().chain(sandboxes).collect();
            let ready = process::poll_many(&fds).map_err(failed("waiting for requests"))?;
            let mut ready = ready.into_iter();
            let requested = ready.next().unwrap_or(false);
            // Nothing ever comes from there but the end.
            self.sandboxes.retain(|_| !ready.next().unwrap_or(false));
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
        let made = match self.spare.take() {
            Some(spare) => spare.make(&bytes, &request).unwrap_or_else(|| make(&request)),
            None => make(&request),
        };
        drop(bytes);
        match made {
            Ok(Made::Child) => {
                self.sandboxes.push(request.status);
                Ok(None)
            }
            Ok(Made::InChild) => Ok(Some(self.become_child(request))),
            Err((step, errno)) => {
                let _ = fork_request::report(&request.status, Ended::Failed { step, errno });
                Ok(None)
            }
        }
    }

    /// Forks a process for the next request, unless there is one. Returns a client in a child of that process.
    ///
    /// If there is none to be had now, the next request is served without.
    fn set_spare_aside(&mut self) -> Option<Client> {
        // Before the first request it has not been looked at how many threads there are.
        if self.spare.is_some() || !self.announced || one_thread().is_err() {
            return None;
        }
        let (ours, theirs) = process::packet_sockets().ok()?;
        match process::fork() {
            Ok(0) => {}
            Ok(pid) => {
                self.spare = Some(Spare { pid, socket: ours });
                return None;
            }
            Err(_) => return None,
        }
        // What tells of the fork server's end must not be held open here, nor kept by a child that has something else there.
        let own = std::mem::take(&mut self.sandboxes).into_iter().chain(self.channel.take()).chain([ours]);
        for own in own {
            self.kept.retain(|kept| *kept != own.as_raw_fd());
        }
        let mut bytes = vec![0; fork_request::MAX_MESSAGE];
        let received = packet::receive(theirs.as_fd(), &mut bytes, fork_request::MAX_DESCRIPTORS, true);
        let Ok((length @ 1.., descriptors)) = received else { process::exit_at_once(0) };
        drop(theirs);
        let Ok(request) = ForkRequest::decode(bytes.get(..length).unwrap_or_default(), descriptors) else {
            process::exit_at_once(1)
        };
        enter(&request);
        Some(self.become_child(request))
    }

    /// The rest of the child's way. If that fails, there is no child.
    fn become_child(&mut self, request: ForkRequest) -> Client {
        // The fork server's own: their numbers are about to be closed and given to others. Nobody keeps them, whoever had asked to keep
        // what had such a number then.
        for own in std::mem::take(&mut self.sandboxes).into_iter().chain(self.channel.take()) {
            let number = own.into_raw_fd();
            self.kept.retain(|kept| *kept != number);
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
    Child,
    InChild,
}

/// Which step, and the system's error number.
type Failed = (Step, i32);

fn at(step: Step) -> impl Fn(i32) -> Failed {
    move |errno| (step, errno)
}

/// Makes the child: entering namespaces changes whoever does it, so a process in between does.
fn make(request: &ForkRequest) -> core::result::Result<Made, Failed> {
    let between = process::fork().map_err(at(Step::Fork))?;
    if between == 0 {
        enter(request);
        return Ok(Made::InChild);
    }
    made(between)
}

/// What the process in between does. Returns in the child alone, whose parent is the sandbox's init: one whose parent is outside would
/// keep its sandbox from ending until that has reaped it.
fn enter(request: &ForkRequest) {
    let entered = process::enter_namespaces(request.namespaces.as_fd(), request.which).map_err(at(Step::Namespaces));
    if let Err((step, errno)) = entered.and_then(|()| process::fork_for_init().map_err(at(Step::Fork))) {
        drop(fork_request::report(&request.status, Ended::Failed { step, errno }));
        process::exit_at_once(1);
    }
}

/// Waits for the process in between.
fn made(between: libc::pid_t) -> core::result::Result<Made, Failed> {
    match process::wait(between) {
        // ECHILD: the system reaps it, where SIGCHLD is ignored.
        Ok(0) | Err(libc::ECHILD) => Ok(Made::Child),
        // They have said why, unless they were killed.
        Ok(_) => Err((Step::Fork, 0)),
        Err(errno) => Err((Step::Wait, errno)),
    }
}

impl Spare {
    /// Has it make the child; `None` if it is not there any more.
    fn make(self, bytes: &[u8], request: &ForkRequest) -> Option<core::result::Result<Made, Failed>> {
        let first = [&request.namespaces, &request.status, &request.control];
        let mapped = request.descriptors.iter().map(|(descriptor, _)| descriptor);
        let fds: Vec<RawFd> = first.into_iter().chain(mapped).map(std::os::fd::AsRawFd::as_raw_fd).collect();
        if packet::send(self.socket.as_fd(), bytes, &fds, true).is_err() {
            drop(self.socket);
            // It is ending, if it has not.
            let _ = process::wait(self.pid);
            return None;
        }
        Some(made(self.pid))
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
            if from != to {
                // Not left to what follows, which leaves what is kept: it has no number of somebody's target.
                drop(client::owned(from));
            }
        }
        let keep: Vec<RawFd> = targets.iter().chain(kept).copied().chain([status, control]).collect();
        process::close_all_but(&keep).map_err(failed)?;
        Ok(Placed { control, status, introduction, cwd })
    }

    /// Takes every privilege, tells the host who this is, and hands the descriptors out.
    fn confine(&self) -> core::result::Result<Client, Failed> {
        process::usual_umask();
        process::new_session().map_err(at(Step::Session))?;
        process::new_keyring().map_err(at(Step::Session))?;
        process::drop_privileges().map_err(at(Step::Capabilities))?;
        if let Some(cwd) = &self.cwd {
            process::change_directory(cwd).map_err(at(Step::WorkingDirectory))?;
        }
        process::no_new_privileges().map_err(at(Step::NoNewPrivileges))?;
        process::restrict_speculation().map_err(at(Step::Speculation))?;
        process::become_dumpable().map_err(at(Step::Capabilities))?;
        let control = client::owned(self.control);
        // Without a descriptor: how many of them are under way is limited for all processes of a user together, so that anybody who
        // floods a socket with them would keep this from being sent.
        let told = packet::send(control.as_fd(), &fork_request::born(), &[], true);
        told.map_err(|error| (Step::Descriptors, error.raw_os_error().unwrap_or(libc::EIO)))?;
        let status = client::owned(self.status);
        let born = Ended::Born { pid: std::process::id().cast_signed() };
        fork_request::report(&status, born)
            .map_err(|error| (Step::Descriptors, error.raw_os_error().unwrap_or(libc::EIO)))?;
        drop(status);
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
