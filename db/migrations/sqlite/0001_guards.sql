-- What is signed cannot be changed by any path of this program (helsepersonelloven § 42), whoever writes the row.
-- The one exception is the transaction that takes in the server's row (electron/sync/apply.ts): when two laptops signed
-- the same visit offline, the first signature stands and this laptop's own gives way (it is kept as a conflict).
CREATE TRIGGER encounter_signed_stands BEFORE UPDATE ON encounter
WHEN old.status IN ('signed', 'entered_in_error') AND (
  new.patient_id IS NOT old.patient_id OR new.visit_type IS NOT old.visit_type OR new.visit_at IS NOT old.visit_at
  OR new.recorded_at IS NOT old.recorded_at OR new.practitioner_id IS NOT old.practitioner_id
  OR new.signed_content IS NOT old.signed_content OR new.content_hash IS NOT old.content_hash
  OR new.signed_at IS NOT old.signed_at OR new.signed_by_id IS NOT old.signed_by_id
  OR new.deleted IS NOT old.deleted
  OR (new.status IS NOT old.status AND NOT (old.status = 'signed' AND new.status = 'entered_in_error'))
)
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER encounter_signed_stays BEFORE DELETE ON encounter WHEN old.status IN ('signed', 'entered_in_error')
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER note_section_signed BEFORE UPDATE ON note_section
WHEN (new.text IS NOT old.text OR new.deleted IS NOT old.deleted OR new.review IS NOT old.review OR new.origin IS NOT old.origin)
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error') AND old.sibling_of_id IS NULL)
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER observation_signed BEFORE UPDATE ON observation
WHEN (new.value IS NOT old.value OR new.deleted IS NOT old.deleted)
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error'))
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER red_flag_answer_signed BEFORE UPDATE ON red_flag_answer
WHEN (new.answer IS NOT old.answer OR new.comment IS NOT old.comment OR new.deleted IS NOT old.deleted)
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error'))
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER treatment_consent_signed BEFORE UPDATE ON treatment_consent
WHEN (new.given IS NOT old.given OR new.comment IS NOT old.comment OR new.deleted IS NOT old.deleted)
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error'))
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER diagnosis_signed BEFORE UPDATE ON diagnosis
WHEN (new.code IS NOT old.code OR new.text IS NOT old.text OR new.main IS NOT old.main OR new.deleted IS NOT old.deleted)
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.id = old.encounter_id AND e.status IN ('signed', 'entered_in_error'))
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER amendment_signed BEFORE UPDATE ON amendment
WHEN old.status = 'signed' AND (new.text IS NOT old.text OR new.reason IS NOT old.reason OR new.status IS NOT old.status
  OR new.signed_at IS NOT old.signed_at OR new.content_hash IS NOT old.content_hash OR new.author_id IS NOT old.author_id OR new.deleted IS NOT old.deleted)
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER letter_signed BEFORE UPDATE ON letter
WHEN old.status <> 'draft' AND (new.content IS NOT old.content OR new.signed_at IS NOT old.signed_at OR new.document_id IS NOT old.document_id
  OR new.status = 'draft' OR new.deleted IS NOT old.deleted)
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER document_stands BEFORE UPDATE ON document WHEN (new.data IS NOT old.data OR new.sha256 IS NOT old.sha256)
  AND NOT EXISTS (SELECT 1 FROM replica WHERE key = 'applying')
BEGIN SELECT RAISE(ABORT, 'signed/immutable'); END;
--> statement-breakpoint
CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit/append-only'); END;
--> statement-breakpoint
CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit/append-only'); END;
--> statement-breakpoint
-- A change that was not acknowledged cannot be thrown away.
CREATE TRIGGER outbox_no_delete BEFORE DELETE ON outbox WHEN old.state <> 'acked' BEGIN SELECT RAISE(ABORT, 'outbox/undelivered'); END;
--> statement-breakpoint
-- Asked at every row that comes down; years of acknowledged changes and closed siblings must not slow it.
CREATE INDEX outbox_unpassed ON outbox (entity, row_id) WHERE passed = 0;
--> statement-breakpoint
CREATE INDEX note_section_open_sibling ON note_section (encounter_id) WHERE sibling_state = 'open';
