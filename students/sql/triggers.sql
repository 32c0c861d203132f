-- The living functions and triggers of students, each once: applied after migrate when this file changed (ledger/triggers.py).

-- ==== what the walls ask

-- Where a province may say otherwise, the walls ask its rows (R0.7): another grade of 1–9 beyond the phase (四.2), 结业 in
-- compulsory education (三.5).

-- Whether a transfer of the pupil that is open, or that of this number, was submitted while its province lets another grade
-- lead beyond the phase.
CREATE OR REPLACE FUNCTION students_crosses(pupil bigint, of_case text) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM reviews_case c JOIN orgs_unit u ON u.id = c.receiving_unit_id
        WHERE c.subject = 'student:' || pupil AND c.submitted_at IS NOT NULL
          AND c.kind IN ('in_province_transfer', 'cross_province_transfer') AND (c.closed_at IS NULL OR c.number = of_case)
          AND reviews_year('changed_grade_within_phase', u.province_id,
                           (c.submitted_at AT TIME ZONE 'Asia/Shanghai')::date) = 'off')
$$;

-- Whether a decision about the pupil ends in this very transaction, other than one about its name or number.
CREATE OR REPLACE FUNCTION students_decided_now(pupil bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM reviews_case c WHERE c.subject = 'student:' || pupil AND c.state = 'completed'
                   AND c.kind <> 'key_information' AND ledger_written_now(c.xmin))
        OR EXISTS (SELECT FROM students_recruitedpupil r JOIN reviews_case c ON c.id = r.case_id
                   WHERE r.student_id = pupil AND r.state = 'reported' AND c.state = 'completed' AND ledger_written_now(r.xmin))
$$;

-- Phase and grade (R3.5c, R4.1): time alone moves a pupil up inside a phase; only a signed 毕业 ends a phase, only reporting
-- at a school begins the next.

-- The grade on a day, as students.pupil.grades.clamp; a test holds one against the other.
CREATE OR REPLACE FUNCTION students_grade(cohort int, phase text, last_primary int, day date) RETURNS int
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT least(greatest(extract(year FROM day - interval '7 months 10 days')::int - cohort + 1,
        CASE phase WHEN 'primary' THEN 1 WHEN 'junior' THEN last_primary + 1 ELSE 10 END),
        CASE phase WHEN 'primary' THEN last_primary WHEN 'junior' THEN 9 ELSE 12 END)
$$;

-- The same at a school; its 学制 is asked round the seam of primary and junior only, everywhere else all say the same.
CREATE OR REPLACE FUNCTION students_grade_at(cohort int, phase text, school bigint, day date) RETURNS int
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT students_grade(cohort, phase, CASE
        WHEN phase = 'primary' AND extract(year FROM day - interval '7 months 10 days')::int - cohort + 1 < 6 THEN 6
        WHEN phase = 'junior' AND extract(year FROM day - interval '7 months 10 days')::int - cohort + 1 > 6 THEN 6
        WHEN phase = 'senior' THEN 6
        ELSE orgs_last_primary(school, day, cohort) END, day)
$$;

-- Whether 学段 and 级 of a pupil are what a correction of key information, which ends in this very transaction, says.
CREATE OR REPLACE FUNCTION students_placed_by_correction(pupil bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM students_keyinformationchange k JOIN reviews_case c ON c.id = k.case_id JOIN students_student s ON s.id = pupil
        WHERE k.student_id = pupil AND c.kind = 'key_information' AND c.state = 'completed' AND ledger_written_now(c.xmin)
          AND (k.phase, k.cohort) = (s.phase, s.cohort))
$$;

CREATE OR REPLACE FUNCTION students_issuing_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM students_refuse('下发结果不可修改', 'issuing_fixed');
    RETURN NULL;
END $$;

-- A 学制 row or a merger strands no grade (R3.5c, R4.1, R4.3): it changes nobody's phase, so it must not leave anybody above
-- the last grade of that phase, or below the first, without the list by which they leave it.

-- The last primary grade that a school's rows give a cohort on a day, one row left aside.
CREATE OR REPLACE FUNCTION students_last_primary_without(school bigint, aside bigint, day date, cohort int) RETURNS int
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.last_primary FROM orgs_schoolsystemperiod p
    WHERE p.school_id = school AND p.id IS DISTINCT FROM aside
    ORDER BY coalesce(p.from_cohort > students_last_primary_without.cohort, false), p.valid_from > day,
        abs(p.valid_from - day) LIMIT 1
$$;

-- The year's end: how a graduate's status goes on, and by whose signature (R4.1, R4.4, R4.5).

-- As students/pupil/statuses.py; a test holds one against the other. From every living status a pupil recruited by mistake goes
-- back to 毕业; 结业 of compulsory education is corrected to it.
CREATE OR REPLACE FUNCTION students_legal_status(was text, becomes text) RETURNS boolean LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT was <> 'removed' AND becomes = 'removed' OR CASE was
        WHEN 'enrolled' THEN becomes IN ('suspended', 'withdrawn', 'expelled', 'abroad', 'left_other', 'deceased',
            'graduated', 'completed', 'incomplete')
        WHEN 'suspended' THEN becomes IN ('enrolled', 'withdrawn', 'expelled', 'abroad', 'left_other', 'deceased',
            'graduated')
        WHEN 'left_other' THEN becomes IN ('enrolled', 'abroad', 'deceased', 'graduated')
        WHEN 'withdrawn' THEN becomes IN ('enrolled', 'deceased', 'graduated')
        WHEN 'abroad' THEN becomes IN ('enrolled', 'deceased', 'graduated')
        WHEN 'expelled' THEN becomes IN ('enrolled', 'deceased', 'graduated')
        WHEN 'missing' THEN becomes IN ('enrolled', 'deceased', 'graduated')
        WHEN 'graduated' THEN becomes IN ('enrolled', 'deceased')
        WHEN 'completed' THEN becomes IN ('enrolled', 'graduated')
        WHEN 'incomplete' THEN becomes = 'enrolled'
        ELSE false END
$$;

CREATE OR REPLACE FUNCTION students_living(status text) RETURNS boolean LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT status NOT IN ('graduated', 'completed', 'incomplete', 'deceased', 'removed')
$$;

-- What a pupil's record says changes only as people decided it: no school, no name, no status without its case (R1.9, R3.1,
-- R4.1, R5.1). Judged at the end of the transaction, because a record moves a moment before its case is completed.

-- Whether the record may go to a school by the case of that number: a move completed for this pupil leads to its receiving
-- school, a roll-back to a school where the pupil was before; schools that were merged stand for one another.
CREATE OR REPLACE FUNCTION students_moved_by(student bigint, number text, school bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM reviews_case c WHERE c.number = students_moved_by.number AND c.state = 'completed'
          AND CASE
            WHEN c.kind = 'recruitment' THEN orgs_standing(c.receiving_unit_id, orgs_today()) = school AND EXISTS (
                SELECT FROM students_recruitedpupil r WHERE r.case_id = c.id AND r.student_id = student)
            WHEN c.subject <> 'student:' || student THEN false
            WHEN c.kind LIKE '%\_rollback' THEN EXISTS (
                SELECT FROM students_enrolment e WHERE e.student_id = student AND NOT upper_inf(e.period)
                  AND orgs_standing(e.school_id, orgs_today()) = school)
            ELSE c.kind IN ('in_province_transfer', 'cross_province_transfer', 'post_graduation_enrolment')
                AND orgs_standing(c.receiving_unit_id, orgs_today()) = school END)
$$;

CREATE OR REPLACE FUNCTION students_no_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM students_refuse(TG_TABLE_NAME || ' 的记录不可删除', 'no_delete');
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION students_phase_rank(phase text) RETURNS int LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT array_position(ARRAY['primary', 'junior', 'senior'], phase)
$$;

-- What the database itself refuses on floor 3.
CREATE OR REPLACE FUNCTION students_refuse(sentence text, wall text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- Where a term's verification stands: handed in, then signed or given back; each by somebody (R6.2).
CREATE OR REPLACE FUNCTION students_round_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('核查记录不可删除（六）', 'no_delete');
    END IF;
    IF OLD.state = 'signed' THEN
        PERFORM students_refuse('核查已签核，不可修改（六）', 'round_signed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'open' THEN NEW.state = 'submitted' AND NEW.submitted_by_id IS NOT NULL
        WHEN 'submitted' THEN NEW.state = 'open' OR NEW.state = 'signed' AND NEW.signed_by_id IS NOT NULL
        ELSE false END) THEN
        PERFORM students_refuse('核查须先提交再签核（六）', 'round_state');
    END IF;
    RETURN NEW;
END $$;

-- A school is closed into another (R3.1, ADR 37): what moves with it, and nothing else of it.

-- Whether a school has, or will have, a grade of the phase for that cohort; whoever has left school fits everywhere.
CREATE OR REPLACE FUNCTION students_school_takes(school bigint, phase text, cohort int, status text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NOT students_living(students_school_takes.status)
        OR NOT EXISTS (SELECT FROM orgs_schoolsystemperiod WHERE school_id = school)
        OR EXISTS (
            SELECT FROM orgs_schoolsystemperiod p WHERE p.school_id = school
              AND p.highest_grade >= CASE students_school_takes.phase
                WHEN 'primary' THEN 1 WHEN 'junior' THEN p.last_primary + 1 ELSE 10 END
              AND p.lowest_grade <= CASE students_school_takes.phase
                WHEN 'primary' THEN p.last_primary WHEN 'junior' THEN 9 ELSE 12 END
              AND NOT EXISTS (
                SELECT FROM orgs_schoolsystemperiod q WHERE q.school_id = p.school_id AND q.valid_from > p.valid_from
                  AND q.valid_from <= orgs_today()
                  AND (q.from_cohort IS NULL OR q.from_cohort <= students_school_takes.cohort)))
$$;

-- Sixth-graders of a phase that would have five grades, or sixth-graders of a junior phase that would begin with the
-- seventh: on the day itself, or with the school year that begins next (``ahead``).
CREATE OR REPLACE FUNCTION students_stranded(school bigint, was int, becomes int, day date, ahead date, since int)
    RETURNS int LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*)::int FROM students_student s
    WHERE s.school_id = school AND students_living(s.status) AND was <> becomes
      AND s.phase = CASE WHEN becomes < was THEN 'primary' ELSE 'junior' END
      AND (since IS NULL OR s.cohort >= since)
      AND 6 IN (extract(year FROM day - interval '7 months 10 days')::int - s.cohort + 1,
                extract(year FROM ahead - interval '7 months 10 days')::int - s.cohort + 1)
$$;

-- ==== orgs_schoolsystemperiod

CREATE OR REPLACE FUNCTION students_system_strands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    day date := greatest(NEW.valid_from, orgs_today());
    -- From 1 June on the lists of the summer are made: who is not on one belongs to the year that begins in August.
    summer boolean := to_char(day, 'MMDD') BETWEEN '0601' AND '0810';
    ahead date := CASE WHEN summer THEN make_date(extract(year FROM day)::int, 8, 11) ELSE day END;
    year int := extract(year FROM ahead - interval '7 months 10 days')::int;
    was int;
    count int;
BEGIN
    -- What pupils are judged by now: a row that has begun itself, before that the others.
    IF TG_OP = 'UPDATE' AND OLD.valid_from <= orgs_today() THEN
        was := OLD.last_primary;
    ELSE
        was := students_last_primary_without(NEW.school_id, NEW.id, day, coalesce(NEW.from_cohort, year - 5));
    END IF;
    IF was IS NULL OR was = NEW.last_primary THEN
        RETURN NEW;
    END IF;
    IF NEW.last_primary < was AND to_char(day, 'MMDD') < '0601' THEN
        RETURN NEW; -- Both cohorts are listed in the summer that follows.
    END IF;
    count := students_stranded(NEW.school_id, was, NEW.last_primary, day, ahead, NEW.from_cohort);
    IF count > 0 AND NEW.last_primary < was THEN
        PERFORM orgs_refuse(format('有 %s 名学生自%s年%s月%s日起会高于所在学段的最高年级（五年级），不能升学。两种办法：“自哪一级起”填 %s，'
            '此前各级按原学制读完六年级（老生老办法）；或者生效日期改为 %s 年 5 月 31 日或以前，使两个年级在同一个夏季办理毕业（附件1 三.5、四.2）',
            count, extract(year FROM NEW.valid_from), extract(month FROM NEW.valid_from), extract(day FROM NEW.valid_from),
            year - 4, year + 1), 'would_stay');
    ELSIF count > 0 THEN
        PERFORM orgs_refuse(format('有 %s 名初中六年级学生自%s年%s月%s日起会低于所在学段的最低年级（七年级）。请在“自哪一级起”填 %s，'
            '此前各级按原学制读下去（老生老办法；附件1 三.5、四.2）',
            count, extract(year FROM NEW.valid_from), extract(month FROM NEW.valid_from), extract(day FROM NEW.valid_from),
            year - 4), 'would_wait');
    END IF;
    RETURN NEW;
END $$;

-- After system_last_primary by its name: the last grade is known.
CREATE OR REPLACE TRIGGER system_strands BEFORE INSERT OR UPDATE ON orgs_schoolsystemperiod
    FOR EACH ROW EXECUTE FUNCTION students_system_strands();

-- ==== orgs_unit

-- Once pupils have gone to the successor, the closing is no plan any more.
CREATE OR REPLACE FUNCTION students_closing_done() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM students_enrolment WHERE school_id = OLD.id AND left_by = '学校撤并') THEN
        PERFORM orgs_refuse('学生已由承接学校接收，撤销日期和承接单位不能再改；学生需要去别的学校的，按转学办理（附件1 三.1）',
            'unit_taken_over');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER closing_done BEFORE UPDATE OF closed_on, successor_id ON orgs_unit FOR EACH ROW
    WHEN (OLD.closed_on IS NOT NULL AND OLD.level = 'school'
          AND (NEW.closed_on, NEW.successor_id) IS DISTINCT FROM (OLD.closed_on, OLD.successor_id))
    EXECUTE FUNCTION students_closing_done();

