//! The module graph of a crate, drawn from its sources.
//!
//! A node is a module. Module A depends on module B if non-test code of A names a path that leads into B, in a `use`, a
//! type, an expression or a macro call. A name that is re-exported counts as an edge to the module that defines it.
//!
//! Cycles are looked for at each level, among the modules that have the same parent: `a` depends on `b` if anything
//! in or below `a` names anything in or below `b`. A module and its parent are one node, so a child may use the items
//! that its parent defines.

mod graph;
mod packages;
mod resolve;
mod tree;
mod visitor;

pub use graph::{Cycle, Edge, Graph, Location};
pub use packages::{Target, targets};
pub use tree::{Error, Tree};
