CREATE TABLE "billing_setting" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"account_number" text,
	"kid" text NOT NULL,
	"due_days" bigint NOT NULL,
	"visit_notice" bigint,
	"visit_notice_per" text NOT NULL,
	"praksis_ids" jsonb NOT NULL,
	"sealed" text,
	CONSTRAINT "billing_setting_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "helfo_claim" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"encounter_id" uuid NOT NULL,
	"practitioner_id" uuid NOT NULL,
	"attempt" bigint NOT NULL,
	"day" text NOT NULL,
	"regningsnummer" text NOT NULL,
	"takster" jsonb,
	"amount_ore" bigint NOT NULL,
	"status" text NOT NULL,
	"batch_id" uuid NOT NULL,
	"sent_at" text NOT NULL,
	"answered_at" text,
	"paid_ore" bigint,
	"answer" text,
	"sealed" text,
	CONSTRAINT "helfo_claim_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "invoice" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"series" text NOT NULL,
	"running" bigint NOT NULL,
	"issued_at" text NOT NULL,
	"issued_by_id" uuid NOT NULL,
	"due_on" text,
	"credits_id" uuid,
	"reason" text,
	"content" jsonb,
	"total_ore" bigint NOT NULL,
	"refund_ore" bigint NOT NULL,
	"share_ore" bigint NOT NULL,
	"paid_before_ore" bigint NOT NULL,
	"vat_ore" bigint NOT NULL,
	"sealed" text,
	CONSTRAINT "invoice_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "invoice_payment" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"invoice_id" uuid NOT NULL,
	"amount_ore" bigint NOT NULL,
	"method" text NOT NULL,
	"paid_on" text NOT NULL,
	"registered_by_id" uuid NOT NULL,
	"voided" boolean NOT NULL,
	"void_reason" text,
	"sealed" text,
	"sealed_late" text,
	CONSTRAINT "invoice_payment_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "prepaid" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"encounter_id" uuid NOT NULL,
	"line_id" uuid NOT NULL,
	"label" text,
	"visits" bigint NOT NULL,
	"price_ore" bigint NOT NULL,
	"sold_at" text NOT NULL,
	"sold_by_id" uuid NOT NULL,
	"refunded_at" text,
	"refunded_by_id" uuid,
	"refunded_visits" bigint,
	"refunded_ore" bigint,
	"refund_method" text,
	"credit_note_id" uuid,
	"sealed" text,
	CONSTRAINT "prepaid_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "series_cover" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"payer" text,
	"reference" text,
	"visit_cap" bigint,
	"from_day" text NOT NULL,
	"to_day" text,
	"ended" boolean NOT NULL,
	"sealed" text,
	CONSTRAINT "series_cover_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "sick_leave" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"encounter_id" uuid,
	"origin" text NOT NULL,
	"from_day" text,
	"to_day" text,
	"grade_percent" bigint,
	"note" text,
	"entered_by_id" uuid NOT NULL,
	"entered_in_error" boolean NOT NULL,
	"sealed" text,
	CONSTRAINT "sick_leave_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "prepaid_id" uuid;--> statement-breakpoint
ALTER TABLE "price_item" ADD COLUMN "vat_percent" bigint;--> statement-breakpoint
ALTER TABLE "price_item" ADD COLUMN "package_visits" bigint;--> statement-breakpoint
ALTER TABLE "treatment_line" ADD COLUMN "vat_percent" bigint;--> statement-breakpoint
CREATE INDEX "helfo_claim_patient_id" ON "helfo_claim" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "invoice_patient_id" ON "invoice" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "invoice_payment_patient_id" ON "invoice_payment" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "prepaid_patient_id" ON "prepaid" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "series_cover_patient_id" ON "series_cover" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "sick_leave_patient_id" ON "sick_leave" USING btree ("clinic_id","patient_id");