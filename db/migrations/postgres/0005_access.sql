CREATE TABLE "access_block" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"blocked" boolean NOT NULL,
	"set_by_id" uuid NOT NULL,
	"set_at" text NOT NULL,
	CONSTRAINT "access_block_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "emergency_access" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"opened_at" text NOT NULL,
	"until" text NOT NULL,
	"seen_by_id" uuid,
	"seen_at" text,
	CONSTRAINT "emergency_access_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE INDEX "access_block_patient_id" ON "access_block" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "access_block_user_id" ON "access_block" USING btree ("clinic_id","user_id");--> statement-breakpoint
CREATE INDEX "emergency_access_patient_id" ON "emergency_access" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "emergency_access_user_id" ON "emergency_access" USING btree ("clinic_id","user_id");