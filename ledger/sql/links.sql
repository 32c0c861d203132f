-- Takes the place of ledger_link() in walls.sql: the row's id is hashed as well, so no column of an entry can be
-- changed unseen.
CREATE OR REPLACE FUNCTION ledger_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    setting text := 'xueji.chain_' || translate(NEW.chain, '/-', '__');
    state text := current_setting(setting, true);
    last_seq bigint;
    last_hash bytea;
BEGIN
    IF state IS NULL OR state = '' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger.chain ' || NEW.chain, 0));
        SELECT seq, hash INTO last_seq, last_hash FROM ledger_auditentry
            WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1;
        last_seq := coalesce(last_seq, 0);
        last_hash := coalesce(last_hash, ''::bytea);
    ELSE
        last_seq := split_part(state, ' ', 1)::bigint;
        last_hash := decode(split_part(state, ' ', 2), 'hex');
    END IF;
    NEW.seq := last_seq + 1;
    NEW.at := ledger_now();
    NEW.previous_hash := last_hash;
    NEW.hash := sha256(last_hash || convert_to(concat_ws(E'\x1f', NEW.chain, NEW.seq::text, NEW.id::text,
        ((extract(epoch from NEW.at) * 1000000)::bigint)::text, NEW.actor, NEW.action, NEW.subject, NEW.body::text),
        'UTF8'));
    PERFORM set_config(setting, NEW.seq::text || ' ' || encode(NEW.hash, 'hex'), true);
    RETURN NEW;
END $$;

CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
