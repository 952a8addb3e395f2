//! A GraphQL client over HTTP, as a front end would have: it knows the public schema alone.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

/// One caller of one api process. Cheap to clone; the token travels with the clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// What a request brought.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Client {
    /// `base` is the api's address, such as `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Self {
        let http =
            reqwest::Client::builder().timeout(Duration::from_secs(30)).build().expect("an HTTP client");
        Self { http, base: base.to_owned(), token: None }
    }

    /// The same caller with a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same caller at another api process.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Sends an operation; an unreachable api is an `Err`.
    ///
    /// # Errors
    /// When no HTTP answer came.
    pub async fn try_send(&self, query: &str, variables: Value) -> Result<Answer, reqwest::Error> {
        let mut request = self
            .http
            .post(format!("{}/graphql", self.base))
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, body })
    }

    /// Sends an operation and takes any GraphQL answer.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        self.try_send(query, variables).await.expect("the api answers")
    }

    /// Sends an operation that must succeed, and returns its `data`.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.send(query, variables).await;
        assert!(
            answer.body["errors"].is_null() && answer.body["data"].is_object(),
            "{query}\nanswered {}: {}",
            answer.status,
            answer.body
        );
        answer.body["data"].clone()
    }

    /// Runs the mutation `name` with `input`, selecting `fields` beside the user errors.
    /// Returns the payload, which may hold user errors.
    pub async fn payload(&self, name: &str, input: Value, fields: &str) -> Value {
        let data = self.data(&mutation(name, fields), json!({ "input": input })).await;
        data[name].clone()
    }

    /// As [`Self::payload`]; none where no answer came, or one that says no more than that the api cannot just now.
    pub async fn try_payload(&self, name: &str, input: Value, fields: &str) -> Option<Value> {
        let answer = self.try_send(&mutation(name, fields), json!({ "input": input })).await.ok()?;
        Some(answer.body["data"][name].clone()).filter(Value::is_object)
    }

    /// As [`Self::payload`], and a user error fails the test.
    pub async fn mutate(&self, name: &str, input: Value, fields: &str) -> Value {
        let payload = self.payload(name, input, fields).await;
        assert!(
            payload["userErrors"].as_array().is_some_and(|errors| errors.is_empty()),
            "{name} answered {payload}"
        );
        payload
    }

    /// Runs a mutation that a rule must refuse, and returns the first user error's code.
    pub async fn refused(&self, name: &str, input: Value) -> String {
        let payload = self.payload(name, input, "").await;
        payload["userErrors"][0]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{name} should have been refused: {payload}"))
            .to_owned()
    }

    /// Runs a mutation that must fail as a whole, and returns the top-level error's code.
    pub async fn failed(&self, name: &str, input: Value) -> String {
        self.send(&mutation(name, ""), json!({ "input": input })).await.error_code()
    }

    /// A plain HTTP request to the same api, with the token if there is one.
    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.base))
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }
}

impl Answer {
    /// The first top-level error's `extensions.code`.
    pub fn error_code(&self) -> String {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("an error with a code, not {}: {}", self.status, self.body))
            .to_owned()
    }
}

/// `callPlace` → `mutation($input: CallPlaceInput!) { callPlace(input: $input) { … } }`: inputs
/// and payloads are named after their mutation throughout the contract.
fn mutation(name: &str, fields: &str) -> String {
    let mut type_name = name.to_owned();
    type_name[..1].make_ascii_uppercase();
    format!(
        "mutation($input: {type_name}Input!) {{ {name}(input: $input) {{ {fields} userErrors {{ code message path }} }} }}"
    )
}
