-- What a sale of each format is made with, and templates to make sales from.
ALTER TABLE sale
    ADD COLUMN buy_now_percent INTEGER      -- of a car's guide price
        CONSTRAINT sale_buy_now_sane CHECK (buy_now_percent BETWEEN 50 AND 500),
    ADD COLUMN dutch_start_percent INTEGER  -- of a car's guide price
        CONSTRAINT sale_dutch_start_sane CHECK (dutch_start_percent BETWEEN 50 AND 500),
    ADD COLUMN dutch_steps INTEGER CONSTRAINT sale_dutch_steps_sane CHECK (dutch_steps BETWEEN 1 AND 100),
    ADD COLUMN dutch_step_ms BIGINT CONSTRAINT sale_dutch_step_sane CHECK (dutch_step_ms BETWEEN 1000 AND 86400000),
    ADD COLUMN lane_lot_ms BIGINT CONSTRAINT sale_lane_lot_sane CHECK (lane_lot_ms BETWEEN 5000 AND 3600000),
    ADD CONSTRAINT sale_buy_now_where_price_rises
        CHECK (buy_now_percent IS NULL OR format IN ('timed', 'flash', 'lane')),
    ADD CONSTRAINT sale_dutch_has_steps
        CHECK ((format = 'dutch') = (dutch_start_percent IS NOT NULL)
           AND (format = 'dutch') = (dutch_steps IS NOT NULL)
           AND (format = 'dutch') = (dutch_step_ms IS NOT NULL)),
    ADD CONSTRAINT sale_lane_has_times CHECK ((format = 'lane') = (lane_lot_ms IS NOT NULL));

-- A saved template of sales: all but the name, the times and the cars.
CREATE TABLE sale_template (
    id                   UUID PRIMARY KEY,
    name                 TEXT NOT NULL CONSTRAINT sale_template_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
    format               TEXT NOT NULL CONSTRAINT sale_template_format_known
        CHECK (format IN ('timed', 'flash', 'sealed_first', 'sealed_second', 'dutch', 'lane')),
    runs_ms              BIGINT NOT NULL CONSTRAINT sale_template_runs_sane CHECK (runs_ms BETWEEN 60000 AND 2592000000),
    stagger_ms           BIGINT NOT NULL CONSTRAINT sale_template_stagger_sane CHECK (stagger_ms BETWEEN 0 AND 3600000),
    window_ms            BIGINT NOT NULL CONSTRAINT sale_template_window_sane CHECK (window_ms BETWEEN 0 AND 3600000),
    cap_ms               BIGINT NOT NULL CONSTRAINT sale_template_cap_sane CHECK (cap_ms BETWEEN 0 AND 86400000),
    below_reserve        TEXT NOT NULL CONSTRAINT sale_template_below_reserve_known CHECK (below_reserve IN ('full', 'stepped')),
    buy_now_percent      INTEGER CONSTRAINT sale_template_buy_now_sane CHECK (buy_now_percent BETWEEN 50 AND 500),
    dutch_start_percent  INTEGER CONSTRAINT sale_template_dutch_start_sane CHECK (dutch_start_percent BETWEEN 50 AND 500),
    dutch_steps          INTEGER CONSTRAINT sale_template_dutch_steps_sane CHECK (dutch_steps BETWEEN 1 AND 100),
    dutch_step_ms        BIGINT CONSTRAINT sale_template_dutch_step_sane CHECK (dutch_step_ms BETWEEN 1000 AND 86400000),
    lane_lot_ms          BIGINT CONSTRAINT sale_template_lane_lot_sane CHECK (lane_lot_ms BETWEEN 5000 AND 3600000),
    version              INTEGER NOT NULL DEFAULT 1 CONSTRAINT sale_template_version_counts CHECK (version > 0),
    changed_by           UUID NOT NULL,
    changed_by_name      TEXT NOT NULL,
    changed_at           TIMESTAMPTZ NOT NULL,
    CONSTRAINT sale_template_buy_now_where_price_rises
        CHECK (buy_now_percent IS NULL OR format IN ('timed', 'flash', 'lane')),
    CONSTRAINT sale_template_dutch_has_steps
        CHECK ((format = 'dutch') = (dutch_start_percent IS NOT NULL)
           AND (format = 'dutch') = (dutch_steps IS NOT NULL)
           AND (format = 'dutch') = (dutch_step_ms IS NOT NULL)),
    CONSTRAINT sale_template_lane_has_times CHECK ((format = 'lane') = (lane_lot_ms IS NOT NULL))
);
-- Two templates of one name could not be told apart in a list.
CREATE UNIQUE INDEX sale_template_name_once ON sale_template (lower(name));

-- Who made and changed a template: each saving, with what it asked for. Its id is the command's key.
CREATE TABLE sale_template_trail (
    key            UUID PRIMARY KEY,
    template_id    UUID NOT NULL REFERENCES sale_template (id),
    version        INTEGER NOT NULL,
    asked          JSONB NOT NULL,
    by_user        UUID NOT NULL,
    by_name        TEXT NOT NULL,
    at             TIMESTAMPTZ NOT NULL,
    CONSTRAINT sale_template_trail_version_once UNIQUE (template_id, version)
);
