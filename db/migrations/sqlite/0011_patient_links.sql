CREATE TABLE `patient_link` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`into_id` text NOT NULL,
	`replaced` text NOT NULL,
	`linked_by_id` text NOT NULL,
	`linked_at` text NOT NULL,
	`undone` integer NOT NULL,
	`undone_by_id` text,
	`undone_at` text
);
--> statement-breakpoint
CREATE INDEX `patient_link_patient_id` ON `patient_link` (`patient_id`);--> statement-breakpoint
CREATE INDEX `patient_link_into_id` ON `patient_link` (`into_id`);--> statement-breakpoint
CREATE TABLE `same_person` (
	`id` text PRIMARY KEY NOT NULL,
	`stays_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `same_person_stays` ON `same_person` (`stays_id`);