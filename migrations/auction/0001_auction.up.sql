-- What the auction has heard of priced cars. A lot copies from here, so it never asks another service.
CREATE TABLE car (
    vehicle_id    UUID PRIMARY KEY,
    heard_seq     BIGINT NOT NULL,          -- aggregate_seq of the event this row is from; older news is ignored
    vin           TEXT NOT NULL,
    title         TEXT NOT NULL,
    make          TEXT NOT NULL,
    model         TEXT NOT NULL,
    model_year    INTEGER NOT NULL,
    mileage_km    BIGINT NOT NULL,
    colour        TEXT NOT NULL,
    city          TEXT NOT NULL,
    grade         TEXT NOT NULL,
    seller_name   TEXT NOT NULL,
    photo_ids     UUID[] NOT NULL DEFAULT '{}',
    guide_fen     BIGINT NOT NULL CONSTRAINT car_guide_positive CHECK (guide_fen > 0),
    start_fen     BIGINT NOT NULL CONSTRAINT car_start_positive CHECK (start_fen > 0),
    reserve_fen   BIGINT CONSTRAINT car_reserve_from_start CHECK (reserve_fen >= start_fen),
    report_hash   TEXT NOT NULL,
    priced_at     TIMESTAMPTZ NOT NULL
);
CREATE INDEX car_newest ON car (priced_at DESC);

-- What the auction has heard of dealers: who may not bid.
CREATE TABLE dealer (
    dealer_id     UUID PRIMARY KEY,
    heard_seq     BIGINT NOT NULL,
    name          TEXT NOT NULL,
    suspended     BOOLEAN NOT NULL
);

-- A sale session (场次): lots under one template.
CREATE TABLE sale (
    id                      UUID PRIMARY KEY,
    name                    TEXT NOT NULL CONSTRAINT sale_name_given CHECK (name <> ''),
    format                  TEXT NOT NULL DEFAULT 'timed' CONSTRAINT sale_format_known CHECK (format IN ('timed')),
    opens_at                TIMESTAMPTZ NOT NULL,
    first_end_at            TIMESTAMPTZ NOT NULL,
    stagger_ms              BIGINT NOT NULL CONSTRAINT sale_stagger_sane CHECK (stagger_ms BETWEEN 0 AND 3600000),
    window_ms               BIGINT NOT NULL CONSTRAINT sale_window_sane CHECK (window_ms BETWEEN 0 AND 3600000),
    cap_ms                  BIGINT NOT NULL CONSTRAINT sale_cap_sane CHECK (cap_ms >= 0),
    tick_fen                BIGINT NOT NULL CONSTRAINT sale_tick_positive CHECK (tick_fen > 0),
    below_reserve           TEXT NOT NULL CONSTRAINT sale_below_reserve_known CHECK (below_reserve IN ('full', 'stepped')),
    created_by              UUID NOT NULL,
    created_by_name         TEXT NOT NULL,
    created_at              TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT sale_ends_after_it_opens CHECK (first_end_at > opens_at)
);
CREATE INDEX sale_by_time ON sale (opens_at DESC);

