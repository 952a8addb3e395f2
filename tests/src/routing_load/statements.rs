//! How many statements one assignment takes, counted by a proxy before PostgreSQL.

use super::centre::Centre;
use super::life::Life;
use std::time::Duration;

/// Of a round that gives one call to one agent, transaction included.
pub async fn of_one_assignment(centre: &Centre) -> u64 {
    let (platform, proxy) = centre.counted_process().await;
    let life = Life::new(centre.sql().await).await;
    let queue = centre.queues[0].id;
    let mut fewest = u64::MAX;
    for _ in 0..3 {
        life.enter(&[queue]).await;
        let before = proxy.statements();
        let round = platform.route(&[queue]).await.expect("a round");
        if round.assigned == 1 {
            fewest = fewest.min(proxy.statements() - before);
        }
        life.answer(Duration::ZERO).await;
        life.free(None).await;
    }
    fewest
}
