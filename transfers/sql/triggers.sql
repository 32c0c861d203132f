-- The living functions and triggers of transfers, each once: applied after migrate when this file changed (ledger/triggers.py).

-- ==== what the walls ask

-- The live case that moves this pupil into this school, a draft too; the one sent off before a draft.
CREATE OR REPLACE FUNCTION transfers_live_case(student bigint, school bigint) RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, public, pg_temp STABLE AS $$
    SELECT c.id FROM transfers_transfer t JOIN reviews_case c ON c.id = t.case_id
    WHERE t.student_id = student AND t.receiving_school_id = school AND c.closed_at IS NULL
    ORDER BY c.submitted_at NULLS LAST, c.id DESC LIMIT 1
$$;

-- Offline transfers (R0.4): recorded by the school under a fault that covers it, linked to their case by the database
-- itself whichever way that case was started, closed when it completes, never changed otherwise and never deleted.
CREATE OR REPLACE FUNCTION transfers_refuse(sentence text, wall text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- What makes a seat is known in one place: orgs_seat_held().
CREATE OR REPLACE FUNCTION transfers_registrar_at(account bigint, school bigint, day date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT orgs_seat_held(account, school, 'registrar', day)
$$;

-- ==== reviews_case

-- 人籍一致: the case that brought the record completes.
CREATE OR REPLACE FUNCTION transfers_offline_settle() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE transfers_offlinetransfer o SET case_id = NEW.id, outcome = 'done', closed_at = ledger_now()
    FROM transfers_transfer t
    WHERE t.case_id = NEW.id AND o.student_id = t.student_id AND o.school_id = t.receiving_school_id
      AND o.closed_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER offline_settle AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (NEW.state = 'completed' AND OLD.state <> 'completed') EXECUTE FUNCTION transfers_offline_settle();

-- R3.6, R4.5: at 调档 everybody has agreed. It ends without the file only by its limit, by a graduation, where both schools
-- have become one, where the pupil is registered as not having come, or where it has reported at a school that recruited it.
CREATE OR REPLACE FUNCTION transfers_file_ended() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM transfers_transfer t WHERE t.case_id = NEW.id AND (t.did_not_report OR EXISTS (
            SELECT FROM students_recruitedpupil r
            WHERE r.student_id = t.student_id AND r.state = 'reported' AND ledger_written_now(r.xmin)))) THEN
        PERFORM reviews_refuse('待调档的业务只在学生未报到、两校合并或学生已在他校报到时终止（三.6）', 'file_ended_unasked');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER transfers_file_ended AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (OLD.state = 'awaiting_file' AND NEW.state = 'withdrawn' AND NEW.receiving_unit_id <> NEW.sending_unit_id)
    EXECUTE FUNCTION transfers_file_ended();

-- R3.6: the file is requested of a pupil who has reported, and of no other; reporting is kept at 调档 only.
CREATE OR REPLACE FUNCTION transfers_file_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM transfers_transfer WHERE case_id = NEW.id AND reported_on IS NOT NULL) THEN
        PERFORM reviews_refuse('学生未报到，不能调档（三.6）', 'transfer_file_of_no_show');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER transfers_file_wall AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (OLD.state = 'awaiting_file' AND NEW.state = 'completed' AND NEW.kind IN
        ('cross_province_transfer', 'post_graduation_enrolment'))
    EXECUTE FUNCTION transfers_file_wall();

-- ==== transfers_transfer

-- What a transfer is about is fixed with its sending off; on the way it is filled in who reported, and what was before (R3.1).
CREATE OR REPLACE TRIGGER facts_fixed BEFORE UPDATE OR DELETE ON transfers_transfer FOR EACH ROW EXECUTE FUNCTION
    reviews_facts_fixed('reported_on', 'did_not_report', 'reporting_by_id', 'phase_was', 'cohort_was', 'class_was_id',
        'graduated_on', 'school_class_id', 'receiving_school_id', 'sending_school_id');

