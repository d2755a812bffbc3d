DROP TABLE confirmation_key;
