CREATE TABLE "handed_in_decision" (
	"clinic_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"n" bigint NOT NULL,
	"decision" text NOT NULL,
	"decided_by" uuid NOT NULL,
	"outcome" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "handed_in_decision_clinic_id_device_id_n_pk" PRIMARY KEY("clinic_id","device_id","n")
);
--> statement-breakpoint
ALTER TABLE "device" ADD COLUMN "handed_in" bigint DEFAULT 0 NOT NULL;