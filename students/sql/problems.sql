-- 问题学籍 and imports: what the database refuses (R1.9, R2.1).

CREATE OR REPLACE FUNCTION students_problem_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('问题学籍记录不可删除（四.1）', 'no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id OR NEW.kind <> OLD.kind OR NEW.opened_at <> OLD.opened_at THEN
        PERFORM students_refuse('问题学籍的学生和类型不可修改（四.1）', 'problem_fixed');
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM students_refuse('已解决的问题学籍记录不可修改（四.1）', 'problem_closed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER problem_wall BEFORE UPDATE OR DELETE ON students_problemrecord
    FOR EACH ROW EXECUTE FUNCTION students_problem_wall();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_knowntwins
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

-- What came of an import stays as it was told.
CREATE OR REPLACE FUNCTION students_import_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('导入记录不可删除', 'no_delete');
    END IF;
    IF OLD.state IN ('faulty', 'done', 'dropped') THEN
        PERFORM students_refuse('已结束的导入不可修改', 'import_fixed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER import_wall BEFORE UPDATE OR DELETE ON students_importbatch
    FOR EACH ROW EXECUTE FUNCTION students_import_wall();
