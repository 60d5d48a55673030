CREATE TABLE "integration_setting" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"name" text NOT NULL,
	"enabled" boolean NOT NULL,
	"options" jsonb NOT NULL,
	"set_by_id" uuid NOT NULL,
	"set_at" text NOT NULL,
	CONSTRAINT "integration_setting_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "message" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"appointment_id" uuid,
	"subject_id" uuid,
	"channel" text NOT NULL,
	"direction" text NOT NULL,
	"template_id" text NOT NULL,
	"body" text,
	"requested_by_id" uuid NOT NULL,
	"requested_at" text NOT NULL,
	"planned_at" text NOT NULL,
	"wanted" boolean NOT NULL,
	"decision" text,
	"decided_by_id" uuid,
	"seen_by_id" uuid,
	"seen_at" text,
	"state" text NOT NULL,
	"reason" text,
	"state_at" text,
	"sent_at" text,
	"sent_to" text,
	"provider" text,
	"segments" bigint,
	"cost_ore" bigint,
	CONSTRAINT "message_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "contact_route" (
	"address_hash" text NOT NULL,
	"clinic_id" uuid NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "contact_route_address_hash_clinic_id_pk" PRIMARY KEY("address_hash","clinic_id")
);
--> statement-breakpoint
CREATE TABLE "sending" (
	"clinic_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"patient_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"template_id" text NOT NULL,
	"key" uuid NOT NULL,
	"state" text NOT NULL,
	"attempts" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"provider" text,
	"provider_id" text,
	"recipient_hash" text NOT NULL,
	"rank" integer DEFAULT 0 NOT NULL,
	"segments" integer DEFAULT 0 NOT NULL,
	"cost_ore" integer DEFAULT 0 NOT NULL,
	"claimed_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "sending_clinic_id_message_id_pk" PRIMARY KEY("clinic_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "webhook_event" (
	"clinic_id" uuid NOT NULL,
	"source" text NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"data" jsonb,
	"stop_hash" text,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"handled_at" timestamp with time zone,
	CONSTRAINT "webhook_event_clinic_id_source_key_pk" PRIMARY KEY("clinic_id","source","key")
);
--> statement-breakpoint
ALTER TABLE "appointment" ADD COLUMN "patient_answer" text;--> statement-breakpoint
ALTER TABLE "appointment" ADD COLUMN "patient_answer_at" text;--> statement-breakpoint
ALTER TABLE "channel_consent" ADD COLUMN "source" text DEFAULT 'asked' NOT NULL;--> statement-breakpoint
CREATE INDEX "message_appointment_id" ON "message" USING btree ("clinic_id","appointment_id");--> statement-breakpoint
CREATE INDEX "message_patient_id" ON "message" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "sending_patient" ON "sending" USING btree ("clinic_id","channel","patient_id","claimed_at");--> statement-breakpoint
CREATE INDEX "sending_when" ON "sending" USING btree ("clinic_id","channel","claimed_at");--> statement-breakpoint
CREATE INDEX "sending_recipient" ON "sending" USING btree ("clinic_id","recipient_hash","claimed_at");--> statement-breakpoint
CREATE INDEX "webhook_event_stop" ON "webhook_event" USING btree ("clinic_id","stop_hash") WHERE stop_hash is not null and handled_at is null;