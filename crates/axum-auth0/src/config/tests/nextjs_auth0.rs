//! A `.env.local` of nextjs-auth0, as its README and the Auth0 dashboard write it.

use std::fs;

use secrecy::ExposeSecret;

use super::*;

const FILE: &str = r#"# Auth0
AUTH0_DOMAIN=your-tenant.us.auth0.com
AUTH0_CLIENT_ID='dLkzdLkz1234567890'
AUTH0_CLIENT_SECRET="a-client-secret_with-symbols=="
# use [openssl rand -hex 32] to generate a 32 bytes value
AUTH0_SECRET='2d0c4f9b1e1f4c52a8e6c0b7d3f5a9182d0c4f9b1e1f4c52a8e6c0b7d3f5a918'
APP_BASE_URL=http://localhost:3000 # optional for dynamic preview environments
AUTH0_AUDIENCE=https://products.example.com
AUTH0_SCOPE=openid profile email offline_access read:products

NEXT_PUBLIC_BASE_PATH=/dashboard
NEXT_PUBLIC_LOGIN_ROUTE=/login
NEXT_PUBLIC_PROFILE_ROUTE="/api/me"
NEXT_PUBLIC_ACCESS_TOKEN_ROUTE=/api/auth/token

AUTH0_COOKIE_DOMAIN=
AUTH0_COOKIE_PATH=
AUTH0_COOKIE_TRANSIENT=true
AUTH0_COOKIE_SECURE=
AUTH0_COOKIE_SAME_SITE=lax
AUTH0_DPOP_CLOCK_SKEW=30
AUTH0_DPOP_CLOCK_TOLERANCE=45
AUTH0_MFA_TOKEN_TTL=300
AUTH0_RETRY_DELAY=100
AUTH0_RETRY_JITTER=true
NEXT_PUBLIC_MFA_VERIFY_ROUTE=/api/mfa/verify

# Others
export NODE_ENV=development
NEXT_PUBLIC_SITE_NAME=My shop
DATABASE_URL="postgres://shop:secret@localhost/shop?schema=public"
GREETING=It is a "nice" day
PRODUCTS_API_URL=http://127.0.0.1:4001
"#;

const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIN9P/wh3TDc3NOs6liOQJQKNK9XbjCo/66yumB4m4/v4
-----END PRIVATE KEY-----";

fn read_file(text: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env.local"), text).unwrap();
    read(&Variables::from_env_files(folder.path()).unwrap())
}

#[test]
fn an_env_local_of_nextjs_auth0_works_as_it_is() {
    let config = read_file(FILE).unwrap();
    assert_eq!(config.issuer.as_str(), "https://your-tenant.us.auth0.com/");
    assert_eq!(config.client_id, "dLkzdLkz1234567890");
    assert_eq!(
        config.client_secret().map(ExposeSecret::expose_secret),
        Some("a-client-secret_with-symbols==")
    );
    assert_eq!(
        config.base_url().as_str(),
        "http://localhost:3000/dashboard"
    );
    let routes = config.routes();
    assert_eq!(routes.login_path(), "/dashboard/login");
    assert_eq!(routes.profile_path(), "/dashboard/api/me");
    assert_eq!(routes.access_token_path(), "/dashboard/api/auth/token");
    assert!(config.cookie().transient());
    assert_eq!(config.cookie().same_site(), SameSite::Lax);
    assert!(config.scope.iter().any(|scope| scope == "read:products"));
    // What has no effect is said, and nothing else.
    let warned: Vec<_> = config.warnings().iter().map(|it| &*it.variable).collect();
    let expected = [
        "AUTH0_DPOP_CLOCK_TOLERANCE",
        "AUTH0_MFA_TOKEN_TTL",
        "AUTH0_RETRY_DELAY",
        "AUTH0_RETRY_JITTER",
        "NEXT_PUBLIC_MFA_VERIFY_ROUTE",
    ];
    for name in expected {
        assert!(warned.contains(&name), "{name}: {warned:?}");
    }
}

#[test]
fn a_private_key_of_several_lines_is_read() {
    for key in [KEY.to_owned(), KEY.replace('\n', "\\n")] {
        let without_secret = FILE.replace("AUTH0_CLIENT_SECRET=", "OTHER_SECRET=");
        let text = format!("AUTH0_CLIENT_ASSERTION_SIGNING_KEY=\"{key}\"\n{without_secret}");
        read_file(&text).unwrap();
    }
}

#[test]
fn settings_that_would_weaken_the_site_are_refused() {
    for (from, to, variable) in [
        (
            "SAME_SITE=lax",
            "SAME_SITE=strict",
            "AUTH0_COOKIE_SAME_SITE",
        ),
        (
            "APP_BASE_URL=http://localhost:3000 ",
            "APP_BASE_URL=https://a.example,https://b.example ",
            "APP_BASE_URL",
        ),
        (
            "APP_BASE_URL=http://localhost:3000 ",
            "APP_BASE_URL= ",
            "APP_BASE_URL",
        ),
    ] {
        let error = read_file(&FILE.replace(from, to)).unwrap_err();
        let named: Vec<_> = error.problems().iter().map(|it| &*it.variable).collect();
        assert!(named.contains(&variable), "{to}: {named:?}");
    }
}
