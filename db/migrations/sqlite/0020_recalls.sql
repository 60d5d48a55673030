CREATE TABLE `export_approval` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`asked_by_id` text NOT NULL,
	`asked_at` text NOT NULL,
	`purpose` text NOT NULL,
	`state` text NOT NULL,
	`decided_by_id` text,
	`decided_at` text
);
--> statement-breakpoint
CREATE INDEX `export_approval_patient_id` ON `export_approval` (`patient_id`);--> statement-breakpoint
CREATE TABLE `recall` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`due_on` text NOT NULL,
	`basis` text NOT NULL,
	`planned_by_id` text NOT NULL,
	`planned_at` text NOT NULL,
	`state` text NOT NULL,
	`closed_by_id` text,
	`closed_at` text
);
--> statement-breakpoint
CREATE INDEX `recall_patient_id` ON `recall` (`patient_id`);--> statement-breakpoint
CREATE INDEX `recall_state_due_on` ON `recall` (`state`,`due_on`);--> statement-breakpoint
ALTER TABLE `message` ADD `opens` integer;--> statement-breakpoint
ALTER TABLE `message` ADD `clicks` integer;--> statement-breakpoint
CREATE INDEX `message_subject_id` ON `message` (`subject_id`);--> statement-breakpoint
ALTER TABLE `patient` ADD `contact_channel` text;