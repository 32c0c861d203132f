-- The living functions and triggers of orgs, each once: applied after migrate when this file changed (ledger/triggers.py).

-- ==== what the walls ask

CREATE OR REPLACE FUNCTION orgs_administers(who bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM orgs_account a WHERE a.person_id = who AND (a.is_staff OR a.is_superuser))
        OR EXISTS (SELECT FROM orgs_post p WHERE p.person_id = who AND p.role = 'administrator'
                   AND (p.valid_until IS NULL OR p.valid_until > orgs_today()))
$$;

-- ---------------------------------------------------------------- the facts themselves
CREATE OR REPLACE FUNCTION orgs_ask(what text, who bigint, its_account bigint) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO orgs_confirmation (kind, person_id, account_id, asked_by_id, asked_person_id, asked_at, basis)
    SELECT what, who, its_account, orgs_asker(), (SELECT person_id FROM orgs_account WHERE id = orgs_asker()),
        ledger_now(), '' WHERE who IS NOT NULL AND NOT orgs_installing()
$$;

-- Who gives a post, sets a password …: told by the program for the transaction; nobody: a command on the server.
CREATE OR REPLACE FUNCTION orgs_asker() RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT nullif(current_setting('xueji.asked_by', true), '')::bigint
$$;

-- What was in force is ended by its date, never removed.
CREATE OR REPLACE FUNCTION orgs_begun_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.valid_from <= orgs_today() AND NOT orgs_installing() THEN
        PERFORM orgs_refuse('已经开始的岗位和委托不可删除，只能结束', 'post_begun');
    END IF;
    RETURN OLD;
END $$;

-- Why an account may not confirm a fact, as a word (orgs/confirmations/confirming.py has the sentences); NULL: it may.
CREATE OR REPLACE FUNCTION orgs_confirm_refusal(fact bigint, account bigint) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := orgs_today();
    since timestamptz := ledger_now() - interval '7 days';
    its orgs_confirmation;
    clerk orgs_account;
    at_unit orgs_unit;
    first boolean;
    held record;
BEGIN
    SELECT * INTO its FROM orgs_confirmation WHERE id = fact;
    SELECT * INTO clerk FROM orgs_account a WHERE a.id = orgs_confirm_refusal.account;
    IF its.id IS NULL OR its.confirmed_at IS NOT NULL THEN RETURN 'done'; END IF;
    IF orgs_administers(clerk.person_id) THEN RETURN 'administrator'; END IF;
    IF clerk.person_id = its.person_id THEN RETURN 'own'; END IF;
    -- Who decides at the unit, or above it, and gives a post of it is the second person already; of the rest not.
    IF clerk.person_id = its.asked_person_id AND its.kind NOT IN ('post', 'loan') THEN RETURN 'asker'; END IF;
    SELECT * INTO at_unit FROM orgs_unit u WHERE u.id = orgs_confirming_unit(its.unit_id, its.person_id);
    first := NOT EXISTS (
        SELECT FROM orgs_post p WHERE p.unit_id = at_unit.id AND orgs_deciding(p.role) AND p.confirmed_at IS NOT NULL
          AND p.person_id <> its.person_id AND p.valid_from <= today AND (p.valid_until IS NULL OR p.valid_until > today));
    SELECT bool_or(true) AS seated, bool_or(p.confirmed_at <= since AND p.valid_from <= since::date) AS for_long INTO held
        FROM orgs_post p
        WHERE p.account_id = clerk.id AND clerk.is_active AND orgs_deciding(p.role) AND NOT p.waiting
          AND p.valid_from <= today AND (p.valid_until IS NULL OR p.valid_until > today)
          AND (p.unit_id = at_unit.authority_id AND (p.role = 'head' OR NOT first)
               OR p.unit_id = at_unit.id AND NOT first);
    IF held.seated IS NULL THEN RETURN CASE WHEN first THEN 'first_post' ELSE 'not_seated' END; END IF;
    IF NOT held.for_long THEN RETURN 'too_new'; END IF;
    IF EXISTS (
        SELECT FROM orgs_confirmation f
        WHERE f.person_id = clerk.person_id AND f.kind <> 'account' AND f.basis <> 'installation' AND f.asked_at > since
          AND (f.asked_person_id = its.asked_person_id OR f.asked_person_id IS NULL OR its.asked_person_id IS NULL)
    ) THEN
        RETURN 'same_administrator';
    END IF;
    RETURN NULL;
END $$;

-- A deciding post, a loan of one, a new account, a password or second factor set by another, another name: each stands as
-- a fact, and no deciding seat that hangs on it counts before another person has confirmed it (R0.5).

-- ---------------------------------------------------------------- who may confirm

-- At which unit a fact is confirmed: of a post or loan its own, else the highest at which the person decides.
CREATE OR REPLACE FUNCTION orgs_confirming_unit(its bigint, who bigint) RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(its, (
        SELECT u.id FROM (
            SELECT p.unit_id FROM orgs_post p WHERE p.person_id = who AND orgs_deciding(p.role)
              AND (p.valid_until IS NULL OR p.valid_until > orgs_today())
            UNION ALL
            SELECT p.unit_id FROM orgs_delegation d JOIN orgs_account a ON a.id = d.account_id AND a.person_id = who
              JOIN orgs_post p ON p.id = d.post_id AND orgs_deciding(p.role) WHERE d.valid_until > orgs_today()
        ) held JOIN orgs_unit u ON u.id = held.unit_id ORDER BY length(u.path), u.id LIMIT 1))
$$;

