-- R3.4, R0.6: what no refusal rests on; and no reason of a closed list is written in those words either.

CREATE TRIGGER bump AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reviews_forbiddenphrase
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_bump_revision();

-- Letters and digits in one form, as reviews/phrases_in_text.py has them; of letters the Han and the Latin ones,
-- whatever the database's locale calls a letter.
CREATE OR REPLACE FUNCTION reviews_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(lower(normalize(words, NFKC)),
        '[^0-9a-z\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]', '', 'g')
$$;

CREATE OR REPLACE FUNCTION reviews_reason_wall() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hit text;
BEGIN
    SELECT text INTO hit FROM reviews_forbiddenphrase
    WHERE kinds && NEW.kinds AND (stages = '{}' OR stages && NEW.stages)
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
CREATE TRIGGER reason_wall BEFORE INSERT OR UPDATE OF text, kinds, stages, province_id, valid_from, valid_until
    ON reviews_refusalreason FOR EACH ROW EXECUTE FUNCTION reviews_reason_wall();
