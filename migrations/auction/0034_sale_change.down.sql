DELETE FROM alert WHERE sale_change_id IS NOT NULL;
DELETE FROM alert_choice WHERE topic = 'sale';
DROP INDEX alert_once_a_sale_change;
DROP INDEX alert_once;
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind)
    WHERE kind NOT IN ('match', 'outbid', 'turn', 'deadline');
ALTER TABLE alert
    DROP CONSTRAINT alert_of_sale_names_its_change,
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating', 'turn', 'deadline', 'agreed', 'no_deal')),
    DROP COLUMN sale_change_id;
ALTER TABLE alert_choice
    DROP CONSTRAINT alert_choice_topic_known,
    ADD CONSTRAINT alert_choice_topic_known CHECK (topic IN ('match', 'ending', 'outbid', 'result', 'negotiation'));
DROP TABLE sale_change;
DROP FUNCTION sale_change_is_append_only();
ALTER TABLE lot DROP CONSTRAINT lot_outcome_known;
UPDATE lot SET outcome = 'unsold', state = jsonb_set(state, '{outcome}', '"unsold"') WHERE outcome = 'withdrawn';
ALTER TABLE lot ADD CONSTRAINT lot_outcome_known CHECK (outcome IN ('sold', 'provisional', 'unsold'));
ALTER TABLE sale DROP COLUMN version;
