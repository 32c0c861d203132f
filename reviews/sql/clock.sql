-- What the clock leaves behind (R3.7, R3.7b), and what it may not miss.

-- Whether a unit's turn, or a sign-off of it that was recalled before, already stands in the overdue records: a turn
-- that goes on after a recall is still the same turn and is named once.
CREATE OR REPLACE FUNCTION reviews_turn_recorded(step bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE turn AS (
        SELECT id, recall_of_id FROM reviews_step WHERE id = step
        UNION ALL
        SELECT s.id, s.recall_of_id FROM turn JOIN reviews_step s ON s.id = turn.recall_of_id
    )
    SELECT EXISTS (SELECT 1 FROM turn JOIN reviews_overduerecord r ON r.step_id = turn.id)
$$;

-- The day on which a step reached its unit: for one that goes on after a recall, the day of the first.
CREATE OR REPLACE FUNCTION reviews_arrived_on(step bigint) RETURNS date LANGUAGE sql STABLE AS $$
    WITH RECURSIVE turn AS (
        SELECT id, recall_of_id, opened_at FROM reviews_step WHERE id = step
        UNION ALL
        SELECT s.id, s.recall_of_id, s.opened_at FROM turn JOIN reviews_step s ON s.id = turn.recall_of_id
    )
    SELECT (opened_at AT TIME ZONE 'Asia/Shanghai')::date FROM turn WHERE recall_of_id IS NULL
$$;

-- The last day a limit can pass on: today, or the day the case's 90 days ran out, whichever came first. So a sweep
-- that comes a week late marks what seven daily ones would have marked, and no more.
CREATE OR REPLACE FUNCTION reviews_judged_on(instant timestamptz, expires_at timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE AS $$ SELECT (least(instant, expires_at) AT TIME ZONE 'Asia/Shanghai')::date $$;

-- A step that ends late is marked and recorded by its end, whether or not a sweep had come by.
CREATE OR REPLACE FUNCTION reviews_mark_late() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    judged date;
BEGIN
    SELECT reviews_judged_on(ledger_now(), c.expires_at) INTO judged FROM reviews_case c WHERE c.id = NEW.case_id;
    IF NEW.due_on < judged THEN
        NEW.overdue_at := coalesce(NEW.overdue_at, ledger_now());
    END IF;
    RETURN NEW;
END $$;
-- After step_wall by its name, so that it sees the end.
CREATE TRIGGER zz_mark_late BEFORE UPDATE ON reviews_step FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND NEW.outcome <> '' AND OLD.overdue_at IS NULL)
    EXECUTE FUNCTION reviews_mark_late();

CREATE OR REPLACE FUNCTION reviews_record_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reviews_overduerecord (step_id, case_id, unit_id, stage, due_on, bulletin_due_on)
    SELECT NEW.id, NEW.case_id, NEW.unit_id, NEW.stage, NEW.due_on, NEW.bulletin_due_on FROM reviews_case c
    WHERE c.id = NEW.case_id AND NEW.bulletin_due_on < reviews_judged_on(NEW.closed_at, c.expires_at)
      AND NOT EXISTS (SELECT 1 FROM reviews_overduerecord WHERE step_id = NEW.id)
      AND (NEW.recall_of_id IS NULL OR NOT reviews_turn_recorded(NEW.recall_of_id))
    ON CONFLICT (step_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER record_late AFTER UPDATE ON reviews_step FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND NEW.overdue_at IS NOT NULL)
    EXECUTE FUNCTION reviews_record_late();

-- A record is stamped by the database and stays as it is (R3.7b).
CREATE OR REPLACE FUNCTION reviews_overdue_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := ledger_now();
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON reviews_overduerecord FOR EACH ROW EXECUTE FUNCTION reviews_overdue_stamp();
CREATE TRIGGER append_only BEFORE UPDATE ON reviews_overduerecord
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_overduerecord
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
