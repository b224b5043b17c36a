//! The guards that are held at a point of the walk, and how they come and go.

use std::collections::HashSet;

use syn::{Expr, Ident};

#[derive(Clone)]
pub(super) struct Guard {
    /// Counted up, so that the later ones are known.
    pub(super) born: usize,
    /// `None` for a temporary, and for a variable that another one hides.
    pub(super) name: Option<Ident>,
    lock: Ident,
}

#[derive(Default)]
pub(super) struct Walk {
    pub(super) held: Vec<Guard>,
    pub(super) born: usize,
    moved: HashSet<usize>,
    pub(super) found: Vec<(usize, Ident)>,
}

/// One of several ways, and whether it leaves.
pub(super) type Way<'w> = (bool, Box<dyn FnOnce(&mut Walk) + 'w>);

impl Walk {
    pub(super) fn holds(&mut self, name: Option<&Ident>, lock: &Ident) {
        self.born += 1;
        self.held.push(Guard { born: self.born, name: name.cloned(), lock: lock.clone() });
    }

    pub(super) fn awaits(&mut self) {
        for guard in &self.held {
            if !self.found.iter().any(|(known, _)| *known == guard.born) {
                self.found.push((guard.born, guard.lock.clone()));
            }
        }
    }

    /// What begins inside ends with it, hidden names are seen again.
    pub(super) fn scope(&mut self, inside: impl FnOnce(&mut Self)) {
        let (born, before) = (self.born, self.held.clone());
        inside(self);
        self.held.retain(|guard| guard.born <= born);
        for guard in &mut self.held {
            guard.name = before.iter().find(|known| known.born == guard.born).and_then(|known| known.name.clone());
        }
    }

    /// Each way begins with what is held now; after them is held what is on one that goes on.
    pub(super) fn ways(&mut self, ways: Vec<Way<'_>>) {
        let before = self.held.clone();
        let mut after: Vec<Guard> = Vec::new();
        for (leaves, inside) in ways {
            self.held.clone_from(&before);
            self.scope(inside);
            if !leaves {
                let more = self.held.drain(..).filter(|guard| after.iter().all(|known| known.born != guard.born));
                let more: Vec<_> = more.collect();
                after.extend(more);
            }
        }
        self.held = after;
    }

    /// After a loop is held what was held before it and has moved away nowhere in it.
    pub(super) fn turns(&mut self, inside: impl FnOnce(&mut Self)) {
        let before = self.held.clone();
        self.scope(inside);
        self.held = before;
        self.held.retain(|guard| !self.moved.contains(&guard.born));
    }

    /// Elsewhere, at another time.
    pub(super) fn afresh(&mut self, inside: impl FnOnce(&mut Self)) {
        let held = std::mem::take(&mut self.held);
        inside(self);
        self.held = held;
    }

    pub(super) fn moves_if(&mut self, is_moved: impl Fn(&Ident) -> bool) {
        let gone = |guard: &Guard| guard.name.as_ref().is_some_and(&is_moved);
        self.moved.extend(self.held.iter().filter(|guard| gone(guard)).map(|guard| guard.born));
        self.held.retain(|guard| !gone(guard));
    }

    pub(super) fn moves<'a>(&mut self, values: impl IntoIterator<Item = &'a Expr>) {
        for value in values {
            if let Expr::Path(path) = value {
                self.moves_if(|name| path.path.is_ident(name));
            }
        }
    }
}
