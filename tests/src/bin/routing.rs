//! Prints figures of routing, on the servers of `infra/services`:
//!
//! `routing day [agents] [queues] [calls]` a day at speed with 1, 2 and 4 processes that route;
//! `routing latency [agents] [queues] [a second]` from a free agent or a new call to the offer's event;
//! `routing growth [a second]` both for 100, 1,000 and 10,000 agents; `routing simple [a second]` both against the simplest router;
//! `routing estimate` how good the estimated wait is; without arguments: all of them.
//!
//! Ends with the bounds that were broken, and fails when there is one.

use std::process::ExitCode;
use std::time::Duration;

use cordboard_tests::routing_load::centre::Centre;
use cordboard_tests::routing_load::day::{self, Day};
use cordboard_tests::routing_load::engine::Engine;
use cordboard_tests::routing_load::figures::milliseconds;
use cordboard_tests::routing_load::verdict::Verdict;
use cordboard_tests::routing_load::{latency, statements, waits};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual: usize| {
        arguments.get(place).map_or(usual, |number| number.parse().expect("a number"))
    };
    let mut verdict = Verdict::default();
    let it = &mut verdict;
    match arguments.first().map(String::as_str) {
        None => {
            days(it, 1000, 40, 20_000).await;
            latencies(it, 1000, 40, 100).await;
            growth(it, 100).await;
            against_the_simplest(it, 100).await;
            estimates();
        }
        Some("day") => days(it, number(1, 1000), number(2, 40), number(3, 20_000)).await,
        Some("latency") => latencies(it, number(1, 1000), number(2, 40), number(3, 100) as u32).await,
        Some("growth") => growth(it, number(1, 100) as u32).await,
        Some("simple") => against_the_simplest(it, number(1, 100) as u32).await,
        Some("estimate") => estimates(),
        Some(other) => panic!("{other} is not one of day, latency, growth, simple, estimate"),
    }
    for bound in verdict.broken() {
        println!("broken: {bound}");
    }
    if verdict.broken().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A centre that has seen some calls, and whose database knows its tables' sizes.
async fn opened(agents: usize, queues: usize) -> Centre {
    let centre = Centre::open(agents, queues).await;
    day::pass(&centre, Engine::Product, 1, day_of(agents, 500)).await;
    centre.sql().await.batch_execute("ANALYZE").await.expect("statistics");
    centre
}

fn day_of(agents: usize, calls: usize) -> Day {
    Day {
        calls,
        length: Duration::from_secs(calls as u64 / 2000).max(Duration::from_secs(2)),
        // Agents alone could take 2,000 calls a second.
        handling: Duration::from_secs_f64(agents as f64 / 2000.0),
        limit: Duration::from_secs(60),
    }
}

async fn days(verdict: &mut Verdict, agents: usize, queues: usize, calls: usize) {
    println!("A day at speed: {agents} agents, {queues} queues, {calls} calls");
    println!(
        "processes | assignments/s | calls a round | most waiting | left | failed rounds | double assignments"
    );
    for processes in [1, 2, 4] {
        let centre = opened(agents, queues).await;
        let outcome = day::pass(&centre, Engine::Product, processes, day_of(agents, calls)).await;
        let found = centre.faults().await;
        verdict.day(agents, processes, &outcome);
        verdict.faults(agents, &found);
        println!(
            "{processes:9} | {:13.0} | {:13.1} | {:12} | {:4} | {:13} | {}",
            outcome.a_second(),
            outcome.assigned as f64 / outcome.rounds as f64,
            outcome.most_waiting,
            outcome.left,
            outcome.failed,
            named(&found),
        );
    }
}

/// The sum, and by name what is not zero.
fn named(found: &[(i64, &str)]) -> String {
    let named =
        found.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!(" ({number} {what})"));
    format!("{}{}", found.iter().map(|(number, _)| number).sum::<i64>(), named.collect::<String>())
}

async fn latencies(verdict: &mut Verdict, agents: usize, queues: usize, rate: u32) {
    println!(
        "To the offer's event: {agents} agents, {queues} queues, {rate} operations/s for 20 s, two processes that route"
    );
    let centre = opened(agents, queues).await;
    let waits = latency::measure(&centre, Engine::Product, rate, Duration::from_secs(20)).await;
    verdict.waits(agents, rate, &waits);
    verdict.faults(agents, &centre.faults().await);
    print(&waits);
}

