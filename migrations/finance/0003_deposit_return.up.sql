-- A dealer asks for deposit money back. From that moment the auction has that much less to hold; the auction says when no
-- hold needs it any more; only then finance can pay it out.
ALTER TABLE deposit
    ADD COLUMN asked_fen BIGINT NOT NULL DEFAULT 0,   -- asked back and not answered yet: nothing is bid with it
    ADD CONSTRAINT deposit_asked_is_there CHECK (asked_fen BETWEEN 0 AND balance_fen);

CREATE TABLE deposit_return (
    id                UUID PRIMARY KEY,               -- the command that asked
    dealer_id         UUID NOT NULL CONSTRAINT deposit_return_deposit_fkey REFERENCES deposit (dealer_id),
    amount_fen        BIGINT NOT NULL CONSTRAINT deposit_return_is_money CHECK (amount_fen > 0),
    why               TEXT NOT NULL,
    asked_at          TIMESTAMPTZ NOT NULL,
    asked_by          TEXT NOT NULL,
    asked_by_name     TEXT NOT NULL,
    covered_at        TIMESTAMPTZ,                    -- no hold needs it since then
    status            TEXT NOT NULL DEFAULT 'asked'
        CONSTRAINT deposit_return_status_known
        CHECK (status IN ('asked', 'paid', 'refused', 'withdrawn', 'lapsed')),
    answered_at       TIMESTAMPTZ,
    answered_by_name  TEXT,
    answer            TEXT,                           -- the bank's reference, the reason, the order that took it
    CONSTRAINT deposit_return_answered CHECK ((status = 'asked') = (answered_at IS NULL)),
    CONSTRAINT deposit_return_answer_is_whole
        CHECK ((answered_at IS NULL) = (answered_by_name IS NULL) AND (answered_at IS NULL) = (answer IS NULL)),
    CONSTRAINT deposit_return_paid_was_covered CHECK (status <> 'paid' OR covered_at IS NOT NULL)
);
CREATE INDEX deposit_return_by_dealer ON deposit_return (dealer_id, asked_at DESC);
CREATE INDEX deposit_return_waiting ON deposit_return (asked_at) WHERE status = 'asked';

ALTER TABLE deposit_line
    ADD COLUMN return_id UUID CONSTRAINT deposit_line_return_fkey REFERENCES deposit_return (id),
    DROP CONSTRAINT deposit_line_what_known,
    ADD CONSTRAINT deposit_line_what_known
        CHECK (what IN ('received', 'returned', 'applied', 'frozen', 'released', 'return_asked', 'return_refused',
                        'return_withdrawn', 'return_lapsed'));
