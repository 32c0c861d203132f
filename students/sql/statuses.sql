-- 学籍状态: which status may become which, and never 开除 in compulsory education (R5.1–R5.3).

-- Legal pairs; tests hold this list against the transitions in students/statuses.py.
CREATE OR REPLACE FUNCTION students_legal_status(was text, becomes text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE was
        WHEN 'enrolled' THEN becomes IN ('suspended', 'withdrawn', 'expelled', 'abroad', 'left_other', 'deceased',
            'graduated', 'completed')
        WHEN 'suspended' THEN becomes IN ('enrolled', 'withdrawn', 'expelled', 'abroad', 'left_other', 'deceased')
        WHEN 'left_other' THEN becomes IN ('enrolled', 'abroad', 'deceased')
        WHEN 'withdrawn' THEN becomes IN ('enrolled', 'deceased')
        WHEN 'abroad' THEN becomes IN ('enrolled', 'deceased')
        WHEN 'expelled' THEN becomes IN ('enrolled', 'deceased')
        WHEN 'missing' THEN becomes IN ('enrolled', 'deceased')
        WHEN 'graduated' THEN becomes = 'enrolled'
        WHEN 'completed' THEN becomes = 'enrolled'
        ELSE false END
$$;

-- Grade 1 is the first school year of the cohort; a school year begins on 11 August (三.5).
CREATE OR REPLACE FUNCTION students_status_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
    grade int := extract(year FROM today - interval '7 months 10 days')::int - NEW.cohort + 1;
BEGIN
    IF NOT students_legal_status(OLD.status, NEW.status) THEN
        PERFORM students_refuse('学籍状态不能由“' || OLD.status || '”变为“' || NEW.status || '”（五）', 'status_pair');
    END IF;
    IF NEW.status = 'expelled' AND grade <= 9 THEN
        PERFORM students_refuse('义务教育阶段不得开除学生（五）', 'status_compulsory');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER status_wall BEFORE UPDATE OF status ON students_student
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION students_status_wall();

-- What an ended case was about stays as it was; only the reminders of its end are counted on.
CREATE OR REPLACE FUNCTION students_change_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('学籍异动记录不可删除', 'no_delete');
    END IF;
    IF NEW.case_id <> OLD.case_id OR NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('学籍异动的业务和学生不可修改', 'change_fixed');
    END IF;
    IF (to_jsonb(NEW) - 'reminded') <> (to_jsonb(OLD) - 'reminded')
       AND EXISTS (SELECT FROM reviews_case WHERE id = OLD.case_id AND closed_at IS NOT NULL) THEN
        PERFORM students_refuse('已办结的学籍异动不可修改', 'change_closed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER change_wall BEFORE UPDATE OR DELETE ON students_statuschange
    FOR EACH ROW EXECUTE FUNCTION students_change_wall();

CREATE OR REPLACE FUNCTION students_contact_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM students_statuschange s JOIN reviews_case c ON c.id = s.case_id
               WHERE s.id = coalesce(NEW.change_id, OLD.change_id) AND c.closed_at IS NOT NULL) THEN
        PERFORM students_refuse('已办结业务的联系记录不可修改', 'change_closed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER contact_wall BEFORE INSERT OR UPDATE OR DELETE ON students_contactattempt
    FOR EACH ROW EXECUTE FUNCTION students_contact_wall();
