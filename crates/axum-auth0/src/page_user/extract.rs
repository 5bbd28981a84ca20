//! Extracts the [`PageUser`] that a request carries.

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::Request,
};
use futures::{StreamExt as _, stream};
use http::{HeaderMap, Method, header};
use url::form_urlencoded;

use super::{PAGE_USER_FIELD, PAGE_USER_HEADER, PageUser};
use crate::request::PostedForm;

/// Maximum number of bytes of a form that are searched: the default limit of `axum::Form`.
const MAX_FORM_BYTES: usize = 2 * 1024 * 1024;

/// Maximum size in bytes of a form that is kept for its page.
const MAX_POSTED_BYTES: usize = 64 * 1024;

/// Maximum number of bytes of a multipart form that are searched: its first part. The rest can be a large file.
const MAX_FIRST_PART_BYTES: usize = 8 * 1024;

/// Returns the value of the request's header, query or form, in this order. Reads the start of a form; the returned
/// request has the complete body.
pub(crate) async fn extract_page_user(request: Request) -> (Option<PageUser>, Request) {
    let page = in_headers(request.headers()).or_else(|| in_query(&request));
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return (page, request);
    }
    let Some(form) = Form::of(request.headers()) else {
        return (page, request);
    };
    let limit = match (&page, &form) {
        (None, _) => form.search_limit(),
        // The form is only read to be kept.
        (Some(_), Form::UrlEncoded) => MAX_POSTED_BYTES + 1,
        (Some(_), Form::Multipart { .. }) => return (page, request),
    };
    let (parts, body) = request.into_parts();
    let (start, body) = read_start(body, limit).await;
    let mut request = Request::from_parts(parts, body);
    if let Some(posted) = form.posted(&start) {
        request.extensions_mut().insert(posted);
    }
    match page {
        Some(page) => (Some(page), request),
        None => (form.find(&start).await, request),
    }
}

/// Returns the value of the header. A header that is not text belongs to no user of this site; it is kept, so that the
/// request is rejected.
fn in_headers(headers: &HeaderMap) -> Option<PageUser> {
    let value = headers.get(PAGE_USER_HEADER)?;
    PageUser::from_request(&String::from_utf8_lossy(value.as_bytes()))
}

fn in_query(request: &Request) -> Option<PageUser> {
    in_pairs(request.uri().query()?.as_bytes())
}

fn in_pairs(text: &[u8]) -> Option<PageUser> {
    form_urlencoded::parse(text)
        .filter(|(name, _)| name == PAGE_USER_FIELD)
        .find_map(|(_, value)| PageUser::from_request(&value))
}

/// The encodings of forms that have fields (HTML, "form submission algorithm").
enum Form {
    UrlEncoded,
    Multipart { boundary: String },
}

impl Form {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let essence = content_type.split(';').next()?.trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Some(Self::UrlEncoded)
        } else {
            let boundary = multer::parse_boundary(content_type).ok()?;
            Some(Self::Multipart { boundary })
        }
    }

    fn search_limit(&self) -> usize {
        match self {
            Self::UrlEncoded => MAX_FORM_BYTES,
            Self::Multipart { .. } => MAX_FIRST_PART_BYTES,
        }
    }

    /// Returns the form, if it is small enough to be shown again after a failure.
    fn posted(&self, start: &[Bytes]) -> Option<PostedForm> {
        let length: usize = start.iter().map(Bytes::len).sum();
        let is_small = length <= MAX_POSTED_BYTES;
        (matches!(self, Self::UrlEncoded) && is_small).then(|| PostedForm(start.concat().into()))
    }

    async fn find(self, start: &[Bytes]) -> Option<PageUser> {
        match self {
            Self::UrlEncoded => in_pairs(&start.concat()),
            Self::Multipart { boundary } => {
                let start = stream::iter(start.to_vec()).map(Ok::<_, std::convert::Infallible>);
                let mut form = multer::Multipart::new(start, boundary);
                let field = form.next_field().await.ok()??;
                if field.name() != Some(PAGE_USER_FIELD) {
                    return None;
                }
                PageUser::from_request(&field.text().await.ok()?)
            }
        }
    }
}

