//! One door to SQLite and PostgreSQL: transactions, rows, migrations, numbers.
