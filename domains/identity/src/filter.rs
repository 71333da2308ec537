//! Search words and condition trees as list conditions.

use db::{Engine, Value, list::Fragment};
use http_api::{ListParams, Problem};
use kernel::Context;
use rules::{Bind, Column, Condition, Dialect, FieldMap, FieldType, to_sql};

/// What people may be filtered by.
pub(crate) static USERS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("login", FieldType::Text, "login").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("email", FieldType::Text, "email"),
    Column::new("phone", FieldType::Text, "phone"),
    Column::new("locale", FieldType::Choice, "locale").not_null(),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
    Column::new("last_sign_in_at", FieldType::Time, "last_sign_in_at"),
]);

/// What roles, teams and regions may be filtered by.
pub(crate) static NAMED: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// What keys may be filtered by.
pub(crate) static KEYS: FieldMap = FieldMap::new(&[
    Column::new("name", FieldType::Text, "name").not_null(),
    Column::new("prefix", FieldType::Text, "prefix").not_null(),
    Column::new("role_id", FieldType::Id, "role_id").not_null(),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("expires_at", FieldType::Time, "expires_at"),
    Column::new("revoked_at", FieldType::Time, "revoked_at"),
    Column::new("last_used_at", FieldType::Time, "last_used_at"),
]);

/// The conditions of a list request: its filter over `fields`, and its search words in any of `searched`.
pub(crate) fn conditions(
    cx: &Context,
    engine: Engine,
    params: &ListParams,
    fields: &FieldMap,
    searched: &[&str],
) -> Result<Vec<Fragment>, Problem> {
    let mut conditions = Vec::new();
    if let Some(filter) = &params.filter {
        let wrong = |error: &rules::RuleError| {
            Problem::bad_parameter("/query/filter", format!("{}: {}", error.pointer, error.message))
        };
        // PostgreSQL has no text with U+0000.
        if filter.to_string().contains("\\u0000") {
            return Err(Problem::bad_parameter("/query/filter", "Texts may not hold the character U+0000."));
        }
        let condition = Condition::parse(filter, fields).map_err(|error| wrong(&error))?;
        let dialect = match engine {
            Engine::Sqlite => Dialect::Sqlite,
            Engine::Postgres => Dialect::Postgres,
        };
        let sql = to_sql(&condition, fields, dialect, 1, cx.now().micros()).map_err(|error| wrong(&error))?;
        conditions.push(Fragment::new(sql.text, sql.binds.into_iter().map(value).collect()));
    }
    if let Some(words) = &params.q {
        let pattern = like(words);
        let text: Vec<String> = searched.iter().map(|column| format!("lower({column}) like $1 escape '\\'")).collect();
        conditions.push(Fragment::new(text.join(" or "), vec![Value::from(pattern)]));
    }
    Ok(conditions)
}

/// `%words%` in lower case, with what LIKE would take for a wildcard escaped.
fn like(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in words.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn value(bind: Bind) -> Value<'static> {
    match bind {
        Bind::Int(number) => Value::Int(number),
        Bind::Number(number) => Value::Real(number),
        Bind::Text(text) => Value::from(text),
        Bind::Bool(flag) => Value::Bool(flag),
        Bind::Id(bytes) => Value::Id(uuid::Uuid::from_bytes(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_search_words_stand_for_themselves() {
        assert_eq!(like("50%_Öl\\"), "%50\\%\\_öl\\\\%");
    }
}
