CREATE TABLE `erased_row` (
	`entity` text NOT NULL,
	`id` text NOT NULL,
	`erasure_id` text,
	`file` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `erased_row_key` ON `erased_row` (`entity`,`id`);--> statement-breakpoint
CREATE TABLE `erasure` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`request_id` text,
	`basis` text NOT NULL,
	`targets` text NOT NULL,
	`decided_by_id` text NOT NULL,
	`decided_at` text NOT NULL,
	`erased` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `erasure_patient_id` ON `erasure` (`patient_id`);--> statement-breakpoint
CREATE TABLE `journal_request` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`kind` text NOT NULL,
	`origin` text NOT NULL,
	`asked` text NOT NULL,
	`targets` text NOT NULL,
	`received_by_id` text NOT NULL,
	`received_at` text NOT NULL,
	`status` text NOT NULL,
	`assessment` text,
	`decision_reason` text,
	`decided_by_id` text,
	`decided_at` text,
	`document_id` text
);
--> statement-breakpoint
CREATE INDEX `journal_request_patient_id` ON `journal_request` (`patient_id`);