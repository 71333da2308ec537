//! One thing that is wrong: where, what, why it matters, and how to mend it.

use std::fmt;

/// One thing that is wrong. The order is by place, so that a report reads like the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the root of the repository.
    pub path: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// Why it is wrong: the invariant it breaks.
    pub why: &'static str,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}\n    why:  {}\n    mend: {}", self.what, self.why, self.mend)
    }
}
