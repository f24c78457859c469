-- Audit rows and blocks are never deleted or rewritten; sealing sets the block of a row once.
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is never deleted or rewritten'; END $$;
CREATE TRIGGER audit_row_no_delete BEFORE DELETE ON audit_row FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_row_seal_once BEFORE UPDATE ON audit_row FOR EACH ROW
WHEN (OLD.block IS NOT NULL OR NEW.block IS NULL) EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_row_fixed BEFORE UPDATE OF lane, seq, at, tenant, actor, organisation, act, resource, resource_id, ground, detail ON audit_row
FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_block_no_delete BEFORE DELETE ON audit_block FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_block_no_update BEFORE UPDATE ON audit_block FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_row_no_truncate BEFORE TRUNCATE ON audit_row FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_block_no_truncate BEFORE TRUNCATE ON audit_block FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