-- One car offered in one sale (拍品). `state` is the fold at `seq`; the columns beside it are what lists and the
-- sweeper ask for, written with it in the same statement.
CREATE TABLE lot (
    id                UUID PRIMARY KEY,
    sale_id           UUID NOT NULL REFERENCES sale (id),
    lot_no            INTEGER NOT NULL,
    vehicle_id        UUID NOT NULL,
    vin               TEXT NOT NULL,
    title             TEXT NOT NULL,
    make              TEXT NOT NULL,
    model             TEXT NOT NULL,
    model_year        INTEGER NOT NULL,
    mileage_km        BIGINT NOT NULL,
    colour            TEXT NOT NULL,
    city              TEXT NOT NULL,
    grade             TEXT NOT NULL,
    seller_name       TEXT NOT NULL,
    photo_ids         UUID[] NOT NULL,
    guide_fen         BIGINT NOT NULL,
    report_hash       TEXT NOT NULL,
    status            TEXT NOT NULL CONSTRAINT lot_status_known CHECK (status IN ('scheduled', 'open', 'paused', 'closed')),
    seq               BIGINT NOT NULL DEFAULT 0 CONSTRAINT lot_seq_counts CHECK (seq >= 0),
    state             JSONB NOT NULL,
    opens_at          TIMESTAMPTZ NOT NULL,
    end_at            TIMESTAMPTZ NOT NULL,
    price_fen         BIGINT,
    leader_dealer_id  UUID,
    outcome           TEXT CONSTRAINT lot_outcome_known CHECK (outcome IN ('sold', 'provisional', 'unsold')),
    created_at        TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT lot_no_once_a_sale UNIQUE (sale_id, lot_no),
    CONSTRAINT lot_closed_has_outcome CHECK ((status = 'closed') = (outcome IS NOT NULL)),
    CONSTRAINT lot_leader_has_price CHECK ((leader_dealer_id IS NULL) = (price_fen IS NULL)),
    CONSTRAINT lot_sold_has_buyer CHECK (outcome IS DISTINCT FROM 'sold' OR leader_dealer_id IS NOT NULL)
) WITH (fillfactor = 50); -- a hot lot is rewritten with every batch: room for the new version on the same page
-- A car is on offer in one place at a time, and is never offered again once sold.
CREATE UNIQUE INDEX lot_car_once ON lot (vehicle_id) WHERE status <> 'closed' OR outcome IN ('sold', 'provisional');
-- The sweeper's questions.
CREATE INDEX lot_to_open ON lot (opens_at) WHERE status = 'scheduled';
CREATE INDEX lot_to_close ON lot (end_at) WHERE status = 'open';
CREATE INDEX lot_by_sale ON lot (sale_id, lot_no);
CREATE INDEX lot_by_end ON lot (end_at, id);

-- Every command that reached a lot, accepted (with its seq) or refused (without), with its answer. Append-only.
CREATE TABLE lot_log (
    lot_id        UUID NOT NULL REFERENCES lot (id),
    seq           BIGINT,                     -- NULL: refused
    judged_seq    BIGINT NOT NULL,            -- the seq it was judged against
    key           UUID NOT NULL,              -- made by the sender; a repeat gets the recorded answer
    actor         UUID NOT NULL,              -- the bidding entity; for staff and system commands the nil UUID
    user_id       UUID,                       -- the person, if there was one
    user_name     TEXT NOT NULL,
    command       TEXT NOT NULL,
    max_fen       BIGINT,
    confirmed     BOOLEAN NOT NULL DEFAULT false,
    code          TEXT,                       -- the refusal
    note          TEXT,
    explanation   JSONB NOT NULL,
    events        JSONB NOT NULL,
    price_fen     BIGINT,                     -- after the command
    leader        UUID,
    alias         INTEGER,
    end_at        TIMESTAMPTZ NOT NULL,
    report_hash   TEXT NOT NULL,
    admitted_at   TIMESTAMPTZ NOT NULL,
    written_at    TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT lot_log_key_once UNIQUE (actor, key),
    CONSTRAINT lot_log_seq_once UNIQUE (lot_id, seq),
    CONSTRAINT lot_log_refused_has_code CHECK ((seq IS NULL) = (code IS NOT NULL)),
    CONSTRAINT lot_log_follows_judged CHECK (seq IS NULL OR seq = judged_seq + 1)
);
-- A dealer's own position and history.
CREATE INDEX lot_log_by_actor ON lot_log (actor, lot_id, seq DESC) WHERE command = 'place_max';

CREATE FUNCTION lot_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lot_log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER lot_log_append_only BEFORE UPDATE OR DELETE ON lot_log
    FOR EACH STATEMENT EXECUTE FUNCTION lot_log_is_append_only();

-- The heartbeat of the commit path, and its gaps (outage rule).
CREATE TABLE pulse (
    one       BOOLEAN PRIMARY KEY DEFAULT true CONSTRAINT pulse_is_one_row CHECK (one),
    alive_at  TIMESTAMPTZ NOT NULL
);
CREATE TABLE outage (
    id          UUID PRIMARY KEY,
    went_at     TIMESTAMPTZ NOT NULL,
    back_at     TIMESTAMPTZ NOT NULL,
    settled_at  TIMESTAMPTZ,
    CONSTRAINT outage_has_length CHECK (back_at > went_at)
);
CREATE INDEX outage_open ON outage (back_at) WHERE settled_at IS NULL;