-- The electronic case follows: whoever starts it, and by whatever way, it is linked.
CREATE OR REPLACE FUNCTION transfers_offline_link() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE transfers_offlinetransfer o SET case_id = NEW.case_id
    WHERE o.student_id = NEW.student_id AND o.school_id = NEW.receiving_school_id AND o.closed_at IS NULL
      AND (o.case_id IS NULL OR EXISTS (
          SELECT 1 FROM reviews_case c WHERE c.id = o.case_id AND c.closed_at IS NOT NULL));
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER offline_link AFTER INSERT ON transfers_transfer FOR EACH ROW EXECUTE FUNCTION transfers_offline_link();

CREATE OR REPLACE FUNCTION transfers_reporting_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    now_at text;
BEGIN
    SELECT state INTO now_at FROM reviews_case WHERE id = NEW.case_id;
    IF now_at <> 'awaiting_file' THEN
        PERFORM reviews_refuse('只有待调档的业务可以登记报到（三.6）', 'transfer_reporting_stage');
    END IF;
    IF NEW.reported_on > (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        PERFORM reviews_refuse('报到日期不能晚于今天（三.6）', 'transfer_reporting_day');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER reporting_wall AFTER UPDATE ON transfers_transfer FOR EACH ROW
    WHEN (OLD.reported_on IS DISTINCT FROM NEW.reported_on OR OLD.did_not_report <> NEW.did_not_report
        OR OLD.reporting_by_id IS DISTINCT FROM NEW.reporting_by_id)
    EXECUTE FUNCTION transfers_reporting_wall();

-- Its schools are those of its case, also where one of them was closed into another meanwhile.
CREATE OR REPLACE FUNCTION transfers_schools() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM transfers_transfer t JOIN reviews_case c ON c.id = t.case_id WHERE t.id = NEW.id
                   AND (t.receiving_school_id, t.sending_school_id)
                       IS NOT DISTINCT FROM (c.receiving_unit_id, c.sending_unit_id)) THEN
        PERFORM reviews_refuse('转入、转出学校须与业务一致（附件1 三.1）', 'transfer_schools');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS schools ON transfers_transfer;
CREATE CONSTRAINT TRIGGER schools AFTER UPDATE OF receiving_school_id, sending_school_id ON transfers_transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION transfers_schools();

-- What a roll-back of 毕业后跨省就学 puts back is the pupil as it stood when the record moved, written with that move (R4.4).
CREATE OR REPLACE FUNCTION transfers_was_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_WHEN = 'BEFORE' AND EXISTS (
            SELECT FROM students_student s WHERE s.id = NEW.student_id AND s.status = 'graduated'
              AND (s.phase, s.cohort, s.school_class_id, s.graduated_on)
                  IS NOT DISTINCT FROM (NEW.phase_was, NEW.cohort_was, NEW.class_was_id, NEW.graduated_on))
       OR TG_WHEN = 'AFTER' AND EXISTS (
            SELECT FROM reviews_case c WHERE c.id = NEW.case_id AND c.kind = 'post_graduation_enrolment'
              AND c.state = 'completed' AND ledger_written_now(c.xmin)) THEN
        RETURN NEW;
    END IF;
    PERFORM reviews_refuse('原学段、级、班级和毕业日期随毕业后跨省就学的办结记录，照学籍当时的样子（四.3）', 'transfer_was');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER was_wall BEFORE UPDATE ON transfers_transfer FOR EACH ROW
    WHEN ((NEW.phase_was, NEW.cohort_was, NEW.class_was_id, NEW.graduated_on)
        IS DISTINCT FROM (OLD.phase_was, OLD.cohort_was, OLD.class_was_id, OLD.graduated_on))
    EXECUTE FUNCTION transfers_was_wall();
DROP TRIGGER IF EXISTS was_bound ON transfers_transfer;
CREATE CONSTRAINT TRIGGER was_bound AFTER UPDATE ON transfers_transfer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((NEW.phase_was, NEW.cohort_was, NEW.class_was_id, NEW.graduated_on)
        IS DISTINCT FROM (OLD.phase_was, OLD.cohort_was, OLD.class_was_id, OLD.graduated_on))
    EXECUTE FUNCTION transfers_was_wall();

-- ==== transfers_offlinetransfer

