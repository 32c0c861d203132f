-- An appeal against the refusal wall: raised in an open step by its unit, ruled on once by the unit above.

CREATE OR REPLACE FUNCTION reviews_appeal_insert_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its reviews_step;
BEGIN
    SELECT * INTO its FROM reviews_step WHERE id = NEW.step_id;
    IF its.closed_at IS NOT NULL OR its.case_id <> NEW.case_id OR its.unit_id <> NEW.unit_id
       OR its.stage <> NEW.stage THEN
        PERFORM reviews_refuse('只能由轮到办理的单位在本环节上报', 'appeal_open_step');
    END IF;
    IF NEW.upper_id IS DISTINCT FROM (SELECT authority_id FROM orgs_unit WHERE id = NEW.unit_id) THEN
        PERFORM reviews_refuse('只能报本单位的主管部门裁定', 'appeal_upper');
    END IF;
    IF NEW.ruling <> '' THEN
        PERFORM reviews_refuse('不能带着裁定上报', 'appeal_opens_undecided');
    END IF;
    SELECT person_id INTO NEW.person_id FROM orgs_account WHERE id = NEW.account_id;
    NEW.digest := encode(sha256(convert_to(NEW.opinion, 'UTF8')), 'hex');
    NEW.raised_at := ledger_now();
    RETURN NEW;
END $$;
CREATE TRIGGER insert_wall BEFORE INSERT ON reviews_wallappeal
    FOR EACH ROW EXECUTE FUNCTION reviews_appeal_insert_wall();

CREATE OR REPLACE FUNCTION reviews_appeal_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may text[] := ARRAY['ruling', 'ruling_opinion', 'decider_id', 'decider_person_id', 'decided_at'];
BEGIN
    IF OLD.ruling <> '' THEN
        PERFORM reviews_refuse('已经裁定，不可修改', 'appeal_decided');
    END IF;
    IF (to_jsonb(NEW) - may) <> (to_jsonb(OLD) - may) OR NEW.ruling = '' THEN
        PERFORM reviews_refuse('上报的内容不可修改', 'appeal_fixed');
    END IF;
    IF EXISTS (SELECT 1 FROM reviews_step WHERE id = OLD.step_id AND closed_at IS NOT NULL) THEN
        PERFORM reviews_refuse('该环节已经办结，无须裁定', 'appeal_moot');
    END IF;
    SELECT person_id INTO NEW.decider_person_id FROM orgs_account WHERE id = NEW.decider_id;
    NEW.decided_at := ledger_now();
    RETURN NEW;
END $$;
CREATE TRIGGER appeal_wall BEFORE UPDATE ON reviews_wallappeal
    FOR EACH ROW EXECUTE FUNCTION reviews_appeal_wall();

CREATE TRIGGER no_delete BEFORE DELETE ON reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_wallappeal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