-- The same of a school that is closed into one of another system; and whoever is in a phase of which that has no grade.
CREATE OR REPLACE FUNCTION students_merger_strands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    day date := greatest(NEW.closed_on, orgs_today());
    summer boolean := to_char(day, 'MMDD') BETWEEN '0601' AND '0810';
    ahead date := CASE WHEN summer THEN make_date(extract(year FROM day)::int, 8, 11) ELSE day END;
    cohort int := extract(year FROM ahead - interval '7 months 10 days')::int - 5;
    was int := orgs_last_primary(NEW.id, day, cohort);
    becomes int := orgs_last_primary(NEW.successor_id, day, cohort);
    count int;
BEGIN
    SELECT count(*) INTO count FROM students_student s WHERE s.school_id = NEW.id
        AND NOT students_school_takes(NEW.successor_id, s.phase, s.cohort, s.status);
    IF count > 0 THEN
        PERFORM orgs_refuse(format('本校有 %s 名学生的学段在承接学校没有年级，转不过去；请先为这些学生办理转学，或另选承接学校（附件1 四.2）', count),
            'unit_successor_phase');
    END IF;
    count := students_stranded(NEW.id, was, becomes, day, ahead, NULL);
    IF count > 0 AND NOT (becomes < was AND to_char(day, 'MMDD') < '0601') THEN
        PERFORM orgs_refuse(format('两校学制不同，本校有 %s 名六年级学生并入后会不在所在学段的年级内。两种办法：在承接学校登记学制，“自哪一级起”填 %s，'
            '此前各级按本校学制读完；或者撤销日期改为 5 月 31 日或以前，使他们今年夏季办理毕业（附件1 三.5、四.2）', count, cohort + 1), 'would_stay');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER merger_strands BEFORE UPDATE OF closed_on, successor_id ON orgs_unit FOR EACH ROW
    WHEN (NEW.successor_id IS NOT NULL AND NEW.closed_on IS NOT NULL AND NEW.level = 'school'
          AND (NEW.closed_on, NEW.successor_id) IS DISTINCT FROM (OLD.closed_on, OLD.successor_id))
    EXECUTE FUNCTION students_merger_strands();

-- ==== reviews_case

-- However a list ends, by a person or by the clock: no child on it stays bound to it.
CREATE OR REPLACE FUNCTION students_late_list_ended() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE students_latechild SET state = 'returned' WHERE case_id = NEW.id AND state = 'sent';
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER late_ended AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (NEW.kind = 'late_registration' AND NEW.state IN ('refused', 'withdrawn', 'expired', 'lapsed', 'cleared'))
    EXECUTE FUNCTION students_late_list_ended();

-- 按原届复学 is sent off, and completed, only with its reason and without a class: cohort and class stay what they were (R5.3).
CREATE OR REPLACE FUNCTION students_own_cohort_said() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM students_statuschange s WHERE s.case_id = NEW.id AND s.own_cohort
               AND (length(regexp_replace(s.own_cohort_reason, '\s', '', 'g')) < 2 OR s.school_class_id IS NOT NULL)) THEN
        PERFORM students_refuse('按原届复学须写明理由，不选班级（五）', 'own_cohort_reason');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER own_cohort_said AFTER UPDATE ON reviews_case FOR EACH ROW
    WHEN (NEW.kind = 'resumption' AND NEW.submitted_at IS NOT NULL
          AND (OLD.submitted_at IS NULL OR NEW.state = 'completed' AND OLD.state <> 'completed'))
    EXECUTE FUNCTION students_own_cohort_said();

-- However a list ends, by a person or by the clock: nobody on it stays bound to it.
CREATE OR REPLACE FUNCTION students_list_ended() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE students_recruitedpupil SET state = 'returned' WHERE case_id = NEW.id AND state = 'sent';
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER recruitment_ended AFTER UPDATE OF state ON reviews_case FOR EACH ROW
    WHEN (NEW.kind = 'recruitment' AND NEW.state IN ('refused', 'withdrawn', 'expired', 'lapsed', 'cleared'))
    EXECUTE FUNCTION students_list_ended();

-- 毕业回退 is asked for within half a year of the day of the act, by the Shanghai day of the request (四.3).
CREATE OR REPLACE FUNCTION students_rollback_in_time() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked date := (NEW.submitted_at AT TIME ZONE 'Asia/Shanghai')::date;
    months int;
BEGIN
    SELECT coalesce(reviews_limit_value('rollback_months', u.province_id, asked), 6) INTO months
        FROM orgs_unit u WHERE u.id = NEW.receiving_unit_id;
    IF NOT EXISTS (SELECT FROM students_takenback t WHERE t.case_id = NEW.id
                   AND asked <= t.graduated_on + make_interval(months => months)) THEN
        PERFORM students_refuse('毕业回退已超过规定的期限（四.3）', 'rollback_in_time');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER rollback_in_time AFTER UPDATE ON reviews_case FOR EACH ROW
    WHEN (NEW.kind = 'graduation_rollback' AND OLD.submitted_at IS NULL AND NEW.submitted_at IS NOT NULL)
    EXECUTE FUNCTION students_rollback_in_time();

-- ==== students_schoolclass

-- A class's school, phase and cohort are what its pupils are held against: fixed.
CREATE OR REPLACE FUNCTION students_class_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM students_student s WHERE s.school_class_id = OLD.id AND students_living(s.status)
               AND (s.school_id, s.phase, s.cohort) IS DISTINCT FROM (NEW.school_id, NEW.phase, NEW.cohort)) THEN
        PERFORM students_refuse('班级里有学生，不能改变班级的学校、学段和入学年', 'class_fixed');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS class_wall ON students_schoolclass;
CREATE CONSTRAINT TRIGGER class_wall AFTER UPDATE OF school_id, phase, cohort ON students_schoolclass
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION students_class_wall();

-- ==== students_student

-- The year of entry, from which the grade follows, changes as the status does: by a decision.
CREATE OR REPLACE FUNCTION students_cohort_bound() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT students_decided_now(NEW.id) AND NOT students_placed_by_correction(NEW.id) THEN
        PERFORM students_refuse('学生的入学年（年级）只能由已办结的业务更改（三.5、四.2）', 'cohort_without_case');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS cohort_bound ON students_student;
CREATE CONSTRAINT TRIGGER cohort_bound AFTER UPDATE OF cohort ON students_student DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.cohort <> NEW.cohort) EXECUTE FUNCTION students_cohort_bound();

-- By the rows of the day on which the list was prepared.
CREATE OR REPLACE FUNCTION students_completion_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.status = 'completed' AND EXISTS (
            SELECT FROM students_graduationline l JOIN students_graduationrun r ON r.id = l.run_id
            JOIN orgs_unit u ON u.id = r.school_id
            WHERE l.student_id = NEW.id AND l.leaving = 'completed' AND r.state = 'ready' AND NEW.phase = ANY (string_to_array(
                reviews_year('completion_phases', u.province_id, (r.prepared_at AT TIME ZONE 'Asia/Shanghai')::date), ','))) THEN
        RETURN NEW;
    END IF;
    PERFORM students_refuse('结业、肄业只用于高中（三.5）', 'student_completion_senior');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER completion_wall BEFORE UPDATE OF status ON students_student FOR EACH ROW
    WHEN (NEW.status IN ('completed', 'incomplete') AND OLD.status <> NEW.status AND NEW.phase <> 'senior')
    EXECUTE FUNCTION students_completion_wall();

-- A graduate on a living list of recruitment stays one until the row is settled: reported, or taken off.
CREATE OR REPLACE FUNCTION students_graduate_listed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM students_recruitedpupil
               WHERE student_id = NEW.id AND state IN ('listed', 'sent', 'admitted')) THEN
        PERFORM students_refuse('该生在招生名册中，须先登记报到、未报到或移出名册（四.3）', 'graduate_listed');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER graduate_listed BEFORE UPDATE OF status ON students_student FOR EACH ROW
    WHEN (OLD.status = 'graduated' AND NEW.status <> 'graduated') EXECUTE FUNCTION students_graduate_listed();

-- 毕业 without a list: of a living pupil who is not 在校 by 招生回退, of 结业 in compulsory education by its correction.
CREATE OR REPLACE FUNCTION students_graduated_bound() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.status = 'completed' AND NEW.phase = 'senior' THEN
        PERFORM students_refuse('高中的结业不能更正为毕业（三.5）', 'student_completion_kept');
    END IF;
    IF NOT EXISTS (SELECT FROM reviews_case c WHERE c.subject = 'student:' || NEW.id AND c.state = 'completed'
            AND c.kind = CASE OLD.status WHEN 'completed' THEN 'graduation_correction' ELSE 'recruitment_rollback' END
            AND ledger_written_now(c.xmin)) THEN
        PERFORM students_refuse('改为毕业须经毕业名单、招生回退或结业更正（四.3）', 'graduated_without_case');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS graduated_bound ON students_student;
