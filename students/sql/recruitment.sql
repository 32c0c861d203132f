-- 招生: what the database refuses, and what follows when a list ends without having been agreed to (R4.5).

CREATE OR REPLACE FUNCTION students_recruited_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('招生记录不可删除（四.3）', 'no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id OR NEW.school_id <> OLD.school_id OR NEW.graduated_on <> OLD.graduated_on THEN
        PERFORM students_refuse('招生记录的学生、学校和毕业日期不可修改（四.3）', 'recruited_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'listed' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state IN ('admitted', 'returned', 'dropped')
        WHEN 'returned' THEN NEW.state = 'listed'
        WHEN 'admitted' THEN NEW.state IN ('reported', 'absent')
        WHEN 'reported' THEN NEW.state = 'taken_back'
        ELSE false END) THEN
        PERFORM students_refuse('招生记录不能从“' || OLD.state || '”变为“' || NEW.state || '”（四.3）', 'recruited_state');
    END IF;
    IF NEW.state = 'admitted' AND OLD.state = 'sent'
        AND NOT EXISTS (SELECT FROM reviews_step s WHERE s.case_id = NEW.case_id AND s.outcome = 'agree'
                        AND s.stage <> 'receiving_school') THEN
        PERFORM students_refuse('招生须经主管部门核办同意（四.3）', 'recruited_unsigned');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recruited_wall BEFORE UPDATE OR DELETE ON students_recruitedpupil
    FOR EACH ROW EXECUTE FUNCTION students_recruited_wall();
CREATE TRIGGER no_delete BEFORE DELETE ON students_recruitmentreturn
    FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- However a list ends, by a person or by the clock: nobody on it stays bound to it.
CREATE OR REPLACE FUNCTION students_list_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE students_recruitedpupil SET state = 'returned' WHERE case_id = NEW.id AND state = 'sent';
    RETURN NULL;
END $$;
CREATE TRIGGER recruitment_ended AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (NEW.kind = 'recruitment' AND NEW.state IN ('refused', 'withdrawn', 'expired', 'lapsed', 'cleared'))
    EXECUTE FUNCTION students_list_ended();
