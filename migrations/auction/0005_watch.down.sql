DROP TABLE lot_watch;