CREATE CONSTRAINT TRIGGER graduated_bound AFTER UPDATE OF status ON students_student DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.status = 'graduated' AND OLD.status NOT IN ('graduated', 'enrolled'))
    EXECUTE FUNCTION students_graduated_bound();

-- Who was graduated by a list of this system keeps its day: that of the newest signed line that was not taken back.
CREATE OR REPLACE FUNCTION students_graduated_day() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    pupil students_student;
    signed date;
BEGIN
    SELECT * INTO pupil FROM students_student WHERE id = NEW.id;
    SELECT r.day INTO signed FROM students_graduationline l JOIN students_graduationrun r ON r.id = l.run_id
        WHERE l.student_id = pupil.id AND l.leaving <> 'left_out' AND r.state = 'done' AND NOT EXISTS (
            SELECT FROM students_takenback t JOIN reviews_case c ON c.id = t.case_id
            WHERE t.line_id = l.id AND c.state = 'completed')
        ORDER BY r.signed_at DESC, r.id DESC LIMIT 1;
    IF pupil.status IN ('graduated', 'completed', 'incomplete') AND signed IS NOT NULL
       AND pupil.graduated_on IS DISTINCT FROM signed THEN
        PERFORM students_refuse('毕业日期须为毕业名单核办之日（四.3）', 'graduated_on_signed');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS graduated_day ON students_student;
CREATE CONSTRAINT TRIGGER graduated_day AFTER UPDATE OF status, graduated_on ON students_student
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('graduated', 'completed', 'incomplete'))
    EXECUTE FUNCTION students_graduated_day();

-- After graduated_day by its name, which says of whose list the day is: no day of a graduation changes but with the status.
CREATE OR REPLACE FUNCTION students_graduated_kept() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM students_refuse('毕业日期随毕业办理记录，不可另行修改（四.3）', 'graduated_kept');
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS graduated_kept ON students_student;
CREATE CONSTRAINT TRIGGER graduated_kept AFTER UPDATE OF graduated_on ON students_student DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.status = NEW.status AND OLD.graduated_on IS DISTINCT FROM NEW.graduated_on)
    EXECUTE FUNCTION students_graduated_kept();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_student FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- What was entered wrongly is set right only by a correction of key information, of nobody on a list of graduates in hand.
CREATE OR REPLACE FUNCTION students_placement_corrected() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT students_placed_by_correction(NEW.id) THEN
        PERFORM students_refuse('学段登记有误的，只能由已办结的关键信息变更更正（三.5）', 'phase_without_case');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS phase_bound ON students_student;
CREATE CONSTRAINT TRIGGER phase_bound AFTER UPDATE OF phase ON students_student DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.phase <> NEW.phase AND OLD.status = NEW.status AND OLD.school_id = NEW.school_id)
    EXECUTE FUNCTION students_placement_corrected();

CREATE OR REPLACE FUNCTION students_placement_listed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM students_graduationline l JOIN students_graduationrun r ON r.id = l.run_id
               WHERE l.student_id = NEW.id AND r.state = 'ready') THEN
        PERFORM students_refuse('该生在正在办理的毕业名单中，学段和级不能更正（三.5）', 'placement_listed');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER placement_listed BEFORE UPDATE OF phase, cohort ON students_student FOR EACH ROW
    WHEN ((OLD.phase, OLD.cohort) <> (NEW.phase, NEW.cohort) AND OLD.status = NEW.status AND OLD.school_id = NEW.school_id)
    EXECUTE FUNCTION students_placement_listed();

-- Upward one phase by reporting after a graduation, or in grade 6 between 6-3 and 5-4; downward by taking such a report
-- back, or with another school in grade 6.
CREATE OR REPLACE FUNCTION students_phase_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    steps int := students_phase_rank(NEW.phase) - students_phase_rank(OLD.phase);
    moved boolean := NEW.school_id IS DISTINCT FROM OLD.school_id;
    grade int := students_grade_at(NEW.cohort, NEW.phase, NEW.school_id, orgs_today());
BEGIN
    IF steps = 1 AND OLD.status = 'graduated' AND NEW.status = 'enrolled' THEN
        RETURN NEW;
    END IF;
    -- By a correction, which phase_bound asks for at the end of the transaction.
    IF NOT moved AND NEW.status = OLD.status AND students_living(NEW.status) AND EXISTS (
            SELECT FROM students_keyinformationchange k JOIN reviews_case c ON c.id = k.case_id
            WHERE k.student_id = NEW.id AND c.closed_at IS NULL AND c.submitted_at IS NOT NULL
              AND (k.phase, k.cohort) = (NEW.phase, NEW.cohort)) THEN
        RETURN NEW;
    END IF;
    IF steps = 1 AND moved AND NEW.phase = 'junior' AND (grade = 6 OR students_crosses(NEW.id, '')) THEN
        RETURN NEW;
    END IF;
    IF steps < 0 AND students_living(OLD.status) AND NEW.status = 'graduated' THEN
        RETURN NEW;
    END IF;
    IF steps < 0 AND moved AND grade <= 6 THEN
        RETURN NEW;
    END IF;
    PERFORM students_refuse('学段只随毕业后报到变更，不随时间或转学变更（三.5、四.3）', 'student_phase_change');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER phase_wall BEFORE UPDATE OF phase ON students_student
    FOR EACH ROW WHEN (OLD.phase IS DISTINCT FROM NEW.phase) EXECUTE FUNCTION students_phase_wall();

-- Looked at when everything of the transaction is written: class, school and open enrolment fit the pupil. Asked of the
-- row as it stands then, since one transaction may write it several times.
CREATE OR REPLACE FUNCTION students_placement_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    pupil students_student;
BEGIN
    SELECT * INTO pupil FROM students_student WHERE id = NEW.id;
    IF pupil.school_class_id IS NOT NULL AND students_living(pupil.status) AND NOT EXISTS (
            SELECT FROM students_schoolclass c WHERE c.id = pupil.school_class_id
              AND (c.school_id, c.phase, c.cohort) = (pupil.school_id, pupil.phase, pupil.cohort)) THEN
        PERFORM students_refuse('班级的学校、学段和入学年须与学生一致（三.5）', 'student_class_fits');
    END IF;
    IF EXISTS (SELECT FROM students_enrolment e WHERE e.student_id = pupil.id AND upper_inf(e.period)
               AND e.phase <> pupil.phase) THEN
        PERFORM students_refuse('在籍记录的学段须与学生一致（三.5）', 'enrolment_phase_fits');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS placement_wall ON students_student;
CREATE CONSTRAINT TRIGGER placement_wall AFTER INSERT OR UPDATE OF school_id, school_class_id, phase, cohort, status
    ON students_student DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION students_placement_wall();

-- As in bound.sql: a record changes to what was decided.
CREATE OR REPLACE FUNCTION students_record_bound() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose text := 'student:' || NEW.id;
BEGIN
    -- As both stand now: a record may have moved on within the transaction.
    IF NEW.school_id IS DISTINCT FROM OLD.school_id
       AND (SELECT s.school_id FROM students_student s WHERE s.id = NEW.id) IS DISTINCT FROM (
            SELECT e.school_id FROM students_enrolment e WHERE e.student_id = NEW.id AND upper_inf(e.period)) THEN
        PERFORM students_refuse('学生的学校须与学籍一致，学籍只能由已办结的业务转接（附件1 三）', 'school_without_case');
    END IF;
    IF (NEW.name, NEW.sex, NEW.birth_date, NEW.id_type, NEW.id_number_index, NEW.id_number_sealed)
            IS DISTINCT FROM (OLD.name, OLD.sex, OLD.birth_date, OLD.id_type, OLD.id_number_index, OLD.id_number_sealed)
       AND NOT EXISTS (SELECT FROM reviews_case c JOIN students_keyinformationchange k ON k.case_id = c.id
                       WHERE c.subject = whose AND c.kind = 'key_information' AND c.state = 'completed'
                         AND ledger_written_now(c.xmin)
                         AND (k.name, k.sex, k.birth_date) IS NOT DISTINCT FROM (NEW.name, NEW.sex, NEW.birth_date)) THEN
        PERFORM students_refuse('姓名、性别、出生日期和证件只能由已办结的关键信息变更更改（附件1 一.2）', 'key_without_case');
    END IF;
    IF NEW.status <> OLD.status
       AND NOT students_decided_now(NEW.id)
       AND NOT EXISTS (SELECT FROM students_graduationline l JOIN students_graduationrun r ON r.id = l.run_id
                       WHERE l.student_id = NEW.id AND r.state = 'done' AND ledger_written_now(r.xmin))
       AND NOT EXISTS (SELECT FROM students_recordremoval x JOIN reviews_case c ON c.id = x.case_id
                       WHERE x.student_id = NEW.id AND c.state = 'completed' AND ledger_written_now(x.xmin)) THEN
        PERFORM students_refuse('学籍状态只能由已办结的业务或已核办的毕业名单更改（附件1 四、五）', 'status_without_case');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS record_bound ON students_student;
CREATE CONSTRAINT TRIGGER record_bound AFTER UPDATE ON students_student DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.school_id IS DISTINCT FROM NEW.school_id OR OLD.status IS DISTINCT FROM NEW.status
        OR (OLD.name, OLD.sex, OLD.birth_date, OLD.id_type, OLD.id_number_index, OLD.id_number_sealed)
            IS DISTINCT FROM (NEW.name, NEW.sex, NEW.birth_date, NEW.id_type, NEW.id_number_index, NEW.id_number_sealed))
    EXECUTE FUNCTION students_record_bound();

CREATE OR REPLACE FUNCTION students_removed_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM students_recordremoval r WHERE r.student_id = NEW.id) THEN
        PERFORM students_refuse('学籍只能经问题学籍处理删除（四.1）', 'removed_without_case');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER removed_wall BEFORE UPDATE OF status ON students_student
    FOR EACH ROW WHEN (NEW.status = 'removed' AND OLD.status <> 'removed') EXECUTE FUNCTION students_removed_wall();

-- A school has, or will have, a grade of the phase in which a pupil is placed there.
CREATE OR REPLACE FUNCTION students_school_fits() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM orgs_unit WHERE id = NEW.school_id AND closed_on <= orgs_today()) THEN
        PERFORM students_refuse('学校自撤销之日起不再新建学籍，由承接学校建立（附件1 二）', 'student_school_closed');
    END IF;
    IF NEW.school_id IS NOT NULL AND NOT students_school_takes(NEW.school_id, NEW.phase, NEW.cohort, NEW.status) THEN
        PERFORM students_refuse('该校没有这个学段的年级（四.2）', 'student_school_fits');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER school_fits BEFORE INSERT OR UPDATE OF school_id, phase ON students_student
    FOR EACH ROW EXECUTE FUNCTION students_school_fits();

-- 开除 and 退学 in compulsory education never (五): by the phase of the pupil, not by what time would make of its grade.
CREATE OR REPLACE FUNCTION students_status_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT students_legal_status(OLD.status, NEW.status) THEN
        PERFORM students_refuse('学籍状态不能由“' || OLD.status || '”变为“' || NEW.status || '”（五）', 'status_pair');
    END IF;
    IF NEW.status = 'expelled' AND NEW.phase <> 'senior' THEN
        PERFORM students_refuse('义务教育阶段不得开除学生（五）', 'status_compulsory');
    END IF;
    IF NEW.status = 'withdrawn' AND NEW.phase <> 'senior' THEN
        PERFORM students_refuse('义务教育阶段的学生不得退学（五）', 'status_compulsory');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER status_wall BEFORE UPDATE OF status ON students_student
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION students_status_wall();

