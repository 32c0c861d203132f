-- 问题学籍处理: a record is removed only as a case has decided, one with a G only by the ministry (R1.9, R1.4).

CREATE OR REPLACE FUNCTION students_legal_status(was text, becomes text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT was <> 'removed' AND becomes = 'removed' OR CASE was
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

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_recordremoval
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

CREATE OR REPLACE FUNCTION students_removal_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided text := CASE WHEN EXISTS (SELECT FROM students_registrationnumber n
                                      WHERE n.student_id = NEW.student_id AND n.kind = 'G')
                    THEN 'ministry' ELSE 'authority' END;
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_step s JOIN reviews_case c ON c.id = s.case_id
                   WHERE s.case_id = NEW.case_id AND s.outcome = 'agree' AND s.stage = decided
                     AND c.kind IN ('problem', 'problem_decision', 'number_deletion')) THEN
        PERFORM students_refuse('持有正式学籍号的学籍只由教育部核办删除，其他重复学籍由主管部门核办删除（一.2、四.1）', 'removal_unsigned');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER removal_wall BEFORE INSERT ON students_recordremoval
    FOR EACH ROW EXECUTE FUNCTION students_removal_wall();

CREATE OR REPLACE FUNCTION students_removed_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM students_recordremoval r WHERE r.student_id = NEW.id) THEN
        PERFORM students_refuse('学籍只能经问题学籍处理删除（四.1）', 'removed_without_case');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER removed_wall BEFORE UPDATE OF status ON students_student
    FOR EACH ROW WHEN (NEW.status = 'removed' AND OLD.status <> 'removed') EXECUTE FUNCTION students_removed_wall();

-- A G is closed only because another takes its place, or its record was removed; a case's number alone is no reason.
CREATE OR REPLACE FUNCTION students_g_successor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'G' AND NEW.closed_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM students_registrationnumber
                        WHERE student_id = NEW.student_id AND kind = 'G' AND closed_at IS NULL)
        AND NOT EXISTS (SELECT FROM students_recordremoval WHERE student_id = NEW.student_id) THEN
        PERFORM students_refuse('“G”字头学籍号不可停用而无接续（一.2）', 'number_g_successor');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_delete BEFORE DELETE ON students_problemanswer FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE TRIGGER no_delete BEFORE DELETE ON students_twindecision FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE TRIGGER no_delete BEFORE DELETE ON students_numberdeletion FOR EACH ROW EXECUTE FUNCTION students_no_delete();
