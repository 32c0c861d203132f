-- 学期核查: the sample stays as it was drawn; what was signed stays signed (R6.2).

CREATE OR REPLACE FUNCTION students_round_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('核查记录不可删除（六）', 'no_delete');
    END IF;
    IF OLD.state = 'signed' THEN
        PERFORM students_refuse('核查已签核，不可修改（六）', 'round_signed');
    END IF;
    IF NEW.state = 'signed' AND OLD.state <> 'submitted' THEN
        PERFORM students_refuse('核查须先提交再签核（六）', 'round_state');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_wall BEFORE UPDATE OR DELETE ON students_verificationround
    FOR EACH ROW EXECUTE FUNCTION students_round_wall();
CREATE TRIGGER round_wall BEFORE UPDATE OR DELETE ON students_schoolverification
    FOR EACH ROW EXECUTE FUNCTION students_round_wall();

CREATE OR REPLACE FUNCTION students_sample_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('抽查学生不可删除（六）', 'no_delete');
    END IF;
    IF NEW.part_id <> OLD.part_id OR NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('抽到的学生不可更换（六）', 'sample_fixed');
    END IF;
    IF (SELECT state FROM students_schoolverification WHERE id = OLD.part_id) <> 'open' THEN
        PERFORM students_refuse('核查已提交，结果不可修改（六）', 'sample_fixed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sample_wall BEFORE UPDATE OR DELETE ON students_sampledpupil
    FOR EACH ROW EXECUTE FUNCTION students_sample_wall();
