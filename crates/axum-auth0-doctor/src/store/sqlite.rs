//! Checks that an `SQLite` file is writable.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{Check, ID, unusable};

/// How long a check waits for a write of another program.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// Checks the file at `path`. `name` must be unique.
pub(super) async fn check(path: &Path, name: &str) -> Check {
    let (path, name) = (path.to_owned(), name.to_owned());
    tokio::task::spawn_blocking(move || check_file(&path, &name))
        .await
        .unwrap_or_else(|error| unusable(&error.to_string()))
}

fn check_file(path: &Path, name: &str) -> Check {
    if !path.exists() {
        return match write_to_folder_of(path, name) {
            Ok(()) => Check::ok(
                ID,
                format!("{} is made at the first start.", path.display()),
            ),
            Err(error) => unusable(&error.to_string()),
        };
    }
    let mut connection = match open(path) {
        Ok(connection) => connection,
        Err(error) => return failed(path, "cannot be read", &error),
    };
    let written = write(&mut connection);
    let closed = connection.close().map_err(|(_, error)| error);
    match written.and(closed) {
        Ok(()) => Check::ok(
            ID,
            format!(
                "The session store {} opens and takes writes.",
                path.display()
            ),
        ),
        Err(error) => failed(path, "cannot be written", &error),
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // SQLite gives a special meaning to some relative paths, such as `:memory:`.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Creates a table in a transaction and rolls it back. This needs the same lock and files as every write.
fn write(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "CREATE TABLE doctor_probe (at INTEGER); INSERT INTO doctor_probe VALUES (1)",
    )?;
    transaction.rollback()
}

fn failed(path: &Path, what: &str, error: &rusqlite::Error) -> Check {
    if is_busy(error) {
        return Check::skipped(
            ID,
            format!(
                "Could not be checked: another program is writing to {}.",
                path.display()
            ),
        );
    }
    unusable(&format!("{} {what}: {error}", path.display()))
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Creates and removes a file in the nearest existing folder above `path`.
fn write_to_folder_of(path: &Path, name: &str) -> io::Result<()> {
    let folder = path
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
    let about = |error: io::Error| {
        let text = format!("{} cannot be written: {error}", folder.display());
        io::Error::new(error.kind(), text)
    };
    let file = folder.join(format!(".doctor-{name}"));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file)
        .and_then(|mut made| made.write_all(b"doctor"));
    let removed = std::fs::remove_file(&file);
    written.map_err(about)?;
    removed.map_err(about)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use axum_auth0::{SqliteStore, store::Store as _};

    use crate::Status;

    #[tokio::test]
    async fn a_store_that_is_not_there_yet_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/sessions.db");
        assert_eq!(check(&path, "test").await.status, Status::Ok);
        assert!(!path.exists() && !path.parent().unwrap().exists());
    }

    #[tokio::test]
    async fn a_store_in_use_is_right_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let store = SqliteStore::open(&path).await.unwrap();
        store.ping().await.unwrap();
        let before = std::fs::read(&path).unwrap();
        assert_eq!(check(&path, "test").await.status, Status::Ok);
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[tokio::test]
    async fn a_store_that_another_program_writes_to_could_not_be_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        drop(SqliteStore::open(&path).await.unwrap());
        let other = open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let result = check(&path, "test").await;
        assert_eq!(result.status, Status::Skipped, "{result:?}");
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(check(&path, "test").await.status, Status::Ok);
    }

    #[tokio::test]
    async fn a_store_that_can_be_read_but_not_written_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        drop(SqliteStore::open(&path).await.unwrap());
        let mut connection = open(&path).unwrap();
        // Fails like a write to a read-only file, even for root.
        connection.pragma_update(None, "query_only", true).unwrap();
        let error = write(&mut connection).unwrap_err();
        let result = failed(&path, "cannot be written", &error);
        assert_eq!(result.code, Some("session_store_unusable"), "{result:?}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_problem_whatever_its_permissions_say() {
        let result = check(Path::new("/proc/sessions/sessions.db"), "test").await;
        assert_eq!(result.status, Status::Problem, "{result:?}");
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
            let result = check(&path, "test").await;
            assert_eq!(result.status, Status::Problem, "{result:?}");
            assert_eq!(result.code, Some("session_store_unusable"));
        }
    }
}
