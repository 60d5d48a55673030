CREATE TABLE `billing_setting` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`account_number` text,
	`kid` text NOT NULL,
	`due_days` integer NOT NULL,
	`visit_notice` integer,
	`visit_notice_per` text NOT NULL,
	`praksis_ids` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `helfo_claim` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`encounter_id` text NOT NULL,
	`practitioner_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`day` text NOT NULL,
	`regningsnummer` text NOT NULL,
	`takster` text NOT NULL,
	`amount_ore` integer NOT NULL,
	`status` text NOT NULL,
	`batch_id` text NOT NULL,
	`sent_at` text NOT NULL,
	`answered_at` text,
	`paid_ore` integer,
	`answer` text
);
--> statement-breakpoint
CREATE INDEX `helfo_claim_encounter_id` ON `helfo_claim` (`encounter_id`);--> statement-breakpoint
CREATE INDEX `helfo_claim_day` ON `helfo_claim` (`day`);--> statement-breakpoint
CREATE INDEX `helfo_claim_batch_id` ON `helfo_claim` (`batch_id`);--> statement-breakpoint
CREATE INDEX `helfo_claim_regningsnummer` ON `helfo_claim` (`regningsnummer`);--> statement-breakpoint
CREATE TABLE `invoice` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`kind` text NOT NULL,
	`series` text NOT NULL,
	`running` integer NOT NULL,
	`issued_at` text NOT NULL,
	`issued_by_id` text NOT NULL,
	`due_on` text,
	`credits_id` text,
	`reason` text,
	`content` text NOT NULL,
	`total_ore` integer NOT NULL,
	`refund_ore` integer NOT NULL,
	`share_ore` integer NOT NULL,
	`paid_before_ore` integer NOT NULL,
	`vat_ore` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `invoice_patient_id` ON `invoice` (`patient_id`);--> statement-breakpoint
CREATE INDEX `invoice_series_running` ON `invoice` (`series`,`running`);--> statement-breakpoint
CREATE INDEX `invoice_credits_id` ON `invoice` (`credits_id`);--> statement-breakpoint
CREATE TABLE `invoice_payment` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`invoice_id` text NOT NULL,
	`amount_ore` integer NOT NULL,
	`method` text NOT NULL,
	`paid_on` text NOT NULL,
	`registered_by_id` text NOT NULL,
	`voided` integer NOT NULL,
	`void_reason` text
);
--> statement-breakpoint
CREATE INDEX `invoice_payment_invoice_id` ON `invoice_payment` (`invoice_id`);--> statement-breakpoint
CREATE TABLE `prepaid` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`encounter_id` text NOT NULL,
	`line_id` text NOT NULL,
	`label` text NOT NULL,
	`visits` integer NOT NULL,
	`price_ore` integer NOT NULL,
	`sold_at` text NOT NULL,
	`sold_by_id` text NOT NULL,
	`refunded_at` text,
	`refunded_by_id` text,
	`refunded_visits` integer,
	`refunded_ore` integer,
	`refund_method` text,
	`credit_note_id` text
);
--> statement-breakpoint
CREATE INDEX `prepaid_patient_id` ON `prepaid` (`patient_id`);--> statement-breakpoint
CREATE INDEX `prepaid_line_id` ON `prepaid` (`line_id`);--> statement-breakpoint
CREATE TABLE `series_cover` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`payer` text NOT NULL,
	`reference` text,
	`visit_cap` integer,
	`from_day` text NOT NULL,
	`to_day` text,
	`ended` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `series_cover_patient_id` ON `series_cover` (`patient_id`);--> statement-breakpoint
CREATE TABLE `sick_leave` (
	`id` text PRIMARY KEY NOT NULL,
	`clinic_id` text NOT NULL,
	`seq` integer NOT NULL,
	`deleted` integer NOT NULL,
	`field_seq` text NOT NULL,
	`extra` text,
	`patient_id` text NOT NULL,
	`encounter_id` text,
	`origin` text NOT NULL,
	`from_day` text NOT NULL,
	`to_day` text NOT NULL,
	`grade_percent` integer,
	`note` text,
	`entered_by_id` text NOT NULL,
	`entered_in_error` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sick_leave_patient_id` ON `sick_leave` (`patient_id`);--> statement-breakpoint
ALTER TABLE `payment` ADD `prepaid_id` text;--> statement-breakpoint
CREATE INDEX `payment_prepaid_id` ON `payment` (`prepaid_id`);--> statement-breakpoint
CREATE INDEX `payment_method_paid_at` ON `payment` (`method`,`paid_at`);--> statement-breakpoint
ALTER TABLE `price_item` ADD `vat_percent` integer;--> statement-breakpoint
ALTER TABLE `price_item` ADD `package_visits` integer;--> statement-breakpoint
ALTER TABLE `treatment_line` ADD `vat_percent` integer;