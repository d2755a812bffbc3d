//! The button: the letter goes back into line, and the page says so.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Redirect;
use kernel::Principal;
use platform_db::CommandError;
use uuid::Uuid;

use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Sends one dead letter again. A second click finds it gone and says that instead of an error.
pub async fn replay(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path((service, message)): Path<(String, Uuid)>,
) -> Result<Redirect, Refusal> {
    match state.bus.replay(&who, &service, message).await {
        Ok(()) => Ok(Redirect::to("/office/dead-letters?done=DEAD_LETTER_REPLAYED")),
        Err(CommandError::Refused(problem)) if problem.code == "NOT_DEAD" => {
            Ok(Redirect::to("/office/dead-letters?done=DEAD_LETTER_GONE"))
        }
        Err(error) => Err(error.into()),
    }
}