-- ==== students_enrolment

-- As in succession.sql: nor is a past written that was not.
CREATE OR REPLACE FUNCTION students_enrolment_bound() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before students_enrolment;
BEGIN
    SELECT * INTO before FROM students_enrolment e
        WHERE e.student_id = NEW.student_id AND e.id <> NEW.id AND lower(e.period) <= lower(NEW.period)
        ORDER BY lower(e.period) DESC LIMIT 1;
    IF before.id IS NULL AND EXISTS (SELECT FROM students_enrolment e WHERE e.student_id = NEW.student_id AND e.id <> NEW.id) THEN
        PERFORM students_refuse('在籍经历不可在已有的之前补写（附件1 三）', 'enrolment_back_dated');
    END IF;
    IF before.id IS NOT NULL AND NOT students_moved_by(NEW.student_id, NEW.case_number, NEW.school_id)
       AND NOT (NEW.case_number IN ('', before.case_number) AND orgs_succeeded(before.school_id, NEW.school_id)) THEN
        PERFORM students_refuse('学籍只能由已办结的业务转入这所学校（附件1 三）', 'enrolment_without_case');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS enrolment_bound ON students_enrolment;
CREATE CONSTRAINT TRIGGER enrolment_bound AFTER INSERT ON students_enrolment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION students_enrolment_bound();

-- Of two neighbours the later is of a higher phase only after a graduation, or in grade 6 between 6-3 and 5-4.
CREATE OR REPLACE FUNCTION students_enrolment_phase() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before students_enrolment;
    now_in text;
BEGIN
    SELECT * INTO before FROM students_enrolment WHERE student_id = NEW.student_id AND upper(period) <= lower(NEW.period)
        ORDER BY upper(period) DESC LIMIT 1;
    IF before.id IS NOT NULL AND students_phase_rank(NEW.phase) > students_phase_rank(before.phase)
       AND before.left_by NOT IN ('毕业', '招生', '毕业后跨省就学', '直升') AND NEW.grade_in <> 6
       AND NOT (NEW.phase = 'junior' AND students_crosses(NEW.student_id, before.left_case_number))
       AND NOT (TG_OP = 'UPDATE' AND students_placed_by_correction(NEW.student_id)) THEN
        PERFORM students_refuse('没有毕业的学籍不能接续到高一学段（四.3）', 'enrolment_phase_order');
    END IF;
    IF upper_inf(NEW.period) THEN
        SELECT phase INTO now_in FROM students_student WHERE id = NEW.student_id;
        IF now_in <> NEW.phase AND EXISTS (SELECT FROM students_enrolment WHERE id = NEW.id AND upper_inf(period)) THEN
            PERFORM students_refuse('在籍记录的学段须与学生一致（三.5）', 'enrolment_phase_fits');
        END IF;
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS enrolment_phase_wall ON students_enrolment;
CREATE CONSTRAINT TRIGGER enrolment_phase_wall AFTER INSERT OR UPDATE OF phase ON students_enrolment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION students_enrolment_phase();

-- A closed period of a record is the archive: it stays as it is.
CREATE OR REPLACE FUNCTION students_enrolment_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.student_id <> OLD.student_id OR NEW.school_id <> OLD.school_id
       OR lower(NEW.period) <> lower(OLD.period) THEN
        PERFORM students_refuse('学籍的归属和起始日期不可修改', 'enrolment_fixed');
    END IF;
    IF NOT upper_inf(OLD.period) THEN
        PERFORM students_refuse('已转出的学籍存档不可修改', 'enrolment_archived');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER enrolment_wall BEFORE UPDATE ON students_enrolment
    FOR EACH ROW EXECUTE FUNCTION students_enrolment_wall();

CREATE OR REPLACE FUNCTION students_leaving_bound() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reviews_case c WHERE c.number = NEW.left_case_number AND c.state = 'completed'
          AND (c.subject = 'student:' || NEW.student_id OR EXISTS (
              SELECT FROM students_recruitedpupil r WHERE r.case_id = c.id AND r.student_id = NEW.student_id)
            OR EXISTS (SELECT FROM students_recordremoval x WHERE x.case_id = c.id AND x.student_id = NEW.student_id)))
       AND NOT (NEW.left_case_number = ''
                AND orgs_standing(NEW.school_id, orgs_today()) IS DISTINCT FROM NEW.school_id) THEN
        PERFORM students_refuse('学籍只能由已办结的业务转出（附件1 三）', 'leaving_without_case');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS leaving_bound ON students_enrolment;
CREATE CONSTRAINT TRIGGER leaving_bound AFTER UPDATE ON students_enrolment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (upper_inf(OLD.period) AND NOT upper_inf(NEW.period)) EXECUTE FUNCTION students_leaving_bound();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_enrolment FOR EACH ROW EXECUTE FUNCTION students_no_delete();
-- A record comes and goes today: a period begins and ends on the day on which it is written, but for the first of a pupil
-- taken over with its past (R0.2, R3.1).
CREATE OR REPLACE FUNCTION students_enrolment_moment() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said timestamptz := CASE TG_OP WHEN 'INSERT' THEN lower(NEW.period) ELSE upper(NEW.period) END;
BEGIN
    -- What would lie before all others is enrolment_bound's to refuse.
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM students_enrolment e
            WHERE e.student_id = NEW.student_id AND lower(e.period) <= said) THEN
        RETURN NEW;
    END IF;
    IF said NOT BETWEEN ledger_now() - interval '1 day' AND ledger_now() + interval '1 day' THEN
        PERFORM students_refuse('学籍转入、转出的时间是办理当时，不可倒填（附件1 三）', 'enrolment_moment');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER moment_of_coming BEFORE INSERT ON students_enrolment
    FOR EACH ROW EXECUTE FUNCTION students_enrolment_moment();
CREATE OR REPLACE TRIGGER moment_of_leaving BEFORE UPDATE ON students_enrolment FOR EACH ROW
    WHEN (upper_inf(OLD.period) AND NOT upper_inf(NEW.period)) EXECUTE FUNCTION students_enrolment_moment();

-- ==== students_registrationnumber

-- A G is closed only because another takes its place, or its record was removed; a case's number alone is no reason.
CREATE OR REPLACE FUNCTION students_g_successor() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.kind = 'G' AND NEW.closed_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM students_registrationnumber
                        WHERE student_id = NEW.student_id AND kind = 'G' AND closed_at IS NULL)
        AND NOT EXISTS (SELECT FROM students_recordremoval WHERE student_id = NEW.student_id) THEN
        PERFORM students_refuse('“G”字头学籍号不可停用而无接续（一.2）', 'number_g_successor');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS g_successor ON students_registrationnumber;
CREATE CONSTRAINT TRIGGER g_successor AFTER UPDATE ON students_registrationnumber
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION students_g_successor();

-- The case that closed a number is history like the rest of it.
CREATE OR REPLACE FUNCTION students_number_closed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM students_refuse('停用学籍号的依据不可修改', 'number_closed');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER number_closed_case BEFORE UPDATE ON students_registrationnumber FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL AND NEW.closed_case IS DISTINCT FROM OLD.closed_case)
    EXECUTE FUNCTION students_number_closed();

-- Numbers: what the database refuses beyond walls.sql (R1.1–R1.5, R1.8).

-- No two numbers at one time: the next begins when the one before has ended, never earlier.
CREATE OR REPLACE FUNCTION students_number_letter() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before record;
BEGIN
    SELECT kind, closed_at INTO before FROM students_registrationnumber WHERE student_id = NEW.student_id
        ORDER BY issued_at DESC, id DESC LIMIT 1;
    IF before.kind IS NOT NULL AND (before.kind, NEW.kind) NOT IN (('L', 'G'), ('L', 'J'), ('J', 'G'), ('G', 'G'))
       OR before.kind IS NULL AND NEW.kind <> 'L' THEN
        PERFORM students_refuse('学籍号不能由 ' || coalesce(before.kind, '无') || ' 变为 ' || NEW.kind || '（一.1）',
                                'number_letters');
    END IF;
    IF before.closed_at > NEW.issued_at THEN
        PERFORM students_refuse('同一时间只能有一个学籍号：前一个尚未停用（一.2）', 'number_one_at_a_time');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER number_letter BEFORE INSERT ON students_registrationnumber
    FOR EACH ROW EXECUTE FUNCTION students_number_letter();
CREATE OR REPLACE TRIGGER number_no_truncate BEFORE TRUNCATE ON students_registrationnumber
    FOR EACH STATEMENT EXECUTE FUNCTION students_no_delete();

