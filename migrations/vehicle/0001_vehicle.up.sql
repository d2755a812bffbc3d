-- Cars from intake to sale. `vehicle` holds the headline of each car; every change of it is a row of
-- `vehicle_trail`, written in the same transaction.

CREATE TABLE vehicle (
    id                 UUID PRIMARY KEY,
    vin                TEXT CONSTRAINT vehicle_vin_key UNIQUE
                            CONSTRAINT vehicle_vin_form CHECK (vin ~ '^[A-HJ-NPR-Z0-9]{17}$'),
    vin_warning        TEXT CONSTRAINT vehicle_vin_warning_known CHECK (vin_warning IN ('wrong_and_required', 'wrong_not_required')),
    -- Where the car was first heard of. Listings often carry no VIN: then this reference is the car's identity.
    source             TEXT NOT NULL,
    external_id        TEXT,
    make               TEXT NOT NULL CONSTRAINT vehicle_make_given CHECK (make <> ''),
    -- Sources write one make in several letter cases; filters and groups use this.
    make_key           TEXT NOT NULL GENERATED ALWAYS AS (lower(make)) STORED,
    model              TEXT NOT NULL CONSTRAINT vehicle_model_given CHECK (model <> ''),
    trim               TEXT NOT NULL,
    title              TEXT NOT NULL,
    model_year         INTEGER CONSTRAINT vehicle_model_year_range CHECK (model_year BETWEEN 1900 AND 2100),
    body               TEXT NOT NULL,
    fuel               TEXT NOT NULL,
    transmission       TEXT NOT NULL,
    mileage_km         INTEGER CONSTRAINT vehicle_mileage_range CHECK (mileage_km BETWEEN 0 AND 2000000),
    colour             TEXT NOT NULL,
    interior           TEXT NOT NULL,
    -- `2018-03`, or `2018` where the source knows the year only.
    first_registration TEXT NOT NULL CONSTRAINT vehicle_first_registration_form CHECK (first_registration ~ '^(\d{4}(-(0[1-9]|1[0-2]))?)?$'),
    plate_place        TEXT NOT NULL,
    transfers          INTEGER CONSTRAINT vehicle_transfers_range CHECK (transfers BETWEEN 0 AND 99),
    city               TEXT NOT NULL,
    grade              TEXT NOT NULL,
    seller_name        TEXT NOT NULL,
    -- A price as the source gave it, with its currency: never converted, never calculated with.
    source_price       TEXT NOT NULL,
    search_text        TEXT NOT NULL GENERATED ALWAYS AS (
                           lower(coalesce(vin, '') || ' ' || coalesce(external_id, '') || ' ' || make || ' ' || model || ' '
                                 || trim || ' ' || title || ' ' || plate_place || ' ' || city || ' ' || seller_name)) STORED,
    status             TEXT NOT NULL CONSTRAINT vehicle_status_known CHECK (status IN ('received', 'inspected', 'priced', 'listed', 'sold')),
    -- Headlines of the newest report and price, and the lot the car is offered in.
    report_version     INTEGER NOT NULL DEFAULT 0,
    guide_fen          BIGINT,
    start_fen          BIGINT,
    reserve_fen        BIGINT,
    listed_lot_id      UUID,
    -- Counts the trail's rows; events carry it as their place in the car's history.
    seq                BIGINT NOT NULL,
    received_at        TIMESTAMPTZ NOT NULL,
    updated_at         TIMESTAMPTZ NOT NULL,
    CONSTRAINT vehicle_source_reference_key UNIQUE (source, external_id),
    CONSTRAINT vehicle_identified CHECK (vin IS NOT NULL OR external_id IS NOT NULL),
    CONSTRAINT vehicle_priced_has_price CHECK (status NOT IN ('priced', 'listed') OR start_fen IS NOT NULL),
    CONSTRAINT vehicle_listed_has_lot CHECK (status <> 'listed' OR listed_lot_id IS NOT NULL)
);

-- The list's orders, each with the id so that pages never overlap.
CREATE INDEX vehicle_by_update ON vehicle (updated_at DESC, id DESC);
CREATE INDEX vehicle_by_receipt ON vehicle (received_at DESC, id DESC);
CREATE INDEX vehicle_by_start ON vehicle (start_fen DESC NULLS LAST, id DESC);
CREATE INDEX vehicle_by_mileage ON vehicle (mileage_km, id);
CREATE INDEX vehicle_by_year ON vehicle (model_year DESC NULLS LAST, id DESC);
-- The list's filters that leave few cars.
CREATE INDEX vehicle_by_status ON vehicle (status, updated_at DESC, id DESC);
CREATE INDEX vehicle_by_make ON vehicle (make_key, updated_at DESC, id DESC);
CREATE INDEX vehicle_by_city ON vehicle (city);
CREATE INDEX vehicle_by_source ON vehicle (source);
CREATE INDEX vehicle_by_grade ON vehicle (grade);

