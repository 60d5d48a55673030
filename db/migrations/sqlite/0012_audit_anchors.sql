CREATE TABLE `audit_anchor` (
	`day` text PRIMARY KEY NOT NULL,
	`n` integer NOT NULL,
	`hash` text NOT NULL,
	`at` text NOT NULL,
	`public_key` text NOT NULL,
	`signature` text NOT NULL
);