-- Who may stand directly under a province: districts of the four municipalities (11, 12, 31, 50), places that the state
-- itself puts there (third and fourth digit 90: 659001 石河子, 429004 仙桃), and any county where there are no leagues.
CREATE OR REPLACE FUNCTION orgs_county_without_league(division text, province bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT division ~ '^\d\d90' OR p.division_code ~ '^(11|12|31|50)'
            OR NOT EXISTS (SELECT FROM orgs_unit l WHERE l.authority_id = p.id AND l.level = 'league')
        FROM orgs_unit p WHERE p.id = province
$$;

CREATE OR REPLACE FUNCTION orgs_decides(who bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM orgs_post p WHERE p.person_id = who AND orgs_deciding(p.role)
                   AND (p.valid_until IS NULL OR p.valid_until > orgs_today()))
        OR EXISTS (SELECT FROM orgs_delegation d JOIN orgs_account a ON a.id = d.account_id
                   JOIN orgs_post p ON p.id = d.post_id AND orgs_deciding(p.role)
                   WHERE a.person_id = who AND d.valid_until > orgs_today())
$$;

CREATE OR REPLACE FUNCTION orgs_deciding(role text) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp AS $$ SELECT role IN ('registrar', 'head') $$;

-- What holds for the period of a post and of a loan alike.
CREATE OR REPLACE FUNCTION orgs_end_wall(was date, becomes date) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF was <= orgs_today() THEN
        PERFORM orgs_refuse('已经结束的岗位或委托不可修改', 'post_over');
    ELSIF was IS NOT NULL AND (becomes IS NULL OR becomes > was) THEN
        PERFORM orgs_refuse('岗位和委托只能提前结束，不能延长；需要延长的，从原来结束之日起另设一项', 'post_prolonged');
    ELSIF becomes < orgs_today() THEN
        PERFORM orgs_refuse('结束日期不能早于今天', 'post_back_dated');
    END IF;
END $$;

-- People who are in post already are taken over: by a command on the server that says so, and by nobody else.
CREATE OR REPLACE FUNCTION orgs_installing() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(current_setting('xueji.installing', true) = 'on', false) AND orgs_asker() IS NULL
        AND orgs_on_server()
$$;

-- The two halves of the wall look at one person's other rows, so two transactions must not pass each other.
CREATE OR REPLACE FUNCTION orgs_keep_apart(who bigint, decides boolean) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM orgs_person WHERE id = who FOR NO KEY UPDATE;
    IF decides AND orgs_administers(who) OR NOT decides AND orgs_decides(who) THEN
        PERFORM orgs_refuse('系统管理员不担任学籍管理员、负责人，也不代办其业务：管理系统的人不办理、不核办业务（附件1 三.1）',
            'administrator_decides_nothing');
    END IF;
END $$;

-- Last of its table by its name, so that it sees what the other triggers have written.
-- A column of a person, ``unit:`` and one of a unit: kept when it is written. ``unit:column@signed`` and ``above:column@signed``:
-- the unit, or the one above it, kept when the other column is written and let go when that is emptied, so that a draft bears the
-- name of today, a signed paper that of its signature; ``@table`` behind it: the column is of a row there that has the school.
CREATE OR REPLACE FUNCTION orgs_keep_names() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    was jsonb := '{}';
    its jsonb := to_jsonb(NEW);
    fresh text[] := '{}';
    each text;
    said text[];
    key text;
    found bigint;
    other boolean;
BEGIN
    NEW.names := '{}';
    IF TG_OP = 'UPDATE' THEN
        was := to_jsonb(OLD);
        NEW.names := OLD.names;
    END IF;
    FOREACH each IN ARRAY TG_ARGV LOOP
        said := string_to_array(each, '@');
        key := regexp_replace(said[1], '^unit:', '');
        -- A paper that has gone to a successor is the successor's, by its name.
        other := its -> replace(key, 'above:', '') IS DISTINCT FROM was -> replace(key, 'above:', '');
        CONTINUE WHEN NOT other AND its -> coalesce(said[2], key) IS NOT DISTINCT FROM was -> coalesce(said[2], key);
        IF said[3] IS NOT NULL THEN
            EXECUTE format('SELECT school_id FROM %I WHERE id = $1', said[3]) INTO found USING (its ->> key)::bigint;
            its := its || jsonb_build_object('school_id', found);
            key := 'school_id';
            said[1] := 'unit:school_id';
        END IF;
        IF NOT other AND its ->> said[2] IS NOT NULL AND NEW.names ? key THEN
            CONTINUE; -- What was signed and then ended is called as it was when it was signed.
        END IF;
        NEW.names := NEW.names - key;
        IF said[2] IS NULL OR its ->> said[2] IS NOT NULL THEN
            fresh := fresh || said[1];
        END IF;
    END LOOP;
    IF fresh <> '{}' THEN
        NEW.names := NEW.names || orgs_names_of(its, fresh);
    END IF;
    RETURN NEW;
END $$;

-- The row that speaks for a day and a cohort; as orgs.people.school_system.speaking, which a test holds it against.
CREATE OR REPLACE FUNCTION orgs_last_primary(asked bigint, day date, cohort int) RETURNS int LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((
        SELECT p.last_primary FROM orgs_schoolsystemperiod p WHERE p.school_id = asked
        ORDER BY coalesce(p.from_cohort > cohort, false), p.valid_from > day, abs(p.valid_from - day) LIMIT 1), 6)
$$;

-- Which deciding seats wait: kept beside each post and loan, so that whoever asks for a seat reads one column.
CREATE OR REPLACE FUNCTION orgs_mark_waiting(people bigint[]) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, public, pg_temp AS $$
    WITH open AS (
        SELECT kind, person_id, account_id, post_id, loan_id FROM orgs_confirmation
        WHERE person_id = ANY (people) AND confirmed_at IS NULL
    ), posts AS (
        UPDATE orgs_post p SET waiting = NOT p.waiting
        WHERE p.person_id = ANY (people) AND orgs_deciding(p.role) AND p.waiting <> EXISTS (
            SELECT FROM open o WHERE o.post_id = p.id OR o.kind NOT IN ('post', 'loan')
              AND o.person_id = p.person_id AND coalesce(o.account_id, p.account_id) = p.account_id)
    )
    UPDATE orgs_delegation d SET waiting = NOT d.waiting FROM orgs_account a, orgs_post p
    WHERE a.id = d.account_id AND a.person_id = ANY (people) AND p.id = d.post_id AND orgs_deciding(p.role)
      AND d.waiting <> EXISTS (
        SELECT FROM open o WHERE o.loan_id = d.id OR o.kind NOT IN ('post', 'loan')
          AND o.person_id = a.person_id AND coalesce(o.account_id, a.id) = a.id)
$$;

-- The name of the person behind an account as it is today: written into what the person does.
CREATE OR REPLACE FUNCTION orgs_name_of(account bigint) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(p.name, a.username) FROM orgs_account a LEFT JOIN orgs_person p ON p.id = a.person_id
    WHERE a.id = orgs_name_of.account
$$;

-- Papers keep the names of who signed them, as orgs/people/kept_names.py tells.
CREATE OR REPLACE FUNCTION orgs_names_of(its jsonb, columns text[]) RETURNS jsonb LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(key, name), '{}') FROM (
        SELECT regexp_replace(c, '^unit:', '') AS key, CASE
            WHEN c LIKE 'unit:%' THEN (SELECT u.name FROM orgs_unit u WHERE u.id = (its ->> substr(c, 6))::bigint)
            WHEN c LIKE 'above:%' THEN (SELECT a.name FROM orgs_unit u JOIN orgs_unit a ON a.id = u.authority_id
                                        WHERE u.id = (its ->> substr(c, 7))::bigint)
            ELSE orgs_name_of((its ->> c)::bigint) END AS name
        FROM unnest(columns) AS c
    ) told WHERE name IS NOT NULL
