//! Captures the log of this process at level `TRACE`.

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
};

use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, filter_fn},
    fmt::{self, MakeWriter},
    prelude::*,
};

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Buffer {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// A further layer of the subscriber.
pub type FurtherLayer =
    Box<dyn tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync>;

static BUFFER: OnceLock<Buffer> = OnceLock::new();

fn buffer() -> &'static Buffer {
    buffer_with(None)
}

fn buffer_with(further: Option<FurtherLayer>) -> &'static Buffer {
    BUFFER.get_or_init(|| {
        let buffer = Buffer::default();
        let layer = fmt::layer()
            .with_ansi(false)
            .with_thread_names(true)
            .with_writer(buffer.clone())
            .with_filter(LevelFilter::TRACE)
            // Excludes the cookie jar of the test client, which is not part of a server.
            .with_filter(filter_fn(|metadata| {
                !metadata.target().starts_with("cookie_store")
            }));
        tracing_subscriber::registry()
            .with(further)
            .with(layer)
            .init();
        buffer
    })
}

/// Starts to capture the log, and adds a layer to the subscriber of this process.
///
/// # Panics
/// If the log is captured already, as it is if another test of the process started before.
pub fn start_with(layer: FurtherLayer) {
    assert!(BUFFER.get().is_none(), "the subscriber is installed");
    buffer_with(Some(layer));
}

/// Starts to capture the log.
pub fn start() {
    buffer();
}

/// Returns the complete log of this process.
pub fn captured() -> String {
    String::from_utf8_lossy(&buffer().0.lock().unwrap()).into_owned()
}

/// The log since [`start`](Self::start).
#[derive(Clone, Debug)]
pub struct LogCapture {
    offset: usize,
}

impl LogCapture {
    /// Captures the log from now on.
    pub fn start() -> Self {
        Self {
            offset: buffer().0.lock().unwrap().len(),
        }
    }

    /// Returns the log of this process since [`start`](Self::start).
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&buffer().0.lock().unwrap()[self.offset..]).into_owned()
    }

    /// Returns the lines of the calling test that contain all of `words`. Tests in the same process share the log; each has
    /// its own thread, on which its servers run too.
    pub fn lines_with(&self, words: &[&str]) -> Vec<String> {
        let text = self.text();
        let thread = std::thread::current();
        let thread_name = format!(" {} ", thread.name().unwrap());
        let matches = |line: &&str| {
            line.contains(&thread_name) && words.iter().all(|word| line.contains(word))
        };
        text.lines().filter(matches).map(str::to_owned).collect()
    }
}
