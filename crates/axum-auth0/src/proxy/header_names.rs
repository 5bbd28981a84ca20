//! Names of headers: what passes by default, and what never does.

/// Headers of the browser that the API gets.
pub(super) const REQUEST: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-event-id",
    "prefer",
    "range",
];

/// Headers of the API that the browser gets. `Location` is rewritten apart.
pub(super) const RESPONSE: &[&str] = &[
    "accept-ranges",
    "allow",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "deprecation",
    "etag",
    "last-modified",
    "preference-applied",
    "ratelimit",
    "ratelimit-limit",
    "ratelimit-policy",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "sunset",
];

/// Headers that concern one connection (RFC 9110 §7.6.1), and those that frame a message.
pub(super) const HOP_BY_HOP: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Request headers that are credentials, that the site decides, or by which a server changes method, URL or client.
pub(super) const NEVER_SENT: &[&str] = &[
    "authorization",
    "baggage",
    "client-cert",
    "client-cert-chain",
    "cookie",
    "dpop",
    "forwarded",
    "host",
    "origin",
    "referer",
    "traceparent",
    "tracestate",
    "via",
];

/// Prefixes of request headers that are never sent. `auth0-` is this crate's own.
pub(super) const NEVER_SENT_PREFIXES: &[&str] = &[
    "auth0-",
    "proxy-",
    "sec-",
    "x-forwarded",
    "x-http-method",
    "x-method-override",
    "x-original-",
    "x-real-ip",
    "x-rewrite-",
];

/// Response headers that act on the whole site, on its other responses, or on the proxy in front of it.
pub(super) const NEVER_RETURNED: &[&str] = &[
    "accept-ch",
    "activate-storage-access",
    "alt-svc",
    "cache-control",
    "cdn-cache-control",
    "clear-site-data",
    "critical-ch",
    "document-policy",
    "expires",
    "feature-policy",
    "location",
    "nel",
    "no-vary-search",
    "origin-agent-cluster",
    "permissions-policy",
    "pragma",
    "public-key-pins",
    "referrer-policy",
    "refresh",
    "report-to",
    "reporting-endpoints",
    "service-worker-allowed",
    "set-cookie",
    "set-cookie2",
    "set-login",
    "sourcemap",
    "speculation-rules",
    "strict-transport-security",
    "supports-loading-mode",
    "surrogate-control",
    "timing-allow-origin",
    "use-as-dictionary",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
    "x-lighttpd-send-file",
    "x-litespeed-location",
    "x-reproxy-url",
    "x-sendfile",
];

/// Prefixes of response headers that are never returned.
pub(super) const NEVER_RETURNED_PREFIXES: &[&str] = &[
    "access-control-",
    "auth0-",
    "content-security-policy",
    "cross-origin-",
    "sec-",
    "x-accel-",
];