$$;

-- Only who owns the tables works on the server itself; the program's own role does not.
CREATE OR REPLACE FUNCTION orgs_on_server() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = 'public.orgs_post'::regclass
$$;

-- A paper begins at its first state; what follows is done to it, each under its own wall.
CREATE OR REPLACE FUNCTION orgs_paper_begins() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> TG_ARGV[0] THEN
        PERFORM orgs_refuse('单据从第一步开始，不能带着后面的结果建立', 'paper_begins');
    END IF;
    RETURN NEW;
END $$;

-- Whoever fills in, signs, decides or publishes a paper does so from a seat, on the day and at the moment of the act (R0.5,
-- R0.2): what seats.sql of reviews is for the steps of a case, these two are for every other paper.

-- The moments of a paper are the database's own, and move only with what they are the moment of: the first argument names
-- that column, as its state; the others the moments (R0.2). No statement says when something was done.
CREATE OR REPLACE FUNCTION orgs_moments() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    its jsonb := to_jsonb(NEW);
    was jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) ELSE '{}' END;
    moment text;
BEGIN
    FOREACH moment IN ARRAY TG_ARGV[1:] LOOP
        CONTINUE WHEN coalesce(its -> moment, 'null') = coalesce(was -> moment, 'null');
        IF was ->> moment IS NOT NULL AND its -> TG_ARGV[0] = was -> TG_ARGV[0] THEN
            PERFORM orgs_refuse('办理时间由数据库记录，不可修改（附件1 三.1）', 'moment_fixed');
        END IF;
        IF its ->> moment IS NOT NULL THEN
            NEW := jsonb_populate_record(NEW, jsonb_build_object(moment, ledger_now()));
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

-- A trigger for any table: the column of the account, the column of the unit, the posts, the constraint's name, the
-- sentence; further, where there is one, the column of the moment, and the table in which the unit is found as
-- ``school_id`` where the paper names only, say, its class. What stays as it was is not asked again.
CREATE OR REPLACE FUNCTION orgs_paper_seat() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    unit bigint := (to_jsonb(NEW) ->> TG_ARGV[1])::bigint;
BEGIN
    IF who IS NULL OR TG_OP = 'UPDATE' AND who IS NOT DISTINCT FROM (to_jsonb(OLD) ->> TG_ARGV[0])::bigint THEN
        RETURN NEW;
    END IF;
    IF TG_NARGS > 6 THEN
        EXECUTE format('SELECT school_id FROM %I WHERE id = $1', TG_ARGV[6]) INTO unit USING unit;
    END IF;
    IF NOT EXISTS (SELECT FROM unnest(string_to_array(TG_ARGV[2], ' ')) AS post(role)
                   WHERE orgs_seat_held(who, unit, post.role, orgs_today())) THEN
        PERFORM orgs_refuse(TG_ARGV[4], TG_ARGV[3]);
    END IF;
    IF coalesce(TG_ARGV[5], '') <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[5], ledger_now()));
    END IF;
    RETURN NEW;
END $$;

-- A unit that no longer stands is acted for by the one that stands for it, and by nobody else (R3.1).

