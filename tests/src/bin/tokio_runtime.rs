//! A sandboxee for the group `tokio`: what its runtime does, and `done`.

use std::time::Duration;

use tokio::sync::mpsc;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be had");
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::channel(1);
        for number in 0..3 {
            let sender = sender.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                sender.send(number).await.expect("somebody listens");
            });
        }
        drop(sender);
        let mut sum = 0;
        while let Some(number) = receiver.recv().await {
            sum += number;
        }
        assert_eq!(sum, 3);
        assert_eq!(tokio::task::spawn_blocking(|| 7).await.expect("it does not panic"), 7);
        let version = tokio::fs::read_to_string("/proc/version").await.expect("it is there");
        assert!(version.starts_with("Linux"));
        let signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
        drop(signals.expect("a handler can be installed"));
    });
    println!("done");
}
