-- A row that only reminds forbids nothing (R3.5).
CREATE OR REPLACE FUNCTION reviews_closed_window(wanted_kind text, province bigint, instant timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
    WITH local AS (SELECT instant AT TIME ZONE 'Asia/Shanghai' AS t),
    in_force AS (
        SELECT w.*, to_char(local.t, 'MM-DD') AS md FROM reviews_window w, local
        WHERE wanted_kind = ANY (w.kinds) AND w.remind_days = '{}' AND (w.province_id IS NULL OR w.province_id = province)
          AND w.valid_from <= local.t::date AND (w.valid_until IS NULL OR w.valid_until > local.t::date)
    ),
    -- A province's own window of the same key takes the place of the nation's.
    chosen AS (SELECT DISTINCT ON (key) * FROM in_force ORDER BY key, province_id NULLS LAST, valid_from DESC),
    judged AS (
        SELECT *, CASE WHEN starts <= ends THEN md >= starts AND md < ends ELSE md >= starts OR md < ends END AS inside
        FROM chosen
    )
    SELECT key FROM judged WHERE closes AND inside
    UNION ALL
    SELECT min(key) FROM judged WHERE NOT closes HAVING count(*) > 0 AND NOT bool_or(inside)
    LIMIT 1
$$;
