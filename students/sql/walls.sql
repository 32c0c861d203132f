-- What the database itself refuses on floor 3.

CREATE OR REPLACE FUNCTION students_refuse(sentence text, wall text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- A number never changes owner, letter or content, and is never taken away (R1.4, R1.5); a closed one stays closed.
CREATE OR REPLACE FUNCTION students_number_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('学籍号不可删除（一.2）', 'number_no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('学籍号不可转给他人（一.2）', 'number_owner');
    END IF;
    IF NEW.kind <> OLD.kind OR NEW.index <> OLD.index OR NEW.issued_at <> OLD.issued_at THEN
        PERFORM students_refuse('学籍号下发后不可修改，只可停用后换发（一.2）', 'number_fixed');
    END IF;
    IF OLD.closed_at IS NOT NULL AND (NEW.closed_at IS DISTINCT FROM OLD.closed_at
            OR NEW.closed_reason <> OLD.closed_reason) THEN
        PERFORM students_refuse('已停用的学籍号不可恢复', 'number_closed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER number_wall BEFORE UPDATE OR DELETE ON students_registrationnumber
    FOR EACH ROW EXECUTE FUNCTION students_number_wall();

-- Allowed letters: L first, then L→G, L→J, J→G, G→G (R1.1–R1.5, R1.8).
CREATE OR REPLACE FUNCTION students_number_letter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text;
BEGIN
    SELECT kind INTO before FROM students_registrationnumber WHERE student_id = NEW.student_id
        ORDER BY issued_at DESC, id DESC LIMIT 1;
    IF before IS NULL AND NEW.kind = 'L' THEN RETURN NEW; END IF;
    IF (before, NEW.kind) IN (('L', 'G'), ('L', 'J'), ('J', 'G'), ('G', 'G')) THEN RETURN NEW; END IF;
    PERFORM students_refuse('学籍号不能由 ' || coalesce(before, '无') || ' 变为 ' || NEW.kind || '（一.1）', 'number_letters');
    RETURN NULL;
END $$;
CREATE TRIGGER number_letter BEFORE INSERT ON students_registrationnumber
    FOR EACH ROW EXECUTE FUNCTION students_number_letter();

-- R1.4: a G number may be closed only when its successor stands at the end of the transaction, or by the
-- ministry's own case.
CREATE OR REPLACE FUNCTION students_g_successor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'G' AND NEW.closed_at IS NOT NULL AND NEW.closed_case = '' AND NOT EXISTS (
            SELECT 1 FROM students_registrationnumber
            WHERE student_id = NEW.student_id AND kind = 'G' AND closed_at IS NULL) THEN
        PERFORM students_refuse('“G”字头学籍号不可停用而无接续（一.2）', 'number_g_successor');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER g_successor AFTER UPDATE ON students_registrationnumber
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION students_g_successor();

CREATE OR REPLACE FUNCTION students_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM students_refuse(TG_TABLE_NAME || ' 的记录不可删除', 'no_delete');
    RETURN NULL;
END $$;
CREATE TRIGGER no_delete BEFORE DELETE ON students_student FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE TRIGGER no_delete BEFORE DELETE ON students_enrolment FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- A closed period of a record is the archive: it stays as it is.
CREATE OR REPLACE FUNCTION students_enrolment_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.student_id <> OLD.student_id OR NEW.school_id <> OLD.school_id
       OR lower(NEW.period) <> lower(OLD.period) THEN
        PERFORM students_refuse('学籍的归属和起始日期不可修改', 'enrolment_fixed');
    END IF;
    IF NOT upper_inf(OLD.period) THEN
        PERFORM students_refuse('已转出的学籍存档不可修改', 'enrolment_archived');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enrolment_wall BEFORE UPDATE ON students_enrolment
    FOR EACH ROW EXECUTE FUNCTION students_enrolment_wall();
