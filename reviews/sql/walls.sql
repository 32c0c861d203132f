-- What the database itself refuses on floor 2. Times and persons of decisions are set here, never by the client.

CREATE OR REPLACE FUNCTION reviews_refuse(sentence text, wall text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- The row of a limit in force on a day: the province's own before the nation's.
CREATE OR REPLACE FUNCTION reviews_limit_value(wanted text, province bigint, day date) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT value FROM reviews_limit
    WHERE key = wanted AND (province_id IS NULL OR province_id = province)
      AND valid_from <= day AND (valid_until IS NULL OR valid_until > day)
    ORDER BY province_id NULLS LAST, valid_from DESC LIMIT 1
$$;

-- R3.5: the window that forbids submitting this kind at this instant, or NULL. Half-open, local time of Shanghai.
CREATE OR REPLACE FUNCTION reviews_closed_window(wanted_kind text, province bigint, instant timestamptz)
RETURNS text LANGUAGE sql STABLE AS $$
    WITH local AS (SELECT instant AT TIME ZONE 'Asia/Shanghai' AS t),
    in_force AS (
        SELECT w.*, to_char(local.t, 'MM-DD') AS md FROM reviews_window w, local
        WHERE wanted_kind = ANY (w.kinds) AND (w.province_id IS NULL OR w.province_id = province)
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

CREATE OR REPLACE FUNCTION reviews_case_insert_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        PERFORM reviews_refuse('业务只能从草稿开始', 'case_starts_as_draft');
    END IF;
    NEW.created_at := ledger_now();
    RETURN NEW;
END $$;
CREATE TRIGGER insert_wall BEFORE INSERT ON reviews_case FOR EACH ROW EXECUTE FUNCTION reviews_case_insert_wall();

-- Legal pairs of states; tests hold this list against the transitions in reviews/states.py.
CREATE OR REPLACE FUNCTION reviews_legal_pair(was text, becomes text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE was
        WHEN 'draft' THEN becomes IN ('receiving_school', 'withdrawn')
        WHEN 'receiving_school' THEN becomes IN ('receiving_authority', 'sending_school', 'sending_authority',
            'refused', 'withdrawn', 'expired')
        WHEN 'receiving_authority' THEN becomes IN ('receiving_school', 'correction', 'sending_school',
            'sending_authority', 'completed', 'refused', 'withdrawn', 'expired')
        WHEN 'sending_school' THEN becomes IN ('receiving_school', 'receiving_authority', 'correction',
            'sending_authority', 'completed', 'refused', 'withdrawn', 'expired')
        WHEN 'sending_authority' THEN becomes IN ('receiving_school', 'receiving_authority', 'sending_school',
            'correction', 'completed', 'refused', 'withdrawn', 'expired')
        WHEN 'correction' THEN becomes IN ('receiving_authority', 'sending_school', 'sending_authority',
            'withdrawn', 'expired')
        ELSE false END
$$;

CREATE OR REPLACE FUNCTION reviews_case_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    instant timestamptz := ledger_now();
    province bigint;
    shut text;
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM reviews_refuse('业务已经结束，不可修改', 'case_closed');
    END IF;
    IF NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.subject <> OLD.subject
       OR NEW.created_by_id <> OLD.created_by_id OR NEW.created_at <> OLD.created_at THEN
        PERFORM reviews_refuse('业务号、类型、当事人和创建人不可修改', 'case_identity');
    END IF;
    IF OLD.submitted_at IS NOT NULL AND (NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
            OR NEW.expires_at IS DISTINCT FROM OLD.expires_at OR NEW.route_id IS DISTINCT FROM OLD.route_id
            OR NEW.stages <> OLD.stages) THEN
        PERFORM reviews_refuse('发起之后，发起时间、清理时间和流程不可修改', 'case_submission');
    END IF;
    IF NEW.state <> OLD.state THEN
        IF NOT reviews_legal_pair(OLD.state, NEW.state) THEN
            PERFORM reviews_refuse('业务不能从“' || OLD.state || '”变为“' || NEW.state || '”', 'case_legal_pair');
        END IF;
        IF OLD.state = 'draft' AND NEW.state = 'receiving_school' THEN
            SELECT province_id INTO province FROM orgs_unit WHERE id = NEW.receiving_unit_id;
            shut := reviews_closed_window(NEW.kind, province, instant);
            IF shut IS NOT NULL THEN
                PERFORM reviews_refuse('现在是暂停发起的时段（' || shut || '，三.5）', 'case_window_closed');
            END IF;
            NEW.submitted_at := instant;
            NEW.expires_at := instant + make_interval(hours => 24 * reviews_limit_value('expire_days', province,
                (instant AT TIME ZONE 'Asia/Shanghai')::date));
        ELSIF NEW.submitted_at IS DISTINCT FROM OLD.submitted_at THEN
            PERFORM reviews_refuse('发起时间由数据库记录', 'case_submission');
        END IF;
        IF NEW.state = 'expired' AND instant < OLD.expires_at THEN
            PERFORM reviews_refuse('发起未满 90 天的业务不能清理（三.7）', 'case_expiry_early');
        END IF;
        IF NEW.state IN ('completed', 'refused', 'withdrawn', 'expired') THEN
            NEW.closed_at := instant;
            NEW.exclusive_key := NULL;
        END IF;
    ELSIF NEW.submitted_at IS DISTINCT FROM OLD.submitted_at OR NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        PERFORM reviews_refuse('发起时间和结束时间由数据库记录', 'case_submission');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_wall BEFORE UPDATE ON reviews_case FOR EACH ROW EXECUTE FUNCTION reviews_case_wall();

CREATE OR REPLACE FUNCTION reviews_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reviews_refuse(TG_TABLE_NAME || ' 的记录不可删除', 'no_delete');
    RETURN NULL;
END $$;
CREATE TRIGGER no_delete BEFORE DELETE ON reviews_case FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE TRIGGER no_delete BEFORE DELETE ON reviews_step FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE TRIGGER no_delete BEFORE DELETE ON reviews_attachment FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE TRIGGER no_delete BEFORE DELETE ON reviews_overduerecord FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reviews_act
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_case FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_step FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_act FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- An act is stamped by the database.
CREATE OR REPLACE FUNCTION reviews_act_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := ledger_now();
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON reviews_act FOR EACH ROW EXECUTE FUNCTION reviews_act_stamp();

-- A step opens undecided, or takes over the handling of the sign-off that was recalled.
CREATE OR REPLACE FUNCTION reviews_step_insert_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before reviews_step;
BEGIN
    NEW.opened_at := ledger_now();
    IF NEW.signer_id IS NOT NULL OR NEW.outcome <> '' THEN
        PERFORM reviews_refuse('环节不能带着核办结论开始', 'step_opens_undecided');
    END IF;
    IF NEW.recall_of_id IS NOT NULL THEN
        SELECT * INTO before FROM reviews_step WHERE id = NEW.recall_of_id;
        IF before.case_id <> NEW.case_id OR before.unit_id <> NEW.unit_id OR before.closed_at IS NULL
           OR NEW.handler_id IS DISTINCT FROM before.handler_id OR NEW.handle_opinion <> before.handle_opinion
           OR NEW.proposal <> before.proposal THEN
            PERFORM reviews_refuse('撤回后的环节须原样承接原办理意见', 'step_recall');
        END IF;
        NEW.handler_person_id := before.handler_person_id;
        NEW.handled_at := before.handled_at;
    ELSIF NEW.handler_id IS NOT NULL THEN
        IF NEW.stage <> 'receiving_school' OR NEW.seq <> 1 THEN
            PERFORM reviews_refuse('只有发起环节可以随发起一并办理', 'step_opens_undecided');
        END IF;
        NEW.handled_at := ledger_now();
        SELECT person_id INTO NEW.handler_person_id FROM orgs_account WHERE id = NEW.handler_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER insert_wall BEFORE INSERT ON reviews_step FOR EACH ROW EXECUTE FUNCTION reviews_step_insert_wall();

CREATE OR REPLACE FUNCTION reviews_step_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        -- A mark that the limit passed may come after the decision, for a sweep that ran late; nothing else may.
        IF (to_jsonb(NEW) - 'overdue_at') <> (to_jsonb(OLD) - 'overdue_at') OR OLD.overdue_at IS NOT NULL THEN
            PERFORM reviews_refuse('已办结的环节不可修改', 'step_decided');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.case_id <> OLD.case_id OR NEW.unit_id <> OLD.unit_id OR NEW.stage <> OLD.stage
       OR NEW.opened_at <> OLD.opened_at OR NEW.seq <> OLD.seq THEN
        PERFORM reviews_refuse('环节的归属和到达时间不可修改', 'step_identity');
    END IF;
    IF NEW.handler_id IS DISTINCT FROM OLD.handler_id OR NEW.handle_opinion <> OLD.handle_opinion
       OR NEW.proposal <> OLD.proposal THEN
        IF NEW.handler_id IS NULL THEN
            NEW.handled_at := NULL;
            NEW.handler_person_id := NULL;
        ELSE
            NEW.handled_at := ledger_now();
            SELECT person_id INTO NEW.handler_person_id FROM orgs_account WHERE id = NEW.handler_id;
        END IF;
    ELSIF NEW.handled_at IS DISTINCT FROM OLD.handled_at
          OR NEW.handler_person_id IS DISTINCT FROM OLD.handler_person_id THEN
        PERFORM reviews_refuse('办理时间和办理人由数据库记录', 'step_times');
    END IF;
    IF NEW.signer_id IS NOT NULL THEN
        IF OLD.handler_id IS NULL THEN
            PERFORM reviews_refuse('须先办理、后核办', 'step_order');
        END IF;
        NEW.signed_at := ledger_now();
        SELECT person_id INTO NEW.signer_person_id FROM orgs_account WHERE id = NEW.signer_id;
    ELSIF NEW.signed_at IS NOT NULL OR NEW.signer_person_id IS NOT NULL THEN
        PERFORM reviews_refuse('核办时间和核办人由数据库记录', 'step_times');
    END IF;
    IF NEW.outcome <> '' THEN
        NEW.closed_at := ledger_now();
    ELSIF NEW.closed_at IS NOT NULL THEN
        PERFORM reviews_refuse('环节的结束时间由数据库记录', 'step_times');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step_wall BEFORE UPDATE ON reviews_step FOR EACH ROW EXECUTE FUNCTION reviews_step_wall();

-- R0.6: only while the receiving school has the case in hand, at most as many as the limit says, never edited after.
CREATE OR REPLACE FUNCTION reviews_attachment_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its reviews_case;
    most integer;
BEGIN
    SELECT * INTO its FROM reviews_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    IF NOT (its.state = 'draft' OR (its.state IN ('receiving_school', 'correction') AND its.awaiting = 'handle')) THEN
        PERFORM reviews_refuse('只有转入学校在发起前或补正时可以更换证明材料（附件1 三.1）', 'attachment_stage');
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- R0.7: by the row of the submission; a draft by today's.
        SELECT reviews_limit_value('attachments', u.province_id,
            (coalesce(its.submitted_at, ledger_now()) AT TIME ZONE 'Asia/Shanghai')::date)
            INTO most FROM orgs_unit u WHERE u.id = its.receiving_unit_id;
        IF (SELECT count(*) FROM reviews_attachment WHERE case_id = NEW.case_id AND removed_at IS NULL) >= most THEN
            PERFORM reviews_refuse('证明材料最多 ' || most || ' 张', 'attachment_count');
        END IF;
        NEW.uploaded_at := ledger_now();
    ELSE
        IF (to_jsonb(NEW) - 'removed_at' - 'position') <> (to_jsonb(OLD) - 'removed_at' - 'position')
           OR OLD.removed_at IS NOT NULL THEN
            PERFORM reviews_refuse('证明材料上传后不可修改，只可移除后重传', 'attachment_fixed');
        END IF;
        IF NEW.removed_at IS NOT NULL THEN
            NEW.removed_at := ledger_now();
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attachment_wall BEFORE INSERT OR UPDATE ON reviews_attachment
    FOR EACH ROW EXECUTE FUNCTION reviews_attachment_wall();

-- Any change of a row of the rulebook is noticed by every process: the revision grows.
CREATE OR REPLACE FUNCTION reviews_bump_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reviews_calendarrevision SET number = number + 1;
    RETURN NULL;
END $$;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['calendarday', 'vacation', 'window', 'limit', 'route', 'refusalreason'] LOOP
        EXECUTE format('CREATE TRIGGER bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision()', 'reviews_' || t);
    END LOOP;
END $$;

-- A route that a case runs on is not changed under it: its validity may end, nothing else.
CREATE OR REPLACE FUNCTION reviews_route_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM reviews_case WHERE route_id = OLD.id)
       AND (to_jsonb(NEW) - 'valid_until' - 'source') <> (to_jsonb(OLD) - 'valid_until' - 'source') THEN
        PERFORM reviews_refuse('已有业务使用的流程不可修改，请停用后另建', 'route_in_use');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER route_wall BEFORE UPDATE ON reviews_route FOR EACH ROW EXECUTE FUNCTION reviews_route_wall();
