-- The fine print says as well how much time is left after a pause, for a changed report and after an outage, what a max before the
-- opening holds, and what a leader's raise by less than a step does.
CREATE OR REPLACE FUNCTION fine_print_is_sane(fine JSONB) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_typeof(fine) = 'object'
       AND coalesce((fine ->> 'tick_fen')::bigint BETWEEN 100 AND 1000000 AND (fine ->> 'tick_fen')::bigint % 100 = 0, TRUE)
       AND coalesce((fine ->> 'double_after')::bigint BETWEEN 1 AND 1000, TRUE)
       AND coalesce((fine ->> 'confirm_guide_percent')::bigint BETWEEN 100 AND 1000, TRUE)
       AND coalesce((fine ->> 'confirm_steps')::bigint BETWEEN 1 AND 1000, TRUE)
       AND coalesce((fine ->> 'buy_now_end_percent')::bigint BETWEEN 50 AND 100, TRUE)
       AND coalesce((fine ->> 'top_up_ms')::bigint BETWEEN 300000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'offer_ms')::bigint BETWEEN 3600000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'reply_ms')::bigint BETWEEN 3600000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'counters_max')::bigint BETWEEN 1 AND 20, TRUE)
       AND coalesce((fine ->> 'negotiation_hold_percent')::bigint BETWEEN 0 AND 100, TRUE)
       AND coalesce((fine ->> 'resume_left_ms')::bigint BETWEEN 60000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'reading_ms')::bigint BETWEEN 60000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'outage_left_ms')::bigint BETWEEN 60000 AND 86400000, TRUE)
       AND coalesce((fine ->> 'early_hold_percent')::bigint BETWEEN 0 AND 100, TRUE)
       AND coalesce(fine ->> 'small_raise' IN ('no_time', 'time', 'refused'), TRUE)
$$;
