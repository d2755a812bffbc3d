ALTER TABLE sessions DROP COLUMN store_id;
DROP TABLE user_stores;
DROP FUNCTION refuse_rewriting_user_stores();
ALTER TABLE users DROP CONSTRAINT users_id_dealer_key;
ALTER TABLE dealers DROP CONSTRAINT dealers_id_group_key;
