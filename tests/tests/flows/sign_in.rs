//! Signing in, staying signed in, signing out.

use std::time::Duration;

use cordboard_tests::graphql::Client;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{AGENT, PASSWORD, SESSION, new_session, text};
use cordboard_tests::wait::STEP;
use serde_json::{Value, json};

const VIEWER: &str = "{ viewer { user { id email } role } }";

async fn platform() -> Platform {
    Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await
}

async fn refresh(client: &Client, token: &Value) -> Value {
    client
        .send(
            &format!("mutation($input: SessionRefreshInput!) {{ sessionRefresh(input: $input) {{ {SESSION} userErrors {{ code }} }} }}"),
            json!({ "input": { "refreshToken": token } }),
        )
        .await
        .body
}

fn session(body: &Value) -> &Value {
    let session = &body["data"]["sessionRefresh"]["session"];
    assert!(session.is_object(), "a session was expected: {body}");
    session
}

fn is_refused(body: &Value) -> bool {
    !body["data"]["sessionRefresh"]["session"].is_object()
}

#[tokio::test]
async fn an_agent_signs_in_at_one_api_and_is_known_at_the_other() {
    let platform = platform().await;
    let session = new_session(&platform.anonymous(0), AGENT).await;
    let agent = platform.anonymous(1).with_token(text(&session["accessToken"]));
    let viewer = agent.data(VIEWER, json!({})).await;
    assert_eq!(viewer["viewer"]["user"]["email"], AGENT);
    assert_eq!(viewer["viewer"]["role"], "AGENT");

    // Without a token nobody is signed in, and that is no error.
    let nobody = platform.anonymous(0).data(VIEWER, json!({})).await;
    assert!(nobody["viewer"]["user"].is_null());
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let platform = platform().await;
    let anonymous = platform.anonymous(0);
    let mut answers = Vec::new();
    for (email, password) in [(AGENT, "not the password"), ("nobody@example.com", PASSWORD)] {
        let answer = anonymous
            .send(
                "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { session { expiresAt } userErrors { code message } } }",
                json!({ "input": { "email": email, "password": password } }),
            )
            .await;
        assert!(answer.body["data"]["sessionCreate"]["session"].is_null());
        let mut body = answer.body;
        // Where the error stands in the document is the same; a trace id may differ.
        if let Some(extensions) = body.pointer_mut("/errors/0/extensions") {
            extensions["traceId"] = Value::Null;
        }
        answers.push(body);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn guessing_passwords_is_limited_over_both_apis_together() {
    let platform = platform().await;
    let mut limited = 0;
    for attempt in 0..14 {
        let answer = platform
            .anonymous(attempt % 2)
            .send(
                "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { userErrors { code } } }",
                json!({ "input": { "email": AGENT, "password": format!("guess {attempt}") } }),
            )
            .await;
        if answer.body["errors"][0]["extensions"]["code"] == "RATE_LIMITED" {
            limited += 1;
        }
    }
    assert!(limited >= 3, "{limited} of 14 guesses were limited");
}

#[tokio::test]
async fn a_refresh_token_repeats_for_thirty_seconds_and_then_revokes_its_family() {
    let platform = platform().await;
    let (one, other) = (platform.anonymous(0), platform.anonymous(1));
    let first = new_session(&one, AGENT).await;

    // Two tabs refresh at once, at two apis: both get the same successor.
    let (left, right) =
        tokio::join!(refresh(&one, &first["refreshToken"]), refresh(&other, &first["refreshToken"]));
    let second = session(&left)["refreshToken"].clone();
    assert_eq!(second, session(&right)["refreshToken"]);
    assert_ne!(second, first["refreshToken"]);

    // The successor works, and its own repeat too.
    let third = session(&refresh(&other, &second).await)["refreshToken"].clone();
    assert_eq!(session(&refresh(&one, &second).await)["refreshToken"], third);

    // Half a minute later the same repeat is a theft: the whole family ends.
    let sql = platform.sql().await;
    sql.batch_execute("UPDATE session SET rotated_at = rotated_at - interval '31 seconds'")
        .await
        .expect("time passes");
    assert!(is_refused(&refresh(&one, &second).await));
    assert!(is_refused(&refresh(&other, &third).await));
}

#[tokio::test]
async fn a_token_two_generations_old_revokes_its_family_at_once() {
    let platform = platform().await;
    let anonymous = platform.anonymous(0);
    let first = new_session(&anonymous, AGENT).await["refreshToken"].clone();
    let second = session(&refresh(&anonymous, &first).await)["refreshToken"].clone();
    let third = session(&refresh(&anonymous, &second).await)["refreshToken"].clone();
    assert!(is_refused(&refresh(&anonymous, &first).await));
    assert!(is_refused(&refresh(&anonymous, &third).await));
}

#[tokio::test]
async fn a_socket_ends_when_its_session_is_revoked_at_the_other_api() {
    let platform = platform().await;
    let session = new_session(&platform.anonymous(0), AGENT).await;
    let socket = Socket::connect(platform.base(1), session["accessToken"].as_str()).await;
    let mut events = socket.subscribe("subscription { callEvents { cursor } }", json!({})).await;
    // The other session of the same person stays.
    let another = new_session(&platform.anonymous(0), AGENT).await;
    let staying = Socket::connect(platform.base(1), another["accessToken"].as_str()).await;

    platform
        .anonymous(0)
        .with_token(text(&session["accessToken"]))
        .mutate("sessionRevoke", json!({ "refreshToken": session["refreshToken"] }), "")
        .await;
    let closed = socket.closed(STEP).await;
    assert!(closed.code.is_some(), "closed with a reason: {closed:?}");
    assert!(events.next_raw().await.is_none_or(|last| last.is_err()));
    assert!(is_refused(&refresh(&platform.anonymous(1), &session["refreshToken"]).await));
    assert!(staying.is_open());
}

#[tokio::test]
async fn the_console_keeps_its_refresh_token_in_a_cookie_that_scripts_cannot_read() {
    let platform = platform().await;
    let anonymous = platform.anonymous(0);
    let post = |query: &str, input: Value, cookie: Option<String>| {
        let mut request = anonymous
            .http()
            .post(format!("{}/graphql", anonymous.base()))
            .json(&json!({ "query": query, "variables": { "input": input } }));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        async move { request.send().await.expect("an answer") }
    };
    let create = format!(
        "mutation($input: SessionCreateInput!) {{ sessionCreate(input: $input) {{ {SESSION} userErrors {{ code }} }} }}"
    );
    let answer = post(&create, json!({ "email": AGENT, "password": PASSWORD, "cookie": true }), None).await;
    let cookie = answer
        .headers()
        .get("set-cookie")
        .and_then(|cookie| cookie.to_str().ok())
        .expect("a cookie is set")
        .to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/graphql"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["data"]["sessionCreate"]["session"]["refreshToken"], "");

    let pair = cookie.split(';').next().expect("a pair").to_owned();
    let refresh = format!(
        "mutation($input: SessionRefreshInput!) {{ sessionRefresh(input: $input) {{ {SESSION} userErrors {{ code }} }} }}"
    );
    let body: Value = post(&refresh, json!({ "cookie": true }), Some(pair)).await.json().await.expect("JSON");
    assert!(!text(&session(&body)["accessToken"]).is_empty());
}

#[tokio::test]
async fn a_socket_that_never_says_who_it_is_is_closed() {
    let platform = platform().await;
    let socket = Socket::try_connect(platform.base(0), None).await.expect("the socket opens");
    let closed = socket.closed(Duration::from_secs(30)).await;
    assert_eq!(closed.code, Some(4408));

    let forged = json!({ "authorization": "Bearer eyJhbGciOiJub25lIn0.e30." });
    let refused = Socket::try_connect(platform.base(0), Some(forged)).await;
    let closed = refused.err().expect("a forged token opens no socket");
    assert!(matches!(closed.code, Some(4401 | 4403)), "{closed:?}");
}
