-- Every service's database has these two tables: what it has to tell, and what it has been told.

-- Events of this service, written in the transaction of the change they tell of; removed once every consumer's
-- inbox (or the broker) holds them.
CREATE TABLE outbox (
    position      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            UUID NOT NULL CONSTRAINT outbox_id_key UNIQUE,
    event_type    TEXT NOT NULL,
    envelope      JSONB NOT NULL
);

-- Events of other services. The row and its effect are one transaction, so an effect happens exactly once.
CREATE TABLE inbox (
    message_id      UUID PRIMARY KEY,
    event_type      TEXT NOT NULL,
    aggregate       UUID NOT NULL,
    aggregate_seq   BIGINT NOT NULL,
    envelope        JSONB NOT NULL,
    received_at     TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    status          TEXT NOT NULL DEFAULT 'pending' CONSTRAINT inbox_status_known CHECK (status IN ('pending', 'done', 'dead')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    last_error      TEXT,
    settled_at      TIMESTAMPTZ,
    CONSTRAINT inbox_settled_has_time CHECK ((status = 'pending') = (settled_at IS NULL))
);

-- The worker's question: what is due, and is an earlier event of the same record still waiting?
CREATE INDEX inbox_due ON inbox (next_attempt_at) WHERE status = 'pending';
CREATE INDEX inbox_pending_by_aggregate ON inbox (aggregate, aggregate_seq) WHERE status = 'pending';
-- The operators' page of dead letters.
CREATE INDEX inbox_dead ON inbox (settled_at DESC) WHERE status = 'dead';
