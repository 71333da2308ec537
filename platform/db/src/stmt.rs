//! SQL text and its arguments, before an engine is known.

use std::borrow::Cow;

use crate::{Engine, Value};

/// One statement's text: the same for both engines, or a pair where they must differ.
#[derive(Debug, Clone)]
pub struct Sql {
    sqlite: Cow<'static, str>,
    postgres: Option<Cow<'static, str>>,
}

impl Sql {
    /// Two texts, for the few statements that cannot be one.
    pub const fn pair(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite: Cow::Borrowed(sqlite), postgres: Some(Cow::Borrowed(postgres)) }
    }

    /// One text for both.
    pub const fn both(text: &'static str) -> Self {
        Self { sqlite: Cow::Borrowed(text), postgres: None }
    }

    /// The text for `engine`.
    pub fn text(&self, engine: Engine) -> &str {
        match (engine, &self.postgres) {
            (Engine::Postgres, Some(text)) => text,
            _ => &self.sqlite,
        }
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::both(text)
    }
}

impl From<String> for Sql {
    fn from(text: String) -> Self {
        Self { sqlite: Cow::Owned(text), postgres: None }
    }
}

impl From<&Sql> for Sql {
    fn from(sql: &Sql) -> Self {
        sql.clone()
    }
}

impl From<&String> for Sql {
    fn from(text: &String) -> Self {
        Self::from(text.clone())
    }
}

/// A text with its arguments; `$1` is the first.
#[derive(Debug, Clone)]
pub struct Stmt<'a> {
    pub(crate) sql: Sql,
    pub(crate) args: Vec<Value<'a>>,
    pub(crate) plan_once: bool,
}

impl<'a> Stmt<'a> {
    /// A statement from text and arguments; [`stmt!`](crate::stmt) is shorter.
    pub fn new(sql: impl Into<Sql>, args: Vec<Value<'a>>) -> Self {
        Self { sql: sql.into(), args, plan_once: false }
    }

    /// The same statement, planned for these arguments alone. PostgreSQL otherwise comes to use one plan for all
    /// arguments of a text, made for a tenant, a field and a value of average frequency, which is far off where they
    /// differ much. It costs a round trip.
    #[must_use]
    pub fn planned_once(self) -> Self {
        Self { plan_once: true, ..self }
    }

    /// The same statement owning its arguments.
    pub fn into_owned(self) -> Stmt<'static> {
        let args = self.args.into_iter().map(Value::into_owned).collect();
        Stmt { sql: self.sql, args, plan_once: self.plan_once }
    }
}

/// `stmt!(SQL, a, b)`: a statement with `$1 = a`, `$2 = b`.
#[macro_export]
macro_rules! stmt {
    ($sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::Stmt::new($sql, vec![$($crate::Value::from($arg)),*])
    };
}
