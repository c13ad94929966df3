-- Facts stay as they came. Ciphertext is known by its column's name: `sealed`, or ending in it.
CREATE OR REPLACE FUNCTION anye_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['retired_on', 'retired_by', 'scope_no'];
BEGIN
    -- a new key makes ciphertext anew: the owner alone, in a rotation that names itself for the transaction
    IF current_user = 'anye_owner' AND current_setting('anye.rotating', true) = 'on' THEN
        may_change := may_change || ARRAY(SELECT key FROM jsonb_object_keys(to_jsonb(NEW)) AS key WHERE key LIKE '%sealed');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.retired_on IS NOT NULL
       AND (NEW.retired_on, NEW.retired_by) IS DISTINCT FROM (OLD.retired_on, OLD.retired_by) THEN
        RAISE EXCEPTION 'a row of % is retired once', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