-- What each source last said of a car: its own reference, and the values, so that the next delivery of the source
-- changes only what the source itself changed and leaves corrections made here alone.
CREATE TABLE vehicle_source (
    vehicle_id  UUID NOT NULL REFERENCES vehicle (id),
    source      TEXT NOT NULL,
    external_id TEXT,
    row_hash    TEXT NOT NULL,
    facts       JSONB NOT NULL,
    imported_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (vehicle_id, source),
    CONSTRAINT vehicle_source_external_key UNIQUE (source, external_id)
);

-- Who did what to a car, when. One row a command.
CREATE TABLE vehicle_trail (
    vehicle_id UUID NOT NULL REFERENCES vehicle (id),
    seq        BIGINT NOT NULL,
    command_id UUID NOT NULL CONSTRAINT vehicle_trail_command_key UNIQUE,
    what       TEXT NOT NULL,
    who_id     UUID,
    who_name   TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    data       JSONB NOT NULL,
    PRIMARY KEY (vehicle_id, seq)
);

CREATE TABLE condition_report (
    id         UUID NOT NULL CONSTRAINT condition_report_id_key UNIQUE,
    vehicle_id UUID NOT NULL REFERENCES vehicle (id),
    version    INTEGER NOT NULL CONSTRAINT condition_report_version_from_one CHECK (version > 0),
    -- `inspection`: by our own people. `source`: what the car's source said of it.
    origin     TEXT NOT NULL CONSTRAINT condition_report_origin_known CHECK (origin IN ('inspection', 'source')),
    grade      TEXT NOT NULL,
    damages    JSONB NOT NULL,
    notes      TEXT NOT NULL,
    -- SHA-256 of the report's canonical JSON: what a bidder saw can be proven.
    hash       TEXT NOT NULL CONSTRAINT condition_report_hash_form CHECK (hash ~ '^[0-9a-f]{64}$'),
    who_id     UUID,
    who_name   TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (vehicle_id, version)
);

CREATE TABLE vehicle_price (
    id          UUID NOT NULL CONSTRAINT vehicle_price_id_key UNIQUE,
    vehicle_id  UUID NOT NULL REFERENCES vehicle (id),
    version     INTEGER NOT NULL CONSTRAINT vehicle_price_version_from_one CHECK (version > 0),
    guide_fen   BIGINT NOT NULL,
    start_fen   BIGINT NOT NULL CONSTRAINT vehicle_price_start_positive CHECK (start_fen > 0),
    reserve_fen BIGINT,
    reason      TEXT NOT NULL,
    who_id      UUID,
    who_name    TEXT NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (vehicle_id, version),
    CONSTRAINT vehicle_price_start_within_reserve CHECK (reserve_fen IS NULL OR start_fen <= reserve_fen),
    -- 10 000 fen = ¥100, the tick of every bid.
    CONSTRAINT vehicle_price_on_tick CHECK (guide_fen % 10000 = 0 AND start_fen % 10000 = 0 AND (reserve_fen IS NULL OR reserve_fen % 10000 = 0)),
    CONSTRAINT vehicle_price_guide_positive CHECK (guide_fen > 0)
);

CREATE TABLE vehicle_photo (
    id           UUID PRIMARY KEY,
    vehicle_id   UUID NOT NULL REFERENCES vehicle (id),
    position     INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes   BIGINT NOT NULL CONSTRAINT vehicle_photo_not_empty CHECK (size_bytes > 0),
    width        INTEGER NOT NULL,
    height       INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    added_by     TEXT NOT NULL,
    added_at     TIMESTAMPTZ NOT NULL,
    removed_by   TEXT,
    removed_at   TIMESTAMPTZ,
    CONSTRAINT vehicle_photo_removal_has_person CHECK ((removed_by IS NULL) = (removed_at IS NULL))
);
CREATE INDEX vehicle_photo_shown ON vehicle_photo (vehicle_id, position) WHERE removed_at IS NULL;
-- The same picture twice on one car is a double click.
CREATE UNIQUE INDEX vehicle_photo_picture_key ON vehicle_photo (vehicle_id, sha256) WHERE removed_at IS NULL;

-- Reports, prices and trail are evidence: the database itself refuses to change them.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER condition_report_append_only BEFORE UPDATE OR DELETE ON condition_report
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vehicle_price_append_only BEFORE UPDATE OR DELETE ON vehicle_price
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vehicle_trail_append_only BEFORE UPDATE OR DELETE ON vehicle_trail
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
