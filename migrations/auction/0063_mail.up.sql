-- News leaves the product by mail, to the address that a person has confirmed.

-- An address of a person's. Its id is the command's key. The address is forgotten when it is taken off.
CREATE TABLE mail_address (
    id             UUID PRIMARY KEY,
    user_id        UUID NOT NULL,
    lang           TEXT NOT NULL CONSTRAINT mail_address_lang_known CHECK (lang IN ('zh-CN', 'en')),
    address        TEXT CONSTRAINT mail_address_is_one
                       CHECK (char_length(address) <= 254 AND address ~ '^[!-~]+@[!-~]+$' AND address !~ '[<>,;"]'),
    made_at        TIMESTAMPTZ NOT NULL,
    confirmed_at   TIMESTAMPTZ,                -- its person has typed a code that was sent there
    finds_every_s  INTEGER NOT NULL DEFAULT 86400 CONSTRAINT mail_address_pace_known CHECK (finds_every_s IN (3600, 86400)),
    finds_at       TIMESTAMPTZ NOT NULL,       -- what searches find goes out then, and each so many seconds after it
    outbid_at      TIMESTAMPTZ NOT NULL,       -- of lost leads nothing goes out before
    told_at        TIMESTAMPTZ,                -- when the mail server last took something for it
    bounced_at     TIMESTAMPTZ,                -- the mail server knows no such box; nothing more is sent there
    bounced_why    TEXT CONSTRAINT mail_address_reason_short CHECK (char_length(bounced_why) <= 500),
    removed_at     TIMESTAMPTZ,
    removed_why    TEXT,
    CONSTRAINT mail_address_kept_while_there CHECK ((address IS NULL) = (removed_at IS NOT NULL)),
    CONSTRAINT mail_address_removed_for_a_reason
        CHECK ((removed_at IS NULL) = (removed_why IS NULL) AND removed_why IN ('person', 'barred', 'unsubscribed')),
    CONSTRAINT mail_address_bounced_for_a_reason CHECK ((bounced_at IS NULL) = (bounced_why IS NULL))
);
-- A person has one.
CREATE UNIQUE INDEX mail_address_once ON mail_address (user_id) WHERE removed_at IS NULL;
CREATE INDEX mail_address_by_age ON mail_address (removed_at) WHERE removed_at IS NOT NULL;

-- The codes that were sent to addresses. What was sent is no column: it is made of the row's id and the secret of this database.
CREATE TABLE mail_code (
    id          UUID PRIMARY KEY,              -- the command's key
    address_id  UUID NOT NULL REFERENCES mail_address (id) ON DELETE CASCADE,
    user_id     UUID NOT NULL,
    box         BYTEA NOT NULL CONSTRAINT mail_code_box_whole CHECK (octet_length(box) = 32), -- which address, as a hash: counted when it is gone too
    made_at     TIMESTAMPTZ NOT NULL,
    tries       INTEGER NOT NULL DEFAULT 0 CONSTRAINT mail_code_tries_bounded CHECK (tries BETWEEN 0 AND 5)
);
CREATE INDEX mail_code_by_address ON mail_code (address_id, made_at DESC);
CREATE INDEX mail_code_by_person ON mail_code (user_id, made_at);
CREATE INDEX mail_code_by_box ON mail_code (box, made_at);
CREATE INDEX mail_code_by_age ON mail_code (made_at);

-- Which topics go out by mail; without a row, what cannot be taken back or has a deadline.
CREATE TABLE mail_choice (
    user_id     UUID NOT NULL,
    topic       TEXT NOT NULL CONSTRAINT mail_choice_topic_known
                    CHECK (topic IN ('match', 'ending', 'outbid', 'result', 'negotiation', 'sale')),
    mailed      BOOLEAN NOT NULL,
    changed_at  TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, topic)
);

