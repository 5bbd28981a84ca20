//! The modules of one target: files are found as rustc finds them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use syn::{Item, ItemMod};

use crate::visitor::{
    Collector, Import, Reference, is_test_only, item_name, path_attribute, plain,
};

/// An index into the modules of a [`Tree`].
pub(crate) type ModuleId = usize;

/// The root module of every tree.
pub(crate) const ROOT: ModuleId = 0;

/// All modules of a target, without those that exist only for tests.
#[derive(Debug)]
pub struct Tree {
    pub(crate) modules: Vec<Module>,
}

#[derive(Debug, Default)]
pub(crate) struct Module {
    /// The names from the root to this module; empty for the root.
    pub(crate) path: Vec<String>,
    pub(crate) parent: Option<ModuleId>,
    pub(crate) file: PathBuf,
    pub(crate) children: BTreeMap<String, ModuleId>,
    /// The names that are defined here.
    pub(crate) items: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    pub(crate) references: Vec<Reference>,
}

/// A source file that cannot be read or parsed.
#[derive(Debug)]
pub struct Error {
    file: PathBuf,
    reason: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.reason)
    }
}

impl std::error::Error for Error {}

impl Tree {
    /// Reads the target whose root is `file`, and every module file that it declares.
    ///
    /// # Errors
    /// If a file is missing or is not Rust.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let mut tree = Self {
            modules: vec![Module {
                file: file.to_owned(),
                ..Module::default()
            }],
        };
        tree.read_file(ROOT, file, parent_of(file))?;
        Ok(tree)
    }

    /// Returns the number of modules, the root included.
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// Returns whether there is no module; never the case after [`Self::read`].
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// `folder` holds the files of the modules that `file` declares.
    fn read_file(&mut self, id: ModuleId, file: &Path, folder: &Path) -> Result<(), Error> {
        let failed = |reason: String| Error {
            file: file.to_owned(),
            reason,
        };
        let text = fs::read_to_string(file).map_err(|e| failed(e.to_string()))?;
        let parsed = syn::parse_file(&text).map_err(|e| {
            failed(format!(
                "does not parse at line {}: {e}",
                e.span().start().line
            ))
        })?;
        if is_test_only(&parsed.attrs) {
            return Ok(());
        }
        self.read_items(id, &parsed.items, file, folder)
    }

    fn read_items(
        &mut self,
        id: ModuleId,
        items: &[Item],
        file: &Path,
        folder: &Path,
    ) -> Result<(), Error> {
        let mut collector = Collector::default();
        for item in items {
            match item {
                Item::Mod(declared) if is_test_only(&declared.attrs) => {}
                Item::Mod(declared) => self.read_module(id, declared, file, folder)?,
                item => {
                    self.modules[id].items.extend(item_name(item));
                    collector.collect(item);
                }
            }
        }
        let module = &mut self.modules[id];
        module.imports.extend(collector.imports);
        module.references.extend(collector.references);
        Ok(())
    }

    fn read_module(
        &mut self,
        parent: ModuleId,
        declared: &ItemMod,
        file: &Path,
        folder: &Path,
    ) -> Result<(), Error> {
        let name = plain(&declared.ident);
        let below = folder.join(&name);
        if let Some((_, items)) = &declared.content {
            let id = self.child(parent, name, file);
            return self.read_items(id, items, file, &below);
        }
        if let Some(path) = path_attribute(&declared.attrs) {
            let file = parent_of(file).join(path);
            let id = self.child(parent, name, &file);
            return self.read_file(id, &file, parent_of(&file));
        }
        let mut child = folder.join(format!("{name}.rs"));
        if !child.is_file() {
            child = below.join("mod.rs");
        }
        let id = self.child(parent, name, &child);
        self.read_file(id, &child, &below)
    }

    /// The same module again if `name` is declared once per platform.
    fn child(&mut self, parent: ModuleId, name: String, file: &Path) -> ModuleId {
        let new = self.modules.len();
        let id = *self.modules[parent]
            .children
            .entry(name.clone())
            .or_insert(new);
        if id == new {
            let mut path = self.modules[parent].path.clone();
            path.push(name);
            self.modules.push(Module {
                path,
                parent: Some(parent),
                file: file.to_owned(),
                ..Module::default()
            });
        }
        id
    }
}

fn parent_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}
