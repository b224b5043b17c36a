//! Settings of the rules.

/// Additional functions for the rules, which only the user knows.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Settings {
    /// Functions that block the thread: `db::query_sync`. A method is written `Db::query_sync`.
    pub blocking: Vec<String>,
    /// Functions that own the task of a handle passed to them: `Supervisor::adopt`.
    pub owners: Vec<String>,
}

impl Settings {
    /// Adds a function that blocks the thread.
    #[must_use]
    pub fn blocking(mut self, path: impl Into<String>) -> Self {
        self.blocking.push(path.into());
        self
    }

    /// Adds a function that owns the task of a handle passed to it.
    #[must_use]
    pub fn owner(mut self, path: impl Into<String>) -> Self {
        self.owners.push(path.into());
        self
    }
}
