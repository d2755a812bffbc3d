DROP INDEX lot_paused;
