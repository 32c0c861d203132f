-- The living functions and triggers of ledger, each once: applied after migrate when this file changed (ledger/triggers.py).

-- ==== what the walls ask

-- The clock of the database. One function, so that every stamp of a decision has one source.
CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql SET search_path = pg_catalog, public, pg_temp VOLATILE AS $$ SELECT clock_timestamp() $$;

-- For tables that only ever grow.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% 只可追加，不可%', TG_TABLE_NAME, CASE TG_OP WHEN 'UPDATE' THEN '修改' ELSE '删除' END
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
END $$;

-- The end of a chain is read, never remembered where a client can write: a setting of the transaction could be given by
-- anybody and left a gap in the trail.

-- Whether a row was written by this very transaction, whatever savepoint it stands in: ``row.xmin`` is asked about.
CREATE OR REPLACE FUNCTION ledger_written_now(writer xid) RETURNS boolean LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp AS $$ SELECT age(writer) <= age(pg_current_xact_id()::xid) $$;

-- ==== ledger_auditentry

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_auditentry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Takes the place of ledger_link() in walls.sql: the row's id is hashed as well, so no column of an entry can be
-- changed unseen.
CREATE OR REPLACE FUNCTION ledger_link() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last_seq bigint;
    last_hash bytea;
BEGIN
    IF NEW.chain !~ '^[a-z_]+(/[0-9a-z_-]+)?$' THEN
        RAISE EXCEPTION '留痕须写入系统的审计链'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_chain';
    END IF;
    IF NEW.actor !~ '^([a-z_]+|(account|case):[^[:space:]]+)$' THEN
        RAISE EXCEPTION '留痕须写明是谁：账号、业务或系统的哪一部分'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_actor';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.chain ' || NEW.chain, 0));
    SELECT seq, hash INTO last_seq, last_hash FROM ledger_auditentry
        WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1;
    last_hash := coalesce(last_hash, ''::bytea);
    NEW.seq := coalesce(last_seq, 0) + 1;
    NEW.at := ledger_now();
    NEW.previous_hash := last_hash;
    NEW.hash := sha256(last_hash || convert_to(concat_ws(E'\x1f', NEW.chain, NEW.seq::text, NEW.id::text,
        ((extract(epoch from NEW.at) * 1000000)::bigint)::text, NEW.actor, NEW.action, NEW.subject, NEW.body::text),
        'UTF8'));
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER link BEFORE INSERT ON ledger_auditentry FOR EACH ROW EXECUTE FUNCTION ledger_link();

-- ==== ledger_audithead

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_audithead
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- ==== ledger_outboxmessage

-- A delivered message stays delivered, and nobody takes a waiting one away.
CREATE OR REPLACE FUNCTION ledger_outbox_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER outbox_wall BEFORE UPDATE OR DELETE ON ledger_outboxmessage
    FOR EACH ROW EXECUTE FUNCTION ledger_outbox_wall();
