//! Headers that make browsers careful.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::app::App;

/// Scripts from here alone. Styles inline, as the component library writes them; media as blobs, as hls.js feeds them.
macro_rules! content_security_policy {
    ($ancestors:literal) => {
        concat!(
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; ",
            "font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; ",
            "frame-ancestors ",
            $ancestors
        )
    };
}
const CONTENT_SECURITY_POLICY: &str = content_security_policy!("'none'");
/// A queue's page stands in the widget's frame on any site (console/widget/README.md).
const FRAMED_SECURITY_POLICY: &str = content_security_policy!("*");
/// Camera, microphone and screen are for our own pages.
const PERMISSIONS_POLICY: &str =
    "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()";

/// Sets what every answer carries, unless a handler said otherwise.
pub async fn secure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // The addresses of a join page, of a recording, of a file and of an upload are secrets: they go to nobody, not even to our own pages.
    let path = request.uri().path();
    let secret =
        ["/join/", "/play/", "/audio/", "/file/", "/upload/"].iter().any(|prefix| path.starts_with(prefix));
    let framed = path.starts_with("/q/");
    let widget = path == "/widget.js";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    if framed {
        set(header::CONTENT_SECURITY_POLICY, FRAMED_SECURITY_POLICY);
    } else {
        set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
        set(header::X_FRAME_OPTIONS, "DENY");
    }
    if widget {
        // For pages that are isolated by Cross-Origin-Embedder-Policy, too.
        set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    }
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, if secret { "no-referrer" } else { "same-origin" });
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if app.platform.config.public_url.scheme() == "https" && app.platform.config.tls.is_none() {
        // Behind a proxy with a real certificate. Not with our own: a LAN's certificate changes with its addresses.
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
