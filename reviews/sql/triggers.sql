-- The living functions and triggers of reviews, each once: applied after migrate when this file changed (ledger/triggers.py).

-- ==== what the walls ask

-- One person acts for one unit of a case only (R0.5), whatever posts, loans or arrangements the person has.

-- The unit other than ``own`` for which the person has acted in the case; NULL: none. What a closed unit did counts for the
-- unit that stands for it. Reminders and messages decide nothing.
CREATE OR REPLACE FUNCTION reviews_acted_elsewhere(which bigint, who bigint, own bigint) RETURNS bigint LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT unit_id FROM (
        SELECT s.unit_id FROM reviews_step s WHERE s.case_id = which AND who IN (s.handler_person_id, s.signer_person_id)
        UNION
        SELECT a.unit_id FROM reviews_act a JOIN orgs_account x ON x.id = a.account_id
        WHERE a.case_id = which AND x.person_id = who AND a.verb NOT IN ('nudge', 'message')
    ) done
    WHERE unit_id <> own AND orgs_standing(unit_id, reviews_today()) IS DISTINCT FROM own LIMIT 1
$$;

-- A case ends as its steps were signed, and every act of a person stands in the trail (R0.2, R0.5, R3.1).

-- Whether every stage of a case at which units decide was agreed to, the last time it had its turn. A step is agreed to
-- only with two people (step_decided_whole, step_two_people) who sat there (step_handler_seat, step_signer_seat).
CREATE OR REPLACE FUNCTION reviews_all_signed(which bigint, stages text[]) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) > 0 AND bool_and((
        SELECT s.outcome FROM reviews_step s WHERE s.case_id = which AND s.stage = wanted.stage
        ORDER BY s.seq DESC LIMIT 1) IS NOT DISTINCT FROM 'agree')
    FROM unnest(stages) AS wanted(stage) WHERE wanted.stage <> 'awaiting_file'
$$;

-- The day on which a step reached its unit: for one that goes on after a recall, the day of the first.
CREATE OR REPLACE FUNCTION reviews_arrived_on(step bigint) RETURNS date LANGUAGE sql SET search_path = pg_catalog, public, pg_temp STABLE AS $$
    WITH RECURSIVE turn AS (
        SELECT id, recall_of_id, opened_at FROM reviews_step WHERE id = step
        UNION ALL
        SELECT s.id, s.recall_of_id, s.opened_at FROM turn JOIN reviews_step s ON s.id = turn.recall_of_id
    )
    SELECT (opened_at AT TIME ZONE 'Asia/Shanghai')::date FROM turn WHERE recall_of_id IS NULL
$$;

-- Any change of a row of the rulebook is noticed by every process: the revision grows.
CREATE OR REPLACE FUNCTION reviews_bump_revision() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE reviews_calendarrevision SET number = number + 1;
    RETURN NULL;
END $$;

-- A row that only reminds forbids nothing (R3.5).
CREATE OR REPLACE FUNCTION reviews_closed_window(wanted_kind text, province bigint, instant timestamptz)
RETURNS text LANGUAGE sql SET search_path = pg_catalog, public, pg_temp STABLE AS $$
    WITH local AS (SELECT instant AT TIME ZONE 'Asia/Shanghai' AS t),
    in_force AS (
        SELECT w.*, to_char(local.t, 'MM-DD') AS md FROM reviews_window w, local
        WHERE wanted_kind = ANY (w.kinds) AND w.remind_days = '{}' AND (w.province_id IS NULL OR w.province_id = province)
          AND w.valid_from <= local.t::date AND (w.valid_until IS NULL OR w.valid_until > local.t::date)
    ),
    -- A province's own window of the same key takes the place of the nation's.
    chosen AS (SELECT DISTINCT ON (key) * FROM in_force ORDER BY key, province_id NULLS LAST, valid_from DESC),
    judged AS (
        SELECT *, CASE WHEN starts <= ends THEN md >= starts AND md < ends ELSE md >= starts OR md < ends END AS inside
        FROM chosen
    )
    SELECT key FROM judged WHERE closes AND inside
    UNION ALL
    SELECT min(key) FROM judged WHERE NOT closes HAVING count(*) > 0 AND NOT bool_or(inside)
    LIMIT 1
$$;

-- What a case is about stands as it was when its first unit let it go: everybody after decides on what all have read, and
-- what was decided is what is carried out (R0.6, R3.1).

-- A trigger for a table of one row a case: the columns that are filled in on the way. Whose case it is, and which pupil's,
-- is never changed; a row never goes.
CREATE OR REPLACE FUNCTION reviews_facts_fixed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    its reviews_case;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM reviews_refuse('业务的内容不可删除（附件1 三.1）', 'no_delete');
    END IF;
    IF (to_jsonb(NEW) -> 'case_id', to_jsonb(NEW) -> 'student_id')
            IS DISTINCT FROM (to_jsonb(OLD) -> 'case_id', to_jsonb(OLD) -> 'student_id') THEN
        PERFORM reviews_refuse('业务的内容属于这一业务和这名学生，不可改给别的业务和学生（附件1 三.1）', 'facts_owner');
    END IF;
    SELECT * INTO its FROM reviews_case WHERE id = OLD.case_id;
    -- The end of a case writes down what was before, and how far its reminders have come is counted on.
    IF its.closed_at IS NOT NULL AND NOT ledger_written_now((SELECT xmin FROM reviews_case WHERE id = its.id))
            AND to_jsonb(NEW) - 'reminded' <> to_jsonb(OLD) - 'reminded'
       OR to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV AND NOT (its.state = 'draft'
            OR its.state IN ('receiving_school', 'school', 'correction') AND its.awaiting = 'handle') THEN
        PERFORM reviews_refuse('业务发起以后内容不可修改；退回补正的，由发起的单位更正（附件1 三.1）', 'facts_fixed');
    END IF;
    RETURN NEW;
END $$;

