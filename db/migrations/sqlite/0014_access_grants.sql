CREATE TABLE `access_grant` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`user_id` text NOT NULL,
	`granted_by_id` text NOT NULL,
	`reason` text NOT NULL,
	`valid_from` text NOT NULL,
	`valid_until` text NOT NULL,
	`ended_by_id` text,
	`ended_at` text
);
--> statement-breakpoint
CREATE INDEX `access_grant_user_id` ON `access_grant` (`user_id`);