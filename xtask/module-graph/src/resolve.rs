//! From a path in the code to the modules that it leads to.

use std::collections::BTreeSet;

use crate::tree::{ModuleId, ROOT, Tree};

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
enum Place {
    Module(ModuleId),
    /// Something that this module defines: a type, a function, and all that a path names inside of it.
    ItemOf(ModuleId),
}

/// Names whose lookup has begun, so that imports which refer to each other end.
type Seen = BTreeSet<(ModuleId, String)>;

impl Tree {
    /// Returns the modules that `path` leads through and to, as seen from the module `from`. Empty for a path into
    /// another crate.
    pub(crate) fn modules_named(&self, from: ModuleId, path: &[String]) -> BTreeSet<ModuleId> {
        let mut named = BTreeSet::new();
        for place in self.resolve(from, path, &mut named, &mut Seen::new()) {
            let (Place::Module(id) | Place::ItemOf(id)) = place;
            named.insert(id);
        }
        named
    }

    fn resolve(
        &self,
        from: ModuleId,
        path: &[String],
        through: &mut BTreeSet<ModuleId>,
        seen: &mut Seen,
    ) -> Vec<Place> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        let mut places = match first.as_str() {
            "crate" => vec![Place::Module(ROOT)],
            "self" => vec![Place::Module(from)],
            "super" => self.parent_of(from),
            name => self.lookup(from, name, seen),
        };
        for name in rest {
            places = places
                .into_iter()
                .flat_map(|place| self.step(place, name, through, seen))
                .collect();
        }
        places
    }

    fn step(
        &self,
        place: Place,
        name: &str,
        through: &mut BTreeSet<ModuleId>,
        seen: &mut Seen,
    ) -> Vec<Place> {
        let Place::Module(id) = place else {
            return vec![place];
        };
        if name == "super" {
            return self.parent_of(id);
        }
        through.insert(id);
        let found = self.lookup(id, name, seen);
        if found.is_empty() {
            // Made by a macro, or re-exported from another crate.
            vec![Place::ItemOf(id)]
        } else {
            found
        }
    }

    /// What `name` stands for in the scope of the module `id`.
    fn lookup(&self, id: ModuleId, name: &str, seen: &mut Seen) -> Vec<Place> {
        if !seen.insert((id, name.to_owned())) {
            return Vec::new();
        }
        let module = &self.modules[id];
        let mut found = Vec::new();
        found.extend(module.children.get(name).map(|child| Place::Module(*child)));
        if module.items.contains(name) {
            found.push(Place::ItemOf(id));
        }
        let explicit = module
            .imports
            .iter()
            .filter(|import| import.name.as_deref() == Some(name));
        for import in explicit {
            found.extend(self.resolve(id, &import.path, &mut BTreeSet::new(), seen));
        }
        if found.is_empty() {
            for import in module.imports.iter().filter(|import| import.name.is_none()) {
                for place in self.resolve(id, &import.path, &mut BTreeSet::new(), seen) {
                    if let Place::Module(source) = place {
                        found.extend(self.lookup(source, name, seen));
                    }
                }
            }
        }
        found
    }

    fn parent_of(&self, id: ModuleId) -> Vec<Place> {
        self.modules[id]
            .parent
            .map(Place::Module)
            .into_iter()
            .collect()
    }
}
