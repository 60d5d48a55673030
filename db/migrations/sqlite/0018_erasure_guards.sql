-- custom: what was erased by law stays erased (helsepersonelloven §§ 43, 44), whoever writes: a feed read anew, a restored server, a change on its way.
CREATE TRIGGER erased_row_stays BEFORE DELETE ON erased_row BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER erased_row_stands BEFORE UPDATE ON erased_row WHEN new.entity IS NOT old.entity OR new.id IS NOT old.id
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER encounter_erased BEFORE UPDATE ON encounter
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'encounter' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER note_section_erased BEFORE UPDATE ON note_section
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'note_section' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER observation_erased BEFORE UPDATE ON observation
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'observation' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER red_flag_answer_erased BEFORE UPDATE ON red_flag_answer
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'red_flag_answer' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER treatment_consent_erased BEFORE UPDATE ON treatment_consent
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'treatment_consent' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER diagnosis_erased BEFORE UPDATE ON diagnosis
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'diagnosis' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER amendment_erased BEFORE UPDATE ON amendment
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'amendment' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER letter_erased BEFORE UPDATE ON letter
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'letter' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER document_erased BEFORE UPDATE ON document
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'document' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER attachment_erased BEFORE UPDATE ON attachment
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'attachment' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
CREATE TRIGGER conflict_erased BEFORE UPDATE ON conflict
WHEN new.deleted = 0 AND EXISTS (SELECT 1 FROM erased_row r WHERE r.entity = 'conflict' AND r.id = old.id)
BEGIN SELECT RAISE(ABORT, 'row/erased'); END;
--> statement-breakpoint
-- A request that is decided stands, and so does the trace of an erasure.
CREATE TRIGGER journal_request_decided BEFORE UPDATE ON journal_request
WHEN old.status <> 'open' AND (new.asked IS NOT old.asked OR new.status IS NOT old.status OR new.decision_reason IS NOT old.decision_reason
  OR new.assessment IS NOT old.assessment OR new.document_id IS NOT old.document_id OR new.decided_by_id IS NOT old.decided_by_id OR new.deleted IS NOT old.deleted)
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER journal_request_stays BEFORE DELETE ON journal_request WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER erasure_stands BEFORE UPDATE ON erasure
WHEN (new.basis IS NOT old.basis OR new.targets IS NOT old.targets OR new.decided_by_id IS NOT old.decided_by_id OR new.decided_at IS NOT old.decided_at
  OR new.deleted IS NOT old.deleted) AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER erasure_stays BEFORE DELETE ON erasure WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
-- Bytes that only this laptop has cannot be let go of, unless what they belonged to was erased.
DROP TRIGGER content_no_delete;
--> statement-breakpoint
CREATE TRIGGER content_no_delete BEFORE DELETE ON content
WHEN old.complete = 1 AND old.uploaded = 0 AND NOT EXISTS (SELECT 1 FROM erased_row r WHERE r.file = old.file)
BEGIN SELECT RAISE(ABORT, 'content/not-uploaded'); END;
