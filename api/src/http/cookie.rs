//! The console's refresh token: in a cookie that no script can read and no other site can send.

use axum::http::{HeaderMap, HeaderValue, header};

const NAME: &str = "cordboard_refresh";
/// As long as a session may stay idle.
const MAX_AGE: i64 = domain::limits::SESSION_IDLE.num_seconds();

/// Reads it from a request.
pub fn refresh_token(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == NAME && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// The header that keeps a token. `secure` on https.
pub fn keep(token: &str, secure: bool) -> HeaderValue {
    header_value(token, MAX_AGE, secure)
}

/// The header that forgets it.
pub fn forget(secure: bool) -> HeaderValue {
    header_value("", 0, secure)
}

fn header_value(token: &str, max_age: i64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{NAME}={token}; Path=/graphql; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}"
    ))
    // Tokens are made of letters and digits.
    .unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_browser() {
        let set = keep("abc123", true);
        assert_eq!(
            set,
            "cordboard_refresh=abc123; Path=/graphql; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure"
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("theme=dark; cordboard_refresh=abc123"));
        assert_eq!(refresh_token(&headers).unwrap(), "abc123");
    }

    #[test]
    fn a_forgotten_token_is_none() {
        assert!(forget(false).to_str().unwrap().contains("Max-Age=0"));
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("cordboard_refresh="));
        assert_eq!(refresh_token(&headers), None);
    }
}
