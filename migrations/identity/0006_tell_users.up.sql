-- Others keep who sits at which dealer from now on: what was said of persons before anybody listened is told once more.
UPDATE users SET event_seq = event_seq + 1 WHERE dealer_id IS NOT NULL;
INSERT INTO outbox (id, event_type, envelope)
SELECT u.event_id, 'UserChanged', jsonb_build_object(
           'id', u.event_id,
           'type', 'UserChanged',
           'version', 1,
           'occurred_at', (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
           'service', 'identity',
           'aggregate', u.id,
           'aggregate_seq', u.event_seq,
           'correlation_id', u.event_id,
           'causation_id', NULL,
           'actor', 'system:migration',
           'data', jsonb_build_object('user_id', u.id, 'dealer_id', u.dealer_id, 'active', u.active))
  FROM (SELECT gen_random_uuid() AS event_id, id, event_seq, dealer_id, active
          FROM users
         WHERE dealer_id IS NOT NULL) u
 ORDER BY u.id;
