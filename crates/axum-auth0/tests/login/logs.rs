//! Everything that is logged, at the finest level, and the search for secrets in it.

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
};

use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

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

fn buffer() -> &'static Buffer {
    static BUFFER: OnceLock<Buffer> = OnceLock::new();
    BUFFER.get_or_init(|| {
        let buffer = Buffer::default();
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(buffer.clone())
            .init();
        buffer
    })
}

/// Starts writing down what is logged.
pub(crate) fn capture() {
    buffer();
}

/// What was logged in this process up to now.
pub(crate) fn written() -> String {
    String::from_utf8_lossy(&buffer().0.lock().unwrap()).into_owned()
}

/// Texts that must not appear anywhere but where they belong: tokens, codes, secrets, cookies.
#[derive(Clone, Default)]
pub(crate) struct Canaries(Arc<Mutex<Vec<(&'static str, String)>>>);

impl Canaries {
    pub(crate) fn plant(&self, kind: &'static str, secret: &str) {
        // What is short could appear by chance.
        if secret.len() < 12 {
            return;
        }
        let mut planted = self.0.lock().unwrap();
        if !planted.iter().any(|(_, known)| known == secret) {
            planted.push((kind, secret.to_owned()));
        }
        // The part of a JWT that says something.
        if let [_, payload, _] = secret.split('.').collect::<Vec<_>>()[..]
            && payload.len() >= 12
        {
            planted.push((kind, payload.to_owned()));
        }
    }

    /// The kinds of secrets that `text` contains.
    pub(crate) fn found_in(&self, text: &str) -> Vec<&'static str> {
        let planted = self.0.lock().unwrap();
        planted
            .iter()
            .filter(|(_, secret)| text.contains(secret.as_str()))
            .map(|(kind, _)| *kind)
            .collect()
    }

    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .map(|(kind, _)| *kind)
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}
