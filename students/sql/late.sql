-- 补建学籍: what the database refuses, and what follows when a list ends without having been agreed to (R2.2).

CREATE OR REPLACE FUNCTION students_late_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('补建学籍的记录不可删除（附件1 二）', 'no_delete');
    END IF;
    IF (NEW.school_id, NEW.name, NEW.birth_date, NEW.cohort, NEW.said_sealed, NEW.id_number_index)
        IS DISTINCT FROM (OLD.school_id, OLD.name, OLD.birth_date, OLD.cohort, OLD.said_sealed, OLD.id_number_index) THEN
        PERFORM students_refuse('补建名单登记的内容不可修改，请删去后重新登记（附件1 二）', 'late_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'listed' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state IN ('collected', 'returned', 'dropped')
        WHEN 'returned' THEN NEW.state = 'listed'
        WHEN 'collected' THEN NEW.state IN ('created', 'refused', 'returned')
        ELSE false END) THEN
        PERFORM students_refuse('补建记录不能从“' || OLD.state || '”变为“' || NEW.state || '”（附件1 二）', 'late_state');
    END IF;
    IF NEW.state = 'collected' AND OLD.state = 'sent'
        AND NOT EXISTS (SELECT FROM reviews_step s WHERE s.case_id = NEW.case_id AND s.outcome = 'agree'
                        AND s.stage <> 'school') THEN
        PERFORM students_refuse('补建学籍须经主管部门核办同意（附件1 二）', 'late_unsigned');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER late_wall BEFORE UPDATE OR DELETE ON students_latechild
    FOR EACH ROW EXECUTE FUNCTION students_late_wall();

-- However a list ends, by a person or by the clock: no child on it stays bound to it.
CREATE OR REPLACE FUNCTION students_late_list_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE students_latechild SET state = 'returned' WHERE case_id = NEW.id AND state = 'sent';
    RETURN NULL;
END $$;
CREATE TRIGGER late_ended AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (NEW.kind = 'late_registration' AND NEW.state IN ('refused', 'withdrawn', 'expired', 'lapsed', 'cleared'))
    EXECUTE FUNCTION students_late_list_ended();
