DROP TABLE deposit_line;
DROP TABLE deposit;
-- fails where money was booked on it, as it must
ALTER TABLE account DISABLE TRIGGER account_append_only;
DELETE FROM account WHERE kind = 'bank_deposits';
ALTER TABLE account ENABLE TRIGGER account_append_only;
ALTER TABLE entry
    DROP CONSTRAINT entry_of_receivable,
    DROP CONSTRAINT entry_kind_known,
    ADD CONSTRAINT entry_kind_known CHECK (kind IN ('receivable_issued')),
    ALTER COLUMN receivable_id SET NOT NULL;
ALTER TABLE account
    DROP CONSTRAINT account_dealer_of_kind,
    DROP CONSTRAINT account_kind_known,
    ADD CONSTRAINT account_kind_known
        CHECK (kind IN ('dealer_receivable', 'clearing_car', 'clearing_service_fee', 'clearing_agency_fee')),
    ADD CONSTRAINT account_dealer_of_kind CHECK ((kind = 'dealer_receivable') = (dealer_id IS NOT NULL));
