//! The local tenant, with one site and one API.

use tenant::{Settings, Tenant};
use url::Url;

use crate::{Port, serve};

/// The identifier of the API that the examples call.
pub const AUDIENCE: &str = "https://products.example.com";

/// A running tenant. Its users are `alice@example.com` and `bob@example.com`.
#[derive(Debug)]
pub struct TestTenant {
    /// The issuer, `AUTH0_DOMAIN` of a site.
    pub issuer: String,
    variables: Vec<(&'static str, String)>,
}

impl TestTenant {
    /// Starts a tenant for the site at `site`.
    pub async fn start(site: &str) -> Self {
        let port = Port::reserve();
        let issuer = format!("http://{}/", port.address());
        let site_url = Url::parse(site).unwrap();
        let settings = Settings::local(
            Url::parse(&issuer).unwrap(),
            &site_url,
            "local-client-secret",
        );
        let variables = settings.site_variables(&site_url);
        let tenant = Tenant::open(settings).await.unwrap();
        serve(port, tenant.router());
        Self { issuer, variables }
    }

    /// Returns the variables of a site of this tenant, followed by `further`. The last value of a name counts.
    pub fn variables<'a>(&'a self, further: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let own = self.variables.iter();
        own.map(|(name, value)| (*name, value.as_str()))
            .chain(further.iter().copied())
            .collect()
    }
}
