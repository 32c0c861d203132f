-- 班级变动表: what was sent stays as it was sent, what was decided stays decided (R6.1).

CREATE OR REPLACE FUNCTION students_sheet_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('变动表不可删除（六）', 'no_delete');
    END IF;
    IF NEW.school_class_id <> OLD.school_class_id THEN
        PERFORM students_refuse('变动表的班级不可修改（六）', 'sheet_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'draft' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'returned' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state IN ('accepted', 'returned')
        ELSE false END) THEN
        PERFORM students_refuse('变动表不能从“' || OLD.state || '”变为“' || NEW.state || '”（六）', 'sheet_state');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sheet_wall BEFORE UPDATE OR DELETE ON students_changesheet
    FOR EACH ROW EXECUTE FUNCTION students_sheet_wall();

CREATE OR REPLACE FUNCTION students_sheet_line_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text;
BEGIN
    SELECT state INTO stands FROM students_changesheet WHERE id = coalesce(NEW.sheet_id, OLD.sheet_id);
    IF TG_OP = 'UPDATE' THEN
        -- What the teacher wrote stays; only what became of it is noted, while the sheet is being accepted.
        IF (NEW.sheet_id, NEW.student_id, NEW.field, NEW.secret, NEW.old, NEW.new, NEW.new_sealed)
            IS DISTINCT FROM (OLD.sheet_id, OLD.student_id, OLD.field, OLD.secret, OLD.old, OLD.new, OLD.new_sealed)
            OR stands <> 'sent' THEN
            PERFORM students_refuse('变动表的内容不可修改（六）', 'sheet_line_fixed');
        END IF;
        RETURN NEW;
    END IF;
    IF stands NOT IN ('draft', 'returned') THEN
        PERFORM students_refuse('变动表送出后不能增减内容（六）', 'sheet_line_fixed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER sheet_line_wall BEFORE INSERT OR UPDATE OR DELETE ON students_changesheetline
    FOR EACH ROW EXECUTE FUNCTION students_sheet_line_wall();
CREATE TRIGGER no_delete BEFORE DELETE ON students_classcharge
    FOR EACH ROW EXECUTE FUNCTION students_no_delete();
