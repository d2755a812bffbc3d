//! Writing events beside the change they tell of.

use kernel::{Envelope, EventType, UnixMs};
use sqlx::PgConnection;
use uuid::Uuid;

/// What an envelope says beside the event's own data.
#[derive(Clone, Debug)]
pub struct Meta {
    /// The record it happened to.
    pub aggregate: Uuid,
    /// Counts the record's events.
    pub aggregate_seq: i64,
    /// When.
    pub occurred_at: UnixMs,
    /// `user:<id>` or `system:<what>`.
    pub actor: String,
    /// Shared by all that came of one command.
    pub correlation_id: Uuid,
    /// The event that caused it.
    pub causation_id: Option<Uuid>,
}

/// Puts an event into its envelope, under a fresh id.
pub fn envelope<E: EventType>(event: &E, meta: Meta) -> Result<Envelope, serde_json::Error> {
    Ok(Envelope {
        id: Uuid::now_v7(),
        r#type: E::NAME.to_owned(),
        version: E::VERSION,
        occurred_at: meta.occurred_at,
        service: E::SERVICE.to_owned(),
        aggregate: meta.aggregate,
        aggregate_seq: meta.aggregate_seq,
        correlation_id: meta.correlation_id,
        causation_id: meta.causation_id,
        actor: meta.actor,
        data: serde_json::to_value(event)?,
    })
}

/// Writes an event into the outbox of the database that `conn` belongs to. Call it inside the transaction of the
/// change.
pub async fn publish<E: EventType>(
    conn: &mut PgConnection,
    event: &E,
    meta: Meta,
) -> Result<Uuid, sqlx::Error> {
    let envelope = envelope(event, meta).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let json = serde_json::to_value(&envelope).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO outbox (id, event_type, envelope) VALUES ($1, $2, $3)",
        envelope.id,
        envelope.r#type,
        json
    )
    .execute(conn)
    .await?;
    Ok(envelope.id)
}

/// Writes many events at once, in their order: for imports, which tell of thousands of records in one transaction.
pub async fn publish_all(conn: &mut PgConnection, events: &[Envelope]) -> Result<(), sqlx::Error> {
    if events.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_value(events).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO outbox (id, event_type, envelope)
         SELECT (envelope ->> 'id')::UUID, envelope ->> 'type', envelope
           FROM jsonb_array_elements($1) WITH ORDINALITY AS e (envelope, place)
          ORDER BY place",
        json
    )
    .execute(conn)
    .await?;
    Ok(())
}
