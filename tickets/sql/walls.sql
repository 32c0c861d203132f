-- 三张单: what the database itself refuses (R8.6).

-- Legal pairs of states; tests hold this list against the transitions in tickets/states.py.
CREATE OR REPLACE FUNCTION tickets_legal_pair(was text, becomes text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE was
        WHEN 'drafted' THEN becomes IN ('issued', 'closed')
        WHEN 'issued' THEN becomes IN ('drafted', 'accepted')
        WHEN 'accepted' THEN becomes = 'answered'
        WHEN 'answered' THEN becomes IN ('returned', 'confirmed')
        WHEN 'returned' THEN becomes = 'answered'
        WHEN 'confirmed' THEN becomes = 'closed'
        ELSE false END
$$;

CREATE OR REPLACE FUNCTION tickets_ticket_wall() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF OLD.state <> 'drafted' AND NEW.state <> 'drafted' AND NEW.complete_by IS DISTINCT FROM OLD.complete_by THEN
        PERFORM students_refuse('已发出的单据不可改完成时限，请撤回后修改（正文 三.2）', 'ticket_limit_fixed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ticket_wall BEFORE UPDATE OR DELETE ON tickets_ticket
    FOR EACH ROW EXECUTE FUNCTION tickets_ticket_wall();

-- What a paper says stays as it was sent; who accepts a report fills in one field of it.
CREATE OR REPLACE FUNCTION tickets_paper_wall() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER report_wall BEFORE UPDATE OR DELETE ON tickets_problemreport
    FOR EACH ROW EXECUTE FUNCTION tickets_paper_wall();
CREATE TRIGGER verification_wall BEFORE UPDATE OR DELETE ON tickets_verification
    FOR EACH ROW EXECUTE FUNCTION tickets_paper_wall();
CREATE TRIGGER supervision_wall BEFORE UPDATE OR DELETE ON tickets_supervision
    FOR EACH ROW EXECUTE FUNCTION tickets_paper_wall();
CREATE TRIGGER complaint_wall BEFORE UPDATE OR DELETE ON tickets_complaint
    FOR EACH ROW EXECUTE FUNCTION tickets_paper_wall();

CREATE OR REPLACE FUNCTION tickets_problem_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM tickets_ticket WHERE id = COALESCE(OLD.report_id, NEW.report_id)) <> 'drafted' THEN
        PERFORM students_refuse('已发出的报告单不可改问题描述，请撤回后修改（正文 三.2）', 'paper_fixed');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER problem_wall BEFORE INSERT OR UPDATE OR DELETE ON tickets_reportedproblem
    FOR EACH ROW EXECUTE FUNCTION tickets_problem_wall();

CREATE OR REPLACE FUNCTION tickets_log_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM students_refuse('单据的办理记录只增不改（正文 三.2）', 'log_append_only');
    RETURN NULL;
END $$;
CREATE TRIGGER entry_wall BEFORE UPDATE OR DELETE ON tickets_entry
    FOR EACH ROW EXECUTE FUNCTION tickets_log_wall();

CREATE OR REPLACE FUNCTION tickets_enclosure_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'removed_at' IS DISTINCT FROM to_jsonb(OLD) - 'removed_at'
       OR OLD.removed_at IS NOT NULL THEN
        PERFORM students_refuse('附件不可更改或删除，只能移除（正文 三.2）', 'enclosure_fixed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enclosure_wall BEFORE UPDATE OR DELETE ON tickets_enclosure
    FOR EACH ROW EXECUTE FUNCTION tickets_enclosure_wall();
