-- Others count by the calendar from now on: what was said of days before there was an event is told once.
INSERT INTO outbox (id, event_type, envelope)
SELECT c.id, 'BusinessDaysSet', jsonb_build_object(
           'id', c.id,
           'type', 'BusinessDaysSet',
           'version', 1,
           'occurred_at', (extract(epoch FROM c.at) * 1000)::bigint,
           'service', 'auction',
           'aggregate', '0192f000-0000-7000-8000-0000000000ca',
           'aggregate_seq', c.n,
           'correlation_id', c.key,
           'causation_id', NULL,
           'actor', 'user:' || c.user_id,
           'data', jsonb_build_object('first_day', c.first_day, 'last_day', c.last_day, 'kind', c.kind, 'name', c.name))
  FROM (SELECT gen_random_uuid() AS id, key, max(n) AS n, min(at) AS at, min(user_id::text) AS user_id, min(kind) AS kind,
               min(name) AS name, min(day) - DATE '1970-01-01' AS first_day, max(day) - DATE '1970-01-01' AS last_day
          FROM business_day_change
         GROUP BY key) c
 ORDER BY c.n;