-- Letters and digits in one form, as reviews/refusal_rules/phrases_in_text.py has them; of letters the Han and the Latin ones,
-- whatever the database's locale calls a letter.
CREATE OR REPLACE FUNCTION reviews_folded(words text) RETURNS text LANGUAGE sql SET search_path = pg_catalog, public, pg_temp IMMUTABLE AS $$
    SELECT regexp_replace(lower(normalize(words, NFKC)),
        '[^0-9a-z\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]', '', 'g')
$$;

-- The last day a limit can pass on: today, or the day the case's 90 days ran out, whichever came first. So a sweep
-- that comes a week late marks what seven daily ones would have marked, and no more.
CREATE OR REPLACE FUNCTION reviews_judged_on(instant timestamptz, expires_at timestamptz) RETURNS date
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp IMMUTABLE AS $$ SELECT (least(instant, expires_at) AT TIME ZONE 'Asia/Shanghai')::date $$;

-- What goes beyond the province: the ministry decides (R1.4).
CREATE OR REPLACE FUNCTION reviews_legal_pair(was text, becomes text) RETURNS boolean LANGUAGE sql SET search_path = pg_catalog, public, pg_temp IMMUTABLE AS $$
    WITH stages AS (
        SELECT ARRAY['receiving_school', 'receiving_authority', 'receiving_league', 'receiving_province',
            'sending_school', 'sending_authority', 'graduation_authority', 'sending_league', 'sending_province'] AS s,
            ARRAY['school', 'authority', 'league', 'province', 'ministry'] AS o
    ), at AS (
        SELECT array_position(s, was) AS i, array_position(s, becomes) AS j,
            array_position(o, was) AS k, array_position(o, becomes) AS l FROM stages
    )
    SELECT CASE
        WHEN was = 'draft' THEN becomes IN ('receiving_school', 'school', 'authority', 'withdrawn')
        -- Onward to a later stage; back to an earlier one by a recall; to an end.
        WHEN i IS NOT NULL AND j IS NOT NULL THEN i <> j
        WHEN k IS NOT NULL AND l IS NOT NULL THEN k <> l
        WHEN i = 1 THEN becomes IN ('refused', 'withdrawn', 'expired', 'cleared')
        WHEN i IS NOT NULL THEN becomes IN
            ('correction', 'awaiting_file', 'completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN k = 1 THEN becomes IN ('completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN k IS NOT NULL THEN becomes IN ('correction', 'completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN was = 'correction' THEN coalesce(j > 1, l > 1, becomes IN ('withdrawn', 'expired', 'cleared'))
        WHEN was = 'awaiting_file' THEN becomes IN ('completed', 'lapsed', 'cleared', 'withdrawn')
        ELSE false END
    FROM at
$$;

-- The row of a limit in force on a day: the province's own before the nation's.
CREATE OR REPLACE FUNCTION reviews_limit_value(wanted text, province bigint, day date) RETURNS integer
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp STABLE AS $$
    SELECT value FROM reviews_limit
    WHERE key = wanted AND (province_id IS NULL OR province_id = province)
      AND valid_from <= day AND (valid_until IS NULL OR valid_until > day)
    ORDER BY province_id NULLS LAST, valid_from DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION reviews_nation_keeps() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.province_id IS NULL AND (TG_OP = 'DELETE' OR to_jsonb(NEW) <> to_jsonb(OLD)) THEN
        PERFORM reviews_refuse('全国的条文用语只能由程序更新，不能删去、缩小或停用；本省（自治区）的用语请另加一行（附件1 三.4）',
                               'nation_keeps');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE FUNCTION reviews_no_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM reviews_refuse(TG_TABLE_NAME || ' 的记录不可删除', 'no_delete');
    RETURN NULL;
END $$;

-- One place knows what makes a seat: these two ask it.
CREATE OR REPLACE FUNCTION reviews_office_over(account bigint, office bigint, unit bigint, day date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM orgs_unit o JOIN orgs_unit u ON u.id = unit
        WHERE o.id = office AND o.level <> 'school' AND starts_with(u.path, o.path)
          AND (orgs_seat_held(account, office, 'registrar', day) OR orgs_seat_held(account, office, 'head', day)))
$$;

-- What the database itself refuses on floor 2. Times and persons of decisions are set here, never by the client.
CREATE OR REPLACE FUNCTION reviews_refuse(sentence text, wall text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- An act comes from a seat and keeps the names of who did it (R0.2, R0.5).

-- Which posts may do a verb; of what only the clock does, none.
CREATE OR REPLACE FUNCTION reviews_roles_of(verb text) RETURNS text[] LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN verb IN ('submit', 'handle', 'report', 'no_show', 'request_file') THEN ARRAY['registrar']
        WHEN verb IN ('sign', 'return_to_registrar', 'recall') THEN ARRAY['head']
        WHEN verb IN ('withdraw', 'nudge', 'message') THEN ARRAY['registrar', 'head']
        ELSE '{}' END
$$;

CREATE OR REPLACE FUNCTION reviews_today() RETURNS date LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp AS $$ SELECT (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date $$;

-- In which steps the unit had the case before this one went on after a correction: none for any other step.
CREATE OR REPLACE FUNCTION reviews_turn_before(step bigint) RETURNS TABLE (opened_at timestamptz, closed_at timestamptz,
    bulletin_due_on date) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE turn AS (
        SELECT s.id, s.recall_of_id, s.resumes_id FROM reviews_step s WHERE s.id = step AND s.resumes_id IS NOT NULL
        UNION
        SELECT s.id, s.recall_of_id, s.resumes_id FROM turn
            JOIN reviews_step s ON s.id IN (turn.recall_of_id, turn.resumes_id)
    )
    SELECT s.opened_at, s.closed_at, s.bulletin_due_on FROM turn JOIN reviews_step s USING (id) WHERE s.id <> step
$$;

-- R3.7, read again: sending back for correction stops the asking unit's clock; the step that follows the correction goes
-- on with it (`resumes`). One turn of a unit, however often it was stopped or recalled, is named once.
CREATE OR REPLACE FUNCTION reviews_turn_recorded(step bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE turn AS (
        SELECT id, recall_of_id, resumes_id FROM reviews_step WHERE id = step
        UNION
        SELECT s.id, s.recall_of_id, s.resumes_id FROM turn
            JOIN reviews_step s ON s.id IN (turn.recall_of_id, turn.resumes_id)
    )
    SELECT EXISTS (SELECT 1 FROM turn JOIN reviews_overduerecord r ON r.step_id = turn.id)
$$;

-- The word in force: a province's own before the nation's, as Rulebook.year.
CREATE OR REPLACE FUNCTION reviews_year(wanted text, of_province bigint, day date) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT value FROM reviews_yearrow
    WHERE key = wanted AND valid_from <= day AND (valid_until IS NULL OR valid_until > day)
      AND (province_id IS NULL OR province_id = of_province)
    ORDER BY province_id IS NOT NULL DESC, valid_from DESC LIMIT 1
$$;

-- ==== ledger_auditentry

CREATE OR REPLACE FUNCTION reviews_entry_of_case() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_case WHERE number = substr(NEW.actor, 6)) THEN
        PERFORM reviews_refuse('留痕中的业务不存在', 'audit_actor');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER audit_case BEFORE INSERT ON ledger_auditentry FOR EACH ROW
    WHEN (NEW.actor LIKE 'case:%') EXECUTE FUNCTION reviews_entry_of_case();

CREATE OR REPLACE FUNCTION reviews_entry_of_act() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reviews_case c JOIN reviews_act a ON a.case_id = c.id
        WHERE 'case:' || c.number = NEW.subject AND a.verb = substr(NEW.action, 6)
          AND 'account:' || a.account_id = NEW.actor AND ledger_written_now(a.xmin)) THEN
        PERFORM reviews_refuse('没有这一办理，不能以他人名义留痕', 'audit_of_an_act');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS entry_of_act ON ledger_auditentry;
CREATE CONSTRAINT TRIGGER entry_of_act AFTER INSERT ON ledger_auditentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.action LIKE 'case.%' AND NEW.actor LIKE 'account:%'
        AND reviews_roles_of(substr(NEW.action, 6)) <> '{}') EXECUTE FUNCTION reviews_entry_of_act();

-- ==== orgs_training

-- R8.1: registrars are trained once a year. However a training is entered, its certificate holds no longer than the
-- row of the rulebook in force on the day of the training says (a province's own before the nation's).
CREATE OR REPLACE FUNCTION reviews_certificate_length() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    months integer;
    latest date;
BEGIN
    SELECT l.value INTO months FROM reviews_limit l
        WHERE l.key = 'certificate_months'
          AND l.valid_from <= NEW.trained_on AND (l.valid_until IS NULL OR l.valid_until > NEW.trained_on)
          AND (l.province_id IS NULL OR l.province_id IN (
              SELECT u.province_id FROM orgs_post p JOIN orgs_unit u ON u.id = p.unit_id
              WHERE p.person_id = NEW.person_id))
        ORDER BY l.province_id IS NULL, l.valid_from DESC LIMIT 1;
    months := coalesce(months, 12);
    latest := NEW.trained_on + make_interval(months => months);
    IF NEW.valid_until > latest THEN
        RAISE EXCEPTION '培训合格证自培训之日起最长 % 个月有效：%培训的，有效期至最晚填 %（正文 二.1）；请按证书核对培训日期和有效期',
            months, to_char(NEW.trained_on, 'YYYY"年"FMMM"月"FMDD"日"'), to_char(latest, 'YYYY"年"FMMM"月"FMDD"日"')
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'training_length';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER training_length BEFORE INSERT OR UPDATE ON orgs_training
    FOR EACH ROW EXECUTE FUNCTION reviews_certificate_length();

-- ==== reviews_fault

CREATE OR REPLACE FUNCTION reviews_fault_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER fault_wall BEFORE INSERT OR UPDATE OR DELETE ON reviews_fault
    FOR EACH ROW EXECUTE FUNCTION reviews_fault_wall();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_fault
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON reviews_fault FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('opened_by_id', 'closed_by_id', 'unit:opened_from_id', 'unit:closed_from_id', 'unit:unit_id');

-- ==== reviews_calendarday

CREATE OR REPLACE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON reviews_calendarday FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();

-- ==== reviews_vacation

CREATE OR REPLACE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON reviews_vacation FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();

-- ==== reviews_window

CREATE OR REPLACE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON reviews_window FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();

-- ==== reviews_limit

CREATE OR REPLACE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON reviews_limit FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();

-- ==== reviews_yearrow

-- What the law is silent about, as rows (R0.7): every process notices a change, and walls of other parts may ask.
CREATE OR REPLACE TRIGGER bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reviews_yearrow
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();

-- ==== reviews_route

CREATE OR REPLACE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON reviews_route FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();

-- A route that a case runs on is not changed under it: its validity may end, nothing else.
CREATE OR REPLACE FUNCTION reviews_route_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM reviews_case WHERE route_id = OLD.id)
       AND (to_jsonb(NEW) - 'valid_until' - 'source') <> (to_jsonb(OLD) - 'valid_until' - 'source') THEN
        PERFORM reviews_refuse('已有业务使用的流程不可修改，请停用后另建', 'route_in_use');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER route_wall BEFORE UPDATE ON reviews_route FOR EACH ROW EXECUTE FUNCTION reviews_route_wall();

-- ==== reviews_refusalreason

CREATE OR REPLACE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON reviews_refusalreason FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();

-- A rule's own words against a listed reason; what the meanings say is asked in Python, again at every use.
CREATE OR REPLACE FUNCTION reviews_reason_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    hit text;
BEGIN
    SELECT text INTO hit FROM reviews_forbiddenphrase
    WHERE concepts = '{}' AND (kinds = '{}' OR kinds && NEW.kinds) AND (stages = '{}' OR stages && NEW.stages)
      AND (province_id IS NULL OR NEW.province_id IS NULL OR province_id = NEW.province_id)
      AND (valid_until IS NULL OR valid_until > NEW.valid_from)
      AND (NEW.valid_until IS NULL OR NEW.valid_until > valid_from)
      AND reviews_folded(text) <> '' AND position(reviews_folded(text) IN reviews_folded(NEW.text)) > 0
    ORDER BY id LIMIT 1;
    IF hit IS NOT NULL THEN
        PERFORM reviews_refuse('“' || hit || '”不得作为理由（附件1 三.1、三.4）', 'reason_forbidden_ground');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER reason_wall BEFORE INSERT OR UPDATE OF text, kinds, stages, province_id, valid_from, valid_until
    ON reviews_refusalreason FOR EACH ROW EXECUTE FUNCTION reviews_reason_wall();

-- ==== reviews_forbiddenphrase

-- R3.4, R0.6: what no refusal rests on; and no reason of a closed list is written in those words either.
CREATE OR REPLACE TRIGGER bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reviews_forbiddenphrase
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();
CREATE OR REPLACE TRIGGER nation_keeps BEFORE UPDATE OR DELETE ON reviews_forbiddenphrase
    FOR EACH ROW EXECUTE FUNCTION reviews_nation_keeps();

-- ==== reviews_wallwords

-- R3.4: rules and words of the refusal wall. The nation's are never taken away, narrowed or ended; a province only adds.
CREATE OR REPLACE TRIGGER bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reviews_wallwords
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();
CREATE OR REPLACE TRIGGER nation_keeps BEFORE UPDATE OR DELETE ON reviews_wallwords
    FOR EACH ROW EXECUTE FUNCTION reviews_nation_keeps();

-- ==== reviews_wallmark

-- A mark stands beside the act it was made with, in its words, and stays.
CREATE OR REPLACE FUNCTION reviews_mark_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_step WHERE id = NEW.step_id AND case_id = NEW.case_id) THEN
        PERFORM reviews_refuse('标记须属于本业务的环节', 'mark_of_step');
    END IF;
    NEW.at := ledger_now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER insert_wall BEFORE INSERT ON reviews_wallmark FOR EACH ROW EXECUTE FUNCTION reviews_mark_wall();
