-- 月度通报: what is published is frozen; what was reckoned is never reckoned over (R3.7b).

CREATE OR REPLACE FUNCTION students_bulletin_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('月度通报不可删除（三.7）', 'no_delete');
    END IF;
    IF OLD.state = 'published' THEN
        PERFORM students_refuse('已发布的月度通报不可更改（三.7）', 'bulletin_frozen');
    END IF;
    IF (NEW.number, NEW.province_id, NEW.month, NEW.inputs, NEW.digest, NEW.reply_until)
        IS DISTINCT FROM (OLD.number, OLD.province_id, OLD.month, OLD.inputs, OLD.digest, OLD.reply_until) THEN
        PERFORM students_refuse('月度通报的原始数据不可更改（三.7）', 'bulletin_inputs');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bulletin_wall BEFORE UPDATE OR DELETE ON students_bulletin
    FOR EACH ROW EXECUTE FUNCTION students_bulletin_wall();

CREATE OR REPLACE FUNCTION students_bulletin_line_wall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('月度通报不可删除（三.7）', 'no_delete');
    END IF;
    IF (SELECT state FROM students_bulletin WHERE id = OLD.bulletin_id) = 'published' THEN
        PERFORM students_refuse('已发布的月度通报不可更改（三.7）', 'bulletin_frozen');
    END IF;
    IF (NEW.bulletin_id, NEW.unit_id, NEW.level, NEW.place, NEW.figures)
        IS DISTINCT FROM (OLD.bulletin_id, OLD.unit_id, OLD.level, OLD.place, OLD.figures) THEN
        PERFORM students_refuse('月度通报的数据不可更改，可以写说明（三.7）', 'bulletin_figures');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bulletin_line_wall BEFORE UPDATE OR DELETE ON students_bulletinline
    FOR EACH ROW EXECUTE FUNCTION students_bulletin_line_wall();
