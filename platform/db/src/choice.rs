//! Closed sets of words: one enum for code, JSON, schema and column.

/// Makes an enum whose values are the same words in JSON, in the database and in the schema.
///
/// ```ignore
/// db::choice! {
///     /// How urgent a ticket is.
///     pub enum Priority {
///         /// People are in danger or everything stands still.
///         Critical = "critical",
///         /// Normal business.
///         Normal = "normal",
///     }
/// }
/// ```
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        pub enum $name {
            $($(#[$item])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word).ok_or_else(|| {
                    let known = [$($word),+].join(", ");
                    format!("`{}` is not one of: {known}", word.chars().take(64).collect::<String>())
                })
            }
        }

        impl From<$name> for $crate::Value<'_> {
            fn from(value: $name) -> Self {
                $crate::Value::Text(::std::borrow::Cow::Borrowed(value.as_str()))
            }
        }

        impl $crate::FromColumn for $name {
            fn from_lite(value: $crate::LiteValue<'_>) -> Result<Self, $crate::DbError> {
                <String as $crate::FromColumn>::from_lite(value)?.parse().map_err($crate::DbError::Internal)
            }

            fn from_pg(ty: &$crate::PgType, raw: Option<&[u8]>) -> Result<Self, $crate::DbError> {
                <String as $crate::FromColumn>::from_pg(ty, raw)?.parse().map_err($crate::DbError::Internal)
            }
        }
    };
}
