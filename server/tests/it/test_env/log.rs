//! Everything that this process logs, at the most talkative level.

use std::{
    io,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, filter_fn},
    fmt,
    prelude::*,
};

/// The log since a moment.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    from: usize,
}

impl Log {
    /// The log from here on.
    pub(crate) fn from_now() -> Self {
        let written = lock(lines()).len();
        Self { from: written }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&lock(lines())[self.from..]).into_owned()
    }

    /// The lines of this very test that contain all of `words`. Tests that share a process share the log; each has a
    /// thread of its own, where all parts of its world run.
    pub(crate) fn lines_with(&self, words: &[&str]) -> Vec<String> {
        let text = self.text();
        let thread = std::thread::current();
        let of_this_test = format!(" {} ", thread.name().unwrap());
        let fits = |line: &&str| {
            line.contains(&of_this_test) && words.iter().all(|word| line.contains(word))
        };
        text.lines().filter(fits).map(str::to_owned).collect()
    }
}

type Written = Arc<Mutex<Vec<u8>>>;

/// Starts the log where it has not been started.
fn lines() -> &'static Written {
    static WRITTEN: OnceLock<Written> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let written = Written::default();
        let writer = written.clone();
        let layer = fmt::layer()
            .with_ansi(false)
            .with_thread_names(true)
            .with_writer(move || Pen(writer.clone()))
            .with_filter(LevelFilter::TRACE)
            // The jar of the browser that these tests drive; no part of any server.
            .with_filter(filter_fn(|metadata| {
                !metadata.target().starts_with("cookie_store")
            }));
        tracing_subscriber::registry().with(layer).init();
        written
    })
}

fn lock(written: &Written) -> std::sync::MutexGuard<'_, Vec<u8>> {
    written.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Pen(Written);

impl io::Write for Pen {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
