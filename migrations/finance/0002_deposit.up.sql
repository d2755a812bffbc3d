-- Deposits (保证金): what dealers have left with us to bid with. Our ledger mirrors the money at the bank.
ALTER TABLE account
    DROP CONSTRAINT account_kind_known,
    DROP CONSTRAINT account_dealer_of_kind,
    ADD CONSTRAINT account_kind_known
        CHECK (kind IN ('dealer_receivable', 'dealer_deposit', 'bank_deposits', 'clearing_car', 'clearing_service_fee',
                        'clearing_agency_fee')),
    ADD CONSTRAINT account_dealer_of_kind
        CHECK ((kind IN ('dealer_receivable', 'dealer_deposit')) = (dealer_id IS NOT NULL));
INSERT INTO account (id, kind) VALUES ('0192f000-0000-7000-8000-000000000014', 'bank_deposits');

ALTER TABLE entry
    ALTER COLUMN receivable_id DROP NOT NULL,
    DROP CONSTRAINT entry_kind_known,
    ADD CONSTRAINT entry_kind_known
        CHECK (kind IN ('receivable_issued', 'deposit_received', 'deposit_returned', 'deposit_applied')),
    ADD CONSTRAINT entry_of_receivable
        CHECK ((kind IN ('receivable_issued', 'deposit_applied')) = (receivable_id IS NOT NULL));

-- Where each dealer's deposit stands: the newest of its lines, and what a change of it locks.
CREATE TABLE deposit (
    dealer_id    UUID PRIMARY KEY,
    dealer_name  TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    balance_fen  BIGINT NOT NULL CONSTRAINT deposit_covers CHECK (balance_fen >= 0),
    frozen       BOOLEAN NOT NULL
);

-- What happened to it: who, when, why. The id is the command's, so a repeated command is recognised by its row.
CREATE TABLE deposit_line (
    id           UUID PRIMARY KEY,
    dealer_id    UUID NOT NULL CONSTRAINT deposit_line_deposit_fkey REFERENCES deposit (dealer_id),
    seq          BIGINT NOT NULL,
    what         TEXT NOT NULL
        CONSTRAINT deposit_line_what_known CHECK (what IN ('received', 'returned', 'applied', 'frozen', 'released')),
    amount_fen   BIGINT NOT NULL,               -- by how much the balance changed
    balance_fen  BIGINT NOT NULL,               -- after it
    entry_id     UUID CONSTRAINT deposit_line_entry_fkey REFERENCES entry (id),
    lot_id       UUID,                          -- whose hold was applied
    who          TEXT NOT NULL,
    who_name     TEXT NOT NULL,
    why          TEXT NOT NULL,                 -- the bank's reference, the order's number, the reason
    at           TIMESTAMPTZ NOT NULL,
    CONSTRAINT deposit_line_seq_once UNIQUE (dealer_id, seq),
    CONSTRAINT deposit_line_money_is_booked CHECK ((amount_fen <> 0) = (entry_id IS NOT NULL)),
    CONSTRAINT deposit_line_direction CHECK (
        CASE what WHEN 'received' THEN amount_fen > 0
                  WHEN 'returned' THEN amount_fen < 0
                  WHEN 'applied' THEN amount_fen <= 0
                  ELSE amount_fen = 0 END)
);
CREATE TRIGGER deposit_line_append_only BEFORE UPDATE OR DELETE ON deposit_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