-- The closed units that ``unit`` stands for on a day, through the whole chain.
CREATE OR REPLACE FUNCTION orgs_predecessors(unit bigint, day date) RETURNS TABLE (id bigint, path text)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE chain AS (
        SELECT u.id, u.path FROM orgs_unit u WHERE u.successor_id = unit AND u.closed_on <= day
        UNION
        SELECT u.id, u.path FROM chain c JOIN orgs_unit u ON u.successor_id = c.id AND u.closed_on <= day
    )
    SELECT chain.id, chain.path::text FROM chain
$$;

-- A post is given from today on, ended and never rewritten; whoever administers the program decides nothing (R0.5).
CREATE OR REPLACE FUNCTION orgs_refuse(sentence text, wall text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- Two people, not two accounts (R0.5): asked by every paper on which one acts and another signs.

-- Whether two accounts are one person; nobody is nobody's other half.
CREATE OR REPLACE FUNCTION orgs_same_person(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT one IS NOT NULL AND other IS NOT NULL AND (one = other OR EXISTS (
        SELECT FROM orgs_account a JOIN orgs_account b ON b.person_id = a.person_id
        WHERE a.id = one AND b.id = other))
$$;

-- In place of the one in confirmations.sql: a seat at a closed unit is none; whoever sits at the unit that stands for it
-- acts for it.
CREATE OR REPLACE FUNCTION orgs_seat_held(account bigint, seat_unit bigint, seat_role text, day date,
    lent boolean DEFAULT true) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM orgs_post p JOIN orgs_account a ON a.id = orgs_seat_held.account AND a.is_active
        WHERE p.unit_id = orgs_standing(seat_unit, day) AND p.role = seat_role
          AND p.valid_from <= day AND (p.valid_until IS NULL OR p.valid_until > day)
          AND (p.account_id = a.id AND NOT p.waiting OR lent AND p.confirmed_at IS NOT NULL AND EXISTS (
              SELECT FROM orgs_delegation d WHERE d.post_id = p.id AND d.account_id = a.id AND NOT d.waiting
                AND d.valid_from <= day AND d.valid_until > day)))
$$;

-- A line of a history bears the moment at which it was written: the column.
CREATE OR REPLACE FUNCTION orgs_stamped() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], ledger_now()));
END $$;

-- Units are closed and merged during a case (R3.1): who stands in the place of one that no longer stands.

-- The unit that stands for ``unit`` on a day: itself while it is not closed, else the first along the chain of its
-- successors (A → B → C) that stands; NULL where the chain ends at a closed unit without a successor.
CREATE OR REPLACE FUNCTION orgs_standing(unit bigint, day date) RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, public, pg_temp STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT u.id, u.successor_id, u.closed_on, ARRAY[u.id] AS seen FROM orgs_unit u WHERE u.id = unit
        UNION ALL
        SELECT u.id, u.successor_id, u.closed_on, c.seen || u.id
        FROM chain c JOIN orgs_unit u ON u.id = c.successor_id
        WHERE c.closed_on <= day AND NOT (u.id = ANY (c.seen))
    )
    SELECT id FROM chain WHERE closed_on IS NULL OR closed_on > day LIMIT 1
$$;

-- Whether ``becomes`` stands today for ``was``, which no longer does.
CREATE OR REPLACE FUNCTION orgs_succeeded(was bigint, becomes bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(was <> becomes AND orgs_standing(was, orgs_today()) = becomes, false)
$$;

-- What a successor takes over is what it was: only the named columns change with the unit.
CREATE OR REPLACE FUNCTION orgs_succession_wall() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV THEN
        PERFORM orgs_refuse('承接单位接办时只改所属单位，内容不变（附件1 三.1）', 'succession_only_unit');
    END IF;
    RETURN NEW;
END $$;

-- 学制 is a dated fact of a school (R4.3): orgs_schoolsystemperiod holds it. The columns of orgs_unit hold what is in
-- force today and always equal it, whatever the client writes; a school never stands without a first row.

-- The row that speaks for a day: the latest that has begun; before all of them the earliest.
CREATE OR REPLACE FUNCTION orgs_system_on(asked bigint, day date) RETURNS SETOF orgs_schoolsystemperiod
    LANGUAGE sql SET search_path = pg_catalog, public, pg_temp STABLE AS $$
    SELECT * FROM orgs_schoolsystemperiod p WHERE p.school_id = asked
        ORDER BY p.valid_from > day, abs(p.valid_from - day) LIMIT 1
$$;

-- For the clock: what has begun since it was written. May be missed, repeated, overlapped.
CREATE OR REPLACE FUNCTION orgs_systems_of_today() RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE FUNCTION orgs_today() RETURNS date LANGUAGE sql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$ SELECT (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date $$;

-- A trigger for any table: the columns of who acted first and who signs, the constraint's name, the sentence.
CREATE OR REPLACE FUNCTION orgs_two_persons() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF orgs_same_person((to_jsonb(NEW) ->> TG_ARGV[0])::bigint, (to_jsonb(NEW) ->> TG_ARGV[1])::bigint) THEN
        RAISE EXCEPTION '%', TG_ARGV[3] USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_ARGV[2];
    END IF;
    RETURN NEW;
END $$;

-- The tree of units stays the one the law knows: the ministry, provinces, leagues and prefectures, counties, schools.

-- Whether anything points to the unit: units under it, posts, pupils, cases, papers, of whatever floor and table. Its own
-- 学制 does not count, which every school has from the start, nor does a province's naming of itself.
CREATE OR REPLACE FUNCTION orgs_unit_used(asked bigint) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    pointer record;
    found boolean;
BEGIN
    FOR pointer IN
        SELECT c.conrelid::regclass AS holder, a.attname AS name
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'orgs_unit'::regclass
            AND c.conrelid <> 'orgs_schoolsystemperiod'::regclass
        ORDER BY 1, 2
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I = $1%s)', pointer.holder, pointer.name,
            CASE WHEN pointer.holder = 'orgs_unit'::regclass THEN ' AND id <> $1' ELSE '' END)
            INTO found USING asked;
        IF found THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;

