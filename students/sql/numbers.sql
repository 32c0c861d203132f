-- Numbers: what the database refuses beyond walls.sql (R1.1–R1.5, R1.8).

-- No two numbers at one time: the next begins when the one before has ended, never earlier.
CREATE OR REPLACE FUNCTION students_number_letter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before record;
BEGIN
    SELECT kind, closed_at INTO before FROM students_registrationnumber WHERE student_id = NEW.student_id
        ORDER BY issued_at DESC, id DESC LIMIT 1;
    IF before.kind IS NOT NULL AND (before.kind, NEW.kind) NOT IN (('L', 'G'), ('L', 'J'), ('J', 'G'), ('G', 'G'))
       OR before.kind IS NULL AND NEW.kind <> 'L' THEN
        PERFORM students_refuse('学籍号不能由 ' || coalesce(before.kind, '无') || ' 变为 ' || NEW.kind || '（一.1）',
                                'number_letters');
    END IF;
    IF before.closed_at > NEW.issued_at THEN
        PERFORM students_refuse('同一时间只能有一个学籍号：前一个尚未停用（一.2）', 'number_one_at_a_time');
    END IF;
    RETURN NEW;
END $$;

-- The case that closed a number is history like the rest of it.
CREATE OR REPLACE FUNCTION students_number_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM students_refuse('停用学籍号的依据不可修改', 'number_closed');
    RETURN NULL;
END $$;
CREATE TRIGGER number_closed_case BEFORE UPDATE ON students_registrationnumber FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL AND NEW.closed_case IS DISTINCT FROM OLD.closed_case)
    EXECUTE FUNCTION students_number_closed();
CREATE TRIGGER number_no_truncate BEFORE TRUNCATE ON students_registrationnumber
    FOR EACH STATEMENT EXECUTE FUNCTION students_no_delete();

-- A batch is a record: nothing of it is taken away, and what was issued or held back stays so.
CREATE TRIGGER no_delete BEFORE DELETE ON students_issuingbatch FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE TRIGGER no_delete BEFORE DELETE ON students_issuingline FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE OR REPLACE FUNCTION students_issuing_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM students_refuse('下发结果不可修改', 'issuing_fixed');
    RETURN NULL;
END $$;
CREATE TRIGGER issuing_fixed BEFORE UPDATE ON students_issuingline FOR EACH ROW
    WHEN (OLD.issued_id IS NOT NULL OR OLD.reason <> '')
    EXECUTE FUNCTION students_issuing_wall();
CREATE TRIGGER batch_fixed BEFORE UPDATE ON students_issuingbatch FOR EACH ROW
    WHEN (OLD.state IN ('done', 'dropped'))
    EXECUTE FUNCTION students_issuing_wall();
