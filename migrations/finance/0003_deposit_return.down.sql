ALTER TABLE deposit_line DISABLE TRIGGER deposit_line_append_only;
DELETE FROM deposit_line
 WHERE what IN ('return_asked', 'return_refused', 'return_withdrawn', 'return_lapsed');
ALTER TABLE deposit_line
    DROP CONSTRAINT deposit_line_what_known,
    DROP COLUMN return_id,
    ADD CONSTRAINT deposit_line_what_known CHECK (what IN ('received', 'returned', 'applied', 'frozen', 'released'));
ALTER TABLE deposit_line ENABLE TRIGGER deposit_line_append_only;
DROP TABLE deposit_return;
ALTER TABLE deposit DROP COLUMN asked_fen;
