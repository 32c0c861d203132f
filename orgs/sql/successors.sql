-- Units are closed and merged during a case (R3.1): who stands in the place of one that no longer stands.

-- The unit that stands for ``unit`` on a day: itself while it is not closed, else the first along the chain of its
-- successors (A → B → C) that stands; NULL where the chain ends at a closed unit without a successor.
CREATE OR REPLACE FUNCTION orgs_standing(unit bigint, day date) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT u.id, u.successor_id, u.closed_on, ARRAY[u.id] AS seen FROM orgs_unit u WHERE u.id = unit
        UNION ALL
        SELECT u.id, u.successor_id, u.closed_on, c.seen || u.id
        FROM chain c JOIN orgs_unit u ON u.id = c.successor_id
        WHERE c.closed_on <= day AND NOT (u.id = ANY (c.seen))
    )
    SELECT id FROM chain WHERE closed_on IS NULL OR closed_on > day LIMIT 1
$$;

-- A successor is of the unit's own sort, is named together with the day of the closing, and the chain has an end.
CREATE OR REPLACE FUNCTION orgs_successor_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    heir orgs_unit;
BEGIN
    IF NEW.closed_on IS NULL THEN
        RAISE EXCEPTION '填写承接单位时须同时填写撤销日期'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_successor_closed';
    END IF;
    SELECT * INTO heir FROM orgs_unit WHERE id = NEW.successor_id;
    IF (heir.level = 'school') <> (NEW.level = 'school') THEN
        RAISE EXCEPTION '学校由学校承接，主管部门由主管部门承接'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_successor_level';
    END IF;
    IF EXISTS (
        WITH RECURSIVE chain AS (
            SELECT NEW.successor_id AS id
            UNION
            SELECT u.successor_id FROM chain c JOIN orgs_unit u ON u.id = c.id WHERE u.successor_id IS NOT NULL
        ) SELECT 1 FROM chain WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION '承接单位不能是本单位，也不能最终又由本单位承接'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_successor_ring';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER successor_wall BEFORE INSERT OR UPDATE OF successor_id, closed_on, level ON orgs_unit
    FOR EACH ROW WHEN (NEW.successor_id IS NOT NULL) EXECUTE FUNCTION orgs_successor_wall();
