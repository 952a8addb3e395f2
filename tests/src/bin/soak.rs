//! Calls through a queue while programs and servers die: `soak [rounds, 300] [seed]`. Prints a table, and fails when
//! anything was lost or stuck. Ctrl-C ends it after the round that runs, with the table of what there was.

use std::process::ExitCode;

use cordboard_tests::soak;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> ExitCode {
    let argument = |place: usize| std::env::args().nth(place).map(|number| number.parse().expect("a number"));
    let rounds = argument(1).map_or(300, |number: u64| u32::try_from(number).expect("not that many"));
    let seed = argument(2).unwrap_or_else(|| rand::random::<u32>().into());
    // Robots that stumble say so with a panic, and try again.
    std::panic::set_hook(Box::new(|_| {}));
    println!("soak {rounds} {seed}");
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        asked.cancel();
    });
    let summary = match tokio::spawn(soak::run(rounds, seed, stop)).await {
        Ok(summary) => summary,
        Err(error) => {
            println!("the soak itself failed: {error}");
            return ExitCode::FAILURE;
        }
    };
    summary.print();
    if summary.breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
