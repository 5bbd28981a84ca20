//! Server functions, one file per resource. Each one begins with a guard; what follows is a few lines.

pub mod products;