fn print(waits: &latency::Waits) {
    println!("  an agent became free: {}", waits.freed.line());
    println!("  a call entered:       {}", waits.entered.line());
    println!("  with the operation's own transaction: {}", waits.whole.line());
    println!("  of that, from the beginning of the round to the event: {}", waits.told.line());
    println!("  in the five seconds before, after a cold start: {}", waits.cold.line());
    println!("  no offer followed {}, operations begun over 100 ms late {}", waits.without, waits.late);
}

async fn growth(verdict: &mut Verdict, rate: u32) {
    println!("How it grows (two processes that route)");
    println!(
        "agents | queues | assignments/s | p50, p99 ms to the offer at {rate}/s | statements a round of one call | double"
    );
    for (agents, queues) in [(100, 4), (1000, 40), (10_000, 100)] {
        let centre = opened(agents, queues).await;
        let statements = statements::of_one_assignment(&centre).await;
        let outcome = day::pass(&centre, Engine::Product, 2, day_of(agents, 10_000)).await;
        let waits = latency::measure(&centre, Engine::Product, rate, Duration::from_secs(10)).await;
        let found = centre.faults().await;
        verdict.day(agents, 2, &outcome);
        verdict.waits(agents, rate, &waits);
        verdict.faults(agents, &found);
        let mut both = waits.freed.clone();
        both.extend(&waits.entered);
        println!(
            "{agents:6} | {queues:6} | {:13.0} | {} {} | {statements} | {}",
            outcome.a_second(),
            milliseconds(both.percentile(50)),
            milliseconds(both.percentile(99)),
            named(&found),
        );
    }
}

async fn against_the_simplest(verdict: &mut Verdict, rate: u32) {
    println!("Against the simplest router: 1,000 agents, 40 queues, two processes that route");
    let (mut rates, mut medians, mut lasts) = (Vec::new(), Vec::new(), Vec::new());
    for engine in [Engine::Product, Engine::Simple] {
        let centre = opened(1000, 40).await;
        let outcome = day::pass(&centre, engine, 2, day_of(1000, 2000)).await;
        let waits = latency::measure(&centre, engine, rate, Duration::from_secs(10)).await;
        let found = centre.faults().await;
        // Nothing is promised of the simplest.
        if engine == Engine::Product {
            verdict.day(1000, 2, &outcome);
            verdict.waits(1000, rate, &waits);
            verdict.faults(1000, &found);
        }
        println!(
            "{engine:?}: {:.0} assignments/s, {} left, {} failed rounds, double {}",
            outcome.a_second(),
            outcome.left,
            outcome.failed,
            named(&found)
        );
        print(&waits);
        rates.push(outcome.a_second());
        medians.push(waits.freed.percentile(50).as_secs_f64());
        lasts.push(waits.freed.percentile(99).as_secs_f64());
    }
    println!(
        "assignments/s ×{:.1}; to the offer p50 ÷{:.0}, p99 ÷{:.0}",
        rates[0] / rates[1],
        medians[1] / medians[0],
        lasts[1] / lasts[0]
    );
}

fn estimates() {
    println!(
        "Estimated wait ({}), error |estimate − wait| ÷ wait of those who waited",
        domain::routing::FORMULA
    );
    for (name, load) in [("ordinary", waits::ORDINARY), ("busy", waits::BUSY)] {
        let mut all = waits::Errors::default();
        for agents in [3, 5, 10, 20, 30] {
            let errors = waits::days(&waits::Plan::one(agents), &load, 50);
            println!(
                "  {name}, {agents:2} agents: median {:.1} % of {}",
                errors.median() * 100.0,
                errors.count()
            );
            all.extend(&errors);
        }
        println!("  {name}, together: median {:.1} % of {}", all.median() * 100.0, all.count());
        let mut shared = waits::Errors::default();
        for (agents, part) in waits::SHARED {
            shared.extend(&waits::days(&waits::Plan::two(agents, part), &load, 50));
        }
        println!(
            "  {name}, two queues that share agents: median {:.1} % of {}",
            shared.median() * 100.0,
            shared.count()
        );
    }
}
