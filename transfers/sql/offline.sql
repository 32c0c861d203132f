-- Offline transfers (R0.4): recorded by the school under a fault that covers it, linked to their case by the database
-- itself whichever way that case was started, closed when it completes, never changed otherwise and never deleted.

CREATE OR REPLACE FUNCTION transfers_refuse(sentence text, wall text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- The live case that moves this pupil into this school, a draft too; the one sent off before a draft.
CREATE OR REPLACE FUNCTION transfers_live_case(student bigint, school bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT c.id FROM transfers_transfer t JOIN reviews_case c ON c.id = t.case_id
    WHERE t.student_id = student AND t.receiving_school_id = school AND c.closed_at IS NULL
    ORDER BY c.submitted_at NULLS LAST, c.id DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION transfers_registrar_at(account bigint, school bigint, day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM orgs_post p WHERE p.unit_id = school AND p.role = 'registrar'
          AND p.valid_from <= day AND (p.valid_until IS NULL OR p.valid_until > day)
          AND (p.account_id = account OR EXISTS (
              SELECT 1 FROM orgs_delegation d WHERE d.post_id = p.id AND d.account_id = account
                AND d.valid_from <= day AND d.valid_until > day)))
$$;

CREATE OR REPLACE FUNCTION transfers_offline_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
    fault reviews_fault;
    scope text;
    school orgs_unit;
    last date := 'infinity';
BEGIN
    SELECT * INTO fault FROM reviews_fault WHERE id = NEW.fault_id;
    SELECT path INTO scope FROM orgs_unit WHERE id = fault.unit_id;
    SELECT * INTO school FROM orgs_unit WHERE id = NEW.school_id;
    IF NEW.closed_at IS NOT NULL OR NEW.outcome <> '' THEN
        PERFORM transfers_refuse('线下转学只能从登记开始', 'offline_starts_open');
    END IF;
    IF school.level <> 'school' OR NOT starts_with(school.path, scope) THEN
        PERFORM transfers_refuse('故障公告的范围不包括这所学校', 'offline_fault_covers');
    END IF;
    IF NOT transfers_registrar_at(NEW.recorded_by_id, NEW.school_id, today) THEN
        PERFORM transfers_refuse('线下转学由就读学校的学籍管理员登记', 'offline_seat');
    END IF;
    IF fault.closed_at IS NOT NULL THEN
        last := (fault.closed_at AT TIME ZONE 'Asia/Shanghai')::date
            + reviews_limit_value('offline_days', school.province_id, today);
    END IF;
    IF today > last THEN
        PERFORM transfers_refuse('故障结束后补记的期限已过', 'offline_too_late');
    END IF;
    IF NEW.paper_date < fault.since OR NEW.paper_date > last OR NEW.paper_date > today THEN
        PERFORM transfers_refuse('纸质日期须在故障期间或其后补记期限内，且不晚于今天', 'offline_paper_date');
    END IF;
    NEW.recorded_at := ledger_now();
    NEW.case_id := transfers_live_case(NEW.student_id, NEW.school_id);
    RETURN NEW;
END $$;
CREATE TRIGGER insert_wall BEFORE INSERT ON transfers_offlinetransfer
    FOR EACH ROW EXECUTE FUNCTION transfers_offline_insert();

CREATE OR REPLACE FUNCTION transfers_offline_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
    movable text[] := ARRAY['student_id', 'sending_school_id', 'case_id', 'outcome', 'closed_at', 'closed_by_id'];
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM transfers_refuse('已了结的线下转学登记不可修改', 'offline_closed');
    END IF;
    IF (to_jsonb(NEW) - movable) <> (to_jsonb(OLD) - movable) THEN
        PERFORM transfers_refuse('线下转学登记后不可修改，只可核对学生、补办或了结', 'offline_fixed');
    END IF;
    IF OLD.student_id IS NOT NULL AND NEW.student_id IS DISTINCT FROM OLD.student_id THEN
        PERFORM transfers_refuse('线下转学登记的学生核对后不可更换', 'offline_pupil_fixed');
    END IF;
    IF OLD.student_id IS NULL AND NEW.student_id IS NOT NULL THEN
        NEW.case_id := transfers_live_case(NEW.student_id, NEW.school_id);
    END IF;
    IF NEW.case_id IS NOT NULL AND NEW.case_id IS DISTINCT FROM OLD.case_id AND NOT EXISTS (
            SELECT 1 FROM transfers_transfer t WHERE t.case_id = NEW.case_id AND t.student_id = NEW.student_id
              AND t.receiving_school_id = NEW.school_id) THEN
        PERFORM transfers_refuse('业务不是该生转入这所学校的业务', 'offline_case_fits');
    END IF;
    IF NEW.outcome = 'done' AND NOT EXISTS (
            SELECT 1 FROM reviews_case c WHERE c.id = NEW.case_id AND c.state = 'completed') THEN
        PERFORM transfers_refuse('业务办结才是人籍一致', 'offline_done_by_case');
    END IF;
    IF NEW.closed_at IS NOT NULL THEN
        IF NEW.outcome <> 'done' AND NOT transfers_registrar_at(NEW.closed_by_id, NEW.school_id, today) THEN
            PERFORM transfers_refuse('线下转学由就读学校的学籍管理员了结', 'offline_seat');
        END IF;
        NEW.closed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER update_wall BEFORE UPDATE ON transfers_offlinetransfer
    FOR EACH ROW EXECUTE FUNCTION transfers_offline_update();

CREATE OR REPLACE FUNCTION transfers_offline_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM transfers_refuse('线下转学登记不可删除', 'offline_no_delete');
    RETURN NULL;
END $$;
CREATE TRIGGER no_delete BEFORE DELETE ON transfers_offlinetransfer
    FOR EACH ROW EXECUTE FUNCTION transfers_offline_no_delete();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON transfers_offlinetransfer
    FOR EACH STATEMENT EXECUTE FUNCTION transfers_offline_no_delete();

-- The electronic case follows: whoever starts it, and by whatever way, it is linked.
CREATE OR REPLACE FUNCTION transfers_offline_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE transfers_offlinetransfer o SET case_id = NEW.case_id
    WHERE o.student_id = NEW.student_id AND o.school_id = NEW.receiving_school_id AND o.closed_at IS NULL
      AND (o.case_id IS NULL OR EXISTS (
          SELECT 1 FROM reviews_case c WHERE c.id = o.case_id AND c.closed_at IS NOT NULL));
    RETURN NULL;
END $$;
CREATE TRIGGER offline_link AFTER INSERT ON transfers_transfer
    FOR EACH ROW EXECUTE FUNCTION transfers_offline_link();

-- 人籍一致: the case that brought the record completes.
CREATE OR REPLACE FUNCTION transfers_offline_settle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE transfers_offlinetransfer o SET case_id = NEW.id, outcome = 'done', closed_at = ledger_now()
    FROM transfers_transfer t
    WHERE t.case_id = NEW.id AND o.student_id = t.student_id AND o.school_id = t.receiving_school_id
      AND o.closed_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER offline_settle AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (NEW.state = 'completed' AND OLD.state <> 'completed') EXECUTE FUNCTION transfers_offline_settle();
