-- A unit is merged during a case: who stands for it takes its place, and nobody else (R3.1b).

CREATE OR REPLACE FUNCTION reviews_legal_pair(was text, becomes text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    WITH stages AS (
        SELECT ARRAY['receiving_school', 'receiving_authority', 'receiving_league', 'receiving_province',
            'sending_school', 'sending_authority', 'graduation_authority', 'sending_league', 'sending_province'] AS s,
            ARRAY['school', 'authority', 'league', 'province'] AS o
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

CREATE OR REPLACE FUNCTION reviews_case_wall() RETURNS trigger LANGUAGE plpgsql AS $$
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
        IF OLD.state = 'awaiting_file' AND NEW.state = 'withdrawn' AND NEW.receiving_unit_id <> NEW.sending_unit_id THEN
            PERFORM reviews_refuse('待调档的业务只在两校合并时撤销（三.6）', 'case_merged_only');
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

CREATE OR REPLACE FUNCTION reviews_step_wall() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION reviews_step_insert_wall() RETURNS trigger LANGUAGE plpgsql AS $$
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
