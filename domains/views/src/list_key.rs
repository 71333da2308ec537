//! Which lists there are, as their addresses name them.

/// The lists of built-in objects; those of own objects are `records/<object>`.
pub const LISTS: &[&str] = &[
    "tickets",
    "customers",
    "devices",
    "products",
    "parts",
    "engineers",
    "contracts",
    "maintenance-plans",
    "orders",
    "visits",
    "quotes",
    "surveys",
    "recovery-tasks",
    "renewals",
];

/// Whether a list can have this key. Whether the own object exists is not asked.
pub fn is_list(key: &str) -> bool {
    LISTS.contains(&key) || key.strip_prefix("records/").is_some_and(is_object_key)
}

fn is_object_key(key: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (2..=40).contains(&key.len()) && key.as_bytes()[0].is_ascii_lowercase() && key.bytes().all(rest)
}

#[cfg(test)]
mod tests {
    use super::is_list;

    #[test]
    fn lists_are_named_as_in_their_addresses() {
        for good in ["tickets", "maintenance-plans", "recovery-tasks", "records/vehicle", "records/a1"] {
            assert!(is_list(good), "{good}");
        }
        for bad in ["", "ticket", "records", "records/", "records/a", "records/1a", "records/Ä", "records/a b", "views"]
        {
            assert!(!is_list(bad), "{bad}");
        }
    }
}
