//! News. Each subscription follows the event log through the process's one reader: what was missed comes first, then what
//! happens, by the same query; nothing is lost, a repeat is possible. The figures of queues have no past: they come as
//! they are.

mod agents;
mod calls;

use async_graphql::MergedSubscription;

/// News, over the WebSocket.
#[derive(MergedSubscription, Default)]
pub struct Subscription(calls::CallSubscriptions, agents::AgentSubscriptions);
