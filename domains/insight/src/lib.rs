//! KPIs: versioned definitions, figures, and exactly the tickets behind them.
