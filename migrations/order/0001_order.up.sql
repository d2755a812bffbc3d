-- Orders: what follows from a sold lot, as an immutable document, and beside it the axes on which it moves.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: write a new row instead', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

-- ---------------------------------------------------------------------------------------------------------
-- Fee schedules. A schedule is valid from a moment until the next one begins, and never changes: an order names
-- the version it was computed by.
CREATE TABLE fee_schedule (
    id                  UUID PRIMARY KEY,
    version             INTEGER NOT NULL CONSTRAINT fee_schedule_version_key UNIQUE,
    valid_from          TIMESTAMPTZ NOT NULL CONSTRAINT fee_schedule_valid_from_key UNIQUE,
    service_fee_bp      INTEGER NOT NULL CONSTRAINT fee_schedule_rate CHECK (service_fee_bp BETWEEN 0 AND 10000),
    service_fee_min_fen BIGINT NOT NULL CONSTRAINT fee_schedule_min CHECK (service_fee_min_fen >= 0),
    service_fee_max_fen BIGINT NOT NULL,
    agency_fee_fen      BIGINT NOT NULL CONSTRAINT fee_schedule_agency CHECK (agency_fee_fen >= 0),
    created_by          TEXT NOT NULL,
    created_at          TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT fee_schedule_bounds CHECK (service_fee_max_fen >= service_fee_min_fen)
);
CREATE TRIGGER fee_schedule_append_only BEFORE UPDATE OR DELETE ON fee_schedule
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The first schedule: 1.5 % of the hammer price, at least ¥500, at most ¥5,000; ¥600 for the paperwork.
INSERT INTO fee_schedule (id, version, valid_from, service_fee_bp, service_fee_min_fen, service_fee_max_fen,
                          agency_fee_fen, created_by)
VALUES ('0192f000-0000-7000-8000-000000000001', 1, '2020-01-01 00:00:00+08', 150, 50000, 500000, 60000,
        'system:order');

-- ---------------------------------------------------------------------------------------------------------
-- The last order number of each day. Taken in the order's own transaction, so a number that was not used is
-- not taken either.
CREATE TABLE order_number (
    day  DATE PRIMARY KEY,
    last INTEGER NOT NULL CONSTRAINT order_number_positive CHECK (last > 0)
);

-- The document. It never changes: a correction is another document.
CREATE TABLE sale_order (
    id              UUID PRIMARY KEY,
    order_no        TEXT NOT NULL CONSTRAINT sale_order_no_key UNIQUE,
    lot_id          UUID NOT NULL CONSTRAINT sale_order_lot_key UNIQUE,
    sale_id         UUID NOT NULL,
    sale_name       TEXT NOT NULL,
    vehicle_id      UUID NOT NULL,
    vin             TEXT NOT NULL,
    title           TEXT NOT NULL,
    buyer_dealer_id UUID NOT NULL,
    buyer_name      TEXT NOT NULL,
    price_fen       BIGINT NOT NULL CONSTRAINT sale_order_price_positive CHECK (price_fen > 0),
    fees_fen        BIGINT NOT NULL CONSTRAINT sale_order_fees_not_negative CHECK (fees_fen >= 0),
    total_fen       BIGINT NOT NULL,
    sold_at         TIMESTAMPTZ NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    CONSTRAINT sale_order_total CHECK (total_fen = price_fen + fees_fen)
);
CREATE TRIGGER sale_order_append_only BEFORE UPDATE OR DELETE ON sale_order
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE INDEX sale_order_by_time ON sale_order (created_at DESC, id);
CREATE INDEX sale_order_by_buyer ON sale_order (buyer_dealer_id, created_at DESC);

