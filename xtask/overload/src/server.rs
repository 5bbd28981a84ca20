//! The server under load, with its local tenant and APIs, in a folder of its own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use http::StatusCode;
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::{
    Error,
    client::{Client, Target},
    cores::Cores,
};

const MAX_START: Duration = Duration::from_mins(1);

/// A running server. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    id: u32,
    folder: TempDir,
    cores: Option<Cores>,
}

impl Server {
    /// Starts `executable` with the files in `site` and further variables, and waits until it is ready.
    pub(crate) async fn start(
        cores: Option<Cores>,
        executable: &Path,
        site: &Path,
        variables: &[(&str, String)],
    ) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let log = fs::File::create(folder.path().join("log"))?;
        let mut command = match &cores {
            Some(cores) => cores.command(executable),
            None => Command::new(executable),
        };
        command
            .current_dir(folder.path())
            .env("LEPTOS_SITE_ADDR", address.to_string())
            .env("LEPTOS_SITE_ROOT", site)
            .env("LOCAL_SERVICES_DIR", folder.path().join("local"))
            .env("RUST_LOG", "warn")
            // All logins come from one address.
            .env("AUTH0_LOGIN_RATE_LIMIT", "0")
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        for name in [
            "AUTH0_DOMAIN",
            "AUTH0_CLIENT_ID",
            "AUTH0_CLIENT_SECRET",
            "APP_BASE_URL",
        ] {
            command.env_remove(name);
        }
        let child = command.spawn()?;
        let id = child.id().ok_or("the server has ended")?;
        let mut server = Self {
            child,
            address,
            id,
            folder,
            cores,
        };
        server.wait_until_ready().await?;
        Ok(server)
    }

    async fn wait_until_ready(&mut self) -> Result<(), Error> {
        let target = Target::public(self.address, "/readyz");
        let (begin, mut client) = (Instant::now(), Client::new(&target));
        while !matches!(client.get().await, Ok(StatusCode::OK)) {
            if self.child.try_wait()?.is_some() || begin.elapsed() > MAX_START {
                let log = fs::read_to_string(self.folder.path().join("log"))?;
                return Err(format!("the server does not get ready:\n{log}").into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Describes what is measured.
    pub(crate) fn description(&self) -> String {
        match &self.cores {
            Some(cores) => format!("the server has {cores}, the load the others"),
            None => {
                "the server and the load share all cores, so the figures are too low".to_owned()
            }
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the process's id.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Returns the size of the session store's files.
    pub(crate) fn stored_bytes(&self) -> Result<u64, Error> {
        let mut total = 0;
        for file in session_files(self.folder.path())? {
            total += fs::metadata(file)?.len();
        }
        Ok(total)
    }

    /// Stops the server, and waits for it.
    pub(crate) async fn stop(mut self) -> Result<(), Error> {
        self.child.kill().await?;
        Ok(())
    }
}

/// Returns the files below `folder` whose name begins with `sessions`.
fn session_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(session_files(&path)?);
        } else if path
            .file_name()
            .is_some_and(|it| it.to_string_lossy().starts_with("sessions"))
        {
            files.push(path);
        }
    }
    Ok(files)
}