CREATE OR REPLACE TRIGGER no_change BEFORE UPDATE ON reviews_wallmark FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON reviews_wallmark FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_wallmark FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- ==== reviews_wallappeal

CREATE OR REPLACE FUNCTION reviews_appeal_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER appeal_wall BEFORE UPDATE ON reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION reviews_appeal_wall();

-- An appeal against the refusal wall: raised in an open step by its unit, ruled on once by the unit above.
CREATE OR REPLACE FUNCTION reviews_appeal_insert_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER insert_wall BEFORE INSERT ON reviews_wallappeal
    FOR EACH ROW EXECUTE FUNCTION reviews_appeal_insert_wall();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_wallappeal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Who acted in the case for another unit does not rule on a text that was stopped in it either.
CREATE OR REPLACE FUNCTION reviews_ruling_one_unit() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who bigint := (SELECT person_id FROM orgs_account WHERE id = NEW.decider_id);
BEGIN
    IF reviews_acted_elsewhere(NEW.case_id, who, NEW.upper_id) IS NOT NULL THEN
        PERFORM reviews_refuse('一人在一件业务中只能代表一个单位办理，须由另一人裁定（附件1 三.1）', 'ruling_one_unit');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER one_unit BEFORE UPDATE ON reviews_wallappeal FOR EACH ROW
    WHEN (NEW.decider_id IS NOT NULL AND OLD.ruling = '') EXECUTE FUNCTION reviews_ruling_one_unit();

