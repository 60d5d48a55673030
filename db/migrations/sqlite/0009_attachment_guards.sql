-- An attachment is finished from birth; all that may follow is that it is marked as entered in error, once.
CREATE TRIGGER attachment_stands BEFORE UPDATE ON attachment
WHEN (new.patient_id IS NOT old.patient_id OR new.encounter_id IS NOT old.encounter_id OR new.title IS NOT old.title
  OR new.media_type IS NOT old.media_type OR new.byte_length IS NOT old.byte_length OR new.sha256 IS NOT old.sha256
  OR new.added_by_id IS NOT old.added_by_id OR new.added_at IS NOT old.added_at OR new.deleted IS NOT old.deleted
  OR (old.status = 'entered_in_error' AND new.status IS NOT old.status))
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER attachment_stays BEFORE DELETE ON attachment WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
-- Bytes that only this laptop has cannot be let go of.
CREATE TRIGGER content_no_delete BEFORE DELETE ON content WHEN old.complete = 1 AND old.uploaded = 0
BEGIN SELECT RAISE(ABORT, 'content/not-uploaded'); END;
