-- Audit rows and blocks are never deleted or rewritten; sealing sets the block of a row once.
CREATE TRIGGER audit_row_no_delete BEFORE DELETE ON audit_row
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
CREATE TRIGGER audit_row_seal_once BEFORE UPDATE ON audit_row
WHEN OLD.block IS NOT NULL OR NEW.block IS NULL
BEGIN SELECT RAISE(ABORT, 'audit rows are sealed once'); END;
CREATE TRIGGER audit_row_fixed BEFORE UPDATE OF lane, seq, at, tenant, actor, organisation, act, resource, resource_id, ground, detail ON audit_row
BEGIN SELECT RAISE(ABORT, 'audit rows are never rewritten'); END;
CREATE TRIGGER audit_block_no_delete BEFORE DELETE ON audit_block
BEGIN SELECT RAISE(ABORT, 'audit blocks are never deleted'); END;
CREATE TRIGGER audit_block_no_update BEFORE UPDATE ON audit_block
BEGIN SELECT RAISE(ABORT, 'audit blocks are never rewritten'); END;
