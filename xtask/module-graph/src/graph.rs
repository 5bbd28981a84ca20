//! Edges between modules that have the same parent, and cycles among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::path::PathBuf;

use crate::tree::{ModuleId, ROOT, Tree};

/// The graph of one target.
#[derive(Debug)]
pub struct Graph<'a> {
    tree: &'a Tree,
    /// From a module to a sibling, with the first place in the code that makes the edge.
    edges: BTreeMap<(ModuleId, ModuleId), Location>,
}

/// A line of code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The source file.
    pub file: PathBuf,
    /// Counts from 1.
    pub line: usize,
}

/// One module uses another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The path of the module that uses.
    pub from: String,
    /// The path of the module that is used.
    pub to: String,
    /// One place where it does.
    pub example: Location,
}

/// Modules with the same parent, each of which depends on each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Their paths.
    pub modules: Vec<String>,
    /// The edges among them.
    pub edges: Vec<Edge>,
}

impl<'a> Graph<'a> {
    /// Resolves every path that the code of `tree` names.
    pub fn new(tree: &'a Tree) -> Self {
        let mut edges = BTreeMap::new();
        for (from, module) in tree.modules.iter().enumerate() {
            for reference in &module.references {
                for to in tree.modules_named(from, &reference.path) {
                    if let Some(edge) = siblings(tree, from, to) {
                        let location = Location {
                            file: module.file.clone(),
                            line: reference.line,
                        };
                        let first = edges.entry(edge).or_insert_with(|| location.clone());
                        *first = location.min(first.clone());
                    }
                }
            }
        }
        Self { tree, edges }
    }

    /// Returns the cycles at each level, the outermost first.
    pub fn cycles(&self) -> Vec<Cycle> {
        let mut cycles = Vec::new();
        for parent in 0..self.tree.modules.len() {
            let reachable = self.reachable_below(parent);
            let mut done = BTreeSet::new();
            for (id, targets) in &reachable {
                if !targets.contains(id) || done.contains(id) {
                    continue;
                }
                let members: BTreeSet<ModuleId> = targets
                    .iter()
                    .copied()
                    .filter(|other| reachable[other].contains(id))
                    .collect();
                cycles.push(self.cycle(&members));
                done.extend(members);
            }
        }
        cycles
    }

    fn cycle(&self, members: &BTreeSet<ModuleId>) -> Cycle {
        let name = |id: &ModuleId| self.tree.modules[*id].path.join("::");
        Cycle {
            modules: members.iter().map(name).collect(),
            edges: self
                .edges
                .iter()
                .filter(|((from, to), _)| members.contains(from) && members.contains(to))
                .map(|((from, to), example)| Edge {
                    from: name(from),
                    to: name(to),
                    example: example.clone(),
                })
                .collect(),
        }
    }

    /// For each child of `parent`, the siblings that it depends on, directly or not.
    fn reachable_below(&self, parent: ModuleId) -> BTreeMap<ModuleId, BTreeSet<ModuleId>> {
        let children = self.tree.modules[parent].children.values();
        children
            .map(|child| {
                let mut found = BTreeSet::new();
                let mut open: Vec<ModuleId> = self.uses(*child).collect();
                while let Some(next) = open.pop() {
                    if found.insert(next) {
                        open.extend(self.uses(next));
                    }
                }
                (*child, found)
            })
            .collect()
    }

    fn uses(&self, id: ModuleId) -> impl Iterator<Item = ModuleId> + '_ {
        self.edges
            .range((id, 0)..=(id, ModuleId::MAX))
            .map(|((_, to), _)| *to)
    }

    /// One line per module, `name -> the siblings that it uses`; a module that uses others comes before them, and its
    /// own modules follow, indented.
    fn write_level(&self, parent: ModuleId, depth: usize, text: &mut String) {
        let reachable = self.reachable_below(parent);
        let mut order: Vec<ModuleId> = reachable.keys().copied().collect();
        let name = |id: ModuleId| self.tree.modules[id].path.last().map_or("", String::as_str);
        // What a module uses reaches fewer modules than it does itself.
        order.sort_by_key(|id| (usize::MAX - reachable[id].len(), name(*id)));
        for id in order {
            let mut used: Vec<&str> = self.uses(id).map(name).collect();
            used.sort_unstable();
            let arrow = if used.is_empty() { "" } else { " -> " };
            let indent = "    ".repeat(depth);
            _ = writeln!(text, "{indent}{}{arrow}{}", name(id), used.join(", "));
            self.write_level(id, depth + 1, text);
        }
    }
}

impl fmt::Display for Graph<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_level(ROOT, 1, &mut text);
        f.write_str(&text)
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.modules.join(", "))?;
        for edge in &self.edges {
            let Location { file, line } = &edge.example;
            write!(
                f,
                "\n    {} -> {}  {}:{line}",
                edge.from,
                edge.to,
                file.display()
            )?;
        }
        Ok(())
    }
}

/// The ancestors of two modules that have the same parent. `None` if one module is in the other, or is the other.
fn siblings(tree: &Tree, from: ModuleId, to: ModuleId) -> Option<(ModuleId, ModuleId)> {
    let (a, b) = (&tree.modules[from].path, &tree.modules[to].path);
    let common = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let ancestor = |id: ModuleId| {
        let steps = tree.modules[id].path.len().checked_sub(common + 1)?;
        (0..steps).try_fold(id, |id, _| tree.modules[id].parent)
    };
    Some((ancestor(from)?, ancestor(to)?))
}
