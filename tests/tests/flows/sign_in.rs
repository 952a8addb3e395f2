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
    client.mutate("sessionRefresh", json!({ "refreshToken": token }), SESSION).await["session"].clone()
}

async fn refresh_is_refused(client: &Client, token: &Value) {
    assert_eq!(client.refused("sessionRefresh", json!({ "refreshToken": token })).await, "NOT_FOUND");
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
    let wrong = json!({ "email": AGENT, "password": "not the password" });
    let unknown = json!({ "email": "nobody@example.com", "password": PASSWORD });
    let answer = anonymous.payload("sessionCreate", wrong, "session { expiresAt }").await;
    assert_eq!(answer["userErrors"][0]["code"], "NOT_ALLOWED");
    assert!(answer["session"].is_null());
    assert_eq!(answer, anonymous.payload("sessionCreate", unknown, "session { expiresAt }").await);
}

#[tokio::test]
async fn guessing_passwords_is_limited_over_both_apis_together() {
    let platform = platform().await;
    for attempt in 0..14 {
        let guess = json!({ "email": AGENT, "password": format!("guess {attempt}") });
        let anonymous = platform.anonymous(attempt % 2);
        if attempt < 10 {
            assert_eq!(anonymous.refused("sessionCreate", guess).await, "NOT_ALLOWED", "guess {attempt}");
        } else {
            assert_eq!(anonymous.failed("sessionCreate", guess).await, "RATE_LIMITED", "guess {attempt}");
        }
    }
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_at_two_apis_stay_signed_in_and_an_older_token_ends_it() {
    let platform = platform().await;
    let (one, other) = (platform.anonymous(0), platform.anonymous(1));
    let first = new_session(&one, AGENT).await["refreshToken"].clone();
    let (left, right) = tokio::join!(refresh(&one, &first), refresh(&other, &first));
    let second = left["refreshToken"].clone();
    assert_eq!(second, right["refreshToken"]);
    assert_ne!(second, first);

    let third = refresh(&other, &second).await["refreshToken"].clone();
    assert_eq!(refresh(&one, &second).await["refreshToken"], third);
    refresh_is_refused(&one, &first).await;
    refresh_is_refused(&other, &third).await;
}

/// Nobody is kept out for a zone that the server has not heard of.
#[tokio::test]
async fn a_browser_tells_its_time_zone_when_it_signs_in_and_when_it_refreshes() {
    const ZONED: &str = "session { accessToken refreshToken user { timeZone } }";
    let platform = platform().await;
    let anonymous = platform.anonymous(0);
    let sign_in = json!({ "email": AGENT, "password": PASSWORD });
    let mut session = anonymous.mutate("sessionCreate", sign_in.clone(), ZONED).await["session"].clone();
    assert_eq!(session["user"]["timeZone"], "UTC", "nobody told another one");
    for (told, kept) in [
        (json!("Pacific/Auckland"), "Pacific/Auckland"),
        (json!("Mars/Olympus"), "Pacific/Auckland"),
        (Value::Null, "Pacific/Auckland"),
    ] {
        let mut input = sign_in.clone();
        input["timeZone"] = told;
        session = anonymous.mutate("sessionCreate", input, ZONED).await["session"].clone();
        assert_eq!(session["user"]["timeZone"], kept);
    }
    let travels = json!({ "refreshToken": session["refreshToken"], "timeZone": "Europe/Berlin" });
    session = anonymous.mutate("sessionRefresh", travels, ZONED).await["session"].clone();
    assert_eq!(session["user"]["timeZone"], "Europe/Berlin");
    let agent = platform.anonymous(1).with_token(text(&session["accessToken"]));
    let viewer = agent.data("{ viewer { user { timeZone } } }", json!({})).await;
    assert_eq!(viewer["viewer"]["user"]["timeZone"], "Europe/Berlin");
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
    assert_eq!(socket.closed(STEP).await.code, Some(4401));
    assert_eq!(events.next().await, None);
    refresh_is_refused(&platform.anonymous(1), &session["refreshToken"]).await;
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
    assert!(!text(&body["data"]["sessionRefresh"]["session"]["accessToken"]).is_empty(), "{body}");
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
    assert_eq!(closed.code, Some(4403));
}
