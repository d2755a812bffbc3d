-- The ledger: double entry, append-only, in fen. A correction is another entry.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: write a new row instead', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

-- What money is booked on. A dealer has one receivable account; the clearing accounts hold what was sold, by kind
-- of line, until it is paid out or earned.
CREATE TABLE account (
    id        UUID PRIMARY KEY,
    kind      TEXT NOT NULL
        CONSTRAINT account_kind_known
        CHECK (kind IN ('dealer_receivable', 'clearing_car', 'clearing_service_fee', 'clearing_agency_fee')),
    dealer_id UUID,
    opened_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT account_dealer_of_kind CHECK ((kind = 'dealer_receivable') = (dealer_id IS NOT NULL)),
    CONSTRAINT account_once UNIQUE NULLS NOT DISTINCT (kind, dealer_id)
);
CREATE TRIGGER account_append_only BEFORE UPDATE OR DELETE ON account
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
INSERT INTO account (id, kind) VALUES
    ('0192f000-0000-7000-8000-000000000011', 'clearing_car'),
    ('0192f000-0000-7000-8000-000000000012', 'clearing_service_fee'),
    ('0192f000-0000-7000-8000-000000000013', 'clearing_agency_fee');

-- ---------------------------------------------------------------------------------------------------------
-- A claim on a dealer for an order. What is still owed is not stored: it is the balance of the claim's entries.
CREATE TABLE receivable (
    id          UUID PRIMARY KEY,
    order_id    UUID NOT NULL CONSTRAINT receivable_order_key UNIQUE,
    order_no    TEXT NOT NULL,
    lot_id      UUID NOT NULL,
    vehicle_id  UUID NOT NULL,
    title       TEXT NOT NULL,
    dealer_id   UUID NOT NULL,
    dealer_name TEXT NOT NULL,
    amount_fen  BIGINT NOT NULL CONSTRAINT receivable_amount_positive CHECK (amount_fen > 0),
    issued_at   TIMESTAMPTZ NOT NULL,
    due_at      TIMESTAMPTZ NOT NULL,
    due_rule    TEXT NOT NULL,
    CONSTRAINT receivable_due_later CHECK (due_at > issued_at)
);
CREATE TRIGGER receivable_append_only BEFORE UPDATE OR DELETE ON receivable
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE INDEX receivable_by_dealer ON receivable (dealer_id, issued_at DESC);
CREATE INDEX receivable_by_due ON receivable (due_at);

-- ---------------------------------------------------------------------------------------------------------
-- One business fact that moved money, with the ground it was booked on.
CREATE TABLE entry (
    id            UUID PRIMARY KEY,
    kind          TEXT NOT NULL CONSTRAINT entry_kind_known CHECK (kind IN ('receivable_issued')),
    receivable_id UUID NOT NULL CONSTRAINT entry_receivable_fkey REFERENCES receivable (id),
    happened_at   TIMESTAMPTZ NOT NULL,
    recorded_at   TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    who           TEXT NOT NULL,
    basis         JSONB NOT NULL,
    -- the transaction that wrote it: only that one may add postings
    recorded_tx   XID8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX entry_by_receivable ON entry (receivable_id, happened_at);

-- One side of an entry: debit is positive, credit is negative.
CREATE TABLE posting (
    entry_id   UUID NOT NULL CONSTRAINT posting_entry_fkey REFERENCES entry (id),
    position   INTEGER NOT NULL,
    account_id UUID NOT NULL CONSTRAINT posting_account_fkey REFERENCES account (id),
    amount_fen BIGINT NOT NULL CONSTRAINT posting_moves_something CHECK (amount_fen <> 0),
    PRIMARY KEY (entry_id, position)
);
CREATE INDEX posting_by_account ON posting (account_id);

CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_not_emptied BEFORE TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE ON posting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER posting_not_emptied BEFORE TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An entry is complete when its transaction ends; nobody adds a pair of postings to an old one later.
CREATE FUNCTION posting_belongs_to_new_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM entry WHERE id = NEW.entry_id AND recorded_tx = pg_current_xact_id()) THEN
        RAISE EXCEPTION 'entry % is closed', NEW.entry_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'posting_entry_closed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER posting_belongs_to_new_entry BEFORE INSERT ON posting
    FOR EACH ROW EXECUTE FUNCTION posting_belongs_to_new_entry();

-- Both sides are equal, at the end of every transaction that wrote an entry or a posting.
CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_entry UUID := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid; -- the column that names the entry
    difference NUMERIC;
    postings BIGINT;
BEGIN
    SELECT coalesce(sum(amount_fen), 0), count(*) INTO difference, postings
      FROM posting
     WHERE entry_id = the_entry;
    IF difference <> 0 OR postings < 2 THEN
        RAISE EXCEPTION 'entry % does not balance: % fen over % postings', the_entry, difference, postings
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances('id');
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances('entry_id');

-- Who did what, when and why. The number of a row is also the number of the event it was published with.
CREATE TABLE trail (
    receivable_id UUID NOT NULL CONSTRAINT trail_receivable_fkey REFERENCES receivable (id),
    seq           BIGINT NOT NULL,
    what          TEXT NOT NULL,
    who           TEXT NOT NULL,
    who_name      TEXT NOT NULL,
    at            TIMESTAMPTZ NOT NULL,
    data          JSONB NOT NULL,
    PRIMARY KEY (receivable_id, seq)
);
CREATE TRIGGER trail_append_only BEFORE UPDATE OR DELETE ON trail
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
