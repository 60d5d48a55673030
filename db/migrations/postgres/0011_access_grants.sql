CREATE TABLE "access_grant" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"user_id" uuid NOT NULL,
	"granted_by_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"valid_from" text NOT NULL,
	"valid_until" text NOT NULL,
	"ended_by_id" uuid,
	"ended_at" text,
	CONSTRAINT "access_grant_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE INDEX "access_grant_user_id" ON "access_grant" USING btree ("clinic_id","user_id");