-- A sale to practise on: a lot that is over, whose bidders bid again as ghosts. Nothing of it is in the real log: how a run
-- stands is worked out of that log and of these rows whenever somebody asks.

-- A run of a person. Its id is the command's key.
CREATE TABLE practice_run (
    id              UUID PRIMARY KEY,
    user_id         UUID NOT NULL,
    dealer_id       UUID NOT NULL,
    lot_id          UUID NOT NULL REFERENCES lot (id),
    real_price_fen  BIGINT NOT NULL CONSTRAINT practice_run_real_price_positive CHECK (real_price_fen > 0),
    started_at      TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    speed           INTEGER NOT NULL CONSTRAINT practice_run_speed_known CHECK (speed IN (1, 10, 60)),
    lot_at          TIMESTAMPTZ NOT NULL,      -- where the lot's time was when the clock was set last
    since           TIMESTAMPTZ,               -- since when it has run from there; none: it stands still
    bids            INTEGER NOT NULL DEFAULT 0 CONSTRAINT practice_run_bids_counted CHECK (bids >= 0),
    ended_at        TIMESTAMPTZ,
    ending          TEXT CONSTRAINT practice_run_ending_known CHECK (ending IN ('over', 'given_up')),
    won             BOOLEAN,
    price_fen       BIGINT,
    CONSTRAINT practice_run_ends_whole CHECK ((ended_at IS NULL) = (ending IS NULL)),
    CONSTRAINT practice_run_has_result CHECK ((ending IS NOT DISTINCT FROM 'over') = (won IS NOT NULL AND price_fen IS NOT NULL)),
    CONSTRAINT practice_run_over_stands_still CHECK (ended_at IS NULL OR since IS NULL)
);
CREATE UNIQUE INDEX practice_run_one_at_a_time ON practice_run (user_id) WHERE ended_at IS NULL;
CREATE INDEX practice_run_by_person ON practice_run (user_id, started_at DESC);
CREATE INDEX practice_run_by_age ON practice_run (started_at);

-- What its person asked, in order: the run's history.
CREATE TABLE practice_command (
    run_id      UUID NOT NULL REFERENCES practice_run (id) ON DELETE CASCADE,
    n           INTEGER NOT NULL CONSTRAINT practice_command_counted CHECK (n > 0),
    key         UUID NOT NULL,                 -- made by the sender
    command     TEXT NOT NULL
                    CONSTRAINT practice_command_known CHECK (command IN ('bid', 'pause', 'go_on', 'speed', 'give_up')),
    asked_at    TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    lot_at      TIMESTAMPTZ NOT NULL,          -- the lot's time then
    max_fen     BIGINT,
    confirmed   BOOLEAN NOT NULL DEFAULT false,
    speed       INTEGER,
    PRIMARY KEY (run_id, n),
    CONSTRAINT practice_command_key_once UNIQUE (run_id, key),
    CONSTRAINT practice_command_bid_has_amount CHECK ((command = 'bid') = (max_fen IS NOT NULL)),
    CONSTRAINT practice_command_has_speed CHECK ((command = 'speed') = (speed IS NOT NULL))
);
