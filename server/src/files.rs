//! Static files: the build output below `/pkg`, and the files of `public/`.

use axum::{Router, http::Response};
use http::{HeaderValue, StatusCode, header};
use leptos::config::LeptosOptions;
use tower::ServiceBuilder;
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

/// Serves the site's files, precompressed if a `.br` or `.gz` variant exists.
///
/// Files with a hash in their name are cached as immutable; the others are revalidated.
pub fn router(options: &LeptosOptions) -> Router {
    let root = std::path::Path::new(options.site_root.as_ref());
    let built = ServeDir::new(root.join(options.site_pkg_dir.as_ref()))
        .precompressed_br()
        .precompressed_gzip();
    let lasting = if options.hash_files {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let built = ServiceBuilder::new()
        .layer(cache_control(lasting))
        .layer(vary_by_encoding())
        .service(built);
    let mut router = Router::new().nest_service(&format!("/{}", options.site_pkg_dir), built);

    // One route per file of `public/`, so that other paths never reach the disk.
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    for entry in entries {
        let (name, path) = (entry.file_name(), entry.path());
        let Some(name) = name
            .to_str()
            .filter(|name| path.is_file() && !name.starts_with('.'))
        else {
            continue;
        };
        let file = ServiceBuilder::new()
            .layer(cache_control("public, max-age=3600"))
            .service(ServeFile::new(&path));
        router = router.route_service(&format!("/{name}"), file);
    }
    router
}

type CacheLayer = SetResponseHeaderLayer<Choose>;

/// Sets `Cache-Control` depending on the status: errors are not cached.
#[derive(Clone, Copy, Debug)]
struct Choose(&'static str);

impl<B> tower_http::set_header::MakeHeaderValue<Response<B>> for Choose {
    fn make_header_value(&mut self, response: &Response<B>) -> Option<HeaderValue> {
        Some(HeaderValue::from_static(match response.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED => self.0,
            _ => "no-store",
        }))
    }
}

fn cache_control(value: &'static str) -> CacheLayer {
    SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, Choose(value))
}

fn vary_by_encoding() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::appending(header::VARY, HeaderValue::from_static("accept-encoding"))
}