-- Offline transfers: recorded by the registrar, confirmed by the head of the school, another person (R0.4, R0.5).
CREATE OR REPLACE FUNCTION transfers_offline_confirm() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.confirmed_by_id IS NOT NULL THEN
            PERFORM transfers_refuse('线下转学先登记，后确认', 'offline_recorded_first');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.confirmed_by_id, NEW.confirmed_at) IS NOT DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at) THEN
        RETURN NEW;
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM transfers_refuse('已了结的线下转学登记不可修改', 'offline_closed');
    END IF;
    IF OLD.confirmed_by_id IS NOT NULL THEN
        PERFORM transfers_refuse('已确认的线下转学登记不可再确认', 'offline_confirmed_once');
    END IF;
    IF NOT orgs_seat_held(NEW.confirmed_by_id, NEW.school_id, 'head', today) THEN
        PERFORM transfers_refuse('线下转学登记由就读学校的负责人确认', 'offline_confirm_seat');
    END IF;
    NEW.confirmed_at := ledger_now();
    RETURN NEW;
END $$;

-- Before two_persons and what keeps the names, by its name.
CREATE OR REPLACE TRIGGER confirm_wall BEFORE INSERT OR UPDATE ON transfers_offlinetransfer
    FOR EACH ROW EXECUTE FUNCTION transfers_offline_confirm();

CREATE OR REPLACE FUNCTION transfers_offline_insert() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER insert_wall BEFORE INSERT ON transfers_offlinetransfer
    FOR EACH ROW EXECUTE FUNCTION transfers_offline_insert();

CREATE OR REPLACE FUNCTION transfers_offline_no_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM transfers_refuse('线下转学登记不可删除', 'offline_no_delete');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON transfers_offlinetransfer
    FOR EACH ROW EXECUTE FUNCTION transfers_offline_no_delete();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON transfers_offlinetransfer
    FOR EACH STATEMENT EXECUTE FUNCTION transfers_offline_no_delete();
CREATE OR REPLACE TRIGGER succession_wall BEFORE UPDATE ON transfers_offlinetransfer FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND orgs_succeeded(OLD.school_id, NEW.school_id))
    EXECUTE FUNCTION orgs_succession_wall('school_id', 'names');
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON transfers_offlinetransfer FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('recorded_by_id', 'confirmed_by_id', 'offline_by_two_people', '登记和确认须由两个人办理（附件1 三.1）');

CREATE OR REPLACE FUNCTION transfers_offline_update() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER update_wall BEFORE UPDATE ON transfers_offlinetransfer FOR EACH ROW
    WHEN ((OLD.closed_at IS NOT NULL OR NOT orgs_succeeded(OLD.school_id, NEW.school_id))
        AND (to_jsonb(NEW) - '{confirmed_by_id,confirmed_at,names}'::text[])
        IS DISTINCT FROM (to_jsonb(OLD) - '{confirmed_by_id,confirmed_at,names}'::text[]))
    EXECUTE FUNCTION transfers_offline_update();

-- A confirmation of a record without a pupil binds nobody. Matched to a pupil, the record is confirmed anew, by the head
-- who now sees which pupil it is: otherwise one person alone would say who is bound by two (R0.4, R0.5).
CREATE OR REPLACE FUNCTION transfers_offline_matched() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.confirmed_by_id := NULL;
    NEW.confirmed_at := NULL;
    RETURN NEW;
END $$;

-- After the walls, which take no confirmation back for anybody; before what keeps the names, by its name.
CREATE OR REPLACE TRIGGER zz_confirm_anew BEFORE UPDATE ON transfers_offlinetransfer FOR EACH ROW
    WHEN (OLD.student_id IS NULL AND NEW.student_id IS NOT NULL AND NEW.closed_at IS NULL)
    EXECUTE FUNCTION transfers_offline_matched();
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON transfers_offlinetransfer FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('recorded_by_id', 'confirmed_by_id', 'closed_by_id', 'unit:school_id@confirmed_by_id', 'unit:school_id@closed_at',
        'unit:sending_school_id@confirmed_by_id', 'unit:sending_school_id@closed_at');
