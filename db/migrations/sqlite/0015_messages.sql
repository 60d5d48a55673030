CREATE TABLE `integration_setting` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`name` text NOT NULL,
	`enabled` integer NOT NULL,
	`options` text NOT NULL,
	`set_by_id` text NOT NULL,
	`set_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `message` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`appointment_id` text,
	`subject_id` text,
	`channel` text NOT NULL,
	`direction` text NOT NULL,
	`template_id` text NOT NULL,
	`body` text,
	`requested_by_id` text NOT NULL,
	`requested_at` text NOT NULL,
	`planned_at` text NOT NULL,
	`wanted` integer NOT NULL,
	`decision` text,
	`decided_by_id` text,
	`seen_by_id` text,
	`seen_at` text,
	`state` text NOT NULL,
	`reason` text,
	`state_at` text,
	`sent_at` text,
	`sent_to` text,
	`provider` text,
	`segments` integer,
	`cost_ore` integer
);
--> statement-breakpoint
CREATE INDEX `message_patient_id_planned_at` ON `message` (`patient_id`,`planned_at`);--> statement-breakpoint
CREATE INDEX `message_appointment_id` ON `message` (`appointment_id`);--> statement-breakpoint
ALTER TABLE `appointment` ADD `patient_answer` text;--> statement-breakpoint
ALTER TABLE `appointment` ADD `patient_answer_at` text;--> statement-breakpoint
ALTER TABLE `channel_consent` ADD `source` text DEFAULT 'asked' NOT NULL;