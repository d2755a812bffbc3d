DROP TABLE lot_hold;
ALTER TABLE lot DROP COLUMN hold_fen;
DROP TABLE buying_power;