-- ==== ledger_auditentry

-- The trail names accounts that there are.
CREATE OR REPLACE FUNCTION orgs_audit_actor() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    number text := substr(NEW.actor, 9);
BEGIN
    IF number !~ '^[1-9][0-9]{0,17}$' OR NOT EXISTS (SELECT FROM orgs_account WHERE id = number::bigint) THEN
        RAISE EXCEPTION '留痕中的账号不存在'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_actor';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER audit_actor BEFORE INSERT ON ledger_auditentry
    FOR EACH ROW WHEN (NEW.actor LIKE 'account:%') EXECUTE FUNCTION orgs_audit_actor();

-- ==== orgs_schoolsystemperiod

-- Touching the column is enough: unit_system writes what is in force.
CREATE OR REPLACE FUNCTION orgs_system_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE orgs_unit SET school_system = school_system WHERE id = coalesce(NEW.school_id, OLD.school_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER system_changed AFTER INSERT OR UPDATE OR DELETE ON orgs_schoolsystemperiod
    FOR EACH ROW EXECUTE FUNCTION orgs_system_changed();

-- Where the primary phase ends at a school, and for which cohorts a row speaks (R4.3, R3.5c).

-- Left empty it is what the system says; a corrected system brings its own.
CREATE OR REPLACE FUNCTION orgs_system_last_primary() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.school_system <> OLD.school_system AND NEW.last_primary IS NOT DISTINCT FROM OLD.last_primary THEN
        NEW.last_primary := NULL;
    END IF;
    NEW.last_primary := coalesce(NEW.last_primary, CASE WHEN NEW.school_system = '5-4' THEN 5 ELSE 6 END);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER system_last_primary BEFORE INSERT OR UPDATE ON orgs_schoolsystemperiod
    FOR EACH ROW EXECUTE FUNCTION orgs_system_last_primary();

-- A row that has begun was in force: cases were judged by it. It may be put right, never taken away or handed on.
CREATE OR REPLACE FUNCTION orgs_system_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER system_wall BEFORE UPDATE OR DELETE ON orgs_schoolsystemperiod
    FOR EACH ROW EXECUTE FUNCTION orgs_system_wall();

-- ==== orgs_unit

-- A school that succeeds another has its grades on the closing day: else its pupils would sit in grades that are not taught.
CREATE OR REPLACE FUNCTION orgs_successor_grades() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    heir orgs_unit;
    lowest smallint;
    highest smallint;
BEGIN
    SELECT * INTO heir FROM orgs_unit WHERE id = NEW.successor_id;
    SELECT p.lowest_grade, p.highest_grade INTO lowest, highest FROM orgs_schoolsystemperiod p
        WHERE p.school_id = heir.id AND p.valid_from <= NEW.closed_on ORDER BY p.valid_from DESC LIMIT 1;
    IF NOT FOUND THEN
        lowest := heir.lowest_grade;
        highest := heir.highest_grade;
    END IF;
    IF lowest > NEW.lowest_grade OR highest < NEW.highest_grade THEN
        RAISE EXCEPTION '承接学校没有被撤销学校的全部年级，学生转不过去；请另选学校，或先为承接学校登记新的学制（附件1 四.2）'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_successor_grades';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER successor_grades BEFORE INSERT OR UPDATE OF successor_id, closed_on ON orgs_unit
    FOR EACH ROW WHEN (NEW.successor_id IS NOT NULL AND NEW.level = 'school') EXECUTE FUNCTION orgs_successor_grades();

-- A successor is of the unit's own sort, is named together with the day of the closing, and the chain has an end.
CREATE OR REPLACE FUNCTION orgs_successor_wall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER successor_wall BEFORE INSERT OR UPDATE OF successor_id, closed_on, level ON orgs_unit
    FOR EACH ROW WHEN (NEW.successor_id IS NOT NULL) EXECUTE FUNCTION orgs_successor_wall();

CREATE OR REPLACE FUNCTION orgs_unit_first_system() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.level = 'school' AND NEW.lowest_grade IS NOT NULL AND NEW.highest_grade IS NOT NULL THEN
        INSERT INTO orgs_schoolsystemperiod
                (school_id, school_system, lowest_grade, highest_grade, valid_from, source)
            SELECT NEW.id, NEW.school_system, NEW.lowest_grade, NEW.highest_grade, orgs_today(), '学校登记时的学制'
            WHERE NOT EXISTS (SELECT 1 FROM orgs_schoolsystemperiod WHERE school_id = NEW.id);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER unit_first_system AFTER INSERT OR UPDATE OF level, lowest_grade, highest_grade ON orgs_unit
    FOR EACH ROW EXECUTE FUNCTION orgs_unit_first_system();

-- ---------------------------------------------------------------- the tree

-- Who stands above whom is read from the path, so the path is what the tree says: asked at the end of the transaction,
-- because a unit that moves takes along what is under it.
CREATE OR REPLACE FUNCTION orgs_unit_path() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM orgs_unit u LEFT JOIN orgs_unit a ON a.id = u.authority_id
        WHERE (u.id = NEW.id OR u.authority_id = NEW.id) AND (u.path, u.province_id, u.league_id) IS DISTINCT FROM (
            coalesce(a.path, '/') || u.id || '/',
            CASE WHEN u.level = 'province' THEN u.id ELSE a.province_id END,
            CASE WHEN u.level = 'league' THEN u.id ELSE a.league_id END)) THEN
        PERFORM orgs_refuse('单位的层级路径由主管部门决定，不能另设', 'unit_path');
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS unit_path ON orgs_unit;
CREATE CONSTRAINT TRIGGER unit_path AFTER INSERT OR UPDATE OF level, authority_id, path, province_id, league_id ON orgs_unit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orgs_unit_path();

