-- News leaves the product: to the browsers in which a person has allowed it (Web Push).

-- The key by which push services know that messages are ours (RFC 8292). Browsers subscribe under it, so all processes of this
-- database have the same. One row.
CREATE TABLE push_key (
    one      BOOLEAN PRIMARY KEY DEFAULT true,
    key      BYTEA NOT NULL,
    made_at  TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT push_key_is_one CHECK (one),
    CONSTRAINT push_key_is_whole CHECK (octet_length(key) = 32)
);

-- A browser that a person is told in. Its id is the command's key. Where it was reached is forgotten when it is taken off.
CREATE TABLE push_device (
    id           UUID PRIMARY KEY,
    user_id      UUID NOT NULL,
    lang         TEXT NOT NULL CONSTRAINT push_device_lang_known CHECK (lang IN ('zh-CN', 'en')),
    agent        TEXT NOT NULL CONSTRAINT push_device_agent_short CHECK (char_length(agent) <= 200),
    endpoint     TEXT,
    p256dh       BYTEA,
    auth         BYTEA,
    made_at      TIMESTAMPTZ NOT NULL,
    told_at      TIMESTAMPTZ,                  -- when its push service last took a message
    removed_at   TIMESTAMPTZ,
    removed_why  TEXT,
    CONSTRAINT push_device_reached_while_there
        CHECK (num_nonnulls(endpoint, p256dh, auth) = CASE WHEN removed_at IS NULL THEN 3 ELSE 0 END),
    CONSTRAINT push_device_removed_for_a_reason
        CHECK ((removed_at IS NULL) = (removed_why IS NULL)
               AND removed_why IN ('person', 'again', 'signed_out', 'barred', 'gone')),
    -- in the clear only on this machine, where tests have a push service of their own
    CONSTRAINT push_device_endpoint_secure
        CHECK (char_length(endpoint) <= 1000 AND endpoint ~ '^(https://|http://127\.0\.0\.1:)'),
    CONSTRAINT push_device_keys_whole CHECK (octet_length(p256dh) = 65 AND octet_length(auth) = 16)
);
-- A browser tells one person: who signs in there and allows it next takes it over.
CREATE UNIQUE INDEX push_device_endpoint_once ON push_device (endpoint) WHERE removed_at IS NULL;
CREATE INDEX push_device_by_person ON push_device (user_id) WHERE removed_at IS NULL;
CREATE INDEX push_device_by_age ON push_device (removed_at) WHERE removed_at IS NOT NULL;

-- What has to be told to which browser. Told once a piece of news; what happens again is told again.
CREATE TABLE push_delivery (
    device_id   UUID NOT NULL REFERENCES push_device (id) ON DELETE CASCADE,
    alert_id    UUID NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    state       TEXT NOT NULL DEFAULT 'waiting'
                    CONSTRAINT push_delivery_state_known CHECK (state IN ('waiting', 'sent', 'dropped', 'failed')),
    due_at      TIMESTAMPTZ NOT NULL,          -- nobody else's until then, also when the one who took it ended
    attempts    INTEGER NOT NULL DEFAULT 0,
    settled_at  TIMESTAMPTZ,
    last_error  TEXT,                          -- why it failed, or was not worth sending any more
    PRIMARY KEY (device_id, alert_id),
    CONSTRAINT push_delivery_settled_has_time CHECK ((state = 'waiting') = (settled_at IS NULL)),
    CONSTRAINT push_delivery_error_short CHECK (char_length(last_error) <= 500)
);
CREATE INDEX push_delivery_due ON push_delivery (due_at) WHERE state = 'waiting';
CREATE INDEX push_delivery_by_alert ON push_delivery (alert_id);

-- Whatever tells a person, in the same transaction it is due for the person's browsers.
CREATE FUNCTION alert_goes_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery (device_id, alert_id, due_at)
    SELECT d.id, t.id, t.last_at
      FROM told t
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER alert_is_pushed AFTER INSERT ON alert REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION alert_goes_out();
-- What happens again in the same line (a lead that is lost time after time) goes out again, but no sooner than two minutes after
-- the last: a phone that buzzes each second is turned off.
CREATE FUNCTION alert_goes_out_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO push_delivery AS p (device_id, alert_id, due_at)
    SELECT d.id, t.id, t.last_at
      FROM told t
      JOIN was w ON w.id = t.id AND t.last_at > w.last_at
      JOIN push_device d ON d.user_id = t.user_id AND d.removed_at IS NULL
    ON CONFLICT (device_id, alert_id) DO UPDATE
       SET state = 'waiting', attempts = 0, settled_at = NULL, last_error = NULL,
           due_at = greatest(excluded.due_at, p.settled_at + interval '2 minutes')
     WHERE p.state <> 'waiting';
    RETURN NULL;
END $$;
CREATE TRIGGER alert_is_pushed_again AFTER UPDATE ON alert REFERENCING OLD TABLE AS was NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION alert_goes_out_again();
