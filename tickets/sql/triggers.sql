-- The living functions and triggers of tickets, each once: applied after migrate when this file changed (ledger/triggers.py).

-- ==== what the walls ask

-- 三张单: what the database itself refuses (R8.6).

-- Legal pairs of states; tests hold this list against the transitions in tickets/forms/states.py.
CREATE OR REPLACE FUNCTION tickets_legal_pair(was text, becomes text) RETURNS boolean LANGUAGE sql SET search_path = pg_catalog, public, pg_temp IMMUTABLE AS $$
    SELECT CASE was
        WHEN 'drafted' THEN becomes IN ('issued', 'closed')
        WHEN 'issued' THEN becomes IN ('drafted', 'accepted')
        WHEN 'accepted' THEN becomes = 'answered'
        WHEN 'answered' THEN becomes IN ('returned', 'confirmed')
        WHEN 'returned' THEN becomes = 'answered'
        WHEN 'confirmed' THEN becomes = 'closed'
        ELSE false END
$$;

-- One person acts for one unit of a ticket only (R0.5), whatever posts, loans or arrangements the person has: whether an account's
-- person has drafted, signed, taken up or answered it for another unit than ``own``. What a closed unit did counts for the one
-- that stands for it.
CREATE OR REPLACE FUNCTION tickets_acted_elsewhere(which bigint, who bigint, own bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM (
            SELECT e.unit_id, e.by_id FROM tickets_entry e WHERE e.ticket_id = which AND e.by_id IS NOT NULL
            UNION ALL
            SELECT t.issuing_unit_id, t.drafted_by_id FROM tickets_ticket t WHERE t.id = which
        ) done
        WHERE done.unit_id <> own AND orgs_same_person(done.by_id, who)
          AND orgs_standing(done.unit_id, orgs_today()) IS DISTINCT FROM coalesce(orgs_standing(own, orgs_today()), own))
$$;

-- What a paper says stays as it was sent; who accepts a report fills in one field of it.
CREATE OR REPLACE FUNCTION tickets_paper_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('单据不可删除，可以作废（正文 三.2）', 'no_delete');
    END IF;
    IF to_jsonb(NEW) - 'accepting_unit' IS DISTINCT FROM to_jsonb(OLD) - 'accepting_unit'
       AND (SELECT state FROM tickets_ticket WHERE id = OLD.ticket_ptr_id) <> 'drafted' THEN
        PERFORM students_refuse('已发出的单据不可改内容，请撤回后修改（正文 三.2）', 'paper_fixed');
    END IF;
    RETURN NEW;
END $$;

-- ==== tickets_ticket

CREATE OR REPLACE TRIGGER succession_wall BEFORE UPDATE ON tickets_ticket FOR EACH ROW
    WHEN (OLD.state = 'drafted' AND orgs_succeeded(OLD.issuing_unit_id, NEW.issuing_unit_id))
    EXECUTE FUNCTION orgs_succession_wall('issuing_unit_id', 'holder_id');

