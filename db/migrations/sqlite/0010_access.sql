CREATE TABLE `access_block` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`user_id` text NOT NULL,
	`blocked` integer NOT NULL,
	`set_by_id` text NOT NULL,
	`set_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `access_block_patient_id` ON `access_block` (`patient_id`);--> statement-breakpoint
CREATE TABLE `emergency_access` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`user_id` text NOT NULL,
	`reason` text NOT NULL,
	`opened_at` text NOT NULL,
	`until` text NOT NULL,
	`seen_by_id` text,
	`seen_at` text
);
--> statement-breakpoint
CREATE INDEX `emergency_access_patient_id` ON `emergency_access` (`patient_id`);