-- ---------------------------------------------------------------- an appeal against the refusal wall
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT ON reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('account_id', 'unit_id', 'registrar head', 'appeal_seat',
        '上报由轮到的单位今天在岗的学籍管理员、负责人提出（附件1 三.2）');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE UPDATE ON reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('decider_id', 'upper_id', 'head', 'appeal_seat',
        '裁定由主管部门今天在岗的负责人作出（附件1 三.2）');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION orgs_keep_names('account_id', 'decider_id', 'unit:unit_id', 'unit:upper_id');

-- ==== reviews_case

CREATE OR REPLACE FUNCTION reviews_case_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    instant timestamptz := ledger_now();
    today date := (instant AT TIME ZONE 'Asia/Shanghai')::date;
    province bigint;
    shut text;
    file_due date;
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM reviews_refuse('业务已经结束，不可修改', 'case_closed');
    END IF;
    IF NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.subject <> OLD.subject
       OR NEW.created_by_id <> OLD.created_by_id OR NEW.created_at <> OLD.created_at THEN
        PERFORM reviews_refuse('业务号、类型、当事人和创建人不可修改', 'case_identity');
    END IF;
    -- R3.1b: a school gives its place to nobody but the one it was merged into.
    IF OLD.submitted_at IS NOT NULL AND (
            (NEW.receiving_unit_id <> OLD.receiving_unit_id
             AND NEW.receiving_unit_id IS DISTINCT FROM orgs_standing(OLD.receiving_unit_id, today))
            OR (NEW.sending_unit_id <> OLD.sending_unit_id
             AND NEW.sending_unit_id IS DISTINCT FROM orgs_standing(OLD.sending_unit_id, today))) THEN
        PERFORM reviews_refuse('业务的学校只能由其承接学校接替', 'case_successor');
    END IF;
    -- R3.7: on reaching 调档 the 90 days end, and only there.
    IF OLD.submitted_at IS NOT NULL AND (NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
            OR NEW.route_id IS DISTINCT FROM OLD.route_id OR NEW.stages <> OLD.stages
            OR (NEW.expires_at IS DISTINCT FROM OLD.expires_at
                AND NOT (NEW.expires_at IS NULL AND NEW.state = 'awaiting_file' AND OLD.state <> 'awaiting_file')))
    THEN
        PERFORM reviews_refuse('发起之后，发起时间、清理时间和流程不可修改', 'case_submission');
    END IF;
    IF NEW.state <> OLD.state THEN
        IF NOT reviews_legal_pair(OLD.state, NEW.state) THEN
            PERFORM reviews_refuse('业务不能从“' || OLD.state || '”变为“' || NEW.state || '”', 'case_legal_pair');
        END IF;
        IF OLD.state = 'draft' AND NEW.state IN ('receiving_school', 'school', 'authority') THEN
            SELECT province_id INTO province FROM orgs_unit WHERE id = NEW.receiving_unit_id;
            shut := reviews_closed_window(NEW.kind, province, instant);
            IF shut IS NOT NULL THEN
                PERFORM reviews_refuse('现在是暂停发起的时段（' || shut || '，三.5）', 'case_window_closed');
            END IF;
            NEW.submitted_at := instant;
            NEW.expires_at := instant + make_interval(hours => 24 * reviews_limit_value('expire_days', province, today));
        ELSIF NEW.submitted_at IS DISTINCT FROM OLD.submitted_at THEN
            PERFORM reviews_refuse('发起时间由数据库记录', 'case_submission');
        END IF;
        IF NEW.state = 'expired' AND (OLD.expires_at IS NULL OR instant < OLD.expires_at) THEN
            PERFORM reviews_refuse('发起未满 90 天的业务不能清理（三.7）', 'case_expiry_early');
        END IF;
        IF NEW.state = 'awaiting_file' THEN
            IF NOT ('awaiting_file' = ANY (NEW.stages)) THEN
                PERFORM reviews_refuse('这类业务没有调档（三.6）', 'case_no_file');
            END IF;
            NEW.expires_at := NULL;
        ELSIF NEW.state = 'completed' AND OLD.state <> 'awaiting_file' AND 'awaiting_file' = ANY (NEW.stages) THEN
            PERFORM reviews_refuse('须经调档才能办结（三.6）', 'case_file_first');
        END IF;
        IF OLD.state = 'awaiting_file' THEN
            -- R3.6: until the end of the last working day the file may be requested, after it only cancelled.
            SELECT max(due_on) INTO file_due FROM reviews_step WHERE case_id = OLD.id AND stage = 'awaiting_file';
            IF NEW.state = 'lapsed' AND (file_due IS NULL OR file_due >= today) THEN
                PERFORM reviews_refuse('调档时限未过的业务不能取消（三.6）', 'case_lapse_early');
            END IF;
            IF NEW.state = 'completed' AND file_due < today THEN
                PERFORM reviews_refuse('调档时限已过（三.6）', 'case_file_late');
            END IF;
        END IF;
        IF NEW.state IN ('completed', 'refused', 'withdrawn', 'expired', 'lapsed', 'cleared') THEN
            NEW.closed_at := instant;
            NEW.exclusive_key := NULL;
        END IF;
    ELSIF NEW.submitted_at IS DISTINCT FROM OLD.submitted_at OR NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        PERFORM reviews_refuse('发起时间和结束时间由数据库记录', 'case_submission');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER case_wall BEFORE UPDATE ON reviews_case FOR EACH ROW EXECUTE FUNCTION reviews_case_wall();

