-- The store for which a person bid on a lot, where it is not the person's own: news of that bid names it. None for what is not
-- about a bid: what a search found, and what the person's own company sells.
CREATE FUNCTION alert_store(kind TEXT, lot UUID, person UUID) RETURNS TEXT LANGUAGE sql STABLE AS $$
    SELECT d.name
      FROM lot_party p
      JOIN dealer d ON d.dealer_id = p.dealer_id
     WHERE p.lot_id = $2 AND p.user_id = $3
       AND $1 <> 'match' AND alert_topic($1) IS DISTINCT FROM 'selling'
       AND NOT EXISTS (SELECT FROM dealer_user u WHERE u.user_id = p.user_id AND u.dealer_id = p.dealer_id)
$$;
