-- What was printed, and the photographs, only ever grow; their instant is the database's own (R8.4).
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_sheetprint
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON students_sheetprint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_pupilphoto
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON students_pupilphoto
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_delete BEFORE DELETE ON students_printbatch FOR EACH ROW EXECUTE FUNCTION students_no_delete();

CREATE OR REPLACE FUNCTION students_print_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.printed_at := ledger_now();
    RETURN NEW;
END $$;
CREATE TRIGGER print_stamp BEFORE INSERT ON students_sheetprint
    FOR EACH ROW EXECUTE FUNCTION students_print_stamp();

CREATE OR REPLACE FUNCTION students_photo_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.taken_at := ledger_now();
    RETURN NEW;
END $$;
CREATE TRIGGER photo_stamp BEFORE INSERT ON students_pupilphoto
    FOR EACH ROW EXECUTE FUNCTION students_photo_stamp();