CREATE OR REPLACE FUNCTION reviews_end_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ended text := (SELECT outcome FROM reviews_step WHERE case_id = NEW.id ORDER BY seq DESC LIMIT 1);
BEGIN
    IF NEW.state IN ('completed', 'awaiting_file') AND NOT reviews_all_signed(NEW.id, NEW.stages) THEN
        PERFORM reviews_refuse('业务须经流程上的每个单位由两人办理、核办同意，才能办结或调档（附件1 三.1）', 'case_unsigned');
    END IF;
    IF NEW.state = 'completed' AND OLD.state = 'awaiting_file' AND ended IS DISTINCT FROM 'filed' THEN
        PERFORM reviews_refuse('须经调档才能办结（三.6）', 'case_unsigned');
    END IF;
    IF NEW.state = 'refused' AND ended IS DISTINCT FROM 'refuse' THEN
        PERFORM reviews_refuse('业务须由两人办理、核办不同意，才能终止（附件1 三.1）', 'case_unsigned');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER end_wall BEFORE UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND NEW.state IN ('completed', 'awaiting_file', 'refused'))
    EXECUTE FUNCTION reviews_end_wall();

CREATE OR REPLACE FUNCTION reviews_case_insert_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        PERFORM reviews_refuse('业务只能从草稿开始', 'case_starts_as_draft');
    END IF;
    NEW.created_at := ledger_now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER insert_wall BEFORE INSERT ON reviews_case FOR EACH ROW EXECUTE FUNCTION reviews_case_insert_wall();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON reviews_case FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_case FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- What is sent off runs on stages of its route, and on one at which somebody decides.
CREATE OR REPLACE FUNCTION reviews_stages_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT NEW.stages <@ (SELECT r.stages FROM reviews_route r WHERE r.id = NEW.route_id)
       OR coalesce(array_length(array_remove(NEW.stages, 'awaiting_file'), 1), 0) = 0 THEN
        PERFORM reviews_refuse('业务的环节须来自其流程（附件1 三.1）', 'case_stages');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER stages_wall BEFORE UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'withdrawn')) EXECUTE FUNCTION reviews_stages_wall();

-- What a case's schools are called when it ends: written once, with its end (R0.2).
CREATE OR REPLACE FUNCTION reviews_names_at_end() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.names := orgs_names_of(to_jsonb(NEW), TG_ARGV);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE UPDATE ON reviews_case FOR EACH ROW WHEN (NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL) EXECUTE FUNCTION reviews_names_at_end('created_by_id', 'unit:receiving_unit_id', 'unit:sending_unit_id');

-- ==== reviews_step

