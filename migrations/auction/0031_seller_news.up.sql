-- News of negotiations for the staff who speak for sellers: a turn of theirs, little time left of it, how it ended. It is
-- one row for all of them, because any of them may answer; who has read it is kept beside it.
CREATE TABLE seller_news (
    id              UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    kind            TEXT NOT NULL CONSTRAINT seller_news_kind_known CHECK (kind IN ('turn', 'deadline', 'agreed', 'no_deal')),
    negotiation_id  UUID NOT NULL REFERENCES negotiation (id),
    turn_since      TIMESTAMPTZ,              -- the turn that it is about: once that is over, nobody need read it
    answer_by       TIMESTAMPTZ,
    price_fen       BIGINT,
    made_at         TIMESTAMPTZ NOT NULL,
    CONSTRAINT seller_news_turn_is_named CHECK ((kind IN ('turn', 'deadline')) = (turn_since IS NOT NULL)),
    CONSTRAINT seller_news_turn_has_deadline CHECK ((turn_since IS NULL) = (answer_by IS NULL)),
    CONSTRAINT seller_news_once UNIQUE NULLS NOT DISTINCT (negotiation_id, kind, turn_since)
);
CREATE INDEX seller_news_newest ON seller_news (made_at DESC, id);
CREATE TABLE seller_news_read (
    user_id  UUID NOT NULL,
    news_id  UUID NOT NULL REFERENCES seller_news (id) ON DELETE CASCADE,
    read_at  TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, news_id)
);
CREATE INDEX seller_news_read_by_news ON seller_news_read (news_id);

-- How far the seller's side has been told, beside how far the buyer's has.
ALTER TABLE alert_negotiation
    ADD COLUMN seller_told_turn  TIMESTAMPTZ,
    ADD COLUMN seller_warned_turn TIMESTAMPTZ,
    ADD COLUMN seller_settled_at TIMESTAMPTZ;
CREATE INDEX alert_negotiation_seller_unsettled ON alert_negotiation (negotiation_id) WHERE seller_settled_at IS NULL;
-- What is over is no news any more; a turn that waits is.
UPDATE alert_negotiation a SET seller_settled_at = clock_timestamp()
  FROM negotiation n WHERE n.id = a.negotiation_id AND n.status <> 'open';
