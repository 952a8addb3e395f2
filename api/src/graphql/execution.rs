//! From a request to its responses: limits, access, execution, completed errors. HTTP and WebSocket both come through here.

use std::sync::Arc;

use async_graphql::{Request, Response, parser::types::OperationType};
use domain::telemetry;
use futures_util::{Stream, StreamExt, future::Either, stream};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    ApiSchema, access,
    fault::{self, Fault},
    limits, loaders, nesting,
};
use crate::{app::App, caller::Caller, presence::Pulse};

/// Who sent a request, and the name under which the log knows it.
#[derive(Clone)]
pub struct Origin {
    pub caller: Caller,
    /// Where the request came from, for rate limits.
    pub address: std::net::IpAddr,
    /// The refresh token of the console's cookie.
    pub refresh_cookie: Option<String>,
    /// Of the socket that it came by.
    pub pulse: Pulse,
}

/// A request that may run.
pub struct Prepared {
    request: Request,
    pub kind: OperationType,
    trace_id: String,
    span: tracing::Span,
}

/// A fresh trace id.
#[expect(clippy::disallowed_methods, reason = "it names a request in the log, not a row")]
pub fn trace_id() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Parses and judges a request.
///
/// # Errors
/// The response that refuses it.
pub fn prepare(
    app: &Arc<App>,
    mut request: Request,
    origin: &Origin,
    trace_id: String,
) -> Result<Prepared, Box<Response>> {
    let refused = |response: Response| {
        let mut response = response;
        fault::complete(&mut response, &trace_id);
        Box::new(response)
    };
    let (kind, roots) = judge(&mut request).map_err(|response| refused(*response))?;
    let table = match kind {
        OperationType::Query => access::QUERIES,
        OperationType::Mutation => access::MUTATIONS,
        OperationType::Subscription => access::SUBSCRIPTIONS,
    };
    access::check_roots(table, &roots, origin.caller.standing())
        .map_err(|fault| refused(fault.into_response()))?;
    let names = roots.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    let span =
        tracing::info_span!("graphql", operation = %kind, fields = %names, trace_id, caller = %origin.caller);
    metrics::counter!("cordboard_graphql_operations_total", "kind" => kind.to_string()).increment(1);
    let request = request.data(Arc::clone(app)).data(loaders::new(app, &origin.caller)).data(origin.clone());
    Ok(Prepared { request, kind, trace_id, span })
}

fn judge(
    request: &mut Request,
) -> Result<(OperationType, std::collections::BTreeSet<String>), Box<Response>> {
    let fault = |refusal: limits::Refusal| Box::new(Fault::from(refusal).into_response());
    nesting::check_nesting(&request.query).map_err(fault)?;
    let variables = std::mem::take(&mut request.variables);
    let name = request.operation_name.clone();
    let judged = request
        .parsed_query()
        .map_err(|error| Box::new(Response::from_errors(vec![error])))
        .and_then(|document| {
            let operation = limits::operation(document, name.as_deref()).map_err(fault)?;
            let measure = limits::measure(document, &operation.node, &variables).map_err(fault)?;
            Ok((operation.node.ty, measure.roots))
        });
    request.variables = variables;
    judged
}

/// Runs a query or mutation in a task of its own: a mutation goes on to its end though the client leaves, and a panic
/// stays in its request.
pub async fn execute(schema: &ApiSchema, prepared: Prepared) -> Response {
    let Prepared { request, trace_id, span, .. } = prepared;
    let schema = schema.clone();
    let work = telemetry::traced(trace_id.clone(), async move { schema.execute(request).await });
    let task = tokio::spawn(work.instrument(span));
    let mut response = match task.await {
        Ok(response) => response,
        Err(error) => Fault::internal(error).into_response(),
    };
    count_errors(&response);
    fault::complete(&mut response, &trace_id);
    response
}

/// Runs any operation as a stream of responses; one for a query or mutation.
pub fn stream(schema: &ApiSchema, prepared: Prepared) -> impl Stream<Item = Response> + Send + use<> {
    if prepared.kind != OperationType::Subscription {
        let schema = schema.clone();
        return Either::Left(stream::once(async move { execute(&schema, prepared).await }));
    }
    let Prepared { request, trace_id, span, .. } = prepared;
    let responses = Box::pin(schema.execute_stream(request));
    Either::Right(stream::unfold((responses, trace_id, span), |(mut responses, trace_id, span)| async move {
        // Each step runs under the request's id and span, as a query does as a whole.
        let step = telemetry::traced(trace_id.clone(), responses.next()).instrument(span.clone());
        let mut response = step.await?;
        count_errors(&response);
        fault::complete(&mut response, &trace_id);
        Some((response, (responses, trace_id, span)))
    }))
}

fn count_errors(response: &Response) {
    for error in &response.errors {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let code = match code {
            Some(async_graphql::Value::String(code)) => code.clone(),
            _ => "BAD_USER_INPUT".to_owned(),
        };
        metrics::counter!("cordboard_graphql_errors_total", "code" => code).increment(1);
    }
}
