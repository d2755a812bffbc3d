//! What a person wants to have by mail.

use kernel::UserId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::inbox::Topic;
use crate::mail_choice::MailStop;

fn names() -> Vec<String> {
    Topic::ALL.iter().map(|topic| topic.name().to_owned()).collect()
}

/// The topics whose news goes out, by what the person has said or by itself.
pub(crate) async fn mailed(pool: &PgPool, user_id: UserId) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT t.topic AS \"topic!\"
           FROM unnest($2::text[]) AS t (topic)
           LEFT JOIN mail_choice c ON c.user_id = $1 AND c.topic = t.topic
          WHERE coalesce(c.mailed, mail_by_itself(t.topic))",
        user_id.0,
        &names()
    )
    .fetch_all(pool)
    .await
}

/// Keeps which topics go out. Who leaves a topic as it is has said nothing about it.
pub(crate) async fn choose(
    conn: &mut PgConnection,
    user_id: UserId,
    mailed: &[Topic],
) -> Result<(), sqlx::Error> {
    let mailed: Vec<String> = mailed.iter().map(|topic| topic.name().to_owned()).collect();
    sqlx::query!(
        "INSERT INTO mail_choice (user_id, topic, mailed)
         SELECT $1, t.topic, t.topic = ANY($3)
           FROM unnest($2::text[]) AS t (topic)
           LEFT JOIN mail_choice c ON c.user_id = $1 AND c.topic = t.topic
          WHERE coalesce(c.mailed, mail_by_itself(t.topic)) <> (t.topic = ANY($3))
         ON CONFLICT (user_id, topic) DO UPDATE SET mailed = excluded.mailed, changed_at = clock_timestamp()",
        user_id.0,
        &names(),
        &mailed
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A topic goes out no more.
pub(crate) async fn stop(conn: &mut PgConnection, user_id: UserId, topic: Topic) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO mail_choice AS c (user_id, topic, mailed) VALUES ($1, $2, false)
         ON CONFLICT (user_id, topic) DO UPDATE SET mailed = false, changed_at = clock_timestamp() WHERE c.mailed",
        user_id.0,
        topic.name()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether nothing of that goes to that address any more.
pub(crate) async fn is_stopped(pool: &PgPool, address_id: Uuid, what: MailStop) -> Result<bool, sqlx::Error> {
    let topic = match what {
        MailStop::Topic(topic) => Some(topic.name()),
        MailStop::All => None,
    };
    let is_sent = sqlx::query_scalar!(
        "SELECT EXISTS (
             SELECT FROM mail_address m
               LEFT JOIN mail_choice c ON c.user_id = m.user_id AND c.topic = $2
              WHERE m.id = $1 AND m.removed_at IS NULL
                AND ($2::text IS NULL OR coalesce(c.mailed, mail_by_itself($2)))) AS \"sent!\"",
        address_id,
        topic
    )
    .fetch_one(pool)
    .await?;
    Ok(!is_sent)
}
