-- Which of the news that a person wants to hear of also goes out to the browsers; without a row, all does.
ALTER TABLE alert_choice ADD COLUMN pushed BOOLEAN NOT NULL DEFAULT true;

-- Cars that a person wants to be left alone with: how he stands on them is at the bell only.
CREATE TABLE lot_mute (
    user_id   UUID NOT NULL,
    lot_id    UUID NOT NULL REFERENCES lot (id),
    muted_at  TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, lot_id)
);
CREATE INDEX lot_mute_by_lot ON lot_mute (lot_id);

-- The topic of a kind of news; none of what nobody can turn off.
CREATE FUNCTION alert_topic(kind TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('match', 'ending', 'outbid') THEN kind
                WHEN kind IN ('won', 'lost', 'negotiating') THEN 'result'
                WHEN kind IN ('turn', 'deadline', 'agreed', 'no_deal') THEN 'negotiation'
                WHEN kind IN ('sale_changed', 'sale_called_off', 'lot_withdrawn') THEN 'sale' END
$$;
-- Whether a piece of news goes out to the person's browsers. A muted car still tells how it ended, and what it asks for.
CREATE FUNCTION alert_is_for_browsers(told alert) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
               SELECT FROM alert_choice c
                WHERE c.user_id = told.user_id AND c.topic = alert_topic(told.kind) AND NOT c.pushed)
       AND NOT (told.kind IN ('outbid', 'ending', 'lead_back', 'other_voided')
                AND EXISTS (SELECT FROM lot_mute m WHERE m.user_id = told.user_id AND m.lot_id = told.lot_id))
$$;

CREATE OR REPLACE FUNCTION alert_goes_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery (device_id, alert_id, due_at)
    SELECT d.id, a.id, a.last_at
      FROM told t
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL
      JOIN alert a ON a.id = t.id
     WHERE alert_is_for_browsers(a);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION alert_goes_out_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery AS p (device_id, alert_id, due_at)
    SELECT d.id, a.id, a.last_at
      FROM told t
      JOIN was w ON w.id = t.id AND t.last_at > w.last_at
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL
      JOIN alert a ON a.id = t.id
     WHERE alert_is_for_browsers(a)
    ON CONFLICT (device_id, alert_id) DO UPDATE
       SET state = 'waiting', attempts = 0, settled_at = NULL, last_error = NULL,
           due_at = greatest(excluded.due_at, p.settled_at + interval '2 minutes')
     WHERE p.state <> 'waiting';
    RETURN NULL;
END $$;
