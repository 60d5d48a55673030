CREATE TABLE `questionnaire_response` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`encounter_id` text,
	`questionnaire` text NOT NULL,
	`status` text NOT NULL,
	`authored_at` text NOT NULL,
	`content` text NOT NULL,
	`added_by_id` text NOT NULL,
	`added_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `questionnaire_response_patient_id` ON `questionnaire_response` (`patient_id`);--> statement-breakpoint
ALTER TABLE `attachment` ADD `described` text;