-- A number never changes owner, letter or content, and is never taken away (R1.4, R1.5); a closed one stays closed.
CREATE OR REPLACE FUNCTION students_number_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('学籍号不可删除（一.2）', 'number_no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('学籍号不可转给他人（一.2）', 'number_owner');
    END IF;
    IF NEW.kind <> OLD.kind OR NEW.index <> OLD.index OR NEW.issued_at <> OLD.issued_at THEN
        PERFORM students_refuse('学籍号下发后不可修改，只可停用后换发（一.2）', 'number_fixed');
    END IF;
    IF OLD.closed_at IS NOT NULL AND (NEW.closed_at IS DISTINCT FROM OLD.closed_at
            OR NEW.closed_reason <> OLD.closed_reason) THEN
        PERFORM students_refuse('已停用的学籍号不可恢复', 'number_closed');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER number_wall BEFORE UPDATE OR DELETE ON students_registrationnumber
    FOR EACH ROW EXECUTE FUNCTION students_number_wall();

-- A number's sealed text is part of the number: it is never written over.
CREATE OR REPLACE FUNCTION students_sealed_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM students_refuse('学籍号下发后不可修改，只可停用后换发（一.2）', 'number_fixed');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER sealed_wall BEFORE UPDATE ON students_registrationnumber FOR EACH ROW
    WHEN (NEW.sealed <> OLD.sealed OR NEW.id <> OLD.id) EXECUTE FUNCTION students_sealed_wall();

-- ==== students_pupilrecord

CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_pupilrecord FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- ==== students_fieldchange

-- The history of a record only ever grows, and its instant is the database's own (R6.1).
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_fieldchange
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON students_fieldchange
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE OR REPLACE FUNCTION students_change_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.at := ledger_now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER change_stamp BEFORE INSERT ON students_fieldchange
    FOR EACH ROW EXECUTE FUNCTION students_change_stamp();
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_fieldchange FOR EACH ROW EXECUTE FUNCTION orgs_keep_names('by_id');

-- ==== students_problemrecord

-- 问题学籍 and imports: what the database refuses (R1.9, R2.1).
CREATE OR REPLACE FUNCTION students_problem_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('问题学籍记录不可删除（四.1）', 'no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id OR NEW.kind <> OLD.kind OR NEW.opened_at <> OLD.opened_at THEN
        PERFORM students_refuse('问题学籍的学生和类型不可修改（四.1）', 'problem_fixed');
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM students_refuse('已解决的问题学籍记录不可修改（四.1）', 'problem_closed');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER problem_wall BEFORE UPDATE OR DELETE ON students_problemrecord
    FOR EACH ROW EXECUTE FUNCTION students_problem_wall();
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_problemrecord
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('settled', 'opened_at', 'closed_at');

-- ==== students_bulletin

-- 月度通报: before its publication a draft may be counted anew, by somebody and for a reason, in one transaction (R3.7b).
CREATE OR REPLACE FUNCTION students_bulletin_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('月度通报不可删除（三.7）', 'no_delete');
    END IF;
    IF OLD.state = 'published' THEN
        PERFORM students_refuse('已发布的月度通报不可更改（三.7）', 'bulletin_frozen');
    END IF;
    IF (NEW.number, NEW.province_id, NEW.month) IS DISTINCT FROM (OLD.number, OLD.province_id, OLD.month) THEN
        PERFORM students_refuse('月度通报的编号、省份和月份不可更改（三.7）', 'bulletin_inputs');
    END IF;
    IF (NEW.inputs, NEW.digest, NEW.reply_until) IS DISTINCT FROM (OLD.inputs, OLD.digest, OLD.reply_until) THEN
        IF NEW.state <> 'replies' OR NEW.recounted_by_id IS NULL OR length(NEW.recount_reason) < 5
            OR NEW.reply_until < OLD.reply_until OR NEW.recounts <> OLD.recounts + 1 THEN
            PERFORM students_refuse('月度通报的原始数据不可更改，发布前可以由负责人写明原因后重新统计（三.7）', 'bulletin_inputs');
        END IF;
        -- The lines may change in this transaction alone.
        NEW.recounted_in := txid_current();
    ELSIF (NEW.recounts, NEW.recounted_in, NEW.recounted_by_id, NEW.recount_reason)
        IS DISTINCT FROM (OLD.recounts, OLD.recounted_in, OLD.recounted_by_id, OLD.recount_reason) THEN
        PERFORM students_refuse('月度通报没有重新统计（三.7）', 'bulletin_inputs');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER bulletin_wall BEFORE UPDATE OR DELETE ON students_bulletin
    FOR EACH ROW EXECUTE FUNCTION students_bulletin_wall();

-- 月度通报: proposed by one person of the province, published by another, in this order (R0.5).
CREATE OR REPLACE FUNCTION students_bulletin_order() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'replies' THEN
            PERFORM students_refuse('月度通报从征求说明开始（三.7）', 'bulletin_starts_with_replies');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'published' AND (OLD.state <> 'proposed'
        OR (NEW.proposed_by_id, NEW.proposed_at) IS DISTINCT FROM (OLD.proposed_by_id, OLD.proposed_at)) THEN
        PERFORM students_refuse('月度通报先由学籍管理员拟发，再由负责人发布（三.1）', 'bulletin_proposed_first');
    END IF;
    IF NEW.state = 'proposed' AND OLD.state <> 'proposed' THEN
        NEW.proposed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;

-- After bulletin_wall, by its name: what is published is told so first.
CREATE OR REPLACE TRIGGER proposed_first BEFORE INSERT OR UPDATE ON students_bulletin
    FOR EACH ROW EXECUTE FUNCTION students_bulletin_order();
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON students_bulletin FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('proposed_by_id', 'published_by_id', 'bulletin_two_people', '拟发和发布须由两个人办理（附件1 三.1）');
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON students_bulletin FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('proposed_by_id', 'province_id', 'registrar', 'bulletin_seat',
        '月度通报由省级今天在岗的学籍管理员拟发（三.7）');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_bulletin FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('published_by_id', 'province_id', 'head', 'bulletin_seat',
        '月度通报由省级今天在岗的负责人发布（三.7）', 'published_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_bulletin FOR EACH ROW EXECUTE FUNCTION orgs_keep_names('proposed_by_id', 'published_by_id', 'recounted_by_id');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_bulletin
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'made_at', 'proposed_at', 'published_at');

-- ==== students_bulletinline

CREATE OR REPLACE FUNCTION students_bulletin_line_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head students_bulletin;
BEGIN
    SELECT * INTO head FROM students_bulletin WHERE id = OLD.bulletin_id;
    IF head.state = 'published' THEN
        PERFORM students_refuse('已发布的月度通报不可更改（三.7）', 'bulletin_frozen');
    END IF;
    IF head.recounted_in IS NOT DISTINCT FROM txid_current()
        AND (TG_OP = 'DELETE' OR (NEW.bulletin_id, NEW.unit_id) = (OLD.bulletin_id, OLD.unit_id)) THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('月度通报不可删除（三.7）', 'no_delete');
    END IF;
    IF (NEW.bulletin_id, NEW.unit_id, NEW.level, NEW.place, NEW.figures)
        IS DISTINCT FROM (OLD.bulletin_id, OLD.unit_id, OLD.level, OLD.place, OLD.figures) THEN
        PERFORM students_refuse('月度通报的数据不可更改，可以写说明（三.7）', 'bulletin_figures');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER bulletin_line_wall BEFORE UPDATE OR DELETE ON students_bulletinline
    FOR EACH ROW EXECUTE FUNCTION students_bulletin_line_wall();
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_bulletinline FOR EACH ROW EXECUTE FUNCTION orgs_keep_names('reply_by_id');
CREATE OR REPLACE TRIGGER stamped_anew BEFORE UPDATE ON students_bulletinline FOR EACH ROW
    WHEN (NEW.reply_at IS NOT NULL AND NEW.reply_at IS DISTINCT FROM OLD.reply_at) EXECUTE FUNCTION orgs_stamped('reply_at');

-- ==== students_statuschange

-- What an ended case was about stays as it was; only the reminders of its end are counted on.
CREATE OR REPLACE FUNCTION students_change_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('学籍异动记录不可删除', 'no_delete');
    END IF;
    IF NEW.case_id <> OLD.case_id OR NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('学籍异动的业务和学生不可修改', 'change_fixed');
    END IF;
    IF (to_jsonb(NEW) - 'reminded') <> (to_jsonb(OLD) - 'reminded')
       AND EXISTS (SELECT FROM reviews_case WHERE id = OLD.case_id AND closed_at IS NOT NULL) THEN
        PERFORM students_refuse('已办结的学籍异动不可修改', 'change_closed');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER change_wall BEFORE UPDATE OR DELETE ON students_statuschange
    FOR EACH ROW EXECUTE FUNCTION students_change_wall();

-- ---------------------------------------------------------------- what a case is about
CREATE OR REPLACE TRIGGER facts_fixed BEFORE UPDATE ON students_statuschange
    FOR EACH ROW EXECUTE FUNCTION reviews_facts_fixed('status_was', 'reminded');

-- ==== students_contactattempt

CREATE OR REPLACE FUNCTION students_contact_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM students_statuschange s JOIN reviews_case c ON c.id = s.case_id
               WHERE s.id = coalesce(NEW.change_id, OLD.change_id) AND c.closed_at IS NOT NULL) THEN
        PERFORM students_refuse('已办结业务的联系记录不可修改', 'change_closed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE OR REPLACE TRIGGER contact_wall BEFORE INSERT OR UPDATE OR DELETE ON students_contactattempt
    FOR EACH ROW EXECUTE FUNCTION students_contact_wall();

-- ==== students_dropoutmark

CREATE OR REPLACE TRIGGER begins BEFORE INSERT ON students_dropoutmark FOR EACH ROW EXECUTE FUNCTION orgs_paper_begins('marked');

-- 辍学标识 goes with the record: the school that has the pupil now may report anew, which ends the former mark (R5.2).
CREATE OR REPLACE FUNCTION students_dropout_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('辍学标识不可删除（五.2）', 'no_delete');
    END IF;
    IF (NEW.student_id, NEW.school_id, NEW.grade, NEW.last_seen_on, NEW.reason, NEW.efforts, NEW.marked_by_id)
        IS DISTINCT FROM
       (OLD.student_id, OLD.school_id, OLD.grade, OLD.last_seen_on, OLD.reason, OLD.efforts, OLD.marked_by_id) THEN
        PERFORM students_refuse('辍学标识的内容不可修改，请撤销后重新填报（五.2）', 'dropout_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'marked' THEN NEW.state IN ('signed', 'ended', 'dropped', 'renewed')
        WHEN 'signed' THEN NEW.state IN ('sent', 'ended', 'renewed')
        WHEN 'sent' THEN NEW.state IN ('ended', 'renewed')
        ELSE false END) THEN
        PERFORM students_refuse('辍学标识不能从“' || OLD.state || '”变为“' || NEW.state || '”（五.2）', 'dropout_state');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER dropout_kept BEFORE DELETE ON students_dropoutmark
    FOR EACH ROW EXECUTE FUNCTION students_dropout_wall();
CREATE OR REPLACE TRIGGER dropout_wall BEFORE UPDATE ON students_dropoutmark FOR EACH ROW
    WHEN (OLD.state <> 'marked' OR NOT orgs_succeeded(OLD.school_id, NEW.school_id))
    EXECUTE FUNCTION students_dropout_wall();
CREATE OR REPLACE TRIGGER succession_wall BEFORE UPDATE ON students_dropoutmark FOR EACH ROW
    WHEN (OLD.state = 'marked' AND orgs_succeeded(OLD.school_id, NEW.school_id))
    EXECUTE FUNCTION orgs_succession_wall('school_id', 'names');

-- Who prepared, marked, submitted or confirmed never signs as well, with no account (R0.5).
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON students_dropoutmark FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('marked_by_id', 'signed_by_id', 'dropout_by_two_people', '填报和签核须由两个人办理（附件1 三.1）');
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON students_dropoutmark FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('marked_by_id', 'school_id', 'registrar', 'dropout_seat',
        '辍学报告由本校今天在岗的学籍管理员填报（五.2）', 'marked_at');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_dropoutmark FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('signed_by_id', 'school_id', 'head', 'dropout_seat',
        '辍学报告由本校今天在岗的负责人签核（五.2）', 'signed_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_dropoutmark FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('marked_by_id', 'signed_by_id', 'unit:school_id@signed_by_id', 'above:school_id@signed_by_id');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_dropoutmark
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'marked_at', 'signed_at');
-- The days that a mark says: they lie where they can lie, are written with what they are the day of, and stay (R5.2).
CREATE OR REPLACE FUNCTION students_dropout_days() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := orgs_today();
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.last_seen_on >= today OR NEW.sent_on IS NOT NULL OR NEW.ended_on IS NOT NULL
           OR NEW.last_seen_on < (SELECT entered_on FROM students_student WHERE id = NEW.student_id) THEN
            PERFORM students_refuse('最后到校日期须在入学以后、今天以前（五.2）', 'dropout_days');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.sent_on, NEW.sent_to) IS DISTINCT FROM (OLD.sent_on, OLD.sent_to)
       AND NOT (OLD.state = 'signed' AND NEW.state = 'sent'
                AND NEW.sent_on BETWEEN (NEW.signed_at AT TIME ZONE 'Asia/Shanghai')::date AND today) THEN
        PERFORM students_refuse('报送日期随报送登记一次，须在签核以后、不晚于今天（五.2）', 'dropout_days');
    END IF;
    IF (NEW.state = 'ended') <> (NEW.ended_on IS NOT NULL)
       OR NEW.ended_on IS DISTINCT FROM OLD.ended_on
          AND NOT (OLD.state <> 'ended' AND NEW.ended_on > NEW.last_seen_on AND NEW.ended_on <= today) THEN
        PERFORM students_refuse('返校日期随返校登记一次，须在最后到校以后、不晚于今天（五.2）', 'dropout_days');
    END IF;
    RETURN NEW;
END $$;

-- After dropout_wall by its name: what may not become of a mark is told first.
CREATE OR REPLACE TRIGGER said_days BEFORE INSERT OR UPDATE ON students_dropoutmark
    FOR EACH ROW EXECUTE FUNCTION students_dropout_days();

-- ==== students_graduationrun

-- Papers of the floor begin at their first step, and whoever acts on one sits where it is done (R0.5, R0.2). Named to come after
-- two_persons, which says the plainer thing of who signs the own paper.
CREATE OR REPLACE TRIGGER begins BEFORE INSERT ON students_graduationrun FOR EACH ROW EXECUTE FUNCTION orgs_paper_begins('ready');

-- A list is dated by the Shanghai day of its signature, at a school that stands on it; a certificate never after it.
CREATE OR REPLACE FUNCTION students_graduation_day() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.day <> (NEW.signed_at AT TIME ZONE 'Asia/Shanghai')::date THEN
        PERFORM students_refuse('毕业日期须为核办当日（四.3）', 'graduation_day');
    END IF;
    IF EXISTS (SELECT FROM orgs_unit WHERE id = NEW.school_id AND closed_on <= NEW.day) THEN
        PERFORM students_refuse('学校已撤销，毕业名单由承接学校核办（四.3）', 'graduation_school_closed');
    END IF;
    IF EXISTS (SELECT FROM students_graduationline WHERE run_id = NEW.id AND certificate_on > NEW.day) THEN
        PERFORM students_refuse('证书日期不能晚于核办当日（三.5）', 'graduation_certificate');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER graduation_day AFTER UPDATE OF state ON students_graduationrun FOR EACH ROW
    WHEN (NEW.state = 'done') EXECUTE FUNCTION students_graduation_day();

-- 毕业办理: as in graduation.sql; that two people act is held by two_persons, as of every other paper (R4.1, R0.5). The
-- day of the preparation chooses the rows that judge: it is the database's, and stays (R0.7).
CREATE OR REPLACE FUNCTION students_graduation_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.prepared_at := ledger_now();
        RETURN NEW;
    END IF;
    IF OLD.state <> 'ready' THEN
        PERFORM students_refuse('已核办或放弃的毕业办理不可修改', 'graduation_closed');
    END IF;
    IF (NEW.school_id, NEW.phase, NEW.grade, NEW.cohort, NEW.occasion, NEW.prepared_by_id, NEW.prepared_at)
        IS DISTINCT FROM (OLD.school_id, OLD.phase, OLD.grade, OLD.cohort, OLD.occasion, OLD.prepared_by_id, OLD.prepared_at) THEN
        PERFORM students_refuse('毕业办理的学校、学段、年级、届、类别和准备人、准备时间不可修改', 'graduation_fixed');
    END IF;
    IF NEW.signed_by_id IS NOT NULL THEN
        NEW.signed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER graduation_prepared BEFORE INSERT ON students_graduationrun
    FOR EACH ROW EXECUTE FUNCTION students_graduation_wall();
CREATE OR REPLACE TRIGGER graduation_wall BEFORE UPDATE ON students_graduationrun
    FOR EACH ROW EXECUTE FUNCTION students_graduation_wall();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_graduationrun FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON students_graduationrun FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('prepared_by_id', 'signed_by_id', 'graduation_two_people', '准备和核办须由两个人办理（附件1 三.1）');
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON students_graduationrun FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('prepared_by_id', 'school_id', 'registrar', 'graduation_seat',
        '毕业名单由本校今天在岗的学籍管理员准备（附件1 三.1）', 'prepared_at');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_graduationrun FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('signed_by_id', 'school_id', 'head', 'graduation_seat',
        '毕业名单由本校今天在岗的负责人核办（附件1 三.1）', 'signed_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_graduationrun FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('prepared_by_id', 'signed_by_id', 'unit:school_id@signed_by_id');

-- ==== students_graduationline

CREATE OR REPLACE FUNCTION students_graduation_line_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM students_graduationrun WHERE id = coalesce(NEW.run_id, OLD.run_id) AND state <> 'ready') THEN
        PERFORM students_refuse('已核办或放弃的毕业名单不可修改', 'graduation_closed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE OR REPLACE TRIGGER line_wall BEFORE INSERT OR UPDATE OR DELETE ON students_graduationline
    FOR EACH ROW EXECUTE FUNCTION students_graduation_line_wall();

-- ==== students_takenback

CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_takenback FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- What a roll-back of a graduation is about is the pupil as it stood, and stays so.
CREATE OR REPLACE FUNCTION students_takenback_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM students_refuse('毕业回退的内容不可修改（四.3）', 'takenback_fixed');
    END IF;
    IF NOT EXISTS (SELECT FROM students_student s WHERE s.id = NEW.student_id
                   AND (s.status, s.graduated_on) = (NEW.status_was, NEW.graduated_on)) THEN
        PERFORM students_refuse('毕业回退须照学籍上的状态和毕业日期提出（四.3）', 'takenback_day');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER takenback_wall BEFORE INSERT OR UPDATE ON students_takenback
    FOR EACH ROW EXECUTE FUNCTION students_takenback_wall();

-- ==== students_graduationcorrection

-- 毕业更正 is about the pupil as it stood, of a day that was, and stays so (R4.1).
CREATE OR REPLACE FUNCTION students_correction_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM students_refuse('毕业更正的内容不可修改（四.3）', 'correction_fixed');
    END IF;
    IF NEW.graduated_on > orgs_today() OR NEW.what = 'completion' AND NOT EXISTS (
            SELECT FROM students_student s WHERE s.id = NEW.student_id AND s.status = 'completed'
              AND (s.phase, s.graduated_on) = (NEW.phase, NEW.graduated_on)) THEN
        PERFORM students_refuse('结业更正须照学籍上的状态、学段和日期提出（四.3）', 'correction_day');
    END IF;
    IF NEW.what = 'unrecorded' AND NEW.graduated_on > (
            SELECT (min(lower(e.period)) AT TIME ZONE 'Asia/Shanghai')::date FROM students_enrolment e
            JOIN students_student s ON s.id = e.student_id AND s.phase = e.phase WHERE s.id = NEW.student_id) THEN
        PERFORM students_refuse('毕业日期不能晚于学生进入现学段之日（四.3）', 'correction_before_phase');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER correction_wall BEFORE INSERT OR UPDATE OR DELETE ON students_graduationcorrection
    FOR EACH ROW EXECUTE FUNCTION students_correction_wall();

-- ==== students_importbatch

-- What came of an import stays as it was told; what is written was fixed at the confirmation (R2.1).
CREATE OR REPLACE FUNCTION students_import_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    -- The rows given back lie there for some days, then they go.
    passing CONSTANT text[] := ARRAY['returned', 'returned_sha256'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('导入记录不可删除', 'no_delete');
    END IF;
    IF OLD.state IN ('done', 'dropped')
       AND (NEW.returned IS NOT NULL OR to_jsonb(NEW) - passing <> to_jsonb(OLD) - passing) THEN
        PERFORM students_refuse('已结束的导入不可修改', 'import_fixed');
    END IF;
    IF OLD.state = 'faulty' AND NEW.state NOT IN ('faulty', 'writing', 'dropped') THEN
        PERFORM students_refuse('已结束的导入不可修改', 'import_fixed');
    END IF;
    IF OLD.confirmed_at IS NOT NULL
       AND (NEW.chosen, NEW.to_write, NEW.left_over, NEW.answers, NEW.confirmed_at)
           IS DISTINCT FROM (OLD.chosen, OLD.to_write, OLD.left_over, OLD.answers, OLD.confirmed_at) THEN
        PERFORM students_refuse('确认以后，要写入和退回的行不可更改', 'import_chosen');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER import_wall BEFORE UPDATE OR DELETE ON students_importbatch
    FOR EACH ROW EXECUTE FUNCTION students_import_wall();
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_importbatch
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'asked_at', 'confirmed_at', 'finished_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_importbatch FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('asked_by_id', 'unit:unit_id@confirmed_at');

-- ==== students_keyinformationchange

CREATE OR REPLACE TRIGGER facts_fixed BEFORE UPDATE OR DELETE ON students_keyinformationchange
    FOR EACH ROW EXECUTE FUNCTION reviews_facts_fixed('answer', 'answered_at', 'answered_of', 'conflict', 'was');
CREATE OR REPLACE TRIGGER stamped_anew BEFORE UPDATE ON students_keyinformationchange FOR EACH ROW
    WHEN (NEW.answered_at IS NOT NULL AND NEW.answered_at IS DISTINCT FROM OLD.answered_at) EXECUTE FUNCTION orgs_stamped('answered_at');

-- ==== students_monthlycheck

CREATE OR REPLACE TRIGGER begins BEFORE INSERT ON students_monthlycheck FOR EACH ROW EXECUTE FUNCTION orgs_paper_begins('closed');

CREATE OR REPLACE FUNCTION students_month_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('月末名单不可删除（附件1 二）', 'no_delete');
    END IF;
    IF (NEW.number, NEW.province_id, NEW.month, NEW.closed_by_id, NEW.closed_at)
            IS DISTINCT FROM (OLD.number, OLD.province_id, OLD.month, OLD.closed_by_id, OLD.closed_at)
       OR OLD.sent_by_id IS NOT NULL AND (NEW.sent_by_id, NEW.sent_at, NEW.opinion)
            IS DISTINCT FROM (OLD.sent_by_id, OLD.sent_at, OLD.opinion) THEN
        PERFORM students_refuse('月末名单的省份、月份、收表和上报不可修改（附件1 二）', 'month_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'closed' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state = 'done'
        ELSE false END) THEN
        PERFORM students_refuse('月末名单不能从“' || OLD.state || '”变为“' || NEW.state || '”（附件1 二）', 'month_state');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER month_wall BEFORE UPDATE OR DELETE ON students_monthlycheck
    FOR EACH ROW EXECUTE FUNCTION students_month_wall();

-- 补建学籍, the province's list of a month: closed by one, sent by another, answered once (R2.2, R0.5).
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON students_monthlycheck FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('closed_by_id', 'sent_by_id', 'late_month_two_people', '收表和上报须由两个人办理（附件1 三.1）');
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON students_monthlycheck FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('closed_by_id', 'province_id', 'registrar', 'month_seat',
        '月末名单由省级今天在岗的学籍管理员收表（附件1 二）', 'closed_at');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_monthlycheck FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('sent_by_id', 'province_id', 'head', 'month_seat',
        '月末名单由省级今天在岗的负责人上报（附件1 二）', 'sent_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_monthlycheck FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('closed_by_id', 'sent_by_id', 'unit:province_id@sent_by_id');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_monthlycheck
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'closed_at', 'sent_at', 'checked_at');

-- ==== students_latechild

-- The check answers what the province has sent, and nothing else: no silence of a clock creates or refuses.
CREATE OR REPLACE FUNCTION students_late_answered() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM students_monthlycheck WHERE id = NEW.month_id AND state = 'sent') THEN
        PERFORM students_refuse('月末名单须由省级收表、负责人上报后才能查重（附件1 二）', 'late_unsent');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER late_answered BEFORE UPDATE OF state ON students_latechild FOR EACH ROW
    WHEN (OLD.state = 'collected' AND NEW.state <> 'collected') EXECUTE FUNCTION students_late_answered();

-- 补建学籍: what the database refuses, and what follows when a list ends without having been agreed to (R2.2).
CREATE OR REPLACE FUNCTION students_late_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('补建学籍的记录不可删除（附件1 二）', 'no_delete');
    END IF;
    IF (NEW.school_id, NEW.name, NEW.birth_date, NEW.phase, NEW.grade, NEW.cohort, NEW.said_sealed, NEW.id_number_index)
        IS DISTINCT FROM (OLD.school_id, OLD.name, OLD.birth_date, OLD.phase, OLD.grade, OLD.cohort, OLD.said_sealed,
                          OLD.id_number_index) THEN
        PERFORM students_refuse('补建名单登记的内容不可修改，请删去后重新登记（附件1 二）', 'late_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'listed' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state IN ('collected', 'returned', 'dropped')
        WHEN 'returned' THEN NEW.state = 'listed'
        WHEN 'collected' THEN NEW.state IN ('created', 'refused', 'returned')
        ELSE false END) THEN
        PERFORM students_refuse('补建记录不能从“' || OLD.state || '”变为“' || NEW.state || '”（附件1 二）', 'late_state');
    END IF;
    IF NEW.state = 'collected' AND OLD.state = 'sent'
        AND NOT EXISTS (SELECT FROM reviews_step s WHERE s.case_id = NEW.case_id AND s.outcome = 'agree'
                        AND s.stage <> 'school') THEN
        PERFORM students_refuse('补建学籍须经主管部门核办同意（附件1 二）', 'late_unsigned');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER late_kept BEFORE DELETE ON students_latechild FOR EACH ROW EXECUTE FUNCTION students_late_wall();
CREATE OR REPLACE TRIGGER late_wall BEFORE UPDATE ON students_latechild FOR EACH ROW
    WHEN (OLD.state NOT IN ('listed', 'sent', 'collected', 'returned') OR NOT orgs_succeeded(OLD.school_id, NEW.school_id))
    EXECUTE FUNCTION students_late_wall();
CREATE OR REPLACE TRIGGER succession_wall BEFORE UPDATE ON students_latechild FOR EACH ROW
    WHEN (OLD.state IN ('listed', 'sent', 'collected', 'returned') AND orgs_succeeded(OLD.school_id, NEW.school_id))
    EXECUTE FUNCTION orgs_succession_wall('school_id', 'class_number');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_latechild
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'listed_at', 'collected_at');

-- ==== students_issuingbatch

CREATE OR REPLACE TRIGGER batch_fixed BEFORE UPDATE ON students_issuingbatch FOR EACH ROW
    WHEN (OLD.state IN ('done', 'dropped'))
    EXECUTE FUNCTION students_issuing_wall();
CREATE OR REPLACE TRIGGER begins BEFORE INSERT ON students_issuingbatch FOR EACH ROW EXECUTE FUNCTION orgs_paper_begins('checking');

-- A batch is a record: nothing of it is taken away, and what was issued or held back stays so.
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_issuingbatch FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON students_issuingbatch FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('prepared_by_id', 'confirmed_by_id', 'batch_two_people', '准备和确认须由两个人办理（附件1 三.1）');
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON students_issuingbatch FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('prepared_by_id', 'province_id', 'registrar', 'batch_seat',
        '学籍号下发由省级今天在岗的学籍管理员准备（附件1 一.2）', 'prepared_at');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_issuingbatch FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('confirmed_by_id', 'province_id', 'head', 'batch_seat',
        '学籍号下发由省级今天在岗的负责人确认（附件1 一.2）', 'confirmed_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_issuingbatch FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('prepared_by_id', 'confirmed_by_id', 'unit:province_id@confirmed_by_id');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_issuingbatch
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'prepared_at', 'confirmed_at', 'finished_at');

-- As keep_names of the batch itself: every school of a confirmed batch, and its authority, as they were called then (R0.2).
CREATE OR REPLACE FUNCTION students_batch_schools() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT NEW.names || jsonb_build_object('schools', coalesce(jsonb_object_agg(u.id, jsonb_build_array(u.name, coalesce(a.name, ''))), '{}'))
        INTO NEW.names FROM orgs_unit u LEFT JOIN orgs_unit a ON a.id = u.authority_id
        WHERE u.id IN (SELECT l.school_id FROM students_issuingline l WHERE l.batch_id = NEW.id);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER zzzz_schools BEFORE UPDATE ON students_issuingbatch FOR EACH ROW
    WHEN (OLD.confirmed_by_id IS NULL AND NEW.confirmed_by_id IS NOT NULL) EXECUTE FUNCTION students_batch_schools();

-- ==== students_issuingline

CREATE OR REPLACE TRIGGER issuing_fixed BEFORE UPDATE ON students_issuingline FOR EACH ROW
    WHEN (OLD.issued_id IS NOT NULL OR OLD.reason <> '')
    EXECUTE FUNCTION students_issuing_wall();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_issuingline FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- ==== students_pupilphoto

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_pupilphoto
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON students_pupilphoto
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE OR REPLACE FUNCTION students_photo_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.taken_at := ledger_now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER photo_stamp BEFORE INSERT ON students_pupilphoto FOR EACH ROW EXECUTE FUNCTION students_photo_stamp();

-- ==== students_printbatch

CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_printbatch FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_printbatch
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'asked_at', 'finished_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_printbatch FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('asked_by_id', 'unit:unit_id', 'unit:school_id');

-- ==== students_sheetprint

-- What was printed, and the photographs, only ever grow; their instant is the database's own (R8.4).
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_sheetprint
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON students_sheetprint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE OR REPLACE FUNCTION students_print_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.printed_at := ledger_now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER print_stamp BEFORE INSERT ON students_sheetprint FOR EACH ROW EXECUTE FUNCTION students_print_stamp();
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_sheetprint FOR EACH ROW EXECUTE FUNCTION orgs_keep_names('by_id', 'unit:unit_id');

-- ==== students_knowntwins

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_knowntwins
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_knowntwins
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('id', 'known_at');

-- ==== students_recruitedpupil

CREATE OR REPLACE TRIGGER begins BEFORE INSERT ON students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION orgs_paper_begins('listed');

-- Listed for recruitment, or awaited again, is a graduate only; whoever ends that waits for the list, or is seen (R4.5).
CREATE OR REPLACE FUNCTION students_recruited_graduate() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM students_student WHERE id = NEW.student_id AND status = 'graduated' FOR SHARE;
    IF NOT FOUND THEN
        PERFORM students_refuse('只有毕业状态的学生可以招生（四.3）', 'recruited_not_graduate');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER recruited_graduate BEFORE INSERT ON students_recruitedpupil
    FOR EACH ROW EXECUTE FUNCTION students_recruited_graduate();
CREATE OR REPLACE TRIGGER recruited_graduate_again BEFORE UPDATE OF state ON students_recruitedpupil FOR EACH ROW
    WHEN (OLD.state NOT IN ('listed', 'sent', 'admitted') AND NEW.state IN ('listed', 'sent', 'admitted'))
    EXECUTE FUNCTION students_recruited_graduate();

-- 招生: what the database refuses, and what follows when a list ends without having been agreed to (R4.5).
CREATE OR REPLACE FUNCTION students_recruited_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('招生记录不可删除（四.3）', 'no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id OR NEW.school_id <> OLD.school_id OR NEW.graduated_on <> OLD.graduated_on THEN
        PERFORM students_refuse('招生记录的学生、学校和毕业日期不可修改（四.3）', 'recruited_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'listed' THEN NEW.state IN ('sent', 'dropped', 'off')
        WHEN 'sent' THEN NEW.state IN ('admitted', 'returned', 'dropped', 'off')
        WHEN 'returned' THEN NEW.state = 'listed'
        WHEN 'admitted' THEN NEW.state IN ('reported', 'absent', 'off')
        -- 未报到 taken back: the pupil is awaited again.
        WHEN 'absent' THEN NEW.state = 'admitted'
        WHEN 'reported' THEN NEW.state = 'taken_back'
        ELSE false END) THEN
        PERFORM students_refuse('招生记录不能从“' || OLD.state || '”变为“' || NEW.state || '”（四.3）', 'recruited_state');
    END IF;
    IF NEW.state = 'admitted' AND OLD.state = 'sent'
        AND NOT EXISTS (SELECT FROM reviews_step s WHERE s.case_id = NEW.case_id AND s.outcome = 'agree'
                        AND s.stage <> 'receiving_school') THEN
        PERFORM students_refuse('招生须经主管部门核办同意（四.3）', 'recruited_unsigned');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER recruited_kept BEFORE DELETE ON students_recruitedpupil
    FOR EACH ROW EXECUTE FUNCTION students_recruited_wall();

-- ---------------------------------------------------------------- a record and its case

-- A recruited pupil is sent with a list that is being decided, and what became of it is written once.
CREATE OR REPLACE FUNCTION students_recruited_list() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.case_id IS NOT NULL THEN
            PERFORM students_refuse('招生记录先登记，再随名册上报（四.3）', 'recruited_list');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('reported', 'taken_back', 'dropped', 'off')
       AND NOT (OLD.state = 'reported' AND NEW.state = 'taken_back' AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state') THEN
        PERFORM students_refuse('已有结果的招生记录不可修改（四.3）', 'recruited_fixed');
    END IF;
    IF NEW.case_id IS DISTINCT FROM OLD.case_id AND (OLD.state NOT IN ('listed', 'returned') OR NOT EXISTS (
            SELECT FROM reviews_case c WHERE c.id = NEW.case_id AND c.kind = 'recruitment'
              AND c.receiving_unit_id = NEW.school_id AND c.closed_at IS NULL) AND NEW.case_id IS NOT NULL) THEN
        PERFORM students_refuse('招生记录随本校正在办理的名册上报，不可改入别的名册（四.3）', 'recruited_list');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER recruited_list BEFORE INSERT OR UPDATE ON students_recruitedpupil
    FOR EACH ROW EXECUTE FUNCTION students_recruited_list();
CREATE OR REPLACE TRIGGER recruited_wall BEFORE UPDATE ON students_recruitedpupil FOR EACH ROW
    WHEN (OLD.state NOT IN ('listed', 'sent', 'admitted', 'returned') OR NOT orgs_succeeded(OLD.school_id, NEW.school_id))
    EXECUTE FUNCTION students_recruited_wall();
CREATE OR REPLACE TRIGGER succession_wall BEFORE UPDATE ON students_recruitedpupil FOR EACH ROW
    WHEN (OLD.state IN ('listed', 'sent', 'admitted', 'returned') AND orgs_succeeded(OLD.school_id, NEW.school_id))
    EXECUTE FUNCTION orgs_succession_wall('school_id');
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('listed_by_id', 'school_id', 'registrar', 'recruited_seat',
        '招生名册由招生学校今天在岗的学籍管理员登记（四.3）', 'listed_at');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('reporting_by_id', 'school_id', 'registrar', 'recruited_seat',
        '报到由招生学校今天在岗的学籍管理员登记（四.3）');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_recruitedpupil
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'listed_at');
-- The day of reporting is written with the report, between the graduation and today (R4.5).
CREATE OR REPLACE FUNCTION students_recruited_days() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT (NEW.state = 'reported' AND NEW.reported_on BETWEEN NEW.graduated_on AND orgs_today()) THEN
        PERFORM students_refuse('报到日期随报到登记，须在毕业以后、不晚于今天（四.3）', 'recruited_days');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER said_days BEFORE UPDATE ON students_recruitedpupil FOR EACH ROW
    WHEN (NEW.reported_on IS DISTINCT FROM OLD.reported_on) EXECUTE FUNCTION students_recruited_days();

-- ==== students_recruitmentreturn

CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_recruitmentreturn
    FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- ==== students_problemanswer

CREATE OR REPLACE TRIGGER facts_fixed BEFORE UPDATE ON students_problemanswer FOR EACH ROW EXECUTE FUNCTION reviews_facts_fixed();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_problemanswer FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- ==== students_twindecision

CREATE OR REPLACE TRIGGER facts_fixed BEFORE UPDATE ON students_twindecision FOR EACH ROW EXECUTE FUNCTION reviews_facts_fixed();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_twindecision FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- ==== students_numberdeletion

CREATE OR REPLACE TRIGGER facts_fixed BEFORE UPDATE ON students_numberdeletion FOR EACH ROW EXECUTE FUNCTION reviews_facts_fixed();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_numberdeletion FOR EACH ROW EXECUTE FUNCTION students_no_delete();

-- ==== students_recordremoval

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON students_recordremoval
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

-- Without another record only the ministry removes one: a G that is wrong (R1.4).
CREATE OR REPLACE FUNCTION students_removal_alone() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.kept_id IS NULL AND NOT EXISTS (SELECT FROM reviews_case c WHERE c.id = NEW.case_id AND c.kind = 'number_deletion') THEN
        PERFORM students_refuse('没有另一条学籍的，只能由教育部核办删除正式学籍号（一.2）', 'removal_alone');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER removal_alone BEFORE INSERT ON students_recordremoval
    FOR EACH ROW EXECUTE FUNCTION students_removal_alone();

-- A record is removed by the case about it, as it ends.
CREATE OR REPLACE FUNCTION students_removal_bound() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reviews_case c WHERE c.id = NEW.case_id AND c.state = 'completed' AND ledger_written_now(c.xmin)
          AND (c.subject = 'student:' || NEW.student_id
            OR EXISTS (SELECT FROM students_problemanswer a JOIN students_problemrecord p ON p.id = a.problem_id
                       WHERE a.case_id = c.id AND a.answer = 'remove' AND p.student_id = NEW.student_id)
            OR EXISTS (SELECT FROM students_numberdeletion d WHERE d.case_id = c.id AND d.student_id = NEW.student_id)
            OR EXISTS (SELECT FROM students_twindecision t WHERE t.case_id = c.id AND NEW.student_id =
                       CASE t.outcome WHEN 'keep_first' THEN t.second_id WHEN 'keep_second' THEN t.first_id END))) THEN
        PERFORM students_refuse('删除学籍须由关于这名学生的业务办结（四.1）', 'removal_of_another');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS removal_bound ON students_recordremoval;
CREATE CONSTRAINT TRIGGER removal_bound AFTER INSERT ON students_recordremoval DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION students_removal_bound();

CREATE OR REPLACE FUNCTION students_removal_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decided text := CASE WHEN EXISTS (SELECT FROM students_registrationnumber n
                                      WHERE n.student_id = NEW.student_id AND n.kind = 'G')
                    THEN 'ministry' ELSE 'authority' END;
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_step s JOIN reviews_case c ON c.id = s.case_id
                   WHERE s.case_id = NEW.case_id AND s.outcome = 'agree' AND s.stage = decided
                     AND c.kind IN ('problem', 'problem_decision', 'number_deletion')) THEN
        PERFORM students_refuse('持有正式学籍号的学籍只由教育部核办删除，其他重复学籍由主管部门核办删除（一.2、四.1）', 'removal_unsigned');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER removal_wall BEFORE INSERT ON students_recordremoval
    FOR EACH ROW EXECUTE FUNCTION students_removal_wall();
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_recordremoval
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('id', 'removed_at');

