DROP TRIGGER negotiation_is_followed ON negotiation;
DROP FUNCTION alert_negotiation_begins();
DROP TABLE alert_negotiation;
DELETE FROM alert WHERE negotiation_id IS NOT NULL;
DELETE FROM alert_choice WHERE topic = 'negotiation';
DROP INDEX alert_once;
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind) WHERE kind NOT IN ('match', 'outbid');
ALTER TABLE alert
    DROP CONSTRAINT alert_turn_has_deadline,
    DROP CONSTRAINT alert_of_negotiation_names_it,
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'negotiating')),
    DROP COLUMN answer_by,
    DROP COLUMN negotiation_id;
ALTER TABLE alert_choice
    DROP CONSTRAINT alert_choice_topic_known,
    ADD CONSTRAINT alert_choice_topic_known CHECK (topic IN ('match', 'ending', 'outbid', 'result'));
