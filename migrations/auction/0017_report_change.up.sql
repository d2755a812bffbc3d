-- New condition reports of cars that are on offer, in the order in which they were heard of. The sweeper tells the lot, and
-- keeps an eye on it until it is closed: it resumes what stood still, and voids the lead of who did not confirm.
CREATE TABLE report_change (
    id           UUID PRIMARY KEY,                                -- of the event
    position     BIGINT GENERATED ALWAYS AS IDENTITY,
    lot_id       UUID NOT NULL REFERENCES lot (id),
    report_hash  TEXT NOT NULL,
    before_hash  TEXT NOT NULL,
    material     BOOLEAN NOT NULL,
    heard_at     TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    applied_at   TIMESTAMPTZ,                                     -- the lot has answered
    settled_at   TIMESTAMPTZ,                                     -- the lot is closed
    CONSTRAINT report_change_is_one CHECK (report_hash <> before_hash),
    CONSTRAINT report_change_settled_after_applied CHECK (settled_at IS NULL OR applied_at IS NOT NULL)
);
CREATE INDEX report_change_unsettled ON report_change (position) WHERE settled_at IS NULL;
CREATE INDEX report_change_by_lot ON report_change (lot_id, position);
