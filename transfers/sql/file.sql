-- R3.6: the file is requested of a pupil who has reported, and of no other; reporting is kept at 调档 only.

CREATE OR REPLACE FUNCTION transfers_file_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM transfers_transfer WHERE case_id = NEW.id AND reported_on IS NOT NULL) THEN
        PERFORM reviews_refuse('学生未报到，不能调档（三.6）', 'transfer_file_of_no_show');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transfers_file_wall AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (OLD.state = 'awaiting_file' AND NEW.state = 'completed' AND NEW.kind IN
        ('cross_province_transfer', 'post_graduation_enrolment'))
    EXECUTE FUNCTION transfers_file_wall();

CREATE OR REPLACE FUNCTION transfers_reporting_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_at text;
BEGIN
    SELECT state INTO now_at FROM reviews_case WHERE id = NEW.case_id;
    IF now_at <> 'awaiting_file' THEN
        PERFORM reviews_refuse('只有待调档的业务可以登记报到（三.6）', 'transfer_reporting_stage');
    END IF;
    IF NEW.reported_on > (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        PERFORM reviews_refuse('报到日期不能晚于今天（三.6）', 'transfer_reporting_day');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER reporting_wall AFTER UPDATE ON transfers_transfer FOR EACH ROW
    WHEN (OLD.reported_on IS DISTINCT FROM NEW.reported_on OR OLD.did_not_report <> NEW.did_not_report
        OR OLD.reporting_by_id IS DISTINCT FROM NEW.reporting_by_id)
    EXECUTE FUNCTION transfers_reporting_wall();
