//! Export of a list as it is shown: as CSV or as a workbook with types.

pub(crate) mod model;
pub(crate) mod ops;
pub(crate) mod run;
#[cfg(test)]
mod tests;
