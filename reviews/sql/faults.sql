-- Fault notices (R0.4): who may announce one, what of it is fixed, and that it stays.

-- Whether an account holds the registrar's or the head's post, its own or one lent to it, at an office (not a school)
-- that is the unit or stands above it.
CREATE OR REPLACE FUNCTION reviews_office_over(account bigint, office bigint, unit bigint, day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM orgs_post p JOIN orgs_unit o ON o.id = p.unit_id JOIN orgs_unit u ON u.id = unit
        WHERE p.unit_id = office AND o.level <> 'school' AND starts_with(u.path, o.path)
          AND p.role IN ('registrar', 'head')
          AND p.valid_from <= day AND (p.valid_until IS NULL OR p.valid_until > day)
          AND (p.account_id = account OR EXISTS (
              SELECT 1 FROM orgs_delegation d WHERE d.post_id = p.id AND d.account_id = account
                AND d.valid_from <= day AND d.valid_until > day)))
$$;

CREATE OR REPLACE FUNCTION reviews_fault_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
    days integer;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM reviews_refuse('故障公告不可删除', 'fault_no_delete');
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.closed_at IS NOT NULL THEN
            PERFORM reviews_refuse('故障公告只能从发布开始', 'fault_starts_open');
        END IF;
        IF NOT reviews_office_over(NEW.opened_by_id, NEW.opened_from_id, NEW.unit_id, today) THEN
            PERFORM reviews_refuse('故障公告由旗县区及以上、覆盖这一范围的主管部门发布（函 一）', 'fault_seat');
        END IF;
        SELECT reviews_limit_value('offline_days', u.province_id, today) INTO days
            FROM orgs_unit u WHERE u.id = NEW.unit_id;
        IF NEW.since > today OR NEW.since < today - coalesce(days, 0) THEN
            PERFORM reviews_refuse('故障起始日期不能晚于今天，也不能早于 ' || days || ' 天前', 'fault_since');
        END IF;
        NEW.opened_at := ledger_now();
        RETURN NEW;
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM reviews_refuse('已结束的故障公告不可修改', 'fault_closed');
    END IF;
    IF (to_jsonb(NEW) - 'closed_at' - 'closed_by_id' - 'closed_from_id')
       <> (to_jsonb(OLD) - 'closed_at' - 'closed_by_id' - 'closed_from_id') THEN
        PERFORM reviews_refuse('故障公告发布后不可修改，只可结束', 'fault_fixed');
    END IF;
    IF NEW.closed_at IS NOT NULL THEN
        IF NOT reviews_office_over(NEW.closed_by_id, NEW.closed_from_id, NEW.unit_id, today) THEN
            PERFORM reviews_refuse('故障公告由旗县区及以上、覆盖这一范围的主管部门结束（函 一）', 'fault_seat');
        END IF;
        NEW.closed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fault_wall BEFORE INSERT OR UPDATE OR DELETE ON reviews_fault
    FOR EACH ROW EXECUTE FUNCTION reviews_fault_wall();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_fault
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
