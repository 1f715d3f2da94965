//! As little as a program can do: for measuring launches. As a fork server it does it in children.

use sandbox2_client::ForkingClient;

fn main() -> Result<(), sandbox2_client::Error> {
    if let Ok(server) = ForkingClient::new() {
        server.enter_fork_loop()?.sandbox_me_here()?;
    }
    Ok(())
}
