-- Dealers, people, and how people sign in.

-- Dealer companies: the buyer entity of every bid of their users.
CREATE TABLE dealers (
    id            UUID PRIMARY KEY,
    name          TEXT NOT NULL CONSTRAINT dealers_name_length CHECK (char_length(name) BETWEEN 2 AND 60),
    city          TEXT NOT NULL CONSTRAINT dealers_city_length CHECK (char_length(city) BETWEEN 1 AND 30),
    phone         TEXT NOT NULL CONSTRAINT dealers_phone_form CHECK (phone ~ '^\+?[0-9-]{7,20}$'),
    status        TEXT NOT NULL DEFAULT 'active' CONSTRAINT dealers_status_known CHECK (status IN ('active', 'suspended')),
    status_reason TEXT,
    created_at    TIMESTAMPTZ NOT NULL,
    event_seq     BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT dealers_suspension_has_reason CHECK (status = 'active' OR status_reason IS NOT NULL)
);
-- Two companies of one name could not be told apart in the room.
CREATE UNIQUE INDEX dealers_name_key ON dealers (lower(name));
CREATE INDEX dealers_newest ON dealers (created_at DESC, id);

-- People who sign in: staff, or users of a dealer.
CREATE TABLE users (
    id                UUID PRIMARY KEY,
    -- kept in lower case, so that the unique constraint does not tell Wang from wang
    login             TEXT NOT NULL CONSTRAINT users_login_key UNIQUE
                      CONSTRAINT users_login_form CHECK (login ~ '^[a-z0-9][a-z0-9._@-]{2,59}$'),
    display_name      TEXT NOT NULL CONSTRAINT users_display_name_length CHECK (char_length(display_name) BETWEEN 1 AND 40),
    password_hash     TEXT NOT NULL,
    password_set_at   TIMESTAMPTZ NOT NULL,
    lang              TEXT NOT NULL DEFAULT 'zh-CN' CONSTRAINT users_lang_known CHECK (lang IN ('zh-CN', 'en')),
    theme             TEXT NOT NULL DEFAULT 'system' CONSTRAINT users_theme_known CHECK (theme IN ('system', 'light', 'dark')),
    seat              TEXT NOT NULL CONSTRAINT users_seat_known CHECK (seat IN ('dealer', 'staff')),
    dealer_id         UUID CONSTRAINT users_dealer_id_fkey REFERENCES dealers (id),
    is_owner          BOOLEAN NOT NULL DEFAULT false,
    active            BOOLEAN NOT NULL DEFAULT true,
    created_at        TIMESTAMPTZ NOT NULL,
    last_signed_in_at TIMESTAMPTZ,
    event_seq         BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT users_seat_has_its_company CHECK ((seat = 'dealer') = (dealer_id IS NOT NULL)),
    CONSTRAINT users_owner_sits_at_dealer CHECK (NOT is_owner OR seat = 'dealer'),
    CONSTRAINT users_id_seat_key UNIQUE (id, seat)
);
CREATE INDEX users_by_dealer ON users (dealer_id) WHERE dealer_id IS NOT NULL;
CREATE INDEX users_newest ON users (created_at DESC, id);

-- Roles of staff; the pair with the seat keeps roles away from dealers' users.
CREATE TABLE user_roles (
    user_id UUID NOT NULL,
    seat    TEXT NOT NULL DEFAULT 'staff' CONSTRAINT user_roles_staff_only CHECK (seat = 'staff'),
    role    TEXT NOT NULL CONSTRAINT user_roles_role_known CHECK
            (role IN ('inspector', 'pricing', 'auctioneer', 'sales', 'service', 'finance', 'marketing', 'admin')),
    PRIMARY KEY (user_id, role),
    CONSTRAINT user_roles_user_fkey FOREIGN KEY (user_id, seat) REFERENCES users (id, seat)
);

-- What happened to a record. The id is the command's, so a repeated command is recognised by its row.
CREATE TABLE dealer_trail (
    id        UUID PRIMARY KEY,
    dealer_id UUID NOT NULL CONSTRAINT dealer_trail_dealer_fkey REFERENCES dealers (id),
    what      TEXT NOT NULL,
    who_id    UUID NOT NULL,
    who_name  TEXT NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    why       TEXT,
    data      JSONB NOT NULL DEFAULT '{}'
);
CREATE INDEX dealer_trail_by_dealer ON dealer_trail (dealer_id, at DESC);

CREATE TABLE user_trail (
    id       UUID PRIMARY KEY,
    user_id  UUID NOT NULL CONSTRAINT user_trail_user_fkey REFERENCES users (id),
    what     TEXT NOT NULL,
    who_id   UUID NOT NULL,
    who_name TEXT NOT NULL,
    at       TIMESTAMPTZ NOT NULL,
    why      TEXT,
    data     JSONB NOT NULL DEFAULT '{}'
);
CREATE INDEX user_trail_by_user ON user_trail (user_id, at DESC);

CREATE FUNCTION refuse_rewriting_the_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a trail is only ever added to' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'trail_append_only';
END $$;
CREATE TRIGGER dealer_trail_append_only BEFORE UPDATE OR DELETE ON dealer_trail
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_the_trail();
CREATE TRIGGER user_trail_append_only BEFORE UPDATE OR DELETE ON user_trail
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_the_trail();

-- Browser sessions. Only the hash of the cookie's value is kept: who reads the table cannot sign in with it.
CREATE TABLE sessions (
    id_hash    BYTEA PRIMARY KEY CONSTRAINT sessions_id_hash_length CHECK (octet_length(id_hash) = 32),
    user_id    UUID CONSTRAINT sessions_user_fkey REFERENCES users (id),
    data       JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    -- moves with use
    expires_at TIMESTAMPTZ NOT NULL,
    -- does not move
    ends_at    TIMESTAMPTZ NOT NULL,
    CONSTRAINT sessions_expire_before_their_end CHECK (expires_at <= ends_at)
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Tokens that people make for their own programs; again only the hash.
CREATE TABLE api_tokens (
    id           UUID PRIMARY KEY,
    user_id      UUID NOT NULL CONSTRAINT api_tokens_user_fkey REFERENCES users (id),
    name         TEXT NOT NULL CONSTRAINT api_tokens_name_length CHECK (char_length(name) BETWEEN 1 AND 60),
    secret_hash  BYTEA NOT NULL CONSTRAINT api_tokens_secret_hash_key UNIQUE
                 CONSTRAINT api_tokens_secret_hash_length CHECK (octet_length(secret_hash) = 32),
    last_four    TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ
);
CREATE UNIQUE INDEX api_tokens_name_key ON api_tokens (user_id, lower(name)) WHERE revoked_at IS NULL;

-- Failed sign-ins of the current window, by what they have in common. Keys are hashes: people type passwords
-- into the wrong field.
CREATE TABLE sign_in_attempts (
    kind       TEXT NOT NULL CONSTRAINT sign_in_attempts_kind_known CHECK (kind IN ('pair', 'login', 'address', 'password')),
    key_hash   BYTEA NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    failures   INTEGER NOT NULL CONSTRAINT sign_in_attempts_failures_counted CHECK (failures >= 0),
    PRIMARY KEY (kind, key_hash)
);
CREATE INDEX sign_in_attempts_by_start ON sign_in_attempts (started_at);
