CREATE TABLE `refetch_row` (
	`entity` text NOT NULL,
	`id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`body` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `refetch_row_key` ON `refetch_row` (`entity`,`id`);--> statement-breakpoint
CREATE TABLE `server_row` (
	`entity` text NOT NULL,
	`id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`body` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `server_row_key` ON `server_row` (`entity`,`id`);