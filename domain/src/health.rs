//! Whether a process can do its work now: what each program answers on `/readyz`.

use std::{future::Future, time::Duration};

use futures_util::future::{BoxFuture, FutureExt, join_all};
use serde::Serialize;

/// A dependency that takes longer to answer counts as away.
const LIMIT: Duration = Duration::from_secs(2);

/// The dependencies a program needs, asked anew each time.
#[derive(Default)]
pub struct Readiness {
    checks: Vec<(&'static str, Check)>,
}

type Check = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The answer, in the shape that `/readyz` prints as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub ready: bool,
    pub checks: Vec<Outcome>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    pub name: &'static str,
    pub ok: bool,
    /// Why not; must not hold secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Readiness {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a dependency; `ask` is run for every report, all of them at the same time.
    pub fn with<F, E>(mut self, name: &'static str, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: std::fmt::Display + 'static,
    {
        let check: Check = Box::new(move || {
            let answer = ask();
            async move { answer.await.map_err(|error| error.to_string()) }.boxed()
        });
        self.checks.push((name, check));
        self
    }

    pub async fn report(&self) -> Report {
        let checks = join_all(self.checks.iter().map(async |(name, ask)| {
            let detail = match tokio::time::timeout(LIMIT, ask()).await {
                Ok(answer) => answer.err(),
                Err(_) => Some("no answer in time".to_owned()),
            };
            Outcome { name, ok: detail.is_none(), detail }
        }))
        .await;
        Report { ready: checks.iter().all(|outcome| outcome.ok), checks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_that_fails_or_hangs_makes_the_process_not_ready() {
        let readiness = Readiness::new()
            .with("database", async || Ok::<_, String>(()))
            .with("bus", async || Err("not connected"))
            .with("objects", std::future::pending::<Result<(), String>>);
        let report = readiness.report().await;
        assert!(!report.ready);
        let details: Vec<_> = report.checks.iter().map(|outcome| outcome.detail.as_deref()).collect();
        assert_eq!(details, [None, Some("not connected"), Some("no answer in time")]);
    }

    #[tokio::test]
    async fn with_all_answering_it_is_ready() {
        let report = Readiness::new().with("database", async || Ok::<_, String>(())).report().await;
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"ready":true,"checks":[{"name":"database","ok":true}]}"#
        );
    }
}
