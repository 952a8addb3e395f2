//! Files that were sent in a chat: `/file/<token>`. The token is signed and lives for an hour.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::Response,
};
use domain::{Error, chat::FileType};

use super::sealed;
use crate::app::App;

/// Whatever is in it: nothing of it runs, and it fetches nothing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; sandbox";

pub async fn file(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let (file, kind, name) = match app.platform.file_of_token(&token).await {
        Ok(Some(found)) => found,
        Ok(None) => return sealed::gone(),
        Err(Error::Unavailable(_)) => return sealed::away(),
        Err(error) => return sealed::failed(&error),
    };
    let mut response = sealed::respond(&app, &file, &method, &headers).await;
    let answer = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&disposition(kind, &name)) {
        answer.insert(header::CONTENT_DISPOSITION, value);
    }
    let mut set = |name: HeaderName, value| answer.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// RFC 6266, the name as in RFC 8187. Pictures are shown where they stand.
fn disposition(kind: FileType, name: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let coded: String = name
        .bytes()
        .map(|byte| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("{}; filename*=UTF-8''{coded}", if kind.is_picture() { "inline" } else { "attachment" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_say_anything() {
        assert_eq!(disposition(FileType::Png, "a.png"), "inline; filename*=UTF-8''a.png");
        let told = disposition(FileType::Pdf, "Größe \"1\";\r\nX: y.pdf");
        assert_eq!(told, "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22%3B%0D%0AX%3A%20y.pdf");
    }
}
