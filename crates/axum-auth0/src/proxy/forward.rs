//! The way of a request through the proxy: checks, then the token, then the API.

use std::sync::Arc;

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::time::Instant;
use tracing::{Instrument as _, field};

use super::{
    allowed::Allowed,
    api_request::ApiRequest,
    api_response::{Places, forward_response},
    headers,
    open_streams::{OpenStream, OpenStreams},
    path::api_url,
    refusal::Refusal,
    request_body::ForwardedBody,
    settings::Settings,
    stream_end::stream_end,
    websocket::Handshake,
};
use crate::{
    api_client::{ApiError, InvalidRequest, log_failure},
    config::Api,
    guard::{Guard, refuse_forwarding},
    metrics,
    request::{is_websocket, original_uri},
    session::{NotSignedIn, SessionState, SessionWatch, SignedInUser},
    tasks::Tasks,
};

/// State of a proxy's routes.
#[derive(Debug)]
pub(super) struct Forwarder {
    pub(super) guard: Guard,
    pub(super) session: Arc<SessionState>,
    pub(super) tasks: Tasks,
    pub(super) streams: Arc<OpenStreams>,
    pub(super) settings: Settings,
}

/// Values of `Sec-Fetch-Dest` whose responses a browser runs, applies or embeds. A response of an API is none of them.
const ACTIVE_DESTINATIONS: &[&str] = &[
    "audioworklet",
    "embed",
    "fencedframe",
    "frame",
    "iframe",
    "manifest",
    "object",
    "paintworklet",
    "script",
    "serviceworker",
    "sharedworker",
    "style",
    "worker",
    "xslt",
];

const SERVICE_WORKER: HeaderName = HeaderName::from_static("service-worker");
const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Handles a request for an allowed path.
pub(super) async fn forward<A: Api>(
    forwarder: Arc<Forwarder>,
    allowed: Arc<Allowed>,
    request: Request,
) -> Response {
    match forwarder.admit(&allowed, request) {
        Ok((user, request)) => forwarder.run::<A>(user, request).await,
        Err(refusal) => refusal.into_response(),
    }
}

impl Forwarder {
    /// Checks everything that needs neither the body nor a token.
    fn admit(
        &self,
        allowed: &Allowed,
        request: Request,
    ) -> Result<(SignedInUser, Request), Refusal> {
        let (method, headers) = (request.method(), request.headers());
        let upgrades = is_websocket(method, headers);
        if !upgrades && !allowed.methods.contains(method) {
            return Err(Refusal::Method(allowed.methods.clone()));
        }
        // CONNECT is the handshake of HTTP/2 (RFC 8441).
        let is_handshake = matches!(*method, Method::GET | Method::CONNECT);
        if upgrades && !(allowed.websocket && is_handshake) {
            return Err(Refusal::Upgrade);
        }
        if let Some(refusal) = refuse_forwarding(&self.guard, &request) {
            return Err(Refusal::CrossSite(Box::new(refusal)));
        }
        if is_active_destination(headers) {
            return Err(Refusal::Destination);
        }
        let (parts, body) = request.into_parts();
        let user = SignedInUser::of(&parts).map_err(Refusal::NotSignedIn)?;
        Ok((user, Request::from_parts(parts, body)))
    }

    /// Calls the API, with the span and the metrics of a call.
    async fn run<A: Api>(&self, user: SignedInUser, request: Request) -> Response {
        // Path and query are omitted because they may contain personal data.
        let span = tracing::info_span!(
            "api_call",
            otel.kind = "client",
            api = A::ENV_PREFIX,
            http.request.method = %request.method(),
            trace_id = %user.trace,
            proxied = true,
            http.response.status_code = field::Empty,
            otel.status_code = field::Empty,
        );
        let start = Instant::now();
        let result = self.call::<A>(user, request).instrument(span.clone()).await;
        let name = match &result {
            Ok(response) if response.status().is_client_error() => "error",
            Ok(response) if response.status().is_server_error() => "error",
            Ok(_) => "success",
            Err(Refusal::Api(ApiError::Token(_))) => "no_token",
            Err(Refusal::Api(
                ApiError::TimedOut { .. } | ApiError::Unreachable | ApiError::Interrupted,
            )) => "no_response",
            Err(_) => "error",
        };
        if name != "success" {
            span.record("otel.status_code", "ERROR");
        }
        let labels = [("api", A::ENV_PREFIX), ("result", name)];
        metrics::observe(metrics::API_CALLS, &labels, start.elapsed());
        result.unwrap_or_else(|refusal| {
            if let Refusal::Api(error) = &refusal {
                span.in_scope(|| log_failure(error));
            }
            refusal.into_response()
        })
    }

