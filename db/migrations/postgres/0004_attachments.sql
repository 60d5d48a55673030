CREATE TABLE "attachment" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"encounter_id" uuid,
	"title" text NOT NULL,
	"media_type" text NOT NULL,
	"byte_length" bigint NOT NULL,
	"sha256" text NOT NULL,
	"added_by_id" uuid NOT NULL,
	"added_at" text NOT NULL,
	"status" text NOT NULL,
	"closed_reason" text,
	"closed_by_id" uuid,
	"closed_at" text,
	CONSTRAINT "attachment_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "content" (
	"clinic_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"byte_length" bigint NOT NULL,
	"complete" boolean DEFAULT false NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp with time zone,
	CONSTRAINT "content_clinic_id_sha256_pk" PRIMARY KEY("clinic_id","sha256")
);
--> statement-breakpoint
CREATE TABLE "content_chunk" (
	"clinic_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"n" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "content_chunk_clinic_id_sha256_n_pk" PRIMARY KEY("clinic_id","sha256","n")
);
--> statement-breakpoint
CREATE INDEX "attachment_patient_id" ON "attachment" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "attachment_encounter_id" ON "attachment" USING btree ("clinic_id","encounter_id");