CREATE OR REPLACE FUNCTION orgs_unit_system() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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

CREATE OR REPLACE TRIGGER unit_system BEFORE UPDATE OF level, school_system, lowest_grade, highest_grade ON orgs_unit
    FOR EACH ROW EXECUTE FUNCTION orgs_unit_system();

CREATE OR REPLACE FUNCTION orgs_unit_tree() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    above text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.code, NEW.level) IS DISTINCT FROM (OLD.code, OLD.level) AND orgs_unit_used(NEW.id) THEN
            RAISE EXCEPTION '单位已有下级、人员、学生或业务，代码和层级不能再改；确需更换请另建单位，再撤销这个单位并指定承接单位'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_fixed';
        END IF;
        IF (NEW.level, NEW.authority_id, NEW.division_code)
                IS NOT DISTINCT FROM (OLD.level, OLD.authority_id, OLD.division_code) THEN
            RETURN NEW;
        END IF;
    END IF;
    -- Held until the end: nobody makes something else of the unit above meanwhile.
    SELECT u.level INTO above FROM orgs_unit u WHERE u.id = NEW.authority_id FOR SHARE;
    IF above IS NULL THEN
        RETURN NEW;  -- whether a unit may stand without one is said by a constraint
    END IF;
    IF NEW.level = 'province' AND above <> 'ministry' THEN
        RAISE EXCEPTION '省级单位的主管部门须是教育部，请另选'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_tree';
    ELSIF NEW.level = 'league' AND above <> 'province' THEN
        RAISE EXCEPTION '盟市的主管部门须是省级单位，请另选'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_tree';
    ELSIF NEW.level = 'county' AND above <> 'league'
            AND NOT (above = 'province' AND orgs_county_without_league(NEW.division_code, NEW.authority_id)) THEN
        RAISE EXCEPTION '旗县区的主管部门须是盟市，请另选；只有直辖市、省直辖县级单位（区划代码如 659001）和没有盟市的省，旗县区才直属省级单位'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_tree';
    ELSIF NEW.level = 'school' AND above NOT IN ('county', 'league', 'province') THEN
        RAISE EXCEPTION '学校的主管部门须是旗县区、盟市或省级单位，请另选'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_tree';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER unit_tree BEFORE INSERT OR UPDATE OF code, level, authority_id, division_code ON orgs_unit
    FOR EACH ROW EXECUTE FUNCTION orgs_unit_tree();

-- ==== orgs_person

CREATE OR REPLACE FUNCTION orgs_name_asked() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM orgs_ask('name', NEW.id, NULL);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER asked AFTER UPDATE OF name ON orgs_person FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION orgs_name_asked();

-- ==== orgs_account

CREATE OR REPLACE FUNCTION orgs_account_apart() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM orgs_keep_apart(NEW.person_id, false);
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER account_apart BEFORE INSERT OR UPDATE OF is_staff, is_superuser, person_id ON orgs_account
    FOR EACH ROW WHEN (NEW.person_id IS NOT NULL AND (NEW.is_staff OR NEW.is_superuser))
    EXECUTE FUNCTION orgs_account_apart();

-- The person behind an account that has acted never changes.
CREATE OR REPLACE FUNCTION orgs_account_person() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id THEN
        RAISE EXCEPTION '账号所属人员登记后不可更改，请另建账号'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'account_person';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER account_person BEFORE UPDATE OF person_id ON orgs_account
    FOR EACH ROW EXECUTE FUNCTION orgs_account_person();

