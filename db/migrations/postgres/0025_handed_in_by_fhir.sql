CREATE TABLE "questionnaire_response" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"encounter_id" uuid,
	"questionnaire" text NOT NULL,
	"status" text NOT NULL,
	"authored_at" text NOT NULL,
	"content" jsonb,
	"added_by_id" uuid NOT NULL,
	"added_at" text NOT NULL,
	"sealed" text,
	CONSTRAINT "questionnaire_response_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "fhir_export" (
	"clinic_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"at" text NOT NULL,
	"request" text NOT NULL,
	"since" bigint NOT NULL,
	"files" jsonb NOT NULL,
	CONSTRAINT "fhir_export_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
ALTER TABLE "attachment" ADD COLUMN "described" jsonb;--> statement-breakpoint
CREATE INDEX "questionnaire_response_patient_id" ON "questionnaire_response" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "questionnaire_response_encounter_id" ON "questionnaire_response" USING btree ("clinic_id","encounter_id");