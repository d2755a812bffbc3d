-- A person of a dealer group may act for further stores of it. The keys let a right name the group that makes it possible: the
-- database lets no store of another group be given, and none leave its group while somebody acts across it.
ALTER TABLE dealers ADD CONSTRAINT dealers_id_group_key UNIQUE (id, group_name);
ALTER TABLE users ADD CONSTRAINT users_id_dealer_key UNIQUE (id, dealer_id);

-- What was taken back stays in the record, and names no group any more.
CREATE TABLE user_stores (
    id            UUID PRIMARY KEY,
    user_id       UUID NOT NULL,
    -- the person's own store
    home_id       UUID NOT NULL,
    store_id      UUID NOT NULL CONSTRAINT user_stores_store_fkey REFERENCES dealers (id),
    group_name    TEXT CONSTRAINT user_stores_has_a_group CHECK (group_name <> ''),
    keeps_users   BOOLEAN NOT NULL,
    given_by      UUID NOT NULL,
    given_by_name TEXT NOT NULL,
    given_at      TIMESTAMPTZ NOT NULL,
    taken_by      UUID,
    taken_by_name TEXT,
    taken_at      TIMESTAMPTZ,
    taken_why     TEXT CONSTRAINT user_stores_taken_why_length CHECK (char_length(taken_why) BETWEEN 2 AND 200),
    CONSTRAINT user_stores_user_fkey FOREIGN KEY (user_id, home_id) REFERENCES users (id, dealer_id),
    CONSTRAINT user_stores_home_in_group FOREIGN KEY (home_id, group_name) REFERENCES dealers (id, group_name),
    CONSTRAINT user_stores_store_in_group FOREIGN KEY (store_id, group_name) REFERENCES dealers (id, group_name),
    CONSTRAINT user_stores_is_another CHECK (store_id <> home_id),
    CONSTRAINT user_stores_taken_as_a_whole CHECK (num_nulls(taken_by, taken_by_name, taken_at, taken_why) IN (0, 4)),
    CONSTRAINT user_stores_group_while_it_holds CHECK ((taken_at IS NULL) = (group_name IS NOT NULL))
);
CREATE UNIQUE INDEX user_stores_held_once ON user_stores (user_id, store_id) WHERE taken_at IS NULL;
CREATE INDEX user_stores_by_store ON user_stores (store_id) WHERE taken_at IS NULL;
CREATE INDEX user_stores_by_home ON user_stores (home_id) WHERE taken_at IS NULL;

CREATE FUNCTION refuse_rewriting_user_stores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.taken_at IS NULL AND NEW.taken_at IS NOT NULL
       AND (OLD.id, OLD.user_id, OLD.home_id, OLD.store_id, OLD.keeps_users, OLD.given_by, OLD.given_by_name, OLD.given_at)
         = (NEW.id, NEW.user_id, NEW.home_id, NEW.store_id, NEW.keeps_users, NEW.given_by, NEW.given_by_name, NEW.given_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was given is kept as it was' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'user_stores_are_kept';
END $$;
CREATE TRIGGER user_stores_are_kept BEFORE UPDATE OR DELETE ON user_stores
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_user_stores();

-- For which store a session acts; empty for the person's own. Not among its data: those are written whole by whoever read them
-- before, and would bring an old choice back.
ALTER TABLE sessions ADD COLUMN store_id UUID CONSTRAINT sessions_store_fkey REFERENCES dealers (id);
