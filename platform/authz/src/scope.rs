//! Data scopes as SQL: what lies outside the actor's reach does not exist for them.

use std::fmt::Write as _;

use kernel::{Context, Scope, Uuid};

use crate::Permission;

/// The columns that tie a record to people, in the order they are asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScopeColumns<'a> {
    /// Columns that hold a user id; the record is one's own when any of them is the actor.
    pub owner: &'a [&'a str],
    /// Column that holds the record's team.
    pub team: Option<&'a str>,
    /// Column that holds the record's region.
    pub region: Option<&'a str>,
}

/// A condition in parentheses, with the ids it binds from the number it was given on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeFragment {
    /// `1=1` for everything, `1=0` for nothing, else `(owner_id = $2 or …)`.
    pub text: String,
    /// The ids to bind, in order.
    pub binds: Vec<Uuid>,
}

impl ScopeFragment {
    /// Lets every record through.
    pub fn everything() -> Self {
        Self { text: "1=1".to_owned(), binds: Vec::new() }
    }

    /// Lets no record through.
    pub fn nothing() -> Self {
        Self { text: "1=0".to_owned(), binds: Vec::new() }
    }

    /// Whether every record is let through, so that the condition may be left out.
    pub fn is_everything(&self) -> bool {
        self.text == "1=1"
    }
}

/// Whether the actor holds `permission` in any scope.
pub fn allows(cx: &Context, permission: Permission) -> bool {
    cx.scope(permission.name()).is_some()
}

/// The condition under which the actor of `cx` reaches a record with `permission`. The first id is bound
/// as `$first_bind`; the text runs on both engines. A scope wider than the columns can tell apart narrows
/// to what they can: without a region column `Region` means the actor's teams and their own records.
pub fn scope_clause(
    cx: &Context,
    permission: Permission,
    columns: &ScopeColumns<'_>,
    first_bind: usize,
) -> ScopeFragment {
    reach_clause(cx, cx.scope(permission.name()), columns, first_bind)
}

/// As [`scope_clause`], for a scope that is known already; `None` reaches nothing.
pub fn reach_clause(
    cx: &Context,
    scope: Option<Scope>,
    columns: &ScopeColumns<'_>,
    first_bind: usize,
) -> ScopeFragment {
    let Some(scope) = scope else {
        return ScopeFragment::nothing();
    };
    if scope == Scope::All {
        return ScopeFragment::everything();
    }
    let mut fragment = ScopeFragment { text: String::with_capacity(96), binds: Vec::new() };
    if !columns.owner.is_empty() {
        let bind = first_bind;
        fragment.binds.push(cx.actor().id);
        for column in columns.owner {
            separate(&mut fragment.text);
            let _ = write!(fragment.text, "{column} = ${bind}");
        }
    }
    if let (Scope::Team | Scope::Region, Some(column)) = (scope, columns.team) {
        among(&mut fragment, column, &cx.grants().teams, first_bind);
    }
    if let (Scope::Region, Some(column)) = (scope, columns.region) {
        among(&mut fragment, column, &cx.grants().regions, first_bind);
    }
    if fragment.text.is_empty() {
        return ScopeFragment::nothing();
    }
    fragment.text.insert(0, '(');
    fragment.text.push(')');
    fragment
}

/// Adds `column in ($n, …)`. The list is filled up to a power of two with its last id, so that people with
/// different numbers of teams share few statement texts and the engines' statement caches stay small.
fn among(fragment: &mut ScopeFragment, column: &str, ids: &[Uuid], first_bind: usize) {
    let Some(last) = ids.last() else { return };
    separate(&mut fragment.text);
    let _ = write!(fragment.text, "{column} in (");
    for index in 0..ids.len().next_power_of_two() {
        if index > 0 {
            fragment.text.push_str(", ");
        }
        let _ = write!(fragment.text, "${}", first_bind + fragment.binds.len());
        fragment.binds.push(*ids.get(index).unwrap_or(last));
    }
    fragment.text.push(')');
}

fn separate(text: &mut String) {
    if !text.is_empty() {
        text.push_str(" or ");
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, ActorKind, Grants, ManualClock, RequestInfo, TenantId, Timestamp, World};

    use super::*;
    use crate::permissions::TICKETS_READ;

    const COLUMNS: ScopeColumns<'_> =
        ScopeColumns { owner: &["assignee_id", "created_by"], team: Some("team_id"), region: Some("region_id") };

    fn actor(scope: Option<Scope>, teams: u128, regions: u128) -> Context {
        let grants = Grants {
            permissions: scope.map(|scope| (TICKETS_READ.name().to_owned(), scope)).into_iter().collect(),
            teams: (1..=teams).map(|n| Uuid::from_u128(100 + n)).collect(),
            regions: (1..=regions).map(|n| Uuid::from_u128(200 + n)).collect(),
            ..Grants::default()
        };
        Context::new(
            World::seeded(ManualClock::at(Timestamp(0)), 1),
            TenantId(Uuid::from_u128(1)),
            "UTC".to_owned(),
            Actor { kind: ActorKind::User, id: Uuid::from_u128(9), name: "李工".to_owned() },
            grants,
            RequestInfo::default(),
        )
    }

    #[test]
    fn everything_and_nothing_bind_nothing() {
        assert!(scope_clause(&actor(Some(Scope::All), 1, 1), TICKETS_READ, &COLUMNS, 2).is_everything());
        assert_eq!(scope_clause(&actor(None, 1, 1), TICKETS_READ, &COLUMNS, 2), ScopeFragment::nothing());
        let none = scope_clause(&actor(Some(Scope::Own), 1, 1), TICKETS_READ, &ScopeColumns::default(), 2);
        assert_eq!(none, ScopeFragment::nothing());
    }

    #[test]
    fn own_asks_every_owner_column_with_one_bind() {
        let own = scope_clause(&actor(Some(Scope::Own), 3, 3), TICKETS_READ, &COLUMNS, 2);
        assert_eq!(own.text, "(assignee_id = $2 or created_by = $2)");
        assert_eq!(own.binds, [Uuid::from_u128(9)]);
    }

    #[test]
    fn a_region_takes_in_teams_and_own_records_and_numbers_follow_on() {
        let region = scope_clause(&actor(Some(Scope::Region), 1, 3), TICKETS_READ, &COLUMNS, 4);
        assert_eq!(
            region.text,
            "(assignee_id = $4 or created_by = $4 or team_id in ($5) or region_id in ($6, $7, $8, $9))"
        );
        assert_eq!(region.binds.len(), 6);
        assert_eq!(region.binds[4], region.binds[5]);
    }

    #[test]
    fn a_person_without_teams_keeps_their_own_records() {
        let team = scope_clause(&actor(Some(Scope::Team), 0, 5), TICKETS_READ, &COLUMNS, 2);
        assert_eq!(team.text, "(assignee_id = $2 or created_by = $2)");
    }

    #[test]
    fn the_platform_itself_reaches_everything() {
        let cx = Context::system(World::seeded(ManualClock::at(Timestamp(0)), 1), TenantId::SYSTEM);
        assert!(scope_clause(&cx, TICKETS_READ, &COLUMNS, 2).is_everything());
        assert!(allows(&cx, TICKETS_READ));
    }
}
