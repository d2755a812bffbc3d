//! Who holds a socket open hears at once that his standing changed: he signed out, a token was revoked, he was deactivated or
//! got other roles. In this process when the change is committed; in others within a second, by a row in the database, for no
//! message between processes is sure to arrive. Besides, sockets ask again now and then.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel::UserId;
use platform_db::Looks;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::{Service, store};

/// How often a process looks for what others have revoked.
const LOOK: Duration = Duration::from_secs(1);
/// So far back it looks: longer than a transaction that revokes may take to commit.
const LOOK_BACK_SECONDS: f64 = 30.0;

/// Who listens in this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revocations(Arc<Mutex<HashMap<UserId, watch::Sender<()>>>>);

impl Revocations {
    fn listeners(&self) -> MutexGuard<'_, HashMap<UserId, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, user_id: UserId) -> Revoked {
        let heard = self.listeners().entry(user_id).or_insert_with(|| watch::channel(()).0).subscribe();
        Revoked { user_id, heard, all: self.clone() }
    }

    /// This person's standing changed.
    pub(crate) fn tell(&self, user_id: UserId) {
        if let Some(listeners) = self.listeners().get(&user_id) {
            listeners.send_replace(());
        }
    }
}

/// Hears whether the standing of one person has changed.
#[derive(Debug)]
pub struct Revoked {
    user_id: UserId,
    heard: watch::Receiver<()>,
    all: Revocations,
}

impl Revoked {
    /// Waits until it changes. What changed since the last time is heard at once.
    pub async fn heard(&mut self) {
        if self.heard.changed().await.is_err() {
            // the one who tells is kept as long as somebody listens
            std::future::pending::<()>().await;
        }
    }

    /// Whether it has changed since the last time; asked before something is done on this person's behalf.
    pub fn has_changed(&mut self) -> bool {
        let has = self.heard.has_changed().unwrap_or(false);
        if has {
            self.heard.mark_unchanged();
        }
        has
    }
}

impl Drop for Revoked {
    fn drop(&mut self) {
        let mut listeners = self.all.listeners();
        let is_last = listeners.get(&self.user_id).is_some_and(|sender| sender.receiver_count() <= 1);
        if is_last {
            listeners.remove(&self.user_id);
        }
    }
}

impl Service {
    /// Listens for changes of this person's standing.
    pub fn listen_for_revocation(&self, user_id: UserId) -> Revoked {
        self.revocations.listen(user_id)
    }

    /// Looks each second for what other processes have revoked, until `stop` turns true.
    pub fn follow_revocations(&self, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let service = self.clone();
        tokio::spawn(async move {
            let mut looks = Looks::every(LOOK, stop);
            let mut known = HashSet::new();
            while looks.next().await {
                if let Err(error) = service.pass_on_revocations(&mut known).await {
                    tracing::debug!(%error, "revocations could not be looked for; trying again");
                }
            }
        })
    }

    /// Tells this process's listeners of rows that were not known yet.
    async fn pass_on_revocations(&self, known: &mut HashSet<Uuid>) -> Result<(), sqlx::Error> {
        let recent = store::revocations::recent(&self.db, LOOK_BACK_SECONDS).await?;
        for (_, user_id) in recent.iter().filter(|(id, _)| !known.contains(id)) {
            self.revocations.tell(*user_id);
        }
        *known = recent.into_iter().map(|(id, _)| id).collect();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChangeUser;
    use crate::test_support::World;

    fn deactivated(user_id: UserId) -> ChangeUser {
        ChangeUser { key: Uuid::now_v7(), user_id: user_id.0, active: Some(false), ..ChangeUser::default() }
    }

    #[tokio::test]
    async fn who_is_deactivated_is_heard_at_once_and_nobody_else() {
        let world = World::new().await;
        let boss = world.staff(&[kernel::Role::Admin]).await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        let listen = |who: &kernel::Principal| world.service.listen_for_revocation(who.user_id);
        let (mut phone, mut desk, mut other) = (listen(&who), listen(&who), listen(&stranger));
        assert!(!phone.has_changed());
        world.service.change_user(&boss, deactivated(who.user_id)).await.unwrap();
        assert!(phone.has_changed());
        assert!(!phone.has_changed(), "once");
        desk.heard().await;
        assert!(!other.has_changed());
    }

    #[tokio::test]
    async fn another_process_finds_the_row_once() {
        let world = World::new().await;
        let other = Service::new(world.service.pool().clone(), Arc::clone(&world.service.clock));
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let session = world.session(&who).await;
        let mut socket = other.listen_for_revocation(who.user_id);
        let mut known = HashSet::new();
        other.pass_on_revocations(&mut known).await.unwrap();
        assert!(!socket.has_changed());
        world.service.sign_out(&who, session, None).await.unwrap();
        other.pass_on_revocations(&mut known).await.unwrap();
        assert!(socket.has_changed());
        other.pass_on_revocations(&mut known).await.unwrap();
        assert!(!socket.has_changed());
    }

    #[tokio::test]
    async fn who_listens_no_more_is_forgotten() {
        let all = Revocations::default();
        let user = UserId(Uuid::now_v7());
        let (first, second) = (all.listen(user), all.listen(user));
        drop(first);
        assert_eq!(all.listeners().len(), 1);
        drop(second);
        assert!(all.listeners().is_empty());
    }
}
