-- What the database itself refuses on floor 0. Functions are replaced as a whole; triggers follow them.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The clock of the database. One function, so that every stamp of a decision has one source.
CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() $$;

-- For tables that only ever grow.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% 只可追加，不可%', TG_TABLE_NAME, CASE TG_OP WHEN 'UPDATE' THEN '修改' ELSE '删除' END
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_auditentry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_audithead
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

-- Links an entry to its chain. The end of the chain is kept in a setting local to the transaction, so that a sweep
-- that writes 100,000 entries looks it up once a chain; the advisory lock is held to the end of the transaction.
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
    NEW.hash := sha256(last_hash || convert_to(concat_ws(E'\x1f', NEW.chain, NEW.seq::text,
        ((extract(epoch from NEW.at) * 1000000)::bigint)::text, NEW.actor, NEW.action, NEW.subject, NEW.body::text),
        'UTF8'));
    PERFORM set_config(setting, NEW.seq::text || ' ' || encode(NEW.hash, 'hex'), true);
    RETURN NEW;
END $$;

CREATE TRIGGER link BEFORE INSERT ON ledger_auditentry FOR EACH ROW EXECUTE FUNCTION ledger_link();

-- A delivered message stays delivered, and nobody takes a waiting one away.
CREATE OR REPLACE FUNCTION ledger_outbox_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.delivered_at IS NULL THEN
        RAISE EXCEPTION '未送达的消息不可删除'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'outbox_undelivered';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.delivered_at IS NOT NULL THEN
        RAISE EXCEPTION '已送达的消息不可修改'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'outbox_delivered';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER outbox_wall BEFORE UPDATE OR DELETE ON ledger_outboxmessage
    FOR EACH ROW EXECUTE FUNCTION ledger_outbox_wall();
