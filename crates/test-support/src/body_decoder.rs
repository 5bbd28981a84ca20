//! Decodes a compressed body as it arrives.

use std::io::Write;

use flate2::write::GzDecoder;

/// Decodes what was written so far, even if the body is not complete.
pub enum BodyDecoder {
    Gzip(Box<GzDecoder<Vec<u8>>>),
    Identity(Vec<u8>),
}

impl BodyDecoder {
    /// Creates a decoder for a `Content-Encoding`; empty for a body that is not compressed.
    ///
    /// # Panics
    /// If the encoding is unknown.
    pub fn new(encoding: &str) -> Self {
        match encoding {
            "gzip" => Self::Gzip(Box::new(GzDecoder::new(Vec::new()))),
            "" => Self::Identity(Vec::new()),
            other => panic!("unknown encoding {other}"),
        }
    }

    /// Decodes the next part of the body.
    pub fn write(&mut self, bytes: &[u8]) {
        let writer: &mut dyn Write = match self {
            Self::Gzip(decoder) => decoder,
            Self::Identity(decoder) => decoder,
        };
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// Returns what is decoded.
    pub fn text(&self) -> String {
        let decoded = match self {
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Identity(decoder) => decoder,
        };
        String::from_utf8_lossy(decoded).into_owned()
    }
}