    async fn call<A: Api>(
        &self,
        user: SignedInUser,
        mut request: Request,
    ) -> Result<Response, Refusal> {
        let settings = user.services.apis.of::<A>().map_err(ApiError::from)?;
        let uri = request.uri().clone();
        let url = api_url(&settings.base_url, uri.path(), uri.query())?;
        let mount = mount(original_uri(&request).path(), uri.path());
        let mount = mount
            .ok_or(ApiError::from(InvalidRequest::Path))?
            .to_owned();
        let open = self.open_stream(&user, &request)?;
        let mut headers = headers::for_api(request.headers(), &self.settings.request_headers);
        let handshake = if is_websocket(request.method(), request.headers()) {
            let random = self.session.random.as_ref();
            Some(Handshake::of(&mut request, &mut headers, random)?)
        } else {
            None
        };
        let (parts, body) = request.into_parts();
        let (limit, timeout) = (self.settings.max_request_bytes, self.settings.timeout);
        let mut api_request = ApiRequest {
            user,
            settings: Arc::clone(&settings),
            // A handshake of HTTP/1.1, whatever the browser's was.
            method: if handshake.is_some() {
                Method::GET
            } else {
                parts.method
            },
            url,
            body: ForwardedBody::read(&parts.headers, body, limit, timeout).await?,
            headers,
            timeout,
        };
        let response = api_request.send::<A>().await?;
        if let Some(handshake) = handshake
            && handshake.is_accepted(&response)
        {
            return Ok(handshake.connect(response, open));
        }
        let places = Places {
            base: &settings.base_url,
            url: &api_request.url,
            mount: &mount,
        };
        forward_response(
            response,
            &places,
            &self.settings.response_headers,
            timeout,
            open,
        )
    }

    /// Counts a request, and returns what ends its stream. A user without a session in the request cannot be watched.
    fn open_stream(&self, user: &SignedInUser, request: &Request) -> Result<OpenStream, Refusal> {
        let interval = self.settings.session_check_interval;
        let watch = SessionWatch::of(&self.session, user, request.extensions(), interval);
        let watch = watch.ok_or(Refusal::NotSignedIn(NotSignedIn::Anonymous))?;
        let place = self.streams.enter(user.login()).map_err(Refusal::Full)?;
        let end = stream_end(watch, interval, self.tasks.clone());
        Ok(OpenStream::new(place, end))
    }
}

fn is_active_destination(headers: &HeaderMap) -> bool {
    // Browsers without Fetch Metadata send this header with the script of a service worker.
    if headers.contains_key(SERVICE_WORKER) {
        return true;
    }
    let destination = headers.get(DEST).map(HeaderValue::as_bytes);
    destination.is_some_and(|destination| {
        let mut active = ACTIVE_DESTINATIONS.iter();
        active.any(|active| destination.eq_ignore_ascii_case(active.as_bytes()))
    })
}

/// Returns the path of the proxy as the browser sees it: `original` without `rest`, the path below the proxy. `None` if a
/// slash between them was left out: axum takes `/api//x` for `/x` below `/api`.
fn mount<'p>(original: &'p str, rest: &str) -> Option<&'p str> {
    let mount = match original.strip_suffix(rest) {
        Some(mount) => mount,
        None if rest == "/" => original,
        None => return None,
    };
    (!mount.ends_with('/')).then_some(mount)
}
