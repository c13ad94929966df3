-- The trail's own functions. They run as their owner, so that the app needs no right to write the trail.
CREATE FUNCTION anye_actor() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('anye.actor', true), ''), session_user::text)
$$;

CREATE FUNCTION audit_write(p_verb text, p_table text, p_row bigint, p_scope bigint, p_payload jsonb)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH s AS MATERIALIZED (SELECT uuid_send(gen_random_uuid()) AS salt)
    INSERT INTO audit_event (at, actor, duty, purpose, verb, table_name, row_id, scope_no, payload, salt, hash)
    SELECT clock_timestamp(), anye_actor(), coalesce(current_setting('anye.duty', true), ''),
           coalesce(current_setting('anye.purpose', true), ''), p_verb, p_table, p_row, p_scope, p_payload, s.salt,
           sha256(s.salt || convert_to(coalesce(p_payload::text, ''), 'UTF8'))
    FROM s
$$;

CREATE FUNCTION audit_note(p_verb text, p_table text, p_row bigint, p_scope bigint, p_payload jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF p_verb IN ('insert', 'update', 'delete', 'insert_many', 'update_many', 'delete_many', 'retire', 'erase') THEN
        RAISE EXCEPTION 'the verb % is written by triggers only', p_verb;
    END IF;
    PERFORM audit_write(p_verb, p_table, p_row, p_scope, p_payload);
END $$;

CREATE FUNCTION audit_looked(p_kind text, p_persons bigint[], p_scopes bigint[], p_shown int)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit_read (at, actor, duty, purpose, kind, person_id, scope_no, shown)
    SELECT clock_timestamp(), anye_actor(), coalesce(current_setting('anye.duty', true), ''),
           coalesce(current_setting('anye.purpose', true), ''), p_kind, t.person, t.scope, p_shown
    FROM unnest(p_persons, p_scopes) AS t(person, scope)
$$;

CREATE FUNCTION anye_changed(p_old jsonb, p_new jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(p_new)
    WHERE p_old -> key IS DISTINCT FROM value
$$;

CREATE FUNCTION anye_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    -- secrets of officers stay out of the trail, and what a trigger names besides; the rest rebuilds the table
    secret CONSTANT text[] := ARRAY['password'] || coalesce(TG_ARGV, '{}');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit_event (at, actor, duty, purpose, verb, table_name, row_id, scope_no, payload, salt, hash)
        SELECT clock_timestamp(), anye_actor(), coalesce(current_setting('anye.duty', true), ''),
               coalesce(current_setting('anye.purpose', true), ''), 'insert', TG_TABLE_NAME,
               r.id, r.scope, r.payload, r.salt, sha256(r.salt || convert_to(r.payload::text, 'UTF8'))
        FROM (SELECT n.id, (to_jsonb(n) ->> 'scope_no')::bigint AS scope,
                     jsonb_build_object('after', to_jsonb(n) - secret) AS payload, uuid_send(gen_random_uuid()) AS salt
              FROM new_rows n OFFSET 0) r;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit_event (at, actor, duty, purpose, verb, table_name, row_id, scope_no, payload, salt, hash)
        SELECT clock_timestamp(), anye_actor(), coalesce(current_setting('anye.duty', true), ''),
               coalesce(current_setting('anye.purpose', true), ''), 'delete', TG_TABLE_NAME,
               r.id, r.scope, r.payload, r.salt, sha256(r.salt || convert_to(r.payload::text, 'UTF8'))
        FROM (SELECT o.id, (to_jsonb(o) ->> 'scope_no')::bigint AS scope,
                     jsonb_build_object('before', to_jsonb(o) - secret) AS payload, uuid_send(gen_random_uuid()) AS salt
              FROM old_rows o OFFSET 0) r;
    ELSE
        INSERT INTO audit_event (at, actor, duty, purpose, verb, table_name, row_id, scope_no, payload, salt, hash)
        SELECT clock_timestamp(), anye_actor(), coalesce(current_setting('anye.duty', true), ''),
               coalesce(current_setting('anye.purpose', true), ''), 'update', TG_TABLE_NAME,
               r.id, r.scope, r.payload, r.salt, sha256(r.salt || convert_to(r.payload::text, 'UTF8'))
        FROM (SELECT n.id, (to_jsonb(n) ->> 'scope_no')::bigint AS scope,
                     jsonb_build_object('before', anye_changed(to_jsonb(n) - secret, to_jsonb(o) - secret),
                                        'after', anye_changed(to_jsonb(o) - secret, to_jsonb(n) - secret)) AS payload,
                     uuid_send(gen_random_uuid()) AS salt
              FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE to_jsonb(o) <> to_jsonb(n) OFFSET 0) r;
    END IF;
    RETURN NULL;
END $$;

-- One event a statement: how many rows, and the sums of their hashes as they came and went. Over all events of a table,
-- what came less what went is the sum of what stands. The hash is the one of hash partitions: a new server keeps it.
CREATE FUNCTION anye_tally() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    count bigint := 0;
    came numeric := 0;
    went numeric := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT count(*), coalesce(sum(hash_record_extended(o, 0)), 0) INTO count, went FROM old_rows o;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT count(*), coalesce(sum(hash_record_extended(n, 0)), 0) INTO count, came FROM new_rows n;
    END IF;
    IF count > 0 AND came <> went THEN
        PERFORM audit_write(lower(TG_OP) || '_many', TG_TABLE_NAME, NULL, NULL,
                            jsonb_build_object('rows', count, 'came', came::text, 'went', went::text));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION anye_retired() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_event (at, actor, duty, purpose, verb, table_name, row_id, scope_no, payload, salt, hash)
    SELECT clock_timestamp(), anye_actor(), coalesce(current_setting('anye.duty', true), ''),
           coalesce(current_setting('anye.purpose', true), ''), 'retire', TG_TABLE_NAME,
           r.id, r.scope_no, r.payload, r.salt, sha256(r.salt || convert_to(r.payload::text, 'UTF8'))
    FROM (SELECT n.id, (to_jsonb(n) ->> 'scope_no')::bigint AS scope_no, uuid_send(gen_random_uuid()) AS salt,
                 jsonb_build_object('retired_on', n.retired_on, 'retired_by', n.retired_by) AS payload
          FROM new_rows n JOIN old_rows o ON o.id = n.id
          WHERE o.retired_on IS NULL AND n.retired_on IS NOT NULL OFFSET 0) r;
    RETURN NULL;
END $$;

CREATE FUNCTION anye_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- erasure of one person's payload goes through audit_erase, which names itself for the transaction
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_event' AND current_user = 'anye_owner'
       AND current_setting('anye.erasing', true) = 'on'
       AND to_jsonb(NEW) - ARRAY['payload', 'salt'] = to_jsonb(OLD) - ARRAY['payload', 'salt'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION audit_erase(p_table text, p_row bigint, p_reason text)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE n int;
BEGIN
    PERFORM set_config('anye.erasing', 'on', true);
    UPDATE audit_event SET payload = NULL, salt = NULL WHERE table_name = p_table AND row_id = p_row;
    GET DIAGNOSTICS n = ROW_COUNT;
    PERFORM set_config('anye.erasing', 'off', true);
    PERFORM audit_write('erase', p_table, p_row, NULL, jsonb_build_object('events', n, 'reason', p_reason));
    RETURN n;
END $$;

REVOKE ALL ON FUNCTION audit_write(text, text, bigint, bigint, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_erase(text, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_erase(text, bigint, text) TO anye_batch;
