//! What the parts of this program share.

use std::sync::Arc;

use domain::{Platform, events::Hub, health::Readiness};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    board::Board,
    caller::AccessTokens,
    graphql::{self, ApiSchema},
    presence::Presence,
};

pub struct App {
    pub platform: Platform,
    /// The one reader of the event log in this process.
    pub hub: Hub,
    /// Whose offers it serves.
    pub presence: Presence,
    /// Its figures of queues.
    pub board: Board,
    pub schema: ApiSchema,
    pub access_tokens: AccessTokens,
    pub readiness: Readiness,
    pub metrics: PrometheusHandle,
    /// Cancelled when the process is told to stop.
    pub stopping: CancellationToken,
}

impl App {
    pub fn new(platform: Platform, metrics: PrometheusHandle, stopping: CancellationToken) -> Arc<Self> {
        let hub = Hub::start(platform.clone(), stopping.clone());
        let presence = Presence::start(platform.clone(), stopping.clone());
        let board = Board::start(platform.clone(), hub.clone(), stopping.clone());
        let access_tokens = AccessTokens::new(&platform.config.secret.derive("access-token"));
        let readiness = platform.readiness();
        Arc::new(Self {
            schema: graphql::schema(),
            platform,
            hub,
            presence,
            board,
            access_tokens,
            readiness,
            metrics,
            stopping,
        })
    }
}