-- What the buyer owes, line by line, with everything a person needs to compute it again.
CREATE TABLE order_line (
    order_id         UUID NOT NULL CONSTRAINT order_line_order_fkey REFERENCES sale_order (id),
    position         INTEGER NOT NULL,
    kind             TEXT NOT NULL
        CONSTRAINT order_line_kind_known CHECK (kind IN ('car', 'service_fee', 'agency_fee')),
    amount_fen       BIGINT NOT NULL CONSTRAINT order_line_not_negative CHECK (amount_fen >= 0),
    schedule_id      UUID CONSTRAINT order_line_schedule_fkey REFERENCES fee_schedule (id),
    schedule_version INTEGER,
    inputs           JSONB NOT NULL,
    formula          TEXT NOT NULL,
    PRIMARY KEY (order_id, position),
    CONSTRAINT order_line_kind_once UNIQUE (order_id, kind),
    -- the car costs the hammer price; every fee comes of a schedule
    CONSTRAINT order_line_fee_has_schedule CHECK ((kind = 'car') = (schedule_id IS NULL)),
    CONSTRAINT order_line_schedule_whole CHECK ((schedule_id IS NULL) = (schedule_version IS NULL))
);
CREATE TRIGGER order_line_append_only BEFORE UPDATE OR DELETE ON order_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The lines make up the total, at the end of every transaction that touched either.
CREATE FUNCTION order_lines_make_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_order UUID := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid; -- the column that names the order
    ok BOOLEAN;
BEGIN
    SELECT o.total_fen = coalesce(sum(l.amount_fen), 0)
           AND o.price_fen = coalesce(sum(l.amount_fen) FILTER (WHERE l.kind = 'car'), 0)
      INTO ok
      FROM sale_order o
      LEFT JOIN order_line l ON l.order_id = o.id
     WHERE o.id = the_order
     GROUP BY o.id;
    IF ok IS NOT TRUE THEN
        RAISE EXCEPTION 'the lines of order % do not make up its total', the_order
            USING ERRCODE = 'check_violation', CONSTRAINT = 'order_lines_make_total';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_lines_make_total AFTER INSERT ON sale_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_lines_make_total('id');
CREATE CONSTRAINT TRIGGER order_lines_make_total AFTER INSERT ON order_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_lines_make_total('order_id');

-- ---------------------------------------------------------------------------------------------------------
-- The five axes: one row each, so that no axis can overwrite another. A row exists once somebody has really
-- said something on that axis; whoever owns the axis updates its row alone. History is in the trail.
CREATE TABLE order_axis (
    order_id UUID NOT NULL CONSTRAINT order_axis_order_fkey REFERENCES sale_order (id),
    axis     TEXT NOT NULL,
    state    TEXT NOT NULL,
    since    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (order_id, axis),
    CONSTRAINT order_axis_state_known CHECK (CASE axis
        WHEN 'commercial' THEN state IN ('provisional', 'confirmed', 'completed', 'rescinded', 'defaulted_buyer',
                                         'defaulted_seller', 'cancelled')
        WHEN 'payment'    THEN state IN ('unpaid', 'part_paid', 'paid', 'overpaid', 'refunding', 'refunded',
                                         'written_off')
        WHEN 'logistics'  THEN state IN ('not_required', 'quoted', 'booked', 'picked_up', 'in_transit', 'arrived',
                                         'signed', 'exception')
        WHEN 'title'      THEN state IN ('agreed', 'plate_released', 'file_submitted', 'file_collected',
                                         'papers_uploaded', 'papers_review', 'papers_refused', 'closed')
        WHEN 'dispute'    THEN state IN ('none', 'opened', 'evidence', 'decision', 'executed', 'withdrawn')
        ELSE FALSE END)
);
CREATE INDEX order_axis_by_state ON order_axis (axis, state);

-- What finance has said about the order: read model of its events, the ground of the payment axis.
CREATE TABLE order_receivable (
    order_id      UUID PRIMARY KEY CONSTRAINT order_receivable_order_fkey REFERENCES sale_order (id),
    receivable_id UUID NOT NULL CONSTRAINT order_receivable_key UNIQUE,
    amount_fen    BIGINT NOT NULL,
    due_at        TIMESTAMPTZ NOT NULL
);
CREATE INDEX order_receivable_by_due ON order_receivable (due_at);

-- Who did what, when and why. The number of a row is also the number of the event it was published with.
CREATE TABLE trail (
    order_id   UUID NOT NULL CONSTRAINT trail_order_fkey REFERENCES sale_order (id),
    seq        BIGINT NOT NULL,
    what       TEXT NOT NULL,
    who        TEXT NOT NULL,
    who_name   TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    data       JSONB NOT NULL,
    PRIMARY KEY (order_id, seq)
);
CREATE TRIGGER trail_append_only BEFORE UPDATE OR DELETE ON trail
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
