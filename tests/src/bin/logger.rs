//! A sandboxee whose records go to the host: some, or with an argument a flood.

use sandbox2_client::Client;

fn main() {
    let mut client = Client::new().expect("the host has started it");
    client.forward_logs().expect("nothing else takes them");
    assert!(client.forward_logs().is_err() && client.log_forwarder().is_err(), "they go there already");
    log::set_max_level(log::LevelFilter::Debug);
    log::error!(target: "host::auth", "let in\n\x1b[2Jroot");
    tracing::info!(count = 3, "three came");
    log::debug!("detail");
    log::trace!("nobody wants this");
    if std::env::args().nth(1).is_some() {
        (0..50_000).for_each(|number| log::warn!("flood {number}"));
    }
}
