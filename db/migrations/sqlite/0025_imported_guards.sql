-- custom: what was brought in stands as it stood; all that may follow is that it is marked as entered in error, once, or that its run is undone.
CREATE TRIGGER imported_entry_stands BEFORE UPDATE ON imported_entry
WHEN (new.patient_id IS NOT old.patient_id OR new.import_id IS NOT old.import_id OR new.kind IS NOT old.kind OR new.source_system IS NOT old.source_system
  OR new.source_id IS NOT old.source_id OR new.happened_on IS NOT old.happened_on OR new.happened_at IS NOT old.happened_at
  OR new.written_when IS NOT old.written_when OR new.written_by IS NOT old.written_by OR new.title IS NOT old.title OR new.text IS NOT old.text
  OR new.codes IS NOT old.codes OR new.rest IS NOT old.rest OR new.line IS NOT old.line OR new.matched_by IS NOT old.matched_by
  OR new.fingerprint IS NOT old.fingerprint OR new.replaces_id IS NOT old.replaces_id OR new.added_by_id IS NOT old.added_by_id
  OR new.added_at IS NOT old.added_at OR new.deleted IS NOT old.deleted
  OR (old.status = 'entered_in_error' AND new.status IS NOT old.status))
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER imported_entry_stays BEFORE DELETE ON imported_entry WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER imported_entry_erased BEFORE UPDATE ON imported_entry
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'imported_entry' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
