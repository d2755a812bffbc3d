//! Proving who one is with login and password.
//!
//! Guessing is slowed by counting failures in the database, so that all processes count together: by login and
//! address together (tight: it stops a guesser and nobody else), by login (loose: a rival must not be able to lock a
//! dealer out of the room from one place), and by address.

use kernel::{Principal, Problem, ProblemKind, UnixMs, UserId};
use platform_db::CommandError;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::password::verify;
use crate::store::{attempts, principals, trail, users};
use crate::trail::NewLine;
use crate::{Service, SignedIn};

/// Failures are counted over so long.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Failures of one login from one address: more than anybody needs who knows the password.
const PER_PAIR: i32 = 5;
/// Failures of one login from anywhere: four addresses' worth.
const PER_LOGIN: i32 = 20;
/// Failures from one address: a market hall full of dealers shares one.
const PER_ADDRESS: i32 = 100;
/// Failures when somebody who is signed in proves the present password again.
const PER_PROOF: i32 = 5;

/// Who says who they are.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The login, in any case.
    pub login: String,
    /// The password.
    pub password: String,
    /// The address it comes from, as far as the server can trust it.
    pub address: String,
}

/// One thing that failures are counted by.
struct Count {
    kind: &'static str,
    key_hash: [u8; 32],
    most: i32,
}

impl Service {
    /// The person, if login and password are right and the person may sign in; otherwise `SIGN_IN_FAILED`, which
    /// says no more than that and takes as long for a login that does not exist.
    pub async fn sign_in(&self, input: SignIn) -> Result<SignedIn, CommandError> {
        let login = input.login.trim().to_lowercase();
        let pair = format!("{login}\n{}", input.address);
        let counts = [
            Count { kind: "pair", key_hash: hash(&pair), most: PER_PAIR },
            Count { kind: "login", key_hash: hash(&login), most: PER_LOGIN },
            Count { kind: "address", key_hash: hash(&input.address), most: PER_ADDRESS },
        ];
        // the turn comes first, so that those who wait for one are not yet counted
        let turn = self.hashing_turn().await?;
        let now = self.clock.now();
        let mut conn = self.db.acquire().await?;
        for count in &counts {
            self.count(&mut conn, count, now).await?;
        }
        let found = users::by_login(&mut conn, &login).await?;
        drop(conn);
        let (id, stored) = found.unzip();
        let right = verify(turn, &input.password, stored).await?;
        let (true, Some(id)) = (right, id) else {
            tracing::info!(address = input.address, "sign-in failed");
            return Err(Problem::new(ProblemKind::Invalid, "SIGN_IN_FAILED").into());
        };
        self.welcome(id, &counts, &input.address, now).await
    }

    /// Whether the password is this person's own, for steps that must not be taken by whoever finds the screen
    /// unlocked.
    pub(crate) async fn prove_password(
        &self,
        id: Uuid,
        password: &str,
        stored: String,
    ) -> Result<bool, CommandError> {
        let count = Count { kind: "password", key_hash: hash(&id.to_string()), most: PER_PROOF };
        let turn = self.hashing_turn().await?;
        let mut conn = self.db.acquire().await?;
        self.count(&mut conn, &count, self.clock.now()).await?;
        drop(conn);
        let right = verify(turn, password, Some(stored)).await?;
        if right {
            attempts::forget(&mut *self.db.acquire().await?, count.kind, &count.key_hash).await?;
        }
        Ok(right)
    }

    async fn count(
        &self,
        conn: &mut sqlx::PgConnection,
        count: &Count,
        now: UnixMs,
    ) -> Result<(), CommandError> {
        let (failures, since) = attempts::count(conn, count.kind, &count.key_hash, now, WINDOW_MS).await?;
        if failures <= count.most {
            return Ok(());
        }
        let wait_s = (since.plus_ms(WINDOW_MS).since(now).max(0) + 999) / 1000;
        tracing::warn!(kind = count.kind, failures, "too many failed sign-ins");
        let data = json!({ "retry_after_s": wait_s, "minutes": (wait_s + 59) / 60 });
        Err(Problem::new(ProblemKind::Busy, "TOO_MANY_ATTEMPTS").with(data).into())
    }

    async fn welcome(
        &self,
        id: Uuid,
        counts: &[Count],
        address: &str,
        now: UnixMs,
    ) -> Result<SignedIn, CommandError> {
        let mut tx = self.db.begin().await?;
        let person = principals::by_id(&mut tx, id, now)
            .await?
            .ok_or_else(|| Problem::new(ProblemKind::Invalid, "SIGN_IN_FAILED"))?;
        let signed_in = self.signed_in(person)?;
        for count in counts {
            // an address is shared: one success says nothing of the others' failures
            match count.kind {
                "pair" => attempts::forget(&mut tx, count.kind, &count.key_hash).await?,
                _ => attempts::take_back(&mut tx, count.kind, &count.key_hash).await?,
            }
        }
        users::signed_in(&mut tx, id, now).await?;
        let line = NewLine {
            id: Uuid::now_v7(),
            of: id,
            what: "signed_in",
            who: &signed_in.principal,
            at: now,
            why: None,
            data: json!({ "address": address }),
        };
        trail::add_to_user(&mut tx, line).await?;
        tx.commit().await?;
        tracing::info!(user.id = %UserId(id), "signed in");
        Ok(signed_in)
    }
}

