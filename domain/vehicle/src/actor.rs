//! Who acts, as it is written into trails and events.

use kernel::{Principal, Problem, ProblemKind, Role};
use platform_db::CommandError;
use uuid::Uuid;

/// A person, or the system itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    /// The person; `None` for the system.
    pub id: Option<Uuid>,
    /// The name shown in trails.
    pub name: String,
}

impl Actor {
    /// The person behind a command, if one of these roles (or any staff, for an empty list) is theirs.
    pub fn permitted(who: &Principal, roles: &[Role]) -> Result<Actor, CommandError> {
        let allowed = who.is_staff() && (roles.is_empty() || roles.iter().any(|role| who.has_role(*role)));
        if !allowed {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        Ok(Actor { id: Some(who.user_id.0), name: who.display_name.clone() })
    }

    /// The system, doing `what`.
    pub fn system(what: &str) -> Actor {
        Actor { id: None, name: what.to_owned() }
    }

    /// As the event envelope names it.
    pub fn in_envelope(&self) -> String {
        match self.id {
            Some(id) => format!("user:{id}"),
            None => format!("system:{}", self.name),
        }
    }
}
