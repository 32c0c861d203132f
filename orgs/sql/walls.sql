-- A post belongs to its account's person, whatever the client says: otherwise the exclusion constraint
-- (registrar or head, never both, R0.5) could be walked around with a second account.
CREATE OR REPLACE FUNCTION orgs_post_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT person_id INTO NEW.person_id FROM orgs_account WHERE id = NEW.account_id;
    IF NEW.person_id IS NULL THEN
        RAISE EXCEPTION '账号未登记人员，不能任职'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'post_person';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER post_person BEFORE INSERT OR UPDATE ON orgs_post
    FOR EACH ROW EXECUTE FUNCTION orgs_post_person();

-- The person behind an account that has acted never changes.
CREATE OR REPLACE FUNCTION orgs_account_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id THEN
        RAISE EXCEPTION '账号所属人员登记后不可更改，请另建账号'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'account_person';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_person BEFORE UPDATE OF person_id ON orgs_account
    FOR EACH ROW EXECUTE FUNCTION orgs_account_person();
