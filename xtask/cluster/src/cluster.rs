//! Starts the tenant, the API, the store, the replicas and the proxy, each as a process.

use std::{
    fs, io,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::Mutex;
use url::Url;

use crate::{
    grants::GrantLog,
    operator::Operator,
    program::{Program, clean},
    proxy,
    site::{AUDIENCE, CLIENT_SECRET, SiteEnvironment},
    store::{Store, StoreKind, free_port, wait_until_open},
};

pub(crate) const REPLICAS: usize = 3;
/// Short, so that every session needs refreshes all the time, and so that a token can expire while its replica is paused.
const ACCESS_TOKEN_LIFETIME: &str = "8";

/// The executables of the workspace, and what they need.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Executables {
    /// The server of the site.
    #[arg(long, value_name = "FILE")]
    pub(crate) server: PathBuf,
    /// The local tenant.
    #[arg(long, value_name = "FILE")]
    pub(crate) tenant: PathBuf,
    /// The products API.
    #[arg(long, value_name = "FILE")]
    pub(crate) products_api: PathBuf,
    /// The stylesheet of the site.
    #[arg(long, value_name = "FILE")]
    pub(crate) stylesheet: PathBuf,
}

/// A replica of the site.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) program: Program,
    pub(crate) address: SocketAddr,
}

/// The running processes. Dropping them ends them.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) replicas: Vec<Arc<Mutex<Replica>>>,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) operator: Operator,
    pub(crate) store: Arc<Mutex<Store>>,
    /// The URL of the proxy.
    pub(crate) site: Url,
    pub(crate) tenant: Url,
    services: Vec<Program>,
}

impl Cluster {
    /// Starts all processes. Their logs and data are in `folder`.
    pub(crate) fn start(
        kind: StoreKind,
        executables: &Executables,
        users: usize,
        folder: &Path,
        grants: &GrantLog,
    ) -> io::Result<Self> {
        let (tenant_port, api_port, proxy_port) = (free_port()?, free_port()?, free_port()?);
        let site = url(proxy_port)?;
        let tenant = url(tenant_port)?;
        let mut services = vec![
            start_tenant(executables, folder, tenant_port, &site, users, grants)?,
            start_api(executables, folder, api_port, &tenant)?,
        ];
        let (store, store_url) = Store::start(kind, folder)?;
        let ports = (0..REPLICAS)
            .map(|_| free_port())
            .collect::<io::Result<Vec<_>>>()?;
        let environment = SiteEnvironment::prepare(
            &executables.server,
            &executables.stylesheet,
            folder,
            (&site, &tenant),
            api_port,
            store_url,
        )?;
        let mut replicas = Vec::new();
        for (index, port) in ports.iter().enumerate() {
            let command = environment.replica(*port);
            let mut program = Program::new(&format!("replica {}", index + 1), command, folder)?;
            // All at once, as after a deployment: they create the schema together.
            program.start()?;
            replicas.push(Replica {
                program,
                address: loopback(*port),
            });
        }
        for replica in &mut replicas {
            wait_until_open(replica.address)?;
            replica.program.check_alive()?;
        }
        let mut nginx = proxy::prepare(folder, proxy_port, &ports)?;
        nginx.start()?;
        wait_until_open(loopback(proxy_port))?;
        services.push(nginx);
        Ok(Self {
            addresses: replicas.iter().map(|it| it.address).collect(),
            operator: Operator::new(environment),
            replicas: replicas
                .into_iter()
                .map(|it| Arc::new(Mutex::new(it)))
                .collect(),
            store: Arc::new(Mutex::new(store)),
            site,
            tenant,
            services,
        })
    }

    /// Returns an error if a process that is never disturbed exited.
    pub(crate) fn check_services(&mut self) -> io::Result<()> {
        self.services.iter_mut().try_for_each(Program::check_alive)
    }
}

fn start_tenant(
    executables: &Executables,
    folder: &Path,
    port: u16,
    site: &Url,
    users: usize,
    grants: &GrantLog,
) -> io::Result<Program> {
    let logout = format!("{site}auth/backchannel-logout");
    let mut command = clean(&executables.tenant);
    command
        .args(["--port", &port.to_string()])
        .args(["--app-base-url", site.as_str()])
        .args(["--client-secret", CLIENT_SECRET])
        .args(["--access-token-lifetime", ACCESS_TOKEN_LIFETIME])
        .args(["--users", &users.to_string()])
        .args(["--backchannel-logout-url", &logout])
        .env("RUST_LOG", "warn,tenant::grants=info")
        .env("NO_COLOR", "1");
    let mut tenant = Program::new("tenant", command, folder)?;
    let errors = tenant.start_reading_errors()?;
    let log = folder.join("tenant-events.log");
    let mut log = fs::OpenOptions::new().create(true).append(true).open(log)?;
    grants.follow(errors, move |line| {
        // The log helps to find a cause; without it the run is the same.
        let _ = writeln!(log, "{line}");
    });
    wait_until_open(loopback(port))?;
    Ok(tenant)
}

fn start_api(
    executables: &Executables,
    folder: &Path,
    port: u16,
    tenant: &Url,
) -> io::Result<Program> {
    let mut command = clean(&executables.products_api);
    command
        .args(["--port", &port.to_string()])
        .args(["--issuer", tenant.as_str()])
        .args(["--audience", AUDIENCE])
        .arg("--database")
        .arg(folder.join("products.db"))
        .env("RUST_LOG", "warn");
    let mut api = Program::new("products-api", command, folder)?;
    api.start()?;
    wait_until_open(loopback(port))?;
    Ok(api)
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn url(port: u16) -> io::Result<Url> {
    Url::parse(&format!("http://127.0.0.1:{port}/")).map_err(io::Error::other)
}
