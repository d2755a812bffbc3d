-- That something let somebody in which lets him in no more: every process looks for these rows, and asks again who sits at the
-- sockets of that person. Kept for an hour.
CREATE TABLE revocation (
    id       UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id  UUID NOT NULL,
    at       TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX revocation_by_age ON revocation (at);
