CREATE TABLE `import_batch` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`kind` text NOT NULL,
	`source_system` text NOT NULL,
	`file_name` text NOT NULL,
	`sha256` text NOT NULL,
	`mapping` text NOT NULL,
	`added_by_id` text NOT NULL,
	`added_at` text NOT NULL,
	`taken` integer,
	`ended_at` text,
	`undone` integer NOT NULL,
	`undone_by_id` text,
	`undone_at` text
);
--> statement-breakpoint
CREATE TABLE `imported_entry` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`import_id` text NOT NULL,
	`kind` text NOT NULL,
	`source_system` text NOT NULL,
	`source_id` text,
	`happened_on` text,
	`happened_at` text,
	`written_when` text,
	`written_by` text,
	`title` text,
	`text` text NOT NULL,
	`codes` text NOT NULL,
	`rest` text NOT NULL,
	`line` integer NOT NULL,
	`matched_by` text NOT NULL,
	`fingerprint` text NOT NULL,
	`replaces_id` text,
	`added_by_id` text NOT NULL,
	`added_at` text NOT NULL,
	`status` text NOT NULL,
	`closed_reason` text,
	`closed_by_id` text,
	`closed_at` text
);
--> statement-breakpoint
CREATE INDEX `imported_entry_patient_id_happened_on` ON `imported_entry` (`patient_id`,`happened_on`);--> statement-breakpoint
CREATE INDEX `imported_entry_import_id` ON `imported_entry` (`import_id`);--> statement-breakpoint
CREATE INDEX `imported_entry_replaces_id` ON `imported_entry` (`replaces_id`);--> statement-breakpoint
ALTER TABLE `patient` ADD `former_system` text;--> statement-breakpoint
ALTER TABLE `patient` ADD `former_id` text;--> statement-breakpoint
ALTER TABLE `patient` ADD `import_id` text;