-- News of negotiations: the buyer's persons hear that the word is with them, that little time is left, and how it ended.
ALTER TABLE alert_choice
    DROP CONSTRAINT alert_choice_topic_known,
    ADD CONSTRAINT alert_choice_topic_known
        CHECK (topic IN ('match', 'ending', 'outbid', 'result', 'negotiation'));

ALTER TABLE alert
    ADD COLUMN negotiation_id UUID REFERENCES negotiation (id),
    ADD COLUMN answer_by TIMESTAMPTZ,         -- until when the buyer has the word
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating', 'turn', 'deadline', 'agreed', 'no_deal')),
    ADD CONSTRAINT alert_of_negotiation_names_it
        CHECK ((kind IN ('turn', 'deadline', 'agreed', 'no_deal')) = (negotiation_id IS NOT NULL)),
    ADD CONSTRAINT alert_turn_has_deadline CHECK ((kind IN ('turn', 'deadline')) = (answer_by IS NOT NULL));
-- Turns come again; a negotiation ends once.
DROP INDEX alert_once;
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind)
    WHERE kind NOT IN ('match', 'outbid', 'turn', 'deadline');

-- How far the news of each negotiation has been told. A turn is known by when it began: time that is given back after an
-- outage moves its deadline only.
CREATE TABLE alert_negotiation (
    negotiation_id  UUID PRIMARY KEY REFERENCES negotiation (id),
    told_turn       TIMESTAMPTZ,              -- the buyer knows that he has had the word since then
    warned_turn     TIMESTAMPTZ,              -- and that little time is left of that turn
    settled_at      TIMESTAMPTZ               -- it is over and he knows
);
CREATE INDEX alert_negotiation_unsettled ON alert_negotiation (negotiation_id) WHERE settled_at IS NULL;
CREATE FUNCTION alert_negotiation_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO alert_negotiation (negotiation_id) SELECT id FROM opened;
    RETURN NULL;
END $$;
CREATE TRIGGER negotiation_is_followed AFTER INSERT ON negotiation REFERENCING NEW TABLE AS opened
    FOR EACH STATEMENT EXECUTE FUNCTION alert_negotiation_begins();
-- Turns that run are no news any more; what comes of them is.
INSERT INTO alert_negotiation (negotiation_id, told_turn, settled_at)
SELECT id, turn_since, CASE WHEN status <> 'open' THEN clock_timestamp() END FROM negotiation;
