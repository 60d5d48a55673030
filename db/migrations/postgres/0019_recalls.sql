CREATE TABLE "export_approval" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"asked_by_id" uuid NOT NULL,
	"asked_at" text NOT NULL,
	"purpose" text,
	"state" text NOT NULL,
	"decided_by_id" uuid,
	"decided_at" text,
	"sealed" text,
	CONSTRAINT "export_approval_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "recall" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"due_on" text NOT NULL,
	"basis" text NOT NULL,
	"planned_by_id" uuid NOT NULL,
	"planned_at" text NOT NULL,
	"state" text NOT NULL,
	"closed_by_id" uuid,
	"closed_at" text,
	"sealed" text,
	CONSTRAINT "recall_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
ALTER TABLE "message" ADD COLUMN "opens" bigint;--> statement-breakpoint
ALTER TABLE "message" ADD COLUMN "clicks" bigint;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "contact_channel" text;--> statement-breakpoint
CREATE INDEX "export_approval_patient_id" ON "export_approval" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "recall_patient_id" ON "recall" USING btree ("clinic_id","patient_id");