-- News for the people of a company that sells: how its lots ended, its turns in negotiations, how those ended.
ALTER TABLE alert
    DROP CONSTRAINT alert_kind_known,
    ADD CONSTRAINT alert_kind_known
        CHECK (kind IN ('match', 'ending', 'outbid', 'won', 'lost', 'transferred', 'negotiating', 'turn', 'deadline', 'agreed',
                        'no_deal', 'sale_changed', 'sale_called_off', 'lot_withdrawn', 'strike_given', 'strike_lifted',
                        'report', 'pre_bid_lapsed', 'bid_voided', 'other_voided', 'lead_back', 'top_up',
                        'selling_sold', 'selling_unsold', 'selling_turn', 'selling_deadline', 'selling_agreed',
                        'selling_no_deal')),
    DROP CONSTRAINT alert_of_negotiation_names_it,
    ADD CONSTRAINT alert_of_negotiation_names_it
        CHECK ((kind IN ('turn', 'deadline', 'agreed', 'no_deal', 'selling_turn', 'selling_deadline', 'selling_agreed',
                         'selling_no_deal')) = (negotiation_id IS NOT NULL)),
    DROP CONSTRAINT alert_turn_has_deadline,
    ADD CONSTRAINT alert_turn_has_deadline
        CHECK (kind = 'report'
               OR (kind IN ('turn', 'deadline', 'top_up', 'selling_turn', 'selling_deadline')) = (answer_by IS NOT NULL));
DROP INDEX alert_once;
-- A lot is negotiated twice at most, and each of the two has an end of its own.
CREATE UNIQUE INDEX alert_once ON alert (user_id, lot_id, kind)
    WHERE kind NOT IN ('match', 'outbid', 'turn', 'deadline', 'selling_turn', 'selling_deadline', 'selling_no_deal')
          AND sale_change_id IS NULL AND lot_seq IS NULL;
ALTER TABLE alert_choice
    DROP CONSTRAINT alert_choice_topic_known,
    ADD CONSTRAINT alert_choice_topic_known
        CHECK (topic IN ('match', 'ending', 'outbid', 'result', 'negotiation', 'sale', 'selling'));
ALTER TABLE mail_choice
    DROP CONSTRAINT mail_choice_topic_known,
    ADD CONSTRAINT mail_choice_topic_known
        CHECK (topic IN ('match', 'ending', 'outbid', 'result', 'negotiation', 'sale', 'selling'));

CREATE OR REPLACE FUNCTION alert_topic(kind TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('match', 'ending', 'outbid') THEN kind
                WHEN kind IN ('won', 'lost', 'transferred', 'negotiating') THEN 'result'
                WHEN kind IN ('turn', 'deadline', 'agreed', 'no_deal') THEN 'negotiation'
                WHEN kind IN ('sale_changed', 'sale_called_off', 'lot_withdrawn') THEN 'sale'
                WHEN kind IN ('selling_sold', 'selling_unsold', 'selling_turn', 'selling_deadline', 'selling_agreed',
                              'selling_no_deal') THEN 'selling' END
$$;
CREATE OR REPLACE FUNCTION alert_urgency(kind TEXT) RETURNS SMALLINT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('outbid', 'ending', 'turn', 'deadline', 'report', 'top_up', 'selling_turn', 'selling_deadline')
                     THEN 0::smallint
                WHEN kind IN ('match', 'lost') THEN 2::smallint
                ELSE 1::smallint END
$$;
CREATE OR REPLACE FUNCTION mail_by_itself(topic TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT topic IS NULL OR topic IN ('result', 'negotiation', 'selling')
$$;

-- The persons who hear of a lot because their company sells it and who want to. Who is the buyer as well hears of it as that.
CREATE FUNCTION sellers_of_lot(lot UUID) RETURNS TABLE (user_id UUID, dealer_id UUID) LANGUAGE sql STABLE AS $$
    SELECT u.user_id, u.dealer_id
      FROM lot l
      JOIN selling_company c ON c.seller_name = l.seller_name
      JOIN dealer_user u ON u.dealer_id = c.dealer_id AND u.active
     WHERE l.id = $1
       AND NOT EXISTS (
           SELECT FROM alert_choice a WHERE a.user_id = u.user_id AND a.topic = 'selling' AND NOT a.wanted)
$$;
