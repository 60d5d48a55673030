CREATE TABLE "import_batch" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"kind" text NOT NULL,
	"source_system" text NOT NULL,
	"file_name" text,
	"sha256" text NOT NULL,
	"mapping" jsonb NOT NULL,
	"added_by_id" uuid NOT NULL,
	"added_at" text NOT NULL,
	"taken" bigint,
	"ended_at" text,
	"undone" boolean NOT NULL,
	"undone_by_id" uuid,
	"undone_at" text,
	"sealed" text,
	CONSTRAINT "import_batch_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "imported_entry" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"import_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"source_system" text NOT NULL,
	"source_id" text,
	"happened_on" text,
	"happened_at" text,
	"written_when" text,
	"written_by" text,
	"title" text,
	"text" text,
	"codes" jsonb,
	"rest" jsonb,
	"line" bigint NOT NULL,
	"matched_by" text NOT NULL,
	"fingerprint" text,
	"replaces_id" uuid,
	"added_by_id" uuid NOT NULL,
	"added_at" text NOT NULL,
	"status" text NOT NULL,
	"closed_reason" text,
	"closed_by_id" uuid,
	"closed_at" text,
	"sealed" text,
	"sealed_late" text,
	CONSTRAINT "imported_entry_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "former_system" text;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "former_id" text;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "import_id" uuid;--> statement-breakpoint
CREATE INDEX "imported_entry_patient_id" ON "imported_entry" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "imported_entry_import_id" ON "imported_entry" USING btree ("clinic_id","import_id");