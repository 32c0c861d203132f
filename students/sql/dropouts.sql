-- 辍学标识: what was reported stays as it was signed (R5.2).

CREATE OR REPLACE FUNCTION students_dropout_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('辍学标识不可删除（五.2）', 'no_delete');
    END IF;
    IF (NEW.student_id, NEW.school_id, NEW.grade, NEW.last_seen_on, NEW.reason, NEW.efforts, NEW.marked_by_id)
        IS DISTINCT FROM
       (OLD.student_id, OLD.school_id, OLD.grade, OLD.last_seen_on, OLD.reason, OLD.efforts, OLD.marked_by_id) THEN
        PERFORM students_refuse('辍学标识的内容不可修改，请撤销后重新填报（五.2）', 'dropout_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'marked' THEN NEW.state IN ('signed', 'ended', 'dropped')
        WHEN 'signed' THEN NEW.state IN ('sent', 'ended')
        WHEN 'sent' THEN NEW.state = 'ended'
        ELSE false END) THEN
        PERFORM students_refuse('辍学标识不能从“' || OLD.state || '”变为“' || NEW.state || '”（五.2）', 'dropout_state');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dropout_wall BEFORE UPDATE OR DELETE ON students_dropoutmark
    FOR EACH ROW EXECUTE FUNCTION students_dropout_wall();