CREATE OR REPLACE FUNCTION orgs_account_asked() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM orgs_ask('account', NEW.person_id, NEW.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER asked AFTER INSERT ON orgs_account FOR EACH ROW EXECUTE FUNCTION orgs_account_asked();

-- In place of those in confirmations.sql: what another gives or resets also waits for the one-time code (ADR 32).
CREATE OR REPLACE FUNCTION orgs_password_set() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.must_change := coalesce(NEW.must_change, false) OR orgs_asker() IS NOT NULL;
        NEW.code_due := coalesce(NEW.code_due, false) OR orgs_asker() IS NOT NULL;
    ELSIF current_setting('xueji.own_password', true) IS DISTINCT FROM NEW.id::text AND NOT orgs_installing() THEN
        NEW.must_change := true;
        NEW.code_due := true;
        PERFORM orgs_ask('password', NEW.person_id, NEW.id);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER password_given BEFORE INSERT ON orgs_account FOR EACH ROW EXECUTE FUNCTION orgs_password_set();
CREATE OR REPLACE TRIGGER password_set BEFORE UPDATE OF password ON orgs_account FOR EACH ROW
    WHEN (OLD.password IS DISTINCT FROM NEW.password) EXECUTE FUNCTION orgs_password_set();

-- An account that was switched off comes back as a new one would: who administers the program gives nobody a voice (R0.5),
-- and what was sealed is opened by the unit above (正文 二.2).
CREATE OR REPLACE FUNCTION orgs_switched_on() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.sealed_on IS NOT NULL THEN
        PERFORM orgs_refuse('封存的账号由上级单位启封（正文 二.2）', 'account_sealed');
    END IF;
    IF orgs_administers((SELECT person_id FROM orgs_account WHERE id = orgs_asker())) THEN
        PERFORM orgs_ask('account', NEW.person_id, NEW.id);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER switched_on AFTER UPDATE OF is_active ON orgs_account FOR EACH ROW
    WHEN (NEW.is_active AND NOT OLD.is_active) EXECUTE FUNCTION orgs_switched_on();

-- ==== orgs_post

CREATE OR REPLACE FUNCTION orgs_post_asked() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO orgs_confirmation (kind, person_id, account_id, unit_id, post_id, asked_by_id, asked_person_id, asked_at,
        confirmed_at, basis)
    SELECT 'post', n.person_id, n.account_id, n.unit_id, n.id, orgs_asker(),
        (SELECT person_id FROM orgs_account WHERE id = orgs_asker()), coalesce(n.confirmed_at, ledger_now()),
        n.confirmed_at, CASE WHEN n.confirmed_at IS NULL THEN '' ELSE 'installation' END
    FROM fresh n WHERE orgs_deciding(n.role) ORDER BY n.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER asked AFTER INSERT ON orgs_post REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION orgs_post_asked();
CREATE OR REPLACE TRIGGER begun_wall BEFORE DELETE ON orgs_post FOR EACH ROW EXECUTE FUNCTION orgs_begun_wall();

-- A post belongs to its account's person, whatever the client says: otherwise the exclusion constraint
-- (registrar or head, never both, R0.5) could be walked around with a second account.
CREATE OR REPLACE FUNCTION orgs_post_person() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT person_id INTO NEW.person_id FROM orgs_account WHERE id = NEW.account_id;
    IF NEW.person_id IS NULL THEN
        RAISE EXCEPTION '账号未登记人员，不能任职'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'post_person';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER post_person BEFORE INSERT OR UPDATE ON orgs_post FOR EACH ROW EXECUTE FUNCTION orgs_post_person();

-- From the closing day on nobody is given a post at a unit.
CREATE OR REPLACE FUNCTION orgs_post_stands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM orgs_unit WHERE id = NEW.unit_id AND closed_on <= NEW.valid_from) THEN
        PERFORM orgs_refuse('单位自撤销之日起不再设岗，请在承接单位设岗（附件1 三.1）', 'post_unit_closed');
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER post_stands BEFORE INSERT ON orgs_post FOR EACH ROW EXECUTE FUNCTION orgs_post_stands();

CREATE OR REPLACE FUNCTION orgs_post_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.confirmed_at := ledger_now();
        NEW.waiting := false;
        IF orgs_deciding(NEW.role) OR NEW.role = 'administrator' THEN
            PERFORM orgs_keep_apart(NEW.person_id, orgs_deciding(NEW.role));
        END IF;
        IF NOT orgs_installing() THEN
            IF NEW.valid_from < orgs_today() THEN
                PERFORM orgs_refuse('任职起不能早于今天', 'post_back_dated');
            END IF;
            IF orgs_deciding(NEW.role) THEN
                NEW.confirmed_at := NULL;
                NEW.waiting := true;
            END IF;
        ELSE
            NEW.confirmed_at := least(NEW.valid_from::timestamp AT TIME ZONE 'Asia/Shanghai', ledger_now());
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR NEW.waiting <> OLD.waiting) AND pg_trigger_depth() = 1 THEN
        PERFORM orgs_refuse('岗位是否已确认由数据库记录', 'post_confirmed');
    END IF;
    IF orgs_installing() THEN
        RETURN NEW;
    END IF;
    IF (NEW.account_id, NEW.person_id, NEW.unit_id, NEW.role, NEW.valid_from)
       IS DISTINCT FROM (OLD.account_id, OLD.person_id, OLD.unit_id, OLD.role, OLD.valid_from) THEN
        PERFORM orgs_refuse('岗位的账号、单位、岗位和任职起登记后不可修改：请结束这个岗位，另设一个', 'post_rewritten');
    END IF;
    IF NEW.valid_until IS DISTINCT FROM OLD.valid_until THEN
        PERFORM orgs_end_wall(OLD.valid_until, NEW.valid_until);
    END IF;
    RETURN NEW;
END $$;

-- After post_person by its name, so that the person is known.
CREATE OR REPLACE TRIGGER post_wall BEFORE INSERT OR UPDATE ON orgs_post FOR EACH ROW EXECUTE FUNCTION orgs_post_wall();

-- ==== orgs_delegation

CREATE OR REPLACE FUNCTION orgs_loan_asked() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO orgs_confirmation (kind, person_id, account_id, unit_id, loan_id, asked_by_id, asked_person_id, asked_at,
        basis)
    SELECT 'loan', a.person_id, n.account_id, p.unit_id, n.id, orgs_asker(),
        (SELECT person_id FROM orgs_account WHERE id = orgs_asker()), ledger_now(), ''
    FROM fresh n JOIN orgs_post p ON p.id = n.post_id JOIN orgs_account a ON a.id = n.account_id
    WHERE n.waiting ORDER BY n.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER asked AFTER INSERT ON orgs_delegation REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION orgs_loan_asked();
CREATE OR REPLACE TRIGGER begun_wall BEFORE DELETE ON orgs_delegation FOR EACH ROW EXECUTE FUNCTION orgs_begun_wall();

