//! Chance for the demo company: the same start gives the same company.

use kernel::World;

/// Rolls numbers from a seeded world.
#[derive(Debug, Clone)]
pub struct Dice(World);

impl Dice {
    /// Rolls from `world`'s generator.
    pub fn new(world: World) -> Self {
        Self(world)
    }

    /// 0 to `below` − 1.
    pub fn below(&self, below: usize) -> usize {
        let mut bytes = [0_u8; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % (below.max(1) as u64)).unwrap_or(0)
    }

    /// `from` to `to`, both included.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        from + self.below(usize::try_from(to - from + 1).unwrap_or(1)) as i64
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}
