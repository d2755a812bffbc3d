//! Password hashes: argon2id with the default parameters of OWASP (19 MiB, two passes).

use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use kernel::{Problem, ProblemKind};
use platform_db::CommandError;
use tokio::sync::OwnedSemaphorePermit;

use crate::Service;

/// What is checked for a login that nobody has, so that it takes as long as for one that somebody has.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz$7rFQYeWRBDIq0C0WkQ5vT0wM9lqoDTh5SmmEIZGFZJo";

/// Whoever waits longer than this for a turn at hashing is asked to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

impl Service {
    /// A turn at hashing; while one holds it, at most a few others do.
    pub(crate) async fn hashing_turn(&self) -> Result<OwnedSemaphorePermit, CommandError> {
        match tokio::time::timeout(LONGEST_WAIT, self.hashing.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Problem::new(ProblemKind::Unavailable, "OVERLOADED").into()),
        }
    }

    /// The hash to store.
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String, CommandError> {
        let turn = self.hashing_turn().await?;
        let password = password.to_owned();
        aside(turn, move || {
            Argon2::default()
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
                .map_err(|e| e.to_string())
        })
        .await?
        .map_err(CommandError::Inconsistent)
    }
}

/// Whether the password is the stored one; `None` takes the same time and is never right.
pub(crate) async fn verify(
    turn: OwnedSemaphorePermit,
    password: &str,
    stored: Option<String>,
) -> Result<bool, CommandError> {
    let password = password.to_owned();
    aside(turn, move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODYS.to_owned());
        let hash = PasswordHash::new(&stored).map_err(|e| e.to_string())?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await?
    .map_err(CommandError::Inconsistent)
}

/// Runs the work where it does not hold up the runtime; the turn ends with it.
async fn aside<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CommandError> {
    let task = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    task.await.map_err(|e| CommandError::Inconsistent(format!("hashing did not finish: {e}")))
}

#[cfg(test)]
mod tests {
    use argon2::Params;

    use super::*;

    #[test]
    fn an_unknown_login_costs_as_much_as_a_known_one() {
        let hash = PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), {
            let usual = Params::default();
            (usual.m_cost(), usual.t_cost(), usual.p_cost())
        });
        assert_eq!(hash.hash.unwrap().len(), 32);
    }
}
