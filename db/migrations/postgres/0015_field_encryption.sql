CREATE TABLE "clinic_key" (
	"clinic_id" uuid NOT NULL,
	"id" integer NOT NULL,
	"wrapped" text,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "clinic_key_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "master_key" (
	"id" text PRIMARY KEY NOT NULL,
	"proof" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "access_grant" ALTER COLUMN "reason" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "amendment" ALTER COLUMN "text" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "attachment" ALTER COLUMN "title" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "diagnosis" ALTER COLUMN "code" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "diagnosis" ALTER COLUMN "text" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "document" ALTER COLUMN "title" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "document" ALTER COLUMN "data" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "emergency_access" ALTER COLUMN "reason" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "episode" ALTER COLUMN "title" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "guardian" ALTER COLUMN "name" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "guardian" ALTER COLUMN "relation" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "letter" ALTER COLUMN "content" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "letter" ALTER COLUMN "objection" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "note_section" ALTER COLUMN "text" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "patient" ALTER COLUMN "given_name" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "patient" ALTER COLUMN "family_name" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "patient" ALTER COLUMN "sex" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "patient_link" ALTER COLUMN "replaced" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "payment" ALTER COLUMN "lines" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "safety_fact" ALTER COLUMN "state" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "treatment_line" ALTER COLUMN "code" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "treatment_line" ALTER COLUMN "label" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "access_block" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "access_grant" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "amendment" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "appointment" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "attachment" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "attachment" ADD COLUMN "sealed_late" text;--> statement-breakpoint
ALTER TABLE "channel_consent" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "clinic" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "conflict" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "day_close" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "device" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "diagnosis" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "document" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "emergency_access" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "encounter" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "encounter" ADD COLUMN "sealed_late" text;--> statement-breakpoint
ALTER TABLE "episode" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "guardian" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "integration_setting" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "letter" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "letter" ADD COLUMN "sealed_late" text;--> statement-breakpoint
ALTER TABLE "message" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "note_section" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "observation" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "patient" ADD COLUMN "national_id_index" text;--> statement-breakpoint
ALTER TABLE "patient_link" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "payment" ADD COLUMN "sealed_late" text;--> statement-breakpoint
ALTER TABLE "phrase" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "price_item" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "red_flag_answer" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "safety_fact" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "signing_key" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "treatment_consent" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "treatment_line" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "user" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "clinic_clock" ADD COLUMN "key_id" integer;--> statement-breakpoint
ALTER TABLE "clinic_clock" ADD COLUMN "sealed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "clinic_clock" ADD COLUMN "legacy_done" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "content_chunk" ADD COLUMN "key_id" integer;--> statement-breakpoint
CREATE INDEX "patient_national_id_index" ON "patient" USING btree ("clinic_id","national_id_index");