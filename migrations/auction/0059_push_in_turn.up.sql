-- What goes out to browsers is asked again when its turn comes: whether it is still wanted, what is more urgent, what a browser was
-- shown since.

-- Where a browser is reached: a push service that is slow holds up only itself.
ALTER TABLE push_device
    ADD COLUMN host TEXT GENERATED ALWAYS AS (lower(substring(endpoint FROM '^https?://([^/:?#]*)'))) STORED;

-- How soon a piece of news should wake somebody: 0 at once, 1 soon, 2 when he looks anyway.
CREATE FUNCTION alert_urgency(kind TEXT) RETURNS SMALLINT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind IN ('outbid', 'ending', 'turn', 'deadline', 'report', 'top_up') THEN 0::smallint
                WHEN kind IN ('match', 'lost') THEN 2::smallint
                ELSE 1::smallint END
$$;
ALTER TABLE push_delivery
    ADD COLUMN urgency SMALLINT NOT NULL DEFAULT 1,
    ADD COLUMN shown_at TIMESTAMPTZ,          -- when a push service last took it
    ADD COLUMN shown_of TIMESTAMPTZ,          -- and what happened when it told then
    ADD CONSTRAINT push_delivery_urgency_known CHECK (urgency BETWEEN 0 AND 2),
    ADD CONSTRAINT push_delivery_shown_is_of_something CHECK ((shown_at IS NULL) = (shown_of IS NULL));
UPDATE push_delivery p
   SET urgency = alert_urgency(a.kind),
       shown_at = CASE WHEN p.state = 'sent' THEN p.settled_at END,
       shown_of = CASE WHEN p.state = 'sent' THEN least(a.last_at, p.settled_at) END
  FROM alert a
 WHERE a.id = p.alert_id;
DROP INDEX push_delivery_due;
CREATE INDEX push_delivery_due ON push_delivery (urgency, due_at) WHERE state = 'waiting';
-- What else a search has found that waits for the same browser.
CREATE INDEX push_delivery_waiting ON push_delivery (device_id) WHERE state = 'waiting';

-- Whether a piece of news goes out to the person's browsers: asked when it is told, and again when its turn comes, so that what is
-- turned off is quiet at once. A muted car still tells how it ended, and what it asks for.
CREATE OR REPLACE FUNCTION alert_is_for_browsers(told alert) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
               SELECT FROM alert_choice c
                WHERE c.user_id = told.user_id AND c.topic = alert_topic(told.kind) AND NOT (c.wanted AND c.pushed))
       AND NOT EXISTS (
               SELECT FROM saved_search s
                WHERE s.id = told.search_id AND (s.muted_at IS NOT NULL OR s.removed_at IS NOT NULL))
       AND NOT (told.kind IN ('outbid', 'ending', 'lead_back', 'other_voided')
                AND EXISTS (SELECT FROM lot_mute m WHERE m.user_id = told.user_id AND m.lot_id = told.lot_id))
$$;

CREATE OR REPLACE FUNCTION alert_goes_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery (device_id, alert_id, urgency, due_at)
    SELECT d.id, a.id, alert_urgency(a.kind),
           -- what one search finds within seconds is one message
           a.last_at + CASE WHEN a.kind = 'match' THEN interval '10 seconds' ELSE interval '0' END
      FROM told t
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL
      JOIN alert a ON a.id = t.id
     WHERE alert_is_for_browsers(a);
    RETURN NULL;
END $$;
-- What happens again goes out again, but no sooner than two minutes after it was last shown; what was not, did not buzz.
CREATE OR REPLACE FUNCTION alert_goes_out_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery AS p (device_id, alert_id, urgency, due_at)
    SELECT d.id, a.id, alert_urgency(a.kind), a.last_at
      FROM told t
      JOIN was w ON w.id = t.id AND t.last_at > w.last_at
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL
      JOIN alert a ON a.id = t.id
     WHERE alert_is_for_browsers(a)
    ON CONFLICT (device_id, alert_id) DO UPDATE
       SET state = 'waiting', attempts = 0, settled_at = NULL, last_error = NULL,
           due_at = greatest(excluded.due_at, p.shown_at + interval '2 minutes')
     WHERE p.state <> 'waiting';
    RETURN NULL;
END $$;
