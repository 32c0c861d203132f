-- 毕业办理: a signed run and its lines stay as they are; times are the database's own; no run signs itself (R4.1).
CREATE OR REPLACE FUNCTION students_graduation_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first bigint;
    second bigint;
BEGIN
    IF OLD.state <> 'ready' THEN
        PERFORM students_refuse('已核办或放弃的毕业办理不可修改', 'graduation_closed');
    END IF;
    IF NEW.school_id <> OLD.school_id OR NEW.cohort <> OLD.cohort OR NEW.prepared_by_id <> OLD.prepared_by_id THEN
        PERFORM students_refuse('毕业办理的学校、届和准备人不可修改', 'graduation_fixed');
    END IF;
    IF NEW.signed_by_id IS NOT NULL THEN
        SELECT person_id INTO first FROM orgs_account WHERE id = NEW.prepared_by_id;
        SELECT person_id INTO second FROM orgs_account WHERE id = NEW.signed_by_id;
        IF first = second THEN
            PERFORM students_refuse('准备和核办须由两个人办理', 'graduation_two_people');
        END IF;
        NEW.signed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER graduation_wall BEFORE UPDATE ON students_graduationrun
    FOR EACH ROW EXECUTE FUNCTION students_graduation_wall();
CREATE TRIGGER no_delete BEFORE DELETE ON students_graduationrun FOR EACH ROW EXECUTE FUNCTION students_no_delete();

CREATE OR REPLACE FUNCTION students_graduation_line_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM students_graduationrun WHERE id = coalesce(NEW.run_id, OLD.run_id) AND state <> 'ready') THEN
        PERFORM students_refuse('已核办或放弃的毕业名单不可修改', 'graduation_closed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER line_wall BEFORE INSERT OR UPDATE OR DELETE ON students_graduationline
    FOR EACH ROW EXECUTE FUNCTION students_graduation_line_wall();
CREATE TRIGGER no_delete BEFORE DELETE ON students_takenback FOR EACH ROW EXECUTE FUNCTION students_no_delete();