/// Reads at least `length` bytes of `body`, or all of it. The returned body is complete, including an error that ended
/// it.
async fn read_start(body: Body, length: usize) -> (Vec<Bytes>, Body) {
    let mut rest: BodyDataStream = body.into_data_stream();
    let (mut start, mut read) = (Vec::new(), 0);
    while read < length {
        match rest.next().await {
            Some(Ok(chunk)) => {
                read += chunk.len();
                start.push(chunk);
            }
            Some(Err(error)) => {
                let complete = stream::iter(start.clone())
                    .map(Ok)
                    .chain(stream::iter([Err(error)]));
                return (start, Body::from_stream(complete));
            }
            None => {
                let complete = start.concat();
                return (start, Body::from(complete));
            }
        }
    }
    let complete = stream::iter(start.clone()).map(Ok).chain(rest);
    (start, Body::from_stream(complete))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    const FORM: &str = "application/x-www-form-urlencoded";
    const MULTIPART: &str = "multipart/form-data; boundary=----b";

    fn post(content_type: &str, body: impl Into<Body>) -> Request {
        Request::post("/api/change")
            .header(header::CONTENT_TYPE, content_type)
            .body(body.into())
            .unwrap()
    }

    fn part(name: &str, value: &str) -> String {
        format!("------b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    /// Returns the extracted value, and the remaining body for the handler.
    async fn found(request: Request) -> (Option<String>, Bytes) {
        let (page, request) = extract_page_user(request).await;
        let body = to_bytes(request.into_body(), usize::MAX).await.unwrap();
        (page.map(|page| page.as_str().to_owned()), body)
    }

    #[tokio::test]
    async fn a_field_is_found_in_every_encoding_and_the_handler_gets_the_complete_body() {
        let multipart = [
            &part(PAGE_USER_FIELD, "abc"),
            &part("name", "x"),
            "------b--\r\n",
        ]
        .concat();
        for (content_type, body) in [
            (FORM, "auth0_page_user=abc&name=x".to_owned()),
            (FORM, "name=x&auth0_page_user=abc".to_owned()),
            (
                "Application/X-WWW-Form-URLEncoded; charset=UTF-8",
                "name=x&auth0%5Fpage_user=%61bc".to_owned(),
            ),
            (
                FORM,
                format!("text={}&auth0_page_user=abc", "x".repeat(1_000_000)),
            ),
            (MULTIPART, multipart),
        ] {
            let (page, left) = found(post(content_type, body.clone())).await;
            assert_eq!(page.as_deref(), Some("abc"), "{content_type}");
            assert_eq!(left, body);
        }
    }

    #[tokio::test]
    async fn a_request_without_a_value_carries_none() {
        for (content_type, body) in [
            (FORM, ""),
            (FORM, "name=auth0_page_user"),
            (FORM, "auth0_page_user="),
            (FORM, "xauth0_page_user=abc"),
            ("application/json", r#"{"auth0_page_user":"abc"}"#),
            ("text/plain", "auth0_page_user=abc"),
            (MULTIPART, ""),
            (
                MULTIPART,
                "------b\r\nContent-Disposition: form-data; name=\"auth0_page_user\"",
            ),
        ] {
            let (page, left) = found(post(content_type, body)).await;
            assert_eq!(page, None, "{content_type} {body}");
            assert_eq!(left, body);
        }
    }

    #[tokio::test]
    async fn only_the_start_of_a_large_upload_is_read() {
        let chunks = [
            part(PAGE_USER_FIELD, "abc"),
            part("file", &"x".repeat(MAX_FIRST_PART_BYTES)),
        ];
        let chunks = chunks.map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
        let rest = stream::once(async { panic!("read before the handler asked for it") });
        let body = Body::from_stream(stream::iter(chunks).chain(rest));
        let (page, _) = extract_page_user(post(MULTIPART, body)).await;
        assert_eq!(page.unwrap().as_str(), "abc");
    }

    #[tokio::test]
    async fn the_handler_gets_the_error_of_an_incomplete_body() {
        let chunks = [
            Ok(Bytes::from_static(b"auth0_page_user=abc&name=")),
            Err(std::io::Error::other("gone")),
        ];
        let (page, request) =
            extract_page_user(post(FORM, Body::from_stream(stream::iter(chunks)))).await;
        assert_eq!(page.unwrap().as_str(), "abc");
        assert!(to_bytes(request.into_body(), usize::MAX).await.is_err());
    }

    #[tokio::test]
    async fn the_header_comes_before_the_query_and_the_query_before_the_form() {
        let mut request = post(FORM, "auth0_page_user=form");
        *request.uri_mut() = "/api/change?auth0_page_user=query".parse().unwrap();
        let (page, mut request) = extract_page_user(request).await;
        assert_eq!(page.unwrap().as_str(), "query");
        let header = "header".parse().unwrap();
        request.headers_mut().insert(PAGE_USER_HEADER, header);
        assert_eq!(
            extract_page_user(request).await.0.unwrap().as_str(),
            "header"
        );
    }
}
