-- Deposit money that a dealer asked back from finance. What may be held no longer counts it; finance is told once nothing holds
-- it either, and pays no earlier.
CREATE TABLE asked_return (
    return_id   UUID PRIMARY KEY,
    dealer_id   UUID NOT NULL CONSTRAINT asked_return_power_fkey REFERENCES buying_power (dealer_id),
    heard_at    TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    covered_at  TIMESTAMPTZ
);
CREATE INDEX asked_return_waiting ON asked_return (dealer_id) WHERE covered_at IS NULL;
