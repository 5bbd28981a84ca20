//! State of the local services that survives a restart.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use axum_auth0::random::{RandomSource as _, SystemRandom};

/// Secrets of the local services, generated at the first startup.
pub(super) struct State {
    pub(super) secret: String,
    pub(super) client_secret: String,
}

impl State {
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            secret: secret(&folder.join("secret"))?,
            client_secret: secret(&folder.join("client-secret"))?,
        })
    }
}

fn secret(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Ok(text) if text.trim().len() >= 32 => return Ok(text.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    let text: String = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect();
    write_for_owner(path, &text)?;
    Ok(text)
}

/// Creates the file with permissions for its owner only.
fn write_for_owner(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