-- What goes out: one mail. Its id stands in the mail, so that a box which gets it twice knows it.
CREATE TABLE mail_letter (
    id          UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    address_id  UUID NOT NULL REFERENCES mail_address (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CONSTRAINT mail_letter_kind_known CHECK (kind IN ('code', 'news', 'outbid', 'finds')),
    code_id     UUID UNIQUE REFERENCES mail_code (id) ON DELETE CASCADE,
    state       TEXT NOT NULL DEFAULT 'waiting'
                    CONSTRAINT mail_letter_state_known CHECK (state IN ('waiting', 'sent', 'dropped', 'failed')),
    made_at     TIMESTAMPTZ NOT NULL,
    due_at      TIMESTAMPTZ NOT NULL,          -- nobody else's until then, also when the one who took it ended
    attempts    INTEGER NOT NULL DEFAULT 0,
    settled_at  TIMESTAMPTZ,
    last_error  TEXT,                          -- why it failed, or was not worth sending any more
    CONSTRAINT mail_letter_code_has_code CHECK ((kind = 'code') = (code_id IS NOT NULL)),
    CONSTRAINT mail_letter_settled_has_time CHECK ((state = 'waiting') = (settled_at IS NULL)),
    CONSTRAINT mail_letter_error_short CHECK (char_length(last_error) <= 500)
);
CREATE INDEX mail_letter_due ON mail_letter (due_at) WHERE state = 'waiting';
-- A digest waits until the one before it is gone.
CREATE UNIQUE INDEX mail_letter_one_digest ON mail_letter (address_id, kind) WHERE state = 'waiting' AND kind IN ('outbid', 'finds');
CREATE INDEX mail_letter_by_age ON mail_letter (settled_at) WHERE state <> 'waiting';
CREATE INDEX mail_letter_by_address ON mail_letter (address_id);

-- Which news has to be told by mail to whom. It waits until it is put into a letter, alone or with others.
CREATE TABLE mail_delivery (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address_id  UUID NOT NULL REFERENCES mail_address (id) ON DELETE CASCADE,
    alert_id    UUID NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    way         TEXT NOT NULL CONSTRAINT mail_delivery_way_known CHECK (way IN ('news', 'outbid', 'finds')),
    told_at     TIMESTAMPTZ NOT NULL,          -- when it happened
    due_at      TIMESTAMPTZ NOT NULL,          -- in no letter before
    letter_id   UUID REFERENCES mail_letter (id) ON DELETE CASCADE
);
-- What happens again before it is in a letter is told once.
CREATE UNIQUE INDEX mail_delivery_once ON mail_delivery (address_id, alert_id) WHERE letter_id IS NULL;
CREATE INDEX mail_delivery_due ON mail_delivery (due_at) WHERE letter_id IS NULL;
CREATE INDEX mail_delivery_by_letter ON mail_delivery (letter_id);
CREATE INDEX mail_delivery_by_alert ON mail_delivery (alert_id);

-- How a kind of news goes out by mail; not at all where it asks nothing of anybody and comes often.
CREATE FUNCTION alert_mail_way(kind TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind = 'match' THEN 'finds'
                WHEN kind = 'outbid' THEN 'outbid'
                WHEN kind NOT IN ('lost', 'other_voided') THEN 'news' END
$$;
-- Whether a topic goes out by mail for who has not said; no topic is what his own bids ask of him.
CREATE FUNCTION mail_by_itself(topic TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT topic IS NULL OR topic IN ('result', 'negotiation')
$$;
-- Whether a piece of news goes out by mail: asked when it is told, and again when its letter leaves. A muted car still tells how it ended, and what it asks for.
CREATE FUNCTION alert_is_for_mail(told alert) RETURNS BOOLEAN LANGUAGE sql STABLE AS $$
    SELECT alert_mail_way(told.kind) IS NOT NULL
       AND NOT EXISTS (
               SELECT FROM alert_choice c
                WHERE c.user_id = told.user_id AND c.topic = alert_topic(told.kind) AND NOT c.wanted)
       AND NOT EXISTS (
               SELECT FROM saved_search s
                WHERE s.id = told.search_id AND (s.muted_at IS NOT NULL OR s.removed_at IS NOT NULL))
       AND coalesce((SELECT c.mailed FROM mail_choice c WHERE c.user_id = told.user_id AND c.topic = alert_topic(told.kind)),
                    mail_by_itself(alert_topic(told.kind)))
       AND NOT (told.kind IN ('outbid', 'ending', 'lead_back')
                AND EXISTS (SELECT FROM lot_mute m WHERE m.user_id = told.user_id AND m.lot_id = told.lot_id))
$$;
-- The first of the moments `anchor`, and each `every_s` seconds after it, that is not before `at`.
CREATE FUNCTION mail_slot(anchor TIMESTAMPTZ, every_s INTEGER, at TIMESTAMPTZ) RETURNS TIMESTAMPTZ LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN anchor >= at THEN anchor
                ELSE anchor + make_interval(secs => every_s * ceil(extract(epoch FROM at - anchor) / every_s)::float8) END
$$;

-- Whatever tells a person, in the same transaction it is due for the person's box.
CREATE FUNCTION alert_is_due_by_mail(told alert) RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO mail_delivery (address_id, alert_id, way, told_at, due_at)
    SELECT m.id, told.id, alert_mail_way(told.kind), told.last_at,
           CASE alert_mail_way(told.kind) WHEN 'outbid' THEN greatest(told.last_at, m.outbid_at)
                                          WHEN 'finds' THEN mail_slot(m.finds_at, m.finds_every_s, told.last_at)
                                          ELSE told.last_at END
      FROM mail_address m
     WHERE m.user_id = told.user_id AND m.removed_at IS NULL AND m.confirmed_at IS NOT NULL AND m.bounced_at IS NULL
       AND alert_is_for_mail(told)
    ON CONFLICT DO NOTHING
$$;
CREATE FUNCTION alert_goes_by_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM alert_is_due_by_mail(a)
       FROM told t
       JOIN mail_address m ON m.user_id = t.user_id AND m.removed_at IS NULL
       JOIN alert a ON a.id = t.id;
    RETURN NULL;
END $$;
CREATE TRIGGER alert_is_mailed AFTER INSERT ON alert REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION alert_goes_by_mail();
-- What happens again in the same line goes out again, if it is not waiting anyway.
CREATE FUNCTION alert_goes_by_mail_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM alert_is_due_by_mail(a)
       FROM told t
       JOIN was w ON w.id = t.id AND t.last_at > w.last_at
       JOIN mail_address m ON m.user_id = t.user_id AND m.removed_at IS NULL
       JOIN alert a ON a.id = t.id;
    RETURN NULL;
END $$;
CREATE TRIGGER alert_is_mailed_again AFTER UPDATE ON alert REFERENCING OLD TABLE AS was NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION alert_goes_by_mail_again();