-- ==== students_classcharge

CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE ON students_classcharge FOR EACH ROW EXECUTE FUNCTION students_no_delete();
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_classcharge
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('id', 'set_at');

-- ==== students_changesheet

CREATE OR REPLACE TRIGGER begins BEFORE INSERT ON students_changesheet FOR EACH ROW EXECUTE FUNCTION orgs_paper_begins('draft');

-- 班级变动表: what was sent stays as it was sent, what was decided stays decided (R6.1).
CREATE OR REPLACE FUNCTION students_sheet_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('变动表不可删除（六）', 'no_delete');
    END IF;
    IF NEW.school_class_id <> OLD.school_class_id THEN
        PERFORM students_refuse('变动表的班级不可修改（六）', 'sheet_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'draft' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'returned' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state IN ('accepted', 'returned')
        ELSE false END) THEN
        PERFORM students_refuse('变动表不能从“' || OLD.state || '”变为“' || NEW.state || '”（六）', 'sheet_state');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER sheet_wall BEFORE UPDATE OR DELETE ON students_changesheet
    FOR EACH ROW EXECUTE FUNCTION students_sheet_wall();
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON students_changesheet FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('prepared_by_id', 'decided_by_id', 'sheet_by_two_people', '填写和核对须由两个人办理（附件1 三.1）');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_changesheet FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('decided_by_id', 'school_class_id', 'registrar', 'sheet_seat',
        '变动表由本校今天在岗的学籍管理员核对（六）', 'decided_at', 'students_schoolclass');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_changesheet FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('prepared_by_id', 'decided_by_id', 'unit:school_class_id@decided_by_id@students_schoolclass');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_changesheet
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'prepared_at', 'sent_at', 'decided_at');