-- The school that sends it off may decide with sending, and has its proofs in hand, there as here.
CREATE OR REPLACE FUNCTION reviews_step_insert_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before reviews_step;
BEGIN
    NEW.opened_at := ledger_now();
    SELECT * INTO before FROM reviews_step WHERE case_id = NEW.case_id AND seq = NEW.seq - 1;
    IF before.outcome = 'taken_over' AND (NEW.stage <> before.stage OR NEW.due_on <> before.due_on
            OR NEW.asked_by_id IS DISTINCT FROM before.asked_by_id OR NEW.unit_id IS DISTINCT FROM orgs_standing(
                before.unit_id, (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date)) THEN
        PERFORM reviews_refuse('接办的环节须由承接单位按原时限继续', 'step_successor');
    END IF;
    IF NEW.signer_id IS NOT NULL OR NEW.outcome <> '' THEN
        PERFORM reviews_refuse('环节不能带着核办结论开始', 'step_opens_undecided');
    END IF;
    IF NEW.recall_of_id IS NOT NULL THEN
        SELECT * INTO before FROM reviews_step WHERE id = NEW.recall_of_id;
        IF before.case_id <> NEW.case_id OR before.unit_id <> NEW.unit_id OR before.closed_at IS NULL
           OR NEW.handler_id IS DISTINCT FROM before.handler_id OR NEW.handle_opinion <> before.handle_opinion
           OR NEW.proposal <> before.proposal THEN
            PERFORM reviews_refuse('撤回后的环节须原样承接原办理意见', 'step_recall');
        END IF;
        NEW.handler_person_id := before.handler_person_id;
        NEW.handled_at := before.handled_at;
    ELSIF NEW.handler_id IS NOT NULL THEN
        IF NEW.stage NOT IN ('receiving_school', 'school', 'authority') OR NEW.seq <> 1 THEN
            PERFORM reviews_refuse('只有发起环节可以随发起一并办理', 'step_opens_undecided');
        END IF;
        NEW.handled_at := ledger_now();
        SELECT person_id INTO NEW.handler_person_id FROM orgs_account WHERE id = NEW.handler_id;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER insert_wall BEFORE INSERT ON reviews_step FOR EACH ROW EXECUTE FUNCTION reviews_step_insert_wall();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON reviews_step FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_step FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE OR REPLACE FUNCTION reviews_step_one_unit() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM orgs_account a WHERE a.id IN (NEW.handler_id, NEW.signer_id)
          AND reviews_acted_elsewhere(NEW.case_id, a.person_id, NEW.unit_id) IS NOT NULL) THEN
        PERFORM reviews_refuse('一人在一件业务中只能代表一个单位办理（附件1 三.1）', 'step_one_unit');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER one_unit BEFORE UPDATE ON reviews_step FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND (NEW.handler_id IS DISTINCT FROM OLD.handler_id AND NEW.handler_id IS NOT NULL
        OR NEW.signer_id IS NOT NULL)) EXECUTE FUNCTION reviews_step_one_unit();
CREATE OR REPLACE TRIGGER one_unit_insert BEFORE INSERT ON reviews_step FOR EACH ROW
    WHEN (NEW.handler_id IS NOT NULL) EXECUTE FUNCTION reviews_step_one_unit();

CREATE OR REPLACE FUNCTION reviews_record_late() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO reviews_overduerecord (step_id, case_id, unit_id, stage, due_on, bulletin_due_on)
    SELECT NEW.id, NEW.case_id, NEW.unit_id, NEW.stage, NEW.due_on, NEW.bulletin_due_on FROM reviews_case c
    WHERE c.id = NEW.case_id AND NEW.bulletin_due_on < reviews_judged_on(NEW.closed_at, c.expires_at)
      AND NOT EXISTS (SELECT 1 FROM reviews_overduerecord WHERE step_id = NEW.id)
      AND NOT reviews_turn_recorded(NEW.id)
    ON CONFLICT (step_id) DO NOTHING;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER record_late AFTER UPDATE ON reviews_step FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL AND NEW.overdue_at IS NOT NULL)
    EXECUTE FUNCTION reviews_record_late();

-- What goes on goes on with a sending back of the same stage of the same case, and every return to a stage does: no
-- unit gets fresh days by asking for a correction. What it goes on with is never changed.
CREATE OR REPLACE FUNCTION reviews_step_resumes() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before reviews_step;
    asked bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.resumes_id IS DISTINCT FROM OLD.resumes_id THEN
            PERFORM reviews_refuse('环节接续的计时不可修改', 'step_resumes');
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO before FROM reviews_step WHERE case_id = NEW.case_id AND seq = NEW.seq - 1;
    IF before.outcome IN ('taken_over', 'recalled') THEN
        -- The same turn in other hands, or once more: it keeps what it went on with.
        asked := (SELECT resumes_id FROM reviews_step WHERE id = coalesce(NEW.recall_of_id, before.id));
    ELSIF before.stage = 'correction' AND NEW.stage <> 'correction' THEN
        asked := before.asked_by_id;
    END IF;
    IF NEW.resumes_id IS DISTINCT FROM asked THEN
        PERFORM reviews_refuse('补正后送回的环节须接着原来的计时（附件1 三.7）', 'step_resumes');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER resumes BEFORE INSERT OR UPDATE OF resumes_id ON reviews_step
    FOR EACH ROW EXECUTE FUNCTION reviews_step_resumes();

-- The step's own two names: handled from the registrar's seat of its unit, signed from the head's. What a recall takes
-- over was asked when it was handled.
CREATE OR REPLACE FUNCTION reviews_step_seat() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    handled boolean := NEW.handler_id IS NOT NULL AND NEW.recall_of_id IS NULL;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        handled := NEW.handler_id IS NOT NULL AND (NEW.handler_id IS DISTINCT FROM OLD.handler_id
            OR NEW.handle_opinion <> OLD.handle_opinion OR NEW.proposal <> OLD.proposal);
        IF NEW.signer_id IS NOT NULL AND OLD.closed_at IS NULL
           AND NOT orgs_seat_held(NEW.signer_id, NEW.unit_id, 'head', reviews_today()) THEN
            PERFORM reviews_refuse('核办须由轮到的单位今天在岗的负责人作出（附件1 三.1）', 'step_signer_seat');
        END IF;
        IF OLD.closed_at IS NOT NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    IF handled AND NOT orgs_seat_held(NEW.handler_id, NEW.unit_id, 'registrar', reviews_today()) THEN
        PERFORM reviews_refuse('办理须由轮到的单位今天在岗的学籍管理员作出（附件1 三.1）', 'step_handler_seat');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER seat_wall BEFORE INSERT OR UPDATE ON reviews_step FOR EACH ROW EXECUTE FUNCTION reviews_step_seat();

