-- Who sits at a dealer, as identity tells it: a bid from the floor is sent by the clerk, and its news are the company's.
CREATE TABLE dealer_user (
    user_id    UUID PRIMARY KEY,
    dealer_id  UUID NOT NULL,
    active     BOOLEAN NOT NULL,              -- whether the person may sign in
    heard_seq  BIGINT NOT NULL
);
CREATE INDEX dealer_user_by_dealer ON dealer_user (dealer_id) WHERE active;

-- Until now it was the clerk who was told what became of them. Where he has no bid of his own, nothing of it is his.
DELETE FROM lot_party p
 USING lot l, sale_paddle s
 WHERE l.id = p.lot_id AND s.sale_id = l.sale_id AND s.dealer_id = p.dealer_id
   AND NOT EXISTS (
       SELECT FROM lot_log g
        WHERE g.lot_id = p.lot_id AND g.actor = p.dealer_id AND g.user_id = p.user_id
          AND g.user_name NOT LIKE '% · #' || s.paddle);
