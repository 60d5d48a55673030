CREATE TABLE `attachment` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`encounter_id` text,
	`title` text NOT NULL,
	`media_type` text NOT NULL,
	`byte_length` integer NOT NULL,
	`sha256` text NOT NULL,
	`added_by_id` text NOT NULL,
	`added_at` text NOT NULL,
	`status` text NOT NULL,
	`closed_reason` text,
	`closed_by_id` text,
	`closed_at` text
);
--> statement-breakpoint
CREATE INDEX `attachment_patient_id` ON `attachment` (`patient_id`);--> statement-breakpoint
CREATE INDEX `attachment_sha256` ON `attachment` (`sha256`);--> statement-breakpoint
CREATE TABLE `content` (
	`sha256` text PRIMARY KEY NOT NULL,
	`file` text NOT NULL,
	`key` text NOT NULL,
	`byte_length` integer NOT NULL,
	`chunks` integer NOT NULL,
	`complete` integer NOT NULL,
	`uploaded` integer NOT NULL,
	`epoch` text,
	`wanted` integer NOT NULL,
	`pinned` integer NOT NULL,
	`opened_at` text,
	`problem` text
);
