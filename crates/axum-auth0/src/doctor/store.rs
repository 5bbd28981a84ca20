//! Whether sessions can be kept. Nothing is written, and no schema is changed: the site may be running.

use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};

use super::{Check, Finding, examination::Examiner};
use crate::config::{Config, StoreLocation};

const ID: &str = "session_store";

pub(super) async fn check(examiner: &Examiner) -> Check {
    if let Some(store) = examiner.store() {
        return match store.ping().await {
            Ok(()) => Check::ok(ID, "The session store answers."),
            Err(error) => unusable(&error.to_string()),
        };
    }
    match &examiner.config().session_store {
        StoreLocation::Memory => memory(examiner.config()),
        StoreLocation::Sqlite(path) => sqlite(path).await,
    }
}

fn memory(config: &Config) -> Check {
    if !config.is_https() {
        return Check::ok(ID, "Sessions are kept in memory, and end with the process.");
    }
    Check::warning(
        ID,
        "Every restart logs everybody out.",
        Finding::new(
            "sessions_in_memory",
            "AUTH0_SESSION_STORE is memory:, so sessions end with the process and no second process knows them.",
            "Set AUTH0_SESSION_STORE=sqlite:data/sessions.db, with a path that survives a restart.",
        ),
    )
}

async fn sqlite(path: &Path) -> Check {
    if !path.exists() {
        return match folder_to_be(path) {
            Ok(()) => Check::ok(
                ID,
                format!("{} is made at the first start.", path.display()),
            ),
            Err(error) => unusable(&error.to_string()),
        };
    }
    // Opened for writing and left alone: the file system says whether it would let us.
    if let Err(error) = OpenOptions::new().append(true).open(path) {
        return unusable(&format!("{} cannot be written: {error}", path.display()));
    }
    match read(path).await {
        Ok(()) => Check::ok(ID, format!("The session store {} opens.", path.display())),
        Err(error) => unusable(&format!("{} cannot be read: {error}", path.display())),
    }
}

async fn read(path: &Path) -> Result<(), sqlx::Error> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(Duration::from_secs(2))
        .connect()
        .await?;
    sqlx::query("SELECT count(*) FROM sqlite_schema")
        .execute(&mut connection)
        .await?;
    connection.close().await
}

/// The nearest folder above `path` that is there has to be a folder that can be written.
fn folder_to_be(path: &Path) -> io::Result<()> {
    let above = path
        .ancestors()
        .skip(1)
        .map(|folder| {
            if folder.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                folder.to_owned()
            }
        })
        .find(|folder| folder.exists())
        .unwrap_or_else(|| PathBuf::from("."));
    let about = above.metadata()?;
    if !about.is_dir() {
        let text = format!("{} is no folder", above.display());
        return Err(io::Error::new(io::ErrorKind::NotADirectory, text));
    }
    if about.permissions().readonly() {
        let text = format!("{} cannot be written", above.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok(())
}

fn unusable(why: &str) -> Check {
    Check::problem(
        ID,
        "Sessions cannot be kept.",
        Finding::new(
            "session_store_unusable",
            format!("The store that AUTH0_SESSION_STORE names does not work: {why}."),
            "Set AUTH0_SESSION_STORE=sqlite:PATH with a path whose folder this program may write; a file there must be a \
             database of this program.",
        ),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        doctor::Status,
        stores::{SqliteStore, Store as _},
    };

    #[tokio::test]
    async fn a_store_that_is_not_there_yet_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/sessions.db");
        assert_eq!(sqlite(&path).await.status, Status::Ok);
        assert!(!path.exists() && !path.parent().unwrap().exists());
    }

    #[tokio::test]
    async fn a_store_in_use_is_right_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let store = SqliteStore::open(&path).await.unwrap();
        store.ping().await.unwrap();
        let before = std::fs::read(&path).unwrap();
        assert_eq!(sqlite(&path).await.status, Status::Ok);
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_and_a_folder_that_is_a_file_are_problems() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.txt");
        std::fs::write(
            &file,
            "not a database, but long enough to be taken for one".repeat(50),
        )
        .unwrap();
        for path in [file.clone(), file.join("sessions.db")] {
            let check = sqlite(&path).await;
            assert_eq!(check.status, Status::Problem, "{check:?}");
            assert_eq!(check.code, Some("session_store_unusable"));
        }
    }
}
