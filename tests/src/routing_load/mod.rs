//! A call centre under load, for measuring routing: the rows are made in bulk, callers and agents are played by [`life`],
//! and the engine is the product's own ([`engine`]) or the simplest thing a team would write ([`simple`]).

pub mod centre;
pub mod day;
pub mod engine;
pub mod figures;
pub mod latency;
pub mod life;
pub mod simple;
pub mod statements;
pub mod verdict;
pub mod waits;
