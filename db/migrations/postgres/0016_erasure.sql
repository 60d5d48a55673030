CREATE TABLE "erasure" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"request_id" uuid,
	"basis" text NOT NULL,
	"targets" jsonb NOT NULL,
	"decided_by_id" uuid NOT NULL,
	"decided_at" text NOT NULL,
	"erased" jsonb NOT NULL,
	"sealed" text,
	CONSTRAINT "erasure_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "journal_request" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"origin" text NOT NULL,
	"asked" text,
	"targets" jsonb NOT NULL,
	"received_by_id" uuid NOT NULL,
	"received_at" text NOT NULL,
	"status" text NOT NULL,
	"assessment" jsonb,
	"decision_reason" text,
	"decided_by_id" uuid,
	"decided_at" text,
	"document_id" uuid,
	"sealed" text,
	CONSTRAINT "journal_request_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE INDEX "erasure_patient_id" ON "erasure" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "journal_request_patient_id" ON "journal_request" USING btree ("clinic_id","patient_id");