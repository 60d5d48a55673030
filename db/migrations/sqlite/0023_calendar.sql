ALTER TABLE `appointment` ADD `room_id` text;--> statement-breakpoint
ALTER TABLE `appointment` ADD `series_id` text;--> statement-breakpoint
ALTER TABLE `clinic` ADD `opening_hours` text;--> statement-breakpoint
ALTER TABLE `clinic` ADD `rooms` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `user` ADD `opening_hours` text;