-- Nobody handles or signs a step without a line in the log of the case.
CREATE OR REPLACE FUNCTION reviews_step_recorded() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.signer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM reviews_act a WHERE a.step_id = NEW.id AND a.verb = 'sign' AND a.account_id = NEW.signer_id)
       OR NEW.signer_id IS NULL AND NEW.recall_of_id IS NULL AND NOT EXISTS (
            SELECT FROM reviews_act a WHERE a.step_id = NEW.id AND a.verb IN ('submit', 'handle')
              AND a.account_id = NEW.handler_id) THEN
        PERFORM reviews_refuse('办理、核办须同时写入办理记录', 'step_on_record');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS step_begun ON reviews_step;
CREATE CONSTRAINT TRIGGER step_begun AFTER INSERT ON reviews_step DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.handler_id IS NOT NULL) EXECUTE FUNCTION reviews_step_recorded();
DROP TRIGGER IF EXISTS step_handled ON reviews_step;
CREATE CONSTRAINT TRIGGER step_handled AFTER UPDATE ON reviews_step DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.handler_id IS NOT NULL AND NEW.handler_id IS DISTINCT FROM OLD.handler_id)
    EXECUTE FUNCTION reviews_step_recorded();
DROP TRIGGER IF EXISTS step_signed ON reviews_step;
CREATE CONSTRAINT TRIGGER step_signed AFTER UPDATE ON reviews_step DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.signer_id IS NULL AND NEW.signer_id IS NOT NULL) EXECUTE FUNCTION reviews_step_recorded();

CREATE OR REPLACE FUNCTION reviews_step_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        -- A mark that the limit passed may come after the decision, for a sweep that ran late; nothing else may.
        IF (to_jsonb(NEW) - 'overdue_at') <> (to_jsonb(OLD) - 'overdue_at') OR OLD.overdue_at IS NOT NULL THEN
            PERFORM reviews_refuse('已办结的环节不可修改', 'step_decided');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.case_id <> OLD.case_id OR NEW.unit_id <> OLD.unit_id OR NEW.stage <> OLD.stage
       OR NEW.opened_at <> OLD.opened_at OR NEW.seq <> OLD.seq THEN
        PERFORM reviews_refuse('环节的归属和到达时间不可修改', 'step_identity');
    END IF;
    IF NEW.handler_id IS DISTINCT FROM OLD.handler_id OR NEW.handle_opinion <> OLD.handle_opinion
       OR NEW.proposal <> OLD.proposal THEN
        IF NEW.handler_id IS NULL THEN
            NEW.handled_at := NULL;
            NEW.handler_person_id := NULL;
        ELSE
            NEW.handled_at := ledger_now();
            SELECT person_id INTO NEW.handler_person_id FROM orgs_account WHERE id = NEW.handler_id;
        END IF;
    ELSIF NEW.handled_at IS DISTINCT FROM OLD.handled_at
          OR NEW.handler_person_id IS DISTINCT FROM OLD.handler_person_id THEN
        PERFORM reviews_refuse('办理时间和办理人由数据库记录', 'step_times');
    END IF;
    IF NEW.signer_id IS NOT NULL THEN
        IF OLD.handler_id IS NULL THEN
            PERFORM reviews_refuse('须先办理、后核办', 'step_order');
        END IF;
        NEW.signed_at := ledger_now();
        SELECT person_id INTO NEW.signer_person_id FROM orgs_account WHERE id = NEW.signer_id;
    ELSIF NEW.signed_at IS NOT NULL OR NEW.signer_person_id IS NOT NULL THEN
        PERFORM reviews_refuse('核办时间和核办人由数据库记录', 'step_times');
    END IF;
    -- R3.1b: only a unit that no longer stands gives its step away, to the one that stands for it.
    IF NEW.outcome = 'taken_over' AND coalesce(orgs_standing(NEW.unit_id, today), NEW.unit_id) = NEW.unit_id THEN
        PERFORM reviews_refuse('单位没有撤并，环节不能由他人接办', 'step_successor');
    END IF;
    IF NEW.outcome <> '' THEN
        NEW.closed_at := ledger_now();
    ELSIF NEW.closed_at IS NOT NULL THEN
        PERFORM reviews_refuse('环节的结束时间由数据库记录', 'step_times');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER step_wall BEFORE UPDATE ON reviews_step FOR EACH ROW EXECUTE FUNCTION reviews_step_wall();

-- A step that ends late is marked and recorded by its end, whether or not a sweep had come by. Not 调档: what follows
-- a late request is not the bulletin but the cancellation (R3.6).
CREATE OR REPLACE FUNCTION reviews_mark_late() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    judged date;
BEGIN
    SELECT reviews_judged_on(ledger_now(), c.expires_at) INTO judged FROM reviews_case c WHERE c.id = NEW.case_id;
    IF NEW.due_on < judged AND NEW.stage <> 'awaiting_file' THEN
        NEW.overdue_at := coalesce(NEW.overdue_at, ledger_now());
    END IF;
    RETURN NEW;
END $$;

-- After step_wall by its name, so that it sees the end.
CREATE OR REPLACE TRIGGER zz_mark_late BEFORE UPDATE ON reviews_step FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND NEW.outcome <> '' AND OLD.overdue_at IS NULL)
    EXECUTE FUNCTION reviews_mark_late();
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE UPDATE ON reviews_step FOR EACH ROW WHEN (NEW.first_opened_by_id IS DISTINCT FROM OLD.first_opened_by_id OR NEW.handler_id IS DISTINCT FROM OLD.handler_id OR NEW.signer_id IS DISTINCT FROM OLD.signer_id) EXECUTE FUNCTION orgs_keep_names('first_opened_by_id', 'handler_id', 'signer_id');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON reviews_step
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('id', 'first_opened_at', 'overdue_at');

-- ==== reviews_act

-- An act of a person and the entry of the trail about it are written in one transaction; neither stands alone.
CREATE OR REPLACE FUNCTION reviews_act_recorded() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reviews_case c JOIN ledger_auditentry e ON e.subject = 'case:' || c.number
        WHERE c.id = NEW.case_id AND e.action = 'case.' || NEW.verb AND e.actor = 'account:' || NEW.account_id
          AND ledger_written_now(e.xmin)) THEN
        PERFORM reviews_refuse('办理记录须同时留痕', 'act_on_record');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS act_recorded ON reviews_act;