-- ==== students_changesheetline

CREATE OR REPLACE FUNCTION students_sheet_line_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stands text;
BEGIN
    SELECT state INTO stands FROM students_changesheet WHERE id = coalesce(NEW.sheet_id, OLD.sheet_id);
    IF TG_OP = 'UPDATE' THEN
        -- What the teacher wrote stays; only what became of it is noted, while the sheet is being accepted.
        IF (NEW.sheet_id, NEW.student_id, NEW.field, NEW.secret, NEW.old, NEW.new, NEW.new_sealed)
            IS DISTINCT FROM (OLD.sheet_id, OLD.student_id, OLD.field, OLD.secret, OLD.old, OLD.new, OLD.new_sealed)
            OR stands <> 'sent' THEN
            PERFORM students_refuse('变动表的内容不可修改（六）', 'sheet_line_fixed');
        END IF;
        RETURN NEW;
    END IF;
    IF stands NOT IN ('draft', 'returned') THEN
        PERFORM students_refuse('变动表送出后不能增减内容（六）', 'sheet_line_fixed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE OR REPLACE TRIGGER sheet_line_wall BEFORE INSERT OR UPDATE OR DELETE ON students_changesheetline
    FOR EACH ROW EXECUTE FUNCTION students_sheet_line_wall();

-- ==== students_verificationround

CREATE OR REPLACE TRIGGER begins BEFORE INSERT ON students_verificationround FOR EACH ROW EXECUTE FUNCTION orgs_paper_begins('open');

-- Who acted for a school in it is not the authority that looks at the school's work as well (R0.5).
CREATE OR REPLACE FUNCTION students_round_one_unit() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM students_schoolverification p WHERE p.round_id = NEW.id
               AND (orgs_same_person(p.submitted_by_id, NEW.submitted_by_id)
                 OR orgs_same_person(p.submitted_by_id, NEW.signed_by_id)
                 OR orgs_same_person(p.signed_by_id, NEW.submitted_by_id)
                 OR orgs_same_person(p.signed_by_id, NEW.signed_by_id))) THEN
        PERFORM students_refuse('一人在一轮核查中只能代表一个单位办理（附件1 三.1）', 'round_one_unit');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER one_unit BEFORE UPDATE ON students_verificationround FOR EACH ROW
    WHEN (NEW.submitted_by_id IS DISTINCT FROM OLD.submitted_by_id OR NEW.signed_by_id IS DISTINCT FROM OLD.signed_by_id)
    EXECUTE FUNCTION students_round_one_unit();
