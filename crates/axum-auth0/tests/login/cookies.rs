//! Foreign cookies: of scripts, of subdomains, of another application on the same host.

use axum::body::Body;
use http::{HeaderValue, Method, StatusCode, header};
use test_support::{Browser, browser::TestResponse};

use crate::app::{TestEnv, TestEnvBuilder};

/// Sends a request with `cookies` before or after those of the browser, in the same header or in a separate one.
async fn with_cookies(
    browser: &mut Browser,
    path: &str,
    neighbour: &[u8],
    place: Place,
) -> TestResponse {
    let own: Vec<String> = browser
        .jar
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let own = own.join("; ").into_bytes();
    let fields = match place {
        Place::Before => vec![[neighbour, b"; ", &own].concat()],
        Place::Behind => vec![[&own, &b"; "[..], neighbour].concat()],
        Place::Apart => vec![neighbour.to_vec(), own],
    };
    let mut request = browser.navigation(path);
    let headers = request.headers_mut().unwrap();
    headers.remove(header::COOKIE);
    for field in fields {
        headers.append(header::COOKIE, HeaderValue::from_bytes(&field).unwrap());
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Before,
    Behind,
    Apart,
}

const PLACES: [Place; 3] = [Place::Before, Place::Behind, Place::Apart];

const NEIGHBOURS: &[&[u8]] = &[
    b"name=J\xfcrgen",
    "name=Jürgen".as_bytes(),
    "näme=1".as_bytes(),
    b"\xff\xfe\xfd",
    b"name=\"a b\"; =; ;;",
    b"name=%FF%00",
    b"session",
    b"session=x",
    // The session of another application: a valid identifier.
    b"session=AAAAAAAAAAAAAAAAAAAAAA",
];

#[tokio::test]
async fn an_invalid_cookie_does_not_break_a_login() {
    let env = TestEnv::new().await;
    for neighbour in NEIGHBOURS {
        for place in PLACES {
            let mut browser = env.browser();
            let returned = browser
                .authorize_without_callback(&env.provider, "alice")
                .await;
            let response = with_cookies(&mut browser, &returned.path(), neighbour, place).await;
            assert_eq!(
                response.location(),
                "/products?page=2",
                "{neighbour:?} {place:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_invalid_cookie_does_not_break_a_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for neighbour in NEIGHBOURS {
        for place in PLACES {
            let response = with_cookies(&mut browser, "/whoami", neighbour, place).await;
            assert_eq!(response.body, "auth0|alice", "{neighbour:?} {place:?}");
            assert!(response.set_cookies().is_empty(), "{neighbour:?} {place:?}");
        }
    }
}

#[tokio::test]
async fn a_cookie_of_a_subdomain_is_not_accepted_as_the_session() {
    let env = TestEnvBuilder::new()
        .set("APP_BASE_URL", "https://site.example")
        .build()
        .await;
    let mallory = env.logged_in("mallory").await;
    let evil = mallory.session().unwrap();
    let mut browser = env.logged_in("alice").await;
    for name in [
        "__Host%2Dsession",
        "%5F_Host-session",
        "\u{2003}__Host-session",
    ] {
        let neighbour = format!("{name}={evil}");
        for place in PLACES {
            let response = with_cookies(&mut browser, "/whoami", neighbour.as_bytes(), place).await;
            assert_eq!(response.body, "auth0|alice", "{name:?} {place:?}");
        }
        let mut anonymous = env.browser();
        let request = anonymous
            .request(Method::GET, "/whoami")
            .header(header::COOKIE, neighbour.as_bytes());
        let response = anonymous.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.body, "anonymous", "{name:?}");
    }
}

#[tokio::test]
async fn two_applications_on_one_host_do_not_share_cookies() {
    let env = TestEnv::new().await;
    let other = TestEnvBuilder::new()
        .set("APP_BASE_URL", "http://localhost:3001")
        .set("AUTH0_COOKIE_NAME", "orders")
        .set("AUTH0_SECRET", "another-AUTH0_SECRET-9876543210-zyxwvutsrq")
        .build()
        .await;
    let mut here = env.logged_in("alice").await;
    let pending_here = here
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let mut there = other.browser();
    there.jar.clone_from(&here.jar);
    there.log_in(&other.provider, "bob").await;
    let pending_at_other_app = there
        .authorize_without_callback(&other.provider, "bob")
        .await;
    // Browsers do not separate cookies by port.
    here.jar.clone_from(&there.jar);
    assert_eq!(here.whoami().await, "auth0|alice");
    assert_eq!(
        here.get(&pending_here.path()).await.location(),
        "/products?page=2"
    );
    here.post("/auth/logout", "").await;
    there.jar.clone_from(&here.jar);
    assert_eq!(there.whoami().await, "auth0|bob");
    assert_eq!(
        there.get(&pending_at_other_app.path()).await.location(),
        "/products?page=2"
    );
}

#[tokio::test]
async fn a_login_does_not_remove_the_pending_logins_of_another_application() {
    let env = TestEnv::new().await;
    // The same cookie names, different keys.
    let other = TestEnvBuilder::new()
        .set("AUTH0_SECRET", "another-AUTH0_SECRET-9876543210-zyxwvutsrq")
        .build()
        .await;
    let mut browser = env.browser();
    let mut foreign = other.browser();
    for _ in 0..4 {
        foreign.start_login("/").await;
    }
    foreign
        .jar
        .insert("txn_0123456789abcdef".to_owned(), "forged".to_owned());
    browser.jar.clone_from(&foreign.jar);
    for tab in 0..6 {
        browser.start_login(&format!("/tab/{tab}")).await;
        env.clock.advance(1);
    }
    for (name, value) in &foreign.jar {
        assert_eq!(browser.jar.get(name), Some(value), "{name} is not ours");
    }
    assert_eq!(browser.pending_logins(), 5 + 4);
}

#[tokio::test]
async fn the_session_of_another_application_is_not_removed() {
    let env = TestEnv::new().await;
    let other = TestEnvBuilder::new()
        .set(
            "AUTH0_SECRET",
            "one-more-AUTH0_SECRET-0246813579-qwertzuiop",
        )
        .build()
        .await;
    let foreign = other.logged_in("bob").await;
    let mut browser = env.browser();
    browser.jar.clone_from(&foreign.jar);
    for path in ["/whoami", "/products", "/auth/profile", "/auth/login"] {
        browser.get(path).await;
        assert_eq!(browser.session(), foreign.session(), "{path}");
    }
    assert_eq!(browser.whoami().await, "anonymous");
    // An application with the same store but another secret cannot read it either.
    let stranger = env
        .restarted(&[(
            "AUTH0_SECRET",
            Some("another-AUTH0_SECRET-9876543210-zyxwvutsrq"),
        )])
        .await;
    let mut browser = env.logged_in("alice").await.with_router(&stranger);
    let session = browser.session().cloned();
    assert_eq!(browser.whoami().await, "anonymous");
    assert_eq!(browser.session(), session.as_ref());
    // A malformed session cookie belongs to no application.
    browser.jar.insert("session".to_owned(), "x".to_owned());
    browser.whoami().await;
    assert!(!browser.has_session());
}

/// nginx refuses a header line of more than 8 KiB.
const NGINX: usize = 8 * 1024;

#[tokio::test]
async fn pending_logins_in_many_tabs_keep_the_cookie_header_small() {
    let env = TestEnv::new().await;
    for (path, organization) in [(1_000, 500), (1_000, 0), (10, 500), (600, 100)] {
        let mut browser = env.browser();
        let query = format!(
            "/auth/login?returnTo=%2F{}&organization={}",
            "a".repeat(path),
            "o".repeat(organization)
        );
        for tab in 0..6 {
            let response = browser.get(&query).await;
            assert_eq!(response.status, StatusCode::SEE_OTHER);
            let request = browser.navigation("/").body(()).unwrap();
            let bytes = request.headers()[header::COOKIE].len();
            assert!(bytes < NGINX - 1024, "{path} {organization} {tab}: {bytes}");
            env.clock.advance(1);
        }
        // The last one can complete.
        assert!(browser.pending_logins() >= 1);
    }
}

/// RFC 6265bis §5.6: a browser keeps no cookie whose name and value have more than 4,096 bytes.
#[tokio::test]
async fn the_longest_transaction_fits_into_a_cookie() {
    let audience = format!("https://{}", "a".repeat(504));
    for organization in ["o".repeat(512), "%22".repeat(512), "%C3%BC".repeat(256)] {
        let env = TestEnvBuilder::new()
            .set("AUTH0_AUDIENCE", &audience)
            .build()
            .await;
        let mut browser = env.browser();
        let path = format!("%2F{}", "p".repeat(1_023));
        let query = format!("/auth/login?returnTo={path}&organization={organization}");
        let response = browser.get(&query).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
        assert_eq!(browser.pending_logins(), 1, "{}", &organization[..3]);
    }
}

#[tokio::test]
async fn foreign_cookies_count_towards_the_size_of_the_header() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    browser.jar.insert("other".to_owned(), "o".repeat(3_900));
    let mut last = None;
    for tab in 0..4 {
        let long = format!("/{}{tab}", "a".repeat(900));
        last = Some((browser.start_login(&long).await, long));
        env.clock.advance(1);
    }
    let request = browser.navigation("/").body(()).unwrap();
    assert!(request.headers()[header::COOKIE].len() < NGINX - 1024);
    assert!(browser.jar.contains_key("other"));
    let (response, path) = last.unwrap();
    let returned = env.provider.authorize(response.location(), "alice");
    assert_eq!(browser.get(&returned.path()).await.location(), path);
}
