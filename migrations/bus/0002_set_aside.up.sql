-- An outbox row that is not an envelope is kept for an operator, out of the relay's way, instead of being lost.
ALTER TABLE outbox ADD COLUMN set_aside_at TIMESTAMPTZ;
ALTER TABLE outbox ADD COLUMN set_aside_reason TEXT;
ALTER TABLE outbox ADD CONSTRAINT outbox_set_aside_has_reason
    CHECK ((set_aside_at IS NULL) = (set_aside_reason IS NULL));

-- Who sent a dead letter again, when, and what had been wrong with it: a replay wipes the inbox row's own record.
CREATE TABLE inbox_replay (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id    UUID NOT NULL CONSTRAINT inbox_replay_message_fkey REFERENCES inbox (message_id),
    replayed_at   TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    replayed_by   TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    last_error    TEXT NOT NULL
);
CREATE INDEX inbox_replay_by_message ON inbox_replay (message_id, id);
