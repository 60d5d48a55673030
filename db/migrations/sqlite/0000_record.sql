CREATE TABLE `amendment` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`encounter_id` text NOT NULL,
	`kind` text NOT NULL,
	`text` text NOT NULL,
	`reason` text,
	`status` text NOT NULL,
	`author_id` text NOT NULL,
	`author_name` text,
	`author_profession` text,
	`author_hpr_number` text,
	`signed_at` text,
	`content_hash` text
);
--> statement-breakpoint
CREATE INDEX `amendment_encounter_id` ON `amendment` (`encounter_id`);--> statement-breakpoint
CREATE TABLE `appointment` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`practitioner_id` text NOT NULL,
	`starts_at` text NOT NULL,
	`duration_minutes` integer NOT NULL,
	`visit_type` text NOT NULL,
	`reason` text,
	`status` text NOT NULL,
	`walk_in` integer NOT NULL,
	`cancel_reason` text,
	`arrived_at` text
);
--> statement-breakpoint
CREATE INDEX `appointment_starts_at` ON `appointment` (`starts_at`);--> statement-breakpoint
CREATE INDEX `appointment_patient_id_starts_at` ON `appointment` (`patient_id`,`starts_at`);--> statement-breakpoint
CREATE TABLE `audit_event` (
	`n` integer NOT NULL,
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`device_id` text NOT NULL,
	`at` text NOT NULL,
	`actor_id` text,
	`actor_name` text,
	`roles` text NOT NULL,
	`action` text NOT NULL,
	`verb` text NOT NULL,
	`subject_entity` text,
	`subject_id` text,
	`patient_id` text,
	`details` text NOT NULL,
	`reason` text,
	`previous_hash` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_event_device_n` ON `audit_event` (`device_id`,`n`);--> statement-breakpoint
CREATE INDEX `audit_event_actor` ON `audit_event` (`actor_id`,`action`,`n`);--> statement-breakpoint
CREATE TABLE `channel_consent` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`channel` text NOT NULL,
	`state` text NOT NULL,
	`recorded_by_id` text NOT NULL,
	`recorded_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `channel_consent_patient_id` ON `channel_consent` (`patient_id`);--> statement-breakpoint
CREATE TABLE `clinic` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`name` text NOT NULL,
	`org_number` text,
	`address_line` text,
	`postal_code` text,
	`city` text,
	`phone` text,
	`email` text,
	`letterhead` text,
	`demo` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `conflict` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`audience` text NOT NULL,
	`subject_entity` text NOT NULL,
	`subject_id` text NOT NULL,
	`patient_id` text,
	`field` text NOT NULL,
	`kept` text NOT NULL,
	`kept_device_id` text,
	`lost` text NOT NULL,
	`lost_device_id` text NOT NULL,
	`lost_actor_id` text NOT NULL,
	`lost_at` text NOT NULL,
	`status` text NOT NULL,
	`resolution` text,
	`resolved_by_id` text,
	`resolved_at` text
);
--> statement-breakpoint
CREATE INDEX `conflict_status` ON `conflict` (`status`);--> statement-breakpoint
CREATE INDEX `conflict_subject_id` ON `conflict` (`subject_id`);--> statement-breakpoint
CREATE TABLE `day_close` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`practitioner_id` text NOT NULL,
	`day` text NOT NULL,
	`closed_at` text NOT NULL,
	`closed_by_id` text NOT NULL,
	`left` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `device` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`name` text NOT NULL,
	`user_id` text,
	`audience` text NOT NULL,
	`enrolled_at` text NOT NULL,
	`revoked_at` text
);
--> statement-breakpoint
CREATE TABLE `diagnosis` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`encounter_id` text NOT NULL,
	`system` text NOT NULL,
	`code` text NOT NULL,
	`text` text NOT NULL,
	`release` text NOT NULL,
	`main` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `diagnosis_encounter_id` ON `diagnosis` (`encounter_id`);--> statement-breakpoint
