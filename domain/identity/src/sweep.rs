//! Removing what is over.

use platform_db::CommandError;

use crate::{Service, store};

/// Failed sign-ins are kept for so long after their window began.
const ATTEMPTS_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

impl Service {
    /// Removes sessions and attempt counts that are over; returns how many rows. Harmless to run at any time and
    /// from several processes; the server does every hour.
    pub async fn sweep(&self) -> Result<u64, CommandError> {
        let now = self.clock.now();
        let mut conn = self.db.acquire().await?;
        let sessions = store::sessions::sweep(&mut conn, now).await?;
        let attempts = store::attempts::sweep(&mut conn, now.plus_ms(-ATTEMPTS_KEPT_MS)).await?;
        let revocations = store::revocations::sweep(&mut conn).await?;
        Ok(sessions + attempts + revocations)
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{World, code};
    use crate::{IDLE_MS, SignIn};

    #[tokio::test]
    async fn removes_what_is_over_and_nothing_else() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let old = world.session(&who).await;
        let guess = SignIn { login: "yuanxing".into(), password: "guess".into(), address: "a".into() };
        assert_eq!(code(world.service.sign_in(guess).await), "SIGN_IN_FAILED");
        world.clock.advance(2 * IDLE_MS);
        let new = world.session(&who).await;
        assert_eq!(world.service.sweep().await.unwrap(), 4, "one session, three counts");
        assert_eq!(world.service.sweep().await.unwrap(), 0);
        assert!(world.service.principal_for_session(old).await.unwrap().is_none());
        assert!(world.service.principal_for_session(new).await.unwrap().is_some());
    }
}