-- 单据: a limit that was set stays; one that the paper left open is set once, when somebody accepts it (R8.5, R8.6).
CREATE OR REPLACE FUNCTION tickets_ticket_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('单据不可删除，可以作废（正文 三.2）', 'no_delete');
    END IF;
    IF OLD.state = 'closed' THEN
        PERFORM students_refuse('已办结的单据不可更改（正文 三.2）', 'ticket_closed');
    END IF;
    IF (NEW.number, NEW.kind, NEW.thread_id, NEW.parent_id, NEW.issuing_unit_id, NEW.drafted_by_id)
        IS DISTINCT FROM (OLD.number, OLD.kind, OLD.thread_id, OLD.parent_id, OLD.issuing_unit_id, OLD.drafted_by_id) THEN
        PERFORM students_refuse('单据的编号、种类、来源和发出单位不可更改（正文 三.2）', 'ticket_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT tickets_legal_pair(OLD.state, NEW.state) THEN
        PERFORM students_refuse('单据不能从“' || OLD.state || '”变为“' || NEW.state || '”（正文 三.2）', 'ticket_legal_pair');
    END IF;
    IF OLD.state <> 'drafted' AND NEW.state <> 'drafted' AND NEW.complete_by IS DISTINCT FROM OLD.complete_by
        AND NOT (OLD.complete_by IS NULL AND OLD.state = 'issued' AND NEW.state = 'accepted') THEN
        PERFORM students_refuse('已发出的单据不可改完成时限，请撤回后修改（正文 三.2）', 'ticket_limit_fixed');
    END IF;
    IF NEW.state = 'accepted' AND NEW.complete_by IS NULL THEN
        PERFORM students_refuse('受理的单据须有完成时限（正文 三.2）', 'ticket_without_limit');
    END IF;
    RETURN NEW;
END $$;

-- The names on the paper itself: drafted, sent for signature and signed for the issuing unit, answered for the one that has it.
CREATE OR REPLACE FUNCTION tickets_ticket_one_unit() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id
           AND tickets_acted_elsewhere(NEW.id, NEW.proposed_by_id, NEW.issuing_unit_id)
       OR NEW.issued_by_id IS DISTINCT FROM OLD.issued_by_id
           AND tickets_acted_elsewhere(NEW.id, NEW.issued_by_id, NEW.issuing_unit_id)
       OR NEW.answered_by_id IS DISTINCT FROM OLD.answered_by_id
           AND tickets_acted_elsewhere(NEW.id, NEW.answered_by_id, OLD.holder_id) THEN
        PERFORM students_refuse('一人在一张单据中只能代表一个单位办理（附件1 三.1）', 'ticket_one_unit');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER one_unit BEFORE UPDATE ON tickets_ticket FOR EACH ROW EXECUTE FUNCTION tickets_ticket_one_unit();
CREATE OR REPLACE TRIGGER ticket_kept BEFORE DELETE ON tickets_ticket FOR EACH ROW EXECUTE FUNCTION tickets_ticket_wall();
CREATE OR REPLACE TRIGGER ticket_wall BEFORE UPDATE ON tickets_ticket FOR EACH ROW
    WHEN (OLD.state <> 'drafted' OR NOT orgs_succeeded(OLD.issuing_unit_id, NEW.issuing_unit_id))
    EXECUTE FUNCTION tickets_ticket_wall();

-- 盖章: who sent a paper for signature never signs it; who drafted the answer to a complaint never confirms it (R0.5).
-- The paper of the technical department bears no stamp (attachment 3): one person by the notice itself.
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON tickets_ticket FOR EACH ROW
    WHEN (NEW.kind NOT IN ('check', 'complaint')) EXECUTE FUNCTION
    orgs_two_persons('proposed_by_id', 'issued_by_id', 'ticket_stamped_by_another', '送签和签发须由两个人办理（附件1 三.1）');

-- 盖章 and every line of a paper's log come from a seat of the unit that they name, at the moment they are written (R0.5, R0.2).
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON tickets_ticket FOR EACH ROW
    WHEN (NEW.kind NOT IN ('check', 'complaint')) EXECUTE FUNCTION
    orgs_paper_seat('proposed_by_id', 'issuing_unit_id', 'registrar head', 'ticket_seat',
        '单据由发出单位今天在岗的学籍管理员送签（正文 三.2）');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON tickets_ticket FOR EACH ROW
    WHEN (NEW.kind NOT IN ('check', 'complaint')) EXECUTE FUNCTION
    orgs_paper_seat('issued_by_id', 'issuing_unit_id', 'head', 'ticket_seat',
        '单据由发出单位今天在岗的负责人签发（正文 三.2）', 'issued_at');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON tickets_ticket
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'drafted_at', 'issued_at', 'overdue_at', 'accepted_at', 'answered_at', 'confirmed_at', 'closed_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON tickets_ticket FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('drafted_by_id', 'proposed_by_id', 'issued_by_id', 'answered_by_id',
        'unit:issuing_unit_id@issued_at', 'unit:handling_unit_id@issued_at');

-- ==== tickets_problemreport

CREATE OR REPLACE TRIGGER report_wall BEFORE UPDATE OR DELETE ON tickets_problemreport
    FOR EACH ROW EXECUTE FUNCTION tickets_paper_wall();