CREATE INDEX `diagnosis_code` ON `diagnosis` (`code`);--> statement-breakpoint
CREATE TABLE `document` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`media_type` text NOT NULL,
	`sha256` text NOT NULL,
	`byte_length` integer NOT NULL,
	`data` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `document_patient_id` ON `document` (`patient_id`);--> statement-breakpoint
CREATE TABLE `encounter` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`episode_id` text,
	`practitioner_id` text NOT NULL,
	`appointment_id` text,
	`visit_type` text NOT NULL,
	`visit_at` text NOT NULL,
	`recorded_at` text NOT NULL,
	`status` text NOT NULL,
	`salt_from_id` text,
	`signed_content` text,
	`signed_at` text,
	`signed_by_id` text,
	`content_hash` text,
	`closed_reason` text,
	`closed_by_id` text,
	`closed_at` text
);
--> statement-breakpoint
CREATE INDEX `encounter_patient_id_visit_at` ON `encounter` (`patient_id`,`visit_at`);--> statement-breakpoint
CREATE INDEX `encounter_status_visit_at` ON `encounter` (`status`,`visit_at`);--> statement-breakpoint
CREATE INDEX `encounter_appointment_id` ON `encounter` (`appointment_id`);--> statement-breakpoint
CREATE INDEX `encounter_episode_id_visit_at` ON `encounter` (`episode_id`,`visit_at`);--> statement-breakpoint
CREATE TABLE `episode` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`title` text NOT NULL,
	`started_on` text NOT NULL,
	`ended_on` text,
	`note` text,
	`closed` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `episode_patient_id` ON `episode` (`patient_id`);--> statement-breakpoint
