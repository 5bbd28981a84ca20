//! Client certificates at the local services (RFC 8705): `AUTH0_MTLS=true`, and `AUTH0_MTLS_BOUND_ACCESS_TOKENS=true` for access
//! tokens that are bound to the certificate.

use std::path::Path;

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    middleware::{Next, from_fn},
    response::Response,
};
use axum_auth0::Variables;
use axum_auth0_bearer::ClientCertificate;
use tenant::{Settings, Tenant, TlsPeer};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{LocalError, port};

const TENANT_TLS_PORT: u16 = 4003;

/// What the variables ask for.
pub(super) struct Tls {
    listener: TcpListener,
    binds_tokens: bool,
}

impl Tls {
    /// Binds the port of the tenant's TLS listener; `None` if `AUTH0_MTLS` is not true.
    pub(super) async fn listen(
        variables: &Variables,
        folder: &Path,
    ) -> Result<Option<Self>, LocalError> {
        if !is_on(variables, "AUTH0_MTLS") {
            return Ok(None);
        }
        Ok(Some(Self {
            listener: port::listen(TENANT_TLS_PORT, &folder.join("tenant-tls-port")).await?,
            binds_tokens: is_on(variables, "AUTH0_MTLS_BOUND_ACCESS_TOKENS"),
        }))
    }

    /// Returns whether access tokens are bound. The APIs then need the client's certificate, and thus TLS.
    pub(super) fn binds_tokens(&self) -> bool {
        self.binds_tokens
    }

    /// Adds the listener to the settings of the tenant. The generated certificate authenticates the site.
    pub(super) fn configure(
        &self,
        settings: Settings,
        folder: &Path,
    ) -> Result<Settings, LocalError> {
        let url = format!("https://{}/", self.listener.local_addr()?);
        let mut settings = settings.with_mutual_tls(url.parse()?, folder.join("mutual-tls"));
        for application in &mut settings.applications {
            application.certificate_bound_access_tokens = self.binds_tokens;
        }
        Ok(settings)
    }

    /// Serves the tenant, and sets the variables of the generated certificate.
    pub(super) fn start(self, tenant: &Tenant, variables: &mut Variables) -> JoinHandle<()> {
        variables.remove("AUTH0_CLIENT_SECRET");
        for (name, value) in tenant.certificate_variables() {
            variables.set_default(name, value);
        }
        serve(tenant, self.listener, tenant.router())
    }
}

/// Returns whether the site has this variable, which is false by default.
pub(super) fn is_on(variables: &Variables, name: &str) -> bool {
    matches!(variables.get(name), Some("true" | "1"))
}

/// Serves an API with TLS of the tenant's authority, so that it can compare the client's certificate with the token's.
pub(super) fn serve_api(tenant: &Tenant, listener: TcpListener, api: Router) -> JoinHandle<()> {
    serve(tenant, listener, api.layer(from_fn(read_certificate)))
}

/// Hands the certificate of the connection to `axum-auth0-bearer`. The service needs [`TlsPeer`] as its connect info.
pub async fn read_certificate(
    ConnectInfo(peer): ConnectInfo<TlsPeer>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(der) = peer.certificate() {
        let certificate = ClientCertificate::from_der(der);
        request.extensions_mut().insert(certificate);
    }
    next.run(request).await
}

fn serve(tenant: &Tenant, listener: TcpListener, router: Router) -> JoinHandle<()> {
    let listener = tenant.tls_listener(listener);
    tokio::spawn(async move {
        let Some(listener) = listener else { return };
        let service = router.into_make_service_with_connect_info::<TlsPeer>();
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "local service stopped");
        }
    })
}
