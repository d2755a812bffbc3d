//! A token for a person's own programs: shown once, kept as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;
use rand::Rng as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::field::Fields;
use crate::store::tokens::{self, NewRow};
use crate::trail::NewLine;
use crate::{Service, store};

/// What every token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "luochui_";
/// Working tokens a person may have: one for each program, and some to spare.
const MOST_TOKENS: i64 = 20;

/// The new token.
#[derive(Clone, Debug)]
pub struct MakeToken {
    /// The command's id, which becomes the token's.
    pub key: Uuid,
    /// What it is for.
    pub name: String,
}

/// A token in the only moment in which it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its id.
    pub id: Uuid,
    /// What the program sends after `Authorization: Bearer`.
    pub secret: String,
}

/// A token as its owner sees it later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// The end of the secret, to tell tokens apart.
    pub last_four: String,
    /// Since when.
    pub created_at: UnixMs,
    /// When it was used last, within a minute.
    pub last_used_at: Option<UnixMs>,
    /// Since when it works no more.
    pub revoked_at: Option<UnixMs>,
}

impl Service {
    /// Makes a token that acts as this person. A repeat cannot show the secret again (only its hash was kept) and is
    /// refused with `TOKEN_SHOWN_ONCE`.
    pub async fn make_token(&self, who: &Principal, input: MakeToken) -> Result<NewToken, CommandError> {
        let mut fields = Fields::default();
        let name = fields.text("name", &input.name, 1, 60);
        fields.done()?;
        let mut random = [0_u8; 32];
        rand::rng().fill_bytes(&mut random);
        let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));

        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        // one at a time for each person, or two at once could pass the limit
        store::users::lock(&mut tx, who.user_id.0).await?.ok_or_else(Problem::not_found)?;
        if tokens::belongs(&mut tx, input.key, who.user_id.0).await? {
            return Err(Problem::new(ProblemKind::Conflict, "TOKEN_SHOWN_ONCE").into());
        }
        if tokens::live(&mut tx, who.user_id.0).await? >= MOST_TOKENS {
            let most = json!({ "most": MOST_TOKENS });
            return Err(Problem::new(ProblemKind::Conflict, "TOO_MANY_TOKENS").with(most).into());
        }
        let row = NewRow {
            id: input.key,
            user_id: who.user_id.0,
            name: &name,
            secret_hash: &secret_hash(&secret),
            last_four: &secret[secret.len() - 4..],
            at,
        };
        if !tokens::insert(&mut tx, &row).await? {
            return Err(crate::trail::key_used().into());
        }
        let data = json!({ "name": name });
        let line = NewLine { id: input.key, of: who.user_id.0, what: "token_made", who, at, why: None, data };
        store::trail::add_to_user(&mut tx, line).await?;
        tx.commit().await?;
        tracing::info!(token.id = %input.key, "API token made");
        Ok(NewToken { id: input.key, secret })
    }

    /// A person's own tokens, working ones first.
    pub async fn tokens(&self, who: &Principal) -> Result<Vec<TokenRow>, CommandError> {
        let mut conn = self.db.acquire().await?;
        Ok(tokens::of_user(&mut conn, who.user_id.0).await?)
    }
}

/// What is kept of a token. The secret is 256 random bits, so one plain hash is enough.
pub(crate) fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{World, code, fields};

    fn token(name: &str) -> MakeToken {
        MakeToken { key: Uuid::now_v7(), name: name.into() }
    }

    #[tokio::test]
    async fn a_token_is_shown_once_and_acts_as_its_owner() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let command = token("ERP");
        let made = world.service.make_token(&who, command.clone()).await.unwrap();
        assert_eq!(world.service.principal_for_token(&made.secret).await.unwrap().unwrap().principal, who);
        assert_eq!(code(world.service.make_token(&who, command.clone()).await), "TOKEN_SHOWN_ONCE");
        assert!(world.service.principal_for_token("luochui_nonsense").await.unwrap().is_none());
        let rows = world.service.tokens(&who).await.unwrap();
        assert_eq!((rows.len(), rows[0].last_used_at), (1, Some(world.now())));
        assert!(made.secret.ends_with(&rows[0].last_four));

        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        assert_eq!(code(world.service.make_token(&stranger, command).await), "KEY_USED");
        assert!(world.service.tokens(&stranger).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn names_are_given_and_unique_and_tokens_are_few() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        assert_eq!(
            fields(world.service.make_token(&who, token(" ")).await),
            [World::pair(("name", "REQUIRED"))]
        );
        world.service.make_token(&who, token("erp")).await.unwrap();
        let again = world.service.make_token(&who, token("ERP")).await;
        assert_eq!(fields(again), [World::pair(("name", "TOKEN_NAME_TAKEN"))]);
        for n in 1..MOST_TOKENS {
            world.service.make_token(&who, token(&format!("程序{n}"))).await.unwrap();
        }
        assert_eq!(code(world.service.make_token(&who, token("多一个")).await), "TOO_MANY_TOKENS");
    }
}
