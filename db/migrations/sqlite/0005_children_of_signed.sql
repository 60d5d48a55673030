-- Nothing is added to what a signature froze, and nothing leaves it; 0001 guards its changes. Siblings stand beside the note.
CREATE TRIGGER note_section_signed_insert BEFORE INSERT ON note_section
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = new.encounter_id AND e.status IN ('signed', 'entered_in_error')) AND new.sibling_of_id IS NULL
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER note_section_signed_delete BEFORE DELETE ON note_section
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error')) AND old.sibling_of_id IS NULL
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER observation_signed_insert BEFORE INSERT ON observation
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = new.encounter_id AND e.status IN ('signed', 'entered_in_error'))
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER observation_signed_delete BEFORE DELETE ON observation
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error'))
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER red_flag_answer_signed_insert BEFORE INSERT ON red_flag_answer
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = new.encounter_id AND e.status IN ('signed', 'entered_in_error'))
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER red_flag_answer_signed_delete BEFORE DELETE ON red_flag_answer
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error'))
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER treatment_consent_signed_insert BEFORE INSERT ON treatment_consent
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = new.encounter_id AND e.status IN ('signed', 'entered_in_error'))
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER treatment_consent_signed_delete BEFORE DELETE ON treatment_consent
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error'))
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER diagnosis_signed_insert BEFORE INSERT ON diagnosis
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = new.encounter_id AND e.status IN ('signed', 'entered_in_error'))
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER diagnosis_signed_delete BEFORE DELETE ON diagnosis
WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error'))
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER amendment_signed_delete BEFORE DELETE ON amendment
WHEN old.status = 'signed' AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER letter_signed_delete BEFORE DELETE ON letter
WHEN old.status <> 'draft' AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER document_stays BEFORE DELETE ON document WHEN NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
