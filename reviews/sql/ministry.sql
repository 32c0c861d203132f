-- What goes beyond the province: the ministry decides (R1.4).

CREATE OR REPLACE FUNCTION reviews_legal_pair(was text, becomes text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    WITH stages AS (
        SELECT ARRAY['receiving_school', 'receiving_authority', 'receiving_league', 'receiving_province',
            'sending_school', 'sending_authority', 'graduation_authority', 'sending_league', 'sending_province'] AS s,
            ARRAY['school', 'authority', 'league', 'province', 'ministry'] AS o
    ), at AS (
        SELECT array_position(s, was) AS i, array_position(s, becomes) AS j,
            array_position(o, was) AS k, array_position(o, becomes) AS l FROM stages
    )
    SELECT CASE
        WHEN was = 'draft' THEN becomes IN ('receiving_school', 'school', 'authority', 'withdrawn')
        -- Onward to a later stage; back to an earlier one by a recall; to an end.
        WHEN i IS NOT NULL AND j IS NOT NULL THEN i <> j
        WHEN k IS NOT NULL AND l IS NOT NULL THEN k <> l
        WHEN i = 1 THEN becomes IN ('refused', 'withdrawn', 'expired', 'cleared')
        WHEN i IS NOT NULL THEN becomes IN
            ('correction', 'awaiting_file', 'completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN k = 1 THEN becomes IN ('completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN k IS NOT NULL THEN becomes IN ('correction', 'completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN was = 'correction' THEN coalesce(j > 1, l > 1, becomes IN ('withdrawn', 'expired', 'cleared'))
        WHEN was = 'awaiting_file' THEN becomes IN ('completed', 'lapsed', 'cleared', 'withdrawn')
        ELSE false END
    FROM at
$$;
