-- How a person last filtered and sorted the hall: it is so again when he comes back. A convenience, overwritten in place.
CREATE TABLE hall_memory (
    user_id   UUID PRIMARY KEY,
    filter    JSONB NOT NULL,
    kept_at   TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