/// Only hashes are kept: people type passwords into the wrong field.
fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Needed by the trail of [`Service::sign_out`] as well.
pub(crate) async fn note(
    conn: &mut sqlx::PgConnection,
    who: &Principal,
    what: &str,
    at: UnixMs,
) -> Result<(), CommandError> {
    let line = NewLine { id: Uuid::now_v7(), of: who.user_id.0, what, who, at, why: None, data: json!({}) };
    trail::add_to_user(conn, line).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChangeUser;
    use crate::test_support::{PASSWORD, World, code, problem};

    fn attempt(login: &str, password: &str, address: &str) -> SignIn {
        SignIn { login: login.into(), password: password.into(), address: address.into() }
    }

    #[tokio::test]
    async fn the_right_password_signs_in_whatever_the_case_of_the_login() {
        let world = World::new().await;
        let user = world.dealer_user("远行二手车", "yuanxing").await;
        let signed_in = world.service.sign_in(attempt(" YuanXing ", PASSWORD, "10.0.0.1")).await.unwrap();
        assert_eq!(signed_in.principal, user);
        let detail = world.service.user(&user, user.user_id).await.unwrap();
        assert_eq!(detail.trail[0].what, "signed_in");
        assert_eq!(detail.row.last_signed_in_at, Some(world.now()));
    }

    #[tokio::test]
    async fn unknown_wrong_and_deactivated_look_the_same() {
        let world = World::new().await;
        let admin = world.staff(&[kernel::Role::Admin]).await;
        let user = world.dealer_user("远行二手车", "yuanxing").await;
        let wrong = problem(world.service.sign_in(attempt("yuanxing", "not this one", "a")).await);
        assert_eq!((wrong.code.as_str(), wrong.status()), ("SIGN_IN_FAILED", 422));
        assert_eq!(problem(world.service.sign_in(attempt("nobody", PASSWORD, "a")).await), wrong);
        let off = ChangeUser {
            key: Uuid::now_v7(),
            user_id: user.user_id.0,
            active: Some(false),
            ..ChangeUser::default()
        };
        world.service.change_user(&admin, off).await.unwrap();
        assert_eq!(problem(world.service.sign_in(attempt("yuanxing", PASSWORD, "a")).await), wrong);
    }

    #[tokio::test]
    async fn a_guesser_is_stopped_and_the_owner_elsewhere_is_not() {
        let world = World::new().await;
        world.dealer_user("远行二手车", "yuanxing").await;
        for _ in 0..PER_PAIR {
            assert_eq!(
                code(world.service.sign_in(attempt("yuanxing", "guess", "rival")).await),
                "SIGN_IN_FAILED"
            );
        }
        world.clock.advance(60_000);
        for _ in 0..40 {
            let stopped = problem(world.service.sign_in(attempt("yuanxing", PASSWORD, "rival")).await);
            assert_eq!((stopped.code.as_str(), stopped.status()), ("TOO_MANY_ATTEMPTS", 429));
            assert_eq!(stopped.data["retry_after_s"], 14 * 60);
        }
        assert!(world.service.sign_in(attempt("yuanxing", PASSWORD, "home")).await.is_ok());
        world.clock.advance(WINDOW_MS);
        assert!(world.service.sign_in(attempt("yuanxing", PASSWORD, "rival")).await.is_ok());
    }

    #[tokio::test]
    async fn many_addresses_do_not_help_a_guesser() {
        let world = World::new().await;
        world.dealer_user("远行二手车", "yuanxing").await;
        for n in 0..PER_LOGIN {
            let from = format!("10.0.0.{}", n / PER_PAIR);
            assert_eq!(
                code(world.service.sign_in(attempt("yuanxing", "guess", &from)).await),
                "SIGN_IN_FAILED"
            );
        }
        let next = world.service.sign_in(attempt("yuanxing", "guess", "10.0.1.1")).await;
        assert_eq!(code(next), "TOO_MANY_ATTEMPTS");
    }

    #[tokio::test]
    async fn parallel_guesses_are_all_counted() {
        let world = World::new().await;
        world.dealer_user("远行二手车", "yuanxing").await;
        let guesses = (0..12).map(|_| {
            let service = world.service.clone();
            tokio::spawn(async move { code(service.sign_in(attempt("yuanxing", "guess", "rival")).await) })
        });
        let mut judged = 0;
        for guess in guesses.collect::<Vec<_>>() {
            judged += i32::from(guess.await.unwrap() == "SIGN_IN_FAILED");
        }
        assert_eq!(judged, PER_PAIR);
    }

    #[tokio::test]
    async fn success_forgets_failures() {
        let world = World::new().await;
        world.dealer_user("远行二手车", "yuanxing").await;
        for _ in 0..3 {
            for _ in 1..PER_PAIR {
                assert_eq!(
                    code(world.service.sign_in(attempt("yuanxing", "typo", "desk")).await),
                    "SIGN_IN_FAILED"
                );
            }
            assert!(world.service.sign_in(attempt("yuanxing", PASSWORD, "desk")).await.is_ok());
        }
    }
}
