DROP FUNCTION sellers_of_lot(UUID);
CREATE OR REPLACE FUNCTION mail_by_itself(topic TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT topic IS NULL OR topic IN ('result', 'negotiation')
$$;
CREATE OR REPLACE FUNCTION alert_urgency(kind TEXT) RETURNS SMALLINT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('outbid', 'ending', 'turn', 'deadline', 'report', 'top_up') THEN 0::smallint
                WHEN kind IN ('match', 'lost') THEN 2::smallint
                ELSE 1::smallint END
$$;
CREATE OR REPLACE FUNCTION alert_topic(kind TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('match', 'ending', 'outbid') THEN kind
                WHEN kind IN ('won', 'lost', 'transferred', 'negotiating') THEN 'result'
                WHEN kind IN ('turn', 'deadline', 'agreed', 'no_deal') THEN 'negotiation'
                WHEN kind IN ('sale_changed', 'sale_called_off', 'lot_withdrawn') THEN 'sale' END
$$;
DELETE FROM mail_choice WHERE topic = 'selling';
ALTER TABLE mail_choice
    DROP CONSTRAINT mail_choice_topic_known,
    ADD CONSTRAINT mail_choice_topic_known
        CHECK (topic IN ('match', 'ending', 'outbid', 'result', 'negotiation', 'sale'));
DELETE FROM alert_choice WHERE topic = 'selling';
ALTER TABLE alert_choice
    DROP CONSTRAINT alert_choice_topic_known,
    ADD CONSTRAINT alert_choice_topic_known
        CHECK (topic IN ('match', 'ending', 'outbid', 'result', 'negotiation', 'sale'));
DELETE FROM alert WHERE kind LIKE 'selling\_%';
DROP INDEX alert_once;
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind)
    WHERE kind NOT IN ('match', 'outbid', 'turn', 'deadline') AND sale_change_id IS NULL AND lot_seq IS NULL;
ALTER TABLE alert
    DROP CONSTRAINT alert_of_negotiation_names_it,
    ADD CONSTRAINT alert_of_negotiation_names_it
        CHECK ((kind IN ('turn', 'deadline', 'agreed', 'no_deal')) = (negotiation_id IS NOT NULL)),
    DROP CONSTRAINT alert_turn_has_deadline,
    ADD CONSTRAINT alert_turn_has_deadline
        CHECK (kind = 'report' OR (kind IN ('turn', 'deadline', 'top_up')) = (answer_by IS NOT NULL)),
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'transferred', 'negotiating', 'turn', 'deadline', 'agreed',
                        'no_deal', 'sale_changed', 'sale_called_off', 'lot_withdrawn', 'strike_given', 'strike_lifted',
                        'report', 'pre_bid_lapsed', 'bid_voided', 'other_voided', 'lead_back', 'top_up'));
