//! QR codes as SVG, which needs no image source in the Content Security Policy.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};

use super::layout::Escaped;

/// Modules of the border (ISO/IEC 18004 §5.3.8).
const QUIET_ZONE: usize = 4;

/// Returns the QR code of `text`, or nothing if it is too long for one. `label` is for screen readers.
pub(super) fn qr_code(text: &str, label: &str) -> String {
    let Ok(code) = QrCode::new(text) else {
        return String::new();
    };
    let width = code.width();
    let mut path = String::new();
    for (position, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (position % width + QUIET_ZONE, position / width + QUIET_ZONE);
            // Writing to a String does not fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let size = width + 2 * QUIET_ZONE;
    format!(
        "<svg class=\"qr\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"{label}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>",
        label = Escaped(label),
    )
}