CREATE TABLE `guardian` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`name` text NOT NULL,
	`relation` text NOT NULL,
	`phone` text,
	`email` text
);
--> statement-breakpoint
CREATE INDEX `guardian_patient_id` ON `guardian` (`patient_id`);--> statement-breakpoint
CREATE TABLE `letter` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`encounter_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`content` text NOT NULL,
	`objection` integer NOT NULL,
	`objection_note` text,
	`affected_by_amendment_id` text,
	`author_id` text NOT NULL,
	`signed_at` text,
	`signed_by_id` text,
	`document_id` text,
	`delivered_at` text
);
--> statement-breakpoint
CREATE INDEX `letter_patient_id` ON `letter` (`patient_id`);--> statement-breakpoint
CREATE INDEX `letter_encounter_id` ON `letter` (`encounter_id`);--> statement-breakpoint
CREATE INDEX `letter_status` ON `letter` (`status`);--> statement-breakpoint
CREATE TABLE `note_section` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`encounter_id` text NOT NULL,
	`key` text NOT NULL,
	`text` text NOT NULL,
	`origin` text NOT NULL,
	`origin_encounter_id` text,
	`origin_text` text,
	`review` text NOT NULL,
	`sibling_of_id` text,
	`sibling_state` text
);
--> statement-breakpoint
CREATE INDEX `note_section_encounter_id` ON `note_section` (`encounter_id`);--> statement-breakpoint
CREATE TABLE `observation` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`encounter_id` text NOT NULL,
	`code` text NOT NULL,
	`value` integer
);
--> statement-breakpoint
CREATE INDEX `observation_encounter_id` ON `observation` (`encounter_id`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`born` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`n` integer,
	`device_id` text NOT NULL,
	`actor` text NOT NULL,
	`actor_signature` text NOT NULL,
	`verb` text NOT NULL,
	`entity` text NOT NULL,
	`row_id` text NOT NULL,
	`base` text NOT NULL,
	`set` text NOT NULL,
	`at` text NOT NULL,
	`schema` integer NOT NULL,
	`hash` text NOT NULL,
	`state` text NOT NULL,
	`opened_at` text NOT NULL,
	`touched_at` text NOT NULL,
	`outcome` text,
	`code` text,
	`outcome_seq` integer,
	`acked_at` text,
	`passed` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_id` ON `outbox` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_device_n` ON `outbox` (`device_id`,`n`);--> statement-breakpoint
CREATE INDEX `outbox_state` ON `outbox` (`state`,`born`);--> statement-breakpoint
CREATE INDEX `outbox_row` ON `outbox` (`entity`,`row_id`,`passed`);--> statement-breakpoint
CREATE TABLE `patient` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`given_name` text NOT NULL,
	`family_name` text NOT NULL,
	`birth_date` text,
	`sex` text NOT NULL,
	`national_id` text,
	`national_id_kind` text,
	`missing_national_id_reason` text,
	`phone` text,
	`email` text,
	`address_line` text,
	`postal_code` text,
	`city` text,
	`occupation` text,
	`language` text,
	`fastlege_name` text,
	`fastlege_practice` text,
	`fastlege_address_line` text,
	`fastlege_postal_code` text,
	`fastlege_city` text,
	`status` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `patient_national_id` ON `patient` (`national_id`);--> statement-breakpoint
CREATE INDEX `patient_family_name_given_name` ON `patient` (`family_name`,`given_name`);--> statement-breakpoint
CREATE INDEX `patient_birth_date` ON `patient` (`birth_date`);--> statement-breakpoint
CREATE TABLE `payment` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`encounter_id` text NOT NULL,
	`amount_ore` integer NOT NULL,
	`method` text NOT NULL,
	`paid_at` text NOT NULL,
	`taken_by_id` text NOT NULL,
	`receipt_number` text NOT NULL,
	`lines` text NOT NULL,
	`voided` integer NOT NULL,
	`void_reason` text
);
--> statement-breakpoint
CREATE INDEX `payment_encounter_id` ON `payment` (`encounter_id`);--> statement-breakpoint
CREATE INDEX `payment_patient_id_paid_at` ON `payment` (`patient_id`,`paid_at`);--> statement-breakpoint
CREATE TABLE `phrase` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`user_id` text,
	`abbreviation` text NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `price_item` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`code` text NOT NULL,
	`label` text NOT NULL,
	`kind` text NOT NULL,
	`amount_ore` integer,
	`refund_ore` integer,
	`visit_types` text NOT NULL,
	`active` integer NOT NULL,
	`confirmed_by_id` text,
	`confirmed_at` text
);
--> statement-breakpoint
CREATE TABLE `red_flag_answer` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`encounter_id` text NOT NULL,
	`region` text NOT NULL,
	`question` text NOT NULL,
	`answer` text,
	`comment` text
);
--> statement-breakpoint
CREATE INDEX `red_flag_answer_encounter_id` ON `red_flag_answer` (`encounter_id`);--> statement-breakpoint
CREATE TABLE `replica` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `safety_fact` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`detail` text,
	`recorded_by_id` text NOT NULL,
	`recorded_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `safety_fact_patient_id` ON `safety_fact` (`patient_id`);--> statement-breakpoint
CREATE TABLE `signing_key` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`user_id` text NOT NULL,
	`device_id` text NOT NULL,
	`public_key` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `signing_key_user_id_device_id` ON `signing_key` (`user_id`,`device_id`);--> statement-breakpoint
CREATE TABLE `treatment_consent` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`encounter_id` text NOT NULL,
	`given` integer,
	`comment` text
);
--> statement-breakpoint
CREATE TABLE `treatment_line` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`encounter_id` text NOT NULL,
	`patient_id` text NOT NULL,
	`price_item_id` text,
	`code` text NOT NULL,
	`label` text NOT NULL,
	`quantity` integer NOT NULL,
	`amount_ore` integer,
	`refund_ore` integer
);
--> statement-breakpoint
CREATE INDEX `treatment_line_encounter_id` ON `treatment_line` (`encounter_id`);--> statement-breakpoint
CREATE TABLE `ui_state` (
	`user_id` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ui_state_key` ON `ui_state` (`user_id`,`key`);--> statement-breakpoint
CREATE TABLE `unknown_row` (
	`entity` text NOT NULL,
	`id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`body` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `unknown_row_key` ON `unknown_row` (`entity`,`id`);--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`roles` text NOT NULL,
	`profession` text,
	`hpr_number` text,
	`active` integer NOT NULL,
	`valid_until` text
);