-- ==== tickets_reportedproblem

CREATE OR REPLACE FUNCTION tickets_problem_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT state FROM tickets_ticket WHERE id = COALESCE(OLD.report_id, NEW.report_id)) <> 'drafted' THEN
        PERFORM students_refuse('已发出的报告单不可改问题描述，请撤回后修改（正文 三.2）', 'paper_fixed');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE OR REPLACE TRIGGER problem_wall BEFORE INSERT OR UPDATE OR DELETE ON tickets_reportedproblem
    FOR EACH ROW EXECUTE FUNCTION tickets_problem_wall();

-- ==== tickets_verification

CREATE OR REPLACE TRIGGER verification_wall BEFORE UPDATE OR DELETE ON tickets_verification
    FOR EACH ROW EXECUTE FUNCTION tickets_paper_wall();

-- ==== tickets_supervision

CREATE OR REPLACE TRIGGER supervision_wall BEFORE UPDATE OR DELETE ON tickets_supervision
    FOR EACH ROW EXECUTE FUNCTION tickets_paper_wall();

-- ==== tickets_complaint

CREATE OR REPLACE TRIGGER complaint_wall BEFORE UPDATE OR DELETE ON tickets_complaint
    FOR EACH ROW EXECUTE FUNCTION tickets_paper_wall();

-- ==== tickets_entry

CREATE OR REPLACE FUNCTION tickets_log_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM students_refuse('单据的办理记录只增不改（正文 三.2）', 'log_append_only');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER entry_wall BEFORE UPDATE OR DELETE ON tickets_entry FOR EACH ROW EXECUTE FUNCTION tickets_log_wall();
CREATE OR REPLACE TRIGGER stamped BEFORE INSERT ON tickets_entry FOR EACH ROW EXECUTE FUNCTION orgs_stamped('at');

CREATE OR REPLACE FUNCTION tickets_confirmed_by_another() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM tickets_ticket t WHERE t.id = NEW.ticket_id AND t.kind = 'complaint'
               AND orgs_same_person(t.answered_by_id, NEW.by_id)) THEN
        PERFORM students_refuse('答复和确认须由两个人办理（附件1 三.1）', 'complaint_confirmed_by_another');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION tickets_entry_one_unit() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF tickets_acted_elsewhere(NEW.ticket_id, NEW.by_id, NEW.unit_id) THEN
        PERFORM students_refuse('一人在一张单据中只能代表一个单位办理（附件1 三.1）', 'ticket_one_unit');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER one_unit BEFORE INSERT ON tickets_entry FOR EACH ROW
    WHEN (NEW.by_id IS NOT NULL) EXECUTE FUNCTION tickets_entry_one_unit();
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT ON tickets_entry FOR EACH ROW WHEN (NEW.verb = 'confirm')
    EXECUTE FUNCTION tickets_confirmed_by_another();
CREATE OR REPLACE TRIGGER unit_seat BEFORE INSERT ON tickets_entry FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('by_id', 'unit_id', 'registrar head technician', 'entry_seat',
        '单据的办理记录须由这个单位今天在岗的人员作出（正文 三.2）');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON tickets_entry FOR EACH ROW EXECUTE FUNCTION orgs_keep_names('by_id', 'unit:unit_id');

-- ==== tickets_enclosure

CREATE OR REPLACE FUNCTION tickets_enclosure_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'removed_at' IS DISTINCT FROM to_jsonb(OLD) - 'removed_at'
       OR OLD.removed_at IS NOT NULL THEN
        PERFORM students_refuse('附件不可更改或删除，只能移除（正文 三.2）', 'enclosure_fixed');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER enclosure_wall BEFORE UPDATE OR DELETE ON tickets_enclosure
    FOR EACH ROW EXECUTE FUNCTION tickets_enclosure_wall();
CREATE OR REPLACE TRIGGER stamped BEFORE INSERT ON tickets_enclosure FOR EACH ROW EXECUTE FUNCTION orgs_stamped('added_at');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON tickets_enclosure
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('id', 'removed_at');