CREATE OR REPLACE FUNCTION orgs_loan_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    deciding boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT orgs_deciding(role) INTO deciding FROM orgs_post WHERE id = NEW.post_id;
        IF deciding THEN
            PERFORM orgs_keep_apart(person_id, true) FROM orgs_account WHERE id = NEW.account_id;
        END IF;
        NEW.waiting := deciding AND NOT orgs_installing();
        IF NOT orgs_installing() AND NEW.valid_from < orgs_today() THEN
            PERFORM orgs_refuse('委托不能早于今天开始', 'post_back_dated');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.waiting <> OLD.waiting AND pg_trigger_depth() = 1 THEN
        PERFORM orgs_refuse('委托是否已确认由数据库记录', 'post_confirmed');
    END IF;
    IF orgs_installing() THEN
        RETURN NEW;
    END IF;
    IF (NEW.post_id, NEW.account_id, NEW.valid_from) IS DISTINCT FROM (OLD.post_id, OLD.account_id, OLD.valid_from) THEN
        PERFORM orgs_refuse('委托的岗位、受托人和起始日期登记后不可修改：请收回，另行委托', 'post_rewritten');
    END IF;
    IF NEW.valid_until <> OLD.valid_until THEN
        PERFORM orgs_end_wall(OLD.valid_until, NEW.valid_until);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER loan_wall BEFORE INSERT OR UPDATE ON orgs_delegation FOR EACH ROW EXECUTE FUNCTION orgs_loan_wall();

-- ==== otp_totp_totpdevice

CREATE OR REPLACE FUNCTION orgs_second_factor_asked() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM orgs_ask('second_factor', a.person_id, a.id) FROM orgs_account a WHERE a.id = OLD.user_id;
    UPDATE orgs_account SET code_due = true WHERE id = OLD.user_id AND NOT orgs_installing();
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER asked AFTER DELETE ON otp_totp_totpdevice FOR EACH ROW
    WHEN (OLD.confirmed) EXECUTE FUNCTION orgs_second_factor_asked();

-- ==== orgs_confirmation

CREATE OR REPLACE FUNCTION orgs_confirmation_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE orgs_post p SET confirmed_at = n.confirmed_at FROM changed n WHERE n.post_id = p.id;
    END IF;
    PERFORM orgs_mark_waiting((SELECT array_agg(DISTINCT person_id) FROM changed));
    IF TG_OP = 'INSERT' THEN
        -- Given by who may confirm it: there are two people already, who gives and who gets.
        UPDATE orgs_confirmation c SET confirmed_by_id = n.asked_by_id FROM changed n
        WHERE c.id = n.id AND n.confirmed_at IS NULL AND n.kind IN ('post', 'loan') AND n.asked_by_id IS NOT NULL
          AND orgs_confirm_refusal(n.id, n.asked_by_id) IS NULL;
    END IF;
    INSERT INTO ledger_outboxmessage (topic, payload, dedup)
        SELECT 'confirmation', jsonb_build_object('fact', c.id),
            CASE WHEN c.confirmed_at IS NULL THEN 'confirmation:' ELSE 'confirmed:' END || c.id
        FROM changed n JOIN orgs_confirmation c ON c.id = n.id WHERE c.basis <> 'installation' ORDER BY c.id
        ON CONFLICT (dedup) DO NOTHING;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER asked AFTER INSERT ON orgs_confirmation REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION orgs_confirmation_follows();
CREATE OR REPLACE TRIGGER confirmed AFTER UPDATE ON orgs_confirmation REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION orgs_confirmation_follows();

-- ---------------------------------------------------------------- what follows from a fact

-- Facts are born of the triggers above, confirmed once, and changed by nothing else.
CREATE OR REPLACE FUNCTION orgs_confirmation_wall() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    why text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF pg_trigger_depth() = 1 THEN
            PERFORM orgs_refuse('待确认事项由数据库记录', 'confirmation_by_trigger');
        END IF;
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        IF NOT orgs_installing() AND NOT EXISTS (
                SELECT FROM orgs_post p WHERE p.id = OLD.post_id AND p.valid_from > orgs_today()
                UNION ALL SELECT FROM orgs_delegation d WHERE d.id = OLD.loan_id AND d.valid_from > orgs_today()) THEN
            PERFORM orgs_refuse('待确认事项不可删除', 'confirmation_kept');
        END IF;
        RETURN OLD;
    END IF;
    IF (to_jsonb(NEW) - '{confirmed_by_id,confirmed_at,basis}'::text[])
       <> (to_jsonb(OLD) - '{confirmed_by_id,confirmed_at,basis}'::text[]) OR OLD.confirmed_at IS NOT NULL THEN
        PERFORM orgs_refuse('待确认事项只能确认一次，不可修改', 'confirmation_done');
    END IF;
    IF NEW.confirmed_by_id IS NULL THEN
        IF NEW.basis <> 'server' OR NOT orgs_on_server() THEN
            PERFORM orgs_refuse('须由另一人确认', 'confirmation_on_server');
        END IF;
    ELSE
        why := orgs_confirm_refusal(NEW.id, NEW.confirmed_by_id);
        IF why IS NOT NULL THEN
            PERFORM orgs_refuse('确认人须在该单位或其上级单位任学籍管理员、负责人满七天，且未经同一管理员任命、改名或重置',
                'confirmation_' || why);
        END IF;
        NEW.basis := 'person';
    END IF;
    NEW.confirmed_at := ledger_now();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER wall BEFORE INSERT OR UPDATE OR DELETE ON orgs_confirmation
    FOR EACH ROW EXECUTE FUNCTION orgs_confirmation_wall();
