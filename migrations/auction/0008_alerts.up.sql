-- What a person asked the hall for and wants to ask again (收藏的筛选). `filter` is what the service evaluates; the link is
-- made from it.
CREATE TABLE saved_search (
    id          UUID PRIMARY KEY,             -- the command's key: a repeat makes no second one
    user_id     UUID NOT NULL,
    dealer_id   UUID NOT NULL,                -- for whom he looks: what is hidden from his company does not match
    name        TEXT NOT NULL CONSTRAINT saved_search_name_given CHECK (btrim(name) <> '' AND char_length(name) <= 60),
    filter      JSONB NOT NULL,
    made_at     TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    muted_at    TIMESTAMPTZ,                  -- tells nothing any more
    removed_at  TIMESTAMPTZ                   -- gone from the list; what it told stays readable
);
CREATE UNIQUE INDEX saved_search_name_once ON saved_search (user_id, lower(name)) WHERE removed_at IS NULL;
CREATE INDEX saved_search_that_tells ON saved_search (id) WHERE removed_at IS NULL AND muted_at IS NULL;

-- Which news a person wants; without a row, he does.
CREATE TABLE alert_choice (
    user_id     UUID NOT NULL,
    topic       TEXT NOT NULL CONSTRAINT alert_choice_topic_known CHECK (topic IN ('match', 'ending', 'outbid', 'result')),
    wanted      BOOLEAN NOT NULL,
    changed_at  TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, topic)
);

-- The persons who bid on a lot, and for which company: who hears of its end. Written behind the bid path.
CREATE TABLE lot_party (
    lot_id     UUID NOT NULL REFERENCES lot (id),
    user_id    UUID NOT NULL,
    dealer_id  UUID NOT NULL,
    PRIMARY KEY (lot_id, user_id)
);
CREATE INDEX lot_party_by_dealer ON lot_party (lot_id, dealer_id);

-- How far the news of each lot has been told: its cursor counts the lot's own numbers, which have no gaps.
CREATE TABLE alert_lot (
    lot_id       UUID PRIMARY KEY REFERENCES lot (id),
    seen_seq     BIGINT NOT NULL DEFAULT 0,
    seen_leader  UUID,
    matched_at   TIMESTAMPTZ,                 -- the saved searches were asked
    ending_at    TIMESTAMPTZ,                 -- its watchers know that it ends
    settled_at   TIMESTAMPTZ                  -- it is over and everybody knows
);
CREATE INDEX alert_lot_to_match ON alert_lot (lot_id) WHERE matched_at IS NULL;
CREATE INDEX alert_lot_unsettled ON alert_lot (lot_id) WHERE settled_at IS NULL;
-- Whatever lists a lot (a sale, a relisting), its news begins here.
CREATE FUNCTION alert_lot_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO alert_lot (lot_id) SELECT id FROM listed;
    RETURN NULL;
END $$;
CREATE TRIGGER lot_is_followed AFTER INSERT ON lot REFERENCING NEW TABLE AS listed
    FOR EACH STATEMENT EXECUTE FUNCTION alert_lot_begins();
-- Lots that are there already are no news; what comes of those that run is.
INSERT INTO alert_lot (lot_id, seen_seq, seen_leader, matched_at, settled_at)
SELECT id, seq, leader_dealer_id, clock_timestamp(), CASE WHEN status = 'closed' THEN clock_timestamp() END FROM lot;
INSERT INTO lot_party (lot_id, user_id, dealer_id)
SELECT DISTINCT ON (g.lot_id, g.user_id) g.lot_id, g.user_id, g.actor
  FROM lot_log g
  JOIN lot l ON l.id = g.lot_id
 WHERE l.status <> 'closed' AND g.command = 'place_max' AND g.seq IS NOT NULL AND g.user_id IS NOT NULL
 ORDER BY g.lot_id, g.user_id, g.seq DESC;

-- The news of one person.
CREATE TABLE alert (
    id         UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    UUID NOT NULL,
    kind       TEXT NOT NULL CONSTRAINT alert_kind_known
                   CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating')),
    lot_id     UUID NOT NULL REFERENCES lot (id),
    search_id  UUID REFERENCES saved_search (id),
    price_fen  BIGINT,
    times      INTEGER NOT NULL DEFAULT 1 CONSTRAINT alert_times_count CHECK (times > 0),
    made_at    TIMESTAMPTZ NOT NULL,
    last_at    TIMESTAMPTZ NOT NULL,          -- when it happened again
    read_at    TIMESTAMPTZ,
    CONSTRAINT alert_match_has_search CHECK ((kind = 'match') = (search_id IS NOT NULL)),
    CONSTRAINT alert_again_is_later CHECK (last_at >= made_at),
    CONSTRAINT alert_only_outbid_repeats CHECK (times = 1 OR kind = 'outbid')
);
-- A lot is told once a search, and ends once.
CREATE UNIQUE INDEX alert_match_once ON alert (search_id, lot_id) WHERE kind = 'match';
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind) WHERE kind NOT IN ('match', 'outbid');
CREATE INDEX alert_outbid ON alert (user_id, lot_id, made_at) WHERE kind = 'outbid';
CREATE INDEX alert_by_person ON alert (user_id, last_at DESC, id);
-- The bell of every page.
CREATE INDEX alert_unread ON alert (user_id) WHERE read_at IS NULL;
CREATE INDEX alert_by_age ON alert (made_at);
