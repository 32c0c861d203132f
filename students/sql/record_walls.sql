-- The history of a record only ever grows, and its instant is the database's own (R6.1).
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_fieldchange
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON students_fieldchange
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE OR REPLACE FUNCTION students_change_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := ledger_now();
    RETURN NEW;
END $$;
CREATE TRIGGER change_stamp BEFORE INSERT ON students_fieldchange
    FOR EACH ROW EXECUTE FUNCTION students_change_stamp();

CREATE TRIGGER no_delete BEFORE DELETE ON students_pupilrecord FOR EACH ROW EXECUTE FUNCTION students_no_delete();
