CREATE TABLE "patient_link" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"into_id" uuid NOT NULL,
	"replaced" jsonb NOT NULL,
	"linked_by_id" uuid NOT NULL,
	"linked_at" text NOT NULL,
	"undone" boolean NOT NULL,
	"undone_by_id" uuid,
	"undone_at" text,
	CONSTRAINT "patient_link_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE INDEX "patient_link_patient_id" ON "patient_link" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "patient_link_into_id" ON "patient_link" USING btree ("clinic_id","into_id");