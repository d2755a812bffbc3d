DROP TABLE trail;
DROP TABLE posting;
DROP TABLE entry;
DROP FUNCTION entry_balances;
DROP FUNCTION posting_belongs_to_new_entry;
DROP TABLE receivable;
DROP TABLE account;
DROP FUNCTION refuse_change;