CREATE CONSTRAINT TRIGGER act_recorded AFTER INSERT ON reviews_act DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL) EXECUTE FUNCTION reviews_act_recorded();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON reviews_act
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_act FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE OR REPLACE FUNCTION reviews_act_one_unit() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF reviews_acted_elsewhere(NEW.case_id, (SELECT person_id FROM orgs_account WHERE id = NEW.account_id), NEW.unit_id)
       IS NOT NULL THEN
        PERFORM reviews_refuse('一人在一件业务中只能代表一个单位办理（附件1 三.1）', 'act_one_unit');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER one_unit BEFORE INSERT ON reviews_act FOR EACH ROW
    WHEN (NEW.account_id IS NOT NULL AND NEW.verb NOT IN ('nudge', 'message')) EXECUTE FUNCTION reviews_act_one_unit();

CREATE OR REPLACE FUNCTION reviews_act_seat() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := reviews_today();
    its reviews_step;
    held text;
BEGIN
    SELECT name, short_name INTO NEW.unit_name, NEW.unit_short FROM orgs_unit WHERE id = NEW.unit_id;
    NEW.unit_name := coalesce(NEW.unit_name, '');
    NEW.unit_short := coalesce(NEW.unit_short, '');
    NEW.names_from := 'act';
    IF NEW.account_id IS NULL THEN
        NEW.person_name := '';
        NEW.role := '';
        RETURN NEW;
    END IF;
    IF reviews_roles_of(NEW.verb) = '{}' THEN
        PERFORM reviews_refuse('这一行为由系统按期限完成，不由任何账号办理', 'act_by_the_clock');
    END IF;
    SELECT role INTO held FROM unnest(reviews_roles_of(NEW.verb)) WITH ORDINALITY AS r(role, place)
        WHERE orgs_seat_held(NEW.account_id, NEW.unit_id, role, today) ORDER BY place LIMIT 1;
    IF held IS NULL THEN
        PERFORM reviews_refuse('账号今天在这个单位没有可以办理这一行为的岗位（附件1 三.1）', 'act_seat');
    END IF;
    SELECT * INTO its FROM reviews_step WHERE id = NEW.step_id;
    IF its.id IS NOT NULL AND its.case_id <> NEW.case_id
       OR its.id IS NULL AND NEW.verb NOT IN ('withdraw', 'nudge', 'message')
       OR NEW.verb NOT IN ('withdraw', 'nudge', 'message', 'recall') AND its.unit_id <> NEW.unit_id THEN
        PERFORM reviews_refuse('办理记录须属于轮到这个单位的环节', 'act_step');
    END IF;
    IF NEW.verb IN ('submit', 'handle') AND its.handler_id IS DISTINCT FROM NEW.account_id
       OR NEW.verb = 'sign' AND its.signer_id IS DISTINCT FROM NEW.account_id THEN
        PERFORM reviews_refuse('办理记录的账号与环节的办理人、核办人不一致', 'act_person');
    END IF;
    NEW.role := held;
    NEW.delegated := NOT orgs_seat_held(NEW.account_id, NEW.unit_id, held, today, false);
    NEW.person_name := orgs_name_of(NEW.account_id);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER seat_wall BEFORE INSERT ON reviews_act FOR EACH ROW EXECUTE FUNCTION reviews_act_seat();

-- An act is stamped by the database.
CREATE OR REPLACE FUNCTION reviews_act_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.at := ledger_now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON reviews_act FOR EACH ROW EXECUTE FUNCTION reviews_act_stamp();

-- ==== reviews_attachment

-- R0.6: only while the receiving school has the case in hand, at most as many as the limit says, never edited after.
CREATE OR REPLACE FUNCTION reviews_attachment_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    its reviews_case;
    most integer;
BEGIN
    SELECT * INTO its FROM reviews_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    IF NOT (its.state = 'draft' OR (its.state IN ('receiving_school', 'school', 'correction') AND its.awaiting = 'handle')) THEN
        PERFORM reviews_refuse('只有转入学校在发起前或补正时可以更换证明材料（附件1 三.1）', 'attachment_stage');
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- R0.7: by the row of the submission; a draft by today's.
        SELECT reviews_limit_value('attachments', u.province_id,
            (coalesce(its.submitted_at, ledger_now()) AT TIME ZONE 'Asia/Shanghai')::date)
            INTO most FROM orgs_unit u WHERE u.id = its.receiving_unit_id;
        IF (SELECT count(*) FROM reviews_attachment WHERE case_id = NEW.case_id AND removed_at IS NULL) >= most THEN
            PERFORM reviews_refuse('证明材料最多 ' || most || ' 张', 'attachment_count');
        END IF;
        NEW.uploaded_at := ledger_now();
    ELSE
        IF (to_jsonb(NEW) - 'removed_at' - 'position') <> (to_jsonb(OLD) - 'removed_at' - 'position')
           OR OLD.removed_at IS NOT NULL THEN
            PERFORM reviews_refuse('证明材料上传后不可修改，只可移除后重传', 'attachment_fixed');
        END IF;
        IF NEW.removed_at IS NOT NULL THEN
            NEW.removed_at := ledger_now();
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER attachment_wall BEFORE INSERT OR UPDATE ON reviews_attachment
    FOR EACH ROW EXECUTE FUNCTION reviews_attachment_wall();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON reviews_attachment FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();

-- ==== reviews_overduerecord

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE ON reviews_overduerecord
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON reviews_overduerecord FOR EACH ROW EXECUTE FUNCTION reviews_no_delete();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON reviews_overduerecord
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- A record is stamped by the database and stays as it is (R3.7b).
CREATE OR REPLACE FUNCTION reviews_overdue_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.recorded_at := ledger_now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON reviews_overduerecord FOR EACH ROW EXECUTE FUNCTION reviews_overdue_stamp();
