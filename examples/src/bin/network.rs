//! A sandboxee that has no network, and talks over the one connection that its host has made for it.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin network
//! ```
//!
//! The host connects to a small server of its own and sends the connected socket over the channel. The sandboxee can talk to that server
//! and to nobody else: it has no interface but a loopback of its own, and its policy lets it make no socket.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use sandbox2::client::{self, Client};
use sandbox2::{Comms, Executor, Sandbox2};

/// The sandboxee's end of the channel: the number that it has unless that is mapped.
const CHANNEL: i32 = 1023;

/// The first descriptor that the sandboxee is sent gets the lowest number after its standard streams.
const CONNECTION: i32 = 3;

const PATIENCE: Duration = Duration::from_secs(10);

sandbox2::policy! {
    /// What the sandboxee needs from `sandbox_me_here` on.
    static POLICY;

    use system_malloc, exit;
    ALLOW sendto, sendmsg, recvmsg if fd == { CHANNEL };
    ALLOW recvfrom if fd == { CONNECTION } && addr == NULL;  // what a TcpStream reads
    ALLOW sendto if fd == { CONNECTION } && addr == NULL;    // and writes with
    ALLOW close if fd in [{ CHANNEL }, { CONNECTION }];
    ALLOW fcntl if fd in [{ CHANNEL }, { CONNECTION }] && cmd == F_GETFD;  // debug builds, before they close it
    ALLOW sigaltstack;                               // at the end of main Rust takes its signal stack away

    network none;
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // The same program on the other side.
    if let [_, side, address] = &std::env::args().collect::<Vec<_>>()[..]
        && side == "sandboxee"
    {
        sandboxee(address.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let connection = TcpStream::connect(address)?;
    let server = thread::spawn(move || serve(&listener));

    let program = std::env::current_exe()?;
    let mut executor = Executor::new(&program, ["network", "sandboxee", &address.to_string()])
        .libraries(&program)
        .sandbox_before_exec(false);
    executor.limits_mut().set_wall_time(PATIENCE);
    let mut comms = executor.ipc_mut().comms()?;
    let running = Sandbox2::new(executor, &POLICY).run_async()?;
    let said = talk(&mut comms, connection);
    let outcome = running.await_result();
    let heard = server.join().map_err(|_| "the server has panicked")??;

    if let Err(error) = &said {
        eprintln!("the sandboxee does not answer: {error}");
    }
    if let Ok((alone, answer)) = &said {
        println!("the sandboxee by itself: {alone:?}");
        println!("the server is told:      {heard:?}");
        println!("the sandboxee is told:   {answer:?}");
    }
    println!("Final execution status: {outcome}");
    let right = said.is_ok_and(|(_, answer)| answer == heard.to_uppercase());
    if !right || !outcome.is_ok() {
        eprintln!("{outcome:#}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives the connection away; what the sandboxee says of the network by itself, and of the answer that came over the connection.
fn talk(comms: &mut Comms, connection: TcpStream) -> client::Result<(String, String)> {
    comms.send_descriptor(connection.as_fd())?;
    // From now on it is the sandboxee's alone.
    drop(connection);
    Ok((comms.receive_text()?, comms.receive_text()?))
}

/// Answers one line in capitals; what the line was.
fn serve(listener: &TcpListener) -> io::Result<String> {
    let (mut connection, _) = listener.accept()?;
    connection.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(&connection).read_line(&mut line)?;
    connection.write_all(line.to_uppercase().as_bytes())?;
    Ok(line)
}

fn sandboxee(address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    // Its policy is not in force yet, and still it reaches nobody: this is its own loopback interface, not the host's.
    let alone = match TcpStream::connect_timeout(&address, PATIENCE) {
        Ok(_) => "connected".to_owned(),
        Err(error) => error.kind().to_string(),
    };
    client.sandbox_me_here()?;
    comms.send_text(&alone)?;

    let mut connection = TcpStream::from(comms.receive_descriptor()?);
    connection.write_all(b"hello from the sandbox\n")?;
    let mut answer = String::new();
    BufReader::new(&connection).read_line(&mut answer)?;
    comms.send_text(&answer)?;
    Ok(())
}