CREATE OR REPLACE TRIGGER round_wall BEFORE UPDATE OR DELETE ON students_verificationround
    FOR EACH ROW EXECUTE FUNCTION students_round_wall();
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON students_verificationround FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('submitted_by_id', 'signed_by_id', 'verificationround_by_two_people',
        '提交和签核须由两个人办理（附件1 三.1）');
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON students_verificationround FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('submitted_by_id', 'authority_id', 'registrar', 'verification_seat',
        '学期核查由主管部门今天在岗的学籍管理员提交（六）', 'submitted_at');
CREATE OR REPLACE TRIGGER unit_seat_opened BEFORE INSERT OR UPDATE ON students_verificationround FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('opened_by_id', 'authority_id', 'registrar', 'verification_seat',
        '学期核查由主管部门今天在岗的学籍管理员组织（六）', 'opened_at');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_verificationround FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('signed_by_id', 'authority_id', 'head', 'verification_seat',
        '学期核查由主管部门今天在岗的负责人签核（六）', 'signed_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_verificationround FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('opened_by_id', 'submitted_by_id', 'signed_by_id', 'unit:authority_id@signed_by_id');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_verificationround
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'opened_at', 'submitted_at', 'signed_at');

-- What the schools were told to be the limit is what lateness is counted from (R6.2).
CREATE OR REPLACE FUNCTION students_round_due() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM students_refuse('核查的完成期限随核查公布，不可修改（六）', 'round_due');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER due_fixed BEFORE UPDATE ON students_verificationround FOR EACH ROW
    WHEN (NEW.due_on <> OLD.due_on) EXECUTE FUNCTION students_round_due();

-- ==== students_schoolverification

CREATE OR REPLACE TRIGGER begins BEFORE INSERT ON students_schoolverification FOR EACH ROW EXECUTE FUNCTION orgs_paper_begins('open');
CREATE OR REPLACE TRIGGER round_wall BEFORE UPDATE OR DELETE ON students_schoolverification
    FOR EACH ROW EXECUTE FUNCTION students_round_wall();
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT OR UPDATE ON students_schoolverification FOR EACH ROW EXECUTE FUNCTION
    orgs_two_persons('submitted_by_id', 'signed_by_id', 'schoolverification_by_two_people',
        '提交和签核须由两个人办理（附件1 三.1）');
CREATE OR REPLACE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON students_schoolverification FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('submitted_by_id', 'school_id', 'registrar', 'verification_seat',
        '学期核查由本校今天在岗的学籍管理员提交（六）', 'submitted_at');
CREATE OR REPLACE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON students_schoolverification FOR EACH ROW EXECUTE FUNCTION
    orgs_paper_seat('signed_by_id', 'school_id', 'head', 'verification_seat',
        '学期核查由本校今天在岗的负责人签核（六）', 'signed_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_schoolverification FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('submitted_by_id', 'signed_by_id', 'unit:school_id@signed_by_id');
CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_schoolverification
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'submitted_at', 'signed_at');

-- ==== students_sampledpupil

CREATE OR REPLACE FUNCTION students_sample_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('抽查学生不可删除（六）', 'no_delete');
    END IF;
    IF NEW.part_id <> OLD.part_id OR NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('抽到的学生不可更换（六）', 'sample_fixed');
    END IF;
    IF (SELECT state FROM students_schoolverification WHERE id = OLD.part_id) <> 'open' THEN
        PERFORM students_refuse('核查已提交，结果不可修改（六）', 'sample_fixed');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER sample_wall BEFORE UPDATE OR DELETE ON students_sampledpupil
    FOR EACH ROW EXECUTE FUNCTION students_sample_wall();
CREATE OR REPLACE TRIGGER stamped_anew BEFORE UPDATE ON students_sampledpupil FOR EACH ROW
    WHEN (NEW.found_at IS NOT NULL AND NEW.found_at IS DISTINCT FROM OLD.found_at) EXECUTE FUNCTION orgs_stamped('found_at');

-- ==== students_rosterexport

CREATE OR REPLACE TRIGGER moments BEFORE INSERT OR UPDATE ON students_rosterexport
    FOR EACH ROW EXECUTE FUNCTION orgs_moments('state', 'asked_at', 'finished_at');
CREATE OR REPLACE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON students_rosterexport FOR EACH ROW EXECUTE FUNCTION
    orgs_keep_names('asked_by_id', 'unit:unit_id');
