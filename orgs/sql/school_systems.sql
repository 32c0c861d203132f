-- 学制 is a dated fact of a school (R4.3): orgs_schoolsystemperiod holds it. The columns of orgs_unit hold what is in
-- force today and always equal it, whatever the client writes; a school never stands without a first row.

-- The row that speaks for a day: the latest that has begun; before all of them the earliest.
CREATE OR REPLACE FUNCTION orgs_system_on(asked bigint, day date) RETURNS SETOF orgs_schoolsystemperiod
    LANGUAGE sql STABLE AS $$
    SELECT * FROM orgs_schoolsystemperiod p WHERE p.school_id = asked
        ORDER BY p.valid_from > day, abs(p.valid_from - day) LIMIT 1
$$;

CREATE OR REPLACE FUNCTION orgs_today() RETURNS date LANGUAGE sql VOLATILE AS $$
    SELECT (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date
$$;

CREATE OR REPLACE FUNCTION orgs_unit_system() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found orgs_schoolsystemperiod;
BEGIN
    IF NEW.level = 'school' THEN
        SELECT * INTO found FROM orgs_system_on(NEW.id, orgs_today());
        IF found.id IS NOT NULL THEN
            NEW.school_system := found.school_system;
            NEW.lowest_grade := found.lowest_grade;
            NEW.highest_grade := found.highest_grade;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER unit_system BEFORE UPDATE OF level, school_system, lowest_grade, highest_grade ON orgs_unit
    FOR EACH ROW EXECUTE FUNCTION orgs_unit_system();

CREATE OR REPLACE FUNCTION orgs_unit_first_system() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.level = 'school' AND NEW.lowest_grade IS NOT NULL AND NEW.highest_grade IS NOT NULL THEN
        INSERT INTO orgs_schoolsystemperiod
                (school_id, school_system, lowest_grade, highest_grade, valid_from, source)
            SELECT NEW.id, NEW.school_system, NEW.lowest_grade, NEW.highest_grade, orgs_today(), '学校登记时的学制'
            WHERE NOT EXISTS (SELECT 1 FROM orgs_schoolsystemperiod WHERE school_id = NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER unit_first_system AFTER INSERT OR UPDATE OF level, lowest_grade, highest_grade ON orgs_unit
    FOR EACH ROW EXECUTE FUNCTION orgs_unit_first_system();

-- A row that has begun was in force: cases were judged by it. It may be put right, never taken away or handed on.
CREATE OR REPLACE FUNCTION orgs_system_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.school_id <> OLD.school_id THEN
            RAISE EXCEPTION '学制记录不能改到另一所学校'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'school_system_owner';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.valid_from <= orgs_today() THEN
        RAISE EXCEPTION '已经生效的学制不可删除，请另立新的一行'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'school_system_begun';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER system_wall BEFORE UPDATE OR DELETE ON orgs_schoolsystemperiod
    FOR EACH ROW EXECUTE FUNCTION orgs_system_wall();

-- Touching the column is enough: unit_system writes what is in force.
CREATE OR REPLACE FUNCTION orgs_system_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orgs_unit SET school_system = school_system WHERE id = coalesce(NEW.school_id, OLD.school_id);
    RETURN NULL;
END $$;
CREATE TRIGGER system_changed AFTER INSERT OR UPDATE OR DELETE ON orgs_schoolsystemperiod
    FOR EACH ROW EXECUTE FUNCTION orgs_system_changed();

-- For the clock: what has begun since it was written. May be missed, repeated, overlapped.
CREATE OR REPLACE FUNCTION orgs_systems_of_today() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    changed integer;
BEGIN
    UPDATE orgs_unit u SET school_system = u.school_system
        WHERE u.level = 'school' AND EXISTS (
            SELECT 1 FROM orgs_system_on(u.id, orgs_today()) p
            WHERE (p.school_system, p.lowest_grade, p.highest_grade)
                IS DISTINCT FROM (u.school_system, u.lowest_grade, u.highest_grade));
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$;

-- Every school that is there already: what it says now is its first row. Since when is not known; before its first
-- row a school is what that row says.
INSERT INTO orgs_schoolsystemperiod (school_id, school_system, lowest_grade, highest_grade, valid_from, source)
    SELECT id, school_system, lowest_grade, highest_grade, orgs_today(), '建立学制记录时已登记的学制'
    FROM orgs_unit WHERE level = 'school' AND lowest_grade IS NOT NULL AND highest_grade IS NOT NULL;
