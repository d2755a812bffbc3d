//! Searches that a person keeps under a name, and that tell him of new lots.

use kernel::{FieldProblem, Principal, Problem, ProblemKind, UnixMs};
use platform_db::{CommandError, constraint};
use serde_json::json;
use uuid::Uuid;

use crate::Service;
use crate::store::lists::HallFilter;
use crate::store::searches;

/// At most so many a person: each is asked about every new lot.
pub const MAX_SEARCHES: i64 = 30;
/// As the table has it.
const NAME_CHARS_MAX: usize = 60;

/// A search of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// The search.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// What it finds.
    pub filter: HallFilter,
    /// When it was made.
    pub made_at: UnixMs,
    /// Whether it tells of new lots.
    pub tells: bool,
}

impl Service {
    /// Keeps a search under a name; `id` is made by the sender, a repeat keeps the first one. What is one's own (bid
    /// on, watched) and the page are no part of it.
    ///
    /// # Errors
    /// `INVALID_FIELDS` with `NAME_NEEDED` or `NAME_TAKEN`; `TOO_MANY_SEARCHES`; `NOT_A_DEALER`.
    pub async fn save_search(
        &self,
        who: &Principal,
        id: Uuid,
        name: &str,
        filter: &HallFilter,
    ) -> Result<(), CommandError> {
        let seat = who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))?;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
            return Err(Problem::fields(vec![FieldProblem::new("name", "NAME_NEEDED")]).into());
        }
        let owner = (who.user_id, seat.dealer_id);
        match searches::insert(&self.db, id, owner, name, filter, MAX_SEARCHES).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::new(ProblemKind::Conflict, "TOO_MANY_SEARCHES")
                .with(json!({ "most": MAX_SEARCHES }))
                .into()),
            Err(error) if constraint(&error) == Some("saved_search_name_once") => {
                Err(Problem::fields(vec![FieldProblem::new("name", "NAME_TAKEN")]).into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// This person's searches.
    pub async fn saved_searches(&self, who: &Principal) -> Result<Vec<SavedSearch>, CommandError> {
        Ok(searches::list(&self.db, who.user_id).await?)
    }

    /// Lets a search tell of new lots, or not. Repeats change nothing.
    ///
    /// # Errors
    /// `NOT_FOUND` for what is not this person's search.
    pub async fn mute_search(&self, who: &Principal, id: Uuid, muted: bool) -> Result<(), CommandError> {
        let is_known = searches::mute(&self.db, who.user_id, id, muted.then(|| self.now())).await?;
        if is_known { Ok(()) } else { Err(Problem::not_found().into()) }
    }

    /// Takes a search away; what it told stays. Repeats change nothing.
    ///
    /// # Errors
    /// `NOT_FOUND` for what is not this person's search.
    pub async fn remove_search(&self, who: &Principal, id: Uuid) -> Result<(), CommandError> {
        let is_known = searches::remove(&self.db, who.user_id, id).await?;
        if is_known { Ok(()) } else { Err(Problem::not_found().into()) }
    }
}
